#include "features/people/invites.h"

#include "crypto/password.h"
#include "crypto/random.h"
#include "features/access/access.h"
#include "features/mail/mail.h"
#include "features/organizations/organizations.h"

const char *const invite_status_names[] = { "OPEN", "USED", "EXPIRED", "REVOKED", NULL };

/* ------------------------------------------------------------------ making */

static error check_draft(scope *db, const principal *who, const invite_draft *in)
{
    if (!access_covers(who, in->role))
        return fail(db->arena, FORBIDDEN, "/role", "Nobody invites to a role that may do more than himself.");
    if (!text_is(in->email)) return OK;
    person_with_address known;
    if (in->max_uses.is_set && in->max_uses.value > 1)
        return fail(db->arena, INVALID, "/max_uses", "An invitation of one address is for one person.");
    /* Only of the own organization, whose people the asker sees anyway. */
    TRY(sql_person_has_address(db, &(sql_person_has_address_in){ .email = in->email }, &known));
    return known.is_here ? fail(db->arena, CONFLICT, "/email", "This person is in your organization already.") : OK;
}

/* To the address that it is bound to, if to one. */
static error send_invitation(platform *app, scope *db, const invite_made *made)
{
    organization ours;
    if (!text_is(made->row.email)) return OK;
    TRY(organizations_current(db, &ours));
    return mail_queue(app, db,
                      &(letter){ .kind = LETTER_INVITATION,
                                 .to = made->row.email,
                                 .language = ours.locale,
                                 .link = text_format(db->arena, "/app/invite?token=%.*s", PRINT(made->token)),
                                 .values = { { "organization", ours.name },
                                             { "inviter", made->row.created_by_name },
                                             { "role", made->row.role },
                                             { "expires", instant_format(db->arena, made->row.expires_at) } } });
}

error invites_make(platform *app, scope *db, const principal *who, const invite_draft *in, text name, invite_made *out)
{
    bool found;
    int64_t made = 0;
    uuid id = uuid_v7(&db->clock);
    text token = opaque_token_new(db->arena);
    int64_t days = in->expires_in_days.is_set ? in->expires_in_days.value : INVITE_DAYS;
    instant now = scope_now(db);
    TRY(check_draft(db, who, in));
    TRY(sql_invite_insert(db,
                          &(sql_invite_insert_in){ .id = id,
                                                   .code_hash = opaque_token_hash(db->arena, token),
                                                   .prefix = { token.data, INVITE_PREFIX },
                                                   .role = in->role,
                                                   .name = name,
                                                   .email = in->email,
                                                   .max_uses = in->max_uses.is_set ? in->max_uses.value : 1,
                                                   .expires_at = now + DAYS(days),
                                                   .created_by = who->user_id,
                                                   .creator_role = who->role },
                          &made));
    if (made != 1)
        return fail(db->arena, UNAUTHENTICATED, "", "Your account was changed at this moment. Sign in again.");
    TRY(sql_invite_by_id(db, &(sql_invite_by_id_in){ .id = id, .now = now }, &found, &out->row));
    if (!found) return fail(db->arena, INTERNAL, "", "An invitation that was just made is not there.");
    out->token = token;
    out->link = text_format(db->arena, "%.*s/app/invite?token=%.*s", PRINT(app->web_url), PRINT(token));
    return send_invitation(app, db, out);
}

/* ------------------------------------------------------------------ the list */

error invites_list(scope *db, const invites_query *query, page_reply *out)
{
    text key;
    invite_list rows;
    sql_invites_list_in in = { .status = query->status, .now = scope_now(db), .lim = query->page.limit + 1 };
    if (text_is(query->page.cursor)) {
        in.after_at.is_set = in.after_id.is_set = true;
        TRY(cursor_read(db->arena, query->page.cursor, &key, &in.after_id.value));
        if (!instant_parse(key, &in.after_at.value))
            return fail(db->arena, BAD_REQUEST, "/cursor", "This cursor belongs to another list.");
    }
    TRY(sql_invites_list(db, &in, &rows));
    size_t shown = rows.count > (size_t)query->page.limit ? (size_t)query->page.limit : rows.count;
    *out = (page_reply){ .items = rows.items, .count = shown };
    if (shown == rows.count) return OK;
    const invite *last = &rows.items[shown - 1];
    out->next_cursor = cursor_write(db->arena, instant_format(db->arena, last->created_at), last->id);
    return OK;
}

error invites_revoke(scope *db, uuid id)
{
    bool found;
    invite row;
    int64_t revoked;
    instant now = scope_now(db);
    TRY(sql_invite_by_id(db, &(sql_invite_by_id_in){ .id = id, .now = now }, &found, &row));
    if (!found) return fail(db->arena, NOT_FOUND, "/id", "There is no invitation with this id in your organization.");
    return sql_invite_revoke(db, &(sql_invite_revoke_in){ .id = id, .now = now }, &revoked); /* twice is once */
}

/* ------------------------------------------------------------------ being invited */

static error gone(arena *a)
{
    return fail(a, GONE, "", "This invitation was used, has expired or was revoked. Ask for another one.");
}

static error find(scope *db, text token, invite_found *out)
{
    bool found;
    TRY(sql_invite_find(db,
                        &(sql_invite_find_in){ .code_hash = opaque_token_hash(db->arena, token), .now = scope_now(db) },
                        &found, out));
    if (!found)
        return fail(db->arena, NOT_FOUND, "/token", "There is no such invitation. Look whether the link is complete.");
    return out->is_open ? OK : gone(db->arena);
}

error invites_look(scope *db, text token, invite_view *out)
{
    invite_found found;
    TRY(find(db, token, &found));
    *out = (invite_view){ .organization = found.organization,
                          .role = found.role,
                          .name = found.name,
                          .email = found.email,
                          .invited_by = found.invited_by,
                          .expires_at = found.expires_at };
    return OK;
}

/* The address that it is bound to, or the one that was typed. */
static error address_of(arena *a, const invite_found *found, const acceptance *in, text *out)
{
    *out = text_is(found->email) ? found->email : in->email;
    if (!text_is(*out)) return fail(a, INVALID, "/email", "Give your e-mail address: you will sign in with it.");
    if (text_is(in->email) && !text_equal(in->email, *out))
        return fail(a, INVALID, "/email", "This invitation is for another address.");
    return OK;
}

error invites_accept(platform *app, scope *db, const acceptance *in, sign_in *out)
{
    bool taken;
    invite_found found;
    invite_used used;
    newcomer comer = { .name = in->name };
    TRY(find(db, in->token, &found));
    TRY(address_of(db->arena, &found, in, &comer.email));
    TRY(password_check(db->arena, in->password,
                       &(password_owner){ .email = comer.email, .organization = found.organization }, "/password"));
    TRY(scope_pause(db)); /* argon2id takes a while: no connection waits for it */
    TRY(password_hash(app->passwords, db->arena, in->password, &comer.password_hash));
    TRY(sql_invite_use(
        db, &(sql_invite_use_in){ .code_hash = opaque_token_hash(db->arena, in->token), .now = scope_now(db) }, &taken,
        &used));
    if (!taken) return gone(db->arena);
    TRY(scope_set_org(db, used.org_id));
    comer.org_id = used.org_id;
    comer.role = used.role;
    comer.needs_factor = used.needs_factor;
    return identity_join(app, db, &comer, out);
}
