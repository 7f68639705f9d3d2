/* Gradient-boosted trees by libxgboost (1.7).
 *
 * Texts go to the library as categories, not as one column for each value: an explanation then has one figure for
 * "occupation" as people know it, and a split may say "one of these". The library calls its categories experimental; so
 * the finished model, read by our own reader, is compared with the library's own predictions on every row that it
 * learned from: a difference is an error and never a model. */
#include "training/training_parts.h"

#include <stdio.h>
#include <xgboost/c_api.h>

/* What the library holds; released with the arena. */
static void release_matrix(void *handle)
{
    XGDMatrixFree(handle);
}

static void release_booster(void *handle)
{
    XGBoosterFree(handle);
}

/* Its messages carry a stack trace from the second line on. */
static error library_error(arena *a)
{
    const char *message = XGBGetLastError();
    const char *end = strchr(message, '\n');
    return fail(a, INTERNAL, "", "libxgboost: %.*s", (int)(end ? end - message : (ptrdiff_t)strlen(message)), message);
}

#define LIBRARY(call)                                                                                                  \
    do {                                                                                                               \
        if ((call) != 0) return library_error(a);                                                                      \
    } while (0)

typedef struct boosting {
    arena *arena;
    const lesson *lesson;
    DMatrixHandle learn, stop; /* stop: NULL when there are no such rows */
    BoosterHandle booster;
    size_t outputs;
} boosting;

/* ------------------------------------------------------------------ data */

static error describe_features(arena *a, const train_data *d, DMatrixHandle handle)
{
    const char **kinds = ARENA_ARRAY(a, d->rows.columns, const char *);
    for (size_t f = 0; f < d->rows.columns; f++) kinds[f] = d->features[f].is_category ? "c" : "q";
    LIBRARY(XGDMatrixSetStrFeatureInfo(handle, "feature_type", kinds, d->rows.columns));
    return OK;
}

static error matrix_of(arena *a, const lesson *l, row_set rows, DMatrixHandle *out)
{
    const train_data *d = l->data;
    size_t columns = d->rows.columns;
    float *values = ARENA_ARRAY(a, rows.count * columns, float);
    float *labels = ARENA_ARRAY(a, rows.count, float), *weights = ARENA_ARRAY(a, rows.count, float);
    for (size_t i = 0; i < rows.count; i++) {
        const double *row = matrix_row(&d->rows, rows.items[i]);
        for (size_t f = 0; f < columns; f++) values[i * columns + f] = (float)row[f];
        labels[i] = (float)d->labels[rows.items[i]];
        weights[i] = (float)l->weights[rows.items[i]];
    }
    LIBRARY(XGDMatrixCreateFromMat_omp(values, rows.count, columns, NAN, out, l->options->threads));
    arena_defer(a, release_matrix, *out);
    LIBRARY(XGDMatrixSetFloatInfo(*out, "label", labels, rows.count));
    LIBRARY(XGDMatrixSetFloatInfo(*out, "weight", weights, rows.count));
    return describe_features(a, d, *out);
}

/* ------------------------------------------------------------------ parameters */

static error set_number(const boosting *b, const char *name, double value)
{
    arena *a = b->arena;
    char digits[40];
    snprintf(digits, sizeof digits, "%.9g", value);
    LIBRARY(XGBoosterSetParam(b->booster, name, digits));
    return OK;
}

static error set_text(const boosting *b, const char *name, const char *value)
{
    arena *a = b->arena;
    LIBRARY(XGBoosterSetParam(b->booster, name, value));
    return OK;
}

/* Boosting starts at the mean, as newer releases of the library do by themselves: a label such as a price would else
 * take a hundred trees to be reached. */
static double start_of(const lesson *l)
{
    double sum = 0, all = 0;
    for (size_t i = 0; i < l->learn.count; i++) {
        sum += l->weights[l->learn.items[i]] * l->data->labels[l->learn.items[i]];
        all += l->weights[l->learn.items[i]];
    }
    double mean = sum / all;
    return l->data->task == TASK_TWO_CLASSES ? fmin(fmax(mean, 1e-6), 1 - 1e-6) : mean;
}

static error set_objective(const boosting *b)
{
    static const char *const objectives[] = { [TASK_REGRESSION] = "reg:squarederror",
                                              [TASK_TWO_CLASSES] = "binary:logistic",
                                              [TASK_CLASSES] = "multi:softprob" };
    const train_data *d = b->lesson->data;
    TRY(set_text(b, "objective", objectives[d->task]));
    if (d->task == TASK_CLASSES) return set_number(b, "num_class", (double)d->class_count);
    return set_number(b, "base_score", start_of(b->lesson));
}

static error set_parameters(const boosting *b)
{
    const train_options *o = b->lesson->options;
    TRY(set_objective(b));
    TRY(set_text(b, "booster", "gbtree"));
    TRY(set_text(b, "tree_method", "hist"));
    TRY(set_text(b, "disable_default_eval_metric", "1"));
    TRY(set_number(b, "max_depth", o->depth));
    TRY(set_number(b, "eta", o->rate));
    TRY(set_number(b, "subsample", o->subsample));
    TRY(set_number(b, "colsample_bytree", o->column_share));
    TRY(set_number(b, "min_child_weight", o->min_child_weight));
    TRY(set_number(b, "alpha", o->l1));
    TRY(set_number(b, "lambda", o->l2));
    TRY(set_number(b, "seed", (double)(o->seed % 2147483647))); /* it reads a 32-bit number */
    return set_number(b, "nthread", o->threads);
}

/* ------------------------------------------------------------------ rounds */

