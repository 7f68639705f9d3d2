/* TreeEnsembleClassifier and TreeEnsembleRegressor, ai.onnx.ml 1 to 3. Their nodes lie in parallel lists over all
 * trees; what a leaf adds to which class or target stands in lists of its own. */
#include "engine/model/onnx.h"

#include <stdlib.h>

/* One entry of what leaves add. */
typedef struct weight {
    size_t tree;
    uint32_t node;   /* within its tree */
    uint32_t target; /* class or target */
    double value;
} weight;

typedef struct node_id {
    int64_t id;
    uint32_t index; /* within its tree */
} node_id;

/* A tree's nodes: so many of the lists' entries from `first` on. */
typedef struct span {
    int64_t id;
    size_t first, count, order; /* order: as listed */
} span;

typedef struct ensemble {
    onnx_file *file;
    const Onnx__NodeProto *node;
    const onnx_columns *columns;
    number_list tree_ids, node_ids, features, yes, no, values, missing, covers;
    const Onnx__AttributeProto *modes;
    number_list target_trees, target_nodes, target_ids, target_weights, base;
    node_id *ids; /* of all nodes, sorted within each tree */
    span *spans;  /* by the tree's id */
    size_t span_count;
    weight *weights;
    tree_node *raw;
    bool has_covers;
    bool is_classifier;
    size_t target_count;
    text transform;
} ensemble;

__attribute__((format(printf, 2, 3))) static error wrong(const ensemble *e, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    text message = text_format_list(e->file->build->scratch, format, arguments);
    va_end(arguments);
    return onnx_fail(e->file, e->node, "%.*s", PRINT(message));
}

/* ------------------------------------------------------------------ lists */

static error take_lists(ensemble *e)
{
    bool c = e->is_classifier;
    const struct {
        const char *name;
        number_list *list;
    } lists[] = {
        { "nodes_treeids", &e->tree_ids },
        { "nodes_nodeids", &e->node_ids },
        { "nodes_featureids", &e->features },
        { "nodes_truenodeids", &e->yes },
        { "nodes_falsenodeids", &e->no },
        { "nodes_values", &e->values },
        { "nodes_missing_value_tracks_true", &e->missing },
        { "nodes_hitrates", &e->covers },
        { "base_values", &e->base },
        { c ? "class_treeids" : "target_treeids", &e->target_trees },
        { c ? "class_nodeids" : "target_nodeids", &e->target_nodes },
        { c ? "class_ids" : "target_ids", &e->target_ids },
        { c ? "class_weights" : "target_weights", &e->target_weights },
    };
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        TRY(onnx_attribute_numbers(e->file, e->node, lists[i].name, lists[i].list));
    e->modes = onnx_attribute(e->node, "nodes_modes");
    e->transform = onnx_attribute_text(e->node, "post_transform", TEXT("NONE"));
    return OK;
}

static error check_lists(const ensemble *e)
{
    size_t count = e->node_ids.count, weights = e->target_ids.count;
    const number_list *all[] = { &e->tree_ids, &e->features, &e->yes, &e->no, &e->values };
    if (!count || count > UINT32_MAX / 2) return wrong(e, "%zu nodes.", count);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i]->count != count)
            return wrong(e, "its nodes_… lists have %zu and %zu entries.", all[i]->count, count);
    if (!e->modes || e->modes->n_strings != count) return wrong(e, "nodes_modes does not have %zu entries.", count);
    if (e->missing.count && e->missing.count != count)
        return wrong(e, "nodes_missing_value_tracks_true has %zu entries for %zu nodes.", e->missing.count, count);
    if (e->target_trees.count != weights || e->target_nodes.count != weights || e->target_weights.count != weights)
        return wrong(e, "what its leaves add is listed with different lengths.");
    return OK;
}

/* ------------------------------------------------------------------ who is who */

static int compare_ids(const void *left, const void *right)
{
    const node_id *a = left, *b = right;
    return (a->id > b->id) - (a->id < b->id);
}

static int compare_spans(const void *left, const void *right)
{
    const span *a = left, *b = right;
    return (a->id > b->id) - (a->id < b->id);
}

