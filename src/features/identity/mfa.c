#include "features/identity/mfa.h"

#include "crypto/hash.h"
#include "crypto/password.h"
#include "crypto/random.h"
#include "crypto/totp.h"
#include "features/door/door.h"
#include "features/identity/lockout.h"
#include "features/identity/qr.h"
#include "features/mail/mail.h"

void mfa_take_key(platform *app, const uint8_t master_key[MASTER_KEY_BYTES])
{
    seal_key_for(master_key, "aic second factors", app->mfa_key);
}

bool mfa_is_wanted(const platform *app, const account *who)
{
    return who->mfa_enabled || (who->mfa_required && !app->mfa_is_optional);
}

error mfa_ask(scope *db, const account *who, sign_in *out)
{
    instant now = scope_now(db);
    text token = opaque_token_new(db->arena);
    *out = (sign_in){ .mfa_required = who->mfa_enabled, .mfa_setup_required = !who->mfa_enabled, .mfa_token = token };
    return sql_mfa_challenge_insert(db,
                                    &(sql_mfa_challenge_insert_in){ .token_hash = opaque_token_hash(db->arena, token),
                                                                    .org_id = who->org_id,
                                                                    .user_id = who->id,
                                                                    .is_setup = !who->mfa_enabled,
                                                                    .now = now,
                                                                    .expires_at = now + MINUTES(MFA_MINUTES) });
}

/* ------------------------------------------------------------------ who */

static error ended(arena *a)
{
    return fail(a, UNAUTHENTICATED, "",
                "This sign-in has run out of time or tries. Begin again with your e-mail and password.");
}

static error person(scope *db, uuid id, account *out)
{
    bool found = false;
    *out = (account){ 0 };
    TRY(sql_account_by_id(db, &(sql_account_by_id_in){ .id = id }, &found, out));
    return found && out->is_active ? OK : ended(db->arena);
}

/* Whose set-up this is: the mfa_token says it, or the session. */
static error whose(scope *db, const principal *who, text token, bool counts, account *out)
{
    bool found = false;
    mfa_challenged challenged = { 0 };
    instant now = scope_now(db);
    *out = (account){ 0 };
    if (!text_is(token)) {
        if (!who)
            return fail(db->arena, UNAUTHENTICATED, "", "Sign in first, or send the mfa_token that signing in gave.");
        return person(db, who->user_id, out);
    }
    text hash = opaque_token_hash(db->arena, token);
    if (counts)
        TRY(sql_mfa_challenge_try(db, &(sql_mfa_challenge_try_in){ .token_hash = hash, .is_setup = true, .now = now },
                                  &found, &challenged));
    else
        TRY(sql_mfa_challenge_find(db, &(sql_mfa_challenge_find_in){ .token_hash = hash, .is_setup = true, .now = now },
                                   &found, &challenged));
    if (!found) return ended(db->arena);
    if (who && !uuid_equal(who->user_id, challenged.user_id))
        return fail(db->arena, CONFLICT, "", "You are signed in as somebody else. Sign out first.");
    return person(db, challenged.user_id, out);
}

/* ------------------------------------------------------------------ codes */

/* Letters, digits: blanks and dashes are how a person writes. */
static text plain_code(arena *a, text code)
{
    text_builder b = text_builder_in(a);
    for (size_t i = 0; i < code.length; i++) {
        char c = code.data[i];
        if (c == ' ' || c == '-') continue;
        text_add_char(&b, c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c);
    }
    return text_built(&b);
}

static error use_totp(const platform *app, scope *db, const account *who, text code, bool *good)
{
    text secret;
    int64_t counter = 0, used;
    *good = false;
    if (!text_is(who->mfa_secret)) return OK;
    TRY(unseal(db->arena, app->mfa_key, who->mfa_secret, &secret));
    if (!totp_fits(db->arena, secret, code, scope_now(db), who->mfa_last_counter, &counter)) return OK;
    /* Of two who show the same code at once, one finds the counter moved. */
    TRY(sql_mfa_counter_use(db, &(sql_mfa_counter_use_in){ .org_id = who->org_id, .id = who->id, .counter = counter },
                            &used));
    *good = used == 1;
    return OK;
}

static error tell(platform *app, scope *db, const account *who, letter_kind kind)
{
    return mail_queue(
        app, db,
        &(letter){ .kind = kind, .to = who->email, .language = who->locale, .link = TEXT("/app/settings/security") });
}

/* Before the last one is used somebody should hear of it. */
static error warn_of_few(platform *app, scope *db, const account *who)
{
    mfa_codes_counted left = { 0 };
    TRY(sql_mfa_codes_left(db, &(sql_mfa_codes_left_in){ .org_id = who->org_id, .user_id = who->id }, &left));
    if (left.codes > MFA_FEW_CODES) return OK;
    return mail_queue(app, db,
                      &(letter){ .kind = LETTER_RECOVERY_CODES_LOW,
                                 .to = who->email,
                                 .language = who->locale,
                                 .link = TEXT("/app/settings/security"),
                                 .values = { { "left", text_format(db->arena, "%lld", (long long)left.codes) } } });
}

