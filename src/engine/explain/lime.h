/* The neighbourhood that LIME draws: the same for all rows of a request, since it lies around the background's mean and
 * not around the row, as in the authors' tabular explainer; what a row changes is how near each sample is to it. So the
 * model predicts the samples once, whatever the number of rows, and rows are compared on the same samples. */
#ifndef AIC_ENGINE_EXPLAIN_LIME_H
#define AIC_ENGINE_EXPLAIN_LIME_H

#include "engine/explain/methods.h"

typedef struct neighbourhood {
    size_t samples, features;
    const bool *is_category;    /* [feature]; NULL: none */
    const double *mean, *scale; /* [feature] of the background; 0 and 1 for categories */
    const double *standard;     /* [feature][sample]: in deviations from the mean; of a category the value itself */
    const double *raw;          /* [sample][feature], for the model */
} neighbourhood;

neighbourhood neighbourhood_draw(arena *a, const matrix *background, const bool *is_category, size_t samples,
                                 uint64_t seed);

/* What a weighted least squares fit needs of the samples, feature `features` being the constant. */
typedef struct moments {
    size_t features, outputs;
    double weight;
    double *x;  /* [feature] Σ w x */
    double *xx; /* [feature][feature] Σ w x x', lower triangle */
    double *y;  /* [output] */
    double *yy; /* [output] */
    double *xy; /* [output][feature] */
} moments;

/* For one row: weights by exp(-d² / (2 · 0.75² · features)), categories as 1 / 0 "same as the row", and the row itself
 * with its own prediction as one sample more. own_out receives the row in the coordinates of the fit. */
void neighbourhood_moments(arena *a, const neighbourhood *n, const double *own, const double *own_prediction,
                           const double *predictions, moments *m, double *own_out);

#endif