static bool is_whole(double value)
{
    return value >= 0 && value <= 0x1p53 && value == floor(value);
}

/* The nodes of a tree stand together; the first one is its root. */
static error find_trees(ensemble *e)
{
    arena *scratch = e->file->build->scratch;
    size_t count = e->node_ids.count, trees = 1;
    for (size_t i = 1; i < count; i++) trees += e->tree_ids.items[i] != e->tree_ids.items[i - 1];
    if (trees > e->file->build->limits.trees) return wrong(e, "more than %zu trees.", e->file->build->limits.trees);
    e->spans = ARENA_ARRAY(scratch, trees, span);
    e->ids = ARENA_ARRAY(scratch, count, node_id);
    for (size_t i = 0; i < count; i++) {
        if (!is_whole(e->tree_ids.items[i]) || !is_whole(e->node_ids.items[i]))
            return wrong(e, "node %zu: its numbers are not whole.", i);
        if (i == 0 || e->tree_ids.items[i] != e->tree_ids.items[i - 1]) {
            e->spans[e->span_count] = (span){ .id = (int64_t)e->tree_ids.items[i], .first = i, .order = e->span_count };
            e->span_count++;
        }
        span *s = &e->spans[e->span_count - 1];
        e->ids[i] = (node_id){ .id = (int64_t)e->node_ids.items[i], .index = (uint32_t)s->count++ };
    }
    for (size_t t = 0; t < trees; t++)
        qsort(e->ids + e->spans[t].first, e->spans[t].count, sizeof *e->ids, compare_ids);
    qsort(e->spans, trees, sizeof *e->spans, compare_spans);
    for (size_t t = 1; t < trees; t++)
        if (e->spans[t].id == e->spans[t - 1].id) return wrong(e, "the nodes of tree %zu do not stand together.", t);
    for (size_t t = 0; t < trees; t++)
        for (size_t i = 1; i < e->spans[t].count; i++)
            if (e->ids[e->spans[t].first + i].id == e->ids[e->spans[t].first + i - 1].id)
                return wrong(e, "two nodes of tree %zu have the same number.", t);
    return OK;
}

static const span *span_of(const ensemble *e, double tree_id)
{
    span wanted = { .id = is_whole(tree_id) ? (int64_t)tree_id : -1 };
    return bsearch(&wanted, e->spans, e->span_count, sizeof wanted, compare_spans);
}

static error index_of(const ensemble *e, const span *s, double id, uint32_t *out)
{
    node_id wanted = { .id = is_whole(id) ? (int64_t)id : -1 };
    const node_id *found = bsearch(&wanted, e->ids + s->first, s->count, sizeof wanted, compare_ids);
    if (!found) return wrong(e, "tree %lld has no node %g.", (long long)s->id, id);
    *out = found->index;
    return OK;
}

/* ------------------------------------------------------------------ nodes */

typedef struct mode {
    const char *name;
    bool at_most, is_turned; /* is_turned: the true branch is that of the greater values */
} mode;

static error mode_of(const ensemble *e, size_t i, const mode **out)
{
    static const mode modes[] = { { "BRANCH_LEQ", true, false },
                                  { "BRANCH_LT", false, false },
                                  { "BRANCH_GTE", false, true },
                                  { "BRANCH_GT", true, true } };
    text name = { (const char *)e->modes->strings[i].data, e->modes->strings[i].len };
    *out = NULL;
    if (text_equal_string(name, "LEAF")) return OK;
    for (size_t k = 0; k < sizeof modes / sizeof *modes; k++) {
        *out = &modes[k];
        if (text_equal_string(name, modes[k].name)) return OK;
    }
    return wrong(e, "the node mode \"%.*s\" is not supported.", PRINT(name));
}

