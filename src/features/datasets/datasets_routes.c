#include "features/datasets/datasets.h"
#include "features/door/door.h"

static const char *const purpose_names[] = { "BASELINE", "MONITORING", "AUDIT", "SANDBOX", NULL };
static const char *const status_names[] = { "UPLOADING", "READY", "FAILED", NULL };
static const char *const table_media[] = { "text/csv", "application/x-ndjson", "application/json", NULL };

/* ------------------------------------------------------------------ fields */

#define SHA256_DOC "64 hex digits; what arrives otherwise is refused and not kept"

static const field draft_fields[] = {
    FIELD(dataset_draft, name, A_TEXT, REQUIRED, MIN(1), MAX(200)),
    FIELD(dataset_draft, purpose, ONE_OF(purpose_names), STANDARD("AUDIT")),
    FIELD(dataset_draft, contains_personal, A_BOOL, .doc = "Rows are about persons who can be told; needs legal_basis"),
    FIELD(dataset_draft, legal_basis, A_TEXT, MIN(10), MAX(1000), .doc = "Why personal data may be kept here"),
    FIELD(dataset_draft, retention_until, MAYBE_INSTANT, .doc = "Deleted at this time; kept when left out"),
    FIELD(dataset_draft, sha256, A_TEXT, MIN(64), MAX(64), .doc = SHA256_DOC),
    FIELDS_END
};

static const field content_query_fields[] = {
    FIELD(dataset_content_query, sha256, A_TEXT, MIN(64), MAX(64), .doc = SHA256_DOC), FIELDS_END
};

static const field change_fields[] = { FIELD(dataset_change, name, A_TEXT, MIN(1), MAX(200)),
                                       FIELD(dataset_change, purpose, ONE_OF(purpose_names)),
                                       FIELD(dataset_change, contains_personal, MAYBE_BOOL),
                                       FIELD(dataset_change, legal_basis, A_TEXT, MIN(10), MAX(1000)),
                                       FIELD(dataset_change, retention_until, MAYBE_INSTANT),
                                       FIELDS_END };

#define ROW(member, ...) FIELD_AS(dataset_view, row.member, #member, __VA_ARGS__)

#define DATASET_FIELDS                                                                                                 \
    ROW(id, A_UUID), ROW(name, A_TEXT), ROW(purpose, ONE_OF(purpose_names)), ROW(media_type, ONE_OF(table_media)),     \
        ROW(status, ONE_OF(status_names)), ROW(problem, A_TEXT, NULLABLE, .doc = "FAILED: what was wrong"),            \
        FIELD_AS(dataset_view, row.row_count, "rows", MAYBE_INTEGER), ROW(bytes, AN_INTEGER),                          \
        ROW(upload_offset, AN_INTEGER, .doc = "How many bytes are stored: where an upload that broke off goes on"),    \
        ROW(sha256, A_TEXT, NULLABLE), ROW(contains_personal, A_BOOL), ROW(legal_basis, A_TEXT, NULLABLE),             \
        ROW(retention_until, MAYBE_INSTANT), ROW(created_by_name, A_TEXT, NULLABLE), ROW(is_resumable, A_BOOL),        \
        ROW(version, AN_INTEGER, .doc = "For If-Match"), ROW(created_at, AN_INSTANT), ROW(updated_at, AN_INSTANT)

static const field view_fields[] = {
    DATASET_FIELDS,
    FIELD(dataset_view, columns, ANY_JSON, NULLABLE,
          .doc = "READY: for each column its name, type (number, text, bool), missing, distinct (null: more than 256), "
                 "min and max of numbers, values with their counts where there are at most 12, and special_category"),
    FIELDS_END
};

/* A list's items are bare rows, and row is the view's first member. */
_Static_assert(offsetof(dataset_view, row) == 0, "the fields of a row fit both");
static const field item_fields[] = { DATASET_FIELDS, FIELDS_END };

static const field query_fields[] = { PAGE_FIELDS(datasets_query), FIELD(datasets_query, status, ONE_OF(status_names)),
                                      FIELD(datasets_query, purpose, ONE_OF(purpose_names)), FIELDS_END };

/* ------------------------------------------------------------------ handlers */

static error post_dataset(request *rq, const void *body, void *reply)
{
    (void)body;
    dataset_view *out = reply;
    TRY(datasets_upload_finish(rq, out));
    reply_etag_version(rq, out->row.version);
    return created(rq, "/datasets/", out->row.id);
}

static error put_content(request *rq, const void *body, void *reply)
{
    (void)body;
    dataset_view *out = reply;
    TRY(datasets_upload_finish(rq, out));
    reply_etag_version(rq, out->row.version);
    return OK;
}

static error get_datasets(request *rq, const void *body, void *reply)
{
    (void)body;
    return datasets_list(rq->scope, rq->query, reply);
}

static error get_dataset(request *rq, const void *body, void *reply)
{
    (void)body;
    const id_path *path = rq->path;
    dataset_view *out = reply;
    TRY(datasets_find(rq->scope, path->id, out));
    reply_etag_version(rq, out->row.version);
    return OK;
}

static error patch_dataset(request *rq, const void *body, void *reply)
{
    const id_path *path = rq->path;
    dataset_view *out = reply;
    int64_t version;
    TRY(request_if_match(rq, &version));
    TRY(datasets_change(rq->scope, path->id, version, body, out));
    reply_etag_version(rq, out->row.version);
    return OK;
}

