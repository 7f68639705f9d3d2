/* Passwords: argon2id (RFC 9106) by libsodium, 64 MiB and 3 passes, about 100 ms of one core each.
 *
 * Each one that is under way holds its 64 MiB, so a flood of sign-ins could take all memory. A password_hasher lets a
 * few work at once and a few more wait for a moment; whoever comes after these is told to come again (UNAVAILABLE).
 * Routes that hash say .heavy, so that they wait in the server's own queue and hold no thread meanwhile: the hasher is
 * the wall behind it, for every other way here. */
#ifndef AIC_CRYPTO_PASSWORD_H
#define AIC_CRYPTO_PASSWORD_H

#include "base/error.h"
#include "base/text.h"

enum { PASSWORD_LEAST = 12, PASSWORD_MOST = 200 };

typedef struct password_hasher password_hasher;
typedef struct password_limits {
    int at_once; /* hashes under way */
    int waiting; /* threads that wait for their turn, beside these */
    int wait_ms; /* how long each waits */
} password_limits;
password_hasher *password_hasher_new(arena *a, const password_limits *limits);
/* How many may be under way on this machine: two for each processor that the process may use. */
int password_hashes_at_once(void);

error password_hash(password_hasher *h, arena *a, text password, text *out);

typedef struct password_verdict {
    bool matches;
    bool needs_rehash; /* it matched, but was made with other costs than today's */
} password_verdict;
error password_verify(password_hasher *h, arena *a, text hash, text password, password_verdict *out);
/* The same work for an account that does not exist, so that the time of the answer tells nothing. */
error password_verify_unknown(password_hasher *h, arena *a, text password);

typedef struct password_owner {
    text email, organization; /* words of the context: what somebody would try first */
} password_owner;
/* INVALID at pointer: too short, too long, common, the e-mail address (or its name) itself, or hardly more than the
 * name of the organization or of the product. */
error password_check(arena *a, text password, const password_owner *owner, const char *pointer);

#endif
