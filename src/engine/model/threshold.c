#include "engine/model/model.h"

#include <float.h>

/* Rounding to float32 keeps the order of doubles, so the doubles that round to t or below end in one greatest one: the
 * middle between t and its successor, when a tie goes down to t, else the double before. Both floats and their middle
 * are exact doubles; beyond the largest float the successor is 2^128, where rounding to infinity begins half a step
 * before. */
double model_threshold_at_most_float(float t)
{
    if (isnan(t) || t == INFINITY) return (double)t;
    float after = nextafterf(t, INFINITY);
    double low = isinf(t) ? -0x1p128 : (double)t, high = isinf(after) ? 0x1p128 : (double)after;
    double middle = low + (high - low) / 2;
    return (float)middle <= t ? middle : nextafter(middle, -INFINITY);
}

double model_threshold_below_float(float t)
{
    if (isnan(t) || t == -INFINITY) return (double)t;
    return model_threshold_at_most_float(nextafterf(t, -INFINITY));
}
