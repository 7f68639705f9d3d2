#include "engine/model/onnx.h"

const Onnx__AttributeProto *onnx_attribute(const Onnx__NodeProto *n, const char *name)
{
    for (size_t i = 0; i < n->n_attribute; i++)
        if (n->attribute[i]->name && strcmp(n->attribute[i]->name, name) == 0) return n->attribute[i];
    return NULL;
}

text onnx_attribute_text(const Onnx__NodeProto *n, const char *name, text otherwise)
{
    const Onnx__AttributeProto *a = onnx_attribute(n, name);
    return a && a->has_s ? (text){ (const char *)a->s.data, a->s.len } : otherwise;
}

int64_t onnx_attribute_integer(const Onnx__NodeProto *n, const char *name, int64_t otherwise)
{
    const Onnx__AttributeProto *a = onnx_attribute(n, name);
    return a && a->has_i ? a->i : otherwise;
}

/* ------------------------------------------------------------------ numbers */

static void make_room(const onnx_file *x, number_list *list, size_t count)
{
    list->count = count;
    if (count <= list->capacity) return;
    list->items = ARENA_ARRAY(x->build->scratch, count, double);
    list->capacity = count;
}

/* Little-endian, as the format says, and as the machines are that this runs on. */
static error raw_numbers(const onnx_file *x, const Onnx__TensorProto *t, number_list *out)
{
    size_t width = t->data_type == ONNX_FLOAT ? 4 : 8;
    if (t->raw_data.len % width) return build_fail(x->build, "a tensor's bytes do not fit its type.");
    make_room(x, out, t->raw_data.len / width);
    for (size_t i = 0; i < out->count; i++) {
        const uint8_t *at = t->raw_data.data + i * width;
        float single;
        int64_t whole;
        if (t->data_type == ONNX_FLOAT)
            memcpy(&single, at, sizeof single), out->items[i] = (double)single;
        else if (t->data_type == ONNX_DOUBLE)
            memcpy(&out->items[i], at, sizeof(double));
        else
            memcpy(&whole, at, sizeof whole), out->items[i] = (double)whole;
    }
    return OK;
}

error onnx_tensor_numbers(const onnx_file *x, const Onnx__TensorProto *t, number_list *out)
{
    if (t->data_type != ONNX_FLOAT && t->data_type != ONNX_DOUBLE && t->data_type != ONNX_INT64)
        return build_fail(x->build, "a tensor of type %d; float, double and int64 are read.", t->data_type);
    if (t->has_raw_data) return raw_numbers(x, t, out);
    make_room(x, out, t->n_float_data ? t->n_float_data : t->n_double_data ? t->n_double_data : t->n_int64_data);
    for (size_t i = 0; i < out->count; i++)
        out->items[i] = t->n_float_data    ? (double)t->float_data[i]
                        : t->n_double_data ? t->double_data[i]
                                           : (double)t->int64_data[i];
    return OK;
}

error onnx_attribute_numbers(const onnx_file *x, const Onnx__NodeProto *n, const char *name, number_list *out)
{
    out->count = 0;
    const Onnx__AttributeProto *a = onnx_attribute(n, name);
    if (!a) a = onnx_attribute(n, text_format(x->build->scratch, "%s_as_tensor", name).data);
    if (!a) return OK;
    if (a->t) return onnx_tensor_numbers(x, a->t, out);
    make_room(x, out, a->n_floats ? a->n_floats : a->n_ints);
    for (size_t i = 0; i < out->count; i++) out->items[i] = a->n_floats ? (double)a->floats[i] : (double)a->ints[i];
    return OK;
}

/* ------------------------------------------------------------------ classes */

error onnx_classes(onnx_file *x, const Onnx__NodeProto *n, const char *numbers)
{
    const Onnx__AttributeProto *texts = onnx_attribute(n, "classlabels_strings"), *a = onnx_attribute(n, numbers);
    size_t count = texts && texts->n_strings ? texts->n_strings : a ? a->n_ints : 0;
    if (count < 2 || count > MODEL_MOST_OUTPUTS)
        return onnx_fail(x, n, "%zu classes; 2 to %d are read.", count, MODEL_MOST_OUTPUTS);
    text *classes = ARENA_ARRAY(x->build->kept, count, text);
    for (size_t i = 0; i < count; i++)
        classes[i] =
            texts && texts->n_strings
                ? text_copy(x->build->kept, (text){ (const char *)texts->strings[i].data, texts->strings[i].len })
                : text_format(x->build->kept, "%lld", (long long)a->ints[i]);
    x->model->classes = classes;
    x->model->class_count = count;
    return OK;
}
