#include "store/connection.h"

#include <stdlib.h>
#include <sys/socket.h>

/* A scope's life: FRESH (nothing sent) → OPEN (in a transaction) → FRESH again after a pause, or DONE; FAILED after a
 * statement that the database refused, until the rollback. */
typedef enum { SCOPE_FRESH, SCOPE_OPEN, SCOPE_FAILED, SCOPE_DONE } scope_state;

struct scope_connection {
    store *store;
    pool *pool;
    connection *held;
    scope_state state;
    bool is_system;
    system_reason reason;
    text why;
};

const char *system_reason_name(system_reason reason)
{
    static const char *const names[] = {
        [S1_SIGN_IN] = "S1 sign-in before a tenant is known",
        [S2_PUBLIC_REGISTRY] = "S2 public registry, verification, badge, index",
        [S3_PUBLIC_INTAKE] = "S3 public intake into an inbox",
        [S4_CASE_BY_SECRET] = "S4 case look-up by its secret",
        [S5_PAYMENT_WEBHOOK] = "S5 webhook of the payment provider",
        [S6_STAFF_VIEW] = "S6 staff view across tenants",
        [S7_SCHEDULER] = "S7 scheduler or worker",
        [S8_LEDGER_CHECKPOINT] = "S8 ledger checkpoint over all chains",
        [S9_PLATFORM_ADMINISTRATION] = "S9 platform administration",
    };
    return reason >= S1_SIGN_IN && reason <= S9_PLATFORM_ADMINISTRATION ? names[reason] : "";
}

/* ------------------------------------------------------------------ the store */

static void pool_start(pool *p, const char *role, int most)
{
    *p = (pool){ .role = role, .most = most };
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->returned, NULL);
}

static void release_options(void *options)
{
    PQconninfoFree(options);
}

error store_open(arena *a, const store_options *options, store **out)
{
    char *why = NULL;
    PQconninfoOption *parsed = PQconninfoParse(text_string(a, options->url), &why);
    if (!parsed) {
        /* libpq's message may repeat the URL, and with it a password. */
        PQfreemem(why);
        return fail(a, INVALID, "/DATABASE_URL",
                    "DATABASE_URL cannot be read: expected postgresql://user@host/database.");
    }
    arena_defer(a, release_options, parsed);
    size_t count = 0;
    while (parsed[count].keyword) count++;
    const char **keywords = ARENA_ARRAY(a, count + 1, const char *);
    const char **values = ARENA_ARRAY(a, count + 1, const char *);
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        if (!parsed[i].val) continue;
        keywords[n] = parsed[i].keyword;
        values[n++] = parsed[i].val;
    }
    store *s = ARENA_NEW(a, store);
    s->options = *options;
    s->keywords = keywords;
    s->values = values;
    pool_start(&s->tenant, "aic_tenant", options->tenant_connections);
    pool_start(&s->system, "aic_system", options->system_connections);
    pthread_mutex_init(&s->figures_lock, NULL);
    *out = s;
    return OK;
}

void store_close(store *s)
{
    pool_close(&s->tenant);
    pool_close(&s->system);
}

store_figures store_read_figures(store *s)
{
    pthread_mutex_lock(&s->figures_lock);
    store_figures f = { .statements = s->statements,
                        .transactions = s->transactions,
                        .failures = s->failures,
                        .reconnects = s->reconnects };
    pthread_mutex_unlock(&s->figures_lock);
    pool *pools[] = { &s->tenant, &s->system };
    for (int i = 0; i < 2; i++) {
        pthread_mutex_lock(&pools[i]->lock);
        f.connections += pools[i]->open;
        f.busy += pools[i]->busy;
        f.waiting += pools[i]->waiting;
        pthread_mutex_unlock(&pools[i]->lock);
    }
    return f;
}

/* ------------------------------------------------------------------ opening */

static scope *scope_new(store *s, arena *a, const caller *who)
{
    scope *db = ARENA_NEW(a, scope);
    db->arena = a;
    db->clock = s->options.clock;
    db->who = *who;
    db->connection = ARENA_NEW(a, struct scope_connection);
    db->connection->store = s;
    return db;
}

