#include "engine/fairness/measures.h"

#include "engine/stats/stats.h"

#include <math.h>

const char *group_rate_name(group_rate r)
{
    static const char *const names[] = {
        [RATE_SELECTION] = "selection_rate",
        [RATE_BASE] = "base_rate",
        [RATE_TRUE_POSITIVE] = "true_positive_rate",
        [RATE_FALSE_POSITIVE] = "false_positive_rate",
        [RATE_TRUE_NEGATIVE] = "true_negative_rate",
        [RATE_FALSE_NEGATIVE] = "false_negative_rate",
        [RATE_PRECISION] = "precision",
        [RATE_FALSE_DISCOVERY] = "false_discovery_rate",
        [RATE_ACCURACY] = "accuracy",
        [RATE_ERROR] = "error_rate",
    };
    return names[r];
}

const char *group_contrast_name(group_contrast c)
{
    static const char *const names[] = {
        [CONTRAST_DISPARATE_IMPACT] = "disparate_impact",
        [CONTRAST_STATISTICAL_PARITY_DIFFERENCE] = "statistical_parity_difference",
        [CONTRAST_EQUAL_OPPORTUNITY_DIFFERENCE] = "equal_opportunity_difference",
        [CONTRAST_AVERAGE_ODDS_DIFFERENCE] = "average_odds_difference",
        [CONTRAST_AVERAGE_ABS_ODDS_DIFFERENCE] = "average_abs_odds_difference",
        [CONTRAST_PREDICTIVE_PARITY_DIFFERENCE] = "predictive_parity_difference",
        [CONTRAST_ERROR_RATE_DIFFERENCE] = "error_rate_difference",
        [CONTRAST_FALSE_DISCOVERY_RATE_DIFFERENCE] = "false_discovery_rate_difference",
    };
    return names[c];
}

const char *fairness_measure_name(fairness_measure m)
{
    static const char *const names[] = {
        [MEASURE_DISPARATE_IMPACT] = "disparate_impact",
        [MEASURE_STATISTICAL_PARITY_DIFFERENCE] = "statistical_parity_difference",
        [MEASURE_DEMOGRAPHIC_PARITY_DIFFERENCE] = "demographic_parity_difference",
        [MEASURE_DEMOGRAPHIC_PARITY_RATIO] = "demographic_parity_ratio",
        [MEASURE_EQUALIZED_ODDS_DIFFERENCE] = "equalized_odds_difference",
        [MEASURE_EQUALIZED_ODDS_RATIO] = "equalized_odds_ratio",
        [MEASURE_EQUAL_OPPORTUNITY_DIFFERENCE] = "equal_opportunity_difference",
        [MEASURE_FALSE_POSITIVE_RATE_DIFFERENCE] = "false_positive_rate_difference",
        [MEASURE_AVERAGE_ODDS_DIFFERENCE] = "average_odds_difference",
        [MEASURE_AVERAGE_ABS_ODDS_DIFFERENCE] = "average_abs_odds_difference",
        [MEASURE_PREDICTIVE_PARITY_DIFFERENCE] = "predictive_parity_difference",
        [MEASURE_ERROR_RATE_DIFFERENCE] = "error_rate_difference",
        [MEASURE_FALSE_DISCOVERY_RATE_DIFFERENCE] = "false_discovery_rate_difference",
        [MEASURE_EPSILON] = "epsilon",
        [MEASURE_EPSILON_UNSMOOTHED] = "epsilon_unsmoothed",
        [MEASURE_BIAS_AMPLIFICATION] = "bias_amplification",
        [MEASURE_CRAMERS_V] = "cramers_v",
        [MEASURE_THEIL_INDEX] = "theil_index",
        [MEASURE_BETWEEN_GROUP_THEIL_INDEX] = "between_group_theil_index",
        [MEASURE_GENERALIZED_ENTROPY_INDEX] = "generalized_entropy_index",
        [MEASURE_BETWEEN_GROUP_GENERALIZED_ENTROPY_INDEX] = "between_group_generalized_entropy_index",
        [MEASURE_COEFFICIENT_OF_VARIATION] = "coefficient_of_variation",
        [MEASURE_ATKINSON_INDEX] = "atkinson_index",
        [MEASURE_BETWEEN_GROUP_ATKINSON_INDEX] = "between_group_atkinson_index",
        [MEASURE_GINI_INDEX] = "gini_index",
        [MEASURE_EXPECTED_CALIBRATION_ERROR_DIFFERENCE] = "expected_calibration_error_difference",
    };
    return names[m];
}