static error library_predict(const boosting *b, DMatrixHandle rows, arena *a, const float **out)
{
    static const char options[] =
        "{\"type\": 0, \"training\": false, \"iteration_begin\": 0, \"iteration_end\": 0, \"strict_shape\": true}";
    const bst_ulong *shape;
    bst_ulong dimensions;
    LIBRARY(XGBoosterPredictFromDMatrix(b->booster, rows, options, &shape, &dimensions, out));
    return OK;
}

static error stopping_loss(const boosting *b, double *scratch, double *out)
{
    const lesson *l = b->lesson;
    const float *predictions;
    TRY(library_predict(b, b->stop, b->arena, &predictions));
    for (size_t i = 0; i < l->stop.count * b->outputs; i++) scratch[i] = predictions[i];
    *out = quality_loss(l->data, l->stop, l->weights, scratch);
    return OK;
}

/* Keeps the first `rounds` rounds. */
static error cut(boosting *b, uint32_t rounds)
{
    arena *a = b->arena;
    BoosterHandle short_one;
    LIBRARY(XGBoosterSlice(b->booster, 0, (int)rounds, 1, &short_one));
    arena_defer(a, release_booster, short_one);
    b->booster = short_one;
    return OK;
}

static error tell_watch(const lesson *l, uint32_t round)
{
    const explain_watch *w = &l->options->watch;
    if (!w->tick) return OK;
    return w->tick(w->context, l->done + l->share * round / l->options->trees);
}

static error boost(boosting *b, uint32_t *used)
{
    const lesson *l = b->lesson;
    arena *a = b->arena;
    double best = INFINITY, loss, *scratch = ARENA_ARRAY(a, l->stop.count * b->outputs, double);
    uint32_t best_rounds = 0, round = 0;
    while (round < l->options->trees) {
        LIBRARY(XGBoosterUpdateOneIter(b->booster, (int)round++, b->learn));
        TRY(tell_watch(l, round));
        if (!b->stop) continue;
        TRY(stopping_loss(b, scratch, &loss));
        if (loss < best) {
            best = loss;
            best_rounds = round;
        }
        if (round - best_rounds >= l->options->early_stopping) break;
    }
    *used = b->stop && best_rounds ? best_rounds : round;
    return *used < round ? cut(b, *used) : OK;
}

/* ------------------------------------------------------------------ the finished model */

static error refuse_difference(arena *a, double difference)
{
    return fail(a, INTERNAL, "", "The trees as read differ from the library's own predictions by %.3g.", difference);
}

/* Sums of the library are of float32: each tree may round once, by the size of what is summed. */
static double tolerance_of(const boosting *b, const model *m)
{
    const lesson *l = b->lesson;
    double size = 1;
    for (size_t i = 0; l->data->task == TASK_REGRESSION && i < l->learn.count; i++)
        size = fmax(size, fabs(l->data->labels[l->learn.items[i]]));
    return size * (1e-6 + 6e-8 * (double)m->tree_count);
}

/* Our reader's model against the library, on the rows learned from. */
static error compare(const boosting *b, const model *m)
{
    arena *a = b->arena;
    const float *theirs;
    matrix rows = rows_of_set(a, b->lesson->data, b->lesson->learn);
    double *ours = ARENA_ARRAY(a, rows.rows * b->outputs, double), tolerance = tolerance_of(b, m);
    TRY(library_predict(b, b->learn, a, &theirs));
    model_predict(m, &rows, OUTPUT_PROBABILITY, ours);
    for (size_t i = 0; i < rows.rows * b->outputs; i++) {
        double difference = fabs(ours[i] - theirs[i]);
        if (!(difference <= tolerance)) return refuse_difference(a, difference);
    }
    return OK;
}

static error read_booster(arena *a, const boosting *b, const model **out)
{
    const train_data *d = b->lesson->data;
    const char *bytes;
    bst_ulong length;
    LIBRARY(XGBoosterSaveModelToBuffer(b->booster, "{\"format\": \"ubj\"}", &length, &bytes));
    const model *read;
    TRY(model_read(a, text_copy(a, (text){ bytes, length }), model_limits_standard(), &read));
    TRY(compare(b, read));
    model *named = arena_copy(a, read, sizeof *read);
    named->format = "aic";
    named->type = "GBDT";
    named->features = d->features;
    named->has_names = true;
    named->classes = d->classes;
    named->class_count = d->class_count;
    *out = named;
    return OK;
}

static error learn_in(arena *a, arena *scratch, const lesson *l, learned *out)
{
    boosting b = { .arena = scratch, .lesson = l, .outputs = l->data->task == TASK_CLASSES ? l->data->class_count : 1 };
    XGBSetGlobalConfig("{\"verbosity\": 0}");
    TRY(matrix_of(scratch, l, l->learn, &b.learn));
    if (l->stop.count) TRY(matrix_of(scratch, l, l->stop, &b.stop));
    DMatrixHandle both[] = { b.learn, b.stop };
    if (XGBoosterCreate(both, b.stop ? 2 : 1, &b.booster) != 0) return library_error(scratch);
    arena_defer(scratch, release_booster, b.booster);
    TRY(set_parameters(&b));
    TRY(boost(&b, &out->trees_used));
    return read_booster(a, &b, &out->model);
}

/* An error of the scratch arena would not outlive it. */
static error kept_error(arena *a, error bad)
{
    return bad ? fail(a, bad->kind, bad->pointer, "%s", bad->message) : OK;
}

error gbdt_learn(arena *a, const lesson *l, learned *out)
{
    arena *scratch = arena_new();
    *out = (learned){ 0 };
    error bad = kept_error(a, learn_in(a, scratch, l, out));
    arena_drop(scratch);
    return bad;
}
