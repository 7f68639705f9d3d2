#include "engine/fairness/remarks.h"

#include <math.h>

void remark_add(remark_builder *b, remark r)
{
    if (b->count == b->capacity) {
        size_t capacity = b->capacity ? 2 * b->capacity : 8;
        b->items = arena_grow(b->arena, b->items, b->capacity, capacity, sizeof *b->items);
        b->capacity = capacity;
    }
    b->items[b->count++] = r;
}

void remark_add_all(remark_builder *b, remark_list list)
{
    for (size_t i = 0; i < list.count; i++) remark_add(b, list.items[i]);
}

void remark_say(remark_builder *b, const char *code, text subject, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    text message = text_format_list(b->arena, format, arguments);
    va_end(arguments);
    remark_add(b, (remark){ .code = code, .subject = subject, .value = NAN, .bound = NAN, .message = message });
}

remark_list remarks_built(const remark_builder *b)
{
    return (remark_list){ .items = b->items, .count = b->count };
}
