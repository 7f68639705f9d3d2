#include "http/fields/fields.h"

static void encode_maybe(json_writer *w, const field *row, const void *from)
{
    const maybe_uuid *id = from;
    const maybe_integer *integer = from;
    const maybe_number *number = from;
    const maybe_bool *truth = from;
    const maybe_instant *time = from;
    if (row->kind == FIELD_MAYBE_UUID && id->is_set)
        json_write_uuid(w, id->value);
    else if (row->kind == FIELD_MAYBE_INTEGER && integer->is_set)
        json_write_integer(w, integer->value);
    else if (row->kind == FIELD_MAYBE_NUMBER && number->is_set)
        json_write_number(w, number->value);
    else if (row->kind == FIELD_MAYBE_BOOL && truth->is_set)
        json_write_bool(w, truth->value);
    else if (row->kind == FIELD_MAYBE_INSTANT && time->is_set)
        json_write_instant(w, time->value);
    else
        json_write_null(w);
}

static void encode_texts(json_writer *w, const text_list *list)
{
    json_open(w, '[');
    for (size_t i = 0; i < list->count; i++) json_write_text(w, list->items[i]);
    json_close(w, ']');
}

static void encode_json(json_writer *w, text value)
{
    if (text_is(value))
        json_write_raw(w, value);
    else
        json_write_null(w);
}

static void encode_value(json_writer *w, const field *row, const void *from) // NOLINT(misc-no-recursion)
{
    const item_list *list = from;
    switch (row->kind) {
    case FIELD_NONE:
    case FIELD_SECRET:
        break;
    case FIELD_TEXT:
    case FIELD_EMAIL:
    case FIELD_ENUM:
        json_write_text(w, *(const text *)from);
        break;
    case FIELD_UUID:
        json_write_uuid(w, *(const uuid *)from);
        break;
    case FIELD_INTEGER:
        json_write_integer(w, *(const int64_t *)from);
        break;
    case FIELD_NUMBER:
        json_write_number(w, *(const double *)from);
        break;
    case FIELD_BOOL:
        json_write_bool(w, *(const bool *)from);
        break;
    case FIELD_INSTANT:
        json_write_instant(w, *(const instant *)from);
        break;
    case FIELD_JSON:
        encode_json(w, *(const text *)from);
        break;
    case FIELD_TEXT_LIST:
        encode_texts(w, from);
        break;
    case FIELD_OBJECT:
        fields_encode(w, row->fields, from);
        break;
    case FIELD_LIST:
        fields_encode_list(w, row->fields, list->items, list->count, row->item_size);
        break;
    case FIELD_MAYBE_UUID:
    case FIELD_MAYBE_INTEGER:
    case FIELD_MAYBE_NUMBER:
    case FIELD_MAYBE_BOOL:
    case FIELD_MAYBE_INSTANT:
        encode_maybe(w, row, from);
        break;
    }
}

static bool says_nothing(const field *row, const void *from) // NOLINT(misc-no-recursion)
{
    switch (row->kind) {
    case FIELD_BOOL:
        return !*(const bool *)from;
    case FIELD_INTEGER:
        return *(const int64_t *)from == 0;
    case FIELD_UUID:
        return uuid_is_nil(*(const uuid *)from);
    case FIELD_OBJECT:
        return says_nothing(row->fields, (const char *)from + row->fields->offset);
    case FIELD_TEXT_LIST:
        return ((const text_list *)from)->count == 0;
    case FIELD_LIST:
        return ((const item_list *)from)->count == 0;
    case FIELD_TEXT:
    case FIELD_EMAIL:
    case FIELD_ENUM:
    case FIELD_JSON:
        return !text_is(*(const text *)from);
    default:
        return false;
    }
}

void fields_encode(json_writer *w, const field *fields, const void *from) // NOLINT(misc-no-recursion)
{
    json_open(w, '{');
    for (const field *row = fields; row->name; row++) {
        if (row->kind == FIELD_SECRET || row->kind == FIELD_NONE) continue;
        if (row->left_out && says_nothing(row, (const char *)from + row->offset)) continue;
        json_key(w, row->name);
        encode_value(w, row, (const char *)from + row->offset);
    }
    json_close(w, '}');
}

