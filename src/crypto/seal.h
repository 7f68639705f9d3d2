/* What must not be read at rest is sealed: XSalsa20-Poly1305 (libsodium) under a 32-byte master key. A sealed text
 * begins with the byte 1, the version of this form, then 24 bytes of nonce. */
#ifndef AIC_CRYPTO_SEAL_H
#define AIC_CRYPTO_SEAL_H

#include "base/error.h"
#include "base/text.h"

enum { MASTER_KEY_BYTES = 32 };

/* A key for one purpose, so that what is sealed for one cannot be put in another's place: keyed BLAKE2b
 * of its name. */
void seal_key_for(const uint8_t master_key[MASTER_KEY_BYTES], const char *purpose, uint8_t out[MASTER_KEY_BYTES]);

text seal(arena *a, const uint8_t master_key[MASTER_KEY_BYTES], text plain);
/* INTERNAL when it was sealed under another key or has been changed. */
error unseal(arena *a, const uint8_t master_key[MASTER_KEY_BYTES], text sealed, text *out);

#endif
