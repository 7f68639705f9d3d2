/* Compiled once for each width of registers: KERNELS is portable, avx2 or avx512. */
#include "engine/trees/kernels.h"
#include "engine/trees/lanes.h"

#define JOIN_(a, b)  a##b
#define JOIN(a, b)   JOIN_(a, b)
#define QUOTE_(name) #name
#define QUOTE(name)  QUOTE_(name)

/* ------------------------------------------------------------------ conditions of splits, 64 rows at a time */

/* Bins of at most `high`. */
EVERYWHERE uint64_t met_range(const uint16_t *bins, uint16_t high)
{
#if defined(__AVX512BW__)
    __m512i h = _mm512_set1_epi16((short)high);
    return _mm512_cmple_epu16_mask(_mm512_loadu_si512(bins), h) |
           (uint64_t)_mm512_cmple_epu16_mask(_mm512_loadu_si512(bins + 32), h) << 32;
#elif defined(__AVX2__)
    __m256i h = _mm256_set1_epi16((short)high);
    uint64_t out = 0;
    for (int part = 0; part < 2; part++) {
        const __m256i *at = (const __m256i *)(const void *)(bins + 32 * part);
        __m256i a = _mm256_loadu_si256(at), b = _mm256_loadu_si256(at + 1);
        a = _mm256_cmpeq_epi16(_mm256_min_epu16(a, h), a), b = _mm256_cmpeq_epi16(_mm256_min_epu16(b, h), b);
        /* Packing goes by halves of 128 bits: put them in order again. */
        __m256i bytes = _mm256_permute4x64_epi64(_mm256_packs_epi16(a, b), 0xd8);
        out |= (uint64_t)(uint32_t)_mm256_movemask_epi8(bytes) << (32 * part);
    }
    return out;
#else
    uint64_t out = 0;
    for (int row = 0; row < BLOCK; row++) out |= (uint64_t)(bins[row] <= high) << row;
    return out;
#endif
}

static uint64_t met_set(const uint16_t *bins, const split *s)
{
    uint64_t out = 0;
    for (int row = 0; row < BLOCK; row++) {
        uint16_t bin = bins[row];
        if (bin < s->bin_count) out |= (s->bins[bin / 64] >> (bin % 64) & 1) << row;
    }
    return out;
}

EVERYWHERE uint64_t met_split(const split *s, row_block rows)
{
    const uint16_t *bins = rows.bins + (size_t)s->feature * BLOCK;
    if (s->bins) return met_set(bins, s);
    return met_range(bins, s->high) & ~(rows.missing[s->feature] & s->refused);
}

static void conditions(const compiled_tree *t, row_block rows, uint64_t *met)
{
    for (uint32_t i = 0; i < t->node_count; i++) met[i] = t->splits[i].no ? met_split(&t->splits[i], rows) : 0;
}

static void paths(const path_tree *t, row_block rows, uint64_t *met)
{
    for (uint32_t i = 0; i < t->count; i++) {
        uint64_t before = t->steps[i].before < 0 ? ~UINT64_C(0) : met[t->steps[i].before];
        uint64_t yes = met_split(t->splits[i], rows);
        met[2 * (size_t)i] = before & yes;
        met[2 * (size_t)i + 1] = before & ~yes;
    }
}

/* ------------------------------------------------------------------ predictions */

/* Each row's leaf, as the leaf's node. The rows of all leaves together are the whole block, so nothing of it is read
 * before it is written. */
typedef struct leaves_of_rows {
#if defined(__AVX512BW__)
    __m512i first, second;
#else
    uint16_t node[BLOCK];
#endif
} leaves_of_rows;

EVERYWHERE void put_leaf(leaves_of_rows *leaves, uint64_t rows, uint32_t node)
{
#if defined(__AVX512BW__)
    __m512i value = _mm512_set1_epi16((short)node);
    leaves->first = _mm512_mask_mov_epi16(leaves->first, (__mmask32)rows, value);
    leaves->second = _mm512_mask_mov_epi16(leaves->second, (__mmask32)(rows >> 32), value);
#else
    for (; rows; rows &= rows - 1) leaves->node[__builtin_ctzll(rows)] = (uint16_t)node;
#endif
}

EVERYWHERE void add_leaves(const leaves_of_rows *leaves, const double *values, double *sums)
{
    uint16_t nodes[BLOCK];
    memcpy(nodes, leaves, sizeof nodes);
    for (int row = 0; row < BLOCK; row++) sums[row] += values[nodes[row]];
}

