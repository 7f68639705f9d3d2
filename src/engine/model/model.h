/* Models as data: trees and linear models from files of other libraries, predicted and explained without running
 * anything that a file says. Part of aic_engine.h.
 *
 *     const model *m;
 *     TRY(model_read(a, bytes, model_limits_standard(), &m));     // the format is recognised by its content
 *     model_rows rows;
 *     TRY(model_rows_of(a, m, data_plan..., &rows));               // a table's columns, by the model's feature names
 *     model_predict(m, &rows, OUTPUT_PROBABILITY, predictions);
 *
 * One inner form holds them all, so that whoever computes with a model knows neither XGBoost nor ONNX:
 *
 *   margin[o] = base[o] + Σ over trees t with t.output == o of leaf(t, x)     for MODEL_TREES
 *   margin[o] = base[o] + Σ_f weight[o][f] · (x[f] - center[f]) · scale[f]    for MODEL_LINEAR
 *   (a category adds a weight of its own; model_linear_term is the one definition)
 *   prediction = link(margin)
 *
 * Exactness: libraries compare in float32 or double, with < or <=. Readers turn every numeric split into `x <=
 * threshold` over doubles that decides every double exactly as the library does (model_threshold_...); a missing value
 * (NaN) goes where the split says. Averages, shrinkage and DART weights are folded into the leaves.
 *
 * A file is untrusted: sizes are checked against what is there before anything is allocated (no more memory than a
 * small multiple of the file), trees are proven to be trees (each node reached once), depth at most MODEL_MOST_DEPTH,
 * all numbers finite. What is wrong is told as INVALID with the place in the file. */
#ifndef AIC_ENGINE_MODEL_MODEL_H
#define AIC_ENGINE_MODEL_MODEL_H

#include "base/arena.h"
#include "base/error.h"
#include "base/json.h"
#include "base/table_reader.h"
#include "base/text.h"

#include <math.h>
#include <stdint.h>

#ifndef AIC_ENGINE_API
#define AIC_ENGINE_API __attribute__((visibility("default")))
#endif

enum {
    MODEL_MOST_DEPTH = 64,
    MODEL_MOST_FEATURES = 10000,
    MODEL_MOST_OUTPUTS = 1000,
    MODEL_MOST_CATEGORIES = 1 << 20 /* a category's number is below it */
};

/* LightGBM's threshold of zero: the float32 nearest to 1e-35. */
#define MODEL_ZERO ((double)1e-35F)

typedef enum { MODEL_TREES, MODEL_LINEAR } model_kind;

/* From margin to prediction. */
typedef enum {
    LINK_IDENTITY, /* regression; or trees whose leaves are probabilities already (forests): see is_probability */
    LINK_LOGISTIC, /* 1 / (1 + e^-m) */
    LINK_SOFTMAX,  /* over the outputs */
    LINK_EXP       /* Poisson, gamma, Tweedie */
} model_link;

typedef enum { OUTPUT_MARGIN, OUTPUT_PROBABILITY } model_output; /* PROBABILITY: link(margin), whatever the link */

/* A node is a leaf when `yes` is 0: the root, node 0, is nobody's child. */
typedef struct tree_node {
    double threshold; /* numeric split: x <= threshold goes to `yes` */
    double value;     /* of a leaf */
    double cover;     /* training weight (rows, or the sum of hessians) that reached it; >= 0 */
    uint32_t feature;
    uint32_t yes, no; /* children, greater than this node's own index */
    uint32_t
        category_set;     /* k > 0: model.sets[k - 1]; a category listed there goes to `yes`, any other value to `no` */
    bool missing_yes;     /* where NaN goes */
    bool zero_is_missing; /* |x| <= 1e-35 goes where NaN goes (LightGBM's zero_as_missing) */
} tree_node;

typedef struct tree {
    const tree_node *nodes;
    uint32_t node_count, leaf_count, depth; /* depth: edges from root to deepest leaf */
    uint32_t output;                        /* which margin the leaves add to */
} tree;

/* Categories are whole numbers, x truncated toward zero; negative ones and those beyond `count` bits are not listed. */
typedef struct category_set {
    const uint64_t *bits; /* category c is listed when bits[c / 64] >> (c % 64) & 1 */
    uint32_t count;       /* of bits */
} category_set;

typedef struct model_feature {
    text name; /* of the file; "f0", "f1", … where it has none */
    bool is_category;
    const text *categories; /* category k's text, where the file keeps them (pandas); else NULL */
    size_t category_count;
} model_feature;

