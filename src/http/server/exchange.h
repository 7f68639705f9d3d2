/* The server from inside. One exchange is one request and its answer; it lives in an arena of its own and passes from
 * the event thread (libmicrohttpd's, which reads and writes sockets) to a pool thread (which runs the handler) and
 * back, never both at once.
 *
 *     event thread          pool thread
 *     BODY  reads, counts
 *       | suspend, push ->  HANDLING  dispatch.c: door, decode, handler, encode
 *     ANSWER  <- resume       |
 *       | queue the response
 *
 * A streamed body goes back and forth, piece by piece (stream.c).
 *
 * A request that needs no handler (a file, a refusal, /healthz) is answered on the event thread at once. */
#ifndef AIC_HTTP_EXCHANGE_H
#define AIC_HTTP_EXCHANGE_H

#include "http/routes/router.h"
#include "http/server/body.h"
#include "http/server/metrics.h"
#include "http/server/network.h"

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>

enum {
    TARGET_LIMIT = 8 * 1024,           /* bytes of path and query: 414 */
    HEADER_LIMIT = 16 * 1024,          /* bytes of all headers: 431 */
    BODY_LIMIT = 10 * 1000 * 1000,     /* 10 MB when neither the route nor the options say otherwise */
    STREAM_LIMIT = 2000 * 1000 * 1000, /* 2 GB, likewise */
    MOST_REPLY_HEADERS = 24
};

typedef struct header {
    const char *name;
    text value;
} header;

struct response_part {
    int status; /* 0: the route's own */
    const char *content_type;
    text body;
    reply_next next; /* instead of the body */
    uint64_t size;
    bool is_raw;
    bool is_cacheable; /* its own Cache-Control stands among the headers */
    header headers[MOST_REPLY_HEADERS];
    size_t header_count;
};

typedef struct client client; /* clients.h: one connection */
typedef struct pool pool;

typedef enum { LANE_EVENT, LANE_POOL, LANE_PROBE, LANE_HEAVY, LANE_COMPUTE, LANE_STREAM, LANES } lane;

/* A built-in route: an ordinary row, and where it runs. */
typedef struct builtin {
    const route *row;
    lane lane;
} builtin;

/* Where a streamed body is (SENDING: a streamed reply). Left by the event thread (NEW, and BEGUN to GONE) or by the
 * pool, never by both at once. */
typedef enum { STREAM_NONE, STREAM_NEW, STREAM_BEGUN, STREAM_OVER, STREAM_GONE, STREAM_SENDING } stream_stage;

struct stream {
    stream_stage stage;
    char *data; /* the piece that is being gathered: STREAM_PIECE bytes */
    size_t length;
    uint64_t received;
    bool is_whole, is_prepared, is_counted;
    arena *arena; /* of the reply's piece that is being sent */
    text piece;
    uint64_t sent;
    bool is_broken;
};

typedef struct exchange {
    request rq; /* rq.exchange points back here */
    struct http_server *server;
    struct MHD_Connection *connection;
    client *client;
    const char *method;
    text query; /* as sent, after the question mark */
    const header *headers;
    size_t header_count;
    route_match match;
    size_t slot; /* of the metrics */
    lane lane;
    struct body body;
    struct stream stream;
    size_t body_limit;
    uint64_t declared; /* Content-Length; 0 when not said */
    bool begun, is_head, has_body, expects_continue, is_refused, body_done;
    const error_value *refusal; /* known before the body was read: told once it is */
    int refusal_status;         /* instead of the refusal's own: 414, 431 */
    struct response_part reply;
    event_stream *events; /* the answer is one; NULL: it is not */
    struct MHD_Response *response;
    int status;              /* of the answer */
    instant started, queued; /* clock_monotonic; queued: when it came into the pool's queue */
    atomic_int handing;      /* HANDING_ below */
    atomic_int holders;      /* who still needs the arena: event side, pool side */
    struct exchange *next;   /* in the pool's queue */
} exchange;

enum { WITH_HANDLER, HANDED_BACK, ABANDONED };

