#include "engine/fairness/attribute.h"

#include "engine/fairness/groups.h"
#include "engine/stats/stats.h"
#include "engine/table/suggest.h"

#include <math.h>
#include <stdlib.h>

enum { FISHER_REPLICATES = 10000, LEAST_EXPECTED = 5 };

/* ------------------------------------------------------------------ reference and membership */

/* The largest group, on a tie the first by name; rows without a value only when there is nothing else. */
static size_t largest_group(const facet *f)
{
    size_t best = 0;
    for (size_t g = 1; g < f->groups; g++) {
        bool better =
            f->is_missing[best] == f->is_missing[g] && cells_rows(&f->counts[g]) > cells_rows(&f->counts[best]);
        if (better || (f->is_missing[best] && !f->is_missing[g])) best = g;
    }
    return best;
}

static error find_reference(arena *a, const fairness_request *request, const facet *f, size_t *out)
{
    *out = largest_group(f);
    for (size_t i = 0; i < request->reference_count; i++) {
        if (!text_equal(request->references[i].column, f->name)) continue;
        text group = request->references[i].group;
        size_t g = 0;
        while (g < f->groups && !text_equal(f->names[g], group)) g++;
        if (g == f->groups) {
            text hint = suggest_or_list(a, group, f->names, f->groups);
            return fail(a, INVALID, "/reference", "%.*s has no group \"%.*s\" to refer to. %.*s", PRINT(f->name),
                        PRINT(group), PRINT(hint));
        }
        *out = g;
    }
    return OK;
}

static membership *members(arena *a, const facet *f, const group_result *groups, const fairness_policy *policy,
                           bool only_eligible)
{
    membership *m = ARENA_ARRAY(a, f->groups, membership);
    for (size_t g = 0; g < f->groups; g++) {
        m[g] = (membership){ true, true, true, true };
        if (!only_eligible) continue;
        const cell_counts *c = &f->counts[g];
        uint64_t favorable = cells_truly_favorable(c), rows = cells_rows(c);
        bool eligible = groups[g].is_eligible;
        m[g].selection = eligible;
        m[g].true_positive = eligible && favorable >= policy->least_class_rows;
        m[g].false_positive = eligible && rows - favorable >= policy->least_class_rows;
        m[g].epsilon = eligible && rows >= policy->least_epsilon_rows;
    }
    return m;
}

/* ------------------------------------------------------------------ association of group and outcome */

static const char *strength_of(double v, const fairness_policy *policy)
{
    if (isnan(v)) return NULL;
    if (v < policy->association_negligible) return "negligible";
    if (v < policy->association_small) return "small";
    return v < policy->association_medium ? "medium" : "large";
}

typedef struct margins_list {
    uint64_t *selected, *rows;
    size_t count;
} margins_list;

static margins_list margins_of(arena *a, const facet *f, size_t reference, const membership *member)
{
    margins_list m = { ARENA_ARRAY(a, f->groups, uint64_t), ARENA_ARRAY(a, f->groups, uint64_t), 0 };
    /* The reference last, so that in a 2 × 2 table the odds ratio is that of the other group against it. */
    for (size_t i = 0; i < f->groups; i++) {
        size_t g = i + 1 == f->groups ? reference : i < reference ? i : i + 1;
        if (!member[g].selection) continue;
        m.selected[m.count] = cells_selected(&f->counts[g]);
        m.rows[m.count++] = cells_rows(&f->counts[g]);
    }
    return m;
}

static contingency association(arena *scratch, const fairness_request *request, const facet *f, size_t reference,
                               const membership *member)
{
    margins_list m = margins_of(scratch, f, reference, member);
    two_column_tests t = stats_two_columns(m.selected, m.rows, m.count);
    contingency c = { .chi_square = t.chi_square,
                      .g_test = t.g_test,
                      .has_small_expected_count = t.least_expected < LEAST_EXPECTED,
                      .fisher_p_value = NAN,
                      .fisher_odds_ratio = NAN,
                      .cramers_v = t.cramers_v,
                      .strength = strength_of(t.cramers_v, &request->policy) };
    if (m.count == 2) {
        significance_test exact = stats_fisher_exact(m.selected[0], m.rows[0], m.selected[1], m.rows[1]);
        c.fisher_p_value = exact.p_value;
        c.fisher_odds_ratio = exact.statistic;
    } else if (c.has_small_expected_count) {
        random_stream stream = random_stream_for(request->seed, text_format(scratch, "fisher/%.*s", PRINT(f->name)));
        c.fisher_p_value = stats_fisher_monte_carlo(scratch, m.selected, m.rows, m.count, FISHER_REPLICATES, &stream);
        c.fisher_replicates = FISHER_REPLICATES;
    }
    return c;
}

