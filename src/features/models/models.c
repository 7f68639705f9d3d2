#include "features/models/models.h"

#include "crypto/hash.h"
#include "features/models/artefacts.h"
#include "features/models/endpoints.h"
#include "features/organizations/organizations.h"
#include "ledger/ledger.h"

/* ------------------------------------------------------------------ what is recorded */

static void write_maybe_uuid(json_writer *w, const char *name, maybe_uuid id)
{
    json_key(w, name);
    if (id.is_set)
        json_write_uuid(w, id.value);
    else
        json_write_null(w);
}

static void write_hash(json_writer *w, const char *name, text json)
{
    json_key(w, name);
    json_write_text(w, text_is(json) ? sha256_hex(w->out.arena, json) : NO_TEXT);
}

/* The columns of the gate in sql/migrations/0053_models.sql, by their names; json columns by their hash. */
static text canonical(arena *a, const model_row *m)
{
    json_writer w = json_writer_in(a);
    json_open(&w, '{');
    json_key(&w, "artefact_sha256"), json_write_text(&w, m->artefact_sha256);
    write_maybe_uuid(&w, "endpoint_id", m->endpoint_id);
    write_hash(&w, "features_sha256", m->features);
    json_key(&w, "format"), json_write_text(&w, m->format);
    json_key(&w, "is_active"), json_write_bool(&w, m->is_active);
    json_key(&w, "lifecycle_stage"), json_write_text(&w, m->lifecycle_stage);
    write_hash(&w, "metrics_sha256", m->metrics);
    json_key(&w, "name"), json_write_text(&w, m->name);
    write_maybe_uuid(&w, "system_id", m->system_id);
    json_key(&w, "training_data_sha256"), json_write_text(&w, m->training_data_sha256);
    json_key(&w, "type"), json_write_text(&w, m->type);
    json_key(&w, "version_label"), json_write_text(&w, m->version_label);
    json_close(&w, '}');
    return json_written(&w);
}

/* ------------------------------------------------------------------ reading */

error models_read(scope *db, uuid id, model_row *out)
{
    bool found;
    TRY(sql_model_by_id(db, &(sql_model_by_id_in){ .id = id }, &found, out));
    return found ? OK : fail(db->arena, NOT_FOUND, "/id", "There is no model with this id in your organization.");
}

error models_read_card(scope *db, uuid id, model_card *out)
{
    TRY(models_read(db, id, &out->row));
    return sql_model_card_context(db, &(sql_model_card_context_in){ .id = id }, &out->context);
}

error models_list(scope *db, const models_query *query, page_reply *out)
{
    sql_models_list_in in = {
        .q = query->q, .system_id = query->system_id, .is_active = query->active, .lim = query->page.limit + 1
    };
    model_item_list rows;
    TRY(cursor_read_instant(db->arena, query->page.cursor, &in.after_at, &in.after_id));
    TRY(sql_models_list(db, &in, &rows));
    size_t shown = rows.count > (size_t)query->page.limit ? (size_t)query->page.limit : rows.count;
    *out = (page_reply){ .items = rows.items, .count = shown };
    if (shown == rows.count) return OK;
    const model_item *last = &rows.items[shown - 1];
    out->next_cursor = cursor_write(db->arena, instant_format(db->arena, last->created_at), last->id);
    return OK;
}

text models_file_name(arena *a, const model_row *row)
{
    static const struct {
        const char *format, *ending;
    } endings[] = {
        { "xgboost-json", "json" }, { "xgboost-ubjson", "ubj" }, { "lightgbm-text", "txt" }, { "onnx", "onnx" }
    };
    text_builder b = text_builder_in(a);
    text name = text_format(a, "%.*s-%.*s", PRINT(row->name), PRINT(row->version_label));
    for (size_t i = 0; i < name.length; i++) {
        char c = name.data[i];
        bool is_plain =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
        text_add_char(&b, is_plain ? c : '_');
    }
    const char *ending = "aic.json";
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (text_equal_string(row->format, endings[i].format)) ending = endings[i].ending;
    text_add_format(&b, ".%s", ending);
    return text_built(&b);
}

/* ------------------------------------------------------------------ checks */

