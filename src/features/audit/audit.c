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

/* The filter that leaves the fewest rows finds them by its index; the others sift. */
typedef enum { SUBJECT, ACTOR, ADDRESS, EVENT, FAILED, TIME, EVENT_OF_ALL, FAILED_OF_ALL, TIME_OF_ALL } search_driver;

static search_driver driver_of(const sql_audit_by_time_in *in)
{
    bool of_all = !in->org_id.is_set;
    bool failed = text_is(in->outcome) && !text_equal_string(in->outcome, "OK");
    if (in->subject_id.is_set) return SUBJECT;
    if (in->actor_id.is_set) return ACTOR;
    if (text_is(in->ip)) return ADDRESS;
    if (text_is(in->event)) return of_all ? EVENT_OF_ALL : EVENT;
    if (failed) return of_all ? FAILED_OF_ALL : FAILED;
    return of_all ? TIME_OF_ALL : TIME;
}

static error search(scope *db, search_driver by, const sql_audit_by_time_in *in, audit_entry_list *out)
{
    switch (by) {
    case SUBJECT:
        return sql_audit_by_subject(db, AS(sql_audit_by_subject, in), out);
    case ACTOR:
        return sql_audit_by_actor(db, AS(sql_audit_by_actor, in), out);
    case ADDRESS:
        return sql_audit_by_ip(db, AS(sql_audit_by_ip, in), out);
    case EVENT:
        return sql_audit_by_event(db, AS(sql_audit_by_event, in), out);
    case FAILED:
        return sql_audit_failed(db, AS(sql_audit_failed, in), out);
    case TIME:
        return sql_audit_by_time(db, in, out);
    case EVENT_OF_ALL:
        return sql_audit_of_all_by_event(db, AS(sql_audit_of_all_by_event, in), out);
    case FAILED_OF_ALL:
        return sql_audit_of_all_failed(db, AS(sql_audit_of_all_failed, in), out);
    case TIME_OF_ALL:
        break;
    }
    return sql_audit_of_all_by_time(db, AS(sql_audit_of_all_by_time, in), out);
}

/* The bounds in time of an input, for the statement that looks for the edge. */
#define BOUNDS(in)                                                                                                     \
    .since = (in)->since, .until = (in)->until, .after_at = (in)->after_at, .after_id = (in)->after_id, .look = look

/* *at: that of the row which is `look` rows behind the first; not *found when there are fewer. */
static error edge_of(scope *db, search_driver by, const sql_audit_by_time_in *in, int64_t look, bool *found,
                     audit_edge *at)
{
    switch (by) {
    case SUBJECT:
        return sql_audit_edge_subject(
            db, &(sql_audit_edge_subject_in){ .org_id = in->org_id, .subject_id = in->subject_id, BOUNDS(in) }, found,
            at);
    case ACTOR:
        return sql_audit_edge_actor(
            db, &(sql_audit_edge_actor_in){ .org_id = in->org_id, .actor_id = in->actor_id, BOUNDS(in) }, found, at);
    case ADDRESS:
        return sql_audit_edge_ip(db, &(sql_audit_edge_ip_in){ .org_id = in->org_id, .ip = in->ip, BOUNDS(in) }, found,
                                 at);
    case EVENT:
        return sql_audit_edge_event(
            db, &(sql_audit_edge_event_in){ .org_id = in->org_id, .event = in->event, BOUNDS(in) }, found, at);
    case FAILED:
        return sql_audit_edge_failed(db, &(sql_audit_edge_failed_in){ .org_id = in->org_id, BOUNDS(in) }, found, at);
    case TIME:
        return sql_audit_edge_time(db, &(sql_audit_edge_time_in){ .org_id = in->org_id, BOUNDS(in) }, found, at);
    case EVENT_OF_ALL:
        return sql_audit_edge_of_all_event(db, &(sql_audit_edge_of_all_event_in){ .event = in->event, BOUNDS(in) },
                                           found, at);
    case FAILED_OF_ALL:
        return sql_audit_edge_of_all_failed(db, &(sql_audit_edge_of_all_failed_in){ BOUNDS(in) }, found, at);
    case TIME_OF_ALL:
        break;
    }
    return sql_audit_edge_of_all_time(db, &(sql_audit_edge_of_all_time_in){ BOUNDS(in) }, found, at);
}

/* Would rows be sifted, so that finding none could mean reading all of them? */
static bool sifts(search_driver by, const sql_audit_by_time_in *in)
{
    return by == SUBJECT || by == ACTOR || by == ADDRESS || text_is(in->q) || text_is(in->subject_type) ||
           text_is(in->outcome);
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

error audit_search(scope *db, const audit_query *query, page_reply *out, maybe_instant *looked_back_to)
{
    sql_audit_by_time_in in = input_of(query);
    TRY(read_cursor(db->arena, query->page.cursor, &in));
    search_driver by = driver_of(&in);
    int64_t look = query->page.limit > AUDIT_LOOK_ROWS ? query->page.limit : AUDIT_LOOK_ROWS;
    audit_edge edge;
    bool ends = false;
    if (sifts(by, &in)) TRY(edge_of(db, by, &in, look, &ends, &edge));
    if (ends) in.since = (maybe_instant){ true, edge.at };
    audit_entry_list rows;
    TRY(search(db, by, &in, &rows));
    size_t shown = rows.count > (size_t)query->page.limit ? (size_t)query->page.limit : rows.count;
    *out = (page_reply){ .items = rows.items, .count = shown };
    *looked_back_to = (maybe_instant){ 0 };
    if (shown < rows.count) {
        const audit_entry *last = &rows.items[shown - 1];
        out->next_cursor = cursor_write(db->arena, instant_format(db->arena, last->at), last->id);
    } else if (ends) {
        /* No id is smaller than the nil one: what follows is older than the edge. */
        out->next_cursor = cursor_write(db->arena, instant_format(db->arena, edge.at), (uuid){ { 0 } });
        *looked_back_to = in.since;
    }
    return OK;
}

error audit_read(scope *db, uuid id, audit_detail *out)
{
    bool found;
    TRY(sql_audit_by_id(db, &(sql_audit_by_id_in){ .id = id }, &found, out));
    return found ? OK : fail(db->arena, NOT_FOUND, "/id", "There is no audit entry with this id here.");
}

error audit_prepare_months(platform *app, arena *a)
{
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
