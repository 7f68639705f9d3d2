#include "store/migrations.h"
#include "store/pool.h"

#include <stdlib.h>

/* Of servers that start together one holds this lock and migrates; the others wait, and then find nothing to do. */
static const char lock_sql[] = "select pg_advisory_lock(hashtextextended('aic migrations', 0))";

typedef struct session {
    arena *arena;
    const connection_options *connecting;
    PGconn *pg;
} session;

static int line_of(const char *sql, const char *position)
{
    long at = position ? strtol(position, NULL, 10) : 0;
    int line = 1;
    for (long i = 1; i < at && sql[i - 1]; i++) line += sql[i - 1] == '\n';
    return line;
}

static error run_sql(session *m, const char *sql, const char *what)
{
    PGresult *result = PQexec(m->pg, sql);
    ExecStatusType status = PQresultStatus(result);
    error bad = OK;
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
        const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
        const char *context = PQresultErrorField(result, PG_DIAG_CONTEXT);
        const char *position = PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION);
        bad = fail(m->arena, INTERNAL, "", "%s failed%s: %s%s%s", what,
                   position ? text_format(m->arena, " at line %d", line_of(sql, position)).data : "",
                   message ? message : PQerrorMessage(m->pg), context ? "; " : "", context ? context : "");
    }
    PQclear(result);
    return bad;
}

/* The first value of the first row; NO_TEXT when there is none. */
static error query_text(session *m, const char *sql, const char *parameter, text *out)
{
    PGresult *result = PQexecParams(m->pg, sql, parameter ? 1 : 0, NULL, &parameter, NULL, NULL, 0);
    error bad = OK;
    *out = NO_TEXT;
    if (PQresultStatus(result) != PGRES_TUPLES_OK)
        bad = fail(m->arena, INTERNAL, "", "%s", PQerrorMessage(m->pg));
    else if (PQntuples(result) && !PQgetisnull(result, 0, 0))
        *out = text_copy(m->arena, text_of(PQgetvalue(result, 0, 0)));
    PQclear(result);
    return bad;
}

/* ------------------------------------------------------------------ roles */

/* Roles belong to the whole server: another database's migration may make them at this very moment. */
static error make_role(session *m, const char *role, const char *login)
{
    text sql = text_format(m->arena,
                           "do $$ begin create role %s %s noinherit; "
                           "exception when duplicate_object or unique_violation then null; end $$",
                           role, login);
    return run_sql(m, sql.data, "Creating a role");
}

/* Only the hash of the password travels and may be seen in the server's log. */
static error set_password(session *m, const char *role)
{
    const char *password = role_password(m->arena, m->connecting, role);
    if (!password) return OK;
    char *hash = PQencryptPasswordConn(m->pg, password, role, "scram-sha-256");
    if (!hash)
        return fail(m->arena, INTERNAL, "", "The password of %s cannot be made: %s", role, PQerrorMessage(m->pg));
    error bad =
        run_sql(m, text_format(m->arena, "alter role %s password '%s'", role, hash).data, "Setting a role's password");
    PQfreemem(hash);
    return bad;
}

/* Found rather than made by us, they might be more than they should. */
static error check_roles(session *m)
{
    text strong;
    TRY(query_text(
        m,
        "select string_agg(rolname, ', ') from pg_roles where rolname in ('aic_owner', 'aic_tenant', 'aic_system') "
        "and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication)",
        NULL, &strong));
    if (!text_is(strong)) return OK;
    return fail(
        m->arena, INVALID, "/DATABASE_URL",
        "The database's role %.*s may do more than is safe (superuser, bypass of row-level security, creation of "
        "roles or databases, replication). Take that away from it, or use another server.",
        PRINT(strong));
}

static error make_roles(session *m)
{
    TRY(make_role(m, "aic_owner", "nologin"));
    TRY(make_role(m, "aic_tenant", "login"));
    TRY(make_role(m, "aic_system", "login"));
    TRY(set_password(m, "aic_tenant"));
    TRY(set_password(m, "aic_system"));
    return check_roles(m);
}

/* What PUBLIC may do by default, nobody may here; the two roles get what they need. */
static const char database_rights[] =
    "do $$ begin "
    "execute format('grant aic_owner to %I', current_user); "
    "execute format('grant create, connect, temporary on database %I to aic_owner', current_database()); "
    "execute format('revoke all on database %I from public', current_database()); "
    "execute format('grant connect on database %I to aic_tenant, aic_system', current_database()); "
    "end $$";
/* Large objects belong to a role, not to an organization: all tenants would share them. Who is no superuser cannot take
 * this from PUBLIC. */
static const char large_object_rights[] =
    "do $$ begin "
    "revoke execute on function lo_creat(integer), lo_create(oid), lo_from_bytea(oid, bytea), lo_open(oid, integer), "
    "lo_put(oid, bigint, bytea), lo_get(oid), lo_get(oid, bigint, integer) from public; "
    "exception when insufficient_privilege then null; end $$";
static const char schema_rights[] = "revoke all on schema public from public; "
                                    "grant usage on schema public to aic_tenant, aic_system";
static const char list_sql[] =
    "create table if not exists schema_migrations (number integer primary key, "
    "name text not null, sha256 text not null, applied_at timestamptz not null default now())";

