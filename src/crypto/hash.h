/* SHA-256 (FIPS 180-4), by OpenSSL. */
#ifndef AIC_CRYPTO_HASH_H
#define AIC_CRYPTO_HASH_H

#include "base/text.h"

void sha256(const void *data, size_t length, uint8_t out[32]);
text sha256_bytes(arena *a, text data); /* 32 bytes */
text sha256_hex(arena *a, text data);   /* lower case */

typedef struct sha256_stream sha256_stream;
sha256_stream *sha256_start(arena *a);
void sha256_more(sha256_stream *s, text data);
text sha256_finish(arena *a, sha256_stream *s); /* 32 bytes */

#endif
