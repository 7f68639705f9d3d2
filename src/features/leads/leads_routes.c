#include "features/leads/leads.h"

static const char *const source_names[] = { "WEB",          "QUIZ",  "ALPHA_FORM", "CONTACT",  "CLASSIFIER",
                                            "EMPATHY_TOOL", "INDEX", "PARTNER",    "OUTREACH", NULL };
static const char *const status_names[] = { "NEW",       "CONTACTED", "QUALIFIED", "PROPOSAL",
                                            "CONVERTED", "CERTIFIED", "LOST",      NULL };
static const char *const enquiry_names[] = { "CORPORATE", "PROFESSIONAL", "PARTNERSHIP_MEDIA", "GENERAL", NULL };
static const char *const tier_names[] = { "TIER_1", "TIER_2", "TIER_3", NULL };
static const char *const event_names[] = { "CONTACT", "STATUS", NULL };

/* ------------------------------------------------------------------ fields */

#define HONEYPOT(type) FIELD(type, website, A_TEXT, MAX(300), .doc = "Leave it empty: it is there for machines")
#define COUNTRY        .doc = "Two capital letters of ISO 3166, such as ZA"

static const field draft_fields[] = { FIELD(lead_draft, email, AN_EMAIL, REQUIRED),
                                      FIELD(lead_draft, name, A_TEXT, MAX(200)),
                                      FIELD(lead_draft, company, A_TEXT, MAX(255)),
                                      FIELD(lead_draft, job_title, A_TEXT, MAX(200)),
                                      FIELD(lead_draft, country, A_TEXT, MIN(2), MAX(2), COUNTRY),
                                      FIELD(lead_draft, source, ONE_OF(source_names), STANDARD("WEB")),
                                      FIELD(lead_draft, enquiry_kind, ONE_OF(enquiry_names)),
                                      FIELD(lead_draft, message, A_TEXT, MIN(1), MAX(5000)),
                                      FIELD(lead_draft, referral_source, A_TEXT, MAX(200)),
                                      FIELD(lead_draft, consent_marketing, A_BOOL),
                                      HONEYPOT(lead_draft),
                                      FIELDS_END };

static const field contact_fields[] = { FIELD(contact_form, first_name, A_TEXT, REQUIRED, MIN(1), MAX(99)),
                                        FIELD(contact_form, last_name, A_TEXT, MAX(100)),
                                        FIELD(contact_form, email, AN_EMAIL, REQUIRED),
                                        FIELD(contact_form, company, A_TEXT, MAX(255)),
                                        FIELD(contact_form, job_title, A_TEXT, MAX(200)),
                                        FIELD(contact_form, country, A_TEXT, MIN(2), MAX(2), COUNTRY),
                                        FIELD(contact_form, kind, ONE_OF(enquiry_names), STANDARD("GENERAL")),
                                        FIELD(contact_form, message, A_TEXT, REQUIRED, MIN(1), MAX(5000)),
                                        FIELD(contact_form, consent_marketing, A_BOOL),
                                        HONEYPOT(contact_form),
                                        FIELDS_END };

static const field receipt_fields[] = { FIELD(lead_receipt, received, A_BOOL), FIELDS_END };

#define ROW(member, ...) FIELD_AS(lead_view, row.member, #member, __VA_ARGS__)

#define LEAD_FIELDS                                                                                                    \
    ROW(id, A_UUID), ROW(org_id, A_UUID), ROW(org_name, A_TEXT), ROW(email, A_TEXT), ROW(name, A_TEXT, NULLABLE),      \
        ROW(company, A_TEXT, NULLABLE), ROW(job_title, A_TEXT, NULLABLE), ROW(country, A_TEXT, NULLABLE),              \
        ROW(source, ONE_OF(source_names)), ROW(score, MAYBE_INTEGER),                                                  \
        ROW(estimated_tier, ONE_OF(tier_names), NULLABLE), ROW(enquiry_kind, ONE_OF(enquiry_names), NULLABLE),         \
        ROW(message, A_TEXT, NULLABLE, .doc = "The latest"), ROW(status, ONE_OF(status_names)),                        \
        ROW(contacts, AN_INTEGER, .doc = "How often they wrote"), ROW(re_engaged_at, MAYBE_INSTANT),                   \
        ROW(owner_id, MAYBE_UUID), ROW(owner_name, A_TEXT, NULLABLE), ROW(referral_source, A_TEXT, NULLABLE),          \
        ROW(consent_marketing, A_BOOL), ROW(notes, A_TEXT, NULLABLE), ROW(converted_org_id, MAYBE_UUID),               \
        ROW(version, AN_INTEGER, .doc = "For If-Match"), ROW(created_at, AN_INSTANT), ROW(updated_at, AN_INSTANT)

static const field event_fields[] = { FIELD(lead_event, id, A_UUID),
                                      FIELD(lead_event, at, AN_INSTANT),
                                      FIELD(lead_event, kind, ONE_OF(event_names)),
                                      FIELD(lead_event, author_name, A_TEXT, NULLABLE),
                                      FIELD(lead_event, status, ONE_OF(status_names), NULLABLE),
                                      FIELD(lead_event, body, A_TEXT, NULLABLE),
                                      FIELDS_END };

static const field detail_fields[] = { LEAD_FIELDS,
                                       FIELD(lead_view, events, LIST_OF(lead_event, event_fields),
                                             .doc = "The latest two hundred, newest first"),
                                       FIELDS_END };

