/* The exact methods: trees through their forest, linear models from their weights. */
#include "engine/explain/methods.h"

enum {
    PATH_ROWS = 2048,      /* at once: a tree's constants are worked out for each such part of the rows */
    INTERACTION_ROWS = 64, /* features times more work a row */
    LEAST_BATCH = 256,     /* of the interventional method, … */
    MOST_BATCH = 16384 /* … whose cost is rows + background: a batch as large as the background doubles it at most */
};

typedef struct tree_work {
    draft *draft;
    const forest *forest;
    double *base; /* [outputs] of the first chunk */
} tree_work;

static matrix rows_from(const draft *d, size_t first, size_t count)
{
    return (matrix){ matrix_row(d->rows, first), count, d->rows->columns };
}

/* Every chunk gives the base anew, and all the same one; the first chunk's is kept. */
static double *base_of_chunk(const tree_work *w, arena *a, size_t first)
{
    return first == 0 ? w->base : ARENA_ARRAY(a, w->draft->predictor->output_count, double);
}

static error path_rows(void *context, arena *a, size_t first, size_t count)
{
    const tree_work *w = context;
    const draft *d = w->draft;
    const predictor *p = d->predictor;
    matrix rows = rows_from(d, first, count);
    return forest_shap_path(a, w->forest, &rows, base_of_chunk(w, a, first),
                            d->values + first * p->feature_count * p->output_count);
}

static error interaction_rows(void *context, arena *a, size_t first, size_t count)
{
    const tree_work *w = context;
    const draft *d = w->draft;
    const predictor *p = d->predictor;
    matrix rows = rows_from(d, first, count);
    return forest_shap_interactions(a, w->forest, &rows,
                                    d->interactions + first * p->feature_count * p->feature_count * p->output_count);
}

static error interventional_rows(void *context, arena *a, size_t first, size_t count)
{
    const tree_work *w = context;
    const draft *d = w->draft;
    const predictor *p = d->predictor;
    matrix rows = rows_from(d, first, count);
    return forest_shap_interventional(a, p->forest, &rows, &d->options->background, d->options->output,
                                      base_of_chunk(w, a, first),
                                      d->values + first * p->feature_count * p->output_count);
}

/* All threads get their share of the rows, even when one batch would hold them all. */
static size_t interventional_batch(const draft *d)
{
    size_t batch = d->options->background.rows;
    if (batch < LEAST_BATCH) batch = LEAST_BATCH;
    if (batch > MOST_BATCH) batch = MOST_BATCH;
    size_t threads = (size_t)d->options->threads;
    size_t share = (d->rows->rows + threads - 1) / threads;
    return share < batch ? share : batch;
}

/* A file without covers (ONNX keeps none) gets those of the background: with the training data as background, the very
 * covers that the library has. */
static const forest *with_covers(draft *d)
{
    const predictor *p = d->predictor;
    if (d->options->method != METHOD_TREE_PATH || p->model->has_covers || !d->options->background.rows)
        return p->forest;
    draft_note(
        d, TEXT("The model's file does not say how many training rows reached each node; the background was counted "
                "instead."));
    return forest_with_covers(d->arena, p->forest, &d->options->background);
}

/* Parts of about PATH_ROWS, as many for each thread; whole blocks of 64 rows. */
static size_t path_batch(const draft *d)
{
    size_t threads = (size_t)d->options->threads, share = (d->rows->rows + threads - 1) / threads;
    size_t parts = (share + PATH_ROWS - 1) / PATH_ROWS;
    size_t batch = parts ? (share + parts - 1) / parts : PATH_ROWS;
    return (batch + 63) / 64 * 64;
}

error explain_trees(draft *d)
{
    tree_work context = { .draft = d, .forest = with_covers(d), .base = d->base };
    bool path = d->options->method == METHOD_TREE_PATH;
    row_work work = { .rows = d->rows->rows,
                      .threads = d->options->threads,
                      .watch = &d->options->watch,
                      .to = d->interactions ? 0.1 : 1,
                      .context = &context };
    work.run = path ? path_rows : interventional_rows;
    work.chunk = path ? path_batch(d) : interventional_batch(d);
    TRY(row_work_do(d->arena, &work));
    if (d->interactions) {
        work.run = interaction_rows;
        work.chunk = INTERACTION_ROWS;
        work.from = work.to;
        work.to = 1;
        TRY(row_work_do(d->arena, &work));
    }
    d->result->is_exact = true;
    return OK;
}

/* ------------------------------------------------------------------ linear */

/* What each feature's term is compared with: its mean over the background, else at the model's own centre, else at 0.
 * [output][feature] */
static double *linear_reference(draft *d)
{
    const model *m = d->predictor->model;
    const matrix *background = &d->options->background;
    size_t features = m->feature_count;
    double *reference = ARENA_ARRAY(d->arena, m->output_count * features, double);
    for (size_t o = 0; o < m->output_count; o++)
        for (size_t f = 0; f < features; f++) {
            double sum = 0;
            for (size_t r = 0; r < background->rows; r++)
                sum += model_linear_term(m, o, f, matrix_row(background, r)[f]);
            bool is_category = m->category_weights && m->category_weights[f];
            reference[o * features + f] = background->rows           ? sum / (double)background->rows
                                          : m->center || is_category ? 0
                                                                     : model_linear_term(m, o, f, 0);
        }
    if (!background->rows)
        draft_note(d, m->center
                          ? TEXT("No background was given: features are compared with the model's own centre.")
                          : TEXT("No background was given and the model has no centre: features are compared with 0."));
    return reference;
}

/* φ = term(x) - E[term], exact because the margin is a sum over features (Štrumbelj and Kononenko 2014). */
error explain_linear(draft *d)
{
    const model *m = d->predictor->model;
    size_t features = m->feature_count, outputs = m->output_count;
    const double *reference = linear_reference(d);
    for (size_t o = 0; o < outputs; o++) {
        d->base[o] = m->base[o];
        for (size_t f = 0; f < features; f++) {
            double usual = reference[o * features + f];
            d->base[o] += usual;
            for (size_t r = 0; r < d->rows->rows; r++)
                d->values[(r * features + f) * outputs + o] =
                    model_linear_term(m, o, f, matrix_row(d->rows, r)[f]) - usual;
        }
    }
    d->result->is_exact = true;
    return OK;
}
