#include "engine/fairness/attribute.h"
#include "engine/fairness/notes.h"
#include "engine/fairness/verdict.h"
#include "engine/table/suggest.h"

#include <math.h>
#include <stdlib.h>

const char *engine_version(void)
{
    return AIC_ENGINE_VERSION;
}

/* ------------------------------------------------------------------ policy */

/* Domain, section 1.5: least impact ratio and largest gap of false positive rates. */
static const struct {
    const char *name;
    double impact_ratio, false_positive_gap;
} use_case_limits[USE_CASES] = {
    [USE_CASE_NONE] = { "", 0.80, 0.10 },
    [USE_CASE_HIRING] = { "hiring", 0.80, 0.05 },
    [USE_CASE_FINANCE] = { "finance", 0.90, 0.02 },
    [USE_CASE_HEALTHCARE] = { "healthcare", 0.95, 0.01 },
    [USE_CASE_GOVERNMENT] = { "government", 0.90, 0.05 },
    [USE_CASE_INSURANCE] = { "insurance", 0.80, 0.10 },
    [USE_CASE_RETAIL] = { "retail", 0.80, 0.10 },
    [USE_CASE_OTHER] = { "other", 0.80, 0.10 },
};

const char *use_case_name(use_case u)
{
    return use_case_limits[u].name;
}

bool use_case_parse(text t, use_case *out)
{
    for (int u = 0; u < USE_CASES; u++) {
        if (!text_equal_string(t, use_case_limits[u].name)) continue;
        *out = (use_case)u;
        return true;
    }
    return false;
}

fairness_policy fairness_policy_standard(use_case u)
{
    return (fairness_policy){ .version = "2026-1",
                              .impact_ratio_pass = use_case_limits[u].impact_ratio,
                              .impact_ratio_review = 0.70,
                              .parity_difference_pass = 0.05,
                              .parity_difference_review = 0.10,
                              .odds_difference_pass = 0.10,
                              .odds_difference_review = 0.15,
                              .false_positive_gap_pass = use_case_limits[u].false_positive_gap,
                              .significance = 0.05,
                              .association_negligible = 0.1,
                              .association_small = 0.3,
                              .association_medium = 0.5,
                              .epsilon_pass = log(1.25),
                              .epsilon_review = log(1 / 0.7),
                              .theil_pass = 0.05,
                              .theil_review = 0.10,
                              .atkinson_pass = 0.1,
                              .atkinson_review = 0.2,
                              .calibration_gap_pass = 0.05,
                              .calibration_gap_review = 0.10,
                              .least_class_rows = 10,
                              .least_epsilon_rows = 10 };
}

/* ------------------------------------------------------------------ request */

fairness_request fairness_request_standard(void)
{
    return (fairness_request){ .threshold = 0.5,
                               .bootstrap_replicates = 1000,
                               .seed = 1,
                               .min_group_size = 30,
                               .policy = fairness_policy_standard(USE_CASE_NONE) };
}

void fairness_request_use_case(fairness_request *request, use_case u)
{
    request->use_case = u;
    request->policy = fairness_policy_standard(u);
}

static error check_numbers(arena *a, const fairness_request *r)
{
    const int64_t largest_exact = (int64_t)1 << 53; /* beyond it JSON's numbers lose digits */
    if (!isfinite(r->threshold)) return fail(a, INVALID, "/threshold", "The threshold must be a number.");
    if (r->bootstrap_replicates > FAIRNESS_MOST_REPLICATES)
        return fail(a, INVALID, "/bootstrap", "At most %d bootstrap replicates; asked for %u.",
                    FAIRNESS_MOST_REPLICATES, r->bootstrap_replicates);
    if (r->seed > (uint64_t)largest_exact)
        return fail(a, INVALID, "/seed", "The seed must lie between 0 and %lld.", (long long)largest_exact);
    if (r->min_group_size > (uint64_t)largest_exact)
        return fail(a, INVALID, "/min_group_size", "The least group size must lie between 0 and %lld.",
                    (long long)largest_exact);
    return OK;
}

static error check_protected(arena *a, const fairness_request *r)
{
    if (r->protected_count == 0)
        return fail(a, INVALID, "/protected", "Name at least one protected column, for example race or sex.");
    if (r->protected_count > FAIRNESS_MOST_PROTECTED)
        return fail(a, INVALID, "/protected", "At most %d protected columns in one request; asked for %zu.",
                    FAIRNESS_MOST_PROTECTED, r->protected_count);
    if (r->intersect && (r->protected_count < 2 || r->protected_count > FAIRNESS_MOST_CROSSED))
        return fail(a, INVALID, "/intersect", "An intersection needs two or three protected columns; there %s %zu.",
                    r->protected_count == 1 ? "is" : "are", r->protected_count);
    return OK;
}

