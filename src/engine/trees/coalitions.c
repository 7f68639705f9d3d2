/* The kernel method's value function for forests, without predicting anything.
 *
 * A leaf is reached with the coalition's features from the row and the others from a background row when the row meets
 * the conditions of the path's features in the coalition and the background row those of the others. So a leaf gives v
 * · (share of the background that meets all conditions outside the coalition), which is the same for every row, to
 * those coalitions that hold none of the path features whose conditions the row fails: a mask. */
#include "engine/trees/interventional.h"

#include <string.h>

typedef struct coalition_game {
    const forest *forest;
    const matrix *rows, *background;
    const uint64_t *members; /* [feature][word of 64 coalitions]: which coalitions hold the feature */
    size_t words;
    double *shares; /* [coalition] of one leaf */
    double *supersets;
    uint64_t *mask;
    uint16_t *background_patterns, *coalition_patterns;
    uint64_t *background_long;
    double *sums; /* [output][row][coalition, padded] */
} coalition_game;

static uint64_t *members_of(arena *a, const uint64_t *coalitions, size_t count, size_t features)
{
    size_t words = (count + 63) / 64, width = (features + 63) / 64;
    uint64_t *out = ARENA_ARRAY(a, features * words, uint64_t);
    for (size_t c = 0; c < count; c++)
        for (size_t f = 0; f < features; f++)
            out[f * words + c / 64] |= (coalitions[c * width + f / 64] >> (f % 64) & 1) << (c % 64);
    return out;
}

/* supersets[p]: the share of background rows that meet at least the conditions of p. */
static void count_supersets(const coalition_game *g, int length)
{
    size_t size = (size_t)1 << length;
    memset(g->supersets, 0, size * sizeof *g->supersets);
    for (size_t b = 0; b < g->background->rows; b++) g->supersets[g->background_patterns[b]] += 1;
    for (int i = 0; i < length; i++)
        for (size_t p = 0; p < size; p++)
            if (!(p >> i & 1)) g->supersets[p] += g->supersets[p | (size_t)1 << i];
}

/* v · share, for each coalition. */
static void leaf_shares(const coalition_game *g, const leaf_tree *t, const leaf_path *leaf, const uint64_t *met,
                        size_t blocks)
{
    double scale = leaf->value / (double)g->background->rows;
    if (leaf->length <= DENSE_MOST) {
        size_t all = ((size_t)1 << leaf->length) - 1;
        leaf_patterns(g->forest, t, leaf, met, blocks, g->background_patterns);
        count_supersets(g, leaf->length);
        for (size_t w = 0; w < g->words; w++) {
            uint64_t held[16] = { 0 };
            for (int i = 0; i < leaf->length; i++) held[i] = g->members[leaf->feature[i] * g->words + w];
            g->forest->run->patterns(held, leaf->length, g->coalition_patterns + w * BLOCK);
        }
        for (size_t c = 0; c < g->words * BLOCK; c++)
            g->shares[c] = g->supersets[all & ~(size_t)g->coalition_patterns[c]] * scale;
        return;
    }
    uint64_t all = leaf->length == 64 ? ~UINT64_C(0) : (UINT64_C(1) << leaf->length) - 1;
    leaf_long_patterns(t, leaf, met, blocks, g->background_long);
    for (size_t c = 0; c < g->words * BLOCK; c++) {
        uint64_t asked = all;
        for (int i = 0; i < leaf->length; i++)
            asked &= ~((g->members[leaf->feature[i] * g->words + c / 64] >> (c % 64) & 1) << i);
        size_t found = 0;
        for (size_t b = 0; b < g->background->rows; b++) found += (g->background_long[b] & asked) == asked;
        g->shares[c] = (double)found * scale;
    }
}

static void add_leaf(const coalition_game *g, const leaf_tree *t, const leaf_path *leaf, const uint64_t *row_met,
                     uint32_t output)
{
    size_t edges = 2 * (size_t)t->tree.count;
    for (size_t row = 0; row < g->rows->rows; row++) {
        const uint64_t *met = row_met + row / BLOCK * edges;
        memset(g->mask, 0xff, g->words * sizeof *g->mask);
        for (int i = 0; i < leaf->length; i++) {
            if (met[leaf->edge[i]] >> (row % BLOCK) & 1) continue;
            const uint64_t *held = g->members + leaf->feature[i] * g->words;
            for (size_t w = 0; w < g->words; w++) g->mask[w] &= ~held[w];
        }
        double *to = g->sums + (output * g->rows->rows + row) * g->words * BLOCK;
        g->forest->run->masked_add(g->mask, g->shares, g->words, to);
    }
}

static void play_tree(const coalition_game *g, const compiled_tree *t, const binned_rows *rows,
                      const binned_rows *background, int32_t *last_edge)
{
    arena *a = arena_new();
    leaf_tree all = leaf_tree_of(a, t, last_edge);
    const uint64_t *row_met = leaf_conditions(a, g->forest, &all, rows);
    const uint64_t *background_met = leaf_conditions(a, g->forest, &all, background);
    for (size_t i = 0; i < all.leaf_count; i++) {
        leaf_shares(g, &all, &all.leaves[i], background_met, background->blocks);
        add_leaf(g, &all, &all.leaves[i], row_met, t->output);
    }
    arena_drop(a);
}

static void play(coalition_game *g, arena *a)
{
    size_t features = g->forest->model->feature_count, blocks = (g->background->rows + BLOCK - 1) / BLOCK;
    g->shares = ARENA_ARRAY(a, g->words * BLOCK, double);
    g->supersets = ARENA_ARRAY(a, (size_t)1 << DENSE_MOST, double);
    g->mask = ARENA_ARRAY(a, g->words, uint64_t);
    g->background_patterns = ARENA_ARRAY(a, blocks * BLOCK, uint16_t);
    g->background_long = ARENA_ARRAY(a, blocks * BLOCK, uint64_t);
    g->coalition_patterns = ARENA_ARRAY(a, g->words * BLOCK, uint16_t);
    int32_t *last_edge = ARENA_ARRAY(a, features + 1, int32_t);
    for (size_t i = 0; i < features; i++) last_edge[i] = -1;
    for (size_t p = 0; p < g->forest->part_count; p++) {
        const forest_part *part = &g->forest->parts[p];
        binned_rows row_bins = bin_rows(a, part, g->rows, 0, g->rows->rows);
        binned_rows background_bins = bin_rows(a, part, g->background, 0, g->background->rows);
        for (size_t t = 0; t < part->tree_count; t++)
            play_tree(g, &part->trees[t], &row_bins, &background_bins, last_edge);
    }
}

error forest_coalitions(arena *a, const forest *f, const matrix *rows, const matrix *background,
                        const uint64_t *coalitions, size_t coalition_count, double *out)
{
    if (!background->rows) return fail(a, INVALID, "/background", "The background has no rows.");
    arena *own = arena_new();
    size_t outputs = f->model->output_count;
    coalition_game g = { .forest = f, .rows = rows, .background = background };
    g.words = (coalition_count + 63) / 64;
    g.members = members_of(own, coalitions, coalition_count, f->model->feature_count);
    g.sums = ARENA_ARRAY(own, outputs * rows->rows * g.words * BLOCK, double);
    play(&g, own);
    for (size_t row = 0; row < rows->rows; row++)
        for (size_t c = 0; c < coalition_count; c++)
            for (size_t o = 0; o < outputs; o++)
                out[(row * coalition_count + c) * outputs + o] =
                    f->model->base[o] + g.sums[(o * rows->rows + row) * g.words * BLOCK + c];
    arena_drop(own);
    return OK;
}
