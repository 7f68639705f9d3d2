#include "engine/fairness/bootstrap.h"

#include "engine/stats/stats.h"

#include <math.h>

/* The multinomial draw as a chain of binomials: each cell takes its share of the rows that are left. */
typedef struct chain_link {
    uint64_t *cell; /* in the replicate's counts */
    binomial share;
} chain_link;

typedef struct chain {
    chain_link *links;
    size_t count;
    uint64_t rows;
} chain;

static chain chain_over(arena *scratch, const cell_counts *counts, cell_counts *drawn, size_t groups)
{
    chain c = { .links = ARENA_ARRAY(scratch, groups * CELLS, chain_link) };
    for (size_t g = 0; g < groups; g++) c.rows += cells_rows(&counts[g]);
    uint64_t left = c.rows;
    for (size_t g = 0; g < groups; g++) {
        for (int i = 0; i < CELLS; i++) {
            uint64_t here = counts[g].k[i];
            if (here == 0) continue;
            c.links[c.count++] =
                (chain_link){ .cell = &drawn[g].k[i], .share = binomial_with((double)here / (double)left) };
            left -= here;
        }
    }
    return c;
}

static void draw(const chain *c, random_stream *stream)
{
    uint64_t left = c->rows;
    for (size_t i = 0; i + 1 < c->count; i++) {
        uint64_t taken = random_binomial(stream, &c->links[i].share, left);
        *c->links[i].cell = taken;
        left -= taken;
    }
    if (c->count) *c->links[c->count - 1].cell = left;
}

/* ------------------------------------------------------------------ what is kept of each replicate */

enum { KEPT_MEASURES = 2 * REPEATED_MEASURES }; /* over all groups, then over the eligible ones */

typedef struct kept {
    double *values; /* [figure][replicate] */
    size_t figures;
    uint32_t replicates;
} kept;

static size_t figure_of(size_t group, size_t contrast)
{
    return KEPT_MEASURES + group * GROUP_CONTRASTS + contrast;
}

static double *place(const kept *k, size_t figure, uint32_t replicate)
{
    return &k->values[figure * k->replicates + replicate];
}

static confidence_interval interval_of(const kept *k, size_t figure)
{
    double *values = place(k, figure, 0);
    size_t defined = 0;
    for (uint32_t b = 0; b < k->replicates; b++)
        if (isfinite(values[b])) values[defined++] = values[b];
    if (defined == 0 || 10 * defined < 9 * (size_t)k->replicates) return no_interval;
    return (confidence_interval){ stats_quantile(values, defined, 0.025), stats_quantile(values, defined, 0.975) };
}

typedef struct replicate {
    measure_input input;
    double all[MEASURES], eligible[MEASURES];
} replicate;

static void evaluate(const bootstrap_request *q, replicate *r)
{
    measure_input *in = &r->input;
    for (size_t g = 0; g < q->groups; g++) measure_rates(&in->counts[g], q->has_truth, in->rates[g]);
    for (size_t g = 0; g < q->groups; g++)
        if (g != q->reference) measure_contrasts(in->rates[g], in->rates[q->reference], in->contrasts[g]);
    measure_repeated(in, q->all, r->all);
    measure_repeated(in, q->eligible, r->eligible);
}

static void keep(const kept *k, const replicate *r, uint32_t at)
{
    for (size_t m = 0; m < REPEATED_MEASURES; m++) {
        *place(k, m, at) = r->all[repeated_measures[m]];
        *place(k, REPEATED_MEASURES + m, at) = r->eligible[repeated_measures[m]];
    }
    for (size_t g = 0; g < r->input.groups; g++)
        for (size_t c = 0; c < GROUP_CONTRASTS; c++) *place(k, figure_of(g, c), at) = r->input.contrasts[g][c];
}

static bootstrap_intervals empty_intervals(arena *a, size_t groups)
{
    bootstrap_intervals none;
    for (size_t m = 0; m < REPEATED_MEASURES; m++) none.all[m] = none.eligible[m] = no_interval;
    none.contrasts = arena_array(a, groups, sizeof *none.contrasts);
    for (size_t g = 0; g < groups; g++)
        for (size_t c = 0; c < GROUP_CONTRASTS; c++) none.contrasts[g][c] = no_interval;
    return none;
}

bootstrap_intervals bootstrap_run(arena *a, const bootstrap_request *q)
{
    bootstrap_intervals made = empty_intervals(a, q->groups);
    if (q->replicates == 0 || q->groups < 2) return made;
    arena *scratch = arena_new();
    cell_counts *drawn = ARENA_ARRAY(scratch, q->groups, cell_counts);
    replicate r = { .input = { .counts = drawn,
                               .rates = arena_array(scratch, q->groups, sizeof *r.input.rates),
                               .contrasts = arena_array(scratch, q->groups, sizeof *r.input.contrasts),
                               .groups = q->groups,
                               .reference = q->reference,
                               .has_truth = q->has_truth } };
    kept k = { .figures = KEPT_MEASURES + q->groups * GROUP_CONTRASTS, .replicates = q->replicates };
    k.values = ARENA_ARRAY(scratch, k.figures * k.replicates, double);
    chain links = chain_over(scratch, q->counts, drawn, q->groups);
    random_stream stream = q->stream;
    for (uint32_t b = 0; b < q->replicates; b++) {
        draw(&links, &stream);
        evaluate(q, &r);
        keep(&k, &r, b);
    }
    for (size_t m = 0; m < REPEATED_MEASURES; m++) {
        made.all[m] = interval_of(&k, m);
        made.eligible[m] = interval_of(&k, REPEATED_MEASURES + m);
    }
    for (size_t g = 0; g < q->groups; g++)
        for (size_t c = 0; g != q->reference && c < GROUP_CONTRASTS; c++)
            made.contrasts[g][c] = interval_of(&k, figure_of(g, c));
    arena_drop(scratch);
    return made;
}
