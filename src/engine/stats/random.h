/* Seeded random numbers: xoshiro256++ (Blackman and Vigna, 2019), and exact samplers on top of it. The same seed gives
 * the same numbers on every machine. Not for secrets. */
#ifndef AIC_ENGINE_RANDOM_H
#define AIC_ENGINE_RANDOM_H

#include "base/text.h"

typedef struct random_stream {
    uint64_t state[4];
} random_stream;

/* A stream of its own for each purpose: what one part draws does not shift another part's numbers. */
random_stream random_stream_for(uint64_t seed, text purpose);
uint64_t random_bits(random_stream *r);
double random_unit(random_stream *r); /* in (0, 1), 53 bits */

/* Standard normal numbers (Box and Muller 1958). */
void random_normals(random_stream *r, double *out, size_t count);
size_t random_below(random_stream *r, size_t n); /* 0 .. n - 1; n from 1 to 2^53 */

/* A binomial distribution with fixed p, prepared for many draws with changing n. */
typedef struct binomial {
    double p;     /* at most 0.5; of the complement when flipped */
    double odds;  /* p / (1 - p) */
    double log_q; /* ln(1 - p) */
    bool flipped;
} binomial;

binomial binomial_with(double p); /* 0 <= p <= 1 */
/* Exact: inversion for n p < 10, else transformed rejection (BTRS, Hörmann 1993, "The generation of binomial random
 * variates"). */
uint64_t random_binomial(random_stream *r, const binomial *b, uint64_t n);

/* ln k! for samplers that ask for it in their inner loop: a table of the first million, Stirling's series above. */
typedef struct log_factorials {
    const double *table;
    uint64_t size;
} log_factorials;

log_factorials log_factorials_up_to(arena *a, uint64_t most);
double log_factorial_large(uint64_t k);
static inline double log_factorial_at(const log_factorials *f, uint64_t k)
{
    return k < f->size ? f->table[k] : log_factorial_large(k);
}

/* How many of `sample` draws without replacement from `good` + `bad` are good. Exact: one by one for small samples,
 * else ratio of uniforms (HRUA, Stadlober 1990). */
uint64_t random_hypergeometric(random_stream *r, uint64_t good, uint64_t bad, uint64_t sample, const log_factorials *f);

#endif
