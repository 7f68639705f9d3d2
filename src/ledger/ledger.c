#include "ledger/ledger.h"

#include "base/json.h"
#include "ledger.sql.h"

const char *ledger_action_name(ledger_action action)
{
    static const char *const names[] = {
        [LEDGER_ORG_CREATED] = "ORG_CREATED",
        [LEDGER_SYSTEM_REGISTERED] = "SYSTEM_REGISTERED",
        [LEDGER_SYSTEM_CHANGED] = "SYSTEM_CHANGED",
        [LEDGER_MODEL_REGISTERED] = "MODEL_REGISTERED",
        [LEDGER_MODEL_CHANGED] = "MODEL_CHANGED",
        [LEDGER_DECISION_RECORDED] = "DECISION_RECORDED",
        [LEDGER_ANALYSIS_COMPLETED] = "ANALYSIS_COMPLETED",
        [LEDGER_PLAN_CHANGED] = "PLAN_CHANGED",
        [LEDGER_PERMISSION_CHANGED] = "PERMISSION_CHANGED",
        [LEDGER_KEY_ROTATED] = "KEY_ROTATED",
        [LEDGER_INCIDENT_OPENED] = "INCIDENT_OPENED",
        [LEDGER_INCIDENT_STATUS_CHANGED] = "INCIDENT_STATUS_CHANGED",
        [LEDGER_INCIDENT_ESCALATED] = "INCIDENT_ESCALATED",
        [LEDGER_EXPLANATION_ATTACHED] = "EXPLANATION_ATTACHED",
    };
    return names[action];
}

error ledger_append(scope *db, ledger_action action, const char *subject_type, uuid subject_id, text content,
                    uuid *entry)
{
    ledger_appended appended;
    TRY(sql_ledger_append(db,
                          &(sql_ledger_append_in){ .action = text_of(ledger_action_name(action)),
                                                   .subject_type = text_of(subject_type),
                                                   .subject_id = subject_id,
                                                   .content = content },
                          &appended));
    *entry = appended.id;
    return OK;
}

/* Members in the order of RFC 8785, so that a line is the canonical form of its entry. */
void ledger_export_line(text_builder *out, const ledger_entry *e)
{
    json_writer w = json_writer_in(out->arena);
    json_open(&w, '{');
    json_key(&w, "action"), json_write_text(&w, e->action);
    json_key(&w, "actor"), json_write_text(&w, e->actor);
    json_key(&w, "at"), json_write_instant(&w, e->at);
    json_key(&w, "content_hash"), json_write_text(&w, e->content_hash);
    json_key(&w, "hash"), json_write_text(&w, e->hash);
    json_key(&w, "id"), json_write_uuid(&w, e->id);
    json_key(&w, "org_id"), json_write_uuid(&w, e->org_id);
    json_key(&w, "prev_hash"), json_write_text(&w, e->prev_hash);
    json_key(&w, "seq"), json_write_integer(&w, e->seq);
    json_key(&w, "subject_id"), json_write_uuid(&w, e->subject_id);
    json_key(&w, "subject_type"), json_write_text(&w, e->subject_type);
    json_close(&w, '}');
    text_add(out, json_written(&w));
    text_add_char(out, '\n');
}
