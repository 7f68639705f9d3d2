/* One connection to PostgreSQL, always in pipeline mode, and the pool that lends it. The store's own business. */
#ifndef AIC_STORE_CONNECTION_H
#define AIC_STORE_CONNECTION_H

#include "store/binary.h"

#include <pthread.h>

enum { PREPARED_SLOTS = 1024 }; /* open addressing over statement addresses; far more than there are statements */

typedef struct connection {
    PGconn *pg;
    struct connection *next; /* idle in its pool */
    bool has_enter;          /* the statements of every scope are prepared */
    const statement *prepared[PREPARED_SLOTS];
} connection;

typedef struct pool {
    const char *role;
    pthread_mutex_t lock;
    pthread_cond_t returned;
    connection *idle;
    int open, busy, waiting, most;
    instant failed_at; /* monotonic; within a moment after a failure others fail at once */
} pool;

struct store {
    store_options options;
    const char *const *keywords; /* of the URL */
    const char *const *values;
    pool tenant, system;
    pthread_mutex_t figures_lock;
    uint64_t statements, transactions, failures, reconnects;
};

error pool_take(store *s, pool *p, arena *a, connection **out);
void pool_give(pool *p, connection *c); /* closes it when broken */
void pool_close(pool *p);

/* Result of the next command in the pipeline, waited for until the deadline (monotonic). NULL only with an error. */
error connection_result(store *s, connection *c, arena *a, instant deadline, PGresult **out);
error connection_flush(store *s, connection *c, arena *a, instant deadline);
bool connection_broken(const connection *c);
error database_gone(arena *a);
error database_error(store *s, arena *a, const PGresult *result, const char *statement_name);

void store_count(store *s, uint64_t *figure);

/* Settings of the URL with user and password of one of the two roles. */
PGconn *connect_as(const store *s, const char *role);
const char *role_password(arena *a, const char *url_password, const char *role); /* NULL when the URL has none */

#endif
