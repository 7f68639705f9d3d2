#include "engine/fairness/notes.h"

#include "engine/fairness/measures.h"

#include <math.h>

static text subject_of(arena *a, const attribute_report *at, const group_result *g)
{
    return text_format(a, "%.*s/%.*s", PRINT(at->name), PRINT(g->name));
}

/* ------------------------------------------------------------------ groups */

static void undefined(remark_builder *b, const attribute_report *at, const group_result *g, const char *code,
                      const char *fields, const char *why)
{
    text message = text_format(b->arena, "%.*s, %.*s: %s, so that %s cannot be given.", PRINT(at->name), PRINT(g->name),
                               why, fields);
    remark_add(b, (remark){ .code = code,
                            .subject = subject_of(b->arena, at, g),
                            .measure = text_of(fields),
                            .value = NAN,
                            .bound = NAN,
                            .message = message });
}

static void note_undefined_rates(remark_builder *b, const fairness_report *report, const attribute_report *at,
                                 const group_result *g)
{
    if (report->has_label) {
        if (g->tp + g->fn == 0)
            undefined(b, at, g, "NO_TRULY_FAVORABLE_ROWS", "true_positive_rate, false_negative_rate",
                      "no row is truly favorable");
        if (g->fp + g->tn == 0)
            undefined(b, at, g, "NO_TRULY_UNFAVORABLE_ROWS", "false_positive_rate, true_negative_rate",
                      "no row is truly unfavorable");
        if (g->selected == 0)
            undefined(b, at, g, "NO_FAVORABLE_DECISIONS", "precision, false_discovery_rate",
                      "no row was decided favorably");
    }
    const calibration *c = g->calibration;
    if (c && isnan(c->brier))
        undefined(b, at, g, "NO_SCORES", "brier, expected_calibration_error", "no row has a score");
    else if (c && isnan(c->auc))
        undefined(b, at, g, "ONE_CLASS_ONLY", "auc, intercept, slope", "the label has one value only");
    else if (c && isnan(c->slope))
        undefined(b, at, g, "NO_LOGISTIC_FIT", "intercept, slope",
                  "the scores are equal or separate the label entirely");
}

/* Contrasts that divide by what the group or the reference does not have. */
static void note_undefined_contrasts(remark_builder *b, const attribute_report *at, const group_result *g)
{
    const comparison *c = g->against_reference;
    if (!c) return;
    const group_result *r = &at->groups[at->reference];
    if (isnan(c->value[CONTRAST_DISPARATE_IMPACT]))
        undefined(b, at, g, "REFERENCE_RATE_ZERO", "disparate_impact, risk_ratio",
                  "nobody in the reference group was decided favorably");
    if (isnan(c->odds_ratio)) undefined(b, at, g, "ODDS_NOT_BOUNDED", "odds_ratio", "its denominator is 0");
    if (isnan(c->two_proportion_z.p_value))
        undefined(b, at, g, "DECISIONS_CONSTANT", "two_proportion_z, fisher_exact",
                  "this group and the reference were all decided alike");
    else if (isnan(c->risk_ratio_interval.low) || isnan(c->odds_ratio_interval.low))
        undefined(b, at, g, "WALD_INTERVAL_UNDEFINED", "the interval of risk_ratio or odds_ratio",
                  g->selected == 0 || r->selected == 0 ? "a group has no favorable decision"
                                                       : "a group has favorable decisions only");
}

static void note_left_out(remark_builder *b, const fairness_report *report, const attribute_report *at)
{
    text_builder names = text_builder_in(b->arena);
    size_t small = 0;
    for (size_t g = 0; g < at->group_count; g++) {
        const group_result *group = &at->groups[g];
        if (!group->is_small || group->is_missing) continue;
        text_add_format(&names, "%s%.*s (%llu)", small++ ? ", " : "", PRINT(group->name),
                        (unsigned long long)group->count);
    }
    text listed = text_built(&names);
    unsigned long long least = report->request.min_group_size;
    if (small)
        remark_say(b, "SMALL_GROUPS", at->name, "%.*s: fewer than %llu rows, shown but outside the verdict: %.*s.",
                   PRINT(at->name), least, PRINT(listed));
}

static void note_missing(remark_builder *b, const attribute_report *at)
{
    uint64_t rows = 0;
    for (size_t g = 0; g < at->group_count; g++)
        if (at->groups[g].is_missing) rows += at->groups[g].count;
    if (rows)
        remark_say(b, "MISSING_GROUP", at->name,
                   "%.*s: %llu rows without a value, shown as (missing), outside the verdict.", PRINT(at->name),
                   (unsigned long long)rows);
}

