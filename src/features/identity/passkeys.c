#include "features/identity/passkeys.h"

#include "crypto/random.h"
#include "crypto/webauthn.h"
#include "features/door/door.h"
#include "features/identity/factors.h"
#include "features/identity/lockout.h"
#include "features/identity/recovery.h"

/* ------------------------------------------------------------------ the site */

/* "https://aic.example" of "https://AIC.example:443/somewhere", as a browser writes an origin. */
static text origin_of(arena *a, text url)
{
    text lower = text_lower_ascii(a, url);
    const char *slashes = lower.data ? memmem(lower.data, lower.length, "://", 3) : NULL;
    if (!slashes) return NO_TEXT;
    size_t head = (size_t)(slashes - lower.data) + 3;
    const char *end = memchr(lower.data + head, '/', lower.length - head);
    text origin = { lower.data, end ? (size_t)(end - lower.data) : lower.length };
    bool is_standard = (text_starts(origin, "https://") && text_ends(origin, ":443")) ||
                       (text_starts(origin, "http://") && text_ends(origin, ":80"));
    if (is_standard) origin.length -= text_ends(origin, ":80") ? 3 : 4;
    return origin;
}

/* The host without the port. */
static text host_of(text authority)
{
    const char *colon = authority.data ? memchr(authority.data, ':', authority.length) : NULL;
    return colon ? (text){ authority.data, (size_t)(colon - authority.data) } : authority;
}

static text authority_of(text origin)
{
    const char *slashes = origin.data ? memmem(origin.data, origin.length, "://", 3) : NULL;
    if (!slashes) return NO_TEXT;
    return (text){ slashes + 3, origin.length - (size_t)(slashes + 3 - origin.data) };
}

/* Digits, dots, brackets: an address, of which no passkey can be. */
static bool is_address(text host)
{
    for (size_t i = 0; i < host.length; i++)
        if ((host.data[i] < '0' || host.data[i] > '9') && host.data[i] != '.') return host.data[0] == '[';
    return true;
}

error passkey_site_of(const platform *app, arena *a, text host, passkey_site *out)
{
    text origin = origin_of(a, app->issuer);
    text asked = text_is(host) ? text_lower_ascii(a, host) : TEXT("");
    if (!text_is(origin) && text_equal_string(host_of(asked), "localhost"))
        origin = origin_of(a, text_format(a, "http://%.*s", PRINT(asked)));
    text name = host_of(authority_of(origin));
    *out = (passkey_site){ .id = name, .origin = origin };
    if (text_is(name) && name.length && !is_address(name)) return OK;
    return fail(a, CONFLICT, "",
                "A passkey is tied to a site's name, and this site was reached by an address. Open it by its name; on "
                "your own computer that is http://localhost with the same port.");
}

/* ------------------------------------------------------------------ challenges */

static const char registering[] = "REGISTER", signing_in[] = "SIGN_IN", second_factor[] = "SECOND_FACTOR",
                  stepping_up[] = "STEP_UP";

static error new_challenge(scope *db, const char *purpose, const account *who, text *out)
{
    instant now = scope_now(db);
    *out = opaque_token_new(db->arena);
    return sql_webauthn_challenge_insert(
        db, &(sql_webauthn_challenge_insert_in){ .challenge_hash = opaque_token_hash(db->arena, *out),
                                                 .purpose = text_of(purpose),
                                                 .org_id = { who != NULL, who ? who->org_id : (uuid){ { 0 } } },
                                                 .user_id = { who != NULL, who ? who->id : (uuid){ { 0 } } },
                                                 .now = now,
                                                 .expires_at = now + MINUTES(PASSKEY_MINUTES) });
}

/* Spends the challenge that the answer names; NO_TEXT when it is none that was given out for this. */
static error take_challenge(scope *db, const char *purpose, const account *who, text client_data, text *out)
{
    int64_t used = 0;
    text named = webauthn_challenge(db->arena, client_data);
    *out = NO_TEXT;
    if (!text_is(named)) return OK;
    TRY(sql_webauthn_challenge_use(
        db,
        &(sql_webauthn_challenge_use_in){ .challenge_hash = opaque_token_hash(db->arena, named),
                                          .purpose = text_of(purpose),
                                          .user_id = { who != NULL, who ? who->id : (uuid){ { 0 } } },
                                          .now = scope_now(db) },
        &used));
    if (used == 1) *out = named;
    return OK;
}

