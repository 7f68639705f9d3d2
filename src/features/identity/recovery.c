#include "features/identity/recovery.h"

#include "crypto/password.h"
#include "crypto/random.h"
#include "features/identity/mfa.h"
#include "features/mail/mail.h"

/* ------------------------------------------------------------------ asking */

error recovery_forgot(scope *db, const address_given *in, accepted *out)
{
    out->message = TEXT("If this address has an account, a letter with a link is on its way. The link is good for 30 "
                        "minutes.");
    return sql_recovery_ask(db, &(sql_recovery_ask_in){ .kind = TEXT("RESET"), .email = in->email });
}

error recovery_ask_verification(scope *db, text email)
{
    return sql_recovery_ask(db, &(sql_recovery_ask_in){ .kind = TEXT("VERIFY_EMAIL"), .email = email });
}

error recovery_resend(scope *db, const address_given *in, accepted *out)
{
    out->message = TEXT("If this address has an account and is not confirmed yet, a letter with a link is on its way.");
    return recovery_ask_verification(db, in->email);
}

error recovery_tell_known(scope *db, text email)
{
    return sql_recovery_ask(db, &(sql_recovery_ask_in){ .kind = TEXT("KNOWN_ADDRESS"), .email = email });
}

error recovery_tell_locked(scope *db, text email, instant until)
{
    return sql_recovery_ask(
        db, &(sql_recovery_ask_in){ .kind = TEXT("LOCKED"), .email = email, .locked_until = { true, until } });
}

error recovery_change_email(platform *app, scope *db, const principal *who, const email_change *in, accepted *out)
{
    account owner = { 0 };
    mfa_confirmation given = { .password = in->password, .code = in->code };
    TRY(identity_confirm(app, db, who, &given, "/password", &owner));
    if (text_equal(in->new_email, owner.email))
        return fail(db->arena, INVALID, "/new_email", "This is your address already.");
    out->message =
        TEXT("Open the link in the letter that is on its way to the new address. Until then the old one stays.");
    return sql_recovery_ask(
        db, &(sql_recovery_ask_in){ .kind = TEXT("EMAIL_CHANGE"), .email = owner.email, .new_email = in->new_email });
}

/* ------------------------------------------------------------------ showing a link */

static error gone(arena *a)
{
    return fail(a, GONE, "",
                "This link is not good any more: it was used, has run out, or is not whole. Ask for a new one.");
}

static error find(scope *db, text token, user_token *out, account *owner)
{
    bool found = false;
    *out = (user_token){ 0 };
    *owner = (account){ 0 };
    TRY(sql_user_token_find(
        db, &(sql_user_token_find_in){ .token_hash = opaque_token_hash(db->arena, token), .now = scope_now(db) },
        &found, out));
    if (!found) return gone(db->arena);
    TRY(sql_account_by_id(db, &(sql_account_by_id_in){ .id = out->user_id }, &found, owner));
    return found ? OK : gone(db->arena);
}

static error use(scope *db, text token, const user_token *held)
{
    int64_t used = 0;
    TRY(scope_set_org(db, held->org_id));
    TRY(sql_user_token_use(db,
                           &(sql_user_token_use_in){ .token_hash = opaque_token_hash(db->arena, token),
                                                     .purpose = held->purpose,
                                                     .now = scope_now(db) },
                           &used));
    return used == 1 ? OK : gone(db->arena);
}

/* What somebody else may have begun with the old password ends. */
static error end_all(scope *db, const account *owner)
{
    sessions_ended over = { 0 };
    instant now = scope_now(db);
    TRY(sql_sessions_end(db,
                         &(sql_sessions_end_in){ .org_id = owner->org_id,
                                                 .user_id = owner->id,
                                                 .reason = TEXT("password reset"),
                                                 .now = now,
                                                 .token_expires_at = now + MINUTES(ACCESS_MINUTES) },
                         &over));
    TRY(sql_mfa_challenges_end(
        db, &(sql_mfa_challenges_end_in){ .org_id = owner->org_id, .user_id = owner->id, .now = now }));
    return sql_user_tokens_end(
        db, &(sql_user_tokens_end_in){
                .org_id = owner->org_id, .user_id = owner->id, .purpose = TEXT("RESET"), .now = now });
}

error recovery_reset(platform *app, scope *db, const password_reset *in)
{
    user_token held;
    account owner;
    text hash;
    TRY(find(db, in->token, &held, &owner));
    if (!text_equal_string(held.purpose, "RESET")) return gone(db->arena);
    TRY(identity_check_password(db, &owner, in->password, "/password"));
    TRY(scope_pause(db)); /* argon2id takes a while: no connection waits for it */
    TRY(password_hash(app->passwords, db->arena, in->password, &hash));
    TRY(use(db, in->token, &held));
    TRY(sql_user_password_reset(
        db, &(sql_user_password_reset_in){
                .org_id = owner.org_id, .id = owner.id, .password_hash = hash, .now = scope_now(db) }));
    TRY(end_all(db, &owner));
    return mail_queue(
        app, db,
        &(letter){
            .kind = LETTER_PASSWORD_RESET, .to = owner.email, .language = owner.locale, .link = TEXT("/app/forgot") });
}

static error change_address(platform *app, scope *db, const user_token *held, const account *owner)
{
    int64_t changed = 0;
    error bad =
        sql_user_email_set(db,
                           &(sql_user_email_set_in){
                               .org_id = owner->org_id, .id = owner->id, .email = held->email, .now = scope_now(db) },
                           &changed);
    /* Somebody took the address meanwhile, perhaps at this moment: who, or that it was, is nobody's business. */
    if (bad && bad->kind == CONFLICT) return gone(db->arena);
    TRY(bad);
    if (changed != 1) return gone(db->arena);
    return mail_queue(app, db,
                      &(letter){ .kind = LETTER_EMAIL_CHANGED,
                                 .to = owner->email,
                                 .language = owner->locale,
                                 .values = { { "new_email", held->email } } });
}

error recovery_verify(platform *app, scope *db, const link_shown *in, link_done *out)
{
    user_token held;
    account owner;
    TRY(find(db, in->token, &held, &owner));
    out->email_changed = text_equal_string(held.purpose, "EMAIL_CHANGE");
    if (!out->email_changed && !text_equal_string(held.purpose, "VERIFY_EMAIL")) return gone(db->arena);
    TRY(use(db, in->token, &held));
    if (out->email_changed) return change_address(app, db, &held, &owner);
    return sql_user_email_verify(
        db, &(sql_user_email_verify_in){ .org_id = owner.org_id, .id = owner.id, .now = scope_now(db) });
}
