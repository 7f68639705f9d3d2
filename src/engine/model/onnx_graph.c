/* The walk through the graph. */
#include "engine/model/onnx.h"

enum { MOST_NODES = 1000, MOST_NODE_OUTPUTS = 16 };

typedef enum { VALUE_COLUMNS, VALUE_SUMS, VALUE_SCORES, VALUE_LABELS } value_kind;

/* A named value of the graph. Steps never change one in place: a later node may use the earlier value too. */
typedef struct value {
    const char *name;
    value_kind kind;
    onnx_columns columns; /* VALUE_COLUMNS */
} value;

typedef struct walk {
    onnx_file *file;
    value *values;
    size_t count, capacity;
} walk;

static const value *value_named(const walk *w, const char *name)
{
    for (size_t i = w->count; i > 0; i--)
        if (strcmp(w->values[i - 1].name, name) == 0) return &w->values[i - 1];
    return NULL;
}

static const Onnx__TensorProto *initializer(const walk *w, const char *name)
{
    const Onnx__GraphProto *g = w->file->graph;
    for (size_t i = 0; i < g->n_initializer; i++)
        if (g->initializer[i]->name && strcmp(g->initializer[i]->name, name) == 0) return g->initializer[i];
    return NULL;
}

static void add_value(walk *w, const char *name, value_kind kind, onnx_columns columns)
{
    if (!name || !*name) return; /* an output that nobody uses */
    if (w->count == w->capacity) {
        size_t capacity = w->capacity ? 2 * w->capacity : 8;
        w->values = arena_grow(w->file->build->scratch, w->values, w->count, capacity, sizeof *w->values);
        w->capacity = capacity;
    }
    w->values[w->count++] = (value){ .name = name, .kind = kind, .columns = columns };
}

/* ------------------------------------------------------------------ inputs */

static error add_input(walk *w, const Onnx__ValueInfoProto *input)
{
    const Onnx__TensorTypeProto *type = input->type ? input->type->tensor_type : NULL;
    if (!input->name) return OK;
    if (initializer(w, input->name)) return OK; /* older files list their constants as inputs too */
    if (!type) return build_fail(w->file->build, "the input \"%s\" is no tensor.", input->name);
    int32_t kind = type->elem_type;
    if (kind != ONNX_FLOAT && kind != ONNX_DOUBLE && kind != ONNX_INT64 && kind != ONNX_INT32)
        return build_fail(w->file->build, "the input \"%s\" has elements of type %d; only numbers are read.",
                          input->name, kind);
    int64_t width = 0;
    if (type->shape && type->shape->n_dim == 2 && type->shape->dim[1]->has_dim_value)
        width = type->shape->dim[1]->dim_value;
    if (width < 0 || width > MODEL_MOST_FEATURES)
        return build_fail(w->file->build, "the input \"%s\" has %lld columns; at most %d are read.", input->name,
                          (long long)width, MODEL_MOST_FEATURES);
    add_value(w, input->name, VALUE_COLUMNS, (onnx_columns){ .count = (size_t)width, .type = kind });
    return OK;
}

/* Inputs of one column each, side by side. */
static error concatenate(walk *w, const Onnx__NodeProto *n)
{
    onnx_columns made = { .count = n->n_input };
    if (n->n_input == 0 || n->n_input > MODEL_MOST_FEATURES) return onnx_fail(w->file, n, "%zu inputs.", n->n_input);
    made.names = ARENA_ARRAY(w->file->build->scratch, n->n_input, text);
    for (size_t i = 0; i < n->n_input; i++) {
        const value *v = value_named(w, n->input[i]);
        if (!v || v->kind != VALUE_COLUMNS || v->columns.count != 1 || v->columns.step_count || v->columns.names)
            return onnx_fail(w->file, n, "only inputs of one column each are put together; \"%s\" is not one.",
                             n->input[i]);
        if (i && v->columns.type != made.type) return onnx_fail(w->file, n, "columns of different types.");
        made.type = v->columns.type;
        made.names[i] = text_of(v->name);
    }
    if (n->op_type[0] == 'F') made.type = ONNX_FLOAT; /* FeatureVectorizer */
    add_value(w, n->output[0], VALUE_COLUMNS, made);
    return OK;
}

/* ------------------------------------------------------------------ steps on columns */

static error add_step(walk *w, const Onnx__NodeProto *n, onnx_columns *c, step_kind kind, number_list operands)
{
    if (c->step_count == ONNX_MOST_STEPS) return onnx_fail(w->file, n, "more than %d steps.", ONNX_MOST_STEPS);
    if (!operands.count || (operands.count != 1 && c->count && operands.count != c->count))
        return onnx_fail(w->file, n, "%zu numbers for %zu columns.", operands.count, c->count);
    if (operands.count > MODEL_MOST_FEATURES) return onnx_fail(w->file, n, "%zu numbers.", operands.count);
    if (operands.count > 1) c->count = operands.count;
    for (size_t i = 0; i < operands.count; i++)
        if (!isfinite(operands.items[i])) return onnx_fail(w->file, n, "number %zu is not finite.", i);
    c->steps[c->step_count++] = (onnx_step){ .kind = kind, .operands = operands };
    return OK;
}

