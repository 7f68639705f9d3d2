#include "features/incidents/incidents.h"

#include "crypto/random.h"
#include "features/mail/mail.h"
#include "ledger/ledger.h"

const char *const incident_status_names[] = { "OPEN", "INVESTIGATING", "RESOLVED", "DISMISSED", "CLOSED", NULL };

/* ------------------------------------------------------------------ deadlines and states */

/* ⚙ First response (domain, 1.5). */
static const struct {
    const char *tier;
    instant within;
} deadlines[] = { { "TIER_1", HOURS(24) }, { "TIER_2", HOURS(72) }, { "TIER_3", DAYS(7) } };

instant incident_due(text tier, instant from)
{
    for (size_t i = 0; i < sizeof deadlines / sizeof *deadlines; i++)
        if (text_equal_string(tier, deadlines[i].tier)) return from + deadlines[i].within;
    return from + deadlines[0].within; /* of an unknown tier the strictest */
}

instant incident_promised(instant from)
{
    return from + deadlines[sizeof deadlines / sizeof *deadlines - 1].within;
}

static const char *const transitions[][2] = {
    { "OPEN", "INVESTIGATING" },      { "OPEN", "DISMISSED" },          { "INVESTIGATING", "RESOLVED" },
    { "INVESTIGATING", "DISMISSED" }, { "RESOLVED", "CLOSED" },         { "DISMISSED", "CLOSED" },
    { "RESOLVED", "INVESTIGATING" },  { "DISMISSED", "INVESTIGATING" },
};

bool incident_may_become(text from, text to)
{
    for (size_t i = 0; i < sizeof transitions / sizeof *transitions; i++)
        if (text_equal_string(from, transitions[i][0]) && text_equal_string(to, transitions[i][1])) return true;
    return false;
}

static bool is_decided(text status)
{
    return text_equal_string(status, "RESOLVED") || text_equal_string(status, "DISMISSED");
}

text incident_title(arena *a, text description)
{
    enum { MOST = 100 };
    text line = text_trim(description);
    const char *end = memchr(line.data, '\n', line.length);
    if (end) line = text_trim((text){ line.data, (size_t)(end - line.data) });
    if (text_code_points(line) <= MOST) return line;
    size_t at = 0;
    for (size_t points = 0; points < MOST - 1; points++) {
        at++;
        while (at < line.length && ((unsigned char)line.data[at] & 0xC0) == 0x80) at++;
    }
    return text_format(a, "%.*s…", (int)at, line.data);
}

/* ------------------------------------------------------------------ the ledger */

static void write_maybe_uuid(json_writer *w, const maybe_uuid *id)
{
    if (id->is_set)
        json_write_uuid(w, id->value);
    else
        json_write_null(w);
}

text incident_canonical(arena *a, const incident_state *s)
{
    json_writer w = json_writer_in(a);
    json_open(&w, '{');
    json_key(&w, "category"), json_write_text(&w, s->category);
    json_key(&w, "description"), json_write_text(&w, s->description);
    json_key(&w, "escalation_level"), json_write_integer(&w, s->escalation_level);
    json_key(&w, "human_reviewer_id"), write_maybe_uuid(&w, &s->human_reviewer_id);
    json_key(&w, "public_reply"), json_write_text(&w, s->public_reply);
    json_key(&w, "reference"), json_write_text(&w, s->reference);
    json_key(&w, "resolution_details"), json_write_text(&w, s->resolution_details);
    json_key(&w, "response_due_at"), json_write_instant(&w, s->response_due_at);
    json_key(&w, "severity"), json_write_text(&w, s->severity);
    json_key(&w, "source"), json_write_text(&w, s->source);
    json_key(&w, "status"), json_write_text(&w, s->status);
    json_key(&w, "system_id"), write_maybe_uuid(&w, &s->system_id);
    json_key(&w, "title"), json_write_text(&w, s->title);
    json_close(&w, '}');
    return json_written(&w);
}

static error append(scope *db, ledger_action action, const incident_state *s, uuid *entry)
{
    return ledger_append(db, action, "incident", s->id, incident_canonical(db->arena, s), entry);
}

static maybe_uuid author(const scope *db)
{
    return (maybe_uuid){ db->who.kind == ACTOR_USER, db->who.id };
}

