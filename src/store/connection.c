#include "store/connection.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>

enum { FAIL_FAST_MS = 200, RETRY_SECONDS = 2 };

void store_count(store *s, uint64_t *figure)
{
    pthread_mutex_lock(&s->figures_lock);
    (*figure)++;
    pthread_mutex_unlock(&s->figures_lock);
}

error database_gone(arena *a)
{
    return fail_later(a, UNAVAILABLE, RETRY_SECONDS,
                      "The database cannot be reached just now; nothing was changed. Try again in a moment.");
}

/* ------------------------------------------------------------------ connecting */

const char *role_password(arena *a, const char *url_password, const char *role)
{
    if (!url_password || !*url_password) return NULL;
    uint8_t digest[32];
    unsigned length = sizeof digest;
    HMAC(EVP_sha256(), url_password, (int)strlen(url_password), (const unsigned char *)role, strlen(role), digest,
         &length);
    return text_hex(a, digest, sizeof digest).data;
}

static const char *value_of(const store *s, const char *keyword)
{
    for (size_t i = 0; s->keywords[i]; i++)
        if (strcmp(s->keywords[i], keyword) == 0) return s->values[i];
    return NULL;
}

PGconn *connect_as(const store *s, const char *role)
{
    arena *a = arena_new();
    size_t count = 0;
    while (s->keywords[count]) count++;
    const char **keywords = ARENA_ARRAY(a, count + 8, const char *);
    const char **values = ARENA_ARRAY(a, count + 8, const char *);
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        if (role && (!strcmp(s->keywords[i], "user") || !strcmp(s->keywords[i], "password"))) continue;
        keywords[n] = s->keywords[i];
        values[n++] = s->values[i];
    }
    if (role) {
        keywords[n] = "user", values[n++] = role;
        const char *password = role_password(a, value_of(s, "password"), role);
        if (password) keywords[n] = "password", values[n++] = password;
    }
    keywords[n] = "connect_timeout", values[n++] = "2";
    keywords[n] = "tcp_user_timeout", values[n++] = "5000";
    keywords[n] = "application_name", values[n++] = "aic";
    /* Of several hosts, the one that takes writes: a fail-over is survived by connecting anew. */
    keywords[n] = "target_session_attrs", values[n++] = "read-write";
    keywords[n] = "client_encoding", values[n++] = "UTF8";
    PGconn *pg = PQconnectdbParams(keywords, values, 0);
    arena_drop(a);
    return pg;
}

static connection *connection_open(store *s, const pool *p)
{
    PGconn *pg = connect_as(s, p->role);
    if (PQstatus(pg) != CONNECTION_OK) {
        log_event(s->options.log, LOG_WARNING, "database_unreachable", PQerrorMessage(pg),
                  (log_field[]){ LOG_S("role", p->role), LOG_END });
        PQfinish(pg);
        return NULL;
    }
    arena *a = arena_new();
    PGresult *set = PQexec(pg, text_format(a,
                                           "set statement_timeout = %d; set plan_cache_mode = force_generic_plan; set "
                                           "timezone = 'UTC'; set idle_in_transaction_session_timeout = '60s'",
                                           s->options.statement_ms)
                                   .data);
    bool fine = PQresultStatus(set) == PGRES_COMMAND_OK && PQsetnonblocking(pg, 1) == 0 && PQenterPipelineMode(pg) == 1;
    PQclear(set);
    arena_drop(a);
    if (!fine) {
        PQfinish(pg);
        return NULL;
    }
    connection *c = calloc(1, sizeof *c); /* outlives every arena: it belongs to the pool */
    if (!c) abort();
    c->pg = pg;
    store_count(s, &s->reconnects);
    return c;
}

static void connection_close(connection *c)
{
    PQfinish(c->pg);
    free(c);
}

bool connection_broken(const connection *c)
{
    return PQstatus(c->pg) != CONNECTION_OK;
}

/* ------------------------------------------------------------------ the pool */

static bool wait_returned(pool *p, const struct timespec *until)
{
    p->waiting++;
    int code = pthread_cond_timedwait(&p->returned, &p->lock, until);
    p->waiting--;
    return code == 0;
}

static struct timespec until_ms(int milliseconds)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    t.tv_sec += milliseconds / 1000;
    t.tv_nsec += (milliseconds % 1000) * 1000000L;
    if (t.tv_nsec >= 1000000000L) t.tv_sec++, t.tv_nsec -= 1000000000L;
    return t;
}

static error pool_open_one(store *s, pool *p, arena *a, connection **out)
{
    *out = connection_open(s, p);
    if (*out) return OK;
    pthread_mutex_lock(&p->lock);
    p->open--;
    p->busy--;
    p->failed_at = clock_monotonic();
    pthread_cond_signal(&p->returned);
    pthread_mutex_unlock(&p->lock);
    store_count(s, &s->failures);
    return database_gone(a);
}

error pool_take(store *s, pool *p, arena *a, connection **out)
{
    struct timespec until = until_ms(s->options.acquire_ms);
    pthread_mutex_lock(&p->lock);
    for (;;) {
        if (p->idle) {
            *out = p->idle;
            p->idle = (*out)->next;
            p->busy++;
            pthread_mutex_unlock(&p->lock);
            return OK;
        }
        if (p->failed_at && clock_monotonic() - p->failed_at < FAIL_FAST_MS * 1000) {
            pthread_mutex_unlock(&p->lock);
            return database_gone(a);
        }
        if (p->open < p->most) {
            p->open++;
            p->busy++;
            pthread_mutex_unlock(&p->lock);
            return pool_open_one(s, p, a, out);
        }
        if (!wait_returned(p, &until)) {
            pthread_mutex_unlock(&p->lock);
            store_count(s, &s->failures);
            return fail_later(a, UNAVAILABLE, RETRY_SECONDS,
                              "The server is busy; nothing was changed. Try again in a moment.");
        }
    }
}

