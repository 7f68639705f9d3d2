#include "features/access/access.h"
#include "features/door/door.h"
#include "features/identity/identity.h"
#include "features/identity/lockout.h"
#include "features/identity/mfa.h"

static const field user_fields[] = { FIELD(signed_in_user, id, A_UUID),
                                     FIELD(signed_in_user, name, A_TEXT, MAX(200)),
                                     FIELD(signed_in_user, email, A_TEXT, MAX(254)),
                                     FIELD(signed_in_user, role, ONE_OF(role_names)),
                                     FIELD(signed_in_user, locale, ONE_OF(locale_names)),
                                     FIELD(signed_in_user, is_super_admin, A_BOOL),
                                     FIELD(signed_in_user, created_at, AN_INSTANT),
                                     FIELDS_END };

static const field registration_fields[] = { FIELD(registration, organization, A_TEXT, REQUIRED, MIN(1), MAX(255),
                                                   .example = "Umoja Credit"),
                                             FIELD(registration, name, A_TEXT, REQUIRED, MIN(1), MAX(200)),
                                             FIELD(registration, email, AN_EMAIL, REQUIRED, MAX(254)),
                                             FIELD(registration, password, A_SECRET, REQUIRED, MIN(12), MAX(200),
                                                   .doc = "At least 12 characters; not a common one, not the e-mail"),
                                             FIELDS_END };

typedef __typeof__(((registered *)0)->organization) registered_organization;

static const field registered_organization_fields[] = { FIELD(registered_organization, id, A_UUID),
                                                        FIELD(registered_organization, name, A_TEXT),
                                                        FIELD(registered_organization, slug, A_TEXT), FIELDS_END };

static const field registered_fields[] = { FIELD(registered, user, OBJECT_OF(user_fields)),
                                           FIELD(registered, organization, OBJECT_OF(registered_organization_fields)),
                                           FIELDS_END };

static const field credential_fields[] = { FIELD(credentials, email, AN_EMAIL, REQUIRED, MAX(254)),
                                           FIELD(credentials, password, A_SECRET, REQUIRED, MIN(1), MAX(200)),
                                           FIELDS_END };

#define SIGN_IN_FIELDS(type, at)                                                                                       \
    FIELD_AS(type, at access_token, "access_token", A_TEXT, LEFT_OUT,                                                  \
             .doc = "RS256 JWT; also set as an HttpOnly cookie"),                                                      \
        FIELD_AS(type, at token_type, "token_type", A_TEXT, LEFT_OUT),                                                 \
        FIELD_AS(type, at expires_in, "expires_in", AN_INTEGER, LEFT_OUT, .doc = "Seconds"),                           \
        FIELD_AS(type, at user, "user", OBJECT_OF(user_fields), LEFT_OUT)

const field sign_in_fields[] = {
    SIGN_IN_FIELDS(sign_in, ),
    FIELD(sign_in, mfa_required, A_BOOL, LEFT_OUT,
          .doc = "No tokens yet: send a code to /auth/mfa/verify, or a passkey to /auth/passkeys/sign-in"),
    FIELD(sign_in, mfa_setup_required, A_BOOL, LEFT_OUT,
          .doc = "No tokens yet: set up a second factor by /auth/mfa/setup or /auth/passkeys/options"),
    FIELD(sign_in, mfa_token, A_TEXT, LEFT_OUT, .doc = "For these; good for five minutes"),
    FIELD(sign_in, mfa_methods, TEXTS, LEFT_OUT, .names = mfa_method_names, .doc = "What mfa_required takes"),
    FIELDS_END
};

const field mfa_enabled_fields[] = { FIELD(mfa_enabled, recovery_codes, TEXTS,
                                           .doc = "Shown once; each stands in for a code once. None when there are "
                                                  "some already"),
                                     SIGN_IN_FIELDS(mfa_enabled, tokens.), FIELDS_END };

typedef struct me {
    signed_in_user user;
    organization organization;
    text role;
    text_list capabilities;
} me;

static const field me_fields[] = { FIELD(me, user, OBJECT_OF(user_fields)),
                                   FIELD(me, organization, OBJECT_OF(organization_fields)),
                                   FIELD(me, role, ONE_OF(role_names)),
                                   FIELD(me, capabilities, TEXTS, .doc = "What you may do"), FIELDS_END };

/* ------------------------------------------------------------------ cookies */

void identity_set_cookies(request *rq, const sign_in *in)
{
    reply_cookie(
        rq, &(cookie){ .name = ACCESS_COOKIE, .value = in->access_token, .max_age = (int)in->expires_in, .path = "/" });
    reply_cookie(rq, &(cookie){ .name = REFRESH_COOKIE,
                                .value = in->refresh_token,
                                .max_age = REFRESH_DAYS * 24 * 3600,
                                .path = REFRESH_PATH });
}

error identity_replace_session(request *rq)
{
    text before = request_cookie(rq, REFRESH_COOKIE);
    return text_is(before) && before.length ? identity_leave(rq->scope, before) : OK;
}

