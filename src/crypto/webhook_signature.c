#include "crypto/webhook_signature.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium.h>

enum { MAC_BYTES = 32 };

typedef struct signature_parts {
    text time;
    uint8_t macs[WEBHOOK_SIGNATURES_MOST][MAC_BYTES];
    size_t count;
} signature_parts;

static bool read_hex(text t, uint8_t out[MAC_BYTES])
{
    size_t length;
    return t.length == 2 * (size_t)MAC_BYTES &&
           sodium_hex2bin(out, MAC_BYTES, t.data, t.length, NULL, &length, NULL) == 0 && length == MAC_BYTES;
}

static void read_part(signature_parts *parts, text part)
{
    if (text_starts(part, "t=")) {
        parts->time = (text){ part.data + 2, part.length - 2 };
    } else if (text_starts(part, "v1=") && parts->count < WEBHOOK_SIGNATURES_MOST) {
        if (read_hex((text){ part.data + 3, part.length - 3 }, parts->macs[parts->count])) parts->count++;
    }
}

static void read_parts(text sent, signature_parts *out)
{
    *out = (signature_parts){ 0 };
    for (size_t from = 0; from < sent.length;) {
        const char *comma = memchr(sent.data + from, ',', sent.length - from);
        size_t end = comma ? (size_t)(comma - sent.data) : sent.length;
        read_part(out, text_trim((text){ sent.data + from, end - from }));
        from = end + 1;
    }
}

static void mac_of(arena *a, text secret, text time, text body, uint8_t out[MAC_BYTES])
{
    char *whole = arena_alloc(a, time.length + 1 + body.length);
    memcpy(whole, time.data, time.length);
    whole[time.length] = '.';
    if (body.length) memcpy(whole + time.length + 1, body.data, body.length);
    unsigned length = MAC_BYTES;
    HMAC(EVP_sha256(), secret.data, (int)secret.length, (const unsigned char *)whole, time.length + 1 + body.length,
         out, &length);
}

static bool fits(const signature_parts *parts, const uint8_t mac[MAC_BYTES])
{
    bool found = false;
    for (size_t i = 0; i < parts->count; i++) found |= sodium_memcmp(parts->macs[i], mac, MAC_BYTES) == 0;
    return found;
}

error webhook_signature_check(arena *a, text sent, text body, const text_list *secrets, instant now)
{
    signature_parts parts;
    int64_t seconds;
    read_parts(sent, &parts);
    if (!text_integer(parts.time, &seconds) || seconds < 0 || seconds > INT64_C(253402300799) || parts.count == 0)
        return fail(a, BAD_REQUEST, "", "The signature is missing or cannot be read; expected t=<seconds>,v1=<hex>.");
    instant apart = SECONDS(seconds) - now;
    if (apart > SECONDS(WEBHOOK_TOLERANCE_SECONDS) || -apart > SECONDS(WEBHOOK_TOLERANCE_SECONDS))
        return fail(a, BAD_REQUEST, "", "The signature's time is more than %d seconds from now.",
                    WEBHOOK_TOLERANCE_SECONDS);
    bool good = false;
    for (size_t i = 0; i < secrets->count; i++) {
        uint8_t mac[MAC_BYTES];
        mac_of(a, secrets->items[i], parts.time, body, mac);
        good |= fits(&parts, mac);
    }
    return good ? OK : fail(a, BAD_REQUEST, "", "The signature does not fit the body.");
}
