#include "store/tests/throwaway.h"

#include <libpq-fe.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* The private cluster: where it is, who can reach it, and that it comes back from whatever ended it. */

typedef struct place {
    arena *arena;
    const char *folder;
    logger log;
} place;

static int start(void **state)
{
    arena *a = arena_new();
    place *p = ARENA_NEW(a, place);
    *p = (place){ .arena = a, .folder = throwaway_folder(a), .log = logger_to(2, LOG_ERROR) };
    *state = p;
    return 0;
}

static int stop(void **state)
{
    place *p = *state;
    throwaway_remove(p->folder);
    arena_drop(p->arena);
    return 0;
}

static cluster *started(place *p)
{
    cluster *c;
    assert_ok(cluster_start(p->arena, text_of(p->folder), &p->log, &c));
    return c;
}

static text ask(place *p, const cluster *c, const char *sql)
{
    PGconn *pg = PQconnectdb(text_string(p->arena, cluster_url(c)));
    PGresult *result = PQexec(pg, sql);
    text value = NO_TEXT;
    if (PQntuples(result) > 0) value = text_copy(p->arena, text_of(PQgetvalue(result, 0, 0)));
    PQclear(result);
    PQfinish(pg);
    return value;
}

static struct stat look_at(place *p, const char *name)
{
    struct stat found;
    const char *path = text_format(p->arena, "%s/%s", p->folder, name).data;
    if (lstat(path, &found) != 0) fail_msg("%s is not there", path);
    return found;
}

static pid_t postmaster(place *p)
{
    throwaway t = { .directory = p->folder };
    return (pid_t)throwaway_postmaster(&t);
}

static bool alive_within(cluster *c, int seconds)
{
    for (int i = 0; i < seconds * 100; i++) {
        if (cluster_alive(c)) return true;
        poll(NULL, 0, 10);
    }
    return false;
}

static void it_is_private_and_careful(void **state)
{
    place *p = *state;
    cluster *c = started(p);
    struct stat data = look_at(p, "postgresql"), sockets = look_at(p, "postgresql-socket"),
                log = look_at(p, "postgresql.log");
    assert_int_equal(data.st_mode & 0777, 0700);
    assert_int_equal(sockets.st_mode & 0777, 0700);
    assert_int_equal(log.st_mode & 0777, 0600);
    assert_true(data.st_uid != 0 && sockets.st_uid == data.st_uid);
    assert_text(ask(p, c, "show data_checksums"), "on");
    assert_text(ask(p, c, "show fsync"), "on");
    assert_text(ask(p, c, "show listen_addresses"), "");
    assert_text(ask(p, c, "show server_encoding"), "UTF8");
    assert_text(ask(p, c, "select datcollate from pg_database where datname = 'aic'"), "C.UTF-8");
    assert_text(ask(p, c, "show full_page_writes"), "on");
    assert_true(cluster_alive(c));
    cluster_stop(c);
    assert_false(cluster_alive(c));
    assert_int_equal(postmaster(p), 0);
}

static void what_is_stored_is_there_after_a_stop(void **state)
{
    place *p = *state;
    cluster *c = started(p);
    ask(p, c, "create table kept as select 42 as answer");
    cluster_stop(c);
    c = started(p);
    assert_text(ask(p, c, "select answer from kept"), "42");
    cluster_stop(c);
}

static void after_a_crash_it_comes_back_by_itself(void **state)
{
    place *p = *state;
    cluster *c = started(p);
    ask(p, c, "create table crash as select 1 as answer");
    pid_t before = postmaster(p);
    assert_int_equal(kill(before, SIGKILL), 0);
    while (postmaster(p) == before && cluster_alive(c)) poll(NULL, 0, 1);
    assert_true(alive_within(c, 20));
    assert_int_not_equal(postmaster(p), before);
    assert_text(ask(p, c, "select answer from crash"), "1");
    cluster_stop(c);
    assert_false(cluster_alive(c));
}

static void a_second_process_shares_it_and_does_not_end_it(void **state)
{
    place *p = *state;
    cluster *first = started(p), *second = started(p);
    pid_t server = postmaster(p);
    assert_true(cluster_alive(second));
    cluster_stop(second);
    assert_true(cluster_alive(first));
    assert_int_equal(postmaster(p), server);
    cluster_stop(first);
    assert_int_equal(postmaster(p), 0);
}