static text intersection_name(arena *a, const fairness_request *r)
{
    text_builder b = text_builder_in(a);
    for (size_t i = 0; i < r->protected_count; i++) {
        if (i) text_add_string(&b, " & ");
        text_add(&b, r->protected_columns[i]);
    }
    return text_built(&b);
}

static error check_references(arena *a, const fairness_request *r)
{
    text crossed = r->intersect ? intersection_name(a, r) : NO_TEXT;
    for (size_t i = 0; i < r->reference_count; i++) {
        text column = r->references[i].column;
        bool known = text_is(crossed) && text_equal(column, crossed);
        for (size_t p = 0; p < r->protected_count; p++) known = known || text_equal(column, r->protected_columns[p]);
        if (known) continue;
        text hint = suggest_or_list(a, column, r->protected_columns, r->protected_count);
        return fail(a, INVALID, "/reference",
                    "A reference is given for \"%.*s\", which is not a protected column. %.*s", PRINT(column),
                    PRINT(hint));
    }
    return OK;
}

/* The wishes so far, checked for a column that would play two parts. */
typedef struct wish_list {
    arena *arena;
    column_wish *items;
    size_t count;
} wish_list;

static error wish(wish_list *w, text name, column_kind kind, size_t most_values, const char *pointer)
{
    if (!text_is(name)) return OK;
    if (name.length == 0) return fail(w->arena, INVALID, pointer, "The name of a column is empty.");
    for (size_t i = 0; i < w->count; i++)
        if (text_equal(w->items[i].name, name))
            return fail(w->arena, INVALID, pointer,
                        "Column \"%.*s\" is named twice (as %s and %s); each part needs a column of its own.",
                        PRINT(name), w->items[i].pointer + 1, pointer + 1);
    w->items[w->count++] = (column_wish){ .name = name, .kind = kind, .most_values = most_values, .pointer = pointer };
    return OK;
}

error fairness_plan(arena *a, const fairness_request *r, table_plan *out)
{
    enum { MOST_OUTCOMES = 250 }; /* values of a label or prediction: few, even where favorable names some of many */
    TRY(check_numbers(a, r));
    TRY(check_protected(a, r));
    TRY(check_references(a, r));
    if (!text_is(r->label) && !text_is(r->prediction) && !text_is(r->score))
        return fail(a, INVALID, "/prediction",
                    "Name the column of decisions: a prediction, or a score with a threshold, or at least a label.");
    wish_list wishes = { .arena = a, .items = ARENA_ARRAY(a, r->protected_count + 3, column_wish) };
    for (size_t i = 0; i < r->protected_count; i++) {
        const char *pointer = text_string(a, text_format(a, "/protected/%zu", i));
        if (!text_is(r->protected_columns[i])) return fail(a, INVALID, pointer, "The name of a column is empty.");
        TRY(wish(&wishes, r->protected_columns[i], COLUMN_CATEGORY, FAIRNESS_MOST_GROUPS, pointer));
    }
    TRY(wish(&wishes, r->label, COLUMN_CATEGORY, MOST_OUTCOMES, "/label"));
    TRY(wish(&wishes, r->prediction, COLUMN_CATEGORY, MOST_OUTCOMES, "/prediction"));
    TRY(wish(&wishes, r->score, COLUMN_NUMBER, 0, "/score"));
    *out = (table_plan){ .wishes = wishes.items, .count = wishes.count };
    return OK;
}

/* ------------------------------------------------------------------ analysis */

typedef struct analysis {
    arena *arena;   /* of the report */
    arena *scratch; /* of row-sized things, dropped at the end */
    const table *data;
    const fairness_request *request;
    outcomes outcomes;
    remark_builder warnings;
    facet *facets; /* one per protected column, then the intersection */
    size_t facet_count;
    fairness_report *report;
} analysis;

static error check_bootstrap_size(const analysis *x, const facet *f)
{
    enum { MOST_GROUP_REPLICATES = 1000000 };
    size_t asked = f->groups * x->request->bootstrap_replicates;
    if (asked <= MOST_GROUP_REPLICATES) return OK;
    return fail(x->arena, INVALID, "/bootstrap", "For the %zu groups of %.*s at most %zu bootstrap replicates.",
                f->groups, PRINT(f->name), MOST_GROUP_REPLICATES / f->groups);
}

