#include "features/incidents/incidents.h"

static const char *const source_names[] = {
    "CITIZEN", "ENGINE", "AUDITOR", "TENANT", "MONITOR", "MONTHLY_REPORT", NULL
};
static const char *const category_names[] = { "UNJUST_DENIAL", "BIAS",    "NO_HUMAN_APPEAL", "OPACITY", "DISHONESTY",
                                              "DIGNITY",       "PRIVACY", "SAFETY",          "OTHER",   NULL };
static const char *const right_names[] = { "HUMAN_AGENCY", "EXPLANATION", "EMPATHY", "CORRECTION", "TRUTH", NULL };
static const char *const severity_names[] = { "LOW", "MEDIUM", "HIGH", "CRITICAL", NULL };
static const char *const kind_names[] = { "STATUS", "MESSAGE", "EVIDENCE", "ESCALATION", "NOTE", NULL };
static const char *const visibility_names[] = { "INTERNAL", "REPORTER", "PUBLIC", NULL };
static const char *const author_names[] = { "REPORTER", "STAFF", "PLATFORM", NULL };
static const char *const language_names[] = { "en", "af", "zu", "fr", "de", NULL };
static const char *const sort_names[] = { "response_due_at", "-created_at", NULL };

/* ------------------------------------------------------------------ fields: within an organization */

#define ROW(member, ...) FIELD_AS(incident_view, row.member, #member, __VA_ARGS__)

#define INCIDENT_FIELDS                                                                                                \
    ROW(id, A_UUID), ROW(reference, A_TEXT, .doc = "What the reporter knows it by: INC-…"), ROW(title, A_TEXT),        \
        ROW(status, ONE_OF(incident_status_names)), ROW(severity, ONE_OF(severity_names)),                             \
        ROW(category, ONE_OF(category_names)), ROW(right_violated, ONE_OF(right_names), NULLABLE),                     \
        ROW(source, ONE_OF(source_names)), ROW(system_id, MAYBE_UUID), ROW(system_name, A_TEXT, NULLABLE),             \
        ROW(response_due_at, AN_INSTANT, .doc = "First response: 24 h, 72 h or 7 days by tier"),                       \
        ROW(is_overdue, A_BOOL), ROW(escalation_level, AN_INTEGER), ROW(escalated_at, MAYBE_INSTANT),                  \
        ROW(assignee_id, MAYBE_UUID), ROW(assignee_name, A_TEXT, NULLABLE), ROW(description, A_TEXT),                  \
        ROW(desired_outcome, A_TEXT, NULLABLE),                                                                        \
        ROW(organization_named, A_TEXT, NULLABLE, .doc = "As the reporter wrote it"), ROW(occurred_at, MAYBE_INSTANT), \
        ROW(decision_reference, A_TEXT, NULLABLE),                                                                     \
        ROW(has_reporter_address, A_BOOL, .doc = "The reporter gave an address; it is sealed"),                        \
        ROW(reporter_lang, ONE_OF(language_names), NULLABLE), ROW(human_reviewer_id, MAYBE_UUID),                      \
        ROW(human_reviewer_name, A_TEXT, NULLABLE), ROW(root_cause, A_TEXT, NULLABLE),                                 \
        ROW(resolution_details, A_TEXT, NULLABLE), ROW(public_reply, A_TEXT, NULLABLE),                                \
        ROW(resolved_at, MAYBE_INSTANT), ROW(closed_at, MAYBE_INSTANT), ROW(withdrawn_at, MAYBE_INSTANT),              \
        ROW(reopened_count, AN_INTEGER), ROW(is_spam, A_BOOL), ROW(ledger_entry_id, A_UUID),                           \
        ROW(version, AN_INTEGER, .doc = "For If-Match"), ROW(created_at, AN_INSTANT), ROW(updated_at, AN_INSTANT)

static const field event_fields[] = { FIELD(incident_event, id, A_UUID),
                                      FIELD(incident_event, at, AN_INSTANT),
                                      FIELD(incident_event, kind, ONE_OF(kind_names)),
                                      FIELD(incident_event, visibility, ONE_OF(visibility_names)),
                                      FIELD(incident_event, author_kind, ONE_OF(author_names)),
                                      FIELD(incident_event, author_id, MAYBE_UUID),
                                      FIELD(incident_event, author_name, A_TEXT, NULLABLE),
                                      FIELD(incident_event, body, A_TEXT, NULLABLE),
                                      FIELD(incident_event, status, ONE_OF(incident_status_names), NULLABLE,
                                            .doc = "STATUS: what it became"),
                                      FIELD(incident_event, level, MAYBE_INTEGER, .doc = "ESCALATION"),
                                      FIELDS_END };

