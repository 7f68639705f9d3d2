#include "features/explanations/explanations.h"

#include "crypto/hash.h"
#include "ledger/ledger.h"

error explanations_list(scope *db, const explanations_query *query, page_reply *out)
{
    sql_explanations_list_in in = { .model_id = query->model_id,
                                    .decision_id = query->decision_id,
                                    .lim = query->page.limit + 1 };
    explanation_item_list rows;
    TRY(cursor_read_instant(db->arena, query->page.cursor, &in.after_at, &in.after_id));
    TRY(sql_explanations_list(db, &in, &rows));
    size_t shown = rows.count > (size_t)query->page.limit ? (size_t)query->page.limit : rows.count;
    *out = (page_reply){ .items = rows.items, .count = shown };
    if (shown == rows.count) return OK;
    const explanation_item *last = &rows.items[shown - 1];
    out->next_cursor = cursor_write(db->arena, instant_format(db->arena, last->created_at), last->id);
    return OK;
}

error explanations_read(scope *db, uuid id, explanation_row *out)
{
    bool found;
    TRY(sql_explanation_by_id(db, &(sql_explanation_by_id_in){ .id = id }, &found, out));
    return found ? OK : fail(db->arena, NOT_FOUND, "/id", "There is no explanation with this id in your organization.");
}

/* ------------------------------------------------------------------ keeping one */

static void write_maybe_uuid(json_writer *w, const char *name, maybe_uuid id)
{
    json_key(w, name);
    if (id.is_set)
        json_write_uuid(w, id.value);
    else
        json_write_null(w);
}

/* The columns of the gate in sql/migrations/0055_explanations.sql, by their names. */
static text canonical(arena *a, const sql_explanation_insert_in *x)
{
    json_writer w = json_writer_in(a);
    json_open(&w, '{');
    write_maybe_uuid(&w, "created_by", x->created_by);
    write_maybe_uuid(&w, "decision_id", x->decision_id);
    json_key(&w, "method"), json_write_text(&w, x->method);
    write_maybe_uuid(&w, "model_id", x->model_id);
    json_key(&w, "result_sha256"), json_write_text(&w, x->result_sha256);
    json_key(&w, "row_number"), json_write_integer(&w, x->row_number);
    write_maybe_uuid(&w, "system_id", x->system_id);
    json_key(&w, "task_id"), json_write_uuid(&w, x->task_id);
    json_close(&w, '}');
    return json_written(&w);
}

static error find_task(scope *db, const explanation_wanted *in, explained_task *out)
{
    bool found;
    TRY(sql_explained_task(db, &(sql_explained_task_in){ .id = in->task_id, .row = in->row }, &found, out));
    if (!found || !text_equal_string(out->kind, "EXPLAIN"))
        return fail(db->arena, NOT_FOUND, "/task_id",
                    "There is no explanation with this task_id in your organization.");
    if (!text_equal_string(out->status, "SUCCEEDED"))
        return fail(db->arena, CONFLICT, "/task_id", "This task is %.*s; it has no explanation to keep.",
                    PRINT(out->status));
    if (out->rows == 0)
        return fail(db->arena, CONFLICT, "/task_id",
                    "This task tells what the model goes by on the whole, not for one row.");
    if (in->row < out->rows) return OK;
    return fail(db->arena, INVALID, "/row",
                "This explanation has %lld rows, the first of which is 0; there is no row %lld.", (long long)out->rows,
                (long long)in->row);
}

/* A decision of somebody else is not found, whatever the task is. */
static error find_decision(scope *db, const maybe_uuid *id, explained_decision *out)
{
    bool found;
    if (!id->is_set) return OK;
    TRY(sql_explained_decision(db, &(sql_explained_decision_in){ .id = id->value }, &found, out));
    return found
               ? OK
               : fail(db->arena, NOT_FOUND, "/decision_id", "There is no decision with this id in your organization.");
}

static error check_fits(arena *a, const explained_decision *decision, const explained_task *task)
{
    bool is_other_model = decision->model_id.is_set &&
                          !(task->model_id.is_set && uuid_equal(task->model_id.value, decision->model_id.value));
    if (is_other_model)
        return fail(a, CONFLICT, "/task_id", "This decision was taken by another model than the one explained.");
    if (!task->system_id.is_set || uuid_equal(task->system_id.value, decision->system_id)) return OK;
    return fail(a, CONFLICT, "/task_id", "This decision was taken by another system than the one explained.");
}

error explanations_keep(scope *db, const explanation_wanted *in, explanation_row *out)
{
    explained_task task;
    explained_decision decision;
    TRY(find_decision(db, &in->decision_id, &decision));
    TRY(find_task(db, in, &task));
    if (in->decision_id.is_set) TRY(check_fits(db->arena, &decision, &task));
    sql_explanation_insert_in row = { .id = uuid_v7(&db->clock),
                                      .model_id = task.model_id,
                                      .system_id = task.system_id,
                                      .decision_id = in->decision_id,
                                      .task_id = in->task_id,
                                      .row_number = in->row,
                                      .method = task.method,
                                      .result = task.result,
                                      .result_sha256 = sha256_hex(db->arena, task.result),
                                      .created_by = { db->who.kind == ACTOR_USER, db->who.id } };
    TRY(ledger_append(db, LEDGER_EXPLANATION_ATTACHED, "explanation", row.id, canonical(db->arena, &row),
                      &row.ledger_entry_id));
    TRY(sql_explanation_insert(db, &row));
    return explanations_read(db, row.id, out);
}
