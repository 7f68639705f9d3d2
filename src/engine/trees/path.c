/* Path-dependent values and interactions: preparing a tree's constants, and the way of rows through all trees.
 *
 * One leaf of value v, whose path has different features j with cover shares z_j and conditions o_j, gives
 *     φ_i = v (o_i − z_i) ∫₀¹ Π_{j≠i} (z_j (1−t) + o_j t) dt,
 *     I_ij = v (o_i − z_i)(o_j − z_j) ∫₀¹ Π_{k≠i,j} (z_k (1−t) + o_k t) dt        (Owen's multilinear extension)
 * A feature split more than once on the path has the product of its shares and the conjunction of its conditions. */
#include "engine/trees/kernels.h"

enum {
    ROWS_AT_ONCE = 4096,
    SUMS_BYTES = 4 << 20 /* of one chunk of rows: so that they stay in the cache while trees come and go */
};

/* ------------------------------------------------------------------ preparing a tree */

typedef struct preparer {
    arena *arena;
    const compiled_tree *tree;
    const quadrature *quadrature;
    path_step *steps;
    path_constant *constants;
    const split **splits;
    double *z;          /* [edge]: share of the feature's conditions down to it */
    int32_t *last_edge; /* [feature]: on the path above; -1 */
    pair_edge *edges;   /* NULL: values only */
    double *leaves;
    uint32_t count;
} preparer;

/* What the path's product is multiplied by at an edge, and what the feature then counts; for rows that met the
 * feature's earlier splits, by whether they meet this one. */
typedef struct edge_terms {
    double f[2], g[2];
} edge_terms;

static double meets(double z, double t)
{
    return z * (1 - t) + t;
}

static edge_terms terms_of(double z_before, double z, double t, double weight)
{
    double before = meets(z_before, t);
    double counted = weight * (1 - z_before) / before; /* at the feature's edge above: 0 when there is none */
    return (edge_terms){
        .f = { z * (1 - t) / before, meets(z, t) / before },
        .g = { -weight / (1 - t) - counted, weight * (1 - z) / meets(z, t) - counted },
    };
}

static void prepare_side(preparer *p, uint32_t step, int side, double z_before, double share, double leaf, bool is_leaf)
{
    const quadrature *by = p->quadrature;
    double z = p->z[2 * step + (uint32_t)side] = z_before * share;
    for (int q = 0; q < by->count; q++) {
        path_constant *c = &p->constants[step * (uint32_t)by->count + (uint32_t)q];
        edge_terms e = terms_of(z_before, z, by->node[q], by->weight[q]);
        for (int met = 0; met < 2; met++) {
            int side_met = side ? !met : met; /* the no side is met when the split is not */
            if (is_leaf) {
                c->a[met] += e.f[side_met] * leaf;
                c->b[met] += e.f[side_met] * leaf * e.g[side_met];
            } else {
                (side ? c->fn : c->fy)[met] = e.f[side_met];
                (side ? c->gn : c->gy)[met] = e.g[side_met];
            }
        }
        if (!p->edges) continue;
        pair_edge *pair = &p->edges[(2 * step + (uint32_t)side) * (uint32_t)by->count + (uint32_t)q];
        *pair = (pair_edge){ .f = { e.f[0], e.f[1] },
                             .h = { -1 / (1 - by->node[q]), (1 - z) / meets(z, by->node[q]) },
                             .share = share };
    }
}

static int32_t prepare_node(preparer *p, uint32_t node)
{
    const split *s = &p->tree->splits[node];
    if (!s->no) return -1;
    uint32_t here = p->count++;
    path_step *step = &p->steps[here];
    int32_t before = p->last_edge[s->feature];
    *step = (path_step){ .feature = s->feature, .before = before };
    p->splits[here] = s;
    double z_before = before < 0 ? 1 : p->z[before];
    for (int side = 0; side < 2; side++) {
        uint32_t child = side ? s->no : node + 1;
        bool is_leaf = !p->tree->splits[child].no;
        double share = cover_share(p->tree, node, !side), leaf = p->tree->values[child];
        prepare_side(p, here, side, z_before, share, leaf, is_leaf);
        if (is_leaf) step->a_failed += share * leaf;
        *(side ? &step->share_n : &step->share_y) = share;
        if (is_leaf && p->leaves) p->leaves[2 * here + (uint32_t)side] = leaf;
        p->last_edge[s->feature] = (int32_t)(2 * here + (uint32_t)side);
        *(side ? &step->no : &step->yes) = prepare_node(p, child);
    }
    p->last_edge[s->feature] = before;
    return (int32_t)here;
}

