/* Explanations of models. Part of aic_engine.h.
 *
 *     explain_options options = explain_options_standard(METHOD_TREE_PATH);
 *     predictor p = predictor_of_model(a, m);            // or a predictor of one's own: any function of rows
 *     explanation *e;
 *     TRY(explain(a, &p, &rows, &options, &e));
 *     explanation_json(&writer, e);                      // the shape of `aic explain --json`
 *
 * φ[row][feature][output] says by how much the feature's own value moved this row's output away from the base value;
 * the values and the base add up to the prediction (efficiency), to rounding for exact methods and by construction for
 * sampled ones. An additivity error above 1e-6 of an exact method is an INTERNAL error, never a result. LIME is of
 * another kind: its values are the coefficients of a linear model fitted around the row, numbers being measured in the
 * background's deviations and categories as "same as the row".
 *
 * A row's values depend on the row, the background, the options and the seed, never on the other rows or on the number
 * of threads: whoever wants results as they come explains a few rows at a time. */
#ifndef AIC_ENGINE_EXPLAIN_EXPLAIN_H
#define AIC_ENGINE_EXPLAIN_EXPLAIN_H

#include "base/maybe.h"
#include "engine/model/model.h"
#include "engine/trees/forest.h"

/* Anything that gives outputs for rows. Everything but the tree and linear methods sees only this. */
typedef struct predictor {
    void *context;
    size_t feature_count, output_count;
    /* out[row][output]; called by one thread at a time. May fail (a process that died, an endpoint that refused). */
    error (*predict)(void *context, arena *a, const matrix *rows, model_output output, double *out);
    const model *model;        /* when it is one of ours: then threads may predict at the same time; else NULL */
    const forest *forest;      /* compiled, when it has trees */
    const text *feature_names; /* NULL: the model's, else "f0", "f1", … */
    const model_feature
        *features; /* NULL: the model's; of a black box so that its categories are known and told by name */
} predictor;
AIC_ENGINE_API error predictor_of_model(arena *a, const model *m, predictor *out);

typedef enum {
    METHOD_TREE_PATH,           /* trees; no background: the training covers stand for it */
    METHOD_TREE_INTERVENTIONAL, /* trees, background */
    METHOD_LINEAR,              /* linear models, exact in the margin; background or the model's own centre */
    METHOD_KERNEL,              /* any predictor, background */
    METHOD_PERMUTATION,         /* any predictor, background: antithetic permutations of the features */
    METHOD_LIME                 /* any predictor, background: a local ridge regression; no additivity */
} explain_method;
AIC_ENGINE_API const char *explain_method_name(explain_method m); /* "tree-path", … as in the contract */
AIC_ENGINE_API bool explain_method_parse(text t, explain_method *out);

/* Called between rows (and between batches of a long row), by the calling thread alone: how far, 0 to 1. An error ends
 * the work and is passed up: cancelling is an error that the caller of explain() chooses. */
typedef struct explain_watch {
    void *context;
    error (*tick)(void *context, double fraction);
} explain_watch;

typedef struct explain_options {
    explain_method method;
    model_output output;
    matrix background;    /* rows = 0: none */
    int64_t class_index;  /* of several outputs explain only this one; -1: all */
    bool interactions;    /* METHOD_TREE_PATH */
    size_t coalitions;    /* METHOD_KERNEL and _PERMUTATION: most coalitions a row; 0: 2 · features + 2048, and all of
                             them up to 12 features (kernel) */
    double tolerance;     /* the same methods: a row stops when its largest standard error is below it (as a share of
                             the output's range over the background); 0: uses all coalitions */
    size_t samples;       /* METHOD_LIME; 0: 5000 */
    size_t most_features; /* METHOD_LIME: features of the local model; 0: all */
    const bool *is_category; /* [feature], METHOD_LIME; NULL: as the model says, else none */
    uint64_t seed;
    int threads; /* rows are split among so many; at least 1 */
    explain_watch watch;
} explain_options;
AIC_ENGINE_API explain_options explain_options_standard(explain_method method); /* seed 1, margin, one thread */

typedef struct explanation {
    explain_method method;
    model_output output;
    size_t rows, features, outputs;
    const text *feature_names;     /* [features] */
    const double *base_values;     /* [outputs] */
    const double *values;          /* [row][feature][output] */
    const double *predictions;     /* [row][output] */
    const double *interactions;    /* [row][feature][feature][output]; NULL */
    const double *standard_errors; /* METHOD_KERNEL (unless exact) and _PERMUTATION, as values; else NULL */
    const double *local_r2;        /* METHOD_LIME: [row][output]; NULL */
    const double *intercepts;      /* METHOD_LIME: of the local models, [row][output]; NULL */
    double max_additivity_error;   /* NaN for LIME */
    bool is_exact;
    size_t coalitions; /* METHOD_KERNEL and _PERMUTATION: used for the most demanding row */
    uint64_t seed;
    text_list notes; /* what a reader must know */
} explanation;

AIC_ENGINE_API error explain(arena *a, const predictor *p, const matrix *rows, const explain_options *options,
                             explanation **out);
/* {"method", "output", "features", "base_values", "values", "predictions", "max_additivity_error", …}; a single
 * output's values are numbers, several are arrays by output. */
AIC_ENGINE_API void explanation_json(json_writer *w, const explanation *e);
/* The members without the braces, for a caller who adds its own. */
AIC_ENGINE_API void explanation_json_members(json_writer *w, const explanation *e);

/* How much of a sampled explanation is chance: the same rows explained with seeds seed, seed + 1, … */
typedef struct explanation_stability {
    size_t seeds, top, rows, features, outputs;
    const double *mean, *deviation; /* [row][feature][output] over the seeds */
    const double *jaccard;          /* [row][output]: of the `top` features by |value|, the mean over pairs of seeds of
                                       |in both| / |in either| */
    double mean_jaccard;
} explanation_stability;
/* seeds: 2 to 100; top: at least 1. */
AIC_ENGINE_API error explain_stability(arena *a, const predictor *p, const matrix *rows, const explain_options *options,
                                       size_t seeds, size_t top, explanation_stability *out);
AIC_ENGINE_API void explanation_stability_json(json_writer *w, const explanation_stability *s);

#endif
