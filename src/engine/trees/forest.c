#include "engine/trees/kernels.h"

#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------ kernels */

static bool machine_runs(const char *name)
{
#if defined(__x86_64__)
    if (!strcmp(name, "avx512"))
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
               __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
    if (!strcmp(name, "avx2")) return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#endif
    return !strcmp(name, "portable");
}

const kernels *kernels_named(const char *name)
{
    static const kernels *const best_first[] = {
#if defined(__x86_64__)
        &kernels_avx512,
        &kernels_avx2,
#endif
        &kernels_portable
    };
    for (size_t i = 0; i < sizeof best_first / sizeof *best_first; i++)
        if ((!name || !strcmp(name, best_first[i]->name)) && machine_runs(best_first[i]->name)) return best_first[i];
    return NULL;
}

const char *forest_kernels(const forest *f)
{
    return f->run->name;
}

const forest *forest_with_kernels(arena *a, const forest *f, const char *name)
{
    const kernels *run = kernels_named(name);
    if (!run) return NULL;
    forest *out = arena_copy(a, f, sizeof *f);
    out->run = run;
    return out;
}

/* ------------------------------------------------------------------ bins */

/* What the splits of one feature are like. */
typedef struct feature_use {
    uint32_t numbers, sets, zero_is_missing, categories;
    double *cuts; /* of all numeric splits; then sorted and each once */
} feature_use;

static error count_uses(arena *a, const model *m, feature_use *uses, size_t from, size_t to)
{
    for (size_t t = from; t < to; t++)
        for (uint32_t i = 0; i < m->trees[t].node_count; i++) {
            const tree_node *n = &m->trees[t].nodes[i];
            if (!n->yes) continue;
            feature_use *u = &uses[n->feature];
            if (n->category_set) {
                uint32_t count = m->sets[n->category_set - 1].count;
                u->sets++;
                if (count > u->categories) u->categories = count;
            } else {
                u->numbers++;
                u->zero_is_missing += n->zero_is_missing;
            }
        }
    for (size_t f = 0; f < m->feature_count; f++) {
        text name = m->features[f].name;
        if (uses[f].sets && uses[f].numbers)
            return fail(a, INVALID, "", "The feature %.*s is split by number in one place and by category in another.",
                        PRINT(name));
        if (uses[f].zero_is_missing && uses[f].zero_is_missing != uses[f].numbers)
            return fail(a, INVALID, "", "The feature %.*s takes 0 for missing in some splits only.", PRINT(name));
        if (uses[f].categories > MOST_BINS - 2)
            return fail(a, INVALID, "", "The feature %.*s has %u categories; at most %d are supported.", PRINT(name),
                        uses[f].categories, MOST_BINS - 2);
    }
    return OK;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static uint32_t sorted_once(double *values, uint32_t count)
{
    if (count > 1) qsort(values, count, sizeof *values, by_value);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++)
        if (!kept || values[i] > values[kept - 1]) values[kept++] = values[i];
    return kept;
}

static void make_grid(arena *a, feature_bins *f)
{
    uint16_t *starts = ARENA_ARRAY(a, GRID_CELLS + 1, uint16_t);
    double range = f->cut_count ? f->cuts[f->cut_count - 1] - f->cuts[0] : 0;
    f->first = f->cut_count ? f->cuts[0] : 0;
    f->cells_per_unit = range > 0 ? GRID_CELLS / range : 0;
    uint32_t cut = 0;
    for (uint32_t k = 0; k < GRID_CELLS; k++) {
        starts[k] = (uint16_t)cut;
        /* The very arithmetic of bin_number, so that both agree on every cell. */
        while (cut < f->cut_count) {
            double at = (f->cuts[cut] - f->first) * f->cells_per_unit;
            uint32_t of_cut = at > 0 ? at < GRID_CELLS - 1 ? (uint32_t)at : GRID_CELLS - 1 : 0;
            if (of_cut > k) break;
            cut++;
        }
    }
    starts[GRID_CELLS] = (uint16_t)f->cut_count;
    f->starts = starts;
}

