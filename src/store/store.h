/* Store: PostgreSQL behind two kinds of scope, and no third way to a connection.
 *
 * A scope is one transaction that a feature's rule works in. It is lazy: opening one touches nothing; the connection is
 * taken, and BEGIN and the settings are sent, in one batch with the first statement (libpq's pipeline mode), so that
 * the scope costs no round trip of its own.
 *
 *   TENANT  works as role aic_tenant with aic.org_id set: row-level security shows one organization's rows.
 *   SYSTEM  works as role aic_system and sees all; it cannot be opened without one of the numbered reasons of
 *           docs/system-access.md and a sentence that says why. When a person is behind it, opening it writes
 *           system_scope_opened to the audit log in the same transaction.
 *
 * Statements live in .sql files; tools/sqlgen turns each into one typed C function (see store/README.md), which is the
 * only thing that calls statement_run below.
 *
 * Failures are errors of kind: CONFLICT (unique), INVALID (check, foreign key, bad value; SQLSTATE AC422), NOT_FOUND
 * (AC404), CONFLICT (AC409), UNAUTHENTICATED (AC401), FORBIDDEN (AC403), STALE (AC412), UNAVAILABLE with a time to wait
 * (no connection, database gone, time limit, deadlock), INTERNAL (anything else; the detail goes to the log). After
 * UNAVAILABLE nothing of the scope has been done, but for a COMMIT whose answer was lost, which the message says. */
#ifndef AIC_STORE_STORE_H
#define AIC_STORE_STORE_H

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/maybe.h"
#include "base/uuid.h"

typedef struct store store;

/* What a person reads when a write breaks a named constraint. */
typedef struct constraint_message {
    const char *constraint, *pointer, *message;
} constraint_message;

typedef struct store_options {
    text url;               /* libpq URL or conninfo of a role that may create roles; multi-host URLs are fine */
    int tenant_connections; /* most connections of each kind; opened as needed, kept */
    int system_connections;
    int acquire_ms;                        /* longest wait for a free connection, then UNAVAILABLE */
    int statement_ms;                      /* statement_timeout */
    const constraint_message *constraints; /* ended by a NULL name; NULL: none */
    const logger *log;
    clock_source clock;
} store_options;

/* Opens the pools; does not need the database to be up yet. The store lives until store_close. */
error store_open(arena *a, const store_options *options, store **out);
void store_close(store *s);
bool store_ready(store *s); /* one cheap round trip; for /readyz */

typedef struct store_figures {
    int connections, busy, waiting;
    uint64_t statements, transactions, failures, reconnects, round_trips;
} store_figures;
store_figures store_read_figures(store *s);

/* Who acts. Set by the dispatcher from the token; by jobs and programs by hand. */
typedef enum { ACTOR_PUBLIC, ACTOR_USER, ACTOR_API_KEY, ACTOR_SYSTEM, ACTOR_WEBHOOK } actor_kind;

typedef struct caller {
    actor_kind kind;
    uuid id;     /* user or key; nil when nobody */
    uuid org_id; /* nil when none */
    uuid jti;    /* the token's id; nil when none: a scope of a revoked token fails with UNAUTHENTICATED */
    text request_id, ip, user_agent;
} caller;

/* Reasons of SYSTEM access (domain, section 5). */
typedef enum {
    S1_SIGN_IN = 1,
    S2_PUBLIC_REGISTRY,
    S3_PUBLIC_INTAKE,
    S4_CASE_BY_SECRET,
    S5_PAYMENT_WEBHOOK,
    S6_STAFF_VIEW,
    S7_SCHEDULER,
    S8_LEDGER_CHECKPOINT,
    S9_PLATFORM_ADMINISTRATION
} system_reason;
const char *system_reason_name(system_reason reason); /* "S1 sign-in before a tenant is known" … */

typedef struct scope {
    arena *arena;
    clock_source clock;
    caller who;
    struct scope_connection *connection; /* the store's own business */
} scope;

error scope_open_tenant(store *s, arena *a, const caller *who, scope **out);
error scope_open_system(store *s, arena *a, system_reason reason, text why, const caller *who, scope **out);

/* Says, before the first statement, that the scope will only read; the database refuses it anything else. Each
 * statement is then a transaction of its own, entered and ended in its one round trip, and the connection goes back at
 * once: a list request costs one round trip in all. (READ COMMITTED gives every statement a snapshot of its own
 * anyway.) Without effect in a SYSTEM scope with a person behind it, since the audit log is written there. */
void scope_reads(scope *db);

/* Commits; a scope that never ran a statement has nothing to do. After it, the scope may not be used. */
error scope_commit(scope *db);
/* Undoes all and gives the connection back. Safe at any time, also after scope_commit: cleaning up is one call. */
void scope_rollback(scope *db);
/* Commits what was done so far and gives the connection back; the next statement begins a new transaction with the same
 * settings. For rules that compute for long (a password hash) between two statements. */
error scope_pause(scope *db);
/* SYSTEM scopes only: the organization that ledger entries and audit rows of what follows belong to (sign-up creates
 * it; sign-in finds it). */
error scope_set_org(scope *db, uuid org_id);

/* For a request that needs nothing of the database: asks whether its token still holds, unless a statement has. */
error scope_enter(scope *db);

instant scope_now(const scope *db);

/* ------------------------------------------------------------------ migrations and the private cluster */

/* Creates the roles, then runs what has not been run of the embedded sql/migrations, each in a transaction, all under
 * an advisory lock: of two servers that start together one migrates and the other waits. A migration whose text was
 * changed after it ran is an error. */
error store_migrate(arena *a, const store_options *options, int *applied);

/* Runs one statement as the owner of the tables, for what no server may do: a command of somebody with the rights of
 * DATABASE_URL itself. $1 is `parameter`; *answer its only value, NO_TEXT for null or none. What the database refuses
 * (AC403) is FORBIDDEN. */
error store_as_owner(arena *a, const store_options *options, const char *sql, const char *parameter, text *answer);

/* PostgreSQL of our own in DIRECTORY (made by initdb when new: data checksums, fsync, no TCP, socket in a 0700
 * directory). As root everything of it runs as the user that owns the directory or else "postgres". */
typedef struct cluster cluster;
error cluster_start(arena *a, text directory, const logger *log, cluster **out); /* also restarts it after a crash */
text cluster_url(const cluster *c);
bool cluster_alive(cluster *c);
void cluster_stop(cluster *c); /* fast shutdown, waits */

#endif
