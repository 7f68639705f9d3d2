#include "features/access/access.h"
#include "features/organizations/organizations.h" /* role_names */

static const field capability_fields[] = { FIELD(known_capability, slug, A_TEXT),
                                           FIELD(known_capability, category, A_TEXT),
                                           FIELD(known_capability, description, A_TEXT), FIELDS_END };

typedef struct capability_list {
    item_list items;
} capability_list;

static const field capability_list_fields[] = {
    FIELD(capability_list, items, LIST_OF(known_capability, capability_fields)), FIELDS_END
};

#define RIGHTS .most = 60, .most_items = 60, .doc = "Names of GET /capabilities"

static const field role_fields[] = { FIELD(role_view, id, MAYBE_UUID, .doc = "null: a built-in role"),
                                     FIELD(role_view, name, A_TEXT, MAX(60)),
                                     FIELD(role_view, description, A_TEXT, MAX(500)),
                                     FIELD(role_view, is_custom, A_BOOL),
                                     FIELD(role_view, capabilities, TEXTS),
                                     FIELD(role_view, people, AN_INTEGER, .doc = "Active people who have it"),
                                     FIELD(role_view, version, AN_INTEGER, .doc = "For If-Match"),
                                     FIELDS_END };
static const field role_list_fields[] = { FIELD(role_list, items, LIST_OF(role_view, role_fields)), FIELDS_END };

static const field draft_fields[] = { FIELD(role_draft, name, A_TEXT, REQUIRED, MIN(1), MAX(60),
                                            .example = "Model owner"),
                                      FIELD(role_draft, description, A_TEXT, MAX(500)),
                                      FIELD(role_draft, capabilities, TEXTS, REQUIRED, RIGHTS), FIELDS_END };
static const field change_fields[] = { FIELD(role_change, name, A_TEXT, MIN(1), MAX(60)),
                                       FIELD(role_change, description, A_TEXT, MAX(500)), FIELDS_END };
static const field rights_fields[] = { FIELD(role_rights, capabilities, TEXTS, REQUIRED, RIGHTS), FIELDS_END };

static const field permission_fields[] = { FIELD(permission, capability, ONE_OF(capability_names), REQUIRED),
                                           FIELD(permission, is_granted, A_BOOL, REQUIRED, .doc = "false: denied"),
                                           FIELDS_END };
static const field permission_change_fields[] = {
    FIELD(permission_change, role_id, MAYBE_UUID, .doc = "In place of the built-in role; null: that one"),
    FIELD(permission_change, capabilities, LIST_OF(permission, permission_fields), REQUIRED, .most_items = 60,
          .doc = "What differs from the role"),
    FIELDS_END
};
static const field permission_view_fields[] = { FIELD(permission_view, user_id, A_UUID),
                                                FIELD(permission_view, role, ONE_OF(role_names)),
                                                FIELD(permission_view, role_id, MAYBE_UUID),
                                                FIELD(permission_view, role_name, A_TEXT, NULLABLE),
                                                FIELD(permission_view, granted, TEXTS),
                                                FIELD(permission_view, denied, TEXTS),
                                                FIELD(permission_view, effective, TEXTS),
                                                FIELD(permission_view, version, AN_INTEGER,
                                                      .doc = "For If-Match; 0 when nothing was ever changed"),
                                                FIELDS_END };

static const field question_fields[] = { FIELD(access_question, user, A_UUID, REQUIRED),
                                         FIELD(access_question, capability, ONE_OF(capability_names), REQUIRED),
                                         FIELDS_END };
static const field answer_fields[] = { FIELD(access_answer, allowed, A_BOOL), FIELD(access_answer, because, A_TEXT),
                                       FIELDS_END };

/* ------------------------------------------------------------------ handlers */

static error get_capabilities(request *rq, const void *body, void *reply)
{
    (void)rq, (void)body;
    capability_list *out = reply;
    out->items = (item_list){ capabilities, capability_count };
    return OK;
}

static error get_roles(request *rq, const void *body, void *reply)
{
    (void)body;
    return roles_list(rq->scope, reply);
}

static error get_role(request *rq, const void *body, void *reply)
{
    (void)body;
    const id_path *path = rq->path;
    role_view *out = reply;
    TRY(roles_read(rq->scope, path->id, out));
    reply_etag_version(rq, out->version);
    return OK;
}

static error post_role(request *rq, const void *body, void *reply)
{
    role_view *out = reply;
    TRY(roles_create(rq->scope, rq->who, body, out));
    return created(rq, "/roles/", out->id.value);
}

static error patch_role(request *rq, const void *body, void *reply)
{
    const id_path *path = rq->path;
    role_view *out = reply;
    int64_t version;
    TRY(request_if_match(rq, &version));
    TRY(roles_change(rq->scope, path->id, version, body, out));
    reply_etag_version(rq, out->version);
    return OK;
}

