/* Interventional values against a background.
 *
 * For a leaf of value v, o_i says whether the row meets the conditions of path feature i, u_i whether a background row
 * does: φ_i = v · mean over u of (o_i − u_i) ∫₀¹ Π_{j≠i} (o_j t + u_j (1−t)) dt depends on the row only by its pattern
 * o. So the background's patterns are counted once, a table over all o follows by one short transform for each
 * condition and quadrature node, and rows are looked up: rows + background, not their product. A leaf with many
 * conditions has no table: its pairs of different patterns are gone through instead, by the closed form
 *     ∫₀¹ t^(a−1) (1−t)^b dt = (a−1)! b! / (a+b)!     (a conditions only the row meets, b only the background's).
 *
 * Probabilities: each pair of row x and background row b has its margin values scaled by
 *     R = (g(f(x)) − g(f(b))) / (f(x) − f(b))     (g the link; as the shap library does)
 * which ties x to b. R is smooth in f(b), so it is written as Σ_k α_k(x) T_k(f(b)) (Chebyshev, to rounding), and the
 * background is counted with K weights T_k instead of one. A background of no more rows than K gets a weight of its own
 * for each row. */
#include "engine/trees/interventional.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_TERMS = 192, ROWS_AT_ONCE = 4096, DENSE_DOUBLES = 1 << 20 };

/* ------------------------------------------------------------------ leaves of a tree */

typedef struct leaf_walk {
    const compiled_tree *tree;
    path_step *steps;
    const split **splits;
    int32_t *last_edge;
    leaf_tree *out;
    leaf_path path;
    uint32_t count;
} leaf_walk;

static int32_t walk_leaves(leaf_walk *w, uint32_t node)
{
    const split *s = &w->tree->splits[node];
    if (!s->no) {
        leaf_path *leaf = &w->out->leaves[w->out->leaf_count++];
        *leaf = w->path;
        leaf->value = w->tree->values[node];
        return -1;
    }
    uint32_t here = w->count++;
    int32_t before = w->last_edge[s->feature];
    w->steps[here] = (path_step){ .feature = s->feature, .before = before };
    w->splits[here] = s;
    int slot = w->path.length;
    for (int i = 0; i < w->path.length; i++)
        if (w->path.feature[i] == s->feature) slot = i;
    bool is_new = slot == w->path.length;
    uint32_t edge_before = w->path.edge[slot];
    w->path.feature[slot] = s->feature;
    w->path.length += is_new;
    for (uint32_t side = 0; side < 2; side++) {
        w->path.edge[slot] = 2 * here + side;
        w->last_edge[s->feature] = (int32_t)(2 * here + side);
        *(side ? &w->steps[here].no : &w->steps[here].yes) = walk_leaves(w, side ? s->no : node + 1);
    }
    w->path.length -= is_new;
    w->path.edge[slot] = edge_before;
    w->last_edge[s->feature] = before;
    return (int32_t)here;
}

leaf_tree leaf_tree_of(arena *a, const compiled_tree *t, int32_t *last_edge)
{
    leaf_tree out = { .leaves = ARENA_ARRAY(a, t->node_count / 2 + 1, leaf_path) };
    leaf_walk w = { .tree = t, .last_edge = last_edge, .out = &out };
    w.steps = ARENA_ARRAY(a, t->node_count, path_step);
    w.splits = ARENA_ARRAY(a, t->node_count, const split *);
    (void)walk_leaves(&w, 0);
    out.tree = (path_tree){ .steps = w.steps, .splits = w.splits, .count = w.count };
    return out;
}

uint64_t *leaf_conditions(arena *a, const forest *f, const leaf_tree *t, const binned_rows *bins)
{
    size_t edges = 2 * (size_t)t->tree.count;
    uint64_t *met = ARENA_ARRAY(a, bins->blocks * edges, uint64_t);
    for (size_t block = 0; block < bins->blocks; block++)
        f->run->paths(&t->tree, binned_block(bins, block), met + block * edges);
    return met;
}

void leaf_patterns(const forest *f, const leaf_tree *t, const leaf_path *leaf, const uint64_t *met, size_t blocks,
                   uint16_t *patterns)
{
    size_t edges = 2 * (size_t)t->tree.count;
    for (size_t block = 0; block < blocks; block++) {
        uint64_t words[16] = { 0 };
        for (int i = 0; i < leaf->length; i++) words[i] = met[block * edges + leaf->edge[i]];
        f->run->patterns(words, leaf->length, patterns + block * BLOCK);
    }
}

