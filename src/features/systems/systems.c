#include "features/systems/systems.h"

#include "features/organizations/organizations.h"
#include "ledger/ledger.h"

const char *const risk_tier_names[] = { "TIER_1", "TIER_2", "TIER_3", NULL };
const char *const use_case_names[] = { "HIRING",     "FINANCE", "HEALTHCARE", "INSURANCE",
                                       "GOVERNMENT", "RETAIL",  "OTHER",      NULL };

text tier_suggested(const tier_answers *answers)
{
    if (!answers->a.is_set || !answers->b.is_set || !answers->c.is_set) return NO_TEXT;
    int64_t sum = answers->a.value + answers->b.value + answers->c.value;
    /* Where access to services, work or credit is decided (a = 3) the sum is at least 5, so never laxer than TIER_2. */
    return sum >= 7 ? TEXT("TIER_1") : sum >= 4 ? TEXT("TIER_2") : TEXT("TIER_3");
}

static void view_of(const ai_system *row, system_view *out)
{
    tier_answers answers = { row->answer_effect, row->answer_special_information, row->answer_oversight };
    *out = (system_view){ .row = *row, .suggested_risk_tier = tier_suggested(&answers) };
}

static error check_answers(arena *a, const tier_answers *answers)
{
    int given = answers->a.is_set + answers->b.is_set + answers->c.is_set;
    if (given == 0 || given == 3) return OK;
    return fail(a, INVALID, "/tier_answers", "The three tier questions a, b and c are answered together; %d of 3 were.",
                given);
}

static error check_person(scope *db, const maybe_uuid *person)
{
    if (!person->is_set) return OK;
    bool found;
    member who;
    TRY(sql_member_current(db, &(sql_member_current_in){ .id = person->value }, &found, &who));
    if (found && who.is_active) return OK;
    return fail(db->arena, INVALID, "/accountable_person_id",
                "The accountable person must be an active user of your organization.");
}

static error check_complete(arena *a, const ai_system *system)
{
    if (!text_equal_string(system->status, "ACTIVE")) return OK;
    error missing = OK;
    if (!text_is(system->risk_tier))
        missing =
            fail(a, INVALID, "/risk_tier", "An active system needs a risk tier; answer the tier questions first.");
    if (!system->accountable_person_id.is_set)
        missing = error_also(
            a, missing, fail(a, INVALID, "/accountable_person_id", "An active system needs an accountable person."));
    return missing;
}

/* The promises that the ledger holds: the columns of the gate in sql/migrations/0011_systems.sql, by their names. */
static text canonical(arena *a, const ai_system *s)
{
    json_writer w = json_writer_in(a);
    json_open(&w, '{');
    json_key(&w, "accountable_person_id");
    if (s->accountable_person_id.is_set)
        json_write_uuid(&w, s->accountable_person_id.value);
    else
        json_write_null(&w);
    json_key(&w, "decision_type"), json_write_text(&w, s->decision_type);
    json_key(&w, "lifecycle_stage"), json_write_text(&w, s->lifecycle_stage);
    json_key(&w, "name"), json_write_text(&w, s->name);
    json_key(&w, "purpose"), json_write_text(&w, s->purpose);
    json_key(&w, "risk_tier"), json_write_text(&w, s->risk_tier);
    json_key(&w, "sector"), json_write_text(&w, s->sector);
    json_key(&w, "status"), json_write_text(&w, s->status);
    json_key(&w, "use_case"), json_write_text(&w, s->use_case);
    json_close(&w, '}');
    return json_written(&w);
}

error systems_read(scope *db, uuid id, system_view *out)
{
    bool found;
    ai_system row;
    TRY(sql_system_by_id(db, &(sql_system_by_id_in){ .id = id }, &found, &row));
    if (!found) return fail(db->arena, NOT_FOUND, "/id", "There is no system with this id in your organization.");
    view_of(&row, out);
    return OK;
}

error systems_register(scope *db, const system_draft *draft, system_view *out)
{
    TRY(check_answers(db->arena, &draft->tier_answers));
    TRY(check_person(db, &draft->accountable_person_id));
    text proposed = text_is(draft->risk_tier) ? draft->risk_tier : tier_suggested(&draft->tier_answers);
    ai_system row = {
        .id = uuid_v7(&db->clock),
        .name = draft->name,
        .purpose = draft->purpose,
        .sector = draft->sector,
        .use_case = text_is(draft->use_case) ? draft->use_case : TEXT("OTHER"),
        .decision_type = draft->decision_type,
        .risk_tier = proposed,
        .accountable_person_id = draft->accountable_person_id,
        .lifecycle_stage = TEXT("DEVELOPMENT"),
        .status = TEXT("DRAFT"),
    };
    uuid entry;
    TRY(ledger_append(db, LEDGER_SYSTEM_REGISTERED, "ai_system", row.id, canonical(db->arena, &row), &entry));
    TRY(sql_system_insert(db, &(sql_system_insert_in){
                                  .id = row.id,
                                  .name = row.name,
                                  .version_label = draft->version_label,
                                  .purpose = row.purpose,
                                  .decision_type = row.decision_type,
                                  .affected_groups = draft->affected_groups,
                                  .sector = row.sector,
                                  .use_case = row.use_case,
                                  .risk_tier = row.risk_tier,
                                  .answer_effect = draft->tier_answers.a,
                                  .answer_special_information = draft->tier_answers.b,
                                  .answer_oversight = draft->tier_answers.c,
                                  .accountable_person_id = row.accountable_person_id,
                                  .lifecycle_stage = row.lifecycle_stage,
                                  .status = row.status,
                                  .disclosure_text = draft->disclosure_text,
                                  .created_by = { db->who.kind == ACTOR_USER, db->who.id },
                                  .ledger_entry_id = entry,
                              }));
    return systems_read(db, row.id, out);
}