static error put_role_capabilities(request *rq, const void *body, void *reply)
{
    const id_path *path = rq->path;
    role_view *out = reply;
    int64_t version;
    TRY(request_if_match(rq, &version));
    TRY(roles_set_capabilities(rq->scope, rq->who, path->id, version, body, out));
    reply_etag_version(rq, out->version);
    return OK;
}

static error delete_role(request *rq, const void *body, void *reply)
{
    (void)body, (void)reply;
    const id_path *path = rq->path;
    return roles_archive(rq->scope, path->id);
}

static error get_permissions(request *rq, const void *body, void *reply)
{
    (void)body;
    const id_path *path = rq->path;
    permission_view *out = reply;
    TRY(permissions_read(rq->scope, path->id, out));
    reply_etag_version(rq, out->version);
    return OK;
}

static error put_permissions(request *rq, const void *body, void *reply)
{
    const id_path *path = rq->path;
    permission_view *out = reply;
    int64_t version;
    TRY(request_if_match(rq, &version));
    TRY(permissions_set(rq->scope, rq->who, path->id, version, body, out));
    reply_etag_version(rq, out->version);
    return OK;
}

static error get_explanation(request *rq, const void *body, void *reply)
{
    (void)body;
    return access_explain(rq->scope, rq->query, reply);
}

const route access_routes[] = {
    { GET, "/capabilities", "Everything that somebody may be allowed to do", SIGNED_IN, TENANT,
      REPLY(capability_list, capability_list_fields), .rate = RATE_READ, .tag = "access", .handle = get_capabilities },
    { GET, "/roles", "List the roles, those built in first", SIGNED_IN, TENANT, REPLY(role_list, role_list_fields),
      .rate = RATE_READ, .tag = "access", .handle = get_roles },
    { POST, "/roles", "Make a role of your organization's own", CAPABILITY("manage_roles"), TENANT,
      BODY(role_draft, draft_fields), REPLY(role_view, role_fields), .status = 201, .audit = "role_created",
      .rate = RATE_WRITE, .idempotent = true, .step_up = true, .tag = "access", .handle = post_role },
    { GET, "/roles/{id}", "Read a role", SIGNED_IN, TENANT, PATH(id_path, id_path_fields),
      REPLY(role_view, role_fields), .rate = RATE_READ, .tag = "access", .handle = get_role },
    { PATCH, "/roles/{id}", "Rename a role", CAPABILITY("manage_roles"), TENANT, PATH(id_path, id_path_fields),
      BODY(role_change, change_fields), REPLY(role_view, role_fields), .audit = "role_changed", .rate = RATE_WRITE,
      .if_match = true, .tag = "access", .handle = patch_role },
    { PUT, "/roles/{id}/capabilities", "Say what a role may do", CAPABILITY("manage_roles"), TENANT,
      PATH(id_path, id_path_fields), BODY(role_rights, rights_fields), REPLY(role_view, role_fields),
      .audit = "role_changed", .rate = RATE_WRITE, .if_match = true, .step_up = true, .tag = "access",
      .description = "Ends the access tokens of those who have it; the next refresh brings new ones.",
      .handle = put_role_capabilities },
    { DELETE_, "/roles/{id}", "Put a role away that nobody has", CAPABILITY("manage_roles"), TENANT,
      PATH(id_path, id_path_fields), .audit = "role_deleted", .rate = RATE_WRITE, .step_up = true, .tag = "access",
      .handle = delete_role },
    { GET, "/users/{id}/capabilities", "What somebody may do, and why", CAPABILITY("manage_users"), TENANT,
      PATH(id_path, id_path_fields), REPLY(permission_view, permission_view_fields), .rate = RATE_READ, .tag = "access",
      .handle = get_permissions },
    { PUT, "/users/{id}/capabilities", "Give a role of your own, grant and deny", CAPABILITY("manage_roles"), TENANT,
      PATH(id_path, id_path_fields), BODY(permission_change, permission_change_fields),
      REPLY(permission_view, permission_view_fields), .audit = "permissions_changed", .rate = RATE_WRITE,
      .if_match = true, .step_up = true, .tag = "access",
      .description = "Nobody gives what he lacks, or changes the own. The person's access tokens end; the next refresh "
                     "brings new ones.",
      .handle = put_permissions },
    { GET, "/access/explain", "Whether somebody may do something, and why", CAPABILITY("manage_users"), TENANT,
      QUERY(access_question, question_fields), REPLY(access_answer, answer_fields), .rate = RATE_READ, .tag = "access",
      .handle = get_explanation },
    ROUTES_END
};
