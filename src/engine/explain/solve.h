/* Small dense linear algebra: symmetric positive definite systems, as least squares has them. Row-major. */
#ifndef AIC_ENGINE_EXPLAIN_SOLVE_H
#define AIC_ENGINE_EXPLAIN_SOLVE_H

#include "base/arena.h"

#include <stdbool.h>

/* Replaces the lower triangle by its Cholesky factor; false: not positive definite. */
bool cholesky(double *matrix, size_t size);
/* Solves with the factor, in place. */
void cholesky_solve(const double *factor, size_t size, double *right);
/* The inverse, in place; false: not positive definite. */
bool invert_symmetric(arena *scratch, double *matrix, size_t size);

/* In a fixed order of eight partial sums: the same on every machine, and fast. */
double dot(const double *x, const double *y, size_t count);

#endif