void leaf_long_patterns(const leaf_tree *t, const leaf_path *leaf, const uint64_t *met, size_t blocks,
                        uint64_t *patterns)
{
    size_t edges = 2 * (size_t)t->tree.count;
    memset(patterns, 0, blocks * BLOCK * sizeof *patterns);
    for (size_t block = 0; block < blocks; block++)
        for (int i = 0; i < leaf->length; i++) {
            uint64_t word = met[block * edges + leaf->edge[i]];
            for (int row = 0; row < BLOCK; row++) patterns[block * BLOCK + (size_t)row] |= (word >> row & 1) << i;
        }
}

/* ------------------------------------------------------------------ one leaf */

/* What all leaves need: weights of background rows and coefficients of rows, both [row][terms]. For margins there is
 * one term, every row counts alike, and there is only weights[0]. */
typedef struct comparison {
    const forest *forest;
    size_t terms;
    const double *weights;      /* [background][terms] */
    const double *coefficients; /* [row][terms]; NULL: 1 */
    size_t rows, background, features, outputs;
    size_t row_blocks, background_blocks;
    uint16_t *row_patterns, *background_patterns;
    uint64_t *row_long, *background_long;
    double *table, *work, *zeros;
    double *values; /* [row][feature][output] */
} comparison;

static double contracted(const comparison *c, size_t row, const double *terms)
{
    if (!c->coefficients) return terms[0];
    double sum = 0;
    for (size_t k = 0; k < c->terms; k++) sum += c->coefficients[row * c->terms + k] * terms[k];
    return sum;
}

/* c0 and c1 are the weights of background rows that fail and meet the condition; at t the row that fails it keeps
 * (1 − t) c1, the one that meets it t c0 + c1. */
static void transform(double *work, size_t size, size_t terms, size_t bit, double t)
{
    size_t run = terms << bit;
    for (size_t at = 0; at < size * terms; at += 2 * run)
        for (size_t k = 0; k < run; k++) {
            double failed = work[at + k], met = work[at + run + k];
            work[at + k] = (1 - t) * met;
            work[at + run + k] = t * failed + met;
        }
}

/* The same with this condition's difference (o − u) in place of its factor, taken back from the transformed. */
static void add_differences(const double *work, size_t size, size_t terms, size_t bit, double t, double weight,
                            double *table)
{
    size_t run = terms << bit;
    double of_failed = weight / (1 - t), of_met = weight / t;
    for (size_t at = 0; at < size * terms; at += 2 * run)
        for (size_t k = 0; k < run; k++) {
            double failed = work[at + k] * of_failed;
            table[at + k] -= failed;
            table[at + run + k] += work[at + run + k] * of_met - failed / t;
        }
}

static void count_background(const comparison *c, size_t size)
{
    memset(c->zeros, 0, size * c->terms * sizeof *c->zeros);
    if (!c->coefficients) {
        double weight = c->weights[0];
        for (size_t b = 0; b < c->background; b++) c->zeros[c->background_patterns[b]] += 1;
        for (size_t i = 0; i < size; i++) c->zeros[i] *= weight;
        return;
    }
    for (size_t b = 0; b < c->background; b++) {
        double *to = c->zeros + c->background_patterns[b] * c->terms;
        for (size_t k = 0; k < c->terms; k++) to[k] += c->weights[b * c->terms + k];
    }
}

static void dense_leaf(const comparison *c, const leaf_path *leaf, size_t output)
{
    size_t size = (size_t)1 << leaf->length, cells = size * c->terms;
    count_background(c, size);
    memset(c->table, 0, cells * (size_t)leaf->length * sizeof *c->table);
    quadrature by = quadrature_of((leaf->length + 1) / 2);
    for (int q = 0; q < by.count; q++) {
        memcpy(c->work, c->zeros, cells * sizeof *c->work);
        for (int i = 0; i < leaf->length; i++) transform(c->work, size, c->terms, (size_t)i, by.node[q]);
        for (int i = 0; i < leaf->length; i++)
            add_differences(c->work, size, c->terms, (size_t)i, by.node[q], by.weight[q] * leaf->value,
                            c->table + (size_t)i * cells);
    }
    for (size_t row = 0; row < c->rows; row++) {
        size_t at = c->row_patterns[row] * c->terms;
        double *values = c->values + row * c->features * c->outputs + output;
        for (int i = 0; i < leaf->length; i++)
            values[leaf->feature[i] * c->outputs] += contracted(c, row, c->table + (size_t)i * cells + at);
    }
}

