#include "engine/aic_engine.h"

#include <math.h>

/* ------------------------------------------------------------------ small pieces */

static void key_number(json_writer *w, const char *key, double value)
{
    json_key(w, key);
    json_write_number(w, value);
}

static void key_count(json_writer *w, const char *key, uint64_t value)
{
    json_key(w, key);
    json_write_integer(w, (int64_t)value);
}

static void key_text(json_writer *w, const char *key, text value)
{
    json_key(w, key);
    json_write_text(w, value);
}

static void key_string(json_writer *w, const char *key, const char *value)
{
    json_key(w, key);
    json_write_string(w, value);
}

static void key_bool(json_writer *w, const char *key, bool value)
{
    json_key(w, key);
    json_write_bool(w, value);
}

static void key_open(json_writer *w, const char *key, char bracket)
{
    json_key(w, key);
    json_open(w, bracket);
}

static void write_interval(json_writer *w, confidence_interval i)
{
    if (isnan(i.low) || isnan(i.high)) {
        json_write_null(w);
        return;
    }
    json_open(w, '[');
    json_write_number(w, i.low);
    json_write_number(w, i.high);
    json_close(w, ']');
}

static void key_interval(json_writer *w, const char *key, confidence_interval i)
{
    json_key(w, key);
    write_interval(w, i);
}

static void key_texts(json_writer *w, const char *key, const text *items, size_t count)
{
    key_open(w, key, '[');
    for (size_t i = 0; i < count; i++) json_write_text(w, items[i]);
    json_close(w, ']');
}

static void key_remarks(json_writer *w, const char *key, remark_list list)
{
    key_open(w, key, '[');
    for (size_t i = 0; i < list.count; i++) {
        const remark *r = &list.items[i];
        json_open(w, '{');
        key_string(w, "code", r->code);
        key_text(w, "subject", r->subject);
        if (text_is(r->measure)) key_text(w, "measure", r->measure);
        if (!isnan(r->value)) key_number(w, "value", r->value);
        if (!isnan(r->bound)) key_number(w, "bound", r->bound);
        key_text(w, "message", r->message);
        json_close(w, '}');
    }
    json_close(w, ']');
}

/* ------------------------------------------------------------------ a group */

static void write_calibration(json_writer *w, const calibration *c)
{
    key_open(w, "calibration", '{');
    key_number(w, "maximum_calibration_error", c->maximum_calibration_error);
    key_number(w, "auc", c->auc);
    key_number(w, "intercept", c->intercept);
    key_number(w, "slope", c->slope);
    key_open(w, "reliability", '[');
    for (int b = 0; b < CALIBRATION_BINS; b++) {
        const reliability_bin *bin = &c->bins[b];
        json_open(w, '{');
        key_number(w, "low", bin->low);
        key_number(w, "high", bin->high);
        key_count(w, "count", bin->count);
        key_number(w, "mean_score", bin->mean_score);
        key_number(w, "mean_label", bin->mean_label);
        json_close(w, '}');
    }
    json_close(w, ']');
    json_close(w, '}');
}

static void key_count_if(json_writer *w, const char *key, bool known, uint64_t value)
{
    json_key(w, key);
    if (known)
        json_write_integer(w, (int64_t)value);
    else
        json_write_null(w);
}

static void write_group(json_writer *w, const fairness_report *report, const group_result *g)
{
    json_key_text(w, g->name);
    json_open(w, '{');
    key_count(w, "count", g->count);
    key_count(w, "selected", g->selected);
    key_bool(w, "small", g->is_small);
    key_bool(w, "missing", g->is_missing);
    key_bool(w, "eligible", g->is_eligible);
    key_count_if(w, "tp", report->has_label, g->tp);
    key_count_if(w, "fp", report->has_label, g->fp);
    key_count_if(w, "tn", report->has_label, g->tn);
    key_count_if(w, "fn", report->has_label, g->fn);
    for (int r = 0; r < GROUP_RATES; r++) key_number(w, group_rate_name((group_rate)r), g->rate[r]);
    key_number(w, "brier", g->calibration ? g->calibration->brier : NAN);
    key_number(w, "expected_calibration_error", g->calibration ? g->calibration->expected_calibration_error : NAN);
    if (g->calibration) write_calibration(w, g->calibration);
    if (!isnan(g->expected_selection_rate)) {
        key_number(w, "expected_selection_rate", g->expected_selection_rate);
        key_number(w, "gap_beyond_single_attributes", g->rate[RATE_SELECTION] - g->expected_selection_rate);
    }
    key_open(w, "ci", '{');
    for (int r = 0; r < GROUP_RATES; r++) key_interval(w, group_rate_name((group_rate)r), g->interval[r]);
    json_close(w, '}');
    json_close(w, '}');
}

