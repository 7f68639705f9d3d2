/* Files of nested values, JSON or UBJSON, read once from front to back: whoever reads asks for what he expects and
 * skips the rest, so that nothing of the file is held but what is kept.
 *
 *     TRY(source_open(s, '{'));
 *     for (text key; source_key(s, &key);)
 *         TRY(text_equal_string(key, "trees") ? read_trees(s) : source_skip(s));
 *     TRY(source_closed(s));
 *
 * Numbers of XGBoost's files may be NaN, Infinity and -Infinity, which JSON does not know and Python writes. Texts lie
 * in the file's own bytes or in the scratch arena. */
#ifndef AIC_ENGINE_MODEL_SOURCE_H
#define AIC_ENGINE_MODEL_SOURCE_H

#include "base/error.h"
#include "base/text.h"

enum { SOURCE_DEPTH = 32 };

typedef enum { SOURCE_OBJECT, SOURCE_ARRAY, SOURCE_TEXT, SOURCE_NUMBER, SOURCE_BOOL, SOURCE_NULL } source_kind;

/* Where the reader stands: the containers around it. */
typedef struct source_level {
    bool is_object, is_first;
    text key;     /* the latest one of an object */
    size_t index; /* of the next item of an array */
    char type;    /* UBJSON: of all its items; 0: each says its own */
    bool is_counted;
    uint64_t left; /* UBJSON: items to come */
} source_level;

typedef struct source source;

/* What the two forms do differently. Each is called only where the container's rules allow a value. */
typedef struct source_form {
    error (*peek)(source *s, source_kind *out);
    error (*open)(source *s, source_level *level);
    error (*next)(source *s, source_level *level, bool *more); /* a key and what follows it, or an item */
    error (*text)(source *s, text *out);
    error (*number)(source *s, bool as_float, double *out);
    error (*boolean)(source *s, bool *out);
    error (*null)(source *s);
} source_form;

struct source {
    arena *scratch;
    const char *title; /* of the format, for messages: "XGBoost JSON" */
    text bytes;
    size_t at;
    const source_form *form;
    size_t depth;
    source_level levels[SOURCE_DEPTH];
    error failed; /* of source_key and source_item, told by source_closed */
};

source source_of_json(arena *scratch, text bytes, const char *title);
source source_of_ubjson(arena *scratch, text bytes, const char *title);

/* Numbers of an array, in memory that is used again for the next one. */
typedef struct number_list {
    double *items;
    size_t count, capacity;
} number_list;

void number_list_add(arena *scratch, number_list *list, double value);

error source_peek(source *s, source_kind *out);
error source_open(source *s, char bracket); /* '{' or '[' */
bool source_key(source *s, text *key);      /* false: the object is closed, or something is wrong: see source_closed */
bool source_item(source *s);
error source_closed(source *s);
error source_text(source *s, text *out);
error source_number(source *s, double *out);
error source_integer(source *s, int64_t least, int64_t most, int64_t *out); /* a number, or its text ("3") */
error source_numbers(source *s, bool as_float, number_list *out);           /* an array; true is 1, false 0 */
error source_flag(source *s, bool *out);
error source_texts(source *s, size_t most, text **out, size_t *count); /* an array, in scratch */
error source_skip(source *s);
error source_end(source *s); /* nothing but white space follows */

/* INVALID, with the place: "XGBoost JSON, learner.gradient_booster.model.trees[3].parents[2]: expected …". */
__attribute__((format(printf, 2, 3))) error source_fail(const source *s, const char *format, ...);

/* A decimal number at the start of t; its length, 0 when there is none. With as_float rounded once to float32. */
size_t decimal_read(text t, bool as_float, double *out);

#endif
