#include "features/staff/staff.h"

error staff_read_overview(scope *db, staff_overview *out)
{
    instant now = scope_now(db);
    return sql_staff_overview(
        db, &(sql_staff_overview_in){ .day = now - DAYS(STAFF_SIGN_INS_DAYS), .week = now - DAYS(STAFF_EVENTS_DAYS) },
        out);
}

static error read_cursor(arena *a, text cursor, text *name, maybe_uuid *id)
{
    *name = NO_TEXT;
    *id = (maybe_uuid){ 0 };
    if (!text_is(cursor)) return OK;
    id->is_set = true;
    return cursor_read(a, cursor, name, &id->value);
}

error staff_list_organizations(scope *db, const staff_query *query, page_reply *out)
{
    sql_staff_organizations_in in = { .q = query->q, .lim = query->page.limit + 1 };
    staff_organization_list rows;
    TRY(read_cursor(db->arena, query->page.cursor, &in.after_name, &in.after_id));
    TRY(sql_staff_organizations(db, &in, &rows));
    size_t shown = rows.count > (size_t)query->page.limit ? (size_t)query->page.limit : rows.count;
    *out = (page_reply){ .items = rows.items, .count = shown };
    if (shown < rows.count)
        out->next_cursor = cursor_write(db->arena, rows.items[shown - 1].name, rows.items[shown - 1].id);
    return OK;
}

error staff_list_people(scope *db, const staff_query *query, page_reply *out)
{
    sql_staff_people_in in = { .org_id = query->org_id, .q = query->q, .lim = query->page.limit + 1 };
    staff_person_list rows;
    TRY(read_cursor(db->arena, query->page.cursor, &in.after_name, &in.after_id));
    TRY(sql_staff_people(db, &in, &rows));
    size_t shown = rows.count > (size_t)query->page.limit ? (size_t)query->page.limit : rows.count;
    *out = (page_reply){ .items = rows.items, .count = shown };
    if (shown < rows.count)
        out->next_cursor = cursor_write(db->arena, rows.items[shown - 1].name, rows.items[shown - 1].id);
    return OK;
}

error staff_list_failures(scope *db, staff_list *out)
{
    staff_failure_list rows;
    TRY(sql_staff_failures(
        db, &(sql_staff_failures_in){ .since = scope_now(db) - DAYS(STAFF_SIGN_INS_DAYS), .lim = STAFF_FAILURES_SHOWN },
        &rows));
    out->items = (item_list){ rows.items, rows.count };
    return OK;
}

/* ------------------------------------------------------------------ who looks across tenants */

static bool leaves_its_tenant(const route *r)
{
    return r->scope.kind == SCOPE_SYSTEM || r->scope.kind == SCOPE_TENANT_OR_SYSTEM;
}

static system_access access_of(const route *r)
{
    static const char *const methods[] = {
        [GET] = "GET", [POST] = "POST", [PATCH] = "PATCH", [PUT] = "PUT", [DELETE_] = "DELETE"
    };
    static const char *const kinds[] = {
        [ACCESS_NONE] = "NONE",
        [ACCESS_PUBLIC] = "PUBLIC",
        [ACCESS_SIGNED_IN] = "SIGNED_IN",
        [ACCESS_CAPABILITY] = "CAPABILITY",
        [ACCESS_SUPER_ADMIN] = "SUPER_ADMIN",
        [ACCESS_WEBHOOK] = "WEBHOOK",
        [ACCESS_ANYONE] = "ANYONE",
        [ACCESS_UNFINISHED] = "UNFINISHED",
    };
    return (system_access){
        .method = text_of(methods[r->method]),
        .path = text_of(r->path),
        .summary = text_of(r->summary),
        .access = text_of(kinds[r->access.kind]),
        .capability = r->access.capability ? text_of(r->access.capability) : NO_TEXT,
        .scope = r->scope.kind == SCOPE_SYSTEM ? TEXT("SYSTEM") : TEXT("TENANT_OR_SYSTEM"),
        .reason = text_of(system_reason_name((system_reason)r->scope.reason)),
        .why = text_of(r->scope.why),
    };
}

void staff_list_system_access(arena *a, const route *const *tables, staff_list *out)
{
    size_t count = 0;
    for (const route *const *table = tables; *table; table++)
        for (const route *r = *table; r->path; r++) count += leaves_its_tenant(r);
    system_access *rows = ARENA_ARRAY(a, count + 1, system_access);
    out->items = (item_list){ .items = rows };
    for (const route *const *table = tables; *table; table++)
        for (const route *r = *table; r->path; r++)
            if (leaves_its_tenant(r)) rows[out->items.count++] = access_of(r);
}
