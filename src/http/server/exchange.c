#include "http/server/exchange.h"

#include "http/server/clients.h"

enum { REQUEST_ID_MOST = 128 };

exchange *exchange_new(struct http_server *s, const char *target)
{
    arena *a = arena_new();
    exchange *x = ARENA_NEW(a, exchange);
    x->server = s;
    x->rq.arena = a;
    x->rq.app = s->options.app;
    x->rq.exchange = x;
    x->rq.reply = &x->reply;
    x->body.arena = a;
    x->body_limit = s->options.body_limit ? s->options.body_limit : BODY_LIMIT;
    x->started = clock_monotonic();
    atomic_init(&x->holders, 1);
    text whole = text_copy(a, text_of(target));
    const char *mark = memchr(whole.data, '?', whole.length);
    x->rq.target = mark ? (text){ whole.data, (size_t)(mark - whole.data) } : whole;
    x->query = mark ? (text){ mark + 1, whole.length - x->rq.target.length - 1 } : TEXT("");
    return x;
}

void exchange_release(exchange *x)
{
    if (atomic_fetch_sub(&x->holders, 1) != 1) return;
    atomic_fetch_sub(&x->server->bodies_held, x->body.length);
    arena_drop(x->rq.arena);
}

/* The connection keeps its headers until the request is done, and nobody changes them meanwhile. */
text exchange_header(const exchange *x, const char *name)
{
    return text_of(MHD_lookup_connection_value(x->connection, MHD_HEADER_KIND, name));
}

static bool is_sane_id(text id)
{
    if (id.length == 0 || id.length > REQUEST_ID_MOST) return false;
    for (size_t i = 0; i < id.length; i++) {
        char c = id.data[i];
        bool fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
                    c == '_' || c == '-';
        if (!fine) return false;
    }
    return true;
}

/* "text/csv; charset=utf-8" → text/csv */
static text media_type(arena *a, text sent)
{
    if (!text_is(sent)) return TEXT("");
    const char *semicolon = memchr(sent.data, ';', sent.length);
    return text_lower_ascii(a,
                            text_trim((text){ sent.data, semicolon ? (size_t)(semicolon - sent.data) : sent.length }));
}

void exchange_read_headers(exchange *x, struct MHD_Connection *connection)
{
    x->connection = connection;
    arena *a = x->rq.arena;
    text id = exchange_header(x, "X-Request-Id");
    x->rq.request_id = is_sane_id(id) ? id : uuid_format(a, uuid_v7(&x->server->options.clock));
    x->rq.user_agent = exchange_header(x, "User-Agent");
    x->rq.content_type = media_type(a, exchange_header(x, "Content-Type"));
    const union MHD_ConnectionInfo *peer = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    text address = peer && peer->client_addr ? address_text(a, peer->client_addr) : TEXT("");
    x->rq.ip = client_address(x->server->proxies, address, exchange_header(x, "X-Forwarded-For"));
    x->expects_continue = text_is(exchange_header(x, "Expect"));
}
