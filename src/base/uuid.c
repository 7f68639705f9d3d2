#include "base/uuid.h"

#include <sys/random.h>

#include <stdio.h>
#include <stdlib.h>

static void random_bytes(uint8_t *bytes, size_t count)
{
    /* Up to 256 bytes getrandom gives all or fails, and it fails only on a system without it. */
    if (getrandom(bytes, count, 0) != (ssize_t)count) {
        fprintf(stderr, "aic: the system gives no random bytes; stopping\n");
        abort();
    }
}

static uuid with_version(uuid id, uint8_t version)
{
    id.bytes[6] = (uint8_t)((id.bytes[6] & 0x0F) | (version << 4));
    id.bytes[8] = (uint8_t)((id.bytes[8] & 0x3F) | 0x80);
    return id;
}

uuid uuid_v7(const clock_source *clock)
{
    uuid id;
    random_bytes(id.bytes, sizeof id.bytes);
    uint64_t milliseconds = (uint64_t)(clock_now(clock) / 1000);
    for (int i = 0; i < 6; i++) id.bytes[i] = (uint8_t)(milliseconds >> (40 - 8 * i));
    return with_version(id, 7);
}

uuid uuid_v4(void)
{
    uuid id;
    random_bytes(id.bytes, sizeof id.bytes);
    return with_version(id, 4);
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

static bool is_dash_place(size_t i)
{
    return i == 8 || i == 13 || i == 18 || i == 23;
}

bool uuid_parse(text t, uuid *out)
{
    uuid id;
    size_t byte = 0;
    if (t.length != 36) return false;
    for (size_t i = 0; i < 36;) {
        if (is_dash_place(i)) {
            if (t.data[i++] != '-') return false;
            continue;
        }
        int high = hex_digit(t.data[i]), low = hex_digit(t.data[i + 1]);
        if (high < 0 || low < 0) return false;
        id.bytes[byte++] = (uint8_t)(high << 4 | low);
        i += 2;
    }
    *out = id;
    return true;
}

void uuid_write(uuid id, char out[37])
{
    static const char digits[] = "0123456789abcdef";
    size_t at = 0;
    for (size_t i = 0; i < 16; i++) {
        if (is_dash_place(at)) out[at++] = '-';
        out[at++] = digits[id.bytes[i] >> 4];
        out[at++] = digits[id.bytes[i] & 15];
    }
    out[at] = 0;
}

text uuid_format(arena *a, uuid id)
{
    char *out = arena_alloc(a, 37);
    uuid_write(id, out);
    return (text){ out, 36 };
}

bool uuid_equal(uuid a, uuid b)
{
    return memcmp(a.bytes, b.bytes, sizeof a.bytes) == 0;
}

bool uuid_is_nil(uuid id)
{
    return uuid_equal(id, (uuid){ 0 });
}
