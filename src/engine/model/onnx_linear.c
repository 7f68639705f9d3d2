#include "engine/model/onnx.h"

typedef struct linear {
    number_list coefficients, intercepts;
    size_t rows, features; /* of coefficients */
    text transform;
} linear;

static error take_linear(const onnx_file *x, const Onnx__NodeProto *n, const onnx_columns *c, size_t rows, linear *l)
{
    TRY(onnx_attribute_numbers(x, n, "coefficients", &l->coefficients));
    TRY(onnx_attribute_numbers(x, n, "intercepts", &l->intercepts));
    l->rows = rows;
    l->features = c->count;
    if (!l->features && rows) l->features = l->coefficients.count / rows;
    size_t wanted = rows * l->features;
    /* Two classes may have one row of coefficients, that of the second. */
    if (rows == 2 && c->count && l->coefficients.count == l->features) l->rows = 1, wanted = l->features;
    if (!l->features || l->features > MODEL_MOST_FEATURES || l->coefficients.count != wanted)
        return onnx_fail(x, n, "%zu coefficients for %zu rows of %zu features.", l->coefficients.count, l->rows,
                         l->features);
    if (l->intercepts.count && l->intercepts.count != l->rows)
        return onnx_fail(x, n, "%zu intercepts for %zu rows.", l->intercepts.count, l->rows);
    l->transform = onnx_attribute_text(n, "post_transform", TEXT("NONE"));
    return OK;
}

static error find_link(const onnx_file *x, const Onnx__NodeProto *n, const linear *l, model_link *out)
{
    if (text_equal_string(l->transform, "NONE"))
        *out = LINK_IDENTITY;
    else if (text_equal_string(l->transform, "LOGISTIC"))
        *out = LINK_LOGISTIC;
    else if (text_equal_string(l->transform, "SOFTMAX"))
        *out = LINK_SOFTMAX;
    else
        return onnx_fail(x, n, "the post_transform %.*s is not supported.", PRINT(l->transform));
    return OK;
}

/* The steps before the model: what the scaler of scikit-learn does keeps its shape, others are multiplied out. */
void onnx_fold_linear(const onnx_file *x, const onnx_columns *c, size_t outputs, double *weights, double *base)
{
    model *m = x->model;
    size_t features = m->feature_count;
    if (!c->step_count) return;
    double *shift = ARENA_ARRAY(x->build->kept, features, double),
           *factor = ARENA_ARRAY(x->build->kept, features, double);
    bool is_scaler = c->step_count == 2 && c->steps[0].kind == STEP_SUBTRACT && c->steps[1].kind == STEP_MULTIPLY;
    for (size_t f = 0; f < features; f++) {
        factor[f] = 1;
        for (size_t s = 0; s < c->step_count; s++) {
            const number_list *o = &c->steps[s].operands;
            double operand = o->items[o->count == 1 ? 0 : f];
            step_kind kind = c->steps[s].kind;
            if (kind == STEP_ADD || (kind == STEP_SUBTRACT && !is_scaler))
                shift[f] += kind == STEP_ADD ? operand : -operand;
            if (kind == STEP_SUBTRACT && is_scaler) shift[f] = operand;
            if (kind == STEP_MULTIPLY && !is_scaler) shift[f] *= operand;
            if (kind == STEP_MULTIPLY) factor[f] *= operand;
            if (kind == STEP_DIVIDE) shift[f] /= operand, factor[f] /= operand;
        }
    }
    if (is_scaler) {
        m->center = shift;
        m->scale = factor;
        return;
    }
    for (size_t o = 0; o < outputs; o++)
        for (size_t f = 0; f < features; f++) {
            base[o] += weights[o * features + f] * shift[f];
            weights[o * features + f] *= factor[f];
        }
}

/* Two rows for two classes become one: the second's, or by how much it is above the first. */
static void set_weights(onnx_file *x, const onnx_columns *c, const linear *l)
{
    model *m = x->model;
    bool is_pair = m->class_count == 2 && l->rows == 2, is_difference = is_pair && m->link == LINK_SOFTMAX;
    size_t first = is_pair ? 1 : 0, features = l->features;
    double *weights = ARENA_ARRAY(x->build->kept, m->output_count * features, double);
    double *base = ARENA_ARRAY(x->build->kept, m->output_count, double);
    for (size_t o = 0; o < m->output_count; o++) {
        size_t row = first + o;
        if (l->intercepts.count) base[o] = l->intercepts.items[row] - (is_difference ? l->intercepts.items[0] : 0);
        for (size_t f = 0; f < features; f++)
            weights[o * features + f] =
                l->coefficients.items[row * features + f] - (is_difference ? l->coefficients.items[f] : 0);
    }
    onnx_fold_linear(x, c, m->output_count, weights, base);
    m->weights = weights;
    m->base = base;
    if (m->class_count == 2 && m->link == LINK_SOFTMAX) m->link = LINK_LOGISTIC;
}

error onnx_linear(onnx_file *x, const Onnx__NodeProto *n, const onnx_columns *columns, bool is_classifier)
{
    model *m = x->model;
    linear l = { 0 };
    onnx_columns c = *columns;
    if (is_classifier) TRY(onnx_classes(x, n, "classlabels_ints"));
    int64_t targets = is_classifier ? (int64_t)m->class_count : onnx_attribute_integer(n, "targets", 1);
    if (targets < 1 || targets > MODEL_MOST_OUTPUTS) return onnx_fail(x, n, "%lld targets.", (long long)targets);
    TRY(take_linear(x, n, &c, (size_t)targets, &l));
    TRY(find_link(x, n, &l, &m->link));
    if (l.rows == 1 && is_classifier && m->link == LINK_SOFTMAX)
        return onnx_fail(x, n, "SOFTMAX over a single row of coefficients is not supported.");
    c.count = l.features;
    m->kind = MODEL_LINEAR;
    m->output_count = is_classifier && m->class_count == 2 ? 1 : (size_t)targets;
    m->is_probability = is_classifier && m->link != LINK_IDENTITY;
    x->is_normalized = is_classifier && (m->link == LINK_SOFTMAX || (m->link == LINK_LOGISTIC && m->output_count == 1));
    m->type = is_classifier ? "LOGISTIC" : "LINEAR";
    TRY(onnx_set_features(x, &c));
    set_weights(x, &c, &l);
    return OK;
}
