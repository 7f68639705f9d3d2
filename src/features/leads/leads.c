#include "features/leads/leads.h"

#include "keys.sql.h" /* operator_organization */

/* ------------------------------------------------------------------ taking */

/* A session's scope knows whose it is; without one it is the operator's. */
static error owner(scope *db, uuid *out)
{
    bool found;
    operator_found body;
    *out = db->who.org_id;
    if (!uuid_is_nil(*out)) return OK;
    TRY(sql_operator_organization(db, &found, &body));
    if (!found) return fail(db->arena, INTERNAL, "", "There is no operator; its migration has not run.");
    *out = body.id;
    return scope_set_org(db, body.id);
}

static maybe_uuid author(const scope *db)
{
    return (maybe_uuid){ db->who.kind == ACTOR_USER, db->who.id };
}

error leads_take(scope *db, const lead_draft *in, lead_receipt *out)
{
    uuid org;
    lead_taken taken;
    TRY(owner(db, &org));
    *out = (lead_receipt){ .received = true };
    if (text_is(in->website) && in->website.length) return OK;
    TRY(sql_lead_take(db,
                      &(sql_lead_take_in){ .org_id = org,
                                           .email = in->email,
                                           .name = in->name,
                                           .company = in->company,
                                           .job_title = in->job_title,
                                           .country = in->country,
                                           .source = text_is(in->source) ? in->source : TEXT("WEB"),
                                           .enquiry_kind = in->enquiry_kind,
                                           .message = in->message,
                                           .referral_source = in->referral_source,
                                           .consent_marketing = in->consent_marketing },
                      &taken));
    return sql_lead_event_insert(db, &(sql_lead_event_insert_in){ .org_id = org,
                                                                  .lead_id = taken.id,
                                                                  .kind = TEXT("CONTACT"),
                                                                  .author_id = author(db),
                                                                  .body = in->message });
}

error leads_contact(scope *db, const contact_form *in, lead_receipt *out)
{
    text name = text_is(in->last_name)
                    ? text_format(db->arena, "%.*s %.*s", PRINT(in->first_name), PRINT(in->last_name))
                    : in->first_name;
    return leads_take(db,
                      &(lead_draft){ .email = in->email,
                                     .name = name,
                                     .company = in->company,
                                     .job_title = in->job_title,
                                     .country = in->country,
                                     .source = TEXT("CONTACT"),
                                     .enquiry_kind = in->kind,
                                     .message = in->message,
                                     .website = in->website,
                                     .consent_marketing = in->consent_marketing },
                      out);
}

/* ------------------------------------------------------------------ reading */

static void page_of(arena *a, const lead_list *rows, int64_t limit, page_reply *out)
{
    size_t shown = rows->count > (size_t)limit ? (size_t)limit : rows->count;
    *out = (page_reply){ .items = rows->items, .count = shown };
    if (shown == rows->count) return;
    const lead *last = &rows->items[shown - 1];
    out->next_cursor = cursor_write(a, instant_format(a, last->created_at), last->id);
}

error leads_list(scope *db, const leads_query *query, page_reply *out)
{
    sql_leads_list_in in = {
        .q = query->q, .status = query->status, .source = query->source, .lim = query->page.limit + 1
    };
    lead_list rows;
    TRY(cursor_read_instant(db->arena, query->page.cursor, &in.after_at, &in.after_id));
    TRY(sql_leads_list(db, &in, &rows));
    page_of(db->arena, &rows, query->page.limit, out);
    return OK;
}

error leads_list_all(scope *db, const leads_query *query, page_reply *out)
{
    sql_leads_of_all_in in = { .org_id = query->org_id,
                               .q = query->q,
                               .status = query->status,
                               .source = query->source,
                               .lim = query->page.limit + 1 };
    lead_list rows;
    TRY(cursor_read_instant(db->arena, query->page.cursor, &in.after_at, &in.after_id));
    TRY(sql_leads_of_all(db, &in, &rows));
    page_of(db->arena, &rows, query->page.limit, out);
    return OK;
}

static error none(arena *a)
{
    return fail(a, NOT_FOUND, "/id", "There is no lead with this id in your organization.");
}

error leads_read(scope *db, uuid id, lead_view *out)
{
    bool found;
    lead_event_list events;
    TRY(sql_lead_by_id(db, &(sql_lead_by_id_in){ .id = id }, &found, &out->row));
    if (!found) return none(db->arena);
    TRY(sql_lead_events_list(db, &(sql_lead_events_list_in){ .lead_id = id }, &events));
    out->events = (item_list){ events.items, events.count };
    return OK;
}

/* ------------------------------------------------------------------ changing */

error leads_change(scope *db, uuid id, int64_t version, const lead_change *change, lead_view *out)
{
    bool found;
    lead_locked locked;
    TRY(sql_lead_lock(db, &(sql_lead_lock_in){ .id = id }, &found, &locked));
    if (!found) return none(db->arena);
    if (locked.version != version)
        return fail(
            db->arena, STALE, "",
            "The lead has been changed since you opened it. Load it again, and make your change on that version.");
    TRY(sql_lead_update(db, &(sql_lead_update_in){ .id = id,
                                                   .name = change->name,
                                                   .company = change->company,
                                                   .job_title = change->job_title,
                                                   .country = change->country,
                                                   .status = change->status,
                                                   .score = change->score,
                                                   .owner_id = change->owner_id,
                                                   .notes = change->notes }));
    if (text_is(change->status) && !text_equal(change->status, locked.status))
        TRY(sql_lead_event_insert(db, &(sql_lead_event_insert_in){ .org_id = db->who.org_id,
                                                                   .lead_id = id,
                                                                   .kind = TEXT("STATUS"),
                                                                   .author_id = author(db),
                                                                   .status = change->status }));
    return leads_read(db, id, out);
}
