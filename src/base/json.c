#include "base/json.h"

#include <math.h>
#include <stdlib.h>

/* ------------------------------------------------------------------ reading */

static void release_value(void *value)
{
    json_decref(value);
}

/* jansson's own depth limit is 2048; ours is checked before it builds anything. Brackets within strings do not count.
 */
static bool too_deep(text document)
{
    int depth = 0;
    bool in_string = false;
    for (size_t i = 0; i < document.length; i++) {
        char c = document.data[i];
        if (in_string) {
            if (c == '\\')
                i++;
            else if (c == '"')
                in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '{' || c == '[') {
            if (++depth > JSON_MAX_DEPTH) return true;
        } else if (c == '}' || c == ']') {
            depth--;
        }
    }
    return false;
}

/* jansson reads numbers without a point as 64-bit integers and refuses larger ones, such as the canonical form of 1e20.
 * A document that holds one is read with all its numbers as doubles, which is what RFC 8785 takes them for. */
static json_t *load(text document, json_error_t *why)
{
    const size_t flags = JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL;
    const char *data = document.data ? document.data : "";
    json_t *value = json_loadb(data, document.length, flags, why);
    if (value || json_error_code(why) != json_error_numeric_overflow) return value;
    return json_loadb(data, document.length, flags | JSON_DECODE_INT_AS_REAL, why);
}

error json_read(arena *a, text document, json_t **out)
{
    if (!text_valid_utf8(document)) return fail(a, BAD_REQUEST, "", "The JSON text is not valid UTF-8.");
    if (too_deep(document))
        return fail(a, BAD_REQUEST, "", "The JSON text is nested deeper than the limit of %d levels.", JSON_MAX_DEPTH);
    json_error_t why;
    json_t *value = load(document, &why);
    if (!value)
        return fail(a, BAD_REQUEST, "", "The JSON text cannot be read: line %d, column %d: %s.", why.line, why.column,
                    why.text);
    arena_defer(a, release_value, value);
    *out = value;
    return OK;
}

text json_text_of(const json_t *value)
{
    return json_is_string(value) ? (text){ json_string_value(value), json_string_length(value) } : NO_TEXT;
}

const json_t *json_field(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);
    return json_is_null(value) ? NULL : value;
}

/* ------------------------------------------------------------------ writing */

json_writer json_writer_in(arena *a)
{
    return (json_writer){ .out = text_builder_in(a) };
}

static void before_item(json_writer *w)
{
    if (w->after_key)
        w->after_key = false;
    else if (w->has_item[w->depth])
        text_add_char(&w->out, ',');
    w->has_item[w->depth] = true;
}

void json_open(json_writer *w, char bracket)
{
    before_item(w);
    text_add_char(&w->out, bracket);
    if (++w->depth >= JSON_WRITER_DEPTH) abort(); /* our own documents are a few levels deep */
    w->has_item[w->depth] = false;
}

void json_close(json_writer *w, char bracket)
{
    w->depth--;
    text_add_char(&w->out, bracket);
}

static bool is_plain(char c)
{
    return (unsigned char)c >= 0x20 && c != '"' && c != '\\';
}

/* RFC 8785: only the quotation mark, the backslash and control characters are escaped, the short forms where JSON has
 * them, else \u00xx in lower case. */
static void add_escaped(text_builder *out, char c)
{
    static const char forms[] = "\"\"\\\\\bb\ff\nn\rr\tt";
    for (const char *p = forms; *p; p += 2) {
        if (p[0] != c) continue;
        text_add_char(out, '\\');
        text_add_char(out, p[1]);
        return;
    }
    text_add_format(out, "\\u%04x", (unsigned)(unsigned char)c);
}

/* Runs of plain characters are copied whole. */
static void add_quoted(text_builder *out, text t)
{
    text_add_char(out, '"');
    for (size_t i = 0; i < t.length;) {
        size_t end = i;
        while (end < t.length && is_plain(t.data[end])) end++;
        text_add(out, (text){ t.data + i, end - i });
        i = end;
        if (i < t.length) add_escaped(out, t.data[i++]);
    }
    text_add_char(out, '"');
}

void json_key_text(json_writer *w, text name)
{
    before_item(w);
    add_quoted(&w->out, name);
    text_add_char(&w->out, ':');
    w->after_key = true;
}

void json_key(json_writer *w, const char *name)
{
    json_key_text(w, text_of(name));
}

void json_write_text(json_writer *w, text value)
{
    if (!text_is(value)) {
        json_write_null(w);
        return;
    }
    before_item(w);
    add_quoted(&w->out, value);
}

void json_write_string(json_writer *w, const char *value)
{
    json_write_text(w, text_of(value));
}

void json_write_number(json_writer *w, double value)
{
    if (!isfinite(value)) {
        json_write_null(w);
        return;
    }
    char digits[32];
    size_t length = json_number_format(value, digits);
    json_write_raw(w, (text){ digits, length });
}

