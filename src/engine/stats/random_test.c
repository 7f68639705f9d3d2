/* Samplers against the distributions that they claim to draw from. Seeds are fixed: these tests do not flicker. */
#include "engine/stats/distributions.h"
#include "engine/stats/random.h"
#include "engine/test_data.h"

#include <math.h>
#include <stdlib.h>

enum { DRAWS = 200000 };

/* Reference vector of Blackman and Vigna's xoshiro256++ for the state 1, 2, 3, 4. */
static void the_generator_is_xoshiro(void **state)
{
    (void)state;
    static const uint64_t wanted[] = { 41943041u, 58720359u, 3588806011781223u, 3591011842654386u,
                                       9228616714210784205u };
    random_stream r = { { 1, 2, 3, 4 } };
    for (int i = 0; i < 5; i++) assert_true(random_bits(&r) == wanted[i]);
}

static void streams_differ_by_seed_and_purpose(void **state)
{
    (void)state;
    random_stream a = random_stream_for(1, TEXT("x")), again = random_stream_for(1, TEXT("x"));
    random_stream seed = random_stream_for(2, TEXT("x")), purpose = random_stream_for(1, TEXT("y"));
    uint64_t first = random_bits(&a);
    assert_true(first == random_bits(&again));
    assert_true(first != random_bits(&seed) && first != random_bits(&purpose));
    for (int i = 0; i < DRAWS; i++) {
        double u = random_unit(&a);
        assert_true(u > 0 && u < 1);
    }
}

static void normals_are_normal(void **state)
{
    (void)state;
    arena *a = arena_new();
    double *x = ARENA_ARRAY(a, DRAWS, double), moments[5] = { 0 };
    random_stream r = random_stream_for(1, TEXT("normal"));
    random_normals(&r, x, DRAWS);
    for (int i = 0; i < DRAWS; i++)
        for (int k = 1; k < 5; k++) moments[k] += pow(x[i], k) / DRAWS;
    double reach = 4 / sqrt(DRAWS); /* four standard errors */
    assert_true(fabs(moments[1]) < reach && fabs(moments[2] - 1) < reach * sqrt(2));
    assert_true(fabs(moments[3]) < reach * sqrt(15) && fabs(moments[4] - 3) < reach * sqrt(96));
    for (size_t n = 1; n < 100; n++) assert_true(random_below(&r, n) < n);
    arena_drop(a);
}

/* Cells with fewer than ten expected draws are put together with their neighbours. */
static double fit_p(const double *expected, const uint64_t *seen, size_t cells)
{
    double statistic = 0, dof = -1, e = 0, s = 0;
    for (size_t i = 0; i < cells; i++) {
        e += expected[i];
        s += (double)seen[i];
        if (e < 10 && i + 1 < cells) continue;
        if (e >= 10) {
            statistic += (s - e) * (s - e) / e;
            dof++;
        }
        e = s = 0;
    }
    return chi_square_p(statistic, dof);
}

static double log_choose(double n, double k)
{
    return log_factorial(n) - log_factorial(k) - log_factorial(n - k);
}

static void check_binomial(uint64_t n, double p)
{
    random_stream r = random_stream_for(n, TEXT("binomial"));
    binomial b = binomial_with(p);
    double deviation = sqrt((double)n * p * (1 - p)), mean = (double)n * p, sum = 0, squares = 0;
    uint64_t low = (uint64_t)fmax(0, floor(mean - 12 * deviation - 12));
    size_t cells = (size_t)fmin((double)(n - low) + 1, 24 * deviation + 26);
    uint64_t *seen = calloc(cells, sizeof *seen);
    double *expected = calloc(cells, sizeof *expected);
    for (int i = 0; i < DRAWS; i++) {
        uint64_t k = random_binomial(&r, &b, n);
        assert_true(k <= n);
        assert_true(k >= low && k - low < cells);
        seen[k - low]++;
        sum += (double)k - mean;
        squares += ((double)k - mean) * ((double)k - mean);
    }
    for (size_t i = 0; i < cells; i++) {
        double k = (double)(low + i);
        expected[i] = DRAWS * exp(log_choose((double)n, k) + k * log(p) + ((double)n - k) * log1p(-p));
    }
    double variance = deviation * deviation;
    if (fabs(sum / DRAWS) > 5 * deviation / sqrt(DRAWS)) fail_msg("mean of B(%llu, %g) off", (unsigned long long)n, p);
    double kurtosis = 3 + (1 - 6 * p * (1 - p)) / variance;
    if (fabs(squares / DRAWS - variance) > 5 * variance * sqrt((kurtosis - 1) / DRAWS))
        fail_msg("variance of B(%llu, %g) off", (unsigned long long)n, p);
    double fit = fit_p(expected, seen, cells);
    if (!(fit > 1e-4)) fail_msg("B(%llu, %g) does not fit: p = %g", (unsigned long long)n, p, fit);
    free(seen);
    free(expected);
}

