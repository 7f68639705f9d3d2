/* What holds of every model, whoever made it. */
#include "engine/model/build.h"

enum { UNREACHED = 255 };

typedef struct check {
    arena *arena;
    const model *model;
    uint8_t *depths; /* of the nodes of the tree at hand */
} check;

__attribute__((format(printf, 2, 3))) static error wrong(const check *c, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    text message = text_format_list(c->arena, format, arguments);
    va_end(arguments);
    return fail(c->arena, INVALID, "", "The model is not sound: %.*s.", PRINT(message));
}

/* ------------------------------------------------------------------ trees */

static error check_leaf(const check *c, size_t t, uint32_t i)
{
    const tree_node *n = &c->model->trees[t].nodes[i];
    if (n->no) return wrong(c, "tree %zu, node %u has one child only", t, i);
    if (!isfinite(n->value)) return wrong(c, "tree %zu, node %u: its value is not a finite number", t, i);
    return OK;
}

static error reach(const check *c, size_t t, uint32_t from, uint32_t to)
{
    const tree *here = &c->model->trees[t];
    if (to <= from || to >= here->node_count)
        return wrong(c, "tree %zu, node %u: child %u is not behind it", t, from, to);
    if (c->depths[to] != UNREACHED) return wrong(c, "tree %zu, node %u: child %u has two parents", t, from, to);
    if (c->depths[from] == MODEL_MOST_DEPTH) return wrong(c, "tree %zu is deeper than %d", t, MODEL_MOST_DEPTH);
    c->depths[to] = (uint8_t)(c->depths[from] + 1);
    return OK;
}

static error check_split(const check *c, size_t t, uint32_t i)
{
    const tree_node *n = &c->model->trees[t].nodes[i];
    if (n->feature >= c->model->feature_count)
        return wrong(c, "tree %zu, node %u: feature %u of %zu", t, i, n->feature, c->model->feature_count);
    if (n->category_set > c->model->set_count)
        return wrong(c, "tree %zu, node %u: category set %u of %zu", t, i, n->category_set, c->model->set_count);
    if (!n->category_set && isnan(n->threshold)) return wrong(c, "tree %zu, node %u: its threshold is no number", t, i);
    TRY(reach(c, t, i, n->yes));
    return reach(c, t, i, n->no);
}

static error check_tree(const check *c, size_t t)
{
    const tree *here = &c->model->trees[t];
    if (here->node_count == 0) return wrong(c, "tree %zu has no nodes", t);
    if (here->output >= c->model->output_count)
        return wrong(c, "tree %zu: output %u of %zu", t, here->output, c->model->output_count);
    memset(c->depths, UNREACHED, here->node_count);
    c->depths[0] = 0;
    uint32_t leaves = 0, depth = 0;
    for (uint32_t i = 0; i < here->node_count; i++) {
        const tree_node *n = &here->nodes[i];
        if (c->depths[i] == UNREACHED) return wrong(c, "tree %zu, node %u is nobody's child", t, i);
        if (!isfinite(n->cover) || n->cover < 0) return wrong(c, "tree %zu, node %u: a cover of %g", t, i, n->cover);
        if (c->depths[i] > depth) depth = c->depths[i];
        leaves += !n->yes;
        TRY(n->yes ? check_split(c, t, i) : check_leaf(c, t, i));
    }
    if (leaves != here->leaf_count || depth != here->depth)
        return wrong(c, "tree %zu: another count of leaves or depth", t);
    return OK;
}

static error check_trees(check *c)
{
    const model *m = c->model;
    size_t most = 0;
    for (size_t t = 0; t < m->tree_count; t++)
        if (m->trees[t].node_count > most) most = m->trees[t].node_count;
    c->depths = ARENA_ARRAY(c->arena, most, uint8_t);
    for (size_t t = 0; t < m->tree_count; t++) TRY(check_tree(c, t));
    for (size_t s = 0; s < m->set_count; s++)
        if (m->sets[s].count > MODEL_MOST_CATEGORIES) return wrong(c, "category set %zu is too large", s);
    return OK;
}

/* ------------------------------------------------------------------ the rest */

static error check_finite(const check *c, const char *what, const double *values, size_t count)
{
    for (size_t i = 0; values && i < count; i++)
        if (!isfinite(values[i])) return wrong(c, "%s %zu is not a finite number", what, i);
    return OK;
}

static error check_text(const check *c, const char *what, text t)
{
    if (!text_is(t) || text_valid_utf8(t)) return OK;
    return wrong(c, "%s is not UTF-8", what);
}

static error check_features(const check *c)
{
    const model *m = c->model;
    for (size_t f = 0; f < m->feature_count; f++) {
        const model_feature *feature = &m->features[f];
        TRY(check_text(c, "a feature's name", feature->name));
        if (!text_is(feature->name)) return wrong(c, "feature %zu has no name", f);
        if (feature->category_count > MODEL_MOST_CATEGORIES) return wrong(c, "feature %zu has too many categories", f);
        for (size_t k = 0; k < feature->category_count; k++) TRY(check_text(c, "a category", feature->categories[k]));
    }
    for (size_t k = 0; k < m->class_count; k++) TRY(check_text(c, "a class", m->classes[k]));
    return check_text(c, "the objective", m->objective);
}

static error check_shape(const check *c)
{
    const model *m = c->model;
    if (m->feature_count == 0 || m->feature_count > MODEL_MOST_FEATURES)
        return wrong(c, "it has %zu features; 1 to %d are allowed", m->feature_count, MODEL_MOST_FEATURES);
    if (m->output_count == 0 || m->output_count > MODEL_MOST_OUTPUTS)
        return wrong(c, "it has %zu outputs; 1 to %d are allowed", m->output_count, MODEL_MOST_OUTPUTS);
    size_t classes = m->output_count == 1 ? 2 : m->output_count;
    if (m->class_count && m->class_count != classes)
        return wrong(c, "it names %zu classes; its outputs are of %zu", m->class_count, classes);
    return OK;
}

error model_check(arena *a, const model *m)
{
    check c = { .arena = a, .model = m };
    TRY(check_shape(&c));
    TRY(check_features(&c));
    TRY(check_finite(&c, "base value", m->base, m->output_count));
    if (m->kind == MODEL_TREES) return check_trees(&c);
    TRY(check_finite(&c, "weight", m->weights, m->output_count * m->feature_count));
    for (size_t f = 0; m->category_weights && f < m->feature_count; f++)
        TRY(check_finite(&c, "category weight", m->category_weights[f],
                         m->output_count * m->features[f].category_count));
    TRY(check_finite(&c, "center", m->center, m->feature_count));
    return check_finite(&c, "scale", m->scale, m->feature_count);
}
