#include "store/connection.h"
#include "store/migrations.h"

#include <stdlib.h>

/* Of servers that start together one holds this lock and migrates; the others wait, and then find nothing to do. */
static const char lock_sql[] = "select pg_advisory_lock(hashtext('aic migrations'))";

typedef struct session {
    arena *arena;
    store *store;
    PGconn *pg;
} session;

static error run_sql(session *m, const char *sql, const char *what)
{
    PGresult *result = PQexec(m->pg, sql);
    ExecStatusType status = PQresultStatus(result);
    error bad = OK;
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
        const char *primary = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
        const char *context = PQresultErrorField(result, PG_DIAG_CONTEXT);
        const char *position = PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION);
        bad = fail(m->arena, INTERNAL, "", "%s failed: %s%s%s%s%s", what, primary ? primary : PQerrorMessage(m->pg),
                   position ? " at character " : "", position ? position : "", context ? "; " : "",
                   context ? context : "");
    }
    PQclear(result);
    return bad;
}

static error query_text(session *m, const char *sql, const char *parameter, text *out)
{
    PGresult *result = PQexecParams(m->pg, sql, 1, NULL, &parameter, NULL, NULL, 0);
    error bad = OK;
    if (PQresultStatus(result) != PGRES_TUPLES_OK)
        bad = fail(m->arena, INTERNAL, "", "%s", PQerrorMessage(m->pg));
    else
        *out = PQntuples(result) ? text_copy(m->arena, text_of(PQgetvalue(result, 0, 0))) : NO_TEXT;
    PQclear(result);
    return bad;
}

/* ------------------------------------------------------------------ roles */

static error make_role(session *m, const char *role, bool may_login, const char *url_password)
{
    /* Roles belong to the whole cluster: another database's migration may make them at this very moment. */
    TRY(run_sql(m,
                text_format(m->arena,
                            "do $$ begin create role %s %s noinherit nosuperuser nocreatedb nocreaterole nobypassrls; "
                            "exception when duplicate_object or unique_violation then null; end $$",
                            role, may_login ? "login" : "nologin")
                    .data,
                "Creating a role"));
    const char *password = may_login ? role_password(m->arena, url_password, role) : NULL;
    if (!password) return OK;
    return run_sql(m, text_format(m->arena, "alter role %s password '%s'", role, password).data,
                   "Setting a role's password");
}

static const char *url_password(const store *s)
{
    for (size_t i = 0; s->keywords[i]; i++)
        if (strcmp(s->keywords[i], "password") == 0) return s->values[i];
    return NULL;
}

static error prepare_database(session *m)
{
    const char *password = url_password(m->store);
    TRY(make_role(m, "aic_owner", false, NULL));
    TRY(make_role(m, "aic_tenant", true, password));
    TRY(make_role(m, "aic_system", true, password));
    /* The role that migrates must be able to act as the owner, and to give it the schema. */
    TRY(run_sql(m, "do $$ begin execute format('grant aic_owner to %I', current_user); end $$",
                "Granting the owner's role"));
    TRY(run_sql(m,
                "do $$ begin execute format('grant create, connect, temporary on database %I to aic_owner', "
                "current_database()); "
                "execute format('revoke all on database %I from public', current_database()); "
                "execute format('grant connect on database %I to aic_tenant, aic_system', current_database()); end $$",
                "Granting rights on the database"));
    TRY(run_sql(m, "alter schema public owner to aic_owner", "Giving the schema to its owner"));
    TRY(run_sql(m, "set role aic_owner", "Becoming the owner"));
    TRY(run_sql(m, "revoke all on schema public from public; grant usage on schema public to aic_tenant, aic_system",
                "Granting rights on the schema"));
    return run_sql(m,
                   "create table if not exists schema_migrations (number integer primary key, name text not null, "
                   "sha256 text not null, applied_at timestamptz not null default now())",
                   "Creating the list of migrations");
}

/* ------------------------------------------------------------------ migrations */

static error apply(session *m, const migration *step)
{
    const char *what = text_format(m->arena, "Migration %04d_%s", step->number, step->name).data;
    TRY(run_sql(m, "begin", what));
    error bad = run_sql(m, step->text, what);
    if (!bad)
        bad = run_sql(m,
                      text_format(m->arena,
                                  "insert into schema_migrations (number, name, sha256) values (%d, '%s', '%s')",
                                  step->number, step->name, step->sha256)
                          .data,
                      what);
    if (!bad) return run_sql(m, "commit", what);
    error undone = run_sql(m, "rollback", what);
    return undone ? undone : bad;
}

static error apply_missing(session *m, int *applied)
{
    *applied = 0;
    for (const migration *step = migrations; step->number; step++) {
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

error store_migrate(arena *a, const store_options *options, int *applied)
{
    store *s;
    TRY(store_open(a, options, &s));
    session m = { .arena = a, .store = s, .pg = connect_as(s, NULL) };
    error bad = OK;
    if (PQstatus(m.pg) != CONNECTION_OK) bad = fail_later(a, UNAVAILABLE, 2, "The database cannot be reached.");
    if (!bad) bad = run_sql(&m, "set client_min_messages = warning; set timezone = 'UTC'", "Starting to migrate");
    if (!bad) bad = run_sql(&m, lock_sql, "Waiting for the migration lock");
    if (!bad) bad = prepare_database(&m);
    if (!bad) bad = apply_missing(&m, applied);
    PQfinish(m.pg); /* gives the lock back */
    store_close(s);
    return bad;
}
