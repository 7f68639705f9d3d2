#include "features/keys/keys.h"

#include "features/door/door.h"
#include "ledger/ledger.h"

/* ------------------------------------------------------------------ making one */

static error make_key(scope *db, const uint8_t master_key[MASTER_KEY_BYTES], const signing_key *key)
{
    int64_t made;
    text sealed = seal(db->arena, master_key, signing_key_private_pem(db->arena, key));
    TRY(sql_signing_key_insert(db,
                               &(sql_signing_key_insert_in){ .kid = signing_key_kid(key),
                                                             .public_key = signing_key_public_pem(db->arena, key),
                                                             .private_key_sealed = sealed },
                               &made));
    if (made == 1) return OK;
    return fail(db->arena, CONFLICT, "", "The keys were changed at this very moment. Look, then try again.");
}

static bool has_active(const signing_key_row_list *rows)
{
    return rows->count && rows->items[0].is_active;
}

error keys_make_first(scope *db, const uint8_t master_key[MASTER_KEY_BYTES])
{
    signing_key *key;
    signing_key_row_list rows;
    TRY(signing_key_new(db->arena, &key));
    TRY(sql_signing_keys_lock(db));
    TRY(sql_signing_keys_that_verify(db, &rows));
    if (has_active(&rows)) return OK; /* another server was quicker */
    return make_key(db, master_key, key);
}

/* ------------------------------------------------------------------ rotation */

bool keys_is_kid(text kid)
{
    if (kid.length != 32) return false;
    for (size_t i = 0; i < kid.length; i++)
        if (!strchr("0123456789abcdef", kid.data[i]) || !kid.data[i]) return false;
    return true;
}

/* A kid has the 128 bits of a UUID: so it stands as the subject in audit log and ledger. */
static uuid subject_of(arena *a, text kid)
{
    uuid subject = { 0 };
    if (keys_is_kid(kid))
        uuid_parse(text_format(a, "%.8s-%.4s-%.4s-%.4s-%.12s", kid.data, kid.data + 8, kid.data + 12, kid.data + 16,
                               kid.data + 20),
                   &subject);
    return subject;
}

/* The operator's chain holds which key signed from when on. An installation without an operator has no chain of the
 * body's own, and no tenant's chain should bear what is not the tenant's: there the audit log alone says it. */
static error append_to_ledger(scope *db, const signing_key *key)
{
    bool found;
    operator_found operator;
    TRY(sql_operator_organization(db, &found, &operator));
    if (!found) return OK;
    json_writer w = json_writer_in(db->arena);
    json_open(&w, '{'); /* members in the order of RFC 8785; all stand in the key's row, so that it can be recomputed */
    json_key(&w, "kid"), json_write_text(&w, signing_key_kid(key));
    json_key(&w, "public_key"), json_write_text(&w, signing_key_public_pem(db->arena, key));
    json_key(&w, "use"), json_write_string(&w, "TOKEN");
    json_close(&w, '}');
    uuid entry, caller_org = db->who.org_id;
    TRY(scope_set_org(db, operator.id));
    TRY(ledger_append(db, LEDGER_KEY_ROTATED, "signing_key", subject_of(db->arena, signing_key_kid(key)),
                      json_written(&w), &entry));
    return scope_set_org(db, caller_org);
}

/* A program with another master key would make a key that no server could read, and strand them all. */
static error check_master_key(scope *db, const uint8_t master_key[MASTER_KEY_BYTES])
{
    signing_key_row_list rows;
    text pem;
    TRY(sql_signing_keys_that_verify(db, &rows));
    if (!has_active(&rows) || !unseal(db->arena, master_key, rows.items[0].private_key_sealed, &pem)) return OK;
    return fail(db->arena, CONFLICT, "",
                "The active key is sealed by another master key than this program's. Give it the AIC_MASTER_KEY or the "
                "data directory of the servers.");
}

static maybe_uuid person_behind(const scope *db)
{
    return (maybe_uuid){ db->who.kind == ACTOR_USER, db->who.id };
}

static error view_of(scope *db, text kid, signing_key_view *out)
{
    bool found;
    TRY(sql_signing_key_by_kid(db, &(sql_signing_key_by_kid_in){ .kid = kid }, &found, out));
    return found ? OK : fail(db->arena, NOT_FOUND, "/kid", "There is no signing key of access tokens with this kid.");
}

