/* What a scope is inside, and the one way in which anything is sent for it: in a batch. The store's own business. */
#ifndef AIC_STORE_TRANSACTION_H
#define AIC_STORE_TRANSACTION_H

#include "store/pool.h"

/* FRESH (nothing sent, or all committed) → OPEN (in a transaction) → FRESH again after a pause, or DONE. FAILED after
 * an error, until the rollback. A scope that only reads stays FRESH: each of its batches is a transaction. */
typedef enum { SCOPE_FRESH, SCOPE_OPEN, SCOPE_FAILED, SCOPE_DONE } scope_state;

struct scope_connection {
    store *store;
    connection_pool *pool;
    connection *held; /* while OPEN or FAILED */
    scope_state state;
    bool is_system, reads;
    bool entered;   /* a batch was sent, and with it the token looked up */
    bool announced; /* the audit log knows that a person opened this SYSTEM scope */
    text reason;
};

/* Sets the statement by which a role enters a transaction. */
void transaction_entrance(arena *a, bool is_system, connection_options *out);

/* One round trip: enters a transaction when the scope is not in one, prepares the statement when its connection has not
 * seen it yet, runs it (only_check: explains it), and gives its result, which lives as long as the scope's arena. */
error transaction_run(scope *db, const statement *s, const void *in, bool only_check, PGresult **out);

#endif
