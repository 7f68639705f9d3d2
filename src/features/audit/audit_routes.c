#include "features/audit/audit.h"

static const char *const outcome_names[] = { "OK", "REFUSED", "ERROR", NULL };

#define ENTRY_FIELDS(type)                                                                                             \
    FIELD(type, id, A_UUID),                                                                                           \
        FIELD(type, seq, AN_INTEGER, .doc = "Place in the organization's chain, from 1, without gaps"),                \
        FIELD(type, org_id, MAYBE_UUID, .doc = "null: of no organization, such as a sign-in that failed"),             \
        FIELD(type, org_name, A_TEXT, NULLABLE, .doc = "As it is today; not part of the hashed row"),                  \
        FIELD(type, at, AN_INSTANT), FIELD(type, actor_id, MAYBE_UUID),                                                \
        FIELD(type, actor_name, A_TEXT, NULLABLE, .doc = "As it is today; not part of the hashed row"),                \
        FIELD(type, actor_kind, A_TEXT, .doc = "USER, API_KEY, SYSTEM, WEBHOOK or PUBLIC"),                            \
        FIELD(type, event, A_TEXT, .doc = "login, system_changed, forbidden, data_exported, …"),                       \
        FIELD(type, outcome, ONE_OF(outcome_names)), FIELD(type, subject_type, A_TEXT, NULLABLE),                      \
        FIELD(type, subject_id, MAYBE_UUID), FIELD(type, reason, A_TEXT, NULLABLE),                                    \
        FIELD(type, request_id, A_TEXT, NULLABLE), FIELD(type, ip, A_TEXT, NULLABLE),                                  \
        FIELD(type, user_agent, A_TEXT, NULLABLE), FIELD(type, hash, A_TEXT, .doc = "Covers the row and `prev_hash`")

static const field entry_fields[] = { ENTRY_FIELDS(audit_entry), FIELDS_END };

static const field detail_fields[] = {
    ENTRY_FIELDS(audit_detail),
    FIELD(audit_detail, before, ANY_JSON, NULLABLE,
          .doc = "The fields that changed, as they were; secrets and personal data are masked"),
    FIELD(audit_detail, after, ANY_JSON, NULLABLE, .doc = "The same fields as they became"),
    FIELD(audit_detail, prev_hash, A_TEXT, .doc = "Hash of the row before in the chain"), FIELDS_END
};

#define FILTER_FIELDS                                                                                                  \
    PAGE_FIELDS(audit_query), FIELD(audit_query, event, A_TEXT, MAX(60)),                                              \
        FIELD(audit_query, outcome, ONE_OF(outcome_names)), FIELD(audit_query, actor_id, MAYBE_UUID),                  \
        FIELD(audit_query, subject_type, A_TEXT, MAX(60)), FIELD(audit_query, subject_id, MAYBE_UUID),                 \
        FIELD_AS(audit_query, since, "from", MAYBE_INSTANT, .doc = "This moment and later"),                           \
        FIELD_AS(audit_query, until, "to", MAYBE_INSTANT, .doc = "Before this moment"),                                \
        FIELD(audit_query, ip, A_TEXT, MAX(64), .doc = "The whole address"),                                           \
        FIELD(audit_query, q, A_TEXT, MAX(200), .doc = "Part of the event, reason, request id or user agent")

static const field query_fields[] = { FILTER_FIELDS, FIELDS_END };

static const field staff_query_fields[] = { FILTER_FIELDS,
                                            FIELD(audit_query, org_id, MAYBE_UUID, .doc = "Of this organization only"),
                                            FIELDS_END };

static const field verdict_fields[] = {
    FIELD(audit_verdict, valid, A_BOOL),
    FIELD(audit_verdict, checked, AN_INTEGER, .doc = "How many rows were recomputed"),
    FIELD(audit_verdict, first_bad, MAYBE_INTEGER, .doc = "seq of the first row that does not fit, or is missing"),
    FIELD(audit_verdict, first_bad_id, MAYBE_UUID),
    FIELD(audit_verdict, first_bad_at, MAYBE_INSTANT),
    FIELDS_END
};