static error record(scope *db, const char *event, text kid, text reason)
{
    return door_audit(db, &(audit_note){ .event = event,
                                         .subject_type = "signing_key",
                                         .subject_id = { true, subject_of(db->arena, kid) },
                                         .reason = reason });
}

/* A new active key; the one before must have been retired in this transaction. */
static error replace(scope *db, const uint8_t master_key[MASTER_KEY_BYTES], const signing_key *key, text reason)
{
    TRY(make_key(db, master_key, key));
    TRY(append_to_ledger(db, key));
    return record(db, "key_rotated", signing_key_kid(key), reason);
}

static error retire(scope *db, const rotation *in)
{
    int64_t retired;
    TRY(sql_signing_key_retire(db,
                               &(sql_signing_key_retire_in){ .verifies_hours = in->emergency ? 0 : KEY_VERIFIES_HOURS,
                                                             .rotated_by = person_behind(db),
                                                             .reason = in->reason },
                               &retired));
    return in->emergency ? sql_signing_keys_end(db, &retired) : OK;
}

error keys_rotate(scope *db, const uint8_t master_key[MASTER_KEY_BYTES], const rotation *in, signing_key_view *out)
{
    signing_key *key;
    TRY(signing_key_new(db->arena, &key)); /* takes its time: before the transaction begins */
    TRY(sql_signing_keys_lock(db));
    TRY(check_master_key(db, master_key));
    TRY(retire(db, in));
    text reason = text_is(in->reason) ? in->reason : NO_TEXT;
    TRY(replace(db, master_key, key,
                in->emergency ? text_format(db->arena, "emergency: %.*s",
                                            PRINT(text_is(reason) ? reason : TEXT("no reason was given")))
                              : reason));
    return view_of(db, signing_key_kid(key), out);
}

error keys_mark_compromised(scope *db, const uint8_t master_key[MASTER_KEY_BYTES], text kid, const compromise *in,
                            signing_key_view *out)
{
    signing_key *key;
    signing_key_view before;
    int64_t marked;
    TRY(signing_key_new(db->arena, &key));
    TRY(sql_signing_keys_lock(db));
    TRY(view_of(db, kid, &before));
    if (before.compromised_at.is_set)
        return fail(db->arena, CONFLICT, "/kid", "This key was marked as compromised at %s.",
                    instant_format(db->arena, before.compromised_at.value).data);
    if (before.is_active) TRY(check_master_key(db, master_key));
    TRY(sql_signing_key_compromised(
        db, &(sql_signing_key_compromised_in){ .kid = kid, .rotated_by = person_behind(db), .reason = in->reason },
        &marked));
    TRY(record(db, "key_compromised", kid, in->reason));
    if (before.is_active) TRY(replace(db, master_key, key, TEXT("the active key was compromised")));
    return view_of(db, kid, out);
}

/* ------------------------------------------------------------------ listing */

/* A cursor's key is "kid time", as its id is a UUID and a kid is a text. */
static error read_cursor(arena *a, text cursor, maybe_instant *before, text *before_kid)
{
    text key;
    uuid unused;
    TRY(cursor_read(a, cursor, &key, &unused));
    const char *blank = memchr(key.data, ' ', key.length);
    size_t length = blank ? (size_t)(blank - key.data) : 0;
    *before_kid = (text){ key.data, length };
    before->is_set = blank && instant_parse((text){ blank + 1, key.length - length - 1 }, &before->value);
    return before->is_set ? OK : fail(a, BAD_REQUEST, "/cursor", "This cursor belongs to another list.");
}

error keys_list(scope *db, const page_query *page, page_reply *out)
{
    signing_key_view_list rows;
    sql_signing_keys_list_in wanted = { .lim = page->limit + 1 };
    if (text_is(page->cursor)) TRY(read_cursor(db->arena, page->cursor, &wanted.before, &wanted.before_kid));
    TRY(sql_signing_keys_list(db, &wanted, &rows));
    size_t shown = rows.count > (size_t)page->limit ? (size_t)page->limit : rows.count;
    *out = (page_reply){ .items = rows.items, .count = shown };
    if (shown < rows.count) {
        const signing_key_view *last = &rows.items[shown - 1];
        text at = instant_format(db->arena, last->created_at);
        out->next_cursor =
            cursor_write(db->arena, text_format(db->arena, "%.*s %.*s", PRINT(last->kid), PRINT(at)), (uuid){ 0 });
    }
    return OK;
}