/* ------------------------------------------------------------------ reading */

static error none(arena *a)
{
    return fail(a, NOT_FOUND, "/id", "There is no incident with this id in your organization.");
}

error incidents_read(scope *db, uuid id, incident_view *out)
{
    bool found;
    incident_event_list events;
    TRY(sql_incident_by_id(db, &(sql_incident_by_id_in){ .id = id }, &found, &out->row));
    if (!found) return none(db->arena);
    TRY(sql_incident_events_list(db, &(sql_incident_events_list_in){ .incident_id = id }, &events));
    out->events = (item_list){ events.items, events.count };
    return OK;
}

static error read_cursor(arena *a, const incidents_query *query, sql_incidents_list_in *in)
{
    text key;
    if (!text_is(query->page.cursor)) return OK;
    in->after_at.is_set = in->after_id.is_set = true;
    TRY(cursor_read(a, query->page.cursor, &key, &in->after_id.value));
    if (instant_parse(key, &in->after_at.value)) return OK;
    return fail(a, BAD_REQUEST, "/cursor", "This cursor belongs to another list.");
}

error incidents_list(scope *db, const incidents_query *query, page_reply *out)
{
    bool by_due = text_equal_string(query->sort, "response_due_at");
    sql_incidents_list_in in = { .q = query->q,
                                 .status = query->status,
                                 .severity = query->severity,
                                 .category = query->category,
                                 .source = query->source,
                                 .right_violated = query->right_violated,
                                 .system_id = query->system_id,
                                 .overdue = query->overdue,
                                 .is_open = query->open,
                                 .is_spam = query->spam,
                                 .by_due = by_due,
                                 .lim = query->page.limit + 1 };
    incident_list rows;
    TRY(read_cursor(db->arena, query, &in));
    TRY(sql_incidents_list(db, &in, &rows));
    size_t shown = rows.count > (size_t)query->page.limit ? (size_t)query->page.limit : rows.count;
    *out = (page_reply){ .items = rows.items, .count = shown };
    if (shown == rows.count) return OK;
    const incident *last = &rows.items[shown - 1];
    text key = instant_format(db->arena, by_due ? last->response_due_at : last->created_at);
    out->next_cursor = cursor_write(db->arena, key, last->id);
    return OK;
}

/* ------------------------------------------------------------------ opening and changing */

static error note_status(scope *db, const incident_state *s, text said)
{
    maybe_uuid who = author(db);
    return sql_incident_event_insert(
        db, &(sql_incident_event_insert_in){ .org_id = s->org_id,
                                             .incident_id = s->id,
                                             .kind = TEXT("STATUS"),
                                             .visibility = TEXT("REPORTER"),
                                             .author_kind = who.is_set ? TEXT("STAFF") : TEXT("PLATFORM"),
                                             .author_id = who,
                                             .body = said,
                                             .status = s->status });
}

text incident_code(arena *a, size_t count, size_t group)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"; /* RFC 4648 */
    uint8_t *bits = arena_alloc(a, count);
    text_builder b = text_builder_in(a);
    random_fill(bits, count);
    for (size_t i = 0; i < count; i++) {
        if (group && i && i % group == 0) text_add_char(&b, '-');
        text_add_char(&b, digits[bits[i] & 31]);
    }
    return text_built(&b);
}

text incident_reference(arena *a)
{
    return text_format(a, "INC-%.*s", PRINT(incident_code(a, 8, 0)));
}

static incident_state state_of(scope *db, const incident_draft *draft, text tier)
{
    return (incident_state){
        .org_id = db->who.org_id,
        .id = uuid_v7(&db->clock),
        .reference = incident_reference(db->arena),
        .system_id = draft->system_id,
        .source = TEXT("TENANT"),
        .category = draft->category,
        .severity = draft->severity,
        .title = draft->title,
        .description = draft->description,
        .status = TEXT("OPEN"),
        .response_due_at = incident_due(tier, scope_now(db)),
    };
}

