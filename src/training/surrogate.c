#include "training/training_parts.h"

/* Scores within [0, 1] are probabilities of class 1, so that "decides alike" has a meaning. */
static bool are_chances(const double *scores, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!(scores[i] >= 0 && scores[i] <= 1)) return false;
    return true;
}

static const model_feature *features_of(arena *a, const predictor *p)
{
    if (p->features) return p->features;
    if (p->model) return p->model->features;
    model_feature *features = ARENA_ARRAY(a, p->feature_count, model_feature);
    for (size_t f = 0; f < p->feature_count; f++)
        features[f].name = p->feature_names ? p->feature_names[f] : text_format(a, "f%zu", f);
    return features;
}

static error data_of(arena *a, const predictor *p, const matrix *rows, train_data *d)
{
    double *scores = ARENA_ARRAY(a, rows->rows, double), *weights = ARENA_ARRAY(a, rows->rows, double);
    TRY(p->predict(p->context, a, rows, OUTPUT_PROBABILITY, scores));
    for (size_t i = 0; i < rows->rows; i++) {
        weights[i] = 1;
        if (!isfinite(scores[i])) return fail(a, INVALID, "/data", "row %zu: the model gave no finite score.", i + 1);
    }
    *d = (train_data){ .rows = *rows,
                       .labels = scores,
                       .weights = weights,
                       .features = features_of(a, p),
                       .task = TASK_REGRESSION,
                       .label = TEXT("score") };
    return OK;
}

static void measure(arena *a, const train_data *d, row_set held, surrogate *s)
{
    matrix rows = rows_of_set(a, d, held);
    double *predictions = ARENA_ARRAY(a, held.count, double), alike = 0;
    model_predict(s->model, &rows, OUTPUT_PROBABILITY, predictions);
    s->r2 = quality_of(a, d, held, predictions).r2;
    for (size_t i = 0; i < held.count; i++) alike += (predictions[i] >= 0.5) == (d->labels[held.items[i]] >= 0.5);
    s->agreement = are_chances(d->labels, d->rows.rows) ? alike / (double)held.count : NAN;
}

error train_surrogate(arena *a, const predictor *p, const matrix *rows, const train_options *options, surrogate **out)
{
    train_data d = { 0 };
    lesson l = { .data = &d, .options = options, .share = 1 };
    learned result;
    row_set held, rest;
    random_stream random = random_stream_for(options->seed, TEXT("surrogate"));
    if (p->output_count != 1)
        return fail(a, INVALID, "/model", "A surrogate is fitted to one output; this model has %zu.", p->output_count);
    if (options->kind == TRAIN_LOGISTIC)
        return fail(a, INVALID, "/kind", "A surrogate is fitted to scores: expected gbdt or linear, found logistic.");
    if (rows->rows < TRAIN_LEAST_ROWS)
        return fail(a, INVALID, "/data", "%zu rows; expected at least %d to fit a surrogate to.", rows->rows,
                    TRAIN_LEAST_ROWS);
    TRY(data_of(a, p, rows, &d));
    partition_share(a, &d, partition_all(a, rows->rows), options->held_out, &random, &held, &rest);
    l.weights = d.weights;
    l.learn = rest;
    if (options->kind == TRAIN_GBDT && options->early_stopping)
        partition_share(a, &d, rest, options->held_out, &random, &l.stop, &l.learn);
    TRY(options->kind == TRAIN_GBDT ? gbdt_learn(a, &l, &result) : linear_learn(a, &l, &result));
    surrogate *s = ARENA_NEW(a, surrogate);
    s->model = result.model;
    s->rows = rows->rows;
    measure(a, &d, held, s);
    *out = s;
    return OK;
}
