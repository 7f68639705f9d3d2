#include "features/identity/identity.h"

#include "crypto/hash.h"
#include "crypto/password.h"
#include "crypto/random.h"
#include "features/access/access.h"
#include "features/door/door.h"
#include "features/identity/lockout.h"
#include "features/identity/mfa.h"
#include "features/identity/recovery.h"
#include "features/keys/keys.h"
#include "ledger/ledger.h"

/* ------------------------------------------------------------------ register */

/* "Umoja Crédit (Pty)" → "umoja-cr-dit-pty": lower-case letters, digits, single dashes, 60 at most. */
static text slug_of(arena *a, text name)
{
    text_builder b = text_builder_in(a);
    for (size_t i = 0; i < name.length && b.length < 60; i++) {
        char c = name.data[i];
        if (c >= 'A' && c <= 'Z') c = (char)(c - 'A' + 'a');
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
            text_add_char(&b, c);
        else if (b.length && b.data[b.length - 1] != '-')
            text_add_char(&b, '-');
    }
    text slug = text_built(&b);
    while (slug.length && slug.data[slug.length - 1] == '-') slug.length--;
    return slug.length ? slug : TEXT("organization");
}

/* Two organizations may bear one name; the second one's slug gets random characters. */
static error free_slug(scope *db, text hint, text *out)
{
    slug_taken seen;
    text slug = slug_of(db->arena, hint);
    TRY(sql_organization_slug_taken(db, &(sql_organization_slug_taken_in){ .slug = slug }, &seen));
    if (seen.taken) {
        uint8_t bytes[4];
        random_fill(bytes, sizeof bytes);
        slug = text_format(db->arena, "%.*s-%.*s", PRINT(slug), PRINT(text_hex(db->arena, bytes, sizeof bytes)));
    }
    *out = slug;
    return OK;
}

static error add_organization(scope *db, text name, text slug, uuid *org_id)
{
    *org_id = uuid_v7(&db->clock);
    TRY(scope_set_org(db, *org_id));
    json_writer w = json_writer_in(db->arena);
    json_open(&w, '{');
    json_key(&w, "kind"), json_write_string(&w, "CLIENT");
    json_key(&w, "name"), json_write_text(&w, name);
    json_key(&w, "tier"), json_write_string(&w, "TIER_3");
    json_close(&w, '}');
    uuid entry;
    TRY(ledger_append(db, LEDGER_ORG_CREATED, "organization", *org_id, json_written(&w), &entry));
    return sql_organization_insert(
        db, &(sql_organization_insert_in){
                .id = *org_id, .name = name, .slug = slug, .kind = TEXT("CLIENT"), .ledger_entry_id = entry });
}

error identity_add_organization(scope *db, text name, text slug_hint, uuid *org_id)
{
    text slug;
    TRY(free_slug(db, slug_hint, &slug));
    return add_organization(db, name, slug, org_id);
}

text identity_permission(arena *a, uuid id, text role, bool is_super_admin)
{
    json_writer w = json_writer_in(a);
    json_open(&w, '{');
    json_key(&w, "id"), json_write_uuid(&w, id);
    json_key(&w, "is_super_admin"), json_write_bool(&w, is_super_admin);
    json_key(&w, "role"), json_write_text(&w, role);
    json_close(&w, '}');
    return json_written(&w);
}

/* Somebody took the address since it was looked up. */
static error taken_meanwhile(arena *a)
{
    return fail(a, CONFLICT, "", "Something came in between; nothing was stored. Send it again.");
}

/* With the entry that says what the person may do. */
static error add_person(scope *db, sql_user_insert_in *row)
{
    uuid entry;
    int64_t made = 0;
    text says = identity_permission(db->arena, row->id, row->role, false);
    TRY(ledger_append(db, LEDGER_PERMISSION_CHANGED, "user", row->id, says, &entry));
    row->ledger_entry_id = (maybe_uuid){ true, entry };
    TRY(sql_user_insert(db, row, &made));
    return made == 1 ? OK : taken_meanwhile(db->arena);
}

