/* The people of an organization: who they are, what they may do, how they come (by invitation) and how they go.
 *
 * Whoever has manage_users changes others, never himself, and nobody who stands above him. A role moves only with its
 * entry in the ledger; an active administrator always remains; both hold in the database too
 * (sql/migrations/0042_people.sql). Whoever is changed, deactivated or deleted is signed out at once, everywhere. */
#ifndef AIC_FEATURES_PEOPLE_H
#define AIC_FEATURES_PEOPLE_H

#include "features/identity/identity.h"
#include "people.sql.h"

enum { INVITE_DAYS = 7, INVITE_MOST_DAYS = 30, INVITE_MOST_USES = 50, INVITE_PREFIX = 6, MOST_OWN_ROWS = 10000 };

typedef struct people_query {
    page_query page;
    text q, role, status;
} people_query;

/* What is absent stays as it is. */
typedef struct person_change {
    text name, locale, role;
} person_change;

typedef struct people_ended {
    int64_t ended; /* sign-ins */
} people_ended;

typedef struct mfa_reset {
    text state; /* DONE, or WAITING for a second administrator */
} mfa_reset;

extern const char *const person_status_names[];
extern const field person_fields[];
extern const route people_routes[];

/* Who may not manage people learns names, addresses and roles, as colleagues do. */
error people_list(scope *db, const principal *who, const people_query *query, page_reply *out);
error people_read(scope *db, const principal *who, uuid id, person *out);
/* Sets *role_changed. STALE; FORBIDDEN: oneself, or somebody above; CONFLICT: the last administrator. */
error people_change(scope *db, const principal *who, uuid id, int64_t version, const person_change *change,
                    bool *role_changed, person *out);
error people_deactivate(scope *db, const principal *who, uuid id, person *out);
error people_reactivate(scope *db, const principal *who, uuid id, person *out);
/* Signs somebody out everywhere, who may sign in again. */
error people_end_sessions(scope *db, const principal *who, uuid id, people_ended *out);
error people_reset_mfa(scope *db, const principal *who, uuid id, mfa_reset *out);
error people_erase(scope *db, const principal *who, uuid id);

#endif
