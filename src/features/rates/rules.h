/* The limits by name, and what both halves of the room share: rates.c, which asks whether one request may pass, and
 * keeper.c, which reads the numbers and tells the database what was counted in memory. */
#ifndef AIC_FEATURES_RATES_RULES_H
#define AIC_FEATURES_RATES_RULES_H

#include "features/rates/near_counts.h"
#include "features/rates/rates.h"
#include "features/rates/subjects.h"

#include <pthread.h>
#include <stdatomic.h>

typedef enum {
    RULE_API,
    RULE_API_KEY,
    RULE_ANALYZE,
    RULE_EXPLAIN,
    RULE_EXPORT,
    RULE_VERIFY,
    RULE_SIGN_IN,
    RULE_SIGN_IN_NETWORK,
    RULE_REFRESH,
    RULE_REGISTER,
    RULE_INTAKE,
    RULE_INTAKE_DAY,
    RULE_CASE,
    RULE_PUBLIC,
    RULES
} rule_id;

typedef struct rule {
    const char *name; /* in rate_limits, in keys of rate_windows, and in the headers */
    subject_kind by;
    bool is_exact;
} rule;
extern const rule rules[RULES];

struct rates {
    rates_options options;
    near_counts *near;
    atomic_int most[RULES], window_seconds[RULES];
    atomic_uint_fast64_t refused[RULES];

    pthread_mutex_t lock; /* guards stopping */
    pthread_cond_t wake;
    pthread_t watcher;
    bool watching, stopping;
    bool failing;    /* the watcher's last turn failed; the watcher's own */
    instant read_at; /* the watcher's own */
};

/* What a limit allows its subject: outside production addresses get more. */
int64_t rule_most(const rates *r, rule_id id);
count_window rule_window(const rates *r, rule_id id, instant now);

/* The key of a window in the database: "intake 192.0.2.1". */
text rule_key(arena *a, rule_id id, const rate_subject *subject);

/* One of the windows that rates_add() adds to. */
typedef struct rate_count {
    text key;
    instant start;
    int64_t taken;
} rate_count;
text rate_counts_json(arena *a, const rate_count *counts, size_t count);

#endif
