/* Time: microseconds since 1970-01-01T00:00:00Z. Nothing reads the system's clock but clock_system; everything else is
 * given a clock, so that a test can set the time. */
#ifndef AIC_BASE_CLOCK_H
#define AIC_BASE_CLOCK_H

#include "base/text.h"

typedef int64_t instant; /* microseconds since the epoch, UTC */

#define SECONDS(n) ((instant)(n)*1000000)
#define MINUTES(n) SECONDS((n)*60)
#define HOURS(n)   MINUTES((n)*60)
#define DAYS(n)    HOURS((n)*24)

/* A clock stands at `fixed`, or runs with the system when fixed is 0. */
typedef struct clock_source {
    instant fixed;
} clock_source;

clock_source clock_system(void);
clock_source clock_at(instant fixed);
instant clock_now(const clock_source *c);
instant clock_monotonic(void); /* for durations only */

text instant_format(arena *a, instant t); /* RFC 3339: 2026-03-06T15:00:00.000000Z, always six decimals */
bool instant_parse(text t, instant *out); /* RFC 3339 with Z or an offset */

#endif
