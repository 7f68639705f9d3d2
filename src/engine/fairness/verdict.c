#include "engine/fairness/verdict.h"

#include "engine/fairness/notes.h"

#include <math.h>

const char *verdict_name(verdict v)
{
    static const char *const names[] = { [VERDICT_PASS] = "PASS",
                                         [VERDICT_INSUFFICIENT_DATA] = "INSUFFICIENT_DATA",
                                         [VERDICT_REVIEW] = "REVIEW",
                                         [VERDICT_FAIL] = "FAIL" };
    return names[v];
}

/* ------------------------------------------------------------------ one rule */

/* A rule whose number must not exceed its bounds. */
static finding at_most(const char *operation, const char *measure, double value, double pass, double review)
{
    finding f = { .operation = operation, .value = value, .pass = pass, .review = review, .measure = measure };
    f.verdict = isnan(value)      ? VERDICT_INSUFFICIENT_DATA
                : value <= pass   ? VERDICT_PASS
                : value <= review ? VERDICT_REVIEW
                                  : VERDICT_FAIL;
    return f;
}

static finding at_least(const char *operation, const char *measure, double value, double pass, double review)
{
    finding f = at_most(operation, measure, -value, -pass, -review);
    f.value = value;
    f.pass = pass;
    f.review = review;
    return f;
}

/* Significance alone is not harm: with many rows any difference is significant. Strength decides. */
static finding association(const contingency *tests, const fairness_policy *policy)
{
    double p = tests->has_small_expected_count ? tests->fisher_p_value : tests->chi_square.p_value;
    finding f = { .operation = "statistical",
                  .value = tests->cramers_v,
                  .measure = "cramers_v",
                  .pass = policy->association_negligible,
                  .review = policy->association_small };
    if (isnan(p) || isnan(tests->cramers_v))
        f.verdict = VERDICT_INSUFFICIENT_DATA;
    else if (p >= policy->significance || tests->cramers_v < policy->association_negligible)
        f.verdict = VERDICT_PASS;
    else
        f.verdict = tests->cramers_v < policy->association_small ? VERDICT_REVIEW : VERDICT_FAIL;
    return f;
}

static void judge_rules(const fairness_report *report, attribute_report *out)
{
    const fairness_policy *p = &report->request.policy;
    const double *v = out->eligible.value;
    finding *f = out->findings;
    size_t n = 0;
    f[n++] = at_least("disparate_impact", "demographic_parity_ratio", v[MEASURE_DEMOGRAPHIC_PARITY_RATIO],
                      p->impact_ratio_pass, p->impact_ratio_review);
    f[n++] =
        at_most("statistical_parity", "statistical_parity_difference", fabs(v[MEASURE_STATISTICAL_PARITY_DIFFERENCE]),
                p->parity_difference_pass, p->parity_difference_review);
    f[n++] = association(&out->eligible_tests, p);
    f[n++] = at_most("epsilon_fairness", "epsilon", v[MEASURE_EPSILON], p->epsilon_pass, p->epsilon_review);
    if (report->has_label) {
        f[n++] = at_most("equalized_odds", "equalized_odds_difference", v[MEASURE_EQUALIZED_ODDS_DIFFERENCE],
                         p->odds_difference_pass, p->odds_difference_review);
        /* The use case may hold false positives to a stricter limit than rates in general. */
        if (p->false_positive_gap_pass < p->odds_difference_pass)
            f[n++] =
                at_most("equalized_odds", "false_positive_rate_difference", v[MEASURE_FALSE_POSITIVE_RATE_DIFFERENCE],
                        p->false_positive_gap_pass, p->odds_difference_review);
        f[n++] = at_most("inequality", "between_group_theil_index", v[MEASURE_BETWEEN_GROUP_THEIL_INDEX], p->theil_pass,
                         p->theil_review);
        f[n++] = at_most("inequality", "between_group_atkinson_index", v[MEASURE_BETWEEN_GROUP_ATKINSON_INDEX],
                         p->atkinson_pass, p->atkinson_review);
        if (report->has_score)
            f[n++] = at_most("calibration", "expected_calibration_error_difference",
                             v[MEASURE_EXPECTED_CALIBRATION_ERROR_DIFFERENCE], p->calibration_gap_pass,
                             p->calibration_gap_review);
    }
    out->finding_count = n;
}

