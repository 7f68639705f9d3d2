/* Permutation importance. A shuffled value that the model cannot tell from the row's own needs no prediction, and one
 * value drawn for a row in several repeats needs one: of Adult's 140 shuffles of a row some 60 are left. */
#include "engine/explain/global.h"
#include "engine/explain/methods.h"
#include "engine/explain/score.h"
#include "engine/explain/sight.h"
#include "engine/stats/random.h"

enum { BLOCK_BYTES = 2 << 20, MOST_REPEATS = 1000 };

importance_options importance_options_standard(model_score score)
{
    return (importance_options){ .score = score, .repeats = 10, .seed = 1, .threads = 1 };
}

/* What the model sees of each row's value of a feature. */
static const double *seen_column(arena *a, const sight *eyes, const matrix *rows, size_t feature)
{
    double *seen = ARENA_ARRAY(a, rows->rows, double);
    for (size_t r = 0; r < rows->rows; r++) seen[r] = sight_value(eyes, feature, matrix_row(rows, r)[feature]);
    return seen;
}

/* ------------------------------------------------------------------ one feature */

typedef struct shuffling {
    const predictor *predictor;
    const matrix *rows;
    const importance_options *options;
    const double *original; /* [row][output] predictions */
    size_t feature;
    const uint32_t *order; /* [repeat][row]: whose value the row gets */
    const double *seen;    /* [row] */
    double *predicted;     /* [repeat][row][output] */
    size_t *needed;
} shuffling;

/* A block of rows in all repeats: composed without what is known, predicted, and copied to where it belongs. */
static error predict_block(void *context, arena *a, size_t first, size_t count)
{
    const shuffling *s = context;
    size_t features = s->rows->columns, outputs = s->predictor->output_count, repeats = s->options->repeats;
    size_t rows = s->rows->rows, composed = 0;
    double *values = ARENA_ARRAY(a, count * repeats * features, double);
    uint32_t *whose = ARENA_ARRAY(a, count * repeats, uint32_t); /* composed row + 1; 0: the original's prediction */
    for (size_t r = first; r < first + count; r++)
        for (size_t k = 0; k < repeats; k++) {
            uint32_t from = s->order[k * rows + r], *mine = &whose[(r - first) * repeats + k];
            if (sight_same(s->seen[from], s->seen[r])) continue;
            for (size_t j = 0; j < k && !*mine; j++)
                if (sight_same(s->seen[s->order[j * rows + r]], s->seen[from]))
                    *mine = whose[(r - first) * repeats + j];
            if (*mine) continue;
            double *row = values + composed * features;
            memcpy(row, matrix_row(s->rows, r), features * sizeof(double));
            row[s->feature] = matrix_row(s->rows, from)[s->feature];
            *mine = (uint32_t)++composed;
        }
    double *predictions = ARENA_ARRAY(a, composed * outputs, double);
    matrix all = { values, composed, features };
    TRY(predict_rows(a, s->predictor, &all, OUTPUT_PROBABILITY, s->options->threads, NULL, predictions));
    *s->needed += composed;
    for (size_t r = first; r < first + count; r++)
        for (size_t k = 0; k < repeats; k++) {
            uint32_t mine = whose[(r - first) * repeats + k];
            const double *from = mine ? predictions + (mine - 1) * outputs : s->original + r * outputs;
            memcpy(s->predicted + (k * rows + r) * outputs, from, outputs * sizeof(double));
        }
    return OK;
}

static error shuffle_feature(shuffling *s, arena *a)
{
    double features = (double)s->rows->columns, done = (double)s->feature / features;
    size_t row_bytes = s->options->repeats * s->rows->columns * sizeof(double);
    row_work work = { .rows = s->rows->rows,
                      .chunk = rows_within(BLOCK_BYTES, row_bytes, s->rows->rows),
                      .threads = 1,
                      .watch = &s->options->watch,
                      .from = done,
                      .to = done + 1 / features,
                      .context = s,
                      .run = predict_block };
    return row_work_do(a, &work);
}

/* Each repeat shuffles all features by the same order of rows, as it would a table's column. */
static const uint32_t *draw_orders(arena *a, const importance_options *options, size_t rows)
{
    uint32_t *order = ARENA_ARRAY(a, options->repeats * rows, uint32_t);
    random_stream random = random_stream_for(options->seed, TEXT("importance"));
    for (size_t k = 0; k < options->repeats; k++) {
        uint32_t *mine = order + k * rows;
        for (size_t r = 0; r < rows; r++) mine[r] = (uint32_t)r;
        for (size_t r = rows; r > 1; r--) {
            size_t other = random_below(&random, r);
            uint32_t kept = mine[r - 1];
            mine[r - 1] = mine[other];
            mine[other] = kept;
        }
    }
    return order;
}

