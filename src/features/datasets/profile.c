#include "features/datasets/profile.h"

#include <math.h>
#include <strings.h>

typedef struct shown_value {
    uint64_t hash, count;
    text value;
} shown_value;

typedef struct column_profile {
    text name;
    uint64_t missing, numbers, bools, texts;
    double least, most;
    shown_value *values; /* while they are few */
    size_t value_count;
    uint64_t *seen; /* hashes of values, open addressing; a zero is free */
    size_t seen_count, seen_capacity;
    bool is_many; /* more than MOST_DISTINCT */
} column_profile;

struct profile {
    arena *arena;
    column_profile *columns;
    size_t count;
    int64_t rows;
};

profile *profile_new(arena *a)
{
    profile *p = ARENA_NEW(a, profile);
    p->arena = a;
    return p;
}

int64_t profile_rows(const profile *p)
{
    return p->rows;
}

/* ------------------------------------------------------------------ different values */

/* FNV-1a; never zero. Two values that share a hash count as one, which among a few hundred does not happen. */
static uint64_t hash_of(const void *bytes, size_t length, unsigned kind)
{
    const unsigned char *at = bytes;
    uint64_t hash = 14695981039346656037u ^ kind;
    for (size_t i = 0; i < length; i++) hash = (hash ^ at[i]) * 1099511628211u;
    return hash ? hash : 1;
}

static void place(uint64_t *seen, size_t capacity, uint64_t hash)
{
    size_t at = hash & (capacity - 1);
    while (seen[at]) at = (at + 1) & (capacity - 1);
    seen[at] = hash;
}

static bool has_seen(const column_profile *c, uint64_t hash)
{
    if (!c->seen_capacity) return false;
    size_t at = hash & (c->seen_capacity - 1);
    while (c->seen[at] && c->seen[at] != hash) at = (at + 1) & (c->seen_capacity - 1);
    return c->seen[at] == hash;
}

static void remember(arena *a, column_profile *c, uint64_t hash)
{
    if (c->seen_count == MOST_DISTINCT) {
        c->is_many = true;
        return;
    }
    if (2 * (c->seen_count + 1) > c->seen_capacity) {
        size_t capacity = c->seen_capacity ? c->seen_capacity * 4 : 32;
        uint64_t *larger = ARENA_ARRAY(a, capacity, uint64_t);
        for (size_t i = 0; i < c->seen_capacity; i++)
            if (c->seen[i]) place(larger, capacity, c->seen[i]);
        c->seen = larger;
        c->seen_capacity = capacity;
    }
    place(c->seen, c->seen_capacity, hash);
    c->seen_count++;
}

static text as_text(arena *a, const cell *from)
{
    if (from->kind == CELL_TEXT) {
        text shown = from->text;
        if (shown.length > LONGEST_VALUE) {
            shown.length = LONGEST_VALUE;
            while (shown.length && ((unsigned char)shown.data[shown.length] & 0xC0) == 0x80) shown.length--;
        }
        return text_copy(a, shown);
    }
    if (from->kind == CELL_BOOL) return from->boolean ? TEXT("true") : TEXT("false");
    char digits[32];
    size_t length = json_number_format(from->number, digits);
    return text_copy(a, (text){ digits, length });
}

static void count_value(arena *a, column_profile *c, const cell *from)
{
    if (c->is_many) return;
    uint64_t hash = from->kind == CELL_TEXT   ? hash_of(from->text.data, from->text.length, CELL_TEXT)
                    : from->kind == CELL_BOOL ? hash_of(&from->boolean, sizeof from->boolean, CELL_BOOL)
                                              : hash_of(&from->number, sizeof from->number, CELL_NUMBER);
    bool lists = c->seen_count <= MOST_VALUES;
    for (size_t i = 0; lists && i < c->value_count; i++) {
        if (c->values[i].hash != hash) continue;
        c->values[i].count++;
        return;
    }
    if (has_seen(c, hash)) return;
    remember(a, c, hash);
    if (c->seen_count > MOST_VALUES) return;
    if (!c->values) c->values = ARENA_ARRAY(a, MOST_VALUES, shown_value);
    c->values[c->value_count++] = (shown_value){ .hash = hash, .count = 1, .value = as_text(a, from) };
}