static void fill_cuts(const model *m, feature_use *uses, size_t from, size_t to)
{
    for (size_t t = from; t < to; t++)
        for (uint32_t i = 0; i < m->trees[t].node_count; i++) {
            const tree_node *n = &m->trees[t].nodes[i];
            if (!n->yes || n->category_set) continue;
            feature_use *u = &uses[n->feature];
            u->cuts[u->numbers++] = n->threshold == 0 ? 0 : n->threshold; /* -0 is 0 */
        }
}

/* Bins of all features for these trees; *too_many when a feature has more cuts than there are bins. */
static error bins_of(arena *a, const model *m, size_t from, size_t to, const feature_bins **out, bool *too_many)
{
    feature_use *uses = ARENA_ARRAY(a, m->feature_count, feature_use);
    TRY(count_uses(a, m, uses, from, to));
    feature_bins *bins = ARENA_ARRAY(a, m->feature_count, feature_bins);
    for (size_t f = 0; f < m->feature_count; f++) {
        feature_use *u = &uses[f];
        bins[f].zero_is_missing = u->zero_is_missing > 0;
        bins[f].categories = u->sets && !u->categories ? 1 : u->categories;
        if (!u->numbers) continue;
        u->cuts = ARENA_ARRAY(a, u->numbers, double);
        u->numbers = 0;
    }
    fill_cuts(m, uses, from, to);
    for (size_t f = 0; f < m->feature_count; f++) {
        bins[f].cuts = uses[f].cuts;
        bins[f].cut_count = sorted_once(uses[f].cuts, uses[f].numbers);
        if (bins[f].cut_count > MOST_BINS - 2) {
            *too_many = true;
            return OK;
        }
        if (uses[f].numbers) make_grid(a, &bins[f]);
    }
    *out = bins;
    return OK;
}

/* ------------------------------------------------------------------ trees */

typedef struct compiler {
    arena *arena;
    const model *model;
    const feature_bins *features;
    const uint64_t **sets[2]; /* by missing_yes: compiled sets, made when first needed */
    uint8_t *used;            /* [feature]: on the path above */
    const tree *from;
    split *splits;
    double *values, *covers;
    uint32_t at, path, longest;
} compiler;

/* Over bins: bit 0 missing, bit 1 any other value, bit c + 2 category c. */
static const uint64_t *compiled_set(compiler *c, uint32_t number, bool missing_yes)
{
    const uint64_t **place = &c->sets[missing_yes][number];
    if (*place) return *place;
    const category_set *set = &c->model->sets[number];
    uint64_t *bits = ARENA_ARRAY(c->arena, (set->count + 2) / 64 + 1, uint64_t);
    bits[0] |= missing_yes;
    for (uint32_t k = 0; k < set->count; k++)
        if (set->bits[k / 64] >> (k % 64) & 1) bits[(k + 2) / 64] |= UINT64_C(1) << ((k + 2) % 64);
    return *place = bits;
}

