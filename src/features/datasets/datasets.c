#include "features/datasets/datasets.h"

#include "features/datasets/reading.h"

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

error datasets_piece(scope *db, uuid id, int64_t number, text *out)
{
    bool found;
    dataset_chunk_row chunk;
    scope_reads(db);
    TRY(sql_dataset_chunk(db, &(sql_dataset_chunk_in){ .dataset_id = id, .number = number }, &found, &chunk));
    *out = found ? chunk.bytes : (text){ 0 };
    return OK;
}

/* In a scope and an arena of its own. *length is 0 behind the last one. */
static error read_piece(const dataset_reading *from, uuid id, int64_t number, table_feed *feed, size_t *length)
{
    arena *a = arena_new();
    scope *db;
    text piece = { 0 };
    error bad = scope_open_tenant(from->store, a, &from->who, &db);
    if (!bad) {
        bad = datasets_piece(db, id, number, &piece);
        scope_rollback(db);
    }
    *length = piece.length;
    if (!bad && piece.length) bad = table_feed_more(feed, piece);
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
        size_t length;
        TRY(read_piece(from, id, number, feed, &length));
        if (!length) break;
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