static const field detail_fields[] = { INCIDENT_FIELDS,
                                       FIELD(incident_view, events, LIST_OF(incident_event, event_fields),
                                             .doc = "The first thousand, oldest first"),
                                       FIELDS_END };

/* A list's items are bare rows, and row is the view's first member. */
_Static_assert(offsetof(incident_view, row) == 0, "the fields of a row fit both");
static const field item_fields[] = { INCIDENT_FIELDS, FIELDS_END };

static const field draft_fields[] = {
    FIELD(incident_draft, title, A_TEXT, REQUIRED, MIN(1), MAX(200), .doc = "What happened, in one sentence"),
    FIELD(incident_draft, description, A_TEXT, REQUIRED, MIN(1), MAX(5000)),
    FIELD(incident_draft, category, ONE_OF(category_names), REQUIRED),
    FIELD(incident_draft, severity, ONE_OF(severity_names), STANDARD("MEDIUM"),
          .doc = "How bad it is for the people affected"),
    FIELD(incident_draft, right_violated, ONE_OF(right_names)),
    FIELD(incident_draft, system_id, MAYBE_UUID, .doc = "The system concerned; its tier sets the deadline"),
    FIELD(incident_draft, system_name, A_TEXT, MAX(200), .doc = "When the system is not registered"),
    FIELD(incident_draft, desired_outcome, A_TEXT, MAX(2000)),
    FIELD(incident_draft, occurred_at, MAYBE_INSTANT),
    FIELD(incident_draft, decision_reference, A_TEXT, MAX(200)),
    FIELDS_END
};

static const field change_fields[] = {
    FIELD(incident_change, severity, ONE_OF(severity_names)),
    FIELD(incident_change, right_violated, ONE_OF(right_names)),
    FIELD(incident_change, system_id, MAYBE_UUID, .doc = "A system of your organization"),
    FIELD(incident_change, assignee_id, MAYBE_UUID, .doc = "A user of your organization"),
    FIELD(incident_change, root_cause, A_TEXT, MIN(1), MAX(5000)),
    FIELDS_END
};

static const field decision_fields[] = {
    FIELD(incident_decision, to, ONE_OF(incident_status_names), REQUIRED),
    FIELD(incident_decision, resolution_details, A_TEXT, MAX(5000),
          .doc = "What was found and done; at least 20 characters to resolve or dismiss"),
    FIELD(incident_decision, public_reply, A_TEXT, MIN(1), MAX(5000), .doc = "What the reporter reads"),
    FIELD(incident_decision, root_cause, A_TEXT, MIN(1), MAX(5000)),
    FIELD(incident_decision, is_spam, MAYBE_BOOL, .doc = "Takes it out of the queue and of every count"),
    FIELDS_END
};

static const field words_fields[] = { FIELD(incident_words, body, A_TEXT, REQUIRED, MIN(1), MAX(5000)),
                                      FIELD(incident_words, visibility, ONE_OF(visibility_names), STANDARD("INTERNAL"),
                                            .doc =
                                                "INTERNAL: a note among colleagues; REPORTER: the reporter reads it"),
                                      FIELDS_END };

static const field query_fields[] = {
    PAGE_FIELDS(incidents_query),
    FIELD(incidents_query, q, A_TEXT, MAX(200), .doc = "Words in the title or description, or the reference"),
    FIELD(incidents_query, status, ONE_OF(incident_status_names)),
    FIELD(incidents_query, open, MAYBE_BOOL, .doc = "true: OPEN or INVESTIGATING"),
    FIELD(incidents_query, overdue, MAYBE_BOOL),
    FIELD(incidents_query, severity, ONE_OF(severity_names)),
    FIELD(incidents_query, category, ONE_OF(category_names)),
    FIELD(incidents_query, source, ONE_OF(source_names)),
    FIELD(incidents_query, right_violated, ONE_OF(right_names)),
    FIELD(incidents_query, system_id, MAYBE_UUID),
    FIELD(incidents_query, spam, A_BOOL, .doc = "true: what was taken for spam, and nothing else"),
    FIELD(incidents_query, sort, ONE_OF(sort_names), STANDARD("response_due_at"), .doc = "Due first, or newest first"),
    FIELDS_END
};

static const field wanted_fields[] = {
    FIELD(escalation_wanted, dry_run, A_BOOL, .doc = "true: only tells what would be escalated"), FIELDS_END
};

