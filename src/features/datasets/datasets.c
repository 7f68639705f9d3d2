#include "features/datasets/datasets.h"

#include "features/datasets/reading.h"

enum { PURGE_AT_ONCE = 64 };

/* ------------------------------------------------------------------ list, read, change */

error datasets_list(scope *db, const datasets_query *query, page_reply *out)
{
    maybe_instant after_at = { 0 };
    maybe_uuid after_id = { 0 };
    dataset_list rows;
    TRY(cursor_read_instant(db->arena, query->page.cursor, &after_at, &after_id));
    TRY(sql_datasets_list(db,
                          &(sql_datasets_list_in){ .status = query->status,
                                                   .purpose = query->purpose,
                                                   .after_at = after_at,
                                                   .after_id = after_id,
                                                   .lim = query->page.limit + 1 },
                          &rows));
    size_t shown = rows.count > (size_t)query->page.limit ? (size_t)query->page.limit : rows.count;
    *out = (page_reply){ .items = rows.items, .count = shown };
    if (shown == rows.count) return OK;
    const dataset *last = &rows.items[shown - 1];
    out->next_cursor = cursor_write(db->arena, instant_format(db->arena, last->created_at), last->id);
    return OK;
}

static error no_such(arena *a)
{
    return fail(a, NOT_FOUND, "/id", "There is no data set with this id in your organization.");
}

error datasets_find(scope *db, uuid id, dataset_view *out)
{
    bool found;
    dataset_profile_row profile;
    TRY(sql_dataset_by_id(db, &(sql_dataset_by_id_in){ .id = id }, &found, &out->row));
    if (!found) return no_such(db->arena);
    TRY(sql_dataset_profile(db, &(sql_dataset_profile_in){ .id = id }, &profile));
    out->columns = profile.columns;
    return OK;
}

error datasets_change(scope *db, uuid id, int64_t version, const dataset_change *in, dataset_view *out)
{
    int64_t changed;
    TRY(datasets_find(db, id, out));
    bool is_personal = in->contains_personal.is_set ? in->contains_personal.value : out->row.contains_personal;
    if (is_personal && !text_is(in->legal_basis) && !text_is(out->row.legal_basis))
        return fail(db->arena, INVALID, "/legal_basis", "Personal data needs its legal basis, in a sentence.");
    if (in->retention_until.is_set && in->retention_until.value <= scope_now(db))
        return fail(db->arena, INVALID, "/retention_until", "Expected a time to come.");
    TRY(sql_dataset_change(db,
                           &(sql_dataset_change_in){ .id = id,
                                                     .version = version,
                                                     .name = in->name,
                                                     .purpose = in->purpose,
                                                     .contains_personal = in->contains_personal,
                                                     .legal_basis = in->legal_basis,
                                                     .retention_until = in->retention_until },
                           &changed));
    if (!changed)
        return fail(db->arena, STALE, "", "Somebody changed this data set meanwhile; it has version %lld now.",
                    (long long)out->row.version);
    return datasets_find(db, id, out);
}

/* ------------------------------------------------------------------ reading rows */

/* One piece in a scope and an arena of its own. *is_there is false behind the last one. */
static error read_piece(const dataset_reading *from, uuid id, int64_t number, table_feed *feed, bool *is_there,
                        size_t *length)
{
    arena *a = arena_new();
    scope *db;
    dataset_chunk_row chunk;
    error bad = scope_open_tenant(from->store, a, &from->who, &db);
    if (!bad) {
        scope_reads(db);
        bad = sql_dataset_chunk(db, &(sql_dataset_chunk_in){ .dataset_id = id, .number = number }, is_there, &chunk);
        scope_rollback(db);
    }
    if (!bad && *is_there) {
        *length = chunk.bytes.length;
        bad = table_feed_more(feed, chunk.bytes);
    }
    bad = error_copy(table_feed_arena(feed), bad);
    arena_drop(a);
    return bad;
}