static error take_scaler(walk *w, const Onnx__NodeProto *n, onnx_columns c)
{
    number_list offset = { 0 }, scale = { 0 };
    TRY(onnx_attribute_numbers(w->file, n, "offset", &offset));
    TRY(onnx_attribute_numbers(w->file, n, "scale", &scale));
    /* This operator gives float32, whatever goes in; the others keep their type. */
    if (c.type == ONNX_DOUBLE) return onnx_fail(w->file, n, "of float64 is not supported.");
    TRY(add_step(w, n, &c, STEP_SUBTRACT, offset));
    TRY(add_step(w, n, &c, STEP_MULTIPLY, scale));
    c.type = ONNX_FLOAT;
    add_value(w, n->output[0], VALUE_COLUMNS, c);
    return OK;
}

static error take_arithmetic(walk *w, const Onnx__NodeProto *n, step_kind kind, onnx_columns c)
{
    const Onnx__TensorProto *constant = n->n_input == 2 ? initializer(w, n->input[1]) : NULL;
    number_list operands = { 0 };
    if (!constant) return onnx_fail(w->file, n, "only columns with constants behind them are read.");
    TRY(onnx_tensor_numbers(w->file, constant, &operands));
    TRY(add_step(w, n, &c, kind, operands));
    add_value(w, n->output[0], VALUE_COLUMNS, c);
    return OK;
}

static error take_cast(walk *w, const Onnx__NodeProto *n, onnx_columns c)
{
    int64_t to = onnx_attribute_integer(n, "to", 0);
    if (to == c.type || (to == ONNX_FLOAT && !c.step_count)) {
        c.type = (int32_t)to;
        add_value(w, n->output[0], VALUE_COLUMNS, c);
        return OK;
    }
    return onnx_fail(w->file, n, "of columns to type %lld is not supported.", (long long)to);
}

static bool is_op(const Onnx__NodeProto *n, const char *name)
{
    return n->op_type && strcmp(n->op_type, name) == 0;
}

static error take_on_columns(walk *w, const Onnx__NodeProto *n, const onnx_columns *c, bool *is_model)
{
    static const struct {
        const char *name;
        step_kind kind;
    } arithmetic[] = {
        { "Add", STEP_ADD }, { "Sub", STEP_SUBTRACT }, { "Mul", STEP_MULTIPLY }, { "Div", STEP_DIVIDE }
    };
    for (size_t i = 0; i < sizeof arithmetic / sizeof *arithmetic; i++)
        if (is_op(n, arithmetic[i].name)) return take_arithmetic(w, n, arithmetic[i].kind, *c);
    if (is_op(n, "Identity")) {
        add_value(w, n->output[0], VALUE_COLUMNS, *c);
        return OK;
    }
    if (is_op(n, "Concat") || is_op(n, "FeatureVectorizer")) return concatenate(w, n);
    if (is_op(n, "Cast")) return take_cast(w, n, *c);
    if (is_op(n, "Scaler")) return take_scaler(w, n, *c);
    *is_model = true;
    if (w->file->has_model) return onnx_fail(w->file, n, "a second model; only files of one model are read.");
    if (is_op(n, "TreeEnsembleClassifier")) return onnx_tree_ensemble(w->file, n, c, true);
    if (is_op(n, "TreeEnsembleRegressor")) return onnx_tree_ensemble(w->file, n, c, false);
    if (is_op(n, "LinearClassifier")) return onnx_linear(w->file, n, c, true);
    if (is_op(n, "MatMul"))
        return onnx_dense_start(w->file, n, c, n->n_input == 2 ? initializer(w, n->input[1]) : NULL);
    if (is_op(n, "LinearRegressor")) return onnx_linear(w->file, n, c, false);
    return onnx_fail(w->file, n, "this operator is not supported on features.");
}

/* ------------------------------------------------------------------ after the model */

/* Scores that a product of matrices gave: constants are added, then the link is applied. */
static error take_on_sums(walk *w, const Onnx__NodeProto *n)
{
    value_kind kind = VALUE_SUMS;
    if (is_op(n, "Add"))
        TRY(onnx_dense_add(w->file, n, n->n_input == 2 ? initializer(w, n->input[1]) : NULL));
    else if (is_op(n, "ArgMax"))
        kind = VALUE_LABELS;
    else if (is_op(n, "Sigmoid") || is_op(n, "Softmax")) {
        w->file->model->link = is_op(n, "Sigmoid") ? LINK_LOGISTIC : LINK_SOFTMAX;
        kind = VALUE_SCORES;
        w->file->is_normalized = onnx_dense_is_normalized(w->file);
    } else if (!is_op(n, "Identity") && !is_op(n, "Cast") && !is_op(n, "Reshape"))
        return onnx_fail(w->file, n, "this operator is not supported behind a model.");
    add_value(w, n->output[0], kind, (onnx_columns){ 0 });
    return OK;
}

