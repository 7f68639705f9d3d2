/* Linear models as products of matrices, as converters write them for float64. */
#include "engine/model/onnx.h"

error onnx_dense_start(onnx_file *x, const Onnx__NodeProto *n, const onnx_columns *columns,
                       const Onnx__TensorProto *constant)
{
    if (!constant || constant->n_dims != 2) return onnx_fail(x, n, "only columns times a constant matrix are read.");
    int64_t features = constant->dims[0], outputs = constant->dims[1];
    if (features < 1 || features > MODEL_MOST_FEATURES || outputs < 1 || outputs > MODEL_MOST_OUTPUTS ||
        (columns->count && (size_t)features != columns->count))
        return onnx_fail(x, n, "a matrix of %lld by %lld for %zu columns.", (long long)features, (long long)outputs,
                         columns->count);
    onnx_dense *d = ARENA_NEW(x->build->scratch, onnx_dense);
    *d = (onnx_dense){ .columns = *columns, .features = (size_t)features, .outputs = (size_t)outputs };
    d->columns.count = d->features;
    TRY(onnx_tensor_numbers(x, constant, &d->coefficients));
    if (d->coefficients.count != d->features * d->outputs)
        return onnx_fail(x, n, "%zu numbers in its matrix; expected %zu.", d->coefficients.count,
                         d->features * d->outputs);
    d->added = ARENA_ARRAY(x->build->scratch, d->outputs, double);
    x->dense = d;
    return OK;
}

error onnx_dense_add(onnx_file *x, const Onnx__NodeProto *n, const Onnx__TensorProto *constant)
{
    number_list added = { 0 };
    if (!constant) return onnx_fail(x, n, "only a constant is added to what a model gives.");
    TRY(onnx_tensor_numbers(x, constant, &added));
    if (added.count != 1 && added.count != x->dense->outputs)
        return onnx_fail(x, n, "%zu numbers for %zu outputs.", added.count, x->dense->outputs);
    for (size_t o = 0; o < x->dense->outputs; o++) x->dense->added[o] += added.items[added.count == 1 ? 0 : o];
    return OK;
}

/* Two columns of which one is the other's negative: σ(−m) and σ(m) add up to 1. */
static bool are_mirrored(const onnx_dense *d)
{
    if (d->outputs != 2 || d->added[0] != -d->added[1]) return false;
    for (size_t f = 0; f < d->features; f++)
        if (d->coefficients.items[2 * f] != -d->coefficients.items[2 * f + 1]) return false;
    return true;
}

bool onnx_dense_is_normalized(const onnx_file *x)
{
    return x->model->link == LINK_SOFTMAX || are_mirrored(x->dense);
}

error onnx_dense_finish(onnx_file *x)
{
    const onnx_dense *d = x->dense;
    model *m = x->model;
    bool is_pair = d->outputs == 2 && (m->link == LINK_SOFTMAX || (m->link == LINK_LOGISTIC && are_mirrored(d)));
    bool is_difference = is_pair && m->link == LINK_SOFTMAX;
    if (d->outputs == 1 && m->link == LINK_SOFTMAX)
        return build_fail(x->build, "Softmax over a single output is not supported.");
    m->kind = MODEL_LINEAR;
    m->output_count = is_pair ? 1 : d->outputs;
    m->is_probability = m->link != LINK_IDENTITY;
    m->type = m->is_probability ? "LOGISTIC" : "LINEAR";
    TRY(onnx_set_features(x, &d->columns));
    double *weights = ARENA_ARRAY(x->build->kept, m->output_count * d->features, double);
    double *base = ARENA_ARRAY(x->build->kept, m->output_count, double);
    for (size_t o = 0; o < m->output_count; o++) {
        size_t column = is_pair ? 1 : o;
        base[o] = d->added[column] - (is_difference ? d->added[0] : 0);
        for (size_t f = 0; f < d->features; f++) {
            const double *row = d->coefficients.items + f * d->outputs;
            weights[o * d->features + f] = row[column] - (is_difference ? row[0] : 0);
        }
    }
    onnx_fold_linear(x, &d->columns, m->output_count, weights, base);
    m->weights = weights;
    m->base = base;
    if (is_pair) m->link = LINK_LOGISTIC;
    size_t classes = m->output_count == 1 ? 2 : m->output_count;
    if (m->is_probability && !m->classes) {
        m->classes = build_class_numbers(x->build, classes);
        m->class_count = classes;
    }
    return OK;
}
