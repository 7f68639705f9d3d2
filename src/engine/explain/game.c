#include "engine/explain/game.h"

enum { COMPOSED_BYTES = 1 << 20 }; /* of composed rows at once: they stay in the second-level cache */

static const double *seen_rows(arena *a, const sight *eyes, const matrix *rows)
{
    double *seen = ARENA_ARRAY(a, rows->rows * rows->columns, double);
    for (size_t i = 0; i < rows->rows * rows->columns; i++)
        seen[i] = sight_value(eyes, i % rows->columns, rows->values[i]);
    return seen;
}

game game_of(const draft *d)
{
    const predictor *p = d->predictor;
    bool margins = d->options->output == OUTPUT_MARGIN || (p->model && p->model->link == LINK_IDENTITY);
    game g = { .predictor = p,
               .background = &d->options->background,
               .output = d->options->output,
               .by_forest = p->forest && margins };
    if (g.by_forest) return g;
    g.eyes = sight_of_predictor(d->arena, p);
    g.seen_background = seen_rows(d->arena, &g.eyes, g.background);
    return g;
}

/* One composed row: the row's own values in the coalition, the background's elsewhere. */
static void compose(const uint64_t *coalition, const double *own, const double *other, size_t features, double *out)
{
    for (size_t f = 0; f < features; f++) out[f] = coalition_has(coalition, f) ? own[f] : other[f];
}

/* Composes rows until a block is full. Against one background row, coalitions that differ only in features in which the
 * two rows look the same compose the same row: it is predicted once. */
typedef struct composer {
    const game *game;
    arena *arena;
    coalition_list coalitions; /* a part of them, no more than a block holds */
    double *composed, *predicted;
    size_t block, filled; /* rows that fit, rows that wait */
    const double *own, *own_seen;
    double *sums;     /* [coalition][output] of the row being played */
    uint32_t *row_of; /* [waiting background row][coalition]: its composed row */
    size_t waiting, most_waiting;
    uint64_t *differs, *key; /* [words] */
    uint64_t *keys;          /* [block][words] of the composed rows */
    uint32_t *slots,
        *stamps; /* a table of composed rows by key; a slot is free unless it has this background row's stamp */
    uint32_t stamp;
    size_t slot_count;
} composer;

static error predict_composed(composer *c)
{
    const predictor *p = c->game->predictor;
    size_t outputs = p->output_count;
    if (c->filled == 0) return OK;
    if (c->game->watch) TRY(watch_tick(c->game->watch, c->game->now));
    matrix rows = { c->composed, c->filled, p->feature_count };
    arena *scratch = arena_new();
    error e = p->predict(p->context, scratch, &rows, c->game->output, c->predicted);
    if (e) e = fail(c->arena, e->kind, arena_string(c->arena, e->pointer, strlen(e->pointer)), "%s", e->message);
    arena_drop(scratch);
    TRY(e);
    for (size_t b = 0; b < c->waiting; b++)
        for (size_t k = 0; k < c->coalitions.count; k++) {
            const double *from = c->predicted + c->row_of[b * c->coalitions.count + k] * outputs;
            for (size_t o = 0; o < outputs; o++) c->sums[k * outputs + o] += from[o];
        }
    c->filled = c->waiting = 0;
    return OK;
}

static size_t slot_of(const composer *c)
{
    size_t words = c->coalitions.words;
    uint64_t hash = 0;
    for (size_t i = 0; i < words; i++) {
        hash = (hash ^ c->key[i]) * 0x9E3779B97F4A7C15u;
        hash ^= hash >> 29;
    }
    size_t slot = hash & (c->slot_count - 1);
    while (c->stamps[slot] == c->stamp &&
           memcmp(c->keys + c->slots[slot] * words, c->key, words * sizeof(uint64_t)) != 0)
        slot = (slot + 1) & (c->slot_count - 1);
    return slot;
}

