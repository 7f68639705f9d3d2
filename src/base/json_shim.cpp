/* The one place where C++ touches base: simdjson for bulk tables, std::to_chars for the shortest text of a double. No
 * exception leaves it, and nothing of C++ is seen from outside. */
extern "C" {
#include "base/json_fault.h"
#include "base/table_reader.h"
}

#include <charconv>
#include <new>
#include <simdjson.h>
#include <string_view>

using simdjson::dom::element;
using simdjson::dom::element_type;

/* ------------------------------------------------------------------ numbers */

/* ECMAScript's Number.toString: digits from the shortest scientific form, set out by its rules. */
extern "C" size_t json_number_format(double value, char out[32])
{
    if (value == 0) {
        out[0] = '0';
        return 1;
    }
    char *to = out;
    if (value < 0) *to++ = '-', value = -value;
    char shortest[32];
    auto made = std::to_chars(shortest, shortest + sizeof shortest, value, std::chars_format::scientific);
    char digits[24];
    int count = 0;
    const char *at = shortest;
    for (; *at != 'e'; at++)
        if (*at != '.') digits[count++] = *at;
    int exponent = 0;
    std::from_chars(at + (at[1] == '+' ? 2 : 1), made.ptr, exponent);
    const int point = exponent + 1; /* the value is 0.digits times ten to this */
    auto put = [&](const char *from, int length) { to = std::copy(from, from + length, to); };
    auto zeros = [&](int length) { to = std::fill_n(to, length, '0'); };
    if (count <= point && point <= 21) {
        put(digits, count), zeros(point - count);
    } else if (0 < point && point <= 21) {
        put(digits, point), *to++ = '.', put(digits + point, count - point);
    } else if (-6 < point && point <= 0) {
        *to++ = '0', *to++ = '.', zeros(-point), put(digits, count);
    } else {
        *to++ = digits[0];
        if (count > 1) *to++ = '.', put(digits + 1, count - 1);
        *to++ = 'e', *to++ = point > 0 ? '+' : '-';
        to = std::to_chars(to, out + 32, point > 0 ? point - 1 : 1 - point).ptr;
    }
    return size_t(to - out);
}

/* ------------------------------------------------------------------ documents */

struct json_bulk {
    arena *memory;
    table_limits limits;
    simdjson::dom::parser parser{};
    element root;
    element table;
    bool has_rows, has_columns;
    text fields;
};

static text text_from(std::string_view view)
{
    return text{ view.data(), view.size() };
}

static void release_bulk(void *given)
{
    delete static_cast<json_bulk *>(given);
}

static error bulk_new(arena *a, text document, table_limits limits, json_bulk **out)
{
    size_t depth = limits.depth ? limits.depth : size_t(JSON_MAX_DEPTH);
    auto *b = new (std::nothrow) json_bulk{};
    if (!b) abort();
    arena_defer(a, release_bulk, b);
    b->memory = a;
    b->limits = limits;
    /* simdjson counts scalars as a level of their own. */
    if (b->parser.allocate(document.length + simdjson::SIMDJSON_PADDING, depth + 1) != simdjson::SUCCESS) abort();
    auto parsed = b->parser.parse(document.data ? document.data : "", document.length).get(b->root);
    if (parsed == simdjson::DEPTH_ERROR)
        return fail(a, BAD_REQUEST, "", "The JSON text is nested deeper than the limit of %zu levels.", depth);
    if (parsed != simdjson::SUCCESS) return json_fault(a, document, simdjson::error_message(parsed));
    *out = b;
    return OK;
}

/* ------------------------------------------------------------------ cells */

static bool cell_from(element value, cell *out)
{
    switch (value.type()) {
    case element_type::STRING:
        *out = cell{ CELL_TEXT, false, 0, text_from(value.get_string().value_unsafe()) };
        return true;
    case element_type::INT64:
        *out = cell{ CELL_NUMBER, false, double(value.get_int64().value_unsafe()), text{ nullptr, 0 } };
        return true;
    case element_type::UINT64:
        *out = cell{ CELL_NUMBER, false, double(value.get_uint64().value_unsafe()), text{ nullptr, 0 } };
        return true;
    case element_type::DOUBLE:
        *out = cell{ CELL_NUMBER, false, value.get_double().value_unsafe(), text{ nullptr, 0 } };
        return true;
    case element_type::BOOL:
        *out = cell{ CELL_BOOL, value.get_bool().value_unsafe(), 0, text{ nullptr, 0 } };
        return true;
    case element_type::NULL_VALUE:
        *out = cell{ CELL_MISSING, false, 0, text{ nullptr, 0 } };
        return true;
    default:
        return false;
    }
}

