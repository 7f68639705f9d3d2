#include "features/people/own.h"

/* ------------------------------------------------------------------ fields */

static const field change_fields[] = { FIELD(own_change, name, A_TEXT, MIN(1), MAX(200)),
                                       FIELD(own_change, locale, ONE_OF(locale_names)), FIELDS_END };

static const field profile_fields[] = { FIELD(own_profile, id, A_UUID),
                                        FIELD(own_profile, name, A_TEXT),
                                        FIELD(own_profile, email, A_TEXT),
                                        FIELD(own_profile, email_verified_at, MAYBE_INSTANT),
                                        FIELD(own_profile, role, ONE_OF(role_names)),
                                        FIELD(own_profile, is_super_admin, A_BOOL),
                                        FIELD(own_profile, locale, ONE_OF(locale_names)),
                                        FIELD(own_profile, organization_id, A_UUID),
                                        FIELD(own_profile, organization, A_TEXT),
                                        FIELD(own_profile, mfa_enabled, A_BOOL),
                                        FIELD(own_profile, last_login_at, MAYBE_INSTANT),
                                        FIELD(own_profile, password_changed_at, AN_INSTANT),
                                        FIELD(own_profile, created_at, AN_INSTANT),
                                        FIELD(own_profile, updated_at, AN_INSTANT),
                                        FIELDS_END };

static const field session_fields[] = { FIELD(own_session, began_at, AN_INSTANT),
                                        FIELD(own_session, expires_at, AN_INSTANT),
                                        FIELD(own_session, ended_at, MAYBE_INSTANT),
                                        FIELD(own_session, ended_because, A_TEXT, NULLABLE),
                                        FIELD(own_session, user_agent, A_TEXT, NULLABLE),
                                        FIELD(own_session, ip, A_TEXT, NULLABLE),
                                        FIELDS_END };

static const field event_fields[] = { FIELD(own_event, at, AN_INSTANT),
                                      FIELD(own_event, event, A_TEXT),
                                      FIELD(own_event, outcome, A_TEXT),
                                      FIELD(own_event, by_me, A_BOOL, .doc = "false: somebody did it to you"),
                                      FIELD(own_event, subject_type, A_TEXT, NULLABLE),
                                      FIELD(own_event, subject_id, MAYBE_UUID),
                                      FIELD(own_event, reason, A_TEXT, NULLABLE),
                                      FIELD(own_event, ip, A_TEXT, NULLABLE),
                                      FIELD(own_event, user_agent, A_TEXT, NULLABLE),
                                      FIELDS_END };

static const field data_fields[] = { FIELD(own_data, exported_at, AN_INSTANT),
                                     FIELD(own_data, profile, OBJECT_OF(profile_fields)),
                                     FIELD(own_data, sessions, LIST_OF(own_session, session_fields)),
                                     FIELD(own_data, events, LIST_OF(own_event, event_fields),
                                           .doc = "Of the audit log: what you did, and what was done to your account"),
                                     FIELDS_END };

static const field confirmation_fields[] = {
    FIELD(mfa_confirmation, password, A_SECRET, REQUIRED, MIN(1), MAX(200)),
    FIELD(mfa_confirmation, code, A_SECRET, MIN(6), MAX(40), .doc = "If you have a second factor"), FIELDS_END
};

/* ------------------------------------------------------------------ handlers */

static error patch_me(request *rq, const void *body, void *reply)
{
    return own_change_profile(rq->scope, rq->who, body, reply);
}

static error get_export(request *rq, const void *body, void *reply)
{
    (void)body;
    reply_header(rq, "Cache-Control", TEXT("no-store"));
    reply_attachment(rq, "my-data.json");
    return own_export(rq->scope, rq->who, reply);
}

static error post_delete(request *rq, const void *body, void *reply)
{
    (void)reply;
    TRY(own_erase(rq->app, rq->scope, rq->who, body));
    identity_clear_cookies(rq);
    return OK;
}

/* ------------------------------------------------------------------ routes */

#define OWN_SCOPE SYSTEM(S1_SIGN_IN, "One's own sessions and password are in no tenant's reach")

const route own_routes[] = {
    { PATCH, "/auth/me", "Change your name or language", SIGNED_IN, TENANT, BODY(own_change, change_fields),
      REPLY(person, person_fields), .audit = "profile_changed", .rate = RATE_WRITE, .handle = patch_me },
    { GET, "/auth/me/export", "Download what is kept about you", SIGNED_IN, OWN_SCOPE, REPLY(own_data, data_fields),
      .audit = "data_exported", .rate = RATE_EXPORT, .handle = get_export },
    { POST, "/auth/delete-account", "Delete your account and erase what is personal", SIGNED_IN, OWN_SCOPE,
      BODY(mfa_confirmation, confirmation_fields), .audit = "user_deleted", .rate = RATE_SIGN_IN,
      .description = "A POST, since a DELETE carries no body and the password is asked for. The id stays, so that "
                     "records and the ledger hold; the last administrator of an organization cannot go.",
      .handle = post_delete },
    ROUTES_END
};