/* ------------------------------------------------------------------ comparisons */

static void write_significance(json_writer *w, const char *key, const char *statistic, const significance_test *t)
{
    key_open(w, key, '{');
    key_number(w, statistic, t->statistic);
    key_number(w, "p_value", t->p_value);
    key_number(w, "p_value_holm", t->p_value_holm);
    json_close(w, '}');
}

static void write_comparison(json_writer *w, const comparison *c)
{
    json_open(w, '{');
    for (int k = 0; k < GROUP_CONTRASTS; k++) key_number(w, group_contrast_name((group_contrast)k), c->value[k]);
    write_significance(w, "two_proportion_z", "statistic", &c->two_proportion_z);
    write_significance(w, "fisher_exact", "odds_ratio", &c->fisher_exact);
    key_number(w, "risk_ratio", c->risk_ratio);
    key_number(w, "odds_ratio", c->odds_ratio);
    key_number(w, "cohens_h", c->cohens_h);
    key_number(w, "detectable_gap", c->detectable_gap);
    key_open(w, "ci", '{');
    for (int k = 0; k < GROUP_CONTRASTS; k++) key_interval(w, group_contrast_name((group_contrast)k), c->interval[k]);
    key_interval(w, "risk_ratio", c->risk_ratio_interval);
    key_interval(w, "odds_ratio", c->odds_ratio_interval);
    json_close(w, '}');
    json_close(w, '}');
}

static void write_comparisons(json_writer *w, const attribute_report *at)
{
    key_open(w, "against_reference", '{');
    for (size_t g = 0; g < at->group_count; g++) {
        if (!at->groups[g].against_reference) continue;
        json_key_text(w, at->groups[g].name);
        write_comparison(w, at->groups[g].against_reference);
    }
    json_close(w, '}');
}

static void write_reference_vs_rest(json_writer *w, const attribute_report *at)
{
    json_key(w, "reference_vs_rest");
    const reference_vs_rest *r = at->reference_vs_rest;
    if (!r) {
        json_write_null(w);
        return;
    }
    json_open(w, '{');
    key_text(w, "privileged", at->groups[at->reference].name);
    for (int c = 0; c < GROUP_CONTRASTS; c++) key_number(w, group_contrast_name((group_contrast)c), r->value[c]);
    key_number(w, "theil_index", at->all.value[MEASURE_THEIL_INDEX]);
    key_number(w, "generalized_entropy_index", at->all.value[MEASURE_GENERALIZED_ENTROPY_INDEX]);
    key_number(w, "coefficient_of_variation", at->all.value[MEASURE_COEFFICIENT_OF_VARIATION]);
    key_number(w, "between_group_theil_index", r->between_group_theil_index);
    key_number(w, "between_group_generalized_entropy_index", r->between_group_generalized_entropy_index);
    key_number(w, "differential_fairness_bias_amplification", r->bias_amplification);
    json_close(w, '}');
}

static void write_pairs(json_writer *w, const attribute_report *at)
{
    key_open(w, "pairs", '[');
    for (size_t i = 0; i < at->pair_count; i++) {
        const group_pair *p = &at->pairs[i];
        json_open(w, '{');
        key_text(w, "first", at->groups[p->first].name);
        key_text(w, "second", at->groups[p->second].name);
        key_number(w, "difference", p->difference);
        key_number(w, "ratio", p->ratio);
        key_number(w, "statistic", p->two_proportion_z.statistic);
        key_number(w, "p_value", p->two_proportion_z.p_value);
        key_number(w, "p_value_holm", p->two_proportion_z.p_value_holm);
        key_number(w, "cohens_h", p->cohens_h);
        json_close(w, '}');
    }
    json_close(w, ']');
}

/* ------------------------------------------------------------------ scalars of an attribute */

static void write_measures(json_writer *w, const char *key, const measures *m)
{
    key_open(w, key, '{');
    for (int i = 0; i < MEASURES; i++) {
        key_number(w, fairness_measure_name((fairness_measure)i), m->value[i]);
        if (i == MEASURE_EPSILON) key_number(w, "epsilon_smoothed", m->value[i]);
    }
    json_close(w, '}');
}

static void write_measure_intervals(json_writer *w, const char *key, const measures *m)
{
    key_open(w, key, '{');
    for (int i = 0; i <= MEASURE_BIAS_AMPLIFICATION; i++)
        if (!isnan(m->interval[i].low)) key_interval(w, fairness_measure_name((fairness_measure)i), m->interval[i]);
    json_close(w, '}');
}

