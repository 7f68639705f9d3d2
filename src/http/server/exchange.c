#include "http/server/exchange.h"

#include "http/server/clients.h"
#include "http/server/problem.h"

#include <strings.h>

enum { REQUEST_ID_MOST = 128 };

/* RFC 9112, 3.2.2: a server takes "http://host/path" too; the host in it is the one of the header Host. */
static text without_origin(text target)
{
    size_t scheme = text_starts(target, "http://") ? 7 : text_starts(target, "https://") ? 8 : 0;
    if (!scheme) return target;
    const char *slash = memchr(target.data + scheme, '/', target.length - scheme);
    return slash ? (text){ slash, target.length - (size_t)(slash - target.data) } : TEXT("/");
}

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
    text whole = without_origin(text_copy(a, text_of(target)));
    const char *mark = memchr(whole.data, '?', whole.length);
    x->rq.target = mark ? (text){ whole.data, (size_t)(mark - whole.data) } : whole;
    x->query = mark ? (text){ mark + 1, whole.length - x->rq.target.length - 1 } : TEXT("");
    return x;
}

void exchange_release(exchange *x)
{
    if (atomic_fetch_sub(&x->holders, 1) != 1) return;
    size_t piece = x->stream.is_counted ? STREAM_PIECE : 0;
    atomic_fetch_sub(&x->server->bodies_held, x->body.length + piece);
    atomic_fetch_sub(&x->server->streams_held, piece);
    arena_drop(x->stream.arena);
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

/* ------------------------------------------------------------------ are they sound */

typedef struct header_check {
    arena *arena;
    size_t bytes;
    int lengths, codings, hosts;
    error wrong;
} header_check;

/* RFC 9110, 5.6.2 */
static bool is_token(text t)
{
    for (size_t i = 0; i < t.length; i++) {
        char c = t.data[i];
        bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!is_letter && (c == 0 || !strchr("!#$%&'*+-.^_`|~", c))) return false;
    }
    return t.length > 0;
}

/* Texts of headers go into the audit log and into problem documents, which are UTF-8. */
static bool is_readable(text value)
{
    for (size_t i = 0; i < value.length; i++) {
        unsigned char c = (unsigned char)value.data[i];
        if ((c < 0x20 && c != '\t') || c == 0x7F) return false;
    }
    return text_valid_utf8(value);
}

static enum MHD_Result check_header(void *context, enum MHD_ValueKind kind, const char *name, size_t name_length,
                                    const char *value, size_t value_length)
{
    (void)kind;
    header_check *h = context;
    text key = { name, name_length }, sent = { value ? value : "", value_length };
    h->bytes += name_length + value_length + 4; /* with the colon, a blank and the line's end */
    h->lengths += strcasecmp(name, "Content-Length") == 0;
    h->codings += strcasecmp(name, "Transfer-Encoding") == 0;
    h->hosts += strcasecmp(name, "Host") == 0;
    if (!is_token(key))
        h->wrong = fail(h->arena, BAD_REQUEST, "", "The name of a header holds characters that no name may have.");
    else if (!is_readable(sent))
        h->wrong =
            fail(h->arena, BAD_REQUEST, "", "The header %s is no text in UTF-8 without control characters.", name);
    return h->wrong ? MHD_NO : MHD_YES;
}

error exchange_check_headers(exchange *x, int *status)
{
    header_check h = { .arena = x->rq.arena };
    MHD_get_connection_values_n(x->connection, MHD_HEADER_KIND, check_header, &h);
    TRY(h.wrong);
    if (x->rq.target.length == 0 || x->rq.target.data[0] != '/')
        return fail(h.arena, BAD_REQUEST, "", "Expected an address that begins with a slash.");
    if (h.lengths > 1 || h.codings > 1 || (h.lengths && h.codings))
        return fail(h.arena, BAD_REQUEST, "", "The length of the body is said more than once.");
    if (h.hosts > 1) return fail(h.arena, BAD_REQUEST, "", "The header Host is there more than once.");
    text coding = exchange_header(x, "Transfer-Encoding");
    if (h.codings && !text_equal_string(text_lower_ascii(h.arena, text_trim(coding)), "chunked"))
        return fail(h.arena, BAD_REQUEST, "", "Expected Transfer-Encoding: chunked, or none.");
    if (h.bytes <= HEADER_LIMIT) return OK;
    *status = HTTP_HEADERS_TOO_LARGE;
    return fail(h.arena, BAD_REQUEST, "", "The headers are larger than the limit of %d kB.", HEADER_LIMIT / 1024);
}

static enum MHD_Result add_forwarded(void *context, enum MHD_ValueKind kind, const char *name, size_t name_length,
                                     const char *value, size_t value_length)
{
    (void)kind;
    text_builder *all = context;
    static const char wanted[] = "X-Forwarded-For";
    if (name_length != sizeof wanted - 1 || strncasecmp(name, wanted, name_length) != 0) return MHD_YES;
    if (all->length) text_add_string(all, ", ");
    text_add(all, (text){ value ? value : "", value_length });
    return MHD_YES;
}

/* RFC 9110, 5.3: several lines are one list. A proxy may add itself in a line of its own, below one that a client made
 * up. */
static text forwarded_for(arena *a, struct MHD_Connection *connection)
{
    text_builder all = text_builder_in(a);
    MHD_get_connection_values_n(connection, MHD_HEADER_KIND, add_forwarded, &all);
    return text_built(&all);
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
    x->rq.ip = client_address(x->server->proxies, address, forwarded_for(a, connection));
    x->expects_continue = text_is(exchange_header(x, "Expect"));
}