static error use_recovery_code(platform *app, scope *db, const account *who, text code, bool *good)
{
    int64_t used;
    TRY(sql_mfa_code_use(db,
                         &(sql_mfa_code_use_in){ .org_id = who->org_id,
                                                 .user_id = who->id,
                                                 .code_hash = sha256_bytes(db->arena, code),
                                                 .now = scope_now(db) },
                         &used));
    *good = used == 1;
    if (!*good) return OK;
    TRY(warn_of_few(app, db, who));
    return door_audit(db, &(audit_note){ .event = "recovery_code_used",
                                         .org_id = { true, who->org_id },
                                         .subject_type = "user",
                                         .subject_id = { true, who->id } });
}

static error use_code(platform *app, scope *db, const account *who, text said, bool *good)
{
    *good = false;
    if (!who->mfa_enabled) return OK;
    text code = plain_code(db->arena, said);
    if (code.length == TOTP_DIGITS) return use_totp(app, db, who, code, good);
    return use_recovery_code(app, db, who, code, good);
}

/* Sixteen characters of RFC 4648's base 32 in four groups. */
static text new_recovery_code(arena *a, text *hash)
{
    uint8_t bits[10];
    random_fill(bits, sizeof bits);
    text code = totp_base32(a, (text){ (const char *)bits, sizeof bits });
    *hash = sha256_bytes(a, code);
    return text_format(a, "%.4s-%.4s-%.4s-%.4s", code.data, code.data + 4, code.data + 8, code.data + 12);
}

static error renew_codes(scope *db, const account *who, text_list *out)
{
    text *codes = ARENA_ARRAY(db->arena, MFA_RECOVERY_CODES, text);
    TRY(sql_mfa_codes_forget(db, &(sql_mfa_codes_forget_in){ .org_id = who->org_id, .user_id = who->id }));
    for (size_t i = 0; i < MFA_RECOVERY_CODES; i++) {
        text hash;
        codes[i] = new_recovery_code(db->arena, &hash);
        TRY(sql_mfa_code_insert(
            db, &(sql_mfa_code_insert_in){ .org_id = who->org_id, .user_id = who->id, .code_hash = hash }));
    }
    *out = (text_list){ codes, MFA_RECOVERY_CODES };
    return OK;
}

/* ------------------------------------------------------------------ setting up */

/* Whoever finds a computer unlocked could otherwise shut its owner out. */
static error check_fresh(platform *app, scope *db, const principal *who, const mfa_setup *in)
{
    bool found = false;
    session_beginning began = { 0 };
    account confirmed = { 0 };
    TRY(sql_session_began(db, &(sql_session_began_in){ .jti = who->jti }, &found, &began));
    if (found && scope_now(db) - began.began_at <= MINUTES(MFA_FRESH_MINUTES)) return OK;
    if (!text_is(in->password))
        return fail(db->arena, INVALID, "/password", "You signed in a while ago: give your password as well.");
    return identity_confirm(app, db, who, &(mfa_confirmation){ .password = in->password }, "/password", &confirmed);
}

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
    if (!text_is(in->mfa_token) && who) TRY(check_fresh(app, db, who, in));
    TRY(whose(db, who, in->mfa_token, false, &owner));
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
    if (owner->mfa_enabled) return fail(db->arena, CONFLICT, "", "There is a second factor already.");
    if (!text_is(owner->mfa_secret))
        return fail(db->arena, CONFLICT, "", "Ask for a secret first: POST /auth/mfa/setup.");
    TRY(use_totp(app, db, owner, plain_code(db->arena, code), &good));
    if (good) return OK;
    TRY(scope_pause(db)); /* the try stays counted */
    return fail(db->arena, INVALID, "/code",
                "This code does not fit. Take the one that your app shows now, and look at the clock of its device.");
}

