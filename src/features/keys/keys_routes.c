#include "features/keys/keys.h"

static const char *const state_names[] = { "ACTIVE", "VERIFYING", "ENDED", "COMPROMISED", NULL };
static const char *const use_names[] = { "TOKEN", NULL };
static const char *const algorithm_names[] = { "RS256", NULL };

static const field key_fields[] = {
    FIELD(signing_key_view, kid, A_TEXT),
    FIELD(signing_key_view, use, ONE_OF(use_names)),
    FIELD(signing_key_view, algorithm, ONE_OF(algorithm_names)),
    FIELD(signing_key_view, state, ONE_OF(state_names), .doc = "The active key signs; a verifying one only checks"),
    FIELD(signing_key_view, public_key, A_TEXT, .doc = "PEM"),
    FIELD(signing_key_view, created_at, AN_INSTANT),
    FIELD(signing_key_view, is_active, A_BOOL),
    FIELD(signing_key_view, retired_at, MAYBE_INSTANT),
    FIELD(signing_key_view, not_after, MAYBE_INSTANT, .doc = "From then on it verifies nothing"),
    FIELD(signing_key_view, compromised_at, MAYBE_INSTANT),
    FIELD(signing_key_view, rotated_by, MAYBE_UUID, .doc = "Who retired it; null: the command line, or nobody"),
    FIELD(signing_key_view, reason, A_TEXT, NULLABLE, .doc = "Why it was retired"),
    FIELDS_END
};

typedef struct keys_query {
    page_query page;
} keys_query;

static const field query_fields[] = { PAGE_FIELDS(keys_query), FIELDS_END };

static const field rotation_fields[] = {
    FIELD(rotation, emergency, A_BOOL, .doc = "Refuse what older keys signed at once, instead of after 24 hours"),
    FIELD(rotation, reason, A_TEXT, MIN(1), MAX(500), .example = "Yearly rotation"), FIELDS_END
};

static const field compromise_fields[] = { FIELD(compromise, reason, A_TEXT, REQUIRED, MIN(1), MAX(500),
                                                 .example = "Found in a backup that was lost"),
                                           FIELDS_END };

typedef struct kid_path {
    text kid;
} kid_path;

static const field kid_path_fields[] = { FIELD(kid_path, kid, A_TEXT, MIN(1), MAX(64)), FIELDS_END };

static error get_keys(request *rq, const void *body, void *reply)
{
    (void)body;
    const keys_query *query = rq->query;
    return keys_list(rq->scope, &query->page, reply);
}

static error post_rotate(request *rq, const void *body, void *reply)
{
    return keys_rotate_now(rq->app, rq->scope, body, reply);
}

static error post_compromised(request *rq, const void *body, void *reply)
{
    const kid_path *path = rq->path;
    return keys_mark_compromised_now(rq->app, rq->scope, path->kid, body, reply);
}

static error get_jwks(request *rq, const void *body, void *reply)
{
    (void)body, (void)reply;
    reply_raw(rq, "application/json", keys_jwks(rq->app, rq->arena));
    return OK;
}

#define KEYS_SCOPE SYSTEM(S9_PLATFORM_ADMINISTRATION, "The keys that sign access tokens belong to no tenant")

const route keys_routes[] = {
    { GET, "/.well-known/jwks.json", "Keys that verify access tokens", PUBLIC, NO_SCOPE, .at_root = true,
      .raw_reply = "application/json", .rate = RATE_PUBLIC, .tag = "auth", .handle = get_jwks,
      .reply_schema = "{\"type\":\"object\",\"required\":[\"keys\"],\"properties\":{\"keys\":{\"type\":\"array\","
                      "\"items\":{\"type\":\"object\"}}}}" },
    { GET, "/admin/signing-keys", "List the keys that sign access tokens, without private parts", SUPER_ADMIN,
      KEYS_SCOPE, QUERY(keys_query, query_fields), LIST_REPLY(key_fields, signing_key_view), .rate = RATE_READ,
      .handle = get_keys },
    { POST, "/admin/signing-keys", "Make a new signing key, as rotate does", SUPER_ADMIN, KEYS_SCOPE,
      BODY(rotation, rotation_fields), REPLY(signing_key_view, key_fields), .status = 201,
      .audit = "super_admin_action", .rate = RATE_WRITE, .step_up = true, .handle = post_rotate },
    { POST, "/admin/signing-keys/rotate", "Replace the active signing key", SUPER_ADMIN, KEYS_SCOPE,
      BODY(rotation, rotation_fields), REPLY(signing_key_view, key_fields), .audit = "super_admin_action",
      .rate = RATE_WRITE, .step_up = true, .handle = post_rotate,
      .description =
          "The reply is the new key, which signs at once. What the old one signed is good for 24 hours more, "
          "in an emergency for none. Every server follows within five seconds." },
    { POST, "/admin/signing-keys/{kid}/compromised", "Mark a signing key as compromised", SUPER_ADMIN, KEYS_SCOPE,
      PATH(kid_path, kid_path_fields), BODY(compromise, compromise_fields), REPLY(signing_key_view, key_fields),
      .audit = "super_admin_action", .rate = RATE_WRITE, .step_up = true, .handle = post_compromised,
      .description = "What it signed is refused at once. When it was the active key, a new one takes its place." },
    ROUTES_END
};
