#include "features/people/people.h"

/* ------------------------------------------------------------------ fields */

#define FOR_MANAGERS "; null for who does not manage people"

const field person_fields[] = {
    FIELD(person, id, A_UUID),
    FIELD(person, name, A_TEXT, MAX(200)),
    FIELD(person, email, A_TEXT, MAX(254)),
    FIELD(person, role, ONE_OF(role_names)),
    FIELD(person, locale, ONE_OF(locale_names)),
    FIELD(person, is_active, A_BOOL, .doc = "false: deactivated; cannot sign in"),
    FIELD(person, is_super_admin, A_BOOL),
    FIELD(person, email_verified, MAYBE_BOOL, .doc = "The address was proven by a mail" FOR_MANAGERS),
    FIELD(person, mfa_enabled, MAYBE_BOOL, .doc = "Has a second factor" FOR_MANAGERS),
    FIELD(person, mfa_required, MAYBE_BOOL, .doc = "Must have one, by role or organization" FOR_MANAGERS),
    FIELD(person, mfa_reset_asked_by, MAYBE_UUID,
          .doc = "Who asked to reset it, while a second administrator has not confirmed" FOR_MANAGERS),
    FIELD(person, last_login_at, MAYBE_INSTANT, .doc = "Last sign-in" FOR_MANAGERS),
    FIELD(person, locked_until, MAYBE_INSTANT, .doc = "After wrong passwords or codes" FOR_MANAGERS),
    FIELD(person, version, AN_INTEGER, .doc = "For If-Match"),
    FIELD(person, created_at, AN_INSTANT),
    FIELDS_END
};

static const field query_fields[] = { PAGE_FIELDS(people_query),
                                      FIELD(people_query, q, A_TEXT, MAX(200), .doc = "Part of the name or address"),
                                      FIELD(people_query, role, ONE_OF(role_names)),
                                      FIELD(people_query, status, ONE_OF(person_status_names)), FIELDS_END };

static const field change_fields[] = {
    FIELD(person_change, name, A_TEXT, MIN(1), MAX(200)), FIELD(person_change, locale, ONE_OF(locale_names)),
    FIELD(person_change, role, ONE_OF(role_names), .doc = "Ends the person's sessions and open invitations"), FIELDS_END
};

static const char *const reset_names[] = { "DONE", "WAITING", NULL };
static const field reset_fields[] = { FIELD(mfa_reset, state, ONE_OF(reset_names),
                                            .doc =
                                                "WAITING: a second administrator must ask for the same within a day"),
                                      FIELDS_END };

static const field ended_fields[] = { FIELD(people_ended, ended, AN_INTEGER, .doc = "How many sign-ins ended"),
                                      FIELDS_END };

/* ------------------------------------------------------------------ handlers */

static uuid id_of(const request *rq)
{
    return ((const id_path *)rq->path)->id;
}

static error get_users(request *rq, const void *body, void *reply)
{
    (void)body;
    return people_list(rq->scope, rq->who, rq->query, reply);
}

static error get_user(request *rq, const void *body, void *reply)
{
    (void)body;
    person *out = reply;
    TRY(people_read(rq->scope, rq->who, id_of(rq), out));
    reply_etag_version(rq, out->version);
    return OK;
}

static error patch_user(request *rq, const void *body, void *reply)
{
    person *out = reply;
    int64_t version;
    bool role_changed;
    TRY(request_if_match(rq, &version));
    TRY(people_change(rq->scope, rq->who, id_of(rq), version, body, &role_changed, out));
    if (role_changed) rq->event = "role_changed";
    reply_etag_version(rq, out->version);
    return OK;
}

static error post_deactivate(request *rq, const void *body, void *reply)
{
    (void)body;
    return people_deactivate(rq->scope, rq->who, id_of(rq), reply);
}

static error post_reactivate(request *rq, const void *body, void *reply)
{
    (void)body;
    return people_reactivate(rq->scope, rq->who, id_of(rq), reply);
}

static error post_end_sessions(request *rq, const void *body, void *reply)
{
    (void)body;
    return people_end_sessions(rq->scope, rq->who, id_of(rq), reply);
}

static error post_reset_mfa(request *rq, const void *body, void *reply)
{
    (void)body;
    mfa_reset *out = reply;
    TRY(people_reset_mfa(rq->scope, rq->who, id_of(rq), out));
    if (text_equal_string(out->state, "WAITING")) rq->event = "mfa_reset_asked";
    return OK;
}

static error delete_user(request *rq, const void *body, void *reply)
{
    (void)body, (void)reply;
    return people_erase(rq->scope, rq->who, id_of(rq));
}

/* ------------------------------------------------------------------ routes */

#define MANAGE CAPABILITY("manage_users"), TENANT, PATH(id_path, id_path_fields)

const route people_routes[] = {
    { GET, "/users", "List the people of your organization", SIGNED_IN, TENANT, QUERY(people_query, query_fields),
      LIST_REPLY(person_fields, person), .key_reads = true, .rate = RATE_READ,
      .description = "By name. How and when somebody signs in is told to those who manage people.",
      .handle = get_users },
    { GET, "/users/{id}", "Read one person", SIGNED_IN, TENANT, PATH(id_path, id_path_fields),
      REPLY(person, person_fields), .key_reads = true, .rate = RATE_READ, .handle = get_user },
    { PATCH, "/users/{id}", "Change somebody's name, language or role", MANAGE, BODY(person_change, change_fields),
      REPLY(person, person_fields), .audit = "person_changed", .rate = RATE_WRITE, .if_match = true,
      .description = "Nobody changes his own role, gives one above his own, or takes the last administrator's. A role "
                     "is changed only within five minutes of signing in or of POST /auth/step-up.",
      .handle = patch_user },
    { POST, "/users/{id}/deactivate", "Sign somebody out for good", MANAGE, REPLY(person, person_fields),
      .audit = "user_deactivated", .rate = RATE_WRITE,
      .description = "Sessions end at once, and open invitations that the person made.", .handle = post_deactivate },
    { POST, "/users/{id}/reactivate", "Let a deactivated person sign in again", MANAGE, REPLY(person, person_fields),
      .audit = "user_reactivated", .rate = RATE_WRITE, .handle = post_reactivate },
    { POST, "/users/{id}/end-sessions", "Sign somebody out everywhere", MANAGE, REPLY(people_ended, ended_fields),
      .audit = "sessions_ended", .rate = RATE_WRITE,
      .description = "Access tokens end at once, on every server. The person may sign in again.",
      .handle = post_end_sessions },
    { POST, "/users/{id}/reset-mfa", "Take a lost second factor away", MANAGE, REPLY(mfa_reset, reset_fields),
      .audit = "mfa_reset", .rate = RATE_WRITE, .step_up = true,
      .description = "Sessions end. For super admins and the certification body's own people two different "
                     "administrators must ask for it within a day.",
      .handle = post_reset_mfa },
    { DELETE_, "/users/{id}", "Delete somebody's account and erase what is personal", MANAGE, .audit = "user_deleted",
      .rate = RATE_WRITE, .step_up = true,
      .description = "Name, address, password, second factor and sessions are erased. The id stays, so that records "
                     "and the ledger hold.",
      .handle = delete_user },
    ROUTES_END
};