/* a! b! / (a + b + 1)! */
static double beta(int a, int b)
{
    double out = 1.0 / (a + b + 1);
    for (int k = 1; k <= b; k++) out *= (double)k / (a + k);
    return out;
}

static void sparse_pair(const comparison *c, const leaf_path *leaf, size_t output, size_t row, uint64_t o, uint64_t u,
                        double weight)
{
    uint64_t only_row = o & ~u, only_background = u & ~o;
    int a = __builtin_popcountll(only_row), b = __builtin_popcountll(only_background);
    double *values = c->values + row * c->features * c->outputs + output;
    double gain = a ? weight * leaf->value * beta(a - 1, b) : 0, loss = b ? weight * leaf->value * beta(a, b - 1) : 0;
    for (; only_row; only_row &= only_row - 1) values[leaf->feature[__builtin_ctzll(only_row)] * c->outputs] += gain;
    for (; only_background; only_background &= only_background - 1)
        values[leaf->feature[__builtin_ctzll(only_background)] * c->outputs] -= loss;
}

static void sparse_leaf(const comparison *c, const leaf_path *leaf, size_t output)
{
    uint64_t all = leaf->length == 64 ? ~UINT64_C(0) : (UINT64_C(1) << leaf->length) - 1;
    for (size_t row = 0; row < c->rows; row++) {
        uint64_t o = c->row_long[row];
        for (size_t b = 0; b < c->background; b++) {
            uint64_t u = c->background_long[b];
            if ((o | u) != all || o == u) continue;
            double weight = c->coefficients ? contracted(c, row, c->weights + b * c->terms) : c->weights[0];
            sparse_pair(c, leaf, output, row, o, u, weight);
        }
    }
}

/* ------------------------------------------------------------------ all leaves */

static bool is_dense(const comparison *c, const leaf_path *leaf)
{
    if (leaf->length > DENSE_MOST) return false;
    double size = (double)((size_t)1 << leaf->length), length = leaf->length;
    if (size * length * (double)c->terms > DENSE_DOUBLES) return false;
    double table = size * length * length * (double)c->terms + (double)(c->rows + c->background);
    return table < 4 * (double)c->rows * (double)c->background;
}

static void compare_tree(const comparison *c, const compiled_tree *t, const binned_rows *rows,
                         const binned_rows *background, int32_t *last_edge)
{
    if (t->node_count == 1) return;
    arena *a = arena_new();
    leaf_tree all = leaf_tree_of(a, t, last_edge);
    const uint64_t *row_met = leaf_conditions(a, c->forest, &all, rows);
    const uint64_t *background_met = leaf_conditions(a, c->forest, &all, background);
    for (size_t i = 0; i < all.leaf_count; i++) {
        const leaf_path *leaf = &all.leaves[i];
        if (is_dense(c, leaf)) {
            leaf_patterns(c->forest, &all, leaf, row_met, c->row_blocks, c->row_patterns);
            leaf_patterns(c->forest, &all, leaf, background_met, c->background_blocks, c->background_patterns);
            dense_leaf(c, leaf, t->output);
        } else {
            leaf_long_patterns(&all, leaf, row_met, c->row_blocks, c->row_long);
            leaf_long_patterns(&all, leaf, background_met, c->background_blocks, c->background_long);
            sparse_leaf(c, leaf, t->output);
        }
    }
    arena_drop(a);
}

static size_t table_doubles(const comparison *c)
{
    size_t most = 0;
    for (size_t p = 0; p < c->forest->part_count; p++)
        for (size_t t = 0; t < c->forest->parts[p].tree_count; t++) {
            uint32_t length = c->forest->parts[p].trees[t].features;
            if (length > DENSE_MOST) length = DENSE_MOST;
            size_t needed = ((size_t)1 << length) * c->terms * (length + 1);
            if (needed > most) most = needed;
        }
    return most < 2 * DENSE_DOUBLES ? most : 2 * DENSE_DOUBLES;
}

