#include "features/datasets/reading.h"

/* Readers keep what a piece leaves unfinished; in small bites that is little. */
enum { BITE = 64 * 1024 };

struct table_feed {
    arena *arena;
    row_sink sink;
    table_limits limits;
    csv_reader *csv;
    ndjson_reader *lines;
    text_builder whole;
};

table_feed *table_feed_new(arena *a, text media_type, row_sink sink, table_limits limits)
{
    table_feed *f = ARENA_NEW(a, table_feed);
    *f = (table_feed){ .arena = a, .sink = sink, .limits = limits };
    if (text_equal_string(media_type, "text/csv"))
        f->csv = csv_reader_new(a, sink, limits);
    else if (text_equal_string(media_type, "application/x-ndjson"))
        f->lines = ndjson_reader_new(a, sink, limits);
    else
        f->whole = text_builder_in(a);
    return f;
}

error table_feed_more(table_feed *f, text piece)
{
    if (!f->csv && !f->lines) {
        text_add(&f->whole, piece);
        return OK;
    }
    while (piece.length) {
        size_t bite = piece.length < BITE ? piece.length : BITE;
        TRY(f->csv ? csv_feed(f->csv, piece.data, bite) : ndjson_feed(f->lines, piece.data, bite));
        piece.data += bite;
        piece.length -= bite;
    }
    return OK;
}

arena *table_feed_arena(const table_feed *f)
{
    return f->arena;
}

error table_feed_finish(table_feed *f)
{
    if (f->csv) return csv_finish(f->csv);
    if (f->lines) return ndjson_finish(f->lines);
    return json_rows_read(f->arena, text_built(&f->whole), f->sink, f->limits);
}
