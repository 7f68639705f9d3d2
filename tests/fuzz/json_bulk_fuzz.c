/* Tables in JSON through each of their doors; the fields beside a table must come out as JSON that can be read. */
#include "gather.h"

static void read_body(arena *a, text document, table_limits limits)
{
    json_bulk *b;
    if (json_bulk_open(a, document, limits, &b)) return;
    json_t *fields;
    error refused = json_read(a, json_bulk_fields(b), &fields); /* stricter: two members of one name */
    MUST(refused || json_is_object(fields));
    gathered g = { .out = text_builder_in(a) };
    if (json_bulk_has_table(b)) (void)json_bulk_read(b, gather_into(&g));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    arena *a = arena_new();
    text document = text_from(data, size);
    table_limits limits = { .rows = 100, .columns = 20 };
    gathered rows = { .out = text_builder_in(a) }, columns = rows, lines = rows;
    (void)json_rows_read(a, document, gather_into(&rows), limits);
    (void)json_columns_read(a, document, gather_into(&columns), limits);
    (void)ndjson_read(a, document, gather_into(&lines), limits);
    read_body(a, document, limits);
    arena_drop(a);
    return 0;
}