bool fairness_measure_parse(text t, fairness_measure *out)
{
    for (int m = 0; m < MEASURES; m++) {
        if (!text_equal_string(t, fairness_measure_name((fairness_measure)m))) continue;
        *out = (fairness_measure)m;
        return true;
    }
    if (!text_equal_string(t, "epsilon_smoothed")) return false;
    *out = MEASURE_EPSILON;
    return true;
}

cell_counts cells_sum(const cell_counts *a, const cell_counts *b)
{
    cell_counts sum;
    for (int i = 0; i < CELLS; i++) sum.k[i] = a->k[i] + b->k[i];
    return sum;
}

/* ------------------------------------------------------------------ one group */

void measure_rates(const cell_counts *c, bool has_truth, double rate[GROUP_RATES])
{
    double tp = (double)c->k[CELL_TP], fp = (double)c->k[CELL_FP];
    double tn = (double)c->k[CELL_TN], fn = (double)c->k[CELL_FN];
    double rows = tp + fp + tn + fn;
    rate[RATE_SELECTION] = ratio_of(tp + fp, rows);
    if (!has_truth) {
        for (int r = RATE_SELECTION + 1; r < GROUP_RATES; r++) rate[r] = NAN;
        return;
    }
    rate[RATE_BASE] = ratio_of(tp + fn, rows);
    rate[RATE_TRUE_POSITIVE] = ratio_of(tp, tp + fn);
    rate[RATE_FALSE_POSITIVE] = ratio_of(fp, fp + tn);
    rate[RATE_TRUE_NEGATIVE] = ratio_of(tn, fp + tn);
    rate[RATE_FALSE_NEGATIVE] = ratio_of(fn, tp + fn);
    rate[RATE_PRECISION] = ratio_of(tp, tp + fp);
    rate[RATE_FALSE_DISCOVERY] = ratio_of(fp, tp + fp);
    rate[RATE_ACCURACY] = ratio_of(tp + tn, rows);
    rate[RATE_ERROR] = ratio_of(fp + fn, rows);
}

void measure_contrasts(const double rate[GROUP_RATES], const double reference[GROUP_RATES], double out[GROUP_CONTRASTS])
{
    double true_positive = rate[RATE_TRUE_POSITIVE] - reference[RATE_TRUE_POSITIVE];
    double false_positive = rate[RATE_FALSE_POSITIVE] - reference[RATE_FALSE_POSITIVE];
    out[CONTRAST_DISPARATE_IMPACT] = ratio_of(rate[RATE_SELECTION], reference[RATE_SELECTION]);
    out[CONTRAST_STATISTICAL_PARITY_DIFFERENCE] = rate[RATE_SELECTION] - reference[RATE_SELECTION];
    out[CONTRAST_EQUAL_OPPORTUNITY_DIFFERENCE] = true_positive;
    out[CONTRAST_AVERAGE_ODDS_DIFFERENCE] = (false_positive + true_positive) / 2;
    out[CONTRAST_AVERAGE_ABS_ODDS_DIFFERENCE] = (fabs(false_positive) + fabs(true_positive)) / 2;
    out[CONTRAST_PREDICTIVE_PARITY_DIFFERENCE] = rate[RATE_PRECISION] - reference[RATE_PRECISION];
    out[CONTRAST_ERROR_RATE_DIFFERENCE] = rate[RATE_ERROR] - reference[RATE_ERROR];
    out[CONTRAST_FALSE_DISCOVERY_RATE_DIFFERENCE] = rate[RATE_FALSE_DISCOVERY] - reference[RATE_FALSE_DISCOVERY];
}

/* ------------------------------------------------------------------ one attribute */

/* Lowest and highest of the values that exist. */
typedef struct range {
    double low, high;
    size_t count;
} range;

static void range_take(range *r, double value)
{
    if (isnan(value)) return;
    if (r->count == 0 || value < r->low) r->low = value;
    if (r->count == 0 || value > r->high) r->high = value;
    r->count++;
}

