#include "crypto/random.h"

#include "crypto/hash.h"

#include <sodium.h>

void random_fill(void *out, size_t length)
{
    randombytes_buf(out, length);
}

text base64url(arena *a, const void *data, size_t length)
{
    size_t room = sodium_base64_ENCODED_LEN(length, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    char *out = arena_alloc(a, room);
    sodium_bin2base64(out, room, data, length, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    return (text){ out, room - 1 };
}

bool base64url_read(arena *a, text t, text *out)
{
    size_t length;
    unsigned char *data = arena_alloc(a, t.length + 1);
    if (sodium_base642bin(data, t.length, t.data ? t.data : "", t.length, NULL, &length, NULL,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0)
        return false;
    *out = (text){ (const char *)data, length };
    return true;
}

text opaque_token_new(arena *a)
{
    uint8_t bytes[32];
    random_fill(bytes, sizeof bytes);
    return base64url(a, bytes, sizeof bytes);
}

text opaque_token_hash(arena *a, text token)
{
    return sha256_bytes(a, token);
}
