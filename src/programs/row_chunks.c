#include "programs/row_chunks.h"

enum { CHUNK = 4096 };

struct row_chunks {
    arena *arena, *piece; /* piece: of the rows at hand; NULL between two */
    const model *model;
    chunk_work work;
    void *context;
    text *names;
    size_t name_count, rows, done;
    bool has_header;
    model_rows_builder *builder;
    row_sink sink;
};

static void drop_piece(void *thing)
{
    row_chunks *c = thing;
    arena_drop(c->piece);
    c->piece = NULL;
}

row_chunks *row_chunks_new(arena *a, const model *m, chunk_work work, void *context)
{
    row_chunks *c = ARENA_NEW(a, row_chunks);
    *c = (row_chunks){ .arena = a, .model = m, .work = work, .context = context };
    arena_defer(a, drop_piece, c);
    return c;
}

static error begin(row_chunks *c)
{
    c->piece = arena_new();
    c->builder = model_rows_new(c->piece, c->model);
    c->sink = model_rows_sink(c->builder);
    c->rows = 0;
    return c->sink.header(c->sink.context, c->names, c->name_count);
}

/* An error of a piece must outlive it. */
static error kept(row_chunks *c, error bad)
{
    return bad ? fail(c->arena, bad->kind, "", "%s", bad->message) : OK;
}

static error end(row_chunks *c)
{
    matrix rows;
    error bad = model_rows_finish(c->builder, &rows);
    if (!bad) bad = c->work(c->context, c->piece, &rows);
    bad = kept(c, bad);
    c->done += c->rows;
    drop_piece(c);
    return bad;
}

static error take_header(void *context, const text *names, size_t count)
{
    row_chunks *c = context;
    c->names = ARENA_ARRAY(c->arena, count, text);
    c->name_count = count;
    c->has_header = true;
    for (size_t i = 0; i < count; i++) c->names[i] = text_copy(c->arena, names[i]);
    return kept(c, begin(c));
}

static error take_row(void *context, const cell *cells, size_t count)
{
    row_chunks *c = context;
    if (!c->piece) TRY(kept(c, begin(c)));
    TRY(kept(c, c->sink.row(c->sink.context, cells, count)));
    return ++c->rows == CHUNK ? end(c) : OK;
}

row_sink row_chunks_sink(row_chunks *c)
{
    return (row_sink){ .context = c, .header = take_header, .row = take_row };
}

error row_chunks_finish(row_chunks *c)
{
    if (!c->has_header) return fail(c->arena, BAD_REQUEST, "", "there is no data; expected a header and rows");
    return c->piece ? end(c) : OK;
}
