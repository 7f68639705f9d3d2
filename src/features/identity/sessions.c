#include "features/identity/sessions.h"

#include "crypto/password.h"
#include "features/mail/mail.h"

static error end(scope *db, const principal *who, maybe_uuid only, maybe_uuid but, const char *reason, int64_t *count)
{
    sessions_ended over = { 0 };
    instant now = scope_now(db);
    TRY(scope_set_org(db, who->org_id));
    TRY(sql_sessions_end(db,
                         &(sql_sessions_end_in){ .org_id = who->org_id,
                                                 .user_id = who->user_id,
                                                 .only = only,
                                                 .but = but,
                                                 .reason = text_of(reason),
                                                 .now = now,
                                                 .token_expires_at = now + MINUTES(ACCESS_MINUTES) },
                         &over));
    *count = over.families;
    return OK;
}

error sessions_list(scope *db, const principal *who, session_list *out)
{
    session_row_list rows = { 0 };
    TRY(sql_sessions_of_user(
        db,
        &(sql_sessions_of_user_in){
            .org_id = who->org_id, .user_id = who->user_id, .jti = who->jti, .now = scope_now(db) },
        &rows));
    out->items = (item_list){ rows.items, rows.count };
    return OK;
}

error sessions_end_one(scope *db, const principal *who, uuid id)
{
    int64_t count = 0;
    TRY(end(db, who, (maybe_uuid){ true, id }, (maybe_uuid){ 0 }, "ended by its owner", &count));
    return count ? OK : fail(db->arena, NOT_FOUND, "/id", "You have no open session with this id.");
}

error sessions_end_others(scope *db, const principal *who, const char *reason, sessions_over *out)
{
    bool found = false;
    session_beginning mine = { 0 };
    TRY(sql_session_began(db, &(sql_session_began_in){ .jti = who->jti }, &found, &mine));
    return end(db, who, (maybe_uuid){ 0 }, (maybe_uuid){ found, mine.family_id }, reason, &out->ended);
}

error identity_change_password(platform *app, scope *db, const principal *who, const password_change *in,
                               sessions_over *out)
{
    account owner = { 0 };
    text hash;
    mfa_confirmation given = { .password = in->current_password, .code = in->code };
    TRY(identity_confirm(app, db, who, &given, "/current_password", &owner));
    TRY(identity_check_password(db, &owner, in->new_password, "/new_password"));
    if (text_equal(in->new_password, in->current_password))
        return fail(db->arena, INVALID, "/new_password", "This is your password already. Choose another.");
    TRY(scope_pause(db)); /* argon2id takes a while: no connection waits for it */
    TRY(password_hash(app->passwords, db->arena, in->new_password, &hash));
    TRY(scope_set_org(db, owner.org_id));
    TRY(sql_user_password_set(
        db, &(sql_user_password_set_in){
                .org_id = owner.org_id, .id = owner.id, .password_hash = hash, .now = scope_now(db) }));
    TRY(sessions_end_others(db, who, "password changed", out));
    return mail_queue(app, db,
                      &(letter){ .kind = LETTER_PASSWORD_CHANGED,
                                 .to = owner.email,
                                 .language = owner.locale,
                                 .link = TEXT("/app/forgot") });
}
