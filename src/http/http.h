/* HTTP: the server (libmicrohttpd, epoll), the router over the features' route tables, decoding and encoding by field
 * tables, problem documents, static files, OpenAPI, metrics.
 *
 * Everything that must never be forgotten is a column of the route's row. This room knows no database and no token: it
 * calls the `door` that the program gives it to authenticate, open and close scopes, and audit. A handler is a plain
 * blocking function on a pool thread; sockets never wait for it (the connection is suspended meanwhile).
 *
 *     static const field draft_fields[] = {
 *         FIELD(incident_draft, title, A_TEXT, REQUIRED, MAX(200), .doc = "What happened, in one sentence"),
 *         FIELD(incident_draft, severity, ONE_OF(severity_names), REQUIRED, .doc = "How bad it is"),
 *         FIELDS_END };
 *
 *     static error post_incident(request *rq, const void *body, void *reply)
 *     {
 *         const incident_draft *in = body;
 *         incident *out = reply;
 *         TRY(incidents_open(rq->scope, in, out));
 *         return created(rq, "/incidents/", out->id);
 *     }
 *
 *     const route incidents_routes[] = {
 *         { POST, "/incidents", "Report an incident", CAPABILITY("report_incidents"), TENANT,
 *           BODY(incident_draft, draft_fields), REPLY(incident, incident_fields), .status = 201,
 *           .audit = "incident_opened", .rate = RATE_WRITE, .handle = post_incident },
 *         ROUTES_END };
 */
#ifndef AIC_HTTP_HTTP_H
#define AIC_HTTP_HTTP_H

#include "base/error.h"
#include "base/json.h"
#include "base/log.h"
#include "base/maybe.h"

#include <stddef.h>

/* ------------------------------------------------------------------ fields */

/* The C type behind each kind. A text field that is absent is NO_TEXT; the others have a MAYBE form. In a request null
 * is the same as left out, unless the field is REQUIRED. */
typedef enum {
    FIELD_NONE,
    FIELD_TEXT,          /* text; most = code points; no NUL, no control characters but tab and line breaks */
    FIELD_EMAIL,         /* text, trimmed and lower-cased; a plausible address of at most 254 bytes */
    FIELD_SECRET,        /* text; write-only; never logged, never encoded */
    FIELD_ENUM,          /* text, one of `names` */
    FIELD_UUID,          /* uuid */
    FIELD_MAYBE_UUID,    /* maybe_uuid */
    FIELD_INTEGER,       /* int64_t; least..most */
    FIELD_MAYBE_INTEGER, /* maybe_integer */
    FIELD_NUMBER,        /* double, finite; in replies NaN is null */
    FIELD_MAYBE_NUMBER,  /* maybe_number */
    FIELD_BOOL,          /* bool; absent is false */
    FIELD_MAYBE_BOOL,    /* maybe_bool */
    FIELD_INSTANT,       /* instant, RFC 3339 */
    FIELD_MAYBE_INSTANT, /* maybe_instant */
    FIELD_JSON,          /* text holding one JSON value, compact; NO_TEXT when absent */
    FIELD_TEXT_LIST,     /* text_list; most = code points of each, most_items */
    FIELD_OBJECT,        /* struct, by `fields`, inline at the offset */
    FIELD_LIST           /* item_list of structs of `item_size` bytes, by `fields` */
} field_kind;

typedef struct item_list {
    const void *items;
    size_t count;
} item_list;

typedef struct field {
    const char *name;
    size_t offset;
    field_kind kind;
    bool required;
    bool nullable; /* reply: documented as type or null (MAYBE kinds and texts that may be NO_TEXT) */
    /* reply: not there when it says nothing: no text, false, 0, no id; an object when its first field says nothing */
    bool left_out;
    /* Bounds, both included, of the value; for texts of the length in code points. When most is 0 there is no upper
     * bound (but the body's), and no lower one either unless least is not 0. */
    double least, most;
    size_t most_items;        /* of lists */
    const char *const *names; /* FIELD_ENUM, ended by NULL */
    const struct field *fields;
    size_t item_size;
    const char *standard; /* default, as text, documented and filled in when absent */
    const char *doc;
    const char *example;
} field;

