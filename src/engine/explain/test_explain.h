/* For the tests of explanations: the golden files, and predictors whose explanations are known. */
#ifndef AIC_ENGINE_EXPLAIN_TEST_EXPLAIN_H
#define AIC_ENGINE_EXPLAIN_TEST_EXPLAIN_H

#include "engine/explain/explain.h"
#include "engine/test_data.h"

/* A file of ../shared/golden/models; false (with a message, a failure where CI=true) when it is not there. */
bool golden_file(arena *a, const char *name, text *out);
const json_t *golden_json(arena *a, const char *name); /* NULL: not there */
bool golden_matrix(arena *a, const char *name, matrix *out);
double golden_number(const json_t *list, size_t at);

/* The golden logistic model, as a black box, or as a model of ours. */
typedef struct logistic {
    size_t features;
    double weights[16], intercept;
    size_t calls, rows; /* that predict was asked */
} logistic;
bool golden_logistic(arena *a, logistic *out);
predictor logistic_predictor(logistic *l);
model logistic_model(arena *a, const logistic *l);

/* A random cooperative game as a predictor: features are 0 or 1, the prediction is the value of the set of ones. With a
 * background of one row of zeros its Shapley values are the game's. */
typedef struct set_game {
    size_t features;
    double *values; /* [2^features] */
} set_game;
set_game set_game_random(arena *a, size_t features, uint64_t seed);
predictor set_game_predictor(set_game *g);
/* By the definition, over all orders' weights. */
void set_game_shapley(const set_game *g, double *out);
/* Must be accepted. */
explanation *explained(arena *a, const predictor *p, const matrix *rows, const explain_options *options);
double largest_difference(const double *x, const double *y, size_t count);
matrix matrix_of(arena *a, size_t rows, size_t columns, double value);
matrix matrix_normal(arena *a, size_t rows, size_t columns, uint64_t seed);

#endif
