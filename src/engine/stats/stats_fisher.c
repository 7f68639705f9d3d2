#include "engine/stats/distributions.h"
#include "engine/stats/stats.h"

#include <math.h>

/* Tables within this factor of the observed one's probability count as equally likely: rounding must not decide ties.
 */
#define TIE 1e-7

/* ------------------------------------------------------------------ hypergeometric probabilities
 * Loader's saddle-point form (2000, "Fast and accurate computation of binomial probabilities"): no large logarithms
 * are subtracted from each other, so that 13 digits hold for counts in the millions too. */

/* ln n! - [n ln n - n + ln(2πn)/2] */
static double stirling_error(double n)
{
    if (n < 16) return n > 0 ? log_factorial(n) - (n * log(n) - n + 0.5 * log(2 * M_PI * n)) : 0;
    double nn = n * n;
    return (1.0 / 12 - (1.0 / 360 - (1.0 / 1260 - (1.0 / 1680 - 1.0 / 1188 / nn) / nn) / nn) / nn) / n;
}

/* x ln(x / m) + m - x, exact also where x is near m. */
static double deviance(double x, double m)
{
    if (fabs(x - m) >= 0.1 * (x + m)) return x * log(x / m) + m - x;
    double v = (x - m) / (x + m), sum = (x - m) * v, term = 2 * x * v;
    for (int j = 1; j < 1000; j++) {
        term *= v * v;
        double next = sum + term / (2 * j + 1);
        if (next == sum) break;
        sum = next;
    }
    return sum;
}

static double log_binomial(double x, double n, double p, double q)
{
    if (x == 0) return n == 0 ? 0 : p < 0.1 ? -deviance(n, n * q) - n * p : n * log(q);
    if (x == n) return q < 0.1 ? -deviance(n, n * p) - n * q : n * log(p);
    double core =
        stirling_error(n) - stirling_error(x) - stirling_error(n - x) - deviance(x, n * p) - deviance(n - x, n * q);
    return core - 0.5 * (log(2 * M_PI) + log(x) + log1p(-x / n));
}

/* The first column of a 2 × 2 table with its margins: k of n1, then k1 + k2 - k of n2. */
typedef struct margins {
    double n1, n2, successes;
} margins;

static double log_probability(const margins *m, double k)
{
    double all = m->n1 + m->n2, p = m->successes / all, q = (all - m->successes) / all;
    return log_binomial(k, m->n1, p, q) + log_binomial(m->successes - k, m->n2, p, q) -
           log_binomial(m->successes, all, p, q);
}

/* Sum of the probabilities from k to the end in the given direction, in units of k's own. */
static double tail(const margins *m, double k, bool upward, double least, double most)
{
    double sum = 1, term = 1;
    if (upward) {
        for (; k < most && term > sum * 1e-18; k++) {
            term *= (m->n1 - k) * (m->successes - k) / ((k + 1) * (m->n2 - m->successes + k + 1));
            sum += term;
        }
    } else {
        for (; k > least && term > sum * 1e-18; k--) {
            term *= k * (m->n2 - m->successes + k) / ((m->n1 - k + 1) * (m->successes - k + 1));
            sum += term;
        }
    }
    return sum;
}

/* On the other side of the mode, the table nearest to it that is not likelier than `bound`; NaN when there is none.
 * Probabilities fall monotonically from the mode, so halving finds it. */
static double opposite(const margins *m, double mode, double end, double bound)
{
    if (log_probability(m, end) > bound) return NAN;
    double inside = mode, outside = end;
    while (fabs(outside - inside) > 1) {
        double middle = floor((inside + outside) / 2);
        if (log_probability(m, middle) <= bound)
            outside = middle;
        else
            inside = middle;
    }
    return outside;
}

static double exact_p(const margins *m, double k)
{
    double least = fmax(0, m->successes - m->n2), most = fmin(m->n1, m->successes);
    double mode = floor((m->n1 + 1) * (m->successes + 1) / (m->n1 + m->n2 + 2));
    mode = fmin(fmax(mode, least), most);
    double observed = log_probability(m, k), bound = observed + log1p(TIE);
    if (log_probability(m, mode) <= bound) return 1;
    bool upper = k > mode;
    double p = exp(observed) * tail(m, k, upper, least, most);
    double other = opposite(m, mode, upper ? least : most, bound);
    if (!isnan(other)) p += exp(log_probability(m, other)) * tail(m, other, !upper, least, most);
    return fmin(p, 1);
}

significance_test stats_fisher_exact(uint64_t k1, uint64_t n1, uint64_t k2, uint64_t n2)
{
    significance_test t = { NAN, NAN, NAN };
    if (!n1 || !n2) return t;
    t.statistic = ratio_of((double)k1 * (double)(n2 - k2), (double)(n1 - k1) * (double)k2);
    uint64_t successes = k1 + k2;
    if (successes == 0 || successes == n1 + n2) return t; /* a constant column says nothing */
    margins m = { (double)n1, (double)n2, (double)successes };
    t.p_value = exact_p(&m, (double)k1);
    return t;
}

/* ------------------------------------------------------------------ Monte Carlo */

double stats_fisher_monte_carlo(arena *scratch, const uint64_t *k, const uint64_t *n, size_t rows, uint32_t replicates,
                                random_stream *r)
{
    uint64_t total = 0, successes = 0;
    for (size_t i = 0; i < rows; i++) {
        total += n[i];
        successes += k[i];
    }
    if (rows < 2 || successes == 0 || successes == total) return NAN;
    const log_factorials f = log_factorials_up_to(scratch, total);
    double bound = TIE;
    for (size_t i = 0; i < rows; i++) bound -= log_factorial_at(&f, k[i]) + log_factorial_at(&f, n[i] - k[i]);
    size_t largest = 0; /* comes last, where nothing is left to draw */
    for (size_t i = 1; i < rows; i++)
        if (n[i] > n[largest]) largest = i;
    uint64_t as_unlikely = 1;
    for (uint32_t b = 0; b < replicates; b++) {
        uint64_t left = total, ones = successes;
        double likelihood = 0;
        for (size_t i = 0; i < rows; i++) {
            if (i == largest) continue;
            uint64_t drawn = random_hypergeometric(r, ones, left - ones, n[i], &f);
            likelihood -= log_factorial_at(&f, drawn) + log_factorial_at(&f, n[i] - drawn);
            left -= n[i];
            ones -= drawn;
        }
        likelihood -= log_factorial_at(&f, ones) + log_factorial_at(&f, left - ones);
        as_unlikely += likelihood <= bound;
    }
    return (double)as_unlikely / ((double)replicates + 1);
}
