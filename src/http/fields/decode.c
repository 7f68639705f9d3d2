#include "http/fields/value.h"

#include <math.h>

static const char *kind_in_words(const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return "an object";
    case JSON_ARRAY:
        return "a list";
    case JSON_STRING:
        return "a text";
    case JSON_INTEGER:
    case JSON_REAL:
        return "a number";
    case JSON_TRUE:
    case JSON_FALSE:
        return "true or false";
    default:
        return "null";
    }
}

static void expected(findings *f, const place *at, const char *what, const json_t *value)
{
    find(f, at, "Expected %s, found %s.", what, kind_in_words(value));
}

/* ------------------------------------------------------------------ unknown names */

/* The nearest name is looked for only when it will be told: a body may hold a million unknown ones. */
static void unknown_name(findings *f, const place *at, const field *fields, text name)
{
    size_t count = 0;
    if (f->count >= MOST_ERRORS_TOLD) return;
    while (fields[count].name) count++;
    const char **known = ARENA_ARRAY(f->arena, count + 1, const char *);
    for (size_t i = 0; i < count; i++) known[i] = fields[i].name;
    const char *nearest = nearest_name(f->arena, name, known, count);
    if (nearest)
        find(f, at, "There is no field of this name; did you mean \"%s\"?", nearest);
    else
        find(f, at, "There is no field of this name here.");
}

static const field *field_named(const field *fields, text name)
{
    for (const field *row = fields; row->name; row++)
        if (text_equal_string(name, row->name)) return row;
    return NULL;
}

/* ------------------------------------------------------------------ JSON */

/* The database's JSON type cannot hold U+0000 anywhere. Depth: json_read's limit. */
static bool holds_nul(const json_t *value) // NOLINT(misc-no-recursion)
{
    if (json_is_string(value)) return memchr(json_string_value(value), 0, json_string_length(value)) != NULL;
    for (size_t i = 0; i < json_array_size(value); i++)
        if (holds_nul(json_array_get(value, i))) return true;
    if (!json_is_object(value)) return false;
    const char *name;
    json_t *member;
    json_object_foreach((json_t *)(uintptr_t)value, name, member) if (holds_nul(member)) return true;
    return false;
}

static void decode_object(findings *f, const place *at, const field *fields, const json_t *object, char *out);

static void decode_integer(findings *f, const place *at, const field *row, const json_t *value, void *out)
{
    double number = json_real_value(value); /* 0 when it is no real */
    if (json_is_integer(value))
        take_integer(f, at, row, json_integer_value(value), out);
    else if (!json_is_real(value))
        expected(f, at, "a whole number", value);
    else if (trunc(number) == number && fabs(number) <= 9007199254740992.0)
        take_integer(f, at, row, (int64_t)number, out); // NOLINT
    else
        find(f, at, "Expected a whole number, found one with decimals or beyond what is exact.");
}

static void decode_texts(findings *f, const place *at, const field *row, const json_t *value, text_list *out)
{
    size_t count = json_array_size(value);
    if (!json_is_array(value)) {
        expected(f, at, "a list of texts", value);
        return;
    }
    if (row->most_items && count > row->most_items) {
        find(f, at, "Expected at most %zu items, found %zu.", row->most_items, count);
        return;
    }
    text *items = ARENA_ARRAY(f->arena, count, text);
    field item = *row;
    item.kind = row->names ? FIELD_ENUM : FIELD_TEXT;
    for (size_t i = 0; i < count && f->count < MOST_ERRORS_TOLD; i++) {
        place inside = { .parent = at, .index = i };
        const json_t *one = json_array_get(value, i);
        if (json_is_string(one))
            take_text(f, &inside, &item, json_text_of(one), &items[i]);
        else
            expected(f, &inside, "a text", one);
    }
    *out = (text_list){ items, count };
}

static void decode_list(findings *f, const place *at, const field *row, const json_t *value,
                        item_list *out) // NOLINT(misc-no-recursion)
{
    size_t count = json_array_size(value);
    if (!json_is_array(value)) {
        expected(f, at, "a list", value);
        return;
    }
    if (row->most_items && count > row->most_items) {
        find(f, at, "Expected at most %zu items, found %zu.", row->most_items, count);
        return;
    }
    char *items = arena_array(f->arena, count, row->item_size);
    for (size_t i = 0; i < count && f->count < MOST_ERRORS_TOLD; i++) {
        place inside = { .parent = at, .index = i };
        decode_object(f, &inside, row->fields, json_array_get(value, i), items + i * row->item_size);
    }
    *out = (item_list){ items, count };
}

static void decode_string(findings *f, const place *at, const field *row, const json_t *value, void *out)
{
    if (!json_is_string(value))
        expected(f, at, "a text", value);
    else
        take_any(f, at, row, json_text_of(value), out);
}

