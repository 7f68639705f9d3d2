#include "http/server/exchange.h"

/* Server-sent events. The connection sleeps (suspended in libmicrohttpd) while there is nothing to send: a stream costs
 * its memory and no thread. It has two holders, the connection and whoever sends. */

enum { STREAM_BYTES = 16 * 1024, STREAM_BLOCK = 4 * 1024 };

struct event_stream {
    arena *arena;
    struct http_server *server;
    struct MHD_Connection *connection;
    void (*closed)(void *context);
    void *context;
    atomic_int holders;
    event_stream *next, *previous; /* among the server's open ones */
    pthread_mutex_t lock;          /* of what follows */
    char pending[STREAM_BYTES];
    size_t length;
    bool asleep, ending;
};

/* ------------------------------------------------------------------ the open ones */

void events_prepare(struct http_server *s)
{
    pthread_mutex_init(&s->events_lock, NULL);
}

static void enter(event_stream *s)
{
    struct http_server *server = s->server;
    pthread_mutex_lock(&server->events_lock);
    s->next = server->events;
    if (s->next) s->next->previous = s;
    server->events = s;
    pthread_mutex_unlock(&server->events_lock);
}

static void leave(event_stream *s)
{
    struct http_server *server = s->server;
    pthread_mutex_lock(&server->events_lock);
    if (s->next) s->next->previous = s->previous;
    if (s->previous)
        s->previous->next = s->next;
    else
        server->events = s->next;
    pthread_mutex_unlock(&server->events_lock);
}

void events_end(struct http_server *server)
{
    pthread_mutex_lock(&server->events_lock);
    for (event_stream *s = server->events; s; s = s->next) event_stream_end(s);
    pthread_mutex_unlock(&server->events_lock);
}

/* ------------------------------------------------------------------ the connection's side */

void event_stream_release(event_stream *s)
{
    if (atomic_fetch_sub(&s->holders, 1) != 1) return;
    pthread_mutex_destroy(&s->lock);
    arena_drop(s->arena);
}

/* The connection is done with it, or never took it up. */
void events_close(event_stream *s)
{
    leave(s);
    s->closed(s->context);
    event_stream_release(s);
}

static void freed(void *stream)
{
    events_close(stream);
}

static ssize_t read_pending(void *stream, uint64_t position, char *out, size_t most)
{
    (void)position;
    event_stream *s = stream;
    pthread_mutex_lock(&s->lock);
    ssize_t given = 0;
    if (s->length) {
        size_t count = s->length < most ? s->length : most;
        memcpy(out, s->pending, count);
        memmove(s->pending, s->pending + count, s->length - count);
        s->length -= count;
        given = (ssize_t)count;
    } else if (s->ending) {
        given = MHD_CONTENT_READER_END_OF_STREAM;
    } else {
        s->asleep = true;
        MHD_suspend_connection(s->connection);
    }
    pthread_mutex_unlock(&s->lock);
    return given;
}

struct MHD_Response *events_response(event_stream *s)
{
    return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_BLOCK, read_pending, s, freed);
}

/* ------------------------------------------------------------------ the sender's side */

error reply_events(request *rq, void (*closed)(void *context), void *context, event_stream **out)
{
    exchange *x = rq->exchange;
    if (atomic_load(&x->server->stopping)) return fail_later(rq->arena, UNAVAILABLE, 5, "The server is stopping.");
    arena *a = arena_new();
    event_stream *s = ARENA_NEW(a, event_stream);
    s->arena = a;
    s->server = x->server;
    s->connection = x->connection;
    s->closed = closed;
    s->context = context;
    atomic_init(&s->holders, 2);
    pthread_mutex_init(&s->lock, NULL);
    enter(s);
    x->events = s;
    reply_header(rq, "X-Accel-Buffering", TEXT("no")); /* a proxy that collects would hold events back */
    reply_raw(rq, "text/event-stream", TEXT(""));
    *out = s;
    return OK;
}

/* Under the lock. */
static void wake(event_stream *s)
{
    if (!s->asleep) return;
    s->asleep = false;
    MHD_resume_connection(s->connection);
}

static bool send_text(event_stream *s, text bytes)
{
    pthread_mutex_lock(&s->lock);
    bool fits = !s->ending && s->length + bytes.length <= sizeof s->pending;
    if (fits) {
        memcpy(s->pending + s->length, bytes.data, bytes.length);
        s->length += bytes.length;
        wake(s);
    }
    pthread_mutex_unlock(&s->lock);
    return fits;
}

bool event_stream_send(event_stream *s, arena *a, text id, const char *event, text line)
{
    return send_text(s, text_format(a, "id: %.*s\nevent: %s\ndata: %.*s\n\n", PRINT(id), event, PRINT(line)));
}

bool event_stream_beat(event_stream *s)
{
    return send_text(s, TEXT(":\n\n"));
}

void event_stream_end(event_stream *s)
{
    pthread_mutex_lock(&s->lock);
    s->ending = true;
    wake(s);
    pthread_mutex_unlock(&s->lock);
}
