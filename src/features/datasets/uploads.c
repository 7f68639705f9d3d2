#include "crypto/hash.h"
#include "features/datasets/datasets.h"
#include "features/datasets/profile.h"
#include "features/datasets/reading.h"
#include "features/limits/limits.h"

enum { CATCH_UP_AT_ONCE = 16 /* pieces read back in one turn, before others have theirs */ };

/* What one request stores. Its parser, profile and hash know the bytes from the first one on: after a break what is
 * stored already is read back into them. Of a request that says that more will follow nothing is looked at yet. */
typedef struct upload {
    platform *app;
    caller who;
    uuid id;
    text media_type, expected_sha256;
    int64_t chunks, stored;
    int64_t caught_up; /* pieces that were read back */
    bool creates, is_resumable, is_complete;
    table_feed *feed;
    profile *profile;
    sha256_stream *hash;
    error problem; /* with the data itself: it would be the same at the next attempt */
} upload;

/* ------------------------------------------------------------------ scopes of their own */

typedef error (*scoped_work)(upload *u, scope *db, const void *given);

static error in_scope(upload *u, arena *keeps, scoped_work work, const void *given)
{
    arena *a = arena_new();
    scope *db;
    error bad = scope_open_tenant(u->app->store, a, &u->who, &db);
    if (!bad) {
        bad = work(u, db, given);
        if (!bad) bad = scope_commit(db);
        scope_rollback(db);
    }
    bad = error_copy(keeps, bad);
    arena_drop(a);
    return bad;
}

static error store_piece(upload *u, scope *db, const void *given)
{
    const text *piece = given;
    int64_t added;
    TRY(sql_dataset_chunk_insert(db,
                                 &(sql_dataset_chunk_insert_in){ .dataset_id = u->id,
                                                                 .number = u->chunks,
                                                                 .first_byte = u->stored,
                                                                 .bytes = *piece,
                                                                 .most = (int64_t)u->app->limits.organization_bytes },
                                 &added));
    if (added) return OK;
    return fail(db->arena, CONFLICT, "",
                "Your organization's data sets fill the limit of %.0f MB. Delete some that are no longer needed.",
                (double)u->app->limits.organization_bytes / 1e6);
}

static error mark_failed(upload *u, scope *db, const void *given)
{
    (void)given;
    return sql_dataset_failed(
        db, &(sql_dataset_failed_in){ .id = u->id, .problem = text_of(u->problem ? u->problem->message : "") });
}

static error mark_deleted(upload *u, scope *db, const void *given)
{
    (void)given;
    return datasets_mark_deleted(db, u->id);
}

/* ------------------------------------------------------------------ begin */

/* The data is at fault, not the request: 422, whatever a reader of requests would call it. */
static error of_the_data(upload *u, arena *a, error wrong)
{
    if (!wrong) return OK;
    bool is_ours = wrong->kind != BAD_REQUEST && wrong->kind != INVALID && wrong->kind != TOO_LARGE;
    if (is_ours) return wrong;
    u->problem = wrong->kind == BAD_REQUEST ? fail(a, INVALID, wrong->pointer, "%s", wrong->message) : wrong;
    return u->problem;
}

/* RFC 8941: "?1" and "?0". */
static error completes(const request *rq, bool *is_said, bool *out)
{
    text said = request_header(rq, "Upload-Complete");
    *is_said = text_is(said);
    *out = !*is_said || text_equal_string(said, "?1");
    if (*out || text_equal_string(said, "?0")) return OK;
    return fail(rq->arena, BAD_REQUEST, "",
                "Upload-Complete: expected ?1 (this is all of it) or ?0 (more will follow).");
}

static upload *upload_new(request *rq)
{
    upload *u = ARENA_NEW(rq->arena, upload);
    u->app = rq->app;
    u->who = rq->scope->who;
    u->media_type = rq->content_type;
    return u;
}

static void look_at_it(upload *u, arena *a)
{
    platform *app = u->app;
    table_limits limits = { .columns = app->limits.features, .record = DATASET_ROW_BYTES };
    u->profile = profile_new(a);
    u->hash = sha256_start(a);
    u->feed = table_feed_new(a, u->media_type, profile_sink(u->profile), limits);
}

