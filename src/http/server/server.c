#include "http/server/exchange.h"

#include "http/routes/openapi.h"
#include "http/server/clients.h"
#include "http/server/problem.h"

#include <ctype.h>
#include <poll.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CONNECTION_MEMORY = 32 * 1024, DRAIN_POLL_MS = 10 };

/* ------------------------------------------------------------------ a request arrives */

static void *request_begins(void *server, const char *target, struct MHD_Connection *connection)
{
    struct http_server *s = server;
    const union MHD_ConnectionInfo *context = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    exchange *x = exchange_new(s, target);
    x->client = context ? context->socket_context : NULL;
    if (x->client) client_request_begins(x->client);
    atomic_fetch_add(&s->under_way, 1);
    return x;
}

static bool method_of(exchange *x, const char *name, http_method *out)
{
    x->is_head = strcmp(name, "HEAD") == 0;
    if (x->is_head) return *out = GET, true;
    for (int m = GET; m <= DELETE_; m++)
        if (strcmp(http_method_name((http_method)m), name) == 0) return *out = (http_method)m, true;
    return false;
}

static void allow_header(exchange *x)
{
    text_builder allow = text_builder_in(x->rq.arena);
    for (int m = GET; m <= DELETE_; m++)
        if (x->match.methods[m].row)
            text_add_format(&allow, "%s%s%s", allow.length ? ", " : "", http_method_name((http_method)m),
                            m == GET ? ", HEAD" : "");
    text_add_string(&allow, allow.length ? ", OPTIONS" : "OPTIONS");
    answer_header(x, "Allow", text_built(&allow));
}

/* It may outlive its connection, whose memory holds the headers. */
static void begin_stream(exchange *x)
{
    arena *a = x->rq.arena;
    x->lane = LANE_STREAM;
    x->stream.stage = STREAM_NEW;
    x->body_limit = x->server->options.stream_limit ? x->server->options.stream_limit : STREAM_LIMIT;
    x->rq.request_id = text_copy(a, x->rq.request_id);
    if (text_is(x->rq.user_agent)) x->rq.user_agent = text_copy(a, x->rq.user_agent);
}

/* Chooses the row; what has none is answered here. True when the answer stands already. */
static bool choose_route(exchange *x, const char *name)
{
    http_method method = GET;
    bool known = method_of(x, name, &method);
    x->match = router_find(x->server->router, x->rq.arena, x->rq.target);
    x->slot = router_count(x->server->router); /* what belongs to no route */
    if (!x->match.methods) {
        if (known && method == GET && files_answer(x)) return true;
        return answer_status(x, 404, "There is nothing at this address."), true;
    }
    if (strcmp(name, "OPTIONS") == 0) return allow_header(x), answer_set(x, 204, NULL, TEXT("")), true;
    const route_slot *slot = known ? &x->match.methods[method] : NULL;
    if (!slot || !slot->row) {
        allow_header(x);
        return answer_error(x, fail(x->rq.arena, NOT_ALLOWED, "", "This address does not take %s.", name)), true;
    }
    bool is_builtin;
    x->slot = slot->number;
    x->rq.route = slot->row;
    x->lane = slot->row->heavy ? LANE_HEAVY : slot->row->computes ? LANE_COMPUTE : builtin_lane(slot->row, &is_builtin);
    if (slot->row->stream) begin_stream(x);
    if (slot->row->body_limit) x->body_limit = slot->row->body_limit;
    route_match_name(&x->match, slot->row);
    return false;
}

/* "10 MB", "64 kB": as much of it as says something. */
static text bytes_for_people(arena *a, size_t bytes)
{
    if (bytes >= 1000000) return text_format(a, "%.4g MB", (double)bytes / 1e6);
    return bytes >= 1000 ? text_format(a, "%.4g kB", (double)bytes / 1e3) : text_format(a, "%zu bytes", bytes);
}

error server_too_large(exchange *x)
{
    arena *a = x->rq.arena;
    text limit = bytes_for_people(a, x->body_limit);
    const char *advice = x->server->options.large_body_advice;
    bool says_advice = advice && !x->rq.route->stream && x->body_limit >= BODY_LIMIT / 10;
    const char *found = x->declared > x->body_limit
                            ? text_format(a, "%llu bytes were announced", (unsigned long long)x->declared).data
                            : "more than that was sent";
    return fail(a, TOO_LARGE, "", "The body is larger than the limit of %zu bytes (%.*s): %s.%s%s", x->body_limit,
                PRINT(limit), found, says_advice ? " " : "", says_advice ? advice : "");
}