/* A tree of few nodes: to go on without looking whether any row is left costs less than a guess that is wrong. */
static void predict_small(const compiled_tree *t, row_block rows, uint64_t *here, double *sums)
{
    leaves_of_rows leaves = { 0 };
    here[0] = ~UINT64_C(0);
    /* Splits, then leaves: two loops without a branch to guess. */
    for (uint32_t k = 0; k < t->node_count - t->leaf_count; k++) {
        uint32_t i = t->inner[k];
        const split *s = &t->splits[i];
        uint64_t come = here[i], yes = met_split(s, rows);
        here[i + 1] = come & yes;
        here[s->no] = come & ~yes;
    }
    for (uint32_t k = 0; k < t->leaf_count; k++) put_leaf(&leaves, here[t->outer[k]], t->outer[k]);
    add_leaves(&leaves, t->values, sums);
}

static void add_to(uint64_t rows, double value, double *sums)
{
    for (; rows; rows &= rows - 1) sums[__builtin_ctzll(rows)] += value;
}

static void predict_large(const compiled_tree *t, row_block rows, uint64_t *here, double *sums)
{
    here[0] = ~UINT64_C(0);
    for (uint32_t i = 0; i < t->node_count;) {
        const split *s = &t->splits[i];
        uint64_t come = here[i];
        if (!come) {
            i = s->after;
            continue;
        }
        if (s->no) {
            uint64_t yes = met_split(s, rows);
            here[i + 1] = come & yes;
            here[s->no] = come & ~yes;
        } else {
            add_to(come, t->values[i], sums);
        }
        i++;
    }
}

enum { SMALL_TREE = 512 }; /* nodes */

static void predict(const compiled_tree *t, row_block rows, uint64_t *scratch, double *sums)
{
    if (t->node_count <= SMALL_TREE)
        predict_small(t, rows, scratch, sums);
    else
        predict_large(t, rows, scratch, sums);
}

/* ------------------------------------------------------------------ path-dependent values
 *
 * A walk over the tree for the eight rows of a group: down it carries the product of the factors of the features met so
 * far, at each node of the quadrature; up it brings the sum over the leaves below. */

typedef struct walk {
    const path_tree *tree;
    const uint64_t *met;
    size_t group;
    double *sums; /* [feature][8] */
} walk;

typedef void (*walk_step)(const walk *w, uint32_t step, const lanes *product, lanes *below);

/* One side that is no leaf: down with the factor, up with the sum, which counts for the split's feature. */
#define SIDE(child, factor, counts)                                                                                    \
    do {                                                                                                               \
        for (int q = 0; q < n; q++) down[q] = product[q] * (factor);                                                   \
        self(w, (uint32_t)(child), down, up);                                                                          \
        for (int q = 0; q < n; q++) total += up[q] * (counts), below[q] += up[q];                                      \
    } while (0)

/* The feature's first split on this path: every row has met all (none) of those above. */
EVERYWHERE void walk_first(const walk *w, uint32_t i, const lanes *product, lanes *below, lanes *down, lanes *up, int n,
                           walk_step self)
{
    const path_step *step = &w->tree->steps[i];
    const path_constant *c = w->tree->constants + (size_t)i * (size_t)w->tree->quadrature;
    lane_mask m = lane_mask_of(group_bits(w->met[2 * (size_t)i], w->group));
    lanes total = { 0 };
    for (int q = 0; q < n; q++) below[q] = product[q] * lanes_select(m, c[q].a[1], c[q].a[0]);
    for (int q = 0; q < n; q++) total += product[q] * lanes_select(m, c[q].b[1], c[q].b[0]);
    if (step->yes >= 0)
        SIDE(step->yes, lanes_select(m, c[q].fy[1], c[q].fy[0]), lanes_select(m, c[q].gy[1], c[q].gy[0]));
    if (step->no >= 0) SIDE(step->no, lanes_select(m, c[q].fn[1], c[q].fn[0]), lanes_select(m, c[q].gn[1], c[q].gn[0]));
    double *sum = w->sums + (size_t)step->feature * LANES;
    lanes_store(sum, lanes_load(sum) + total);
}

