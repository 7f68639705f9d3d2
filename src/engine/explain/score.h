/* How good predictions are. */
#ifndef AIC_ENGINE_EXPLAIN_SCORE_H
#define AIC_ENGINE_EXPLAIN_SCORE_H

#include "engine/explain/global.h"

bool score_higher_is_better(model_score s);
/* INVALID where labels are not classes of the model, or (AUC) all of one class. */
error score_check(arena *a, model_score s, size_t outputs, const double *labels, size_t rows);
/* predictions[row][output]; with one output, of classes 0 and 1, it is the probability of 1. */
double score_of(model_score s, size_t outputs, const double *labels, const double *predictions, size_t rows);

#endif
