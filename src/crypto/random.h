/* Random bytes from the system's generator, and opaque tokens: 256 random bits as base64url, stored only as their
 * SHA-256, which is enough since nobody can guess 256 bits. */
#ifndef AIC_CRYPTO_RANDOM_H
#define AIC_CRYPTO_RANDOM_H

#include "base/text.h"

void random_fill(void *out, size_t length);
text opaque_token_new(arena *a);              /* 43 characters */
text opaque_token_hash(arena *a, text token); /* 32 bytes */

text base64url(arena *a, const void *data, size_t length); /* RFC 4648 section 5, without padding */
bool base64url_read(arena *a, text t, text *out);

#endif