static text bytes_of(arena *a, text encoded)
{
    text bytes;
    return text_is(encoded) && base64url_read(a, encoded, &bytes) ? bytes : TEXT("");
}

static text id_bytes(const uuid *id)
{
    return (text){ (const char *)id->bytes, sizeof id->bytes };
}

static error descriptors(scope *db, const account *who, item_list *out)
{
    passkey_named_list rows = { 0 };
    TRY(sql_passkeys_to_show(db, &(sql_passkeys_to_show_in){ .org_id = who->org_id, .user_id = who->id }, &rows));
    passkey_descriptor *items = ARENA_ARRAY(db->arena, rows.count, passkey_descriptor);
    for (size_t i = 0; i < rows.count; i++) {
        text id = rows.items[i].credential_id;
        items[i] = (passkey_descriptor){ .type = TEXT("public-key"),
                                         .id = base64url(db->arena, id.data, id.length),
                                         .transports = rows.items[i].transports };
    }
    *out = (item_list){ items, rows.count };
    return OK;
}

/* ------------------------------------------------------------------ adding */

static const passkey_algorithm algorithms[] = { { { "public-key", 10 }, COSE_ES256 },
                                                { { "public-key", 10 }, COSE_EDDSA },
                                                { { "public-key", 10 }, COSE_RS256 } };

error passkeys_begin(platform *app, scope *db, const passkey_site *site, const principal *who, const passkey_begin *in,
                     passkey_creation *out)
{
    account owner = { 0 };
    mfa_confirmation given = { .password = in->password, .code = in->code };
    if (!text_is(in->mfa_token) && who)
        TRY(text_is(in->password) ? factor_check_fresh(app, db, who, &given)
                                  : door_check_fresh(db->arena, who, scope_now(db)));
    TRY(factor_whose(db, who, in->mfa_token, false, &owner));
    TRY(scope_set_org(db, owner.org_id));
    TRY(descriptors(db, &owner, &out->known));
    if (out->known.count >= PASSKEYS_MOST)
        return fail(db->arena, CONFLICT, "", "You have %d passkeys. Remove one that you do not use.", PASSKEYS_MOST);
    TRY(new_challenge(db, registering, &owner, &out->challenge));
    out->attestation = TEXT("none");
    out->timeout = PASSKEY_MINUTES * 60 * 1000;
    out->rp = (struct passkey_rp){ .id = site->id, .name = TEXT("AIC Platform") };
    out->user = (struct passkey_user){ .id = base64url(db->arena, owner.id.bytes, sizeof owner.id.bytes),
                                       .name = owner.email,
                                       .display_name = owner.name };
    out->algorithms = (item_list){ algorithms, sizeof algorithms / sizeof *algorithms };
    /* One that the device can find by itself serves alone, too. */
    out->wishes = (struct passkey_wishes){ .resident_key = TEXT("preferred"), .user_verification = TEXT("preferred") };
    return OK;
}

/* Those of the standard; what else a browser may say is of no use to anybody. */
static text_list known_transports(arena *a, const text_list *said)
{
    static const char *const names[] = { "ble", "hybrid", "internal", "nfc", "smart-card", "usb" };
    text *kept = ARENA_ARRAY(a, sizeof names / sizeof *names, text);
    size_t count = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        for (size_t j = 0; j < said->count; j++)
            if (text_equal_string(said->items[j], names[i])) {
                kept[count++] = text_of(names[i]);
                break;
            }
    return (text_list){ kept, count };
}

