/* Distribution functions, from Boost.Math through one C++ shim (distributions.cpp). NaN in gives NaN out. */
#ifndef AIC_ENGINE_DISTRIBUTIONS_H
#define AIC_ENGINE_DISTRIBUTIONS_H

#ifdef __cplusplus
extern "C" {
#endif

double normal_two_sided_p(double z);                              /* P(|Z| >= |z|) */
double normal_quantile(double p);                                 /* 0 < p < 1 */
double chi_square_p(double statistic, double degrees_of_freedom); /* P(X >= statistic) */
double log_factorial(double n);                                   /* ln n!, n a whole number >= 0 */

#ifdef __cplusplus
}
#endif

#endif
