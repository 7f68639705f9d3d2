#include "store/tests/throwaway.h"
#include "store_tests.sql.h"

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

/* Too many requests, slow statements, servers that die, restart, vanish: nothing hangs and nothing is half done. */

typedef struct world {
    throwaway *outside;
    arena *arena;
    store *store;
} world;

static int start(void **state)
{
    arena *a = arena_new();
    world *w = ARENA_NEW(a, world);
    *w = (world){ .outside = throwaway_start(), .arena = a };
    assert_ok(store_open(a, &w->outside->options, &w->store));
    *state = w;
    return 0;
}

static int stop(void **state)
{
    world *w = *state;
    store_close(w->store);
    throwaway_stop(w->outside);
    arena_drop(w->arena);
    return 0;
}

static scope *fresh(world *w)
{
    scope *db;
    caller who = a_caller();
    assert_ok(scope_open_tenant(w->store, w->arena, &who, &db));
    return db;
}

static error look(scope *db)
{
    thing_list all;
    return sql_things_list(db, &all);
}

static instant elapsed_ms(instant began)
{
    return (clock_monotonic() - began) / 1000;
}

/* ------------------------------------------------------------------ too many */

static void when_all_connections_are_taken_the_wait_is_bounded(void **state)
{
    world *w = *state;
    scope *first = fresh(w), *second = fresh(w), *third = fresh(w);
    assert_ok(look(first));
    assert_ok(look(second));
    instant began = clock_monotonic();
    error bad = look(third);
    assert_kind(bad, UNAVAILABLE);
    assert_true(bad->retry_after > 0);
    assert_says(bad, "busy");
    assert_in_range(elapsed_ms(began), 290, 1500);
    assert_int_equal(store_read_figures(w->store).busy, 2);
    scope_rollback(third);
    scope_rollback(first);
    third = fresh(w);
    assert_ok(look(third));
    scope_rollback(third);
    scope_rollback(second);
    assert_int_equal(store_read_figures(w->store).busy, 0);
}

static void *look_once(void *given)
{
    world *w = given;
    arena *a = arena_new();
    caller who = a_caller();
    scope *db;
    error bad = scope_open_tenant(w->store, a, &who, &db);
    if (!bad) bad = look(db);
    scope_rollback(db);
    arena_drop(a);
    return bad ? w : NULL;
}

static void who_waits_gets_the_connection_that_comes_back(void **state)
{
    world *w = *state;
    scope *first = fresh(w), *second = fresh(w);
    pthread_t waiter;
    void *failed;
    assert_ok(look(first));
    assert_ok(look(second));
    assert_int_equal(pthread_create(&waiter, NULL, look_once, w), 0);
    while (store_read_figures(w->store).waiting == 0) poll(NULL, 0, 1);
    scope_rollback(first);
    pthread_join(waiter, &failed);
    assert_null(failed);
    scope_rollback(second);
}

static void a_slow_statement_is_stopped(void **state)
{
    world *w = *state;
    store_options options = w->outside->options;
    options.statement_ms = 200;
    store *s;
    scope *db;
    caller who = a_caller();
    assert_ok(store_open(w->arena, &options, &s));
    assert_ok(scope_open_tenant(s, w->arena, &who, &db));
    instant began = clock_monotonic();
    error bad = sql_sleep_ms(db, &(sql_sleep_ms_in){ 10000 });
    assert_kind(bad, UNAVAILABLE);
    assert_says(bad, "took too long");
    assert_in_range(elapsed_ms(began), 190, 1100);
    scope_rollback(db);
    assert_ok(scope_open_tenant(s, w->arena, &who, &db));
    assert_ok(look(db)); /* the same connection, sound */
    scope_rollback(db);
    assert_int_equal(store_read_figures(s).reconnects, 1);
    store_close(s);
}

/* ------------------------------------------------------------------ gone */

/* Ends every other connection of the two roles, as an administrator may. */
static void end_all(world *w)
{
    caller nobody = { .kind = ACTOR_SYSTEM };
    scope *db;
    assert_ok(scope_open_system(w->store, w->arena, S9_PLATFORM_ADMINISTRATION, TEXT("end all"), &nobody, &db));
    assert_ok(sql_end_backends(db));
    scope_rollback(db);
}

