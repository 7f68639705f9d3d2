/* What a model can tell apart. A forest sees no difference between two values that no threshold separates; of any other
 * predictor it is only known that equal values are equal to it. Rows that look the same are predicted once. */
#ifndef AIC_ENGINE_EXPLAIN_SIGHT_H
#define AIC_ENGINE_EXPLAIN_SIGHT_H

#include "engine/explain/explain.h"

typedef struct feature_cuts {
    const double *at; /* thresholds, ascending, each once */
    size_t count;
    bool apply; /* false: values are told apart as they are (categories, zeros that are missing, no trees) */
} feature_cuts;

typedef struct sight {
    const feature_cuts *features;
} sight;

sight sight_of_predictor(arena *a, const predictor *p);

/* A number that is the same (sight_same) for values that the model cannot tell apart. */
double sight_value(const sight *s, size_t feature, double x);
static inline bool sight_same(double x, double y)
{
    return x == y || (isnan(x) && isnan(y));
}

#endif
