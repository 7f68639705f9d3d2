#include "store/cluster_places.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    OLDEST_VERSION = 15,
    SOCKET_FOLDER_MOST = 90, /* a socket's whole path has 107 bytes at most, its name 14 */
    LOG_FILE_MOST = 10 * 1024 * 1024
};

/* The system's word for what went wrong just now. */
static error refused(arena *a, const char *what, const char *path)
{
    char why[128];
    return fail(a, INVALID, "", "%s %s: %s.", path, what, strerror_r(errno, why, sizeof why));
}

/* ------------------------------------------------------------------ PostgreSQL's programs */

static bool has_program(arena *a, const char *folder)
{
    return access(text_format(a, "%s/postgres", folder).data, X_OK) == 0 &&
           access(text_format(a, "%s/initdb", folder).data, X_OK) == 0;
}

/* Debian keeps one folder a version. `wanted` 0: the newest. */
static const char *find_versioned(arena *a, long wanted, long *version)
{
    static const char pattern[] = "/usr/lib/postgresql/*/bin";
    const char *best = NULL;
    glob_t found;
    *version = 0;
    if (glob(pattern, 0, NULL, &found) != 0) return NULL;
    for (size_t i = 0; i < found.gl_pathc; i++) {
        long number = strtol(found.gl_pathv[i] + strcspn(pattern, "*"), NULL, 10);
        if (number <= *version || (wanted && number != wanted) || !has_program(a, found.gl_pathv[i])) continue;
        *version = number;
        best = arena_string(a, found.gl_pathv[i], strlen(found.gl_pathv[i]));
    }
    globfree(&found);
    return best;
}

/* The first line that a program prints; NULL when there is none. */
static const char *program_line(arena *a, const char *command)
{
    char line[512];
    FILE *out = popen(command, "re");
    if (!out) return NULL;
    bool read = fgets(line, sizeof line, out) != NULL;
    if (pclose(out) != 0 || !read) return NULL;
    return arena_string(a, line, strcspn(line, "\n"));
}

static const char *find_configured(arena *a, long wanted, long *version)
{
    const char *folder = program_line(a, "pg_config --bindir 2>/dev/null");
    const char *release = program_line(a, "pg_config --version 2>/dev/null"); /* "PostgreSQL 15.4 (…)" */
    const char *number = release ? strchr(release, ' ') : NULL;
    *version = number ? strtol(number, NULL, 10) : 0;
    return folder && has_program(a, folder) && (!wanted || *version == wanted) ? folder : NULL;
}

/* Of the data, when it is there already: another version's programs cannot run it. */
static long data_version(arena *a, const char *data)
{
    FILE *file = fopen(text_format(a, "%s/PG_VERSION", data).data, "re");
    long version = 0;
    if (!file) return 0;
    char line[16];
    if (fgets(line, sizeof line, file)) version = strtol(line, NULL, 10);
    fclose(file);
    return version;
}

static error find_programs(arena *a, const char *data, const char **out)
{
    long wanted = data_version(a, data), version;
    *out = find_versioned(a, wanted, &version);
    if (!*out) *out = find_configured(a, wanted, &version);
    if (!*out && wanted)
        return fail(a, INVALID, "",
                    "The database in %s was made by PostgreSQL %ld, which is not installed here. Install it, or set "
                    "DATABASE_URL.",
                    data, wanted);
    if (!*out || version < OLDEST_VERSION)
        return fail(a, INVALID, "",
                    "PostgreSQL %d or newer is not installed (looked in /usr/lib/postgresql and where pg_config says). "
                    "Install it, or set DATABASE_URL.",
                    OLDEST_VERSION);
    return OK;
}

/* ------------------------------------------------------------------ whose it is */

/* As root the server must be somebody else: whoever owns the data already, or Debian's "postgres". */
static error choose_user(arena *a, const char *data, cluster_places *p)
{
    struct stat there;
    p->uid = geteuid();
    p->gid = getegid();
    if (p->uid != 0) return OK;
    if (stat(data, &there) == 0 && there.st_uid != 0) {
        p->uid = there.st_uid;
        p->gid = there.st_gid;
        return OK;
    }
    struct passwd record, *user = NULL;
    char names[1024];
    if (getpwnam_r("postgres", &record, names, sizeof names, &user) != 0 || !user)
        return fail(a, INVALID, "", "PostgreSQL does not run as root, and there is no user \"postgres\" to run it as.");
    p->uid = user->pw_uid;
    p->gid = user->pw_gid;
    return OK;
}

static bool may_pass(const cluster_places *p, const struct stat *folder)
{
    if (folder->st_uid == p->uid) return folder->st_mode & S_IXUSR;
    if (folder->st_gid == p->gid) return folder->st_mode & S_IXGRP;
    return folder->st_mode & S_IXOTH;
}

/* Can the cluster's user get into a folder through all those above? */
static bool reachable(arena *a, const cluster_places *p, const char *path)
{
    for (size_t end = 1; end <= strlen(path); end++) {
        struct stat folder;
        if (path[end] != '/' && path[end] != 0) continue;
        if (stat(arena_string(a, path, end), &folder) == 0 && !may_pass(p, &folder)) return false;
    }
    return true;
}

