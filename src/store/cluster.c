#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <grp.h>
#include <libpq-fe.h>
#include <poll.h>
#include <pthread.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { READY_SECONDS = 60, STOP_SECONDS = 30, RESTART_PAUSE_MS = 500, SOCKET_PATH_MOST = 90 };

struct cluster {
    arena *arena;
    const logger *log;
    const char *bin, *data, *sockets, *url, *log_file;
    uid_t uid;
    gid_t gid;
    pthread_mutex_t lock;
    pthread_t watcher;
    bool watching, stopping;
    pid_t server; /* of the postmaster; our child unless adopted */
    bool adopted; /* it outlived an earlier process of ours and was found running */
};

/* ------------------------------------------------------------------ finding and running PostgreSQL's programs */

static error find_binaries(arena *a, const char **out)
{
    glob_t found;
    const char *best = NULL;
    long best_version = 0;
    if (glob("/usr/lib/postgresql/*/bin/postgres", 0, NULL, &found) == 0) {
        for (size_t i = 0; i < found.gl_pathc; i++) {
            long version = strtol(found.gl_pathv[i] + strlen("/usr/lib/postgresql/"), NULL, 10);
            if (version <= best_version) continue;
            best_version = version;
            best = text_format(a, "/usr/lib/postgresql/%ld/bin", version).data;
        }
        globfree(&found);
    }
    if (!best || best_version < 15)
        return fail(a, INVALID, "",
                    "PostgreSQL 15 or newer is not installed (looked in /usr/lib/postgresql). Install it, or set "
                    "DATABASE_URL.");
    *out = best;
    return OK;
}

