#include "crypto/hash.h"
#include "features/analyses/analyses.h"
#include "features/datasets/datasets.h"
#include "features/systems/systems.h"

/* Of the task's time; what is left is the computing, which does not depend on the rows. */
static const double reading_part = 0.9;
enum { ANALYZE_SECONDS = 900, ANALYZE_MEMORY_MB = 2048 };

/* ------------------------------------------------------------------ asking */

/* A worker finds this out, too, but later. */
static error check_system(scope *db, const analysis_order *order)
{
    bool recorded;
    system_view system;
    TRY(analyses_whether_recorded(db->arena, order, &recorded));
    if (!recorded) return OK;
    error unknown = systems_read(db, order->system_id.value, &system);
    if (!unknown || unknown->kind != NOT_FOUND) return unknown;
    return fail(db->arena, NOT_FOUND, "/system_id", "There is no system with this id in your organization.");
}

/* The header alone tells whether the columns that are wanted are there. */
static error check_columns(scope *db, const analysis_order *order, text profile)
{
    arena *a = db->arena;
    fairness_request wanted;
    table_plan plan;
    json_t *columns;
    TRY(json_read(a, profile, &columns));
    size_t count = json_array_size(columns);
    text *names = ARENA_ARRAY(a, count, text);
    for (size_t i = 0; i < count; i++) names[i] = json_text_of(json_object_get(json_array_get(columns, i), "name"));
    TRY(analyses_request(a, order, &wanted));
    TRY(fairness_plan(a, &wanted, &plan));
    row_sink sink = table_builder_sink(table_builder_new(a, plan));
    return sink.header(sink.context, names, count);
}

/* {"order": as it was sent, "media_type": of the task's data, when it has some} */
static text input_of(arena *a, text order, text media_type)
{
    json_writer w = json_writer_in(a);
    json_open(&w, '{');
    json_key(&w, "order"), json_write_raw(&w, order);
    json_key(&w, "media_type"), json_write_text(&w, media_type);
    json_close(&w, '}');
    return json_written(&w);
}

error analyses_ask_dataset(scope *db, const analysis_order *order, text fields, uuid *task)
{
    dataset_view data;
    error unknown = datasets_find(db, order->dataset_id.value, &data);
    if (unknown && unknown->kind == NOT_FOUND)
        return fail(db->arena, NOT_FOUND, "/dataset_id", "There is no data set with this id in your organization.");
    TRY(unknown);
    if (!text_equal_string(data.row.status, "READY"))
        return fail(db->arena, CONFLICT, "/dataset_id",
                    "This data set is %.*s; only one that is READY can be analysed.", PRINT(data.row.status));
    TRY(check_system(db, order));
    TRY(check_columns(db, order, data.columns));
    task_order wanted = { .kind = analyze_dataset_task.name,
                          .input = input_of(db->arena, fields, NO_TEXT),
                          .system_id = order->system_id };
    return tasks_add(db, &wanted, task);
}

error analyses_ask_table(scope *db, const analysis_order *order, text media_type, text body, uuid *task)
{
    TRY(check_system(db, order));
    json_writer w = json_writer_in(db->arena);
    fields_encode(&w, analysis_order_fields, order);
    task_order wanted = { .kind = analyze_dataset_task.name,
                          .input = input_of(db->arena, json_written(&w), media_type),
                          .data = body,
                          .system_id = order->system_id };
    return tasks_add(db, &wanted, task);
}

/* ------------------------------------------------------------------ the task */

typedef struct large_analysis {
    analysis_order order;
    fairness_report *report;
    analyzed_data data;
} large_analysis;

static error read_input(task_run *t, analysis_order *order, text *media_type)
{
    json_t *input;
    TRY(json_read(t->arena, t->input, &input));
    *media_type = json_text_of(json_object_get(input, "media_type"));
    return fields_decode(t->arena, analysis_order_fields, json_object_get(input, "order"), order);
}

static error read_table(task_run *t, text media_type, row_sink sink)
{
    json_bulk *document;
    table_limits none = { 0 }; /* it was counted before it became a task */
    if (text_equal_string(media_type, "text/csv")) return csv_read(t->arena, t->data, sink, none);
    TRY(json_bulk_open(t->arena, t->data, none, &document));
    return json_bulk_read(document, sink);
}

static error tell_progress(void *context, double fraction)
{
    return task_progress(context, reading_part * fraction, NO_TEXT);
}

static error read_data(task_run *t, large_analysis *f, text media_type, row_sink sink)
{
    dataset what;
    platform *app = t->app;
    if (!f->order.dataset_id.is_set) {
        f->data.sha256 = sha256_hex(t->arena, t->data);
        return read_table(t, media_type, sink);
    }
    dataset_reading from = { .store = app->store, .who = t->who, .progress = tell_progress, .context = t };
    TRY(task_progress(t, 0, TEXT("Reading the data set")));
    TRY(datasets_read(&from, t->arena, f->order.dataset_id.value, sink, &what));
    f->data = (analyzed_data){ .sha256 = what.sha256, .dataset_id = f->order.dataset_id };
    return OK;
}

static error analyze(task_run *t, text *result, void **made)
{
    large_analysis *f = ARENA_NEW(t->arena, large_analysis);
    fairness_request wanted;
    table_plan plan;
    const table *data;
    text media_type;
    TRY(read_input(t, &f->order, &media_type));
    TRY(analyses_request(t->arena, &f->order, &wanted));
    TRY(fairness_plan(t->arena, &wanted, &plan));
    table_builder *builder = table_builder_new(t->arena, plan);
    TRY(read_data(t, f, media_type, table_builder_sink(builder)));
    TRY(table_builder_finish(builder, &data));
    TRY(task_progress(t, reading_part, TEXT("Computing")));
    TRY(fairness_analyze(t->arena, data, &wanted, &f->report));
    *result = analyses_reply(t->arena, f->report, NULL);
    *made = f;
    return OK;
}

static error record(task_run *t, scope *db, void *made, text *result)
{
    const large_analysis *f = made;
    bool recorded;
    recorded_analysis done;
    TRY(analyses_whether_recorded(t->arena, &f->order, &recorded));
    if (!recorded) return OK;
    TRY(analyses_record(db, f->order.system_id.value, f->report, &f->data, &done));
    *result = analyses_reply(t->arena, f->report, &done);
    return OK;
}

const task_kind analyze_dataset_task = {
    .name = "ANALYZE_DATASET",
    .run = analyze,
    .finish = record,
    .deadline_seconds = ANALYZE_SECONDS,
    .memory_mb = ANALYZE_MEMORY_MB,
    .why = "Reads up to 2 GB of stored rows, which takes seconds and the memory of the columns that are compared",
};
