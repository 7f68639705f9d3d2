#include "features/identity/mfa.h"

#include "crypto/hash.h"
#include "crypto/random.h"
#include "crypto/totp.h"
#include "features/identity/factors.h"
#include "features/identity/lockout.h"
#include "features/identity/qr.h"

void mfa_take_key(platform *app, const uint8_t master_key[MASTER_KEY_BYTES])
{
    seal_key_for(master_key, "aic second factors", app->mfa_key);
}

bool mfa_is_wanted(const platform *app, const account *who)
{
    return who->mfa_enabled || (who->mfa_required && !app->mfa_is_optional);
}

const char *const mfa_method_names[] = { "totp", "passkey", "recovery_code", NULL };

text_list mfa_methods(arena *a, bool totp, bool passkey)
{
    text *names = ARENA_ARRAY(a, 3, text);
    size_t count = 0;
    if (totp) names[count++] = TEXT("totp");
    if (passkey) names[count++] = TEXT("passkey");
    if (count) names[count++] = TEXT("recovery_code");
    return (text_list){ names, count };
}

error mfa_state_read(scope *db, const principal *who, mfa_state *out)
{
    mfa_standing standing = { 0 };
    TRY(sql_mfa_state_of(db, &(sql_mfa_state_of_in){ .id = who->user_id }, &standing));
    *out = (mfa_state){ .enabled = standing.totp_enabled || standing.has_passkey,
                        .required = standing.required,
                        .methods = mfa_methods(db->arena, standing.totp_enabled, standing.has_passkey),
                        .recovery_codes_left = standing.recovery_codes_left };
    return OK;
}

error mfa_ask(scope *db, const account *who, sign_in *out)
{
    instant now = scope_now(db);
    text token = opaque_token_new(db->arena);
    *out = (sign_in){ .mfa_required = who->mfa_enabled,
                      .mfa_setup_required = !who->mfa_enabled,
                      .mfa_token = token,
                      .mfa_methods = mfa_methods(db->arena, who->totp_enabled, who->has_passkey) };
    return sql_mfa_challenge_insert(db,
                                    &(sql_mfa_challenge_insert_in){ .token_hash = opaque_token_hash(db->arena, token),
                                                                    .org_id = who->org_id,
                                                                    .user_id = who->id,
                                                                    .is_setup = !who->mfa_enabled,
                                                                    .now = now,
                                                                    .expires_at = now + MINUTES(MFA_MINUTES) });
}

/* ------------------------------------------------------------------ setting up */

/* "otpauth://totp/AIC%20Platform:ada%40example.test?…" of the Key URI Format that authenticator apps share. */
static text otpauth_uri(arena *a, text email, text secret)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    text_builder b = text_builder_in(a);
    text_add_string(&b, "otpauth://totp/AIC%20Platform:");
    for (size_t i = 0; i < email.length; i++) {
        unsigned char c = (unsigned char)email.data[i];
        if (c && strchr(plain, c))
            text_add_char(&b, (char)c);
        else
            text_add_format(&b, "%%%02X", c);
    }
    text_add_format(&b, "?secret=%.*s&issuer=AIC%%20Platform&algorithm=SHA1&digits=%d&period=%d", PRINT(secret),
                    TOTP_DIGITS, TOTP_STEP_SECONDS);
    return text_built(&b);
}

error mfa_set_up(platform *app, scope *db, const principal *who, const mfa_setup *in, mfa_secret *out)
{
    account owner = { 0 };
    int64_t changed = 0;
    mfa_confirmation given = { .password = in->password, .code = in->code };
    if (!text_is(in->mfa_token) && who) TRY(factor_check_fresh(app, db, who, &given));
    TRY(factor_whose(db, who, in->mfa_token, false, &owner));
    TRY(scope_set_org(db, owner.org_id));
    text secret = totp_secret_new(db->arena);
    text sealed = seal(db->arena, app->mfa_key, secret);
    TRY(sql_mfa_secret_set(db, &(sql_mfa_secret_set_in){ .org_id = owner.org_id, .id = owner.id, .secret = sealed },
                           &changed));
    if (!changed)
        return fail(db->arena, CONFLICT, "",
                    "There is a second factor already. Switch it off before you set up another.");
    out->secret = totp_base32(db->arena, secret);
    if (!text_is(out->secret)) return fail(db->arena, INTERNAL, "", "The secret could not be written.");
    out->otpauth_uri = otpauth_uri(db->arena, owner.email, out->secret);
    return qr_svg(db->arena, out->otpauth_uri, &out->qr_svg);
}

static error check_first_code(platform *app, scope *db, const account *owner, text code)
{
    bool good = false;
    if (owner->totp_enabled) return fail(db->arena, CONFLICT, "", "There is a second factor already.");
    if (!text_is(owner->mfa_secret))
        return fail(db->arena, CONFLICT, "", "Ask for a secret first: POST /auth/mfa/setup.");
    TRY(factor_use_totp(app, db, owner, factor_plain_code(db->arena, code), &good));
    if (good) return OK;
    TRY(scope_pause(db)); /* the try stays counted */
    return fail(db->arena, INVALID, "/code",
                "This code does not fit. Take the one that your app shows now, and look at the clock of its device.");
}