error identity_add_user(const platform *app, scope *db, uuid org_id, text name, text email, text password, text role,
                        uuid *user_id)
{
    text hash;
    TRY(password_hash(app->passwords, db->arena, password, &hash));
    *user_id = uuid_v7(&db->clock);
    return add_person(db, &(sql_user_insert_in){ .id = *user_id,
                                                 .org_id = org_id,
                                                 .name = name,
                                                 .email = text_lower_ascii(db->arena, email),
                                                 .password_hash = hash,
                                                 .role = role,
                                                 .email_verified = true });
}

error identity_register(platform *app, scope *db, const registration *in, registered *out)
{
    TRY(password_check(db->arena, in->password,
                       &(password_owner){ .email = in->email, .organization = in->organization }, "/password"));
    text hash, slug;
    TRY(password_hash(app->passwords, db->arena, in->password,
                      &hash)); /* before the look-up: the same time for a known address */
    bool known;
    account existing;
    TRY(sql_account_by_email(db, &(sql_account_by_email_in){ .email = in->email }, &known, &existing));
    TRY(free_slug(db, in->organization, &slug));
    *out = (registered){
        .user = { .id = uuid_v7(&db->clock),
                  .name = in->name,
                  .email = in->email,
                  .role = TEXT("ADMIN"),
                  .locale = TEXT("en"),
                  .created_at = scope_now(db) },
        .organization = { .id = uuid_v7(&db->clock), .name = in->organization, .slug = slug },
    };
    /* Nothing is made; the owner of the address gets a letter, a stranger learns nothing. */
    if (known) return recovery_tell_known(db, in->email);
    TRY(add_organization(db, in->organization, slug, &out->organization.id));
    int64_t made = 0; /* the organization's own entry in the ledger stands for its first person, too */
    TRY(sql_user_insert(db,
                        &(sql_user_insert_in){ .id = out->user.id,
                                               .org_id = out->organization.id,
                                               .name = in->name,
                                               .email = in->email,
                                               .password_hash = hash,
                                               .role = TEXT("ADMIN"),
                                               .email_verified = false },
                        &made));
    return made == 1 ? recovery_ask_verification(db, in->email) : taken_meanwhile(db->arena);
}

error identity_check_password(scope *db, const account *owner, text password, const char *pointer)
{
    organization_named ours;
    TRY(sql_organization_name(db, &(sql_organization_name_in){ .id = owner->org_id }, &ours));
    return password_check(db->arena, password, &(password_owner){ .email = owner->email, .organization = ours.name },
                          pointer);
}

/* ------------------------------------------------------------------ tokens */

/* Signs an access token and draws a refresh token; nothing of it is stored yet. */
static error draw_tokens(platform *app, scope *db, const account *who, uuid jti, instant authenticated_at, sign_in *out)
{
    instant now = scope_now(db);
    token_claims claims = {
        .subject = who->id,
        .org = who->org_id,
        .role = who->role,
        .is_super_admin = who->is_super_admin,
        .jti = jti,
        .issuer = app->issuer,
        .audience = TEXT("aic"),
        .authenticated_at = authenticated_at,
        .issued_at = now,
        .expires_at = now + MINUTES(ACCESS_MINUTES),
    };
    text access;
    TRY(access_scope_of(db, who->org_id, who->id, &claims.scope));
    TRY(keys_sign(app, db, &claims, &access));
    *out = (sign_in){
        .access_token = access,
        .token_type = TEXT("Bearer"),
        .expires_in = ACCESS_MINUTES * 60,
        .refresh_token = opaque_token_new(db->arena),
        .user = { .id = who->id,
                  .name = who->name,
                  .email = who->email,
                  .role = who->role,
                  .locale = who->locale,
                  .is_super_admin = who->is_super_admin,
                  .created_at = who->created_at },
    };
    return OK;
}

