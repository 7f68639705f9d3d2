/* The second factor: codes by time (crypto/totp.h) or passkeys (passkeys.h), and ten recovery codes for the day when
 * the telephone is lost.
 *
 * After the right password somebody who has one is asked for a code, and somebody who must have one (the roles and
 * organizations of mfa_is_required() in sql/migrations/0026_mfa.sql) and has none may only set it up: instead of tokens
 * signing in gives an opaque mfa_token, good for five minutes and five codes. Wrong codes count towards the lockout as
 * wrong passwords do. A code is good once: the counter of the last one is kept. The secret is sealed; recovery codes
 * are 120 random bits each, stored as SHA-256. */
#ifndef AIC_FEATURES_IDENTITY_MFA_H
#define AIC_FEATURES_IDENTITY_MFA_H

#include "features/identity/identity.h"

enum { MFA_MINUTES = 5, MFA_RECOVERY_CODES = 10, MFA_FEW_CODES = 3 };

typedef struct mfa_proof {
    text mfa_token, code; /* code: six digits, or a recovery code */
} mfa_proof;

typedef struct mfa_setup {
    text mfa_token, password, code;
} mfa_setup;

typedef struct mfa_secret {
    text secret, otpauth_uri, qr_svg;
} mfa_secret;

/* What somebody has, or may answer with. */
typedef struct mfa_state {
    bool enabled, required;
    text_list methods;
    int64_t recovery_codes_left;
} mfa_state;

typedef struct mfa_codes {
    text_list recovery_codes; /* shown once */
} mfa_codes;

typedef struct mfa_enabled {
    sign_in tokens;
    text_list recovery_codes;
} mfa_enabled;

extern const route mfa_routes[];
extern const field mfa_enabled_fields[];
extern const char *const mfa_method_names[];

/* The body's, else the bearer token unless that is a session's, which has dots. */
text mfa_token_of(const request *rq, text in_body);

void mfa_take_key(platform *app, const uint8_t master_key[MASTER_KEY_BYTES]);

/* Whether the password alone is not enough. */
bool mfa_is_wanted(const platform *app, const account *who);
error mfa_state_read(scope *db, const principal *who, mfa_state *out);
/* By what somebody's second factor may be shown: names of mfa_method_names. */
text_list mfa_methods(arena *a, bool totp, bool passkey);
error mfa_ask(scope *db, const account *who, sign_in *out);

/* `who` is the session's (NULL: none), `token` the mfa_token (NO_TEXT: none). A session that is older than a few
 * minutes proves too little: it needs the password. CONFLICT: there is a second factor already. */
error mfa_set_up(platform *app, scope *db, const principal *who, const mfa_setup *in, mfa_secret *out);
/* INVALID at /code: it does not fit. Ends the session it was asked from, and gives a new one. */
error mfa_enable(platform *app, scope *db, const principal *who, const mfa_proof *in, mfa_enabled *out);
/* UNAUTHENTICATED, LOCKED. */
error mfa_verify(platform *app, scope *db, const mfa_proof *in, sign_in *out);
/* Both with password and code, by somebody signed in. FORBIDDEN where a second factor is a duty. */
/* Codes by time end; passkeys stay, and with them the recovery codes. */
error mfa_disable(platform *app, scope *db, const principal *who, const mfa_confirmation *in);
error mfa_renew_codes(platform *app, scope *db, const principal *who, const mfa_confirmation *in, mfa_codes *out);

#endif
