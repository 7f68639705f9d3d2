/* The inner loops, compiled once for each width of registers; kernels_named() picks at run time. */
#ifndef AIC_ENGINE_TREES_KERNELS_H
#define AIC_ENGINE_TREES_KERNELS_H

#include "engine/trees/compiled.h"

/* A split prepared for path-dependent values. Constants are indexed by whether the row meets the split (1) or not (0);
 * `f` is the factor by which the path's product changes on the way to the child, `g` what the sum of the child's leaves
 * counts for the split's feature. Both belong to a node of the quadrature. `a` and `b` are the same, multiplied out,
 * for children that are leaves. Whoever fails the feature's split further up meets neither: `f` is then the child's
 * share of the cover, `g` is 0. */
typedef struct path_constant {
    double fy[2], gy[2], fn[2], gn[2], a[2], b[2];
} path_constant;

typedef struct path_step {
    uint32_t feature;
    int32_t yes, no; /* steps; -1: a leaf */
    int32_t before;  /* edge of the same feature further up: 2 · step + (1 for its no side); -1: none */
    double share_y, share_n, a_failed; /* f and a for rows that fail further up */
} path_step;

typedef struct path_tree {
    const path_step *steps;
    const path_constant *constants; /* [step][quadrature] */
    const split *const *splits;     /* [step] */
    uint32_t count;
    int quadrature;
} path_tree;

/* For interactions: h = (o - z) / factor of an edge, by o. */
typedef struct pair_edge {
    double f[2], h[2]; /* by whether the row still meets all splits of the feature on the path */
    double share;
} pair_edge;

typedef struct pair_tree {
    path_tree tree;
    const pair_edge *edges; /* [2 · step + side][quadrature] */
    const double *leaves;   /* [2 · step + side]; of sides that are leaves */
    const double *weights;  /* of the quadrature */
} pair_tree;

typedef struct kernels {
    const char *name;
    /* Conditions of all splits of a tree over a block: met[node]. */
    void (*conditions)(const compiled_tree *t, row_block rows, uint64_t *met);
    /* sums[row] += leaf of each row of the block. `scratch`: node_count words. */
    void (*predict)(const compiled_tree *t, row_block rows, uint64_t *scratch, double *sums);
    /* Conditions of steps over a block, that of an edge and all edges of its feature above it: met[2 · step + side]. */
    void (*paths)(const path_tree *t, row_block rows, uint64_t *met);
    /* sums[8-row group of the block][feature][8] += values of one tree for a block. */
    void (*path_values)(const path_tree *t, const uint64_t *met, size_t groups, size_t features, double *sums);
    /* sums[feature][feature][8] += interactions, and on the diagonal the values, of the 8 rows of one group. */
    void (*pair_values)(const pair_tree *t, const uint64_t *met, size_t group, size_t features, double *sums);
    /* patterns[row] of a block: bit i is bit `row` of conditions[i]; at most 16 conditions. */
    void (*patterns)(const uint64_t *conditions, int count, uint16_t *patterns);
    /* sums[i] += weights[i] where bit i of the words is set. */
    void (*masked_add)(const uint64_t *mask, const double *weights, size_t words, double *sums);
} kernels;

extern const kernels kernels_portable, kernels_avx2, kernels_avx512; /* the latter two on x86 only */
const kernels *kernels_named(const char *name); /* NULL: the best of this machine; NULL when it cannot */

#endif