static text either(text changed, text before)
{
    return text_is(changed) ? changed : before;
}

static void apply(ai_system *row, const system_change *change)
{
    row->name = either(change->name, row->name);
    row->version_label = either(change->version_label, row->version_label);
    row->purpose = either(change->purpose, row->purpose);
    row->decision_type = either(change->decision_type, row->decision_type);
    row->affected_groups = either(change->affected_groups, row->affected_groups);
    row->sector = either(change->sector, row->sector);
    row->use_case = either(change->use_case, row->use_case);
    row->disclosure_text = either(change->disclosure_text, row->disclosure_text);
    row->lifecycle_stage = either(change->lifecycle_stage, row->lifecycle_stage);
    row->status = either(change->status, row->status);
    if (change->accountable_person_id.is_set) row->accountable_person_id = change->accountable_person_id;
    if (change->tier_answers.a.is_set) {
        row->answer_effect = change->tier_answers.a;
        row->answer_special_information = change->tier_answers.b;
        row->answer_oversight = change->tier_answers.c;
        if (!text_is(row->risk_tier)) row->risk_tier = tier_suggested(&change->tier_answers);
    }
    row->risk_tier = either(change->risk_tier, row->risk_tier);
}

static error stale(arena *a)
{
    return fail(
        a, STALE, "",
        "The system has been changed since you opened it. Load it again, and make your change on that version.");
}

error systems_change(scope *db, uuid id, int64_t version, const system_change *change, system_view *out)
{
    TRY(check_answers(db->arena, &change->tier_answers));
    bool found;
    system_locked locked;
    TRY(sql_system_lock(db, &(sql_system_lock_in){ .id = id }, &found, &locked));
    if (found && locked.version != version) return stale(db->arena);
    TRY(systems_read(db, id, out));
    TRY(check_person(db, &change->accountable_person_id));
    ai_system row = out->row;
    apply(&row, change);
    TRY(check_complete(db->arena, &row));
    uuid entry;
    TRY(ledger_append(db, LEDGER_SYSTEM_CHANGED, "ai_system", id, canonical(db->arena, &row), &entry));
    int64_t updated;
    TRY(sql_system_update(db,
                          &(sql_system_update_in){
                              .id = id,
                              .version = version,
                              .name = row.name,
                              .version_label = row.version_label,
                              .purpose = row.purpose,
                              .decision_type = row.decision_type,
                              .affected_groups = row.affected_groups,
                              .sector = row.sector,
                              .use_case = row.use_case,
                              .risk_tier = row.risk_tier,
                              .answer_effect = row.answer_effect,
                              .answer_special_information = row.answer_special_information,
                              .answer_oversight = row.answer_oversight,
                              .accountable_person_id = row.accountable_person_id,
                              .lifecycle_stage = row.lifecycle_stage,
                              .status = row.status,
                              .disclosure_text = row.disclosure_text,
                              .ledger_entry_id = entry,
                          },
                          &updated));
    return updated == 1 ? systems_read(db, id, out) : stale(db->arena);
}

/* One row more than asked tells whether there is a next page. */
static void page_of(arena *a, const ai_system *rows, size_t count, const systems_query *query, bool by_name,
                    page_reply *out)
{
    size_t shown = count > (size_t)query->page.limit ? (size_t)query->page.limit : count;
    system_view *views = ARENA_ARRAY(a, shown, system_view);
    for (size_t i = 0; i < shown; i++) view_of(&rows[i], &views[i]);
    *out = (page_reply){ .items = views, .count = shown };
    if (shown < count) {
        const ai_system *last = &rows[shown - 1];
        out->next_cursor = cursor_write(a, by_name ? last->name : instant_format(a, last->created_at), last->id);
    }
}

error systems_list(scope *db, const systems_query *query, page_reply *out)
{
    bool by_name = text_equal_string(query->sort, "name");
    maybe_uuid after_id = { 0 };
    maybe_instant after_at = { 0 };
    text key = NO_TEXT;
    if (text_is(query->page.cursor)) {
        after_id.is_set = true;
        TRY(cursor_read(db->arena, query->page.cursor, &key, &after_id.value));
        after_at.is_set = !by_name;
        if (!by_name && !instant_parse(key, &after_at.value))
            return fail(db->arena, BAD_REQUEST, "/cursor", "This cursor belongs to another sort order.");
    }
    ai_system_list rows;
    if (by_name)
        TRY(sql_systems_by_name(db,
                                &(sql_systems_by_name_in){ .q = query->q,
                                                           .status = query->status,
                                                           .risk_tier = query->risk_tier,
                                                           .after_name = key,
                                                           .after_id = after_id,
                                                           .lim = query->page.limit + 1 },
                                &rows));
    else
        TRY(sql_systems_by_date(db,
                                &(sql_systems_by_date_in){ .q = query->q,
                                                           .status = query->status,
                                                           .risk_tier = query->risk_tier,
                                                           .after_at = after_at,
                                                           .after_id = after_id,
                                                           .lim = query->page.limit + 1 },
                                &rows));
    page_of(db->arena, rows.items, rows.count, query, by_name, out);
    return OK;
}