error scope_open_tenant(store *s, arena *a, const caller *who, scope **out)
{
    if (uuid_is_nil(who->org_id)) return fail(a, INTERNAL, "", "A TENANT scope was asked for without an organization.");
    *out = scope_new(s, a, who);
    (*out)->connection->pool = &s->tenant;
    return OK;
}

error scope_open_system(store *s, arena *a, system_reason reason, text why, const caller *who, scope **out)
{
    if (!*system_reason_name(reason) || why.length == 0)
        return fail(a, INTERNAL, "", "A SYSTEM scope was asked for without its reason.");
    *out = scope_new(s, a, who);
    (*out)->connection->pool = &s->system;
    (*out)->connection->is_system = true;
    (*out)->connection->reason = reason;
    (*out)->connection->why = why;
    return OK;
}

instant scope_now(const scope *db)
{
    return clock_now(&db->clock);
}

/* ------------------------------------------------------------------ entering: the settings of the transaction */

static const char enter_sql[] = "select scope_enter($1, $2, $3, $4, $5, $6, $7, $8)";
enum { ENTER_PARAMETERS = 8 };

typedef struct enter_values {
    bool is_system;
    maybe_uuid org_id;
    text actor_kind;
    maybe_uuid actor_id, jti;
    text request_id, ip, reason;
} enter_values;

static const statement_slot enter_slots[ENTER_PARAMETERS] = {
    { "is_system", offsetof(enter_values, is_system), SQL_BOOLEAN, false },
    { "org_id", offsetof(enter_values, org_id), SQL_UUID, true },
    { "actor_kind", offsetof(enter_values, actor_kind), SQL_TEXT, false },
    { "actor_id", offsetof(enter_values, actor_id), SQL_UUID, true },
    { "jti", offsetof(enter_values, jti), SQL_UUID, true },
    { "request_id", offsetof(enter_values, request_id), SQL_TEXT, true },
    { "ip", offsetof(enter_values, ip), SQL_TEXT, true },
    { "reason", offsetof(enter_values, reason), SQL_TEXT, true },
};

static const char *actor_name(actor_kind kind)
{
    static const char *const names[] = { "PUBLIC", "USER", "API_KEY", "SYSTEM", "WEBHOOK" };
    return names[kind];
}

static maybe_uuid unless_nil(uuid id)
{
    return (maybe_uuid){ !uuid_is_nil(id), id };
}

static binary_parameters enter_parameters(const scope *db)
{
    const struct scope_connection *c = db->connection;
    enter_values values = {
        .is_system = c->is_system,
        .org_id = unless_nil(db->who.org_id),
        .actor_kind = text_of(actor_name(db->who.kind)),
        .actor_id = unless_nil(db->who.id),
        .jti = unless_nil(db->who.jti),
        .request_id = db->who.request_id,
        .ip = db->who.ip,
    };
    if (c->is_system) values.reason = text_format(db->arena, "%s: %.*s", system_reason_name(c->reason), PRINT(c->why));
    /* The encoding points into `values` only for uuids; they must outlive this function. */
    const enter_values *kept = arena_copy(db->arena, &values, sizeof values);
    return binary_encode(db->arena, enter_slots, ENTER_PARAMETERS, kept);
}

/* ------------------------------------------------------------------ a batch of commands */

typedef struct batch {
    scope *db;
    connection *c;
    instant deadline;
    int commands;
    bool sent;
} batch;

static void send_begin(batch *b)
{
    static const char *const names[] = { "begin", "commit", "rollback" };
    connection *c = b->c;
    b->sent = true;
    if (!c->has_enter) {
        Oid types[ENTER_PARAMETERS];
        for (int i = 0; i < ENTER_PARAMETERS; i++) types[i] = binary_oid(enter_slots[i].kind);
        for (int i = 0; i < 3; i++) b->sent &= PQsendPrepare(c->pg, names[i], names[i], 0, NULL) == 1;
        b->sent &= PQsendPrepare(c->pg, "enter", enter_sql, ENTER_PARAMETERS, types) == 1;
        b->commands += 4;
        c->has_enter = true;
    }
    binary_parameters p = enter_parameters(b->db);
    b->sent &= PQsendQueryPrepared(c->pg, "begin", 0, NULL, NULL, NULL, 1) == 1;
    b->sent &= PQsendQueryPrepared(c->pg, "enter", p.count, p.values, p.lengths, p.formats, 1) == 1;
    b->commands += 2;
}