static const field escalated_fields[] = { FIELD(escalated_incident, id, A_UUID),
                                          FIELD(escalated_incident, reference, A_TEXT),
                                          FIELD(escalated_incident, title, A_TEXT),
                                          FIELD(escalated_incident, response_due_at, AN_INSTANT), FIELDS_END };

static const field escalation_fields[] = {
    FIELD(escalation, scanned, AN_INTEGER, .doc = "Open incidents of your organization"),
    FIELD(escalation, escalated, LIST_OF(escalated_incident, escalated_fields), .doc = "Overdue; now on level 1"),
    FIELD(escalation, level2, LIST_OF(escalated_incident, escalated_fields),
          .doc = "30 days after level 1, or 90 days old; now on level 2"),
    FIELDS_END
};

/* ------------------------------------------------------------------ fields: the public */

static const field report_fields[] = {
    FIELD(public_report, organization, A_TEXT, MIN(1), MAX(255),
          .doc = "Who decided: the name as the registry writes it in its addresses, or in your own words"),
    FIELD(public_report, system_code, A_TEXT, MIN(1), MAX(40), .doc = "SYS-… from the notice, instead or as well"),
    FIELD(public_report, system_name, A_TEXT, MAX(200)),
    FIELD(public_report, category, ONE_OF(category_names), REQUIRED),
    FIELD(public_report, description, A_TEXT, REQUIRED, MIN(20), MAX(5000), .doc = "What happened"),
    FIELD(public_report, desired_outcome, A_TEXT, MAX(2000)),
    FIELD(public_report, email, AN_EMAIL, .doc = "Sealed; left out: you stay anonymous and look by yourself"),
    FIELD(public_report, language, ONE_OF(language_names), STANDARD("en")),
    FIELD(public_report, occurred_at, MAYBE_INSTANT),
    FIELD(public_report, decision_reference, A_TEXT, MAX(200), .doc = "The number on the decision"),
    FIELD(public_report, website, A_TEXT, MAX(300), .doc = "Leave it empty: it is there for machines"),
    FIELDS_END
};

static const field receipt_fields[] = {
    FIELD(report_receipt, reference, A_TEXT, .doc = "INC-…"),
    FIELD(report_receipt, secret, A_TEXT, .doc = "Opens the case together with the reference; told this once"),
    FIELD(report_receipt, response_due_at, AN_INSTANT, .doc = "An answer comes at the latest by then"), FIELDS_END
};

static const char *const case_author_names[] = { "REPORTER", "ORGANIZATION", NULL };

static const field message_fields[] = {
    FIELD(case_message, at, AN_INSTANT),           FIELD(case_message, author, ONE_OF(case_author_names)),
    FIELD(case_message, kind, ONE_OF(kind_names)), FIELD(case_message, status, ONE_OF(incident_status_names), NULLABLE),
    FIELD(case_message, body, A_TEXT, NULLABLE),   FIELDS_END
};

static const field case_fields[] = { FIELD(case_view, reference, A_TEXT),
                                     FIELD(case_view, organization, A_TEXT, NULLABLE, .doc = "As you wrote it"),
                                     FIELD(case_view, category, ONE_OF(category_names)),
                                     FIELD(case_view, description, A_TEXT),
                                     FIELD(case_view, status, ONE_OF(incident_status_names)),
                                     FIELD(case_view, public_reply, A_TEXT, NULLABLE),
                                     FIELD(case_view, opened_at, AN_INSTANT),
                                     FIELD(case_view, response_due_at, AN_INSTANT),
                                     FIELD(case_view, updated_at, AN_INSTANT),
                                     FIELD(case_view, may_withdraw, A_BOOL),
                                     FIELD(case_view, may_reopen, A_BOOL),
                                     FIELD(case_view, messages, LIST_OF(case_message, message_fields)),
                                     FIELDS_END };

static const field case_words_fields[] = { FIELD(case_words, body, A_TEXT, REQUIRED, MIN(1), MAX(5000)), FIELDS_END };

typedef struct case_path {
    text reference;
} case_path;

static const field case_path_fields[] = { FIELD(case_path, reference, A_TEXT, MAX(40)), FIELDS_END };

typedef struct public_counts {
    item_list cells;
} public_counts;

static const char *const dimension_names[] = { "CATEGORY", "RIGHT", "SECTOR", "STATE", NULL };

