#include "engine/model/xgboost.h"

/* ------------------------------------------------------------------ arrays */

static error take_parameters(xgboost_file *x)
{
    source *s = x->source;
    TRY(source_open(s, '{'));
    for (text key; source_key(s, &key);) {
        if (text_equal_string(key, "size_leaf_vector"))
            TRY(source_integer(s, 0, MODEL_MOST_OUTPUTS, &x->tree.leaf_size));
        else
            TRY(source_skip(s));
    }
    return source_closed(s);
}

static number_list *list_named(xgboost_tree *t, text key, bool *as_float)
{
    const struct {
        const char *name;
        number_list *list;
        bool as_float;
    } lists[] = {
        { "left_children", &t->left, false },
        { "right_children", &t->right, false },
        { "split_indices", &t->split_indices, false },
        { "split_conditions", &t->split_conditions, true },
        { "default_left", &t->default_left, false },
        { "split_type", &t->split_type, false },
        { "sum_hessian", &t->sum_hessian, true },
        { "base_weights", &t->base_weights, true },
        { "leaf_weights", &t->leaf_weights, true },
        { "categories", &t->categories, false },
        { "categories_nodes", &t->categories_nodes, false },
        { "categories_segments", &t->categories_segments, false },
        { "categories_sizes", &t->categories_sizes, false },
    };
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        if (text_equal_string(key, lists[i].name)) {
            *as_float = lists[i].as_float;
            return lists[i].list;
        }
    return NULL;
}

static void empty(xgboost_tree *t)
{
    t->left.count = t->right.count = t->split_indices.count = t->split_conditions.count = 0;
    t->default_left.count = t->split_type.count = t->sum_hessian.count = 0;
    t->base_weights.count = t->leaf_weights.count = 0;
    t->categories.count = t->categories_nodes.count = 0;
    t->categories_segments.count = t->categories_sizes.count = 0;
    t->leaf_size = 1;
}

static error take_arrays(xgboost_file *x)
{
    source *s = x->source;
    empty(&x->tree);
    TRY(source_open(s, '{'));
    for (text key; source_key(s, &key);) {
        bool as_float;
        number_list *list = list_named(&x->tree, key, &as_float);
        if (text_equal_string(key, "tree_param"))
            TRY(take_parameters(x));
        else
            TRY(list ? source_numbers(s, as_float, list) : source_skip(s));
    }
    TRY(source_closed(s));
    if (x->tree.leaf_size == 0) x->tree.leaf_size = 1; /* 1.x wrote 0 for one */
    return OK;
}

/* ------------------------------------------------------------------ nodes */

static error check_counts(const xgboost_file *x)
{
    const xgboost_tree *t = &x->tree;
    size_t count = t->left.count;
    const struct {
        const char *name;
        size_t count;
        bool may_lack;
    } lists[] = {
        { "right_children", t->right.count, false },
        { "split_indices", t->split_indices.count, false },
        { "split_conditions", t->split_conditions.count, false },
        { "default_left", t->default_left.count, false },
        { "split_type", t->split_type.count, true },
        { "sum_hessian", t->sum_hessian.count, true },
    };
    if (!count) return source_fail(x->source, "a tree without left_children.");
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        if (lists[i].count != count && !(lists[i].may_lack && lists[i].count == 0))
            return source_fail(x->source, "%s has %zu numbers, left_children has %zu.", lists[i].name, lists[i].count,
                               count);
    return OK;
}

static bool is_index(double value, size_t below)
{
    return value >= 0 && value < (double)below && value == floor(value);
}

static bool is_category_split(const xgboost_tree *t, size_t i)
{
    return t->split_type.count && t->split_type.items[i] == 1;
}

static error set_split(const xgboost_file *x, size_t i, tree_node *n)
{
    const xgboost_tree *t = &x->tree;
    double left = t->left.items[i], right = t->right.items[i], feature = t->split_indices.items[i];
    if (!is_index(left, t->left.count) || !is_index(right, t->left.count))
        return source_fail(x->source, "node %zu: children %g and %g of %zu nodes.", i, left, right, t->left.count);
    if (left == 0 || right == 0) return source_fail(x->source, "node %zu: the root is nobody's child.", i);
    if (!is_index(feature, MODEL_MOST_FEATURES)) return source_fail(x->source, "node %zu: feature %g.", i, feature);
    bool default_left = t->default_left.items[i] != 0, by_category = is_category_split(t, i);
    n->feature = (uint32_t)feature;
    /* Listed categories go to the right. */
    n->yes = (uint32_t)(by_category ? right : left);
    n->no = (uint32_t)(by_category ? left : right);
    n->missing_yes = default_left != by_category;
    if (by_category) return OK;
    float condition = (float)t->split_conditions.items[i];
    if (isnan(condition)) return source_fail(x->source, "node %zu: its condition is not a number.", i);
    n->threshold = model_threshold_below_float(condition);
    return OK;
}