static error open_reading(const dataset_reading *from, arena *a, uuid id, dataset *what)
{
    scope *db;
    bool found;
    TRY(scope_open_tenant(from->store, a, &from->who, &db));
    scope_reads(db);
    error bad = sql_dataset_by_id(db, &(sql_dataset_by_id_in){ .id = id }, &found, what);
    scope_rollback(db);
    TRY(bad);
    if (!found) return no_such(a);
    if (text_equal_string(what->status, "READY")) return OK;
    return fail(a, CONFLICT, "/dataset_id", "This data set is %.*s; only one that is READY can be read.",
                PRINT(what->status));
}

error datasets_read(const dataset_reading *from, arena *a, uuid id, row_sink sink, dataset *what)
{
    TRY(open_reading(from, a, id, what));
    table_feed *feed = table_feed_new(a, what->media_type, sink, (table_limits){ .record = DATASET_ROW_BYTES });
    int64_t read = 0;
    for (int64_t number = 0;; number++) {
        bool is_there = false;
        size_t length = 0;
        TRY(read_piece(from, id, number, feed, &is_there, &length));
        if (!is_there) break;
        read += (int64_t)length;
        if (from->progress) TRY(from->progress(from->context, (double)read / (double)what->bytes));
    }
    if (read != what->bytes)
        return fail(a, CONFLICT, "/dataset_id", "The data set was deleted while it was being read.");
    return table_feed_finish(feed);
}

/* ------------------------------------------------------------------ deletion */

error datasets_mark_deleted(scope *db, uuid id)
{
    int64_t marked;
    TRY(sql_dataset_deleting(db, &(sql_dataset_deleting_in){ .id = id }, &marked));
    return marked ? OK : no_such(db->arena);
}

static error purge_in(scope *db, uuid org_id, uuid id)
{
    int64_t gone = PURGE_AT_ONCE;
    while (gone == PURGE_AT_ONCE) {
        TRY(sql_dataset_chunks_delete(
            db, &(sql_dataset_chunks_delete_in){ .org_id = org_id, .dataset_id = id, .lim = PURGE_AT_ONCE }, &gone));
        TRY(scope_pause(db));
    }
    return OK;
}

error datasets_purge(store *s, arena *a, const caller *who, uuid id)
{
    scope *db;
    TRY(scope_open_tenant(s, a, who, &db));
    error bad = purge_in(db, who->org_id, id);
    if (!bad) bad = sql_dataset_delete(db, &(sql_dataset_delete_in){ .org_id = who->org_id, .id = id });
    if (!bad) bad = scope_commit(db);
    scope_rollback(db);
    return bad;
}

static error clean_up_one(scope *db, const dataset_overdue *one)
{
    int64_t marked;
    TRY(scope_set_org(db, one->org_id));
    TRY(sql_dataset_expired(db, &(sql_dataset_expired_in){ .org_id = one->org_id, .id = one->id }, &marked));
    TRY(purge_in(db, one->org_id, one->id));
    TRY(sql_dataset_delete(db, &(sql_dataset_delete_in){ .org_id = one->org_id, .id = one->id }));
    return scope_pause(db);
}

static error clean_up_all(scope *db, int *deleted)
{
    dataset_overdue_list overdue = { .count = DATASET_CLEAN_UP_AT_ONCE };
    while (overdue.count == DATASET_CLEAN_UP_AT_ONCE) {
        TRY(sql_datasets_overdue(db, &(sql_datasets_overdue_in){ .lim = DATASET_CLEAN_UP_AT_ONCE }, &overdue));
        for (size_t i = 0; i < overdue.count; i++, ++*deleted) TRY(clean_up_one(db, &overdue.items[i]));
    }
    return scope_commit(db);
}

error datasets_clean_up(platform *app, arena *a)
{
    caller nobody = { .kind = ACTOR_SYSTEM };
    scope *db;
    int deleted = 0;
    error bad =
        scope_open_system(app->store, a, S7_SCHEDULER,
                          TEXT("delete data sets that are past their date or were never finished"), &nobody, &db);
    if (!bad) {
        bad = clean_up_all(db, &deleted);
        scope_rollback(db);
    }
    if (bad)
        log_event(app->log, LOG_ERROR, "datasets_clean_up", bad->message, NULL);
    else if (deleted)
        log_event(app->log, LOG_INFO, "datasets_clean_up", "Deleted data sets that were overdue.",
                  (log_field[]){ LOG_I("deleted", deleted), LOG_END });
    return bad;
}
