#include "programs/row_frame.h"

#include "engine/stats/random.h"
#include "engine/table/dictionary.h"
#include "engine/table/suggest.h"

typedef struct frame_column {
    text name;
    bool is_known, is_text;
    text first_value;
    dictionary words;
    size_t place; /* in the file at hand */
} frame_column;

struct row_frame {
    arena *arena;
    text_list ignore;
    frame_column *columns;
    size_t count;
    double *values; /* of the file at hand */
    size_t rows, capacity;
    bool has_columns, has_header;
};

row_frame *row_frame_new(arena *a, text_list ignore)
{
    row_frame *f = ARENA_NEW(a, row_frame);
    *f = (row_frame){ .arena = a, .ignore = ignore };
    return f;
}

static size_t place_of(text name, const text *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (text_equal(name, names[i])) return i;
    return SIZE_MAX;
}

static error first_header(row_frame *f, const text *names, size_t count)
{
    for (size_t i = 0; i < f->ignore.count; i++)
        if (place_of(f->ignore.items[i], names, count) == SIZE_MAX)
            return fail(f->arena, INVALID, "", "--ignore: there is no column \"%.*s\". %.*s", PRINT(f->ignore.items[i]),
                        PRINT(suggest_or_list(f->arena, f->ignore.items[i], names, count)));
    f->columns = ARENA_ARRAY(f->arena, count, frame_column);
    for (size_t i = 0; i < count; i++) {
        if (place_of(names[i], f->ignore.items, f->ignore.count) != SIZE_MAX) continue;
        frame_column *c = &f->columns[f->count++];
        c->name = text_copy(f->arena, names[i]);
        dictionary_start(&c->words, f->arena);
    }
    f->has_columns = true;
    if (f->count == 0) return fail(f->arena, INVALID, "", "no column is left; expected at least one");
    return OK;
}

static error take_header(void *context, const text *names, size_t count)
{
    row_frame *f = context;
    if (!f->has_columns) TRY(first_header(f, names, count));
    for (size_t i = 0; i < f->count; i++) {
        f->columns[i].place = place_of(f->columns[i].name, names, count);
        if (f->columns[i].place == SIZE_MAX)
            return fail(f->arena, INVALID, "", "there is no column \"%.*s\". %.*s", PRINT(f->columns[i].name),
                        PRINT(suggest_or_list(f->arena, f->columns[i].name, names, count)));
    }
    f->has_header = true;
    return OK;
}

static bool number_of(const cell *c, double *out)
{
    if (c->kind == CELL_NUMBER) return *out = c->number, true;
    return c->kind == CELL_TEXT && text_number(text_trim(c->text), out);
}

static error take_cell(row_frame *f, frame_column *c, const cell *given, double *out)
{
    *out = NAN;
    if (given->kind == CELL_MISSING) return OK;
    bool is_number = number_of(given, out);
    text shown = given->kind == CELL_TEXT ? suggest_short(given->text, 40) : TEXT("a value");
    if (!c->is_known) {
        c->is_known = true;
        c->is_text = !is_number;
        c->first_value = text_copy(f->arena, shown);
    }
    if (is_number == c->is_text)
        return fail(f->arena, INVALID, "", "row %zu, column \"%.*s\": expected a %s like \"%.*s\", found \"%.*s\"",
                    f->rows + 1, PRINT(c->name), c->is_text ? "word" : "number", PRINT(c->first_value), PRINT(shown));
    if (c->is_text) *out = dictionary_code(&c->words, given) - 1.0;
    return OK;
}

static error take_row(void *context, const cell *cells, size_t count)
{
    row_frame *f = context;
    (void)count; /* readers give as many cells as there are names */
    if (f->rows == f->capacity) {
        size_t more = f->capacity ? 2 * f->capacity : 64;
        f->values = arena_grow(f->arena, f->values, f->rows * f->count, more * f->count, sizeof(double));
        f->capacity = more;
    }
    for (size_t i = 0; i < f->count; i++)
        TRY(take_cell(f, &f->columns[i], &cells[f->columns[i].place], &f->values[f->rows * f->count + i]));
    f->rows++;
    return OK;
}