static error check_system(scope *db, const maybe_uuid *system)
{
    bool found;
    model_system row;
    if (!system->is_set) return OK;
    TRY(sql_model_system(db, &(sql_model_system_in){ .system_id = system->value }, &found, &row));
    return found ? OK
                 : fail(db->arena, NOT_FOUND, "/system_id", "There is no system with this id in your organization.");
}

static error check_owner(scope *db, const maybe_uuid *person)
{
    bool found;
    member who;
    if (!person->is_set) return OK;
    TRY(sql_member_current(db, &(sql_member_current_in){ .id = person->value }, &found, &who));
    if (found && who.is_active) return OK;
    return fail(db->arena, INVALID, "/owner_id", "The owner must be an active user of your organization.");
}

static error check_stage(arena *a, const model_row *row)
{
    if (row->system_id.is_set || text_equal_string(row->lifecycle_stage, "DEVELOPMENT")) return OK;
    return fail(a, INVALID, "/system_id",
                "A model without a system stays in DEVELOPMENT: say which system it serves before it becomes %.*s.",
                PRINT(row->lifecycle_stage));
}

static error check_metrics(arena *a, text metrics)
{
    json_t *value;
    if (!text_is(metrics)) return OK;
    TRY(json_read(a, metrics, &value));
    return json_is_object(value) ? OK : fail(a, INVALID, "/metrics", "Expected an object such as {\"auc\": 0.81}.");
}

error models_may_take_artefact(arena *a, const model_row *row)
{
    if (text_equal_string(row->kind, "ENDPOINT"))
        return fail(a, CONFLICT, "/artefact", "This model stays elsewhere, at %.*s: it takes no artefact.",
                    PRINT(row->endpoint_url));
    if (text_is(row->artefact_sha256))
        return fail(a, CONFLICT, "/artefact", "This model has its artefact; another one is another version.");
    if (!row->is_active) return fail(a, CONFLICT, "/is_active", "This model has been retired.");
    return OK;
}

/* ------------------------------------------------------------------ registering */

static text names_json(arena *a, text_list names)
{
    json_writer w = json_writer_in(a);
    json_open(&w, '[');
    for (size_t i = 0; i < names.count; i++) json_write_text(&w, names.items[i]);
    json_close(&w, ']');
    return json_written(&w);
}

static text plain_features_json(arena *a, text_list names)
{
    json_writer w = json_writer_in(a);
    json_open(&w, '[');
    for (size_t i = 0; i < names.count; i++) {
        json_open(&w, '{');
        json_key(&w, "name"), json_write_text(&w, names.items[i]);
        json_key(&w, "is_category"), json_write_bool(&w, false);
        json_close(&w, '}');
    }
    json_close(&w, ']');
    return json_written(&w);
}

static model_row row_of(scope *db, const model_draft *draft)
{
    return (model_row){
        .id = uuid_v7(&db->clock),
        .name = draft->name,
        .version_label = draft->version,
        .kind = text_is(draft->kind) ? draft->kind : TEXT("ARTEFACT"),
        .type = text_is(draft->type) ? draft->type : TEXT("OTHER"),
        .description = draft->description,
        .system_id = draft->system_id,
        .lifecycle_stage = TEXT("DEVELOPMENT"),
        .features = TEXT("[]"),
        .outputs = TEXT("[]"),
        .structure = TEXT("{}"),
        .metrics = draft->metrics,
        .training_data_description = draft->training_data_description,
        .protected_attributes = draft->protected_attributes,
        .owner_id = draft->owner_id,
        .is_active = true,
    };
}

static error insert(scope *db, model_row *row)
{
    TRY(ledger_append(db, LEDGER_MODEL_REGISTERED, "model", row->id, canonical(db->arena, row), &row->ledger_entry_id));
    return sql_model_insert(db, &(sql_model_insert_in){ .id = row->id,
                                                        .name = row->name,
                                                        .version_label = row->version_label,
                                                        .kind = row->kind,
                                                        .type = row->type,
                                                        .description = row->description,
                                                        .format = row->format,
                                                        .system_id = row->system_id,
                                                        .lifecycle_stage = row->lifecycle_stage,
                                                        .artefact_sha256 = row->artefact_sha256,
                                                        .artefact_bytes = row->artefact_bytes,
                                                        .features = row->features,
                                                        .outputs = row->outputs,
                                                        .structure = row->structure,
                                                        .metrics = row->metrics,
                                                        .training = row->training,
                                                        .training_data_sha256 = row->training_data_sha256,
                                                        .training_data_description = row->training_data_description,
                                                        .protected_attributes = row->protected_attributes,
                                                        .owner_id = row->owner_id,
                                                        .endpoint_id = row->endpoint_id,
                                                        .ledger_entry_id = row->ledger_entry_id });
}

