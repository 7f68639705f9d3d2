#include "jobs/inside.h"

#include "store/listener.h"

#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum { PULSE_MS = 1000, HEAPS = 2, HOST_BYTES = 256, AWAY_MS = 1000, ABANDONED = 3 };

/* ------------------------------------------------------------------ beginning anew */

/* The same process with fresh memory: who supervises it notices nothing. */
static void begin_anew(const struct task_worker *w)
{
    execv("/proc/self/exe", (char *const *)(uintptr_t)w->options->again);
    _exit(ABANDONED);
}

/* ------------------------------------------------------------------ the pulse thread */

static error tell_seen(struct task_worker *w, arena *a)
{
    scope *db;
    char host[HOST_BYTES] = "";
    if (gethostname(host, sizeof host - 1) || !*host) host[0] = '?';
    TRY(worker_scope(w, a, TEXT("say that a worker is there"), &db));
    return scope_end(db, sql_worker_seen(db, &(sql_worker_seen_in){ .id = w->id,
                                                                    .host = text_of(host),
                                                                    .pid = getpid(),
                                                                    .version = text_of(w->options->version),
                                                                    .memory_mb = memory_read().resident_mb }));
}

/* Under the lock: whether the task is over by the clock or by a signal. */
static void look_at_clock(struct task_worker *w)
{
    if (w->state != TASK_GOING) return;
    instant now = clock_monotonic();
    if (now > w->deadline) w->state = TASK_OVERDUE;
    if (w->stopping) w->state = TASK_STOPPED;
    if (w->state != TASK_GOING) w->over_since = now;
}

static error renew(struct task_worker *w, arena *a, const task_taken *taken, double progress, text message, bool *held)
{
    scope *db;
    int64_t renewed = 0;
    task_usage used = task_usage_of(w);
    sql_task_renew_in in = { .org_id = taken->org_id,
                             .id = taken->id,
                             .lease = taken->lease,
                             .lease_seconds = TASK_LEASE_SECONDS,
                             .progress = progress,
                             .message = message,
                             .compute_ms = used.compute_ms,
                             .peak_memory_mb = used.peak_memory_mb };
    TRY(worker_scope(w, a, TEXT("say that a task is still worked on"), &db));
    TRY(scope_end(db, sql_task_renew(db, &in, &renewed)));
    *held = renewed > 0;
    return OK;
}

/* A task that is not renewed in time is another worker's. */
static void note_renewal(struct task_worker *w, const task_taken *taken, error bad, bool held, instant asked)
{
    pthread_mutex_lock(&w->lock);
    if (w->taken == taken && w->state != TASK_NONE) {
        if (!bad && held) w->lease_until = asked + SECONDS(TASK_LEASE_SECONDS);
        bool lost = bad ? clock_monotonic() > w->lease_until : !held;
        if (lost && w->state == TASK_GOING) w->state = TASK_LOST, w->over_since = clock_monotonic();
    }
    pthread_mutex_unlock(&w->lock);
}

static void pulse_task(struct task_worker *w, arena *a)
{
    pthread_mutex_lock(&w->lock);
    look_at_clock(w);
    const task_taken *taken = w->state == TASK_NONE ? NULL : w->taken;
    bool alive = w->state == TASK_GOING;
    double progress = w->progress;
    text message = w->message[0] ? text_copy(a, text_of(w->message)) : NO_TEXT;
    bool abandon = taken && !alive && clock_monotonic() - w->over_since > SECONDS(TASK_STOP_SECONDS);
    task_state why = w->state;
    if (abandon) w->state = TASK_ABANDONED; /* the main thread does not touch it any more */
    task_taken copy = taken ? *taken : (task_taken){ 0 };
    pthread_mutex_unlock(&w->lock);
    if (abandon) {
        task_abandon(w, a, why);
        begin_anew(w);
    }
    if (!taken || !alive) return;
    bool held = false;
    instant asked = clock_monotonic();
    error bad = renew(w, a, &copy, progress, message, &held);
    note_renewal(w, taken, bad, held, asked);
}