static error check_importance(arena *a, const predictor *p, const matrix *rows, const importance_options *options)
{
    if (rows->rows < 2 || rows->rows > UINT32_MAX || rows->columns != p->feature_count)
        return fail(a, INVALID, "/rows",
                    "Importance needs at least two rows of %zu features; there are %zu rows of %zu.", p->feature_count,
                    rows->rows, rows->columns);
    if (options->repeats < 1 || options->repeats > MOST_REPEATS)
        return fail(a, INVALID, "/repeats", "Between 1 and %d repeats; %zu were asked for.", MOST_REPEATS,
                    options->repeats);
    if (options->score == SCORE_AUC && p->output_count > 2)
        return fail(a, INVALID, "/score",
                    "The score auc is for two classes; the model has %zu. Take accuracy or log_loss.", p->output_count);
    return OK;
}

static void summarize(arena *a, feature_importance *i)
{
    double *mean = ARENA_ARRAY(a, i->features, double), *deviation = ARENA_ARRAY(a, i->features, double);
    for (size_t f = 0; f < i->features; f++) {
        const double *drops = i->drops + f * i->repeats;
        for (size_t k = 0; k < i->repeats; k++) mean[f] += drops[k] / (double)i->repeats;
        for (size_t k = 0; k < i->repeats; k++) deviation[f] += pow(drops[k] - mean[f], 2);
        deviation[f] = i->repeats > 1 ? sqrt(deviation[f] / (double)(i->repeats - 1)) : NAN;
    }
    i->mean = mean;
    i->deviation = deviation;
}

error permutation_importance(arena *a, const predictor *p, const matrix *rows, const double *labels,
                             const importance_options *options, feature_importance *out)
{
    TRY(check_importance(a, p, rows, options));
    TRY(score_check(a, options->score, p->output_count, labels, rows->rows));
    size_t features = p->feature_count, per_repeat = rows->rows * p->output_count;
    double *original = ARENA_ARRAY(a, per_repeat, double), *drops = ARENA_ARRAY(a, features * options->repeats, double);
    TRY(predict_rows(a, p, rows, OUTPUT_PROBABILITY, options->threads, &options->watch, original));
    feature_importance result = { .score = options->score,
                                  .features = features,
                                  .repeats = options->repeats,
                                  .feature_names = predictor_feature_names(a, p),
                                  .drops = drops,
                                  .predictions = rows->rows };
    result.baseline = score_of(options->score, p->output_count, labels, original, rows->rows);
    shuffling s = { .predictor = p,
                    .rows = rows,
                    .options = options,
                    .original = original,
                    .order = draw_orders(a, options, rows->rows),
                    .needed = &result.predictions,
                    .predicted = ARENA_ARRAY(a, options->repeats * per_repeat, double) };
    sight eyes = sight_of_predictor(a, p);
    double sign = score_higher_is_better(options->score) ? 1 : -1;
    for (s.feature = 0; s.feature < features; s.feature++) {
        s.seen = seen_column(a, &eyes, rows, s.feature);
        TRY(shuffle_feature(&s, a));
        for (size_t k = 0; k < options->repeats; k++)
            drops[s.feature * options->repeats + k] =
                sign * (result.baseline -
                        score_of(options->score, p->output_count, labels, s.predicted + k * per_repeat, rows->rows));
    }
    summarize(a, &result);
    *out = result;
    return watch_tick(&options->watch, 1);
}

void importance_json(json_writer *w, const feature_importance *i)
{
    json_open(w, '{');
    json_key(w, "score");
    json_write_string(w, model_score_name(i->score));
    json_key(w, "baseline");
    json_write_number(w, i->baseline);
    json_key(w, "repeats");
    json_write_integer(w, (int64_t)i->repeats);
    json_key(w, "features");
    json_open(w, '[');
    for (size_t f = 0; f < i->features; f++) {
        json_open(w, '{');
        json_key(w, "name");
        json_write_text(w, i->feature_names[f]);
        json_key(w, "mean");
        json_write_number(w, i->mean[f]);
        json_key(w, "standard_deviation");
        json_write_number(w, i->deviation[f]);
        json_key(w, "repeats");
        json_open(w, '[');
        for (size_t k = 0; k < i->repeats; k++) json_write_number(w, i->drops[f * i->repeats + k]);
        json_close(w, ']');
        json_close(w, '}');
    }
    json_close(w, ']');
    json_close(w, '}');
}
