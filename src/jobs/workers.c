#include "jobs/inside.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    LOOK_MS = 2000,
    SILENT_SECONDS = 30,  /* a worker says every 10 s that it is there */
    SILENT_LOOKS = 5,     /* in a row, since after an absence of the database all were silent */
    OVERDUE_SECONDS = 10, /* after the deadline, in which a worker ends its task by itself */
    LIVED_SECONDS = 10,   /* one that ended sooner is started again later and later */
    PAUSE_FIRST_MS = 200,
    PAUSE_MOST_MS = 30000,
    STOP_SECONDS = 8,
    COMMAND_MOST = 16
};

typedef struct place {
    pid_t pid;    /* 0: none runs */
    int handle;   /* pidfd */
    int lifeline; /* closed when this server ends, however it ends: the worker's standard input */
    uuid id;
    instant started, start_at; /* clock_monotonic */
    int pause_ms;
    bool was_killed; /* by us, for it was overdue or silent */
    int silent_looks;
} place;

struct workers {
    workers_options options;
    place *places;
    int stop; /* eventfd */
    pthread_t thread;
};

static error system_scope(const workers *all, arena *a, text why, scope **out)
{
    caller nobody = { .kind = ACTOR_SYSTEM };
    return scope_open_system(all->options.store, a, S7_SCHEDULER, why, &nobody, out);
}

/* ------------------------------------------------------------------ starting one */