static void binomial_draws_fit_their_distribution(void **state)
{
    (void)state;
    check_binomial(1, 0.3);
    check_binomial(20, 0.3);
    check_binomial(1000, 0.004);
    check_binomial(19, 0.5);
    check_binomial(21, 0.49);
    check_binomial(25, 0.41); /* just above the change of method */
    check_binomial(1000, 0.4);
    check_binomial(500, 0.9);
    check_binomial(3175, 0.9997);
    check_binomial(100000, 0.02);
    check_binomial(1000000, 0.5);
}

static void binomial_ends_are_certain(void **state)
{
    (void)state;
    random_stream r = random_stream_for(1, TEXT("ends"));
    binomial never = binomial_with(0), always = binomial_with(1), half = binomial_with(0.5);
    assert_true(random_binomial(&r, &never, 1000) == 0);
    assert_true(random_binomial(&r, &always, 1000) == 1000);
    assert_true(random_binomial(&r, &half, 0) == 0);
}

static void check_hypergeometric(arena *a, uint64_t good, uint64_t bad, uint64_t sample)
{
    random_stream r = random_stream_for(good + sample, TEXT("hypergeometric"));
    log_factorials f = log_factorials_up_to(a, good + bad);
    size_t cells = (size_t)(good < sample ? good : sample) + 1;
    uint64_t *seen = ARENA_ARRAY(a, cells, uint64_t);
    double *expected = ARENA_ARRAY(a, cells, double);
    for (int i = 0; i < DRAWS; i++) {
        uint64_t k = random_hypergeometric(&r, good, bad, sample, &f);
        assert_true(k < cells && sample - k <= bad);
        seen[k]++;
    }
    for (size_t k = 0; k < cells; k++)
        if (sample - k <= bad)
            expected[k] =
                DRAWS * exp(log_choose((double)good, (double)k) + log_choose((double)bad, (double)(sample - k)) -
                            log_choose((double)(good + bad), (double)sample));
    double fit = fit_p(expected, seen, cells);
    if (!(fit > 1e-4))
        fail_msg("H(%llu, %llu, %llu) does not fit: p = %g", (unsigned long long)good, (unsigned long long)bad,
                 (unsigned long long)sample, fit);
}

static void hypergeometric_draws_fit_their_distribution(void **state)
{
    (void)state;
    arena *a = arena_new();
    check_hypergeometric(a, 5, 7, 6);
    check_hypergeometric(a, 30, 60, 20);
    check_hypergeometric(a, 60, 30, 20);
    check_hypergeometric(a, 60, 30, 70);
    check_hypergeometric(a, 30, 60, 70);
    check_hypergeometric(a, 30, 60, 85);
    check_hypergeometric(a, 2800, 3300, 2103);
    check_hypergeometric(a, 2800, 3300, 4500);
    check_hypergeometric(a, 700000, 800000, 1000); /* beyond the table of log factorials */
    arena_drop(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_generator_is_xoshiro),  cmocka_unit_test(streams_differ_by_seed_and_purpose),
        cmocka_unit_test(normals_are_normal),        cmocka_unit_test(binomial_draws_fit_their_distribution),
        cmocka_unit_test(binomial_ends_are_certain), cmocka_unit_test(hypergeometric_draws_fit_their_distribution),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
