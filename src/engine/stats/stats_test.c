/* Against published values, exact integer arithmetic, and slow but obvious computations. */
#include "engine/stats/distributions.h"
#include "engine/stats/stats.h"
#include "engine/test_data.h"

#include <math.h>
#include <stdlib.h>

static void assert_close(double value, double wanted, double reach)
{
    if (!(fabs(value - wanted) <= reach)) fail_msg("%.17g is not within %g of %.17g", value, reach, wanted);
}

/* Newcombe (1998), "Two-sided confidence intervals for the single proportion", table I, method 3. */
static void wilson_gives_newcombes_intervals(void **state)
{
    (void)state;
    static const struct {
        uint64_t k, n;
        double low, high;
    } cases[] = {
        { 81, 263, 0.2553, 0.3662 }, { 15, 148, 0.0624, 0.1605 }, { 0, 20, 0, 0.1611 }, { 1, 29, 0.0061, 0.1718 }
    };
    for (size_t i = 0; i < 4; i++) {
        confidence_interval w = stats_wilson(cases[i].k, cases[i].n);
        assert_close(w.low, cases[i].low, 5e-5);
        assert_close(w.high, cases[i].high, 5e-5);
    }
    assert_true(stats_wilson(20, 20).high == 1);
    assert_true(isnan(stats_wilson(0, 0).low));
}

static void distributions_meet_their_critical_values(void **state)
{
    (void)state;
    assert_near_to(chi_square_p(3.841458820694124, 1), 0.05, 1e-13);
    assert_near_to(chi_square_p(9.487729036781154, 4), 0.05, 1e-13);
    assert_near_to(normal_two_sided_p(Z_975), 0.05, 1e-13);
    assert_near_to(normal_two_sided_p(-Z_975), 0.05, 1e-13);
    assert_near_to(normal_quantile(0.975), Z_975, 1e-13);
    assert_true(isnan(chi_square_p(-1, 1)) && isnan(chi_square_p(NAN, 1)) && isnan(chi_square_p(1, 0)));
    assert_true(isnan(normal_two_sided_p(NAN)) && isnan(normal_quantile(0)) && isnan(normal_quantile(1)));
}

static void two_by_two_figures_are_the_textbooks(void **state)
{
    (void)state;
    const uint64_t k[] = { 10, 30 }, n[] = { 30, 70 };
    two_column_tests t = stats_two_columns(k, n, 2);
    assert_near(t.chi_square.statistic, 0.7936507936507936);
    assert_near(t.g_test.statistic, 0.8043486460964835);
    assert_int_equal(t.chi_square.dof, 1);
    assert_near(t.cramers_v, sqrt(0.7936507936507936 / 100));
    assert_near(t.least_expected, 12);
    significance_test z = stats_two_proportion_z(10, 30, 30, 70);
    assert_near(z.statistic * z.statistic, t.chi_square.statistic);
    assert_near_to(z.p_value, t.chi_square.p_value, 1e-12);
    assert_true(z.statistic < 0);
    assert_near(stats_cohens_h(0.6, 0.5), 0.20135792079033066);
    assert_near(stats_detectable_gap(0.5, 100, 100), 0.19810199057996725);
    confidence_interval risk = stats_risk_ratio_interval(20, 100, 10, 100),
                        odds = stats_odds_ratio_interval(20, 100, 10, 100);
    assert_near(risk.low, 0.9865632067317823);
    assert_near(risk.high, 4.054479198804627);
    assert_near(odds.low, 0.9942948922815066);
    assert_near(odds.high, 5.091547828817264);
}

