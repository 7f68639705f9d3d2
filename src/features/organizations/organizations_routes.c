#include "features/organizations/organizations.h"

const char *const role_names[] = { "ADMIN", "COMPLIANCE_OFFICER", "AUDITOR", "VIEWER", NULL };
const char *const locale_names[] = { "en", "af", "zu", "fr", "de", NULL };
static const char *const kind_names[] = { "CLIENT", "OPERATOR", "PARTNER", NULL };
static const char *const tier_names[] = { "TIER_1", "TIER_2", "TIER_3", NULL };
static const char *const size_names[] = { "1-50", "51-250", "251-1000", "1001-5000", "5000+", NULL };
static const char *const certification_names[] = {
    "DRAFT",     "PENDING_REVIEW", "REVISION_REQUIRED", "APPROVED", "CERTIFIED", "PROVISIONAL",
    "SUSPENDED", "REVOKED",        "WITHDRAWN",         "EXPIRED",  NULL
};

const field organization_fields[] = { FIELD(organization, id, A_UUID),
                                      FIELD(organization, name, A_TEXT, MAX(255)),
                                      FIELD(organization, slug, A_TEXT, MAX(80)),
                                      FIELD(organization, kind, ONE_OF(kind_names)),
                                      FIELD(organization, sector, A_TEXT, NULLABLE, MAX(100)),
                                      FIELD(organization, country, A_TEXT, NULLABLE, MAX(2),
                                            .doc = "ISO 3166-1 alpha-2"),
                                      FIELD(organization, size_band, ONE_OF(size_names), NULLABLE),
                                      FIELD(organization, website, A_TEXT, NULLABLE, MAX(300)),
                                      FIELD(organization, timezone, A_TEXT, MAX(64)),
                                      FIELD(organization, locale, ONE_OF(locale_names)),
                                      FIELD(organization, tier, ONE_OF(tier_names)),
                                      FIELD(organization, certification_status, ONE_OF(certification_names)),
                                      FIELD(organization, integrity_score, MAYBE_NUMBER, .doc = "null: not yet scored"),
                                      FIELD(organization, version, AN_INTEGER, .doc = "For If-Match"),
                                      FIELD(organization, created_at, AN_INSTANT),
                                      FIELD(organization, updated_at, AN_INSTANT),
                                      FIELDS_END };

const field member_fields[] = { FIELD(member, id, A_UUID),
                                FIELD(member, name, A_TEXT, MAX(200)),
                                FIELD(member, email, A_TEXT, MAX(254)),
                                FIELD(member, role, ONE_OF(role_names)),
                                FIELD(member, is_active, A_BOOL),
                                FIELD(member, last_login_at, MAYBE_INSTANT),
                                FIELD(member, created_at, AN_INSTANT),
                                FIELDS_END };

static const field change_fields[] = {
    FIELD(organization_change, name, A_TEXT, MIN(1), MAX(255)),
    FIELD(organization_change, sector, A_TEXT, MAX(100)),
    FIELD(organization_change, country, A_TEXT, MIN(2), MAX(2), .doc = "ISO 3166-1 alpha-2, capitals", .example = "ZA"),
    FIELD(organization_change, size_band, ONE_OF(size_names)),
    FIELD(organization_change, website, A_TEXT, MAX(300)),
    FIELD(organization_change, timezone, A_TEXT, MIN(1), MAX(64), .example = "Africa/Johannesburg"),
    FIELD(organization_change, locale, ONE_OF(locale_names)),
    FIELDS_END
};

static const field members_query_fields[] = { PAGE_FIELDS(members_query), FIELDS_END };

static error get_current(request *rq, const void *body, void *reply)
{
    (void)body;
    organization *out = reply;
    TRY(organizations_current(rq->scope, out));
    reply_etag_version(rq, out->version);
    return OK;
}

static error patch_current(request *rq, const void *body, void *reply)
{
    organization *out = reply;
    int64_t version;
    TRY(request_if_match(rq, &version));
    TRY(organizations_change(rq->scope, version, body, out));
    reply_etag_version(rq, out->version);
    return OK;
}

static error get_users(request *rq, const void *body, void *reply)
{
    (void)body;
    const members_query *query = rq->query;
    return members_list(rq->scope, &query->page, reply);
}

const route organizations_routes[] = {
    { GET, "/organizations/current", "Read your organization", SIGNED_IN, TENANT,
      REPLY(organization, organization_fields), .key_reads = true, .rate = RATE_READ, .handle = get_current },
    { PATCH, "/organizations/current", "Change your organization's profile", CAPABILITY("manage_org"), TENANT,
      BODY(organization_change, change_fields), REPLY(organization, organization_fields),
      .audit = "organization_changed", .rate = RATE_WRITE, .if_match = true, .handle = patch_current },
    { GET, "/users", "List the people of your organization", SIGNED_IN, TENANT,
      QUERY(members_query, members_query_fields), LIST_REPLY(member_fields, member), .key_reads = true,
      .rate = RATE_READ, .handle = get_users },
    ROUTES_END
};
