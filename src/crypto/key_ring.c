#include "crypto/key_ring.h"

#include <pthread.h>
#include <stdatomic.h>

/* In the arena that it releases. */
typedef struct held_set {
    key_set keys;
    arena *arena;
    atomic_int holders; /* the ring itself, while it is the newest, and everybody who took it */
} held_set;

struct key_ring {
    pthread_mutex_t lock; /* of the pointer: nobody may let go of a set between another's reading and counting it */
    held_set *newest;
};

static void let_go(void *of)
{
    held_set *set = of;
    if (atomic_fetch_sub(&set->holders, 1) == 1) arena_drop(set->arena);
}

static void release_ring(void *of)
{
    key_ring *ring = of;
    let_go(ring->newest);
    pthread_mutex_destroy(&ring->lock);
}

static held_set *set_of(arena *keys_arena, signing_key *const *keys, size_t count)
{
    held_set *set = ARENA_NEW(keys_arena, held_set);
    set->keys = (key_set){ .verifying = keys, .count = count };
    set->arena = keys_arena;
    atomic_init(&set->holders, 1);
    return set;
}

key_ring *key_ring_new(arena *a)
{
    key_ring *ring = ARENA_NEW(a, key_ring);
    pthread_mutex_init(&ring->lock, NULL);
    ring->newest = set_of(arena_new(), NULL, 0);
    arena_defer(a, release_ring, ring);
    return ring;
}

const key_set *key_ring_take(key_ring *ring, arena *a)
{
    pthread_mutex_lock(&ring->lock);
    held_set *set = ring->newest;
    atomic_fetch_add(&set->holders, 1);
    pthread_mutex_unlock(&ring->lock);
    arena_defer(a, let_go, set);
    return &set->keys;
}

void key_ring_put(key_ring *ring, arena *keys_arena, signing_key *const *keys, size_t count)
{
    held_set *set = set_of(keys_arena, keys, count);
    pthread_mutex_lock(&ring->lock);
    held_set *before = ring->newest;
    ring->newest = set;
    pthread_mutex_unlock(&ring->lock);
    let_go(before);
}

bool key_set_knows(const key_set *keys, text kid)
{
    for (size_t i = 0; i < keys->count; i++)
        if (text_equal(signing_key_kid(keys->verifying[i]), kid)) return true;
    return false;
}
