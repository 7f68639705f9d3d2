#include "store/connection.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <errno.h>
#include <poll.h>
#include <stdlib.h>

enum { RETRY_SECONDS = 2, PREPARED_FIRST = 256 /* a power of two, as is each doubling */ };

error database_gone(arena *a)
{
    return fail_later(a, UNAVAILABLE, RETRY_SECONDS,
                      "The database cannot be reached just now; nothing was changed. Try again in a moment.");
}

/* ------------------------------------------------------------------ connecting */

static const char *option_of(const connection_options *options, const char *keyword)
{
    for (size_t i = 0; options->keywords[i]; i++)
        if (strcmp(options->keywords[i], keyword) == 0) return options->values[i];
    return NULL;
}

const char *role_password(arena *a, const connection_options *options, const char *role)
{
    const char *given = option_of(options, "password");
    if (!given || !*given) given = getenv("PGPASSWORD");
    if (!given || !*given) return NULL;
    uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned length = sizeof digest;
    HMAC(EVP_sha256(), given, (int)strlen(given), (const unsigned char *)role, strlen(role), digest, &length);
    return text_hex(a, digest, length).data;
}

/* What the URL does not say. The times: a server that vanished without a word is noticed within seconds. */
static const char *const standard[][2] = {
    { "connect_timeout", "2" },
    { "tcp_user_timeout", "2000" },
    { "keepalives_idle", "5" },
    { "keepalives_interval", "1" },
    { "keepalives_count", "3" },
    { "application_name", "aic" },
    /* Of several hosts, the one that takes writes: a fail-over is survived by connecting anew. */
    { "target_session_attrs", "read-write" },
};

PGconn *connect_as(const connection_options *options)
{
    enum { MORE = 4 + sizeof standard / sizeof *standard };
    arena *a = arena_new();
    size_t count = 0, n = 0;
    while (options->keywords[count]) count++;
    const char **keywords = ARENA_ARRAY(a, count + MORE, const char *);
    const char **values = ARENA_ARRAY(a, count + MORE, const char *);
    for (size_t i = 0; i < count; i++) {
        const char *keyword = options->keywords[i];
        if (options->role && (!strcmp(keyword, "user") || !strcmp(keyword, "password"))) continue;
        keywords[n] = keyword, values[n++] = options->values[i];
    }
    if (options->role) {
        const char *password = role_password(a, options, options->role);
        keywords[n] = "user", values[n++] = options->role;
        if (password) keywords[n] = "password", values[n++] = password;
    }
    keywords[n] = "client_encoding", values[n++] = "UTF8";
    for (size_t i = 0; i < sizeof standard / sizeof *standard; i++)
        if (!option_of(options, standard[i][0])) keywords[n] = standard[i][0], values[n++] = standard[i][1];
    PGconn *pg = PQconnectdbParams(keywords, values, 0);
    arena_drop(a);
    return pg;
}

/* libpq would print notices to standard error. */
static void log_notice(void *log, const PGresult *notice)
{
    log_event(log, LOG_DEBUG, "database_notice", PQresultErrorField(notice, PG_DIAG_MESSAGE_PRIMARY), NULL);
}

static bool run_done(PGresult *result)
{
    bool done = PQresultStatus(result) == PGRES_COMMAND_OK;
    PQclear(result);
    return done;
}

/* Generic plans: a statement is planned once a connection, not once a request; what its parameters could tell the
 * planner is less than what planning costs, since every statement is driven by an index on the organization. */
static bool set_up(arena *a, PGconn *pg, const connection_options *options)
{
    text settings = text_format(a,
                                "set statement_timeout = %d; set idle_in_transaction_session_timeout = '60s'; "
                                "set plan_cache_mode = force_generic_plan; set jit = off; set timezone = 'UTC'; "
                                "set client_min_messages = warning",
                                options->statement_ms);
    return run_done(PQexec(pg, settings.data)) && run_done(PQprepare(pg, BEGIN_STATEMENT, "begin", 0, NULL)) &&
           run_done(PQprepare(pg, COMMIT_STATEMENT, "commit", 0, NULL)) &&
           run_done(PQprepare(pg, ROLLBACK_STATEMENT, "rollback", 0, NULL)) &&
           run_done(PQprepare(pg, ENTER_STATEMENT, options->enter_sql, options->enter_count, options->enter_types)) &&
           run_done(PQprepare(pg, LOOK_STATEMENT, options->look_sql, options->enter_count, options->enter_types)) &&
           PQsetnonblocking(pg, 1) == 0 && PQenterPipelineMode(pg) == 1;
}

