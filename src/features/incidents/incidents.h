/* Incidents: harm that people report, or that is found within, and how it is answered.
 *
 * An organization's own people work on them in their TENANT scope. The public is given a reference and a secret, which
 * together open the public part of one case (SYSTEM S4) and nothing else. A report goes into the inbox of the
 * organization whose public slug, or whose system's code, it names; into the operator's when it names none that is
 * here. Both get the very same reply, so that nobody learns who is a client.
 *
 * Every status, escalation and decision is in the ledger in the same transaction; the state machine, who may decide,
 * what a decision must say, and one escalation per level are the database's rules, too
 * (sql/migrations/0034_incidents.sql).
 */
#ifndef AIC_FEATURES_INCIDENTS_H
#define AIC_FEATURES_INCIDENTS_H

#include "features/app.h"
#include "incidents.sql.h"

enum {
    INCIDENT_EXPORT_ROWS = 10000,
    INCIDENT_REOPEN_DAYS = 30,         /* ⚙ in which its reporter may reopen a decided case */
    INCIDENT_SECOND_LEVEL_DAYS = 30,   /* ⚙ after the first escalation */
    INCIDENT_OLD_DAYS = 90,            /* ⚙ or when it is so old, whichever comes first */
    INCIDENT_ESCALATED_AT_ONCE = 500,  /* the next call goes on */
    INCIDENT_REPORTER_MESSAGES = 100,  /* to one case */
    INCIDENT_SMALLEST_PUBLIC_CELL = 5, /* ⚙ */
    INCIDENT_LEAST_RESOLUTION = 20     /* characters */
};

extern const char *const incident_status_names[];

/* First response by the tier of the system, or of the organization (domain, 1.5). */
instant incident_due(text tier, instant from);
/* What the public is promised, whoever the organization is: its tier would tell that it is a client. */
instant incident_promised(instant from);
/* The state machine, for a message before the database's own. */
bool incident_may_become(text from, text to);
/* The beginning of a description, as a title; at most 100 code points. */
text incident_title(arena *a, text description);

/* ------------------------------------------------------------------ within an organization: TENANT scopes */

typedef struct incident_draft {
    text title, description, category, severity, right_violated, system_name, desired_outcome, decision_reference;
    maybe_uuid system_id;
    maybe_instant occurred_at;
} incident_draft;

/* What is absent stays as it is. The status has its own call. */
typedef struct incident_change {
    text severity, right_violated, root_cause;
    maybe_uuid system_id, assignee_id;
} incident_change;

typedef struct incident_decision {
    text to, resolution_details, public_reply, root_cause;
    maybe_bool is_spam;
} incident_decision;

typedef struct incident_words {
    text body, visibility;
} incident_words;

typedef struct incidents_query {
    page_query page;
    text q, status, severity, category, source, right_violated, sort;
    maybe_uuid system_id;
    maybe_bool overdue, open;
    bool spam;
} incidents_query;

typedef struct incident_view {
    incident row;
    item_list events; /* incident_event */
} incident_view;

error incidents_list(scope *db, const incidents_query *query, page_reply *out);
error incidents_read(scope *db, uuid id, incident_view *out); /* NOT_FOUND also for another organization's */
error incidents_open(scope *db, const incident_draft *draft, incident_view *out);
error incidents_change(scope *db, uuid id, int64_t version, const incident_change *change, incident_view *out);
/* CONFLICT: not from this status; INVALID: a decision without its reasons. The caller is the reviewer. */
/* Of a change of status, and of a message that is not internal, the reporter gets a letter, if there is an address. */
error incidents_decide(platform *app, scope *db, uuid id, const incident_decision *in, incident_view *out);
error incidents_say(platform *app, scope *db, uuid id, const incident_words *in, incident_view *out);

typedef struct escalation_wanted {
    bool dry_run;
} escalation_wanted;

typedef struct escalated_incident {
    uuid id;
    text reference, title;
    instant response_due_at;
} escalated_incident;

typedef struct escalation {
    int64_t scanned;
    item_list escalated, level2; /* escalated_incident */
} escalation;

/* The scope's own organization only; each incident once per level, whoever calls how often at the same time. */
error incidents_escalate(scope *db, const escalation_wanted *in, escalation *out);

/* ------------------------------------------------------------------ the public: SYSTEM scopes */

typedef struct public_report {
    text organization, system_code, system_name, category, description, desired_outcome, email, language,
        decision_reference, website;
    maybe_instant occurred_at;
} public_report;

typedef struct report_receipt {
    text reference, secret; /* the secret is told this once */
    instant response_due_at;
} report_receipt;

typedef struct case_view {
    text reference, organization, category, description, status, public_reply;
    instant opened_at, response_due_at, updated_at;
    bool may_reopen, may_withdraw;
    item_list messages; /* case_message */
} case_view;

typedef struct case_words {
    text body;
} case_words;

/* `website` is a honeypot: who fills it is a machine, gets the same reply, and lands among the spam. */
error incidents_report(platform *app, scope *db, const public_report *in, report_receipt *out);
/* NOT_FOUND for every pair that does not fit, in the same words and time. secret may be NO_TEXT. */
error incidents_case(scope *db, text reference, text secret, case_view *out);
error incidents_case_say(scope *db, text reference, text secret, const case_words *in, case_view *out);
error incidents_case_withdraw(scope *db, text reference, text secret, case_view *out);
error incidents_case_reopen(scope *db, text reference, text secret, const case_words *in, case_view *out);
error incidents_count_publicly(scope *db, public_cell_list *out);

extern const route incidents_routes[];
extern const route cases_routes[];

/* `count` random digits of base 32, in groups for those who copy them by hand; group 0: in one piece. */
text incident_code(arena *a, size_t count, size_t group);
text incident_reference(arena *a); /* "INC-7XK2M4QA" */
/* The key of what is sealed here, derived from the master key, so that this room never holds that one. */
void incidents_take_key(platform *app, const uint8_t master_key[MASTER_KEY_BYTES]);

/* What an incident's ledger entry records: the gate's columns, by their names (incidents.c, for cases.c). */
text incident_canonical(arena *a, const incident_state *s);

#endif
