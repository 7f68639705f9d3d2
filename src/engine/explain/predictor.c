#include "engine/explain/methods.h"

enum { BLOCK_ROWS = 4096 };

static error predict_trees(void *context, arena *a, const matrix *rows, model_output output, double *out)
{
    forest_predict(a, context, rows, output, out);
    return OK;
}

static error predict_model(void *context, arena *a, const matrix *rows, model_output output, double *out)
{
    (void)a;
    model_predict(context, rows, output, out);
    return OK;
}

error predictor_of_model(arena *a, const model *m, predictor *out)
{
    predictor p = { .feature_count = m->feature_count, .output_count = m->output_count, .model = m };
    if (m->kind == MODEL_TREES) {
        TRY(forest_new(a, m, &p.forest));
        p.context = (void *)(uintptr_t)p.forest;
        p.predict = predict_trees;
    } else {
        p.context = (void *)(uintptr_t)m;
        p.predict = predict_model;
    }
    *out = p;
    return OK;
}

int predictor_threads(const predictor *p, int wanted)
{
    return p->model ? wanted : 1;
}

const text *predictor_feature_names(arena *a, const predictor *p)
{
    if (p->feature_names) return p->feature_names;
    text *names = ARENA_ARRAY(a, p->feature_count, text);
    for (size_t f = 0; f < p->feature_count; f++)
        names[f] = p->model ? p->model->features[f].name : text_format(a, "f%zu", f);
    return names;
}

const bool *predictor_categories(arena *a, const predictor *p, const bool *said)
{
    const model_feature *features = p->features ? p->features : p->model ? p->model->features : NULL;
    if (said || !features) return said;
    bool *is_category = ARENA_ARRAY(a, p->feature_count, bool);
    for (size_t f = 0; f < p->feature_count; f++) is_category[f] = features[f].is_category;
    return is_category;
}

typedef struct prediction_work {
    const predictor *predictor;
    const matrix *rows;
    model_output output;
    double *out;
} prediction_work;

static error predict_block(void *context, arena *a, size_t first, size_t count)
{
    prediction_work *w = context;
    matrix block = { matrix_row(w->rows, first), count, w->rows->columns };
    const predictor *p = w->predictor;
    return p->predict(p->context, a, &block, w->output, w->out + first * p->output_count);
}

error predict_rows(arena *a, const predictor *p, const matrix *rows, model_output output, int threads,
                   const explain_watch *watch, double *out)
{
    static const explain_watch nobody = { 0 };
    prediction_work context = { p, rows, output, out };
    row_work work = { .rows = rows->rows,
                      .chunk = BLOCK_ROWS,
                      .threads = predictor_threads(p, threads),
                      .watch = watch ? watch : &nobody,
                      .context = &context,
                      .run = predict_block };
    return row_work_do(a, &work);
}

error predict_mean(arena *a, const predictor *p, const matrix *rows, model_output output, double *mean, double *range)
{
    size_t outputs = p->output_count;
    double *all = ARENA_ARRAY(a, rows->rows * outputs, double);
    TRY(predict_rows(a, p, rows, output, 1, NULL, all));
    for (size_t o = 0; o < outputs; o++) {
        double sum = 0, low = INFINITY, high = -INFINITY;
        for (size_t r = 0; r < rows->rows; r++) {
            double value = all[r * outputs + o];
            if (!isfinite(value))
                return fail(a, INVALID, "/background", "The model gives no finite number for background row %zu.",
                            r + 1);
            sum += value;
            low = fmin(low, value);
            high = fmax(high, value);
        }
        mean[o] = sum / (double)rows->rows;
        if (range) range[o] = high - low;
    }
    return OK;
}
