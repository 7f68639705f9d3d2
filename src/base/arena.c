#include "base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The first block is small, so that a request that needs little costs one malloc; each further one doubles up to
 * a bound, and anything larger than a block gets one of its own. */
enum { FIRST_BLOCK = 8 * 1024, LARGEST_BLOCK = 1024 * 1024, ALIGNMENT = 16 };

typedef struct block {
    struct block *before;
    size_t size, used;
    _Alignas(ALIGNMENT) unsigned char data[];
} block;

typedef struct deferred {
    struct deferred *before;
    void (*release)(void *thing);
    void *thing;
} deferred;

struct arena {
    block *latest;
    deferred *releases;
    size_t taken;
    size_t next_size;
};

static _Noreturn void out_of_memory(size_t size)
{
    fprintf(stderr, "aic: out of memory (asked for %zu bytes); stopping\n", size);
    abort();
}

static block *block_new(arena *a, size_t size)
{
    block *b = calloc(1, sizeof *b + size);
    if (!b) out_of_memory(size);
    b->size = size;
    b->before = a->latest;
    a->latest = b;
    a->taken += sizeof *b + size;
    return b;
}

arena *arena_new(void)
{
    arena *a = calloc(1, sizeof *a);
    if (!a) out_of_memory(sizeof *a);
    a->next_size = FIRST_BLOCK;
    a->taken = sizeof *a;
    return a;
}

void arena_drop(arena *a)
{
    if (!a) return;
    for (deferred *d = a->releases; d; d = d->before) d->release(d->thing);
    for (block *b = a->latest; b;) {
        block *before = b->before;
        free(b);
        b = before;
    }
    free(a);
}

/* A request too large for the common blocks gets a block of its own, put behind the latest one so that the room left
 * there is not lost. */
static void *large_alloc(arena *a, size_t size)
{
    block *common = a->latest;
    block *own = block_new(a, size);
    own->used = size;
    if (common) {
        a->latest = common;
        own->before = common->before;
        common->before = own;
    }
    return own->data;
}

void *arena_alloc(arena *a, size_t size)
{
    if (size > SIZE_MAX / 2) out_of_memory(size);
    size_t need = size ? (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT : ALIGNMENT;
    block *b = a->latest;
    if (!b || b->size - b->used < need) {
        if (need > LARGEST_BLOCK / 4) return large_alloc(a, need);
        while (a->next_size < need) a->next_size *= 2;
        b = block_new(a, a->next_size);
        if (a->next_size < LARGEST_BLOCK) a->next_size *= 2;
    }
    void *memory = b->data + b->used;
    b->used += need;
    return memory;
}

void *arena_array(arena *a, size_t count, size_t item_size)
{
    if (item_size && count > SIZE_MAX / item_size) out_of_memory(SIZE_MAX);
    return arena_alloc(a, count * item_size);
}

void *arena_copy(arena *a, const void *data, size_t size)
{
    void *copy = arena_alloc(a, size);
    if (size) memcpy(copy, data, size);
    return copy;
}

char *arena_string(arena *a, const char *data, size_t length)
{
    char *copy = arena_alloc(a, length + 1);
    if (length) memcpy(copy, data, length);
    return copy;
}

void *arena_grow(arena *a, void *old, size_t old_count, size_t new_count, size_t item_size)
{
    void *grown = arena_array(a, new_count, item_size);
    if (old_count) memcpy(grown, old, old_count * item_size);
    return grown;
}

void arena_defer(arena *a, void (*release)(void *thing), void *thing)
{
    deferred *d = ARENA_NEW(a, deferred);
    *d = (deferred){ .before = a->releases, .release = release, .thing = thing };
    a->releases = d;
}

size_t arena_bytes(const arena *a)
{
    return a->taken;
}