error mfa_enable(platform *app, scope *db, const principal *who, const mfa_proof *in, mfa_enabled *out)
{
    account owner = { 0 };
    int64_t changed = 0;
    TRY(factor_whose(db, who, in->mfa_token, true, &owner));
    TRY(scope_set_org(db, owner.org_id));
    TRY(factor_hold(db, owner.org_id, owner.id));
    TRY(check_first_code(app, db, &owner, in->code));
    TRY(sql_mfa_switch_on(db, &(sql_mfa_switch_on_in){ .org_id = owner.org_id, .id = owner.id }, &changed));
    if (changed != 1) return fail(db->arena, CONFLICT, "", "There is a second factor already.");
    return factor_begin(app, db, &owner, in->mfa_token, out);
}

/* ------------------------------------------------------------------ being asked */

static error wrong_code(arena *a)
{
    return fail(a, UNAUTHENTICATED, "/code",
                "This code is wrong, or was used already. Wait for the next one, or use a recovery code.");
}

error mfa_verify(platform *app, scope *db, const mfa_proof *in, sign_in *out)
{
    bool found = false, good = false;
    mfa_challenged challenged = { 0 };
    account who = { 0 };
    sign_in_attempted attempt = { 0 };
    int64_t used = 0;
    instant now = scope_now(db);
    text hash = opaque_token_hash(db->arena, text_is(in->mfa_token) ? in->mfa_token : TEXT(""));
    TRY(sql_mfa_challenge_try(db, &(sql_mfa_challenge_try_in){ .token_hash = hash, .is_setup = false, .now = now },
                              &found, &challenged));
    if (!found) return factor_ended(db->arena);
    TRY(factor_person(db, challenged.user_id, &who));
    TRY(lockout_attempt(db, who.email, &attempt)); /* commits both counts */
    TRY(scope_set_org(db, who.org_id));
    TRY(factor_use_code(app, db, &who, in->code, &good));
    if (!good) {
        TRY(lockout_failed(db, &who, who.email, "mfa_failed", &attempt));
        return wrong_code(db->arena);
    }
    TRY(sql_mfa_challenge_use(db, &(sql_mfa_challenge_use_in){ .token_hash = hash, .now = now }, &used));
    if (used != 1) return factor_ended(db->arena);
    TRY(lockout_succeeded(db, &who, &attempt));
    TRY(sql_user_signed_in(db, &(sql_user_signed_in_in){ .id = who.id, .org_id = who.org_id }));
    return identity_give_tokens(app, db, &who, uuid_v4(), out);
}

/* ------------------------------------------------------------------ confirming, changing */

static error check_has(arena *a, const account *who)
{
    return who->mfa_enabled ? OK : fail(a, CONFLICT, "", "You have no second factor. Set one up first.");
}

static error check_may_disable(const platform *app, arena *a, const account *owner)
{
    if (!owner->totp_enabled) return fail(a, CONFLICT, "", "You have no codes by an authenticator app.");
    if (owner->has_passkey || !owner->mfa_required || app->mfa_is_optional) return OK;
    return fail(a, FORBIDDEN, "", "Your role needs a second factor; it cannot be switched off.");
}

error mfa_disable(platform *app, scope *db, const principal *who, const mfa_confirmation *in)
{
    account owner = { 0 };
    int64_t changed = 0;
    TRY(factor_person(db, who->user_id, &owner));
    TRY(check_may_disable(app, db->arena, &owner));
    TRY(identity_confirm(app, db, who, in, "/password", &owner));
    TRY(factor_hold(db, owner.org_id, owner.id));
    TRY(factor_person(db, owner.id, &owner));
    TRY(check_may_disable(app, db->arena, &owner)); /* the passkey may have gone meanwhile */
    if (!owner.has_passkey)
        TRY(sql_mfa_codes_forget(db, &(sql_mfa_codes_forget_in){ .org_id = owner.org_id, .user_id = owner.id }));
    TRY(sql_mfa_switch_off(db, &(sql_mfa_switch_off_in){ .org_id = owner.org_id, .id = owner.id }, &changed));
    return owner.has_passkey ? factor_tell_changed(app, db, &owner, "CODES_REMOVED")
                             : factor_tell_gone(app, db, &owner);
}

error mfa_renew_codes(platform *app, scope *db, const principal *who, const mfa_confirmation *in, mfa_codes *out)
{
    account owner = { 0 };
    TRY(factor_person(db, who->user_id, &owner));
    TRY(check_has(db->arena, &owner));
    TRY(identity_confirm(app, db, who, in, "/password", &owner));
    return factor_renew_codes(db, &owner, &out->recovery_codes);
}