/* Waits a second, less when a signal comes. */
static void wait_for_signals(struct task_worker *w)
{
    struct pollfd waiting[2] = { { .fd = w->signals, .events = POLLIN },
                                 { .fd = w->options->id.is_set ? 0 : -1, .events = POLLIN } };
    if (poll(waiting, 2, PULSE_MS) <= 0) return;
    struct signalfd_siginfo taken;
    bool asked = waiting[1].revents || (waiting[0].revents && read(w->signals, &taken, sizeof taken) > 0);
    if (!asked) return;
    pthread_mutex_lock(&w->lock);
    bool again = w->stopping;
    w->stopping = true;
    look_at_clock(w);
    pthread_mutex_unlock(&w->lock);
    eventfd_write(w->wake, 1);
    if (again) poll(NULL, 0, PULSE_MS); /* the end of standard input stays readable */
}

static void *pulse(void *given)
{
    struct task_worker *w = given;
    pthread_setname_np(pthread_self(), "task-pulse");
    instant seen_at = 0;
    for (;;) {
        arena *a = arena_new();
        pulse_task(w, a);
        if (clock_monotonic() > seen_at && !tell_seen(w, a)) seen_at = clock_monotonic() + SECONDS(WORKER_SEEN_SECONDS);
        arena_drop(a);
        wait_for_signals(w);
        pthread_mutex_lock(&w->lock);
        bool over = w->is_over;
        pthread_mutex_unlock(&w->lock);
        if (over) return NULL;
    }
}

/* ------------------------------------------------------------------ one task */

static void begin(struct task_worker *w, const task_taken *taken, instant asked)
{
    memory_start_peak();
    memory_limit(taken->memory_limit_mb);
    pthread_mutex_lock(&w->lock);
    w->state = TASK_GOING;
    w->taken = taken;
    w->compute_began_ms = compute_ms_now();
    w->deadline = asked + SECONDS(taken->deadline_seconds);
    w->lease_until = asked + SECONDS(TASK_LEASE_SECONDS);
    w->progress = 0;
    w->message[0] = 0;
    look_at_clock(w);
    pthread_mutex_unlock(&w->lock);
}

static void end(struct task_worker *w)
{
    pthread_mutex_lock(&w->lock);
    bool abandoned = w->state == TASK_ABANDONED;
    w->state = TASK_NONE;
    w->taken = NULL;
    if (abandoned) w->state = TASK_ABANDONED;
    pthread_mutex_unlock(&w->lock);
    if (abandoned)
        for (;;) pause(); /* the pulse thread ends the process */
    memory_limit(0);
}

static void do_task(struct task_worker *w, arena *a, const task_taken *taken, instant asked)
{
    const task_kind *kind = task_kind_find(taken->kind); /* it asked for kinds that it knows */
    text result = NO_TEXT;
    void *made = NULL;
    task_run t = { .arena = a,
                   .app = w->options->app,
                   .id = taken->id,
                   .org_id = taken->org_id,
                   .who = task_caller(a, taken),
                   .input = taken->input,
                   .log = w->options->log,
                   .worker = w };
    begin(w, taken, asked);
    log_event(w->options->log, LOG_INFO, "task_begun", "A task is worked on.",
              (log_field[]){ LOG_T("task_id", uuid_format(a, t.id)), LOG_S("kind", kind->name),
                             LOG_I("attempt", taken->attempts), LOG_END });
    error outcome = task_load_data(&t, taken->data_bytes);
    if (!outcome) outcome = kind->run(&t, &result, &made);
    task_settle(&t, kind, outcome, result, made);
    task_usage used = task_usage_of(w);
    end(w);
    log_event(w->options->log, LOG_INFO, "task_done", outcome ? outcome->message : "A task is done.",
              (log_field[]){ LOG_T("task_id", uuid_format(a, t.id)), LOG_S("kind", kind->name),
                             LOG_I("compute_ms", used.compute_ms), LOG_N("peak_memory_mb", used.peak_memory_mb),
                             LOG_END });
}

/* ------------------------------------------------------------------ the main thread */

static error take(struct task_worker *w, arena *a, bool *found, task_taken *out)
{
    scope *db;
    tasks_given_back given;
    TRY(worker_scope(w, a, TEXT("take the next task"), &db));
    error bad = sql_tasks_reclaim(db, &(sql_tasks_reclaim_in){ .most = TASK_MOST_ATTEMPTS }, &given);
    if (!bad)
        bad = sql_tasks_take(
            db, &(sql_tasks_take_in){ .kinds = w->kinds, .worker = w->id, .lease_seconds = TASK_LEASE_SECONDS }, found,
            out);
    return scope_end(db, bad);
}