/* On record in the transaction that makes it disappear; its pieces go behind the request's back. */
static error delete_dataset(request *rq, const void *body, void *reply)
{
    (void)body, (void)reply;
    const id_path *path = rq->path;
    TRY(datasets_mark_deleted(rq->scope, path->id));
    TRY(door_audit(rq->scope, &(audit_note){ .event = "dataset_deleted",
                                             .org_id = { true, rq->scope->who.org_id },
                                             .subject_type = "dataset",
                                             .subject_id = { true, path->id } }));
    TRY(scope_pause(rq->scope)); /* committed before the cleaner looks */
    datasets_cleaner_wake(rq->app);
    return OK;
}

typedef struct download {
    platform *app;
    caller who;
    uuid id;
    int64_t number;
} download;

static error next_piece(request *rq, arena *a, text *piece)
{
    download *d = rq->stream;
    scope *db;
    TRY(scope_open_tenant(d->app->store, a, &d->who, &db));
    error bad = datasets_piece(db, d->id, d->number++, piece);
    scope_rollback(db);
    return bad;
}

static error get_content(request *rq, const void *body, void *reply)
{
    (void)body, (void)reply;
    const id_path *path = rq->path;
    dataset_view found;
    TRY(datasets_find(rq->scope, path->id, &found));
    if (!text_equal_string(found.row.status, "READY"))
        return fail(rq->arena, CONFLICT, "/id", "This data set is %.*s; only one that is READY can be downloaded.",
                    PRINT(found.row.status));
    download *d = ARENA_NEW(rq->arena, download);
    *d = (download){ .app = rq->app, .who = rq->scope->who, .id = path->id };
    rq->stream = d;
    bool is_csv = text_equal_string(found.row.media_type, "text/csv");
    reply_attachment(rq, is_csv                                                            ? "dataset.csv"
                         : text_equal_string(found.row.media_type, "application/x-ndjson") ? "dataset.ndjson"
                                                                                           : "dataset.json");
    reply_header(rq, "ETag", text_format(rq->arena, "\"%.*s\"", PRINT(found.row.sha256)));
    reply_pieces(rq, text_string(rq->arena, found.row.media_type), (uint64_t)found.row.bytes, next_piece);
    return OK;
}

/* ------------------------------------------------------------------ routes */

const route datasets_routes[] = {
    { POST, "/datasets", "Upload a data set", CAPABILITY("run_analysis"), TENANT, QUERY(dataset_draft, draft_fields),
      .raw_body = true, .media = table_media, .stream = &dataset_upload, REPLY(dataset_view, view_fields),
      .status = 201, .audit = "dataset_uploaded", .rate = RATE_WRITE,
      .description =
          "The table is the body: text/csv, application/x-ndjson, or application/json (a list of rows, of at most the "
          "limit of other bodies). It is stored and profiled while it arrives, and is all or nothing: a row that "
          "cannot "
          "be read, or a connection that breaks, leaves nothing behind.\n\nWith the header `Upload-Complete: ?1` (this "
          "is all of it) or `?0` (more will follow) what has arrived is kept for a day when the connection breaks: "
          "`upload_offset` of GET /datasets/{id} says how far it came, and PUT /datasets/{id}/content goes on from "
          "there.",
      .handle = post_dataset },
    { PUT, "/datasets/{id}/content", "Go on with an upload", CAPABILITY("run_analysis"), TENANT,
      PATH(id_path, id_path_fields), QUERY(dataset_content_query, content_query_fields), .raw_body = true,
      .media = table_media, .stream = &dataset_content, REPLY(dataset_view, view_fields), .audit = "dataset_uploaded",
      .rate = RATE_WRITE,
      .description = "The header `Upload-Offset` says with which byte the body begins, and must be the data set's "
                     "`upload_offset` (409 otherwise); `Upload-Complete: ?0` says that still more will follow. The "
                     "content type is that of the first request. After the last byte the data set is READY, or FAILED "
                     "with the reason, and then keeps nothing.",
      .handle = put_content },
    { GET, "/datasets", "List the data sets, newest first", SIGNED_IN, TENANT, QUERY(datasets_query, query_fields),
      LIST_REPLY(item_fields, dataset), .key_reads = true, .rate = RATE_READ, .handle = get_datasets },
    { GET, "/datasets/{id}", "Read what a data set holds", SIGNED_IN, TENANT, PATH(id_path, id_path_fields),
      REPLY(dataset_view, view_fields), .key_reads = true, .rate = RATE_READ, .handle = get_dataset },
    { GET, "/datasets/{id}/content", "Download a data set", CAPABILITY("run_analysis"), TENANT,
      PATH(id_path, id_path_fields), .raw_reply = "text/csv", .audit = "data_exported", .rate = RATE_EXPORT,
      .description = "Byte for byte as it was uploaded, in its own media type; the ETag is its SHA-256.",
      .handle = get_content },
    { PATCH, "/datasets/{id}", "Change a data set's name, purpose or date", CAPABILITY("run_analysis"), TENANT,
      PATH(id_path, id_path_fields), BODY(dataset_change, change_fields), REPLY(dataset_view, view_fields),
      .audit = "dataset_changed", .rate = RATE_WRITE, .if_match = true, .handle = patch_dataset },
    { DELETE_, "/datasets/{id}", "Delete a data set", CAPABILITY("run_analysis"), TENANT, PATH(id_path, id_path_fields),
      .rate = RATE_WRITE,
      .description = "At once and for good. Analyses that were recorded stay, with the hash of the data.",
      .handle = delete_dataset },
    ROUTES_END
};
