#include "features/systems/systems.h"

static const char *const status_names[] = { "DRAFT", "ACTIVE", "SUSPENDED", "RETIRED", NULL };
static const char *const stage_names[] = { "DEVELOPMENT", "TESTING", "PRODUCTION", "DECOMMISSIONED", NULL };
static const char *const verdict_names[] = { "PASS", "REVIEW", "FAIL", "INSUFFICIENT_DATA", NULL };
static const char *const sort_names[] = { "-created_at", "name", NULL };

_Static_assert(offsetof(ai_system, answer_oversight) - offsetof(ai_system, answer_effect) ==
                   offsetof(tier_answers, c) - offsetof(tier_answers, a),
               "the three answers stand side by side in the row as they do in tier_answers");

static const field tier_answer_fields[] = {
    FIELD(tier_answers, a, MAYBE_INTEGER, MIN(1), MAX(3),
          .doc = "Does it affect access to services, work, credit or legal standing: 1 no, 2 sometimes, 3 yes"),
    FIELD(tier_answers, b, MAYBE_INTEGER, MIN(1), MAX(3),
          .doc = "Special personal information (health, biometrics, children): 1 none, 2 limited, 3 core"),
    FIELD(tier_answers, c, MAYBE_INTEGER, MIN(1), MAX(3),
          .doc = "Oversight: 1 a human takes the final decision, 2 reviews some, 3 fully automated"),
    FIELDS_END
};

#define ROW(member, ...) FIELD_AS(system_view, row.member, #member, __VA_ARGS__)

const field system_fields[] = {
    ROW(id, A_UUID),
    ROW(code, A_TEXT, .doc = "SYS-…: what a notice says, so that people can report harm by this system"),
    ROW(name, A_TEXT, MAX(200), .doc = "What people call it"),
    ROW(version_label, A_TEXT, NULLABLE, MAX(60)),
    ROW(purpose, A_TEXT, MAX(2000), .doc = "What it decides, for whom, and why"),
    ROW(decision_type, A_TEXT, NULLABLE, MAX(200)),
    ROW(affected_groups, A_TEXT, NULLABLE, MAX(500)),
    ROW(sector, A_TEXT, NULLABLE, MAX(100)),
    ROW(use_case, ONE_OF(use_case_names)),
    ROW(risk_tier, ONE_OF(risk_tier_names), NULLABLE, .doc = "By stakes; null until proposed"),
    FIELD(system_view, suggested_risk_tier, ONE_OF(risk_tier_names), NULLABLE, .doc = "What the tier questions say"),
    FIELD_AS(system_view, row.answer_effect, "tier_answers", OBJECT_OF(tier_answer_fields)),
    ROW(accountable_person_id, MAYBE_UUID, .doc = "The person who answers for it"),
    ROW(accountable_person_name, A_TEXT, NULLABLE),
    ROW(lifecycle_stage, ONE_OF(stage_names)),
    ROW(status, ONE_OF(status_names)),
    ROW(disclosure_text, A_TEXT, NULLABLE, .doc = "What people are told about it"),
    ROW(analysis_count, AN_INTEGER),
    ROW(last_analysis_verdict, ONE_OF(verdict_names), NULLABLE),
    ROW(last_analysis_at, MAYBE_INSTANT),
    ROW(ledger_entry_id, A_UUID, .doc = "The entry that holds its present promises"),
    ROW(version, AN_INTEGER, .doc = "For If-Match"),
    ROW(created_at, AN_INSTANT),
    ROW(updated_at, AN_INSTANT),
    FIELDS_END
};

static const field draft_fields[] = {
    FIELD(system_draft, name, A_TEXT, REQUIRED, MIN(1), MAX(200), .doc = "What people call it",
          .example = "Credit scoring"),
    FIELD(system_draft, purpose, A_TEXT, REQUIRED, MIN(1), MAX(2000), .doc = "What it decides, for whom, and why",
          .example = "Scores loan applications"),
    FIELD(system_draft, version_label, A_TEXT, MAX(60)),
    FIELD(system_draft, sector, A_TEXT, MAX(100)),
    FIELD(system_draft, use_case, ONE_OF(use_case_names), STANDARD("OTHER")),
    FIELD(system_draft, risk_tier, ONE_OF(risk_tier_names), .doc = "Left out: what the tier questions suggest"),
    FIELD(system_draft, tier_answers, OBJECT_OF(tier_answer_fields)),
    FIELD(system_draft, decision_type, A_TEXT, MAX(200)),
    FIELD(system_draft, affected_groups, A_TEXT, MAX(500)),
    FIELD(system_draft, disclosure_text, A_TEXT, MAX(2000)),
    FIELD(system_draft, accountable_person_id, MAYBE_UUID, .doc = "A user of your organization"),
    FIELDS_END
};

