#include "features/tasks/tasks.h"

#include "store/listener.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { IDLE_MS = 60000, LOOK_MS = 1000, MESSAGE_BYTES = 256 };

/* One stream. Made by a request's thread, dropped by the watch's thread once its connection is over. */
typedef struct watcher {
    struct watcher *next;
    arena *arena;
    task_watch *watch;
    event_stream *stream;
    caller who;
    uuid task;
    atomic_bool closed;
    bool dirty;             /* with the lock: something has changed */
    instant beat_at, until; /* the latter by the clock of people */
    /* What was sent last; the thread's own. */
    char sent[MESSAGE_BYTES];
} watcher;

struct task_watch {
    platform *app;
    listener *told;
    int wake; /* eventfd: somebody new watches, or the end */
    atomic_bool stopping;
    pthread_t thread;
    pthread_mutex_t lock; /* of the list and of `dirty` */
    watcher *first;
};

/* ------------------------------------------------------------------ what is sent */

static bool has_ended(const task_row *row)
{
    return row->finished_at.is_set;
}

/* The state in a word: what somebody who comes again has seen. */
static text state_of(arena *a, const task_row *row)
{
    return text_format(a, "%lld-%d-%.*s", (long long)row->attempts, (int)(row->progress * 1000), PRINT(row->status));
}

static bool is_news(const watcher *w, arena *a, const task_row *row, char out[MESSAGE_BYTES])
{
    text now = text_format(a, "%.*s %.*s", PRINT(state_of(a, row)), PRINT(row->message));
    size_t length = now.length < MESSAGE_BYTES - 1 ? now.length : MESSAGE_BYTES - 1;
    memcpy(out, now.data, length);
    out[length] = 0;
    return strcmp(w->sent, out) != 0;
}

static bool send_state(watcher *w, arena *a, const task_row *row)
{
    task_view view = task_view_of(row, clock_now(&w->watch->app->clock));
    json_writer out = json_writer_in(a);
    fields_encode(&out, task_item_fields, &view);
    return event_stream_send(w->stream, a, state_of(a, row), "task", json_written(&out));
}

static error read_task(const watcher *w, arena *a, task_row *row)
{
    scope *db;
    TRY(scope_open_tenant(w->watch->app->store, a, &w->who, &db));
    scope_reads(db);
    error bad = sql_task_read(db, &(sql_task_read_in){ .id = w->task }, row);
    scope_rollback(db);
    return bad;
}

/* In the watcher's own scope: a session that has ended sees nothing more. False: it was not to be sent now. */
static bool tell(watcher *w, bool beats)
{
    arena *a = arena_new();
    task_row row;
    char state[MESSAGE_BYTES];
    bool done = true;
    error bad = read_task(w, a, &row);
    if (bad && bad->kind != UNAVAILABLE)
        event_stream_end(w->stream);
    else if (!bad && is_news(w, a, &row, state)) {
        done = send_state(w, a, &row);
        if (done) memcpy(w->sent, state, sizeof state);
        if (done && has_ended(&row)) event_stream_end(w->stream);
    } else if (beats)
        event_stream_beat(w->stream);
    arena_drop(a);
    return done;
}

/* ------------------------------------------------------------------ the thread */

static void mark(void *context, text payload)
{
    task_watch *all = context;
    uuid id;
    bool is_one = text_is(payload) && uuid_parse(payload, &id);
    pthread_mutex_lock(&all->lock);
    /* NO_TEXT: it was away, and anything may have changed. */
    for (watcher *w = all->first; w; w = w->next)
        if (is_one ? uuid_equal(w->task, id) : !text_is(payload)) w->dirty = true;
    pthread_mutex_unlock(&all->lock);
}

static bool take_mark(task_watch *all, watcher *w)
{
    pthread_mutex_lock(&all->lock);
    bool dirty = w->dirty;
    w->dirty = false;
    pthread_mutex_unlock(&all->lock);
    return dirty;
}

static void look_at(task_watch *all, watcher *w)
{
    instant now = clock_monotonic();
    bool beats = now >= w->beat_at;
    if (clock_now(&all->app->clock) > w->until) {
        event_stream_end(w->stream);
        return;
    }
    if (!take_mark(all, w) && !beats) return;
    if (!tell(w, beats)) {
        pthread_mutex_lock(&all->lock);
        w->dirty = true; /* the client does not keep up */
        pthread_mutex_unlock(&all->lock);
    }
    if (beats) w->beat_at = now + SECONDS(TASK_BEAT_SECONDS);
}

