/* Values that may be absent: null in SQL, null or left out in JSON. (For text, NO_TEXT says so by itself.) */
#ifndef AIC_BASE_MAYBE_H
#define AIC_BASE_MAYBE_H

#include "base/uuid.h" /* maybe_uuid */

typedef struct maybe_integer {
    bool is_set;
    int64_t value;
} maybe_integer;

typedef struct maybe_number {
    bool is_set;
    double value;
} maybe_number;

typedef struct maybe_bool {
    bool is_set;
    bool value;
} maybe_bool;

typedef struct maybe_instant {
    bool is_set;
    instant value;
} maybe_instant;

typedef struct text_list {
    const text *items;
    size_t count;
} text_list;

typedef struct uuid_list {
    const uuid *items;
    size_t count;
} uuid_list;

#endif
