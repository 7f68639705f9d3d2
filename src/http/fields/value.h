/* The checks of one value, shared by the JSON decoder and the one for texts (query, path, defaults). */
#ifndef AIC_HTTP_VALUE_H
#define AIC_HTTP_VALUE_H

#include "http/fields/fields.h"

/* Where a value stands, as a chain from the inside out; printed as a JSON pointer only when something is wrong. */
typedef struct place {
    const struct place *parent;
    text name; /* of a member; NO_TEXT for an item */
    size_t index;
} place;

/* Errors gathered over a whole document. */
typedef struct findings {
    arena *arena;
    error told[MOST_ERRORS_TOLD];
    size_t count; /* of all; only the first ones are told */
} findings;

__attribute__((format(printf, 3, 4))) void find(findings *f, const place *at, const char *format, ...);
error findings_error(const findings *f); /* OK when there are none */

/* Each checks against the field's kind and bounds, and writes to `out` (the member itself), or tells what is wrong. */
void take_text(findings *f, const place *at, const field *row, text value, text *out);
void take_integer(findings *f, const place *at, const field *row, int64_t value, void *out);
void take_number(findings *f, const place *at, const field *row, double value, void *out);
void take_bool(const field *row, bool value, void *out);
void take_uuid(findings *f, const place *at, const field *row, text value, void *out);
void take_instant(findings *f, const place *at, const field *row, text value, void *out);
/* From a text of whatever kind but FIELD_TEXT_LIST, FIELD_OBJECT and FIELD_LIST. */
void take_any(findings *f, const place *at, const field *row, text value, void *out);
void take_default(arena *a, const field *row, void *out); /* row->standard, which fields_check has found to be good */

#endif
