/* UUIDs: RFC 9562. New ids are version 7 (time-ordered, so that indexes grow at one end); token ids are version 4. */
#ifndef AIC_BASE_UUID_H
#define AIC_BASE_UUID_H

#include "base/clock.h"

typedef struct uuid {
    uint8_t bytes[16];
} uuid;

typedef struct maybe_uuid {
    bool is_set;
    uuid value;
} maybe_uuid;

uuid uuid_v7(const clock_source *clock);
uuid uuid_v4(void);
bool uuid_parse(text t, uuid *out);     /* the 36-character form, either case */
text uuid_format(arena *a, uuid id);    /* lower case */
void uuid_write(uuid id, char out[37]); /* the same, NUL-terminated */
bool uuid_equal(uuid a, uuid b);
bool uuid_is_nil(uuid id);

#endif
