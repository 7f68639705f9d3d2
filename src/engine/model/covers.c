#include "engine/model/model.h"

static void count_row(const model *m, const tree *t, tree_node *nodes, const double *x)
{
    uint32_t at = 0;
    for (;;) {
        tree_node *n = &nodes[at];
        n->cover += 1;
        if (!n->yes) return;
        at = tree_node_yes(m, n, x[n->feature]) ? t->nodes[at].yes : t->nodes[at].no;
    }
}

static tree counted(arena *a, const model *m, const tree *t, const matrix *rows)
{
    tree_node *nodes = arena_copy(a, t->nodes, t->node_count * sizeof *nodes);
    for (uint32_t i = 0; i < t->node_count; i++) nodes[i].cover = 0;
    for (size_t row = 0; row < rows->rows; row++) count_row(m, t, nodes, matrix_row(rows, row));
    tree made = *t;
    made.nodes = nodes;
    return made;
}

error model_covers_from(arena *a, const model *m, const matrix *rows, const model **out)
{
    if (!rows->rows)
        return fail(a, INVALID, "",
                    "The model's file does not say how its training data spread over the trees; rows of such "
                    "data are needed.");
    model *made = arena_copy(a, m, sizeof *m);
    tree *trees = ARENA_ARRAY(a, m->tree_count, tree);
    for (size_t t = 0; t < m->tree_count; t++) trees[t] = counted(a, m, &m->trees[t], rows);
    made->trees = trees;
    made->has_covers = true;
    *out = made;
    return OK;
}