static error give_tokens(platform *app, scope *db, const account *who, uuid family, instant authenticated_at,
                         sign_in *out)
{
    uuid jti = uuid_v4();
    int64_t begun = 0;
    TRY(draw_tokens(app, db, who, jti, authenticated_at, out));
    TRY(sql_session_insert(db,
                           &(sql_session_insert_in){ .org_id = who->org_id,
                                                     .user_id = who->id,
                                                     .role = who->role,
                                                     .is_super_admin = who->is_super_admin,
                                                     .family_id = family,
                                                     .jti = jti,
                                                     .refresh_hash = opaque_token_hash(db->arena, out->refresh_token),
                                                     .user_agent = db->who.user_agent,
                                                     .ip = db->who.ip,
                                                     .authenticated_at = authenticated_at,
                                                     .expires_at = scope_now(db) + DAYS(REFRESH_DAYS) },
                           &begun));
    if (begun == 1) return OK;
    return fail(db->arena, UNAUTHENTICATED, "", "Your account was changed at this moment. Sign in again.");
}

error identity_give_tokens(platform *app, scope *db, const account *who, uuid family, sign_in *out)
{
    return give_tokens(app, db, who, family, scope_now(db), out);
}

/* ------------------------------------------------------------------ joining */

/* Tokens that open nothing: they are nobody's, and dead before they are sent. */
static error give_nothing(platform *app, scope *db, const account *nobody, sign_in *out)
{
    uuid jti = uuid_v4();
    if (mfa_is_wanted(app, nobody)) {
        *out = (sign_in){ .mfa_setup_required = true, .mfa_token = opaque_token_new(db->arena) };
        return OK;
    }
    TRY(draw_tokens(app, db, nobody, jti, scope_now(db), out));
    return sql_token_revoke(
        db, &(sql_token_revoke_in){ .jti = jti, .expires_at = scope_now(db) + MINUTES(ACCESS_MINUTES) });
}

/* Whoever holds an invitation may type any address, and is told nothing about it. Its owner can sign in as ever. */
static error join_nothing(platform *app, scope *db, const account *owner, const newcomer *in, sign_in *out)
{
    account nobody = { .id = uuid_v7(&db->clock),
                       .org_id = uuid_v7(&db->clock),
                       .name = in->name,
                       .email = in->email,
                       .role = in->role,
                       .is_active = true,
                       .locale = TEXT("en"),
                       .mfa_required = in->needs_factor,
                       .created_at = scope_now(db) };
    TRY(door_audit(db, &(audit_note){ .event = "invite_address_taken",
                                      .org_id = { true, owner->org_id },
                                      .subject_type = "user",
                                      .subject_id = { true, owner->id },
                                      .reason = TEXT("An invitation was accepted with this person's address; nothing "
                                                     "was made of it.") }));
    return give_nothing(app, db, &nobody, out);
}

error identity_join(platform *app, scope *db, const newcomer *in, sign_in *out)
{
    bool known = false;
    account who = { 0 };
    TRY(sql_account_by_email(db, &(sql_account_by_email_in){ .email = in->email }, &known, &who));
    if (known) return join_nothing(app, db, &who, in, out);
    who = (account){ .id = uuid_v7(&db->clock),
                     .org_id = in->org_id,
                     .name = in->name,
                     .email = in->email,
                     .role = in->role,
                     .is_active = true,
                     .locale = TEXT("en"),
                     .mfa_required = in->needs_factor,
                     .created_at = scope_now(db) };
    TRY(add_person(db, &(sql_user_insert_in){ .id = who.id,
                                              .org_id = who.org_id,
                                              .name = who.name,
                                              .email = who.email,
                                              .password_hash = in->password_hash,
                                              .role = who.role,
                                              .email_verified = false }));
    TRY(recovery_ask_verification(db, who.email));
    if (mfa_is_wanted(app, &who)) return mfa_ask(db, &who, out);
    TRY(sql_user_signed_in(db, &(sql_user_signed_in_in){ .id = who.id, .org_id = who.org_id }));
    return identity_give_tokens(app, db, &who, uuid_v4(), out);
}

