/* How an ensemble's sums become scores. For two classes ONNX Runtime, which everybody runs these files with, has rules
 * of its own; what is read here is what it computes, and what it computes inconsistently is refused. */
#include "engine/model/onnx.h"

static error find_link(const onnx_file *x, const Onnx__NodeProto *n, const onnx_outputs *o, model_link *out)
{
    if (text_equal_string(o->transform, "NONE"))
        *out = LINK_IDENTITY;
    else if (text_equal_string(o->transform, "LOGISTIC"))
        *out = LINK_LOGISTIC;
    else if (text_equal_string(o->transform, "SOFTMAX"))
        *out = LINK_SOFTMAX;
    else
        return onnx_fail(x, n, "the post_transform %.*s is not supported.", PRINT(o->transform));
    return OK;
}

/* Trees of one target only, or of all but one. */
static void keep_trees(build *b, uint32_t target, uint32_t as)
{
    size_t kept = 0;
    for (size_t t = 0; t < b->tree_count; t++) {
        if (b->trees[t].output != target) continue;
        b->trees[kept] = b->trees[t];
        b->trees[kept++].output = as;
    }
    b->tree_count = kept;
}

/* All leaves add to one class, and the sum is the second one's score. */
static error set_single(onnx_file *x, const Onnx__NodeProto *n, const onnx_outputs *o, double *base)
{
    model *m = x->model;
    size_t given = o->base->count;
    if (m->link == LINK_SOFTMAX && o->only_target == 0)
        return onnx_fail(x, n, "SOFTMAX over the sum of a single class is not supported.");
    if (given > 1 || (given == 1 && o->only_target == 1))
        return onnx_fail(x, n, "%zu base values for the sum of a single class are not supported.", given);
    if (given) *base = o->base->items[0];
    keep_trees(x->build, (uint32_t)o->only_target, 0);
    if (m->link == LINK_SOFTMAX) m->link = LINK_LOGISTIC; /* against a first class of 0 */
    return OK;
}

/* Both classes have sums. NONE and LOGISTIC take the second's alone, SOFTMAX by how much it is above the first's. */
static error set_pair(onnx_file *x, const Onnx__NodeProto *n, const onnx_outputs *o)
{
    model *m = x->model;
    for (size_t i = 0; i < o->base->count; i++)
        if (o->base->items[i] != 0) return onnx_fail(x, n, "base values for two classes with sums of their own.");
    if (m->link != LINK_SOFTMAX) {
        keep_trees(x->build, 1, 0);
        return OK;
    }
    m->link = LINK_LOGISTIC;
    for (size_t t = 0; t < x->build->tree_count; t++) {
        if (x->build->trees[t].output == 0) build_scale_leaves(x->build, t, -1);
        x->build->trees[t].output = 0;
    }
    return OK;
}

static error set_several(const onnx_file *x, const Onnx__NodeProto *n, const onnx_outputs *o, double *base)
{
    if (o->base->count && o->base->count != o->targets)
        return onnx_fail(x, n, "%zu base values for %zu outputs.", o->base->count, o->targets);
    for (size_t i = 0; i < o->base->count; i++) base[i] = o->base->items[i];
    return OK;
}

error onnx_set_outputs(onnx_file *x, const Onnx__NodeProto *n, const onnx_outputs *o)
{
    model *m = x->model;
    bool is_pair = o->is_classifier && o->targets == 2;
    TRY(find_link(x, n, o, &m->link));
    m->output_count = is_pair ? 1 : o->targets;
    double *base = ARENA_ARRAY(x->build->kept, m->output_count, double);
    x->is_normalized = o->is_classifier && (is_pair || m->link == LINK_SOFTMAX);
    if (is_pair)
        TRY(o->only_target >= 0 ? set_single(x, n, o, base) : set_pair(x, n, o));
    else
        TRY(set_several(x, n, o, base));
    if (m->output_count == 1 && m->link == LINK_SOFTMAX)
        return onnx_fail(x, n, "SOFTMAX over a single output is not supported.");
    m->base = base;
    m->is_probability = o->is_classifier;
    build_take(x->build, m);
    bool adds_up = m->link != LINK_IDENTITY || o->base->count > 0;
    if (o->file_trees == 1)
        m->type = "TREE";
    else if (!m->type)
        m->type = adds_up ? "GBDT" : "FOREST";
    return OK;
}
