/* Counterfactuals: the smallest changes of a row with which the model would have decided otherwise (Wachter,
 * Mittelstadt and Russell 2018; diverse ones: Mothilal, Sharma and Tan 2020). Part of aic_engine.h.
 *
 * Every row that is returned flips the outcome: the model itself was asked. Fewer changed features come before lower
 * cost, and each row changes another set of features. The search is deterministic; it looks at any predictor, and where
 * that is a forest it tries the values at which the forest decides. */
#ifndef AIC_ENGINE_EXPLAIN_COUNTERFACTUAL_H
#define AIC_ENGINE_EXPLAIN_COUNTERFACTUAL_H

#include "engine/explain/explain.h"

enum { COUNTERFACTUAL_MOST_ROWS = 10, COUNTERFACTUAL_MOST_CHANGES = 5 };

typedef enum {
    MOVE_FREE,
    MOVE_NEVER, /* a protected attribute, or what nobody can change */
    MOVE_UP,    /* numbers: age */
    MOVE_DOWN   /* numbers */
} feature_move;

typedef struct feature_rule {
    feature_move move;
    double least, most; /* NaN: no bound */
    bool is_integer;
    bool is_category;         /* takes the values of the background, or only … */
    const double *categories; /* … these; NULL: the background's */
    size_t category_count;
    int one_hot; /* > 0: features with this number are one category, exactly one of them 1; 0: none */
} feature_rule;

/* Free, without bounds, categories as the model says; features listed as protected never move. */
AIC_ENGINE_API feature_rule *feature_rules_standard(arena *a, const predictor *p, const size_t *protected_features,
                                                    size_t protected_count);

typedef struct counterfactual_options {
    matrix background;         /* at least one row: for values, for the scale of costs, and for plausibility */
    const feature_rule *rules; /* [feature] */
    model_output output;
    int64_t class_index; /* the class that is wanted; -1: of two classes the one the row does not have now */
    double threshold;    /* one output: at or above it is the one outcome, below it the other; 0.5 */
    size_t count;        /* of counterfactuals; 3 */
    size_t most_changes; /* features changed at once; 3 */
    size_t budget;       /* predictions; 50,000 */
    text outcome;        /* for the sentences: "approved"; NO_TEXT: "different" */
    explain_watch watch;
} counterfactual_options;
AIC_ENGINE_API counterfactual_options counterfactual_options_standard(void);

typedef struct counterfactual_change {
    size_t feature;
    double from, to;
} counterfactual_change;

typedef struct counterfactual {
    const double *values; /* [feature] */
    const counterfactual_change *changes;
    size_t change_count; /* of features: a one-hot category that changes has two */
    double cost;         /* Σ |Δ| / MAD over numbers (MAD 0: the range), and 1 for each changed category */
    double distance;     /* to the nearest background row with that outcome, measured like cost; NaN: there is none */
    double prediction;   /* of the wanted class, or of the one output */
    text sentence;
} counterfactual;

typedef struct counterfactuals {
    const counterfactual *items;
    size_t count;
    text reason;        /* why there are none, or fewer than asked for; NO_TEXT */
    double prediction;  /* of the row as it is */
    size_t predictions; /* asked of the model */
    const text *feature_names;
    size_t features;
} counterfactuals;
AIC_ENGINE_API error counterfactuals_find(arena *a, const predictor *p, const double *row,
                                          const counterfactual_options *options, counterfactuals *out);
AIC_ENGINE_API void counterfactuals_json(json_writer *w, const counterfactuals *c);

/* How a feature's value is written for people: a category by its text, numbers as short as they are exact. */
AIC_ENGINE_API text feature_value_text(arena *a, const predictor *p, size_t feature, double value);

#endif
