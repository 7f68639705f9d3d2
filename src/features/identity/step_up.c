#include "features/identity/step_up.h"

#include "features/identity/factors.h"
#include "features/identity/lockout.h"

error step_up_ask(scope *db, const passkey_site *site, const principal *who, step_up_choice *out)
{
    static const text password_only[] = { { "password", 8 } };
    account owner = { 0 };
    TRY(factor_person(db, who->user_id, &owner));
    TRY(scope_set_org(db, owner.org_id));
    bool by_passkey = owner.has_passkey && site;
    out->methods =
        owner.mfa_enabled ? mfa_methods(db->arena, owner.totp_enabled, by_passkey) : (text_list){ password_only, 1 };
    return by_passkey ? passkeys_ask_again(db, site, &owner, &out->passkey) : OK;
}

/* What somebody gave, and how it went. */
typedef struct step_up_try {
    const char *pointer, *message;
    const char *failure; /* what the audit log calls it; NULL when it was good */
} step_up_try;

static error by_factor(platform *app, scope *db, const passkey_site *site, const account *owner,
                       const step_up_proof *in, step_up_try *out)
{
    bool good = false;
    if (text_is(in->passkey.id)) {
        *out = (step_up_try){ .pointer = "/passkey", .message = "This passkey was not accepted. Try again." };
        if (site) return passkeys_check_again(db, site, owner, &in->passkey, &out->failure);
        out->failure = "passkey_failed";
        return OK;
    }
    TRY(factor_use_code(app, db, owner, text_is(in->code) ? in->code : TEXT(""), &good));
    *out = (step_up_try){ .pointer = "/code",
                          .message = "This code is wrong, or was used already. Wait for the next one, use a recovery "
                                     "code, or a passkey if you have one.",
                          .failure = good ? NULL : "mfa_failed" };
    return OK;
}

static error by_password(platform *app, scope *db, const account *owner, const step_up_proof *in,
                         const sign_in_attempted *attempt, step_up_try *out)
{
    bool matches;
    TRY(factor_check_password(app, db, owner, in->password, attempt, &matches));
    *out = (step_up_try){ .pointer = "/password",
                          .message = "This is not your password.",
                          .failure = matches ? NULL : "login_failed" };
    return OK;
}

/* An empty answer is no attempt: nothing is counted. */
static error check_says_something(arena *a, const account *owner, const step_up_proof *in)
{
    if (owner->mfa_enabled && !text_is(in->passkey.id) && !text_is(in->code))
        return fail(a, INVALID, "/code", "You have a second factor: give a code, or use a passkey.");
    if (!owner->mfa_enabled && !text_is(in->password)) return fail(a, INVALID, "/password", "Give your password.");
    return OK;
}

error step_up(platform *app, scope *db, const passkey_site *site, const principal *who, const step_up_proof *in,
              sign_in *out)
{
    account owner = { 0 };
    sign_in_attempted attempt = { 0 };
    step_up_try tried = { 0 };
    bool found = false;
    session_replaced session = { 0 };
    TRY(factor_person(db, who->user_id, &owner));
    TRY(check_says_something(db->arena, &owner, in));
    TRY(lockout_attempt(db, owner.email, &attempt));
    TRY(scope_set_org(db, owner.org_id));
    TRY(owner.mfa_enabled ? by_factor(app, db, site, &owner, in, &tried)
                          : by_password(app, db, &owner, in, &attempt, &tried));
    if (tried.failure) {
        TRY(lockout_failed(db, &owner, owner.email, tried.failure, &attempt));
        return fail(db->arena, INVALID, tried.pointer, "%s", tried.message);
    }
    TRY(lockout_succeeded(db, &owner, &attempt));
    TRY(sql_session_replace(db, &(sql_session_replace_in){ .jti = who->jti, .now = scope_now(db) }, &found, &session));
    if (!found) return fail(db->arena, UNAUTHENTICATED, "", "Your session has ended. Sign in again.");
    return identity_give_tokens(app, db, &owner, session.family_id, out);
}
