#include "features/identity/factors.h"

#include "crypto/hash.h"
#include "crypto/password.h"
#include "crypto/random.h"
#include "crypto/totp.h"
#include "features/door/door.h"
#include "features/identity/lockout.h"
#include "features/mail/mail.h"

/* ------------------------------------------------------------------ who */

error factor_ended(arena *a)
{
    return fail(a, UNAUTHENTICATED, "",
                "This sign-in has run out of time or tries. Begin again with your e-mail and password.");
}

error factor_person(scope *db, uuid id, account *out)
{
    bool found = false;
    *out = (account){ 0 };
    TRY(sql_account_by_id(db, &(sql_account_by_id_in){ .id = id }, &found, out));
    return found && out->is_active ? OK : factor_ended(db->arena);
}

error factor_whose(scope *db, const principal *who, text token, bool counts, account *out)
{
    bool found = false;
    mfa_challenged challenged = { 0 };
    instant now = scope_now(db);
    *out = (account){ 0 };
    if (!text_is(token)) {
        if (!who)
            return fail(db->arena, UNAUTHENTICATED, "", "Sign in first, or send the mfa_token that signing in gave.");
        return factor_person(db, who->user_id, out);
    }
    text hash = opaque_token_hash(db->arena, token);
    if (counts)
        TRY(sql_mfa_challenge_try(db, &(sql_mfa_challenge_try_in){ .token_hash = hash, .is_setup = true, .now = now },
                                  &found, &challenged));
    else
        TRY(sql_mfa_challenge_find(db, &(sql_mfa_challenge_find_in){ .token_hash = hash, .is_setup = true, .now = now },
                                   &found, &challenged));
    if (!found) return factor_ended(db->arena);
    if (who && !uuid_equal(who->user_id, challenged.user_id))
        return fail(db->arena, CONFLICT, "", "You are signed in as somebody else. Sign out first.");
    if (counts) TRY(factor_hold(db, challenged.org_id, challenged.user_id));
    TRY(factor_person(db, challenged.user_id, out));
    /* The token was given to somebody without one: a password alone must not add another. */
    return out->mfa_enabled ? fail(db->arena, CONFLICT, "", "There is a second factor already.") : OK;
}

error factor_hold(scope *db, uuid org_id, uuid user_id)
{
    TRY(scope_set_org(db, org_id));
    return sql_account_hold(db, &(sql_account_hold_in){ .org_id = org_id, .id = user_id });
}

/* Whoever finds a computer unlocked could otherwise shut its owner out. */
error factor_check_fresh(platform *app, scope *db, const principal *who, const mfa_confirmation *in)
{
    account confirmed = { 0 };
    if (!door_check_fresh(db->arena, who, scope_now(db))) return OK;
    if (!text_is(in->password))
        return fail(db->arena, INVALID, "/password", "You signed in a while ago: give your password as well.");
    return identity_confirm(app, db, who, in, "/password", &confirmed);
}

/* ------------------------------------------------------------------ codes */

text factor_plain_code(arena *a, text code)
{
    text_builder b = text_builder_in(a);
    for (size_t i = 0; i < code.length; i++) {
        char c = code.data[i];
        if (c == ' ' || c == '-') continue;
        text_add_char(&b, c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c);
    }
    return text_built(&b);
}

error factor_use_totp(const platform *app, scope *db, const account *who, text code, bool *good)
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

error factor_use_code(platform *app, scope *db, const account *who, text said, bool *good)
{
    *good = false;
    if (!who->mfa_enabled) return OK;
    text code = factor_plain_code(db->arena, said);
    /* A secret that is only being set up is no factor yet. */
    if (code.length == TOTP_DIGITS && who->totp_enabled) return factor_use_totp(app, db, who, code, good);
    return use_recovery_code(app, db, who, code, good);
}

/* 120 random bits as 24 characters of RFC 4648's base 32 in six groups: more than anybody can guess, so that a plain
 * hash keeps them. */
static text new_recovery_code(arena *a, text *hash)
{
    uint8_t bits[15];
    random_fill(bits, sizeof bits);
    text code = totp_base32(a, (text){ (const char *)bits, sizeof bits });
    *hash = sha256_bytes(a, code);
    text_builder b = text_builder_in(a);
    for (size_t at = 0; at < code.length; at += 4) text_add_format(&b, "%s%.4s", at ? "-" : "", code.data + at);
    return text_built(&b);
}

