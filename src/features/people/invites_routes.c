#include "features/people/invites.h"

/* ------------------------------------------------------------------ fields */

static const field draft_fields[] = {
    FIELD(invite_draft, role, ONE_OF(role_names), REQUIRED, .doc = "At most your own"),
    FIELD(invite_draft, email, AN_EMAIL, .doc = "Binds it to this address; left out: whoever has the link"),
    FIELD(invite_draft, max_uses, MAYBE_INTEGER, MIN(1), MAX(INVITE_MOST_USES),
          .doc = "1 when not said; more only without an address"),
    FIELD(invite_draft, expires_in_days, MAYBE_INTEGER, MIN(1), MAX(INVITE_MOST_DAYS), .doc = "7 when not said"),
    FIELDS_END
};

static const field person_draft_fields[] = { FIELD(person_draft, name, A_TEXT, REQUIRED, MIN(1), MAX(200)),
                                             FIELD(person_draft, email, AN_EMAIL, REQUIRED),
                                             FIELD(person_draft, role, ONE_OF(role_names), REQUIRED), FIELDS_END };

#define ROW(member, ...) FIELD_AS(invite_made, row.member, #member, __VA_ARGS__)
#define INVITE_FIELDS                                                                                                  \
    ROW(id, A_UUID), ROW(prefix, A_TEXT, .doc = "How the link's token begins"), ROW(role, ONE_OF(role_names)),         \
        ROW(name, A_TEXT, NULLABLE), ROW(email, A_TEXT, NULLABLE), ROW(max_uses, AN_INTEGER), ROW(uses, AN_INTEGER),   \
        ROW(status, ONE_OF(invite_status_names)), ROW(expires_at, AN_INSTANT), ROW(created_by, A_UUID),                \
        ROW(created_by_name, A_TEXT, NULLABLE), ROW(created_at, AN_INSTANT)

/* A list's items are bare rows, and row is the first member of what was made. */
_Static_assert(offsetof(invite_made, row) == 0, "the fields of a row fit both");
static const field invite_fields[] = { INVITE_FIELDS, FIELDS_END };
static const field made_fields[] = {
    INVITE_FIELDS, FIELD(invite_made, token, A_TEXT, .doc = "Told this once"),
    FIELD(invite_made, link, A_TEXT, .doc = "To be given to the person; told this once"), FIELDS_END
};

static const field query_fields[] = { PAGE_FIELDS(invites_query),
                                      FIELD(invites_query, status, ONE_OF(invite_status_names)), FIELDS_END };

static const field view_fields[] = { FIELD(invite_view, organization, A_TEXT),
                                     FIELD(invite_view, role, ONE_OF(role_names)),
                                     FIELD(invite_view, name, A_TEXT, NULLABLE),
                                     FIELD(invite_view, email, A_TEXT, NULLABLE,
                                           .doc = "null: give your own when you accept"),
                                     FIELD(invite_view, invited_by, A_TEXT, NULLABLE),
                                     FIELD(invite_view, expires_at, AN_INSTANT),
                                     FIELDS_END };

static const field acceptance_fields[] = {
    FIELD(acceptance, token, A_SECRET, REQUIRED, MIN(1), MAX(100), .doc = "Of the invitation's link"),
    FIELD(acceptance, name, A_TEXT, REQUIRED, MIN(1), MAX(200)),
    FIELD(acceptance, email, AN_EMAIL, .doc = "Needed unless the invitation is bound to an address"),
    FIELD(acceptance, password, A_SECRET, REQUIRED, MIN(12), MAX(200),
          .doc = "At least 12 characters; not a common one, not the e-mail"),
    FIELDS_END
};

typedef struct token_path {
    text token;
} token_path;

static const field token_path_fields[] = { FIELD(token_path, token, A_SECRET, MAX(100)), FIELDS_END };

/* ------------------------------------------------------------------ handlers */

static error make(request *rq, const invite_draft *draft, text name, invite_made *out)
{
    reply_header(rq, "Cache-Control", TEXT("no-store"));
    TRY(invites_make(rq->app, rq->scope, rq->who, draft, name, out));
    reply_status(rq, 201);
    return OK;
}

static error post_invite(request *rq, const void *body, void *reply)
{
    return make(rq, body, NO_TEXT, reply);
}

static error post_user(request *rq, const void *body, void *reply)
{
    const person_draft *in = body;
    return make(rq, &(invite_draft){ .role = in->role, .email = in->email }, in->name, reply);
}

static error get_invites(request *rq, const void *body, void *reply)
{
    (void)body;
    return invites_list(rq->scope, rq->query, reply);
}

static error delete_invite(request *rq, const void *body, void *reply)
{
    (void)body, (void)reply;
    return invites_revoke(rq->scope, ((const id_path *)rq->path)->id);
}

static error get_look(request *rq, const void *body, void *reply)
{
    (void)body;
    reply_header(rq, "Cache-Control", TEXT("no-store"));
    return invites_look(rq->scope, ((const token_path *)rq->path)->token, reply);
}

static error post_accept(request *rq, const void *body, void *reply)
{
    sign_in *out = reply;
    reply_header(rq, "Cache-Control", TEXT("no-store"));
    TRY(invites_accept(rq->app, rq->scope, body, out));
    if (text_is(out->mfa_token)) return OK;
    identity_set_cookies(rq, out);
    return identity_replace_session(rq);
}

/* ------------------------------------------------------------------ routes */

#define INVITED_SCOPE SYSTEM(S1_SIGN_IN, "Who was invited has no organization yet; the token's hash finds it")
#define ONCE                                                                                                           \
    "The link and its token are told in this answer and never again; for that reason no Idempotency-Key is taken, "    \
    "which would have to keep them."

const route invites_routes[] = {
    { POST, "/invites", "Invite somebody by a link", CAPABILITY("manage_users"), TENANT,
      BODY(invite_draft, draft_fields), REPLY(invite_made, made_fields), .status = 201, .audit = "user_invited",
      .rate = RATE_WRITE, .description = ONCE, .handle = post_invite },
    { POST, "/users", "Invite somebody by name and address", CAPABILITY("manage_users"), TENANT,
      BODY(person_draft, person_draft_fields), REPLY(invite_made, made_fields), .status = 201, .audit = "user_invited",
      .rate = RATE_WRITE, .description = ONCE, .handle = post_user },
    { GET, "/invites", "List invitations, the newest first", CAPABILITY("manage_users"), TENANT,
      QUERY(invites_query, query_fields), LIST_REPLY(invite_fields, invite), .rate = RATE_READ, .handle = get_invites },
    { DELETE_, "/invites/{id}", "Revoke an invitation", CAPABILITY("manage_users"), TENANT,
      PATH(id_path, id_path_fields), .audit = "invite_revoked", .rate = RATE_WRITE, .handle = delete_invite },
    { GET, "/auth/invites/{token}", "What an invitation is for", PUBLIC, INVITED_SCOPE,
      PATH(token_path, token_path_fields), REPLY(invite_view, view_fields), .rate = RATE_SIGN_IN,
      .description = "410: used up, expired or revoked.", .handle = get_look },
    { POST, "/auth/accept-invite", "Accept an invitation", PUBLIC, INVITED_SCOPE, BODY(acceptance, acceptance_fields),
      REPLY(sign_in, sign_in_fields), .audit = "invite_accepted", .rate = RATE_SIGN_IN, .heavy = true,
      .description = "Answers as signing in does. An address that has an account already gets an answer of the same "
                     "form that opens nothing; its owner signs in as before.",
      .handle = post_accept },
    ROUTES_END
};
