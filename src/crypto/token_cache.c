#include "crypto/token_cache.h"

#include "crypto/hash.h"

#include <pthread.h>
#include <stdatomic.h>

enum { WAYS = 4, LOCKS = 16, ROLE_MOST = 40, SCOPE_MOST = 400, KID_MOST = 64 };

typedef struct entry {
    uint8_t hash[32];
    token_claims claims; /* its texts are put in when it is read */
    char role[ROLE_MOST], scope[SCOPE_MOST], kid[KID_MOST];
    size_t role_length, scope_length, kid_length;
    bool names_kid; /* without one only the active key may have signed it, and that changes */
    bool is_set;
} entry;

struct token_cache {
    entry *entries; /* in sets of WAYS, the newest first */
    size_t sets;
    pthread_mutex_t locks[LOCKS];
    atomic_uint_fast64_t hits;
};

static void release_locks(void *of)
{
    token_cache *cache = of;
    for (int i = 0; i < LOCKS; i++) pthread_mutex_destroy(&cache->locks[i]);
}

token_cache *token_cache_new(arena *a, size_t entries)
{
    token_cache *cache = ARENA_NEW(a, token_cache);
    cache->sets = 1;
    while (cache->sets * WAYS < entries) cache->sets *= 2;
    cache->entries = ARENA_ARRAY(a, cache->sets * WAYS, entry);
    for (int i = 0; i < LOCKS; i++) pthread_mutex_init(&cache->locks[i], NULL);
    arena_defer(a, release_locks, cache);
    return cache;
}

/* The length goes first, so that issuer and audience cannot run into each other. */
static void hash_of(arena *a, text token, const token_check *check, uint8_t out[32])
{
    text whole = text_format(a, "%zu %zu %.*s%.*s%.*s", check->issuer.length, check->audience.length,
                             PRINT(check->issuer), PRINT(check->audience), PRINT(token));
    sha256(whole.data, whole.length, out);
}

static size_t set_of(const token_cache *cache, const uint8_t hash[32])
{
    uint64_t number;
    memcpy(&number, hash, sizeof number);
    return (size_t)number & (cache->sets - 1);
}

static bool recall(token_cache *cache, arena *a, const uint8_t hash[32], entry *out)
{
    size_t set = set_of(cache, hash);
    entry *ways = cache->entries + set * WAYS;
    bool found = false;
    pthread_mutex_lock(&cache->locks[set % LOCKS]);
    for (int i = 0; i < WAYS && !found; i++) {
        found = ways[i].is_set && memcmp(ways[i].hash, hash, 32) == 0;
        if (found) *out = ways[i];
    }
    pthread_mutex_unlock(&cache->locks[set % LOCKS]);
    if (!found) return false;
    out->claims.role = text_copy(a, (text){ out->role, out->role_length });
    if (text_is(out->claims.scope)) out->claims.scope = text_copy(a, (text){ out->scope, out->scope_length });
    return true;
}

static void keep(token_cache *cache, const uint8_t hash[32], const token_claims *claims, text kid, bool names_kid)
{
    if (claims->role.length > ROLE_MOST || claims->scope.length > SCOPE_MOST || kid.length > KID_MOST) return;
    entry made = { .claims = *claims,
                   .role_length = claims->role.length,
                   .scope_length = claims->scope.length,
                   .kid_length = kid.length,
                   .names_kid = names_kid,
                   .is_set = true };
    memcpy(made.hash, hash, sizeof made.hash);
    memcpy(made.role, claims->role.data, claims->role.length);
    if (claims->scope.length) memcpy(made.scope, claims->scope.data, claims->scope.length);
    memcpy(made.kid, kid.data, kid.length);
    size_t set = set_of(cache, hash);
    entry *ways = cache->entries + set * WAYS;
    pthread_mutex_lock(&cache->locks[set % LOCKS]);
    memmove(ways + 1, ways, (WAYS - 1) * sizeof *ways);
    ways[0] = made;
    pthread_mutex_unlock(&cache->locks[set % LOCKS]);
}

static bool still_verifies(const entry *e, signing_key *const *keys, size_t count, instant now)
{
    if (!e->names_kid && count > 1) count = 1;
    for (size_t i = 0; i < count; i++)
        if (text_equal(signing_key_kid(keys[i]), (text){ e->kid, e->kid_length }))
            return signing_key_verifies(keys[i], now);
    return false;
}

error token_cache_verify(token_cache *cache, arena *a, text token, signing_key *const *keys, size_t key_count,
                         const token_check *check, token_claims *out)
{
    uint8_t hash[32];
    entry known;
    if (token.length > TOKEN_MOST_BYTES) return token_verify(a, token, keys, key_count, check, out, NULL);
    hash_of(a, token, check, hash);
    if (recall(cache, a, hash, &known) && still_verifies(&known, keys, key_count, check->now)) {
        atomic_fetch_add(&cache->hits, 1);
        *out = known.claims;
        out->issuer = check->issuer;
        out->audience = check->audience;
        return token_check_claims(a, out, check);
    }
    text kid;
    TRY(token_verify(a, token, keys, key_count, check, out, &kid));
    keep(cache, hash, out, kid, text_is(token_kid(a, token)));
    return OK;
}

uint64_t token_cache_hits(const token_cache *cache)
{
    return atomic_load(&cache->hits);
}
