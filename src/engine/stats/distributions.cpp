// The one C++ file of the engine: Boost.Math, whose accuracy is proven against reference values. Errors are answered
// with NaN instead of exceptions, since the callers are C.
#include "engine/stats/distributions.h"

#include <boost/math/distributions/normal.hpp>
#include <boost/math/special_functions/erf.hpp>
#include <boost/math/special_functions/gamma.hpp>

#include <cmath>
#include <limits>

namespace
{
namespace policies = boost::math::policies;
using quiet =
    policies::policy<policies::domain_error<policies::ignore_error>, policies::pole_error<policies::ignore_error>,
                     policies::overflow_error<policies::ignore_error>,
                     policies::evaluation_error<policies::ignore_error>, policies::promote_double<false>>;
constexpr double undefined = std::numeric_limits<double>::quiet_NaN();
} // namespace

extern "C" double normal_two_sided_p(double z)
{
    return std::isnan(z) ? undefined : boost::math::erfc(std::fabs(z) / std::sqrt(2.0), quiet());
}

extern "C" double normal_quantile(double p)
{
    if (!(p > 0 && p < 1)) return undefined;
    return boost::math::quantile(boost::math::normal_distribution<double, quiet>(0, 1), p);
}

extern "C" double chi_square_p(double statistic, double degrees_of_freedom)
{
    if (!(statistic >= 0) || !(degrees_of_freedom > 0)) return undefined;
    return boost::math::gamma_q(degrees_of_freedom / 2, statistic / 2, quiet());
}

extern "C" double log_factorial(double n)
{
    return n >= 0 ? boost::math::lgamma(n + 1, quiet()) : undefined;
}