/* One task, if there is one. Each has memory of its own. */
static bool work_once(struct task_worker *w, bool *away)
{
    arena *a = arena_new();
    task_taken taken = { 0 };
    bool found = false;
    instant asked = clock_monotonic();
    error bad = take(w, a, &found, &taken);
    if (bad && !*away) log_event(w->options->log, LOG_WARNING, "tasks_not_taken", bad->message, NULL);
    *away = bad != OK;
    if (bad) found = false;
    if (found) do_task(w, a, &taken, asked);
    arena_drop(a);
    return found;
}

static bool is_stopping(struct task_worker *w)
{
    pthread_mutex_lock(&w->lock);
    bool stopping = w->stopping;
    pthread_mutex_unlock(&w->lock);
    return stopping;
}

static bool has_grown(const struct task_worker *w)
{
    memory_give_back();
    return memory_read().resident_mb > w->memory_at_rest + WORKER_GROWTH_MB;
}

static void leave(struct task_worker *w)
{
    pthread_mutex_lock(&w->lock);
    w->is_over = true;
    pthread_mutex_unlock(&w->lock);
    pthread_join(w->pulse, NULL);
    arena *a = arena_new();
    scope *db;
    error bad = worker_scope(w, a, TEXT("say that a worker is gone"), &db);
    if (!bad) bad = scope_end(db, sql_worker_gone(db, &(sql_worker_gone_in){ .id = w->id }));
    if (bad) log_event(w->options->log, LOG_INFO, "worker_gone_untold", bad->message, NULL);
    arena_drop(a);
}

static void loop(struct task_worker *w, listener *told)
{
    bool away = false;
    while (!is_stopping(w)) {
        if (work_once(w, &away)) {
            if (!has_grown(w)) continue;
            store_close(w->options->store);
            begin_anew(w);
        }
        listener_wait(told, w->wake, away ? AWAY_MS : WORKER_POLL_SECONDS * 1000, NULL, NULL);
    }
}

static text_list known_kinds(arena *a, bool with_tests)
{
    size_t count = 0;
    for (const task_kind *const *kind = task_kinds; *kind; kind++) count++;
    text *names = ARENA_ARRAY(a, count + 1, text);
    count = 0;
    for (const task_kind *const *kind = task_kinds; *kind; kind++)
        if (with_tests || !(*kind)->is_for_tests) names[count++] = text_of((*kind)->name);
    return (text_list){ names, count };
}

static error prepare(arena *a, struct task_worker *w)
{
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    w->kinds = known_kinds(a, w->options->takes_tests);
    w->id = w->options->id.is_set ? w->options->id.value : uuid_v4();
    w->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    w->signals = signalfd(-1, &ends, SFD_CLOEXEC | SFD_NONBLOCK);
    pthread_mutex_init(&w->lock, NULL);
    memory_limit(0); /* of a task in whose middle it began anew */
    memory_be_first_to_go();
    mallopt(M_ARENA_MAX, HEAPS);
    if (w->wake < 0 || w->signals < 0 || nice(WORKER_NICE) == -1)
        return fail(a, INTERNAL, "", "A worker needs two descriptors more than the process may open.");
    if (pthread_create(&w->pulse, NULL, pulse, w) != 0)
        return fail(a, INTERNAL, "", "No thread can be made for a worker.");
    return OK;
}

error worker_run(arena *a, const worker_options *options)
{
    struct task_worker *w = ARENA_NEW(a, struct task_worker);
    listener *told;
    w->options = options;
    TRY(listener_open(a, options->database, CHANNEL_TASKS, &told));
    TRY(prepare(a, w));
    log_event(options->log, LOG_INFO, "worker_ready", "A worker waits for tasks.",
              (log_field[]){ LOG_T("worker", uuid_format(a, w->id)), LOG_I("kinds", w->kinds.count), LOG_END });
    memory_give_back();
    w->memory_at_rest = memory_read().resident_mb;
    loop(w, told);
    leave(w);
    return OK;
}