/* ------------------------------------------------------------------ types */

static bool is_word(text t, const char *word)
{
    return t.length == strlen(word) && strncasecmp(t.data, word, t.length) == 0;
}

/* Most numbers are a few digits. */
static bool number_of(text t, double *out)
{
    if (t.length <= 15) {
        uint64_t whole = 0;
        size_t i = 0;
        for (; i < t.length && t.data[i] >= '0' && t.data[i] <= '9'; i++)
            whole = whole * 10 + (uint64_t)(t.data[i] - '0');
        if (i == t.length && i) return *out = (double)whole, true;
    }
    return text_number(t, out);
}

static void count_kind(column_profile *c, const cell *from)
{
    double number = from->number;
    bool is_number = from->kind == CELL_NUMBER;
    if (from->kind == CELL_BOOL) {
        c->bools++;
        return;
    }
    /* One text makes it a column of texts: then nobody asks for bounds. */
    if (from->kind == CELL_TEXT && !c->texts) {
        is_number = number_of(text_trim(from->text), &number);
        if (!is_number && (is_word(from->text, "true") || is_word(from->text, "false"))) {
            c->bools++;
            return;
        }
    }
    if (!is_number) {
        c->texts++;
        return;
    }
    if (c->numbers++ == 0) c->least = c->most = number;
    c->least = fmin(c->least, number);
    c->most = fmax(c->most, number);
}

static error take_header(void *context, const text *names, size_t count)
{
    profile *p = context;
    p->columns = ARENA_ARRAY(p->arena, count, column_profile);
    p->count = count;
    for (size_t i = 0; i < count; i++) p->columns[i].name = text_copy(p->arena, names[i]);
    return OK;
}

static error take_row(void *context, const cell *cells, size_t count)
{
    profile *p = context;
    p->rows++;
    for (size_t i = 0; i < count && i < p->count; i++) {
        column_profile *c = &p->columns[i];
        if (cells[i].kind == CELL_MISSING) {
            c->missing++;
            continue;
        }
        count_kind(c, &cells[i]);
        count_value(p->arena, c, &cells[i]);
    }
    return OK;
}

row_sink profile_sink(profile *p)
{
    return (row_sink){ .context = p, .header = take_header, .row = take_row };
}

/* ------------------------------------------------------------------ as JSON */

static const char *type_of(const column_profile *c)
{
    if (c->texts || (c->numbers && c->bools)) return "text";
    if (c->numbers) return "number";
    return c->bools ? "bool" : "text";
}

static void write_column(json_writer *w, const column_profile *c)
{
    const char *type = type_of(c);
    bool is_number = !strcmp(type, "number");
    json_open(w, '{');
    json_key(w, "name"), json_write_text(w, c->name);
    json_key(w, "type"), json_write_string(w, type);
    json_key(w, "missing"), json_write_integer(w, (int64_t)c->missing);
    json_key(w, "distinct");
    if (c->is_many)
        json_write_null(w);
    else
        json_write_integer(w, (int64_t)c->seen_count);
    json_key(w, "min"), json_write_number(w, is_number ? c->least : NAN);
    json_key(w, "max"), json_write_number(w, is_number ? c->most : NAN);
    json_key(w, "values"), json_open(w, '[');
    for (size_t i = 0; c->seen_count <= MOST_VALUES && i < c->value_count; i++) {
        json_open(w, '{');
        json_key(w, "value"), json_write_text(w, c->values[i].value);
        json_key(w, "count"), json_write_integer(w, (int64_t)c->values[i].count);
        json_close(w, '}');
    }
    json_close(w, ']');
    json_key(w, "special_category"), json_write_text(w, special_category(c->name));
    json_close(w, '}');
}

text profile_json(arena *a, const profile *p)
{
    json_writer w = json_writer_in(a);
    json_open(&w, '[');
    for (size_t i = 0; i < p->count; i++) write_column(&w, &p->columns[i]);
    json_close(&w, ']');
    return json_written(&w);
}