static quadrature quadrature_for(const compiled_tree *t)
{
    int needed = (int)(t->features + 1) / 2;
    /* The kernels know these counts as constants. */
    if (needed > 16)
        needed = 32;
    else if (needed > 8)
        needed = 16;
    return quadrature_of(needed > 0 ? needed : 1);
}

static void prepare(arena *a, const compiled_tree *t, const quadrature *by, int32_t *last_edge, bool pairs,
                    pair_tree *out)
{
    uint32_t count = (t->node_count - 1) / 2;
    preparer p = { .arena = a, .tree = t, .quadrature = by, .last_edge = last_edge };
    p.steps = ARENA_ARRAY(a, count, path_step);
    p.constants = ARENA_ARRAY(a, (size_t)count * (size_t)by->count, path_constant);
    p.splits = ARENA_ARRAY(a, count, const split *);
    p.z = ARENA_ARRAY(a, 2 * (size_t)count, double);
    if (pairs) {
        p.edges = ARENA_ARRAY(a, 2 * (size_t)count * (size_t)by->count, pair_edge);
        p.leaves = ARENA_ARRAY(a, 2 * (size_t)count, double);
    }
    (void)prepare_node(&p, 0);
    *out = (pair_tree){ .tree = { p.steps, p.constants, p.splits, p.count, by->count },
                        .edges = p.edges,
                        .leaves = p.leaves,
                        .weights = by->weight };
}

/* ------------------------------------------------------------------ rows through trees */

/* A chunk of rows and where their sums stand: [output][group of 8 rows][cells][8], cells being features or pairs. */
typedef struct chunk {
    arena *arena;
    const forest *forest;
    size_t rows, groups, cells, features;
    double *sums;
    int32_t *last_edge;
    uint64_t *met; /* of one tree and block */
    bool pairs;
} chunk;

static void tree_values(chunk *c, const compiled_tree *t, const binned_rows *bins)
{
    if (t->node_count == 1) return; /* a constant: in the base only */
    const kernels *run = c->forest->run;
    arena *a = arena_new();
    quadrature by = quadrature_for(t);
    pair_tree prepared;
    prepare(a, t, &by, c->last_edge, c->pairs, &prepared);
    double *sums = c->sums + t->output * c->groups * c->cells * LANES;
    for (size_t block = 0; block < bins->blocks; block++) {
        size_t first = block * (BLOCK / LANES), groups = c->groups - first;
        if (groups > BLOCK / LANES) groups = BLOCK / LANES;
        run->paths(&prepared.tree, binned_block(bins, block), c->met);
        double *at = sums + first * c->cells * LANES;
        if (!c->pairs) run->path_values(&prepared.tree, c->met, groups, c->features, at);
        for (size_t g = 0; c->pairs && g < groups; g++)
            run->pair_values(&prepared, c->met, g, c->features, at + g * c->cells * LANES);
    }
    arena_drop(a);
}

static chunk chunk_of(arena *a, const forest *f, size_t rows, bool pairs)
{
    chunk c = { .arena = a, .forest = f, .rows = rows, .groups = (rows + LANES - 1) / LANES, .pairs = pairs };
    c.features = f->model->feature_count;
    c.cells = pairs ? c.features * c.features : c.features;
    c.sums = ARENA_ARRAY(a, f->model->output_count * c.groups * c.cells * LANES, double);
    c.last_edge = ARENA_ARRAY(a, c.features + 1, int32_t);
    for (size_t i = 0; i < c.features; i++) c.last_edge[i] = -1;
    c.met = ARENA_ARRAY(a, (size_t)f->most_nodes + 2, uint64_t);
    return c;
}

