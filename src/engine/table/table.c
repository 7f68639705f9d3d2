#include "engine/aic_engine.h"
#include "engine/table/dictionary.h"
#include "engine/table/suggest.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { FIRST_ROWS = 1024 };

/* One wanted column while it is being filled. */
typedef struct filling {
    column_wish wish;
    size_t at; /* index in the rows */
    unsigned width;
    size_t missing;
    void *storage;
    dictionary *dictionary; /* categories */
} filling;

struct table_builder {
    arena *arena;
    filling *columns;
    size_t count;
    size_t rows, capacity;
    bool has_header;
};

static void builder_release(void *thing)
{
    table_builder *b = thing;
    for (size_t i = 0; i < b->count; i++) free(b->columns[i].storage);
}

/* Column storage is the one place of the engine that takes memory from malloc: realloc moves megabytes by remapping
 * pages, where an arena would have to keep every size that a column ever had. */
static void *storage_sized(void *old, size_t rows, size_t width)
{
    void *sized = realloc(old, rows * width);
    if (!sized) {
        fprintf(stderr, "aic: out of memory (asked for %zu bytes of table); stopping\n", rows * width);
        abort();
    }
    return sized;
}

table_builder *table_builder_new(arena *a, table_plan plan)
{
    table_builder *b = ARENA_NEW(a, table_builder);
    b->arena = a;
    b->count = plan.count;
    b->columns = ARENA_ARRAY(a, plan.count, filling);
    for (size_t i = 0; i < plan.count; i++) {
        filling *c = &b->columns[i];
        c->wish = plan.wishes[i];
        c->width = c->wish.kind == COLUMN_NUMBER ? sizeof(double) : 1;
        if (c->wish.kind == COLUMN_CATEGORY) {
            c->dictionary = ARENA_NEW(a, dictionary);
            dictionary_start(c->dictionary, a);
        }
    }
    arena_defer(a, builder_release, b);
    return b;
}

/* ------------------------------------------------------------------ header */

static error unknown_column(const table_builder *b, const filling *c, const text *names, size_t count)
{
    text hint = suggest_or_list(b->arena, c->wish.name, names, count);
    return fail(b->arena, INVALID, c->wish.pointer, "There is no column \"%.*s\". %.*s", PRINT(c->wish.name),
                PRINT(hint));
}

static error find_column(table_builder *b, filling *c, const text *names, size_t count)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        if (!text_equal(names[i], c->wish.name)) continue;
        c->at = i;
        found++;
    }
    if (found == 1) return OK;
    if (found == 0) return unknown_column(b, c, names, count);
    return fail(b->arena, INVALID, c->wish.pointer,
                "The data has %zu columns named \"%.*s\"; each column that is used needs a name of its own.", found,
                PRINT(c->wish.name));
}

static error take_header(void *context, const text *names, size_t count)
{
    table_builder *b = context;
    error all = OK;
    for (size_t i = 0; i < b->count; i++) all = error_also(b->arena, all, find_column(b, &b->columns[i], names, count));
    b->has_header = all == OK;
    return all;
}

/* ------------------------------------------------------------------ rows */

static void make_room(table_builder *b)
{
    b->capacity = b->capacity ? 2 * b->capacity : FIRST_ROWS;
    for (size_t i = 0; i < b->count; i++)
        b->columns[i].storage = storage_sized(b->columns[i].storage, b->capacity, b->columns[i].width);
}

/* Rewrites the codes of `rows` rows in the next width, when a column shows more values than its width can number. */
static void widen(filling *c, size_t rows, size_t capacity)
{
    table_column old = { .codes = c->storage, .code_width = c->width };
    unsigned width = c->width * 2;
    void *wide = storage_sized(NULL, capacity, width);
    for (size_t i = 0; i < rows; i++) {
        if (width == 2)
            ((uint16_t *)wide)[i] = (uint16_t)table_code(&old, i);
        else
            ((uint32_t *)wide)[i] = table_code(&old, i);
    }
    free(c->storage);
    c->storage = wide;
    c->width = width;
}

static error too_many_values(const table_builder *b, const filling *c)
{
    return fail(b->arena, INVALID, c->wish.pointer,
                "Row %zu, column \"%.*s\": more than %zu different values; at most %zu can be compared. Group the "
                "values into fewer (ages into bands, for instance).",
                b->rows + 1, PRINT(c->wish.name), c->wish.most_values, c->wish.most_values);
}

