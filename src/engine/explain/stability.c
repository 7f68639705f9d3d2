/* How much of a sampled explanation is chance. */
#include "engine/explain/explain.h"
#include "engine/explain/methods.h"

enum { MOST_SEEDS = 100 };

/* Marks the `top` features of largest |value|; ties go to the earlier feature. */
static void mark_top(const double *values, size_t features, size_t stride, size_t top, bool *marked)
{
    memset(marked, 0, features * sizeof(bool));
    for (size_t k = 0; k < top && k < features; k++) {
        size_t best = features;
        for (size_t f = 0; f < features; f++)
            if (!marked[f] && (best == features || fabs(values[f * stride]) > fabs(values[best * stride]))) best = f;
        marked[best] = true;
    }
}

static double jaccard(const bool *x, const bool *y, size_t features)
{
    double both = 0, either = 0;
    for (size_t f = 0; f < features; f++) {
        both += x[f] && y[f];
        either += x[f] || y[f];
    }
    return either > 0 ? both / either : 1;
}

/* Of one row and output: the mean over all pairs of seeds. */
static double mean_jaccard(arena *a, explanation *const *runs, const explanation_stability *s, size_t row,
                           size_t output)
{
    bool *marked = ARENA_ARRAY(a, s->seeds * s->features, bool);
    for (size_t k = 0; k < s->seeds; k++)
        mark_top(runs[k]->values + row * s->features * s->outputs + output, s->features, s->outputs, s->top,
                 marked + k * s->features);
    double sum = 0;
    for (size_t k = 0; k < s->seeds; k++)
        for (size_t j = 0; j < k; j++) sum += jaccard(marked + k * s->features, marked + j * s->features, s->features);
    return sum / ((double)s->seeds * (double)(s->seeds - 1) / 2);
}

static void summarize(arena *a, explanation *const *runs, explanation_stability *s)
{
    size_t count = s->rows * s->features * s->outputs;
    double *mean = ARENA_ARRAY(a, count, double), *deviation = ARENA_ARRAY(a, count, double);
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < s->seeds; k++) mean[i] += runs[k]->values[i] / (double)s->seeds;
        for (size_t k = 0; k < s->seeds; k++) deviation[i] += pow(runs[k]->values[i] - mean[i], 2);
        deviation[i] = sqrt(deviation[i] / (double)(s->seeds - 1));
    }
    double *overlap = ARENA_ARRAY(a, s->rows * s->outputs, double), sum = 0;
    arena *scratch = arena_new();
    for (size_t i = 0; i < s->rows * s->outputs; i++) {
        overlap[i] = mean_jaccard(scratch, runs, s, i / s->outputs, i % s->outputs);
        sum += overlap[i];
    }
    arena_drop(scratch);
    s->mean = mean;
    s->deviation = deviation;
    s->jaccard = overlap;
    s->mean_jaccard = s->rows ? sum / (double)(s->rows * s->outputs) : NAN;
}

/* The watch hears of all runs as one work. */
typedef struct part_watch {
    const explain_watch *whole;
    size_t run, runs;
} part_watch;

static error tick_part(void *context, double fraction)
{
    const part_watch *p = context;
    return watch_tick(p->whole, ((double)p->run + fraction) / (double)p->runs);
}

error explain_stability(arena *a, const predictor *p, const matrix *rows, const explain_options *options, size_t seeds,
                        size_t top, explanation_stability *out)
{
    if (seeds < 2 || seeds > MOST_SEEDS)
        return fail(a, INVALID, "/seeds", "Stability is measured over 2 to %d seeds; %zu were asked for.", MOST_SEEDS,
                    seeds);
    if (top < 1) return fail(a, INVALID, "/top", "Stability compares at least one feature.");
    explanation **runs = ARENA_ARRAY(a, seeds, explanation *);
    part_watch part = { .whole = &options->watch, .runs = seeds };
    explain_options one = *options;
    one.watch = (explain_watch){ &part, tick_part };
    for (; part.run < seeds; part.run++) {
        one.seed = options->seed + part.run;
        TRY(explain(a, p, rows, &one, &runs[part.run]));
    }
    *out = (explanation_stability){
        .seeds = seeds, .top = top, .rows = rows->rows, .features = p->feature_count, .outputs = runs[0]->outputs
    };
    summarize(a, runs, out);
    return OK;
}
