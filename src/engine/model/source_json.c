/* The JSON form of a source (RFC 8259). */
#include "engine/model/source.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

/* ------------------------------------------------------------------ numbers */

/* A double that was itself rounded may lie exactly between two floats although the decimal does not; and below the
 * normal floats more bits are lost. Then the text decides. */
static bool float_is_doubtful(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return (bits & 0x1FFFFFFF) == 0x10000000 || (value != 0 && fabs(value) < (double)FLT_MIN);
}

static bool slow_number(text t, bool as_float, double *out)
{
    char copy[64];
    if (t.length == 0 || t.length >= sizeof copy) return false;
    memcpy(copy, t.data, t.length);
    copy[t.length] = 0;
    char *end;
    *out = as_float ? (double)strtof(copy, &end) : strtod(copy, &end);
    return !*end && isfinite(*out);
}

typedef struct decimal {
    size_t length;
    uint64_t digits;
    int digit_count, exponent;
    bool negative;
} decimal;

/* The exponent; false when `e` is followed by no digit. */
static bool read_exponent(text t, size_t *at, int *exponent)
{
    size_t i = *at + 1;
    bool negative = i < t.length && t.data[i] == '-';
    if (i < t.length && (t.data[i] == '-' || t.data[i] == '+')) i++;
    int value = 0;
    size_t start = i;
    for (; i < t.length && t.data[i] >= '0' && t.data[i] <= '9'; i++)
        if (value < 100000) value = value * 10 + (t.data[i] - '0');
    if (i == start) return false;
    *exponent += negative ? -value : value;
    *at = i;
    return true;
}

static bool take_decimal(text t, decimal *d)
{
    size_t i = t.length && t.data[0] == '-' ? 1 : 0, start = i, point = 0;
    *d = (decimal){ .negative = i == 1 };
    for (; i < t.length; i++) {
        char c = t.data[i];
        if (c == '.' && !point && i > start) {
            point = i + 1;
            continue;
        }
        if (c < '0' || c > '9') break;
        if (d->digits || c != '0') d->digit_count++;
        if (d->digit_count <= 19) d->digits = d->digits * 10 + (uint64_t)(c - '0');
        if (point) d->exponent--;
    }
    if (i == start || point == i) return false;
    if (i < t.length && (t.data[i] == 'e' || t.data[i] == 'E') && !read_exponent(t, &i, &d->exponent)) return false;
    d->length = i;
    return true;
}

/* Both the digits and the power of ten are exact doubles up to these bounds, so that one operation rounds correctly. */
static bool exact_value(const decimal *d, double *out)
{
    static const double tens[] = { 1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                   1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };
    if (d->digit_count > 15 || d->exponent < -22 || d->exponent > 22) return false;
    double value = (double)d->digits;
    value = d->exponent < 0 ? value / tens[-d->exponent] : value * tens[d->exponent];
    *out = d->negative ? -value : value;
    return true;
}

size_t decimal_read(text t, bool as_float, double *out)
{
    decimal d;
    if (!take_decimal(t, &d)) return 0;
    double value;
    if (!exact_value(&d, &value) || (as_float && float_is_doubtful(value)))
        return slow_number((text){ t.data, d.length }, as_float, out) ? d.length : 0;
    if (as_float && fabs(value) > (double)FLT_MAX) return 0;
    *out = as_float ? (double)(float)value : value;
    return d.length;
}

/* ------------------------------------------------------------------ tokens */

static char look(source *s)
{
    for (; s->at < s->bytes.length; s->at++) {
        char c = s->bytes.data[s->at];
        if (c != ' ' && c != '\n' && c != '\r' && c != '\t') return c;
    }
    return 0;
}

static text rest_of(const source *s)
{
    return (text){ s->bytes.data + s->at, s->bytes.length - s->at };
}

static bool take_word(source *s, const char *word)
{
    if (!text_starts(rest_of(s), word)) return false;
    s->at += strlen(word);
    return true;
}

static error unexpected(source *s, const char *wanted)
{
    if (s->at >= s->bytes.length) return source_fail(s, "the file ends where %s is expected.", wanted);
    return source_fail(s, "expected %s.", wanted);
}

static error json_peek(source *s, source_kind *out)
{
    char c = look(s);
    if (c == '{')
        *out = SOURCE_OBJECT;
    else if (c == '[')
        *out = SOURCE_ARRAY;
    else if (c == '"')
        *out = SOURCE_TEXT;
    else if (c == 't' || c == 'f')
        *out = SOURCE_BOOL;
    else if (c == 'n')
        *out = SOURCE_NULL;
    else if ((c >= '0' && c <= '9') || c == '-' || c == 'N' || c == 'I')
        *out = SOURCE_NUMBER;
    else
        return unexpected(s, "a value");
    return OK;
}

static error json_number(source *s, bool as_float, double *out)
{
    look(s);
    if (take_word(s, "NaN"))
        *out = NAN;
    else if (take_word(s, "Infinity"))
        *out = INFINITY;
    else if (take_word(s, "-Infinity"))
        *out = -INFINITY;
    else {
        size_t length = decimal_read(rest_of(s), as_float, out);
        if (!length) return source_fail(s, "expected a number that a %s can hold.", as_float ? "float32" : "double");
        s->at += length;
    }
    return OK;
}

