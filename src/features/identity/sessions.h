/* One's own sessions, and the password that begins them. A session is a sign-in with all its refreshed tokens; ending
 * one ends its access tokens at once, on every server. */
#ifndef AIC_FEATURES_IDENTITY_SESSIONS_H
#define AIC_FEATURES_IDENTITY_SESSIONS_H

#include "features/identity/mfa.h"

typedef struct password_change {
    text current_password, new_password, code; /* code: of the second factor, if there is one */
} password_change;

typedef struct session_list {
    item_list items; /* of session_row; all: nobody has more than a hundred that are open */
} session_list;

/* What the last change ended. */
typedef struct sessions_over {
    int64_t ended;
} sessions_over;

error sessions_list(scope *db, const principal *who, session_list *out);
/* NOT_FOUND: not one of one's own that is still open. */
error sessions_end_one(scope *db, const principal *who, uuid id);
error sessions_end_others(scope *db, const principal *who, const char *reason, sessions_over *out);
/* Ends all others. INVALID at /current_password, /code or /new_password. */
error identity_change_password(platform *app, scope *db, const principal *who, const password_change *in,
                               sessions_over *out);

#endif
