#include "jobs/jobs.h"
#include "store/tests/throwaway.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

/* How a kind of task is made, asked for and done: by a worker process of this very test. */

enum { WORKER_SECONDS = 60, LARGE = 5 * 1024 * 1024 + 17 };

/* ------------------------------------------------------------------ kinds */

/* cmocka has a macro fail(): the project's stands in parentheses. */

/* Gives back how much it was given; what `finish` records is there exactly when the task has succeeded. */
static error run_measure(task_run *t, text *result, void **made)
{
    TRY(task_progress(t, 0.5, TEXT("half of it")));
    *result = text_format(t->arena, "{\"bytes\":%zu,\"last\":%d,\"input\":%.*s}", t->data.length,
                          t->data.length ? (unsigned char)t->data.data[t->data.length - 1] : -1, PRINT(t->input));
    *made = (void *)(uintptr_t)t->input.data;
    return OK;
}

/* A task of its own, as what it records. */
static error finish_measure(task_run *t, scope *db, void *made, text *result)
{
    uuid next;
    assert_ptr_equal(made, t->input.data);
    TRY(tasks_add(db, &(task_order){ .kind = "NEVER", .input = t->input }, &next));
    if (text_equal_string(t->input, "\"refuse\""))
        return (fail)(t->arena, INVALID, "/input", "It is refused at the end.");
    *result = text_format(t->arena, "%.*s", PRINT(*result));
    return OK;
}

static error run_away(task_run *t, text *result, void **made)
{
    (void)result, (void)made;
    return fail_later(t->arena, UNAVAILABLE, 1, "Something is away.");
}

static error run_broken(task_run *t, text *result, void **made)
{
    (void)result, (void)made;
    return (fail)(t->arena, INTERNAL, "", "a secret of the house");
}

static const task_kind measure = { .name = "MEASURE", .run = run_measure, .finish = finish_measure, .why = "A test" };
static const task_kind away = { .name = "AWAY", .run = run_away, .why = "A test" };
static const task_kind broken = { .name = "BROKEN", .run = run_broken, .why = "A test" };
static const task_kind never = { .name = "NEVER", .run = run_broken, .why = "A test", .is_for_tests = true };
const task_kind *const task_kinds[] = { &measure, &away, &broken, &never, NULL };

/* ------------------------------------------------------------------ the world */

typedef struct world {
    throwaway *outside;
    arena *arena;
    store *store;
    caller who;
    pid_t worker;
} world;

static int work(const throwaway *outside)
{
    arena *a = arena_new();
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    pthread_sigmask(SIG_BLOCK, &ends, NULL);
    worker_options options = { .database = &outside->options, .log = outside->options.log, .version = "test" };
    error bad = store_open(a, &outside->options, &options.store);
    if (!bad) bad = worker_run(a, &options);
    if (bad) fprintf(stderr, "%s\n", bad->message);
    return bad != OK;
}

static int start(void **state)
{
    arena *a = arena_new();
    world *w = ARENA_NEW(a, world);
    *w = (world){ .outside = throwaway_start(), .arena = a, .who = a_caller() };
    assert_ok(store_open(a, &w->outside->options, &w->store));
    throwaway_sql(w->outside,
                  text_format(a,
                              "set session_replication_role = replica; insert into organizations (id, name, "
                              "slug, ledger_entry_id) values ('%.*s', 'Org', 'org', gen_random_uuid())",
                              PRINT(uuid_format(a, w->who.org_id)))
                      .data);
    w->worker = fork();
    if (w->worker == 0) _exit(work(w->outside));
    *state = w;
    return 0;
}

static int stop(void **state)
{
    world *w = *state;
    int how = -1;
    kill(w->worker, SIGTERM);
    waitpid(w->worker, &how, 0);
    store_close(w->store);
    throwaway_stop(w->outside);
    arena_drop(w->arena);
    return WIFEXITED(how) ? WEXITSTATUS(how) : 1;
}

static uuid ask(world *w, const char *kind, text input, text data)
{
    scope *db;
    uuid id;
    assert_ok(scope_open_tenant(w->store, w->arena, &w->who, &db));
    assert_ok(tasks_add(db, &(task_order){ .kind = kind, .input = input, .data = data }, &id));
    assert_ok(scope_commit(db));
    return id;
}