static void compare(comparison *c, const matrix *rows, size_t from, const matrix *background)
{
    arena *a = arena_new();
    size_t doubles = table_doubles(c);
    c->table = ARENA_ARRAY(a, doubles, double), c->work = ARENA_ARRAY(a, doubles, double);
    c->zeros = ARENA_ARRAY(a, doubles, double);
    c->row_blocks = (c->rows + BLOCK - 1) / BLOCK, c->background_blocks = (c->background + BLOCK - 1) / BLOCK;
    c->row_patterns = ARENA_ARRAY(a, c->row_blocks * BLOCK, uint16_t);
    c->background_patterns = ARENA_ARRAY(a, c->background_blocks * BLOCK, uint16_t);
    c->row_long = ARENA_ARRAY(a, c->row_blocks * BLOCK, uint64_t);
    c->background_long = ARENA_ARRAY(a, c->background_blocks * BLOCK, uint64_t);
    int32_t *last_edge = ARENA_ARRAY(a, c->features + 1, int32_t);
    for (size_t i = 0; i < c->features; i++) last_edge[i] = -1;
    for (size_t p = 0; p < c->forest->part_count; p++) {
        const forest_part *part = &c->forest->parts[p];
        binned_rows row_bins = bin_rows(a, part, rows, from, c->rows);
        binned_rows background_bins = bin_rows(a, part, background, 0, c->background);
        for (size_t t = 0; t < part->tree_count; t++)
            compare_tree(c, &part->trees[t], &row_bins, &background_bins, last_edge);
    }
    arena_drop(a);
}

/* ------------------------------------------------------------------ probabilities */

static double link(model_link kind, double m)
{
    return kind == LINK_EXP ? exp(m) : 1 / (1 + exp(-m));
}

/* (g(x) − g(b)) / (x − b); near each other by the middle's derivatives, where the difference would cancel. */
static double slope(model_link kind, double x, double b)
{
    double h = x - b, middle = (x + b) / 2;
    if (fabs(h) > 1e-2) return (link(kind, x) - link(kind, b)) / h;
    double g = link(kind, middle);
    double first = kind == LINK_EXP ? g : g * (1 - g);
    double third = kind == LINK_EXP ? g : first * (1 - 6 * g + 6 * g * g);
    double fifth = kind == LINK_EXP ? g : first * (1 + g * (-30 + g * (150 + g * (-240 + g * 120))));
    return first + h * h * (third / 24 + h * h * fifth / 1920);
}

/* Chebyshev coefficients of b → slope(x, b) on [low, high]. */
static void coefficients_of(model_link kind, double x, double low, double high, size_t terms, double *out)
{
    double at[MOST_TERMS];
    const double pi = 3.14159265358979323846;
    for (size_t j = 0; j < terms; j++) {
        double s = cos(pi * ((double)j + 0.5) / (double)terms);
        at[j] = slope(kind, x, (low + high) / 2 + s * (high - low) / 2);
    }
    for (size_t k = 0; k < terms; k++) {
        double sum = 0;
        for (size_t j = 0; j < terms; j++) sum += at[j] * cos(pi * (double)k * ((double)j + 0.5) / (double)terms);
        out[k] = sum * (k ? 2.0 : 1.0) / (double)terms;
    }
}

/* So many terms that the last ones are rounding, for the rows at both ends and in the middle. */
static size_t terms_for(model_link kind, const double *margins, size_t rows, double low, double high)
{
    double least = margins[0], most = margins[0];
    for (size_t i = 0; i < rows; i++) {
        if (margins[i] < least) least = margins[i];
        if (margins[i] > most) most = margins[i];
    }
    const double tried[] = { least, most, (least + most) / 2, low, high, (low + high) / 2 };
    size_t terms = 8;
    for (bool enough = false; !enough && terms < MOST_TERMS; terms += 8) {
        enough = true;
        for (size_t i = 0; i < sizeof tried / sizeof *tried; i++) {
            double c[MOST_TERMS], largest = 0;
            coefficients_of(kind, tried[i], low, high, terms, c);
            for (size_t k = 0; k < terms; k++) largest = fmax(largest, fabs(c[k]));
            if (fabs(c[terms - 1]) + fabs(c[terms - 2]) > 1e-14 * largest) enough = false;
        }
        if (enough) break;
    }
    return terms;
}

static void range_of(const double *values, size_t count, double *low, double *high)
{
    *low = *high = values[0];
    for (size_t i = 1; i < count; i++) {
        if (values[i] < *low) *low = values[i];
        if (values[i] > *high) *high = values[i];
    }
}

