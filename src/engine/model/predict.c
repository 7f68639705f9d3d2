#include "engine/model/model.h"

static void apply_softmax(double *margins, size_t count)
{
    double most = margins[0], sum = 0;
    for (size_t o = 1; o < count; o++) most = fmax(most, margins[o]);
    for (size_t o = 0; o < count; o++) sum += margins[o] = exp(margins[o] - most);
    for (size_t o = 0; o < count; o++) margins[o] /= sum;
}

void model_link_apply(const model *m, double *margins)
{
    switch (m->link) {
    case LINK_IDENTITY:
        return;
    case LINK_LOGISTIC:
        for (size_t o = 0; o < m->output_count; o++) margins[o] = 1 / (1 + exp(-margins[o]));
        return;
    case LINK_SOFTMAX:
        apply_softmax(margins, m->output_count);
        return;
    case LINK_EXP:
        for (size_t o = 0; o < m->output_count; o++) margins[o] = exp(margins[o]);
        return;
    }
}

static double leaf_value(const model *m, const tree *t, const double *x)
{
    const tree_node *n = t->nodes;
    while (n->yes) n = t->nodes + (tree_node_yes(m, n, x[n->feature]) ? n->yes : n->no);
    return n->value;
}

static void add_linear(const model *m, const double *x, double *margins)
{
    for (size_t o = 0; o < m->output_count; o++)
        for (size_t f = 0; f < m->feature_count; f++) margins[o] += model_linear_term(m, o, f, x[f]);
}

void model_predict(const model *m, const matrix *rows, model_output output, double *out)
{
    for (size_t row = 0; row < rows->rows; row++) {
        const double *x = matrix_row(rows, row);
        double *margins = out + row * m->output_count;
        memcpy(margins, m->base, m->output_count * sizeof *margins);
        for (size_t t = 0; t < m->tree_count; t++) margins[m->trees[t].output] += leaf_value(m, &m->trees[t], x);
        if (m->kind == MODEL_LINEAR) add_linear(m, x, margins);
        if (output == OUTPUT_PROBABILITY) model_link_apply(m, margins);
    }
}