#define FIELD(type, member, ...)                                                                                       \
    {                                                                                                                  \
        .name = #member, .offset = offsetof(type, member), __VA_ARGS__                                                 \
    }
#define FIELD_AS(type, member, json_name, ...)                                                                         \
    {                                                                                                                  \
        .name = (json_name), .offset = offsetof(type, member), __VA_ARGS__                                             \
    }
#define FIELDS_END                                                                                                     \
    {                                                                                                                  \
        .name = NULL                                                                                                   \
    }
#define A_TEXT                     .kind = FIELD_TEXT
#define AN_EMAIL                   .kind = FIELD_EMAIL
#define A_SECRET                   .kind = FIELD_SECRET
#define ONE_OF(list)               .kind = FIELD_ENUM, .names = (list)
#define A_UUID                     .kind = FIELD_UUID
#define MAYBE_UUID                 .kind = FIELD_MAYBE_UUID, .nullable = true
#define AN_INTEGER                 .kind = FIELD_INTEGER
#define MAYBE_INTEGER              .kind = FIELD_MAYBE_INTEGER, .nullable = true
#define A_NUMBER                   .kind = FIELD_NUMBER
#define MAYBE_NUMBER               .kind = FIELD_MAYBE_NUMBER, .nullable = true
#define A_BOOL                     .kind = FIELD_BOOL
#define MAYBE_BOOL                 .kind = FIELD_MAYBE_BOOL, .nullable = true
#define AN_INSTANT                 .kind = FIELD_INSTANT
#define MAYBE_INSTANT              .kind = FIELD_MAYBE_INSTANT, .nullable = true
#define ANY_JSON                   .kind = FIELD_JSON
#define TEXTS                      .kind = FIELD_TEXT_LIST
#define OBJECT_OF(field_table)     .kind = FIELD_OBJECT, .fields = (field_table)
#define LIST_OF(type, field_table) .kind = FIELD_LIST, .fields = (field_table), .item_size = sizeof(type)
#define REQUIRED                   .required = true
#define NULLABLE                   .nullable = true
#define LEFT_OUT                   .left_out = true
#define MIN(n)                     .least = (n)
#define MAX(n)                     .most = (n)
#define STANDARD(as_text)          .standard = (as_text)

/* For raw_body handlers: a JSON object by a field table, checked as a decoded body is. *out holds zeros. All errors of
 * all fields come back in one (error_value.also), each with its JSON pointer. */
error fields_decode(arena *a, const field *fields, const json_t *object, void *out);
/* One struct as a JSON object. */
void fields_encode(json_writer *w, const field *fields, const void *from);

/* ------------------------------------------------------------------ requests */

typedef enum { GET, POST, PATCH, PUT, DELETE_ } http_method;

typedef struct scope scope;       /* store/store.h */
typedef struct admitted admitted; /* the door's: what admit() counted, for close() */

typedef struct request {
    arena *arena;
    scope *scope; /* opened by the door before the handler; lazy, so it costs nothing if unused */
    const struct route *route;
    void *app;             /* what the program gave the server: features' shared things */
    const void *path;      /* decoded by route->path_fields */
    const void *query;     /* decoded by route->query_fields */
    struct principal *who; /* set by the door's authenticate; NULL for anonymous */
    text request_id, ip, user_agent;
    text body, content_type; /* raw; content_type without parameters, lower case */
    text target;             /* path as sent, without query */
    bool replayed;           /* recall() found the reply: close() has nothing to remember and no event to audit */
    admitted *admitted;
    void *stream;      /* of a streamed body or reply: its route's own */
    const char *event; /* set by a handler: what the audit log calls this one instead of the route's name */
    const struct response_part *reply; /* filled through the functions below */
    struct exchange *exchange;         /* the server's own business */
} request;

text request_header(const request *rq, const char *name); /* NO_TEXT when absent */
text request_cookie(const request *rq, const char *name);
bool request_accepts(const request *rq, const char *media_type); /* named explicitly in Accept */
bool request_exports(const request *rq);                         /* asks for a list as a file: CSV or NDJSON */
/* Does the Origin header name this very site (the public URL or the Host)? An unsafe method by cookie needs it. */
bool request_same_origin(const request *rq);

