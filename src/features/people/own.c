#include "features/people/own.h"

error own_change_profile(scope *db, const principal *who, const own_change *change, person *out)
{
    int64_t changed;
    TRY(sql_own_profile_update(
        db, &(sql_own_profile_update_in){ .id = who->user_id, .name = change->name, .locale = change->locale },
        &changed));
    return people_read(db, who, who->user_id, out);
}

error own_export(scope *db, const principal *who, own_data *out)
{
    bool found;
    own_session_list sessions;
    own_event_list events;
    TRY(sql_own_profile(db, &(sql_own_profile_in){ .org_id = who->org_id, .id = who->user_id }, &found, &out->profile));
    if (!found) return fail(db->arena, UNAUTHENTICATED, "", "Your session has ended. Sign in again.");
    TRY(sql_own_sessions(
        db, &(sql_own_sessions_in){ .org_id = who->org_id, .user_id = who->user_id, .lim = MOST_OWN_ROWS }, &sessions));
    TRY(sql_own_audit(db, &(sql_own_audit_in){ .org_id = who->org_id, .user_id = who->user_id, .lim = MOST_OWN_ROWS },
                      &events));
    out->exported_at = scope_now(db);
    out->sessions = (item_list){ sessions.items, sessions.count };
    out->events = (item_list){ events.items, events.count };
    return OK;
}

error own_erase(platform *app, scope *db, const principal *who, const mfa_confirmation *in)
{
    account owner = { 0 };
    person_erasure done;
    TRY(identity_confirm(app, db, who, in, "/password", &owner));
    instant now = scope_now(db);
    TRY(sql_person_erase(
        db, &(sql_person_erase_in){ .id = owner.id, .now = now, .token_expires_at = now + MINUTES(ACCESS_MINUTES) },
        &done));
    return done.erased ? OK : fail(db->arena, UNAUTHENTICATED, "", "Your session has ended. Sign in again.");
}
