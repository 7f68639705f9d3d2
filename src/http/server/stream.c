#include "http/server/exchange.h"

#include "http/server/clients.h"

/* A body in pieces, and a reply in pieces. The event thread gathers one piece; then the connection rests while a thread
 * of the pool hands it to the route. What the client sends meanwhile waits in the kernel's buffers, and then at the
 * client.
 *
 * Bytes that would follow an answer which stands already are thrown away when they are few, so that the connection can
 * go on; a client that has much to send is told at once. */

enum {
    FEW_BYTES = 64 * 1024,
    PART_OF_MEMORY = 4 /* streamed bodies hold a quarter of all memory for bodies at most */
};

/* ------------------------------------------------------------------ event thread */

static enum MHD_Result to_pool(exchange *x)
{
    if (x->client && !client_working(x->client)) return MHD_NO; /* its time was over */
    MHD_suspend_connection(x->connection);
    pool_push(x->server->pool, x);
    return MHD_YES;
}

static enum MHD_Result throw_away(exchange *x, size_t *length)
{
    bool is_few = x->declared && x->declared - x->stream.received <= FEW_BYTES;
    x->stream.received += *length;
    *length = 0;
    if (is_few || x->is_refused) return MHD_YES;
    MHD_destroy_response(x->response);
    x->response = NULL;
    x->is_refused = true;
    if (x->client) client_refuse(x->client, answer_bytes(x));
    return MHD_YES;
}

static bool make_room(exchange *x)
{
    struct http_server *s = x->server;
    if (x->stream.data) return true;
    size_t streams = atomic_fetch_add(&s->streams_held, STREAM_PIECE) + STREAM_PIECE;
    size_t all = atomic_fetch_add(&s->bodies_held, STREAM_PIECE) + STREAM_PIECE;
    x->stream.is_counted = true;
    size_t most = s->options.body_memory;
    if (most && (all > most || streams > most / PART_OF_MEMORY)) return false;
    x->stream.data = arena_alloc(x->rq.arena, STREAM_PIECE);
    return true;
}

enum MHD_Result stream_take(exchange *x, const char *data, size_t *length)
{
    struct stream *b = &x->stream;
    if (x->response || x->is_refused) return throw_away(x, length);
    if (b->stage == STREAM_NEW) return to_pool(x);
    if (b->received + *length > x->body_limit) {
        *length = 0;
        return server_refuse(x, server_too_large(x)), MHD_YES;
    }
    if (!make_room(x)) {
        *length = 0;
        server_refuse(x, fail_later(x->rq.arena, UNAVAILABLE, 2,
                                    "The server takes as many uploads as it may just now. Try again in a moment."));
        return MHD_YES;
    }
    size_t room = STREAM_PIECE - b->length, taken = *length < room ? *length : room;
    memcpy(b->data + b->length, data, taken);
    b->length += taken;
    b->received += taken;
    *length -= taken; /* the rest is offered again after the piece was handed on */
    return b->length == STREAM_PIECE ? to_pool(x) : MHD_YES;
}

enum MHD_Result stream_end(exchange *x)
{
    x->stream.is_whole = x->body_done = true;
    return to_pool(x);
}

bool stream_gone(exchange *x)
{
    if (x->stream.stage != STREAM_BEGUN) return false;
    x->stream.stage = STREAM_GONE;
    x->connection = NULL;
    x->client = NULL;
    /* While the server stops, the pool may be gone already. */
    if (atomic_load(&x->server->stopping))
        stream_turn(x), server_done(x);
    else
        pool_push(x->server->pool, x);
    return true;
}

/* ------------------------------------------------------------------ a reply in pieces */

/* libmicrohttpd asks for more bytes, on the event thread. */
static ssize_t give(void *context, uint64_t position, char *to, size_t most)
{
    (void)position;
    exchange *x = context;
    struct stream *s = &x->stream;
    if (s->is_broken) return MHD_CONTENT_READER_END_WITH_ERROR;
    if (s->piece.length) {
        size_t count = s->piece.length < most ? s->piece.length : most;
        memcpy(to, s->piece.data, count);
        s->piece = (text){ s->piece.data + count, s->piece.length - count };
        s->sent += count;
        return (ssize_t)count;
    }
    if (x->client) client_sending(x->client, STREAM_PIECE); /* the next one's time begins */
    x->lane = LANE_STREAM;
    s->stage = STREAM_SENDING;
    MHD_suspend_connection(x->connection);
    pool_push(x->server->pool, x);
    return 0;
}

struct MHD_Response *stream_reply(exchange *x)
{
    return MHD_create_response_from_callback(x->reply.size, FEW_BYTES, give, x, NULL);
}

static void make_next(exchange *x)
{
    struct stream *s = &x->stream;
    arena_drop(s->arena);
    s->arena = arena_new();
    s->piece = (text){ 0 };
    error bad = x->reply.next(&x->rq, s->arena, &s->piece);
    s->is_broken = bad || s->piece.length == 0 || s->sent + s->piece.length > x->reply.size;
    if (!s->is_broken) return;
    log_event(x->server->options.log, LOG_WARNING, "reply_broken",
              bad ? bad->message : "A streamed reply has another length than was announced.",
              (log_field[]){ LOG_T("request_id", x->rq.request_id), LOG_END });
}

/* ------------------------------------------------------------------ pool thread */

static error begin(exchange *x)
{
    void *body;
    bool replayed;
    TRY(dispatch_enter(x, &body, &replayed));
    x->stream.is_prepared = !x->rq.route->stream->prepare;
    x->stream.stage = STREAM_BEGUN; /* from here on it is told how it ended */
    return x->rq.route->stream->begin(&x->rq);
}

static error hand_on(exchange *x)
{
    struct stream *b = &x->stream;
    text piece = { b->data, b->length };
    b->length = 0;
    return piece.length ? x->rq.route->stream->piece(&x->rq, piece) : OK;
}

/* As far as one turn goes. */
static error go_on(exchange *x, bool *again)
{
    struct stream *b = &x->stream;
    if (b->stage == STREAM_NEW) TRY(begin(x));
    if (!b->is_prepared) {
        TRY(x->rq.route->stream->prepare(&x->rq, again));
        b->is_prepared = !*again;
    }
    if (*again) return OK;
    TRY(hand_on(x));
    return b->is_whole ? dispatch_handle(x, NULL) : OK;
}

static void abandon_if_begun(exchange *x, stream_stage was)
{
    if (was != STREAM_NEW) x->rq.route->stream->abandon(&x->rq);
}

bool stream_turn(exchange *x)
{
    struct stream *b = &x->stream;
    if (b->stage == STREAM_SENDING) return make_next(x), true;
    if (b->stage == STREAM_GONE) {
        (void)dispatch_close(x, fail(x->rq.arena, BAD_REQUEST, "", "The client went away in the middle of the body."));
        abandon_if_begun(x, b->stage);
        return true;
    }
    bool again = false;
    error outcome = go_on(x, &again);
    if (again) return pool_push(x->server->pool, x), false;
    if (!outcome && !b->is_whole) return true;
    outcome = dispatch_close(x, outcome);
    if (outcome) abandon_if_begun(x, b->stage);
    b->stage = STREAM_OVER;
    dispatch_answer(x, outcome);
    return true;
}