static void connections_that_died_while_idle_are_not_noticed(void **state)
{
    world *w = *state;
    scope *first = fresh(w), *second = fresh(w), *db;
    assert_ok(look(first));
    assert_ok(look(second));
    scope_rollback(first);
    scope_rollback(second);
    end_all(w);
    poll(NULL, 0, 100); /* they are told, and end */
    for (int i = 0; i < 3; i++) {
        db = fresh(w);
        assert_ok(look(db));
        assert_ok(scope_commit(db));
    }
}

static void a_connection_that_dies_in_a_transaction_undoes_it(void **state)
{
    world *w = *state;
    scope *db = fresh(w);
    assert_ok(sql_pair_add(db, &(sql_pair_add_in){ TEXT("lost"), 1 }));
    end_all(w);
    error bad = sql_pair_add(db, &(sql_pair_add_in){ TEXT("lost"), 2 });
    assert_kind(bad, UNAVAILABLE);
    assert_true(bad->retry_after > 0);
    assert_kind(scope_commit(db), INTERNAL);
    scope_rollback(db);
    assert_text(throwaway_sql(w->outside, "select count(*) from pairs where side = 'lost'"), "0");
    db = fresh(w);
    assert_ok(sql_pair_add(db, &(sql_pair_add_in){ TEXT("lost"), 3 }));
    end_all(w);
    bad = scope_commit(db);
    assert_kind(bad, UNAVAILABLE);
    assert_says(bad, "Look whether it is there");
    scope_rollback(db);
    assert_int_equal(store_read_figures(w->store).busy, 0);
}

static store *store_at(world *w, const char *url)
{
    store_options options = w->outside->options;
    logger silent = logger_to(2, LOG_ERROR);
    options.log = arena_copy(w->arena, &silent, sizeof silent);
    options.url = text_of(url);
    store *s;
    assert_ok(store_open(w->arena, &options, &s));
    return s;
}

static void a_database_that_is_not_there_is_told_at_once(void **state)
{
    world *w = *state;
    store *s = store_at(w, "host=/tmp/aic-nothing-here user=nobody");
    caller who = a_caller();
    instant began = clock_monotonic();
    for (int i = 0; i < 200; i++) {
        scope *db;
        assert_ok(scope_open_tenant(s, w->arena, &who, &db));
        assert_kind(look(db), UNAVAILABLE);
        scope_rollback(db);
    }
    assert_in_range(elapsed_ms(began), 0, 1000);
    assert_false(store_ready(s));
    assert_int_equal(store_read_figures(s).connections, 0);
    store_close(s);
}

/* Takes connections and never says a word, as a machine does that hangs. */
static int silent_listener(int *port)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t length = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0 && bind(fd, (struct sockaddr *)&at, length) == 0 && listen(fd, 16) == 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &length), 0);
    *port = ntohs(at.sin_port);
    return fd;
}

static void a_server_that_hangs_costs_one_request_two_seconds_and_the_others_nothing(void **state)
{
    world *w = *state;
    int port, fd = silent_listener(&port);
    store *s = store_at(w, text_format(w->arena, "postgresql://me:word@127.0.0.1:%d/aic", port).data);
    caller who = a_caller();
    scope *db;
    instant began = clock_monotonic();
    for (int i = 0; i < 50; i++) {
        assert_ok(scope_open_tenant(s, w->arena, &who, &db));
        assert_kind(look(db), UNAVAILABLE);
        scope_rollback(db);
    }
    assert_in_range(elapsed_ms(began), 1000, 6500);
    store_close(s);
    close(fd);
}

static void a_url_that_cannot_be_read_is_told_without_its_password(void **state)
{
    world *w = *state;
    store_options options = w->outside->options;
    store *s;
    options.url = TEXT("postgresql://me:s3cret@host:99999999x/db?nonsense");
    error bad = store_open(w->arena, &options, &s);
    assert_kind(bad, INVALID);
    assert_null(strstr(bad->message, "s3cret"));
}

/* ------------------------------------------------------------------ a crash under load */

enum { WRITERS = 6, CRASHES = 2 };

typedef struct writer {
    world *w;
    int number;
    atomic_bool *stop;
    int64_t done, refused, unclear, slowest_ms;
    bool wrong;
} writer;

