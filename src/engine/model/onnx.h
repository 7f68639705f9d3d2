/* ONNX files: pipelines of steps on the columns and one model. Inside the reader only.
 *
 * The graph is walked in its order. Each named value is the features themselves (perhaps shifted and scaled), the
 * model's scores, or labels; a step that the scores or the features pass through and that is not known here is refused
 * by name. */
#ifndef AIC_ENGINE_MODEL_ONNX_H
#define AIC_ENGINE_MODEL_ONNX_H

#include "engine/model/build.h"
#include "engine/model/source.h"

#include <onnx.pb-c.h>

enum { ONNX_MOST_STEPS = 8 };

/* Element types of tensors. */
enum { ONNX_FLOAT = 1, ONNX_INT32 = 6, ONNX_INT64 = 7, ONNX_DOUBLE = 11 };

typedef enum { STEP_ADD, STEP_SUBTRACT, STEP_MULTIPLY, STEP_DIVIDE } step_kind;

/* One step on all columns, in their type; `count` is 1 or the number of columns. */
typedef struct onnx_step {
    step_kind kind;
    number_list operands;
} onnx_step;

/* What goes into the model. */
typedef struct onnx_columns {
    text *names; /* of inputs that are one column each; NULL: one input of several columns */
    size_t count;
    int32_t type; /* ONNX_FLOAT, … */
    onnx_step steps[ONNX_MOST_STEPS];
    size_t step_count;
} onnx_columns;

/* A linear model written as a product of matrices: coefficients[feature][column], and what is added. */
typedef struct onnx_dense {
    onnx_columns columns;
    number_list coefficients;
    double *added;
    size_t features, outputs;
} onnx_dense;

typedef struct onnx_file {
    build *build;
    Onnx__GraphProto *graph;
    model *model;
    bool has_model;
    onnx_dense *dense;
    bool is_normalized; /* the scores of each row add up to 1 */
} onnx_file;

/* The message begins with the operator. */
__attribute__((format(printf, 3, 4))) error onnx_fail(const onnx_file *x, const Onnx__NodeProto *n, const char *format,
                                                      ...);

/* ---- attributes; absent ones leave *out as it is */
const Onnx__AttributeProto *onnx_attribute(const Onnx__NodeProto *n, const char *name);
text onnx_attribute_text(const Onnx__NodeProto *n, const char *name, text otherwise);
int64_t onnx_attribute_integer(const Onnx__NodeProto *n, const char *name, int64_t otherwise);
/* Floats, integers or a tensor; `NAME_as_tensor` counts as `NAME`. */
error onnx_attribute_numbers(const onnx_file *x, const Onnx__NodeProto *n, const char *name, number_list *out);
error onnx_tensor_numbers(const onnx_file *x, const Onnx__TensorProto *t, number_list *out);
/* classlabels_* : texts of the classes, into the model; 0 when there are none. */
error onnx_classes(onnx_file *x, const Onnx__NodeProto *n, const char *numbers);

/* ---- models */
error onnx_tree_ensemble(onnx_file *x, const Onnx__NodeProto *n, const onnx_columns *columns, bool is_classifier);
error onnx_linear(onnx_file *x, const Onnx__NodeProto *n, const onnx_columns *columns, bool is_classifier);
/* The shape of a linear model that does not come as one operator: MatMul, Add, Sigmoid or Softmax. */
error onnx_dense_start(onnx_file *x, const Onnx__NodeProto *n, const onnx_columns *columns,
                       const Onnx__TensorProto *constant);
error onnx_dense_add(onnx_file *x, const Onnx__NodeProto *n, const Onnx__TensorProto *constant);
bool onnx_dense_is_normalized(const onnx_file *x); /* after the link, each row adds up to 1 */
error onnx_dense_finish(onnx_file *x);
/* Steps before a linear model: kept as center and scale, or multiplied out into weights and base. */
void onnx_fold_linear(const onnx_file *x, const onnx_columns *c, size_t outputs, double *weights, double *base);

error onnx_set_features(onnx_file *x, const onnx_columns *columns);

/* What an ensemble says of its outputs. */
typedef struct onnx_outputs {
    text transform;
    bool is_classifier;
    size_t targets;      /* classes or targets */
    size_t file_trees;   /* of the file, before they were split by target */
    int64_t only_target; /* the one that all leaves add to; -1: several */
    const number_list *base;
} onnx_outputs;
/* Link, outputs and base values; the trees are in the build, each with its target as its output. */
error onnx_set_outputs(onnx_file *x, const Onnx__NodeProto *n, const onnx_outputs *o);

/* x <= threshold after the steps, as a threshold before them; *is_flipped: the columns' order was turned round, so that
 * x > threshold is meant. `at_most` false: x < threshold. */
error onnx_fold_threshold(const onnx_file *x, const Onnx__NodeProto *n, const onnx_columns *columns, size_t feature,
                          double threshold, bool at_most, double *out, bool *is_flipped);

error onnx_graph_read(onnx_file *x);

#endif