static error register_endpoint(platform *app, scope *db, const model_draft *draft, model_row *row)
{
    arena *a = db->arena;
    if (!text_is(draft->url)) return fail(a, INVALID, "/url", "An endpoint needs its address.");
    if (!draft->features.count) return fail(a, INVALID, "/features", "Name the columns that this endpoint is sent.");
    TRY(endpoint_check(a, app, draft->url));
    TRY(endpoint_store(app, db, draft->url, draft->header_name, draft->header_value, &row->endpoint_id));
    row->features = plain_features_json(a, draft->features);
    row->outputs = draft->outputs.count ? names_json(a, draft->outputs) : TEXT("[\"score\"]");
    return OK;
}

static error check_draft(scope *db, const model_draft *draft)
{
    arena *a = db->arena;
    bool is_endpoint = text_equal_string(draft->kind, "ENDPOINT");
    TRY(check_metrics(a, draft->metrics));
    if (!is_endpoint &&
        (text_is(draft->url) || text_is(draft->header_name) || draft->features.count || draft->outputs.count))
        return fail(a, INVALID, "/kind",
                    "url, header_name, header_value, features and outputs belong to a model of kind ENDPOINT.");
    TRY(check_system(db, &draft->system_id));
    return check_owner(db, &draft->owner_id);
}

error models_register(platform *app, scope *db, const model_draft *draft, text bytes, model_row *out)
{
    const model *m = NULL;
    bool is_endpoint = text_equal_string(draft->kind, "ENDPOINT");
    if (is_endpoint && bytes.data)
        return fail(db->arena, INVALID, "/artefact", "A model of kind ENDPOINT stays elsewhere: it has no artefact.");
    TRY(check_draft(db, draft));
    model_row row = row_of(db, draft);
    if (is_endpoint) TRY(register_endpoint(app, db, draft, &row));
    if (bytes.data) {
        TRY(model_read(db->arena, bytes, model_limits_standard(), &m));
        TRY(artefact_store(db, row.id, bytes));
        artefact_describe(db->arena, m, bytes, &row);
        if (text_is(draft->type)) row.type = draft->type;
    }
    TRY(insert(db, &row));
    return models_read(db, row.id, out);
}

error models_may_register(scope *db, text name, text version, maybe_uuid system_id)
{
    bool found;
    model_named row;
    TRY(check_system(db, &system_id));
    if (!text_is(name) || !text_is(version)) return OK;
    TRY(sql_model_named(db, &(sql_model_named_in){ .name = name, .version_label = version, .system_id = system_id },
                        &found, &row));
    if (!found) return OK;
    return fail(db->arena, CONFLICT, "/version",
                "This version of the model is registered already; register another version.");
}

error models_register_trained(scope *db, const trained_model *t, model_row *out)
{
    TRY(check_system(db, &t->draft->system_id));
    model_row row = row_of(db, t->draft);
    TRY(artefact_store(db, row.id, t->artefact));
    artefact_describe(db->arena, t->model, t->artefact, &row);
    row.metrics = t->metrics;
    row.training = t->training;
    row.training_data_sha256 = t->data_sha256;
    TRY(insert(db, &row));
    return models_read(db, row.id, out);
}

/* ------------------------------------------------------------------ changing */

static error stale(arena *a)
{
    return fail(a, STALE, "",
                "The model has been changed since you opened it. Load it again, and make your change on that version.");
}

/* What is recorded of a model: when it changes, its entry does, too. */
static bool is_promise_changed(const model_row *a, const model_row *b)
{
    return a->system_id.is_set != b->system_id.is_set || !text_equal(a->type, b->type) ||
           !text_equal(a->lifecycle_stage, b->lifecycle_stage) ||
           text_is(a->artefact_sha256) != text_is(b->artefact_sha256) || a->is_active != b->is_active ||
           a->endpoint_id.is_set != b->endpoint_id.is_set ||
           (a->endpoint_id.is_set && !uuid_equal(a->endpoint_id.value, b->endpoint_id.value));
}

