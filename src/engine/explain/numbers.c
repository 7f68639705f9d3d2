#include "engine/explain/numbers.h"

#include <math.h>
#include <stdlib.h>

static int by_number(const void *x, const void *y)
{
    double a = *(const double *)x, b = *(const double *)y;
    return (a > b) - (a < b);
}

void sort_numbers(double *values, size_t count)
{
    if (count > 1) qsort(values, count, sizeof(double), by_number);
}

size_t sort_unique(double *values, size_t count)
{
    sort_numbers(values, count);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (i == 0 || values[i] != values[kept - 1]) values[kept++] = values[i];
    return kept;
}

/* To so many digits behind the point, negative: before it; by a power that is exact in either case. */
static double rounded_by(double (*how)(double), double x, int digits)
{
    double power = pow(10, abs(digits));
    return digits < 0 ? how(x / power) * power : how(x * power) / power;
}

double roundest_between(double low, double high, double near)
{
    if (!(low < high)) return near;
    int most = (int)ceil(log10(fmax(fabs(low), fabs(high))));
    for (int digits = -most - 1; digits <= 15; digits++) {
        double rounded = rounded_by(nearbyint, near, digits);
        if (rounded >= low && rounded <= high) return rounded;
        rounded = rounded_by(near - low < high - near ? ceil : floor, near, digits);
        if (rounded >= low && rounded <= high) return rounded;
    }
    return near;
}
