#include "http/server/exchange.h"

#include "http/server/problem.h"

/* One request on its way through the columns of its row: who, may they, how often, what, in which scope, the rule
 * itself, the audit, and what comes back. */

static error authorise(request *rq)
{
    const http_door *door = &rq->exchange->server->options.door;
    if (door->authenticate) TRY(door->authenticate(rq));
    if (rq->route->access.kind == ACCESS_PUBLIC || rq->route->access.kind == ACCESS_WEBHOOK) return OK;
    bool may_lack_session = rq->route->access.kind == ACCESS_ANYONE || rq->route->access.kind == ACCESS_UNFINISHED;
    if (may_lack_session && !rq->who) return OK;
    if (!door->authorise) return fail(rq->arena, FORBIDDEN, "", "Nobody may do this.");
    return door->authorise(rq, &rq->route->access);
}

/* ------------------------------------------------------------------ decoding */

static error decode_path(exchange *x)
{
    request *rq = &x->rq;
    if (!rq->route->path_fields) return OK;
    void *path = arena_alloc(rq->arena, rq->route->path_size);
    rq->path = path;
    error wrong = fields_decode_texts(rq->arena, rq->route->path_fields, x->match.values, x->match.count, path);
    /* What cannot be an id of anything is not found, rather than wrong. */
    return wrong ? fail(rq->arena, NOT_FOUND, wrong->pointer, "There is nothing at this address.") : OK;
}

static error decode_query(exchange *x)
{
    request *rq = &x->rq;
    named_text *given = NULL;
    size_t count = 0;
    if (x->query.length) TRY(query_split(rq->arena, x->query, &given, &count));
    if (!rq->route->query_fields) {
        if (count == 0) return OK;
        return fail(rq->arena, INVALID, text_format(rq->arena, "/%.*s", PRINT(given[0].name)).data,
                    "This address takes no query field.");
    }
    void *query = arena_alloc(rq->arena, rq->route->query_size);
    rq->query = query;
    return fields_decode_texts(rq->arena, rq->route->query_fields, given, count, query);
}

static bool takes_media(const route *row, text type)
{
    if (!row->media) return text_equal_string(type, "application/json");
    for (size_t i = 0; row->media[i]; i++)
        if (text_equal_string(type, row->media[i])) return true;
    return false;
}

/* Where no field must be there, nothing at all says as much as {}. */
static bool says_nothing(const request *rq)
{
    return rq->body.length == 0 && rq->content_type.length == 0 && route_takes_no_body(rq->route);
}

static error check_media(const request *rq)
{
    if (!rq->route->body_fields && !rq->route->raw_body) return OK;
    if (says_nothing(rq) || takes_media(rq->route, rq->content_type)) return OK;
    return fail(rq->arena, UNSUPPORTED_MEDIA, "", "Expected a body of type %s%s, found %.*s.",
                rq->route->media ? rq->route->media[0] : "application/json",
                rq->route->media && rq->route->media[1] ? " (or another that the API's documentation names)" : "",
                rq->content_type.length ? (int)rq->content_type.length : 4,
                rq->content_type.length ? rq->content_type.data : "none");
}

static error decode_body(request *rq, void **body)
{
    const route *row = rq->route;
    *body = NULL;
    if (!row->body_fields || row->raw_body) return OK;
    json_t *object;
    TRY(json_read(rq->arena, says_nothing(rq) ? TEXT("{}") : rq->body, &object));
    if (!json_is_object(object)) return fail(rq->arena, BAD_REQUEST, "", "Expected a JSON object.");
    *body = arena_alloc(rq->arena, row->body_size);
    return fields_decode(rq->arena, row->body_fields, object, *body);
}

/* ------------------------------------------------------------------ encoding */

static text encode_page(const request *rq, const page_reply *page)
{
    json_writer w = json_writer_in(rq->arena);
    json_open(&w, '{');
    json_key(&w, "items");
    fields_encode_list(&w, rq->route->reply_fields, page->items, page->count, rq->route->reply_size);
    json_key(&w, "next_cursor"), json_write_text(&w, page->next_cursor);
    json_close(&w, '}');
    return json_written(&w);
}