error factor_renew_codes(scope *db, const account *who, text_list *out)
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

/* ------------------------------------------------------------------ letters */

static error tell(platform *app, scope *db, const account *who, letter_kind kind, const char *what)
{
    return mail_queue(app, db,
                      &(letter){ .kind = kind,
                                 .to = who->email,
                                 .language = who->locale,
                                 .link = TEXT("/app/settings/security"),
                                 .values = { { what ? "what" : NULL, text_of(what ? what : "") } } });
}

error factor_tell_changed(platform *app, scope *db, const account *who, const char *what)
{
    return tell(app, db, who, LETTER_MFA_CHANGED, what);
}

error factor_tell_gone(platform *app, scope *db, const account *who)
{
    return tell(app, db, who, LETTER_MFA_OFF, NULL);
}

/* ------------------------------------------------------------------ the first one */

error factor_begin(platform *app, scope *db, const account *owner, text mfa_token, mfa_enabled *out)
{
    sessions_ended over = { 0 };
    int64_t changed = 0;
    instant now = scope_now(db);
    if (text_is(mfa_token)) {
        text hash = opaque_token_hash(db->arena, mfa_token);
        TRY(sql_mfa_challenge_use(db, &(sql_mfa_challenge_use_in){ .token_hash = hash, .now = now }, &changed));
        if (changed != 1) return factor_ended(db->arena);
    }
    if (!owner->mfa_enabled) TRY(factor_renew_codes(db, owner, &out->recovery_codes));
    TRY(sql_sessions_end(db,
                         &(sql_sessions_end_in){ .org_id = owner->org_id,
                                                 .user_id = owner->id,
                                                 .reason = TEXT("second factor switched on"),
                                                 .now = now,
                                                 .token_expires_at = now + MINUTES(ACCESS_MINUTES) },
                         &over));
    TRY(sql_user_signed_in(db, &(sql_user_signed_in_in){ .id = owner->id, .org_id = owner->org_id }));
    TRY(owner->mfa_enabled ? factor_tell_changed(app, db, owner, "CODES_ADDED")
                           : tell(app, db, owner, LETTER_MFA_ON, NULL));
    return identity_give_tokens(app, db, owner, uuid_v4(), &out->tokens);
}

/* ------------------------------------------------------------------ confirming */

error factor_check_password(platform *app, scope *db, const account *who, text password,
                            const sign_in_attempted *attempt, bool *matches)
{
    password_verdict verdict = { 0 };
    *matches = false;
    if (!text_is(who->password_hash) || !text_is(password)) return OK;
    TRY(scope_pause(db)); /* argon2id takes a while: no connection waits for it */
    error unchecked = password_verify(app->passwords, db->arena, who->password_hash, password, &verdict);
    if (unchecked) return lockout_unchecked(db, who->email, attempt, unchecked);
    *matches = verdict.matches;
    return OK;
}

error identity_confirm(platform *app, scope *db, const principal *who, const mfa_confirmation *in,
                       const char *password_pointer, account *out)
{
    bool matches, good = true;
    sign_in_attempted attempt = { 0 };
    TRY(factor_person(db, who->user_id, out));
    /* Who has passkeys alone steps up by one first; a recovery code does, too. */
    bool has_code = text_is(in->code) && in->code.length;
    if (out->has_passkey && !out->totp_enabled && !has_code) TRY(door_check_fresh(db->arena, who, scope_now(db)));
    bool wants_code = out->totp_enabled || (out->mfa_enabled && has_code);
    TRY(lockout_attempt(db, out->email, &attempt));
    TRY(factor_check_password(app, db, out, in->password, &attempt, &matches));
    TRY(scope_set_org(db, out->org_id));
    if (matches && wants_code) TRY(factor_use_code(app, db, out, has_code ? in->code : TEXT(""), &good));
    if (matches && good) return lockout_succeeded(db, out, &attempt);
    TRY(lockout_failed(db, out, out->email, matches ? "mfa_failed" : "login_failed", &attempt));
    if (!matches) return fail(db->arena, INVALID, password_pointer, "This is not your password.");
    return fail(db->arena, INVALID, "/code",
                "This code is wrong, or was used already. Wait for the next one, or use a recovery code.");
}
