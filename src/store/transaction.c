#include "store/transaction.h"

#include <stddef.h>

/* ------------------------------------------------------------------ entering */

typedef struct enter_values {
    bool is_system;
    maybe_uuid org;
    text actor_kind;
    maybe_uuid actor, jti;
    text request_id, ip, reason, user_agent;
    bool announce, reads;
} enter_values;

static const statement_slot enter_slots[] = {
    { "is_system", offsetof(enter_values, is_system), SQL_BOOLEAN, false },
    { "org", offsetof(enter_values, org), SQL_UUID, true },
    { "actor_kind", offsetof(enter_values, actor_kind), SQL_TEXT, false },
    { "actor", offsetof(enter_values, actor), SQL_UUID, true },
    { "jti", offsetof(enter_values, jti), SQL_UUID, true },
    { "request_id", offsetof(enter_values, request_id), SQL_TEXT, true },
    { "ip", offsetof(enter_values, ip), SQL_TEXT, true },
    { "reason", offsetof(enter_values, reason), SQL_TEXT, true },
    { "user_agent", offsetof(enter_values, user_agent), SQL_TEXT, true },
    { "announce", offsetof(enter_values, announce), SQL_BOOLEAN, false },
    { "reads", offsetof(enter_values, reads), SQL_BOOLEAN, false },
};

enum { ENTER_COUNT = sizeof enter_slots / sizeof *enter_slots };

/* What scope_enter() of sql/migrations/0003_scope.sql does, without the cost of a function; a TENANT scope has nobody
 * to announce and needs no reason, and one that only reads sets what the walls read and leaves out what is for
 * triggers. All take the same parameters. */
static const char tenant_enter_sql[] =
    "select set_config('aic.org_id', $2::text, true), set_config('aic.actor_kind', $3, true), "
    "set_config('aic.actor', coalesce($4::text, ''), true), set_config('aic.request_id', coalesce($6, ''), true), "
    "set_config('aic.ip', coalesce($7, ''), true), "
    "case when exists (select from revoked_tokens where jti = $5) then refuse_token() end";
static const char tenant_look_sql[] =
    "select set_config('aic.org_id', $2::text, true), set_config('transaction_read_only', 'on', true), "
    "case when exists (select from revoked_tokens where jti = $5) then refuse_token() end";
static const char system_enter_sql[] = "select scope_enter($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";

void transaction_entrance(arena *a, bool is_system, connection_options *out)
{
    Oid *types = ARENA_ARRAY(a, ENTER_COUNT, Oid);
    for (int i = 0; i < ENTER_COUNT; i++) types[i] = binary_oid(enter_slots[i].kind);
    out->role = is_system ? "aic_system" : "aic_tenant";
    out->enter_sql = is_system ? system_enter_sql : tenant_enter_sql;
    out->look_sql = is_system ? system_enter_sql : tenant_look_sql;
    out->enter_types = types;
    out->enter_count = ENTER_COUNT;
}

static maybe_uuid unless_nil(uuid id)
{
    return (maybe_uuid){ !uuid_is_nil(id), id };
}

static enter_values enter_values_of(const scope *db)
{
    static const char *const actors[] = { "PUBLIC", "USER", "API_KEY", "SYSTEM", "WEBHOOK" };
    const struct scope_connection *sc = db->connection;
    const caller *who = &db->who;
    enter_values values = {
        .is_system = sc->is_system,
        .org = unless_nil(who->org_id),
        .actor_kind = text_of(actors[who->kind]),
        .actor = unless_nil(who->id),
        .jti = unless_nil(who->jti),
        .request_id = who->request_id,
        .ip = who->ip,
        .reads = sc->reads,
    };
    if (sc->is_system) {
        values.reason = sc->reason;
        values.user_agent = who->user_agent;
        values.announce = !sc->announced;
    }
    return values;
}

/* ------------------------------------------------------------------ a batch */

enum { NOT_IN_BATCH = -1, NETWORK_MS = 1000 };

/* Commands that travel together, and where among their results those stand that somebody reads. */
typedef struct batch {
    scope *db;
    connection *on;
    const char *statement_name; /* for messages */
    instant deadline;
    int commands, description, wanted;
    bool queued; /* false: libpq refused one */
} batch;

