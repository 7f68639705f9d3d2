#include "base/table_reader.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* How it goes: text is looked at in blocks of 16 bytes for the four bytes that mean something (comma, line break,
 * carriage return, quotation mark); a bit mask tells where they stand, and each one ends a cell or begins a quoted one.
 * A record is handed on when its line break is seen; what is left of an unfinished one waits for the next piece. */

enum { BLOCK = 16, FIRST_BUFFER = 1 << 16 };

struct csv_reader {
    arena *arena;
    row_sink sink;
    table_limits limits;
    char *waiting; /* the unfinished record between two pieces */
    size_t waiting_length, waiting_capacity;
    text *names;
    cell *cells;
    size_t columns, capacity; /* of the header; of cells */
    uint64_t rows;
    bool has_header, started;
    char *unquoted; /* room for values whose doubled quotes were made single, one record at a time */
    size_t unquoted_capacity;
};

csv_reader *csv_reader_new(arena *a, row_sink sink, table_limits limits)
{
    csv_reader *r = ARENA_NEW(a, csv_reader);
    *r = (csv_reader){ .arena = a, .sink = sink, .limits = limits, .capacity = 64 };
    r->cells = ARENA_ARRAY(a, r->capacity, cell);
    return r;
}

/* ------------------------------------------------------------------ finding the bytes that mean something */

static inline unsigned mask_of_16(const char *p)
{
#if defined(__SSE2__)
    __m128i block = _mm_loadu_si128((const __m128i *)(const void *)p);
    __m128i hit = _mm_or_si128(
        _mm_or_si128(_mm_cmpeq_epi8(block, _mm_set1_epi8(',')), _mm_cmpeq_epi8(block, _mm_set1_epi8('\n'))),
        _mm_or_si128(_mm_cmpeq_epi8(block, _mm_set1_epi8('\r')), _mm_cmpeq_epi8(block, _mm_set1_epi8('"'))));
    return (unsigned)_mm_movemask_epi8(hit);
#else
    unsigned mask = 0;
    for (unsigned i = 0; i < BLOCK; i++)
        mask |= (unsigned)(p[i] == ',' || p[i] == '\n' || p[i] == '\r' || p[i] == '"') << i;
    return mask;
#endif
}

/* Near the end of the text the block is copied, so that nothing behind it is read. */
static inline unsigned mask_at(const char *p, const char *end)
{
    if (end - p >= BLOCK) return mask_of_16(p);
    char last[BLOCK] = { 0 };
    memcpy(last, p, (size_t)(end - p));
    return mask_of_16(last);
}

/* ------------------------------------------------------------------ errors */

static uint64_t row_now(const csv_reader *r)
{
    return r->rows + 1;
}

static const char *place(const csv_reader *r, size_t column)
{
    if (!r->has_header) return text_format(r->arena, "Header, column %zu", column + 1).data;
    if (column < r->columns)
        return text_format(r->arena, "Row %llu, column %.*s", (unsigned long long)row_now(r), PRINT(r->names[column]))
            .data;
    return text_format(r->arena, "Row %llu, column %zu", (unsigned long long)row_now(r), column + 1).data;
}

static const char *advice_of(const table_limits *limits)
{
    return limits->advice ? limits->advice : "";
}

error table_too_many_columns(arena *a, size_t found, const table_limits *limits)
{
    return fail(a, BAD_REQUEST, "", "The table has %zu columns (features); the limit is %zu.%s%s", found,
                limits->columns, limits->advice ? " " : "", advice_of(limits));
}

error table_too_many_rows(arena *a, uint64_t found, const table_limits *limits)
{
    return fail(a, BAD_REQUEST, "", "The table has %llu rows; the limit is %zu.%s%s", (unsigned long long)found,
                limits->rows, limits->advice ? " " : "", advice_of(limits));
}

static error too_many_columns(const csv_reader *r, size_t found)
{
    return table_too_many_columns(r->arena, found, &r->limits);
}

