/* Passwords: argon2id (RFC 9106) by libsodium, 64 MiB and 2 passes, about 50 to 100 ms of one core each. */
#ifndef AIC_CRYPTO_PASSWORD_H
#define AIC_CRYPTO_PASSWORD_H

#include "base/error.h"
#include "base/text.h"

enum { PASSWORD_LEAST = 12, PASSWORD_MOST = 200 };

error password_hash(arena *a, text password, text *out);
/* *needs_rehash: it matched, but was made with other costs than today's. */
bool password_verify(arena *a, text hash, text password, bool *needs_rehash);
/* The same work for an account that does not exist, so that the time of the answer tells nothing. */
void password_verify_unknown(arena *a, text password);

/* INVALID at pointer: too short, too long, common, or the e-mail address (or its name) itself. */
error password_check(arena *a, text password, text email, const char *pointer);

#endif
