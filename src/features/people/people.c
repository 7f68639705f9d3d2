#include "features/people/people.h"

#include "features/access/access.h"
#include "features/door/door.h"
#include "ledger/ledger.h"

const char *const person_status_names[] = { "ACTIVE", "DEACTIVATED", "LOCKED", NULL };

/* ------------------------------------------------------------------ reading */

static error none(arena *a)
{
    return fail(a, NOT_FOUND, "/id", "There is no person with this id in your organization.");
}

static bool manages(const principal *who)
{
    return access_may(who, "manage_users");
}

/* How somebody signs in, and when, is for those alone who manage people. */
static void hide(person *p)
{
    p->email_verified = p->mfa_enabled = p->mfa_required = (maybe_bool){ 0 };
    p->mfa_reset_asked_by = (maybe_uuid){ 0 };
    p->last_login_at = p->locked_until = (maybe_instant){ 0 };
}

static const person *hidden(arena *a, const person_list *rows)
{
    person *out = ARENA_ARRAY(a, rows->count, person);
    for (size_t i = 0; i < rows->count; i++) {
        out[i] = rows->items[i];
        hide(&out[i]);
    }
    return out;
}

error people_list(scope *db, const principal *who, const people_query *query, page_reply *out)
{
    sql_people_list_in in = {
        .q = query->q, .role = query->role, .status = query->status, .now = scope_now(db), .lim = query->page.limit + 1
    };
    if (text_equal_string(query->status, "LOCKED") && !manages(who))
        return fail(db->arena, FORBIDDEN, "/status", "Only who manages people may see who is locked out.");
    if (text_is(query->page.cursor)) {
        in.after_id.is_set = true;
        TRY(cursor_read(db->arena, query->page.cursor, &in.after_name, &in.after_id.value));
    }
    person_list rows;
    TRY(sql_people_list(db, &in, &rows));
    size_t shown = rows.count > (size_t)query->page.limit ? (size_t)query->page.limit : rows.count;
    *out = (page_reply){ .items = manages(who) ? rows.items : hidden(db->arena, &rows), .count = shown };
    if (shown < rows.count)
        out->next_cursor = cursor_write(db->arena, rows.items[shown - 1].name, rows.items[shown - 1].id);
    return OK;
}

error people_read(scope *db, const principal *who, uuid id, person *out)
{
    bool found;
    TRY(sql_person_by_id(db, &(sql_person_by_id_in){ .id = id, .now = scope_now(db) }, &found, out));
    if (!found) return none(db->arena);
    if (!manages(who) && !uuid_equal(who->user_id, id)) hide(out);
    return OK;
}

/* ------------------------------------------------------------------ who may change whom */

/* Holds the person. Somebody who stands above is changed by nobody below, or a helper could make himself the master. */
static error take(scope *db, const principal *who, uuid id, person_held *out)
{
    bool found;
    TRY(sql_person_hold(db, &(sql_person_hold_in){ .id = id }, &found, out));
    if (!found) return none(db->arena);
    if (role_rank(out->role) > role_rank(who->role) || (out->is_super_admin && !who->is_super_admin))
        return fail(db->arena, FORBIDDEN, "",
                    "This person stands above you; somebody of the same standing may do this.");
    return OK;
}

static error take_other(scope *db, const principal *who, uuid id, const char *instead, person_held *out)
{
    TRY(take(db, who, id, out));
    if (uuid_equal(who->user_id, id)) return fail(db->arena, FORBIDDEN, "", "This is your own account. %s", instead);
    return OK;
}

static error count_ended(scope *db, uuid id, const char *reason, int64_t *count)
{
    person_sessions_over over;
    instant now = scope_now(db);
    TRY(sql_person_sessions_end(
        db,
        &(sql_person_sessions_end_in){
            .id = id, .reason = text_of(reason), .now = now, .token_expires_at = now + MINUTES(ACCESS_MINUTES) },
        &over));
    *count = over.families;
    return OK;
}

static error end_sessions(scope *db, uuid id, const char *reason)
{
    int64_t count;
    return count_ended(db, id, reason, &count);
}

/* ------------------------------------------------------------------ changing */

static error check_role(scope *db, const principal *who, const person_held *held, text role)
{
    if (uuid_equal(who->user_id, held->id))
        return fail(db->arena, FORBIDDEN, "/role", "Nobody changes his own role. Ask another administrator.");
    if (!access_covers(who, role))
        return fail(db->arena, FORBIDDEN, "/role", "Nobody gives a role that may do more than himself.");
    return door_check_fresh(db->arena, who, scope_now(db));
}