static size_t rows_at_once(const forest *f, bool pairs)
{
    size_t features = f->model->feature_count, cells = pairs ? features * features : features;
    size_t rows = SUMS_BYTES / sizeof(double) / (cells * f->model->output_count + 1) / BLOCK * BLOCK;
    if (rows > ROWS_AT_ONCE) return ROWS_AT_ONCE;
    return rows ? rows : pairs ? LANES : BLOCK;
}

typedef void (*chunk_sink)(const chunk *c, double *out);

static void through_trees(const forest *f, const matrix *rows, bool pairs, chunk_sink sink, double *out)
{
    size_t most = rows_at_once(f, pairs);
    for (size_t from = 0; from < rows->rows; from += most) {
        arena *a = arena_new();
        chunk c = chunk_of(a, f, rows->rows - from < most ? rows->rows - from : most, pairs);
        for (size_t p = 0; p < f->part_count; p++) {
            binned_rows bins = bin_rows(a, &f->parts[p], rows, from, c.rows);
            for (size_t t = 0; t < f->parts[p].tree_count; t++) tree_values(&c, &f->parts[p].trees[t], &bins);
        }
        sink(&c, out + from * c.cells * f->model->output_count);
        arena_drop(a);
    }
}

static inline double chunk_sum(const chunk *c, size_t row, size_t of, size_t output)
{
    return c->sums[((output * c->groups + row / LANES) * c->cells + of) * LANES + row % LANES];
}

static void take_values(const chunk *c, double *out)
{
    size_t outputs = c->forest->model->output_count;
    for (size_t row = 0; row < c->rows; row++)
        for (size_t feature = 0; feature < c->features; feature++)
            for (size_t o = 0; o < outputs; o++)
                out[(row * c->features + feature) * outputs + o] += chunk_sum(c, row, feature, o);
}

/* What two features do together is halved between them; the diagonal is the rest of the feature's value. */
static void take_pairs(const chunk *c, double *out)
{
    size_t m = c->features, outputs = c->forest->model->output_count;
    for (size_t row = 0; row < c->rows; row++)
        for (size_t o = 0; o < outputs; o++)
            for (size_t i = 0; i < m; i++) {
                double *diagonal = &out[((row * m + i) * m + i) * outputs + o];
                *diagonal += chunk_sum(c, row, i * m + i, o);
                for (size_t j = 0; j < m; j++) {
                    if (j == i) continue;
                    double half = chunk_sum(c, row, i < j ? i * m + j : j * m + i, o) / 2;
                    out[((row * m + i) * m + j) * outputs + o] += half;
                    *diagonal -= half;
                }
            }
}

static error check_covers(arena *a, const forest *f)
{
    bool has_splits = false;
    for (size_t p = 0; p < f->part_count; p++)
        for (size_t t = 0; t < f->parts[p].tree_count; t++) {
            const compiled_tree *one = &f->parts[p].trees[t];
            if (one->node_count > 1 && one->covers[0] > 0) return OK;
            has_splits = has_splits || one->node_count > 1;
        }
    if (!has_splits) return OK;
    return fail(a, INVALID, "/method",
                "This model does not say how many training rows reached each node, which tree-path stands on. Use "
                "tree-interventional with a background.");
}

error forest_shap_path(arena *a, const forest *f, const matrix *rows, double *base, double *values)
{
    TRY(check_covers(a, f));
    for (size_t o = 0; o < f->model->output_count; o++) base[o] = f->model->base[o];
    for (size_t p = 0; p < f->part_count; p++)
        for (size_t t = 0; t < f->parts[p].tree_count; t++)
            base[f->parts[p].trees[t].output] += f->parts[p].trees[t].mean;
    through_trees(f, rows, false, take_values, values);
    return OK;
}

error forest_shap_interactions(arena *a, const forest *f, const matrix *rows, double *values)
{
    TRY(check_covers(a, f));
    through_trees(f, rows, true, take_pairs, values);
    return OK;
}