static inline error take_category(table_builder *b, filling *c, const cell *x)
{
    uint32_t code = 0;
    if (__builtin_expect(x->kind == CELL_MISSING, 0)) {
        c->missing++;
    } else {
        code = dictionary_code(c->dictionary, x);
        if (__builtin_expect(c->wish.most_values && code > c->wish.most_values, 0)) return too_many_values(b, c);
    }
    if (__builtin_expect(c->width < 4 && code >> (8 * c->width), 0)) widen(c, b->rows, b->capacity);
    if (c->width == 1)
        ((uint8_t *)c->storage)[b->rows] = (uint8_t)code;
    else if (c->width == 2)
        ((uint16_t *)c->storage)[b->rows] = (uint16_t)code;
    else
        ((uint32_t *)c->storage)[b->rows] = code;
    return OK;
}

/* Plain decimals of up to 15 digits, most of what there is: both the digits and the power of ten are exact doubles,
 * so that one division gives the correctly rounded value. Anything else goes to text_number. */
static bool plain_decimal(text t, double *out)
{
    static const double tens[] = {
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15
    };
    size_t i = t.length && t.data[0] == '-' ? 1 : 0, start = i, point = 0;
    if (t.length - i > 16 || t.length == i) return false;
    uint64_t digits = 0;
    for (; i < t.length; i++) {
        char c = t.data[i];
        if (c >= '0' && c <= '9')
            digits = digits * 10 + (uint64_t)(c - '0');
        else if (c == '.' && !point && i > start && i + 1 < t.length)
            point = i + 1;
        else
            return false;
    }
    if (t.length - start - (point ? 1 : 0) > 15) return false;
    double value = (double)digits / tens[point ? t.length - point : 0];
    *out = start ? -value : value;
    return true;
}

static error take_number(table_builder *b, filling *c, const cell *x)
{
    double value = NAN;
    bool is_number = true;
    if (x->kind == CELL_MISSING)
        c->missing++;
    else if (x->kind == CELL_NUMBER)
        value = x->number;
    else
        is_number = x->kind == CELL_TEXT && (plain_decimal(x->text, &value) || text_number(text_trim(x->text), &value));
    if (!is_number) {
        text found = x->kind == CELL_BOOL ? (x->boolean ? TEXT("true") : TEXT("false")) : x->text;
        return fail(b->arena, INVALID, c->wish.pointer, "Row %zu, column \"%.*s\": expected a number, found \"%.*s\".",
                    b->rows + 1, PRINT(c->wish.name), PRINT(suggest_short(found, 60)));
    }
    ((double *)c->storage)[b->rows] = value;
    return OK;
}

static error take_row(void *context, const cell *cells, size_t count)
{
    table_builder *b = context;
    static const cell absent = { .kind = CELL_MISSING };
    if (b->rows == b->capacity) make_room(b);
    if (b->rows == UINT32_MAX)
        return fail(b->arena, BAD_REQUEST, "", "The data has more than %u rows, which is the most that fits.",
                    UINT32_MAX);
    for (size_t i = 0; i < b->count; i++) {
        filling *c = &b->columns[i];
        const cell *x = c->at < count ? &cells[c->at] : &absent;
        error bad = c->wish.kind == COLUMN_CATEGORY ? take_category(b, c, x) : take_number(b, c, x);
        if (__builtin_expect(bad != OK, 0)) return bad;
    }
    b->rows++;
    return OK;
}

row_sink table_builder_sink(table_builder *builder)
{
    return (row_sink){ .context = builder, .header = take_header, .row = take_row };
}

/* ------------------------------------------------------------------ table */

static table_column column_of(const filling *c)
{
    table_column made = { .name = c->wish.name, .kind = c->wish.kind, .missing = c->missing };
    if (c->wish.kind == COLUMN_NUMBER) {
        made.numbers = c->storage;
    } else {
        made.values = c->dictionary->values;
        made.value_count = c->dictionary->count;
        made.code_width = c->width;
        made.codes = c->storage;
    }
    return made;
}

error table_builder_finish(table_builder *builder, const table **out)
{
    if (!builder->has_header)
        return fail(builder->arena, BAD_REQUEST, "", "The data is empty: it has no header and no rows.");
    table *t = ARENA_NEW(builder->arena, table);
    table_column *columns = ARENA_ARRAY(builder->arena, builder->count, table_column);
    for (size_t i = 0; i < builder->count; i++) columns[i] = column_of(&builder->columns[i]);
    *t = (table){ .rows = builder->rows, .columns = columns, .column_count = builder->count };
    *out = t;
    return OK;
}

const table_column *table_column_named(const table *t, text name)
{
    for (size_t i = 0; i < t->column_count; i++)
        if (text_equal(t->columns[i].name, name)) return &t->columns[i];
    return NULL;
}