static batch batch_on(scope *db, connection *c, const char *statement_name)
{
    int patience_ms = db->connection->store->options.statement_ms + NETWORK_MS;
    return (batch){
        .db = db,
        .on = c,
        .statement_name = statement_name,
        .deadline = clock_monotonic() + patience_ms * (instant)1000,
        .description = NOT_IN_BATCH,
        .wanted = NOT_IN_BATCH,
        .queued = true,
    };
}

static void add_run(batch *b, const char *name, const binary_parameters *p)
{
    b->queued &= PQsendQueryPrepared(b->on->pg, name, p->count, p->values, p->lengths, p->formats, 1) == 1;
    b->commands++;
}

static void add_plain(batch *b, const char *name)
{
    add_run(b, name, &(binary_parameters){ 0 });
}

static error add_enter(batch *b)
{
    enter_values values = enter_values_of(b->db);
    binary_parameters p;
    TRY(binary_encode(b->db->arena, enter_slots, ENTER_COUNT, &values, &p));
    if (!values.reads) add_plain(b, BEGIN_STATEMENT);
    add_run(b, values.reads ? LOOK_STATEMENT : ENTER_STATEMENT, &p);
    return OK;
}

static void add_prepare(batch *b, const statement *s, const binary_parameters *p)
{
    b->queued &= PQsendPrepare(b->on->pg, s->name, s->sql, p->count, p->types) == 1;
    b->queued &= PQsendDescribePrepared(b->on->pg, s->name) == 1;
    b->description = b->commands + 1;
    b->commands += 2;
}

/* EXPLAIN does all but run: unlike PREPARE it also looks whether the role may use the tables and functions. */
static void add_explain(batch *b, const statement *s)
{
    text_builder sql = text_builder_in(b->db->arena);
    text_add_format(&sql, "explain execute %s", s->name);
    for (size_t i = 0; i < s->input_count; i++) text_add_string(&sql, i ? ", null" : "(null");
    if (s->input_count) text_add_char(&sql, ')');
    b->queued &= PQsendQueryParams(b->on->pg, text_built(&sql).data, 0, NULL, NULL, NULL, NULL, 0) == 1;
    b->commands++;
}

static error add_statement(batch *b, const statement *s, const void *in, bool only_check)
{
    binary_parameters p;
    TRY(binary_encode(b->db->arena, s->inputs, s->input_count, in, &p));
    if (!connection_knows(b->on, s)) add_prepare(b, s, &p);
    if (only_check) {
        add_explain(b, s);
        return OK;
    }
    b->wanted = b->commands;
    add_run(b, s->name, &p);
    return OK;
}

/* ------------------------------------------------------------------ reading its results */

static error check_columns(arena *a, const PGresult *description, const statement *s)
{
    if (s->kind == STATEMENT_EXEC || s->kind == STATEMENT_COUNT) return OK; /* what it returns, nobody reads */
    int given = PQnfields(description);
    if (given != (int)s->column_count)
        return fail(a, INTERNAL, "", "Statement %s gives %d columns; %zu are declared.", s->name, given,
                    s->column_count);
    for (int i = 0; i < given; i++) {
        const statement_slot *slot = &s->columns[i];
        const char *name = PQfname(description, i);
        Oid type = PQftype(description, i);
        if (strcmp(name, slot->name) != 0)
            return fail(a, INTERNAL, "", "Statement %s gives \"%s\" as column %d; \"%s\" is declared.", s->name, name,
                        i + 1, slot->name);
        if (type != binary_oid(slot->kind))
            return fail(a, INTERNAL, "", "Statement %s gives the column %s as %s (%u); %s is declared.", s->name, name,
                        binary_type_name(type), type, binary_type_name(binary_oid(slot->kind)));
    }
    return OK;
}

/* A plan that a migration of a newer server made useless, or a name that the connection does not know any more: another
 * connection prepares anew. */
