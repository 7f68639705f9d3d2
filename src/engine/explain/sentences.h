/* Sentences from templates. */
#ifndef AIC_ENGINE_EXPLAIN_SENTENCES_H
#define AIC_ENGINE_EXPLAIN_SENTENCES_H

#include "engine/explain/reasons.h"

typedef struct place {
    const char *name; /* "feature" for {feature} */
    text value;
} place;

/* The template of this code in the language, else in English, with its places filled. A place without a value stays
 * out. */
text sentence_fill(arena *a, sentence_table language, const char *code, const place *places, size_t count);

#endif
