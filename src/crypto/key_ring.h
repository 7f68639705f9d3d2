/* The signing keys of one use while they may change: a ring holds the newest set; whoever needs keys takes that set and
 * keeps it, whole and unchanged, for as long as it likes, while the ring is given a newer one. The last one that lets
 * a set go releases it. Safe for several threads; the ring's lock is held for a few instructions only, never while a
 * signature is made or checked.
 *
 *     const key_set *keys = key_ring_take(ring, rq->arena);            // given back with the arena
 *     token_verify(rq->arena, token, keys->verifying, keys->count, ...);
 */
#ifndef AIC_CRYPTO_KEY_RING_H
#define AIC_CRYPTO_KEY_RING_H

#include "crypto/token.h"

typedef struct key_set {
    signing_key *const *verifying; /* the active one, which signs, first; then those retired that still verify */
    size_t count;                  /* 0 only before the ring's first set */
} key_set;

typedef struct key_ring key_ring;

/* Lives as long as the arena, and longer than every arena that took a set of it. */
key_ring *key_ring_new(arena *a);

/* The newest set, for as long as `a` lives. */
const key_set *key_ring_take(key_ring *ring, arena *a);

/* From now on `keys` are the newest. They live in `keys_arena`, which the ring owns from here on. */
void key_ring_put(key_ring *ring, arena *keys_arena, signing_key *const *keys, size_t count);

bool key_set_knows(const key_set *keys, text kid);

#endif