static bool is_outdated(const PGresult *result)
{
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *function = PQresultErrorField(result, PG_DIAG_SOURCE_FUNCTION);
    if (!state) return false;
    return strcmp(state, "26000") == 0 ||
           (strcmp(state, "0A000") == 0 && function && !strcmp(function, "RevalidateCachedQuery"));
}

static error failed_command(batch *b, const PGresult *result)
{
    store *s = b->db->connection->store;
    atomic_fetch_add(&s->failures, 1);
    if (!is_outdated(result)) return database_error(b->db->arena, s->options.constraints, result, b->statement_name);
    b->on->lost = true;
    return fail_later(b->db->arena, UNAVAILABLE, 1,
                      "The database was changed just now; nothing was changed by you. Try again.");
}

/* One command's result; *wanted keeps the statement's own. */
static error read_command(batch *b, const statement *s, int place, PGresult **wanted)
{
    PGresult *result, *end;
    TRY(connection_next(b->on, b->db->arena, b->deadline, &result));
    if (!result) {
        b->on->lost = true;
        return database_gone(b->db->arena);
    }
    error bad = OK;
    if (PQresultStatus(result) == PGRES_FATAL_ERROR)
        bad = failed_command(b, result);
    else if (place == b->description && PQresultStatus(result) == PGRES_COMMAND_OK) {
        bad = check_columns(b->db->arena, result, s);
        if (bad)
            b->on->lost = true; /* it is prepared there under its name, wrongly */
        else
            connection_learn(b->on, s);
    }
    if (place == b->wanted && !bad && PQresultStatus(result) != PGRES_PIPELINE_ABORTED)
        *wanted = result;
    else
        PQclear(result);
    if (b->on->lost) return bad ? bad : database_gone(b->db->arena);
    error unfinished = connection_next(b->on, b->db->arena, b->deadline, &end);
    PQclear(end);
    return bad ? bad : unfinished;
}

/* The results of all commands and of the sync that ends them. The first error counts; the rest is read all the same, so
 * that the connection is ready for the next batch. */
static error read_batch(batch *b, const statement *s, PGresult **wanted)
{
    error first = OK;
    for (int i = 0; i < b->commands && !b->on->lost; i++) {
        error bad = read_command(b, s, i, wanted);
        if (!first) first = bad;
    }
    PGresult *sync = NULL;
    if (!b->on->lost) {
        error bad = connection_next(b->on, b->db->arena, b->deadline, &sync);
        if (!first) first = bad;
        if (PQresultStatus(sync) != PGRES_PIPELINE_SYNC) b->on->lost = true;
        PQclear(sync);
    }
    if (b->on->lost && !first) first = database_gone(b->db->arena);
    return first;
}

static void release_result(void *result)
{
    PQclear(result);
}

static error send_batch(batch *b, const statement *s, PGresult **out)
{
    PGresult *wanted = NULL;
    b->queued &= PQpipelineSync(b->on->pg) == 1;
    atomic_fetch_add(&b->db->connection->store->round_trips, 1);
    if (!b->queued) {
        b->on->lost = true;
        return database_gone(b->db->arena);
    }
    error bad = connection_flush(b->on, b->db->arena, b->deadline);
    if (!bad) bad = read_batch(b, s, &wanted);
    if (wanted) arena_defer(b->db->arena, release_result, wanted);
    if (out) *out = wanted;
    return bad;
}

/* ------------------------------------------------------------------ running a statement */

static error send_statement(scope *db, connection *on, const statement *s, const void *in, bool only_check,
                            PGresult **out)
{
    struct scope_connection *sc = db->connection;
    batch b = batch_on(db, on, s->name);
    error bad = OK;
    if (sc->state == SCOPE_FRESH) bad = add_enter(&b);
    if (!bad) bad = add_statement(&b, s, in, only_check);
    if (!bad) return send_batch(&b, s, out);
    if (b.commands) on->lost = true; /* queued, and never to be sent */
    return bad;
}

static void give_back(struct scope_connection *sc)
{
    if (sc->held) connection_pool_give(sc->pool, sc->held);
    sc->held = NULL;
}

/* The first batch of a transaction. A connection that died while it was idle has done nothing of it, so that another
 * one may try; but not when it died of this batch, which a connection that is new or was slow has. */