static error check_room(upload *u, scope *db)
{
    dataset_room_row room;
    TRY(sql_dataset_room(db, &room));
    if (room.uploads >= DATASET_UPLOADS_AT_ONCE + (u->creates ? 0 : 1))
        return fail_later(db->arena, TOO_MANY, 10,
                          "Your organization uploads as many data sets as it may at once. Try again when one is done.");
    if (u->creates && room.datasets >= DATASETS_MOST)
        return fail(db->arena, CONFLICT, "",
                    "Your organization has %lld data sets; the limit is %d. Delete some first.",
                    (long long)room.datasets, DATASETS_MOST);
    if (room.bytes < (int64_t)u->app->limits.organization_bytes) return OK;
    return fail(db->arena, CONFLICT, "",
                "Your organization's data sets have %lld MB; the limit is %lld MB. Delete some "
                "first.",
                (long long)(room.bytes / 1000000), (long long)(u->app->limits.organization_bytes / 1000000));
}

static error check_draft(arena *a, const dataset_draft *in, instant now)
{
    if (in->contains_personal && !text_is(in->legal_basis))
        return fail(a, INVALID, "/legal_basis", "Personal data needs its legal basis, in a sentence.");
    if (in->retention_until.is_set && in->retention_until.value <= now)
        return fail(a, INVALID, "/retention_until", "Expected a time to come.");
    return OK;
}

static error begin_new(request *rq)
{
    const dataset_draft *in = rq->query;
    scope *db = rq->scope;
    upload *u = upload_new(rq);
    u->creates = true;
    u->expected_sha256 = in->sha256;
    TRY(completes(rq, &u->is_resumable, &u->is_complete));
    TRY(check_draft(rq->arena, in, scope_now(db)));
    TRY(check_room(u, db));
    uuid id = uuid_v7(&db->clock);
    TRY(sql_dataset_insert(db, &(sql_dataset_insert_in){ .id = id,
                                                         .name = in->name,
                                                         .purpose = in->purpose,
                                                         .media_type = u->media_type,
                                                         .is_resumable = u->is_resumable,
                                                         .contains_personal = in->contains_personal,
                                                         .legal_basis = in->legal_basis,
                                                         .retention_until = in->retention_until,
                                                         .created_by = { db->who.kind == ACTOR_USER, db->who.id } }));
    TRY(scope_pause(db));
    u->id = id;
    rq->stream = u;
    if (u->is_complete) look_at_it(u, rq->arena);
    return OK;
}

static error check_offset(const request *rq, const dataset *row)
{
    text said = request_header(rq, "Upload-Offset");
    int64_t offset = 0;
    if (text_is(said) && (!text_integer(said, &offset) || offset < 0))
        return fail(rq->arena, BAD_REQUEST, "", "Upload-Offset: expected the number of the first byte that is sent.");
    if (!text_equal_string(row->status, "UPLOADING"))
        return fail(rq->arena, CONFLICT, "/id", "This data set is %.*s; its content stays as it is.",
                    PRINT(row->status));
    if (offset == row->upload_offset) return OK;
    return fail(rq->arena, CONFLICT, "", "The upload stands at byte %lld, found Upload-Offset: %lld.",
                (long long)row->upload_offset, (long long)offset);
}

static error begin_more(request *rq)
{
    const id_path *path = rq->path;
    const dataset_content_query *query = rq->query;
    scope *db = rq->scope;
    upload *u = upload_new(rq);
    dataset_view found;
    dataset_tail_row tail;
    bool is_said;
    u->is_resumable = true;
    u->expected_sha256 = query->sha256;
    TRY(completes(rq, &is_said, &u->is_complete));
    TRY(datasets_find(db, path->id, &found));
    TRY(check_offset(rq, &found.row));
    if (!text_equal(u->media_type, found.row.media_type))
        return fail(rq->arena, UNSUPPORTED_MEDIA, "", "Expected %.*s, as the data set began, found %.*s.",
                    PRINT(found.row.media_type), PRINT(u->media_type));
    TRY(check_room(u, db));
    TRY(sql_dataset_tail(db, &(sql_dataset_tail_in){ .dataset_id = path->id }, &tail));
    TRY(scope_pause(db));
    u->chunks = tail.chunks;
    u->stored = tail.received;
    u->id = path->id;
    rq->stream = u;
    if (u->is_complete) look_at_it(u, rq->arena);
    return OK;
}

/* ------------------------------------------------------------------ pieces */

static error look_at_piece(upload *u, text piece)
{
    if (!u->feed) return OK;
    sha256_more(u->hash, piece);
    return table_feed_more(u->feed, piece);
}