/* ------------------------------------------------------------------ scalars */

static void calibration_range(const facet *f, const group_result *groups, const membership *member, double *out)
{
    double low = NAN, high = NAN;
    size_t count = 0;
    for (size_t g = 0; g < f->groups; g++) {
        if (!member[g].selection || !groups[g].calibration) continue;
        double gap = groups[g].calibration->expected_calibration_error;
        if (isnan(gap)) continue;
        low = fmin(low, gap);
        high = fmax(high, gap);
        count++;
    }
    *out = count >= 2 ? high - low : NAN;
}

static void inequality_measures(arena *scratch, const facet *f, const membership *member, bool has_truth,
                                double out[MEASURES])
{
    for (int m = MEASURE_THEIL_INDEX; m <= MEASURE_GINI_INDEX; m++) out[m] = NAN;
    if (!has_truth) return;
    cell_counts *counts = ARENA_ARRAY(scratch, f->groups, cell_counts);
    size_t taken = 0;
    for (size_t g = 0; g < f->groups; g++)
        if (member[g].selection) counts[taken++] = f->counts[g];
    if (taken == 0) return;
    inequality i = measure_inequality(counts, taken);
    out[MEASURE_THEIL_INDEX] = i.entropy[1];
    out[MEASURE_GENERALIZED_ENTROPY_INDEX] = i.entropy[2];
    out[MEASURE_COEFFICIENT_OF_VARIATION] = i.coefficient_of_variation;
    out[MEASURE_ATKINSON_INDEX] = i.atkinson_half;
    out[MEASURE_GINI_INDEX] = i.gini;
    if (taken < 2) return;
    out[MEASURE_BETWEEN_GROUP_THEIL_INDEX] = i.between[1];
    out[MEASURE_BETWEEN_GROUP_GENERALIZED_ENTROPY_INDEX] = i.between[2];
    out[MEASURE_BETWEEN_GROUP_ATKINSON_INDEX] = measure_between_atkinson(counts, taken);
}

static measures scalars(arena *scratch, const facet *f, const group_result *groups, const measure_input *in,
                        const membership *member, const contingency *tests)
{
    measures m;
    for (int i = 0; i < MEASURES; i++) {
        m.value[i] = NAN;
        m.interval[i] = no_interval;
    }
    measure_scalars(in, member, m.value);
    m.value[MEASURE_CRAMERS_V] = tests->cramers_v;
    inequality_measures(scratch, f, member, in->has_truth, m.value);
    calibration_range(f, groups, member, &m.value[MEASURE_EXPECTED_CALIBRATION_ERROR_DIFFERENCE]);
    return m;
}

static void set_intervals(measures *m, const confidence_interval repeated[REPEATED_MEASURES],
                          const group_result *groups, const membership *member, size_t count)
{
    for (size_t i = 0; i < REPEATED_MEASURES; i++) m->interval[repeated_measures[i]] = repeated[i];
    for (size_t i = 0; i < EXTREME_CONTRASTS; i++) {
        const extreme_contrast *e = &extreme_contrasts[i];
        size_t g = 0;
        while (g < count && !(member[g].selection && groups[g].against_reference &&
                              groups[g].against_reference->value[e->contrast] == m->value[e->measure]))
            g++;
        if (g < count) m->interval[e->measure] = groups[g].against_reference->interval[e->contrast];
    }
}

/* Fairlearn's convention: an undefined true or false positive rate is 0. */
static void fairlearn_figures(arena *scratch, const measure_input *in, const membership *all, attribute_report *out)
{
    measure_input zeroed = *in;
    zeroed.rates = arena_copy(scratch, in->rates, in->groups * sizeof *in->rates);
    for (size_t g = 0; in->has_truth && g < in->groups; g++)
        for (int r = RATE_TRUE_POSITIVE; r <= RATE_FALSE_POSITIVE; r++)
            if (isnan(zeroed.rates[g][r])) zeroed.rates[g][r] = 0;
    double value[MEASURES];
    measure_scalars(&zeroed, all, value);
    out->fairlearn_equalized_odds_difference = value[MEASURE_EQUALIZED_ODDS_DIFFERENCE];
    out->fairlearn_equalized_odds_ratio = value[MEASURE_EQUALIZED_ODDS_RATIO];
    out->fairlearn_equal_opportunity_difference = value[MEASURE_EQUAL_OPPORTUNITY_DIFFERENCE];
}