static error first_batch(scope *db, const statement *s, const void *in, bool only_check, PGresult **out)
{
    struct scope_connection *sc = db->connection;
    TRY(connection_pool_take(sc->store, sc->pool, db->arena, &sc->held));
    bool was_idle = sc->held->proven;
    instant began = clock_monotonic();
    error bad = send_statement(db, sc->held, s, in, only_check, out);
    if (!bad || !sc->held->lost || bad->kind != UNAVAILABLE) return bad;
    if (!was_idle || clock_monotonic() - began > NETWORK_MS * (instant)1000) return bad;
    give_back(sc);
    TRY(connection_pool_take(sc->store, sc->pool, db->arena, &sc->held));
    return send_statement(db, sc->held, s, in, only_check, out);
}

static error may_run(const scope *db, const statement *s)
{
    const struct scope_connection *sc = db->connection;
    if (!(s->scope & (sc->is_system ? STATEMENT_SYSTEM : STATEMENT_TENANT)))
        return fail(db->arena, INTERNAL, "", "Statement %s may not run in a %s scope.", s->name,
                    sc->is_system ? "SYSTEM" : "TENANT");
    if (sc->state == SCOPE_FAILED)
        return fail(db->arena, INTERNAL, "", "Statement %s came after one that failed in the same scope.", s->name);
    if (sc->state == SCOPE_DONE)
        return fail(db->arena, INTERNAL, "", "Statement %s came after the end of its scope.", s->name);
    return OK;
}

error transaction_run(scope *db, const statement *s, const void *in, bool only_check, PGresult **out)
{
    struct scope_connection *sc = db->connection;
    TRY(may_run(db, s));
    atomic_fetch_add(&sc->store->statements, 1);
    error bad = sc->state == SCOPE_FRESH ? first_batch(db, s, in, only_check, out)
                                         : send_statement(db, sc->held, s, in, only_check, out);
    if (!bad) sc->entered = true;
    if (sc->reads) {
        give_back(sc); /* the batch was the transaction */
        atomic_fetch_add(&sc->store->transactions, 1);
        sc->state = bad ? SCOPE_FAILED : SCOPE_FRESH;
    } else {
        sc->state = bad ? SCOPE_FAILED : SCOPE_OPEN;
    }
    return bad;
}

/* ------------------------------------------------------------------ ending */

static error end_transaction(scope *db, const char *command)
{
    struct scope_connection *sc = db->connection;
    batch b = batch_on(db, sc->held, command);
    add_plain(&b, command);
    return send_batch(&b, NULL, NULL);
}

static error commit(scope *db)
{
    struct scope_connection *sc = db->connection;
    error bad = end_transaction(db, COMMIT_STATEMENT);
    if (bad && sc->held->lost)
        bad = fail_later(db->arena, UNAVAILABLE, 2,
                         "The database went away while your change was being stored. Look whether it is there before "
                         "you try again.");
    give_back(sc);
    atomic_fetch_add(&sc->store->transactions, 1);
    sc->announced |= !bad;
    return bad;
}

static error finish(scope *db, scope_state after)
{
    struct scope_connection *sc = db->connection;
    if (sc->state == SCOPE_FAILED) return fail(db->arena, INTERNAL, "", "A scope that failed cannot be committed.");
    if (sc->state == SCOPE_DONE) return fail(db->arena, INTERNAL, "", "A scope cannot be committed after its end.");
    error bad = sc->state == SCOPE_OPEN ? commit(db) : OK;
    sc->state = bad ? SCOPE_DONE : after;
    return bad;
}

error scope_commit(scope *db)
{
    return finish(db, SCOPE_DONE);
}

error scope_pause(scope *db)
{
    return finish(db, SCOPE_FRESH);
}

void scope_rollback(scope *db)
{
    struct scope_connection *sc = db->connection;
    if (sc->held) {
        /* A connection that could not roll back is in a state that nobody knows; closed, the server does it. */
        if (!sc->held->lost && end_transaction(db, ROLLBACK_STATEMENT)) sc->held->lost = true;
        give_back(sc);
    }
    sc->state = SCOPE_DONE;
}
