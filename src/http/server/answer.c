#include "http/server/exchange.h"

#include "http/server/problem.h"

static const char policy[] = "default-src 'none'; script-src 'self'; style-src 'self'; "
                             "img-src 'self' data: blob:; "
                             "font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action "
                             "'self'; frame-ancestors 'none'";

void answer_prepare_security(struct http_server *s)
{
    static const struct {
        const char *name, *value;
    } always[] = {
        { "Content-Security-Policy", policy },
        { "X-Content-Type-Options", "nosniff" },
        { "X-Frame-Options", "DENY" },
        { "Referrer-Policy", "same-origin" },
        { "Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=(), "
                                "publickey-credentials-get=(self), publickey-credentials-create=(self)" },
        { "Cross-Origin-Opener-Policy", "same-origin" },
        { "Cross-Origin-Resource-Policy", "same-origin" },
    };
    enum { ALWAYS = sizeof always / sizeof *always };
    s->security = ARENA_ARRAY(s->arena, ALWAYS + 1, header);
    for (size_t i = 0; i < ALWAYS; i++)
        s->security[s->security_count++] = (header){ always[i].name, text_of(always[i].value) };
    if (s->public_is_https)
        s->security[s->security_count++] =
            (header){ "Strict-Transport-Security", TEXT("max-age=31536000; includeSubDomains") };
}

void answer_set(exchange *x, int status, const char *content_type, text body)
{
    x->reply.next = NULL;
    x->status = status;
    x->reply.content_type = content_type;
    x->reply.body = body;
}

void answer_header(exchange *x, const char *name, text value)
{
    struct response_part *r = &x->reply;
    if (r->header_count == MOST_REPLY_HEADERS) return; /* no route of ours says so much */
    /* A line break would begin a header of its own. */
    for (size_t i = 0; i < value.length; i++)
        if (value.data[i] == '\r' || value.data[i] == '\n') return;
    r->headers[r->header_count++] = (header){ name, value };
    if (!strcmp(name, "Cache-Control")) r->is_cacheable = true;
}

/* Cookies and the like of an answer that was then refused stay only where the refusal means them: at sign-in, to end a
 * session that is over. How often one may ask is as true of a refusal. */
static bool outlives_refusal(const char *name)
{
    static const char *const names[] = { "Set-Cookie", "Allow", "RateLimit", "RateLimit-Policy" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(name, names[i])) return true;
    return false;
}

static void forget_reply(exchange *x)
{
    struct response_part *r = &x->reply;
    size_t kept = 0;
    for (size_t i = 0; i < r->header_count; i++)
        if (outlives_refusal(r->headers[i].name)) r->headers[kept++] = r->headers[i];
    r->header_count = kept;
    r->is_cacheable = false;
}

/* A secret in the path is not for the log. */
static text loggable_path(const exchange *x)
{
    const route *row = x->rq.route;
    for (const field *f = row ? row->path_fields : NULL; f && f->name; f++)
        if (f->kind == FIELD_SECRET) return text_of(row->path);
    return x->rq.target;
}

void answer_error(exchange *x, error e)
{
    int status = x->refusal_status ? x->refusal_status : problem_status(e->kind);
    if (e->kind == INTERNAL)
        log_event(x->server->options.log, LOG_ERROR, "internal_error", e->message,
                  (log_field[]){ LOG_T("request_id", x->rq.request_id), LOG_S("method", x->method),
                                 LOG_T("path", loggable_path(x)), LOG_END });
    forget_reply(x);
    if (x->events) events_close(x->events);
    x->events = NULL;
    text body = x->refusal_status ? problem_of_status(x->rq.arena, status, e->message, x->rq.request_id)
                                  : problem_document(x->rq.arena, e, x->rq.request_id);
    answer_set(x, status, "application/problem+json", body);
    int wait = problem_retry_after(e);
    if (wait > 0) answer_header(x, "Retry-After", text_format(x->rq.arena, "%d", wait));
    if (e->kind == UNAUTHENTICATED) answer_header(x, "WWW-Authenticate", TEXT("Bearer"));
}

void answer_status(exchange *x, int status, const char *detail)
{
    answer_set(x, status, "application/problem+json", problem_of_status(x->rq.arena, status, detail, x->rq.request_id));
}

static void add(struct MHD_Response *response, const char *name, text value, arena *a)
{
    MHD_add_response_header(response, name, text_string(a, value));
}

void answer_build(exchange *x)
{
    arena *a = x->rq.arena;
    const struct response_part *r = &x->reply;
    /* The body lives in the exchange's arena, which is dropped only after the answer was sent. */
    x->response = x->events ? events_response(x->events)
                  : r->next ? stream_reply(x)
                            : MHD_create_response_from_buffer(r->body.length,
                                                              (void *)(uintptr_t)(r->body.data ? r->body.data : ""),
                                                              MHD_RESPMEM_PERSISTENT);
    if (!x->response) return;
    for (size_t i = 0; i < x->server->security_count; i++)
        add(x->response, x->server->security[i].name, x->server->security[i].value, a);
    add(x->response, "X-Request-Id", x->rq.request_id, a);
    if (r->content_type && x->status != 204 && x->status != 304)
        MHD_add_response_header(x->response, "Content-Type", r->content_type);
    if (!r->is_cacheable) MHD_add_response_header(x->response, "Cache-Control", "no-store");
    for (size_t i = 0; i < r->header_count; i++) add(x->response, r->headers[i].name, r->headers[i].value, a);
    if (atomic_load(&x->server->stopping)) MHD_add_response_header(x->response, "Connection", "close");
}

void answer_security(const struct http_server *s, text_builder *out)
{
    for (size_t i = 0; i < s->security_count; i++)
        text_add_format(out, "%s: %.*s\r\n", s->security[i].name, PRINT(s->security[i].value));
}

text answer_bytes(exchange *x)
{
    const struct response_part *r = &x->reply;
    const status_words *words = status_words_of(x->status);
    text_builder out = text_builder_in(x->rq.arena);
    text_add_format(&out,
                    "HTTP/1.1 %d %s\r\nConnection: close\r\nContent-Type: %s\r\nContent-Length: %zu\r\nX-Request-Id: "
                    "%.*s\r\nCache-Control: no-store\r\n",
                    x->status, words ? words->title : "", r->content_type, r->body.length, PRINT(x->rq.request_id));
    answer_security(x->server, &out);
    for (size_t i = 0; i < r->header_count; i++)
        text_add_format(&out, "%s: %.*s\r\n", r->headers[i].name, PRINT(r->headers[i].value));
    text_add_string(&out, "\r\n");
    text_add(&out, r->body);
    return text_built(&out);
}