static error set_node(const ensemble *e, const span *s, size_t i, tree_node *n)
{
    const mode *m = NULL;
    TRY(mode_of(e, i, &m));
    if (e->has_covers) n->cover = e->covers.items[i];
    if (!m) return OK;
    double feature = e->features.items[i];
    if (!is_whole(feature) || feature >= MODEL_MOST_FEATURES) return wrong(e, "node %zu: feature %g.", i, feature);
    if (isnan(e->values.items[i])) return wrong(e, "node %zu: its value is not a number.", i);
    uint32_t yes = 0, no = 0;
    bool is_flipped;
    TRY(index_of(e, s, e->yes.items[i], &yes));
    TRY(index_of(e, s, e->no.items[i], &no));
    if (!yes || !no) return wrong(e, "tree %lld: its root is the child of a node.", (long long)s->id);
    TRY(onnx_fold_threshold(e->file, e->node, e->columns, (size_t)feature, e->values.items[i], m->at_most,
                            &n->threshold, &is_flipped));
    bool tracks_true = e->missing.count && e->missing.items[i] != 0, is_turned = m->is_turned != is_flipped;
    n->feature = (uint32_t)feature;
    n->yes = is_turned ? no : yes;
    n->no = is_turned ? yes : no;
    n->missing_yes = tracks_true != is_turned;
    return OK;
}

/* Converters that know no covers write ones. Covers are those whose children add up to their parent. */
static bool covers_add_up(const ensemble *e, const span *s)
{
    if (e->covers.count != e->node_ids.count) return false;
    const double *covers = e->covers.items + s->first;
    if (!(covers[0] > 0)) return false;
    for (size_t i = 0; i < s->count; i++) {
        const mode *m = NULL;
        uint32_t yes = 0, no = 0;
        if (!isfinite(covers[i]) || covers[i] < 0) return false;
        if (mode_of(e, s->first + i, &m)) return false;
        if (!m) continue;
        if (index_of(e, s, e->yes.items[s->first + i], &yes) || index_of(e, s, e->no.items[s->first + i], &no))
            return false;
        if (fabs(covers[yes] + covers[no] - covers[i]) > 1e-3 * covers[i]) return false;
    }
    return true;
}

/* ------------------------------------------------------------------ what leaves add */

static int compare_weights(const void *left, const void *right)
{
    const weight *a = left, *b = right;
    if (a->tree != b->tree) return a->tree < b->tree ? -1 : 1;
    return (a->target > b->target) - (a->target < b->target);
}

static error take_weights(ensemble *e)
{
    size_t count = e->target_ids.count;
    e->weights = ARENA_ARRAY(e->file->build->scratch, count, weight);
    for (size_t i = 0; i < count; i++) {
        const span *s = span_of(e, e->target_trees.items[i]);
        const mode *m = NULL;
        double target = e->target_ids.items[i];
        if (!s) return wrong(e, "there is no tree %g.", e->target_trees.items[i]);
        if (!is_whole(target) || target >= (double)e->target_count)
            return wrong(e, "class or target %g of %zu.", target, e->target_count);
        e->weights[i] = (weight){ .tree = s->order, .target = (uint32_t)target, .value = e->target_weights.items[i] };
        TRY(index_of(e, s, e->target_nodes.items[i], &e->weights[i].node));
        TRY(mode_of(e, s->first + e->weights[i].node, &m));
        if (m)
            return wrong(e, "node %u of tree %lld adds something, but is no leaf.", e->weights[i].node,
                         (long long)s->id);
    }
    qsort(e->weights, count, sizeof *e->weights, compare_weights);
    return OK;
}

/* ------------------------------------------------------------------ trees */

/* One tree of the inner form for each target that the leaves add to. */
static error add_trees(const ensemble *e, const span *s, const weight *weights, size_t count)
{
    size_t targets = 0;
    for (size_t i = 0; i < count; i++) targets += i == 0 || weights[i].target != weights[i - 1].target;
    if (targets > 1 && (targets - 1) * s->count > 8 * count + 1024)
        return wrong(e, "tree %lld adds to %zu targets, but names few values for them.", (long long)s->id, targets);
    for (size_t i = 0; i < count;) {
        uint32_t target = weights[i].target;
        for (uint32_t k = 0; k < s->count; k++) e->raw[k].value = 0;
        for (; i < count && weights[i].target == target; i++) e->raw[weights[i].node].value += weights[i].value;
        TRY(build_tree(e->file->build, e->raw, s->count, target));
    }
    return OK;
}

