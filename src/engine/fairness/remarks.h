/* Remarks while they are gathered. */
#ifndef AIC_ENGINE_REMARKS_H
#define AIC_ENGINE_REMARKS_H

#include "engine/aic_engine.h"

typedef struct remark_builder {
    arena *arena;
    remark *items;
    size_t count, capacity;
} remark_builder;

void remark_add(remark_builder *b, remark r);
void remark_add_all(remark_builder *b, remark_list list);
remark_list remarks_built(const remark_builder *b);

/* The usual form: no number, no fields. */
__attribute__((format(printf, 4, 5))) void remark_say(remark_builder *b, const char *code, text subject,
                                                      const char *format, ...);

#endif