static int spawn(const workers *all, place *p, int lifeline)
{
    char id[37];
    const char *command[COMMAND_MOST + 3];
    size_t n = 0;
    while (all->options.command[n] && n < COMMAND_MOST) command[n] = all->options.command[n], n++;
    uuid_write(p->id, id);
    command[n++] = "--worker";
    command[n++] = id;
    command[n] = NULL;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_t files;
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawn_file_actions_adddup2(&files, lifeline, 0);
    posix_spawn_file_actions_addclosefrom_np(&files, 3);
    int bad = posix_spawn(&p->pid, "/proc/self/exe", &files, &attributes, (char *const *)(uintptr_t)command,
                          (char *const *)(uintptr_t)all->options.environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    return bad;
}

static void put_off(place *p)
{
    p->pause_ms = p->pause_ms ? p->pause_ms * 2 : PAUSE_FIRST_MS;
    if (p->pause_ms > PAUSE_MOST_MS) p->pause_ms = PAUSE_MOST_MS;
    p->start_at = clock_monotonic() + p->pause_ms * (instant)1000;
}

static void start(const workers *all, place *p)
{
    int ends[2];
    p->id = uuid_v4();
    p->started = clock_monotonic();
    p->was_killed = false;
    p->silent_looks = 0;
    bool piped = pipe2(ends, O_CLOEXEC) == 0;
    int bad = piped ? spawn(all, p, ends[0]) : errno;
    if (piped) close(ends[0]);
    p->handle = bad ? -1 : pidfd_open(p->pid, 0);
    if (!bad && p->handle >= 0) {
        p->lifeline = ends[1];
        return;
    }
    if (piped) close(ends[1]); /* which also ends one that was started */
    if (!bad) kill(p->pid, SIGKILL), waitpid(p->pid, NULL, 0);
    p->pid = 0;
    put_off(p);
    log_event(all->options.log, LOG_ERROR, "worker_not_started", strerror(bad ? bad : errno), NULL);
}

/* ------------------------------------------------------------------ when one has ended */

/* What it was doing is taken by another at once, rather than when its lease has ended. */
static void give_back_tasks(const workers *all, const place *p)
{
    arena *a = arena_new();
    scope *db;
    tasks_of_worker given;
    error bad = system_scope(all, a, TEXT("give back what a worker that ended was doing"), &db);
    if (!bad) {
        bad = sql_tasks_worker_ended(db, &(sql_tasks_worker_ended_in){ .worker = p->id, .most = TASK_MOST_ATTEMPTS },
                                     &given);
        if (!bad) bad = sql_worker_gone(db, &(sql_worker_gone_in){ .id = p->id });
        bad = scope_end(db, bad);
    }
    if (bad) /* its lease ends all the same */
        log_event(all->options.log, LOG_WARNING, "tasks_not_given_back", bad->message, NULL);
    arena_drop(a);
}

static void ended(const workers *all, place *p)
{
    int how = 0;
    waitpid(p->pid, &how, 0);
    log_event(all->options.log, LOG_WARNING, "worker_ended",
              p->was_killed ? "A worker was stuck and was killed." : "A worker process ended.",
              (log_field[]){ LOG_I("pid", p->pid), LOG_I("signal", WIFSIGNALED(how) ? WTERMSIG(how) : 0),
                             LOG_I("exit_code", WIFEXITED(how) ? WEXITSTATUS(how) : 0), LOG_END });
    close(p->handle);
    close(p->lifeline);
    p->pid = 0;
    give_back_tasks(all, p);
    if (clock_monotonic() - p->started > SECONDS(LIVED_SECONDS)) p->pause_ms = 0;
    put_off(p);
}

static void end_hard(place *p)
{
    p->was_killed = true;
    kill(p->pid, SIGKILL);
}

static bool is_among(const uuid *ids, size_t count, uuid id)
{
    for (size_t i = 0; i < count; i++)
        if (uuid_equal(ids[i], id)) return true;
    return false;
}

_Static_assert(sizeof(task_overdue) == sizeof(uuid) && sizeof(worker_silent) == sizeof(uuid), "lists of ids");

/* What is due to be ended: those past their task's deadline, and those of whom nothing is heard. */
static error find_stuck(const workers *all, arena *a, task_overdue_list *late, worker_silent_list *silent)
{
    scope *db;
    uuid *ids = ARENA_ARRAY(a, (size_t)all->options.count, uuid);
    for (int i = 0; i < all->options.count; i++) ids[i] = all->places[i].id;
    uuid_list mine = { ids, (size_t)all->options.count };
    TRY(system_scope(all, a, TEXT("find workers that are stuck"), &db));
    scope_reads(db);
    error bad = sql_tasks_overdue(db, &(sql_tasks_overdue_in){ .workers = mine, .seconds = OVERDUE_SECONDS }, late);
    if (!bad)
        bad = sql_workers_silent(db, &(sql_workers_silent_in){ .workers = mine, .seconds = SILENT_SECONDS }, silent);
    scope_rollback(db);
    return bad;
}

static void kill_stuck(const workers *all)
{
    arena *a = arena_new();
    task_overdue_list late = { 0 };
    worker_silent_list silent = { 0 };
    error bad = find_stuck(all, a, &late, &silent); /* when the database is away, nothing is due */
    for (int i = 0; !bad && i < all->options.count; i++) {
        place *p = &all->places[i];
        if (!p->pid) continue;
        /* Each row is an id alone. */
        bool is_late = is_among((const uuid *)(const void *)late.items, late.count, p->id);
        bool is_silent = is_among((const uuid *)(const void *)silent.items, silent.count, p->id);
        p->silent_looks = is_silent ? p->silent_looks + 1 : 0;
        if (is_late || p->silent_looks > SILENT_LOOKS) end_hard(p);
    }
    arena_drop(a);
}

/* ------------------------------------------------------------------ the thread */

/* Until one ends, one is due, or all are to stop (true). */
static bool wait_for_news(const workers *all, struct pollfd *waiting)
{
    instant now = clock_monotonic(), until = now + LOOK_MS * (instant)1000;
    for (int i = 0; i < all->options.count; i++) {
        const place *p = &all->places[i];
        waiting[i] = (struct pollfd){ .fd = p->pid ? p->handle : -1, .events = POLLIN };
        if (!p->pid && p->start_at < until) until = p->start_at;
    }
    waiting[all->options.count] = (struct pollfd){ .fd = all->stop, .events = POLLIN };
    int ms = until > now ? (int)((until - now) / 1000) + 1 : 0;
    if (poll(waiting, (nfds_t)all->options.count + 1, ms) <= 0)
        for (int i = 0; i <= all->options.count; i++) waiting[i].revents = 0;
    return waiting[all->options.count].revents != 0;
}

static void stop_all(const workers *all)
{
    instant until = clock_monotonic() + SECONDS(STOP_SECONDS);
    for (int i = 0; i < all->options.count; i++)
        if (all->places[i].pid) kill(all->places[i].pid, SIGTERM);
    for (int i = 0; i < all->options.count; i++) {
        place *p = &all->places[i];
        if (!p->pid) continue;
        instant left = until - clock_monotonic();
        struct pollfd waiting = { .fd = p->handle, .events = POLLIN };
        bool in_time = poll(&waiting, 1, left > 0 ? (int)(left / 1000) : 0) > 0;
        if (!in_time) kill(p->pid, SIGKILL);
        waitpid(p->pid, NULL, 0);
        if (!in_time) give_back_tasks(all, p);
        close(p->handle);
        close(p->lifeline);
        p->pid = 0;
    }
}

static void *supervise(void *given)
{
    workers *all = given;
    pthread_setname_np(pthread_self(), "task-workers");
    arena *a = arena_new();
    struct pollfd *waiting = ARENA_ARRAY(a, (size_t)all->options.count + 1, struct pollfd);
    instant look_at = 0;
    for (bool stopping = false; !stopping;) {
        for (int i = 0; i < all->options.count; i++) {
            place *p = &all->places[i];
            if (p->pid && waiting[i].revents) ended(all, p);
            if (!p->pid && clock_monotonic() >= p->start_at) start(all, p);
        }
        if (clock_monotonic() > look_at) {
            kill_stuck(all);
            look_at = clock_monotonic() + LOOK_MS * (instant)1000;
        }
        stopping = wait_for_news(all, waiting);
    }
    stop_all(all);
    arena_drop(a);
    return NULL;
}

error workers_start(arena *a, const workers_options *options, workers **out)
{
    workers *all = ARENA_NEW(a, workers);
    all->options = *options;
    all->places = ARENA_ARRAY(a, (size_t)options->count, place);
    all->stop = eventfd(0, EFD_CLOEXEC);
    if (all->stop < 0 || pthread_create(&all->thread, NULL, supervise, all) != 0)
        return fail(a, INTERNAL, "", "No thread can be made for the workers.");
    *out = all;
    return OK;
}

void workers_stop(workers *all)
{
    eventfd_write(all->stop, 1);
    pthread_join(all->thread, NULL);
    close(all->stop);
}