static const field cell_fields[] = {
    FIELD(public_cell, dimension, ONE_OF(dimension_names)),
    FIELD(public_cell, name, A_TEXT),
    FIELD(public_cell, cases, AN_INTEGER),
    FIELD(public_cell, answered, MAYBE_INTEGER, .doc = "null: it would tell of fewer than five"),
    FIELD(public_cell, median_days, MAYBE_NUMBER, .doc = "From report to decision; null below five decided"),
    FIELDS_END
};

static const field counts_fields[] = { FIELD(public_counts, cells, LIST_OF(public_cell, cell_fields),
                                             .doc = "Cells of fewer than five cases are left out"),
                                       FIELDS_END };

/* ------------------------------------------------------------------ handlers: within an organization */

static error get_incidents(request *rq, const void *body, void *reply)
{
    (void)body;
    incidents_query query = *(const incidents_query *)rq->query;
    if (request_exports(rq)) {
        query.page.limit = INCIDENT_EXPORT_ROWS;
        reply_attachment(rq, request_accepts(rq, "text/csv") ? "incidents.csv" : "incidents.ndjson");
    }
    return incidents_list(rq->scope, &query, reply);
}

static error post_incident(request *rq, const void *body, void *reply)
{
    incident_view *out = reply;
    TRY(incidents_open(rq->scope, body, out));
    reply_etag_version(rq, out->row.version);
    return created(rq, "/incidents/", out->row.id);
}

static error get_incident(request *rq, const void *body, void *reply)
{
    (void)body;
    const id_path *path = rq->path;
    incident_view *out = reply;
    TRY(incidents_read(rq->scope, path->id, out));
    reply_etag_version(rq, out->row.version);
    return OK;
}

static error patch_incident(request *rq, const void *body, void *reply)
{
    const id_path *path = rq->path;
    incident_view *out = reply;
    int64_t version;
    TRY(request_if_match(rq, &version));
    TRY(incidents_change(rq->scope, path->id, version, body, out));
    reply_etag_version(rq, out->row.version);
    return OK;
}

static error post_status(request *rq, const void *body, void *reply)
{
    const id_path *path = rq->path;
    incident_view *out = reply;
    TRY(incidents_decide(rq->app, rq->scope, path->id, body, out));
    reply_etag_version(rq, out->row.version);
    return OK;
}

static error post_message(request *rq, const void *body, void *reply)
{
    const id_path *path = rq->path;
    return incidents_say(rq->app, rq->scope, path->id, body, reply);
}

static error post_escalate(request *rq, const void *body, void *reply)
{
    return incidents_escalate(rq->scope, body, reply);
}

/* ------------------------------------------------------------------ handlers: the public */

static error post_report(request *rq, const void *body, void *reply)
{
    reply_header(rq, "Cache-Control", TEXT("no-store"));
    return incidents_report(rq->app, rq->scope, body, reply);
}

static error get_counts(request *rq, const void *body, void *reply)
{
    (void)body;
    public_cell_list cells;
    TRY(incidents_count_publicly(rq->scope, &cells));
    ((public_counts *)reply)->cells = (item_list){ cells.items, cells.count };
    return OK;
}

static text reference_of(const request *rq)
{
    return ((const case_path *)rq->path)->reference;
}

static text secret_of(const request *rq)
{
    return request_header(rq, "X-Case-Secret");
}

static error get_case(request *rq, const void *body, void *reply)
{
    (void)body;
    reply_header(rq, "Cache-Control", TEXT("no-store"));
    return incidents_case(rq->scope, reference_of(rq), secret_of(rq), reply);
}

static error post_case_message(request *rq, const void *body, void *reply)
{
    return incidents_case_say(rq->scope, reference_of(rq), secret_of(rq), body, reply);
}

static error post_case_withdraw(request *rq, const void *body, void *reply)
{
    (void)body;
    return incidents_case_withdraw(rq->scope, reference_of(rq), secret_of(rq), reply);
}

static error post_case_reopen(request *rq, const void *body, void *reply)
{
    return incidents_case_reopen(rq->scope, reference_of(rq), secret_of(rq), body, reply);
}

/* ------------------------------------------------------------------ routes */

static const char list_description[] =
    "As CSV (`Accept: text/csv`) or NDJSON up to 10,000 rows at a time, whatever `limit` says; such an export is on "
    "record as `data_exported`.";

