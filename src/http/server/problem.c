#include "http/server/problem.h"

/* RFC 9457: type is a reference to the section of the API's own page that explains the kind. */
#define TYPE_BASE "/docs/api#problem-"

const status_words problem_statuses[] = {
    { 400, "Bad request", "bad_request", "The request cannot be read, or is over a stated limit of rows or columns." },
    { 401, "Not signed in", "unauthenticated", "No credential, or one that is wrong or expired." },
    { 403, "Not allowed for you", "forbidden",
      "You are known, and may not do this. Where the type ends in step_up_required you may, once you have shown anew "
      "who "
      "you are: POST /auth/step-up, then ask again." },
    { 404, "Not found", "not_found", "There is no such thing, or it belongs to another organization." },
    { 405, "Method not allowed", "not_allowed", "The path exists; the header Allow says which methods it takes." },
    { 408, "Request timeout", "timeout", "The request took too long to arrive." },
    { 409, "Conflict", "conflict", "It does not fit the present state, such as a name that is taken." },
    { 410, "Gone", "gone", "It was there and is no more, such as an expired invitation." },
    { 412, "Changed meanwhile", "stale", "If-Match is missing or names an older version: read again, then change." },
    { 413, "Too large", "too_large", "The body is larger than the limit, which the answer names." },
    { 414, "Address too long", "address_too_long", "The request's address is longer than the limit." },
    { 415, "Unsupported media type", "unsupported_media", "The Content-Type is not one that this call takes." },
    { 422, "Invalid", "invalid", "Well-formed but wrong; errors names each field and what was expected." },
    { 423, "Locked", "locked", "The account is locked for now; Retry-After says how long." },
    { 429, "Too many requests", "too_many", "More requests than the rate allows; Retry-After says how long to wait." },
    { 431, "Headers too large", "headers_too_large", "The request's headers are larger than the limit." },
    { 500, "Internal error", "internal", "A defect of ours; it is on record under the request id." },
    { 503, "Unavailable", "unavailable", "Busy or starting; Retry-After says when to try again." },
    { 0 },
};

const status_words *status_words_of(int status)
{
    const status_words *row = problem_statuses;
    while (row->status && row->status != status) row++;
    return row->status ? row : status_words_of(500);
}

int problem_status(error_kind kind)
{
    static const int statuses[] = {
        [BAD_REQUEST] = 400, [UNAUTHENTICATED] = 401, [FORBIDDEN] = 403,         [STEP_UP_REQUIRED] = 403,
        [NOT_FOUND] = 404,   [NOT_ALLOWED] = 405,     [CONFLICT] = 409,          [GONE] = 410,
        [STALE] = 412,       [TOO_LARGE] = 413,       [UNSUPPORTED_MEDIA] = 415, [INVALID] = 422,
        [LOCKED] = 423,      [TOO_MANY] = 429,        [INTERNAL] = 500,          [UNAVAILABLE] = 503,
    };
    return statuses[kind];
}

int problem_retry_after(error e)
{
    enum { STANDARD_WAIT = 2 };
    if (e->retry_after > 0) return e->retry_after;
    return e->kind == UNAVAILABLE || e->kind == TOO_MANY ? STANDARD_WAIT : 0;
}

/* A message may quote what a client sent, a header for one, and that may be bytes of any kind; JSON is UTF-8. */
static text readable(arena *a, text sent)
{
    if (text_valid_utf8(sent)) return sent;
    char *out = arena_string(a, sent.data, sent.length);
    for (size_t i = 0; i < sent.length; i++)
        if ((unsigned char)out[i] >= 0x80) out[i] = '?';
    return (text){ out, sent.length };
}

static const status_words step_up = { 403, "Show that it is you", "step_up_required", NULL };

static void write_head(json_writer *w, const status_words *words, text detail, text request_id)
{
    json_open(w, '{');
    json_key(w, "type");
    json_write_text(w, text_format(w->out.arena, TYPE_BASE "%s", words->name));
    json_key(w, "title");
    json_write_string(w, words->title);
    json_key(w, "status");
    json_write_integer(w, words->status);
    json_key(w, "detail");
    json_write_text(w, readable(w->out.arena, detail));
    json_key(w, "request_id");
    json_write_text(w, request_id);
    json_key(w, "errors");
    json_open(w, '[');
}

static text write_tail(json_writer *w)
{
    json_close(w, ']');
    json_close(w, '}');
    return json_written(w);
}

static text detail_of(arena *a, error e)
{
    size_t count = 0;
    for (error one = e; one; one = one->also) count++;
    if (e->kind == INTERNAL) return TEXT("Something went wrong on our side. It is on record under this request id.");
    if (count > 1) return text_format(a, "%zu things need to be put right; see errors.", count);
    return text_of(e->message);
}

text problem_document(arena *a, error e, text request_id)
{
    json_writer w = json_writer_in(a);
    const status_words *words = e->kind == STEP_UP_REQUIRED ? &step_up : status_words_of(problem_status(e->kind));
    write_head(&w, words, detail_of(a, e), request_id);
    for (error one = e; one && e->kind != INTERNAL; one = one->also) {
        if (!one->pointer[0] && !e->also) continue;
        json_open(&w, '{');
        json_key(&w, "pointer");
        json_write_text(&w, readable(a, text_of(one->pointer)));
        json_key(&w, "detail");
        json_write_text(&w, readable(a, text_of(one->message)));
        json_close(&w, '}');
    }
    return write_tail(&w);
}

text problem_of_status(arena *a, int status, const char *detail, text request_id)
{
    json_writer w = json_writer_in(a);
    write_head(&w, status_words_of(status), text_of(detail), request_id);
    return write_tail(&w);
}
