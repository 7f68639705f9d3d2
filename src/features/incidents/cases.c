#include "features/incidents/incidents.h"

#include "crypto/hash.h"
#include "crypto/seal.h"
#include "door.sql.h"
#include "features/mail/mail.h"
#include "ledger/ledger.h"

/* ------------------------------------------------------------------ reference and secret */

enum { SECRET_DIGITS = 20, SECRET_GROUP = 5 };

/* Of the digits alone: small letters, blanks and dashes are how a person writes. 100 random bits need no slow hash. */
static text secret_hash(arena *a, text secret)
{
    text_builder b = text_builder_in(a);
    for (size_t i = 0; i < secret.length; i++) {
        char c = secret.data[i];
        if (c == '-' || c == ' ') continue;
        text_add_char(&b, c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c);
    }
    return sha256_bytes(a, text_built(&b));
}

/* ------------------------------------------------------------------ on record, without the reporter */

/* The organization reads its audit log, and a reporter may be anonymous: no address, no browser. */
static error note(scope *db, const char *event, uuid org_id, uuid incident_id)
{
    return sql_audit_insert(db, &(sql_audit_insert_in){ .org_id = { true, org_id },
                                                        .actor_kind = TEXT("PUBLIC"),
                                                        .event = text_of(event),
                                                        .outcome = TEXT("OK"),
                                                        .subject_type = TEXT("incident"),
                                                        .subject_id = { true, incident_id },
                                                        .request_id = db->who.request_id });
}

static error add_event(scope *db, uuid org_id, uuid incident_id, text kind, text status, text body)
{
    return sql_incident_event_insert(db, &(sql_incident_event_insert_in){ .org_id = org_id,
                                                                          .incident_id = incident_id,
                                                                          .kind = kind,
                                                                          .visibility = TEXT("REPORTER"),
                                                                          .author_kind = TEXT("REPORTER"),
                                                                          .body = body,
                                                                          .status = status });
}

void incidents_take_key(platform *app, const uint8_t master_key[MASTER_KEY_BYTES])
{
    seal_key_for(master_key, "aic addresses of reporters", app->intake_key);
}

/* ------------------------------------------------------------------ reporting */

static error check_report(arena *a, const public_report *in)
{
    if (text_is(in->organization) || text_is(in->system_code)) return OK;
    return fail(a, INVALID, "/organization",
                "Name the organization that decided, or give the code of its system (SYS-…) from its notice.");
}

static incident_state state_of(scope *db, const public_report *in, const incident_inbox *inbox)
{
    return (incident_state){
        .org_id = inbox->org_id,
        .id = uuid_v7(&db->clock),
        .reference = incident_reference(db->arena),
        .system_id = inbox->system_id,
        .source = TEXT("CITIZEN"),
        .category = in->category,
        .severity = TEXT("MEDIUM"),
        .title = incident_title(db->arena, in->description),
        .description = in->description,
        .status = TEXT("OPEN"),
        .response_due_at = incident_due(inbox->tier, scope_now(db)),
    };
}

/* The field that no person sees. */
static bool is_by_machine(const public_report *in)
{
    return text_is(in->website) && in->website.length > 0;
}

static error insert(platform *app, scope *db, const public_report *in, const incident_inbox *inbox,
                    const incident_state *s, text secret)
{
    uuid entry;
    TRY(ledger_append(db, LEDGER_INCIDENT_OPENED, "incident", s->id, incident_canonical(db->arena, s), &entry));
    return sql_incident_insert(
        db, &(sql_incident_insert_in){
                .id = s->id,
                .org_id = s->org_id,
                .reference = s->reference,
                .system_id = s->system_id,
                .system_name = text_is(inbox->system_name) ? inbox->system_name : in->system_name,
                .organization_named = in->organization,
                .source = s->source,
                .category = s->category,
                .severity = s->severity,
                .title = s->title,
                .description = s->description,
                .desired_outcome = in->desired_outcome,
                .occurred_at = in->occurred_at,
                .decision_reference = in->decision_reference,
                .reporter_email_sealed = text_is(in->email) ? seal(db->arena, app->intake_key, in->email) : NO_TEXT,
                .reporter_lang = in->language,
                .case_secret_hash = secret_hash(db->arena, secret),
                .response_due_at = s->response_due_at,
                .is_spam = is_by_machine(in),
                .ledger_entry_id = entry,
            });
}

static error confirm(platform *app, scope *db, const public_report *in, const incident_state *s)
{
    if (!text_is(in->email) || is_by_machine(in)) return OK;
    text due = instant_format(db->arena, incident_promised(scope_now(db)));
    return mail_queue(app, db,
                      &(letter){ .kind = LETTER_CASE_RECEIVED,
                                 .to = in->email,
                                 .language = in->language,
                                 .link = TEXT("/citizens/track"),
                                 .values = { { "reference", s->reference }, { "due", due } } });
}

error incidents_report(platform *app, scope *db, const public_report *in, report_receipt *out)
{
    incident_inbox inbox;
    TRY(check_report(db->arena, in));
    TRY(sql_incident_inbox(db, &(sql_incident_inbox_in){ .named = in->organization, .code = in->system_code }, &inbox));
    TRY(scope_set_org(db, inbox.org_id));
    incident_state s = state_of(db, in, &inbox);
    text secret = incident_code(db->arena, SECRET_DIGITS, SECRET_GROUP);
    TRY(insert(app, db, in, &inbox, &s, secret));
    TRY(add_event(db, s.org_id, s.id, TEXT("STATUS"), s.status, NO_TEXT));
    TRY(note(db, "incident_reported", s.org_id, s.id));
    TRY(confirm(app, db, in, &s));
    *out = (report_receipt){ .reference = s.reference,
                             .secret = secret,
                             .response_due_at = incident_promised(scope_now(db)) };
    return OK;
}