/* A list's items are bare rows, and row is the view's first member. */
_Static_assert(offsetof(lead_view, row) == 0, "the fields of a row fit both");
static const field item_fields[] = { LEAD_FIELDS, FIELDS_END };

static const field change_fields[] = { FIELD(lead_change, name, A_TEXT, MIN(1), MAX(200)),
                                       FIELD(lead_change, company, A_TEXT, MAX(255)),
                                       FIELD(lead_change, job_title, A_TEXT, MAX(200)),
                                       FIELD(lead_change, country, A_TEXT, MIN(2), MAX(2), COUNTRY),
                                       FIELD(lead_change, status, ONE_OF(status_names)),
                                       FIELD(lead_change, score, MAYBE_INTEGER, MIN(0), MAX(100)),
                                       FIELD(lead_change, owner_id, MAYBE_UUID, .doc = "A user of your organization"),
                                       FIELD(lead_change, notes, A_TEXT, MAX(5000)),
                                       FIELDS_END };

#define FILTERS                                                                                                        \
    PAGE_FIELDS(leads_query), FIELD(leads_query, q, A_TEXT, MAX(200), .doc = "Part of the address, name or company"),  \
        FIELD(leads_query, status, ONE_OF(status_names)), FIELD(leads_query, source, ONE_OF(source_names))

static const field query_fields[] = { FILTERS, FIELDS_END };
static const field staff_query_fields[] = { FILTERS,
                                            FIELD(leads_query, org_id, MAYBE_UUID, .doc = "Of this organization only"),
                                            FIELDS_END };

/* ------------------------------------------------------------------ handlers */

static error post_lead(request *rq, const void *body, void *reply)
{
    return leads_take(rq->scope, body, reply);
}

static error post_contact(request *rq, const void *body, void *reply)
{
    return leads_contact(rq->scope, body, reply);
}

/* A file holds more than a page. */
static leads_query wanted(request *rq)
{
    leads_query query = *(const leads_query *)rq->query;
    if (request_exports(rq)) {
        query.page.limit = LEAD_EXPORT_ROWS;
        reply_attachment(rq, request_accepts(rq, "text/csv") ? "leads.csv" : "leads.ndjson");
    }
    return query;
}

static error get_leads(request *rq, const void *body, void *reply)
{
    (void)body;
    leads_query query = wanted(rq);
    return leads_list(rq->scope, &query, reply);
}

static error get_all_leads(request *rq, const void *body, void *reply)
{
    (void)body;
    leads_query query = wanted(rq);
    return leads_list_all(rq->scope, &query, reply);
}

static error get_lead(request *rq, const void *body, void *reply)
{
    (void)body;
    const id_path *path = rq->path;
    lead_view *out = reply;
    TRY(leads_read(rq->scope, path->id, out));
    reply_etag_version(rq, out->row.version);
    return OK;
}

static error patch_lead(request *rq, const void *body, void *reply)
{
    const id_path *path = rq->path;
    lead_view *out = reply;
    int64_t version;
    TRY(request_if_match(rq, &version));
    TRY(leads_change(rq->scope, path->id, version, body, out));
    reply_etag_version(rq, out->row.version);
    return OK;
}

/* ------------------------------------------------------------------ routes */

#define INTAKE_SCOPE                                                                                                   \
    TENANT_OR_SYSTEM(S3_PUBLIC_INTAKE, "Without a session the operator's inbox takes it; nobody names another one")
#define INTAKE_TEXT                                                                                                    \
    .description = "With a session the lead is its organization's, without one the operator's. The reply is the same " \
                   "for a new address and for a known one."

const route leads_routes[] = {
    { POST, "/leads", "Leave one's address, or note somebody's", ANYONE, INTAKE_SCOPE, BODY(lead_draft, draft_fields),
      REPLY(lead_receipt, receipt_fields), .status = 202, .audit = "lead_received", .rate = RATE_INTAKE,
      .body_limit = 100000, INTAKE_TEXT, .handle = post_lead },
    { POST, "/contact", "Write to us", ANYONE, INTAKE_SCOPE, BODY(contact_form, contact_fields),
      REPLY(lead_receipt, receipt_fields), .status = 202, .audit = "lead_received", .rate = RATE_INTAKE,
      .body_limit = 100000, INTAKE_TEXT, .tag = "leads", .handle = post_contact },
    { GET, "/leads", "List your organization's leads, newest first", CAPABILITY("manage_leads"), TENANT,
      QUERY(leads_query, query_fields), LIST_REPLY(item_fields, lead), .rate = RATE_READ, .handle = get_leads },
    { GET, "/leads/{id}", "Read a lead and its history", CAPABILITY("manage_leads"), TENANT,
      PATH(id_path, id_path_fields), REPLY(lead_view, detail_fields), .rate = RATE_READ, .handle = get_lead },
    { PATCH, "/leads/{id}", "Change a lead", CAPABILITY("manage_leads"), TENANT, PATH(id_path, id_path_fields),
      BODY(lead_change, change_fields), REPLY(lead_view, detail_fields), .audit = "lead_changed", .rate = RATE_WRITE,
      .if_match = true, .handle = patch_lead },
    { GET, "/admin/leads", "List the leads of all organizations, newest first", SUPER_ADMIN,
      SYSTEM(S6_STAFF_VIEW, "Staff see who asked what of which organization"), QUERY(leads_query, staff_query_fields),
      LIST_REPLY(item_fields, lead), .rate = RATE_READ, .handle = get_all_leads },
    ROUTES_END
};