static error nested(arena *a, size_t row, text name, element value)
{
    return fail(a, BAD_REQUEST, "", "Row %zu, column %.*s: expected a text, number, true, false or null, found %s.",
                row, PRINT(name), value.is_object() ? "an object" : "a list");
}

/* ------------------------------------------------------------------ a list of rows */

typedef struct row_names {
    text *names;
    cell *cells;
    size_t count;
} row_names;

static error names_of_first(json_bulk *b, simdjson::dom::object first, row_names *out)
{
    size_t count = first.size();
    if (count == 0)
        return fail(b->memory, BAD_REQUEST, "",
                    "Row 1: expected an object with the columns as its members, found an empty one.");
    if (b->limits.columns && count > b->limits.columns) return table_too_many_columns(b->memory, count, &b->limits);
    *out = row_names{ ARENA_ARRAY(b->memory, count, text), ARENA_ARRAY(b->memory, count, cell), 0 };
    for (auto member : first) {
        text name = text_from(member.key);
        for (size_t i = 0; i < out->count; i++)
            if (text_equal(out->names[i], name))
                return fail(b->memory, BAD_REQUEST, "", "Row 1: the column %.*s stands there twice.", PRINT(name));
        out->names[out->count++] = name;
    }
    return OK;
}

/* Rows mostly have their members in the order of the first: that place is tried before all others. */
static size_t place_of(const row_names *r, text name, size_t guess)
{
    if (guess < r->count && text_equal(r->names[guess], name)) return guess;
    for (size_t i = 0; i < r->count; i++)
        if (text_equal(r->names[i], name)) return i;
    return r->count;
}

static error read_row(json_bulk *b, row_names *r, element item, size_t row, uint64_t *seen)
{
    simdjson::dom::object object;
    if (item.get_object().get(object) != simdjson::SUCCESS)
        return fail(b->memory, BAD_REQUEST, "", "Row %zu: expected an object with the columns as its members.", row);
    for (size_t i = 0; i < r->count; i++) r->cells[i].kind = CELL_MISSING;
    size_t guess = 0;
    for (auto member : object) {
        text name = text_from(member.key);
        size_t at = place_of(r, name, guess++);
        if (at == r->count)
            return fail(b->memory, BAD_REQUEST, "", "Row %zu: the column %.*s does not stand in row 1.", row,
                        PRINT(name));
        if (seen[at] == row)
            return fail(b->memory, BAD_REQUEST, "", "Row %zu: the column %.*s stands there twice.", row, PRINT(name));
        seen[at] = row;
        if (!cell_from(member.value, &r->cells[at])) return nested(b->memory, row, name, member.value);
    }
    return OK;
}

static error read_rows(json_bulk *b, element list, row_sink sink)
{
    simdjson::dom::array rows;
    if (list.get_array().get(rows) != simdjson::SUCCESS)
        return fail(b->memory, BAD_REQUEST, "/data", "Expected a list of rows.");
    if (rows.begin() == rows.end())
        return fail(b->memory, BAD_REQUEST, "/data", "Expected at least one row, found none.");
    row_names names{};
    uint64_t *seen = nullptr;
    size_t row = 0;
    for (element item : rows) {
        if (++row == 1) {
            simdjson::dom::object first;
            if (item.get_object().get(first) != simdjson::SUCCESS)
                return fail(b->memory, BAD_REQUEST, "", "Row 1: expected an object with the columns as its members.");
            TRY(names_of_first(b, first, &names));
            seen = ARENA_ARRAY(b->memory, names.count, uint64_t);
            TRY(sink.header(sink.context, names.names, names.count));
        }
        if (b->limits.rows && row > b->limits.rows) continue; /* counted for the refusal, and not looked at */
        TRY(read_row(b, &names, item, row, seen));
        TRY(sink.row(sink.context, names.cells, names.count));
    }
    return b->limits.rows && row > b->limits.rows ? table_too_many_rows(b->memory, row, &b->limits) : OK;
}

/* ------------------------------------------------------------------ rows on lines, in pieces */

struct ndjson_reader {
    json_bulk bulk;
    row_sink sink;
    row_names names;
    uint64_t *seen;
    size_t row;
    char *waiting; /* the unfinished line */
    size_t waiting_length, waiting_capacity;
};

static void release_reader(void *given)
{
    delete static_cast<ndjson_reader *>(given);
}

extern "C" ndjson_reader *ndjson_reader_new(arena *a, row_sink sink, table_limits limits)
{
    auto *r = new (std::nothrow) ndjson_reader{};
    if (!r) abort();
    arena_defer(a, release_reader, r);
    r->bulk.memory = a;
    r->bulk.limits = limits;
    r->sink = sink;
    return r;
}