error cluster_own_folder(arena *a, const cluster_places *p, const char *path)
{
    if (mkdir(path, 0700) != 0 && errno != EEXIST) return refused(a, "cannot be made", path);
    /* No link is followed, and nobody else's folder is taken: /tmp is everybody's. */
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) return refused(a, "is not a folder of ours", path);
    struct stat folder;
    error bad = OK;
    if (fstat(fd, &folder) != 0)
        bad = refused(a, "cannot be looked at", path);
    else if (folder.st_uid != geteuid() && folder.st_uid != p->uid)
        bad = fail(a, INVALID, "", "%s belongs to another user.", path);
    else if (folder.st_uid != p->uid && fchown(fd, p->uid, p->gid) != 0)
        bad = refused(a, "cannot be given to the database's user", path);
    else if (fchmod(fd, 0700) != 0)
        bad = refused(a, "cannot be closed to others", path);
    close(fd);
    return bad;
}

static int remove_one(const char *path, const struct stat *found, int kind, struct FTW *where)
{
    (void)found, (void)kind, (void)where;
    return remove(path);
}

error cluster_remove_folder(arena *a, const char *path)
{
    enum { OPEN_FOLDERS = 16 };
    struct stat there;
    if (lstat(path, &there) != 0 && errno == ENOENT) return OK;
    return nftw(path, remove_one, OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS) == 0 ? OK : refused(a, "cannot be removed", path);
}

/* ------------------------------------------------------------------ the places */

static uint64_t path_number(const char *path)
{
    uint64_t hash = 14695981039346656037u; /* FNV-1a */
    for (; *path; path++) hash = (hash ^ (unsigned char)*path) * 1099511628211u;
    return hash;
}

/* Neither longer than a socket's address nor in need of quotes in a connection string. */
static bool fits_socket(const char *path)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-";
    return strlen(path) <= SOCKET_FOLDER_MOST && path[strspn(path, plain)] == 0;
}

static const char *short_folder(arena *a, const char *base)
{
    unsigned long long number = path_number(base);
    const char *own = getenv("XDG_RUNTIME_DIR");
    if (geteuid() == 0) return text_format(a, "/run/aic-%016llx", number).data;
    if (own && fits_socket(text_format(a, "%s/aic-%016llx", own, number).data) && access(own, W_OK) == 0)
        return text_format(a, "%s/aic-%016llx", own, number).data;
    return text_format(a, "/tmp/aic-%016llx", number).data;
}

static void say_elsewhere(const logger *log, const char *what, const char *folder)
{
    log_event(log, LOG_WARNING, "cluster_elsewhere", what, (log_field[]){ LOG_S("folder", folder), LOG_END });
}

static error choose_base(arena *a, const char *given, const logger *log, cluster_places *p, const char **base)
{
    *base = given;
    if (mkdir(given, 0755) != 0 && errno != EEXIST) return refused(a, "cannot be made", given);
    TRY(choose_user(a, text_format(a, "%s/postgresql", given).data, p));
    if (geteuid() != 0 || reachable(a, p, given)) return OK;
    /* Such as a clone below /root: the database's user cannot get in there. */
    *base = text_format(a, "/var/lib/aic-%016llx", (unsigned long long)path_number(given)).data;
    say_elsewhere(log, "The database's user cannot reach the data directory; the database is kept elsewhere.", *base);
    if (mkdir(*base, 0755) != 0 && errno != EEXIST) return refused(a, "cannot be made", *base);
    return choose_user(a, text_format(a, "%s/postgresql", *base).data, p);
}

/* Of a log that grew large only the latest part and the one before are kept. */
static error keep_log_small(arena *a, const char *log_file)
{
    struct stat there;
    if (stat(log_file, &there) != 0 || there.st_size < LOG_FILE_MOST) return OK;
    return rename(log_file, text_format(a, "%s.1", log_file).data) == 0 ? OK
                                                                        : refused(a, "cannot be renamed", log_file);
}

error cluster_find_places(arena *a, text directory, const logger *log, cluster_places *out)
{
    const char *base;
    *out = (cluster_places){ 0 };
    TRY(choose_base(a, text_string(a, directory), log, out, &base));
    out->data = text_format(a, "%s/postgresql", base).data;
    out->log_file = text_format(a, "%s/postgresql.log", base).data;
    out->turn_file = text_format(a, "%s/postgresql.turn", base).data;
    out->sockets = text_format(a, "%s/postgresql-socket", base).data;
    TRY(find_programs(a, out->data, &out->programs));
    if (!fits_socket(out->sockets)) {
        out->sockets = short_folder(a, base);
        say_elsewhere(log, "The data directory's path is too long for a socket; the socket is kept elsewhere.",
                      out->sockets);
    }
    TRY(keep_log_small(a, out->log_file));
    return cluster_own_folder(a, out, out->sockets);
}
