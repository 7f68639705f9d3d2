#include "http/fields/fields.h"

/* A cursor is base64url of: one byte of format, 16 bytes of id, the key, 4 bytes of check sum. The sum is no signature:
 * a cursor only says where to go on, and what may be seen is decided anew each time. It tells a cut or altered cursor
 * from a whole one, so that the reader hears of it instead of getting a wrong page. */
enum { CURSOR_FORMAT = 1, ID_BYTES = 16, SUM_BYTES = 4, KEY_AT = 1 + ID_BYTES };

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static uint32_t check_sum(const uint8_t *bytes, size_t length) /* FNV-1a */
{
    uint32_t sum = 2166136261U;
    for (size_t i = 0; i < length; i++) sum = (sum ^ bytes[i]) * 16777619U;
    return sum;
}

static text base64url(arena *a, const uint8_t *bytes, size_t length)
{
    char *out = arena_alloc(a, length / 3 * 4 + 5);
    size_t at = 0;
    for (size_t i = 0; i < length; i += 3) {
        size_t left = length - i;
        uint32_t three = (uint32_t)bytes[i] << 16 | (left > 1 ? (uint32_t)bytes[i + 1] << 8 : 0) |
                         (left > 2 ? (uint32_t)bytes[i + 2] : 0);
        for (size_t digit = 0; digit < (left > 2 ? 4 : left + 1); digit++)
            out[at++] = alphabet[three >> (18 - 6 * digit) & 63];
    }
    return (text){ out, at };
}

static bool base64url_read(arena *a, text from, uint8_t **out, size_t *length)
{
    if (from.length % 4 == 1) return false;
    uint8_t *bytes = arena_alloc(a, from.length);
    uint32_t bits = 0;
    int held = 0;
    *length = 0;
    for (size_t i = 0; i < from.length; i++) {
        const char *digit = from.data[i] ? strchr(alphabet, from.data[i]) : NULL;
        if (!digit) return false;
        bits = bits << 6 | (uint32_t)(digit - alphabet);
        held += 6;
        if (held < 8) continue;
        held -= 8;
        bytes[(*length)++] = (uint8_t)(bits >> held);
    }
    *out = bytes;
    return true;
}

text cursor_write(arena *a, text key, uuid id)
{
    size_t length = KEY_AT + key.length;
    uint8_t *bytes = arena_alloc(a, length + SUM_BYTES);
    bytes[0] = CURSOR_FORMAT;
    memcpy(bytes + 1, id.bytes, ID_BYTES);
    if (key.length) memcpy(bytes + KEY_AT, key.data, key.length);
    uint32_t sum = check_sum(bytes, length);
    for (size_t i = 0; i < SUM_BYTES; i++) bytes[length + i] = (uint8_t)(sum >> 8 * i);
    return base64url(a, bytes, length + SUM_BYTES);
}

error cursor_read(arena *a, text cursor, text *key, uuid *id)
{
    uint8_t *bytes = NULL;
    size_t length = 0;
    bool whole =
        base64url_read(a, cursor, &bytes, &length) && length >= KEY_AT + SUM_BYTES && bytes[0] == CURSOR_FORMAT;
    uint32_t sum = whole ? check_sum(bytes, length - SUM_BYTES) : 0;
    for (size_t i = 0; whole && i < SUM_BYTES; i++) whole = bytes[length - SUM_BYTES + i] == (uint8_t)(sum >> 8 * i);
    text inside = whole ? (text){ (const char *)bytes + KEY_AT, length - KEY_AT - SUM_BYTES } : NO_TEXT;
    if (!whole || !text_valid_utf8(inside) || memchr(inside.data, 0, inside.length))
        return fail(a, BAD_REQUEST, "/cursor", "This cursor is not one of ours; take next_cursor of the page before.");
    memcpy(id->bytes, bytes + 1, ID_BYTES);
    *key = inside;
    return OK;
}

error cursor_read_instant(arena *a, text cursor, maybe_instant *at, maybe_uuid *id)
{
    text key;
    if (!text_is(cursor)) return OK;
    at->is_set = id->is_set = true;
    TRY(cursor_read(a, cursor, &key, &id->value));
    if (instant_parse(key, &at->value)) return OK;
    return fail(a, BAD_REQUEST, "/cursor", "This cursor belongs to another list.");
}
