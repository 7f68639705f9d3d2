#include "store/cluster_places.h"
#include "store/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <libpq-fe.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { READY_SECONDS = 60, STOP_SECONDS = 30, LOOK_EVERY_MS = 200, RESTART_MOST_MS = 30000, STEADY_SECONDS = 10 };

struct cluster {
    arena *arena; /* of whoever started it: not for the watcher's thread */
    const logger *log;
    cluster_places places;
    const char *url;
    char *const *command;
    pthread_mutex_t lock;
    pthread_cond_t stop_asked;
    pthread_t watcher;
    bool watching, stopping;
    pid_t server; /* of the postmaster; 0 when there is none */
    bool is_ours; /* a child; else another process of this program started it and serves us, too */
    instant started_at;
    int pause_ms; /* before the next attempt to start it again */
};

/* ------------------------------------------------------------------ running PostgreSQL's programs */

/* In the child: nothing of ours stays open, an unprivileged user, no terminal, output to the log. */
static _Noreturn void become_and_run(const cluster_places *p, char *const *command, pid_t parent, bool dies_with_us)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    setsid();
    close_range(3, ~0U, 0);
    int log = open(p->log_file, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0600);
    int nothing = open("/dev/null", O_RDONLY);
    if (log < 0 || nothing < 0 || dup2(nothing, 0) < 0 || dup2(log, 1) < 0 || dup2(log, 2) < 0) _exit(126);
    close_range(3, ~0U, 0);
    if (geteuid() == 0 && (setgroups(0, NULL) || setgid(p->gid) || setuid(p->uid))) _exit(126);
    if (dies_with_us) {
        prctl(PR_SET_PDEATHSIG, SIGINT); /* a fast shutdown; after setuid, which clears it */
        if (getppid() != parent) _exit(126);
    }
    if (chdir("/")) _exit(126);
    execv(command[0], command);
    _exit(127);
}

static pid_t start_program(const cluster_places *p, char *const *command, bool dies_with_us)
{
    pid_t parent = getpid();
    pid_t child = fork();
    if (child == 0) become_and_run(p, command, parent, dies_with_us);
    return child;
}

static error run_program(arena *a, const cluster_places *p, char *const *command)
{
    pid_t child = start_program(p, command, true);
    int status = 0;
    if (child < 0) return fail(a, INTERNAL, "", "%s cannot be started.", command[0]);
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR) return fail(a, INTERNAL, "", "%s was lost from sight.", command[0]);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return OK;
    return fail(a, INTERNAL, "", "%s failed; its output is in %s.", command[0], p->log_file);
}

/* execv wants what it will not change as changeable. */
static char *argument(arena *a, const char *value)
{
    return arena_string(a, value, strlen(value));
}

static char *program(arena *a, const cluster_places *p, const char *name)
{
    return argument(a, text_format(a, "%s/%s", p->programs, name).data);
}

/* ------------------------------------------------------------------ making the data directory */

/* `trust` is safe here: the socket stands in a folder of mode 0700 that belongs to the database's user, so that only
 * that user and root can reach it at all, and there is no TCP port. `peer` would not do: when we are root, we and the
 * database's user are two, and both must be able to work as any of the three roles. */
static error make_data(arena *a, const cluster_places *p)
{
    struct stat version;
    if (stat(text_format(a, "%s/PG_VERSION", p->data).data, &version) == 0) return cluster_own_folder(a, p, p->data);
    /* Made under another name first: an initdb that was cut short leaves nothing that looks whole. */
    const char *unfinished = text_format(a, "%s.new", p->data).data;
    TRY(cluster_remove_folder(a, unfinished));
    TRY(cluster_own_folder(a, p, unfinished));
    char *command[] = { program(a, p, "initdb"),          argument(a, "--pgdata"),
                        argument(a, unfinished),          argument(a, "--username=postgres"),
                        argument(a, "--auth=trust"),      argument(a, "--encoding=UTF8"),
                        argument(a, "--locale=C.UTF-8"),  argument(a, "--data-checksums"),
                        argument(a, "--no-instructions"), NULL };
    TRY(run_program(a, p, command));
    rmdir(p->data); /* an empty one may be there */
    if (rename(unfinished, p->data) == 0) return OK;
    return fail(a, INVALID, "", "The new database cannot be put to %s; is there something else?", p->data);
}