/* T_k of each background row's margin, over the number of rows. */
static double *chebyshev_weights(arena *a, const double *margins, size_t count, size_t terms, double low, double high)
{
    double *out = ARENA_ARRAY(a, count * terms, double);
    for (size_t b = 0; b < count; b++) {
        double s = high > low ? (2 * margins[b] - low - high) / (high - low) : 0, before = 1, value = s;
        for (size_t k = 0; k < terms; k++) {
            double t = k == 0 ? 1 : k == 1 ? s : 2 * s * value - before;
            if (k >= 2) before = value, value = t;
            out[b * terms + k] = t / (double)count;
        }
    }
    return out;
}

static double *own_weights(arena *a, size_t count)
{
    double *out = ARENA_ARRAY(a, count * count, double);
    for (size_t b = 0; b < count; b++) out[b * count + b] = 1 / (double)count;
    return out;
}

/* Writes slope(x, b) as Σ_k coefficients[x][k] · weights[b][k] · (rows of background). */
static void separate(arena *a, const forest *f, const matrix *rows, const matrix *background, comparison *c)
{
    model_link kind = f->model->link;
    double *of_rows = ARENA_ARRAY(a, rows->rows, double), *of_background = ARENA_ARRAY(a, background->rows, double);
    forest_predict(a, f, rows, OUTPUT_MARGIN, of_rows);
    forest_predict(a, f, background, OUTPUT_MARGIN, of_background);
    double low = 0, high = 0;
    range_of(of_background, background->rows, &low, &high);
    size_t terms = terms_for(kind, of_rows, rows->rows, low, high);
    bool own = background->rows <= terms;
    c->terms = own ? background->rows : terms;
    c->weights = own ? own_weights(a, background->rows)
                     : chebyshev_weights(a, of_background, background->rows, terms, low, high);
    double *coefficients = ARENA_ARRAY(a, rows->rows * c->terms, double);
    for (size_t row = 0; row < rows->rows; row++) {
        double *to = coefficients + row * c->terms;
        if (!own) coefficients_of(kind, of_rows[row], low, high, terms, to);
        for (size_t b = 0; own && b < background->rows; b++) to[b] = slope(kind, of_rows[row], of_background[b]);
    }
    c->coefficients = coefficients;
}

/* ------------------------------------------------------------------ */

static error check_request(arena *a, const forest *f, const matrix *background, model_output output)
{
    if (!background->rows)
        return fail(a, INVALID, "/background", "Interventional values compare with a background; it has no rows.");
    if (output == OUTPUT_PROBABILITY && f->model->link == LINK_SOFTMAX)
        return fail(
            a, INVALID, "/output",
            "Exact probabilities of a model of several classes are not defined for trees. Ask for the margin, or "
            "use kernel.");
    return OK;
}

static void mean_prediction(arena *a, const forest *f, const matrix *background, model_output output, double *base)
{
    size_t outputs = f->model->output_count;
    double *predictions = ARENA_ARRAY(a, background->rows * outputs, double);
    forest_predict(a, f, background, output, predictions);
    for (size_t o = 0; o < outputs; o++) {
        double sum = 0;
        for (size_t b = 0; b < background->rows; b++) sum += predictions[b * outputs + o];
        base[o] = sum / (double)background->rows;
    }
}

error forest_shap_interventional(arena *a, const forest *f, const matrix *rows, const matrix *background,
                                 model_output output, double *base, double *values)
{
    TRY(check_request(a, f, background, output));
    arena *own = arena_new();
    mean_prediction(own, f, background, output, base);
    double uniform = 1 / (double)background->rows;
    comparison c = { .forest = f, .terms = 1, .weights = &uniform, .background = background->rows };
    c.features = f->model->feature_count, c.outputs = f->model->output_count;
    bool separated = output == OUTPUT_PROBABILITY && f->model->link != LINK_IDENTITY;
    for (size_t from = 0; from < rows->rows; from += ROWS_AT_ONCE) {
        c.rows = rows->rows - from < ROWS_AT_ONCE ? rows->rows - from : ROWS_AT_ONCE;
        arena *chunk = arena_new();
        matrix part = { matrix_row(rows, from), c.rows, rows->columns };
        if (separated) separate(chunk, f, &part, background, &c);
        c.values = values + from * c.features * c.outputs;
        compare(&c, &part, 0, background);
        arena_drop(chunk);
    }
    arena_drop(own);
    return OK;
}