static double range_difference(const range *r)
{
    return r->count >= 2 ? r->high - r->low : NAN;
}

static double range_ratio(const range *r)
{
    return r->count >= 2 ? ratio_of(r->low, r->high) : NAN;
}

static void range_measures(const measure_input *in, const membership *member, double out[MEASURES])
{
    range selection = { 0 }, true_positive = { 0 }, false_positive = { 0 };
    for (size_t g = 0; g < in->groups; g++) {
        if (member[g].selection) range_take(&selection, in->rates[g][RATE_SELECTION]);
        if (member[g].true_positive) range_take(&true_positive, in->rates[g][RATE_TRUE_POSITIVE]);
        if (member[g].false_positive) range_take(&false_positive, in->rates[g][RATE_FALSE_POSITIVE]);
    }
    out[MEASURE_DEMOGRAPHIC_PARITY_DIFFERENCE] = range_difference(&selection);
    out[MEASURE_DEMOGRAPHIC_PARITY_RATIO] = range_ratio(&selection);
    out[MEASURE_EQUAL_OPPORTUNITY_DIFFERENCE] = range_difference(&true_positive);
    out[MEASURE_FALSE_POSITIVE_RATE_DIFFERENCE] = range_difference(&false_positive);
    /* fmax and fmin pass over a NaN: an undefined rate takes no part. */
    out[MEASURE_EQUALIZED_ODDS_DIFFERENCE] = fmax(range_difference(&true_positive), range_difference(&false_positive));
    out[MEASURE_EQUALIZED_ODDS_RATIO] = fmin(range_ratio(&true_positive), range_ratio(&false_positive));
}

const extreme_contrast extreme_contrasts[EXTREME_CONTRASTS] = {
    { MEASURE_DISPARATE_IMPACT, CONTRAST_DISPARATE_IMPACT },
    { MEASURE_STATISTICAL_PARITY_DIFFERENCE, CONTRAST_STATISTICAL_PARITY_DIFFERENCE },
    { MEASURE_AVERAGE_ODDS_DIFFERENCE, CONTRAST_AVERAGE_ODDS_DIFFERENCE },
    { MEASURE_AVERAGE_ABS_ODDS_DIFFERENCE, CONTRAST_AVERAGE_ABS_ODDS_DIFFERENCE },
    { MEASURE_PREDICTIVE_PARITY_DIFFERENCE, CONTRAST_PREDICTIVE_PARITY_DIFFERENCE },
    { MEASURE_ERROR_RATE_DIFFERENCE, CONTRAST_ERROR_RATE_DIFFERENCE },
    { MEASURE_FALSE_DISCOVERY_RATE_DIFFERENCE, CONTRAST_FALSE_DISCOVERY_RATE_DIFFERENCE },
};

const fairness_measure repeated_measures[REPEATED_MEASURES] = {
    MEASURE_DEMOGRAPHIC_PARITY_DIFFERENCE,
    MEASURE_DEMOGRAPHIC_PARITY_RATIO,
    MEASURE_EQUALIZED_ODDS_DIFFERENCE,
    MEASURE_EQUALIZED_ODDS_RATIO,
    MEASURE_EQUAL_OPPORTUNITY_DIFFERENCE,
    MEASURE_FALSE_POSITIVE_RATE_DIFFERENCE,
    MEASURE_EPSILON,
    MEASURE_BIAS_AMPLIFICATION,
};

/* A ratio is the worse the lower it is, a difference the farther from 0; on a tie the earlier group's stands. */
static bool is_more_extreme(group_contrast c, double value, double so_far)
{
    if (isnan(value)) return false;
    if (isnan(so_far)) return true;
    return c == CONTRAST_DISPARATE_IMPACT ? value < so_far : fabs(value) > fabs(so_far);
}

static void reference_measures(const measure_input *in, const membership *member, double out[MEASURES])
{
    for (size_t i = 0; i < EXTREME_CONTRASTS; i++) {
        const extreme_contrast *e = &extreme_contrasts[i];
        out[e->measure] = NAN;
        for (size_t g = 0; g < in->groups; g++) {
            if (g == in->reference || !member[g].selection) continue;
            double value = in->contrasts[g][e->contrast];
            if (is_more_extreme(e->contrast, value, out[e->measure])) out[e->measure] = value;
        }
    }
}

