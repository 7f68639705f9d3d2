#include "features/trail/trail.h"

error trail_entries(scope *db, const trail_query *query, page_reply *out)
{
    maybe_integer before = { 0 };
    if (text_is(query->page.cursor)) {
        text key;
        uuid id;
        before.is_set = true;
        TRY(cursor_read(db->arena, query->page.cursor, &key, &id));
        if (!text_integer(key, &before.value))
            return fail(db->arena, BAD_REQUEST, "/cursor", "This cursor belongs to another list.");
    }
    trail_entry_list rows;
    TRY(sql_trail_list(db,
                       &(sql_trail_list_in){ .action = query->action,
                                             .subject_type = query->subject_type,
                                             .subject_id = query->subject_id,
                                             .before_seq = before,
                                             .lim = query->page.limit + 1 },
                       &rows));
    size_t shown = rows.count > (size_t)query->page.limit ? (size_t)query->page.limit : rows.count;
    *out = (page_reply){ .items = rows.items, .count = shown };
    if (shown < rows.count) {
        const trail_entry *last = &rows.items[shown - 1];
        out->next_cursor = cursor_write(db->arena, text_format(db->arena, "%lld", (long long)last->seq), last->id);
    }
    return OK;
}

error trail_read(scope *db, uuid id, trail_entry *out)
{
    bool found;
    TRY(sql_trail_by_id(db, &(sql_trail_by_id_in){ .id = id }, &found, out));
    if (found) return OK;
    return fail(db->arena, NOT_FOUND, "/id", "There is no ledger entry with this id in your organization's chain.");
}