/* A further split of the feature: rows that failed one above (`in` is no) meet neither side. */
EVERYWHERE void walk_again(const walk *w, uint32_t i, const lanes *product, lanes *below, lanes *down, lanes *up, int n,
                           walk_step self)
{
    const path_step *step = &w->tree->steps[i];
    const path_constant *c = w->tree->constants + (size_t)i * (size_t)w->tree->quadrature;
    lane_mask m = lane_mask_of(group_bits(w->met[2 * (size_t)i], w->group));
    lane_mask in = lane_mask_of(group_bits(w->met[2 * (size_t)i] | w->met[2 * (size_t)i + 1], w->group));
    const lanes zero = { 0 };
    lanes total = { 0 };
    lanes af = zero + step->a_failed, yf = zero + step->share_y, nf = zero + step->share_n;
#define IN(pair, failed) lanes_choose(in, lanes_select(m, (pair)[1], (pair)[0]), failed)
    for (int q = 0; q < n; q++) below[q] = product[q] * IN(c[q].a, af);
    for (int q = 0; q < n; q++) total += product[q] * IN(c[q].b, zero);
    if (step->yes >= 0) SIDE(step->yes, IN(c[q].fy, yf), IN(c[q].gy, zero));
    if (step->no >= 0) SIDE(step->no, IN(c[q].fn, nf), IN(c[q].gn, zero));
#undef IN
    double *sum = w->sums + (size_t)step->feature * LANES;
    lanes_store(sum, lanes_load(sum) + total);
}