static error first_line(ndjson_reader *r, element item)
{
    simdjson::dom::object first;
    arena *a = r->bulk.memory;
    if (item.get_object().get(first) != simdjson::SUCCESS)
        return fail(a, BAD_REQUEST, "", "Row 1: expected an object with the columns as its members.");
    TRY(names_of_first(&r->bulk, first, &r->names));
    for (size_t i = 0; i < r->names.count; i++) r->names.names[i] = text_copy(a, r->names.names[i]);
    r->seen = ARENA_ARRAY(a, r->names.count, uint64_t);
    return r->sink.header(r->sink.context, r->names.names, r->names.count);
}

static error take_line(ndjson_reader *r, text line)
{
    line = text_trim(line);
    if (line.length == 0) return OK;
    arena *a = r->bulk.memory;
    size_t row = ++r->row;
    if (r->bulk.limits.rows && row > r->bulk.limits.rows) return OK; /* refused at the end */
    if (line.data[0] != '{' || line.data[line.length - 1] != '}')
        return fail(a, BAD_REQUEST, "", "Row %zu: expected one JSON object on a line of its own.", row);
    size_t need = line.length + simdjson::SIMDJSON_PADDING;
    if (r->bulk.parser.capacity() < need && r->bulk.parser.allocate(need * 2, 8) != simdjson::SUCCESS) abort();
    element item;
    auto bad = r->bulk.parser.parse(line.data, line.length).get(item);
    if (bad != simdjson::SUCCESS)
        return fail(a, BAD_REQUEST, "", "Row %zu: expected one JSON object; %s.", row, simdjson::error_message(bad));
    if (row == 1) TRY(first_line(r, item));
    TRY(read_row(&r->bulk, &r->names, item, row, r->seen));
    return r->sink.row(r->sink.context, r->names.cells, r->names.count);
}

static error keep_waiting(ndjson_reader *r, const char *from, size_t length)
{
    size_t whole = r->waiting_length + length, most = r->bulk.limits.record;
    if (most && whole > most)
        return fail(r->bulk.memory, BAD_REQUEST, "", "Row %zu is longer than the limit of %zu bytes.", r->row + 1,
                    most);
    if (whole > r->waiting_capacity) {
        size_t capacity = whole * 2 > 4096 ? whole * 2 : 4096;
        r->waiting = static_cast<char *>(arena_grow(r->bulk.memory, r->waiting, r->waiting_length, capacity, 1));
        r->waiting_capacity = capacity;
    }
    if (length) memcpy(r->waiting + r->waiting_length, from, length);
    r->waiting_length = whole;
    return OK;
}

extern "C" error ndjson_feed(ndjson_reader *r, const char *data, size_t length)
{
    const char *at = data, *end = data + length;
    while (at < end) {
        const auto *stop = static_cast<const char *>(memchr(at, '\n', size_t(end - at)));
        if (!stop) return keep_waiting(r, at, size_t(end - at));
        text line{ at, size_t(stop - at) };
        at = stop + 1;
        if (r->waiting_length) {
            TRY(keep_waiting(r, line.data, line.length));
            line = text{ r->waiting, r->waiting_length };
            r->waiting_length = 0;
        }
        TRY(take_line(r, line));
    }
    return OK;
}

extern "C" error ndjson_finish(ndjson_reader *r)
{
    arena *a = r->bulk.memory;
    if (r->waiting_length) TRY(take_line(r, text{ r->waiting, r->waiting_length }));
    r->waiting_length = 0;
    if (r->row == 0) return fail(a, BAD_REQUEST, "/data", "Expected at least one row, found none.");
    const table_limits *limits = &r->bulk.limits;
    return limits->rows && r->row > limits->rows ? table_too_many_rows(a, r->row, limits) : OK;
}

/* ------------------------------------------------------------------ an object of columns */

static error open_columns(json_bulk *b, simdjson::dom::object columns, row_names *r, simdjson::dom::array *lists,
                          size_t *rows)
{
    for (auto member : columns) {
        text name = text_from(member.key);
        if (place_of(r, name, r->count) < r->count)
            return fail(b->memory, BAD_REQUEST, "/columns", "The column %.*s stands there twice.", PRINT(name));
        if (member.value.get_array().get(lists[r->count]) != simdjson::SUCCESS)
            return fail(b->memory, BAD_REQUEST, "/columns", "Column %.*s: expected a list of values.", PRINT(name));
        size_t length = 0;
        for (element value : lists[r->count]) (void)value, length++;
        if (r->count && length != *rows)
            return fail(b->memory, BAD_REQUEST, "/columns", "Column %.*s has %zu values; column %.*s has %zu.",
                        PRINT(name), length, PRINT(r->names[0]), *rows);
        *rows = length;
        r->names[r->count++] = name;
    }
    return OK;
}