/* What a handler may say about its reply beside filling `reply`. */
void reply_status(request *rq, int status);
void reply_header(request *rq, const char *name, text value);
void reply_raw(request *rq, const char *content_type, text body); /* instead of the reply table */
/* A reply of `size` bytes that is made while the client takes it, so that it may be larger than memory should hold:
 * `next` gives one piece after the other, in the arena that it gets, on a pool thread and outside of rq->scope. When it
 * fails the connection ends before the reply does. */
typedef error (*reply_next)(request *rq, arena *a, text *piece);
void reply_pieces(request *rq, const char *content_type, uint64_t size, reply_next next);
void reply_attachment(request *rq, const char *file_name); /* Content-Disposition */
text reply_location(const request *rq);                    /* what was set; NO_TEXT when nothing */
void reply_etag_version(request *rq, int64_t version);     /* ETag: "7" */
typedef struct cookie {
    const char *name;
    text value;
    int max_age; /* seconds; 0 deletes */
    const char *path;
} cookie;
void reply_cookie(request *rq, const cookie *c);              /* HttpOnly, SameSite=Lax, Secure off loopback */
error created(request *rq, const char *path_prefix, uuid id); /* 201 and Location: /api/v1<prefix><id> */
/* If-Match as a version number; required → 412 explains when missing or stale. */
error request_if_match(const request *rq, int64_t *version);

/* Server-sent events (text/event-stream): the answer is then a stream, which costs no thread while nothing is sent; any
 * thread may send. closed() is called once, on any thread, when the connection is over, also before it was ever begun;
 * whoever sends then lets go of the stream by event_stream_release, and until then may go on sending in vain. */
typedef struct event_stream event_stream;
error reply_events(request *rq, void (*closed)(void *context), void *context, event_stream **out);
/* line: one line. False when the client does not keep up: nothing was sent; try again later. */
bool event_stream_send(event_stream *s, arena *a, text id, const char *event, text line);
bool event_stream_beat(event_stream *s); /* a comment, at least every 15 s: it is how a client that left is noticed */
void event_stream_end(event_stream *s);  /* after what was sent */
void event_stream_release(event_stream *s);

/* Lists: a route with LIST_REPLY fills a `page_reply`; the server writes {"items": [...], "next_cursor": ...}, or CSV
 * when Accept says text/csv, or a JSON object a line when it says application/x-ndjson. Query structs of lists embed
 * page_query as their member `page` through PAGE_FIELDS. */
typedef struct page_query {
    int64_t limit; /* 1..200, 50 when not said */
    text cursor;   /* opaque */
} page_query;
#define PAGE_FIELDS(type)                                                                                              \
    FIELD_AS(type, page.limit, "limit", AN_INTEGER, MIN(1), MAX(200), STANDARD("50"), .doc = "How many at most"),      \
        FIELD_AS(type, page.cursor, "cursor", A_TEXT, MAX(2000), .doc = "next_cursor of the page before")

typedef struct page_reply {
    const void *items; /* array of the reply struct */
    size_t count;
    text next_cursor; /* NO_TEXT at the end */
} page_reply;

/* Cursors hold the sort key and id of the last item; they are opaque to clients and checked when they come back. */
text cursor_write(arena *a, text key, uuid id);
error cursor_read(arena *a, text cursor, text *key, uuid *id); /* BAD_REQUEST with pointer "/cursor" */
/* Of a list by time. Without a cursor neither is set. */
error cursor_read_instant(arena *a, text cursor, maybe_instant *at, maybe_uuid *id);

/* ------------------------------------------------------------------ routes */

typedef enum {
    ACCESS_NONE,
    ACCESS_PUBLIC,
    ACCESS_SIGNED_IN,
    ACCESS_CAPABILITY,
    ACCESS_SUPER_ADMIN,
    ACCESS_WEBHOOK,
    ACCESS_ANYONE,
    ACCESS_UNFINISHED
} access_kind;
typedef struct access {
    access_kind kind;
    const char *capability;
} access_rule;
#define PUBLIC                                                                                                         \
    {                                                                                                                  \
        .kind = ACCESS_PUBLIC                                                                                          \
    }