/* The count of quadrature nodes as a constant, so that the loops over it unroll and stay in registers. */
#define WALK(n)                                                                                                        \
    static void walk_##n(const walk *w, uint32_t step, const lanes *product, lanes *below)                             \
    {                                                                                                                  \
        lanes down[n], up[n];                                                                                          \
        if (w->tree->steps[step].before < 0)                                                                           \
            walk_first(w, step, product, below, down, up, n, walk_##n);                                                \
        else                                                                                                           \
            walk_again(w, step, product, below, down, up, n, walk_##n);                                                \
    }
WALK(1)
WALK(2)
WALK(3)
WALK(4)
WALK(5)
WALK(6)
WALK(7)
WALK(8)
WALK(16)
WALK(32)

static walk_step walk_of(int count)
{
    static const walk_step few[] = { walk_1, walk_2, walk_3, walk_4, walk_5, walk_6, walk_7, walk_8 };
    if (count <= 8) return few[count - 1];
    return count <= 16 ? walk_16 : walk_32;
}

static void path_values(const path_tree *t, const uint64_t *met, size_t groups, size_t features, double *sums)
{
    walk_step start = walk_of(t->quadrature);
    const lanes one = { 1, 1, 1, 1, 1, 1, 1, 1 };
    lanes product[MOST_QUADRATURE], below[MOST_QUADRATURE];
    for (int q = 0; q < t->quadrature; q++) product[q] = one;
    for (size_t group = 0; group < groups; group++) {
        walk w = { t, met, group, sums + group * features * LANES };
        start(&w, 0, product, below);
    }
}

/* ------------------------------------------------------------------ interactions
 *
 * At each leaf all pairs of the path's features, with what each contributes at the nodes of the quadrature. */

typedef struct pair_walk {
    const pair_tree *tree;
    const uint64_t *met;
    size_t group, features;
    double *sums;                               /* [feature][feature][8] */
    uint32_t path[MODEL_MOST_DEPTH];            /* features met so far */
    lanes h[MODEL_MOST_DEPTH][MOST_QUADRATURE]; /* of each of them */
    lanes product[MODEL_MOST_DEPTH + 1][MOST_QUADRATURE];
} pair_walk;

EVERYWHERE void add_lanes(double *to, lanes v)
{
    lanes_store(to, lanes_load(to) + v);
}

static void pair_leaf(pair_walk *w, int length, const lanes *product, double value)
{
    const int n = w->tree->tree.quadrature;
    for (int i = 0; i < length; i++) {
        lanes at[MOST_QUADRATURE], own = { 0 };
        for (int q = 0; q < n; q++) own += at[q] = product[q] * w->h[i][q] * (value * w->tree->weights[q]);
        double *of_feature = w->sums + (size_t)w->path[i] * w->features * LANES;
        add_lanes(of_feature + (size_t)w->path[i] * LANES, own);
        for (int j = 0; j < i; j++) {
            lanes both = { 0 };
            for (int q = 0; q < n; q++) both += at[q] * w->h[j][q];
            uint32_t low = w->path[j] < w->path[i] ? w->path[j] : w->path[i];
            uint32_t high = w->path[j] < w->path[i] ? w->path[i] : w->path[j];
            add_lanes(w->sums + ((size_t)low * w->features + high) * LANES, both);
        }
    }
}

static void pair_step(pair_walk *w, uint32_t i, int length, int depth);

static void pair_side(pair_walk *w, uint32_t i, int side, int length, int depth)
{
    const path_tree *t = &w->tree->tree;
    const path_step *step = &t->steps[i];
    const int n = t->quadrature;
    const size_t edge = 2 * (size_t)i + (size_t)side;
    const pair_edge *e = w->tree->edges + edge * (size_t)n;
    uint64_t before = step->before < 0 ? ~UINT64_C(0) : w->met[step->before];
    lane_mask met = lane_mask_of(group_bits(w->met[edge], w->group));
    lane_mask in = lane_mask_of(group_bits(before, w->group));
    int slot = length;
    for (int k = 0; k < length; k++)
        if (w->path[k] == step->feature) slot = k;
    lanes kept[MOST_QUADRATURE];
    for (int q = 0; q < n; q++) {
        const lanes zero = { 0 };
        lanes factor = lanes_choose(in, lanes_select(met, e[q].f[1], e[q].f[0]), zero + e[q].share);
        w->product[depth + 1][q] = w->product[depth][q] * factor;
        kept[q] = w->h[slot][q];
        w->h[slot][q] = lanes_select(met, e[q].h[1], e[q].h[0]);
    }
    w->path[slot] = step->feature;
    int32_t child = side ? step->no : step->yes;
    int longer = slot == length ? length + 1 : length;
    if (child < 0)
        pair_leaf(w, longer, w->product[depth + 1], w->tree->leaves[edge]);
    else
        pair_step(w, (uint32_t)child, longer, depth + 1);
    for (int q = 0; q < n; q++) w->h[slot][q] = kept[q];
}

static void pair_step(pair_walk *w, uint32_t i, int length, int depth)
{
    pair_side(w, i, 0, length, depth);
    pair_side(w, i, 1, length, depth);
}

static void pair_values(const pair_tree *t, const uint64_t *met, size_t group, size_t features, double *sums)
{
    pair_walk w;
    w.tree = t, w.met = met, w.group = group, w.features = features, w.sums = sums;
    const lanes one = { 1, 1, 1, 1, 1, 1, 1, 1 };
    for (int q = 0; q < t->tree.quadrature; q++) w.product[0][q] = one;
    pair_step(&w, 0, 0, 0);
}

/* ------------------------------------------------------------------ patterns, sums under a mask */

static void patterns(const uint64_t *words, int count, uint16_t *out)
{
#if defined(__AVX512BW__)
    __m512i first = _mm512_setzero_si512(), second = first;
    for (int i = 0; i < count; i++) {
        __m512i bit = _mm512_set1_epi16((short)(1u << i));
        first = _mm512_or_si512(first, _mm512_maskz_mov_epi16((__mmask32)words[i], bit));
        second = _mm512_or_si512(second, _mm512_maskz_mov_epi16((__mmask32)(words[i] >> 32), bit));
    }
    _mm512_storeu_si512(out, first);
    _mm512_storeu_si512(out + 32, second);
#else
    memset(out, 0, BLOCK * sizeof *out);
    for (int i = 0; i < count; i++)
        for (int row = 0; row < BLOCK; row++) out[row] |= (uint16_t)((words[i] >> row & 1) << i);
#endif
}

static void masked_add(const uint64_t *mask, const double *weights, size_t words, double *sums)
{
    const lanes zero = { 0 };
    for (size_t k = 0; k < words; k++)
        for (size_t group = 0; mask[k] && group < 8; group++) {
            size_t at = k * BLOCK + group * LANES;
            lanes add = lanes_choose(lane_mask_of(group_bits(mask[k], group)), lanes_load(weights + at), zero);
            lanes_store(sums + at, lanes_load(sums + at) + add);
        }
}

const kernels JOIN(kernels_, KERNELS) = {
    .name = QUOTE(KERNELS),
    .conditions = conditions,
    .predict = predict,
    .paths = paths,
    .path_values = path_values,
    .pair_values = pair_values,
    .patterns = patterns,
    .masked_add = masked_add,
};