/* A file holds more than a page. */
static error list(request *rq, audit_query *query, void *reply)
{
    if (request_exports(rq)) {
        query->page.limit = AUDIT_EXPORT_ROWS;
        reply_attachment(rq, request_accepts(rq, "text/csv") ? "audit-log.csv" : "audit-log.ndjson");
    }
    maybe_instant looked_back_to;
    TRY(audit_search(rq->scope, query, reply, &looked_back_to));
    if (looked_back_to.is_set) reply_header(rq, "X-Searched-Back-To", instant_format(rq->arena, looked_back_to.value));
    return OK;
}

static error get_entries(request *rq, const void *body, void *reply)
{
    (void)body;
    audit_query query = *(const audit_query *)rq->query;
    query.org_id = (maybe_uuid){ true, rq->scope->who.org_id };
    return list(rq, &query, reply);
}

static error get_all_entries(request *rq, const void *body, void *reply)
{
    (void)body;
    audit_query query = *(const audit_query *)rq->query;
    return list(rq, &query, reply);
}

static error get_entry(request *rq, const void *body, void *reply)
{
    (void)body;
    const id_path *path = rq->path;
    return audit_read(rq->scope, path->id, reply);
}

static error get_verify(request *rq, const void *body, void *reply)
{
    (void)body;
    return sql_audit_verdict_of(rq->scope, reply);
}

typedef struct chain_query {
    maybe_uuid org_id;
} chain_query;

static const field chain_query_fields[] = {
    FIELD(chain_query, org_id, MAYBE_UUID, .doc = "Whose chain; left out: that of no organization"), FIELDS_END
};

static error get_verify_of(request *rq, const void *body, void *reply)
{
    (void)body;
    const chain_query *query = rq->query;
    return sql_audit_verdict_of_chain(rq->scope, &(sql_audit_verdict_of_chain_in){ .org_id = query->org_id }, reply);
}

static const char list_description[] =
    "A search by a filter that has no index (`q`, `outcome`, `subject_type`, or several at once) looks at 20,000 rows "
    "at a "
    "time: a page may be short or empty and have a `next_cursor`; the header `X-Searched-Back-To` then says how far it "
    "looked. To follow the log, ask again with `from` a few seconds before the newest row that you have. "
    "As CSV (`Accept: text/csv`) or NDJSON (`Accept: application/x-ndjson`) up to 10,000 rows at a time, whatever "
    "`limit` says; the header `X-Next-Cursor` leads on. Such an export is itself on record, as `data_exported`.";

const route audit_routes[] = {
    { GET, "/audit-log", "Search your organization's audit log, latest first", CAPABILITY("view_audit_log"), TENANT,
      QUERY(audit_query, query_fields), LIST_REPLY(entry_fields, audit_entry), .rate = RATE_READ,
      .description = list_description, .handle = get_entries },
    { GET, "/audit-log/verify", "Recompute every hash and link of your audit log", CAPABILITY("view_audit_log"), TENANT,
      REPLY(audit_verdict, verdict_fields), .rate = RATE_VERIFY, .handle = get_verify },
    { GET, "/audit-log/{id}", "Read an audit entry, with what changed", CAPABILITY("view_audit_log"), TENANT,
      PATH(id_path, id_path_fields), REPLY(audit_detail, detail_fields), .rate = RATE_READ, .handle = get_entry },
    { GET, "/admin/audit-log", "Search the audit log of all organizations, latest first", SUPER_ADMIN,
      SYSTEM(S6_STAFF_VIEW, "Staff look into what happened on the whole platform"),
      QUERY(audit_query, staff_query_fields), LIST_REPLY(entry_fields, audit_entry), .rate = RATE_READ,
      .description = list_description, .handle = get_all_entries },
    { GET, "/admin/audit-log/verify", "Recompute every hash and link of an organization's audit log", SUPER_ADMIN,
      SYSTEM(S6_STAFF_VIEW, "Staff look into what happened on the whole platform"),
      QUERY(chain_query, chain_query_fields), REPLY(audit_verdict, verdict_fields), .rate = RATE_VERIFY,
      .handle = get_verify_of },
    { GET, "/admin/audit-log/{id}", "Read an audit entry of any organization, with what changed", SUPER_ADMIN,
      SYSTEM(S6_STAFF_VIEW, "Staff look into what happened on the whole platform"), PATH(id_path, id_path_fields),
      REPLY(audit_detail, detail_fields), .rate = RATE_READ, .handle = get_entry },
    ROUTES_END
};