/* ------------------------------------------------------------------ records */

static error take_header(csv_reader *r, size_t count)
{
    if (r->limits.columns && count > r->limits.columns) return too_many_columns(r, count);
    r->names = ARENA_ARRAY(r->arena, count, text);
    for (size_t i = 0; i < count; i++) {
        text name = text_trim(r->cells[i].text);
        if (name.length == 0)
            return fail(r->arena, BAD_REQUEST, "", "Header, column %zu: expected a column name, found nothing.", i + 1);
        for (size_t before = 0; before < i; before++)
            if (text_equal(r->names[before], name))
                return fail(r->arena, BAD_REQUEST, "",
                            "Header, column %zu: the name %.*s stands in column %zu already.", i + 1, PRINT(name),
                            before + 1);
        r->names[i] = text_copy(r->arena, name);
    }
    r->columns = count;
    r->has_header = true;
    return r->sink.header(r->sink.context, r->names, count);
}

static error take_record(csv_reader *r, size_t count)
{
    if (!r->has_header) return take_header(r, count);
    bool blank = count == 1 && r->cells[0].kind == CELL_MISSING;
    if (blank && r->columns > 1) return OK;                                /* an empty line */
    if (r->limits.rows && r->rows >= r->limits.rows) return r->rows++, OK; /* refused at the end */
    if (count != r->columns)
        return fail(r->arena, BAD_REQUEST, "", "Row %llu has %zu columns; the header has %zu.",
                    (unsigned long long)row_now(r), count, r->columns);
    TRY(r->sink.row(r->sink.context, r->cells, count));
    r->rows++;
    return OK;
}

static inline void set_cell(cell *c, const char *from, const char *to)
{
    c->kind = from == to ? CELL_MISSING : CELL_TEXT;
    c->text = (text){ from, (size_t)(to - from) };
}

static error more_cells(csv_reader *r)
{
    if (r->has_header && r->capacity > r->columns + 1) return OK; /* one too many is enough to tell */
    if (r->limits.columns && r->capacity > r->limits.columns * 2 + 64) return too_many_columns(r, r->capacity);
    r->cells = arena_grow(r->arena, r->cells, r->capacity, r->capacity * 2, sizeof(cell));
    r->capacity *= 2;
    return OK;
}

/* A quoted value: *at stands behind its opening quote and is moved behind the closing one. *open: the text ended first.
 */
static error take_quoted(csv_reader *r, size_t column, const char **at, const char *end, char **room, bool *open)
{
    const char *from = *at;
    char *out = NULL; /* only when there are doubled quotes to make single */
    for (;;) {
        const char *quote = memchr(*at, '"', (size_t)(end - *at));
        if (!quote) return *open = true, OK;
        bool doubled = quote + 1 < end && quote[1] == '"';
        if (!doubled && !out) {
            r->cells[column] = (cell){ .kind = CELL_TEXT, .text = { from, (size_t)(quote - from) } };
            *at = quote + 1;
            return OK;
        }
        if (!out) out = *room;
        size_t length = (size_t)(quote - *at) + (doubled ? 1 : 0);
        memcpy(*room, *at, length);
        *room += length;
        *at = quote + (doubled ? 2 : 1);
        if (!doubled) {
            r->cells[column] = (cell){ .kind = CELL_TEXT, .text = { out, (size_t)(*room - out) } };
            return OK;
        }
    }
}

/* Room for one record's unquoted values: never more than the text that is left. */
static char *unquoted_room(csv_reader *r, size_t most)
{
    if (r->unquoted_capacity < most) {
        r->unquoted_capacity = most * 2;
        r->unquoted = arena_alloc(r->arena, r->unquoted_capacity);
    }
    return r->unquoted;
}

typedef struct walk {
    const char *at, *end;
    const char *record, *value; /* where this record and this value began */
    size_t column;
    char *room;
    bool is_last; /* no more text will come */
} walk;

