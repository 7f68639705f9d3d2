/* The trail: the caller's own ledger chain, to read, verify and take away. The chain itself is the ledger room's. */
#ifndef AIC_FEATURES_TRAIL_H
#define AIC_FEATURES_TRAIL_H

#include "http/http.h"
#include "store/store.h"
#include "trail.sql.h"

typedef struct trail_query {
    page_query page;
    text action, subject_type;
    maybe_uuid subject_id;
} trail_query;

extern const route trail_routes[];

error trail_entries(scope *db, const trail_query *query, page_reply *out);
error trail_read(scope *db, uuid id, trail_entry *out);

#endif