void identity_clear_cookies(request *rq)
{
    reply_cookie(rq, &(cookie){ .name = ACCESS_COOKIE, .value = TEXT(""), .max_age = 0, .path = "/" });
    reply_cookie(rq, &(cookie){ .name = REFRESH_COOKIE, .value = TEXT(""), .max_age = 0, .path = REFRESH_PATH });
}

/* ------------------------------------------------------------------ handlers */

static error post_register(request *rq, const void *body, void *reply)
{
    return identity_register(rq->app, rq->scope, body, reply);
}

static error post_login(request *rq, const void *body, void *reply)
{
    sign_in *out = reply;
    TRY(identity_sign_in(rq->app, rq->scope, body, out));
    if (text_is(out->mfa_token)) return rq->event = "mfa_asked", OK; /* nobody is signed in yet */
    identity_set_cookies(rq, out);
    return identity_replace_session(rq);
}

/* Whose refresh token it was is who asked, for the record. */
static error known_now(request *rq, const sign_in *in)
{
    principal *who = ARENA_NEW(rq->arena, principal);
    *who = (principal){ .user_id = in->user.id, .org_id = rq->scope->who.org_id, .role = in->user.role };
    rq->who = who;
    return OK;
}

static error post_refresh(request *rq, const void *body, void *reply)
{
    (void)body;
    text token = request_cookie(rq, REFRESH_COOKIE);
    if (!text_is(token) || token.length == 0)
        return fail(rq->arena, UNAUTHENTICATED, "", "There is no session to continue. Sign in.");
    if (!request_same_origin(rq))
        return fail(rq->arena, FORBIDDEN, "", "This request came from another site and was refused.");
    error ended = identity_refresh(rq->app, rq->scope, token, reply);
    if (ended && ended->kind == UNAUTHENTICATED) identity_clear_cookies(rq);
    TRY(ended);
    identity_set_cookies(rq, reply);
    return known_now(rq, reply);
}

static error post_logout(request *rq, const void *body, void *reply)
{
    (void)body, (void)reply;
    TRY(identity_sign_out(rq->scope, rq->who));
    identity_clear_cookies(rq);
    return OK;
}

static error get_me(request *rq, const void *body, void *reply)
{
    (void)body;
    me *out = reply;
    const principal *who = rq->who;
    bool found;
    member person;
    TRY(sql_member_current(rq->scope, &(sql_member_current_in){ .id = who->user_id }, &found, &person));
    if (!found || !person.is_active)
        return fail(rq->arena, UNAUTHENTICATED, "", "Your session has ended. Sign in again.");
    TRY(organizations_current(rq->scope, &out->organization));
    out->user = (signed_in_user){ .id = person.id,
                                  .name = person.name,
                                  .email = person.email,
                                  .role = person.role,
                                  .locale = person.locale,
                                  .is_super_admin = person.is_super_admin,
                                  .created_at = person.created_at };
    out->role = person.role;
    out->capabilities = access_capabilities(rq->arena, who);
    return OK;
}

static error post_unlock(request *rq, const void *body, void *reply)
{
    (void)body, (void)reply;
    const id_path *path = rq->path;
    return lockout_unlock(rq->scope, path->id);
}

#define SIGN_IN_SCOPE SYSTEM(S1_SIGN_IN, "The address is looked up over all organizations before one is known")

const route identity_routes[] = {
    { POST, "/auth/register", "Register an organization and its first administrator", PUBLIC, SIGN_IN_SCOPE,
      BODY(registration, registration_fields), REPLY(registered, registered_fields), .status = 201, .audit = "register",
      .rate = RATE_REGISTER, .heavy = true, .handle = post_register },
    { POST, "/auth/login", "Sign in", PUBLIC, SIGN_IN_SCOPE, BODY(credentials, credential_fields),
      REPLY(sign_in, sign_in_fields), .audit = "login", .rate = RATE_SIGN_IN, .heavy = true, .handle = post_login },
    { POST, "/auth/refresh", "Continue a session by its refresh cookie", PUBLIC, SIGN_IN_SCOPE,
      REPLY(sign_in, sign_in_fields), .audit = "token_refreshed", .rate = RATE_REFRESH, .handle = post_refresh },
    { POST, "/auth/logout", "Sign out", SIGNED_IN,
      SYSTEM(S1_SIGN_IN, "Sessions and revoked tokens belong to no tenant's own transaction"), .audit = "logout",
      .rate = RATE_WRITE, .handle = post_logout },
    { POST, "/users/{id}/unlock", "Let somebody sign in again who was locked out", CAPABILITY("manage_users"), TENANT,
      PATH(id_path, id_path_fields), .audit = "unlock", .rate = RATE_WRITE, .handle = post_unlock },
    { GET, "/auth/me", "Who is signed in", SIGNED_IN, TENANT, REPLY(me, me_fields), .rate = RATE_READ,
      .handle = get_me },
    ROUTES_END
};
