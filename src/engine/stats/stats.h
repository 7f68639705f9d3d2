/* Statistics on counts and on weighted values. Nothing here knows groups, fairness or tables of data.
 * An undefined result is NaN. */
#ifndef AIC_ENGINE_STATS_H
#define AIC_ENGINE_STATS_H

#include "engine/aic_engine.h"
#include "engine/stats/random.h"

#define Z_975 1.959963984540054 /* 97.5 % point of the normal distribution: 95 % intervals */

extern const confidence_interval no_interval; /* both NaN */

double ratio_of(double numerator, double denominator); /* NaN for a denominator of 0 */

/* Wilson's score interval of k out of n (1927). NaN for n = 0. */
confidence_interval stats_wilson(uint64_t k, uint64_t n);

/* z of k1/n1 - k2/n2, variance pooled; NaN when all or none of both are successes. */
significance_test stats_two_proportion_z(uint64_t k1, uint64_t n1, uint64_t k2, uint64_t n2);
double stats_cohens_h(double p1, double p2); /* 2 asin √p1 - 2 asin √p2 */

/* Wald intervals on the log scale. NaN when a count is 0. */
confidence_interval stats_risk_ratio_interval(uint64_t k1, uint64_t n1, uint64_t k2, uint64_t n2);
confidence_interval stats_odds_ratio_interval(uint64_t k1, uint64_t n1, uint64_t k2, uint64_t n2);

/* Smallest |p1 - p2| that a two-sided z test at 5 % shows with 80 % power, both rates near `pooled`. */
double stats_detectable_gap(double pooled, uint64_t n1, uint64_t n2);

/* Holm's step-down adjustment (1979). NaN p values are not in the family and stay NaN. */
void stats_holm(arena *scratch, const double *p_values, double *adjusted, size_t count);

/* Fisher's exact test of the table [[k1, n1 - k1], [k2, n2 - k2]]: the conditional two-sided p value, which is the sum
 * of the probabilities of all tables at most (1 + 1e-7) times as likely as this one, and the sample odds ratio. */
significance_test stats_fisher_exact(uint64_t k1, uint64_t n1, uint64_t k2, uint64_t n2);

/* Fisher's test of an r × 2 table by Monte Carlo: the share of `replicates` random tables with these margins, and this
 * table itself, that are at most as likely as this table. */
double stats_fisher_monte_carlo(arena *scratch, const uint64_t *k, const uint64_t *n, size_t rows, uint32_t replicates,
                                random_stream *r);

/* Pearson's χ² without continuity correction, and G, of an r × 2 table; rows with n = 0 do not count. All NaN when
 * fewer than two rows or only one column have counts. */
typedef struct two_column_tests {
    contingency_test chi_square, g_test;
    double cramers_v;
    double least_expected;
} two_column_tests;
two_column_tests stats_two_columns(const uint64_t *k, const uint64_t *n, size_t rows);

/* Inequality indices of a population in which value[i] >= 0 is held by weight[i] people. */
double stats_generalized_entropy(const double *value, const double *weight, size_t count, double alpha);
double stats_atkinson(const double *value, const double *weight, size_t count, double epsilon);
double stats_mean(const double *value, const double *weight, size_t count);
/* For these two, values are in ascending order. */
double stats_gini(const double *value, const double *weight, size_t count);
/* Share of the total that the poorest `part` (0 .. 1) of the population holds. */
double stats_lorenz(const double *value, const double *weight, size_t count, double part);

/* The q-quantile (0 .. 1) of values that are not NaN, with linear interpolation between order statistics (NumPy's
 * default, type 7). Reorders the values. */
double stats_quantile(double *values, size_t count, double q);

/* Maximum-likelihood fit of P(1) = 1 / (1 + exp(-(intercept + slope * x))) to ones[i] successes out of count[i] at
 * x[i]. Both NaN when there is no maximum: one class only, one x only, or classes that x separates. */
typedef struct logistic_line {
    double intercept, slope;
} logistic_line;
logistic_line stats_logistic_line(const double *x, const double *ones, const double *count, size_t points);

#endif