/* ------------------------------------------------------------------ reasons */

static void reason(remark_builder *b, const attribute_report *at, const finding *f, const char *code, double bound,
                   text message)
{
    remark_add(b, (remark){ .code = code,
                            .subject = at->name,
                            .measure = text_of(f->measure),
                            .value = f->value,
                            .bound = bound,
                            .message = message });
}

static text rate_text(arena *a, const group_result *g)
{
    return text_format(a, "%.*s are decided favorably in %.1f %% of cases (95 %% interval %.1f to %.1f %%)",
                       PRINT(g->name), 100 * g->rate[RATE_SELECTION], 100 * g->interval[RATE_SELECTION].low,
                       100 * g->interval[RATE_SELECTION].high);
}

static void impact_reason(remark_builder *b, const attribute_report *at, const finding *f)
{
    arena *a = b->arena;
    text worst = at->has_worst ? rate_text(a, &at->groups[at->worst]) : TEXT("");
    text best = at->has_worst ? at->groups[at->best].name : TEXT("");
    double best_rate = at->has_worst ? 100 * at->groups[at->best].rate[RATE_SELECTION] : NAN;
    if (f->verdict == VERDICT_PASS)
        reason(b, at, f, "IMPACT_RATIO_ACCEPTABLE", f->pass,
               text_format(a, "%.*s: the lowest selection rate of a group is %.3f of the highest; %.2f is asked for.",
                           PRINT(at->name), f->value, f->pass));
    else if (f->verdict == VERDICT_REVIEW || f->verdict == VERDICT_FAIL)
        reason(b, at, f, f->verdict == VERDICT_FAIL ? "IMPACT_RATIO_FAILS" : "IMPACT_RATIO_BELOW_PASS",
               f->verdict == VERDICT_FAIL ? f->review : f->pass,
               text_format(a, "%.*s: %.*s, %.*s in %.1f %%: a ratio of %.3f, below %.2f.", PRINT(at->name),
                           PRINT(worst), PRINT(best), best_rate, f->value,
                           f->verdict == VERDICT_FAIL ? f->review : f->pass));
    else if (at->eligible_count < 2)
        reason(b, at, f, "TOO_FEW_GROUPS", NAN,
               text_format(a, "%.*s: %zu group%s with enough rows; a comparison needs two.", PRINT(at->name),
                           at->eligible_count, at->eligible_count == 1 ? "" : "s"));
    else
        reason(b, at, f, "NO_FAVORABLE_DECISIONS", NAN,
               text_format(a, "%.*s: nobody in the groups that count was decided favorably.", PRINT(at->name)));
}

static const struct {
    const char *measure, *review_code, *fail_code, *words;
} wordings[] = {
    { "statistical_parity_difference", "PARITY_DIFFERENCE_ABOVE_PASS", "PARITY_DIFFERENCE_FAILS",
      "the largest difference of selection rates from the reference group is" },
    { "cramers_v", "ASSOCIATION_SIGNIFICANT", "ASSOCIATION_STRONG",
      "group and decision go together by more than chance; Cramér's V is" },
    { "epsilon", "EPSILON_ABOVE_PASS", "EPSILON_FAILS", "differential fairness ε is" },
    { "equalized_odds_difference", "ODDS_DIFFERENCE_ABOVE_PASS", "ODDS_DIFFERENCE_FAILS",
      "true or false positive rates of the groups differ by" },
    { "false_positive_rate_difference", "FALSE_POSITIVE_GAP_ABOVE_LIMIT", "FALSE_POSITIVE_GAP_FAILS",
      "false positive rates of the groups differ by" },
    { "between_group_theil_index", "GROUP_INEQUALITY_ABOVE_PASS", "GROUP_INEQUALITY_FAILS",
      "the Theil index between groups is" },
    { "between_group_atkinson_index", "GROUP_ATKINSON_ABOVE_PASS", "GROUP_ATKINSON_FAILS",
      "the Atkinson index between groups is" },
    { "expected_calibration_error_difference", "CALIBRATION_GAP_ABOVE_PASS", "CALIBRATION_GAP_FAILS",
      "calibration errors of the groups differ by" },
};