static text column(world *w, uuid id, const char *name)
{
    return throwaway_sql(
        w->outside,
        text_format(w->arena, "select %s from tasks where id = '%.*s'", name, PRINT(uuid_format(w->arena, id))).data);
}

static void await(world *w, uuid id, const char *condition)
{
    instant until = clock_monotonic() + SECONDS(WORKER_SECONDS);
    while (!text_equal_string(column(w, id, condition), "t")) {
        if (clock_monotonic() > until)
            fail_msg("%s did not come: %.*s", condition, PRINT(column(w, id, "status || coalesce(error::text, '')")));
        poll(NULL, 0, 20);
    }
}

/* ------------------------------------------------------------------ tests */

static void a_task_gets_its_data_whole_and_records_with_its_end(void **state)
{
    world *w = *state;
    char *data = arena_alloc(w->arena, LARGE);
    data[LARGE - 1] = 77;
    uuid id = ask(w, "MEASURE", TEXT("{\"a\":1}"), (text){ data, LARGE });
    await(w, id, "status = 'SUCCEEDED'");
    assert_text(column(w, id, "result"),
                text_format(w->arena, "{\"bytes\":%d,\"last\":77,\"input\":{\"a\":1}}", LARGE).data);
    assert_text(column(w, id, "attempts || ' ' || progress"), "1 1");
    assert_text(
        throwaway_sql(w->outside, "select count(*) from tasks where kind = 'NEVER' and input::text = '{\"a\":1}'"),
        "1");
    assert_text(throwaway_sql(w->outside, "select count(*) from task_data"), "0");
}

static void what_its_end_refuses_is_undone_and_told(void **state)
{
    world *w = *state;
    uuid id = ask(w, "MEASURE", TEXT("\"refuse\""), NO_TEXT);
    await(w, id, "status = 'FAILED'");
    assert_text(column(w, id, "error ->> 'message'"), "It is refused at the end.");
    assert_text(
        throwaway_sql(w->outside, "select count(*) from tasks where kind = 'NEVER' and input::text = '\"refuse\"'"),
        "0");
}

static void what_was_away_is_tried_again(void **state)
{
    world *w = *state;
    uuid id = ask(w, "AWAY", NO_TEXT, NO_TEXT);
    await(w, id, "status = 'PENDING' and attempts = 1 and not_before > created_at");
    await(w, id, "status = 'FAILED' and attempts = 3");
    assert_text(column(w, id, "error ->> 'kind'"), "UNAVAILABLE");
}

static void a_defect_is_not_shown(void **state)
{
    world *w = *state;
    uuid id = ask(w, "BROKEN", NO_TEXT, NO_TEXT);
    await(w, id, "status = 'FAILED'");
    assert_text(column(w, id, "error::text like '%secret%'"), "f");
}

static void a_kind_for_tests_and_one_that_is_none(void **state)
{
    world *w = *state;
    scope *db;
    uuid id = ask(w, "NEVER", NO_TEXT, NO_TEXT);
    uuid later = ask(w, "BROKEN", NO_TEXT, NO_TEXT);
    await(w, later, "status = 'FAILED'");
    assert_text(column(w, id, "status"), "PENDING"); /* this worker was not told to take it */
    assert_ok(scope_open_tenant(w->store, w->arena, &w->who, &db));
    assert_kind(tasks_add(db, &(task_order){ .kind = "NONE" }, &id), INTERNAL);
    scope_rollback(db);
}

static void too_much_data_is_refused(void **state)
{
    world *w = *state;
    scope *db;
    uuid id;
    assert_ok(scope_open_tenant(w->store, w->arena, &w->who, &db));
    task_order order = { .kind = "MEASURE", .data = { "", (size_t)TASK_DATA_MB * 1024 * 1024 + 1 } };
    error bad = tasks_add(db, &order, &id);
    assert_kind(bad, INVALID);
    assert_says(bad, "256 MB");
    scope_rollback(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_task_gets_its_data_whole_and_records_with_its_end),
        cmocka_unit_test(what_its_end_refuses_is_undone_and_told),
        cmocka_unit_test(what_was_away_is_tried_again),
        cmocka_unit_test(a_defect_is_not_shown),
        cmocka_unit_test(a_kind_for_tests_and_one_that_is_none),
        cmocka_unit_test(too_much_data_is_refused),
    };
    return cmocka_run_group_tests_name("jobs", tests, start, stop);
}
