/* The door between HTTP and everything that needs the database: who asks, may they, how often, in which scope, and what
 * the audit log says afterwards. http_door's functions, for programs/aicd.c. */
#ifndef AIC_FEATURES_DOOR_H
#define AIC_FEATURES_DOOR_H

#include "features/app.h"

#define ACCESS_COOKIE  "aic_access"
#define REFRESH_COOKIE "aic_refresh"
#define REFRESH_PATH   "/api/v1/auth"

http_door door_of_the_platform(void);

/* STEP_UP_REQUIRED unless this session was proven (signed in, stepped up) in the last minutes. FORBIDDEN for an API
 * key: nobody stands behind it who could show who he is. */
enum { STEP_UP_MINUTES = 5 };
error door_check_fresh(arena *a, const principal *who, instant now);

/* What a rule itself puts on record, in its own transaction, beside the row that the dispatcher writes for the route:
 * what is not said by the route alone, and what is done without one, on the command line. */
typedef struct audit_note {
    const char *event;
    maybe_uuid org_id; /* not set: the body's own */
    const char *subject_type;
    maybe_uuid subject_id;
    text reason;
} audit_note;

error door_audit(scope *db, const audit_note *note);

#endif
