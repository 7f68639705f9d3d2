#include "engine/stats/stats.h"

#include <math.h>

double stats_mean(const double *value, const double *weight, size_t count)
{
    double total = 0, people = 0;
    for (size_t i = 0; i < count; i++) {
        total += value[i] * weight[i];
        people += weight[i];
    }
    return ratio_of(total, people);
}

/* GE(α) = 1/(nα(α-1)) Σ[(b/μ)^α - 1]; its limits for α = 1 (Theil's T, with 0 ln 0 = 0) and α = 0 (mean log deviation,
 * undefined when a value is 0). */
static double entropy_term(double share, double alpha)
{
    if (alpha == 1) return share > 0 ? share * log(share) : 0;
    if (alpha == 0) return share > 0 ? -log(share) : NAN;
    return (pow(share, alpha) - 1) / (alpha * (alpha - 1));
}

double stats_generalized_entropy(const double *value, const double *weight, size_t count, double alpha)
{
    double mean = stats_mean(value, weight, count), sum = 0, people = 0;
    if (!(mean > 0)) return NAN;
    for (size_t i = 0; i < count; i++) {
        if (weight[i] <= 0) continue;
        sum += weight[i] * entropy_term(value[i] / mean, alpha);
        people += weight[i];
    }
    return sum / people;
}

double stats_atkinson(const double *value, const double *weight, size_t count, double epsilon)
{
    double mean = stats_mean(value, weight, count), sum = 0, people = 0;
    if (!(mean > 0)) return NAN;
    for (size_t i = 0; i < count; i++) {
        if (weight[i] <= 0) continue;
        if (epsilon == 1 && value[i] <= 0) return 1; /* the geometric mean is 0 */
        sum += weight[i] * (epsilon == 1 ? log(value[i]) : pow(value[i], 1 - epsilon));
        people += weight[i];
    }
    double equivalent = epsilon == 1 ? exp(sum / people) : pow(sum / people, 1 / (1 - epsilon));
    return 1 - equivalent / mean;
}

/* One minus twice the area under the Lorenz curve. */
double stats_gini(const double *value, const double *weight, size_t count)
{
    double mean = stats_mean(value, weight, count), people = 0, held = 0, area = 0;
    if (!(mean > 0)) return NAN;
    for (size_t i = 0; i < count; i++) {
        double more = value[i] * weight[i];
        area += weight[i] * (held + more / 2);
        held += more;
        people += weight[i];
    }
    return fmax(0, 1 - 2 * area / (people * held));
}

double stats_lorenz(const double *value, const double *weight, size_t count, double part)
{
    double people = 0, total = 0, held = 0;
    for (size_t i = 0; i < count; i++) {
        people += weight[i];
        total += value[i] * weight[i];
    }
    if (!(total > 0)) return NAN;
    double left = part * people;
    for (size_t i = 0; i < count && left > 0; i++) {
        double taken = fmin(left, weight[i]);
        held += taken * value[i];
        left -= taken;
    }
    return held / total;
}