struct http_server {
    arena *arena;
    http_options options;
    struct MHD_Daemon *daemon;
    router *router;
    pool *pool;
    struct clients *clients;
    struct file_index *files;
    metrics *metrics;
    networks *proxies;
    header *security; /* on every answer */
    size_t security_count;
    text public_origin; /* "https://aic.example", lower case; NO_TEXT: the host that is asked */
    bool public_is_https;
    text openapi, docs_page;
    int port;
    atomic_bool stopping;
    atomic_int under_way; /* requests between their headers and the last byte of their answer */
    atomic_int with_handlers;
    atomic_size_t bodies_held;
    pthread_mutex_t events_lock;
    event_stream *events;       /* the open ones */
    atomic_size_t streams_held; /* bytes: part of bodies_held */
};
typedef struct http_server http_server_inside;

/* exchange.c */
exchange *exchange_new(struct http_server *s, const char *target);
void exchange_release(exchange *x); /* one holder less; the last one drops the arena */
void exchange_read_headers(exchange *x, struct MHD_Connection *connection);
text exchange_header(const exchange *x, const char *name);
/* What is wrong with the headers as a whole, or OK: more of them than the limit (*status is then 431), bytes that are
 * no text, and what two programs could read in two ways, which is how one request is smuggled within another. */
error exchange_check_headers(exchange *x, int *status);

/* answer.c: what goes out */
void answer_set(exchange *x, int status, const char *content_type, text body);
void answer_header(exchange *x, const char *name, text value);
void answer_error(exchange *x, error e); /* also logs what is INTERNAL */
void answer_status(exchange *x, int status, const char *detail);
/* Builds x->response from x->reply: on the event or on a pool thread, before the connection goes on. */
void answer_build(exchange *x);
/* The same answer as bytes, for a connection that libmicrohttpd cannot answer on: it is still reading a body. */
text answer_bytes(exchange *x);
void answer_prepare_security(struct http_server *s);
void answer_security(const struct http_server *s, text_builder *out); /* the headers of every answer, as bytes */

/* dispatch.c: a request on a pool thread (or, for LANE_EVENT, on the event thread) */
void dispatch(exchange *x);
/* Its parts, for a request that takes several turns. */
error dispatch_enter(exchange *x, void **body, bool *replayed); /* up to the scope */
error dispatch_handle(exchange *x, const void *body);           /* the rule, and what comes back */
error dispatch_close(exchange *x, error outcome);               /* the door's end; gives the outcome as it then is */
void dispatch_answer(exchange *x, error outcome);

/* stream.c: a body in pieces. On the event thread: */
enum MHD_Result stream_take(exchange *x, const char *data, size_t *length);
enum MHD_Result stream_end(exchange *x); /* all of it is here */
struct MHD_Response *stream_reply(exchange *x);
bool stream_gone(exchange *x); /* the client is; true when the exchange is not done with yet */
/* and on a pool thread; false when it stands in the queue again: */
bool stream_turn(exchange *x);

/* builtins.c */
extern const route *const builtin_tables[];
lane builtin_lane(const route *row, bool *is_builtin);
void builtins_prepare(struct http_server *s);

/* files.c */
struct file_index *files_index(arena *a, const http_options *options);
bool files_answer(exchange *x); /* false: no file and no app at this path */

/* pool.c */
typedef struct lane_options {
    int threads;
    int most_waiting;  /* 0: as many as come */
    instant most_wait; /* 0: as long as it takes */
    const char *name;  /* of its threads */
    int nice;          /* how much the other lanes go first */
} lane_options;
pool *pool_start(arena *a, const lane_options options[LANES]);
/* False when its lane holds as many as it may: then the exchange has its answer, and nobody else has it. */
bool pool_push(pool *p, exchange *x);
void pool_counts(pool *p, lane of, int *waiting, int *busy); /* LANES: of all */
int pool_stop(pool *p, instant until); /* gives the number of threads that still run at that (monotonic) time */

/* stream.c */
void events_prepare(struct http_server *s);
void events_end(struct http_server *s); /* the server is stopping */
struct MHD_Response *events_response(event_stream *s);
void events_close(event_stream *s); /* its answer is another one after all */

/* server.c */
void server_refuse(exchange *x, error why); /* told while the client still sends */
error server_too_large(exchange *x);
void server_done(exchange *x);
void server_hand_back(exchange *x); /* from the pool: the answer is built, the connection may go on */

#endif