void notes_on_groups(remark_builder *notes, const fairness_report *report, const attribute_report *attribute)
{
    note_left_out(notes, report, attribute);
    note_missing(notes, attribute);
    for (size_t g = 0; g < attribute->group_count; g++) {
        note_undefined_rates(notes, report, attribute, &attribute->groups[g]);
        note_undefined_contrasts(notes, attribute, &attribute->groups[g]);
    }
}

/* ------------------------------------------------------------------ measures */

static double decisive_p(const contingency *tests)
{
    return tests->has_small_expected_count ? tests->fisher_p_value : tests->chi_square.p_value;
}

static void note_doubts(remark_builder *b, const fairness_report *report, const attribute_report *at)
{
    const fairness_policy *policy = &report->request.policy;
    double ratio = at->eligible.value[MEASURE_DEMOGRAPHIC_PARITY_RATIO], p = decisive_p(&at->eligible_tests);
    if (at->eligible_count && at->groups[at->best].rate[RATE_SELECTION] > 0.9)
        remark_say(
            b, "ALMOST_EVERYONE_SELECTED", at->name,
            "%.*s: almost everyone in %.*s is decided favorably; check that the outcome column and the favorable "
            "value are the intended ones.",
            PRINT(at->name), PRINT(at->groups[at->best].name));
    if (ratio < policy->impact_ratio_pass && p >= policy->significance)
        remark_say(b, "DIFFERENCE_MAY_BE_CHANCE", at->name,
                   "%.*s: the difference may be chance (p = %.3f); collect more data before concluding.",
                   PRINT(at->name), p);
    if (p < policy->significance && at->eligible_tests.cramers_v < policy->association_negligible)
        remark_say(b, "SIGNIFICANT_BUT_NEGLIGIBLE", at->name,
                   "%.*s: group and decision go together significantly, but negligibly (Cramér's V %.3f).",
                   PRINT(at->name), at->eligible_tests.cramers_v);
    if (at->tests.has_small_expected_count)
        remark_say(b, "SMALL_EXPECTED_COUNT", at->name,
                   "%.*s: an expected count is below 5; rely on Fisher's p value rather than on χ².", PRINT(at->name));
    if (at->group_count > FAIRNESS_MOST_PAIRED)
        remark_say(b, "PAIRS_NOT_LISTED", at->name, "%.*s: pairs are listed for at most %d groups; there are %zu.",
                   PRINT(at->name), FAIRNESS_MOST_PAIRED, at->group_count);
}

/* NULL where a note on the whole report says it: that there is no label, or no score. */
static const char *why_absent(const fairness_report *report, const attribute_report *at, fairness_measure m)
{
    bool is_calibration = m == MEASURE_EXPECTED_CALIBRATION_ERROR_DIFFERENCE;
    if (!report->has_label &&
        (is_calibration || (m >= MEASURE_THEIL_INDEX && m <= MEASURE_GINI_INDEX) ||
         (m >= MEASURE_EQUALIZED_ODDS_DIFFERENCE && m <= MEASURE_FALSE_DISCOVERY_RATE_DIFFERENCE) ||
         m == MEASURE_BIAS_AMPLIFICATION))
        return NULL;
    if (is_calibration && !report->has_score) return NULL;
    if (at->group_count < 2) return "it needs two groups";
    if (m == MEASURE_DISPARATE_IMPACT) return "nobody in the reference group was decided favorably";
    if (m == MEASURE_DEMOGRAPHIC_PARITY_RATIO) return "nobody was decided favorably";
    if (m == MEASURE_EPSILON_UNSMOOTHED)
        return "one group has no favorable, or only favorable, decisions: ε has no bound";
    if (m == MEASURE_CRAMERS_V) return "all decisions are alike";
    if (m >= MEASURE_THEIL_INDEX && m <= MEASURE_GINI_INDEX) return "the mean benefit is 0";
    return "too few groups have the rates that it is made of";
}

static void note_absent_measures(remark_builder *b, const fairness_report *report, const attribute_report *at)
{
    for (int m = 0; m < MEASURES; m++) {
        if (!isnan(at->all.value[m])) continue;
        const char *why = why_absent(report, at, (fairness_measure)m),
                   *name = fairness_measure_name((fairness_measure)m);
        if (!why) continue;
        remark_add(b, (remark){ .code = "MEASURE_UNDEFINED",
                                .subject = at->name,
                                .measure = text_of(name),
                                .value = NAN,
                                .bound = NAN,
                                .message = text_format(b->arena, "%.*s: %s cannot be given: %s.", PRINT(at->name), name,
                                                       why) });
    }
}