/* ------------------------------------------------------------------ starting */

/* Given at each start rather than written to a file, so that a newer version's settings reach an older cluster. Errors
 * of statements are not logged here: they can hold what people typed, and the program logs them without. */
static const char *const settings[] = {
    "listen_addresses=",
    "unix_socket_permissions=0700",
    "max_connections=60",
    "shared_buffers=128MB",
    "fsync=on",
    "full_page_writes=on",
    "synchronous_commit=on",
    "wal_compression=on",
    "jit=off",
    "update_process_title=off",
    "log_min_messages=log",
    "log_min_error_statement=panic",
    "log_checkpoints=off",
    "log_timezone=UTC",
    "timezone=UTC",
    "logging_collector=off",
};

static char *const *server_command(arena *a, const cluster_places *p)
{
    enum { SETTINGS = sizeof settings / sizeof *settings };
    char **command = ARENA_ARRAY(a, 6 + 2 * SETTINGS, char *);
    size_t n = 0;
    command[n++] = program(a, p, "postgres");
    command[n++] = argument(a, "-D");
    command[n++] = argument(a, p->data);
    command[n++] = argument(a, "-k");
    command[n++] = argument(a, p->sockets);
    for (size_t i = 0; i < SETTINGS; i++) {
        command[n++] = argument(a, "-c");
        command[n++] = argument(a, settings[i]);
    }
    return command;
}

static bool start_server(cluster *c)
{
    pid_t server = start_program(&c->places, c->command, true);
    if (server < 0) return false;
    c->server = server;
    c->is_ours = true;
    c->started_at = clock_monotonic();
    return true;
}

/* Is that process one of PostgreSQL's, at work in our data directory? */
static bool works_here(const cluster *c, long pid)
{
    char link[64], program[4096], folder[4096];
    struct stat works_in, data;
    snprintf(link, sizeof link, "/proc/%ld/exe", pid);
    ssize_t length = readlink(link, program, sizeof program - 1);
    if (length < 0) return false;
    program[length] = 0;
    if (!strstr(program, "/postgres")) return false; /* also "/postgres (deleted)", after an upgrade */
    snprintf(link, sizeof link, "/proc/%ld/cwd", pid);
    length = readlink(link, folder, sizeof folder - 1);
    if (length < 0) return false;
    folder[length] = 0;
    if (stat(folder, &works_in) != 0 || stat(c->places.data, &data) != 0) return false;
    return works_in.st_ino == data.st_ino && works_in.st_dev == data.st_dev;
}

/* The postmaster of our data directory, whoever started it; 0 when there is none. Its pid file alone may be a crash's
 * leftover, and the pid another process's by now. */
static pid_t running_server(const cluster *c)
{
    char path[4096], line[32] = { 0 };
    if (snprintf(path, sizeof path, "%s/postmaster.pid", c->places.data) >= (int)sizeof path) return 0;
    FILE *file = fopen(path, "re");
    if (!file) return 0;
    long pid = fgets(line, sizeof line, file) ? strtol(line, NULL, 10) : 0;
    fclose(file);
    return pid > 1 && works_here(c, pid) ? (pid_t)pid : 0;
}

/* Sessions outlive a postmaster that was killed until they notice, and as long as one lives no new server starts.
 * Nothing is lost by ending them: whatever they did is not committed, or in the log that the new server replays. */
static void end_leftovers(const cluster *c)
{
    DIR *processes = opendir("/proc");
    if (!processes) return;
    for (const struct dirent *entry = readdir(processes); entry; entry = readdir(processes)) {
        long pid = strtol(entry->d_name, NULL, 10);
        if (pid > 1 && works_here(c, pid)) kill((pid_t)pid, SIGQUIT);
    }
    closedir(processes);
}

/* Of several processes that share the cluster one at a time makes or starts it. Gives a file to close; -1: not now. */
static int take_turn(const cluster *c, int how)
{
    int fd = open(c->places.turn_file, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd >= 0 && flock(fd, how) == 0) return fd;
    if (fd >= 0) close(fd);
    return -1;
}