#define SIGNED_IN                                                                                                      \
    {                                                                                                                  \
        .kind = ACCESS_SIGNED_IN                                                                                       \
    }
#define CAPABILITY(name)                                                                                               \
    {                                                                                                                  \
        .kind = ACCESS_CAPABILITY, .capability = (name)                                                                \
    }
#define SUPER_ADMIN                                                                                                    \
    {                                                                                                                  \
        .kind = ACCESS_SUPER_ADMIN                                                                                     \
    }
#define WEBHOOK                                                                                                        \
    {                                                                                                                  \
        .kind = ACCESS_WEBHOOK                                                                                         \
    }
/* Takes a session and does not ask for one; goes with TENANT_OR_SYSTEM. */
#define ANYONE                                                                                                         \
    {                                                                                                                  \
        .kind = ACCESS_ANYONE                                                                                          \
    }

/* Takes a session, or the mfa_token of a sign-in that lacks its second factor, which the handler looks at. */
#define UNFINISHED                                                                                                     \
    {                                                                                                                  \
        .kind = ACCESS_UNFINISHED                                                                                      \
    }

typedef enum { SCOPE_UNSET, SCOPE_NONE, SCOPE_TENANT, SCOPE_SYSTEM, SCOPE_TENANT_OR_SYSTEM } scope_kind;
typedef struct scope_rule {
    scope_kind kind;
    int reason;      /* system_reason of store/store.h */
    const char *why; /* a sentence; a SYSTEM route without one does not compile, an empty one does not start */
} scope_rule;
#define TENANT                                                                                                         \
    {                                                                                                                  \
        .kind = SCOPE_TENANT                                                                                           \
    }
#define SYSTEM(numbered_reason, sentence)                                                                              \
    {                                                                                                                  \
        .kind = SCOPE_SYSTEM, .reason = (numbered_reason), .why = "" sentence                                          \
    }
/* The tenant's when there is a session, which then is the only one that says whose; SYSTEM when there is none. */
#define TENANT_OR_SYSTEM(numbered_reason, sentence)                                                                    \
    {                                                                                                                  \
        .kind = SCOPE_TENANT_OR_SYSTEM, .reason = (numbered_reason), .why = "" sentence                                \
    }
#define NO_SCOPE                                                                                                       \
    {                                                                                                                  \
        .kind = SCOPE_NONE                                                                                             \
    } /* touches no database: health, metrics, OpenAPI */

/* How often; the door's admit() keeps count. For what is read or written without a session the limit is that of PUBLIC.
 */
typedef enum {
    RATE_READ,
    RATE_WRITE,
    RATE_ANALYZE,
    RATE_EXPLAIN, /* explanations and trainings */
    RATE_EXPORT,
    RATE_VERIFY,
    RATE_SIGN_IN, /* failures: the door gives back what a success took */
    RATE_REFRESH,
    RATE_REGISTER,
    RATE_PUBLIC,
    RATE_INTAKE,
    RATE_CASE
} rate_class;

/* A body that is taken in pieces while it arrives: for what is larger than memory should hold. Every call is made on a
 * pool thread while the connection rests, so that a slow database slows the client down instead of filling the memory,
 * and a slow client holds no thread. None of them may leave a transaction open: who comes next may be minutes away.
 *
 *     begin     after the door has let the request in; sets rq->stream, and does what must stand before the first byte
 *     prepare   NULL: nothing. Called again, behind others' requests, while it says that there is more to do
 *     piece     STREAM_PIECE bytes; the last one may be shorter
 *     (the route's handle: all is here)
 *     abandon   instead, when something failed or the client went away: after the door has closed the request
 *
 * Time is bounded by progress: each piece must arrive at SLOWEST_SENDER. An error is told while the client still sends.
 */
enum { STREAM_PIECE = 1 << 20, SLOWEST_SENDER = 16 * 1024 /* bytes a second */ };
typedef struct body_stream {
    error (*begin)(request *rq);
    error (*prepare)(request *rq, bool *more);
    error (*piece)(request *rq, text piece);
    void (*abandon)(request *rq);
} body_stream;

