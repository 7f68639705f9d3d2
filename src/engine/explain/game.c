#include "engine/explain/game.h"

enum { COMPOSED_BYTES = 1 << 20 }; /* of composed rows at once: they stay in the second-level cache */

game game_of(const draft *d)
{
    const predictor *p = d->predictor;
    bool margins = d->options->output == OUTPUT_MARGIN || (p->model && p->model->link == LINK_IDENTITY);
    return (game){ .predictor = p,
                   .background = &d->options->background,
                   .output = d->options->output,
                   .by_forest = p->forest && margins };
}

/* One composed row: the row's own values in the coalition, the background's elsewhere. */
static void compose(const uint64_t *coalition, const double *own, const double *other, size_t features, double *out)
{
    for (size_t f = 0; f < features; f++) out[f] = coalition_has(coalition, f) ? own[f] : other[f];
}

typedef struct composer {
    const game *game;
    arena *arena;
    coalition_list coalitions;
    double *composed, *predicted;
    size_t block, filled; /* rows that fit, rows that wait */
    const double *own;
    double *sums;    /* [coalition][output] of the row being played */
    uint32_t *whose; /* [block]: the coalition of a composed row */
} composer;

static error predict_composed(composer *c)
{
    const predictor *p = c->game->predictor;
    if (c->filled == 0) return OK;
    if (c->game->watch) TRY(watch_tick(c->game->watch, c->game->now));
    matrix rows = { c->composed, c->filled, p->feature_count };
    arena *scratch = arena_new();
    error e = p->predict(p->context, scratch, &rows, c->game->output, c->predicted);
    if (e) e = fail(c->arena, e->kind, arena_string(c->arena, e->pointer, strlen(e->pointer)), "%s", e->message);
    arena_drop(scratch);
    TRY(e);
    for (size_t i = 0; i < c->filled; i++)
        for (size_t o = 0; o < p->output_count; o++)
            c->sums[c->whose[i] * p->output_count + o] += c->predicted[i * p->output_count + o];
    c->filled = 0;
    return OK;
}

static error play_row(composer *c)
{
    const matrix *background = c->game->background;
    size_t features = background->columns, outputs = c->game->predictor->output_count;
    for (size_t k = 0; k < c->coalitions.count; k++) {
        const uint64_t *coalition = c->coalitions.bits + k * c->coalitions.words;
        for (size_t b = 0; b < background->rows; b++) {
            compose(coalition, c->own, matrix_row(background, b), features, c->composed + c->filled * features);
            c->whose[c->filled++] = (uint32_t)k;
            if (c->filled == c->block) TRY(predict_composed(c));
        }
    }
    TRY(predict_composed(c));
    for (size_t i = 0; i < c->coalitions.count * outputs; i++) c->sums[i] /= (double)background->rows;
    return OK;
}

error game_play(const game *g, arena *a, const matrix *rows, coalition_list coalitions, double *out)
{
    const predictor *p = g->predictor;
    if (coalitions.count == 0 || rows->rows == 0) return OK;
    if (g->by_forest)
        return forest_coalitions(a, p->forest, rows, g->background, coalitions.bits, coalitions.count, out);
    size_t features = p->feature_count, per_row = coalitions.count * p->output_count;
    composer c = { .game = g, .arena = a, .coalitions = coalitions };
    c.block = rows_within(COMPOSED_BYTES, features * sizeof(double), coalitions.count * g->background->rows);
    c.composed = ARENA_ARRAY(a, c.block * features, double);
    c.predicted = ARENA_ARRAY(a, c.block * p->output_count, double);
    c.whose = ARENA_ARRAY(a, c.block, uint32_t);
    for (size_t r = 0; r < rows->rows; r++) {
        c.own = matrix_row(rows, r);
        c.sums = out + r * per_row;
        memset(c.sums, 0, per_row * sizeof(double));
        TRY(play_row(&c));
    }
    return OK;
}
