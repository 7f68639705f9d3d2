#include "engine/model/model.h"
#include "engine/table/suggest.h"

enum { ROWS_A_BLOCK = 1024, MOST_TOLD = 10 };

/* The texts of one feature's categories by their hash: a category's number plus one, 0 for nothing. */
typedef struct category_index {
    uint32_t *place;
    size_t size; /* a power of two */
} category_index;

typedef struct rows_block {
    struct rows_block *next;
    double *values;
} rows_block;

struct model_rows_builder {
    arena *arena;
    arena *blocks; /* rows while their number is unknown; gone once they stand in one piece */
    const model *model;
    size_t *columns; /* of each feature */
    category_index *indices;
    rows_block *first, *latest;
    size_t rows;
    bool has_header;
};

static void release_blocks(void *thing)
{
    model_rows_builder *b = thing;
    arena_drop(b->blocks);
}

/* ------------------------------------------------------------------ categories */

static size_t hash_of(text t)
{
    uint64_t h = 0xCBF29CE484222325;
    for (size_t i = 0; i < t.length; i++) h = (h ^ (unsigned char)t.data[i]) * 0x100000001B3;
    return (size_t)(h ^ h >> 32);
}

/* Where the text stands or belongs. */
static uint32_t *place_of(const category_index *index, const model_feature *f, text t)
{
    size_t i = hash_of(t) & (index->size - 1);
    while (index->place[i] && !text_equal(f->categories[index->place[i] - 1], t)) i = (i + 1) & (index->size - 1);
    return &index->place[i];
}

static category_index index_of(arena *a, const model_feature *f)
{
    category_index index = { .size = 16 };
    while (index.size < 2 * f->category_count) index.size *= 2;
    index.place = ARENA_ARRAY(a, index.size, uint32_t);
    for (size_t k = 0; k < f->category_count; k++) {
        uint32_t *place = place_of(&index, f, f->categories[k]);
        if (!*place) *place = (uint32_t)k + 1;
    }
    return index;
}

model_rows_builder *model_rows_new(arena *a, const model *m)
{
    model_rows_builder *b = ARENA_NEW(a, model_rows_builder);
    *b = (model_rows_builder){ .arena = a, .blocks = arena_new(), .model = m };
    arena_defer(a, release_blocks, b);
    b->columns = ARENA_ARRAY(a, m->feature_count, size_t);
    b->indices = ARENA_ARRAY(a, m->feature_count, category_index);
    for (size_t f = 0; f < m->feature_count; f++)
        if (m->features[f].category_count) b->indices[f] = index_of(a, &m->features[f]);
    return b;
}

/* ------------------------------------------------------------------ header */

static error unknown_column(const model_rows_builder *b, text name, const text *names, size_t count)
{
    text hint = suggest_or_list(b->arena, name, names, count);
    return fail(b->arena, INVALID, "", "The model reads a feature \"%.*s\"; the data has no such column. %.*s",
                PRINT(name), PRINT(hint));
}

static size_t count_named(model_rows_builder *b, size_t feature, const text *names, size_t count)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        if (!text_equal(names[i], b->model->features[feature].name)) continue;
        b->columns[feature] = i;
        found++;
    }
    return found;
}

static error find_column(model_rows_builder *b, size_t feature, const text *names, size_t count)
{
    text name = b->model->features[feature].name;
    size_t found = count_named(b, feature, names, count);
    if (found == 1) return OK;
    if (found == 0) return unknown_column(b, name, names, count);
    return fail(b->arena, INVALID, "",
                "The data has %zu columns named \"%.*s\"; each column that the model reads needs a name of its own.",
                found, PRINT(name));
}

/* Each feature that is not there has an error of its own, up to a few. */
static error find_all(model_rows_builder *b, const text *names, size_t count)
{
    error all = OK;
    size_t missing = 0;
    for (size_t f = 0; f < b->model->feature_count && missing < MOST_TOLD; f++) {
        error bad = find_column(b, f, names, count);
        missing += bad != OK;
        all = error_also(b->arena, all, bad);
    }
    return all;
}

/* Names that stand in no file: f0, f1, … when the data has them all, else its columns in their order. */
static error find_unnamed(model_rows_builder *b, const text *names, size_t count)
{
    size_t features = b->model->feature_count, found = 0;
    while (found < features && count_named(b, found, names, count) == 1) found++;
    if (found == features) return OK;
    if (count < features)
        return fail(b->arena, INVALID, "",
                    "The model reads %zu features, which its file does not name; the data has %zu columns.", features,
                    count);
    for (size_t f = 0; f < features; f++) b->columns[f] = f;
    return OK;
}

static error take_header(void *context, const text *names, size_t count)
{
    model_rows_builder *b = context;
    error bad = b->model->has_names ? find_all(b, names, count) : find_unnamed(b, names, count);
    b->has_header = bad == OK;
    return bad;
}

/* ------------------------------------------------------------------ rows */