static error prepare_database(session *m)
{
    TRY(make_roles(m));
    TRY(run_sql(m, database_rights, "Granting rights on the database"));
    TRY(run_sql(m, large_object_rights, "Taking large objects from everybody"));
    TRY(run_sql(m, "alter schema public owner to aic_owner", "Giving the schema to its owner"));
    TRY(run_sql(m, "set role aic_owner", "Becoming the owner"));
    TRY(run_sql(m, schema_rights, "Granting rights on the schema"));
    return run_sql(m, list_sql, "Creating the list of migrations");
}

/* ------------------------------------------------------------------ migrations */

static error apply_within(session *m, const migration *step, const char *what)
{
    TRY(run_sql(m, step->text, what));
    text note = text_format(m->arena, "insert into schema_migrations (number, name, sha256) values (%d, '%s', '%s')",
                            step->number, step->name, step->sha256);
    TRY(run_sql(m, note.data, what));
    return run_sql(m, "commit", what);
}

static error apply(session *m, const migration *step)
{
    const char *what = text_format(m->arena, "Migration %04d_%s", step->number, step->name).data;
    TRY(run_sql(m, "begin", what));
    error bad = apply_within(m, step, what);
    return bad ? error_also(m->arena, bad, run_sql(m, "rollback", what)) : OK;
}

static error apply_missing(session *m, const migration *steps, int *applied)
{
    for (const migration *step = steps; step->number; step++) {
        text before;
        const char *number = text_format(m->arena, "%d", step->number).data;
        TRY(query_text(m, "select sha256 from schema_migrations where number = $1::integer", number, &before));
        if (!text_is(before)) {
            TRY(apply(m, step));
            ++*applied;
        } else if (!text_equal_string(before, step->sha256)) {
            return fail(m->arena, INTERNAL, "",
                        "Migration %04d_%s was changed after it ran here. Migrations are never edited: add a new one.",
                        step->number, step->name);
        }
    }
    return OK;
}

/* While servers are upgraded one after the other, an older one may start on what a newer one has migrated. */
static error look_for_newer(session *m, const migration *steps)
{
    int last = 0;
    text newest;
    for (const migration *step = steps; step->number; step++) last = step->number;
    TRY(query_text(m, "select max(number) from schema_migrations where number > $1::integer",
                   text_format(m->arena, "%d", last).data, &newest));
    if (text_is(newest))
        log_event(m->connecting->log, LOG_WARNING, "database_is_newer", "A newer version has migrated this database.",
                  (log_field[]){ LOG_T("database", newest), LOG_I("program", last), LOG_END });
    return OK;
}

static error migrate(session *m, const migration *steps, int *applied)
{
    if (PQstatus(m->pg) != CONNECTION_OK) {
        log_event(m->connecting->log, LOG_WARNING, "database_unreachable", PQerrorMessage(m->pg), NULL);
        return database_gone(m->arena);
    }
    TRY(run_sql(m, "set client_min_messages = warning; set timezone = 'UTC'; set statement_timeout = 0",
                "Starting to migrate"));
    TRY(run_sql(m, lock_sql, "Waiting for the migration lock"));
    TRY(prepare_database(m));
    TRY(apply_missing(m, steps, applied));
    return look_for_newer(m, steps);
}

error migrate_steps(arena *a, const store_options *options, const migration *steps, int *applied)
{
    connection_options connecting;
    *applied = 0;
    TRY(store_connecting(a, options, &connecting));
    session m = { .arena = a, .connecting = &connecting, .pg = connect_as(&connecting) };
    error bad = migrate(&m, steps, applied);
    PQfinish(m.pg); /* gives the lock back */
    return bad;
}

error store_migrate(arena *a, const store_options *options, int *applied)
{
    return migrate_steps(a, options, migrations, applied);
}

/* ------------------------------------------------------------------ the owner's other business */

static error as_owner(session *m, const char *sql, const char *parameter, text *answer)
{
    if (PQstatus(m->pg) != CONNECTION_OK) return database_gone(m->arena);
    TRY(run_sql(m, "set client_min_messages = warning; set timezone = 'UTC'; set role aic_owner",
                "Becoming the owner"));
    PGresult *result = PQexecParams(m->pg, sql, 1, NULL, &parameter, NULL, NULL, 0);
    error bad = OK;
    *answer = NO_TEXT;
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    if (PQresultStatus(result) != PGRES_TUPLES_OK)
        bad = fail(m->arena, state && text_equal_string(text_of(state), "AC403") ? FORBIDDEN : INTERNAL, "", "%s",
                   message ? message : PQerrorMessage(m->pg));
    else if (PQntuples(result) && !PQgetisnull(result, 0, 0))
        *answer = text_copy(m->arena, text_of(PQgetvalue(result, 0, 0)));
    PQclear(result);
    return bad;
}

error store_as_owner(arena *a, const store_options *options, const char *sql, const char *parameter, text *answer)
{
    connection_options connecting;
    TRY(store_connecting(a, options, &connecting));
    session m = { .arena = a, .connecting = &connecting, .pg = connect_as(&connecting) };
    error bad = as_owner(&m, sql, parameter, answer);
    PQfinish(m.pg);
    return bad;
}
