#include "base/text.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

text text_of(const char *nul_terminated)
{
    return nul_terminated ? (text){ nul_terminated, strlen(nul_terminated) } : NO_TEXT;
}

bool text_is(text t)
{
    return t.data != NULL;
}

bool text_equal(text a, text b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.data, b.data, a.length) == 0);
}

bool text_equal_string(text a, const char *b)
{
    return text_equal(a, text_of(b));
}

int text_compare(text a, text b)
{
    size_t shorter = a.length < b.length ? a.length : b.length;
    int order = shorter ? memcmp(a.data, b.data, shorter) : 0;
    return order ? order : (a.length > b.length) - (a.length < b.length);
}

bool text_starts(text t, const char *prefix)
{
    size_t length = strlen(prefix);
    return t.length >= length && memcmp(t.data ? t.data : "", prefix, length) == 0;
}

bool text_ends(text t, const char *suffix)
{
    size_t length = strlen(suffix);
    return t.length >= length && (length == 0 || memcmp(t.data + t.length - length, suffix, length) == 0);
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

text text_trim(text t)
{
    while (t.length && is_space(t.data[0])) t.data++, t.length--;
    while (t.length && is_space(t.data[t.length - 1])) t.length--;
    return t;
}

text text_copy(arena *a, text t)
{
    return t.data ? (text){ arena_string(a, t.data, t.length), t.length } : NO_TEXT;
}

const char *text_string(arena *a, text t)
{
    return arena_string(a, t.data, t.length);
}

text text_lower_ascii(arena *a, text t)
{
    if (!t.data) return NO_TEXT;
    char *lower = arena_string(a, t.data, t.length);
    for (size_t i = 0; i < t.length; i++)
        if (lower[i] >= 'A' && lower[i] <= 'Z') lower[i] = (char)(lower[i] - 'A' + 'a');
    return (text){ lower, t.length };
}

/* Length of the well-formed sequence that starts at p, 0 when there is none (Unicode 15, table 3-7). */
static size_t utf8_sequence(const unsigned char *p, size_t left)
{
    if (p[0] < 0x80) return 1;
    if (p[0] < 0xC2 || p[0] > 0xF4) return 0;
    size_t length = p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;
    if (left < length) return 0;
    unsigned char least = p[0] == 0xE0 ? 0xA0 : p[0] == 0xF0 ? 0x90 : 0x80;
    unsigned char most = p[0] == 0xED ? 0x9F : p[0] == 0xF4 ? 0x8F : 0xBF;
    if (p[1] < least || p[1] > most) return 0;
    for (size_t i = 2; i < length; i++)
        if ((p[i] & 0xC0) != 0x80) return 0;
    return length;
}

bool text_valid_utf8(text t)
{
    const unsigned char *p = (const unsigned char *)t.data;
    for (size_t i = 0; i < t.length;) {
        uint64_t eight;
        if (t.length - i >= 8 && (memcpy(&eight, p + i, 8), (eight & 0x8080808080808080u) == 0)) {
            i += 8;
            continue;
        }
        size_t step = utf8_sequence(p + i, t.length - i);
        if (!step) return false;
        i += step;
    }
    return true;
}

size_t text_code_points(text t)
{
    size_t count = 0;
    for (size_t i = 0; i < t.length; i++)
        if (((unsigned char)t.data[i] & 0xC0) != 0x80) count++;
    return count;
}

text text_format_list(arena *a, const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (length < 0) return TEXT("");
    char *data = arena_alloc(a, (size_t)length + 1);
    vsnprintf(data, (size_t)length + 1, format, arguments);
    return (text){ data, (size_t)length };
}

text text_format(arena *a, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    text made = text_format_list(a, format, arguments);
    va_end(arguments);
    return made;
}

text text_hex(arena *a, const uint8_t *bytes, size_t length)
{
    static const char digits[] = "0123456789abcdef";
    char *hex = arena_alloc(a, 2 * length + 1);
    for (size_t i = 0; i < length; i++) {
        hex[2 * i] = digits[bytes[i] >> 4];
        hex[2 * i + 1] = digits[bytes[i] & 15];
    }
    return (text){ hex, 2 * length };
}

/* Only digits, sign, point and exponent: strtod alone would also take "inf", "nan", hexadecimal and white space. */
static bool looks_like_number(text t)
{
    bool digit = false;
    for (size_t i = 0; i < t.length; i++) {
        char c = t.data[i];
        if (c >= '0' && c <= '9')
            digit = true;
        else if (!strchr("+-.eE", c))
            return false;
    }
    return digit;
}

bool text_number(text t, double *out)
{
    char copy[64];
    if (t.length == 0 || t.length >= sizeof copy || !looks_like_number(t)) return false;
    memcpy(copy, t.data, t.length);
    copy[t.length] = 0;
    char *end = NULL;
    double value = strtod(copy, &end); /* the programs never call setlocale, so the point is a point */
    if (*end || !isfinite(value)) return false;
    *out = value;
    return true;
}

bool text_integer(text t, int64_t *out)
{
    size_t i = t.length && t.data[0] == '-' ? 1 : 0;
    if (i == t.length || t.length - i > 19) return false;
    uint64_t value = 0;
    for (size_t at = i; at < t.length; at++) {
        if (t.data[at] < '0' || t.data[at] > '9') return false;
        value = value * 10 + (uint64_t)(t.data[at] - '0');
    }
    uint64_t most = (uint64_t)INT64_MAX + i;
    if (value > most) return false;
    *out = i ? (value == most ? INT64_MIN : -(int64_t)value) : (int64_t)value;
    return true;
}

text_builder text_builder_in(arena *a)
{
    return (text_builder){ .arena = a };
}

static char *builder_room(text_builder *b, size_t more)
{
    if (b->capacity - b->length <= more) {
        size_t capacity = b->capacity ? b->capacity * 2 : 256;
        while (capacity - b->length <= more) capacity *= 2;
        b->data = arena_grow(b->arena, b->data, b->length, capacity, 1);
        b->capacity = capacity;
    }
    return b->data + b->length;
}

void text_add(text_builder *b, text t)
{
    char *room = builder_room(b, t.length);
    if (t.length) memcpy(room, t.data, t.length);
    b->length += t.length;
    b->data[b->length] = 0;
}

void text_add_string(text_builder *b, const char *s)
{
    text_add(b, text_of(s));
}

void text_add_char(text_builder *b, char c)
{
    text_add(b, (text){ &c, 1 });
}

void text_add_format(text_builder *b, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (length > 0) {
        char *room = builder_room(b, (size_t)length);
        vsnprintf(room, (size_t)length + 1, format, arguments);
        b->length += (size_t)length;
    }
    va_end(arguments);
}

text text_built(const text_builder *b)
{
    return b->data ? (text){ b->data, b->length } : TEXT("");
}
