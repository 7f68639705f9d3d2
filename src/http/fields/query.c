#include "http/fields/fields.h"

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool percent_decode(arena *a, text from, bool plus_is_space, text *out)
{
    char *data = arena_alloc(a, from.length + 1);
    size_t length = 0;
    for (size_t i = 0; i < from.length; i++) {
        char c = from.data[i];
        if (c == '%') {
            int high = i + 2 < from.length ? hex_value(from.data[i + 1]) : -1;
            int low = high < 0 ? -1 : hex_value(from.data[i + 2]);
            if (low < 0) return false;
            c = (char)(high << 4 | low);
            i += 2;
        } else if (c == '+' && plus_is_space) {
            c = ' ';
        }
        data[length++] = c;
    }
    *out = (text){ data, length };
    return text_valid_utf8(*out);
}

static error split_pair(arena *a, text pair, named_text *out)
{
    const char *equals = memchr(pair.data, '=', pair.length);
    size_t name_length = equals ? (size_t)(equals - pair.data) : pair.length;
    text value = equals ? (text){ equals + 1, pair.length - name_length - 1 } : TEXT("");
    if (percent_decode(a, (text){ pair.data, name_length }, true, &out->name) &&
        percent_decode(a, value, true, &out->value))
        return OK;
    return fail(a, BAD_REQUEST, "", "The query has a broken escape: each %% needs two hexadecimal digits, in UTF-8.");
}

error query_split(arena *a, text query, named_text **out, size_t *count)
{
    size_t most = 1;
    for (size_t i = 0; i < query.length; i++) most += query.data[i] == '&';
    *out = ARENA_ARRAY(a, most, named_text);
    *count = 0;
    for (size_t from = 0; from < query.length;) {
        const char *end = memchr(query.data + from, '&', query.length - from);
        size_t length = end ? (size_t)(end - query.data) - from : query.length - from;
        if (length) TRY(split_pair(a, (text){ query.data + from, length }, &(*out)[(*count)++]));
        from += length + 1;
    }
    return OK;
}
