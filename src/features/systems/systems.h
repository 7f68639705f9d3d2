/* AI systems: the register of what decides about people. A system is registered as a draft with a name and a purpose;
 * tier questions (domain, 1.6) propose its risk tier; it becomes ACTIVE once it has a tier and an accountable person.
 * Every registration and every change of what was promised carries its ledger entry (SYSTEM_REGISTERED,
 * SYSTEM_CHANGED). */
#ifndef AIC_FEATURES_SYSTEMS_H
#define AIC_FEATURES_SYSTEMS_H

#include "http/http.h"
#include "store/store.h"
#include "systems.sql.h"

/* Answers 1 to 3; all three or none. a: effect on access to services, work, credit or legal standing; b: special
 * personal information; c: who takes the final decision. */
typedef struct tier_answers {
    maybe_integer a, b, c;
} tier_answers;

typedef struct system_draft {
    text name, version_label, purpose, decision_type, affected_groups, sector, use_case, risk_tier, disclosure_text;
    tier_answers tier_answers;
    maybe_uuid accountable_person_id;
} system_draft;

/* What is absent stays as it is. */
typedef struct system_change {
    text name, version_label, purpose, decision_type, affected_groups, sector, use_case, risk_tier, disclosure_text,
        lifecycle_stage, status;
    tier_answers tier_answers;
    maybe_uuid accountable_person_id;
} system_change;

typedef struct system_view {
    ai_system row;
    text suggested_risk_tier; /* NO_TEXT without answers */
} system_view;

typedef struct systems_query {
    page_query page;
    text q, status, risk_tier, sort;
} systems_query;

extern const char *const risk_tier_names[];
extern const char *const use_case_names[];
extern const field system_fields[];
extern const route systems_routes[];

/* TIER_1 for sums of 7 to 9, TIER_2 for 4 to 6, TIER_3 for 3 (domain, 1.6); NO_TEXT without all three answers. */
text tier_suggested(const tier_answers *answers);

error systems_register(scope *db, const system_draft *draft, system_view *out);
error systems_change(scope *db, uuid id, int64_t version, const system_change *change, system_view *out);
error systems_read(scope *db, uuid id, system_view *out); /* NOT_FOUND also for another organization's */
error systems_list(scope *db, const systems_query *query, page_reply *out);

#endif
