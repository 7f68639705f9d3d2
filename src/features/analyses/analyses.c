#include "features/analyses/analyses.h"

#include "crypto/hash.h"
#include "features/systems/systems.h"
#include "ledger/ledger.h"

error analyses_list(scope *db, const analyses_query *query, page_reply *out)
{
    maybe_uuid after_id = { 0 };
    maybe_instant after_at = { 0 };
    if (text_is(query->page.cursor)) {
        text key;
        after_id.is_set = after_at.is_set = true;
        TRY(cursor_read(db->arena, query->page.cursor, &key, &after_id.value));
        if (!instant_parse(key, &after_at.value))
            return fail(db->arena, BAD_REQUEST, "/cursor", "This cursor belongs to another list.");
    }
    analysis_list rows;
    TRY(sql_analyses_list(db,
                          &(sql_analyses_list_in){ .system_id = query->system_id,
                                                   .verdict = query->verdict,
                                                   .after_at = after_at,
                                                   .after_id = after_id,
                                                   .lim = query->page.limit + 1 },
                          &rows));
    size_t shown = rows.count > (size_t)query->page.limit ? (size_t)query->page.limit : rows.count;
    *out = (page_reply){ .items = rows.items, .count = shown };
    if (shown < rows.count) {
        const analysis *last = &rows.items[shown - 1];
        out->next_cursor = cursor_write(db->arena, instant_format(db->arena, last->created_at), last->id);
    }
    return OK;
}

error analyses_read(scope *db, uuid id, analysis_view *out)
{
    bool found;
    analysis_result_row stored;
    TRY(sql_analysis_by_id(db, &(sql_analysis_by_id_in){ .id = id }, &found, &out->row));
    if (found) TRY(sql_analysis_result(db, &(sql_analysis_result_in){ .id = id }, &found, &stored));
    if (!found) return fail(db->arena, NOT_FOUND, "/id", "There is no analysis with this id in your organization.");
    out->result = stored.result;
    return OK;
}

/* ------------------------------------------------------------------ from the order to the engine's request */

/* A value as the table holds it: a text as it is, a number as ECMAScript writes it, a boolean by its name. */
static error value_text(arena *a, const json_t *value, const char *pointer, text *out)
{
    if (json_is_string(value))
        *out = text_copy(a, json_text_of(value));
    else if (json_is_boolean(value))
        *out = json_is_true(value) ? TEXT("true") : TEXT("false");
    else if (json_is_number(value)) {
        char digits[32];
        size_t length = json_number_format(json_number_value(value), digits);
        *out = text_copy(a, (text){ digits, length });
    } else
        return fail(a, INVALID, pointer, "Expected a text, a number or true or false.");
    return OK;
}

static error read_favorable(arena *a, text json, fairness_request *out)
{
    if (!text_is(json)) return OK;
    json_t *value;
    TRY(json_read(a, json, &value));
    size_t count = json_is_array(value) ? json_array_size(value) : 1;
    if (count == 0) return fail(a, INVALID, "/favorable", "Name at least one favorable value, or leave the field out.");
    text *values = ARENA_ARRAY(a, count, text);
    for (size_t i = 0; i < count; i++)
        TRY(value_text(a, json_is_array(value) ? json_array_get(value, i) : value, "/favorable", &values[i]));
    out->favorable = values;
    out->favorable_count = count;
    return OK;
}

static error read_references(arena *a, text json, fairness_request *out)
{
    if (!text_is(json)) return OK;
    json_t *object;
    TRY(json_read(a, json, &object));
    if (!json_is_object(object))
        return fail(a, INVALID, "/reference", "Expected an object such as {\"race\": \"Caucasian\"}.");
    fairness_reference *references = ARENA_ARRAY(a, json_object_size(object), fairness_reference);
    size_t count = 0;
    for (void *at = json_object_iter(object); at; at = json_object_iter_next(object, at)) {
        references[count].column = text_copy(a, (text){ json_object_iter_key(at), json_object_iter_key_len(at) });
        TRY(value_text(a, json_object_iter_value(at), "/reference", &references[count].group));
        count++;
    }
    out->references = references;
    out->reference_count = count;
    return OK;
}

error analyses_request(arena *a, const analysis_order *order, fairness_request *out)
{
    *out = fairness_request_standard();
    out->protected_columns = order->protected_columns.items;
    out->protected_count = order->protected_columns.count;
    out->label = order->label;
    out->prediction = order->prediction;
    out->score = order->score;
    out->threshold = order->threshold;
    out->intersect = order->intersect;
    out->bootstrap_replicates = (uint32_t)order->bootstrap;
    out->seed = (uint64_t)order->seed;
    out->min_group_size = (uint64_t)order->min_group_size;
    if (text_is(order->use_case)) {
        use_case u;
        if (!use_case_parse(text_lower_ascii(a, order->use_case), &u) && !use_case_parse(order->use_case, &u))
            return fail(a, INVALID, "/use_case", "Unknown use case %.*s.", PRINT(order->use_case));
        fairness_request_use_case(out, u);
    }
    TRY(read_favorable(a, order->favorable, out));
    return read_references(a, order->reference, out);
}

/* ------------------------------------------------------------------ recording */