static const statement **prepared_slot(connection *c, const statement *s)
{
    size_t at = ((uintptr_t)s >> 4) % PREPARED_SLOTS;
    while (c->prepared[at] && c->prepared[at] != s) at = (at + 1) % PREPARED_SLOTS;
    return &c->prepared[at];
}

/* Position in the batch of the description of a statement that this connection sees for the first time; -1: seen. */
static int send_prepare(batch *b, const statement *s, const binary_parameters *p)
{
    if (*prepared_slot(b->c, s) == s) return -1;
    b->sent &= PQsendPrepare(b->c->pg, s->name, s->sql, p->count, p->types) == 1;
    b->sent &= PQsendDescribePrepared(b->c->pg, s->name) == 1;
    b->commands += 2;
    return b->commands - 1;
}

static error check_columns(arena *a, const PGresult *description, const statement *s)
{
    int given = PQnfields(description);
    if (s->kind == STATEMENT_EXEC || s->kind == STATEMENT_COUNT) return OK; /* what it returns, nobody reads */
    if (given != (int)s->column_count)
        return fail(a, INTERNAL, "", "Statement %s gives %d columns; %zu are declared.", s->name, given,
                    s->column_count);
    for (int i = 0; i < given; i++) {
        const statement_slot *slot = &s->columns[i];
        if (strcmp(PQfname(description, i), slot->name) != 0)
            return fail(a, INTERNAL, "", "Statement %s gives %s as column %d; %s is declared.", s->name,
                        PQfname(description, i), i + 1, slot->name);
        if (PQftype(description, i) != binary_oid(slot->kind))
            return fail(a, INTERNAL, "", "Statement %s gives the column %s as type %u; %u is declared.", s->name,
                        slot->name, PQftype(description, i), binary_oid(slot->kind));
    }
    return OK;
}

/* Reads a batch of `commands` results and the sync. Keeps two of them: a description and the statement's own. */
static error read_results(batch *b, const statement *s, int described, int wanted, PGresult **out)
{
    struct scope_connection *sc = b->db->connection;
    arena *a = b->db->arena;
    error first = OK;
    for (int i = 0; i <= b->commands; i++) {
        PGresult *result = NULL, *end = NULL;
        TRY(connection_result(sc->store, b->c, a, b->deadline, &result));
        if (!result) return database_gone(a);
        ExecStatusType status = PQresultStatus(result);
        if (status == PGRES_FATAL_ERROR && !first) first = database_error(sc->store, a, result, s->name);
        if (!first && i == described) first = check_columns(a, result, s);
        if (i == wanted && !first && out)
            *out = result;
        else
            PQclear(result);
        if (connection_broken(b->c)) return first ? first : database_gone(a);
        if (status == PGRES_PIPELINE_SYNC) break;
        TRY(connection_result(sc->store, b->c, a, b->deadline, &end));
        PQclear(end);
    }
    return first;
}

static instant batch_deadline(const store *s)
{
    return clock_monotonic() + (instant)(s->options.statement_ms + 1000) * 1000;
}

/* One round trip: whatever the scope still has to say before its first statement, then the statement (not run when
 * only checked). */
