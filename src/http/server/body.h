/* A request body in memory, counted as it comes. Small ones sit in the request's arena; larger ones in pages of their
 * own, which grow without a copy and cost nothing until bytes arrive, whatever length was announced. */
#ifndef AIC_HTTP_BODY_H
#define AIC_HTTP_BODY_H

#include "base/text.h"

struct body {
    arena *arena;
    char *data;
    size_t length, capacity;
    bool is_mapped;
};

/* Appends. False when the system has no memory. At least 64 zero bytes follow the data, as SIMD parsers like. */
bool body_add(struct body *b, const char *data, size_t length);

#endif