row_sink row_frame_sink(row_frame *f)
{
    f->values = NULL;
    f->rows = f->capacity = 0;
    f->has_header = false;
    return (row_sink){ .context = f, .header = take_header, .row = take_row };
}

error row_frame_rows(row_frame *f, matrix *out)
{
    if (!f->has_header) return fail(f->arena, BAD_REQUEST, "", "there is no data; expected a header and rows");
    *out = (matrix){ f->values, f->rows, f->count };
    return OK;
}

const model_feature *row_frame_features(row_frame *f, const text **names, size_t *count)
{
    model_feature *features = ARENA_ARRAY(f->arena, f->count, model_feature);
    text *own_names = ARENA_ARRAY(f->arena, f->count, text);
    for (size_t i = 0; i < f->count; i++) {
        const frame_column *c = &f->columns[i];
        own_names[i] = c->name;
        features[i] = (model_feature){ .name = c->name, .is_category = c->is_text };
        if (!c->is_text) continue;
        features[i].categories = c->words.values;
        features[i].category_count = c->words.count;
    }
    *names = own_names;
    *count = f->count;
    return features;
}

/* ------------------------------------------------------------------ ranges and samples */

static error filter_header(void *context, const text *names, size_t count)
{
    row_filter *f = context;
    f->label_place = place_of(f->label, names, count);
    if (text_is(f->label) && f->label_place == SIZE_MAX)
        return fail(f->arena, INVALID, "", "--label: there is no column \"%.*s\". %.*s", PRINT(f->label),
                    PRINT(suggest_or_list(f->arena, f->label, names, count)));
    return f->sink.header(f->sink.context, names, count);
}

/* As CSV would have it, so that a label is the same in every format. */
static text label_of(arena *a, const cell *c)
{
    char digits[32];
    if (c->kind == CELL_NUMBER) return text_copy(a, (text){ digits, json_number_format(c->number, digits) });
    if (c->kind == CELL_BOOL) return c->boolean ? TEXT("true") : TEXT("false");
    return c->kind == CELL_TEXT ? text_copy(a, c->text) : NO_TEXT;
}

static void keep_label(row_filter *f, const cell *c)
{
    if (f->label_count == f->label_capacity) {
        f->label_capacity = f->label_capacity ? 2 * f->label_capacity : 64;
        f->labels = arena_grow(f->arena, f->labels, f->label_count, f->label_capacity, sizeof(text));
    }
    f->labels[f->label_count++] = label_of(f->arena, c);
}

static error filter_row(void *context, const cell *cells, size_t count)
{
    row_filter *f = context;
    uint64_t row = f->seen++;
    if (f->range.is_set && (row < f->range.from || row >= f->range.to)) return OK;
    if (text_is(f->label)) keep_label(f, &cells[f->label_place]);
    return f->sink.row(f->sink.context, cells, count);
}

row_sink row_filter_sink(row_filter *f)
{
    return (row_sink){ .context = f, .header = filter_header, .row = filter_row };
}

matrix row_sample(arena *a, const matrix *rows, size_t most, uint64_t seed)
{
    if (rows->rows <= most) return *rows;
    random_stream r = random_stream_for(seed, TEXT("background"));
    double *values = ARENA_ARRAY(a, most * rows->columns, double);
    size_t taken = 0;
    for (size_t i = 0; i < rows->rows && taken < most; i++) { /* Knuth's selection sampling: the order stays */
        double chance = (double)(most - taken) / (double)(rows->rows - i);
        if (random_unit(&r) >= chance) continue;
        memcpy(values + taken++ * rows->columns, matrix_row(rows, i), rows->columns * sizeof(double));
    }
    return (matrix){ values, most, rows->columns };
}