/* The entry that the new role stands on; the old role's sessions and invitations end. */
static error change_role(scope *db, const person_held *held, text role, maybe_uuid *entry)
{
    text says = identity_permission(db->arena, held->id, role, held->is_super_admin);
    entry->is_set = true;
    TRY(ledger_append(db, LEDGER_PERMISSION_CHANGED, "user", held->id, says, &entry->value));
    return OK;
}

static error revoke_invites(scope *db, uuid created_by)
{
    return sql_invites_revoke_of(db, &(sql_invites_revoke_of_in){ .created_by = created_by, .now = scope_now(db) });
}

error people_change(scope *db, const principal *who, uuid id, int64_t version, const person_change *change,
                    bool *role_changed, person *out)
{
    person_held held;
    maybe_uuid entry = { 0 };
    int64_t updated = 0;
    TRY(take(db, who, id, &held));
    if (held.version != version)
        return fail(db->arena, STALE, "", "This person has been changed since you opened the page. Load it again.");
    *role_changed = text_is(change->role) && !text_equal(change->role, held.role);
    if (*role_changed) {
        TRY(check_role(db, who, &held, change->role));
        TRY(change_role(db, &held, change->role, &entry));
    }
    TRY(sql_person_update(db,
                          &(sql_person_update_in){ .id = id,
                                                   .name = change->name,
                                                   .locale = change->locale,
                                                   .role = *role_changed ? change->role : held.role,
                                                   .ledger_entry_id = entry },
                          &updated));
    if (*role_changed) {
        TRY(end_sessions(db, id, "role changed"));
        TRY(revoke_invites(db, id));
    }
    return people_read(db, who, id, out);
}

/* ------------------------------------------------------------------ letting go, and back in */

error people_deactivate(scope *db, const principal *who, uuid id, person *out)
{
    person_held held;
    TRY(take_other(db, who, id, "Ask another administrator, or delete it in your settings.", &held));
    if (!held.is_active) return fail(db->arena, CONFLICT, "", "This person is deactivated already.");
    TRY(sql_person_set_active(db, &(sql_person_set_active_in){ .id = id, .is_active = false }));
    TRY(end_sessions(db, id, "deactivated"));
    TRY(revoke_invites(db, id));
    return people_read(db, who, id, out);
}

error people_reactivate(scope *db, const principal *who, uuid id, person *out)
{
    person_held held;
    TRY(take(db, who, id, &held));
    if (held.is_active) return fail(db->arena, CONFLICT, "", "This person is active already.");
    TRY(sql_person_set_active(db, &(sql_person_set_active_in){ .id = id, .is_active = true }));
    return people_read(db, who, id, out);
}

error people_end_sessions(scope *db, const principal *who, uuid id, people_ended *out)
{
    person_held held;
    TRY(take_other(db, who, id, "End them in your settings.", &held));
    return count_ended(db, id, "ended by an administrator", &out->ended);
}

error people_reset_mfa(scope *db, const principal *who, uuid id, mfa_reset *out)
{
    bool found;
    person_held held;
    person_mfa_reset_state reset;
    /* A super admin's is reset by two, who need not be super admins: there may be no other one. */
    TRY(sql_person_hold(db, &(sql_person_hold_in){ .id = id }, &found, &held));
    if (!found) return none(db->arena);
    if (uuid_equal(who->user_id, id))
        return fail(db->arena, FORBIDDEN, "", "This is your own account. Use a recovery code, or ask a colleague.");
    if (role_rank(held.role) > role_rank(who->role))
        return fail(db->arena, FORBIDDEN, "",
                    "This person stands above you; somebody of the same standing may do this.");
    TRY(sql_person_mfa_reset(db, &(sql_person_mfa_reset_in){ .id = id, .now = scope_now(db) }, &reset));
    out->state = reset.state;
    return text_equal_string(reset.state, "DONE") ? end_sessions(db, id, "second factor reset") : OK;
}

error people_erase(scope *db, const principal *who, uuid id)
{
    person_held held;
    person_erasure done;
    instant now = scope_now(db);
    TRY(take_other(db, who, id, "Delete it in your settings, where your password is asked for.", &held));
    TRY(sql_person_erase(
        db, &(sql_person_erase_in){ .id = id, .now = now, .token_expires_at = now + MINUTES(ACCESS_MINUTES) }, &done));
    return done.erased ? OK : none(db->arena);
}