static enum MHD_Result queue_answer(exchange *x)
{
    if (!x->response) answer_build(x);
    if (!x->response) return MHD_NO;
    /* A stream has no end that could be late; libmicrohttpd ends it when nobody takes what is sent. */
    if (x->client && !x->events) client_sending(x->client, x->reply.body.length);
    enum MHD_Result queued = MHD_queue_response(x->connection, (unsigned)x->status, x->response);
    MHD_destroy_response(x->response);
    return queued;
}

/* Told while the client still sends: past libmicrohttpd, which would wait for the whole body first. */
void server_refuse(exchange *x, error why)
{
    cut_kind kind = why->kind == TOO_LARGE ? CUT_TOO_LARGE : why->kind == UNAVAILABLE ? CUT_MEMORY : CUT_MALFORMED;
    answer_error(x, why);
    x->is_refused = true;
    metrics_cut(x->server->metrics, kind);
    if (x->client) client_refuse(x->client, answer_bytes(x));
}

static enum MHD_Result begin(exchange *x, struct MHD_Connection *connection, const char *method)
{
    x->begun = true;
    exchange_read_headers(x, connection);
    x->method = text_string(x->rq.arena, text_of(method));
    if (x->rq.target.length + x->query.length > TARGET_LIMIT)
        return answer_status(x, 414, "The address is longer than the limit of 8 kB."), queue_answer(x);
    /* The connection ends with the answer: where the next request on it would begin cannot be known. */
    error wrong = exchange_check_headers(x, &x->refusal_status);
    if (wrong) return server_refuse(x, wrong), MHD_YES;
    bool answered = choose_route(x, method);
    int64_t declared = 0;
    text length = exchange_header(x, "Content-Length");
    bool is_said = text_integer(length, &declared) && declared > 0;
    x->declared = is_said ? (uint64_t)declared : 0;
    x->has_body = is_said || text_is(exchange_header(x, "Transfer-Encoding"));
    if (x->declared > x->body_limit) {
        if (x->expects_continue) return answer_error(x, server_too_large(x)), queue_answer(x);
        server_refuse(x, server_too_large(x));
        return MHD_YES;
    }
    /* libmicrohttpd ends the connection after an answer that is queued before the request was read to its end, so that
     * is only done when the client asked before sending. Any other answer waits: what comes is thrown away. */
    if (answered && x->has_body && x->expects_continue) return queue_answer(x);
    if (answered) x->body_done = true;
    return MHD_YES;
}

static enum MHD_Result take_piece(exchange *x, const char *data, size_t *length)
{
    size_t count = *length;
    *length = 0;
    if (x->is_refused) return MHD_YES;
    struct http_server *s = x->server;
    if (x->body.length + count > x->body_limit) return server_refuse(x, server_too_large(x)), MHD_YES;
    size_t held = atomic_fetch_add(&s->bodies_held, count) + count;
    bool fits = !s->options.body_memory || held <= s->options.body_memory;
    if (fits && body_add(&x->body, data, count)) return MHD_YES;
    atomic_fetch_sub(&s->bodies_held, count);
    server_refuse(x, fail_later(x->rq.arena, UNAVAILABLE, 1,
                                "The server holds as many request bodies as it may just now. Try again in a moment."));
    return MHD_YES;
}

static enum MHD_Result hand_over(exchange *x)
{
    x->body_done = true;
    x->rq.body = (text){ x->body.data ? x->body.data : "", x->body.length };
    if (x->lane == LANE_EVENT) return dispatch(x), queue_answer(x);
    if (x->client && !client_working(x->client)) return MHD_NO; /* its time was over */
    MHD_suspend_connection(x->connection);
    if (!pool_push(x->server->pool, x)) MHD_resume_connection(x->connection);
    return MHD_YES;
}

void server_done(exchange *x)
{
    struct http_server *s = x->server;
    exchange_release(x);
    atomic_fetch_sub(&s->under_way, 1);
}