static void other_reason(remark_builder *b, const attribute_report *at, const finding *f)
{
    for (size_t i = 0; i < sizeof wordings / sizeof *wordings; i++) {
        if (strcmp(wordings[i].measure, f->measure) != 0) continue;
        bool fails = f->verdict == VERDICT_FAIL;
        double bound = fails ? f->review : f->pass;
        reason(b, at, f, fails ? wordings[i].fail_code : wordings[i].review_code, bound,
               text_format(b->arena, "%.*s: %s %.4f, above the limit of %.3g%s.", PRINT(at->name), wordings[i].words,
                           f->value, bound, fails ? " for a review" : ""));
    }
}

/* The impact ratio decides; another rule can turn PASS into REVIEW, and no further. */
static void conclude(remark_builder *reasons, attribute_report *at)
{
    at->verdict = at->findings[0].verdict;
    impact_reason(reasons, at, &at->findings[0]);
    for (size_t i = 1; i < at->finding_count; i++) {
        const finding *f = &at->findings[i];
        if (f->verdict != VERDICT_REVIEW && f->verdict != VERDICT_FAIL) continue;
        if (at->verdict == VERDICT_PASS) at->verdict = VERDICT_REVIEW;
        other_reason(reasons, at, f);
    }
}

void verdict_judge(arena *a, const fairness_report *report, attribute_report *attribute)
{
    remark_builder reasons = { .arena = a }, notes = { .arena = a };
    judge_rules(report, attribute);
    conclude(&reasons, attribute);
    notes_on_groups(&notes, report, attribute);
    notes_on_measures(&notes, report, attribute);
    if (attribute->column_count > 1) notes_on_combinations(&notes, report, attribute);
    attribute->reasons = remarks_built(&reasons);
    attribute->notes = remarks_built(&notes);
}

/* ------------------------------------------------------------------ the whole */

static text headline_of(arena *a, const fairness_report *report, const attribute_report *worst)
{
    const char *word = verdict_name(report->verdict);
    if (report->rows == report->dropped_rows)
        return text_format(a, "%s: there is no row with everything that is needed.", word);
    if (worst->verdict == VERDICT_INSUFFICIENT_DATA || !worst->has_worst)
        return text_format(a, "%s for %.*s: %s.", word, PRINT(worst->name),
                           worst->verdict == VERDICT_PASS ? "all groups are decided favorably equally often"
                                                          : "there is not enough data to compare groups");
    const group_result *low = &worst->groups[worst->worst], *high = &worst->groups[worst->best];
    text rate = rate_text(a, low);
    return text_format(a, "%s for %.*s: %.*s, %.*s in %.1f %%; %llu rows.", word, PRINT(worst->name), PRINT(rate),
                       PRINT(high->name), 100 * high->rate[RATE_SELECTION], (unsigned long long)low->count);
}

static bool is_worse(const attribute_report *a, const attribute_report *b)
{
    if (a->verdict != b->verdict) return a->verdict > b->verdict;
    return a->findings[0].value < b->findings[0].value;
}

void verdict_sum_up(arena *a, fairness_report *report, remark_list own)
{
    remark_builder reasons = { .arena = a }, notes = { .arena = a };
    const attribute_report *worst = &report->attributes[0];
    remark_add_all(&notes, own);
    for (size_t i = 0; i < report->attribute_count; i++) {
        if (is_worse(&report->attributes[i], worst)) worst = &report->attributes[i];
        remark_add_all(&reasons, report->attributes[i].reasons);
        remark_add_all(&notes, report->attributes[i].notes);
    }
    const attribute_report *crossed = report->intersectional;
    if (crossed) {
        /* Combinations that are too small to judge take nothing from what the attributes themselves show. */
        if (crossed->verdict > worst->verdict && crossed->verdict > VERDICT_INSUFFICIENT_DATA) worst = crossed;
        remark_add_all(&reasons, crossed->reasons);
        remark_add_all(&notes, crossed->notes);
    }
    report->verdict = worst->verdict;
    report->headline = headline_of(a, report, worst);
    report->reasons = remarks_built(&reasons);
    report->notes = remarks_built(&notes);
}