void fields_encode_list(json_writer *w, const field *fields, const void *items, size_t count,
                        size_t item_size) // NOLINT(misc-no-recursion)
{
    json_open(w, '[');
    for (size_t i = 0; i < count; i++) fields_encode(w, fields, (const char *)items + i * item_size);
    json_close(w, ']');
}

/* ------------------------------------------------------------------ CSV */

/* A cell that begins so is a formula to a spreadsheet (OWASP, "CSV injection"). */
static bool looks_like_formula(text t)
{
    return t.length > 0 && strchr("=+-@\t\r", t.data[0]) != NULL && t.data[0] != 0;
}

static bool needs_quotes(text t)
{
    for (size_t i = 0; i < t.length; i++)
        if (t.data[i] == '"' || t.data[i] == ',' || t.data[i] == '\n' || t.data[i] == '\r') return true;
    return false;
}

static void add_cell(text_builder *out, text t, bool is_text)
{
    bool quoted = needs_quotes(t);
    if (quoted) text_add_char(out, '"');
    if (is_text && looks_like_formula(t)) text_add_char(out, '\'');
    for (size_t i = 0; i < t.length; i++) {
        if (t.data[i] == '"') text_add_char(out, '"');
        text_add_char(out, t.data[i]);
    }
    if (quoted) text_add_char(out, '"');
}

static bool is_text_kind(field_kind kind)
{
    return kind == FIELD_TEXT || kind == FIELD_EMAIL || kind == FIELD_ENUM;
}

static bool has_column(const field *row)
{
    return row->kind != FIELD_SECRET && row->kind != FIELD_NONE;
}

static void add_names(text_builder *out, const field *fields, text prefix, bool *first) // NOLINT(misc-no-recursion)
{
    for (const field *row = fields; row->name; row++) {
        if (!has_column(row)) continue;
        text name = text_format(out->arena, "%.*s%s", PRINT(prefix), row->name);
        if (row->kind == FIELD_OBJECT) {
            add_names(out, row->fields, text_format(out->arena, "%s.", name.data), first);
            continue;
        }
        if (!*first) text_add_char(out, ',');
        *first = false;
        add_cell(out, name, true);
    }
}

static void add_value(text_builder *out, const field *row, const void *from)
{
    if (is_text_kind(row->kind)) {
        add_cell(out, *(const text *)from, true);
        return;
    }
    json_writer w = json_writer_in(out->arena);
    encode_value(&w, row, from);
    text value = json_written(&w);
    if (text_equal_string(value, "null")) return;                                             /* an empty cell */
    bool is_bare_text = value.length >= 2 && value.data[0] == '"' && row->kind != FIELD_JSON; /* ids, times */
    if (is_bare_text) value = (text){ value.data + 1, value.length - 2 };
    add_cell(out, value, false);
}

static void add_values(text_builder *out, const field *fields, const void *from,
                       bool *first) // NOLINT(misc-no-recursion)
{
    for (const field *row = fields; row->name; row++) {
        const void *member = (const char *)from + row->offset;
        if (!has_column(row)) continue;
        if (row->kind == FIELD_OBJECT) {
            add_values(out, row->fields, member, first);
            continue;
        }
        if (!*first) text_add_char(out, ',');
        *first = false;
        add_value(out, row, member);
    }
}

void csv_header(text_builder *out, const field *fields)
{
    bool first = true;
    add_names(out, fields, TEXT(""), &first);
    text_add_string(out, "\r\n");
}

void csv_rows(text_builder *out, const field *fields, const void *items, size_t count, size_t item_size)
{
    for (size_t i = 0; i < count; i++) {
        bool first = true;
        add_values(out, fields, (const char *)items + i * item_size, &first);
        text_add_string(out, "\r\n");
    }
}