void server_hand_back(exchange *x)
{
    if (x->stream.stage == STREAM_GONE) {
        server_done(x); /* there is no connection any more */
        return;
    }
    bool takes_more = x->stream.stage == STREAM_BEGUN || x->stream.stage == STREAM_OVER;
    if (takes_more && x->client) client_streaming(x->client);
    MHD_resume_connection(x->connection);
}

static enum MHD_Result handle(void *server, struct MHD_Connection *connection, const char *url, const char *method,
                              const char *version, const char *upload, size_t *upload_size, void **context)
{
    (void)server, (void)url, (void)version;
    exchange *x = *context;
    if (!x->begun) return begin(x, connection, method);
    bool is_stream = x->stream.stage != STREAM_NONE;
    if (*upload_size) return (is_stream ? stream_take : take_piece)(x, upload, upload_size);
    if (x->is_refused) return MHD_NO; /* told already; only the end is left */
    if (x->response || x->body_done) return queue_answer(x);
    return is_stream ? stream_end(x) : hand_over(x);
}

/* ------------------------------------------------------------------ and is done */

static void completed(void *server, struct MHD_Connection *connection, void **context,
                      enum MHD_RequestTerminationCode why)
{
    (void)connection, (void)why;
    struct http_server *s = server;
    exchange *x = *context;
    if (!x) return;
    metrics_count(s->metrics, x->slot, x->status, clock_monotonic() - x->started,
                  x->body.length + (size_t)x->stream.received, x->reply.body.length + (size_t)x->stream.sent);
    if (x->client && !x->is_refused) client_waiting(x->client);
    *context = NULL;
    if (!stream_gone(x)) server_done(x);
}

static void connection_changes(void *server, struct MHD_Connection *connection, void **context,
                               enum MHD_ConnectionNotificationCode what)
{
    struct http_server *s = server;
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
        *context = client_add(s->clients, info->connect_fd);
    } else if (*context) {
        client_remove(*context);
    }
}

/* Addresses stay as they were sent: the router decodes each segment by itself. */
static size_t keep_escapes(void *server, struct MHD_Connection *connection, char *escaped)
{
    (void)server, (void)connection;
    return strlen(escaped);
}

static text timeout_answer(void *server, arena *a)
{
    const struct http_server *s = server;
    metrics_cut(s->metrics, CUT_TIMEOUT);
    text body = problem_of_status(a, HTTP_TIMEOUT, "The request did not arrive in time.", TEXT(""));
    text_builder out = text_builder_in(a);
    text_add_format(&out,
                    "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Type: application/problem+json\r\n"
                    "Cache-Control: no-store\r\nContent-Length: %zu\r\n",
                    body.length);
    answer_security(s, &out);
    text_add_format(&out, "\r\n%.*s", PRINT(body));
    return text_built(&out);
}

/* ------------------------------------------------------------------ start and stop */

static metrics *metrics_of(struct http_server *s)
{
    size_t count = router_count(s->router);
    text *labels = ARENA_ARRAY(s->arena, count + 1, text);
    for (size_t i = 0; i < count; i++) {
        const route *row = router_row(s->router, i);
        text path = route_full_path(s->arena, row);
        labels[i] = text_format(s->arena, "method=\"%s\",route=\"%.*s\"", http_method_name(row->method), PRINT(path));
    }
    labels[count] = TEXT("method=\"\",route=\"\"");
    return metrics_new(s->arena, labels, count + 1);
}

/* RFC 6454: scheme, host and port, without the port that the scheme has by itself. */
static text origin_of(arena *a, text url)
{
    text lower = text_lower_ascii(a, text_trim(url));
    size_t scheme = text_starts(lower, "https://") ? 8 : text_starts(lower, "http://") ? 7 : 0;
    if (!scheme) return NO_TEXT;
    const char *slash = memchr(lower.data + scheme, '/', lower.length - scheme);
    if (slash) lower.length = (size_t)(slash - lower.data);
    const char *usual = scheme == 8 ? ":443" : ":80";
    size_t length = strlen(usual);
    bool is_usual = lower.length > length && memcmp(lower.data + lower.length - length, usual, length) == 0;
    return (text){ lower.data, lower.length - (is_usual ? length : 0) };
}