static uint32_t cut_index(const feature_bins *f, double threshold)
{
    uint32_t low = 0, high = f->cut_count;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (f->cuts[middle] < threshold)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void compile_split(compiler *c, const tree_node *n, split *s)
{
    s->feature = n->feature;
    if (n->category_set) {
        s->bins = compiled_set(c, n->category_set - 1, n->missing_yes);
        s->bin_count = c->model->sets[n->category_set - 1].count + 2;
        return;
    }
    s->refused = n->missing_yes ? 0 : ~UINT64_C(0);
    s->high = (uint16_t)(cut_index(&c->features[n->feature], n->threshold) + 1);
}

/* Depth is bounded by MODEL_MOST_DEPTH, which model_check has seen to. */
static void compile_node(compiler *c, uint32_t index)
{
    const tree_node *n = &c->from->nodes[index];
    uint32_t here = c->at++;
    c->covers[here] = n->cover;
    if (!n->yes) {
        c->values[here] = n->value;
        c->splits[here].after = c->at;
        if (c->path > c->longest) c->longest = c->path;
        return;
    }
    compile_split(c, n, &c->splits[here]);
    bool is_first = !c->used[n->feature];
    c->used[n->feature] = 1;
    c->path += is_first;
    compile_node(c, n->yes);
    c->splits[here].no = c->at;
    compile_node(c, n->no);
    c->splits[here].after = c->at;
    c->path -= is_first;
    if (is_first) c->used[n->feature] = 0;
}

/* A child's part of its parent's cover. Where nothing was counted both sides count alike. */
double cover_share(const compiled_tree *t, uint32_t node, bool yes)
{
    double y = t->covers[node + 1], n = t->covers[t->splits[node].no];
    return y + n > 0 ? (yes ? y : n) / (y + n) : 0.5;
}

static double mean_below(const compiled_tree *t, uint32_t node)
{
    if (!t->splits[node].no) return t->values[node];
    return cover_share(t, node, true) * mean_below(t, node + 1) +
           cover_share(t, node, false) * mean_below(t, t->splits[node].no);
}

static compiled_tree compile_tree(compiler *c, const tree *from)
{
    c->from = from;
    c->at = c->path = c->longest = 0;
    c->splits = ARENA_ARRAY(c->arena, from->node_count, split);
    c->values = ARENA_ARRAY(c->arena, from->node_count, double);
    c->covers = ARENA_ARRAY(c->arena, from->node_count, double);
    compile_node(c, 0);
    compiled_tree out = { .splits = c->splits,
                          .values = c->values,
                          .covers = c->covers,
                          .node_count = c->at,
                          .leaf_count = (c->at + 1) / 2,
                          .depth = from->depth,
                          .output = from->output,
                          .features = c->longest };
    out.mean = mean_below(&out, 0);
    uint32_t *inner = ARENA_ARRAY(c->arena, out.node_count, uint32_t);
    uint32_t *outer = inner + (out.node_count - out.leaf_count), inner_count = 0, outer_count = 0;
    for (uint32_t i = 0; i < out.node_count; i++) {
        if (out.splits[i].no)
            inner[inner_count++] = i;
        else
            outer[outer_count++] = i;
    }
    out.inner = inner, out.outer = outer;
    return out;
}

/* ------------------------------------------------------------------ parts */

typedef struct part_list {
    forest_part *items;
    size_t count;
} part_list;

static error add_parts(arena *a, compiler *c, const model *m, size_t from, size_t to, part_list *parts)
{
    const feature_bins *bins = NULL;
    bool too_many = false;
    TRY(bins_of(a, m, from, to, &bins, &too_many));
    if (too_many && to - from == 1)
        return fail(a, INVALID, "", "Tree %zu splits a feature at more than %d different values.", from, MOST_BINS - 2);
    if (too_many) {
        TRY(add_parts(a, c, m, from, (from + to) / 2, parts));
        return add_parts(a, c, m, (from + to) / 2, to, parts);
    }
    c->features = bins;
    compiled_tree *trees = ARENA_ARRAY(a, to - from, compiled_tree);
    for (size_t t = from; t < to; t++) trees[t - from] = compile_tree(c, &m->trees[t]);
    parts->items[parts->count++] = (forest_part){ .features = bins, .trees = trees, .tree_count = to - from };
    return OK;
}

error forest_new(arena *a, const model *m, const forest **out)
{
    if (m->kind != MODEL_TREES) return fail(a, INVALID, "/method", "This model has no trees; it is linear.");
    compiler c = { .arena = a, .model = m };
    c.sets[0] = ARENA_ARRAY(a, m->set_count + 1, const uint64_t *);
    c.sets[1] = ARENA_ARRAY(a, m->set_count + 1, const uint64_t *);
    c.used = ARENA_ARRAY(a, m->feature_count + 1, uint8_t);
    part_list parts = { ARENA_ARRAY(a, m->tree_count + 1, forest_part), 0 };
    if (m->tree_count) TRY(add_parts(a, &c, m, 0, m->tree_count, &parts));
    forest *f = ARENA_NEW(a, forest);
    *f = (forest){ .model = m, .parts = parts.items, .part_count = parts.count, .run = kernels_named(NULL) };
    for (size_t t = 0; t < m->tree_count; t++)
        if (m->trees[t].node_count > f->most_nodes) f->most_nodes = m->trees[t].node_count;
    *out = f;
    return OK;
}

/* ------------------------------------------------------------------ predictions */

enum { PREDICTED_AT_ONCE = 4096 }; /* rows whose bins are held */

static void predict_part(const forest *f, const forest_part *part, const binned_rows *bins, uint64_t *scratch,
                         double *sums)
{
    size_t outputs = f->model->output_count;
    for (size_t t = 0; t < part->tree_count; t++)
        for (size_t block = 0; block < bins->blocks; block++)
            f->run->predict(&part->trees[t], binned_block(bins, block), scratch,
                            sums + (block * outputs + part->trees[t].output) * BLOCK);
}

static void predict_chunk(const forest *f, const matrix *rows, size_t from, size_t count, double *out)
{
    arena *a = arena_new();
    const model *m = f->model;
    size_t outputs = m->output_count, blocks = (count + BLOCK - 1) / BLOCK;
    double *sums = ARENA_ARRAY(a, blocks * outputs * BLOCK, double);
    uint64_t *scratch = ARENA_ARRAY(a, f->most_nodes + 1, uint64_t);
    for (size_t p = 0; p < f->part_count; p++) {
        binned_rows bins = bin_rows(a, &f->parts[p], rows, from, count);
        predict_part(f, &f->parts[p], &bins, scratch, sums);
    }
    for (size_t row = 0; row < count; row++)
        for (size_t o = 0; o < outputs; o++)
            out[row * outputs + o] = m->base[o] + sums[(row / BLOCK * outputs + o) * BLOCK + row % BLOCK];
    arena_drop(a);
}

void forest_predict(arena *a, const forest *f, const matrix *rows, model_output output, double *out)
{
    (void)a;
    size_t outputs = f->model->output_count;
    for (size_t from = 0; from < rows->rows; from += PREDICTED_AT_ONCE) {
        size_t count = rows->rows - from < PREDICTED_AT_ONCE ? rows->rows - from : PREDICTED_AT_ONCE;
        predict_chunk(f, rows, from, count, out + from * outputs);
    }
    if (output == OUTPUT_PROBABILITY)
        for (size_t row = 0; row < rows->rows; row++) model_link_apply(f->model, out + row * outputs);
}

/* ------------------------------------------------------------------ covers */

static uint64_t rows_of_block(size_t rows, size_t block)
{
    size_t here = rows - block * BLOCK;
    return here >= BLOCK ? ~UINT64_C(0) : (UINT64_C(1) << here) - 1;
}

static void count_covers(const forest *f, compiled_tree *t, const binned_rows *bins, uint64_t *met, uint64_t *here,
                         double *covers)
{
    for (size_t block = 0; block < bins->blocks; block++) {
        f->run->conditions(t, binned_block(bins, block), met);
        here[0] = rows_of_block(bins->rows, block);
        for (uint32_t i = 0; i < t->node_count; i++) {
            covers[i] += __builtin_popcountll(here[i]);
            if (!t->splits[i].no) continue;
            here[i + 1] = here[i] & met[i];
            here[t->splits[i].no] = here[i] & ~met[i];
        }
    }
    t->covers = covers;
    t->mean = mean_below(t, 0);
}

const forest *forest_with_covers(arena *a, const forest *f, const matrix *rows)
{
    forest *out = arena_copy(a, f, sizeof *f);
    forest_part *parts = arena_copy(a, f->parts, f->part_count * sizeof *parts);
    arena *own = arena_new();
    uint64_t *met = ARENA_ARRAY(own, f->most_nodes + 1, uint64_t),
             *here = ARENA_ARRAY(own, f->most_nodes + 1, uint64_t);
    for (size_t p = 0; p < f->part_count; p++) {
        binned_rows bins = bin_rows(own, &parts[p], rows, 0, rows->rows);
        compiled_tree *trees = arena_copy(a, parts[p].trees, parts[p].tree_count * sizeof *trees);
        for (size_t t = 0; t < parts[p].tree_count; t++)
            count_covers(f, &trees[t], &bins, met, here, ARENA_ARRAY(a, trees[t].node_count, double));
        parts[p].trees = trees;
    }
    arena_drop(own);
    out->parts = parts;
    return out;
}
