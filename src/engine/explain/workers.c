#include "engine/explain/workers.h"

#include <pthread.h>
#include <stdatomic.h>

enum { MOST_THREADS = 256 };

typedef struct crew {
    const row_work *work;
    atomic_size_t next, done; /* rows handed out; rows finished */
    atomic_bool stopped;
} crew;

typedef struct worker {
    crew *crew;
    pthread_t thread;
    arena *failed; /* holds the error until the calling thread has copied it */
    error error;
} worker;

error watch_tick(const explain_watch *watch, double fraction)
{
    return watch->tick ? watch->tick(watch->context, fraction) : OK;
}

size_t rows_within(size_t bytes, size_t row_bytes, size_t most)
{
    size_t rows = bytes / (row_bytes ? row_bytes : 1);
    if (rows > most) rows = most;
    return rows ? rows : 1;
}

/* False: nothing is left to do, or it went wrong. */
static bool work_chunk(worker *w)
{
    crew *c = w->crew;
    if (atomic_load(&c->stopped)) return false;
    size_t first = atomic_fetch_add(&c->next, c->work->chunk);
    if (first >= c->work->rows) return false;
    size_t count = c->work->rows - first < c->work->chunk ? c->work->rows - first : c->work->chunk;
    arena *scratch = arena_new();
    w->error = c->work->run(c->work->context, scratch, first, count);
    if (w->error) {
        w->failed = scratch;
        atomic_store(&c->stopped, true);
        return false;
    }
    arena_drop(scratch);
    atomic_fetch_add(&c->done, count);
    return true;
}

static void *work_on(void *argument)
{
    while (work_chunk(argument)) {
    }
    return NULL;
}

/* The calling thread's own part: as the others, with a word to the watch between chunks. */
static error work_and_watch(worker *w)
{
    crew *c = w->crew;
    const row_work *work = c->work;
    while (work_chunk(w)) {
        double part = (double)atomic_load(&c->done) / (double)work->rows;
        error e = watch_tick(work->watch, work->from + (work->to - work->from) * part);
        if (e) {
            atomic_store(&c->stopped, true);
            return e;
        }
    }
    return OK;
}

static error take_error(arena *a, worker *w)
{
    if (!w->failed) return OK;
    error e =
        fail(a, w->error->kind, arena_string(a, w->error->pointer, strlen(w->error->pointer)), "%s", w->error->message);
    if (w->error->retry_after) e = fail_later(a, w->error->kind, w->error->retry_after, e->message);
    arena_drop(w->failed);
    w->failed = NULL;
    return e;
}

error row_work_do(arena *a, const row_work *work)
{
    TRY(watch_tick(work->watch, work->from));
    crew all = { .work = work };
    size_t chunks = (work->rows + work->chunk - 1) / work->chunk;
    size_t wanted = work->threads > MOST_THREADS ? MOST_THREADS : (size_t)(work->threads > 1 ? work->threads : 1);
    size_t helpers = chunks > 1 ? (wanted < chunks ? wanted : chunks) - 1 : 0;
    worker *workers = ARENA_ARRAY(a, helpers + 1, worker);
    for (size_t i = 0; i <= helpers; i++) workers[i].crew = &all;
    size_t started = 0;
    /* A thread that the system does not give is done without: the others take its chunks. */
    while (started < helpers && pthread_create(&workers[started + 1].thread, NULL, work_on, &workers[started + 1]) == 0)
        started++;
    error first = work_and_watch(&workers[0]);
    for (size_t i = 1; i <= started; i++) pthread_join(workers[i].thread, NULL);
    for (size_t i = 0; i <= started; i++) {
        error e = take_error(a, &workers[i]);
        if (!first) first = e;
    }
    return first;
}