static void end_turn(int fd)
{
    flock(fd, LOCK_UN); /* explicitly: a child that has not yet closed its copy would hold it on */
    close(fd);
}

static void adopt(cluster *c, pid_t server)
{
    c->server = server;
    c->is_ours = false;
    c->started_at = clock_monotonic();
}

static void pause_ms(int milliseconds)
{
    poll(NULL, 0, milliseconds);
}

static bool server_ended(cluster *c)
{
    if (c->server > 0) {
        bool ended = c->is_ours ? waitpid(c->server, NULL, WNOHANG) != 0 : kill(c->server, 0) != 0 && errno == ESRCH;
        if (ended) c->server = 0; /* the number may soon be another process's */
    }
    return c->server == 0;
}

/* One that another process left is shutting down; one that another process runs answers, or will. */
static error start_or_adopt(cluster *c)
{
    instant until = clock_monotonic() + SECONDS(READY_SECONDS);
    for (pid_t other = running_server(c); other; other = running_server(c)) {
        if (PQping(c->url) == PQPING_OK) {
            adopt(c, other);
            return OK;
        }
        if (clock_monotonic() > until)
            return fail(c->arena, INTERNAL, "",
                        "A PostgreSQL server (process %ld) uses %s and does not answer; see %s.", (long)other,
                        c->places.data, c->places.log_file);
        pause_ms(20);
    }
    end_leftovers(c);
    return start_server(c) ? OK : fail(c->arena, INTERNAL, "", "PostgreSQL cannot be started: no process can be made.");
}

static error wait_ready(cluster *c)
{
    instant until = clock_monotonic() + SECONDS(READY_SECONDS);
    while (PQping(c->url) != PQPING_OK) {
        if (server_ended(c))
            return fail(c->arena, INTERNAL, "", "PostgreSQL stopped while starting; see %s.", c->places.log_file);
        if (clock_monotonic() > until)
            return fail(c->arena, INTERNAL, "", "PostgreSQL is not ready after %d seconds; see %s.", READY_SECONDS,
                        c->places.log_file);
        pause_ms(10);
    }
    return OK;
}

static error make_database(cluster *c)
{
    PGconn *pg = PQconnectdb(text_format(c->arena, "%s dbname=postgres", c->url).data);
    PGresult *there = PQexec(pg, "select from pg_database where datname = 'aic'");
    bool done = PQresultStatus(there) == PGRES_TUPLES_OK;
    if (done && PQntuples(there) == 0) {
        PGresult *made = PQexec(pg, "create database aic");
        const char *state = PQresultErrorField(made, PG_DIAG_SQLSTATE);
        /* Another process that started with us may have been quicker. */
        done =
            PQresultStatus(made) == PGRES_COMMAND_OK || (state && (!strcmp(state, "42P04") || !strcmp(state, "23505")));
        PQclear(made);
    }
    PQclear(there);
    error bad = done ? OK : fail(c->arena, INTERNAL, "", "The private database cannot be made: %s", PQerrorMessage(pg));
    PQfinish(pg);
    return bad;
}

/* ------------------------------------------------------------------ watching: a crash is followed by a restart */

/* Until others can see that it is there. */
static void wait_announced(cluster *c)
{
    instant until = clock_monotonic() + SECONDS(STEADY_SECONDS);
    while (!server_ended(c) && running_server(c) != c->server && clock_monotonic() < until) pause_ms(5);
}

/* With the lock held. A server that keeps ending at once is started less and less often. */
static void start_again(cluster *c)
{
    int turn = take_turn(c, LOCK_EX | LOCK_NB);
    if (turn < 0) return; /* another process is at it; it will be there when we look again */
    pid_t other = running_server(c);
    bool was_steady = clock_monotonic() - c->started_at > SECONDS(STEADY_SECONDS);
    c->pause_ms = was_steady ? LOOK_EVERY_MS : c->pause_ms * 2;
    if (c->pause_ms > RESTART_MOST_MS) c->pause_ms = RESTART_MOST_MS;
    if (other) {
        adopt(c, other);
    } else {
        log_event(c->log, LOG_ERROR, "database_ended", "The private database ended by itself; starting it again.",
                  (log_field[]){ LOG_S("its_log", c->places.log_file), LOG_END });
        end_leftovers(c);
        if (start_server(c))
            wait_announced(c);
        else
            log_event(c->log, LOG_ERROR, "database_not_restarted", "No process can be made.", NULL);
    }
    end_turn(turn);
}