static error read_columns(json_bulk *b, element given, row_sink sink)
{
    simdjson::dom::object columns;
    if (given.get_object().get(columns) != simdjson::SUCCESS)
        return fail(b->memory, BAD_REQUEST, "/columns", "Expected an object with a list for each column.");
    size_t count = columns.size(), rows = 0;
    if (count == 0) return fail(b->memory, BAD_REQUEST, "/columns", "Expected at least one column, found none.");
    if (b->limits.columns && count > b->limits.columns) return table_too_many_columns(b->memory, count, &b->limits);
    row_names r{ ARENA_ARRAY(b->memory, count, text), ARENA_ARRAY(b->memory, count, cell), 0 };
    auto *lists = ARENA_ARRAY(b->memory, count, simdjson::dom::array);
    auto *at = ARENA_ARRAY(b->memory, count, simdjson::dom::array::iterator);
    TRY(open_columns(b, columns, &r, lists, &rows));
    if (b->limits.rows && rows > b->limits.rows) return table_too_many_rows(b->memory, rows, &b->limits);
    TRY(sink.header(sink.context, r.names, count));
    for (size_t i = 0; i < count; i++) at[i] = lists[i].begin();
    for (size_t row = 1; row <= rows; row++) {
        for (size_t i = 0; i < count; i++, ++at[i - 1])
            if (!cell_from(*at[i], &r.cells[i])) return nested(b->memory, row, r.names[i], *at[i]);
        TRY(sink.row(sink.context, r.cells, count));
    }
    return OK;
}

/* ------------------------------------------------------------------ doors */

extern "C" error json_rows_read(arena *a, text document, row_sink sink, table_limits limits)
{
    json_bulk *b;
    TRY(bulk_new(a, document, limits, &b));
    return read_rows(b, b->root, sink);
}

extern "C" error json_columns_read(arena *a, text document, row_sink sink, table_limits limits)
{
    json_bulk *b;
    TRY(bulk_new(a, document, limits, &b));
    return read_columns(b, b->root, sink);
}

extern "C" error ndjson_read(arena *a, text document, row_sink sink, table_limits limits)
{
    /* Lines become one list: each is looked at by the same parser, under the same rules. */
    text_builder list = text_builder_in(a);
    text_add_char(&list, '[');
    size_t row = 0;
    for (const char *at = document.data, *end = document.data + document.length; at < end;) {
        const void *stop = memchr(at, '\n', size_t(end - at));
        const char *next = stop ? static_cast<const char *>(stop) : end;
        text line = text_trim(text{ at, size_t(next - at) });
        at = next < end ? next + 1 : end;
        if (line.length == 0) continue;
        row++;
        if (line.data[0] != '{' || line.data[line.length - 1] != '}')
            return fail(a, BAD_REQUEST, "", "Row %zu: expected one JSON object on a line of its own.", row);
        if (list.length > 1) text_add_char(&list, ',');
        text_add(&list, line);
    }
    text_add_char(&list, ']');
    return json_rows_read(a, text_built(&list), sink, limits);
}

extern "C" error json_bulk_open(arena *a, text document, table_limits limits, json_bulk **out)
{
    json_bulk *b;
    simdjson::dom::object root;
    TRY(bulk_new(a, document, limits, &b));
    if (b->root.get_object().get(root) != simdjson::SUCCESS) return fail(a, BAD_REQUEST, "", "Expected a JSON object.");
    json_writer w = json_writer_in(a);
    json_open(&w, '{');
    for (auto member : root) {
        bool rows = member.key == "data", columns = member.key == "columns";
        if ((rows && b->has_rows) || (columns && b->has_columns))
            return fail(a, BAD_REQUEST, "", "The member %s stands there twice.", rows ? "data" : "columns");
        if (rows || columns) {
            b->table = member.value;
            b->has_rows |= rows;
            b->has_columns |= columns;
            continue;
        }
        std::string plain = simdjson::minify(member.value);
        json_key_text(&w, text_from(member.key));
        json_write_raw(&w, text_copy(a, text{ plain.data(), plain.size() }));
    }
    json_close(&w, '}');
    if (b->has_rows && b->has_columns)
        return fail(a, BAD_REQUEST, "/columns", "Send the table as data or as columns, not both.");
    b->fields = json_written(&w);
    *out = b;
    return OK;
}

extern "C" text json_bulk_fields(json_bulk *b)
{
    return b->fields;
}

extern "C" bool json_bulk_has_table(const json_bulk *b)
{
    return b->has_rows || b->has_columns;
}

extern "C" error json_bulk_read(json_bulk *b, row_sink sink)
{
    return b->has_rows ? read_rows(b, b->table, sink) : read_columns(b, b->table, sink);
}
