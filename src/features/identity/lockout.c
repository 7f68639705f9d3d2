#include "features/identity/lockout.h"

#include "door.sql.h"
#include "features/identity/recovery.h"

/* The same for every cause and everybody; only how long differs. */
static error locked(arena *a, instant until, instant now)
{
    int64_t seconds = (until - now) / SECONDS(1) + 1;
    text at = instant_format(a, until);
    text message =
        text_format(a,
                    "Too many wrong attempts: signing in to this account is locked until %.5s UTC, for %lld "
                    "more minute%s. Wait, or ask an administrator of your organization to unlock it.",
                    at.data + strlen("2026-01-01T"), (long long)((seconds + 59) / 60), seconds > 60 ? "s" : "");
    return fail_later(a, LOCKED, (int)seconds, message.data);
}

error lockout_attempt(scope *db, text email, sign_in_attempted *out)
{
    instant now = scope_now(db);
    TRY(sql_sign_in_attempt(db, &(sql_sign_in_attempt_in){ .email = email, .now = now }, out));
    TRY(scope_pause(db));
    return out->refused && out->until.is_set ? locked(db->arena, out->until.value, now) : OK;
}

static error note(scope *db, const account *who, const char *event, const char *outcome)
{
    return sql_audit_insert(db, &(sql_audit_insert_in){
                                    .org_id = { who != NULL, who ? who->org_id : (uuid){ { 0 } } },
                                    .actor_kind = TEXT("PUBLIC"),
                                    .event = text_of(event),
                                    .outcome = text_of(outcome),
                                    .subject_type = who ? TEXT("user") : NO_TEXT,
                                    .subject_id = { who != NULL, who ? who->id : (uuid){ { 0 } } },
                                    .request_id = db->who.request_id,
                                    .ip = db->who.ip,
                                    .user_agent = db->who.user_agent,
                                });
}

error lockout_failed(scope *db, const account *who, text email, const char *event, const sign_in_attempted *attempt)
{
    if (who) TRY(scope_set_org(db, who->org_id));
    TRY(note(db, who, event, "REFUSED"));
    if (!who) TRY(sql_strangers_forget(db, &(sql_strangers_forget_in){ .before = scope_now(db) - DAYS(2) }));
    if (attempt->locks) {
        TRY(note(db, who, "lockout", "OK"));
        TRY(recovery_tell_locked(db, email, attempt->until.value));
    }
    return scope_pause(db);
}

error lockout_succeeded(scope *db, const account *who, const sign_in_attempted *attempt)
{
    return sql_lockout_clear(
        db, &(sql_lockout_clear_in){ .org_id = who->org_id, .id = who->id, .had_locked = attempt->locks });
}

error lockout_uncount(scope *db, const account *who, const sign_in_attempted *attempt)
{
    return sql_lockout_uncount(
        db, &(sql_lockout_uncount_in){ .org_id = who->org_id, .id = who->id, .had_locked = attempt->locks });
}

error lockout_unchecked(scope *db, text email, const sign_in_attempted *attempt, error why)
{
    TRY(sql_lockout_take_back(db, &(sql_lockout_take_back_in){ .email = email, .had_locked = attempt->locks }));
    TRY(scope_pause(db));
    return why;
}

error lockout_unlock(scope *db, uuid user_id)
{
    int64_t unlocked;
    TRY(sql_lockout_lift(db, &(sql_lockout_lift_in){ .id = user_id }, &unlocked));
    return unlocked ? OK : fail(db->arena, NOT_FOUND, "/id", "There is no person with this id in your organization.");
}
