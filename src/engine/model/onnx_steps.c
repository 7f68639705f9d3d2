/* Steps before trees are folded into the thresholds, exactly: each step is float32 arithmetic with a constant and never
 * turns the order of two values round but as a whole, so the values that a split lets pass end at one float, which is
 * found by halving the line of floats. */
#include "engine/model/onnx.h"

/* Floats in their order as integers in theirs. */
static int64_t place_of(float value)
{
    int32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits < 0 ? -(int64_t)(bits & INT32_MAX) : bits;
}

static float float_at(int64_t place)
{
    int32_t bits = place < 0 ? (int32_t)(-place) : (int32_t)place;
    float value;
    memcpy(&value, &bits, sizeof value);
    return place < 0 ? -value : value;
}

static float apply_steps(const onnx_columns *c, size_t feature, float x)
{
    for (size_t s = 0; s < c->step_count; s++) {
        const number_list *o = &c->steps[s].operands;
        float operand = (float)o->items[o->count == 1 ? 0 : feature];
        switch (c->steps[s].kind) {
        case STEP_ADD:
            x = x + operand;
            break;
        case STEP_SUBTRACT:
            x = x - operand;
            break;
        case STEP_MULTIPLY:
            x = x * operand;
            break;
        case STEP_DIVIDE:
            x = x / operand;
            break;
        }
    }
    return x;
}

static error order_of(const onnx_file *x, const Onnx__NodeProto *n, const onnx_columns *c, size_t feature,
                      bool *is_flipped)
{
    *is_flipped = false;
    for (size_t s = 0; s < c->step_count; s++) {
        const number_list *o = &c->steps[s].operands;
        if (o->count != 1 && feature >= o->count)
            return onnx_fail(x, n, "feature %zu of %zu columns.", feature, o->count);
        float operand = (float)o->items[o->count == 1 ? 0 : feature];
        if (c->steps[s].kind != STEP_MULTIPLY && c->steps[s].kind != STEP_DIVIDE) continue;
        if (operand == 0 || isinf(operand))
            return onnx_fail(x, n, "feature %zu is scaled by %g.", feature, (double)operand);
        *is_flipped ^= operand < 0;
    }
    return OK;
}

error onnx_fold_threshold(const onnx_file *x, const Onnx__NodeProto *n, const onnx_columns *columns, size_t feature,
                          double threshold, bool at_most, double *out, bool *is_flipped)
{
    *is_flipped = false;
    if (columns->type == ONNX_DOUBLE) {
        *out = at_most ? threshold : nextafter(threshold, -INFINITY);
        return OK;
    }
    TRY(order_of(x, n, columns, feature, is_flipped));
    /* Below `end` (as integers) all floats pass, from it on none; or the other way round, when flipped. */
    int64_t start = place_of(-INFINITY), end = place_of(INFINITY) + 1;
    while (start < end) {
        int64_t middle = start + (end - start) / 2;
        double value = (double)apply_steps(columns, feature, float_at(middle));
        bool passes = at_most ? value <= threshold : value < threshold;
        if (passes != *is_flipped)
            start = middle + 1;
        else
            end = middle;
    }
    *out = end == place_of(-INFINITY) ? -(double)INFINITY : model_threshold_at_most_float(float_at(end - 1));
    return OK;
}