static error set_cover(const xgboost_file *x, size_t i, tree_node *n)
{
    const xgboost_tree *t = &x->tree;
    n->cover = t->sum_hessian.count ? t->sum_hessian.items[i] : 0;
    if (isfinite(n->cover) && n->cover >= 0) return OK;
    return source_fail(x->source, "node %zu: a sum of hessians of %g.", i, n->cover);
}

/* The sets of the nodes that split by category. */
static error set_categories(xgboost_file *x)
{
    const xgboost_tree *t = &x->tree;
    size_t count = t->categories_nodes.count;
    if (t->categories_segments.count != count || t->categories_sizes.count != count)
        return source_fail(x->source, "categories_nodes, categories_segments and categories_sizes differ in length.");
    for (size_t k = 0; k < count; k++) {
        double node = t->categories_nodes.items[k], start = t->categories_segments.items[k];
        double size = t->categories_sizes.items[k];
        if (!is_index(node, t->left.count) || !is_category_split(t, (size_t)node))
            return source_fail(x->source, "categories_nodes[%zu]: %g is no node that splits by category.", k, node);
        if (!is_index(start, t->categories.count + 1) || !is_index(size, t->categories.count + 1) ||
            start + size > (double)t->categories.count)
            return source_fail(x->source, "categories_segments[%zu] goes beyond the %zu categories.", k,
                               t->categories.count);
        tree_node *n = &x->tree.raw[(size_t)node];
        TRY(build_set(x->build, t->categories.items + (size_t)start, (size_t)size, &n->category_set));
    }
    for (size_t i = 0; i < t->left.count; i++)
        if (is_category_split(t, i) && t->left.items[i] != -1 && !t->raw[i].category_set)
            return source_fail(x->source, "node %zu splits by category, but lists none.", i);
    return OK;
}

static error make_raw(xgboost_file *x)
{
    xgboost_tree *t = &x->tree;
    size_t count = t->left.count;
    if (count > t->raw_capacity) {
        t->raw = ARENA_ARRAY(x->build->scratch, count, tree_node);
        t->raw_capacity = count;
    }
    memset(t->raw, 0, count * sizeof *t->raw);
    for (size_t i = 0; i < count; i++) {
        TRY(set_cover(x, i, &t->raw[i]));
        if (t->left.items[i] != -1) TRY(set_split(x, i, &t->raw[i]));
    }
    return set_categories(x);
}

/* ------------------------------------------------------------------ leaves */

/* Where the values of a leaf stand: in split_conditions when it has one; else, by its index on the right, among the
 * leaf_weights (since 3.1), or before that among the base_weights of all nodes. */
static error leaf_values(const xgboost_file *x, size_t node, const double **out)
{
    const xgboost_tree *t = &x->tree;
    size_t size = (size_t)t->leaf_size;
    const number_list *values = t->leaf_weights.count ? &t->leaf_weights : &t->base_weights;
    double at = t->leaf_weights.count ? t->right.items[node] : (double)node;
    if (size == 1) {
        *out = &t->split_conditions.items[node];
        return OK;
    }
    if (!is_index(at, values->count / size)) return source_fail(x->source, "node %zu: a leaf without values.", node);
    *out = values->items + (size_t)at * size;
    return OK;
}

static error set_leaves(xgboost_file *x, size_t target)
{
    const xgboost_tree *t = &x->tree;
    for (size_t i = 0; i < t->left.count; i++) {
        if (t->left.items[i] != -1) continue;
        const double *values = NULL;
        TRY(leaf_values(x, i, &values));
        t->raw[i].value = values[target];
    }
    return OK;
}

/* Outputs and weights of DART stand elsewhere in the file: they are set at the end. */
error xgboost_take_tree(xgboost_file *x)
{
    TRY(take_arrays(x));
    TRY(check_counts(x));
    TRY(make_raw(x));
    for (size_t target = 0; target < (size_t)x->tree.leaf_size; target++) {
        TRY(set_leaves(x, target));
        TRY(build_tree(x->build, x->tree.raw, x->tree.left.count, (uint32_t)target));
    }
    return OK;
}
