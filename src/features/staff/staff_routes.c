#include "features/staff/staff.h"

static const char *const kind_names[] = { "CLIENT", "OPERATOR", "PARTNER", NULL };
static const char *const access_names[] = { "NONE",    "PUBLIC", "SIGNED_IN",  "CAPABILITY", "SUPER_ADMIN",
                                            "WEBHOOK", "ANYONE", "UNFINISHED", NULL };
static const char *const scope_names[] = { "SYSTEM", "TENANT_OR_SYSTEM", NULL };

static const field overview_fields[] = {
    FIELD(staff_overview, organizations, AN_INTEGER),
    FIELD(staff_overview, people, AN_INTEGER, .doc = "Who can sign in"),
    FIELD(staff_overview, failed_sign_ins, AN_INTEGER, .doc = "Wrong passwords and codes of the last day"),
    FIELD(staff_overview, lockouts, AN_INTEGER, .doc = "Of the last day"),
    FIELD(staff_overview, unmatched_events, AN_INTEGER,
          .doc = "Events of the payment provider of the last seven days that fit no organization"),
    FIELDS_END
};

static const field organization_row_fields[] = { FIELD(staff_organization, id, A_UUID),
                                                 FIELD(staff_organization, name, A_TEXT),
                                                 FIELD(staff_organization, slug, A_TEXT),
                                                 FIELD(staff_organization, kind, ONE_OF(kind_names)),
                                                 FIELD(staff_organization, people, AN_INTEGER),
                                                 FIELD(staff_organization, created_at, AN_INSTANT),
                                                 FIELDS_END };

static const field person_fields[] = { FIELD(staff_person, id, A_UUID),
                                       FIELD(staff_person, name, A_TEXT),
                                       FIELD(staff_person, email, A_TEXT),
                                       FIELD(staff_person, role, A_TEXT),
                                       FIELD(staff_person, is_super_admin, A_BOOL),
                                       FIELD(staff_person, is_active, A_BOOL),
                                       FIELD(staff_person, org_id, A_UUID),
                                       FIELD(staff_person, org_name, A_TEXT),
                                       FIELDS_END };

static const field failure_fields[] = { FIELD(staff_failure, ip, A_TEXT, NULLABLE),
                                        FIELD(staff_failure, failures, AN_INTEGER),
                                        FIELD(staff_failure, people, AN_INTEGER,
                                              .doc = "Accounts that exist among those tried"),
                                        FIELD(staff_failure, lockouts, AN_INTEGER),
                                        FIELD(staff_failure, first_at, AN_INSTANT),
                                        FIELD(staff_failure, last_at, AN_INSTANT),
                                        FIELDS_END };

static const field access_fields[] = { FIELD(system_access, method, A_TEXT),
                                       FIELD(system_access, path, A_TEXT),
                                       FIELD(system_access, summary, A_TEXT),
                                       FIELD(system_access, access, ONE_OF(access_names), .doc = "Who may call it"),
                                       FIELD(system_access, capability, A_TEXT, NULLABLE),
                                       FIELD(system_access, scope, ONE_OF(scope_names),
                                             .doc = "TENANT_OR_SYSTEM: the tenant's when there is a session"),
                                       FIELD(system_access, reason, A_TEXT, .doc = "The numbered reason"),
                                       FIELD(system_access, why, A_TEXT),
                                       FIELDS_END };

static const field failures_fields[] = { FIELD(staff_list, items, LIST_OF(staff_failure, failure_fields)), FIELDS_END };

static const field accesses_fields[] = { FIELD(staff_list, items, LIST_OF(system_access, access_fields)), FIELDS_END };

static const field organizations_query_fields[] = { PAGE_FIELDS(staff_query),
                                                    FIELD(staff_query, q, A_TEXT, MAX(200), .doc = "Part of the name"),
                                                    FIELDS_END };

static const field people_query_fields[] = {
    PAGE_FIELDS(staff_query), FIELD(staff_query, q, A_TEXT, MAX(200), .doc = "Part of the name or of the address"),
    FIELD(staff_query, org_id, MAYBE_UUID, .doc = "Of this organization only"), FIELDS_END
};

static error get_overview(request *rq, const void *body, void *reply)
{
    (void)body;
    return staff_read_overview(rq->scope, reply);
}

static error get_organizations(request *rq, const void *body, void *reply)
{
    (void)body;
    return staff_list_organizations(rq->scope, rq->query, reply);
}

static error get_people(request *rq, const void *body, void *reply)
{
    (void)body;
    return staff_list_people(rq->scope, rq->query, reply);
}

static error get_failures(request *rq, const void *body, void *reply)
{
    (void)body;
    return staff_list_failures(rq->scope, reply);
}

static error get_system_access(request *rq, const void *body, void *reply)
{
    (void)body;
    const platform *app = rq->app;
    staff_list_system_access(rq->arena, app->routes, reply);
    return OK;
}

#define STAFF_SCOPE SYSTEM(S6_STAFF_VIEW, "Staff see how the whole platform fares")
#define FIND_SCOPE  SYSTEM(S6_STAFF_VIEW, "Staff find an organization or a person by name")

const route staff_routes[] = {
    { GET, "/admin/overview", "Figures of the last day over all organizations", SUPER_ADMIN, STAFF_SCOPE,
      REPLY(staff_overview, overview_fields), .rate = RATE_READ, .handle = get_overview },
    { GET, "/admin/organizations", "Find an organization by its name", SUPER_ADMIN, FIND_SCOPE,
      QUERY(staff_query, organizations_query_fields), LIST_REPLY(organization_row_fields, staff_organization),
      .rate = RATE_READ, .handle = get_organizations },
    { GET, "/admin/people", "Find a person of any organization by name or address", SUPER_ADMIN, FIND_SCOPE,
      QUERY(staff_query, people_query_fields), LIST_REPLY(person_fields, staff_person), .rate = RATE_READ,
      .handle = get_people },
    { GET, "/admin/sign-in-failures", "Where sign-ins of the last day failed from, most first", SUPER_ADMIN,
      STAFF_SCOPE, REPLY(staff_list, failures_fields), .rate = RATE_READ, .handle = get_failures },
    { GET, "/admin/system-access", "Every route that leaves a tenant's own walls, with its reason", SUPER_ADMIN,
      STAFF_SCOPE, REPLY(staff_list, accesses_fields), .rate = RATE_READ, .handle = get_system_access },
    ROUTES_END
};
