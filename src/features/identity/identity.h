/* Identity: who someone is. Register, sign in, stay signed in, sign out. Nothing else in the product checks a password,
 * a token or a role.
 *
 * Sign-in gives an access token (RS256 JWT, 15 minutes) and a refresh token (256 random bits, 7 days, stored hashed,
 * replaced at each use). Showing a refresh token a second time ends every session of that sign-in: it was stolen.
 * Signing out ends them too; a scope refuses a token whose jti was revoked, on every server at once. */
#ifndef AIC_FEATURES_IDENTITY_H
#define AIC_FEATURES_IDENTITY_H

#include "features/app.h"
#include "features/organizations/organizations.h"
#include "identity.sql.h"

enum { ACCESS_MINUTES = 15, REFRESH_DAYS = 7 };

typedef struct registration {
    text organization, name, email, password;
} registration;

typedef struct credentials {
    text email, password;
} credentials;

typedef struct signed_in_user {
    uuid id;
    text name, email, role, locale;
    bool is_super_admin;
    instant created_at;
} signed_in_user;

typedef struct sign_in {
    text access_token, token_type;
    int64_t expires_in; /* seconds */
    signed_in_user user;
    /* Or, instead of all these, what is still wanted: a code (mfa_required), or that a second factor is set up. */
    bool mfa_required, mfa_setup_required;
    text mfa_token;
    text_list mfa_methods; /* when a second factor is asked for */
    text refresh_token;    /* for the cookie; never in a reply's body */
} sign_in;

typedef struct registered {
    signed_in_user user;
    struct {
        uuid id;
        text name, slug;
    } organization;
} registered;

extern const route identity_routes[];
extern const field sign_in_fields[];

/* For the browser: HttpOnly, out of reach of any script. */
void identity_set_cookies(request *rq, const sign_in *in);
void identity_clear_cookies(request *rq);
/* A browser that signs in anew leaves the session before: what its refresh cookie still opened ends. */
error identity_replace_session(request *rq);

/* password_check() with the words that fit this person. */
error identity_check_password(scope *db, const account *owner, text password, const char *pointer);

/* Creates the organization and its first user, an ADMIN. A known address gets the same answer as an unknown one: what
 * is returned then exists nowhere. */
error identity_register(platform *app, scope *db, const registration *in, registered *out);
/* Whether there is a way in at all: active, and the address confirmed. */
bool identity_may_enter(const platform *app, const account *who);
/* UNAUTHENTICATED with one text and one duration for every cause. */
error identity_sign_in(platform *app, scope *db, const credentials *in, sign_in *out);
error identity_refresh(platform *app, scope *db, text refresh_token, sign_in *out);
/* Tokens for somebody who has proven who it is at this moment; a new family is a new sign-in. The scope's organization
 * is set. UNAUTHENTICATED when the person is no longer what `who` says. */
error identity_give_tokens(platform *app, scope *db, const account *who, uuid family, sign_in *out);

/* Somebody who was invited. */
typedef struct newcomer {
    uuid org_id;
    text name, email, password_hash, role;
    bool needs_factor; /* mfa_is_required() of the role in that organization */
} newcomer;
/* Makes the person and answers as signing in does. An address that has an account is answered in the same way, and
 * nothing is made: what is returned then opens nothing, and the owner's organization has it on record. */
error identity_join(platform *app, scope *db, const newcomer *in, sign_in *out);

typedef struct mfa_confirmation {
    text password, code;
} mfa_confirmation;

/* The password of somebody signed in, and the code if codes are switched on; who has passkeys alone has to have shown
 * one a few minutes ago (STEP_UP_REQUIRED). Counts towards the lockout; INVALID at /password or /code. */
error identity_confirm(platform *app, scope *db, const principal *who, const mfa_confirmation *in,
                       const char *password_pointer, account *out);

/* The content of the ledger's entry about what somebody may do. */
text identity_permission(arena *a, uuid id, text role, bool is_super_admin);
error identity_sign_out(scope *db, const principal *who);
/* Whose refresh token is shown no more. OK also when it opens nothing. */
error identity_leave(scope *db, text refresh_token);

typedef struct super_admin {
    uuid user_id;
    bool was_already;
} super_admin;

/* For `aicd make-super-admin` alone: nobody gives this right to anybody through the API. In the ledger of the user's
 * organization and in the audit log. */
error identity_make_super_admin(scope *db, text email, super_admin *out);

/* The people of organizations that the program itself makes (demo data). */
error identity_add_organization(scope *db, text name, text slug_hint, uuid *org_id);
error identity_add_user(const platform *app, scope *db, uuid org_id, text name, text email, text password, text role,
                        uuid *user_id);

#endif