static const field change_fields[] = { FIELD(system_change, name, A_TEXT, MIN(1), MAX(200)),
                                       FIELD(system_change, purpose, A_TEXT, MIN(1), MAX(2000)),
                                       FIELD(system_change, version_label, A_TEXT, MAX(60)),
                                       FIELD(system_change, sector, A_TEXT, MAX(100)),
                                       FIELD(system_change, use_case, ONE_OF(use_case_names)),
                                       FIELD(system_change, risk_tier, ONE_OF(risk_tier_names)),
                                       FIELD(system_change, tier_answers, OBJECT_OF(tier_answer_fields)),
                                       FIELD(system_change, decision_type, A_TEXT, MAX(200)),
                                       FIELD(system_change, affected_groups, A_TEXT, MAX(500)),
                                       FIELD(system_change, disclosure_text, A_TEXT, MAX(2000)),
                                       FIELD(system_change, accountable_person_id, MAYBE_UUID),
                                       FIELD(system_change, lifecycle_stage, ONE_OF(stage_names)),
                                       FIELD(system_change, status, ONE_OF(status_names)),
                                       FIELDS_END };

static const field query_fields[] = { PAGE_FIELDS(systems_query),
                                      FIELD(systems_query, q, A_TEXT, MAX(200),
                                            .doc = "Words in the name or the purpose"),
                                      FIELD(systems_query, status, ONE_OF(status_names)),
                                      FIELD(systems_query, risk_tier, ONE_OF(risk_tier_names)),
                                      FIELD(systems_query, sort, ONE_OF(sort_names), STANDARD("-created_at")),
                                      FIELDS_END };

static error get_systems(request *rq, const void *body, void *reply)
{
    (void)body;
    return systems_list(rq->scope, rq->query, reply);
}

static error post_system(request *rq, const void *body, void *reply)
{
    system_view *out = reply;
    TRY(systems_register(rq->scope, body, out));
    reply_etag_version(rq, out->row.version);
    return created(rq, "/systems/", out->row.id);
}

static error get_system(request *rq, const void *body, void *reply)
{
    (void)body;
    const id_path *path = rq->path;
    system_view *out = reply;
    TRY(systems_read(rq->scope, path->id, out));
    reply_etag_version(rq, out->row.version);
    return OK;
}

static error patch_system(request *rq, const void *body, void *reply)
{
    const id_path *path = rq->path;
    system_view *out = reply;
    int64_t version;
    TRY(request_if_match(rq, &version));
    TRY(systems_change(rq->scope, path->id, version, body, out));
    reply_etag_version(rq, out->row.version);
    return OK;
}

const route systems_routes[] = {
    { GET, "/systems", "List AI systems", SIGNED_IN, TENANT, QUERY(systems_query, query_fields),
      LIST_REPLY(system_fields, system_view), .key_reads = true, .rate = RATE_READ, .handle = get_systems },
    { POST, "/systems", "Register an AI system", CAPABILITY("manage_models"), TENANT, BODY(system_draft, draft_fields),
      REPLY(system_view, system_fields), .status = 201, .audit = "system_registered", .rate = RATE_WRITE,
      .idempotent = true, .handle = post_system },
    { GET, "/systems/{id}", "Read an AI system", SIGNED_IN, TENANT, PATH(id_path, id_path_fields),
      REPLY(system_view, system_fields), .key_reads = true, .rate = RATE_READ, .handle = get_system },
    { PATCH, "/systems/{id}", "Change an AI system", CAPABILITY("manage_models"), TENANT, PATH(id_path, id_path_fields),
      BODY(system_change, change_fields), REPLY(system_view, system_fields), .audit = "system_changed",
      .rate = RATE_WRITE, .if_match = true, .handle = patch_system },
    ROUTES_END
};