error connection_open(arena *a, const connection_options *options, connection **out)
{
    PGconn *pg = connect_as(options);
    bool reached = PQstatus(pg) == CONNECTION_OK;
    if (reached) PQsetNoticeReceiver(pg, log_notice, (void *)(uintptr_t)options->log);
    if (!reached || !set_up(a, pg, options)) {
        log_event(options->log, LOG_WARNING, "database_unreachable", PQerrorMessage(pg),
                  (log_field[]){ LOG_S("role", options->role), LOG_END });
        PQfinish(pg);
        return database_gone(a);
    }
    arena *own = arena_new();
    connection *c = ARENA_NEW(own, connection);
    *c = (connection){ .arena = own, .pg = pg, .prepared_room = PREPARED_FIRST };
    c->prepared = ARENA_ARRAY(own, c->prepared_room, const statement *);
    *out = c;
    return OK;
}

void connection_close(connection *c)
{
    PQfinish(c->pg);
    arena_drop(c->arena);
}

/* ------------------------------------------------------------------ what it has prepared */

static const statement **prepared_slot(const statement **slots, size_t room, const statement *s)
{
    size_t at = ((uintptr_t)s >> 4) & (room - 1);
    while (slots[at] && slots[at] != s) at = (at + 1) & (room - 1);
    return &slots[at];
}

bool connection_knows(const connection *c, const statement *s)
{
    return *prepared_slot(c->prepared, c->prepared_room, s) == s;
}

static void grow_prepared(connection *c)
{
    size_t room = c->prepared_room * 2;
    const statement **slots = ARENA_ARRAY(c->arena, room, const statement *);
    for (size_t i = 0; i < c->prepared_room; i++)
        if (c->prepared[i]) *prepared_slot(slots, room, c->prepared[i]) = c->prepared[i];
    c->prepared = slots;
    c->prepared_room = room;
}

void connection_learn(connection *c, const statement *s)
{
    if (c->prepared_count * 2 >= c->prepared_room) grow_prepared(c);
    *prepared_slot(c->prepared, c->prepared_room, s) = s;
    c->prepared_count++;
}

/* ------------------------------------------------------------------ sending and waiting */

static error lose(connection *c, arena *a)
{
    c->lost = true;
    return database_gone(a);
}

/* A connection that did not answer in time is closed: what it still does is rolled back by the server. */
static error wait_for(connection *c, arena *a, instant deadline, short events)
{
    instant left = deadline - clock_monotonic();
    struct pollfd wait = { .fd = PQsocket(c->pg), .events = events };
    int ready = left <= 0 ? 0 : poll(&wait, 1, (int)(left / 1000) + 1);
    return ready > 0 || (ready < 0 && errno == EINTR) ? OK : lose(c, a);
}

error connection_flush(connection *c, arena *a, instant deadline)
{
    for (int left = PQflush(c->pg); left != 0; left = PQflush(c->pg)) {
        if (left < 0) return lose(c, a);
        TRY(wait_for(c, a, deadline, POLLOUT | POLLIN));
        /* What comes in is read meanwhile, or server and client would wait for each other's full buffers. */
        if (!PQconsumeInput(c->pg)) return lose(c, a);
    }
    return OK;
}

error connection_next(connection *c, arena *a, instant deadline, PGresult **out)
{
    while (PQisBusy(c->pg)) {
        TRY(wait_for(c, a, deadline, POLLIN));
        /* When the server hung up, what it said before is still to be read: PQgetResult tells. */
        if (!PQconsumeInput(c->pg)) break;
    }
    *out = PQgetResult(c->pg);
    if (PQstatus(c->pg) != CONNECTION_OK) c->lost = true;
    return OK;
}