static void what_is_constant_has_no_test(void **state)
{
    (void)state;
    const uint64_t none[] = { 0, 0 }, n[] = { 30, 70 }, all[] = { 30, 70 }, one_row[] = { 30, 0 };
    assert_true(isnan(stats_two_columns(none, n, 2).chi_square.statistic));
    assert_true(isnan(stats_two_columns(all, n, 2).g_test.p_value));
    assert_true(isnan(stats_two_columns(none, one_row, 2).cramers_v));
    assert_true(isnan(stats_two_proportion_z(0, 10, 0, 20).p_value));
    assert_true(isnan(stats_two_proportion_z(10, 10, 20, 20).p_value));
    assert_true(isnan(stats_fisher_exact(0, 10, 0, 20).p_value));
    assert_true(isnan(stats_fisher_exact(10, 10, 20, 20).p_value));
    assert_true(isnan(stats_fisher_exact(0, 0, 1, 20).p_value));
    assert_true(isnan(stats_risk_ratio_interval(0, 10, 1, 10).low));
    assert_true(isnan(stats_odds_ratio_interval(10, 10, 1, 10).low));
    assert_true(isnan(stats_detectable_gap(0, 10, 10)));
}

/* Exact rational arithmetic over all tables. */
static void fisher_is_exact(void **state)
{
    (void)state;
    static const struct {
        uint64_t k1, n1, k2, n2;
        double p;
    } cases[] = { { 3, 4, 1, 4, 0.4857142857142857 },
                  { 8, 10, 1, 6, 0.03496503496503497 },
                  { 5050, 10000, 4900, 10000, 0.03509723557447103 },
                  { 120, 4000, 30, 3000, 2.969600369728542e-09 },
                  { 7, 5000, 40, 9000, 0.0020795120854252194 },
                  { 700, 10000, 300, 2000, 4.6316432692303e-28 },
                  { 1000, 2000, 0, 30, 1.6472571757954422e-09 } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        significance_test t = stats_fisher_exact(cases[i].k1, cases[i].n1, cases[i].k2, cases[i].n2);
        assert_near_to(t.p_value, cases[i].p, 1e-12);
        /* Swapping groups, or outcomes, changes nothing. */
        assert_near_to(stats_fisher_exact(cases[i].k2, cases[i].n2, cases[i].k1, cases[i].n1).p_value, cases[i].p,
                       1e-12);
        assert_near_to(
            stats_fisher_exact(cases[i].n1 - cases[i].k1, cases[i].n1, cases[i].n2 - cases[i].k2, cases[i].n2).p_value,
            cases[i].p, 1e-12);
    }
    assert_near(stats_fisher_exact(8, 10, 1, 6).statistic, 20);
}

static double choose(double n, double k)
{
    return exp(log_factorial(n) - log_factorial(k) - log_factorial(n - k));
}

/* All tables with margins up to 12, by adding up every probability. */
static void fisher_agrees_with_enumeration(void **state)
{
    (void)state;
    for (uint64_t n1 = 1; n1 <= 12; n1++)
        for (uint64_t n2 = 1; n2 <= 12; n2++)
            for (uint64_t k1 = 0; k1 <= n1; k1++)
                for (uint64_t k2 = 0; k2 <= n2; k2++) {
                    uint64_t m = k1 + k2;
                    if (m == 0 || m == n1 + n2) continue;
                    double all = choose((double)(n1 + n2), (double)m), p = 0;
                    double seen = choose((double)n1, (double)k1) * choose((double)n2, (double)k2) / all;
                    for (uint64_t k = m > n2 ? m - n2 : 0; k <= n1 && k <= m; k++) {
                        double here = choose((double)n1, (double)k) * choose((double)n2, (double)(m - k)) / all;
                        if (here <= seen * (1 + 1e-7)) p += here;
                    }
                    assert_near_to(stats_fisher_exact(k1, n1, k2, n2).p_value, fmin(1, p), 1e-11);
                }
}

/* With millions of rows the normal approximation is good, and the exact value must be near it. */
static void fisher_holds_for_millions(void **state)
{
    (void)state;
    significance_test exact = stats_fisher_exact(500700, 1000000, 500000, 1000000);
    significance_test normal = stats_two_proportion_z(500700, 1000000, 500000, 1000000);
    assert_near_to(exact.p_value, normal.p_value, 0.01);
}

