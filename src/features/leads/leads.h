/* Leads: people who ask something of an organization, by a form or written down by its people.
 *
 * Whose a lead is, the caller's session says, and without a session it is the operator's; the request's body never
 * does. The same address in the same organization is one lead: a repeated contact updates it and leaves its status. */
#ifndef AIC_FEATURES_LEADS_H
#define AIC_FEATURES_LEADS_H

#include "features/app.h"
#include "leads.sql.h"

enum { LEAD_EXPORT_ROWS = 10000 };

typedef struct lead_draft {
    text email, name, company, job_title, country, source, enquiry_kind, message, referral_source, website;
    bool consent_marketing;
} lead_draft;

typedef struct contact_form {
    text first_name, last_name, email, company, job_title, country, kind, message, website;
    bool consent_marketing;
} contact_form;

/* The same for everybody: a new address, a known one, a machine. */
typedef struct lead_receipt {
    bool received;
} lead_receipt;

/* What is absent stays as it is. */
typedef struct lead_change {
    text name, company, job_title, country, status, notes;
    maybe_integer score;
    maybe_uuid owner_id;
} lead_change;

typedef struct leads_query {
    page_query page;
    text q, status, source;
    maybe_uuid org_id; /* staff only: of this organization */
} leads_query;

typedef struct lead_view {
    lead row;
    item_list events; /* lead_event, newest first */
} lead_view;

extern const route leads_routes[];

/* In a TENANT scope into its organization, in a SYSTEM scope into the operator's. `website` is a honeypot: nothing is
 * kept of what fills it. */
error leads_take(scope *db, const lead_draft *in, lead_receipt *out);
error leads_contact(scope *db, const contact_form *in, lead_receipt *out);

error leads_list(scope *db, const leads_query *query, page_reply *out);
error leads_list_all(scope *db, const leads_query *query, page_reply *out); /* SYSTEM */
error leads_read(scope *db, uuid id, lead_view *out);                       /* NOT_FOUND also for another's */
error leads_change(scope *db, uuid id, int64_t version, const lead_change *change, lead_view *out);

#endif
