#include "engine/explain/solve.h"

#include <math.h>

enum { LANES = 8 };

static inline __attribute__((always_inline)) double dot_in_lanes(const double *x, const double *y, size_t count)
{
    double sums[LANES] = { 0 };
    size_t i = 0;
    for (; i + LANES <= count; i += LANES)
        for (size_t k = 0; k < LANES; k++) sums[k] += x[i + k] * y[i + k];
    for (size_t k = 0; i < count; i++, k++) sums[k] += x[i] * y[i];
    return ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7]));
}

/* The same lanes in wider registers: C17 multiplies and adds in two roundings either way, so the sums are equal bit for
 * bit. */
#if defined(__x86_64__)
__attribute__((target("avx2"))) static double dot_wide(const double *x, const double *y, size_t count)
{
    return dot_in_lanes(x, y, count);
}

double dot(const double *x, const double *y, size_t count)
{
    return __builtin_cpu_supports("avx2") ? dot_wide(x, y, count) : dot_in_lanes(x, y, count);
}
#else
double dot(const double *x, const double *y, size_t count)
{
    return dot_in_lanes(x, y, count);
}
#endif

bool cholesky(double *matrix, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        double *row = matrix + i * size;
        for (size_t j = 0; j < i; j++) row[j] = (row[j] - dot(row, matrix + j * size, j)) / matrix[j * size + j];
        double square = row[i] - dot(row, row, i);
        if (!(square > row[i] * 1e-14) || !isfinite(square)) return false;
        row[i] = sqrt(square);
    }
    return true;
}

void cholesky_solve(const double *factor, size_t size, double *right)
{
    for (size_t i = 0; i < size; i++) right[i] = (right[i] - dot(factor + i * size, right, i)) / factor[i * size + i];
    for (size_t i = size; i-- > 0;) {
        right[i] /= factor[i * size + i];
        for (size_t j = 0; j < i; j++) right[j] -= factor[i * size + j] * right[i];
    }
}

bool invert_symmetric(arena *scratch, double *matrix, size_t size)
{
    if (!cholesky(matrix, size)) return false;
    double *inverse = ARENA_ARRAY(scratch, size * size, double);
    for (size_t i = 0; i < size; i++) {
        inverse[i * size + i] = 1;
        cholesky_solve(matrix, size, inverse + i * size);
    }
    for (size_t i = 0; i < size; i++)
        for (size_t j = 0; j < size; j++) matrix[i * size + j] = (inverse[i * size + j] + inverse[j * size + i]) / 2;
    return true;
}