static error check_registration(scope *db, const passkey_site *site, const passkey_answer *in, text challenge,
                                webauthn_credential *out)
{
    arena *a = db->arena;
    webauthn_check check = { .relying_party = site->id, .origin = site->origin, .challenge = challenge };
    if (!text_is(challenge))
        return fail(a, INVALID, "/credential", "This took too long, or was sent twice. Begin again.");
    error refused =
        webauthn_register(a, &check, bytes_of(a, in->response.client_data), bytes_of(a, in->response.attestation), out);
    if (refused) return fail(a, refused->kind, "/credential", "%s", refused->message);
    if (!text_equal(bytes_of(a, in->id), out->id))
        return fail(a, INVALID, "/credential/id", "This is not the id of the passkey that was made.");
    return OK;
}

static error insert(scope *db, const account *owner, const passkey_addition *in, const webauthn_credential *made,
                    passkey_row *out)
{
    *out = (passkey_row){
        .id = uuid_v7(&db->clock), .name = in->name, .backed_up = made->backed_up, .created_at = scope_now(db)
    };
    return sql_passkey_insert(
        db, &(sql_passkey_insert_in){ .id = out->id,
                                      .org_id = owner->org_id,
                                      .user_id = owner->id,
                                      .credential_id = made->id,
                                      .public_key = made->public_key,
                                      .sign_count = made->sign_count,
                                      .name = in->name,
                                      .transports = known_transports(db->arena, &in->credential.response.transports),
                                      .backup_eligible = made->backup_eligible,
                                      .backed_up = made->backed_up });
}

error passkeys_add(platform *app, scope *db, const passkey_site *site, const principal *who, const passkey_addition *in,
                   passkey_added *out)
{
    account owner = { 0 };
    webauthn_credential made = { 0 };
    text challenge = NO_TEXT;
    item_list known = { 0 };
    TRY(factor_whose(db, who, in->mfa_token, true, &owner));
    TRY(take_challenge(db, registering, &owner, bytes_of(db->arena, in->credential.response.client_data), &challenge));
    TRY(scope_pause(db)); /* the challenge is spent, whatever follows */
    TRY(check_registration(db, site, &in->credential, challenge, &made));
    TRY(factor_hold(db, owner.org_id, owner.id));
    TRY(factor_person(db, owner.id, &owner));
    TRY(descriptors(db, &owner, &known));
    if (known.count >= PASSKEYS_MOST)
        return fail(db->arena, CONFLICT, "", "You have %d passkeys. Remove one that you do not use.", PASSKEYS_MOST);
    if (text_is(in->mfa_token) && owner.mfa_enabled)
        return fail(db->arena, CONFLICT, "", "There is a second factor already.");
    TRY(insert(db, &owner, in, &made, &out->passkey));
    return owner.mfa_enabled ? factor_tell_changed(app, db, &owner, "PASSKEY_ADDED")
                             : factor_begin(app, db, &owner, in->mfa_token, &out->first);
}

/* ------------------------------------------------------------------ asking */

static error ask(scope *db, const passkey_site *site, const char *purpose, const account *who, passkey_request *out)
{
    *out = (passkey_request){ .relying_party = site->id,
                              .user_verification = who ? TEXT("preferred") : TEXT("required"),
                              .timeout = PASSKEY_MINUTES * 60 * 1000 };
    if (who) TRY(descriptors(db, who, &out->allowed));
    return new_challenge(db, purpose, who, &out->challenge);
}

error passkeys_ask(scope *db, const passkey_site *site, text mfa_token, passkey_request *out)
{
    bool found = false;
    mfa_challenged challenged = { 0 };
    account who = { 0 };
    if (!text_is(mfa_token)) return ask(db, site, signing_in, NULL, out);
    TRY(sql_mfa_challenge_find(db,
                               &(sql_mfa_challenge_find_in){ .token_hash = opaque_token_hash(db->arena, mfa_token),
                                                             .is_setup = false,
                                                             .now = scope_now(db) },
                               &found, &challenged));
    if (!found) return factor_ended(db->arena);
    TRY(factor_person(db, challenged.user_id, &who));
    TRY(scope_set_org(db, who.org_id));
    return ask(db, site, second_factor, &who, out);
}

error passkeys_ask_again(scope *db, const passkey_site *site, const account *who, passkey_request *out)
{
    return ask(db, site, stepping_up, who, out);
}

/* ------------------------------------------------------------------ checking */