void json_write_integer(json_writer *w, int64_t value)
{
    char digits[24];
    char *at = digits + sizeof digits;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do *--at = (char)('0' + rest % 10);
    while (rest /= 10);
    if (value < 0) *--at = '-';
    json_write_raw(w, (text){ at, (size_t)(digits + sizeof digits - at) });
}

void json_write_bool(json_writer *w, bool value)
{
    json_write_raw(w, value ? TEXT("true") : TEXT("false"));
}

void json_write_null(json_writer *w)
{
    json_write_raw(w, TEXT("null"));
}

void json_write_uuid(json_writer *w, uuid id)
{
    char digits[37];
    uuid_write(id, digits);
    json_write_text(w, (text){ digits, 36 });
}

void json_write_instant(json_writer *w, instant t)
{
    json_write_text(w, instant_format(w->out.arena, t));
}

void json_write_raw(json_writer *w, text valid_json)
{
    before_item(w);
    text_add(&w->out, valid_json);
}

text json_written(const json_writer *w)
{
    return text_built(&w->out);
}

static void write_scalar(json_writer *w, const json_t *value)
{
    if (json_is_string(value))
        json_write_text(w, json_text_of(value));
    else if (json_is_integer(value))
        json_write_integer(w, json_integer_value(value));
    else if (json_is_real(value))
        json_write_number(w, json_real_value(value));
    else if (json_is_boolean(value))
        json_write_bool(w, json_is_true(value));
    else
        json_write_null(w);
}

/* ------------------------------------------------------------------ canonical form */

typedef struct member {
    text name;
    const json_t *value;
} member;

/* The order of UTF-16 code units differs from that of UTF-8 bytes in one case: a character beyond the basic plane
 * (F0 and up in UTF-8, surrogates D800 to DFFF in UTF-16) sorts before U+E000 to U+FFFF (EE and EF in UTF-8). */
static int utf16_rank(unsigned char c)
{
    return c >= 0xF0 ? 0xED * 2 + 1 : c * 2;
}

static int compare_members(const void *left, const void *right)
{
    text a = ((const member *)left)->name, b = ((const member *)right)->name;
    size_t shorter = a.length < b.length ? a.length : b.length;
    for (size_t i = 0; i < shorter; i++) {
        unsigned char x = (unsigned char)a.data[i], y = (unsigned char)b.data[i];
        if (x != y) {
            int by_unit = utf16_rank(x) - utf16_rank(y);
            return by_unit ? by_unit : x - y;
        }
    }
    return (a.length > b.length) - (a.length < b.length);
}

static const member *members_of(arena *a, const json_t *object, bool sorted, size_t *count)
{
    member *members = ARENA_ARRAY(a, json_object_size(object), member);
    size_t n = 0;
    json_t *place = (json_t *)(uintptr_t)object; /* jansson's iterators take a non-const object but only read it */
    for (void *at = json_object_iter(place); at; at = json_object_iter_next(place, at)) {
        members[n].name = (text){ json_object_iter_key(at), json_object_iter_key_len(at) };
        members[n++].value = json_object_iter_value(at);
    }
    if (sorted && n > 1) qsort(members, n, sizeof *members, compare_members);
    *count = n;
    return members;
}

/* Depth is bounded: what json_read let in, or what our own code built. */
static void write_value(json_writer *w, const json_t *value, bool sorted) // NOLINT(misc-no-recursion)
{
    if (json_is_object(value)) {
        size_t count;
        const member *members = members_of(w->out.arena, value, sorted, &count);
        json_open(w, '{');
        for (size_t i = 0; i < count; i++) {
            json_key_text(w, members[i].name);
            write_value(w, members[i].value, sorted);
        }
        json_close(w, '}');
    } else if (json_is_array(value)) {
        json_open(w, '[');
        for (size_t i = 0; i < json_array_size(value); i++) write_value(w, json_array_get(value, i), sorted);
        json_close(w, ']');
    } else if (sorted && json_is_integer(value)) {
        json_write_number(w, (double)json_integer_value(value)); /* RFC 8785: every number is a double */
    } else {
        write_scalar(w, value);
    }
}

void json_write_value(json_writer *w, const json_t *value)
{
    write_value(w, value, false);
}

text json_canonical(arena *a, const json_t *value)
{
    json_writer w = json_writer_in(a);
    write_value(&w, value, true);
    return json_written(&w);
}

text json_compact(arena *a, const json_t *value)
{
    json_writer w = json_writer_in(a);
    write_value(&w, value, false);
    return json_written(&w);
}

error json_canonical_text(arena *a, text document, text *out)
{
    json_t *value;
    TRY(json_read(a, document, &value));
    *out = json_canonical(a, value);
    return OK;
}
