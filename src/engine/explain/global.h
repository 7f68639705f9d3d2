/* What a model does on the whole: which features it relies on, and how its output moves with one of them. Part of
 * aic_engine.h. All of them look at any predictor; what is drawn is drawn from the seed alone. */
#ifndef AIC_ENGINE_EXPLAIN_GLOBAL_H
#define AIC_ENGINE_EXPLAIN_GLOBAL_H

#include "engine/explain/explain.h"

/* ---- permutation importance (Breiman 2001; Fisher, Rudin and Dominici 2019)
 * By how much the model gets worse when one feature's values are shuffled among the rows. */

typedef enum {
    SCORE_ACCURACY, /* share of rows whose most probable class is the label */
    SCORE_LOG_LOSS,
    SCORE_AUC, /* two classes */
    SCORE_RMSE /* of the numbers themselves */
} model_score;
AIC_ENGINE_API const char *model_score_name(model_score s); /* "accuracy", "log_loss", "auc", "rmse" */
AIC_ENGINE_API bool model_score_parse(text t, model_score *out);

typedef struct importance_options {
    model_score score;
    size_t repeats; /* 10 */
    uint64_t seed;
    int threads;
    explain_watch watch;
} importance_options;
AIC_ENGINE_API importance_options importance_options_standard(model_score score);

typedef struct feature_importance {
    model_score score;
    double baseline; /* the score of the rows as they are */
    size_t features, repeats;
    const text *feature_names;
    const double *drops; /* [feature][repeat]: how much worse; positive means worse, whatever the score */
    const double *mean, *deviation;
    size_t predictions; /* that were needed: a shuffled value that changes nothing is not predicted again */
} feature_importance;
/* labels[row]: 0 or 1, the number of the class, or the number to be predicted (SCORE_RMSE). */
AIC_ENGINE_API error permutation_importance(arena *a, const predictor *p, const matrix *rows, const double *labels,
                                            const importance_options *options, feature_importance *out);
AIC_ENGINE_API void importance_json(json_writer *w, const feature_importance *i);

/* ---- dependence on one feature */

typedef struct dependence_options {
    size_t feature;
    bool is_category;
    model_output output;
    size_t points;       /* of the grid, or bins; at most: equal quantiles fall together; 0: 20 */
    size_t curves;       /* of single rows (ICE) that are kept, evenly over the rows; 0: none */
    int64_t class_index; /* -1: the last output, the positive class */
    int threads;
    explain_watch watch;
} dependence_options;
AIC_ENGINE_API dependence_options dependence_options_standard(size_t feature, model_output output);

/* Partial dependence (Friedman 2001): the mean prediction when all rows have this value of the feature; individual
 * conditional expectation (Goldstein et al. 2015): the same of single rows. */
typedef struct feature_dependence {
    text feature_name;
    size_t points, curves;
    const double *grid;      /* [points] quantiles of the feature, or its categories in ascending order */
    const double *mean;      /* [points] */
    const double *curve;     /* [curve][point]; NULL: none */
    const size_t *curve_row; /* [curve] */
    const double *share;     /* [points] of a category: how many rows have it; NULL for numbers */
} feature_dependence;
AIC_ENGINE_API error partial_dependence(arena *a, const predictor *p, const matrix *rows,
                                        const dependence_options *options, feature_dependence *out);
AIC_ENGINE_API void dependence_json(json_writer *w, const feature_dependence *d);

/* Accumulated local effects (Apley and Zhu 2020), first order: as partial dependence, but over rows that have about
 * this value, so that correlated features do not mislead. Centred: the mean over the rows is 0. */
typedef struct accumulated_effects {
    text feature_name;
    size_t points;        /* bins + 1 */
    const double *edges;  /* [points] */
    const double *effect; /* [points] */
    const size_t *counts; /* [points]: rows of the bin that ends here; 0 for the first */
} accumulated_effects;
AIC_ENGINE_API error accumulated_local_effects(arena *a, const predictor *p, const matrix *rows,
                                               const dependence_options *options, accumulated_effects *out);
AIC_ENGINE_API void accumulated_effects_json(json_writer *w, const accumulated_effects *e);

/* ---- summary of many explanations */

typedef struct summary_options {
    size_t output;                    /* of the explanation */
    size_t most_points;               /* of dependence and beeswarm, evenly over the rows; 0: 2000 */
    const size_t *protected_features; /* features that are protected attributes, … */
    size_t protected_count;
    const size_t *proxy_features; /* … and those flagged as standing in for one */
    size_t proxy_count;
    const bool *is_category; /* [feature]; NULL: none */
} summary_options;

typedef struct feature_summary {
    size_t feature;
    text name;
    double mean_absolute;  /* mean |φ| over the rows */
    double low, high;      /* 95 %, normal; NaN for one row */
    double share;          /* of the sum over all features */
    double correlation;    /* of value and φ; NaN for categories, and where one of them is constant */
    const char *direction; /* "increases", "decreases", "mixed" (|correlation| < 0.1), "category" */
    bool is_protected, is_proxy;
    const double *points; /* [point][value, φ, rank]: rank from 0 (lowest value) to 1, the colour of a beeswarm */
} feature_summary;

typedef struct explanation_summary {
    const feature_summary *features; /* by mean |φ|, the largest first */
    size_t feature_count, point_count, rows;
    const size_t *point_rows; /* [point] */
    double protected_share, proxy_share;
} explanation_summary;
AIC_ENGINE_API error explanation_summarize(arena *a, const explanation *e, const matrix *rows,
                                           const summary_options *options, explanation_summary *out);
AIC_ENGINE_API void explanation_summary_json(json_writer *w, const explanation_summary *s);

#endif
