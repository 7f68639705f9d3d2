/* Passkeys (crypto/webauthn.h): a second factor after the password, or, where the device makes sure who it is, a
 * sign-in of its own that needs no password and no code.
 *
 * What goes out and comes in are the standard's own JSON forms (PublicKeyCredentialCreationOptionsJSON and so on), so
 * that a browser's parse…FromJSON and toJSON, or any library, fit. A challenge is 256 random bits, stored hashed, good
 * once, for five minutes, for one purpose and one person; it is spent before the answer to it is looked at. Wrong
 * answers count towards the lockout as wrong passwords do; a counter that went back (a copy of the key) is refused and
 * on record as `passkey_counter_back`. The attestation is not asked for, and not trusted when it comes.
 *
 * The site is the origin of the public URL. Without one, in development, it is http://localhost with the port that was
 * asked: passkeys are tied to a name, and an address such as 127.0.0.1 is none. */
#ifndef AIC_FEATURES_IDENTITY_PASSKEYS_H
#define AIC_FEATURES_IDENTITY_PASSKEYS_H

#include "features/identity/mfa.h"

enum { PASSKEY_MINUTES = 5, PASSKEYS_MOST = 20 };

/* The relying party: who asks. */
typedef struct passkey_site {
    text id, origin;
} passkey_site;

/* CONFLICT: this site has no name that a passkey could be tied to. host: the request's. */
error passkey_site_of(const platform *app, arena *a, text host, passkey_site *out);

/* ------------------------------------------------------------------ forms */

typedef struct passkey_begin {
    text mfa_token, password, code;
} passkey_begin;

typedef struct passkey_descriptor {
    text type, id;
    text_list transports;
} passkey_descriptor;

typedef struct passkey_algorithm {
    text type;
    int64_t alg;
} passkey_algorithm;

typedef struct passkey_creation {
    text challenge, attestation;
    int64_t timeout;
    struct passkey_rp {
        text id, name;
    } rp;
    struct passkey_user {
        text id, name, display_name;
    } user;
    item_list algorithms, known; /* of passkey_algorithm, passkey_descriptor */
    struct passkey_wishes {
        text resident_key, user_verification;
    } wishes;
} passkey_creation;

typedef struct passkey_request {
    text challenge, relying_party, user_verification;
    int64_t timeout;
    item_list allowed; /* of passkey_descriptor; empty: any that the device has for this site */
} passkey_request;

/* An answer, as the browser gives it; all texts are base64url. Of some members only the shape is looked at. */
typedef struct passkey_response {
    text client_data, attestation, authenticator_data, signature, user_handle;
    text public_key;
    int64_t public_key_algorithm;
    text_list transports;
} passkey_response;

typedef struct passkey_answer {
    text id, raw_id, type, attachment, extension_results;
    passkey_response response;
} passkey_answer;

typedef struct passkey_addition {
    text mfa_token, name;
    passkey_answer credential;
} passkey_addition;

typedef struct passkey_added {
    passkey_row passkey;
    mfa_enabled first; /* when it is the first second factor */
} passkey_added;

typedef struct passkey_proof {
    text mfa_token;
    passkey_answer credential;
} passkey_proof;

extern const route passkeys_routes[];
extern const field passkey_answer_fields[], passkey_request_fields[];

/* ------------------------------------------------------------------ adding */

/* By somebody who has proven who it is a few minutes ago (STEP_UP_REQUIRED) or gives the password, or by the mfa_token
 * of a set-up. */
error passkeys_begin(platform *app, scope *db, const passkey_site *site, const principal *who, const passkey_begin *in,
                     passkey_creation *out);
/* INVALID at /credential; CONFLICT: known already, or too many. */
error passkeys_add(platform *app, scope *db, const passkey_site *site, const principal *who, const passkey_addition *in,
                   passkey_added *out);

/* ------------------------------------------------------------------ using */

/* With the mfa_token of a sign-in that wants its second factor: one of this person's. Without: whoever comes. */
error passkeys_ask(scope *db, const passkey_site *site, text mfa_token, passkey_request *out);
/* UNAUTHENTICATED with one text for every cause; LOCKED. */
error passkeys_sign_in(platform *app, scope *db, const passkey_site *site, const passkey_proof *in, sign_in *out);

/* For step_up.c. */
error passkeys_ask_again(scope *db, const passkey_site *site, const account *who, passkey_request *out);
/* What the lockout is told when it does not fit. Spends the challenge; an attempt was counted before. */
error passkeys_check_again(scope *db, const passkey_site *site, const account *who, const passkey_answer *in,
                           const char **failure);

/* ------------------------------------------------------------------ keeping */

error passkeys_list(scope *db, const principal *who, item_list *out); /* of passkey_row */
error passkeys_rename(scope *db, const principal *who, uuid id, text name, passkey_row *out);
/* FORBIDDEN: the last second factor of somebody who must have one. */
error passkeys_remove(platform *app, scope *db, const principal *who, uuid id);

#endif