/* Starts it in a process of its own, tells when it runs, and waits to be killed. */
static pid_t start_beside(place *p)
{
    int told[2];
    char word;
    assert_int_equal(pipe(told), 0);
    pid_t child = fork();
    if (child == 0) {
        cluster *c;
        if (cluster_start(p->arena, text_of(p->folder), &p->log, &c)) _exit(1);
        if (write(told[1], "!", 1) != 1) _exit(1);
        for (;;) pause();
    }
    assert_int_equal(read(told[0], &word, 1), 1);
    close(told[0]), close(told[1]);
    return child;
}

static void it_ends_with_the_process_that_started_it(void **state)
{
    place *p = *state;
    pid_t owner = start_beside(p);
    pid_t server = postmaster(p);
    assert_true(server > 1);
    kill(owner, SIGKILL);
    assert_int_equal(waitpid(owner, NULL, 0), owner);
    cluster *c = started(p); /* at once: while the old one is still shutting down */
    assert_int_not_equal(postmaster(p), server);
    assert_true(cluster_alive(c));
    cluster_stop(c);
}

static void an_owner_that_dies_hands_over_to_the_other(void **state)
{
    place *p = *state;
    pid_t owner = start_beside(p);
    cluster *c = started(p);
    pid_t server = postmaster(p);
    kill(owner, SIGKILL);
    assert_int_equal(waitpid(owner, NULL, 0), owner);
    for (int i = 0; i < 3000 && (postmaster(p) == server || !cluster_alive(c)); i++) poll(NULL, 0, 10);
    assert_int_not_equal(postmaster(p), server);
    assert_true(cluster_alive(c));
    cluster_stop(c);
    assert_int_equal(postmaster(p), 0);
}

static void two_that_start_at_once_make_one(void **state)
{
    place *p = *state;
    pid_t child = fork();
    if (child == 0) {
        cluster *mine;
        if (cluster_start(p->arena, text_of(p->folder), &p->log, &mine)) _exit(1);
        for (int i = 0; i < 100; i++) {
            if (!cluster_alive(mine)) _exit(2);
            poll(NULL, 0, 1);
        }
        cluster_stop(mine);
        _exit(0);
    }
    int status;
    cluster *c = started(p);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_true(
        alive_within(c, 20)); /* at once when it was ours, else when we have noticed that the other stopped it */
    cluster_stop(c);
}

static void sessions_that_outlive_their_server_do_not_keep_it_down(void **state)
{
    place *p = *state;
    cluster *c = started(p);
    PGconn *busy = PQconnectdb(text_string(p->arena, cluster_url(c)));
    assert_int_equal(PQsendQuery(busy, "do $$ declare i bigint := 0; begin loop i := i + 1; end loop; end $$"), 1);
    poll(NULL, 0, 100);
    pid_t before = postmaster(p);
    assert_int_equal(kill(before, SIGKILL), 0);
    for (int i = 0; i < 2000 && (postmaster(p) == before || !cluster_alive(c)); i++) poll(NULL, 0, 10);
    assert_int_not_equal(postmaster(p), before);
    assert_true(cluster_alive(c));
    PQfinish(busy);
    cluster_stop(c);
}

static void an_initdb_that_was_cut_short_does_no_harm(void **state)
{
    place *p = *state;
    const char *unfinished = text_format(p->arena, "%s/postgresql.new", p->folder).data;
    assert_int_equal(mkdir(unfinished, 0700), 0);
    FILE *file = fopen(text_format(p->arena, "%s/PG_VERSION", unfinished).data, "we");
    assert_non_null(file);
    assert_true(fputs("15\n", file) >= 0 && fclose(file) == 0);
    cluster *c = started(p);
    assert_true(cluster_alive(c));
    assert_int_not_equal(access(unfinished, F_OK), 0);
    cluster_stop(c);
}

static void a_stale_pid_file_does_no_harm(void **state)
{
    place *p = *state;
    cluster *c = started(p);
    cluster_stop(c);
    FILE *file = fopen(text_format(p->arena, "%s/postgresql/postmaster.pid", p->folder).data, "we");
    assert_non_null(file);
    assert_true(fprintf(file, "%ld\n%s/postgresql\n1\n5432\n%s\n\n  1 1\nready   \n", (long)getpid(), p->folder,
                        p->folder) > 0);
    assert_int_equal(fclose(file), 0);
    struct stat data = look_at(p, "postgresql");
    if (geteuid() == 0)
        assert_int_equal(
            chown(text_format(p->arena, "%s/postgresql/postmaster.pid", p->folder).data, data.st_uid, data.st_gid), 0);
    /* Our own process is alive, but it is no PostgreSQL of this folder. PostgreSQL itself overwrites such a file when
     * the process is its own, its parent or another user's. */
    c = started(p);
    assert_true(cluster_alive(c));
    cluster_stop(c);
}

