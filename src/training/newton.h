/* Newton's method for penalised logistic and least-squares regression over sparse rows.
 *
 * Minimises Σ w_i · loss(y_i, b + x_i·β) + l2/2 · |β|² + l1 · |β|₁, loss being the log loss, or half the squared error;
 * the intercept b is free of penalty. This is scikit-learn's objective with C = 1 / l2, and Ridge's with alpha = l2. */
#ifndef AIC_TRAINING_NEWTON_H
#define AIC_TRAINING_NEWTON_H

#include "base/arena.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct newton_entry {
    uint32_t place;
    double value;
} newton_entry;

typedef struct newton_problem {
    bool is_logistic;
    const newton_entry *entries;
    const size_t *ends; /* [row]: entries of row i end here, and those of i + 1 begin */
    const double *labels, *row_weights;
    size_t rows, weights;
    double l1, l2;
} newton_problem;

typedef struct newton_solution {
    double intercept;
    const double *weights;
    double largest_slope; /* of the objective at the solution, per unit of row weight */
    uint32_t steps;
    bool has_converged;
    bool is_separated; /* logistic without penalty: there is no minimum */
} newton_solution;

void newton_solve(arena *a, const newton_problem *p, newton_solution *out);

#endif
