/* Dictionary: the different values of one category column, each with a code (1, 2, ... in order of appearance).
 *
 * Built for columns of a few short values and very many rows: a cell is recognized by its first and last eight bytes
 * and its length, which for up to 16 bytes is the whole value, in a small direct-mapped cache; the full hash table is
 * asked only when that misses. */
#ifndef AIC_ENGINE_DICTIONARY_H
#define AIC_ENGINE_DICTIONARY_H

#include "base/table_reader.h"
#include "base/text.h"

enum { DICTIONARY_CACHE = 64 }; /* a power of two */

typedef struct dictionary_slot {
    uint64_t head, tail;
    uint64_t shape; /* length and kind; 0: empty slot */
    const char *data;
    uint32_t code;
} dictionary_slot;

typedef struct dictionary {
    arena *arena;
    text *values;
    size_t count, capacity;
    uint32_t *index; /* open addressing: code or 0 */
    size_t index_size;
    dictionary_slot cache[DICTIONARY_CACHE];
} dictionary;

void dictionary_start(dictionary *d, arena *a);
/* The code of the value, a new one for a new value. Numbers are entered as ECMAScript writes them, so that 1 and 1.0
 * are one value. `c` is not missing. */
uint32_t dictionary_code(dictionary *d, const cell *c);

#endif
