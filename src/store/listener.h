/* A connection that waits for NOTIFY. It sees payloads and no rows: whoever is woken looks through a scope. It connects
 * anew by itself when the database was away; what was told meanwhile is lost, so that a listener also looks now and
 * then without having been told. One thread at a time. */
#ifndef AIC_STORE_LISTENER_H
#define AIC_STORE_LISTENER_H

#include "store/store.h"

typedef struct listener listener;

/* Whoever reaches the database could write into a channel: what is told is only ever a reason to look. */
typedef enum { CHANNEL_TASKS, CHANNEL_TASK_CHANGES } channel;

/* Needs no database yet. Lives as long as the arena. */
error listener_open(arena *a, const store_options *options, channel from, listener **out);
/* Until something was told, the time is over, or `wake` (a file descriptor; -1: none) can be read. Calls told() for
 * each payload, and once with NO_TEXT after it had to connect anew; NULL: nobody asks what. True when told() was or
 * would have been called. */
bool listener_wait(listener *l, int wake, int milliseconds, void (*told)(void *context, text payload), void *context);

#endif