static const reference_vs_rest *against_rest(arena *a, const facet *f, size_t reference, bool has_truth)
{
    if (f->groups < 2) return NULL;
    cell_counts two[2] = { { { 0 } }, f->counts[reference] };
    for (size_t g = 0; g < f->groups; g++)
        if (g != reference) two[0] = cells_sum(&two[0], &f->counts[g]);
    double rates[2][GROUP_RATES];
    for (int i = 0; i < 2; i++) measure_rates(&two[i], has_truth, rates[i]);
    reference_vs_rest *made = ARENA_NEW(a, reference_vs_rest);
    measure_contrasts(rates[0], rates[1], made->value);
    made->between_group_theil_index = made->between_group_generalized_entropy_index = made->bias_amplification = NAN;
    if (!has_truth) return made;
    inequality i = measure_inequality(two, 2);
    made->between_group_theil_index = i.between[1];
    made->between_group_generalized_entropy_index = i.between[2];
    const membership both[2] = { { .epsilon = true }, { .epsilon = true } };
    made->bias_amplification =
        measure_epsilon(two, both, 2, cells_selected, 0.5) - measure_epsilon(two, both, 2, cells_truly_favorable, 0.5);
    return made;
}

/* ------------------------------------------------------------------ ε pair by pair */

static int farthest_first(const void *left, const void *right)
{
    const epsilon_violation *a = left, *b = right;
    int order = (a->ratio < b->ratio) - (a->ratio > b->ratio);
    if (order) return order;
    return a->first != b->first ? (a->first > b->first) - (a->first < b->first)
                                : (a->second > b->second) - (a->second < b->second);
}

static double smoothed(const cell_counts *c, bool favorable)
{
    double n = (double)cells_rows(c), k = (double)cells_selected(c);
    return ((favorable ? k : n - k) + 1) / (n + 2);
}

static void list_violations(arena *a, const facet *f, const membership *member, double epsilon, attribute_report *out)
{
    enum { MOST_LISTED = 100 };
    arena *scratch = arena_new();
    epsilon_violation *found = ARENA_ARRAY(scratch, f->groups * f->groups * 2, epsilon_violation);
    size_t count = 0;
    double bound = exp(epsilon);
    for (size_t g = 0; g < f->groups; g++)
        for (size_t h = 0; h < f->groups; h++)
            for (int favorable = 0; favorable < 2 && member[g].epsilon && member[h].epsilon && g != h; favorable++) {
                double ratio = smoothed(&f->counts[g], favorable) / smoothed(&f->counts[h], favorable);
                if (ratio > bound) found[count++] = (epsilon_violation){ g, h, favorable, ratio };
            }
    if (count > 1) qsort(found, count, sizeof *found, farthest_first);
    out->epsilon_violation_count = count < MOST_LISTED ? count : MOST_LISTED;
    out->epsilon_violations = arena_copy(a, found, out->epsilon_violation_count * sizeof *found);
    arena_drop(scratch);
}

/* ------------------------------------------------------------------ the worst off */

static void set_worst(const fairness_policy *policy, attribute_report *out)
{
    for (size_t g = 0; g < out->group_count; g++) {
        if (!out->groups[g].is_eligible) continue;
        out->eligible_count++;
        if (out->eligible_count == 1) out->worst = out->best = g;
        if (out->groups[g].rate[RATE_SELECTION] < out->groups[out->worst].rate[RATE_SELECTION]) out->worst = g;
        if (out->groups[g].rate[RATE_SELECTION] > out->groups[out->best].rate[RATE_SELECTION]) out->best = g;
    }
    out->has_worst = out->worst != out->best;
    out->detectable_gap = NAN;
    if (!out->has_worst) return;
    const group_result *worst = &out->groups[out->worst], *best = &out->groups[out->best];
    double wanted = policy->impact_ratio_pass * best->rate[RATE_SELECTION] * (double)worst->count;
    double missing = ceil(wanted - 1e-9 * wanted) - (double)worst->selected;
    out->shortfall = missing > 0 ? (uint64_t)missing : 0;
    double pooled = (double)(worst->selected + best->selected) / (double)(worst->count + best->count);
    out->detectable_gap = stats_detectable_gap(pooled, worst->count, best->count);
}