static text text_of_cell(arena *a, const cell *c)
{
    if (c->kind == CELL_BOOL) return c->boolean ? TEXT("true") : TEXT("false");
    if (c->kind == CELL_TEXT) return c->text;
    char digits[32];
    size_t length = isfinite(c->number) ? json_number_format(c->number, digits) : 0;
    return text_copy(a, (text){ digits, length });
}

static error wrong_cell(const model_rows_builder *b, size_t feature, const cell *c, text expected)
{
    text found = text_of_cell(b->arena, c);
    return fail(b->arena, INVALID, "", "Row %zu, column \"%.*s\": expected %.*s, found \"%.*s\".", b->rows + 1,
                PRINT(b->model->features[feature].name), PRINT(expected), PRINT(suggest_short(found, 60)));
}

static uint32_t category_of(const model_rows_builder *b, size_t feature, text t)
{
    return *place_of(&b->indices[feature], &b->model->features[feature], t);
}

/* "3.0" and 3 are the category "3"; Python's "True" is JSON's true. */
static uint32_t category_written_otherwise(const model_rows_builder *b, size_t feature, text t)
{
    double number;
    char digits[32];
    if (text_number(t, &number)) return category_of(b, feature, (text){ digits, json_number_format(number, digits) });
    if (text_equal_string(t, "True")) return category_of(b, feature, TEXT("true"));
    if (text_equal_string(t, "False")) return category_of(b, feature, TEXT("false"));
    return 0;
}

static error take_category(const model_rows_builder *b, size_t feature, const cell *c, double *out)
{
    const model_feature *f = &b->model->features[feature];
    char digits[32];
    text t =
        c->kind == CELL_NUMBER ? (text){ digits, json_number_format(c->number, digits) } : text_of_cell(b->arena, c);
    uint32_t found = category_of(b, feature, t);
    if (!found) found = category_written_otherwise(b, feature, text_trim(t));
    if (!found) {
        text known = suggest_listing(b->arena, f->categories, f->category_count, 12);
        return wrong_cell(b, feature, c, text_format(b->arena, "one of %.*s", PRINT(known)));
    }
    *out = (double)(found - 1);
    return OK;
}

/* pandas writes columns of true and false as "True" and "False". */
static bool is_truth(text t, double *out)
{
    bool is_true = text_equal_string(t, "True") || text_equal_string(t, "true");
    *out = is_true ? 1 : 0;
    return is_true || text_equal_string(t, "False") || text_equal_string(t, "false");
}

static error take_cell(const model_rows_builder *b, size_t feature, const cell *c, double *out)
{
    const model_feature *f = &b->model->features[feature];
    *out = NAN;
    if (c->kind == CELL_MISSING || (c->kind == CELL_NUMBER && !isfinite(c->number))) return OK;
    if (f->category_count) return take_category(b, feature, c, out);
    if (c->kind == CELL_NUMBER)
        *out = c->number;
    else if (c->kind == CELL_BOOL)
        *out = c->boolean ? 1 : 0;
    else if (!text_number(text_trim(c->text), out) && !is_truth(text_trim(c->text), out))
        return wrong_cell(b, feature, c, TEXT("a number"));
    if (f->is_category && *out != trunc(*out)) return wrong_cell(b, feature, c, TEXT("a category's number"));
    return OK;
}

static double *room_for_row(model_rows_builder *b)
{
    size_t at = b->rows % ROWS_A_BLOCK, width = b->model->feature_count;
    if (at == 0) {
        rows_block *block = ARENA_NEW(b->blocks, rows_block);
        block->values = ARENA_ARRAY(b->blocks, ROWS_A_BLOCK * width, double);
        if (b->latest)
            b->latest->next = block;
        else
            b->first = block;
        b->latest = block;
    }
    return b->latest->values + at * width;
}

static error take_row(void *context, const cell *cells, size_t count)
{
    model_rows_builder *b = context;
    static const cell absent = { .kind = CELL_MISSING };
    double *row = room_for_row(b);
    for (size_t f = 0; f < b->model->feature_count; f++) {
        const cell *c = b->columns[f] < count ? &cells[b->columns[f]] : &absent;
        error bad = take_cell(b, f, c, &row[f]);
        if (__builtin_expect(bad != OK, 0)) return bad;
    }
    b->rows++;
    return OK;
}

row_sink model_rows_sink(model_rows_builder *b)
{
    return (row_sink){ .context = b, .header = take_header, .row = take_row };
}

error model_rows_finish(model_rows_builder *b, matrix *out)
{
    if (!b->has_header) return fail(b->arena, BAD_REQUEST, "", "The data is empty: it has no header and no rows.");
    size_t width = b->model->feature_count, done = 0;
    double *values = ARENA_ARRAY(b->arena, b->rows * width, double);
    for (const rows_block *block = b->first; block; block = block->next) {
        size_t rows = b->rows - done < ROWS_A_BLOCK ? b->rows - done : ROWS_A_BLOCK;
        memcpy(values + done * width, block->values, rows * width * sizeof *values);
        done += rows;
    }
    arena_drop(b->blocks);
    b->blocks = NULL;
    *out = (matrix){ .values = values, .rows = b->rows, .columns = width };
    return OK;
}
