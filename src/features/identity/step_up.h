/* Step-up: what matters most (the column step_up of a route's row) asks that somebody has proven within the last
 * minutes who it is. Signing in is such a proof; later it is given here: by a code or a passkey where there is a second
 * factor, else by the password. The answer is as at sign-in, within the same session. */
#ifndef AIC_FEATURES_IDENTITY_STEP_UP_H
#define AIC_FEATURES_IDENTITY_STEP_UP_H

#include "features/identity/passkeys.h"

typedef struct step_up_proof {
    text password, code;
    passkey_answer passkey; /* given when it has an id */
} step_up_proof;

typedef struct step_up_choice {
    text_list methods; /* of step_up_method_names */
    passkey_request passkey;
} step_up_choice;

extern const route step_up_routes[];

/* site: NULL where passkeys cannot be used. */
error step_up_ask(scope *db, const passkey_site *site, const principal *who, step_up_choice *out);
/* INVALID at /code, /password or /passkey; LOCKED. */
error step_up(platform *app, scope *db, const passkey_site *site, const principal *who, const step_up_proof *in,
              sign_in *out);

#endif
