/* The audit log, to be read: who did what to what, from where, and whether it was let. An organization sees its own
 * rows, staff all of them. Rows are written by the door, in the transaction of what they record; what changed, and the
 * chain of hashes, is added by the database (sql/migrations/0023_audit.sql). */
#ifndef AIC_FEATURES_AUDIT_H
#define AIC_FEATURES_AUDIT_H

#include "audit.sql.h"
#include "features/app.h"

/* ⚙ */
enum {
    AUDIT_MONTHS_AHEAD = 3,
    AUDIT_EXPORT_ROWS = 10000,
    AUDIT_LOOK_ROWS = 20000 /* that one search sifts by a filter without an index; the page's cursor leads on */
};

typedef struct audit_query {
    page_query page;
    maybe_uuid org_id; /* staff: of this organization only */
    maybe_instant since, until;
    text event, outcome, ip, subject_type, q;
    maybe_uuid actor_id, subject_id;
} audit_query;

extern const route audit_routes[];

/* Newest first. In a TENANT scope query->org_id must be the scope's own. A page may be short, or empty, and have a
 * cursor all the same: then *looked_back_to is set, and older rows were not looked at yet. */
error audit_search(scope *db, const audit_query *query, page_reply *out, maybe_instant *looked_back_to);
error audit_read(scope *db, uuid id, audit_detail *out);

/* The log is partitioned by month: makes what is missing of this month and the next AUDIT_MONTHS_AHEAD. When the server
 * starts, and daily; nothing can be audited, and so nothing done, in a month without its partition. */
error audit_prepare_months(platform *app, arena *a);

#endif
