#include "store/migrations.h"
#include "store/tests/throwaway.h"
#include "store_tests.sql.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* Migrations run once each, whole or not at all, by one server at a time; the roles are what they should be. */

static int start(void **state)
{
    *state = throwaway_start();
    return 0;
}

static int stop(void **state)
{
    throwaway_stop(*state);
    return 0;
}

/* A new empty database beside the others. */
static store_options another_database(throwaway *t, const char *name)
{
    store_options options = t->options;
    throwaway_sql(t, text_format(t->arena, "create database %s", name).data);
    options.url = text_format(t->arena, "%.*s dbname=%s", PRINT(t->options.url), name);
    return options;
}

static int count_migrations(void)
{
    int count = 0;
    while (migrations[count].number) count++;
    return count;
}

static text sql_in(throwaway *t, const store_options *options, const char *sql)
{
    throwaway other = *t;
    other.options = *options;
    return throwaway_sql(&other, sql);
}

static void a_second_run_has_nothing_to_do(void **state)
{
    throwaway *t = *state;
    int applied = -1;
    assert_ok(store_migrate(t->arena, &t->options, &applied));
    assert_int_equal(applied, 0);
    assert_text(throwaway_sql(t, "select count(*) from schema_migrations"),
                text_format(t->arena, "%d", count_migrations()).data);
    assert_text(throwaway_sql(t, "select distinct tableowner from pg_tables where schemaname = 'public'"), "aic_owner");
}

/* In a process of its own: gives how many it applied, or 200 after an error. */
static pid_t migrate_beside(const store_options *options)
{
    pid_t child = fork();
    if (child != 0) return child;
    arena *a = arena_new();
    int applied = 0;
    error bad = store_migrate(a, options, &applied);
    if (bad) fprintf(stderr, "%s\n", bad->message);
    _exit(bad ? 200 : applied);
}

static void of_servers_that_start_together_one_migrates(void **state)
{
    throwaway *t = *state;
    enum { SERVERS = 4 };
    store_options options = another_database(t, "together");
    pid_t servers[SERVERS];
    int total = 0, workers = 0;
    for (int i = 0; i < SERVERS; i++) servers[i] = migrate_beside(&options);
    for (int i = 0; i < SERVERS; i++) {
        int status;
        assert_int_equal(waitpid(servers[i], &status, 0), servers[i]);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) < 200);
        total += WEXITSTATUS(status);
        workers += WEXITSTATUS(status) > 0;
    }
    assert_int_equal(total, count_migrations());
    assert_int_equal(workers, 1);
}

static void a_migration_that_was_changed_is_refused(void **state)
{
    throwaway *t = *state;
    static const migration before[] = { { 1, "one", "aa", "create table one (a int)" }, { 0 } };
    static const migration after[] = { { 1, "one", "bb", "create table one (a int, b int)" },
                                       { 2, "two", "cc", "create table two (a int)" },
                                       { 0 } };
    store_options options = another_database(t, "changed");
    int applied;
    assert_ok(migrate_steps(t->arena, &options, before, &applied));
    assert_int_equal(applied, 1);
    error bad = migrate_steps(t->arena, &options, after, &applied);
    assert_kind(bad, INTERNAL);
    assert_says(bad, "0001_one was changed after it ran here");
    assert_text(sql_in(t, &options, "select count(*) from pg_tables where tablename = 'two'"), "0");
}

static void a_migration_that_fails_leaves_nothing_and_names_its_line(void **state)
{
    throwaway *t = *state;
    static const migration steps[] = { { 1, "one", "aa", "create table one (a int)" },
                                       { 2, "two", "bb",
                                         "create table two (a int);\n\ncreate table three (a nonsense);" },
                                       { 3, "three", "cc", "create table four (a int)" },
                                       { 0 } };
    store_options options = another_database(t, "failing");
    int applied;
    error bad = migrate_steps(t->arena, &options, steps, &applied);
    assert_kind(bad, INTERNAL);
    assert_says(bad, "Migration 0002_two failed at line 3");
    assert_says(bad, "nonsense");
    assert_int_equal(applied, 1);
    assert_text(
        sql_in(t, &options,
               "select string_agg(tablename, ' ' order by tablename) from pg_tables where schemaname = 'public'"),
        "one schema_migrations");
}

