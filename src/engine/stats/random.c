#include "engine/stats/random.h"

#include <math.h>

static inline uint64_t rotate_left(uint64_t x, int by)
{
    return (x << by) | (x >> (64 - by));
}

static uint64_t split_mix(uint64_t *state)
{
    uint64_t z = (*state += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

random_stream random_stream_for(uint64_t seed, text purpose)
{
    uint64_t state = seed;
    for (size_t i = 0; i < purpose.length; i++) state = (split_mix(&state) ^ (unsigned char)purpose.data[i]);
    random_stream r;
    for (int i = 0; i < 4; i++) r.state[i] = split_mix(&state);
    return r;
}

uint64_t random_bits(random_stream *r)
{
    uint64_t *s = r->state;
    uint64_t result = rotate_left(s[0] + s[3], 23) + s[0];
    uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate_left(s[3], 45);
    return result;
}

double random_unit(random_stream *r)
{
    return ((double)(random_bits(r) >> 11) + 0.5) * 0x1p-53;
}

size_t random_below(random_stream *r, size_t n)
{
    size_t k = (size_t)(random_unit(r) * (double)n);
    return k < n ? k : n - 1;
}

void random_normals(random_stream *r, double *out, size_t count)
{
    for (size_t i = 0; i < count; i += 2) {
        double radius = sqrt(-2 * log(random_unit(r))), angle = 2 * M_PI * random_unit(r);
        out[i] = radius * cos(angle);
        if (i + 1 < count) out[i + 1] = radius * sin(angle);
    }
}

/* ------------------------------------------------------------------ binomial */

binomial binomial_with(double p)
{
    bool flipped = p > 0.5;
    double least = flipped ? 1 - p : p;
    return (binomial){ .p = least, .odds = least / (1 - least), .log_q = log1p(-least), .flipped = flipped };
}

/* Walks up the distribution from 0; with n p < 10 it stops after a few steps. Should rounding let it run past n, the
 * draw is made anew. */
static uint64_t by_inversion(random_stream *r, const binomial *b, uint64_t n)
{
    double none = exp((double)n * b->log_q);
    for (;;) {
        double u = random_unit(r), chance = none;
        for (uint64_t k = 0; k <= n; k++) {
            if (u <= chance) return k;
            u -= chance;
            chance *= b->odds * (double)(n - k) / (double)(k + 1);
        }
    }
}

/* ln k! - [(k + 1/2) ln(k + 1) - (k + 1) + ln(2π)/2] */
static double stirling_tail(double k)
{
    static const double small[] = { 0.08106146679532726,  0.04134069595540929, 0.02767792568499834, 0.02079067210376509,
                                    0.01664469118982119,  0.01387612882307075, 0.01189670994589177, 0.01041126526197209,
                                    0.009255462182712733, 0.008330563433362871 };
    if (k <= 9) return small[(size_t)k];
    double square = (k + 1) * (k + 1);
    return (1.0 / 12 - (1.0 / 360 - 1.0 / 1260 / square) / square) / (k + 1);
}

static uint64_t by_rejection(random_stream *r, const binomial *chance, uint64_t count)
{
    double n = (double)count, p = chance->p;
    double deviation = sqrt(n * p * (1 - p));
    double b = 1.15 + 2.53 * deviation;
    double a = -0.0873 + 0.0248 * b + 0.01 * p;
    double c = n * p + 0.5;
    double quick = 0.92 - 4.2 / b;
    double alpha = (2.83 + 5.1 / b) * deviation;
    double mode = floor((n + 1) * p);
    for (;;) {
        double u = random_unit(r) - 0.5, v = random_unit(r);
        double us = 0.5 - fabs(u);
        double k = floor((2 * a / us + b) * u + c);
        if (us >= 0.07 && v <= quick) return (uint64_t)k;
        if (k < 0 || k > n) continue;
        double target = (mode + 0.5) * log((mode + 1) / (chance->odds * (n - mode + 1))) +
                        (n + 1) * log((n - mode + 1) / (n - k + 1)) +
                        (k + 0.5) * log(chance->odds * (n - k + 1) / (k + 1)) + stirling_tail(mode) +
                        stirling_tail(n - mode) - stirling_tail(k) - stirling_tail(n - k);
        if (log(v * alpha / (a / (us * us) + b)) <= target) return (uint64_t)k;
    }
}

uint64_t random_binomial(random_stream *r, const binomial *b, uint64_t n)
{
    if (n == 0 || b->p <= 0) return b->flipped ? n : 0;
    uint64_t k = (double)n * b->p < 10 ? by_inversion(r, b, n) : by_rejection(r, b, n);
    return b->flipped ? n - k : k;
}

/* ------------------------------------------------------------------ hypergeometric */

log_factorials log_factorials_up_to(arena *a, uint64_t most)
{
    enum { LARGEST_TABLE = 1 << 20 };
    uint64_t size = most < LARGEST_TABLE ? most + 1 : LARGEST_TABLE;
    double *table = ARENA_ARRAY(a, size, double);
    for (uint64_t k = 2; k < size; k++) table[k] = table[k - 1] + log((double)k);
    return (log_factorials){ .table = table, .size = size };
}

double log_factorial_large(uint64_t k)
{
    double n = (double)k;
    return n * log(n) - n + 0.5 * log(2 * M_PI * n) + 1 / (12 * n);
}

static uint64_t one_by_one(random_stream *r, uint64_t good, uint64_t bad, uint64_t sample)
{
    uint64_t drawn = 0;
    for (; sample > 0; sample--) {
        if (random_unit(r) * (double)(good + bad) < (double)good) {
            good--;
            drawn++;
        } else {
            bad--;
        }
    }
    return drawn;
}

/* Minus the logarithm of how likely k good ones are, up to a constant. */
static inline double log_ways(const log_factorials *f, uint64_t good, uint64_t bad, uint64_t sample, uint64_t k)
{
    return log_factorial_at(f, k) + log_factorial_at(f, good - k) + log_factorial_at(f, sample - k) +
           log_factorial_at(f, bad - sample + k);
}

/* For good <= bad and sample at most half of the population; the caller mirrors the other cases. */
static uint64_t by_ratio(random_stream *r, uint64_t good, uint64_t bad, uint64_t sample, const log_factorials *f)
{
    double population = (double)(good + bad), n = (double)sample;
    double p = (double)good / population;
    double middle = n * p + 0.5;
    double variance = (population - n) * n * p * (1 - p) / (population - 1);
    double spread = sqrt(variance + 0.5);
    double scale = 1.7155277699214135 * spread + 0.8989161620588988; /* 2 sqrt(2/e), 3 - 2 sqrt(3/e) */
    uint64_t mode = (uint64_t)floor((n + 1) * ((double)good + 1) / (population + 2));
    double top = log_ways(f, good, bad, sample, mode);
    double end = fmin(fmin(n, (double)good) + 1, floor(middle + 16 * spread));
    for (;;) {
        double u = random_unit(r), v = random_unit(r);
        double x = middle + scale * (v - 0.5) / u;
        if (x < 0 || x >= end) continue;
        uint64_t k = (uint64_t)x;
        double t = top - log_ways(f, good, bad, sample, k);
        if (u * (4 - u) - 3 <= t) return k;
        if (u * (u - t) >= 1) continue;
        if (2 * log(u) <= t) return k;
    }
}

uint64_t random_hypergeometric(random_stream *r, uint64_t good, uint64_t bad, uint64_t sample, const log_factorials *f)
{
    enum { SMALL_SAMPLE = 12 };
    if (sample <= SMALL_SAMPLE) return one_by_one(r, good, bad, sample);
    uint64_t population = good + bad;
    if (population - sample <= SMALL_SAMPLE) return good - one_by_one(r, good, bad, population - sample);
    uint64_t drawn = sample <= population - sample ? sample : population - sample;
    uint64_t rarer = good <= bad ? good : bad;
    uint64_t k = by_ratio(r, rarer, population - rarer, drawn, f);
    if (good > bad) k = drawn - k;
    return drawn == sample ? k : good - k;
}