static const char wrong[] = "passkey_failed", copied[] = "passkey_counter_back";

typedef struct shown {
    const passkey_site *site;
    const passkey_answer *answer;
    text challenge; /* NO_TEXT: none of ours */
    bool is_alone;  /* no password went before */
} shown;

static error verify(scope *db, const shown *s, const passkey_known *known, webauthn_proof *proof, bool *fits)
{
    arena *a = db->arena;
    const passkey_response *said = &s->answer->response;
    webauthn_check check = { .relying_party = s->site->id,
                             .origin = s->site->origin,
                             .challenge = s->challenge,
                             .wants_verified_user = s->is_alone };
    webauthn_credential credential = { .public_key = known->public_key,
                                       .sign_count = known->sign_count,
                                       .backup_eligible = known->backup_eligible,
                                       .backed_up = known->backed_up };
    webauthn_assertion assertion = { .client_data = bytes_of(a, said->client_data),
                                     .authenticator_data = bytes_of(a, said->authenticator_data),
                                     .signature = bytes_of(a, said->signature) };
    error refused = webauthn_assert(a, &check, &credential, &assertion, proof);
    *fits = !refused;
    return refused && refused->kind != INVALID ? refused : OK;
}

/* *failure: NULL when it is this person's passkey that answered; else what the audit log calls it. */
static error check(scope *db, const shown *s, const account *who, const char **failure)
{
    bool found = false, fits = false;
    passkey_known known = { 0 };
    webauthn_proof proof = { 0 };
    int64_t moved = 0;
    *failure = wrong;
    text id = bytes_of(db->arena, s->answer->id), handle = bytes_of(db->arena, s->answer->response.user_handle);
    TRY(sql_passkey_by_credential(db, &(sql_passkey_by_credential_in){ .credential_id = id }, &found, &known));
    if (!found || !uuid_equal(known.user_id, who->id) || !text_is(s->challenge)) return OK;
    /* A key that lies on the device says whose it is; one that was named to it need not. */
    bool says_whose = text_is(s->answer->response.user_handle);
    if ((s->is_alone || says_whose) && !text_equal(handle, id_bytes(&who->id))) return OK;
    TRY(verify(db, s, &known, &proof, &fits));
    if (!fits) return OK;
    *failure = copied;
    if (proof.counter_went_back) return OK;
    TRY(sql_passkey_use(db,
                        &(sql_passkey_use_in){ .org_id = known.org_id,
                                               .id = known.id,
                                               .sign_count = proof.sign_count,
                                               .backed_up = proof.backed_up,
                                               .now = scope_now(db) },
                        &moved));
    if (moved == 1) *failure = NULL;
    return OK;
}

error passkeys_check_again(scope *db, const passkey_site *site, const account *who, const passkey_answer *in,
                           const char **failure)
{
    shown s = { .site = site, .answer = in };
    TRY(take_challenge(db, stepping_up, who, bytes_of(db->arena, in->response.client_data), &s.challenge));
    TRY(scope_pause(db)); /* the challenge is spent, whatever follows */
    return check(db, &s, who, failure);
}

/* ------------------------------------------------------------------ signing in */

static error refused(arena *a)
{
    return fail(a, UNAUTHENTICATED, "", "This passkey was not accepted. Try again, or sign in in another way.");
}

/* Whose passkey the answer is of; and the challenge, spent. */
static error by_passkey(scope *db, shown *s, account *out)
{
    bool found = false;
    passkey_known known = { 0 };
    TRY(take_challenge(db, signing_in, NULL, bytes_of(db->arena, s->answer->response.client_data), &s->challenge));
    TRY(sql_passkey_by_credential(
        db, &(sql_passkey_by_credential_in){ .credential_id = bytes_of(db->arena, s->answer->id) }, &found, &known));
    TRY(scope_pause(db));
    if (!text_is(s->challenge) || !found) return refused(db->arena);
    error nobody = factor_person(db, known.user_id, out);
    return nobody && nobody->kind == UNAUTHENTICATED ? refused(db->arena) : nobody;
}