error mfa_enable(platform *app, scope *db, const principal *who, const mfa_proof *in, mfa_enabled *out)
{
    account owner = { 0 };
    int64_t changed = 0;
    sessions_ended over = { 0 };
    instant now = scope_now(db);
    TRY(whose(db, who, in->mfa_token, true, &owner));
    TRY(scope_set_org(db, owner.org_id));
    TRY(check_first_code(app, db, &owner, in->code));
    if (text_is(in->mfa_token)) {
        text hash = opaque_token_hash(db->arena, in->mfa_token);
        TRY(sql_mfa_challenge_use(db, &(sql_mfa_challenge_use_in){ .token_hash = hash, .now = now }, &changed));
        if (changed != 1) return ended(db->arena);
    }
    TRY(sql_mfa_switch_on(db, &(sql_mfa_switch_on_in){ .org_id = owner.org_id, .id = owner.id }, &changed));
    if (changed != 1) return fail(db->arena, CONFLICT, "", "There is a second factor already.");
    TRY(renew_codes(db, &owner, &out->recovery_codes));
    /* Sessions that began without it end. */
    TRY(sql_sessions_end(db,
                         &(sql_sessions_end_in){ .org_id = owner.org_id,
                                                 .user_id = owner.id,
                                                 .reason = TEXT("second factor switched on"),
                                                 .now = now,
                                                 .token_expires_at = now + MINUTES(ACCESS_MINUTES) },
                         &over));
    TRY(sql_user_signed_in(db, &(sql_user_signed_in_in){ .id = owner.id, .org_id = owner.org_id }));
    TRY(tell(app, db, &owner, LETTER_MFA_ON));
    return identity_give_tokens(app, db, &owner, uuid_v4(), &out->tokens);
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
    if (!found) return ended(db->arena);
    TRY(person(db, challenged.user_id, &who));
    TRY(lockout_attempt(db, who.email, &attempt)); /* commits both counts */
    TRY(scope_set_org(db, who.org_id));
    TRY(use_code(app, db, &who, in->code, &good));
    if (!good) {
        TRY(lockout_failed(db, &who, who.email, "mfa_failed", &attempt));
        return wrong_code(db->arena);
    }
    TRY(sql_mfa_challenge_use(db, &(sql_mfa_challenge_use_in){ .token_hash = hash, .now = now }, &used));
    if (used != 1) return ended(db->arena);
    TRY(lockout_succeeded(db, &who, &attempt));
    TRY(sql_user_signed_in(db, &(sql_user_signed_in_in){ .id = who.id, .org_id = who.org_id }));
    return identity_give_tokens(app, db, &who, uuid_v4(), out);
}

/* ------------------------------------------------------------------ confirming, changing */

error identity_confirm(platform *app, scope *db, const principal *who, const mfa_confirmation *in,
                       const char *password_pointer, account *out)
{
    bool good = true;
    password_verdict verdict = { 0 };
    sign_in_attempted attempt = { 0 };
    TRY(person(db, who->user_id, out));
    TRY(lockout_attempt(db, out->email, &attempt));
    error unchecked = OK;
    if (text_is(out->password_hash) && text_is(in->password))
        unchecked = password_verify(app->passwords, db->arena, out->password_hash, in->password, &verdict);
    if (unchecked) return lockout_unchecked(db, out->email, &attempt, unchecked);
    bool matches = verdict.matches;
    TRY(scope_set_org(db, out->org_id));
    if (matches && out->mfa_enabled) TRY(use_code(app, db, out, text_is(in->code) ? in->code : TEXT(""), &good));
    if (matches && good) return lockout_succeeded(db, out, &attempt);
    TRY(lockout_failed(db, out, out->email, matches ? "mfa_failed" : "login_failed", &attempt));
    if (!matches) return fail(db->arena, INVALID, password_pointer, "This is not your password.");
    return fail(db->arena, INVALID, "/code",
                "This code is wrong, or was used already. Wait for the next one, or use a recovery code.");
}

static error check_has(arena *a, const account *who)
{
    return who->mfa_enabled ? OK : fail(a, CONFLICT, "", "You have no second factor. Set one up first.");
}

error mfa_disable(platform *app, scope *db, const principal *who, const mfa_confirmation *in)
{
    account owner = { 0 };
    int64_t changed = 0;
    TRY(person(db, who->user_id, &owner));
    TRY(check_has(db->arena, &owner));
    if (owner.mfa_required && !app->mfa_is_optional)
        return fail(db->arena, FORBIDDEN, "", "Your role needs a second factor; it cannot be switched off.");
    TRY(identity_confirm(app, db, who, in, "/password", &owner));
    TRY(sql_mfa_codes_forget(db, &(sql_mfa_codes_forget_in){ .org_id = owner.org_id, .user_id = owner.id }));
    TRY(sql_mfa_switch_off(db, &(sql_mfa_switch_off_in){ .org_id = owner.org_id, .id = owner.id }, &changed));
    return tell(app, db, &owner, LETTER_MFA_OFF);
}

error mfa_renew_codes(platform *app, scope *db, const principal *who, const mfa_confirmation *in, mfa_codes *out)
{
    account owner = { 0 };
    TRY(person(db, who->user_id, &owner));
    TRY(check_has(db->arena, &owner));
    TRY(identity_confirm(app, db, who, in, "/password", &owner));
    return renew_codes(db, &owner, &out->recovery_codes);
}