static void drop_closed(task_watch *all)
{
    watcher *gone = NULL;
    pthread_mutex_lock(&all->lock);
    for (watcher **at = &all->first; *at;) {
        watcher *w = *at;
        if (!atomic_load(&w->closed)) {
            at = &w->next;
            continue;
        }
        *at = w->next;
        w->next = gone;
        gone = w;
    }
    pthread_mutex_unlock(&all->lock);
    while (gone) {
        watcher *next = gone->next;
        event_stream_release(gone->stream);
        arena_drop(gone->arena);
        gone = next;
    }
}

static watcher *first_of(task_watch *all)
{
    pthread_mutex_lock(&all->lock);
    watcher *first = all->first;
    pthread_mutex_unlock(&all->lock);
    return first;
}

static void *watch(void *given)
{
    task_watch *all = given;
    pthread_setname_np(pthread_self(), "task-watch");
    while (!atomic_load(&all->stopping)) {
        listener_wait(all->told, all->wake, first_of(all) ? LOOK_MS : IDLE_MS, mark, all);
        eventfd_t woken;
        eventfd_read(all->wake, &woken);
        drop_closed(all);
        /* New ones come before the first; nobody but this thread takes any out. */
        for (watcher *w = first_of(all); w; w = w->next) look_at(all, w);
    }
    return NULL;
}

error task_watch_start(arena *a, platform *app, const store_options *database, task_watch **out)
{
    task_watch *all = ARENA_NEW(a, task_watch);
    all->app = app;
    TRY(listener_open(a, database, CHANNEL_TASK_CHANGES, &all->told));
    all->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    pthread_mutex_init(&all->lock, NULL);
    if (all->wake < 0 || pthread_create(&all->thread, NULL, watch, all) != 0)
        return fail(a, INTERNAL, "", "No thread can be made to watch tasks.");
    *out = all;
    return OK;
}

void task_watch_stop(task_watch *all)
{
    atomic_store(&all->stopping, true);
    eventfd_write(all->wake, 1);
    pthread_join(all->thread, NULL);
    drop_closed(all);
    close(all->wake);
}

/* ------------------------------------------------------------------ one more */

static void closed(void *context)
{
    watcher *w = context;
    task_watch *all = w->watch;
    atomic_store(&w->closed, true); /* from here on the thread may drop it */
    eventfd_write(all->wake, 1);
}

/* Under the lock. */
static bool may_watch(const task_watch *all, const caller *who)
{
    int streams = 0;
    for (const watcher *w = all->first; w; w = w->next)
        streams += uuid_equal(w->who.id, who->id) && !atomic_load(&w->closed);
    return streams < TASK_STREAMS_OF_ONE;
}

static watcher *watcher_new(task_watch *all, const caller *who, const task_row *row, instant until)
{
    arena *a = arena_new();
    watcher *w = ARENA_NEW(a, watcher);
    w->arena = a;
    w->watch = all;
    w->task = row->id;
    w->who = (caller){ .kind = who->kind,
                       .id = who->id,
                       .org_id = who->org_id,
                       .jti = who->jti,
                       .request_id = text_copy(a, who->request_id) };
    w->dirty = true;
    w->beat_at = clock_monotonic() + SECONDS(TASK_BEAT_SECONDS);
    instant longest = clock_now(&all->app->clock) + SECONDS(TASK_WATCHED_SECONDS);
    w->until = until && until < longest ? until : longest;
    return w;
}

error task_watch_reply(request *rq, const task_row *row, instant until)
{
    task_watch *all = ((platform *)rq->app)->task_watch;
    text seen = request_header(rq, "Last-Event-ID");
    bool is_seen = text_is(seen) && text_equal(seen, state_of(rq->arena, row));
    if (is_seen && has_ended(row)) {
        reply_status(rq, 204);
        reply_raw(rq, "text/event-stream", TEXT(""));
        return OK;
    }
    watcher *w = watcher_new(all, &rq->scope->who, row, until);
    if (is_seen) is_news(w, rq->arena, row, w->sent);
    pthread_mutex_lock(&all->lock);
    error bad = may_watch(all, &rq->scope->who)
                    ? reply_events(rq, closed, w, &w->stream)
                    : fail_later(rq->arena, TOO_MANY, TASK_BEAT_SECONDS,
                                 "You watch as many tasks at once as one may; close a page.");
    if (!bad) {
        w->next = all->first;
        all->first = w;
    }
    pthread_mutex_unlock(&all->lock);
    if (bad)
        arena_drop(w->arena);
    else
        eventfd_write(all->wake, 1);
    return bad;
}