/* Whose sign-in wants its second factor; a try of its token is counted, and the challenge spent. */
static error by_token(scope *db, shown *s, text token_hash, account *out)
{
    bool found = false;
    mfa_challenged challenged = { 0 };
    instant now = scope_now(db);
    TRY(sql_mfa_challenge_try(db,
                              &(sql_mfa_challenge_try_in){ .token_hash = token_hash, .is_setup = false, .now = now },
                              &found, &challenged));
    if (!found) return factor_ended(db->arena);
    TRY(factor_person(db, challenged.user_id, out));
    return take_challenge(db, second_factor, out, bytes_of(db->arena, s->answer->response.client_data), &s->challenge);
}

error passkeys_sign_in(platform *app, scope *db, const passkey_site *site, const passkey_proof *in, sign_in *out)
{
    account who = { 0 };
    sign_in_attempted attempt = { 0 };
    const char *failure = NULL;
    int64_t used = 0;
    shown s = { .site = site, .answer = &in->credential, .is_alone = !text_is(in->mfa_token) };
    text token_hash = s.is_alone ? NO_TEXT : opaque_token_hash(db->arena, in->mfa_token);
    TRY(s.is_alone ? by_passkey(db, &s, &who) : by_token(db, &s, token_hash, &who));
    TRY(lockout_attempt(db, who.email, &attempt)); /* commits what was counted and spent */
    TRY(scope_set_org(db, who.org_id));
    TRY(check(db, &s, &who, &failure));
    if (!failure && !identity_may_enter(app, &who)) { /* its mailbox alone learns why */
        TRY(recovery_ask_verification(db, who.email));
        failure = wrong;
    }
    if (failure) {
        TRY(lockout_failed(db, &who, who.email, failure, &attempt));
        return refused(db->arena);
    }
    if (!s.is_alone) {
        instant now = scope_now(db);
        TRY(sql_mfa_challenge_use(db, &(sql_mfa_challenge_use_in){ .token_hash = token_hash, .now = now }, &used));
        if (used != 1) return factor_ended(db->arena);
    }
    TRY(lockout_succeeded(db, &who, &attempt));
    TRY(sql_user_signed_in(db, &(sql_user_signed_in_in){ .id = who.id, .org_id = who.org_id }));
    return identity_give_tokens(app, db, &who, uuid_v4(), out);
}

/* ------------------------------------------------------------------ keeping */

error passkeys_list(scope *db, const principal *who, item_list *out)
{
    passkey_row_list rows = { 0 };
    TRY(sql_passkeys_of(db, &(sql_passkeys_of_in){ .user_id = who->user_id }, &rows));
    *out = (item_list){ rows.items, rows.count };
    return OK;
}

static error none_such(arena *a)
{
    return fail(a, NOT_FOUND, "/id", "You have no passkey with this id.");
}

error passkeys_rename(scope *db, const principal *who, uuid id, text name, passkey_row *out)
{
    bool found = false;
    TRY(sql_passkey_rename(db, &(sql_passkey_rename_in){ .id = id, .user_id = who->user_id, .name = name }, &found,
                           out));
    return found ? OK : none_such(db->arena);
}

error passkeys_remove(platform *app, scope *db, const principal *who, uuid id)
{
    account owner = { 0 };
    int64_t removed = 0;
    TRY(factor_hold(db, who->org_id, who->user_id));
    TRY(sql_passkey_delete(db, &(sql_passkey_delete_in){ .org_id = who->org_id, .id = id, .user_id = who->user_id },
                           &removed));
    if (removed != 1) return none_such(db->arena);
    TRY(factor_person(db, who->user_id, &owner)); /* as it is without this one */
    if (owner.mfa_enabled) return factor_tell_changed(app, db, &owner, "PASSKEY_REMOVED");
    if (owner.mfa_required && !app->mfa_is_optional)
        return fail(db->arena, FORBIDDEN, "",
                    "Your role needs a second factor, and this is your last one. Set up another first.");
    TRY(sql_mfa_codes_forget(db, &(sql_mfa_codes_forget_in){ .org_id = owner.org_id, .user_id = owner.id }));
    return factor_tell_gone(app, db, &owner);
}
