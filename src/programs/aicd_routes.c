#include "programs/aicd_routes.h"

#include "features/access/access.h"
#include "features/analyses/analyses.h"
#include "features/api_keys/api_keys.h"
#include "features/audit/audit.h"
#include "features/billing/billing.h"
#include "features/dashboard/dashboard.h"
#include "features/datasets/datasets.h"
#include "features/examples/examples.h"
#include "features/explanations/explanations.h"
#include "features/identity/identity.h"
#include "features/identity/mfa.h"
#include "features/identity/passkeys.h"
#include "features/identity/recovery.h"
#include "features/identity/step_up.h"
#include "features/incidents/incidents.h"
#include "features/keys/keys.h"
#include "features/leads/leads.h"
#include "features/models/models.h"
#include "features/organizations/organizations.h"
#include "features/people/invites.h"
#include "features/people/own.h"
#include "features/staff/staff.h"
#include "features/systems/systems.h"
#include "features/tasks/tasks.h"
#include "features/trail/trail.h"
#include "programs/aicd_serve.h"

#include <stdio.h>

const route *const aicd_route_tables[] = {
    identity_routes,
    mfa_routes,
    passkeys_routes,
    step_up_routes,
    recovery_routes,
    keys_routes,
    organizations_routes,
    dashboard_routes,
    systems_routes,
    analyses_routes,
    trail_routes,
    audit_routes,
    examples_routes,
    billing_routes,
    incidents_routes,
    cases_routes,
    leads_routes,
    access_routes,
    api_keys_routes,
    people_routes,
    invites_routes,
    own_routes,
    staff_routes,
    tasks_routes,
    tasks_staff_routes,
    datasets_routes,
    models_routes,
    explanations_routes,
    NULL,
};

const constraint_message aicd_constraints[] = {
    { "ai_systems_org_id_name_key", "/name", "A system of this name is registered already." },
    { "models_name_version_key", "/version",
      "This version of the model is registered already; register another version." },
    { "model_artefacts_pkey", "/artefact", "Another upload to this model is under way." },
    { "roles_org_id_name_key", "/name", "There is a role of this name already." },
    { "roles_not_built_in", "/name", "A built-in role has this name." },
    { "webauthn_credentials_credential_id_key", "/credential", "This passkey is registered already." },
    { "users_email_key", "/email", "This address is in use." },
    { "organizations_slug_key", "/organization",
      "An organization of this name was registered at this very moment. Try again." },
    { "organizations_country_check", "/country", "Expected two capital letters of ISO 3166, such as ZA." },
    { "signing_keys_reason_check", "/reason", "A reason has 1 to 500 characters." },
    { "leads_country_check", "/country", "Expected two capital letters of ISO 3166, such as ZA." },
    { "incidents_reference_key", "", "Something came in between; nothing was stored. Send it again." },
    { "idempotency_keys_pkey", "", "A request with this Idempotency-Key is being worked on. Try again in a moment." },
    { NULL, NULL, NULL }
};

static const char *const methods[] = {
    [GET] = "GET", [POST] = "POST", [PATCH] = "PATCH", [PUT] = "PUT", [DELETE_] = "DELETE"
};

static void print_access(const route *r)
{
    static const char *const kinds[] = {
        [ACCESS_NONE] = "?",        [ACCESS_PUBLIC] = "public",           [ACCESS_SIGNED_IN] = "signed in",
        [ACCESS_CAPABILITY] = "",   [ACCESS_SUPER_ADMIN] = "super admin", [ACCESS_WEBHOOK] = "webhook",
        [ACCESS_ANYONE] = "anyone", [ACCESS_UNFINISHED] = "unfinished"
    };
    printf("%-18s", r->access.kind == ACCESS_CAPABILITY ? r->access.capability : kinds[r->access.kind]);
}

int aicd_routes(arena *a, const config *settings, const command_line *line)
{
    (void)settings;
    error wrong = routes_check(a, aicd_route_tables);
    text engine_table = NO_TEXT;
    if (!wrong && line->engine_only) wrong = tasks_engine_table(a, aicd_route_tables, &engine_table);
    if (wrong) return fprintf(stderr, "aicd: %s\n", wrong->message), 1;
    if (line->engine_only) return printf("%.*s", PRINT(engine_table)) > 0 ? 0 : 1;
    for (const route *const *each = aicd_route_tables; *each; each++) {
        for (const route *r = *each; r->path; r++) {
            bool is_system = r->scope.kind == SCOPE_SYSTEM || r->scope.kind == SCOPE_TENANT_OR_SYSTEM;
            if (line->system_only && !is_system) continue;
            printf("%-7s%-31s ", methods[r->method], r->path);
            print_access(r);
            if (is_system)
                printf("%sSYSTEM(%s): %s\n", r->scope.kind == SCOPE_SYSTEM ? "" : "TENANT or ",
                       system_reason_name((system_reason)r->scope.reason), r->scope.why);
            else
                printf("%s\n", r->scope.kind == SCOPE_TENANT ? "TENANT" : "-");
        }
    }
    return 0;
}
