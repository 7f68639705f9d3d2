/* One connection to PostgreSQL, always in pipeline mode: several commands are sent at once, their results come in
 * order. The store's own business. */
#ifndef AIC_STORE_CONNECTION_H
#define AIC_STORE_CONNECTION_H

#include "store/binary.h"

/* Statements that every scope needs, prepared when the connection is opened. */
#define BEGIN_STATEMENT    "begin"
#define COMMIT_STATEMENT   "commit"
#define ROLLBACK_STATEMENT "rollback"
#define ENTER_STATEMENT    "enter"
#define LOOK_STATEMENT     "look" /* enters a transaction that only reads */

typedef struct connection_options {
    const char *const *keywords; /* of the URL, ended by NULL */
    const char *const *values;
    const char *role; /* aic_tenant or aic_system; NULL: the URL's own */
    /* The statements by which the role enters a transaction, and the types of their parameters. */
    const char *enter_sql, *look_sql;
    const Oid *enter_types;
    int enter_count;
    int statement_ms;
    const logger *log;
} connection_options;

typedef struct connection {
    arena *arena; /* its own; it outlives requests */
    PGconn *pg;
    struct connection *next;    /* idle in its pool */
    bool lost;                  /* gone, or in a state that nobody knows: closed when it is given back */
    bool proven;                /* has answered a scope */
    const statement **prepared; /* open addressing by address */
    size_t prepared_room, prepared_count;
} connection;

error connection_open(arena *a, const connection_options *options, connection **out);
void connection_close(connection *c);

/* As the URL says, or as a role with the password that is derived for it; to be checked by the caller. */
PGconn *connect_as(const connection_options *options);
/* HMAC-SHA-256 of the URL's password with the role's name, in hex; NULL when the URL has none. */
const char *role_password(arena *a, const connection_options *options, const char *role);

bool connection_knows(const connection *c, const statement *s);
void connection_learn(connection *c, const statement *s);

/* Sends what was queued. Until `deadline` (clock_monotonic). */
error connection_flush(connection *c, arena *a, instant deadline);
/* The next of the results in order; NULL is the end of a command's. */
error connection_next(connection *c, arena *a, instant deadline, PGresult **out);

error database_gone(arena *a);
/* What the database said, for a person: see the table in failure.c. */
error database_error(arena *a, const constraint_message *constraints, const PGresult *result,
                     const char *statement_name);

#endif