typedef struct route {
    http_method method;
    const char
        *path; /* "/systems/{id}": below /api/v1 unless .at_root. Also "{number}.svg", and "{rest*}" at the end */
    const char *summary;
    access_rule access;
    scope_rule scope;
    const field *path_fields, *query_fields, *body_fields, *reply_fields;
    size_t path_size, query_size, body_size, reply_size;
    bool replies_list;        /* reply is a page_reply of items by reply_fields */
    bool raw_body;            /* the handler reads rq->body itself; body_fields then only document */
    const char *const *media; /* accepted request types; NULL: application/json only */
    const char *raw_reply;    /* documented content type when the handler answers by reply_raw */
    const char *reply_schema; /* raw_reply of JSON: its JSON Schema as a text, for OpenAPI */
    const char *task_schema;  /* of 202, for what may also become a task: its JSON Schema, for OpenAPI */
    const char *body_schema;  /* raw_body of JSON that body_fields cannot describe: its JSON Schema, for OpenAPI */
    int status;               /* of success; 0: 200, or 204 without reply */
    const char *audit;        /* event written by the door, success or refusal; NULL: not audited */
    rate_class rate;
    size_t body_limit;         /* bytes; 0: 10 MB, or that of streams */
    const body_stream *stream; /* raw_body that is larger than memory: handle then finds rq->stream, and no rq->body */
    /* Takes so much memory or time that few run at once; the rest wait in a queue of their own, and hold no thread. */
    bool heavy;
    /* Computes within the request: has the lane of computing, as many threads as cores and a queue with an end, so that
     * the others always find theirs free. What takes longer than people wait, or much memory, is a task instead. */
    bool computes;
    const char *why_here; /* of what computes: why it is no task; for docs/engine-endpoints.md */
    const char *task;     /* the kind of task that it asks for (jobs/jobs.h) */
    bool at_root;
    bool if_match;           /* documents the If-Match header and 412 */
    bool idempotent;         /* POST that creates: Idempotency-Key honoured by the door */
    bool key_reads;          /* SIGNED_IN: an API key that may read may ask, too; else people only */
    bool step_up;            /* only within minutes of a sign-in or a step-up: the door answers STEP_UP_REQUIRED */
    const char *tag;         /* OpenAPI tag; NULL: first path segment */
    const char *description; /* more than the summary, markdown */
    error (*handle)(request *rq, const void *body, void *reply);
} route;

/* Whether an empty request says as much as {}: no field of the body must be there. */
bool route_takes_no_body(const route *row);

#define PATH(type, table)            .path_fields = (table), .path_size = sizeof(type)
#define QUERY(type, table)           .query_fields = (table), .query_size = sizeof(type)
#define BODY(type, table)            .body_fields = (table), .body_size = sizeof(type)
#define REPLY(type, table)           .reply_fields = (table), .reply_size = sizeof(type)
#define LIST_REPLY(table, item_type) .reply_fields = (table), .reply_size = sizeof(item_type), .replies_list = true
#define ROUTES_END                                                                                                     \
    {                                                                                                                  \
        .path = NULL                                                                                                   \
    }

/* The common path parameter. */
typedef struct id_path {
    uuid id;
} id_path;
extern const field id_path_fields[];

/* ------------------------------------------------------------------ the server */

/* What the program gives: how to know people and how to open scopes. Each is called on the request's pool thread. */
typedef struct http_door {
    /* Reads the credential, fills rq->who; no credential at all is OK with rq->who NULL. A bad one is UNAUTHENTICATED.
     */
    error (*authenticate)(request *rq);
    /* May this principal do this? Called for SIGNED_IN, CAPABILITY and SUPER_ADMIN after authenticate. */
    error (*authorise)(request *rq, const access_rule *access);
    error (*admit)(request *rq); /* rate limits: TOO_MANY with retry_after */
    /* A request that cannot be read, of somebody known: gives back `wrong`, or what the caller is told instead, as one
     * whose session has ended. NULL: `wrong` it is. */
    error (*refuse)(request *rq, error wrong);
    error (*open)(request *rq); /* sets rq->scope by rq->route->scope */
    /* Before the handler for `idempotent` routes with an Idempotency-Key: *replayed is true when the stored reply was
     * put into rq. */
    error (*recall)(request *rq, bool *replayed);
    error (*close)(request *rq, error outcome, int status, text reply_body); /* audit, remember, commit or roll back */
    /* A body of /readyz: OK when ready. */
    error (*ready)(void *app, arena *a);
    void (*metrics)(void *app, text_builder *out); /* more lines of Prometheus text */
} http_door;