static void write_texts(json_writer *w, const text *items, size_t count)
{
    json_open(w, '[');
    for (size_t i = 0; i < count; i++) json_write_text(w, items[i]);
    json_close(w, ']');
}

/* Everything that, with the data, gives the same result again. */
static error parameters_of(arena *a, const fairness_request *r, text *out)
{
    json_writer w = json_writer_in(a);
    json_open(&w, '{');
    json_key(&w, "protected"), write_texts(&w, r->protected_columns, r->protected_count);
    json_key(&w, "label"), json_write_text(&w, r->label);
    json_key(&w, "prediction"), json_write_text(&w, r->prediction);
    json_key(&w, "score"), json_write_text(&w, r->score);
    json_key(&w, "threshold"), json_write_number(&w, r->threshold);
    json_key(&w, "favorable"), write_texts(&w, r->favorable, r->favorable_count);
    json_key(&w, "reference"), json_open(&w, '{');
    for (size_t i = 0; i < r->reference_count; i++) {
        json_key_text(&w, r->references[i].column);
        json_write_text(&w, r->references[i].group);
    }
    json_close(&w, '}');
    json_key(&w, "intersect"), json_write_bool(&w, r->intersect);
    json_key(&w, "bootstrap"), json_write_integer(&w, r->bootstrap_replicates);
    json_key(&w, "seed"), json_write_integer(&w, (int64_t)r->seed);
    json_key(&w, "min_group_size"), json_write_integer(&w, (int64_t)r->min_group_size);
    json_key(&w, "use_case"), json_write_string(&w, use_case_name(r->use_case));
    json_close(&w, '}');
    return json_canonical_text(a, json_written(&w), out);
}

/* The columns of the gate in sql/migrations/0012_analyses.sql; `json` columns enter by the hash of their text. */
static text canonical(arena *a, const sql_analysis_insert_in *row)
{
    json_writer w = json_writer_in(a);
    json_open(&w, '{');
    json_key(&w, "created_by");
    if (row->created_by.is_set)
        json_write_uuid(&w, row->created_by.value);
    else
        json_write_null(&w);
    json_key(&w, "data_sha256"), json_write_text(&w, row->data_sha256);
    json_key(&w, "dropped_rows"), json_write_integer(&w, row->dropped_rows);
    json_key(&w, "engine_version"), json_write_text(&w, row->engine_version);
    json_key(&w, "operation"), json_write_text(&w, row->operation);
    json_key(&w, "parameters_sha256"), json_write_text(&w, sha256_hex(a, row->parameters));
    json_key(&w, "policy_version"), json_write_text(&w, row->policy_version);
    json_key(&w, "result_sha256"), json_write_text(&w, row->result_hash);
    json_key(&w, "rows"), json_write_integer(&w, row->rows);
    json_key(&w, "system_id"), json_write_uuid(&w, row->system_id);
    json_key(&w, "verdict"), json_write_text(&w, row->verdict);
    json_close(&w, '}');
    return json_written(&w);
}

text analyses_reply(arena *a, const fairness_report *report, const recorded_analysis *done)
{
    json_writer w = json_writer_in(a);
    json_open(&w, '{');
    if (done) {
        json_key(&w, "analysis_id"), json_write_uuid(&w, done->id);
        json_key(&w, "result_hash"), json_write_text(&w, done->result_hash);
        json_key(&w, "ledger_entry_id"), json_write_uuid(&w, done->ledger_entry_id);
    }
    fairness_report_json_members(&w, report);
    json_close(&w, '}');
    return json_written(&w);
}

error analyses_record(scope *db, uuid system_id, const fairness_report *report, const analyzed_data *data,
                      recorded_analysis *out)
{
    system_view system;
    error unknown = systems_read(db, system_id, &system);
    if (unknown && unknown->kind == NOT_FOUND)
        return fail(db->arena, NOT_FOUND, "/system_id", "There is no system with this id in your organization.");
    TRY(unknown);

    json_writer w = json_writer_in(db->arena);
    fairness_report_json(&w, report);
    text result, parameters;
    TRY(json_canonical_text(db->arena, json_written(&w), &result));
    TRY(parameters_of(db->arena, &report->request, &parameters));
    sql_analysis_insert_in row = {
        .id = uuid_v7(&db->clock),
        .system_id = system_id,
        .operation = TEXT("analyze"),
        .parameters = parameters,
        .engine_version = text_of(engine_version()),
        .policy_version = text_of(report->request.policy.version),
        .result = result,
        .result_hash = sha256_hex(db->arena, result),
        .verdict = text_of(verdict_name(report->verdict)),
        .data_sha256 = data->sha256,
        .dataset_id = data->dataset_id,
        .rows = (int64_t)report->rows,
        .dropped_rows = (int64_t)report->dropped_rows,
        .created_by = { db->who.kind == ACTOR_USER, db->who.id },
    };
    TRY(ledger_append(db, LEDGER_ANALYSIS_COMPLETED, "analysis", row.id, canonical(db->arena, &row),
                      &row.ledger_entry_id));
    TRY(sql_analysis_insert(db, &row));
    *out = (recorded_analysis){ .id = row.id, .ledger_entry_id = row.ledger_entry_id, .result_hash = row.result_hash };
    return OK;
}
