#include "features/identity/identity.h"

/* What each tenant role may do (domain, 2.1). ADMIN has all of it; the others by name. */
typedef struct role_row {
    const char *role;
    const text *capabilities;
    size_t count;
} role_row;

static const text admin[] = {
    { "access_ledger", sizeof("access_ledger") - 1 },
    { "export_data", sizeof("export_data") - 1 },
    { "export_pii", sizeof("export_pii") - 1 },
    { "manage_billing", sizeof("manage_billing") - 1 },
    { "manage_keys", sizeof("manage_keys") - 1 },
    { "manage_leads", sizeof("manage_leads") - 1 },
    { "manage_models", sizeof("manage_models") - 1 },
    { "manage_org", sizeof("manage_org") - 1 },
    { "manage_roles", sizeof("manage_roles") - 1 },
    { "manage_users", sizeof("manage_users") - 1 },
    { "resolve_incidents", sizeof("resolve_incidents") - 1 },
    { "run_analysis", sizeof("run_analysis") - 1 },
    { "trigger_audit", sizeof("trigger_audit") - 1 },
    { "view_audit_log", sizeof("view_audit_log") - 1 },
    { "view_audits", sizeof("view_audits") - 1 },
    { "view_incidents", sizeof("view_incidents") - 1 },
    { "view_intelligence", sizeof("view_intelligence") - 1 },
};
static const text compliance_officer[] = {
    { "access_ledger", sizeof("access_ledger") - 1 },
    { "export_data", sizeof("export_data") - 1 },
    { "manage_leads", sizeof("manage_leads") - 1 },
    { "manage_models", sizeof("manage_models") - 1 },
    { "resolve_incidents", sizeof("resolve_incidents") - 1 },
    { "run_analysis", sizeof("run_analysis") - 1 },
    { "trigger_audit", sizeof("trigger_audit") - 1 },
    { "view_audit_log", sizeof("view_audit_log") - 1 },
    { "view_audits", sizeof("view_audits") - 1 },
    { "view_incidents", sizeof("view_incidents") - 1 },
    { "view_intelligence", sizeof("view_intelligence") - 1 },
};
static const text auditor[] = {
    { "access_ledger", sizeof("access_ledger") - 1 },
    { "run_analysis", sizeof("run_analysis") - 1 },
    { "view_audits", sizeof("view_audits") - 1 },
    { "view_incidents", sizeof("view_incidents") - 1 },
    { "view_intelligence", sizeof("view_intelligence") - 1 },
};
static const text viewer[] = { { "access_ledger", sizeof("access_ledger") - 1 },
                               { "view_audits", sizeof("view_audits") - 1 },
                               { "view_incidents", sizeof("view_incidents") - 1 } };

#define ROLE(name, list)                                                                                               \
    {                                                                                                                  \
        name, list, sizeof(list) / sizeof *(list)                                                                      \
    }
/* The highest first. */
static const role_row roles[] = {
    ROLE("ADMIN", admin),
    ROLE("COMPLIANCE_OFFICER", compliance_officer),
    ROLE("AUDITOR", auditor),
    ROLE("VIEWER", viewer),
};

text_list role_capabilities(text role)
{
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
        if (text_equal_string(role, roles[i].role)) return (text_list){ roles[i].capabilities, roles[i].count };
    return (text_list){ 0 };
}

bool role_may(text role, const char *capability)
{
    text_list has = role_capabilities(role);
    for (size_t i = 0; i < has.count; i++)
        if (text_equal_string(has.items[i], capability)) return true;
    return false;
}

int role_rank(text role)
{
    size_t count = sizeof roles / sizeof *roles;
    for (size_t i = 0; i < count; i++)
        if (text_equal_string(role, roles[i].role)) return (int)(count - i);
    return 0;
}