double measure_epsilon(const cell_counts *counts, const membership *member, size_t groups, cells_reader successes,
                       double add)
{
    range yes = { 0 }, no = { 0 };
    for (size_t g = 0; g < groups; g++) {
        if (!member[g].epsilon) continue;
        double n = (double)cells_rows(&counts[g]), k = (double)successes(&counts[g]);
        range_take(&yes, ratio_of(k + add, n + 2 * add));
        range_take(&no, ratio_of(n - k + add, n + 2 * add));
    }
    if (yes.count < 2 || yes.low <= 0 || no.low <= 0) return NAN;
    return fmax(log(yes.high / yes.low), log(no.high / no.low));
}

void measure_repeated(const measure_input *in, const membership *member, double out[MEASURES])
{
    range_measures(in, member, out);
    out[MEASURE_EPSILON] = measure_epsilon(in->counts, member, in->groups, cells_selected, 1);
    out[MEASURE_BIAS_AMPLIFICATION] = NAN;
    if (!in->has_truth) return;
    double labels = measure_epsilon(in->counts, member, in->groups, cells_truly_favorable, 1);
    out[MEASURE_BIAS_AMPLIFICATION] = out[MEASURE_EPSILON] - labels;
}

void measure_scalars(const measure_input *in, const membership *member, double out[MEASURES])
{
    measure_repeated(in, member, out);
    reference_measures(in, member, out);
    out[MEASURE_EPSILON_UNSMOOTHED] = measure_epsilon(in->counts, member, in->groups, cells_selected, 0);
}

/* ------------------------------------------------------------------ inequality */

/* Group means with the groups' sizes as weights. At most FAIRNESS_MOST_INTERSECTIONS groups. */
typedef struct group_means {
    double value[FAIRNESS_MOST_INTERSECTIONS], weight[FAIRNESS_MOST_INTERSECTIONS];
} group_means;

static void group_means_of(const cell_counts *counts, size_t groups, group_means *out)
{
    for (size_t g = 0; g < groups; g++) {
        double n = (double)cells_rows(&counts[g]);
        double more = (double)counts[g].k[CELL_FP] - (double)counts[g].k[CELL_FN];
        out->value[g] = n > 0 ? (n + more) / n : 0;
        out->weight[g] = n;
    }
}

double measure_between_atkinson(const cell_counts *counts, size_t groups)
{
    group_means means;
    group_means_of(counts, groups, &means);
    return stats_atkinson(means.value, means.weight, groups, 0.5);
}

inequality measure_inequality(const cell_counts *counts, size_t groups)
{
    cell_counts all = { 0 };
    for (size_t g = 0; g < groups; g++) all = cells_sum(&all, &counts[g]);
    const double value[] = { 0, 1, 2 }; /* wrongly denied, right, wrongly granted */
    const double weight[] = { (double)all.k[CELL_FN], (double)(all.k[CELL_TP] + all.k[CELL_TN]),
                              (double)all.k[CELL_FP] };
    group_means means;
    group_means_of(counts, groups, &means);
    inequality made = { .mean = stats_mean(value, weight, 3) };
    for (int alpha = 0; alpha < 3; alpha++) {
        made.entropy[alpha] = stats_generalized_entropy(value, weight, 3, alpha);
        made.between[alpha] = stats_generalized_entropy(means.value, means.weight, groups, alpha);
    }
    made.atkinson_half = stats_atkinson(value, weight, 3, 0.5);
    made.atkinson_one = stats_atkinson(value, weight, 3, 1);
    made.gini = stats_gini(value, weight, 3);
    made.coefficient_of_variation = sqrt(2 * made.entropy[2]);
    for (int fifth = 0; fifth < 5; fifth++)
        made.quintile_share[fifth] =
            stats_lorenz(value, weight, 3, (fifth + 1) / 5.0) - stats_lorenz(value, weight, 3, fifth / 5.0);
    made.top_bottom_ratio = ratio_of(made.quintile_share[4], made.quintile_share[0]);
    return made;
}