/* Two rows in one transaction, by two statements: both or none. */
static error write_pair(scope *db, int64_t id)
{
    TRY(sql_pair_add(db, &(sql_pair_add_in){ TEXT("left"), id }));
    return sql_pair_add(db, &(sql_pair_add_in){ TEXT("right"), id });
}

static void write_once(writer *me, int64_t id)
{
    arena *a = arena_new();
    caller who = a_caller();
    scope *db;
    instant began = clock_monotonic();
    bool committing = false;
    error bad = scope_open_tenant(me->w->store, a, &who, &db);
    if (!bad) bad = write_pair(db, id);
    if (!bad) {
        committing = true;
        bad = scope_commit(db);
    }
    scope_rollback(db);
    if (!bad)
        me->done++;
    else if (committing)
        me->unclear++;
    else
        me->refused++;
    if (bad && (bad->kind != UNAVAILABLE || bad->retry_after <= 0)) {
        me->wrong = true;
        print_message("%s: %s\n", error_kind_name(bad->kind), bad->message);
    }
    if (elapsed_ms(began) > me->slowest_ms) me->slowest_ms = elapsed_ms(began);
    arena_drop(a);
    if (bad) poll(NULL, 0, 1);
}

static void *keep_writing(void *given)
{
    writer *me = given;
    for (int64_t id = me->number * 1000000; !atomic_load(me->stop); id++) write_once(me, id);
    return NULL;
}

static bool answers_again(world *w)
{
    for (int i = 0; i < 2000; i++) {
        if (store_ready(w->store)) return true;
        poll(NULL, 0, 10);
    }
    return false;
}

static void crash_and_come_back(world *w)
{
    long postmaster = throwaway_postmaster(w->outside);
    assert_true(postmaster > 1);
    assert_int_equal(kill((pid_t)postmaster, SIGKILL), 0);
    poll(NULL, 0, 100);
    assert_true(answers_again(w));
    poll(NULL, 0, 300);
}

static void a_crash_under_load_leaves_nothing_hanging_or_half_done(void **state)
{
    world *w = *state;
    atomic_bool stop_now = false;
    writer writers[WRITERS];
    pthread_t threads[WRITERS];
    int64_t done = 0, refused = 0, unclear = 0;
    throwaway_sql(w->outside, "truncate pairs");
    for (int i = 0; i < WRITERS; i++) {
        writers[i] = (writer){ .w = w, .number = i, .stop = &stop_now };
        assert_int_equal(pthread_create(&threads[i], NULL, keep_writing, &writers[i]), 0);
    }
    poll(NULL, 0, 300);
    for (int i = 0; i < CRASHES; i++) crash_and_come_back(w);
    atomic_store(&stop_now, true);
    for (int i = 0; i < WRITERS; i++) {
        pthread_join(threads[i], NULL);
        assert_false(writers[i].wrong);
        assert_in_range(writers[i].slowest_ms, 0, 5000);
        done += writers[i].done, refused += writers[i].refused, unclear += writers[i].unclear;
    }
    assert_true(done > 0 && refused > 0);
    assert_text(throwaway_sql(w->outside,
                              "select count(*) from (select id from pairs group by id having count(*) <> 2) halves"),
                "0");
    int64_t stored = 0;
    text counted = throwaway_sql(w->outside, "select count(*) from pairs where side = 'left'");
    assert_true(text_integer(counted, &stored));
    assert_in_range(stored, done,
                    done + unclear); /* every acknowledged pair, and at most those whose answer was lost */
    store_figures f = store_read_figures(w->store);
    assert_true(f.busy == 0 && f.waiting == 0 && f.connections <= 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(when_all_connections_are_taken_the_wait_is_bounded),
        cmocka_unit_test(who_waits_gets_the_connection_that_comes_back),
        cmocka_unit_test(a_slow_statement_is_stopped),
        cmocka_unit_test(connections_that_died_while_idle_are_not_noticed),
        cmocka_unit_test(a_connection_that_dies_in_a_transaction_undoes_it),
        cmocka_unit_test(a_database_that_is_not_there_is_told_at_once),
        cmocka_unit_test(a_server_that_hangs_costs_one_request_two_seconds_and_the_others_nothing),
        cmocka_unit_test(a_url_that_cannot_be_read_is_told_without_its_password),
        cmocka_unit_test(a_crash_under_load_leaves_nothing_hanging_or_half_done),
    };
    return cmocka_run_group_tests_name("pool", tests, start, stop);
}