error incidents_open(scope *db, const incident_draft *draft, incident_view *out)
{
    bool found;
    incident_tier tier;
    uuid entry;
    TRY(sql_incident_tier(db, &(sql_incident_tier_in){ .system_id = draft->system_id }, &found, &tier));
    if (!found) return fail(db->arena, INVALID, "/system_id", "This system does not exist in your organization.");
    incident_state s = state_of(db, draft, tier.tier);
    TRY(append(db, LEDGER_INCIDENT_OPENED, &s, &entry));
    TRY(sql_incident_insert(db, &(sql_incident_insert_in){
                                    .id = s.id,
                                    .org_id = s.org_id,
                                    .reference = s.reference,
                                    .system_id = s.system_id,
                                    .system_name = text_is(tier.system_name) ? tier.system_name : draft->system_name,
                                    .source = s.source,
                                    .category = s.category,
                                    .right_violated = draft->right_violated,
                                    .severity = s.severity,
                                    .title = s.title,
                                    .description = s.description,
                                    .desired_outcome = draft->desired_outcome,
                                    .occurred_at = draft->occurred_at,
                                    .decision_reference = draft->decision_reference,
                                    .response_due_at = s.response_due_at,
                                    .created_by = author(db),
                                    .ledger_entry_id = entry,
                                }));
    TRY(note_status(db, &s, NO_TEXT));
    return incidents_read(db, s.id, out);
}

static error stale(arena *a)
{
    return fail(
        a, STALE, "",
        "The incident has been changed since you opened it. Load it again, and make your change on that version.");
}

error incidents_change(scope *db, uuid id, int64_t version, const incident_change *change, incident_view *out)
{
    bool found;
    incident_state locked;
    int64_t updated;
    TRY(sql_incident_lock(db, &(sql_incident_lock_in){ .id = id }, &found, &locked));
    if (!found) return none(db->arena);
    if (locked.version != version) return stale(db->arena);
    TRY(sql_incident_update(db,
                            &(sql_incident_update_in){ .id = id,
                                                       .version = version,
                                                       .severity = change->severity,
                                                       .right_violated = change->right_violated,
                                                       .system_id = change->system_id,
                                                       .assignee_id = change->assignee_id,
                                                       .root_cause = change->root_cause },
                            &updated));
    return updated == 1 ? incidents_read(db, id, out) : stale(db->arena);
}

/* ------------------------------------------------------------------ deciding, and what is said */

static error check_decision(arena *a, const incident_state *s, const incident_decision *in)
{
    if (!incident_may_become(s->status, in->to))
        return fail(a, CONFLICT, "/to", "An incident that is %.*s cannot become %.*s.", PRINT(s->status),
                    PRINT(in->to));
    bool says_why = text_is(in->resolution_details) &&
                    text_code_points(text_trim(in->resolution_details)) >= INCIDENT_LEAST_RESOLUTION;
    if (is_decided(in->to) && !says_why)
        return fail(a, INVALID, "/resolution_details",
                    "Say in at least %d characters what was found and done; it is part of the record.",
                    INCIDENT_LEAST_RESOLUTION);
    return OK;
}

/* What the decision makes of the incident. A new investigation has a new deadline. */
static void apply(scope *db, incident_state *s, const incident_decision *in)
{
    if (is_decided(s->status) && text_equal_string(in->to, "INVESTIGATING"))
        s->response_due_at = incident_due(s->tier, scope_now(db));
    s->status = in->to;
    if (is_decided(in->to)) s->human_reviewer_id = author(db);
    if (text_is(in->resolution_details)) s->resolution_details = in->resolution_details;
    if (text_is(in->public_reply)) s->public_reply = in->public_reply;
}

/* The reference, never the secret: whoever reads somebody's mail cannot open the case. */
static error tell_reporter(platform *app, scope *db, const incident_state *s, letter_kind kind)
{
    bool found;
    incident_reporter reporter;
    text address;
    TRY(sql_incident_reporter(db, &(sql_incident_reporter_in){ .id = s->id }, &found, &reporter));
    if (!found) return OK;
    TRY(unseal(db->arena, app->intake_key, reporter.address_sealed, &address));
    return mail_queue(app, db,
                      &(letter){ .kind = kind,
                                 .to = address,
                                 .language = reporter.language,
                                 .link = TEXT("/citizens/track"),
                                 .values = { { "reference", s->reference }, { "status", s->status } } });
}

