/* The field tables at work, inside the http room: decoding from JSON, from a query and from a path; encoding to JSON
 * and to CSV; checking the tables themselves. (What features see of it is in http.h.) */
#ifndef AIC_HTTP_FIELDS_H
#define AIC_HTTP_FIELDS_H

#include "http/http.h"

/* Of one answer at most so many errors are told; a list of a million wrong items needs no million sentences. */
enum { MOST_ERRORS_TOLD = 50 };

/* One name with its value, percent-decoded, of a query or of a path. */
typedef struct named_text {
    text name, value;
} named_text;

/* "a=1&b=x%20y" in order. BAD_REQUEST when an escape or the UTF-8 behind it is broken. */
error query_split(arena *a, text query, named_text **out, size_t *count);
/* %20 and the like; "+" is a space only in a query. False when broken. */
bool percent_decode(arena *a, text from, bool plus_is_space, text *out);

/* A query or path by its table: as fields_decode, the pointers being "/name". A TEXT_LIST takes a name many times. */
error fields_decode_texts(arena *a, const field *fields, const named_text *given, size_t count, void *out);

void fields_encode_list(json_writer *w, const field *fields, const void *items, size_t count, size_t item_size);

/* RFC 4180 with CRLF; objects become columns "object.member", lists and JSON one cell of JSON. A text that a
 * spreadsheet would take for a formula gets an apostrophe in front. */
void csv_header(text_builder *out, const field *fields);
void csv_rows(text_builder *out, const field *fields, const void *items, size_t count, size_t item_size);

/* What is wrong with a table for structs of the given size, or OK: unknown kinds, a member outside of the struct, two
 * fields of one name, a default that does not fit its own bounds. where: "GET /systems, query". */
error fields_check(arena *a, const field *fields, size_t size, const char *where);

bool field_has_least(const field *f);
bool field_has_most(const field *f);

/* The known name nearest to a misspelt one, NULL when none is near. */
const char *nearest_name(arena *a, text unknown, const char *const *known, size_t count);

#endif
