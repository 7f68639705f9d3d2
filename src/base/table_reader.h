/* Tables of data on their way in: CSV (RFC 4180), JSON (array of objects, or {"column": [..]}), NDJSON. One sink takes
 * them all, a row at a time, so that the caller keeps only the columns that it needs and never the whole text.
 *
 * Order of calls: header once, then row for each row. Cells are valid during the call only. Errors name row (1 is the
 * first data row), column, what was expected and what was found, and stop the reading. The sink may refuse a header or
 * a row by returning an error. */
#ifndef AIC_BASE_TABLE_READER_H
#define AIC_BASE_TABLE_READER_H

#include "base/error.h"
#include "base/json.h"
#include "base/text.h"

typedef enum { CELL_MISSING, CELL_TEXT, CELL_NUMBER, CELL_BOOL } cell_kind;

typedef struct cell {
    cell_kind kind; /* CSV gives only MISSING (an empty unquoted field) and TEXT */
    bool boolean;
    double number;
    struct text text; /* for CELL_TEXT; spelled so for the C++ shims */
} cell;

typedef struct row_sink {
    void *context;
    error (*header)(void *context, const text *names, size_t count);
    error (*row)(void *context, const cell *cells, size_t count);
} row_sink;

/* Rows beyond the limit go to no sink; they are only counted, so that the refusal can say how many were sent. */
typedef struct table_limits {
    size_t rows, columns, depth; /* 0: no limit of rows or columns; depth defaults to JSON_MAX_DEPTH */
    size_t record;               /* bytes of one row that comes in pieces; 0: no limit */
    const char *advice;          /* a sentence for whoever sends too much; NULL: none */
} table_limits;
error table_too_many_rows(arena *a, uint64_t found, const table_limits *limits);
error table_too_many_columns(arena *a, size_t found, const table_limits *limits);

/* CSV in pieces, as they come from a file or a socket. */
typedef struct csv_reader csv_reader;
csv_reader *csv_reader_new(arena *a, row_sink sink, table_limits limits);
error csv_feed(csv_reader *r, const char *data, size_t length);
error csv_finish(csv_reader *r);
error csv_read(arena *a, text document, row_sink sink, table_limits limits);

/* JSON through simdjson. Rows: an array of flat objects; a key that a row lacks is MISSING; keys that first appear
 * after the first row are an error naming the row. `document` is the array or the object of arrays itself. */
error json_rows_read(arena *a, text document, row_sink sink, table_limits limits);
error json_columns_read(arena *a, text document, row_sink sink, table_limits limits);
error ndjson_read(arena *a, text document, row_sink sink, table_limits limits);

/* NDJSON in pieces. The first row names the columns; only one row at a time is held. */
typedef struct ndjson_reader ndjson_reader;
ndjson_reader *ndjson_reader_new(arena *a, row_sink sink, table_limits limits);
error ndjson_feed(ndjson_reader *r, const char *data, size_t length);
error ndjson_finish(ndjson_reader *r);

/* A request body {"data": [rows] | "columns": {...}, other fields}. Parsed once by simdjson; the other fields come out
 * first, since they say which columns matter; then the table goes to the sink without a copy. */
typedef struct json_bulk json_bulk;
error json_bulk_open(arena *a, text document, table_limits limits, json_bulk **out);
text json_bulk_fields(json_bulk *b); /* all but "data" and "columns", as one compact JSON object */
bool json_bulk_has_table(const json_bulk *b);
error json_bulk_read(json_bulk *b, row_sink sink);

#endif