/* In the child: an unprivileged user, no terminal signals, output to the log, and an end when the parent ends. */
static _Noreturn void become_and_run(const cluster *c, char *const *arguments)
{
    setsid();
    int log = open(c->log_file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (log < 0 || nothing < 0 || dup2(nothing, 0) < 0 || dup2(log, 1) < 0 || dup2(log, 2) < 0) _exit(126);
    if (geteuid() == 0 && (setgroups(0, NULL) || setgid(c->gid) || setuid(c->uid))) _exit(126);
    prctl(PR_SET_PDEATHSIG, SIGINT); /* after setuid, which clears it: a fast shutdown when we are gone */
    if (chdir("/")) _exit(126);
    execv(arguments[0], arguments);
    _exit(127);
}

static pid_t start_program(const cluster *c, char *const *arguments)
{
    pid_t child = fork();
    if (child == 0) become_and_run(c, arguments);
    return child;
}

static error run_program(cluster *c, char *const *arguments)
{
    pid_t child = start_program(c, arguments);
    int status = 0;
    if (child > 0)
        while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
    if (child > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0) return OK;
    return fail(c->arena, INTERNAL, "", "%s failed; its output is in %s", arguments[0], c->log_file);
}

static char *argument(arena *a, const char *value)
{
    return arena_string(a, value, strlen(value));
}

/* ------------------------------------------------------------------ the directory */

/* As root the server must be somebody else: whoever owns the data already, or Debian's "postgres". */
static error choose_user(cluster *c, const struct stat *data)
{
    c->uid = geteuid();
    c->gid = getegid();
    if (c->uid != 0) return OK;
    if (data && data->st_uid != 0) {
        c->uid = data->st_uid;
        c->gid = data->st_gid;
        return OK;
    }
    const struct passwd *user = getpwnam("postgres"); // NOLINT(concurrency-mt-unsafe): before any thread starts
    if (!user)
        return fail(c->arena, INVALID, "",
                    "PostgreSQL does not run as root, and there is no user \"postgres\" to run it as.");
    c->uid = user->pw_uid;
    c->gid = user->pw_gid;
    return OK;
}

/* Can that user pass through every folder above? */
static bool reachable(arena *a, const char *path)
{
    char *part = argument(a, path);
    for (char *slash = part + 1; (slash = strchr(slash, '/')); slash++) {
        struct stat folder;
        *slash = 0;
        if (stat(part, &folder) == 0 && !(folder.st_mode & S_IXOTH)) return false;
        *slash = '/';
    }
    return true;
}

static uint64_t path_number(const char *path)
{
    uint64_t hash = 14695981039346656037u; /* FNV-1a */
    for (; *path; path++) hash = (hash ^ (unsigned char)*path) * 1099511628211u;
    return hash;
}

static error make_folder(cluster *c, const char *path)
{
    if (mkdir(path, 0700) && errno != EEXIST)
        return fail(c->arena, INVALID, "", "The directory %s cannot be made: %s.", path,
                    strerror(errno)); // NOLINT(concurrency-mt-unsafe)
    if (geteuid() == 0 && chown(path, c->uid, c->gid))
        return fail(c->arena, INVALID, "", "The directory %s cannot be given to the database's user: %s.", path,
                    strerror(errno)); // NOLINT(concurrency-mt-unsafe)
    return OK;
}

static error choose_places(cluster *c, text directory)
{
    const char *base = text_string(c->arena, directory);
    if (geteuid() == 0 && !reachable(c->arena, text_format(c->arena, "%s/x", base).data)) {
        /* Such as a clone below /root: the database's user cannot get in there. */
        base = text_format(c->arena, "/var/lib/aic-%016llx", (unsigned long long)path_number(base)).data;
        log_event(c->log, LOG_WARNING, "cluster_elsewhere",
                  "The database's user cannot reach the data directory; the database is kept elsewhere.",
                  (log_field[]){ LOG_S("directory", base), LOG_END });
        if (mkdir(base, 0755) && errno != EEXIST)
            return fail(c->arena, INVALID, "", "The directory %s cannot be made.", base);
    }
    struct stat there;
    c->data = text_format(c->arena, "%s/postgresql", base).data;
    TRY(choose_user(c, stat(c->data, &there) == 0 ? &there : NULL));
    TRY(make_folder(c, c->data));
    /* A socket's path has 107 bytes at most. */
    c->sockets = text_format(c->arena, "%s/postgresql-socket", base).data;
    if (strlen(c->sockets) > SOCKET_PATH_MOST)
        c->sockets = text_format(c->arena, "/tmp/aic-%016llx", (unsigned long long)path_number(base)).data;
    TRY(make_folder(c, c->sockets));
    c->log_file = text_format(c->arena, "%s/postgresql.log", base).data;
    int log = open(c->log_file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (log < 0) return fail(c->arena, INVALID, "", "%s cannot be written.", c->log_file);
    bool given = geteuid() != 0 || fchown(log, c->uid, c->gid) == 0;
    close(log);
    return given ? OK : fail(c->arena, INVALID, "", "%s cannot be given to the database's user.", c->log_file);
}

/* ------------------------------------------------------------------ initdb */

static error append_settings(cluster *c)
{
    const char *path = text_format(c->arena, "%s/postgresql.auto.conf", c->data).data;
    FILE *file = fopen(path, "ae");
    if (!file) return fail(c->arena, INVALID, "", "%s cannot be written.", path);
    fprintf(file,
            "listen_addresses = ''\nunix_socket_directories = '%s'\nunix_socket_permissions = 0700\n"
            "max_connections = 60\nshared_buffers = '128MB'\nwal_compression = on\njit = off\n"
            "fsync = on\nsynchronous_commit = on\nfull_page_writes = on\nlog_timezone = 'UTC'\ntimezone = 'UTC'\n",
            c->sockets);
    return fclose(file) == 0 ? OK : fail(c->arena, INVALID, "", "%s cannot be written.", path);
}

/* `trust` is safe here: the socket stands in a folder of mode 0700 that belongs to the database's user, so that only
 * that user (and root) can reach it at all, and no TCP port is open. */
static error make_cluster(cluster *c)
{
    arena *a = c->arena;
    struct stat version;
    if (stat(text_format(a, "%s/PG_VERSION", c->data).data, &version) == 0) return OK;
    char *arguments[] = { argument(a, text_format(a, "%s/initdb", c->bin).data),
                          argument(a, "--pgdata"),
                          argument(a, c->data),
                          argument(a, "--username=postgres"),
                          argument(a, "--auth=trust"),
                          argument(a, "--encoding=UTF8"),
                          argument(a, "--locale=C.UTF-8"),
                          argument(a, "--data-checksums"),
                          argument(a, "--no-instructions"),
                          NULL };
    TRY(run_program(c, arguments));
    return append_settings(c);
}

/* ------------------------------------------------------------------ starting */

static error start_server(cluster *c)
{
    arena *a = c->arena;
    char *arguments[] = { argument(a, text_format(a, "%s/postgres", c->bin).data),
                          argument(a, "-D"),
                          argument(a, c->data),
                          argument(a, "-k"),
                          argument(a, c->sockets),
                          argument(a, "-h"),
                          argument(a, ""),
                          NULL };
    pid_t server = start_program(c, arguments);
    if (server < 0) return fail(a, INTERNAL, "", "PostgreSQL cannot be started: fork failed.");
    c->server = server;
    c->adopted = false;
    return OK;
}

/* A server that an earlier process of ours left behind goes on serving. */
static bool adopt_server(cluster *c)
{
    FILE *file = fopen(text_format(c->arena, "%s/postmaster.pid", c->data).data, "re");
    if (!file) return false;
    char line[32] = { 0 };
    char *got = fgets(line, sizeof line, file);
    fclose(file);
    long pid = got ? strtol(line, NULL, 10) : 0;
    if (pid <= 1 || kill((pid_t)pid, 0) != 0 || PQping(c->url) != PQPING_OK) return false;
    c->server = (pid_t)pid;
    c->adopted = true;
    return true;
}

static void pause_ms(int milliseconds)
{
    poll(NULL, 0, milliseconds);
}

static bool server_ended(cluster *c)
{
    if (c->adopted) return kill(c->server, 0) != 0;
    return waitpid(c->server, NULL, WNOHANG) == c->server;
}

static error wait_ready(cluster *c)
{
    instant until = clock_monotonic() + SECONDS(READY_SECONDS);
    while (PQping(c->url) != PQPING_OK) {
        if (server_ended(c))
            return fail(c->arena, INTERNAL, "", "PostgreSQL stopped while starting; see %s", c->log_file);
        if (clock_monotonic() > until)
            return fail(c->arena, INTERNAL, "", "PostgreSQL is not ready after %d seconds; see %s", READY_SECONDS,
                        c->log_file);
        pause_ms(20);
    }
    return OK;
}

static error make_database(cluster *c)
{
    PGconn *pg = PQconnectdb(text_format(c->arena, "%s dbname=postgres", c->url).data);
    error bad = PQstatus(pg) == CONNECTION_OK
                    ? OK
                    : fail(c->arena, INTERNAL, "", "The private database cannot be reached: %s", PQerrorMessage(pg));
    if (!bad) {
        PGresult *there = PQexec(pg, "select from pg_database where datname = 'aic'");
        if (PQntuples(there) == 0) {
            PGresult *made = PQexec(pg, "create database aic");
            if (PQresultStatus(made) != PGRES_COMMAND_OK) bad = fail(c->arena, INTERNAL, "", "%s", PQerrorMessage(pg));
            PQclear(made);
        }
        PQclear(there);
    }
    PQfinish(pg);
    return bad;
}

/* ------------------------------------------------------------------ watching: a crash is followed by a restart */

static bool is_stopping(cluster *c)
{
    pthread_mutex_lock(&c->lock);
    bool stopping = c->stopping;
    pthread_mutex_unlock(&c->lock);
    return stopping;
}

/* The child is forked by this thread, so PR_SET_PDEATHSIG follows its life: it ends only in cluster_stop. */
static void *watch(void *given)
{
    cluster *c = given;
    while (!is_stopping(c)) {
        pause_ms(RESTART_PAUSE_MS);
        pthread_mutex_lock(&c->lock);
        if (!c->stopping && server_ended(c)) {
            log_event(c->log, LOG_ERROR, "database_crashed", "The private database ended by itself; starting it again.",
                      NULL);
            error bad = start_server(c);
            if (bad) log_event(c->log, LOG_ERROR, "database_not_restarted", bad->message, NULL);
        }
        pthread_mutex_unlock(&c->lock);
    }
    return NULL;
}

error cluster_start(arena *a, text directory, const logger *log, cluster **out)
{
    cluster *c = ARENA_NEW(a, cluster);
    *c = (cluster){ .arena = a, .log = log };
    pthread_mutex_init(&c->lock, NULL);
    TRY(find_binaries(a, &c->bin));
    TRY(choose_places(c, directory));
    c->url = text_format(a, "host=%s user=postgres", c->sockets).data;
    TRY(make_cluster(c));
    if (!adopt_server(c)) TRY(start_server(c));
    error bad = wait_ready(c);
    if (!bad) bad = make_database(c);
    if (bad) {
        cluster_stop(c);
        return bad;
    }
    c->watching = pthread_create(&c->watcher, NULL, watch, c) == 0;
    *out = c;
    return OK;
}

text cluster_url(const cluster *c)
{
    return text_format(c->arena, "%s dbname=aic", c->url);
}

bool cluster_alive(cluster *c)
{
    return PQping(c->url) == PQPING_OK;
}

void cluster_stop(cluster *c)
{
    pthread_mutex_lock(&c->lock);
    c->stopping = true;
    pthread_mutex_unlock(&c->lock);
    if (c->watching) pthread_join(c->watcher, NULL);
    c->watching = false;
    if (c->server <= 0) return;
    kill(c->server, SIGINT); /* fast shutdown: sessions are ended, a checkpoint is written */
    instant until = clock_monotonic() + SECONDS(STOP_SECONDS);
    while (!server_ended(c) && clock_monotonic() < until) pause_ms(20);
    c->server = 0;
}