/* By which scores are brought to a sum of 1: Normalizer, or Abs, ReduceSum and Div. */
static bool brings_to_one(const walk *w, const Onnx__NodeProto *n)
{
    const value *divisor = is_op(n, "Div") && n->n_input == 2 ? value_named(w, n->input[1]) : NULL;
    return is_op(n, "Abs") || is_op(n, "ReduceSum") || (divisor && divisor->kind == VALUE_SCORES) ||
           (is_op(n, "Normalizer") && text_equal_string(onnx_attribute_text(n, "norm", TEXT("MAX")), "L1"));
}

/* Scores may be renamed and put into maps; whatever else changes them is not known here. */
static error take_on_scores(walk *w, const Onnx__NodeProto *n)
{
    bool is_label = is_op(n, "ArgMax"), is_sum_of_one = brings_to_one(w, n);
    bool is_harmless = is_op(n, "Identity") || is_op(n, "Cast") || is_op(n, "ZipMap") || is_op(n, "Reshape");
    if (is_sum_of_one && !w->file->is_normalized)
        return onnx_fail(w->file, n,
                         "probabilities of each class against the rest, brought to a sum of 1, are not "
                         "supported.");
    if (!is_label && !is_harmless && !is_sum_of_one)
        return onnx_fail(w->file, n, "this operator is not supported behind a model.");
    if (is_op(n, "ZipMap") && !w->file->model->classes) TRY(onnx_classes(w->file, n, "classlabels_int64s"));
    add_value(w, n->output[0], is_label ? VALUE_LABELS : VALUE_SCORES, (onnx_columns){ 0 });
    return OK;
}

static error take_model(walk *w, const Onnx__NodeProto *n, const onnx_columns *c)
{
    bool is_model = false;
    TRY(take_on_columns(w, n, c, &is_model));
    if (!is_model) return OK;
    w->file->has_model = true;
    if (n->n_output > 1) {
        add_value(w, n->output[0], VALUE_LABELS, (onnx_columns){ 0 });
        add_value(w, n->output[1], VALUE_SCORES, (onnx_columns){ 0 });
    } else {
        add_value(w, n->output[0], w->file->dense ? VALUE_SUMS : VALUE_SCORES, (onnx_columns){ 0 });
    }
    return OK;
}

/* What a node works on decides: scores before features before labels; nothing else matters for predictions. */
static error take_node(walk *w, const Onnx__NodeProto *n)
{
    const value *columns = NULL;
    bool on_scores = false, on_sums = false;
    if (!n->n_output || n->n_output > MOST_NODE_OUTPUTS) return onnx_fail(w->file, n, "%zu outputs.", n->n_output);
    for (size_t i = 0; i < n->n_input; i++) {
        const value *v = value_named(w, n->input[i]);
        on_scores |= v && v->kind == VALUE_SCORES;
        on_sums |= v && v->kind == VALUE_SUMS;
        if (v && v->kind == VALUE_COLUMNS && !columns) columns = v;
    }
    if (on_scores) return take_on_scores(w, n);
    if (on_sums) return take_on_sums(w, n);
    if (columns) {
        onnx_columns copy = columns->columns; /* values move when they grow */
        return take_model(w, n, &copy);
    }
    for (size_t i = 0; i < n->n_output; i++) add_value(w, n->output[i], VALUE_LABELS, (onnx_columns){ 0 });
    return OK;
}

error onnx_graph_read(onnx_file *x)
{
    walk w = { .file = x };
    if (x->graph->n_node > MOST_NODES)
        return build_fail(x->build, "%zu nodes; at most %d are read.", x->graph->n_node, MOST_NODES);
    if (x->graph->n_input > MODEL_MOST_FEATURES || x->graph->n_initializer > MODEL_MOST_FEATURES)
        return build_fail(x->build, "more than %d inputs or constants.", MODEL_MOST_FEATURES);
    for (size_t i = 0; i < x->graph->n_input; i++) TRY(add_input(&w, x->graph->input[i]));
    for (size_t i = 0; i < x->graph->n_node; i++) TRY(take_node(&w, x->graph->node[i]));
    if (!x->has_model) return build_fail(x->build, "there is no model in its graph.");
    return x->dense ? onnx_dense_finish(x) : OK;
}

/* ------------------------------------------------------------------ features */

error onnx_set_features(onnx_file *x, const onnx_columns *columns)
{
    model *m = x->model;
    m->feature_count = columns->count;
    m->features = build_features(x->build, columns->names, columns->count);
    m->has_names = columns->names != NULL;
    m->reads_float32 = columns->type != ONNX_DOUBLE;
    return OK;
}