const route incidents_routes[] = {
    { POST, "/incidents/public", "Report harm by an automated decision", PUBLIC,
      SYSTEM(S3_PUBLIC_INTAKE, "The organization is found by its public slug or its system's code"),
      BODY(public_report, report_fields), REPLY(report_receipt, receipt_fields), .status = 201, .rate = RATE_INTAKE,
      .body_limit = 100000,
      .description = "The reply is the same whoever the organization is, here or not. Keep the reference and the "
                     "secret: only both together open the case.",
      .handle = post_report },
    { GET, "/incidents/public", "How many incidents people have reported", PUBLIC,
      SYSTEM(S2_PUBLIC_REGISTRY, "Counts over all organizations; cells of fewer than five are left out"),
      REPLY(public_counts, counts_fields), .rate = RATE_PUBLIC, .handle = get_counts },
    { GET, "/incidents", "List incidents", CAPABILITY("view_incidents"), TENANT, QUERY(incidents_query, query_fields),
      LIST_REPLY(item_fields, incident), .rate = RATE_READ, .description = list_description, .handle = get_incidents },
    /* Those who examine systems: administrators, compliance officers, auditors. */
    { POST, "/incidents", "Open an incident", CAPABILITY("run_analysis"), TENANT, BODY(incident_draft, draft_fields),
      REPLY(incident_view, detail_fields), .status = 201, .audit = "incident_opened", .rate = RATE_WRITE,
      .idempotent = true, .handle = post_incident },
    { POST, "/incidents/escalate", "Escalate your organization's overdue incidents", CAPABILITY("resolve_incidents"),
      TENANT, BODY(escalation_wanted, wanted_fields), REPLY(escalation, escalation_fields),
      .audit = "incidents_escalated", .rate = RATE_WRITE,
      .description = "Each incident is escalated once per level, whoever asks how often at the same time; at most 500 "
                     "of them a call.",
      .handle = post_escalate },
    { GET, "/incidents/{id}", "Read an incident and all that was said", CAPABILITY("view_incidents"), TENANT,
      PATH(id_path, id_path_fields), REPLY(incident_view, detail_fields), .rate = RATE_READ, .handle = get_incident },
    { PATCH, "/incidents/{id}", "Change severity, assignee or links", CAPABILITY("resolve_incidents"), TENANT,
      PATH(id_path, id_path_fields), BODY(incident_change, change_fields), REPLY(incident_view, detail_fields),
      .audit = "incident_changed", .rate = RATE_WRITE, .if_match = true, .handle = patch_incident },
    { POST, "/incidents/{id}/status", "Investigate, resolve, dismiss, close or reopen", CAPABILITY("resolve_incidents"),
      TENANT, PATH(id_path, id_path_fields), BODY(incident_decision, decision_fields),
      REPLY(incident_view, detail_fields), .audit = "incident_status_changed", .rate = RATE_WRITE,
      .handle = post_status },
    { POST, "/incidents/{id}/messages", "Write a note, or to the reporter", CAPABILITY("resolve_incidents"), TENANT,
      PATH(id_path, id_path_fields), BODY(incident_words, words_fields), REPLY(incident_view, detail_fields),
      .audit = "incident_message_sent", .rate = RATE_WRITE, .handle = post_message },
    ROUTES_END
};

#define CASE_SCOPE SYSTEM(S4_CASE_BY_SECRET, "A reporter has no account; reference and secret open one case")
#define CASE_TEXT                                                                                                      \
    .description = "Send the secret of the receipt as the header `X-Case-Secret`. A pair that does not fit is 404, "   \
                   "whatever is wrong with it."

const route cases_routes[] = {
    { GET, "/cases/{reference}", "Follow one's own case", PUBLIC, CASE_SCOPE, PATH(case_path, case_path_fields),
      REPLY(case_view, case_fields), .rate = RATE_CASE, CASE_TEXT, .handle = get_case },
    { POST, "/cases/{reference}/messages", "Write to those who work on the case", PUBLIC, CASE_SCOPE,
      PATH(case_path, case_path_fields), BODY(case_words, case_words_fields), REPLY(case_view, case_fields),
      .rate = RATE_CASE, .body_limit = 100000, CASE_TEXT, .handle = post_case_message },
    { POST, "/cases/{reference}/withdraw", "Withdraw one's report", PUBLIC, CASE_SCOPE,
      PATH(case_path, case_path_fields), REPLY(case_view, case_fields), .rate = RATE_CASE, CASE_TEXT,
      .handle = post_case_withdraw },
    { POST, "/cases/{reference}/reopen", "Reopen a case that was decided", PUBLIC, CASE_SCOPE,
      PATH(case_path, case_path_fields), BODY(case_words, case_words_fields), REPLY(case_view, case_fields),
      .rate = RATE_CASE, .body_limit = 100000, CASE_TEXT, .handle = post_case_reopen },
    ROUTES_END
};
