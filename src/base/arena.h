/* Arena: all memory of one request, task or program run, released whole.
 *
 * An arena hands out zeroed, 16-byte aligned memory that lives until arena_drop. There is no free for a single block:
 * cleaning up is a non-event, so an early return can never leak. Things that are not memory (a jansson value, a
 * libpq result, a file) are tied to the arena with arena_defer and released in reverse order when it is dropped.
 *
 * Running out of memory is not an error that a caller could mend: the process writes one line to standard error and
 * aborts, and whoever supervises it starts it again; every write is a database transaction, so nothing is half done.
 *
 * An arena belongs to one thread at a time. */
#ifndef AIC_BASE_ARENA_H
#define AIC_BASE_ARENA_H

#include <stddef.h>

typedef struct arena arena;

arena *arena_new(void);
void arena_drop(arena *a); /* NULL is fine */

void *arena_alloc(arena *a, size_t size);                    /* zeroed; size 0 gives a valid unique pointer */
void *arena_array(arena *a, size_t count, size_t item_size); /* as arena_alloc; aborts on overflow of the product */
void *arena_copy(arena *a, const void *data, size_t size);
char *arena_string(arena *a, const char *data, size_t length); /* copy with a closing NUL */
/* Grows an array that came from this arena; the old block stays until the drop. */
void *arena_grow(arena *a, void *old, size_t old_count, size_t new_count, size_t item_size);

/* Calls release(thing) when the arena is dropped, latest first. */
void arena_defer(arena *a, void (*release)(void *thing), void *thing);

size_t arena_bytes(const arena *a); /* bytes taken from the system so far */

#define ARENA_NEW(a, type)          ((type *)arena_alloc((a), sizeof(type)))
#define ARENA_ARRAY(a, count, type) ((type *)arena_array((a), (count), sizeof(type)))

#endif