/* ------------------------------------------------------------------ sign in */

static error refused(arena *a)
{
    return fail(a, UNAUTHENTICATED, "", "E-mail or password is wrong.");
}

/* Whether it is theirs, in the same time whether or not there is somebody. *renewed: the hash by today's costs, when
 * the stored one has others. No statement runs meanwhile, so no connection waits for it. */
static error check_password(const platform *app, arena *a, const account *who, text password, bool *matches,
                            text *renewed)
{
    password_verdict verdict = { 0 };
    *renewed = NO_TEXT;
    if (who && text_is(who->password_hash))
        TRY(password_verify(app->passwords, a, who->password_hash, password, &verdict));
    else
        TRY(password_verify_unknown(app->passwords, a, password));
    *matches = verdict.matches;
    return verdict.needs_rehash ? password_hash(app->passwords, a, password, renewed) : OK;
}

/* With the right password, too, an address that was not confirmed opens nothing, and the answer is that of a wrong one:
 * only its mailbox learns more. */
bool identity_may_enter(const platform *app, const account *who)
{
    return who->is_active && (who->email_verified || app->is_development);
}

static error refuse(scope *db, const credentials *in, const account *who, bool matched,
                    const sign_in_attempted *attempt)
{
    if (matched && who->is_active) TRY(recovery_ask_verification(db, in->email));
    TRY(lockout_failed(db, who, in->email, "login_failed", attempt));
    return refused(db->arena);
}

error identity_sign_in(platform *app, scope *db, const credentials *in, sign_in *out)
{
    bool known, matches = false;
    account who;
    text renewed;
    sign_in_attempted attempt;
    TRY(lockout_attempt(db, in->email, &attempt));
    TRY(sql_account_by_email(db, &(sql_account_by_email_in){ .email = in->email }, &known, &who));
    TRY(scope_pause(db));
    error unchecked = check_password(app, db->arena, known ? &who : NULL, in->password, &matches, &renewed);
    if (unchecked) return lockout_unchecked(db, in->email, &attempt, unchecked);
    if (!matches || !identity_may_enter(app, &who)) return refuse(db, in, known ? &who : NULL, matches, &attempt);
    TRY(scope_set_org(db, who.org_id));
    if (text_is(renewed))
        TRY(sql_user_rehash(db, &(sql_user_rehash_in){ .id = who.id, .org_id = who.org_id, .password_hash = renewed }));
    if (mfa_is_wanted(app, &who)) {
        TRY(lockout_uncount(db, &who, &attempt));
        return mfa_ask(db, &who, out);
    }
    TRY(lockout_succeeded(db, &who, &attempt));
    TRY(sql_user_signed_in(db, &(sql_user_signed_in_in){ .id = who.id, .org_id = who.org_id }));
    return identity_give_tokens(app, db, &who, uuid_v4(), out);
}

/* A token shown twice: whoever holds it, one of the two is a thief. The end of the family must last although the
 * request fails, so it is committed here. */
static error end_stolen_family(scope *db, const session_seen *seen)
{
    instant now = scope_now(db);
    TRY(scope_set_org(db, seen->org_id));
    TRY(door_audit(db, &(audit_note){ .event = "refresh_token_reused",
                                      .org_id = { true, seen->org_id },
                                      .subject_type = "user",
                                      .subject_id = { true, seen->user_id } }));
    TRY(sql_session_family_end(db, &(sql_session_family_end_in){ .family_id = seen->family_id,
                                                                 .reason = TEXT("refresh token used twice"),
                                                                 .now = now,
                                                                 .token_expires_at = now + MINUTES(ACCESS_MINUTES) }));
    TRY(scope_pause(db));
    return fail(db->arena, UNAUTHENTICATED, "", "This session has ended for your safety. Sign in again.");
}

