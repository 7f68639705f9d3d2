#include "engine/stats/stats.h"

#include "engine/stats/distributions.h"

#include <math.h>
#include <stdlib.h>

const confidence_interval no_interval = { NAN, NAN };

double ratio_of(double numerator, double denominator)
{
    return denominator != 0 ? numerator / denominator : NAN;
}

confidence_interval stats_wilson(uint64_t k, uint64_t n)
{
    if (n == 0) return no_interval;
    double count = (double)n, p = (double)k / count, zz = Z_975 * Z_975;
    double center = p + zz / (2 * count);
    double half = Z_975 * sqrt(p * (1 - p) / count + zz / (4 * count * count));
    double scale = 1 + zz / count;
    /* At the ends the formula is exactly 0 or 1; rounding must not say 1e-17. */
    double low = k == 0 ? 0 : (center - half) / scale, high = k == n ? 1 : (center + half) / scale;
    return (confidence_interval){ low, high };
}

significance_test stats_two_proportion_z(uint64_t k1, uint64_t n1, uint64_t k2, uint64_t n2)
{
    double p1 = ratio_of((double)k1, (double)n1), p2 = ratio_of((double)k2, (double)n2);
    double pooled = ratio_of((double)(k1 + k2), (double)(n1 + n2));
    double deviation = sqrt(pooled * (1 - pooled) * (1 / (double)n1 + 1 / (double)n2));
    double z = k1 + k2 < n1 + n2 ? ratio_of(p1 - p2, deviation) : NAN;
    return (significance_test){ .statistic = z, .p_value = normal_two_sided_p(z), .p_value_holm = NAN };
}

double stats_cohens_h(double p1, double p2)
{
    return 2 * asin(sqrt(p1)) - 2 * asin(sqrt(p2));
}

static confidence_interval around_log(double estimate, double variance)
{
    double reach = exp(Z_975 * sqrt(variance));
    return (confidence_interval){ estimate / reach, estimate * reach };
}

confidence_interval stats_risk_ratio_interval(uint64_t k1, uint64_t n1, uint64_t k2, uint64_t n2)
{
    if (!k1 || !k2 || !n1 || !n2) return no_interval;
    double a = (double)k1, b = (double)k2, n = (double)n1, m = (double)n2;
    return around_log((a / n) / (b / m), 1 / a - 1 / n + 1 / b - 1 / m);
}

confidence_interval stats_odds_ratio_interval(uint64_t k1, uint64_t n1, uint64_t k2, uint64_t n2)
{
    if (!k1 || !k2 || k1 == n1 || k2 == n2) return no_interval;
    double a = (double)k1, b = (double)(n1 - k1), c = (double)k2, d = (double)(n2 - k2);
    return around_log(a * d / (b * c), 1 / a + 1 / b + 1 / c + 1 / d);
}

double stats_detectable_gap(double pooled, uint64_t n1, uint64_t n2)
{
    if (!n1 || !n2 || !(pooled > 0 && pooled < 1)) return NAN;
    double reach = Z_975 + normal_quantile(0.8);
    return fmin(1, reach * sqrt(pooled * (1 - pooled) * (1 / (double)n1 + 1 / (double)n2)));
}

/* ------------------------------------------------------------------ Holm */

typedef struct ranked_p {
    double p;
    size_t at;
} ranked_p;

static int by_p(const void *left, const void *right)
{
    double a = ((const ranked_p *)left)->p, b = ((const ranked_p *)right)->p;
    return (a > b) - (a < b);
}

void stats_holm(arena *scratch, const double *p_values, double *adjusted, size_t count)
{
    ranked_p *ranked = ARENA_ARRAY(scratch, count, ranked_p);
    size_t family = 0;
    for (size_t i = 0; i < count; i++) {
        adjusted[i] = NAN;
        if (!isnan(p_values[i])) ranked[family++] = (ranked_p){ p_values[i], i };
    }
    if (family > 1) qsort(ranked, family, sizeof *ranked, by_p);
    double highest = 0;
    for (size_t i = 0; i < family; i++) {
        highest = fmax(highest, fmin(1, (double)(family - i) * ranked[i].p));
        adjusted[ranked[i].at] = highest;
    }
}

/* ------------------------------------------------------------------ χ² and G */

static double g_term(double observed, double expected)
{
    return observed > 0 ? 2 * observed * log(observed / expected) : 0;
}