static error count_facets(analysis *x)
{
    const fairness_request *r = x->request;
    x->facets = ARENA_ARRAY(x->arena, r->protected_count + 1, facet);
    for (size_t i = 0; i < r->protected_count; i++) {
        const char *pointer = text_string(x->arena, text_format(x->arena, "/protected/%zu", i));
        TRY(facet_count(x->arena, x->data, &x->outcomes, &r->protected_columns[i], 1, pointer, &x->warnings,
                        &x->facets[x->facet_count]));
        TRY(check_bootstrap_size(x, &x->facets[x->facet_count++]));
    }
    if (!r->intersect) return OK;
    TRY(facet_count(x->arena, x->data, &x->outcomes, r->protected_columns, r->protected_count, "/intersect",
                    &x->warnings, &x->facets[x->facet_count]));
    return check_bootstrap_size(x, &x->facets[x->facet_count++]);
}

static const calibration **calibrate(analysis *x)
{
    const calibration **made = ARENA_ARRAY(x->scratch, x->facet_count, const calibration *);
    if (!x->report->has_score || !x->report->has_label) return made;
    scored_rows scored = calibration_sorted(x->scratch, table_column_named(x->data, x->request->score), &x->outcomes);
    calibration_run(x->arena, &scored, x->facets, x->facet_count, made);
    return made;
}

static error analyze_facets(analysis *x)
{
    TRY(count_facets(x));
    const calibration **calibrations = calibrate(x);
    attribute_report *attributes = ARENA_ARRAY(x->arena, x->facet_count, attribute_report);
    for (size_t i = 0; i < x->facet_count; i++) {
        const facet *f = &x->facets[i];
        bool is_crossed = f->column_count > 1;
        attribute_context context = { .request = x->request,
                                      .outcomes = &x->outcomes,
                                      .calibrations = calibrations[i],
                                      .expected_selection_rates =
                                          is_crossed ? facet_expected_rates(x->scratch, f, x->facets) : NULL };
        TRY(attribute_measure(x->arena, &context, f, &attributes[i]));
        verdict_judge(x->arena, x->report, &attributes[i]);
    }
    x->report->attributes = attributes;
    x->report->attribute_count = x->request->protected_count;
    if (x->request->intersect) x->report->intersectional = &attributes[x->facet_count - 1];
    return OK;
}

static void warn_dropped(analysis *x)
{
    unsigned long long dropped = x->outcomes.dropped, rows = x->data->rows;
    if (rows == 0)
        remark_say(&x->warnings, "NO_ROWS", TEXT("data"), "The data has a header but no rows.");
    else if (dropped)
        remark_say(&x->warnings, "ROWS_DROPPED", TEXT("data"),
                   "%llu of %llu rows have no label or no decision and are left out.", dropped, rows);
}

static int by_code(const void *left, const void *right)
{
    const remark *a = left, *b = right;
    int order = strcmp(a->code, b->code);
    if (!order) order = text_compare(a->subject, b->subject);
    return order ? order : text_compare(a->message, b->message);
}

static error run(analysis *x)
{
    const table_column *score = text_is(x->request->score) ? table_column_named(x->data, x->request->score) : NULL;
    TRY(outcomes_decode(x->arena, x->scratch, x->data, x->request, &x->warnings, &x->outcomes));
    const outcomes *o = &x->outcomes;
    *x->report = (fairness_report){ .rows = x->data->rows,
                                    .dropped_rows = o->dropped,
                                    .favorable = text_copy(x->arena, o->favorable),
                                    .label_favorable = text_copy(x->arena, o->label_favorable),
                                    .label_unfavorable = text_copy(x->arena, o->label_unfavorable),
                                    .has_label = o->has_truth,
                                    .has_score = score != NULL,
                                    .decided_by = o->decided_by,
                                    .request = *x->request,
                                    .passed = true };
    warn_dropped(x);
    TRY(analyze_facets(x));
    if (x->warnings.count > 1) qsort(x->warnings.items, x->warnings.count, sizeof *x->warnings.items, by_code);
    x->report->warnings = remarks_built(&x->warnings);
    remark_builder own = { .arena = x->arena };
    notes_on_report(&own, x->report);
    verdict_sum_up(x->arena, x->report, remarks_built(&own));
    return OK;
}

error fairness_analyze(arena *a, const table *data, const fairness_request *request, fairness_report **out)
{
    table_plan plan;
    TRY(fairness_plan(a, request, &plan));
    analysis x = { .arena = a, .scratch = arena_new(), .data = data, .request = request };
    x.warnings.arena = a;
    x.report = ARENA_NEW(a, fairness_report);
    error bad = run(&x);
    arena_drop(x.scratch);
    if (!bad) *out = x.report;
    return bad;
}