error identity_refresh(platform *app, scope *db, text refresh_token, sign_in *out)
{
    bool found, known, seen_before;
    session_taken taken;
    session_seen seen;
    account who;
    text hash = opaque_token_hash(db->arena, refresh_token);
    TRY(sql_account_by_refresh(db, &(sql_account_by_refresh_in){ .refresh_hash = hash }, &known, &who));
    TRY(sql_session_take(db, &(sql_session_take_in){ .refresh_hash = hash, .now = scope_now(db) }, &found, &taken));
    if (!found) {
        TRY(sql_session_by_refresh(db, &(sql_session_by_refresh_in){ .refresh_hash = hash }, &seen_before, &seen));
        if (seen_before && seen.is_used) return end_stolen_family(db, &seen);
        return fail(db->arena, UNAUTHENTICATED, "", "Your session has ended. Sign in again.");
    }
    TRY(scope_set_org(db, taken.org_id));
    /* Since it began, a second factor may have become a duty. */
    bool lacks_factor = known && !who.mfa_enabled && mfa_is_wanted(app, &who);
    if (!known || !who.is_active || lacks_factor)
        return fail(db->arena, UNAUTHENTICATED, "", "Your session has ended. Sign in again.");
    return give_tokens(app, db, &who, taken.family_id, taken.authenticated_at, out); /* it proves nothing anew */
}

error identity_leave(scope *db, text refresh_token)
{
    bool found;
    session_seen seen;
    instant now = scope_now(db);
    text hash = opaque_token_hash(db->arena, refresh_token);
    TRY(sql_session_by_refresh(db, &(sql_session_by_refresh_in){ .refresh_hash = hash }, &found, &seen));
    if (!found || seen.is_used) return OK;
    return sql_session_family_end(db,
                                  &(sql_session_family_end_in){ .family_id = seen.family_id,
                                                                .reason = TEXT("signed in anew"),
                                                                .now = now,
                                                                .token_expires_at = now + MINUTES(ACCESS_MINUTES) });
}

error identity_sign_out(scope *db, const principal *who)
{
    bool found;
    session_family family;
    instant now = scope_now(db);
    TRY(scope_set_org(db, who->org_id));
    TRY(sql_token_revoke(db, &(sql_token_revoke_in){ .jti = who->jti, .expires_at = who->expires_at }));
    TRY(sql_session_family_by_jti(db, &(sql_session_family_by_jti_in){ .jti = who->jti }, &found, &family));
    if (!found) return OK;
    return sql_session_family_end(db,
                                  &(sql_session_family_end_in){ .family_id = family.family_id,
                                                                .reason = TEXT("signed out"),
                                                                .now = now,
                                                                .token_expires_at = now + MINUTES(ACCESS_MINUTES) });
}

/* ------------------------------------------------------------------ super admins */

error identity_make_super_admin(scope *db, text email, super_admin *out)
{
    bool found;
    account who;
    uuid entry;
    TRY(sql_account_by_email(db, &(sql_account_by_email_in){ .email = text_lower_ascii(db->arena, email) }, &found,
                             &who));
    if (!found || !who.is_active)
        return fail(db->arena, NOT_FOUND, "/email", "There is no active user with the address %.*s.", PRINT(email));
    *out = (super_admin){ .user_id = who.id, .was_already = who.is_super_admin };
    if (who.is_super_admin) return OK;
    TRY(scope_set_org(db, who.org_id));
    text says = identity_permission(db->arena, who.id, who.role, true);
    TRY(ledger_append(db, LEDGER_PERMISSION_CHANGED, "user", who.id, says, &entry));
    TRY(sql_user_make_super_admin(
        db, &(sql_user_make_super_admin_in){ .id = who.id, .org_id = who.org_id, .ledger_entry_id = entry }));
    return door_audit(db, &(audit_note){ .event = "super_admin_granted",
                                         .org_id = { true, who.org_id },
                                         .subject_type = "user",
                                         .subject_id = { true, who.id } });
}