static void write_contingency_test(json_writer *w, const char *key, const contingency_test *t)
{
    key_open(w, key, '{');
    key_number(w, "statistic", t->statistic);
    key_count(w, "dof", t->dof);
    key_number(w, "p_value", t->p_value);
    json_close(w, '}');
}

/* z of the attribute: of two groups the one test there is, of more the pair with the smallest p value. */
static void write_leading_z(json_writer *w, const attribute_report *at)
{
    const group_pair *lead = NULL;
    for (size_t i = 0; i < at->pair_count; i++) {
        const group_pair *p = &at->pairs[i];
        if (isnan(p->two_proportion_z.p_value)) continue;
        if (!lead || fabs(p->two_proportion_z.statistic) > fabs(lead->two_proportion_z.statistic)) lead = p;
    }
    json_key(w, "two_proportion_z");
    if (!lead) {
        json_write_null(w);
        return;
    }
    json_open(w, '{');
    key_text(w, "first", at->groups[lead->first].name);
    key_text(w, "second", at->groups[lead->second].name);
    key_number(w, "statistic", lead->two_proportion_z.statistic);
    key_number(w, "p_value", lead->two_proportion_z.p_value);
    key_number(w, "p_value_holm", lead->two_proportion_z.p_value_holm);
    json_close(w, '}');
}

static void write_tests_members(json_writer *w, const contingency *t)
{
    write_contingency_test(w, "chi_square", &t->chi_square);
    write_contingency_test(w, "g_test", &t->g_test);
    key_open(w, "fisher", '{');
    key_number(w, "odds_ratio", t->fisher_odds_ratio);
    key_number(w, "p_value", t->fisher_p_value);
    key_string(w, "method", isnan(t->fisher_p_value) ? NULL : t->fisher_replicates ? "monte_carlo" : "exact");
    key_count(w, "replicates", t->fisher_replicates);
    json_close(w, '}');
    key_number(w, "cramers_v", t->cramers_v);
    key_string(w, "strength", t->strength);
    key_bool(w, "small_expected_count", t->has_small_expected_count);
}

static void write_tests(json_writer *w, const attribute_report *at)
{
    key_open(w, "tests", '{');
    write_tests_members(w, &at->tests);
    write_leading_z(w, at);
    key_number(w, "detectable_gap", at->detectable_gap);
    json_close(w, '}');
}

static void write_eligible(json_writer *w, const attribute_report *at)
{
    key_open(w, "eligible", '{');
    key_open(w, "groups", '[');
    for (size_t g = 0; g < at->group_count; g++)
        if (at->groups[g].is_eligible) json_write_text(w, at->groups[g].name);
    json_close(w, ']');
    write_measures(w, "metrics", &at->eligible);
    write_measure_intervals(w, "metrics_ci", &at->eligible);
    key_open(w, "tests", '{');
    write_tests_members(w, &at->eligible_tests);
    json_close(w, '}');
    json_close(w, '}');
}

static void write_fairlearn(json_writer *w, const attribute_report *at)
{
    key_open(w, "fairlearn", '{');
    key_number(w, "equalized_odds_difference", at->fairlearn_equalized_odds_difference);
    key_number(w, "equalized_odds_ratio", at->fairlearn_equalized_odds_ratio);
    key_number(w, "equal_opportunity_difference", at->fairlearn_equal_opportunity_difference);
    json_close(w, '}');
}

static void write_inequality(json_writer *w, const inequality *i)
{
    json_key(w, "inequality");
    if (!i) {
        json_write_null(w);
        return;
    }
    static const char *const alphas[] = { "0", "1", "2" };
    json_open(w, '{');
    key_number(w, "mean_benefit", i->mean);
    key_open(w, "generalized_entropy", '{');
    for (int a = 0; a < 3; a++) key_number(w, alphas[a], i->entropy[a]);
    json_close(w, '}');
    key_open(w, "between_groups", '{');
    for (int a = 0; a < 3; a++) key_number(w, alphas[a], i->between[a]);
    json_close(w, '}');
    key_open(w, "within_groups", '{');
    for (int a = 0; a < 3; a++) key_number(w, alphas[a], i->entropy[a] - i->between[a]);
    json_close(w, '}');
    key_open(w, "atkinson", '{');
    key_number(w, "0.5", i->atkinson_half);
    key_number(w, "1", i->atkinson_one);
    json_close(w, '}');
    key_number(w, "gini", i->gini);
    key_number(w, "coefficient_of_variation", i->coefficient_of_variation);
    key_open(w, "quintile_shares", '[');
    for (int q = 0; q < 5; q++) json_write_number(w, i->quintile_share[q]);
    json_close(w, ']');
    key_number(w, "top_bottom_ratio", i->top_bottom_ratio);
    json_close(w, '}');
}

