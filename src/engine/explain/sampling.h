/* The rows' loop of the methods that play coalitions: chunks of rows play the coalitions of one stage after the other
 * and stop when the estimate is good enough. All rows play the same coalitions, so that what depends on them alone is
 * computed once. */
#ifndef AIC_ENGINE_EXPLAIN_SAMPLING_H
#define AIC_ENGINE_EXPLAIN_SAMPLING_H

#include "engine/explain/game.h"

/* One row and output, after the coalitions of a stage have been played. */
typedef struct played {
    const double *gains; /* [coalition] value minus the empty coalition's */
    double all;          /* the full coalition's minus the empty one's */
    const bool *idle;    /* [feature] the row has the value of the whole background: it moves nothing */
    size_t idle_count;
} played;

typedef struct estimator {
    coalition_list list;
    size_t stage_count;
    const size_t *stage_ends; /* [stage] coalitions played by then */
    bool is_exact;            /* no standard errors */
    const void *context;
    /* values[feature], errors[feature] (NULL when exact). */
    void (*estimate)(const void *context, arena *a, size_t stage, const played *row, double *values, double *errors);
} estimator;

error sample_rows(draft *d, const estimator *e);

#endif
