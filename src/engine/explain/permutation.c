/* Shapley values from permutations (Castro et al. 2009; antithetic: Mitchell et al. 2022). The features enter one after
 * the other, in an order and in its reverse; what each changes when it enters, on average over orders, is its value.
 * The values of one order add up by themselves, so the average does. Exact for models whose features do not interact,
 * or only in pairs. */
#include "engine/explain/coalitions.h"
#include "engine/explain/sampling.h"

enum { LEAST_ORDERS = 4, LEAST_STAGE_ORDERS = 8 };

typedef struct permutation {
    size_t features, orders, per_order; /* coalitions an order and its reverse play */
    const size_t *order;                /* [order][place] = feature */
    size_t stage_orders[MOST_STAGES];
} permutation;

static void shuffle(random_stream *r, size_t *items, size_t count)
{
    for (size_t i = count; i > 1; i--) {
        size_t other = random_below(r, i), kept = items[i - 1];
        items[i - 1] = items[other];
        items[other] = kept;
    }
}

/* For each order its first 1, 2, … M - 1 features, each followed by its complement, which the reverse order passes. */
static coalition_list coalitions_of(arena *a, const permutation *p)
{
    size_t words = coalition_words(p->features), count = p->orders * p->per_order;
    uint64_t *bits = ARENA_ARRAY(a, count * words, uint64_t), *at = bits;
    for (size_t k = 0; k < p->orders; k++) {
        const size_t *order = p->order + k * p->features;
        for (size_t size = 1; size < p->features; size++, at += 2 * words)
            for (size_t place = 0; place < p->features; place++) {
                uint64_t *side = place < size ? at : at + words;
                side[order[place] / 64] |= (uint64_t)1 << (order[place] % 64);
            }
    }
    return (coalition_list){ bits, count, words };
}

/* What the features add in one order and its reverse, halved. */
static void play_order(const permutation *p, const size_t *order, const double *gains, double all, double *added)
{
    size_t m = p->features;
    for (size_t place = 0; place < m; place++) {
        /* forward: the first `place` features are there already; backward: those after it */
        double before = place ? gains[2 * (place - 1)] : 0, after = place + 1 < m ? gains[2 * place] : all;
        double later = place + 1 < m ? gains[2 * place + 1] : 0, with = place ? gains[2 * (place - 1) + 1] : all;
        added[order[place]] = ((after - before) + (with - later)) / 2;
    }
}

static void estimate_permutations(const void *context, arena *a, size_t stage, const played *row, double *values,
                                  double *errors)
{
    const permutation *p = context;
    size_t m = p->features, orders = p->stage_orders[stage];
    double *added = ARENA_ARRAY(a, m, double);
    memset(values, 0, m * sizeof(double));
    memset(errors, 0, m * sizeof(double));
    for (size_t k = 0; k < orders; k++) { /* mean and squares around it as they come (Welford 1962) */
        play_order(p, p->order + k * m, row->gains + k * p->per_order, row->all, added);
        for (size_t f = 0; f < m; f++) {
            double off = added[f] - values[f];
            values[f] += off / (double)(k + 1);
            errors[f] += off * (added[f] - values[f]);
        }
    }
    for (size_t f = 0; f < m; f++)
        errors[f] = sqrt(errors[f] / ((double)orders * (double)(orders > 1 ? orders - 1 : 1)));
}

static void draw_orders(arena *a, permutation *p, uint64_t seed)
{
    random_stream random = random_stream_for(seed, TEXT("permutations"));
    size_t *order = ARENA_ARRAY(a, p->orders * p->features, size_t);
    for (size_t k = 0; k < p->orders; k++) {
        for (size_t f = 0; f < p->features; f++) order[k * p->features + f] = f;
        shuffle(&random, order + k * p->features, p->features);
    }
    p->order = order;
}

error explain_permutation(draft *d)
{
    size_t features = d->predictor->feature_count;
    size_t budget = d->options->coalitions ? d->options->coalitions : coalitions_standard_budget(features);
    permutation p = { .features = features, .per_order = 2 * (features - 1) };
    p.orders = p.per_order ? budget / p.per_order : 1;
    if (p.orders < LEAST_ORDERS && p.per_order && !d->options->coalitions) p.orders = LEAST_ORDERS;
    if (p.orders < 1) p.orders = 1;
    draw_orders(d->arena, &p, d->options->seed);
    size_t ends[MOST_STAGES], stages = 1;
    for (size_t part = p.orders / 2; d->options->tolerance > 0 && stages < MOST_STAGES && part >= LEAST_STAGE_ORDERS;
         part /= 2)
        stages++;
    for (size_t stage = 0; stage < stages; stage++) {
        p.stage_orders[stage] = p.orders >> (stages - 1 - stage);
        ends[stage] = p.stage_orders[stage] * p.per_order;
    }
    estimator e = { .list = coalitions_of(d->arena, &p),
                    .stage_count = stages,
                    .stage_ends = ends,
                    .context = &p,
                    .estimate = estimate_permutations };
    return sample_rows(d, &e);
}