static void write_epsilon(json_writer *w, const attribute_report *at)
{
    double epsilon = at->all.value[MEASURE_EPSILON];
    key_open(w, "epsilon_fairness", '{');
    key_number(w, "smoothed", epsilon);
    key_number(w, "unsmoothed", at->all.value[MEASURE_EPSILON_UNSMOOTHED]);
    key_number(w, "eligible", at->eligible.value[MEASURE_EPSILON]);
    key_number(w, "least_ratio", exp(-epsilon));
    key_number(w, "greatest_ratio", exp(epsilon));
    key_open(w, "violations", '[');
    for (size_t i = 0; i < at->epsilon_violation_count; i++) {
        const epsilon_violation *v = &at->epsilon_violations[i];
        json_open(w, '{');
        key_text(w, "first", at->groups[v->first].name);
        key_text(w, "second", at->groups[v->second].name);
        key_string(w, "outcome", v->favorable ? "favorable" : "unfavorable");
        key_number(w, "ratio", v->ratio);
        json_close(w, '}');
    }
    json_close(w, ']');
    json_close(w, '}');
}

/* Keys are "group|1" for rows whose label is favorable and "group|0" for the others, whatever the label's own values
 * (columns.label_values names them). A combination that does not occur is absent. */
static void write_weights(json_writer *w, const attribute_report *at)
{
    key_open(w, "reweighing_weights", '{');
    for (size_t g = 0; g < at->group_count; g++) {
        const group_result *group = &at->groups[g];
        const double weights[] = { group->weight_unfavorable, group->weight_favorable };
        for (int favorable = 0; favorable < 2; favorable++) {
            if (isnan(weights[favorable])) continue;
            json_key_text(w, text_format(w->out.arena, "%.*s|%d", PRINT(group->name), favorable));
            json_write_number(w, weights[favorable]);
        }
    }
    json_close(w, '}');
}

static void write_findings(json_writer *w, const attribute_report *at)
{
    key_open(w, "findings", '[');
    for (size_t i = 0; i < at->finding_count; i++) {
        const finding *f = &at->findings[i];
        json_open(w, '{');
        key_string(w, "operation", f->operation);
        key_string(w, "verdict", verdict_name(f->verdict));
        key_string(w, "measure", f->measure);
        key_number(w, "value", f->value);
        key_number(w, "pass", f->pass);
        key_number(w, "review", f->review);
        json_close(w, '}');
    }
    json_close(w, ']');
}

static void write_worst(json_writer *w, const attribute_report *at)
{
    key_text(w, "worst_group", at->has_worst ? at->groups[at->worst].name : NO_TEXT);
    key_text(w, "best_group", at->has_worst ? at->groups[at->best].name : NO_TEXT);
    json_key(w, "shortfall");
    if (at->has_worst)
        json_write_integer(w, (int64_t)at->shortfall);
    else
        json_write_null(w);
}

/* ------------------------------------------------------------------ an attribute */

static void write_attribute(json_writer *w, const fairness_report *report, const attribute_report *at)
{
    json_open(w, '{');
    key_texts(w, "columns", at->columns, at->column_count);
    key_text(w, "reference", at->group_count ? at->groups[at->reference].name : NO_TEXT);
    key_open(w, "groups", '{');
    for (size_t g = 0; g < at->group_count; g++) write_group(w, report, &at->groups[g]);
    json_close(w, '}');
    write_measures(w, "metrics", &at->all);
    write_measure_intervals(w, "metrics_ci", &at->all);
    write_tests(w, at);
    write_comparisons(w, at);
    write_reference_vs_rest(w, at);
    write_pairs(w, at);
    write_eligible(w, at);
    write_fairlearn(w, at);
    write_epsilon(w, at);
    write_inequality(w, at->inequality);
    key_number(w, "bias_amplification", at->all.value[MEASURE_BIAS_AMPLIFICATION]);
    write_weights(w, at);
    write_worst(w, at);
    write_findings(w, at);
    key_string(w, "verdict", verdict_name(at->verdict));
    key_remarks(w, "reasons", at->reasons);
    key_remarks(w, "notes", at->notes);
    json_close(w, '}');
}

/* ------------------------------------------------------------------ the whole */

