/* Bounded text: a pointer and a length, UTF-8, not owned, not necessarily NUL-terminated. {NULL, 0} is "no text",
 * which SQL and JSON read and write as null; {"", 0} is the empty text. */
#ifndef AIC_BASE_TEXT_H
#define AIC_BASE_TEXT_H

#include "base/arena.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

typedef struct text {
    const char *data;
    size_t length;
} text;

#define TEXT(literal) ((text){ "" literal, sizeof(literal) - 1 })
#define NO_TEXT       ((text){ 0 })
/* For printf: "%.*s", PRINT(name) */
#define PRINT(t) (int)(t).length, (t).data ? (t).data : ""

text text_of(const char *nul_terminated); /* NULL gives NO_TEXT */
bool text_is(text t);                     /* is there a text at all */
bool text_equal(text a, text b);
bool text_equal_string(text a, const char *b);
int text_compare(text a, text b); /* by bytes, which for UTF-8 is by code point */
bool text_starts(text t, const char *prefix);
bool text_ends(text t, const char *suffix);
text text_trim(text t); /* ASCII white space off both ends */
text text_copy(arena *a, text t);
const char *text_string(arena *a, text t); /* NUL-terminated copy */
text text_lower_ascii(arena *a, text t);
bool text_valid_utf8(text t);
size_t text_code_points(text t);
__attribute__((format(printf, 2, 3), nonnull(2))) text text_format(arena *a, const char *format, ...);
__attribute__((nonnull(2))) text text_format_list(arena *a, const char *format, va_list arguments);
text text_hex(arena *a, const uint8_t *bytes, size_t length); /* lower case */
bool text_number(text t, double *out); /* the whole of t is one finite decimal number; locale-independent */
bool text_integer(text t, int64_t *out);

/* A text that grows in an arena. */
typedef struct text_builder {
    struct arena *arena; /* spelled so for the C++ shims */
    char *data;
    size_t length, capacity;
} text_builder;

text_builder text_builder_in(arena *a);
void text_add(text_builder *b, text t);
void text_add_string(text_builder *b, const char *s);
void text_add_char(text_builder *b, char c);
__attribute__((format(printf, 2, 3), nonnull(2))) void text_add_format(text_builder *b, const char *format, ...);
text text_built(const text_builder *b); /* NUL-terminated behind its length */

#endif
