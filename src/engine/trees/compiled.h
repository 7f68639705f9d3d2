/* What forest_new makes of a model's trees; the rooms' own business.
 *
 * Nodes lie in preorder, `yes` child first, so that a walk is a loop and a subtree can be skipped. Rows come in blocks
 * of 64: a condition of a split over a block is one 64-bit word, and most of the work is and-ing such words. */
#ifndef AIC_ENGINE_TREES_COMPILED_H
#define AIC_ENGINE_TREES_COMPILED_H

#include "engine/trees/forest.h"

enum {
    BLOCK = 64,        /* rows whose conditions are one word */
    LANES = 8,         /* rows computed together: doubles of the widest register */
    MOST_BINS = 65535, /* of one feature */
    MOST_QUADRATURE = MODEL_MOST_DEPTH / 2
};

/* Bin 0 is missing; numeric: bin k + 1 holds the values above cuts[k - 1] and at most cuts[k]; category: bin 1 is any
 * value that no set lists, bin c + 2 is category c. */
typedef struct feature_bins {
    const double *cuts;
    uint32_t cut_count;
    uint32_t categories;    /* > 0: a category feature */
    bool zero_is_missing;   /* |x| <= MODEL_ZERO is bin 0 */
    const uint16_t *starts; /* into cuts, by cell of an even grid over them: where the search begins */
    double first, cells_per_unit;
} feature_bins;

enum { GRID_CELLS = 512 };

typedef struct split {
    uint32_t feature;
    uint32_t after;       /* index of the node behind this node's subtree */
    uint32_t no;          /* index of that child; the other one is the next node. 0: a leaf */
    uint16_t high;        /* yes: bin <= high, and not missing where `refused` says so */
    uint64_t refused;     /* all bits: missing goes to no; none: to yes */
    const uint64_t *bins; /* a set: yes when bit `bin` is set; NULL: a range */
    uint32_t bin_count;   /* bits of the set; none beyond them is set */
} split;

typedef struct compiled_tree {
    const split *splits;
    const double *values;          /* [node], of leaves */
    const double *covers;          /* [node] */
    const uint32_t *inner, *outer; /* nodes that split, nodes that are leaves; in order */
    uint32_t node_count, leaf_count, depth, output;
    uint32_t features; /* most different ones on one path */
    double mean;       /* of the leaves by covers, the path-dependent expectation */
} compiled_tree;

/* Trees that share bins. There is one part unless a feature is split at more than MOST_BINS - 2 values. */
typedef struct forest_part {
    const feature_bins *features;
    const compiled_tree *trees;
    size_t tree_count;
} forest_part;

struct forest {
    const model *model;
    const forest_part *parts;
    size_t part_count;
    uint32_t most_nodes; /* of one tree */
    const struct kernels *run;
};

/* Rows as bins: [block][feature][64]; rows beyond the last are as missing. missing[block][feature]: which rows are in
 * bin 0. */
typedef struct binned_rows {
    uint16_t *bins;
    uint64_t *missing;
    size_t rows, blocks, features;
} binned_rows;
typedef struct row_block {
    const uint16_t *bins;
    const uint64_t *missing;
} row_block;
static inline row_block binned_block(const binned_rows *b, size_t block)
{
    return (row_block){ b->bins + block * b->features * BLOCK, b->missing + block * b->features };
}
binned_rows bin_rows(arena *a, const forest_part *part, const matrix *rows, size_t from, size_t count);

/* Nodes and weights of Gauss-Legendre quadrature on [0, 1]; exact for polynomials of degree 2 · count - 1. */
typedef struct quadrature {
    int count;
    double node[MOST_QUADRATURE], weight[MOST_QUADRATURE];
} quadrature;
double cover_share(const compiled_tree *t, uint32_t node, bool yes);
quadrature quadrature_of(int count);

#endif
