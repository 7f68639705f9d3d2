/* Steps before trees are folded into the thresholds, exactly: each step is arithmetic with a constant, in float32 or
 * float64, and never turns the order of two values round but as a whole, so the values that a split lets pass end at
 * one float, which is found by halving the line of floats. */
#include "engine/model/onnx.h"

/* Doubles in their order as integers in theirs; floats are walked as the doubles that they are. */
static int64_t place_of(double value)
{
    int64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits < 0 ? -(bits & INT64_MAX) : bits;
}

static double double_at(int64_t place)
{
    int64_t bits = place < 0 ? -place : place;
    double value;
    memcpy(&value, &bits, sizeof value);
    return place < 0 ? -value : value;
}

static int64_t place_of_float(float value)
{
    int32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits < 0 ? -(int64_t)(bits & INT32_MAX) : bits;
}

static float float_at(int64_t place)
{
    int32_t bits = (int32_t)(place < 0 ? -place : place);
    float value;
    memcpy(&value, &bits, sizeof value);
    return place < 0 ? -value : value;
}

static double operand_of(const onnx_step *step, size_t feature)
{
    return step->operands.items[step->operands.count == 1 ? 0 : feature];
}

#define APPLY(kind, x, operand)                                                                                        \
    ((kind) == STEP_ADD        ? (x) + (operand)                                                                       \
     : (kind) == STEP_SUBTRACT ? (x) - (operand)                                                                       \
     : (kind) == STEP_MULTIPLY ? (x) * (operand)                                                                       \
                               : (x) / (operand))

/* What stands at a place of the line after all steps, in the arithmetic of the columns' type. */
static double value_at(const onnx_columns *c, size_t feature, int64_t place)
{
    if (c->type == ONNX_DOUBLE) {
        double wide = double_at(place);
        for (size_t s = 0; s < c->step_count; s++)
            wide = APPLY(c->steps[s].kind, wide, operand_of(&c->steps[s], feature));
        return wide;
    }
    float x = float_at(place);
    for (size_t s = 0; s < c->step_count; s++) x = APPLY(c->steps[s].kind, x, (float)operand_of(&c->steps[s], feature));
    return (double)x;
}

/* Whether the steps turn the order of values round. */
static error order_of(const onnx_file *x, const Onnx__NodeProto *n, const onnx_columns *c, size_t feature,
                      bool *is_flipped)
{
    *is_flipped = false;
    for (size_t s = 0; s < c->step_count; s++) {
        const number_list *o = &c->steps[s].operands;
        if (o->count != 1 && feature >= o->count)
            return onnx_fail(x, n, "feature %zu of %zu columns.", feature, o->count);
        double operand = operand_of(&c->steps[s], feature);
        if (c->type != ONNX_DOUBLE) operand = (double)(float)operand;
        if (c->steps[s].kind != STEP_MULTIPLY && c->steps[s].kind != STEP_DIVIDE) continue;
        if (operand == 0 || isinf(operand)) return onnx_fail(x, n, "feature %zu is scaled by %g.", feature, operand);
        *is_flipped ^= operand < 0;
    }
    return OK;
}

error onnx_fold_threshold(const onnx_file *x, const Onnx__NodeProto *n, const onnx_columns *columns, size_t feature,
                          double threshold, bool at_most, double *out, bool *is_flipped)
{
    TRY(order_of(x, n, columns, feature, is_flipped));
    bool is_double = columns->type == ONNX_DOUBLE;
    int64_t first = is_double ? place_of(-(double)INFINITY) : place_of_float(-INFINITY);
    int64_t start = first, end = (is_double ? place_of((double)INFINITY) : place_of_float(INFINITY)) + 1;
    /* Below `end` all values pass, from it on none; or the other way round, when flipped. */
    while (start < end) {
        int64_t middle = (int64_t)((uint64_t)start + ((uint64_t)end - (uint64_t)start) / 2);
        double value = value_at(columns, feature, middle);
        bool passes = at_most ? value <= threshold : value < threshold;
        if (passes != *is_flipped)
            start = middle + 1;
        else
            end = middle;
    }
    if (end == first)
        *out = -(double)INFINITY;
    else
        *out = is_double ? double_at(end - 1) : model_threshold_at_most_float(float_at(end - 1));
    return OK;
}
