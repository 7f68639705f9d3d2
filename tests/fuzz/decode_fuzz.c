/* What a request brings, by field tables of every kind: a JSON body, a query string, a cursor. The first byte says
 * which. What was decoded from a body must encode, and the encoding must be JSON. */
#include "fuzz.h"

#include "http/fields/fields.h"

typedef struct inner {
    text name;
    maybe_number weight;
} inner;

typedef struct sample {
    text title, email, kind, anything;
    uuid id;
    maybe_uuid maybe_id;
    int64_t count;
    maybe_integer maybe_count;
    double share;
    bool flag;
    maybe_bool maybe_flag;
    instant at;
    maybe_instant maybe_at;
    text_list words;
    inner one;
    item_list many;
    page_query page;
} sample;

static const char *const kinds[] = { "first", "second", NULL };

static const field inner_fields[] = { FIELD(inner, name, A_TEXT, REQUIRED, MAX(5)),
                                      FIELD(inner, weight, MAYBE_NUMBER, MIN(-1), MAX(1)), FIELDS_END };

#define PLAIN_FIELDS                                                                                                   \
    FIELD(sample, title, A_TEXT, MIN(1), MAX(20)), FIELD(sample, email, AN_EMAIL),                                     \
        FIELD(sample, kind, ONE_OF(kinds), STANDARD("first")), FIELD(sample, id, A_UUID),                              \
        FIELD(sample, maybe_id, MAYBE_UUID), FIELD(sample, count, AN_INTEGER, MIN(-5), MAX(500)),                      \
        FIELD(sample, maybe_count, MAYBE_INTEGER), FIELD(sample, share, A_NUMBER), FIELD(sample, flag, A_BOOL),        \
        FIELD(sample, maybe_flag, MAYBE_BOOL), FIELD(sample, at, AN_INSTANT), FIELD(sample, maybe_at, MAYBE_INSTANT),  \
        FIELD(sample, words, TEXTS, MAX(8), .most_items = 4)

static const field body_fields[] = { PLAIN_FIELDS, FIELD(sample, anything, ANY_JSON),
                                     FIELD(sample, one, OBJECT_OF(inner_fields)),
                                     FIELD(sample, many, LIST_OF(inner, inner_fields), .most_items = 6), FIELDS_END };
static const field query_fields[] = { PLAIN_FIELDS, PAGE_FIELDS(sample), FIELDS_END };

static void read_body(arena *a, text given)
{
    json_t *object, *again;
    sample s = { 0 };
    if (json_read(a, given, &object) || !json_is_object(object) || fields_decode(a, body_fields, object, &s)) return;
    json_writer w = json_writer_in(a);
    fields_encode(&w, body_fields, &s);
    MUST(!json_read(a, json_written(&w), &again));
}

static void read_query(arena *a, text given)
{
    named_text *names;
    size_t count;
    sample s = { 0 };
    if (query_split(a, given, &names, &count)) return;
    for (size_t i = 0; i < count; i++) MUST(text_valid_utf8(names[i].name) && text_valid_utf8(names[i].value));
    (void)fields_decode_texts(a, query_fields, names, count, &s);
}

static void read_cursor(arena *a, text given)
{
    text key, key_again;
    uuid id, id_again;
    if (cursor_read(a, given, &key, &id)) return;
    MUST(!cursor_read(a, cursor_write(a, key, id), &key_again, &id_again));
    MUST(text_equal(key, key_again) && uuid_equal(id, id_again));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) return 0;
    arena *a = arena_new();
    text given = text_from(data + 1, size - 1);
    switch (data[0] % 3) {
    case 0:
        read_body(a, given);
        break;
    case 1:
        read_query(a, given);
        break;
    default:
        read_cursor(a, given);
    }
    arena_drop(a);
    return 0;
}
