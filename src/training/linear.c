/* Logistic and linear models by Newton's method.
 *
 * A row has few entries in the long vector of weights: one for each number (standardised) and one for each category (1
 * at its own weight). Hessians are summed over pairs of entries, so that a column of a hundred categories costs no more
 * than one of numbers. With a share of L1 each Newton step is a lasso of the quadratic model, solved by coordinate
 * descent on the Hessian. */
#include "training/newton.h"

#include "training/training_parts.h"

typedef struct standard {
    double mean, scale; /* x' = (x - mean) · scale; scale 0: the column does not vary */
} standard;

typedef struct encoding {
    size_t *first; /* [feature]: place of its first weight */
    standard *standards;
    size_t weights;
} encoding;

/* The mean and the deviation of the rows that have the number, each row counting once as in a scaler that stands before
 * the model: weights say what to learn from, not what is usual. A missing number stands at the mean, which is 0. */
static standard standard_of(const lesson *l, size_t feature)
{
    double sum = 0, count = 0, squares = 0;
    for (size_t i = 0; i < l->learn.count; i++) {
        double x = matrix_row(&l->data->rows, l->learn.items[i])[feature];
        if (isnan(x)) continue;
        sum += x;
        count++;
    }
    double mean = count > 0 ? sum / count : 0;
    for (size_t i = 0; i < l->learn.count; i++) {
        double x = matrix_row(&l->data->rows, l->learn.items[i])[feature];
        if (!isnan(x)) squares += (x - mean) * (x - mean);
    }
    double deviation = count > 0 ? sqrt(squares / count) : 0;
    bool varies = deviation > 1e-12 * (1 + fabs(mean));
    return (standard){ mean, varies ? 1 / deviation : 0 };
}

static error encode(arena *a, const lesson *l, encoding *out)
{
    const train_data *d = l->data;
    out->first = ARENA_ARRAY(a, d->rows.columns, size_t);
    out->standards = ARENA_ARRAY(a, d->rows.columns, standard);
    for (size_t f = 0; f < d->rows.columns; f++) {
        out->first[f] = out->weights;
        out->weights += d->features[f].is_category ? d->features[f].category_count : 1;
        if (!d->features[f].is_category) out->standards[f] = standard_of(l, f);
    }
    if (out->weights > TRAIN_MOST_WEIGHTS)
        return fail(a, INVALID, "/columns",
                    "A linear model of these columns has %zu weights (one for each number and each category); "
                    "expected at most %d. Ignore columns of many categories.",
                    out->weights, TRAIN_MOST_WEIGHTS);
    return OK;
}

static void problem_of(arena *a, const lesson *l, const encoding *e, newton_problem *p)
{
    const train_data *d = l->data;
    size_t columns = d->rows.columns;
    newton_entry *entries = ARENA_ARRAY(a, l->learn.count * columns, newton_entry);
    size_t *ends = ARENA_ARRAY(a, l->learn.count, size_t), at = 0;
    double *labels = ARENA_ARRAY(a, l->learn.count, double), *weights = ARENA_ARRAY(a, l->learn.count, double);
    for (size_t i = 0; i < l->learn.count; i++) {
        const double *row = matrix_row(&d->rows, l->learn.items[i]);
        for (size_t f = 0; f < columns; f++) {
            if (isnan(row[f])) continue;
            if (d->features[f].is_category)
                entries[at++] = (newton_entry){ (uint32_t)(e->first[f] + (size_t)row[f]), 1 };
            else if (e->standards[f].scale > 0)
                entries[at++] =
                    (newton_entry){ (uint32_t)e->first[f], (row[f] - e->standards[f].mean) * e->standards[f].scale };
        }
        ends[i] = at;
        labels[i] = d->labels[l->learn.items[i]];
        weights[i] = l->weights[l->learn.items[i]];
    }
    p->entries = entries;
    p->ends = ends;
    p->labels = labels;
    p->row_weights = weights;
    p->rows = l->learn.count;
    p->weights = e->weights;
}

/* The model in the words of the data: one weight a number, a list of weights a category. */
static const model *model_of(arena *a, const lesson *l, const encoding *e, const newton_solution *s)
{
    const train_data *d = l->data;
    size_t columns = d->rows.columns;
    bool is_logistic = l->options->kind == TRAIN_LOGISTIC;
    model *m = ARENA_NEW(a, model);
    double *weights = ARENA_ARRAY(a, columns, double), *center = ARENA_ARRAY(a, columns, double),
           *scale = ARENA_ARRAY(a, columns, double);
    const double **categories = ARENA_ARRAY(a, columns, const double *);
    for (size_t f = 0; f < columns; f++) {
        scale[f] = 1;
        if (d->features[f].is_category) {
            categories[f] = s->weights + e->first[f];
            continue;
        }
        weights[f] = s->weights[e->first[f]];
        center[f] = e->standards[f].mean;
        if (e->standards[f].scale > 0) scale[f] = e->standards[f].scale;
    }
    *m = (model){ .kind = MODEL_LINEAR,
                  .format = "aic",
                  .type = is_logistic ? "LOGISTIC" : "LINEAR",
                  .objective = is_logistic ? TEXT("binary:logistic") : TEXT("reg:squarederror"),
                  .features = d->features,
                  .feature_count = columns,
                  .has_names = true,
                  .output_count = 1,
                  .classes = d->classes,
                  .class_count = d->class_count,
                  .link = is_logistic ? LINK_LOGISTIC : LINK_IDENTITY,
                  .is_probability = is_logistic,
                  .base = arena_copy(a, &s->intercept, sizeof(double)),
                  .weights = weights,
                  .center = center,
                  .scale = scale,
                  .category_weights = categories,
                  .missing_at_center = true };
    return m;
}

/* Without any penalty the weights of separated classes grow without end. */
enum { SEPARATED_L2_DIVISOR = 1000 };

error linear_learn(arena *a, const lesson *l, learned *out)
{
    encoding e = { 0 };
    newton_problem p = { .is_logistic = l->options->kind == TRAIN_LOGISTIC,
                         .l1 = l->options->l1,
                         .l2 = l->options->l2 };
    newton_solution s;
    text *notes = ARENA_ARRAY(a, 2, text);
    size_t note_count = 0;
    TRY(encode(a, l, &e));
    problem_of(a, l, &e, &p);
    newton_solve(a, &p, &s);
    if (s.is_separated) {
        p.l2 = 1.0 / SEPARATED_L2_DIVISOR;
        newton_solve(a, &p, &s);
        notes[note_count++] =
            text_format(a,
                        "The features tell the classes apart without error, so that without a penalty the "
                        "weights have no limit; fitted with l2 = %g instead.",
                        p.l2);
    }
    if (!s.has_converged)
        notes[note_count++] =
            text_format(a, "Not converged after %u steps: the largest slope left is %.3g.", s.steps, s.largest_slope);
    *out = (learned){ .model = model_of(a, l, &e, &s), .notes = { notes, note_count } };
    if (!l->options->watch.tick) return OK;
    return l->options->watch.tick(l->options->watch.context, l->done + l->share);
}
