/* What interventional values and coalitions share: a tree's leaves with the conditions that lead to them, over blocks
 * of rows, and the patterns of conditions that rows meet. */
#ifndef AIC_ENGINE_TREES_INTERVENTIONAL_H
#define AIC_ENGINE_TREES_INTERVENTIONAL_H

#include "engine/trees/kernels.h"

typedef struct leaf_path {
    double value;
    int length;                         /* different features on the path */
    uint32_t feature[MODEL_MOST_DEPTH]; /* of slot i */
    uint32_t edge[MODEL_MOST_DEPTH];    /* the feature's last edge: its bit is the conjunction of all its conditions */
} leaf_path;

/* A tree's steps and leaves, without constants. */
typedef struct leaf_tree {
    path_tree tree;
    leaf_path *leaves;
    size_t leaf_count;
} leaf_tree;
leaf_tree leaf_tree_of(arena *a, const compiled_tree *t, int32_t *last_edge);

/* met[block][edge] of all blocks. */
uint64_t *leaf_conditions(arena *a, const forest *f, const leaf_tree *t, const binned_rows *bins);
/* Pattern of each row (padded to whole blocks): bit i tells whether it meets what slot i asks. */
void leaf_patterns(const forest *f, const leaf_tree *t, const leaf_path *leaf, const uint64_t *met, size_t blocks,
                   uint16_t *patterns);
void leaf_long_patterns(const leaf_tree *t, const leaf_path *leaf, const uint64_t *met, size_t blocks,
                        uint64_t *patterns);

enum { DENSE_MOST = 14 }; /* conditions of a leaf whose patterns have a table: 2^14 entries */

#endif
