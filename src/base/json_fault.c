#include "base/json_fault.h"

/* Where a byte stands in a table: the row is counted by objects, the column is the last key before it. */
typedef struct table_place {
    size_t row;
    text column;
} table_place;

static size_t string_end(text document, size_t from)
{
    size_t i = from + 1;
    while (i < document.length && document.data[i] != '"') i += document.data[i] == '\\' ? 2 : 1;
    return i < document.length ? i + 1 : document.length;
}

static bool is_key(text document, size_t after)
{
    while (after < document.length && strchr(" \t\r\n", document.data[after])) after++;
    return after < document.length && document.data[after] == ':';
}

/* Rows are the objects that stand directly in a list. */
static table_place place_at(text document, size_t stop)
{
    table_place p = { 0 };
    char above[JSON_MAX_DEPTH + 2] = { 0 };
    size_t depth = 0;
    for (size_t i = 0; i < document.length && i < stop;) {
        char c = document.data[i];
        if (c == '"') {
            size_t end = string_end(document, i);
            if (is_key(document, end)) p.column = (text){ document.data + i + 1, end - i - 2 };
            i = end;
            continue;
        }
        if (c == '{' && depth && above[depth] == '[') {
            p.row++;
            p.column = NO_TEXT;
        }
        if ((c == '{' || c == '[') && depth < JSON_MAX_DEPTH)
            above[++depth] = c;
        else if ((c == '}' || c == ']') && depth)
            depth--;
        i++;
    }
    return p;
}

static error at_place(arena *a, text document, size_t position, const char *message)
{
    table_place p = place_at(document, position);
    if (p.row && text_is(p.column))
        return fail(a, BAD_REQUEST, "", "The JSON text cannot be read: row %zu, column %.*s: %s.", p.row,
                    PRINT(p.column), message);
    if (p.row) return fail(a, BAD_REQUEST, "", "The JSON text cannot be read: row %zu: %s.", p.row, message);
    return fail(a, BAD_REQUEST, "", "The JSON text cannot be read: byte %zu: %s.", position, message);
}

static size_t first_bad_byte(text document)
{
    size_t good = 0, bad = document.length; /* the text up to `good` is whole; halve the rest */
    while (bad - good > 1) {
        size_t middle = good + (bad - good) / 2, cut = middle;
        while (cut > good && ((unsigned char)document.data[cut] & 0xC0) == 0x80) cut--;
        if (cut == good) {
            good = text_valid_utf8((text){ document.data, middle }) ? middle : good;
            if (good != middle) bad = middle;
            continue;
        }
        if (text_valid_utf8((text){ document.data, cut }))
            good = cut;
        else
            bad = cut;
    }
    return good;
}

static bool word_at(text document, size_t position, const char *word)
{
    return position < document.length &&
           text_starts((text){ document.data + position, document.length - position }, word);
}

error json_fault(arena *a, text document, const char *otherwise)
{
    if (!text_valid_utf8(document)) return at_place(a, document, first_bad_byte(document), "bytes that are not UTF-8");
    json_error_t why;
    json_t *value =
        json_loadb(document.data ? document.data : "", document.length, JSON_DECODE_ANY | JSON_ALLOW_NUL, &why);
    if (value) {
        json_decref(value);
        return fail(a, BAD_REQUEST, "", "The JSON text cannot be read: %s.", otherwise);
    }
    size_t position = why.position > 0 ? (size_t)why.position : 0;
    for (size_t back = 0; back <= 9 && back <= position; back++) {
        bool sign = word_at(document, position - back, "-Infinity");
        if (sign || word_at(document, position - back, "Infinity") || word_at(document, position - back, "NaN"))
            return at_place(a, document, position - back,
                            "NaN and Infinity are not JSON; use null for a missing value");
    }
    if (json_error_code(&why) == json_error_premature_end_of_input)
        return at_place(a, document, document.length, "it ends before it is complete");
    return at_place(a, document, position, why.text);
}