static error end_value(csv_reader *r, walk *w, const char *to)
{
    set_cell(&r->cells[w->column], w->value, to);
    if (++w->column == r->capacity) TRY(more_cells(r));
    if (w->column == r->capacity) w->column--; /* keeps counting as one too many */
    return OK;
}

static error end_record(csv_reader *r, walk *w, const char *next)
{
    size_t count = w->column;
    w->record = w->value = next;
    w->column = 0;
    w->room = NULL;
    return take_record(r, count);
}

/* A quote at the start of a value. What follows its end must be a comma, a line break or the end. */
static error walk_quoted(csv_reader *r, walk *w, bool *open)
{
    const char *at = w->value + 1;
    if (!w->room) w->room = unquoted_room(r, (size_t)(w->end - w->record));
    TRY(take_quoted(r, w->column, &at, w->end, &w->room, open));
    if (*open || (at == w->end && !w->is_last)) return *open = true, OK;
    if (at < w->end && *at == '\r' && at + 1 == w->end && !w->is_last) return *open = true, OK;
    const char *stop = at;
    if (at < w->end && *at == '\r') at++;
    if (at < w->end && *at != ',' && *at != '\n')
        return fail(r->arena, BAD_REQUEST, "", "%s: expected a comma or a line break after the closing quotation mark.",
                    place(r, w->column));
    cell kept = r->cells[w->column];
    w->value = stop;
    TRY(end_value(r, w, stop));
    r->cells[w->column - 1] = kept;
    if (at == w->end) {
        w->at = w->value = at;
        return end_record(r, w, at);
    }
    w->value = at + 1;
    w->at = at + 1;
    return *at == '\n' ? end_record(r, w, at + 1) : OK;
}

/* Takes every whole record of the text; *left is where the unfinished one begins. */
static error walk_text(csv_reader *r, text piece, bool is_last, const char **left)
{
    walk w = { .at = piece.data,
               .end = piece.data + piece.length,
               .record = piece.data,
               .value = piece.data,
               .is_last = is_last };
    while (w.at < w.end) {
        unsigned mask = mask_at(w.at, w.end);
        const char *block = w.at;
        w.at = w.end - block >= BLOCK ? block + BLOCK : w.end;
        while (mask) {
            const char *hit = block + __builtin_ctz(mask);
            mask &= mask - 1;
            if (*hit == ',') {
                TRY(end_value(r, &w, hit));
                w.value = hit + 1;
            } else if (*hit == '\n') {
                const char *to = hit > w.value && hit[-1] == '\r' ? hit - 1 : hit;
                TRY(end_value(r, &w, to));
                TRY(end_record(r, &w, hit + 1));
            } else if (*hit == '"' && hit == w.value) {
                bool open = false;
                TRY(walk_quoted(r, &w, &open));
                if (open && is_last)
                    return fail(r->arena, BAD_REQUEST, "", "%s: a quotation mark is opened and never closed.",
                                place(r, w.column));
                if (open) return *left = w.record, OK;
                break; /* the mask is of a block that the walk has left */
            }          /* a quote within a value, or a lone carriage return, is part of the value */
        }
    }
    *left = w.record;
    if (is_last && (w.record < w.end || w.column)) {
        const char *to = w.end > w.value && w.end[-1] == '\r' ? w.end - 1 : w.end;
        TRY(end_value(r, &w, to));
        *left = w.end;
        return end_record(r, &w, w.end);
    }
    return OK;
}

/* ------------------------------------------------------------------ text that is no text */

static error bad_bytes(csv_reader *r, text piece)
{
    uint64_t line = row_now(r) - (r->has_header ? 0 : 1);
    for (const char *at = piece.data, *end = piece.data + piece.length; at < end; line++) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        text record = { at, (size_t)((stop ? stop : end) - at) };
        if (!text_valid_utf8(record) || memchr(record.data, 0, record.length)) break;
        at = stop ? stop + 1 : end;
    }
    const char *what =
        memchr(piece.data, 0, piece.length) && text_valid_utf8(piece) ? "a NUL byte" : "bytes that are not UTF-8";
    if (line == 0) return fail(r->arena, BAD_REQUEST, "", "Header: expected text in UTF-8, found %s.", what);
    return fail(r->arena, BAD_REQUEST, "", "Row %llu: expected text in UTF-8, found %s.", (unsigned long long)line,
                what);
}