static void an_older_program_runs_on_a_newer_database(void **state)
{
    throwaway *t = *state;
    static const migration newer[] = { { 1, "one", "aa", "create table one (a int)" },
                                       { 2, "two", "bb", "create table two (a int)" },
                                       { 0 } };
    static const migration older[] = { { 1, "one", "aa", "create table one (a int)" }, { 0 } };
    store_options options = another_database(t, "newer");
    int applied;
    assert_ok(migrate_steps(t->arena, &options, newer, &applied));
    assert_ok(migrate_steps(t->arena, &options, older, &applied));
    assert_int_equal(applied, 0);
}

static void a_role_that_may_too_much_is_refused(void **state)
{
    throwaway *t = *state;
    int applied;
    throwaway_sql(t, "alter role aic_tenant bypassrls");
    error bad = store_migrate(t->arena, &t->options, &applied);
    throwaway_sql(t, "alter role aic_tenant nobypassrls");
    assert_kind(bad, INVALID);
    assert_says(bad, "aic_tenant may do more than is safe");
    assert_ok(store_migrate(t->arena, &t->options, &applied));
}

static void nobody_else_may_use_the_database(void **state)
{
    throwaway *t = *state;
    assert_text(throwaway_sql(t,
                              "create role stranger login; select has_database_privilege('stranger', 'aic', 'connect') "
                              "or has_schema_privilege('stranger', 'public', 'usage')"),
                "f");
    assert_text(throwaway_sql(t, "select bool_or(has_database_privilege(r, 'aic', 'create, temporary') or "
                                 "has_schema_privilege(r, 'public', 'create')) "
                                 "from unnest(array['aic_tenant', 'aic_system']) r"),
                "f");
    assert_text(
        throwaway_sql(
            t,
            "select count(*) from pg_auth_members m join pg_roles r on r.oid = m.member where r.rolname like 'aic%'"),
        "0");
}

/* A role that may create roles and owns the database, as a hosted server gives, and passwords for everybody. */
static void a_server_with_passwords_gives_the_roles_their_own(void **state)
{
    throwaway *t = *state;
    const char *rules = text_format(t->arena, "%s/postgresql/pg_hba.conf", t->directory).data;
    throwaway_sql(t, "create role host_admin login createrole password 'it''s @ secret'");
    throwaway_sql(t, "create database hosted owner host_admin");
    int fd = open(rules, O_WRONLY | O_TRUNC | O_CLOEXEC);
    static const char wanted[] = "local all postgres trust\nlocal all all scram-sha-256\n";
    assert_true(fd >= 0 && write(fd, wanted, sizeof wanted - 1) == sizeof wanted - 1 && close(fd) == 0);
    throwaway_sql(t, "select pg_reload_conf()");
    store_options options = t->options;
    options.url = text_format(
        t->arena, "postgresql://host_admin:it's%%20%%40%%20secret@/hosted?host=%s/postgresql-socket", t->directory);
    int applied;
    store *s;
    scope *db;
    caller who = a_caller();
    settings seen;
    assert_ok(store_migrate(t->arena, &options, &applied));
    assert_int_equal(applied, count_migrations());
    assert_ok(store_open(t->arena, &options, &s));
    assert_ok(scope_open_tenant(s, t->arena, &who, &db));
    assert_ok(sql_settings_seen(db, &seen));
    assert_text(seen.role, "aic_tenant");
    scope_rollback(db);
    assert_true(store_ready(s)); /* as aic_system */
    store_close(s);
    /* Neither without a password nor with the administrator's own. */
    for (int i = 0; i < 2; i++) {
        options.url = text_format(t->arena, "host=%s/postgresql-socket dbname=hosted user=x%s", t->directory,
                                  i ? " password=wrong" : "");
        assert_ok(store_open(t->arena, &options, &s));
        assert_false(store_ready(s));
        store_close(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_second_run_has_nothing_to_do),
        cmocka_unit_test(of_servers_that_start_together_one_migrates),
        cmocka_unit_test(a_migration_that_was_changed_is_refused),
        cmocka_unit_test(a_migration_that_fails_leaves_nothing_and_names_its_line),
        cmocka_unit_test(an_older_program_runs_on_a_newer_database),
        cmocka_unit_test(a_role_that_may_too_much_is_refused),
        cmocka_unit_test(nobody_else_may_use_the_database),
        cmocka_unit_test(a_server_with_passwords_gives_the_roles_their_own),
    };
    return cmocka_run_group_tests_name("migrate", tests, start, stop);
}
