#include "features/access/access.h"

/* name, category, what it lets somebody do; in the order of their names. Migration 0036 has the names as well, and a
 * test compares the two. */
#define CAPABILITIES(C)                                                                                                \
    C(access_ledger, "Administration", "Read and verify the ledger")                                                   \
    C(export_data, "Administration", "Take data out as files")                                                         \
    C(export_pii, "Incidents", "Take personal data out as files")                                                      \
    C(manage_billing, "Administration", "See plan and invoices, and change the plan")                                  \
    C(manage_keys, "Administration", "Make and revoke API keys")                                                       \
    C(manage_leads, "Growth", "Work on people who asked for something")                                                \
    C(manage_models, "Intelligence", "Register and change systems and models")                                         \
    C(manage_org, "Administration", "Change the organization's profile and rules")                                     \
    C(manage_roles, "Administration", "Make roles, grant and deny")                                                    \
    C(manage_users, "Administration", "Invite people, change their roles, let them in again")                          \
    C(resolve_incidents, "Incidents", "Work on incidents and answer reporters")                                        \
    C(run_analysis, "Intelligence", "Analyse data and record the result; report an incident")                          \
    C(trigger_audit, "Audit", "Ask for an audit")                                                                      \
    C(view_audit_log, "Administration", "Read who did what")                                                           \
    C(view_audits, "Audit", "Read audits")                                                                             \
    C(view_incidents, "Incidents", "Read incidents")                                                                   \
    C(view_intelligence, "Intelligence", "Read analyses across systems")

#define WORD(s)                                                                                                        \
    {                                                                                                                  \
        (s), sizeof(s) - 1                                                                                             \
    }
#define ROW(name, of_category, does)     { .slug = WORD(#name), .category = WORD(of_category), .description = WORD(does) },
#define NAME(name, of_category, does)    #name,
#define TEXT_OF(name, of_category, does) WORD(#name),

const known_capability capabilities[] = { CAPABILITIES(ROW) };
const size_t capability_count = sizeof capabilities / sizeof *capabilities;
const char *const capability_names[] = { CAPABILITIES(NAME) NULL };

bool capability_is_known(text slug)
{
    for (size_t i = 0; i < capability_count; i++)
        if (text_equal(capabilities[i].slug, slug)) return true;
    return false;
}

/* ------------------------------------------------------------------ the roles that are built in (domain, 2.1) */

typedef struct built_in {
    const char *role;
    const text *capabilities;
    size_t count;
} built_in;

static const text admin[] = { CAPABILITIES(TEXT_OF) };
static const text compliance_officer[] = {
    WORD("access_ledger"),     WORD("export_data"),    WORD("manage_leads"),      WORD("manage_models"),
    WORD("resolve_incidents"), WORD("run_analysis"),   WORD("trigger_audit"),     WORD("view_audit_log"),
    WORD("view_audits"),       WORD("view_incidents"), WORD("view_intelligence"),
};
static const text auditor[] = { WORD("access_ledger"), WORD("run_analysis"), WORD("view_audits"),
                                WORD("view_incidents"), WORD("view_intelligence") };
static const text viewer[] = { WORD("access_ledger"), WORD("view_audits"), WORD("view_incidents") };

#define ROLE(name, list)                                                                                               \
    {                                                                                                                  \
        name, list, sizeof(list) / sizeof *(list)                                                                      \
    }
static const built_in roles[] = {
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
    return word_in(role_capabilities(role), text_of(capability));
}

/* ------------------------------------------------------------------ sets of words */

bool word_in(text_list words, text word)
{
    for (size_t i = 0; i < words.count; i++)
        if (text_equal(words.items[i], word)) return true;
    return false;
}

static int by_bytes(const void *a, const void *b)
{
    return text_compare(*(const text *)a, *(const text *)b);
}

text_list word_set(arena *a, text_list words)
{
    text *sorted = ARENA_ARRAY(a, words.count, text);
    size_t count = 0;
    if (words.count) memcpy(sorted, words.items, words.count * sizeof *sorted);
    qsort(sorted, words.count, sizeof *sorted, by_bytes);
    for (size_t i = 0; i < words.count; i++)
        if (i == 0 || !text_equal(sorted[i], sorted[i - 1])) sorted[count++] = sorted[i];
    return (text_list){ sorted, count };
}

text access_joined(arena *a, text_list words)
{
    text_builder b = text_builder_in(a);
    for (size_t i = 0; i < words.count; i++) {
        if (i) text_add_char(&b, ' ');
        text_add(&b, words.items[i]);
    }
    return text_built(&b);
}

text_list access_split(arena *a, text words)
{
    text *items = ARENA_ARRAY(a, words.length + 1, text);
    size_t count = 0, from = 0;
    for (size_t i = 0; i <= words.length; i++) {
        if (i < words.length && words.data[i] != ' ') continue;
        if (i > from) items[count++] = (text){ words.data + from, i - from };
        from = i + 1;
    }
    return (text_list){ items, count };
}

bool access_names(text words, const char *capability)
{
    size_t length = strlen(capability), from = 0;
    for (size_t i = 0; i <= words.length; i++) {
        if (i < words.length && words.data[i] != ' ') continue;
        if (i - from == length && memcmp(words.data + from, capability, length) == 0) return true;
        from = i + 1;
    }
    return false;
}

/* ------------------------------------------------------------------ asking */

bool access_may(const principal *who, const char *capability)
{
    if (text_is(who->capabilities)) return access_names(who->capabilities, capability);
    return role_may(who->role, capability);
}

text_list access_capabilities(arena *a, const principal *who)
{
    return text_is(who->capabilities) ? access_split(a, who->capabilities) : role_capabilities(who->role);
}