typedef struct model {
    model_kind kind;
    const char *format; /* "xgboost-json", "xgboost-ubjson", "lightgbm-text", "onnx", "aic" */
    const char *type;   /* what people call it: "GBDT", "FOREST", "TREE", "LOGISTIC", "LINEAR" */
    text objective;     /* as the file says it: "binary:logistic"; NO_TEXT */
    const model_feature *features;
    size_t feature_count;
    bool has_names;      /* the file names its features */
    size_t output_count; /* 1 for two classes: the margin of the second, positive one */
    const text *classes; /* two or more; NULL when not a classifier or not named */
    size_t class_count;
    model_link link;
    bool is_probability; /* predictions are probabilities of classes */
    bool has_covers;     /* trees: the file says how much of the training data reached each node; without it the
                            path-dependent method has nothing to stand on */
    bool reads_float32;  /* the library rounds inputs to float32 first: thresholds already say so; for linear models and
                            for whoever compares with it */
    const double *base;  /* [output_count] */
    const tree *trees;
    size_t tree_count;
    const category_set *sets;
    size_t set_count;
    const double *weights;                 /* MODEL_LINEAR: [output][feature] */
    const double *center, *scale;          /* MODEL_LINEAR: [feature]; NULL: 0 and 1 */
    const double *const *category_weights; /* MODEL_LINEAR: NULL; else [feature]: NULL for a number, or
                                              [output][category of that feature]: what a category adds in place of
                                              weight · (x - center) · scale. A missing one adds nothing. */
    bool missing_at_center;                /* MODEL_LINEAR: a missing number adds nothing; else the margin is NaN */
    text sha256;                           /* of the file, hexadecimal */
} model;

typedef struct model_limits {
    size_t bytes; /* of the file */
    size_t nodes; /* over all trees */
    size_t trees;
} model_limits;
AIC_ENGINE_API model_limits model_limits_standard(void); /* 200 MB, 20 million nodes, 100,000 trees */

/* Reads any format. INVALID says which format was taken for granted, where (tree, node, key or byte) and what was
 * expected; UNSUPPORTED features of a format (LightGBM linear trees, ONNX operators) are INVALID by name, never a wrong
 * answer. */
AIC_ENGINE_API error model_read(arena *a, text bytes, model_limits limits, const model **out);
/* Our own format, JSON; model_read reads it back to the same model, bit for bit. */
AIC_ENGINE_API text model_write(arena *a, const model *m);
/* The checks of the inner form that every reader ends with and model_read relies on. */
error model_check(arena *a, const model *m);
/* What a person is told of a model: {"format", "type", "features": [{"name","is_category","categories"}], "outputs",
 * "classes", "link", "trees", "nodes", "depth", "sha256"}. */
AIC_ENGINE_API void model_json(json_writer *w, const model *m);
/* The object as one NUL-terminated text, for callers of libaic_engine.so. */
AIC_ENGINE_API const char *model_text(arena *a, const model *m);

/* For readers. (float)x < t, and (float)x <= t, as a threshold over doubles: x <= the value returned decides alike for
 * every double x that is not NaN. */
double model_threshold_below_float(float t);
double model_threshold_at_most_float(float t);

/* ---- rows */

/* Row-major, [row][feature], NaN is missing. */
typedef struct matrix {
    const double *values;
    size_t rows, columns;
} matrix;
static inline const double *matrix_row(const matrix *m, size_t row)
{
    return m->values + row * m->columns;
}

/* A sink (base/table_reader.h) that takes a table by the model's feature names: columns in any order, others ignored.
 * Without names in the file, columns f0, f1, … or, failing that, the table's columns in their order, as many as there
 * are features. Texts of a category feature are looked up in its categories; an unknown one is an error that lists the
 * known ones. A column that is missing is an error that names it and its nearest. */
typedef struct model_rows_builder model_rows_builder;
AIC_ENGINE_API model_rows_builder *model_rows_new(arena *a, const model *m);
AIC_ENGINE_API row_sink model_rows_sink(model_rows_builder *b);
AIC_ENGINE_API error model_rows_finish(model_rows_builder *b, matrix *out);

/* ---- predictions: out[row][output]. For single rows and tests; trees/forest.h predicts many rows fast. */
AIC_ENGINE_API void model_predict(const model *m, const matrix *rows, model_output output, double *out);
/* link(margins) of one row, in place. */
AIC_ENGINE_API void model_link_apply(const model *m, double *margins);

/* Does this value go to `yes`? The one definition of a split. */
static inline bool tree_node_yes(const model *m, const tree_node *n, double x)
{
    if (isnan(x) || (n->zero_is_missing && fabs(x) <= MODEL_ZERO)) return n->missing_yes;
    if (!n->category_set) return x <= n->threshold;
    const category_set *set = &m->sets[n->category_set - 1];
    return x > -1.0 && x < (double)set->count && (set->bits[(uint32_t)x / 64] >> ((uint32_t)x % 64) & 1);
}

/* What feature f with value x adds to a linear margin: the one definition. */
static inline double model_linear_term(const model *m, size_t output, size_t f, double x)
{
    const double *of_category = m->category_weights ? m->category_weights[f] : NULL;
    if (of_category) {
        size_t count = m->features[f].category_count;
        return x > -1.0 && x < (double)count ? of_category[output * count + (size_t)x] : 0;
    }
    if (isnan(x) && m->missing_at_center) return 0;
    double center = m->center ? m->center[f] : 0, scale = m->scale ? m->scale[f] : 1;
    return m->weights[output * m->feature_count + f] * (x - center) * scale;
}

#endif
