/* Counts that one server keeps in its own memory, and what of them the other servers have not been told yet. Bounded:
 * where there is no room for one more, the smallest count near it gives way. Safe to use from any thread. */
#ifndef AIC_FEATURES_RATES_NEAR_COUNTS_H
#define AIC_FEATURES_RATES_NEAR_COUNTS_H

#include "base/clock.h"
#include "features/rates/subjects.h"

typedef struct count_key {
    rate_subject subject;
    uint8_t rule;
} count_key;

typedef struct count_window {
    instant start, end;
} count_window;

typedef struct near_counts near_counts;
near_counts *near_counts_new(arena *a, size_t entries);

/* One more, unless there are `most` already. *taken: how many there are now, as far as this server knows. */
bool near_take(near_counts *n, const count_key *key, count_window window, int64_t most, int64_t *taken);

/* What was taken here since it was last asked for. Each is then told to near_learn, with the sum over all servers, or
 * to near_keep when nobody could be told. */
typedef struct near_change {
    count_key key;
    instant start;
    int64_t taken, total;
    bool is_told;
} near_change;
/* From *place on, which begins at 0; at most `room` of them (8 or more). *place is 0 again at the end. */
size_t near_collect(near_counts *n, size_t *place, near_change *out, size_t room);
void near_learn(near_counts *n, const near_change *change);
void near_keep(near_counts *n, const near_change *change);

#endif