error incidents_decide(platform *app, scope *db, uuid id, const incident_decision *in, incident_view *out)
{
    bool found;
    incident_state s;
    uuid entry;
    TRY(sql_incident_lock(db, &(sql_incident_lock_in){ .id = id }, &found, &s));
    if (!found) return none(db->arena);
    TRY(check_decision(db->arena, &s, in));
    apply(db, &s, in);
    TRY(append(db, LEDGER_INCIDENT_STATUS_CHANGED, &s, &entry));
    TRY(sql_incident_set_status(db, &(sql_incident_set_status_in){ .id = id,
                                                                   .status = s.status,
                                                                   .response_due_at = s.response_due_at,
                                                                   .human_reviewer_id = s.human_reviewer_id,
                                                                   .resolution_details = s.resolution_details,
                                                                   .public_reply = s.public_reply,
                                                                   .root_cause = in->root_cause,
                                                                   .is_spam = in->is_spam,
                                                                   .ledger_entry_id = entry }));
    TRY(note_status(db, &s, in->public_reply));
    TRY(tell_reporter(app, db, &s, LETTER_CASE_STATUS));
    return incidents_read(db, id, out);
}

error incidents_say(platform *app, scope *db, uuid id, const incident_words *in, incident_view *out)
{
    bool found;
    incident_state s;
    TRY(sql_incident_lock(db, &(sql_incident_lock_in){ .id = id }, &found, &s));
    if (!found) return none(db->arena);
    bool is_note = text_equal_string(in->visibility, "INTERNAL");
    TRY(sql_incident_event_insert(db, &(sql_incident_event_insert_in){ .org_id = s.org_id,
                                                                       .incident_id = id,
                                                                       .kind = is_note ? TEXT("NOTE") : TEXT("MESSAGE"),
                                                                       .visibility = in->visibility,
                                                                       .author_kind = TEXT("STAFF"),
                                                                       .author_id = author(db),
                                                                       .body = in->body }));
    if (!is_note) TRY(tell_reporter(app, db, &s, LETTER_CASE_MESSAGE));
    return incidents_read(db, id, out);
}

/* ------------------------------------------------------------------ escalation */

static error escalate_one(scope *db, incident_state *s)
{
    uuid entry;
    s->escalation_level++;
    TRY(append(db, LEDGER_INCIDENT_ESCALATED, s, &entry));
    TRY(sql_incident_escalate(
        db, &(sql_incident_escalate_in){ .id = s->id, .level = s->escalation_level, .ledger_entry_id = entry }));
    return sql_incident_event_insert(db, &(sql_incident_event_insert_in){ .org_id = s->org_id,
                                                                          .incident_id = s->id,
                                                                          .kind = TEXT("ESCALATION"),
                                                                          .visibility = TEXT("INTERNAL"),
                                                                          .author_kind = TEXT("PLATFORM"),
                                                                          .level = { true, s->escalation_level } });
}

error incidents_escalate(scope *db, const escalation_wanted *in, escalation *out)
{
    incidents_waiting waiting;
    incident_state_list overdue;
    instant now = scope_now(db);
    TRY(sql_incidents_waiting(db, &waiting));
    TRY(sql_incidents_overdue(db,
                              &(sql_incidents_overdue_in){ .second_after = now - DAYS(INCIDENT_SECOND_LEVEL_DAYS),
                                                           .old_before = now - DAYS(INCIDENT_OLD_DAYS),
                                                           .lim = INCIDENT_ESCALATED_AT_ONCE },
                              &overdue));
    escalated_incident *first = ARENA_ARRAY(db->arena, overdue.count, escalated_incident);
    escalated_incident *second = ARENA_ARRAY(db->arena, overdue.count, escalated_incident);
    *out = (escalation){ .scanned = waiting.scanned, .escalated = { first, 0 }, .level2 = { second, 0 } };
    for (size_t i = 0; i < overdue.count; i++) {
        incident_state s = overdue.items[i];
        escalated_incident told = { s.id, s.reference, s.title, s.response_due_at };
        if (s.escalation_level == 0)
            first[out->escalated.count++] = told;
        else
            second[out->level2.count++] = told;
        if (!in->dry_run) TRY(escalate_one(db, &s));
    }
    return OK;
}
