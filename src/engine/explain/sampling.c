#include "engine/explain/sampling.h"

enum {
    MOST_ROWS = 256,        /* played at once by a forest, … */
    PLAYED_BYTES = 16 << 20 /* … and no more than so much memory for their values */
};

typedef struct sampling {
    draft *draft;
    const estimator *estimator;
    game game;
    const double *range; /* [outputs] of the predictions of the background */
    size_t *used;        /* [row] coalitions */
} sampling;

/* The rows of a chunk that still want more, and what they have played: values[row][coalition][output]. */
typedef struct chunk {
    arena *arena;
    size_t first, count;
    size_t *active; /* rows of the explanation */
    size_t active_count;
    double *values;
    bool *idle; /* [feature] of the row being estimated */
    double *gains, *found, *errors;
} chunk;

static chunk chunk_new(const sampling *s, arena *a, size_t first, size_t count)
{
    size_t features = s->draft->predictor->feature_count, coalitions = s->estimator->list.count;
    chunk c = { .arena = a, .first = first, .count = count, .active_count = count };
    c.active = ARENA_ARRAY(a, count, size_t);
    for (size_t i = 0; i < count; i++) c.active[i] = first + i;
    c.values = ARENA_ARRAY(a, count * coalitions * s->draft->predictor->output_count, double);
    c.idle = ARENA_ARRAY(a, features, bool);
    c.gains = ARENA_ARRAY(a, coalitions, double);
    c.found = ARENA_ARRAY(a, features, double);
    c.errors = ARENA_ARRAY(a, features, double);
    return c;
}

/* Plays coalitions from .. to - 1 for the active rows, as one block. */
static error play_stage(const sampling *s, chunk *c, size_t from, size_t to)
{
    const draft *d = s->draft;
    size_t features = d->predictor->feature_count, outputs = d->predictor->output_count;
    size_t all = s->estimator->list.count * outputs, block = (to - from) * outputs;
    coalition_list part = s->estimator->list;
    part.bits += from * part.words;
    part.count = to - from;
    double *own = ARENA_ARRAY(c->arena, c->active_count * features, double);
    for (size_t i = 0; i < c->active_count; i++)
        memcpy(own + i * features, matrix_row(d->rows, c->active[i]), features * sizeof(double));
    double *out = ARENA_ARRAY(c->arena, c->active_count * block, double);
    game g = s->game;
    g.now = (double)c->first / (double)d->rows->rows;
    TRY(game_play(&g, c->arena, &(matrix){ own, c->active_count, features }, part, out));
    for (size_t i = 0; i < c->active_count; i++)
        memcpy(c->values + (c->active[i] - c->first) * all + from * outputs, out + i * block, block * sizeof(double));
    return OK;
}

static size_t find_idle(const sampling *s, size_t row, bool *idle)
{
    const matrix *background = &s->draft->options->background;
    const double *own = matrix_row(s->draft->rows, row);
    size_t count = 0;
    for (size_t f = 0; f < background->columns; f++) {
        idle[f] = true;
        for (size_t b = 0; idle[f] && b < background->rows; b++) {
            double other = matrix_row(background, b)[f];
            idle[f] = other == own[f] || (isnan(other) && isnan(own[f]));
        }
        count += idle[f];
    }
    return count;
}

/* Estimates one row from what has been played; gives the largest standard error as a share of the output's range. */
static double estimate_row(const sampling *s, chunk *c, size_t row, size_t stage)
{
    const draft *d = s->draft;
    size_t features = d->predictor->feature_count, outputs = d->predictor->output_count;
    size_t count = s->estimator->stage_ends[stage];
    const double *values = c->values + (row - c->first) * s->estimator->list.count * outputs;
    played p = { .gains = c->gains, .idle = c->idle, .idle_count = find_idle(s, row, c->idle) };
    double worst = 0;
    for (size_t o = 0; o < outputs; o++) {
        for (size_t k = 0; k < count; k++) c->gains[k] = values[k * outputs + o] - d->base[o];
        p.all = d->predictions[row * outputs + o] - d->base[o];
        s->estimator->estimate(s->estimator->context, c->arena, stage, &p, c->found,
                               s->estimator->is_exact ? NULL : c->errors);
        for (size_t f = 0; f < features; f++) {
            size_t at = (row * features + f) * outputs + o;
            d->values[at] = c->found[f];
            if (s->estimator->is_exact) continue;
            d->standard_errors[at] = c->errors[f];
            if (s->range[o] > 0) worst = fmax(worst, c->errors[f] / s->range[o]);
        }
    }
    return worst;
}

static error sample_chunk(void *context, arena *a, size_t first, size_t count)
{
    const sampling *s = context;
    chunk c = chunk_new(s, a, first, count);
    for (size_t stage = 0; stage < s->estimator->stage_count && c.active_count > 0; stage++) {
        size_t end = s->estimator->stage_ends[stage];
        TRY(play_stage(s, &c, stage ? s->estimator->stage_ends[stage - 1] : 0, end));
        size_t left = 0;
        for (size_t i = 0; i < c.active_count; i++) {
            size_t row = c.active[i];
            double off = estimate_row(s, &c, row, stage);
            s->used[row] = end;
            if (off > s->draft->options->tolerance) c.active[left++] = row;
        }
        c.active_count = left;
    }
    return OK;
}

static size_t chunk_rows(const sampling *s)
{
    if (!s->game.by_forest) return 1;
    const predictor *p = s->draft->predictor;
    size_t threads = (size_t)s->draft->options->threads;
    size_t share = (s->draft->rows->rows + threads - 1) / threads;
    return rows_within(PLAYED_BYTES, 2 * s->estimator->list.count * p->output_count * sizeof(double),
                       share < MOST_ROWS ? share : MOST_ROWS);
}

error sample_rows(draft *d, const estimator *e)
{
    const predictor *p = d->predictor;
    double *range = ARENA_ARRAY(d->arena, p->output_count, double);
    TRY(predict_mean(d->arena, p, &d->options->background, d->options->output, d->base, range));
    sampling s = { .draft = d, .estimator = e, .game = game_of(d), .range = range };
    s.used = ARENA_ARRAY(d->arena, d->rows->rows, size_t);
    int threads = predictor_threads(p, d->options->threads);
    if (threads == 1) s.game.watch = &d->options->watch;
    if (!e->is_exact) d->standard_errors = draft_numbers(d, p->feature_count * p->output_count);
    row_work work = { .rows = d->rows->rows,
                      .chunk = chunk_rows(&s),
                      .threads = threads,
                      .watch = &d->options->watch,
                      .to = 1,
                      .context = &s,
                      .run = sample_chunk };
    TRY(row_work_do(d->arena, &work));
    for (size_t r = 0; r < d->rows->rows; r++)
        if (s.used[r] > d->result->coalitions) d->result->coalitions = s.used[r];
    d->result->is_exact = e->is_exact;
    return OK;
}
