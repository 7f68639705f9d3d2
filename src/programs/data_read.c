#include "programs/data_read.h"

#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE = 1 << 20, PROGRESS_AFTER = 1000000 /* microseconds */ };

/* A file or standard input, read piece by piece, with a bar on the terminal when it takes more than a moment. */
typedef struct source {
    arena *arena;
    int fd;
    const char *path;
    char *piece;
    off_t size, done; /* size 0: not known */
    instant started, shown;
    bool on_terminal;
} source;

static error source_open(arena *a, const char *path, source *s)
{
    bool standard = strcmp(path, "-") == 0;
    struct stat about;
    *s = (source){ .arena = a,
                   .path = path,
                   .fd = standard ? 0 : open(path, O_RDONLY | O_CLOEXEC),
                   .started = clock_monotonic(),
                   .on_terminal = isatty(2) };
    if (s->fd < 0)
        return fail(a, BAD_REQUEST, "", "cannot be opened: %s", strerror(errno)); // NOLINT(concurrency-mt-unsafe)
    if (fstat(s->fd, &about) == 0 && S_ISDIR(about.st_mode))
        return fail(a, BAD_REQUEST, "", "is a directory; expected a file");
    if (fstat(s->fd, &about) == 0 && S_ISREG(about.st_mode)) s->size = about.st_size;
    s->piece = arena_alloc(a, PIECE);
    return OK;
}

static void show_progress(source *s, bool is_end)
{
    instant now = clock_monotonic();
    if (!s->on_terminal || now - s->started < PROGRESS_AFTER || (!is_end && now - s->shown < PROGRESS_AFTER / 10))
        return;
    s->shown = now;
    if (is_end)
        fputs("\r\033[K", stderr);
    else if (s->size)
        fprintf(stderr, "\rreading %s: %3d %%", s->path, (int)(100 * s->done / s->size));
    else
        fprintf(stderr, "\rreading: %lld MB", (long long)(s->done / 1000000));
}

static error source_next(source *s, text *out)
{
    ssize_t got;
    do got = read(s->fd, s->piece, PIECE);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return fail(s->arena, BAD_REQUEST, "", "cannot be read: %s", strerror(errno)); // NOLINT(concurrency-mt-unsafe)
    s->done += got;
    show_progress(s, got == 0);
    *out = (text){ s->piece, (size_t)got };
    return OK;
}

/* ------------------------------------------------------------------ formats */

typedef enum { FORMAT_CSV, FORMAT_JSON, FORMAT_NDJSON } data_format;

/* JSON begins with a bracket. One object on its first line and another on its second is NDJSON; an object of columns
 * goes on for longer, or ends there. */
static data_format format_of(const char *path, text start)
{
    text name = text_of(path), trimmed = text_trim(start);
    if (text_ends(name, ".csv") || text_ends(name, ".tsv")) return FORMAT_CSV;
    if (text_ends(name, ".ndjson") || text_ends(name, ".jsonl")) return FORMAT_NDJSON;
    if (text_starts(trimmed, "[")) return FORMAT_JSON;
    if (!text_starts(trimmed, "{")) return text_ends(name, ".json") ? FORMAT_JSON : FORMAT_CSV;
    const char *line = memchr(trimmed.data, '\n', trimmed.length);
    text first = text_trim((text){ trimmed.data, line ? (size_t)(line - trimmed.data) : trimmed.length });
    bool closed = text_ends(first, "}") && !text_ends(first, "]}");
    return closed ? FORMAT_NDJSON : FORMAT_JSON;
}

static error read_csv(source *s, text first, row_sink sink)
{
    csv_reader *reader = csv_reader_new(s->arena, sink, (table_limits){ 0 });
    for (text piece = first; piece.length;) {
        TRY(csv_feed(reader, piece.data, piece.length));
        TRY(source_next(s, &piece));
    }
    return csv_finish(reader);
}

static error read_whole(source *s, text first, text *out)
{
    text_builder b = text_builder_in(s->arena);
    for (text piece = first; piece.length;) {
        text_add(&b, piece);
        TRY(source_next(s, &piece));
    }
    *out = text_built(&b);
    return OK;
}

static error read_json(source *s, text first, data_format format, row_sink sink)
{
    text whole;
    TRY(read_whole(s, first, &whole));
    if (format == FORMAT_NDJSON) return ndjson_read(s->arena, whole, sink, (table_limits){ 0 });
    if (text_starts(text_trim(whole), "{")) return json_columns_read(s->arena, whole, sink, (table_limits){ 0 });
    return json_rows_read(s->arena, whole, sink, (table_limits){ 0 });
}

static error read_source(source *s, row_sink sink)
{
    text first;
    TRY(source_next(s, &first));
    data_format format = format_of(s->path, first);
    return format == FORMAT_CSV ? read_csv(s, first, sink) : read_json(s, first, format, sink);
}

error data_read_into(arena *a, const char *path, row_sink sink)
{
    source s;
    error bad = source_open(a, path, &s);
    if (!bad) bad = read_source(&s, sink);
    if (s.fd > 0) close(s.fd);
    return bad;
}