static void monte_carlo_approaches_the_exact_value(void **state)
{
    (void)state;
    arena *a = arena_new();
    /* A 3 × 2 table small enough to enumerate: rows of 6, 5 and 7, five successes in all. */
    const uint64_t k[] = { 4, 1, 0 }, n[] = { 6, 5, 7 };
    double seen = choose(6, 4) * choose(5, 1) * choose(7, 0), p = 0, all = choose(18, 5);
    for (int i = 0; i <= 5; i++)
        for (int j = 0; i + j <= 5; j++) {
            double here = choose(6, i) * choose(5, j) * choose(7, 5 - i - j);
            if (here <= seen * (1 + 1e-7)) p += here / all;
        }
    random_stream r = random_stream_for(1, TEXT("test")), again = random_stream_for(1, TEXT("test"));
    double got = stats_fisher_monte_carlo(a, k, n, 3, 100000, &r);
    assert_close(got, p, 4 * sqrt(p * (1 - p) / 100000));
    assert_true(got == stats_fisher_monte_carlo(a, k, n, 3, 100000, &again));
    const uint64_t large_k[] = { 3000, 20, 900 }, large_n[] = { 6000, 40, 1800 };
    assert_true(stats_fisher_monte_carlo(a, large_k, large_n, 3, 1000, &r) > 0.9); /* nearly the likeliest table */
    arena_drop(a);
}

static void holm_is_as_r_does_it(void **state)
{
    (void)state;
    arena *a = arena_new();
    const double p[] = { 0.01, 0.04, NAN, 0.03, 0.005 }, wanted[] = { 0.03, 0.06, NAN, 0.06, 0.02 };
    double adjusted[5];
    stats_holm(a, p, adjusted, 5);
    for (int i = 0; i < 5; i++) assert_near(adjusted[i], wanted[i]);
    const double large[] = { 0.6, 0.9 };
    stats_holm(a, large, adjusted, 2);
    assert_near(adjusted[0], 1);
    assert_near(adjusted[1], 1);
    arena_drop(a);
}

static void inequality_indices_of_one_to_five(void **state)
{
    (void)state;
    const double v[] = { 1, 2, 3, 4, 5 }, w[] = { 1, 1, 1, 1, 1 };
    assert_near(stats_generalized_entropy(v, w, 5, 1), 0.11968759358350925);
    assert_near(stats_generalized_entropy(v, w, 5, 0), 0.14111394011170053);
    assert_near(stats_generalized_entropy(v, w, 5, 2), 0.11111111111111113);
    assert_near(stats_atkinson(v, w, 5, 0.5), 0.06315339222708627);
    assert_near(stats_atkinson(v, w, 5, 1), 0.13160963843421614);
    assert_near(stats_gini(v, w, 5), 0.26666666666666666);
    assert_near(stats_lorenz(v, w, 5, 0.4), 0.2);
    assert_near(stats_lorenz(v, w, 5, 0.5), 0.3);
    assert_near(stats_lorenz(v, w, 5, 1), 1);
}

static void inequality_with_nothing_to_share_is_undefined(void **state)
{
    (void)state;
    const double zero[] = { 0, 0 }, some[] = { 0, 2 }, w[] = { 3, 5 };
    assert_true(isnan(stats_generalized_entropy(zero, w, 2, 2)));
    assert_true(isnan(stats_gini(zero, w, 2)));
    assert_true(isnan(stats_atkinson(zero, w, 2, 0.5)));
    assert_true(isnan(stats_lorenz(zero, w, 2, 0.5)));
    assert_true(isnan(stats_generalized_entropy(some, w, 2, 0)));
    assert_true(stats_atkinson(some, w, 2, 1) == 1);
    assert_near(stats_gini(some, w, 2), 3.0 / 8);
}

