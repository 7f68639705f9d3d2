#include "store/tests/throwaway.h"

#include "store/cluster_places.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static const char tables_sql[] =
    "set role aic_owner;"
    "create table things (id uuid not null default new_id(), org_id uuid not null, name text not null check "
    "(length(name) <= 40), "
    "  size integer, primary key (org_id, id), unique (org_id, name));"
    "select tenant_table('things');"
    "create table pairs (id bigint not null, side text not null, primary key (id, side));"
    "create table shapes (at timestamptz(3));"
    "create table parents (id bigint primary key);"
    "create table children (parent_id bigint references parents);"
    "create table uniques (name text unique);"
    "create table checks (size integer not null check (size < 10), flavour text,"
    "  constraint a_flavour_is_sweet check (flavour <> 'bitter'), constraint sour check (flavour <> 'sour'));"
    "grant select, insert, update, delete on pairs, shapes, parents, children, uniques, checks to aic_tenant, "
    "aic_system;"
    "create function test_raise(state text, message text, detail text) returns void language plpgsql as "
    "  $$ begin raise exception '%', message using errcode = state, detail = detail; end $$;"
    "reset role;"
    "create function test_end_backends() returns void language sql security definer set search_path = pg_catalog as "
    "  $$ select pg_terminate_backend(pid) from pg_stat_activity where usename in ('aic_tenant', 'aic_system') and pid "
    "<> pg_backend_pid() $$;";

static const constraint_message constraints[] = {
    { "sour", "/flavour", "Nothing sour, please." },
    { NULL, NULL, NULL },
};

const char *throwaway_folder(arena *a)
{
    char *folder = arena_string(a, "/tmp/aic-store-XXXXXX", 21);
    if (!mkdtemp(folder) || chmod(folder, 0755) != 0) fail_msg("no folder below /tmp");
    return folder;
}

void throwaway_remove(const char *folder)
{
    arena *a = arena_new();
    error bad = cluster_remove_folder(a, folder);
    if (bad) print_message("%s\n", bad->message);
    arena_drop(a);
}

throwaway *throwaway_start(void)
{
    arena *a = arena_new();
    throwaway *t = ARENA_NEW(a, throwaway);
    int applied = 0;
    *t = (throwaway){ .arena = a, .directory = throwaway_folder(a), .log = logger_to(2, LOG_ERROR) };
    assert_ok(cluster_start(a, text_of(t->directory), &t->log, &t->cluster));
    t->options = (store_options){
        .url = cluster_url(t->cluster),
        .tenant_connections = 2,
        .system_connections = 2,
        .acquire_ms = 300,
        .statement_ms = 5000,
        .constraints = constraints,
        .log = &t->log,
    };
    assert_ok(store_migrate(a, &t->options, &applied));
    assert_true(applied > 0);
    throwaway_sql(t, tables_sql);
    return t;
}

void throwaway_stop(throwaway *t)
{
    cluster_stop(t->cluster);
    throwaway_remove(t->directory);
    arena_drop(t->arena);
}

text throwaway_sql_as(throwaway *t, const char *role, const char *sql, const char **state)
{
    PGconn *pg = PQconnectdb(text_format(t->arena, "%.*s user=%s", PRINT(t->options.url), role).data);
    if (PQstatus(pg) != CONNECTION_OK) fail_msg("%s", PQerrorMessage(pg));
    PGresult *result = PQexec(pg, sql);
    ExecStatusType status = PQresultStatus(result);
    bool failed = status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK;
    if (failed && !state) fail_msg("%s", PQerrorMessage(pg));
    text value = NO_TEXT;
    if (state) *state = failed ? text_format(t->arena, "%s", PQresultErrorField(result, PG_DIAG_SQLSTATE)).data : NULL;
    if (PQntuples(result) > 0 && !PQgetisnull(result, 0, 0))
        value = text_copy(t->arena, text_of(PQgetvalue(result, 0, 0)));
    PQclear(result);
    PQfinish(pg);
    return value;
}

text throwaway_sql(throwaway *t, const char *sql)
{
    return throwaway_sql_as(t, "postgres", sql, NULL);
}

long throwaway_postmaster(const throwaway *t)
{
    char path[256];
    char line[32] = { 0 };
    snprintf(path, sizeof path, "%s/postgresql/postmaster.pid", t->directory);
    FILE *file = fopen(path, "re");
    if (!file) return 0;
    long pid = fgets(line, sizeof line, file) ? strtol(line, NULL, 10) : 0;
    fclose(file);
    return pid;
}

caller a_caller(void)
{
    return (caller){ .kind = ACTOR_USER,
                     .id = uuid_v4(),
                     .org_id = uuid_v4(),
                     .jti = uuid_v4(),
                     .request_id = TEXT("request-1"),
                     .ip = TEXT("192.0.2.7"),
                     .user_agent = TEXT("a test") };
}
