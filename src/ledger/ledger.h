/* The ledger: append, take away, verify. docs/ledger.md defines every byte.
 *
 * An entry says that a content (its SHA-256 over RFC 8785 JSON) was recorded, by whom and when, and links to the entry
 * before it in its organization's chain. The database's own function writes it; rows behind the gate carry its id, and
 * the database recomputes the content from the row and compares. */
#ifndef AIC_LEDGER_LEDGER_H
#define AIC_LEDGER_LEDGER_H

#include "base/error.h"
#include "base/uuid.h"
#include "store/store.h"

typedef enum {
    LEDGER_ORG_CREATED,
    LEDGER_SYSTEM_REGISTERED,
    LEDGER_SYSTEM_CHANGED,
    LEDGER_MODEL_REGISTERED,
    LEDGER_MODEL_CHANGED,
    LEDGER_DECISION_RECORDED,
    LEDGER_ANALYSIS_COMPLETED,
    LEDGER_PLAN_CHANGED,
    LEDGER_PERMISSION_CHANGED,
    LEDGER_KEY_ROTATED,
    LEDGER_INCIDENT_OPENED,
    LEDGER_INCIDENT_STATUS_CHANGED,
    LEDGER_INCIDENT_ESCALATED,
    LEDGER_EXPLANATION_ATTACHED
} ledger_action;
const char *ledger_action_name(ledger_action action);

/* Appends to the chain of the scope's organization; content is canonical JSON (json_canonical). The entry is spent on
 * the row subject_id in the same transaction. */
error ledger_append(scope *db, ledger_action action, const char *subject_type, uuid subject_id, text content,
                    uuid *entry);

typedef struct ledger_entry {
    int64_t seq;
    uuid id, org_id, subject_id;
    instant at;
    text actor, action, subject_type, content_hash, prev_hash, hash;
} ledger_entry;

/* One line of an export: the entry's canonical JSON and a line break. */
void ledger_export_line(text_builder *out, const ledger_entry *entry);

/* ------------------------------------------------------------------ verifying an export, offline */

typedef struct ledger_verdict {
    bool valid;
    int64_t checked;   /* entries found sound */
    int64_t first_bad; /* seq as far as it can be told, else the line; 0 when valid */
    int64_t first_bad_line;
    text reason; /* a sentence, for a person */
    text head;   /* hash of the last sound entry: compare it with a head that you noted or were given */
} ledger_verdict;

typedef struct ledger_verifier ledger_verifier;

/* Takes an export in pieces of any size. It must begin with the chain's first entry. */
ledger_verifier *ledger_verifier_new(arena *a);
void ledger_verifier_feed(ledger_verifier *v, text piece);
ledger_verdict ledger_verifier_finish(ledger_verifier *v);

#endif