static text encode_csv(const request *rq, const page_reply *page)
{
    text_builder out = text_builder_in(rq->arena);
    csv_header(&out, rq->route->reply_fields);
    csv_rows(&out, rq->route->reply_fields, page->items, page->count, rq->route->reply_size);
    return text_built(&out);
}

static text encode_lines(const request *rq, const page_reply *page)
{
    text_builder out = text_builder_in(rq->arena);
    for (size_t i = 0; i < page->count; i++) {
        json_writer w = json_writer_in(rq->arena);
        fields_encode(&w, rq->route->reply_fields, (const char *)page->items + i * rq->route->reply_size);
        text_add(&out, json_written(&w));
        text_add_char(&out, '\n');
    }
    return text_built(&out);
}

static void encode_export(request *rq, const page_reply *page)
{
    struct response_part *r = &rq->exchange->reply;
    bool is_csv = request_accepts(rq, "text/csv");
    r->content_type = is_csv ? "text/csv; charset=utf-8" : "application/x-ndjson";
    r->body = is_csv ? encode_csv(rq, page) : encode_lines(rq, page);
    if (text_is(page->next_cursor)) answer_header(rq->exchange, "X-Next-Cursor", page->next_cursor);
}

static void encode(request *rq, const void *reply)
{
    struct response_part *r = &rq->exchange->reply;
    if (r->is_raw || !rq->route->reply_fields) return;
    r->content_type = "application/json";
    if (request_exports(rq)) {
        encode_export(rq, reply);
    } else if (rq->route->replies_list) {
        r->body = encode_page(rq, reply);
    } else {
        json_writer w = json_writer_in(rq->arena);
        fields_encode(&w, rq->route->reply_fields, reply);
        r->body = json_written(&w);
    }
}

static int success_status(const exchange *x)
{
    const route *row = x->rq.route;
    if (x->reply.status) return x->reply.status;
    if (row->status) return row->status;
    return row->reply_fields || x->reply.is_raw ? 200 : 204;
}

/* ------------------------------------------------------------------ the whole */

static error decode(exchange *x, void **body)
{
    TRY(decode_path(x));
    TRY(decode_query(x));
    TRY(check_media(&x->rq));
    return decode_body(&x->rq, body);
}

error dispatch_enter(exchange *x, void **body, bool *replayed)
{
    request *rq = &x->rq;
    const http_door *door = &x->server->options.door;
    *replayed = false;
    TRY(authorise(rq));
    if (door->admit) TRY(door->admit(rq));
    error wrong = decode(x, body);
    if (wrong) return door->refuse && rq->who ? door->refuse(rq, wrong) : wrong;
    if (door->open) TRY(door->open(rq));
    return rq->route->idempotent && door->recall ? door->recall(rq, replayed) : OK;
}

error dispatch_handle(exchange *x, const void *body)
{
    request *rq = &x->rq;
    size_t size = rq->route->replies_list ? sizeof(page_reply) : rq->route->reply_size;
    void *reply = arena_alloc(rq->arena, size);
    TRY(rq->route->handle(rq, body, reply));
    encode(rq, reply);
    return OK;
}

error dispatch_close(exchange *x, error outcome)
{
    const http_door *door = &x->server->options.door;
    int status = outcome ? problem_status(outcome->kind) : success_status(x);
    error lost = door->close ? door->close(&x->rq, outcome, status, x->reply.body) : OK;
    return outcome ? outcome : lost;
}

void dispatch_answer(exchange *x, error outcome)
{
    if (outcome)
        answer_error(x, outcome);
    else
        x->status = success_status(x);
    answer_build(x);
}

static error run(exchange *x)
{
    void *body;
    bool replayed;
    TRY(dispatch_enter(x, &body, &replayed));
    return replayed ? OK : dispatch_handle(x, body);
}

void dispatch(exchange *x)
{
    dispatch_answer(x, dispatch_close(x, run(x)));
}