static int compare_order(const void *left, const void *right)
{
    const span *a = left, *b = right;
    return (a->order > b->order) - (a->order < b->order);
}

static error make_trees(ensemble *e)
{
    size_t most = 0, weight_count = e->target_ids.count;
    e->has_covers = true;
    for (size_t t = 0; t < e->span_count; t++) {
        if (e->spans[t].count > most) most = e->spans[t].count;
        e->has_covers = e->has_covers && covers_add_up(e, &e->spans[t]);
    }
    e->raw = ARENA_ARRAY(e->file->build->scratch, most, tree_node);
    qsort(e->spans, e->span_count, sizeof *e->spans, compare_order);
    for (size_t t = 0, at = 0; t < e->span_count; t++) {
        const span *s = &e->spans[t];
        memset(e->raw, 0, s->count * sizeof *e->raw);
        for (size_t i = 0; i < s->count; i++) TRY(set_node(e, s, s->first + i, &e->raw[i]));
        size_t end = at;
        while (end < weight_count && e->weights[end].tree == t) end++;
        TRY(add_trees(e, s, e->weights + at, end - at));
        at = end;
    }
    return OK;
}

/* ------------------------------------------------------------------ the model */

static error set_aggregate(const ensemble *e, bool *is_average)
{
    text name = onnx_attribute_text(e->node, "aggregate_function", TEXT("SUM"));
    *is_average = text_equal_string(name, "AVERAGE");
    if (*is_average || text_equal_string(name, "SUM")) return OK;
    return wrong(e, "the aggregate_function %.*s is not supported.", PRINT(name));
}

static bool names_single_target(const ensemble *e, uint32_t *target)
{
    size_t count = e->target_ids.count;
    *target = count ? (uint32_t)e->target_ids.items[0] : 0;
    for (size_t i = 1; i < count; i++)
        if (e->target_ids.items[i] != e->target_ids.items[0]) return false;
    return count > 0;
}

static size_t columns_of(const ensemble *e)
{
    double most = 0;
    for (size_t i = 0; i < e->features.count; i++) most = fmax(most, e->features.items[i]);
    return e->columns->count ? e->columns->count : (size_t)most + 1;
}

error onnx_tree_ensemble(onnx_file *x, const Onnx__NodeProto *n, const onnx_columns *columns, bool is_classifier)
{
    ensemble e = { .file = x, .node = n, .columns = columns, .is_classifier = is_classifier };
    bool is_average;
    uint32_t target;
    if (is_classifier) TRY(onnx_classes(x, n, "classlabels_int64s"));
    int64_t targets = is_classifier ? (int64_t)x->model->class_count : onnx_attribute_integer(n, "n_targets", 1);
    if (targets < 1 || targets > MODEL_MOST_OUTPUTS) return wrong(&e, "%lld targets.", (long long)targets);
    e.target_count = (size_t)targets;
    TRY(take_lists(&e));
    TRY(check_lists(&e));
    TRY(set_aggregate(&e, &is_average));
    TRY(find_trees(&e));
    TRY(take_weights(&e));
    TRY(make_trees(&e));
    onnx_columns c = *columns;
    c.count = columns_of(&e);
    if (c.count > MODEL_MOST_FEATURES) return wrong(&e, "%zu features.", c.count);
    TRY(onnx_set_features(x, &c));
    if (is_average)
        for (size_t t = 0; t < x->build->tree_count; t++) build_scale_leaves(x->build, t, 1 / (double)e.span_count);
    x->model->has_covers = e.has_covers;
    x->model->type = is_average ? "FOREST" : NULL;
    bool single = names_single_target(&e, &target);
    onnx_outputs o = { .transform = e.transform,
                       .is_classifier = is_classifier,
                       .targets = e.target_count,
                       .file_trees = e.span_count,
                       .base = &e.base,
                       .only_target = single ? (int64_t)target : -1 };
    return onnx_set_outputs(x, n, &o);
}