static int ascending(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static void quantiles_are_those_of_the_sorted_values(void **state)
{
    (void)state;
    random_stream r = random_stream_for(5, TEXT("quantile"));
    for (int round = 0; round < 2000; round++) {
        double v[60], sorted[60];
        size_t n = 1 + (size_t)(random_unit(&r) * 59);
        double levels = round % 3 ? 1e9 : 4; /* every third round with many ties */
        for (size_t i = 0; i < n; i++) v[i] = sorted[i] = floor(random_unit(&r) * levels);
        qsort(sorted, n, sizeof *sorted, ascending);
        double q = round % 5 ? random_unit(&r) : round % 2;
        double place = q * (double)(n - 1), below = floor(place);
        double low = sorted[(size_t)below], high = sorted[(size_t)fmin(below + 1, (double)(n - 1))];
        assert_near(stats_quantile(v, n, q), low + (place - below) * (high - low));
    }
    assert_true(isnan(stats_quantile(NULL, 0, 0.5)));
}

static void logistic_line_through_two_points_is_exact(void **state)
{
    (void)state;
    const double x[] = { 0, 1 }, ones[] = { 30, 80 }, count[] = { 100, 120 };
    logistic_line line = stats_logistic_line(x, ones, count, 2);
    assert_near_to(line.intercept, log(30.0 / 70), 1e-9);
    assert_near_to(line.slope, log(80.0 / 40) - log(30.0 / 70), 1e-9);
}

static void logistic_line_finds_what_it_was_drawn_from(void **state)
{
    (void)state;
    random_stream r = random_stream_for(9, TEXT("logistic"));
    enum { N = 20000 };
    double *x = calloc(N, sizeof *x), *ones = calloc(N, sizeof *ones), *count = calloc(N, sizeof *count);
    for (int i = 0; i < N; i++) {
        x[i] = 8 * random_unit(&r) - 4;
        ones[i] = random_unit(&r) < 1 / (1 + exp(0.5 - 1.7 * x[i]));
        count[i] = 1;
    }
    logistic_line line = stats_logistic_line(x, ones, count, N);
    assert_close(line.intercept, -0.5, 0.1);
    assert_close(line.slope, 1.7, 0.1);
    free(x);
    free(ones);
    free(count);
}

static void logistic_line_without_a_maximum_is_undefined(void **state)
{
    (void)state;
    const double x[] = { -2, -1, 1, 2 }, apart[] = { 0, 0, 1, 1 }, none[] = { 0, 0, 0, 0 }, n[] = { 1, 1, 1, 1 };
    const double same[] = { 1, 1, 1, 1 }, mixed[] = { 1, 0, 1, 0 };
    assert_true(isnan(stats_logistic_line(x, apart, n, 4).slope));
    assert_true(isnan(stats_logistic_line(x, none, n, 4).slope));
    assert_true(isnan(stats_logistic_line(same, mixed, n, 4).slope));
    assert_true(isnan(stats_logistic_line(x, mixed, n, 0).slope));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wilson_gives_newcombes_intervals),
        cmocka_unit_test(distributions_meet_their_critical_values),
        cmocka_unit_test(two_by_two_figures_are_the_textbooks),
        cmocka_unit_test(what_is_constant_has_no_test),
        cmocka_unit_test(fisher_is_exact),
        cmocka_unit_test(fisher_agrees_with_enumeration),
        cmocka_unit_test(fisher_holds_for_millions),
        cmocka_unit_test(monte_carlo_approaches_the_exact_value),
        cmocka_unit_test(holm_is_as_r_does_it),
        cmocka_unit_test(inequality_indices_of_one_to_five),
        cmocka_unit_test(inequality_with_nothing_to_share_is_undefined),
        cmocka_unit_test(quantiles_are_those_of_the_sorted_values),
        cmocka_unit_test(logistic_line_through_two_points_is_exact),
        cmocka_unit_test(logistic_line_finds_what_it_was_drawn_from),
        cmocka_unit_test(logistic_line_without_a_maximum_is_undefined),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
