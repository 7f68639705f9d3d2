/* What the staff of the platform see of all organizations at once: figures of the last day, organizations and people by
 * name, where sign-ins failed from, and every route that leaves a tenant's own walls, with its reason. Super admins
 * only, read only, and each look is itself on record. */
#ifndef AIC_FEATURES_STAFF_H
#define AIC_FEATURES_STAFF_H

#include "features/app.h"
#include "staff.sql.h"

/* ⚙ */
enum { STAFF_SIGN_INS_DAYS = 1, STAFF_EVENTS_DAYS = 7, STAFF_FAILURES_SHOWN = 100 };

typedef struct staff_query {
    page_query page;
    maybe_uuid org_id; /* people: of this organization only */
    text q;
} staff_query;

/* A route of which a request leaves its tenant's walls, always or without a session. */
typedef struct system_access {
    text method, path, summary, access, capability, scope, reason, why;
} system_access;

/* All at once: short lists that have no pages. */
typedef struct staff_list {
    item_list items;
} staff_list;

error staff_read_overview(scope *db, staff_overview *out);
error staff_list_organizations(scope *db, const staff_query *query, page_reply *out);
error staff_list_people(scope *db, const staff_query *query, page_reply *out);
error staff_list_failures(scope *db, staff_list *out);
/* From the route tables, so that the page cannot say anything else than what the server does. */
void staff_list_system_access(arena *a, const route *const *tables, staff_list *out);

extern const route staff_routes[];

#endif
