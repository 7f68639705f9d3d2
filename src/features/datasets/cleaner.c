#include "features/datasets/datasets.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

enum { PIECES_AT_ONCE = 64, OVERDUE_AT_ONCE = 200, DAY_SECONDS = 24 * 60 * 60, AGAIN_SECONDS = 60 };

/* Deleting a gigabyte takes the database many seconds. One thread of each server does it, so that neither a request nor
 * an upload waits for it. */
struct dataset_cleaner {
    platform *app;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool is_asked;
    atomic_bool stopping;
};

/* ------------------------------------------------------------------ one pass */

/* A few pieces a transaction; what a pass that is stopped leaves is the next one's. */
static error purge(scope *db, const dataset_overdue *one, const atomic_bool *stopping)
{
    int64_t gone = PIECES_AT_ONCE;
    while (gone == PIECES_AT_ONCE) {
        if (stopping && atomic_load(stopping)) return fail(db->arena, UNAVAILABLE, "", "The server is stopping.");
        TRY(sql_dataset_chunks_delete(
            db, &(sql_dataset_chunks_delete_in){ .org_id = one->org_id, .dataset_id = one->id, .lim = PIECES_AT_ONCE },
            &gone));
        TRY(scope_pause(db));
    }
    return OK;
}

static error clean_up_one(scope *db, const dataset_overdue *one, const atomic_bool *stopping)
{
    int64_t marked;
    TRY(scope_set_org(db, one->org_id));
    if (one->keeps_row) return purge(db, one, stopping);
    TRY(sql_dataset_expired(db, &(sql_dataset_expired_in){ .org_id = one->org_id, .id = one->id }, &marked));
    TRY(scope_pause(db));
    TRY(purge(db, one, stopping));
    TRY(sql_dataset_delete(db, &(sql_dataset_delete_in){ .org_id = one->org_id, .id = one->id }));
    return scope_pause(db);
}

static error clean_up_all(scope *db, const atomic_bool *stopping, int *cleaned)
{
    dataset_overdue_list overdue = { .count = OVERDUE_AT_ONCE };
    while (overdue.count == OVERDUE_AT_ONCE) {
        TRY(sql_datasets_overdue(db, &(sql_datasets_overdue_in){ .lim = OVERDUE_AT_ONCE }, &overdue));
        for (size_t i = 0; i < overdue.count; i++, ++*cleaned) TRY(clean_up_one(db, &overdue.items[i], stopping));
    }
    return scope_commit(db);
}

static error clean_up(platform *app, arena *a, const atomic_bool *stopping)
{
    caller nobody = { .kind = ACTOR_SYSTEM };
    scope *db;
    int cleaned = 0;
    TRY(scope_open_system(app->store, a, S7_SCHEDULER,
                          TEXT("delete data sets that are marked, past their date or were never finished"), &nobody,
                          &db));
    error bad = clean_up_all(db, stopping, &cleaned);
    scope_rollback(db);
    if (cleaned)
        log_event(app->log, LOG_INFO, "datasets_cleaned", "Deleted what is left of data sets.",
                  (log_field[]){ LOG_I("datasets", cleaned), LOG_END });
    return bad;
}

/* ------------------------------------------------------------------ the thread */

static void wait_for_work(dataset_cleaner *c, int seconds)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += seconds;
    pthread_mutex_lock(&c->lock);
    int late = 0;
    while (!c->is_asked && !atomic_load(&c->stopping) && !late)
        late = pthread_cond_timedwait(&c->wake, &c->lock, &until);
    c->is_asked = false;
    pthread_mutex_unlock(&c->lock);
}

static void *work(void *given)
{
    dataset_cleaner *c = given;
    pthread_setname_np(pthread_self(), "dataset-cleaner");
    while (!atomic_load(&c->stopping)) {
        arena *a = arena_new();
        error bad = clean_up(c->app, a, &c->stopping);
        bool is_over = atomic_load(&c->stopping);
        if (bad && !is_over) log_event(c->app->log, LOG_ERROR, "datasets_cleaned", bad->message, NULL);
        arena_drop(a);
        wait_for_work(c, bad ? AGAIN_SECONDS : DAY_SECONDS);
    }
    return NULL;
}

error datasets_cleaner_start(arena *a, platform *app)
{
    dataset_cleaner *c = ARENA_NEW(a, dataset_cleaner);
    c->app = app;
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&c->lock, NULL);
    pthread_cond_init(&c->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    if (pthread_create(&c->thread, NULL, work, c) != 0)
        return fail(a, INTERNAL, "", "The thread that deletes data sets cannot be started.");
    app->dataset_cleaner = c;
    return OK;
}

void datasets_cleaner_wake(const platform *app)
{
    dataset_cleaner *c = app->dataset_cleaner;
    if (!c) return;
    pthread_mutex_lock(&c->lock);
    c->is_asked = true;
    pthread_cond_signal(&c->wake);
    pthread_mutex_unlock(&c->lock);
}

void datasets_cleaner_stop(platform *app)
{
    dataset_cleaner *c = app->dataset_cleaner;
    pthread_mutex_lock(&c->lock);
    atomic_store(&c->stopping, true);
    pthread_cond_signal(&c->wake);
    pthread_mutex_unlock(&c->lock);
    pthread_join(c->thread, NULL);
    app->dataset_cleaner = NULL;
}
