/* The store and its two pools of connections. The store's own business. */
#ifndef AIC_STORE_POOL_H
#define AIC_STORE_POOL_H

#include "store/connection.h"

#include <pthread.h>
#include <stdatomic.h>

/* After a failure to connect, one request at a time tries again, and not before a pause; all others fail at once, so
 * that a database that is away is told to clients quickly and is not hammered while it comes back. */
typedef struct connection_pool {
    connection_options connecting;
    pthread_mutex_t lock;
    pthread_cond_t returned;
    connection *idle;
    int open, busy, waiting, most;
    bool down, probing;
    int pause_ms;
    instant retry_at;
} connection_pool;

struct store {
    store_options options;
    connection_pool tenant, system;
    atomic_uint_fast64_t statements, transactions, failures, reconnects, round_trips;
};

void connection_pool_start(connection_pool *p, const connection_options *connecting, int most);
error connection_pool_take(store *s, connection_pool *p, arena *a, connection **out);
void connection_pool_give(connection_pool *p, connection *c); /* closes it when it is lost, and with it the idle ones */
void connection_pool_close(connection_pool *p);

error store_connecting(arena *a, const store_options *options, connection_options *out);

#endif
