/* JSON, control plane: small documents, read through jansson and written by json_writer.
 * (Bulk tables of rows have their own fast door: base/table_reader.h.)
 *
 * Reading: json_read checks UTF-8, depth (JSON_MAX_DEPTH) and duplicate keys, and ties the value to the arena.
 * Writing: a json_writer appends to a text_builder. Doubles are printed as ECMAScript's Number.toString does (shortest
 * text that reads back to the same double, as RFC 8785 asks); NaN and infinities are written as null, since JSON has no
 * form for them: whoever writes such a value says why in a note.
 * Canonical form: json_canonical gives RFC 8785 (keys sorted by UTF-16 code units, no white space). */
#ifndef AIC_BASE_JSON_H
#define AIC_BASE_JSON_H

#include "base/error.h"
#include "base/text.h"
#include "base/uuid.h"

#include <jansson.h>

enum { JSON_MAX_DEPTH = 32 };

error json_read(arena *a, text document, json_t **out); /* BAD_REQUEST naming line and column */
text json_text_of(const json_t *value);                 /* a string's text, bounded; NO_TEXT when not a string */
const json_t *json_field(const json_t *object, const char *name); /* NULL when absent or null */

enum { JSON_WRITER_DEPTH = 64 };

typedef struct json_writer {
    text_builder out;
    int depth;
    bool has_item[JSON_WRITER_DEPTH];
    bool after_key;
} json_writer;

json_writer json_writer_in(arena *a);
void json_open(json_writer *w, char bracket);  /* '{' or '[' */
void json_close(json_writer *w, char bracket); /* '}' or ']' */
void json_key(json_writer *w, const char *name);
void json_key_text(json_writer *w, text name);
void json_write_text(json_writer *w, text value); /* NO_TEXT is null */
void json_write_string(json_writer *w, const char *value);
void json_write_number(json_writer *w, double value); /* not finite: null */
void json_write_integer(json_writer *w, int64_t value);
void json_write_bool(json_writer *w, bool value);
void json_write_null(json_writer *w);
void json_write_uuid(json_writer *w, uuid id);
void json_write_instant(json_writer *w, instant t);
void json_write_raw(json_writer *w, text valid_json);
void json_write_value(json_writer *w, const json_t *value);
text json_written(const json_writer *w);

text json_canonical(arena *a, const json_t *value);            /* RFC 8785 */
error json_canonical_text(arena *a, text document, text *out); /* read, then canonical */
text json_compact(arena *a, const json_t *value);              /* order kept */

/* ECMAScript Number.toString(10); out holds at least 32 characters; gives the length. value is finite. */
size_t json_number_format(double value, char out[32]);

#endif