static error prepare(struct http_server *s)
{
    const route *const *const groups[] = { builtin_tables, s->options.routes, NULL };
    TRY(routes_check(s->arena, s->options.routes));
    TRY(networks_read(s->arena, s->options.trusted_proxies, &s->proxies));
    s->router = router_new(s->arena, groups);
    s->files = files_index(s->arena, &s->options);
    s->metrics = metrics_of(s);
    s->public_origin = origin_of(s->arena, s->options.public_url);
    s->public_is_https = text_starts(s->public_origin, "https://");
    s->openapi = openapi_document(s->arena, &s->options);
    s->docs_page = docs_document(s->arena, &s->options);
    answer_prepare_security(s);
    events_prepare(s);
    s->clients = clients_new(s->arena, s->options.idle_seconds, s->options.request_seconds, timeout_answer, s);
    return OK;
}

static struct MHD_Daemon *start_daemon(struct http_server *s, int fd)
{
    return MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, handle, s, MHD_OPTION_LISTEN_SOCKET,
        fd, MHD_OPTION_CONNECTION_LIMIT, (unsigned)s->options.connections, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
        (unsigned)s->options.address_connections, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)s->options.idle_seconds,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY, MHD_OPTION_NOTIFY_COMPLETED, completed, s,
        MHD_OPTION_NOTIFY_CONNECTION, connection_changes, s, MHD_OPTION_URI_LOG_CALLBACK, request_begins, s,
        MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, s, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
}

static pool *start_pool(arena *a, const http_options *options)
{
    enum { COMPUTE_NICE = 5 };
    const lane_options lanes[LANES] = {
        [LANE_POOL] = { .threads = options->threads, .name = "http-handler" },
        [LANE_PROBE] = { .threads = 1, .name = "http-probe" },
        [LANE_HEAVY] = { .threads = options->heavy_threads ? options->heavy_threads : 1,
                         .most_wait = SECONDS(options->heavy_wait_ms) / 1000,
                         .name = "http-heavy" },
        [LANE_COMPUTE] = { .threads = options->compute_threads ? options->compute_threads : 1,
                           .most_waiting = options->compute_waiting,
                           .most_wait = SECONDS(options->compute_wait_ms) / 1000,
                           .name = "http-compute",
                           .nice = COMPUTE_NICE },
        [LANE_STREAM] = { .threads = options->stream_threads ? options->stream_threads : 1, .name = "http-stream" },
    };
    return pool_start(a, lanes);
}

error http_start(arena *a, const http_options *options, http_server **out)
{
    struct http_server *s = ARENA_NEW(a, struct http_server);
    int fd;
    s->arena = a;
    s->options = *options;
    TRY(prepare(s));
    TRY(listen_at(a, options->listen, &fd, &s->port));
    s->pool = start_pool(a, options);
    bool watching = s->pool && clients_watch(s->clients);
    if (watching) s->daemon = start_daemon(s, fd);
    if (!s->daemon) {
        if (watching) clients_unwatch(s->clients);
        close(fd);
        return fail(a, INTERNAL, "", "The HTTP server cannot be started (threads or sockets are missing).");
    }
    *out = s;
    return OK;
}

int http_port(const http_server *s)
{
    return s->port;
}

int http_stop(http_server *s, int grace_seconds)
{
    instant until = clock_monotonic() + SECONDS(grace_seconds);
    atomic_store(&s->stopping, true);
    MHD_socket listening = MHD_quiesce_daemon(s->daemon);
    clients_end_idle(s->clients);
    events_end(s);
    while (atomic_load(&s->under_way) > 0 && clock_monotonic() < until) {
        poll(NULL, 0, DRAIN_POLL_MS);
        clients_end_idle(s->clients);
    }
    int running = pool_stop(s->pool, until + SECONDS(1));
    if (running)
        log_event(s->options.log, LOG_WARNING, "handlers_abandoned",
                  "Requests were still being worked on when the time to stop was over.",
                  (log_field[]){ LOG_I("count", running), LOG_END });
    else
        MHD_stop_daemon(s->daemon);
    clients_unwatch(s->clients);
    if (listening != MHD_INVALID_SOCKET) close(listening);
    return running;
}