two_column_tests stats_two_columns(const uint64_t *k, const uint64_t *n, size_t rows)
{
    double total = 0, ones = 0, used = 0;
    for (size_t i = 0; i < rows; i++) {
        total += (double)n[i];
        ones += (double)k[i];
        used += n[i] > 0;
    }
    const contingency_test none = { .statistic = NAN, .p_value = NAN };
    two_column_tests t = { .chi_square = none, .g_test = none, .cramers_v = NAN, .least_expected = NAN };
    if (used < 2 || ones <= 0 || ones >= total) return t;
    double chi = 0, g = 0, least = INFINITY;
    for (size_t i = 0; i < rows; i++) {
        if (!n[i]) continue;
        double one = (double)n[i] * ones / total, zero = (double)n[i] * (total - ones) / total;
        double off = (double)k[i] - one;
        chi += off * off / one + off * off / zero;
        g += g_term((double)k[i], one) + g_term((double)(n[i] - k[i]), zero);
        least = fmin(least, fmin(one, zero));
    }
    uint64_t dof = (uint64_t)used - 1;
    g = fmax(g, 0);
    t.chi_square = (contingency_test){ chi, dof, chi_square_p(chi, (double)dof) };
    t.g_test = (contingency_test){ g, dof, chi_square_p(g, (double)dof) };
    t.cramers_v = sqrt(chi / total); /* min(r, c) - 1 = 1 */
    t.least_expected = least;
    return t;
}

/* ------------------------------------------------------------------ quantile */

static void swap(double *a, double *b)
{
    double t = *a;
    *a = *b;
    *b = t;
}

/* Puts the k-th smallest at k, smaller ones before it, larger ones behind (Hoare, median of three). */
static double select_kth(double *v, size_t count, size_t k)
{
    size_t left = 0, right = count - 1;
    while (left < right) {
        size_t middle = left + (right - left) / 2;
        if (v[middle] < v[left]) swap(&v[middle], &v[left]);
        if (v[right] < v[left]) swap(&v[right], &v[left]);
        if (v[right] < v[middle]) swap(&v[right], &v[middle]);
        double pivot = v[middle];
        size_t i = left, j = right;
        for (;;) {
            while (v[i] < pivot) i++;
            while (v[j] > pivot) j--;
            if (i >= j) break;
            swap(&v[i++], &v[j--]);
        }
        size_t split = v[j] > pivot ? j - 1 : j; /* everything up to split is <= pivot */
        if (k <= split)
            right = split;
        else
            left = split + 1;
    }
    return v[k];
}

double stats_quantile(double *values, size_t count, double q)
{
    if (count == 0) return NAN;
    double place = q * (double)(count - 1);
    size_t below = (size_t)place;
    double part = place - (double)below;
    double low = select_kth(values, count, below);
    if (part <= 0 || below + 1 >= count) return low;
    double high = values[below + 1];
    for (size_t i = below + 2; i < count; i++) high = fmin(high, values[i]);
    return low + part * (high - low);
}

/* ------------------------------------------------------------------ logistic line */

/* First and second derivatives of the log likelihood. */
typedef struct newton_sums {
    double g0, g1, h00, h01, h11;
} newton_sums;

static newton_sums sums_at(logistic_line at, const double *x, const double *ones, const double *count, size_t points)
{
    newton_sums s = { 0 };
    for (size_t i = 0; i < points; i++) {
        double p = 1 / (1 + exp(-(at.intercept + at.slope * x[i])));
        double w = count[i] * p * (1 - p), off = ones[i] - count[i] * p;
        s.g0 += off;
        s.g1 += off * x[i];
        s.h00 += w;
        s.h01 += w * x[i];
        s.h11 += w * x[i] * x[i];
    }
    return s;
}

/* Newton's method. The likelihood is concave, so a step that went too far shows by a steeper slope beyond it than
 * before it, and is halved. Without a maximum the line runs away until the curvature is gone: NaN. */
logistic_line stats_logistic_line(const double *x, const double *ones, const double *count, size_t points)
{
    enum { MOST_STEPS = 100, MOST_HALVINGS = 40 };
    const logistic_line none = { NAN, NAN };
    logistic_line at = { 0, 1 };
    newton_sums s = sums_at(at, x, ones, count, points);
    for (int step = 0; step < MOST_STEPS; step++) {
        double determinant = s.h00 * s.h11 - s.h01 * s.h01;
        if (!(determinant > 1e-12 * s.h00 * s.h11) || fabs(at.slope) > 1e4) return none;
        double d0 = (s.h11 * s.g0 - s.h01 * s.g1) / determinant, d1 = (s.h00 * s.g1 - s.h01 * s.g0) / determinant;
        if (fabs(d0) <= 1e-10 * (1 + fabs(at.intercept)) && fabs(d1) <= 1e-10 * (1 + fabs(at.slope)))
            return (logistic_line){ at.intercept + d0, at.slope + d1 };
        double before = s.g0 * d0 + s.g1 * d1;
        logistic_line to = at;
        for (int half = 0; half < MOST_HALVINGS; half++, d0 /= 2, d1 /= 2, before /= 2) {
            to = (logistic_line){ at.intercept + d0, at.slope + d1 };
            s = sums_at(to, x, ones, count, points);
            if (s.g0 * d0 + s.g1 * d1 >= -before) break;
        }
        at = to;
    }
    return none;
}