static error send_batch(scope *db, const statement *s, const void *in, bool only_check, PGresult **out)
{
    struct scope_connection *sc = db->connection;
    batch b = { .db = db, .c = sc->held, .deadline = batch_deadline(sc->store), .sent = true };
    bool first = sc->state == SCOPE_FRESH;
    if (first) send_begin(&b);
    binary_parameters p = binary_encode(db->arena, s->inputs, s->input_count, in);
    int described = send_prepare(&b, s, &p);
    int wanted = -1;
    if (!only_check) {
        b.sent &= PQsendQueryPrepared(b.c->pg, s->name, p.count, p.values, p.lengths, p.formats, 1) == 1;
        wanted = b.commands++;
    }
    b.sent &= PQpipelineSync(b.c->pg) == 1;
    if (!b.sent) return database_gone(db->arena);
    TRY(connection_flush(sc->store, b.c, db->arena, b.deadline));
    error bad = read_results(&b, s, described, wanted, out);
    if (!bad && described >= 0) *prepared_slot(b.c, s) = s;
    if (first && bad && !connection_broken(b.c) && described >= 0) {
        /* It may or may not have been prepared: give the name up, so that the next attempt is clean. */
        shutdown(PQsocket(b.c->pg), SHUT_RDWR);
        PQconsumeInput(b.c->pg);
    }
    return bad;
}

static void give_back(struct scope_connection *sc)
{
    if (sc->held) pool_give(sc->pool, sc->held);
    sc->held = NULL;
}

/* The first batch on a connection that died while it was idle has changed nothing: a fresh connection tries once more.
 */
static error first_batch(scope *db, const statement *s, const void *in, bool only_check, PGresult **out)
{
    struct scope_connection *sc = db->connection;
    error bad = OK;
    for (int attempt = 0; attempt < 2; attempt++) {
        TRY(pool_take(sc->store, sc->pool, db->arena, &sc->held));
        bad = send_batch(db, s, in, only_check, out);
        if (!bad || !connection_broken(sc->held)) break;
        give_back(sc);
        if (bad->kind != UNAVAILABLE) break;
    }
    return bad;
}

static error run(scope *db, const statement *s, const void *in, bool only_check, PGresult **out)
{
    struct scope_connection *sc = db->connection;
    statement_scope here = sc->is_system ? STATEMENT_SYSTEM : STATEMENT_TENANT;
    if (!(s->scope & here))
        return fail(db->arena, INTERNAL, "", "Statement %s may not run in a %s scope.", s->name,
                    sc->is_system ? "SYSTEM" : "TENANT");
    if (sc->state == SCOPE_DONE || sc->state == SCOPE_FAILED)
        return fail(db->arena, INTERNAL, "", "Statement %s came after the end of its scope.", s->name);
    store_count(sc->store, &sc->store->statements);
    error bad =
        sc->state == SCOPE_FRESH ? first_batch(db, s, in, only_check, out) : send_batch(db, s, in, only_check, out);
    sc->state = bad ? SCOPE_FAILED : SCOPE_OPEN;
    return bad;
}

/* ------------------------------------------------------------------ the four ways to run one */

error statement_maybe(scope *db, const statement *s, const void *in, bool *found, void *out)
{
    PGresult *result = NULL;
    TRY(run(db, s, in, false, &result));
    *found = PQntuples(result) > 0;
    memset(out, 0, s->row_size);
    error bad = *found ? binary_decode(db->arena, result, 0, s, out) : OK;
    PQclear(result);
    return bad;
}

error statement_one(scope *db, const statement *s, const void *in, void *out)
{
    bool found;
    TRY(statement_maybe(db, s, in, &found, out));
    return found ? OK : fail(db->arena, NOT_FOUND, "", "It was not found in your organization.");
}

error statement_many(scope *db, const statement *s, const void *in, const void **items, size_t *count)
{
    PGresult *result = NULL;
    TRY(run(db, s, in, false, &result));
    int rows = PQntuples(result);
    char *made = arena_array(db->arena, (size_t)rows, s->row_size);
    error bad = OK;
    for (int i = 0; i < rows && !bad; i++) bad = binary_decode(db->arena, result, i, s, made + (size_t)i * s->row_size);
    PQclear(result);
    *items = made;
    *count = (size_t)rows;
    return bad;
}

error statement_exec(scope *db, const statement *s, const void *in, int64_t *affected)
{
    PGresult *result = NULL;
    TRY(run(db, s, in, false, &result));
    if (affected) *affected = strtoll(PQcmdTuples(result), NULL, 10);
    PQclear(result);
    return OK;
}