/* A piece may end within a character; then only what is before it can be judged yet. */
static size_t whole_characters(text piece)
{
    size_t back = 0;
    while (back < 3 && back < piece.length && ((unsigned char)piece.data[piece.length - 1 - back] & 0xC0) == 0x80)
        back++;
    if (back == piece.length) return piece.length;
    unsigned char lead = (unsigned char)piece.data[piece.length - 1 - back];
    size_t needs = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    return needs > back + 1 ? piece.length - back - 1 : piece.length;
}

/* The unfinished record, which may stand in the very room that it is moved in. */
static error keep_waiting(csv_reader *r, const char *from, size_t length)
{
    if (r->limits.record && length > r->limits.record)
        return fail(r->arena, BAD_REQUEST, "",
                    "%s: the row is longer than the limit of %zu bytes; is a quotation mark open?", place(r, 0),
                    r->limits.record);
    if (length > r->waiting_capacity) {
        size_t capacity = length * 2 > FIRST_BUFFER ? length * 2 : FIRST_BUFFER;
        char *grown = arena_alloc(r->arena, capacity);
        memcpy(grown, from, length);
        r->waiting = grown;
        r->waiting_capacity = capacity;
    } else if (length && r->waiting) {
        memmove(r->waiting, from, length);
    }
    r->waiting_length = length;
    return OK;
}

static error parse(csv_reader *r, text piece, bool is_last)
{
    if (!r->started && text_starts(piece, "\xEF\xBB\xBF")) {
        piece.data += 3;
        piece.length -= 3;
    }
    r->started = true;
    text judged = { piece.data, is_last ? piece.length : whole_characters(piece) };
    if (!text_valid_utf8(judged) || (judged.length && memchr(judged.data, 0, judged.length)))
        return bad_bytes(r, judged);
    const char *left = piece.data;
    if (piece.length) TRY(walk_text(r, piece, is_last, &left));
    return keep_waiting(r, left, (size_t)(piece.data + piece.length - left));
}

error csv_feed(csv_reader *r, const char *data, size_t length)
{
    if (!r->started && r->waiting_length + length < 3) { /* too short to tell a byte order mark */
        if (!r->waiting) r->waiting = arena_alloc(r->arena, r->waiting_capacity = FIRST_BUFFER);
        memcpy(r->waiting + r->waiting_length, data, length);
        r->waiting_length += length;
        return OK;
    }
    if (r->waiting_length == 0) return parse(r, (text){ data, length }, false);
    size_t whole = r->waiting_length + length;
    if (whole > r->waiting_capacity) {
        r->waiting = arena_grow(r->arena, r->waiting, r->waiting_length, whole * 2, 1);
        r->waiting_capacity = whole * 2;
    }
    memcpy(r->waiting + r->waiting_length, data, length);
    return parse(r, (text){ r->waiting, whole }, false);
}

static error finish(csv_reader *r, text rest)
{
    TRY(parse(r, rest, true));
    if (!r->has_header)
        return fail(r->arena, BAD_REQUEST, "",
                    "The table is empty: expected a header line with the names of the columns.");
    return r->limits.rows && r->rows > r->limits.rows ? table_too_many_rows(r->arena, r->rows, &r->limits) : OK;
}

error csv_finish(csv_reader *r)
{
    return finish(r, (text){ r->waiting ? r->waiting : "", r->waiting_length });
}

error csv_read(arena *a, text document, row_sink sink, table_limits limits)
{
    return finish(csv_reader_new(a, sink, limits), (text){ document.data ? document.data : "", document.length });
}
