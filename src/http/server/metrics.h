/* Counts for Prometheus: one row of counters for each route, written by any thread without a lock. */
#ifndef AIC_HTTP_METRICS_H
#define AIC_HTTP_METRICS_H

#include "base/clock.h"
#include "base/text.h"

typedef struct metrics metrics;

/* labels: what stands between the braces for each slot, such as route="/systems",method="GET". */
metrics *metrics_new(arena *a, const text *labels, size_t count);
void metrics_count(metrics *m, size_t slot, int status, instant took, size_t bytes_in, size_t bytes_out);
/* Refused before there was a request to count: "timeout", "too_large", "memory", "malformed". */
typedef enum { CUT_TIMEOUT, CUT_TOO_LARGE, CUT_MEMORY, CUT_MALFORMED, CUT_KINDS } cut_kind;
void metrics_cut(metrics *m, cut_kind kind);
void metrics_write(const metrics *m, text_builder *out);
/* "# HELP name help\n# TYPE name type\nname value\n" */
void metrics_single(text_builder *out, const char *name, const char *type, const char *help, double value);

#endif
