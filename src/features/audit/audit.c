#include "features/audit/audit.h"

/* All searches take the same input, but for those over all organizations, which may leave out the organization. */
static sql_audit_by_time_in input_of(const audit_query *q)
{
    return (sql_audit_by_time_in){ .org_id = q->org_id,
                                   .since = q->since,
                                   .until = q->until,
                                   .event = q->event,
                                   .outcome = q->outcome,
                                   .actor_id = q->actor_id,
                                   .ip = q->ip,
                                   .subject_type = q->subject_type,
                                   .subject_id = q->subject_id,
                                   .q = q->q,
                                   .lim = q->page.limit + 1 };
}

/* Copies an input into that of another statement with the same members. */
#define AS(statement, in)                                                                                              \
    &(statement##_in)                                                                                                  \
    {                                                                                                                  \
        .org_id = (in)->org_id, .since = (in)->since, .until = (in)->until, .event = (in)->event,                      \
        .outcome = (in)->outcome, .actor_id = (in)->actor_id, .ip = (in)->ip, .subject_type = (in)->subject_type,      \
        .subject_id = (in)->subject_id, .q = (in)->q, .after_at = (in)->after_at, .after_id = (in)->after_id,          \
        .lim = (in)->lim                                                                                               \
    }

/* By the filter that leaves the fewest rows. */
static error search(scope *db, const sql_audit_by_time_in *in, audit_entry_list *out)
{
    if (in->subject_id.is_set) return sql_audit_by_subject(db, AS(sql_audit_by_subject, in), out);
    if (in->actor_id.is_set) return sql_audit_by_actor(db, AS(sql_audit_by_actor, in), out);
    if (text_is(in->ip)) return sql_audit_by_ip(db, AS(sql_audit_by_ip, in), out);
    if (in->org_id.is_set && text_is(in->event)) return sql_audit_by_event(db, AS(sql_audit_by_event, in), out);
    if (in->org_id.is_set) return sql_audit_by_time(db, in, out);
    if (text_is(in->event)) return sql_audit_of_all_by_event(db, AS(sql_audit_of_all_by_event, in), out);
    return sql_audit_of_all_by_time(db, AS(sql_audit_of_all_by_time, in), out);
}

static error read_cursor(arena *a, text cursor, sql_audit_by_time_in *in)
{
    text key;
    if (!text_is(cursor)) return OK;
    in->after_at.is_set = in->after_id.is_set = true;
    TRY(cursor_read(a, cursor, &key, &in->after_id.value));
    if (instant_parse(key, &in->after_at.value)) return OK;
    return fail(a, BAD_REQUEST, "/cursor", "This cursor belongs to another list.");
}

error audit_search(scope *db, const audit_query *query, page_reply *out)
{
    sql_audit_by_time_in in = input_of(query);
    TRY(read_cursor(db->arena, query->page.cursor, &in));
    audit_entry_list rows;
    TRY(search(db, &in, &rows));
    size_t shown = rows.count > (size_t)query->page.limit ? (size_t)query->page.limit : rows.count;
    *out = (page_reply){ .items = rows.items, .count = shown };
    if (shown == rows.count) return OK;
    const audit_entry *last = &rows.items[shown - 1];
    out->next_cursor = cursor_write(db->arena, instant_format(db->arena, last->at), last->id);
    return OK;
}

error audit_read(scope *db, uuid id, audit_detail *out)
{
    bool found;
    TRY(sql_audit_by_id(db, &(sql_audit_by_id_in){ .id = id }, &found, out));
    return found ? OK : fail(db->arena, NOT_FOUND, "/id", "There is no audit entry with this id here.");
}

error audit_prepare_months(platform *app)
{
    arena *a = arena_new();
    caller nobody = { .kind = ACTOR_SYSTEM };
    scope *db;
    audit_months_made months;
    error bad = scope_open_system(app->store, a, S7_SCHEDULER, TEXT("make the audit log's next months"), &nobody, &db);
    if (!bad) {
        bad = sql_audit_months(db, &(sql_audit_months_in){ .ahead = AUDIT_MONTHS_AHEAD }, &months);
        if (!bad) bad = scope_commit(db);
        scope_rollback(db);
    }
    if (bad)
        log_event(app->log, LOG_ERROR, "audit_months", bad->message, NULL);
    else if (months.made)
        log_event(app->log, LOG_INFO, "audit_months", "Made partitions of the audit log.",
                  (log_field[]){ LOG_I("made", months.made), LOG_END });
    return bad;
}
