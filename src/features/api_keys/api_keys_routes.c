#include "features/api_keys/api_keys.h"

#define KEY_FIELDS                                                                                                     \
    FIELD(api_key_row, id, A_UUID), FIELD(api_key_row, name, A_TEXT, MAX(100)),                                        \
        FIELD(api_key_row, prefix, A_TEXT, .doc = "How the key begins"), FIELD(api_key_row, scopes, TEXTS),            \
        FIELD(api_key_row, allowed_ips, TEXTS, .doc = "None: from anywhere"), FIELD(api_key_row, created_by, A_UUID),  \
        FIELD(api_key_row, created_by_name, A_TEXT), FIELD(api_key_row, expires_at, AN_INSTANT),                       \
        FIELD(api_key_row, revoked_at, MAYBE_INSTANT), FIELD(api_key_row, last_used_at, MAYBE_INSTANT),                \
        FIELD(api_key_row, last_used_ip, A_TEXT, NULLABLE), FIELD(api_key_row, created_at, AN_INSTANT)

/* A list's items are bare rows, and row is the first member of what was made. */
_Static_assert(offsetof(api_key_made, row) == 0, "the fields of a row fit both");
static const field row_fields[] = { KEY_FIELDS, FIELDS_END };
static const field made_fields[] = { KEY_FIELDS, FIELD(api_key_made, key, A_TEXT, .doc = "Shown only now"),
                                     FIELDS_END };

static const field draft_fields[] = {
    FIELD(api_key_draft, name, A_TEXT, REQUIRED, MIN(1), MAX(100), .example = "Nightly audit"),
    FIELD(api_key_draft, scopes, TEXTS, REQUIRED, MAX(60), .most_items = 60,
          .doc = "read, analyze, or capabilities by name; no more than you may do yourself"),
    FIELD(api_key_draft, expires_at, MAYBE_INSTANT, .doc = "Within a year; left out: 90 days"),
    FIELD(api_key_draft, allowed_ips, TEXTS, MAX(64), .most_items = 50, .doc = "Networks such as 192.0.2.0/24"),
    FIELDS_END
};
static const field query_fields[] = { PAGE_FIELDS(api_keys_query), FIELDS_END };

static error get_keys(request *rq, const void *body, void *reply)
{
    (void)body;
    const api_keys_query *query = rq->query;
    return api_keys_list(rq->scope, &query->page, reply);
}

static error get_key(request *rq, const void *body, void *reply)
{
    (void)body;
    const id_path *path = rq->path;
    return api_keys_read(rq->scope, path->id, reply);
}

static error post_key(request *rq, const void *body, void *reply)
{
    api_key_made *out = reply;
    TRY(api_keys_create(rq->app, rq->scope, rq->who, body, out));
    return created(rq, "/api-keys/", out->row.id);
}

static error post_rotate(request *rq, const void *body, void *reply)
{
    (void)body;
    const id_path *path = rq->path;
    api_key_made *out = reply;
    TRY(api_keys_rotate(rq->app, rq->scope, rq->who, path->id, out));
    return created(rq, "/api-keys/", out->row.id);
}

static error delete_key(request *rq, const void *body, void *reply)
{
    (void)body, (void)reply;
    const id_path *path = rq->path;
    return api_keys_revoke(rq->scope, path->id);
}

#define MANAGE CAPABILITY("manage_keys"), TENANT

/* No Idempotency-Key on what shows a key: a remembered reply would keep it readable for a day. */
const route api_keys_routes[] = {
    { GET, "/api-keys", "List the API keys, newest first", MANAGE, QUERY(api_keys_query, query_fields),
      LIST_REPLY(row_fields, api_key_row), .rate = RATE_READ, .handle = get_keys },
    { POST, "/api-keys", "Make an API key; it is shown once", MANAGE, BODY(api_key_draft, draft_fields),
      REPLY(api_key_made, made_fields), .status = 201, .audit = "key_created", .rate = RATE_WRITE, .step_up = true,
      .handle = post_key },
    { GET, "/api-keys/{id}", "Read what an API key may do, and when it was used", MANAGE, PATH(id_path, id_path_fields),
      REPLY(api_key_row, row_fields), .rate = RATE_READ, .handle = get_key },
    { POST, "/api-keys/{id}/rotate", "Replace an API key", MANAGE, PATH(id_path, id_path_fields),
      REPLY(api_key_made, made_fields), .status = 201, .audit = "key_rotated", .rate = RATE_WRITE, .step_up = true,
      .description = "The new key is good at once; the old one a day more.", .handle = post_rotate },
    { DELETE_, "/api-keys/{id}", "Revoke an API key, at once", MANAGE, PATH(id_path, id_path_fields),
      .audit = "key_revoked", .rate = RATE_WRITE, .handle = delete_key },
    ROUTES_END
};