static error read_back(upload *u, scope *db, const void *given)
{
    (void)given;
    bool found;
    dataset_chunk_row chunk;
    scope_reads(db);
    TRY(sql_dataset_chunk(db, &(sql_dataset_chunk_in){ .dataset_id = u->id, .number = u->caught_up }, &found, &chunk));
    if (!found) return fail(db->arena, CONFLICT, "/id", "This data set was deleted meanwhile.");
    return look_at_piece(u, chunk.bytes);
}

static error catch_up(request *rq, bool *more)
{
    upload *u = rq->stream;
    for (int i = 0; u->feed && i < CATCH_UP_AT_ONCE && u->caught_up < u->chunks; i++) {
        TRY(of_the_data(u, rq->arena, in_scope(u, rq->arena, read_back, NULL)));
        u->caught_up++;
    }
    *more = u->feed && u->caught_up < u->chunks;
    return OK;
}

static error check_size(upload *u, arena *a, size_t more)
{
    const data_limits *limits = &u->app->limits;
    uint64_t whole = (uint64_t)u->stored + more;
    if (whole > limits->dataset_bytes)
        return fail(a, TOO_LARGE, "", "The data set is larger than the limit of %zu bytes.", limits->dataset_bytes);
    if (!text_equal_string(u->media_type, "application/json") || whole <= limits->body_bytes) return OK;
    return fail(a, TOO_LARGE, "",
                "A JSON document is read whole, so the limit is %zu bytes. Send larger data as text/csv or "
                "application/x-ndjson.",
                limits->body_bytes);
}

static error take_piece(request *rq, text piece)
{
    upload *u = rq->stream;
    TRY(of_the_data(u, rq->arena, check_size(u, rq->arena, piece.length)));
    TRY(of_the_data(u, rq->arena, look_at_piece(u, piece)));
    TRY(in_scope(u, rq->arena, store_piece, &piece));
    u->chunks++;
    u->stored += (int64_t)piece.length;
    return OK;
}

/* ------------------------------------------------------------------ the end */

static error check_whole(upload *u, arena *a, text sha256)
{
    TRY(table_feed_finish(u->feed));
    if (profile_rows(u->profile) == 0) return fail(a, INVALID, "", "The table has a header and no rows.");
    if (!text_is(u->expected_sha256) || text_equal(text_lower_ascii(a, u->expected_sha256), sha256)) return OK;
    return fail(a, INVALID, "/sha256", "What arrived has the SHA-256 %.*s, not %.*s: it was changed on its way.",
                PRINT(sha256), PRINT(u->expected_sha256));
}

static error store_whole(request *rq, upload *u)
{
    arena *a = rq->arena;
    int64_t changed;
    text bytes = sha256_finish(a, u->hash);
    text sha256 = text_hex(a, (const uint8_t *)bytes.data, bytes.length);
    TRY(of_the_data(u, a, check_whole(u, a, sha256)));
    TRY(sql_dataset_ready(rq->scope,
                          &(sql_dataset_ready_in){ .id = u->id,
                                                   .columns = profile_json(a, u->profile),
                                                   .row_count = profile_rows(u->profile),
                                                   .bytes = u->stored,
                                                   .sha256 = sha256 },
                          &changed));
    return changed ? OK : fail(a, CONFLICT, "/id", "This data set was deleted or finished by somebody else meanwhile.");
}

error datasets_upload_finish(request *rq, dataset_view *out)
{
    upload *u = rq->stream;
    if (u->is_complete) TRY(store_whole(rq, u));
    TRY(datasets_find(rq->scope, u->id, out));
    reply_header(rq, "Upload-Offset", text_format(rq->arena, "%lld", (long long)u->stored));
    return OK;
}

/* Nothing is kept of an upload that is all or nothing, nor of data that cannot be read; what was sent by somebody whose
 * session has ended meanwhile is cleaned up as well. */
static void abandon(request *rq)
{
    upload *u = rq->stream;
    if (!u) return;
    u->who.jti = (uuid){ { 0 } };
    bool is_kept = u->is_resumable && !u->problem;
    if (is_kept) return;
    error bad = in_scope(u, rq->arena, u->creates ? mark_deleted : mark_failed, NULL);
    datasets_cleaner_wake(u->app);
    if (bad && bad->kind != NOT_FOUND)
        log_event(u->app->log, LOG_WARNING, "dataset_left_behind", bad->message,
                  (log_field[]){ LOG_T("dataset_id", uuid_format(rq->arena, u->id)), LOG_END });
}

const body_stream dataset_upload = { .begin = begin_new, .piece = take_piece, .abandon = abandon };
const body_stream dataset_content = {
    .begin = begin_more, .prepare = catch_up, .piece = take_piece, .abandon = abandon
};