/* ------------------------------------------------------------------ all together */

static measure_input input_of(arena *scratch, const facet *f, size_t reference, bool has_truth)
{
    measure_input in = { .counts = f->counts, .groups = f->groups, .reference = reference, .has_truth = has_truth };
    in.rates = arena_array(scratch, f->groups, sizeof *in.rates);
    in.contrasts = arena_array(scratch, f->groups, sizeof *in.contrasts);
    for (size_t g = 0; g < f->groups; g++) measure_rates(&f->counts[g], has_truth, in.rates[g]);
    for (size_t g = 0; g < f->groups; g++) measure_contrasts(in.rates[g], in.rates[reference], in.contrasts[g]);
    return in;
}

static void measure_facet(arena *a, arena *scratch, const attribute_context *context, const facet *f,
                          attribute_report *out)
{
    const fairness_request *request = context->request;
    bool has_truth = context->outcomes->has_truth;
    group_result *groups = groups_of(a, context, f, out->reference);
    membership *all = members(scratch, f, groups, &request->policy, false);
    membership *eligible = members(scratch, f, groups, &request->policy, true);
    measure_input in = input_of(scratch, f, out->reference, has_truth);

    out->tests = association(scratch, request, f, out->reference, all);
    bool same = memcmp(all, eligible, f->groups * sizeof *all) == 0;
    out->eligible_tests = same ? out->tests : association(scratch, request, f, out->reference, eligible);
    out->all = scalars(scratch, f, groups, &in, all, &out->tests);
    out->eligible = scalars(scratch, f, groups, &in, eligible, &out->eligible_tests);
    fairlearn_figures(scratch, &in, all, out);

    text purpose = text_format(scratch, "bootstrap/%.*s", PRINT(f->name));
    bootstrap_intervals intervals =
        bootstrap_run(a, &(bootstrap_request){ .counts = f->counts,
                                               .groups = f->groups,
                                               .reference = out->reference,
                                               .has_truth = has_truth,
                                               .all = all,
                                               .eligible = eligible,
                                               .replicates = request->bootstrap_replicates,
                                               .stream = random_stream_for(request->seed, purpose) });
    groups_compare(a, f, groups, out->reference, &intervals);
    set_intervals(&out->all, intervals.all, groups, all, f->groups);
    set_intervals(&out->eligible, intervals.eligible, groups, eligible, f->groups);
    out->groups = groups;
    out->pairs = groups_pairs(a, f, groups, &out->pair_count);
    list_violations(a, f, eligible, request->policy.epsilon_pass, out);
    out->reference_vs_rest = against_rest(a, f, out->reference, has_truth);
    if (has_truth) {
        inequality *i = ARENA_NEW(a, inequality);
        *i = measure_inequality(f->counts, f->groups);
        out->inequality = i;
    }
    set_worst(&request->policy, out);
}

static void nothing_measured(attribute_report *out)
{
    for (int i = 0; i < MEASURES; i++) {
        out->all.value[i] = out->eligible.value[i] = NAN;
        out->all.interval[i] = out->eligible.interval[i] = no_interval;
    }
    const contingency_test none = { NAN, 0, NAN };
    const contingency nothing = {
        .chi_square = none, .g_test = none, .fisher_p_value = NAN, .fisher_odds_ratio = NAN, .cramers_v = NAN
    };
    out->tests = out->eligible_tests = nothing;
    out->fairlearn_equalized_odds_difference = out->fairlearn_equalized_odds_ratio = NAN;
    out->fairlearn_equal_opportunity_difference = out->detectable_gap = NAN;
}

error attribute_measure(arena *a, const attribute_context *context, const facet *f, attribute_report *out)
{
    *out = (attribute_report){
        .name = f->name, .columns = f->columns, .column_count = f->column_count, .group_count = f->groups
    };
    if (f->groups == 0) {
        nothing_measured(out);
        return OK;
    }
    TRY(find_reference(a, context->request, f, &out->reference));
    arena *scratch = arena_new();
    measure_facet(a, scratch, context, f, out);
    arena_drop(scratch);
    return OK;
}