void pool_give(pool *p, connection *c)
{
    bool broken = connection_broken(c);
    if (broken) connection_close(c);
    pthread_mutex_lock(&p->lock);
    p->busy--;
    if (broken) {
        p->open--;
    } else {
        c->next = p->idle;
        p->idle = c;
    }
    pthread_cond_signal(&p->returned);
    pthread_mutex_unlock(&p->lock);
}

void pool_close(pool *p)
{
    pthread_mutex_lock(&p->lock);
    while (p->idle) {
        connection *c = p->idle;
        p->idle = c->next;
        connection_close(c);
        p->open--;
    }
    pthread_mutex_unlock(&p->lock);
}

/* ------------------------------------------------------------------ waiting for answers */

/* A connection that did not answer in time is closed by its owner: what it still does is rolled back by the server. */
static error wait_for(store *s, connection *c, arena *a, instant deadline, short events)
{
    instant left = deadline - clock_monotonic();
    struct pollfd wait = { .fd = PQsocket(c->pg), .events = events };
    int ready = left <= 0 ? 0 : poll(&wait, 1, (int)(left / 1000) + 1);
    if (ready > 0 || (ready < 0 && errno == EINTR)) return OK;
    store_count(s, &s->failures);
    /* Hangs up: the connection is then seen as broken and closed when it comes back to its pool. */
    shutdown(PQsocket(c->pg), SHUT_RDWR);
    PQconsumeInput(c->pg);
    return database_gone(a);
}

error connection_flush(store *s, connection *c, arena *a, instant deadline)
{
    for (;;) {
        int left = PQflush(c->pg);
        if (left == 0) return OK;
        if (left < 0) return database_gone(a);
        TRY(wait_for(s, c, a, deadline, POLLOUT | POLLIN));
        if (!PQconsumeInput(c->pg)) return database_gone(a);
    }
}

error connection_result(store *s, connection *c, arena *a, instant deadline, PGresult **out)
{
    while (PQisBusy(c->pg)) {
        TRY(wait_for(s, c, a, deadline, POLLIN));
        if (!PQconsumeInput(c->pg)) return database_gone(a);
    }
    *out = PQgetResult(c->pg);
    return OK;
}

/* ------------------------------------------------------------------ errors */

typedef struct state_row {
    const char *prefix; /* of the SQLSTATE */
    error_kind kind;
    const char *message; /* NULL: the database's own, which our functions wrote for people */
} state_row;

static const state_row states[] = {
    { "AC401", UNAUTHENTICATED, NULL },
    { "AC403", FORBIDDEN, NULL },
    { "AC404", NOT_FOUND, NULL },
    { "AC409", CONFLICT, NULL },
    { "AC412", STALE, NULL },
    { "AC422", INVALID, NULL },
    { "23505", CONFLICT, "One like this exists already." },
    { "23503", INVALID, "It refers to something that does not exist in your organization." },
    { "23514", INVALID, "A value is outside of what is allowed." },
    { "22", INVALID, "A value cannot be stored as it is." },
    { "40", UNAVAILABLE, "Another change came in between; nothing was changed. Try again." },
    { "55P03", UNAVAILABLE, "Another change came in between; nothing was changed. Try again." },
    { "57014", UNAVAILABLE, "This took too long and was stopped; nothing was changed. Try again." },
    { "57P", UNAVAILABLE, "The database is restarting; nothing was changed. Try again in a moment." },
    { "08", UNAVAILABLE, "The database cannot be reached just now. Try again in a moment." },
    { "53", UNAVAILABLE, "The database is busy; nothing was changed. Try again in a moment." },
};

static const constraint_message *message_for(const store *s, const char *constraint)
{
    for (const constraint_message *m = s->options.constraints; m && m->constraint; m++)
        if (constraint && strcmp(m->constraint, constraint) == 0) return m;
    return NULL;
}

error database_error(store *s, arena *a, const PGresult *result, const char *statement_name)
{
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *primary = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    const char *constraint = PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME);
    const char *detail = PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL);
    const constraint_message *known = message_for(s, constraint);
    store_count(s, &s->failures);
    if (!state) return database_gone(a);
    if (known)
        return fail(a, state[0] == '2' && strcmp(state, "23505") != 0 ? INVALID : CONFLICT, known->pointer, "%s",
                    known->message);
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        const state_row *row = &states[i];
        if (strncmp(state, row->prefix, strlen(row->prefix)) != 0) continue;
        if (row->kind == UNAVAILABLE) return fail_later(a, UNAVAILABLE, RETRY_SECONDS, row->message);
        /* Our own functions name the field concerned in DETAIL. */
        const char *pointer =
            !row->message && detail && detail[0] == '/' ? arena_string(a, detail, strlen(detail)) : "";
        return fail(a, row->kind, pointer, "%s", row->message ? row->message : primary);
    }
    return fail(a, INTERNAL, "", "Database error %s%s%s: %s%s%s", state, statement_name ? " in " : "",
                statement_name ? statement_name : "", primary ? primary : "", constraint ? "; constraint " : "",
                constraint ? constraint : "");
}
