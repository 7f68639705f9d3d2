#include "crypto/totp.h"

#include "crypto/random.h"

#include <oath.h>
#include <sodium.h>
#include <stdlib.h>

text totp_secret_new(arena *a)
{
    char *bytes = arena_alloc(a, TOTP_SECRET_BYTES);
    random_fill(bytes, TOTP_SECRET_BYTES);
    return (text){ bytes, TOTP_SECRET_BYTES };
}

text totp_base32(arena *a, text secret)
{
    char *digits = NULL;
    size_t length = 0;
    if (oath_base32_encode(secret.data, secret.length, &digits, &length) != OATH_OK) return NO_TEXT;
    while (length && digits[length - 1] == '=') length--;
    text out = text_copy(a, (text){ digits, length });
    sodium_memzero(digits, length);
    free(digits); /* the library wants it */
    return out;
}

text totp_code(arena *a, text secret, int64_t counter)
{
    char *digits = arena_alloc(a, TOTP_DIGITS + 1);
    if (counter < 0) return NO_TEXT;
    int made = oath_hotp_generate(secret.data, secret.length, (uint64_t)counter, TOTP_DIGITS, false,
                                  OATH_HOTP_DYNAMIC_TRUNCATION, digits);
    return made == OATH_OK ? (text){ digits, TOTP_DIGITS } : NO_TEXT;
}

bool totp_fits(arena *a, text secret, text code, instant now, int64_t last, int64_t *counter)
{
    bool fits = false;
    int64_t current = now / SECONDS(TOTP_STEP_SECONDS);
    if (code.length != TOTP_DIGITS) return false;
    for (int64_t c = current - TOTP_DRIFT_STEPS; c <= current + TOTP_DRIFT_STEPS; c++) {
        text expected = totp_code(a, secret, c);
        bool same = text_is(expected) && sodium_memcmp(expected.data, code.data, TOTP_DIGITS) == 0;
        if (same && c > last) {
            fits = true;
            *counter = c;
        }
    }
    return fits;
}