error statement_check(scope *db, const statement *s)
{
    return run(db, s, NULL, true, NULL);
}

/* ------------------------------------------------------------------ ending */

static error end_transaction(scope *db, const char *command)
{
    struct scope_connection *sc = db->connection;
    batch b = { .db = db, .c = sc->held, .deadline = batch_deadline(sc->store), .commands = 1 };
    statement named = { .name = command };
    if (!PQsendQueryPrepared(b.c->pg, command, 0, NULL, NULL, NULL, 1) || !PQpipelineSync(b.c->pg))
        return database_gone(db->arena);
    TRY(connection_flush(sc->store, b.c, db->arena, b.deadline));
    return read_results(&b, &named, -1, -1, NULL);
}

static error commit(scope *db)
{
    struct scope_connection *sc = db->connection;
    error bad = end_transaction(db, "commit");
    if (bad && connection_broken(sc->held))
        bad = fail_later(db->arena, UNAVAILABLE, 2,
                         "The database went away while your change was being stored. Look whether it is there before "
                         "you try again.");
    give_back(sc);
    store_count(sc->store, &sc->store->transactions);
    return bad;
}

error scope_commit(scope *db)
{
    struct scope_connection *sc = db->connection;
    if (sc->state == SCOPE_FAILED) return fail(db->arena, INTERNAL, "", "A scope that failed cannot be committed.");
    error bad = sc->state == SCOPE_OPEN ? commit(db) : OK;
    sc->state = SCOPE_DONE;
    return bad;
}

error scope_pause(scope *db)
{
    struct scope_connection *sc = db->connection;
    if (sc->state == SCOPE_FAILED) return fail(db->arena, INTERNAL, "", "A scope that failed cannot be committed.");
    error bad = sc->state == SCOPE_OPEN ? commit(db) : OK;
    sc->state = bad ? SCOPE_DONE : SCOPE_FRESH;
    return bad;
}

void scope_rollback(scope *db)
{
    struct scope_connection *sc = db->connection;
    if (sc->held) {
        error lost = end_transaction(db, "rollback");
        if (lost && !connection_broken(sc->held)) {
            /* A connection whose state is not known is not given to the next scope. */
            shutdown(PQsocket(sc->held->pg), SHUT_RDWR);
            PQconsumeInput(sc->held->pg);
        }
        give_back(sc);
    }
    sc->state = SCOPE_DONE;
}

typedef struct set_org_in {
    text org_id;
} set_org_in;

static const statement_slot set_org_slots[] = { { "org_id", offsetof(set_org_in, org_id), SQL_TEXT, false } };
static const statement set_org_statement = { "scope_set_org",
                                             "select set_config('aic.org_id', $1, true)",
                                             STATEMENT_EXEC,
                                             STATEMENT_SYSTEM,
                                             set_org_slots,
                                             1,
                                             NULL,
                                             0,
                                             0 };

error scope_set_org(scope *db, uuid org_id)
{
    struct scope_connection *sc = db->connection;
    if (!sc->is_system) return fail(db->arena, INTERNAL, "", "A TENANT scope keeps its organization.");
    db->who.org_id = org_id;
    if (sc->state != SCOPE_OPEN) return OK; /* sent with the settings of the transaction */
    return statement_exec(db, &set_org_statement, &(set_org_in){ uuid_format(db->arena, org_id) }, NULL);
}

bool store_ready(store *s)
{
    arena *a = arena_new();
    scope *db;
    static const statement ready_statement = {
        "store_ready", "select 1 as one", STATEMENT_EXEC, STATEMENT_BOTH, NULL, 0, NULL, 0, 0
    };
    caller nobody = { .kind = ACTOR_SYSTEM };
    error bad =
        scope_open_system(s, a, S9_PLATFORM_ADMINISTRATION, TEXT("ask whether the database answers"), &nobody, &db);
    if (!bad) {
        bad = statement_exec(db, &ready_statement, NULL, NULL);
        scope_rollback(db);
    }
    arena_drop(a);
    return !bad;
}