static error json_boolean(source *s, bool *out)
{
    look(s);
    *out = take_word(s, "true");
    if (*out || take_word(s, "false")) return OK;
    return unexpected(s, "true or false");
}

static error json_null(source *s)
{
    look(s);
    return take_word(s, "null") ? OK : unexpected(s, "null");
}

/* ------------------------------------------------------------------ texts */

static bool take_hex(source *s, uint32_t *out)
{
    uint32_t value = 0;
    for (int i = 0; i < 4; i++, s->at++) {
        char c = s->at < s->bytes.length ? s->bytes.data[s->at] : 0;
        const char *digits = "0123456789abcdef", *lower = c ? strchr(digits, c | 0x20) : NULL;
        if (!lower || (c < '0' || (c > '9' && c < 'A'))) return false;
        value = value << 4 | (uint32_t)(lower - digits);
    }
    *out = value;
    return true;
}

/* UTF-8 of one code point, which is never longer than its escape. */
static char *put_code_point(char *to, uint32_t c)
{
    if (c < 0x80) {
        *to++ = (char)c;
        return to;
    }
    if (c < 0x800) {
        *to++ = (char)(0xC0 | c >> 6);
    } else {
        if (c < 0x10000) {
            *to++ = (char)(0xE0 | c >> 12);
        } else {
            *to++ = (char)(0xF0 | c >> 18);
            *to++ = (char)(0x80 | (c >> 12 & 0x3F));
        }
        *to++ = (char)(0x80 | (c >> 6 & 0x3F));
    }
    *to++ = (char)(0x80 | (c & 0x3F));
    return to;
}

static error take_escape(source *s, char **to)
{
    static const char from[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    char c = s->at < s->bytes.length ? s->bytes.data[s->at++] : 0;
    const char *plain = c ? strchr(from, c) : NULL;
    if (plain) {
        *(*to)++ = meant[plain - from];
        return OK;
    }
    uint32_t unit, low;
    if (c != 'u' || !take_hex(s, &unit)) return source_fail(s, "an escape that JSON does not know.");
    if (unit >= 0xD800 && unit < 0xDC00) {
        if (!take_word(s, "\\u") || !take_hex(s, &low) || low < 0xDC00 || low > 0xDFFF)
            return source_fail(s, "half a surrogate pair.");
        unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
    } else if (unit >= 0xDC00 && unit < 0xE000) {
        return source_fail(s, "half a surrogate pair.");
    }
    *to = put_code_point(*to, unit);
    return OK;
}

static size_t closing_quote(const source *s)
{
    size_t i = s->at;
    while (i < s->bytes.length && s->bytes.data[i] != '"') i += s->bytes.data[i] == '\\' ? 2 : 1;
    return i;
}

static error escaped_text(source *s, text *out)
{
    size_t end = closing_quote(s);
    if (end >= s->bytes.length) return source_fail(s, "the file ends within a text.");
    char *data = arena_alloc(s->scratch, end - s->at), *to = data;
    while (s->at < end) {
        char c = s->bytes.data[s->at++];
        if (c == '\\')
            TRY(take_escape(s, &to));
        else
            *to++ = c;
    }
    if (s->at != end) return source_fail(s, "an escape that JSON does not know.");
    s->at++;
    *out = (text){ data, (size_t)(to - data) };
    return OK;
}

static error json_text(source *s, text *out)
{
    if (look(s) != '"') return unexpected(s, "a text");
    size_t start = ++s->at;
    for (; s->at < s->bytes.length; s->at++) {
        char c = s->bytes.data[s->at];
        if (c == '\\') {
            s->at = start;
            return escaped_text(s, out);
        }
        if (c != '"') continue;
        *out = (text){ s->bytes.data + start, s->at++ - start };
        return OK;
    }
    return source_fail(s, "the file ends within a text.");
}

/* ------------------------------------------------------------------ containers */

static error json_open(source *s, source_level *level)
{
    (void)level;
    s->at++; /* the bracket, which peek has seen */
    return OK;
}

static error json_next(source *s, source_level *level, bool *more)
{
    char end = level->is_object ? '}' : ']', c = look(s);
    *more = c != end;
    if (!*more) {
        s->at++;
        return OK;
    }
    if (!level->is_first) {
        if (c != ',') return unexpected(s, level->is_object ? "a comma or }" : "a comma or ]");
        s->at++;
        look(s);
    }
    if (!level->is_object) return OK;
    TRY(json_text(s, &level->key));
    if (look(s) != ':') return unexpected(s, "a colon");
    s->at++;
    return OK;
}

error source_end(source *s)
{
    return look(s) || s->at < s->bytes.length ? source_fail(s, "expected the end of the file.") : OK;
}

source source_of_json(arena *scratch, text bytes, const char *title)
{
    static const source_form form = {
        json_peek, json_open, json_next, json_text, json_number, json_boolean, json_null
    };
    return (source){ .scratch = scratch, .title = title, .bytes = bytes, .form = &form };
}
