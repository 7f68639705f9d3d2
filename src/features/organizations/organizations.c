#include "features/organizations/organizations.h"

error organizations_current(scope *db, organization *out)
{
    return sql_organization_current(db, out);
}

error organizations_change(scope *db, int64_t version, const organization_change *change, organization *out)
{
    bool found;
    TRY(sql_organization_update(db,
                                &(sql_organization_update_in){ .version = version,
                                                               .name = change->name,
                                                               .sector = change->sector,
                                                               .country = change->country,
                                                               .size_band = change->size_band,
                                                               .website = change->website,
                                                               .timezone = change->timezone,
                                                               .locale = change->locale },
                                &found, out));
    if (found) return OK;
    return fail(
        db->arena, STALE, "",
        "The organization's profile has been changed since you opened it. Load it again, and make your change on "
        "that version.");
}

error members_list(scope *db, const page_query *page, page_reply *out)
{
    text after_name = NO_TEXT;
    maybe_uuid after_id = { 0 };
    if (text_is(page->cursor)) {
        after_id.is_set = true;
        TRY(cursor_read(db->arena, page->cursor, &after_name, &after_id.value));
    }
    member_list rows;
    TRY(sql_members_list(
        db, &(sql_members_list_in){ .after_name = after_name, .after_id = after_id, .lim = page->limit + 1 }, &rows));
    size_t shown = rows.count > (size_t)page->limit ? (size_t)page->limit : rows.count;
    *out = (page_reply){ .items = rows.items, .count = shown };
    if (shown < rows.count)
        out->next_cursor = cursor_write(db->arena, rows.items[shown - 1].name, rows.items[shown - 1].id);
    return OK;
}