/* The rows of all coalitions against one row of the background. */
static void compose_against(composer *c, size_t background_row)
{
    const game *g = c->game;
    size_t features = g->background->columns, words = c->coalitions.words;
    const double *other = matrix_row(g->background, background_row);
    const double *other_seen = g->seen_background + background_row * features;
    memset(c->differs, 0, words * sizeof(uint64_t));
    for (size_t f = 0; f < features; f++)
        if (!sight_same(c->own_seen[f], other_seen[f])) c->differs[f / 64] |= (uint64_t)1 << (f % 64);
    c->stamp++;
    uint32_t *row_of = c->row_of + c->waiting++ * c->coalitions.count;
    for (size_t k = 0; k < c->coalitions.count; k++) {
        const uint64_t *coalition = c->coalitions.bits + k * words;
        for (size_t i = 0; i < words; i++) c->key[i] = coalition[i] & c->differs[i];
        size_t slot = slot_of(c);
        if (c->stamps[slot] != c->stamp) {
            c->stamps[slot] = c->stamp;
            c->slots[slot] = (uint32_t)c->filled;
            memcpy(c->keys + c->filled * words, c->key, words * sizeof(uint64_t));
            compose(c->key, c->own, other, features, c->composed + c->filled++ * features);
        }
        row_of[k] = c->slots[slot];
    }
}

static error play_row(composer *c)
{
    const matrix *background = c->game->background;
    size_t count = c->coalitions.count;
    for (size_t b = 0; b < background->rows; b++) {
        if (c->filled + count > c->block || c->waiting == c->most_waiting) TRY(predict_composed(c));
        compose_against(c, b);
    }
    TRY(predict_composed(c));
    for (size_t i = 0; i < count * c->game->predictor->output_count; i++) c->sums[i] /= (double)background->rows;
    return OK;
}

static composer composer_new(const game *g, arena *a, coalition_list coalitions)
{
    size_t features = g->predictor->feature_count;
    composer c = { .game = g, .arena = a, .coalitions = coalitions };
    c.block = rows_within(COMPOSED_BYTES, features * sizeof(double), coalitions.count * g->background->rows);
    if (c.coalitions.count > c.block) c.coalitions.count = c.block;
    c.most_waiting = rows_within(COMPOSED_BYTES, c.coalitions.count * sizeof(uint32_t), g->background->rows);
    for (c.slot_count = 4; c.slot_count < 2 * c.coalitions.count;) c.slot_count *= 2;
    c.composed = ARENA_ARRAY(a, c.block * features, double);
    c.predicted = ARENA_ARRAY(a, c.block * g->predictor->output_count, double);
    c.row_of = ARENA_ARRAY(a, c.most_waiting * c.coalitions.count, uint32_t);
    c.differs = ARENA_ARRAY(a, coalitions.words, uint64_t);
    c.key = ARENA_ARRAY(a, coalitions.words, uint64_t);
    c.keys = ARENA_ARRAY(a, c.block * coalitions.words, uint64_t);
    c.slots = ARENA_ARRAY(a, c.slot_count, uint32_t);
    c.stamps = ARENA_ARRAY(a, c.slot_count, uint32_t);
    return c;
}

/* Part by part of the coalitions, as many as a block holds. */
static error play_composed(const game *g, arena *a, const matrix *rows, coalition_list coalitions, double *out)
{
    composer c = composer_new(g, a, coalitions);
    size_t outputs = g->predictor->output_count, part = c.coalitions.count;
    const double *seen = seen_rows(a, &g->eyes, rows);
    memset(out, 0, rows->rows * coalitions.count * outputs * sizeof(double));
    for (size_t r = 0; r < rows->rows; r++) {
        c.own = matrix_row(rows, r);
        c.own_seen = seen + r * rows->columns;
        for (size_t first = 0; first < coalitions.count; first += part) {
            c.coalitions.bits = coalitions.bits + first * coalitions.words;
            c.coalitions.count = coalitions.count - first < part ? coalitions.count - first : part;
            c.sums = out + (r * coalitions.count + first) * outputs;
            TRY(play_row(&c));
        }
    }
    return OK;
}

error game_play(const game *g, arena *a, const matrix *rows, coalition_list coalitions, double *out)
{
    if (coalitions.count == 0 || rows->rows == 0) return OK;
    if (g->by_forest)
        return forest_coalitions(a, g->predictor->forest, rows, g->background, coalitions.bits, coalitions.count, out);
    return play_composed(g, a, rows, coalitions, out);
}