static void a_long_path_keeps_its_socket_elsewhere(void **state)
{
    place *p = *state;
    char part[101];
    memset(part, 'p', 100);
    part[100] = 0;
    p->log.least = LOG_ERROR + 1;
    const char *folder = text_format(p->arena, "%s/%s", p->folder, part).data;
    cluster *c;
    assert_ok(cluster_start(p->arena, text_of(folder), &p->log, &c));
    text url = cluster_url(c);
    assert_null(strstr(url.data, part));
    const char *socket_folder = strchr(url.data, '=') + 1;
    size_t length = strcspn(socket_folder, " ");
    struct stat sockets;
    assert_int_equal(stat(arena_string(p->arena, socket_folder, length), &sockets), 0);
    assert_int_equal(sockets.st_mode & 0777, 0700);
    assert_true(cluster_alive(c));
    cluster_stop(c);
    assert_int_equal(rmdir(arena_string(p->arena, socket_folder, length)), 0);
}

static void nobody_elses_folder_is_used(void **state)
{
    place *p = *state;
    cluster *c;
    const char *sockets = text_format(p->arena, "%s/postgresql-socket", p->folder).data;
    assert_int_equal(symlink("/tmp", sockets), 0);
    error bad = cluster_start(p->arena, text_of(p->folder), &p->log, &c);
    assert_kind(bad, INVALID);
    assert_says(bad, "is not a folder of ours");
    assert_int_equal(unlink(sockets), 0);
    if (geteuid() != 0) return;
    assert_int_equal(mkdir(sockets, 0777), 0);
    assert_int_equal(chown(sockets, 65533, 65533), 0);
    bad = cluster_start(p->arena, text_of(p->folder), &p->log, &c);
    assert_kind(bad, INVALID);
    assert_says(bad, "belongs to another user");
}

static void data_of_a_version_that_is_not_installed_is_told(void **state)
{
    place *p = *state;
    cluster *c;
    const char *data = text_format(p->arena, "%s/postgresql", p->folder).data;
    assert_int_equal(mkdir(data, 0700), 0);
    FILE *file = fopen(text_format(p->arena, "%s/PG_VERSION", data).data, "we");
    assert_non_null(file);
    assert_true(fputs("9\n", file) >= 0 && fclose(file) == 0);
    error bad = cluster_start(p->arena, text_of(p->folder), &p->log, &c);
    assert_kind(bad, INVALID);
    assert_says(bad, "made by PostgreSQL 9");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(it_is_private_and_careful, start, stop),
        cmocka_unit_test_setup_teardown(what_is_stored_is_there_after_a_stop, start, stop),
        cmocka_unit_test_setup_teardown(after_a_crash_it_comes_back_by_itself, start, stop),
        cmocka_unit_test_setup_teardown(a_second_process_shares_it_and_does_not_end_it, start, stop),
        cmocka_unit_test_setup_teardown(it_ends_with_the_process_that_started_it, start, stop),
        cmocka_unit_test_setup_teardown(an_owner_that_dies_hands_over_to_the_other, start, stop),
        cmocka_unit_test_setup_teardown(two_that_start_at_once_make_one, start, stop),
        cmocka_unit_test_setup_teardown(sessions_that_outlive_their_server_do_not_keep_it_down, start, stop),
        cmocka_unit_test_setup_teardown(an_initdb_that_was_cut_short_does_no_harm, start, stop),
        cmocka_unit_test_setup_teardown(a_stale_pid_file_does_no_harm, start, stop),
        cmocka_unit_test_setup_teardown(a_long_path_keeps_its_socket_elsewhere, start, stop),
        cmocka_unit_test_setup_teardown(nobody_elses_folder_is_used, start, stop),
        cmocka_unit_test_setup_teardown(data_of_a_version_that_is_not_installed_is_told, start, stop),
    };
    return cmocka_run_group_tests_name("cluster", tests, NULL, NULL);
}