typedef struct static_file {
    const char *path; /* "/assets/index-3f2a.js", "/app/index.html" */
    const char *content_type;
    const char *etag; /* quoted SHA-256 prefix */
    bool immutable;   /* hashed name: cached for a year */
    const unsigned char *plain, *brotli, *gzip;
    size_t plain_size, brotli_size, gzip_size; /* 0: none */
} static_file;

/* Where a web app is shown. A prefix that ends in "/" is a folder: any GET below it that names no file gets `index`.
 * Any other, and "/" itself, is one page, so that an unknown address is not found. */
typedef struct web_app {
    const char *prefix; /* "/app/", "/contact" */
    const char *index;  /* path of its index.html in the static files */
} web_app;

typedef struct http_options {
    text listen; /* "127.0.0.1:8080", "[::1]:0"; port 0 takes a free one */
    text public_url;
    text trusted_proxies;       /* "127.0.0.1, 10.0.0.0/8": whose X-Forwarded-For is believed; NO_TEXT: nobody's */
    const route *const *routes; /* tables, ended by NULL */
    const static_file *files;
    size_t file_count;
    const web_app *apps; /* ended by prefix NULL */
    http_door door;
    void *app;
    const logger *log;
    clock_source clock;
    int threads;                   /* handlers at a time */
    int heavy_threads;             /* those of heavy routes, beside these */
    int heavy_wait_ms;             /* how long such a request waits at most for its turn; then 503 with Retry-After */
    int compute_threads;           /* those of routes that compute, beside these */
    int compute_waiting;           /* how many such requests wait at most; more are told 503 with Retry-After at once */
    int compute_wait_ms;           /* and for how long */
    int connections;               /* most open at once */
    int address_connections;       /* most of one address, so that one client cannot take them all; 0: no such limit */
    int idle_seconds;              /* keep-alive and slow clients */
    int request_seconds;           /* from the first byte of a request to its last */
    size_t body_limit;             /* 10 MB */
    const char *large_body_advice; /* what to do when a body is too large, as a sentence; NULL: nothing is said */
    size_t stream_limit;           /* of bodies that are taken in pieces; 0: 2 GB */
    int stream_threads;            /* that take the pieces, beside the others; 0: 1 */
    size_t body_memory;            /* bytes of bodies held at once over all connections; over it 503 with Retry-After */
    text security_contact;         /* of /.well-known/security.txt: mailto: or https:; NO_TEXT: there is none */
    const char *version;
} http_options;

/* web/dist as tools/embed_web built it into the program; empty when the web was not built. Link `web_files`. */
extern const static_file web_files[];
extern const size_t web_file_count;

typedef struct http_server http_server;
error http_start(arena *a, const http_options *options, http_server **out);
int http_port(const http_server *s);
/* Stops accepting, finishes the requests under way (at most grace_seconds), then returns the number of handlers that
 * still run. 0: all of the server is gone. Otherwise a handler hangs in something that has no time limit, and the
 * program may only _exit: what that handler uses must stay. */
int http_stop(http_server *s, int grace_seconds);

/* Every check of the tables that the compiler cannot do: missing access or scope, unknown placeholder, a TENANT route
 * that is PUBLIC, two equal routes. Called by http_start; for tests and `aicd routes` too. */
error routes_check(arena *a, const route *const *routes);
text openapi_document(arena *a, const http_options *options);
text problem_document(arena *a, error e, text request_id); /* RFC 9457 */
int problem_status(error_kind kind);

#endif
