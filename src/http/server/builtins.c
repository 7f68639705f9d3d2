#include "http/server/exchange.h"

#include "http/server/clients.h"

typedef struct health {
    text status;
} health;

static const field health_fields[] = { FIELD(health, status, A_TEXT), FIELDS_END };

static error get_healthz(request *rq, const void *body, void *reply)
{
    (void)rq, (void)body;
    ((health *)reply)->status = TEXT("ok");
    return OK;
}

static error get_readyz(request *rq, const void *body, void *reply)
{
    (void)body;
    struct http_server *s = rq->exchange->server;
    if (atomic_load(&s->stopping)) return fail_later(rq->arena, UNAVAILABLE, 5, "The server is stopping.");
    if (s->options.door.ready) TRY(s->options.door.ready(s->options.app, rq->arena));
    ((health *)reply)->status = TEXT("ready");
    return OK;
}

static error get_metrics(request *rq, const void *body, void *reply)
{
    (void)body, (void)reply;
    struct http_server *s = rq->exchange->server;
    int waiting, busy;
    text_builder out = text_builder_in(rq->arena);
    pool_counts(s->pool, LANES, &waiting, &busy);
    metrics_write(s->metrics, &out);
    metrics_single(&out, "aic_http_connections", "gauge", "Open client connections.", clients_count(s->clients));
    metrics_single(&out, "aic_http_requests_under_way", "gauge",
                   "Requests between their headers and the end of their answer.", atomic_load(&s->under_way));
    metrics_single(&out, "aic_http_handlers_busy", "gauge", "Handlers at work.", busy);
    metrics_single(&out, "aic_http_handlers_waiting", "gauge", "Requests that wait for a handler.", waiting);
    pool_counts(s->pool, LANE_COMPUTE, &waiting, &busy);
    metrics_single(&out, "aic_http_compute_busy", "gauge", "Requests that compute.", busy);
    metrics_single(&out, "aic_http_compute_waiting", "gauge", "Requests that wait to compute.", waiting);
    metrics_single(&out, "aic_http_body_bytes_held", "gauge", "Bytes of request bodies in memory.",
                   (double)atomic_load(&s->bodies_held));
    text_add_format(
        &out,
        "# HELP aic_build_info The version that runs.\n# TYPE aic_build_info gauge\naic_build_info{version=\"%s\"} 1\n",
        s->options.version);
    if (s->options.door.metrics) s->options.door.metrics(s->options.app, &out);
    reply_raw(rq, "text/plain; version=0.0.4; charset=utf-8", text_built(&out));
    return OK;
}

static error get_openapi(request *rq, const void *body, void *reply)
{
    (void)body, (void)reply;
    reply_raw(rq, "application/json", rq->exchange->server->openapi);
    return OK;
}

static error get_docs(request *rq, const void *body, void *reply)
{
    (void)body, (void)reply;
    reply_raw(rq, "text/html; charset=utf-8", rq->exchange->server->docs_page);
    return OK;
}

/* The page has no style of its own in it: the content security policy allows none. */
static const char docs_style[] =
    ":root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;margin:0;background:Canvas;color:CanvasText}"
    "main{max-width:900px;margin:0 auto;padding:24px 18px 60px}h2{margin:32px 0 "
    "8px;text-transform:capitalize}h4{margin:14px 0 4px}"
    "details{border:1px solid color-mix(in srgb,CanvasText 18%,Canvas);border-radius:8px;padding:8px 14px;margin:6px "
    "0}summary{cursor:pointer;overflow-wrap:anywhere}"
    "table{border-collapse:collapse;width:100%;font-size:14px}td{border-top:1px solid color-mix(in srgb,CanvasText "
    "14%,Canvas);padding:4px 10px 4px 0;vertical-align:top;overflow-wrap:anywhere}";

static error get_docs_style(request *rq, const void *body, void *reply)
{
    (void)body, (void)reply;
    reply_raw(rq, "text/css", text_of(docs_style));
    return OK;
}

/* RFC 9116. It must expire within a year; it is made anew at each request. */
static error get_security(request *rq, const void *body, void *reply)
{
    (void)body, (void)reply;
    const http_options *options = &rq->exchange->server->options;
    if (!text_is(options->security_contact))
        return fail(rq->arena, NOT_FOUND, "", "Whoever runs this server has not said whom to tell.");
    reply_raw(rq, "text/plain; charset=utf-8",
              text_format(rq->arena, "Contact: %.*s\nExpires: %.*s\nPreferred-Languages: en\n",
                          PRINT(options->security_contact),
                          PRINT(instant_format(rq->arena, clock_now(&options->clock) + DAYS(180)))));
    return OK;
}

static const route operations[] = {
    { GET, "/healthz", "Is the process alive", PUBLIC, NO_SCOPE, REPLY(health, health_fields), .rate = RATE_PUBLIC,
      .at_root = true, .tag = "operations", .handle = get_healthz },
    { GET, "/readyz", "Can it serve", PUBLIC, NO_SCOPE, REPLY(health, health_fields), .rate = RATE_PUBLIC,
      .at_root = true, .tag = "operations", .handle = get_readyz },
    { GET, "/metrics", "Figures for Prometheus", PUBLIC, NO_SCOPE, .raw_reply = "text/plain", .rate = RATE_PUBLIC,
      .at_root = true, .tag = "operations", .handle = get_metrics },
    { GET, "/openapi.json", "This document", PUBLIC, NO_SCOPE, .raw_reply = "application/json",
      .reply_schema = "{\"type\":\"object\"}", .rate = RATE_PUBLIC, .tag = "operations", .handle = get_openapi },
    { GET, "/.well-known/security.txt", "Whom to tell of a weakness (RFC 9116)", PUBLIC, NO_SCOPE,
      .raw_reply = "text/plain", .rate = RATE_PUBLIC, .at_root = true, .tag = "operations", .handle = get_security },
    { GET, "/docs/api", "The API, to read", PUBLIC, NO_SCOPE, .raw_reply = "text/html", .rate = RATE_PUBLIC,
      .at_root = true, .tag = "operations", .handle = get_docs },
    { GET, "/docs/api.css", "The look of the page", PUBLIC, NO_SCOPE, .raw_reply = "text/css", .rate = RATE_PUBLIC,
      .at_root = true, .tag = "operations", .handle = get_docs_style },
    ROUTES_END
};

const route *const builtin_tables[] = { operations, NULL };

lane builtin_lane(const route *row, bool *is_builtin)
{
    *is_builtin = row >= operations && row < operations + sizeof operations / sizeof *operations;
    if (!*is_builtin) return LANE_POOL;
    /* What asks the database or counts a lot has the probes' own thread; the rest is answered at once. */
    return row->handle == get_readyz || row->handle == get_metrics ? LANE_PROBE : LANE_EVENT;
}
