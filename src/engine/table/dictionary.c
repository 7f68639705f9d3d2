#include "engine/table/dictionary.h"

#include "base/json.h"

enum { FIRST_VALUES = 16, FIRST_INDEX = 64 };

void dictionary_start(dictionary *d, arena *a)
{
    *d = (dictionary){ .arena = a, .capacity = FIRST_VALUES, .index_size = FIRST_INDEX };
    d->values = ARENA_ARRAY(a, FIRST_VALUES, text);
    d->index = ARENA_ARRAY(a, FIRST_INDEX, uint32_t);
}

static inline uint64_t load_8(const char *p)
{
    uint64_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

static inline uint64_t load_4(const char *p)
{
    uint32_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

/* The first and the last eight bytes; below eight bytes, all of them in head. Never reads outside of the value. */
static inline void ends_of(const char *p, size_t n, uint64_t *head, uint64_t *tail)
{
    if (n >= 8) {
        *head = load_8(p);
        *tail = load_8(p + n - 8);
    } else {
        *tail = 0;
        if (n >= 4)
            *head = load_4(p) | load_4(p + n - 4) << 32;
        else if (n == 0)
            *head = 0;
        else
            *head = (uint64_t)(unsigned char)p[0] | (uint64_t)(unsigned char)p[n >> 1] << 8 |
                    (uint64_t)(unsigned char)p[n - 1] << 16;
    }
}

static inline uint64_t mix(uint64_t head, uint64_t tail, uint64_t shape)
{
    uint64_t h = (head ^ (tail << 32 | tail >> 32)) + shape;
    h *= 0x9E3779B97F4A7C15u;
    return h ^ (h >> 29);
}

static uint64_t hash_of(text t)
{
    uint64_t h = 0xcbf29ce484222325u;
    for (size_t i = 0; i < t.length; i++) h = (h ^ (unsigned char)t.data[i]) * 0x100000001b3u;
    return h ^ (h >> 32);
}

static void index_add(dictionary *d, uint32_t code)
{
    size_t at = hash_of(d->values[code - 1]) & (d->index_size - 1);
    while (d->index[at]) at = (at + 1) & (d->index_size - 1);
    d->index[at] = code;
}

static uint32_t add_value(dictionary *d, text value)
{
    if (d->count == d->capacity) {
        d->values = arena_grow(d->arena, d->values, d->capacity, 2 * d->capacity, sizeof(text));
        d->capacity *= 2;
    }
    d->values[d->count++] = value.length ? text_copy(d->arena, value) : TEXT("");
    if (2 * d->count > d->index_size) {
        d->index_size *= 4;
        d->index = ARENA_ARRAY(d->arena, d->index_size, uint32_t);
        for (size_t i = 0; i + 1 < d->count; i++) index_add(d, (uint32_t)i + 1);
    }
    index_add(d, (uint32_t)d->count);
    return (uint32_t)d->count;
}

static uint32_t code_of_text(dictionary *d, text value)
{
    size_t at = hash_of(value) & (d->index_size - 1);
    while (d->index[at]) {
        if (text_equal(d->values[d->index[at] - 1], value)) return d->index[at];
        at = (at + 1) & (d->index_size - 1);
    }
    return add_value(d, value);
}

static uint32_t code_of_number(dictionary *d, double number)
{
    char digits[32];
    return code_of_text(d, (text){ digits, json_number_format(number, digits) });
}

/* A literal outlives its row only as a copy, since the cache compares with it later. */
static uint32_t miss(dictionary *d, const cell *c, dictionary_slot *slot, dictionary_slot wanted)
{
    uint32_t code = c->kind == CELL_NUMBER ? code_of_number(d, c->number) : code_of_text(d, c->text);
    wanted.code = code;
    wanted.data = NULL;
    if (c->text.length > 16) {
        text value = d->values[code - 1];
        wanted.data = c->kind == CELL_TEXT ? value.data : arena_string(d->arena, c->text.data, c->text.length);
    }
    *slot = wanted;
    return code;
}

uint32_t dictionary_code(dictionary *d, const cell *c)
{
    if (c->kind == CELL_BOOL) return code_of_text(d, c->boolean ? TEXT("true") : TEXT("false"));
    if (c->kind == CELL_NUMBER && !c->text.length) return code_of_number(d, c->number);
    dictionary_slot wanted = { .shape = (uint64_t)c->text.length << 2 | (uint64_t)c->kind };
    ends_of(c->text.data, c->text.length, &wanted.head, &wanted.tail);
    uint64_t key = mix(wanted.head, wanted.tail, wanted.shape);
    dictionary_slot *slot = &d->cache[(key >> 40) & (DICTIONARY_CACHE - 1)];
    if (slot->shape == wanted.shape && slot->head == wanted.head && slot->tail == wanted.tail &&
        (c->text.length <= 16 || memcmp(slot->data, c->text.data, c->text.length) == 0))
        return slot->code;
    return miss(d, c, slot, wanted);
}