static error update(scope *db, const model_row *before, model_row *row)
{
    int64_t updated;
    if (is_promise_changed(before, row))
        TRY(ledger_append(db, LEDGER_MODEL_CHANGED, "model", row->id, canonical(db->arena, row),
                          &row->ledger_entry_id));
    TRY(sql_model_update(db,
                         &(sql_model_update_in){ .id = row->id,
                                                 .version = before->version,
                                                 .type = row->type,
                                                 .description = row->description,
                                                 .format = row->format,
                                                 .system_id = row->system_id,
                                                 .lifecycle_stage = row->lifecycle_stage,
                                                 .artefact_sha256 = row->artefact_sha256,
                                                 .artefact_bytes = row->artefact_bytes,
                                                 .features = row->features,
                                                 .outputs = row->outputs,
                                                 .structure = row->structure,
                                                 .metrics = row->metrics,
                                                 .training_data_description = row->training_data_description,
                                                 .protected_attributes = row->protected_attributes,
                                                 .owner_id = row->owner_id,
                                                 .endpoint_id = row->endpoint_id,
                                                 .is_active = row->is_active,
                                                 .retired_at = row->retired_at,
                                                 .ledger_entry_id = row->ledger_entry_id },
                         &updated));
    return updated == 1 ? OK : stale(db->arena);
}

static text either(text changed, text before)
{
    return text_is(changed) ? changed : before;
}

static error apply(scope *db, const model_change *change, model_row *row)
{
    row->type = either(change->type, row->type);
    row->description = either(change->description, row->description);
    row->lifecycle_stage = either(change->lifecycle_stage, row->lifecycle_stage);
    row->training_data_description = either(change->training_data_description, row->training_data_description);
    row->metrics = either(change->metrics, row->metrics);
    if (change->protected_attributes.items) row->protected_attributes = change->protected_attributes;
    if (change->system_id.is_set) {
        if (row->system_id.is_set && !uuid_equal(row->system_id.value, change->system_id.value))
            return fail(db->arena, CONFLICT, "/system_id",
                        "A model stays with its system; register it anew for another.");
        row->system_id = change->system_id;
    }
    if (change->owner_id.is_set) row->owner_id = change->owner_id;
    if (!change->is_active.is_set || change->is_active.value == row->is_active) return OK;
    if (change->is_active.value)
        return fail(db->arena, CONFLICT, "/is_active",
                    "A model that was retired is not taken up again; register a new version.");
    row->is_active = false;
    row->retired_at = (maybe_instant){ true, scope_now(db) };
    return OK;
}

static error change_secret(platform *app, scope *db, const model_change *change, model_row *row)
{
    if (!text_is(change->header_name) && !text_is(change->header_value)) return OK;
    if (!row->endpoint_id.is_set)
        return fail(db->arena, INVALID, "/header_name", "Only a model of kind ENDPOINT is sent a header.");
    return endpoint_store(app, db, row->endpoint_url, change->header_name, change->header_value, &row->endpoint_id);
}

/* Holds the row; NOT_FOUND before anything else. */
static error lock(scope *db, uuid id, model_row *out)
{
    bool found;
    model_locked locked;
    TRY(sql_model_lock(db, &(sql_model_lock_in){ .id = id }, &found, &locked));
    return models_read(db, id, out);
}

error models_change(platform *app, scope *db, uuid id, int64_t version, const model_change *change, model_row *out)
{
    TRY(lock(db, id, out));
    if (out->version != version) return stale(db->arena);
    model_row row = *out;
    TRY(check_system(db, &change->system_id));
    TRY(check_owner(db, &change->owner_id));
    TRY(check_metrics(db->arena, change->metrics));
    TRY(apply(db, change, &row));
    TRY(check_stage(db->arena, &row));
    TRY(change_secret(app, db, change, &row));
    TRY(update(db, out, &row));
    return models_read(db, id, out);
}

error models_give_artefact(scope *db, uuid id, text bytes, const model *m, model_row *out)
{
    TRY(lock(db, id, out));
    TRY(models_may_take_artefact(db->arena, out));
    model_row row = *out;
    artefact_describe(db->arena, m, bytes, &row);
    if (!text_equal_string(out->type, "OTHER")) row.type = out->type;
    TRY(update(db, out, &row));
    return models_read(db, id, out);
}
