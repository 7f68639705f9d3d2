#include "http/server/body.h"

#include <sys/mman.h>

enum { SMALL = 16 * 1024, FIRST_MAPPING = 256 * 1024, PADDING = 64 };

static void release_pages(void *thing)
{
    struct body *b = thing;
    munmap(b->data, b->capacity);
}

static bool move_to_pages(struct body *b, size_t capacity)
{
    char *pages = mmap(NULL, capacity, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (pages == MAP_FAILED) return false;
    if (b->length) memcpy(pages, b->data, b->length);
    b->data = pages;
    b->capacity = capacity;
    b->is_mapped = true;
    arena_defer(b->arena, release_pages, b);
    return true;
}

static bool make_room(struct body *b, size_t need)
{
    if (need <= b->capacity) return true;
    size_t capacity = b->is_mapped ? b->capacity : FIRST_MAPPING;
    while (capacity < need) capacity *= 2;
    if (need <= SMALL && !b->is_mapped) {
        size_t small = b->capacity ? SMALL : need;
        b->data = arena_grow(b->arena, b->data, b->length, small, 1);
        b->capacity = small;
        return true;
    }
    if (!b->is_mapped) return move_to_pages(b, capacity);
    char *moved = mremap(b->data, b->capacity, capacity, MREMAP_MAYMOVE);
    if (moved == MAP_FAILED) return false;
    b->data = moved;
    b->capacity = capacity;
    return true;
}

bool body_add(struct body *b, const char *data, size_t length)
{
    if (!make_room(b, b->length + length + PADDING)) return false;
    memcpy(b->data + b->length, data, length);
    b->length += length;
    return true;
}
