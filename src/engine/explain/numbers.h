/* Lists of numbers. */
#ifndef AIC_ENGINE_EXPLAIN_NUMBERS_H
#define AIC_ENGINE_EXPLAIN_NUMBERS_H

#include <stddef.h>

void sort_numbers(double *values, size_t count); /* ascending; none is NaN */
/* Ascending, each once; gives how many are left. */
size_t sort_unique(double *values, size_t count);
/* The number with the fewest decimal digits in [low, high]; of several the one nearest to `near`. */
double roundest_between(double low, double high, double near);

#endif