static void wait_stop(cluster *c, int milliseconds)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += milliseconds / 1000;
    until.tv_nsec += (milliseconds % 1000) * 1000000L;
    if (until.tv_nsec >= 1000000000L) until.tv_sec++, until.tv_nsec -= 1000000000L;
    pthread_cond_timedwait(&c->stop_asked, &c->lock, &until);
}

/* The server dies with the thread that started it (PR_SET_PDEATHSIG): this one, which ends only in cluster_stop, or the
 * one that called cluster_start, which should be the program's main thread. */
static void *watch(void *given)
{
    cluster *c = given;
    int look_ms = LOOK_EVERY_MS;
    pthread_mutex_lock(&c->lock);
    while (!c->stopping) {
        wait_stop(c, look_ms);
        look_ms = LOOK_EVERY_MS;
        if (c->stopping || !server_ended(c)) continue;
        start_again(c);
        look_ms = c->pause_ms;
    }
    pthread_mutex_unlock(&c->lock);
    return NULL;
}

static void prepare_lock(cluster *c)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_mutex_init(&c->lock, NULL);
    pthread_cond_init(&c->stop_asked, &attributes);
    pthread_condattr_destroy(&attributes);
}

static error bring_up(cluster *c)
{
    TRY(make_data(c->arena, &c->places));
    TRY(start_or_adopt(c));
    TRY(wait_ready(c));
    TRY(make_database(c));
    if (pthread_create(&c->watcher, NULL, watch, c) != 0)
        return fail(c->arena, INTERNAL, "", "No thread can be made to watch the database.");
    c->watching = true;
    return OK;
}

error cluster_start(arena *a, text directory, const logger *log, cluster **out)
{
    cluster *c = ARENA_NEW(a, cluster);
    *c = (cluster){ .arena = a, .log = log, .pause_ms = LOOK_EVERY_MS };
    TRY(cluster_find_places(a, directory, log, &c->places));
    c->url = text_format(a, "host=%s user=postgres", c->places.sockets).data;
    c->command = server_command(a, &c->places);
    int turn = take_turn(c, LOCK_EX);
    if (turn < 0) return fail(a, INVALID, "", "%s cannot be made or locked.", c->places.turn_file);
    prepare_lock(c);
    error bad = bring_up(c);
    end_turn(turn);
    if (bad)
        cluster_stop(c);
    else
        *out = c;
    return bad;
}

text cluster_url(const cluster *c)
{
    return text_format(c->arena, "%s dbname=aic", c->url);
}

bool cluster_alive(cluster *c)
{
    return PQping(c->url) == PQPING_OK;
}

static bool wait_end(cluster *c, int seconds)
{
    instant until = clock_monotonic() + SECONDS(seconds);
    while (!server_ended(c)) {
        if (clock_monotonic() > until) return false;
        pause_ms(10);
    }
    return true;
}

void cluster_stop(cluster *c)
{
    pthread_mutex_lock(&c->lock);
    c->stopping = true;
    pthread_cond_signal(&c->stop_asked);
    pthread_mutex_unlock(&c->lock);
    if (c->watching) pthread_join(c->watcher, NULL);
    c->watching = false;
    /* One that another process started goes on serving that one. */
    if (c->is_ours && c->server > 0) {
        kill(c->server, SIGINT); /* fast shutdown: sessions are ended, a checkpoint is written */
        if (!wait_end(c, STOP_SECONDS)) {
            log_event(c->log, LOG_ERROR, "database_hangs",
                      "The private database does not stop; ending it hard. It will recover when it is started.", NULL);
            kill(c->server, SIGQUIT);
            wait_end(c, STOP_SECONDS);
        }
    }
    c->server = 0;
}