/* A range over many groups can only grow when noise is added, so that replicates lie above the data themselves. */
static void note_ranges(remark_builder *b, const attribute_report *at)
{
    text_builder fields = text_builder_in(b->arena);
    size_t count = 0;
    for (int m = 0; m < MEASURES; m++) {
        double value = at->all.value[m];
        confidence_interval i = at->all.interval[m];
        if (isnan(value) || isnan(i.low) || (value >= i.low && value <= i.high)) continue;
        text_add_format(&fields, "%s%s", count++ ? ", " : "", fairness_measure_name((fairness_measure)m));
    }
    text listed = text_built(&fields);
    if (count)
        remark_add(b, (remark){ .code = "INTERVAL_BESIDE_VALUE",
                                .subject = at->name,
                                .measure = listed,
                                .value = NAN,
                                .bound = NAN,
                                .message = text_format(b->arena,
                                                       "%.*s: the interval of %.*s does not hold the value itself. "
                                                       "Extremes over many or small groups grow when rows are drawn "
                                                       "anew; read the interval as a warning about small groups.",
                                                       PRINT(at->name), PRINT(listed)) });
}

static void note_absent_intervals(remark_builder *b, const fairness_report *report, const attribute_report *at)
{
    if (report->request.bootstrap_replicates == 0) return;
    size_t count = 0;
    for (int m = 0; m < REPEATED_MEASURES; m++)
        count += !isnan(at->all.value[repeated_measures[m]]) && isnan(at->all.interval[repeated_measures[m]].low);
    for (size_t g = 0; g < at->group_count; g++)
        for (int c = 0; at->groups[g].against_reference && c < GROUP_CONTRASTS; c++)
            count += !isnan(at->groups[g].against_reference->value[c]) &&
                     isnan(at->groups[g].against_reference->interval[c].low);
    if (count)
        remark_say(b, "INTERVALS_UNDEFINED", at->name,
                   "%.*s: %zu figures have no bootstrap interval, since more than a tenth of the replicates do not "
                   "define them.",
                   PRINT(at->name), count);
}

void notes_on_measures(remark_builder *notes, const fairness_report *report, const attribute_report *attribute)
{
    note_doubts(notes, report, attribute);
    note_absent_measures(notes, report, attribute);
    note_ranges(notes, attribute);
    note_absent_intervals(notes, report, attribute);
}

/* ------------------------------------------------------------------ combinations */

void notes_on_combinations(remark_builder *notes, const fairness_report *report, const attribute_report *attribute)
{
    if (!attribute->has_worst) return;
    double best = attribute->groups[attribute->best].rate[RATE_SELECTION];
    for (size_t i = 0; i < attribute->group_count; i++) {
        const group_result *g = &attribute->groups[i];
        double rate = g->rate[RATE_SELECTION], expected = g->expected_selection_rate;
        bool flagged = g->is_eligible && rate < report->request.policy.impact_ratio_pass * best;
        if (!flagged || !(rate < expected)) continue;
        text message = text_format(notes->arena,
                                   "%.*s, %.*s: %.1f %% against %.1f %% that the single attributes would lead one to "
                                   "expect.",
                                   PRINT(attribute->name), PRINT(g->name), 100 * rate, 100 * expected);
        remark_add(notes, (remark){ .code = "COMBINATION_BELOW_EXPECTATION",
                                    .subject = subject_of(notes->arena, attribute, g),
                                    .measure = TEXT("selection_rate"),
                                    .value = rate - expected,
                                    .bound = NAN,
                                    .message = message });
    }
}

/* ------------------------------------------------------------------ the whole */

void notes_on_report(remark_builder *notes, const fairness_report *report)
{
    if (report->decided_by == DECIDED_BY_LABEL)
        remark_say(
            notes, "LABEL_AUDITED", report->request.label,
            "Neither a prediction nor a score was given: the label itself is audited as if it were the decision; "
            "error rates and calibration do not apply.");
    else if (!report->has_label)
        remark_say(notes, "NO_LABEL", TEXT("label"),
                   "No label was given: base rates, error rates, inequality and calibration are null.");
    if (report->has_label && !report->has_score)
        remark_say(notes, "NO_SCORE", TEXT("score"), "No score was given: calibration is null.");
    if (report->has_score && !report->has_label)
        remark_say(notes, "NO_CALIBRATION", TEXT("score"), "Calibration needs a label and is null.");
    if (report->request.bootstrap_replicates == 0)
        remark_say(notes, "NO_BOOTSTRAP", TEXT("bootstrap"),
                   "No bootstrap was asked for: differences and ratios have no intervals.");
    const inequality *i = report->attributes[0].inequality; /* over all rows: the same for each attribute */
    if (i && isnan(i->entropy[0]))
        remark_say(
            notes, "MEAN_LOG_DEVIATION_UNDEFINED", TEXT("inequality"),
            "Generalized entropy with alpha 0 cannot be given, since the benefit of a wrongly denied person is 0.");
    if (i && isnan(i->top_bottom_ratio))
        remark_say(notes, "TOP_BOTTOM_RATIO_UNDEFINED", TEXT("inequality"),
                   "The ratio of the top to the bottom fifth cannot be given, since the bottom fifth holds nothing.");
}
