/* What every fuzz target shares. A target is one function that takes arbitrary bytes; a broken promise aborts. */
#ifndef AIC_TESTS_FUZZ_H
#define AIC_TESTS_FUZZ_H

#include "base/table_reader.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(condition)                                                                                                \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__, #condition);                                    \
            abort();                                                                                                   \
        }                                                                                                              \
    } while (0)

static inline text text_from(const uint8_t *data, size_t size)
{
    return (text){ (const char *)data, size };
}

#endif