static void decode_value(findings *f, const place *at, const field *row, const json_t *value,
                         void *out) // NOLINT(misc-no-recursion)
{
    switch (row->kind) {
    case FIELD_NONE:
        break;
    case FIELD_INTEGER:
    case FIELD_MAYBE_INTEGER:
        decode_integer(f, at, row, value, out);
        break;
    case FIELD_NUMBER:
    case FIELD_MAYBE_NUMBER:
        if (json_is_number(value))
            take_number(f, at, row, json_number_value(value), out);
        else
            expected(f, at, "a number", value);
        break;
    case FIELD_BOOL:
    case FIELD_MAYBE_BOOL:
        if (json_is_boolean(value))
            take_bool(row, json_is_true(value), out);
        else
            expected(f, at, "true or false", value);
        break;
    case FIELD_JSON:
        if (holds_nul(value))
            find(f, at, "The character U+0000 is not allowed in texts.");
        else
            *(text *)out = json_compact(f->arena, value);
        break;
    case FIELD_TEXT_LIST:
        decode_texts(f, at, row, value, out);
        break;
    case FIELD_OBJECT:
        decode_object(f, at, row->fields, value, out);
        break;
    case FIELD_LIST:
        decode_list(f, at, row, value, out);
        break;
    default:
        decode_string(f, at, row, value, out);
        break;
    }
}

static void decode_member(findings *f, const place *parent, const field *row, const json_t *object,
                          char *out) // NOLINT(misc-no-recursion)
{
    const json_t *value = json_object_get(object, row->name);
    place at = { .parent = parent, .name = text_of(row->name) };
    bool is_null = json_is_null(value);
    if (value && (!is_null || (row->required && row->kind == FIELD_JSON))) {
        decode_value(f, &at, row, value, out + row->offset);
    } else if (!row->required || (is_null && row->nullable)) {
        take_default(f->arena, row, out + row->offset);
    } else {
        find(f, &at, "%s", is_null ? "This is required and may not be null." : "This is required.");
    }
}

static void decode_object(findings *f, const place *at, const field *fields, const json_t *object,
                          char *out) // NOLINT(misc-no-recursion)
{
    if (!json_is_object(object)) {
        expected(f, at, "an object", object);
        return;
    }
    size_t known = 0;
    for (const field *row = fields; row->name; row++) {
        known += json_object_get(object, row->name) != NULL;
        decode_member(f, at, row, object, out);
    }
    if (known == json_object_size(object)) return;
    json_t *members = (json_t *)(uintptr_t)object; /* jansson's iterators take a non-const object but only read it */
    for (void *it = json_object_iter(members); it; it = json_object_iter_next(members, it)) {
        text name = { json_object_iter_key(it), json_object_iter_key_len(it) };
        place inside = { .parent = at, .name = name };
        if (!field_named(fields, name)) unknown_name(f, &inside, fields, name);
    }
}

error fields_decode(arena *a, const field *fields, const json_t *object, void *out)
{
    if (!json_is_object(object))
        return fail(a, BAD_REQUEST, "", "Expected a JSON object, found %s.", kind_in_words(object));
    findings found = { .arena = a };
    decode_object(&found, NULL, fields, object, out);
    return findings_error(&found);
}

/* ------------------------------------------------------------------ query and path */

static void decode_repeated(findings *f, const place *at, const field *row, const named_text *given, size_t count,
                            void *out)
{
    text *items = ARENA_ARRAY(f->arena, count, text);
    field item = *row;
    item.kind = row->names ? FIELD_ENUM : FIELD_TEXT;
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        if (!text_equal_string(given[i].name, row->name)) continue;
        place inside = { .parent = at, .index = n };
        take_text(f, &inside, &item, given[i].value, &items[n++]);
    }
    if (row->most_items && n > row->most_items)
        find(f, at, "Expected at most %zu values, found %zu.", row->most_items, n);
    *(text_list *)out = (text_list){ items, n };
}

static void decode_given(findings *f, const field *row, const named_text *given, size_t count, char *out)
{
    place at = { .name = text_of(row->name) };
    size_t times = 0, last = 0;
    for (size_t i = 0; i < count; i++)
        if (text_equal_string(given[i].name, row->name)) last = i, times++;
    if (times == 0 && row->required)
        find(f, &at, "This is required.");
    else if (times == 0)
        take_default(f->arena, row, out + row->offset);
    else if (row->kind == FIELD_TEXT_LIST)
        decode_repeated(f, &at, row, given, count, out + row->offset);
    else if (times > 1)
        find(f, &at, "Expected one value, found %zu.", times);
    else
        take_any(f, &at, row, given[last].value, out + row->offset);
}

error fields_decode_texts(arena *a, const field *fields, const named_text *given, size_t count, void *out)
{
    findings found = { .arena = a };
    for (const field *row = fields; row->name; row++) decode_given(&found, row, given, count, out);
    for (size_t i = 0; i < count; i++) {
        place at = { .name = given[i].name };
        if (!field_named(fields, given[i].name)) unknown_name(&found, &at, fields, given[i].name);
    }
    return findings_error(&found);
}