/* ------------------------------------------------------------------ one's own case */

static error find(scope *db, text reference, text secret, incident_case *out)
{
    bool found;
    text hash = secret_hash(db->arena, text_is(secret) ? secret : TEXT(""));
    TRY(sql_case_by_secret(db, &(sql_case_by_secret_in){ .reference = reference, .secret_hash = hash }, &found, out));
    if (!found)
        return fail(
            db->arena, NOT_FOUND, "",
            "There is no case with this reference and secret. Look at both on the receipt that you were given.");
    return scope_set_org(db, out->org_id);
}

static bool is_waiting(text status)
{
    return text_equal_string(status, "OPEN") || text_equal_string(status, "INVESTIGATING");
}

static bool may_reopen(const incident_case *c, instant now)
{
    return c->resolved_at.is_set && now <= c->resolved_at.value + DAYS(INCIDENT_REOPEN_DAYS) &&
           incident_may_become(c->status, TEXT("INVESTIGATING"));
}

error incidents_case(scope *db, text reference, text secret, case_view *out)
{
    incident_case c;
    case_message_list messages;
    TRY(find(db, reference, secret, &c));
    TRY(sql_case_messages(db, &(sql_case_messages_in){ .org_id = c.org_id, .incident_id = c.id }, &messages));
    *out = (case_view){ .reference = c.reference,
                        .organization = c.organization_named,
                        .category = c.category,
                        .description = c.description,
                        .status = c.status,
                        .public_reply = c.public_reply,
                        .opened_at = c.created_at,
                        .response_due_at = incident_promised(c.created_at),
                        .updated_at = c.updated_at,
                        .may_reopen = may_reopen(&c, scope_now(db)),
                        .may_withdraw = is_waiting(c.status),
                        .messages = { messages.items, messages.count } };
    return OK;
}

error incidents_case_say(scope *db, text reference, text secret, const case_words *in, case_view *out)
{
    incident_case c;
    incident_state held;
    case_messages_counted counted;
    TRY(find(db, reference, secret, &c));
    TRY(sql_case_lock(db, &(sql_case_lock_in){ .org_id = c.org_id, .id = c.id }, &held));
    if (text_equal_string(held.status, "CLOSED"))
        return fail(db->arena, CONFLICT, "", "This case is closed. Report what is new as a case of its own.");
    TRY(sql_case_messages_count(db, &(sql_case_messages_count_in){ .org_id = c.org_id, .incident_id = c.id },
                                &counted));
    if (counted.sent >= INCIDENT_REPORTER_MESSAGES)
        return fail(db->arena, CONFLICT, "", "This case holds as many of your messages as it can. Wait for an answer.");
    TRY(add_event(db, c.org_id, c.id, TEXT("MESSAGE"), NO_TEXT, in->body));
    TRY(note(db, "case_message_sent", c.org_id, c.id));
    return incidents_case(db, reference, secret, out);
}

static error become(scope *db, incident_state *s, bool withdrawn, text said)
{
    uuid entry;
    TRY(ledger_append(db, LEDGER_INCIDENT_STATUS_CHANGED, "incident", s->id, incident_canonical(db->arena, s), &entry));
    TRY(sql_case_set_status(db, &(sql_case_set_status_in){ .org_id = s->org_id,
                                                           .id = s->id,
                                                           .status = s->status,
                                                           .response_due_at = s->response_due_at,
                                                           .resolution_details = s->resolution_details,
                                                           .withdrawn = withdrawn,
                                                           .ledger_entry_id = entry }));
    TRY(add_event(db, s->org_id, s->id, TEXT("STATUS"), s->status, said));
    return note(db, withdrawn ? "case_withdrawn" : "case_reopened", s->org_id, s->id);
}

error incidents_case_withdraw(scope *db, text reference, text secret, case_view *out)
{
    incident_case c;
    incident_state s;
    TRY(find(db, reference, secret, &c));
    TRY(sql_case_lock(db, &(sql_case_lock_in){ .org_id = c.org_id, .id = c.id }, &s));
    if (!is_waiting(s.status))
        return fail(db->arena, CONFLICT, "", "This case has been decided already; there is nothing to withdraw.");
    s.status = TEXT("DISMISSED");
    s.resolution_details = TEXT("Withdrawn by the person who reported it.");
    TRY(become(db, &s, true, NO_TEXT));
    return incidents_case(db, reference, secret, out);
}

error incidents_case_reopen(scope *db, text reference, text secret, const case_words *in, case_view *out)
{
    incident_case c;
    incident_state s;
    TRY(find(db, reference, secret, &c));
    TRY(sql_case_lock(db, &(sql_case_lock_in){ .org_id = c.org_id, .id = c.id }, &s));
    c.status = s.status;
    if (!may_reopen(&c, scope_now(db)))
        return fail(
            db->arena, CONFLICT, "",
            "Only a case that was decided within the last %d days can be reopened. Report what is new as a case "
            "of its own.",
            INCIDENT_REOPEN_DAYS);
    s.status = TEXT("INVESTIGATING");
    s.response_due_at = incident_due(s.tier, scope_now(db));
    TRY(become(db, &s, false, in->body));
    return incidents_case(db, reference, secret, out);
}

error incidents_count_publicly(scope *db, public_cell_list *out)
{
    return sql_incidents_public(db, &(sql_incidents_public_in){ .least = INCIDENT_SMALLEST_PUBLIC_CELL }, out);
}