static const char *source_name(decision_source s)
{
    return s == DECIDED_BY_PREDICTION ? "prediction" : s == DECIDED_BY_SCORE ? "score" : "label";
}

static void write_columns(json_writer *w, const fairness_report *report)
{
    const fairness_request *r = &report->request;
    key_open(w, "columns", '{');
    key_texts(w, "protected", r->protected_columns, r->protected_count);
    key_text(w, "label", r->label);
    key_text(w, "prediction", r->prediction);
    key_text(w, "score", r->score);
    key_string(w, "decided_by", source_name(report->decided_by));
    if (text_is(r->label)) {
        key_open(w, "label_values", '{');
        key_text(w, "favorable", report->label_favorable);
        key_text(w, "unfavorable", report->label_unfavorable);
        json_close(w, '}');
    }
    json_close(w, '}');
}

static void write_settings(json_writer *w, const fairness_request *r)
{
    const fairness_policy *p = &r->policy;
    key_open(w, "settings", '{');
    key_number(w, "threshold", r->threshold);
    key_count(w, "bootstrap", r->bootstrap_replicates);
    key_number(w, "confidence", 0.95);
    key_count(w, "min_group_size", r->min_group_size);
    json_key(w, "use_case");
    if (r->use_case == USE_CASE_NONE)
        json_write_null(w);
    else
        json_write_string(w, use_case_name(r->use_case));
    key_open(w, "thresholds", '{');
    key_number(w, "impact_ratio_pass", p->impact_ratio_pass);
    key_number(w, "impact_ratio_review", p->impact_ratio_review);
    key_number(w, "parity_difference_pass", p->parity_difference_pass);
    key_number(w, "parity_difference_review", p->parity_difference_review);
    key_number(w, "odds_difference_pass", p->odds_difference_pass);
    key_number(w, "odds_difference_review", p->odds_difference_review);
    key_number(w, "false_positive_gap_pass", p->false_positive_gap_pass);
    key_number(w, "significance", p->significance);
    key_number(w, "epsilon_pass", p->epsilon_pass);
    key_number(w, "epsilon_review", p->epsilon_review);
    key_number(w, "theil_pass", p->theil_pass);
    key_number(w, "theil_review", p->theil_review);
    key_number(w, "atkinson_pass", p->atkinson_pass);
    key_number(w, "atkinson_review", p->atkinson_review);
    key_number(w, "calibration_gap_pass", p->calibration_gap_pass);
    key_number(w, "calibration_gap_review", p->calibration_gap_review);
    json_close(w, '}');
    json_close(w, '}');
}

static void write_gates(json_writer *w, const fairness_report *report)
{
    key_open(w, "gates", '[');
    for (size_t i = 0; i < report->gate_count; i++) {
        const gate_result *g = &report->gates[i];
        json_open(w, '{');
        key_text(w, "expression", g->gate.expression);
        key_text(w, "attribute", g->attribute);
        key_number(w, "value", g->value);
        key_bool(w, "passed", g->passed);
        if (!g->passed) key_text(w, "reason", g->reason);
        json_close(w, '}');
    }
    json_close(w, ']');
    key_bool(w, "passed", report->passed);
}

void fairness_report_json_members(json_writer *w, const fairness_report *report)
{
    key_string(w, "operation", "analyze");
    key_string(w, "verdict", verdict_name(report->verdict));
    key_text(w, "headline", report->headline);
    key_remarks(w, "reasons", report->reasons);
    key_remarks(w, "notes", report->notes);
    key_remarks(w, "warnings", report->warnings);
    key_string(w, "right", "HUMAN_AGENCY");
    key_string(w, "policy_version", report->request.policy.version);
    key_string(w, "engine_version", engine_version());
    key_count(w, "rows", report->rows);
    key_count(w, "dropped_rows", report->dropped_rows);
    key_count(w, "seed", report->request.seed);
    key_text(w, "favorable", report->favorable);
    write_columns(w, report);
    write_settings(w, &report->request);
    key_open(w, "attributes", '{');
    for (size_t i = 0; i < report->attribute_count; i++) {
        json_key_text(w, report->attributes[i].name);
        write_attribute(w, report, &report->attributes[i]);
    }
    json_close(w, '}');
    if (report->intersectional) {
        json_key(w, "intersectional");
        write_attribute(w, report, report->intersectional);
    }
    write_gates(w, report);
}

void fairness_report_json(json_writer *w, const fairness_report *report)
{
    json_open(w, '{');
    fairness_report_json_members(w, report);
    json_close(w, '}');
}
