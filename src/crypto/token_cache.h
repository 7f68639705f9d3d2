/* Remembers the access tokens whose signature was found right, since checking one RSA signature costs as much as the
 * rest of a small request. Everything that can change is still asked each time: the key must still be among those that
 * verify, the times must fit, and whether the token was revoked is the database's answer (scope.h), not ours. A token
 * is found by the SHA-256 of its bytes, so that no other token can be taken for it. Safe for several threads. */
#ifndef AIC_CRYPTO_TOKEN_CACHE_H
#define AIC_CRYPTO_TOKEN_CACHE_H

#include "crypto/token.h"

typedef struct token_cache token_cache;

/* Room for about `entries` tokens (rounded up to a power of two); the newer replaces the older. Lives as long as the
 * arena. */
token_cache *token_cache_new(arena *a, size_t entries);

/* As token_verify. */
error token_cache_verify(token_cache *cache, arena *a, text token, signing_key *const *keys, size_t key_count,
                         const token_check *check, token_claims *out);

/* How many calls found their token remembered. */
uint64_t token_cache_hits(const token_cache *cache);

#endif
