#include "http/server/exchange.h"

#include <ctype.h>
#include <strings.h>

const field id_path_fields[] = { FIELD(id_path, id, A_UUID, REQUIRED), FIELDS_END };

/* ------------------------------------------------------------------ what a handler asks of the request */

text request_header(const request *rq, const char *name)
{
    return exchange_header(rq->exchange, name);
}

text request_cookie(const request *rq, const char *name)
{
    return text_of(MHD_lookup_connection_value(rq->exchange->connection, MHD_COOKIE_KIND, name));
}

bool request_accepts(const request *rq, const char *media_type)
{
    text accept = request_header(rq, "Accept");
    size_t length = strlen(media_type);
    for (size_t i = 0; i + length <= accept.length; i++)
        if (strncasecmp(accept.data + i, media_type, length) == 0) return true;
    return false;
}

bool request_exports(const request *rq)
{
    return rq->route->replies_list && (request_accepts(rq, "text/csv") || request_accepts(rq, "application/x-ndjson"));
}

/* A browser sends Origin with every unsafe request. */
bool request_same_origin(const request *rq)
{
    text origin = request_header(rq, "Origin"), host = request_header(rq, "Host");
    if (!text_is(origin)) return false;
    text lower = text_lower_ascii(rq->arena, origin);
    const struct http_server *s = rq->exchange->server;
    /* Where our own address is known, a page that came by another way (without TLS, say) may be anybody's. */
    if (text_is(s->public_origin)) return text_equal(lower, s->public_origin);
    if (!text_is(host)) return false;
    text lower_host = text_lower_ascii(rq->arena, host);
    return text_equal(lower, text_format(rq->arena, "http://%.*s", PRINT(lower_host))) ||
           text_equal(lower, text_format(rq->arena, "https://%.*s", PRINT(lower_host)));
}

error request_if_match(const request *rq, int64_t *version)
{
    text given = text_trim(request_header(rq, "If-Match"));
    if (!text_is(given) || given.length == 0)
        return fail(rq->arena, STALE, "", "Send If-Match with the ETag of the version that you changed.");
    if (given.length >= 2 && given.data[0] == '"' && given.data[given.length - 1] == '"')
        given.data++, given.length -= 2;
    if (!text_integer(given, version)) return fail(rq->arena, STALE, "", "If-Match: expected a version such as \"3\".");
    return OK;
}

/* ------------------------------------------------------------------ what it says of the reply */

static struct response_part *reply_of(request *rq)
{
    return &rq->exchange->reply;
}

void reply_status(request *rq, int status)
{
    reply_of(rq)->status = status;
}

void reply_header(request *rq, const char *name, text value)
{
    answer_header(rq->exchange, name, value);
}

void reply_raw(request *rq, const char *content_type, text body)
{
    struct response_part *r = reply_of(rq);
    r->content_type = content_type;
    r->body = body;
    r->is_raw = true;
}

void reply_pieces(request *rq, const char *content_type, uint64_t size, reply_next next)
{
    struct response_part *r = reply_of(rq);
    r->content_type = content_type;
    r->next = next;
    r->size = size;
    r->is_raw = true;
}

void reply_attachment(request *rq, const char *file_name)
{
    reply_header(rq, "Content-Disposition", text_format(rq->arena, "attachment; filename=\"%s\"", file_name));
}

void reply_etag_version(request *rq, int64_t version)
{
    reply_header(rq, "ETag", text_format(rq->arena, "\"%lld\"", (long long)version));
}

text reply_location(const request *rq)
{
    const struct response_part *r = rq->reply;
    for (size_t i = 0; i < r->header_count; i++)
        if (strcasecmp(r->headers[i].name, "Location") == 0) return r->headers[i].value;
    return NO_TEXT;
}

void reply_cookie(request *rq, const cookie *c)
{
    /* A proxy may call us by any name, its own loopback address too. */
    bool secure = rq->exchange->server->public_is_https || !is_loopback_host(request_header(rq, "Host"));
    reply_header(rq, "Set-Cookie",
                 text_format(rq->arena, "%s=%.*s; Path=%s; Max-Age=%d; HttpOnly; SameSite=Lax%s", c->name,
                             PRINT(c->value), c->path, c->max_age, secure ? "; Secure" : ""));
}

error created(request *rq, const char *path_prefix, uuid id)
{
    char digits[37];
    uuid_write(id, digits);
    reply_status(rq, 201);
    reply_header(rq, "Location", text_format(rq->arena, "%s%s%s", API_BASE, path_prefix, digits));
    return OK;
}
