#include "features/explanations/orders.h"

#include "features/datasets/datasets.h"
#include "features/limits/limits.h"

/* ------------------------------------------------------------------ looking at a table without keeping it */

typedef struct look {
    arena *arena;
    const char *wanted; /* JSON pointer of the field that names a column */
    text column;        /* NO_TEXT: none is named */
    size_t rows, columns;
} look;

static error look_at_header(void *context, const text *names, size_t count)
{
    look *l = context;
    l->columns = count;
    if (!text_is(l->column)) return OK;
    for (size_t i = 0; i < count; i++)
        if (text_equal(names[i], l->column)) return OK;
    return fail(l->arena, INVALID, l->wanted, "The data has no column \"%.*s\".", PRINT(l->column));
}

static error look_at_row(void *context, const cell *cells, size_t count)
{
    (void)cells, (void)count;
    ((look *)context)->rows++;
    return OK;
}

static row_sink look_sink(look *l)
{
    return (row_sink){ .context = l, .header = look_at_header, .row = look_at_row };
}

/* ------------------------------------------------------------------ reading a request */

typedef struct sent {
    bool is_csv, has_table;
    json_bulk *document;
} sent;

static error read_order(request *rq, const field *fields, void *order, size_t size, sent *out)
{
    json_t *object;
    *out = (sent){ .is_csv = text_equal_string(rq->content_type, "text/csv") };
    if (out->is_csv) {
        memcpy(order, rq->query, size);
        out->has_table = rq->body.length > 0;
        return OK;
    }
    TRY(json_bulk_open(rq->arena, rq->body, limits_of_tables(rq->app), &out->document));
    TRY(json_read(rq->arena, json_bulk_fields(out->document), &object));
    TRY(fields_decode(rq->arena, fields, object, order));
    out->has_table = json_bulk_has_table(out->document);
    return OK;
}

static error look_over(request *rq, const sent *in, look *l)
{
    row_sink sink = look_sink(l);
    if (!in->has_table) return OK;
    return in->is_csv ? csv_read(rq->arena, rq->body, sink, limits_of_tables(rq->app))
                      : json_bulk_read(in->document, sink);
}

static error check_source(arena *a, const sent *in, const maybe_uuid *stored)
{
    if (in->has_table && stored->is_set)
        return fail(a, INVALID, "/dataset_id", "Send rows or name a data set, not both.");
    if (in->has_table || stored->is_set) return OK;
    return fail(
        a, INVALID, "/data",
        "Send the table as \"data\" (a list of rows) or as \"columns\" (a list for each column), or name a data set.");
}

static error check_dataset(scope *db, const maybe_uuid *id, const char *pointer)
{
    dataset_view view;
    if (!id->is_set) return OK;
    error bad = datasets_find(db, id->value, &view);
    if (bad && bad->kind == NOT_FOUND) return fail(db->arena, NOT_FOUND, pointer, "%s", bad->message);
    TRY(bad);
    if (text_equal_string(view.row.status, "READY")) return OK;
    return fail(db->arena, CONFLICT, pointer, "This data set is %.*s; it can be used once it is READY.",
                PRINT(view.row.status));
}

/* ------------------------------------------------------------------ what fits together */

static bool is_one_of(text t, const char *const *names)
{
    for (; *names; names++)
        if (text_equal_string(t, *names)) return true;
    return false;
}

static bool samples(text method)
{
    static const char *const sampling[] = { "kernel", "permutation", "lime", "counterfactual", NULL };
    return is_one_of(method, sampling);
}

/* The address says the method, or which ones may be chosen. */
static error method_of_way(arena *a, const char *way, explain_order *order)
{
    static const char *const shapley[] = { "auto",        "tree-path", "tree-interventional", "linear", "kernel",
                                           "permutation", NULL };
    if (!way) return OK;
    bool is_auto = text_equal_string(order->method, "auto");
    if (!strcmp(way, "shap"))
        return is_one_of(order->method, shapley)
                   ? OK
                   : fail(a, INVALID, "/method", "%.*s gives no Shapley values; POST /explain takes it.",
                          PRINT(order->method));
    if (!is_auto && !text_equal_string(order->method, way))
        return fail(a, INVALID, "/method", "This address is for %s; POST /explain takes any method.", way);
    order->method = text_of(way);
    return OK;
}

/* [from, to], from 0, `to` not included; {0, SIZE_MAX} when nothing is said. "from:to" of a query comes as a text. */
error explain_rows(arena *a, text said, row_range *out)
{
    json_t *value = NULL;
    int64_t from = 0, to = 0;
    bool good = false;
    *out = (row_range){ 0, SIZE_MAX };
    if (!text_is(said)) return OK;
    const char *colon = memchr(said.data, ':', said.length);
    if (colon) {
        text first = { said.data, (size_t)(colon - said.data) };
        good = text_integer(first, &from) && text_integer((text){ colon + 1, said.length - first.length - 1 }, &to);
    } else {
        TRY(json_read(a, said, &value));
        good = json_is_array(value) && json_array_size(value) == 2 && json_is_integer(json_array_get(value, 0)) &&
               json_is_integer(json_array_get(value, 1));
        if (good)
            from = json_integer_value(json_array_get(value, 0)), to = json_integer_value(json_array_get(value, 1));
    }
    if (!good || from < 0 || to <= from)
        return fail(a, INVALID, "/rows",
                    "Expected [from, to] with 0 <= from < to, such as [0, 100] for the first hundred rows.");
    *out = (row_range){ (size_t)from, (size_t)to };
    return OK;
}

static error check_rows(arena *a, const explain_order *order, const look *l)
{
    row_range rows;
    TRY(explain_rows(a, order->rows, &rows));
    bool is_known = !order->dataset_id.is_set;
    if (is_known && l->rows == 0) return fail(a, INVALID, "/data", "The table has no rows.");
    if (is_known && text_is(order->rows) && rows.from >= l->rows)
        return fail(a, INVALID, "/rows", "The table has %zu rows, so that none begins at %zu.", l->rows, rows.from);
    size_t last = is_known && rows.to > l->rows ? l->rows : rows.to;
    if (!samples(order->method) || (!is_known && !text_is(order->rows))) return OK;
    if (last - rows.from <= EXPLAIN_MOST_SAMPLED) return OK;
    return fail(a, BAD_REQUEST, "/rows",
                "%.*s explains at most %d rows at once; %zu were asked for. Choose some with \"rows\": [0, %d].",
                PRINT(order->method), EXPLAIN_MOST_SAMPLED, last - rows.from, EXPLAIN_MOST_SAMPLED);
}

static error check_background(request *rq, const explain_order *order)
{
    look l = { .arena = rq->arena };
    if (!text_is(order->background)) return OK;
    if (order->background_dataset_id.is_set)
        return fail(rq->arena, INVALID, "/background", "Send a background or name a data set, not both.");
    char first = order->background.data[0];
    if (first != '[' && first != '{')
        return fail(rq->arena, INVALID, "/background", "Expected a list of rows, or an object of columns.");
    error bad = (first == '[' ? json_rows_read : json_columns_read)(rq->arena, order->background, look_sink(&l),
                                                                    limits_of_tables(rq->app));
    if (bad) return fail(rq->arena, bad->kind, "/background", "The background: %s", bad->message);
    return l.rows ? OK : fail(rq->arena, INVALID, "/background", "The background has no rows.");
}

static error check_model(request *rq, const explain_order *order, maybe_uuid *system)
{
    arena *a = rq->arena;
    model_row row;
    /* Beside a model the target is what truly happened: the importance of features is measured by it. */
    bool is_label = text_equal_string(order->method, "global") && order->model_id.is_set;
    if (order->model_id.is_set == text_is(order->target) && !is_label)
        return fail(
            a, INVALID, order->model_id.is_set ? "/target" : "/model_id",
            "Name a registered model (model_id), or the column of the data that a surrogate learns (target), %s.",
            order->model_id.is_set ? "not both" : "one of them");
    if (!order->model_id.is_set) return OK;
    error bad = models_read(rq->scope, order->model_id.value, &row);
    if (bad && bad->kind == NOT_FOUND) return fail(a, NOT_FOUND, "/model_id", "%s", bad->message);
    TRY(bad);
    if (!system->is_set) *system = row.system_id;
    if (text_equal_string(row.kind, "ENDPOINT") || text_is(row.artefact_sha256)) return OK;
    return fail(a, CONFLICT, "/model_id", "This model has no artefact yet: POST /models/{id}/artefact gives it one.");
}

/* ------------------------------------------------------------------ handing over */

static text input_json(arena *a, const field *fields, const void *order, bool is_csv)
{
    json_writer w = json_writer_in(a);
    json_open(&w, '{');
    json_key(&w, "is_csv"), json_write_bool(&w, is_csv);
    json_key(&w, "order"), fields_encode(&w, fields, order);
    json_close(&w, '}');
    return json_written(&w);
}

/* "from:to" of a query, as JSON says it. */
static error rows_json(arena *a, text *rows)
{
    row_range range;
    if (!text_is(*rows)) return OK;
    TRY(explain_rows(a, *rows, &range));
    *rows = text_format(a, "[%zu,%zu]", range.from, range.to);
    return OK;
}

error explain_queue(request *rq, const char *way)
{
    explain_order order = { 0 };
    sent in;
    uuid task;
    TRY(read_order(rq, explain_order_fields, &order, sizeof order, &in));
    look l = { .arena = rq->arena, .wanted = "/target", .column = order.target };
    if (in.is_csv) TRY(rows_json(rq->arena, &order.rows));
    TRY(method_of_way(rq->arena, way, &order));
    TRY(check_source(rq->arena, &in, &order.dataset_id));
    TRY(look_over(rq, &in, &l));
    TRY(check_rows(rq->arena, &order, &l));
    TRY(check_background(rq, &order));
    TRY(check_model(rq, &order, &order.system_id));
    TRY(check_dataset(rq->scope, &order.dataset_id, "/dataset_id"));
    TRY(check_dataset(rq->scope, &order.background_dataset_id, "/background_dataset_id"));
    order.background = NO_TEXT; /* the body, which is kept as the task's data, has it */
    TRY(tasks_add(rq->scope,
                  &(task_order){ .kind = explain_task.name,
                                 .input = input_json(rq->arena, explain_order_fields, &order, in.is_csv),
                                 .data = rq->body.length ? rq->body : NO_TEXT,
                                 .system_id = order.system_id },
                  &task));
    return task_accepted(rq, task);
}

error explanations_ask(scope *db, const explain_order *order, text csv, uuid *task)
{
    return tasks_add(db,
                     &(task_order){ .kind = explain_task.name,
                                    .input = input_json(db->arena, explain_order_fields, order, true),
                                    .data = csv,
                                    .system_id = order->system_id },
                     task);
}

error train_queue(request *rq)
{
    train_order order = { 0 };
    sent in;
    uuid task;
    TRY(read_order(rq, train_order_fields, &order, sizeof order, &in));
    if (!text_is(order.target)) return fail(rq->arena, INVALID, "/target", "Name the column to learn.");
    look l = { .arena = rq->arena, .wanted = "/target", .column = order.target };
    TRY(check_source(rq->arena, &in, &order.dataset_id));
    TRY(look_over(rq, &in, &l));
    if (in.has_table && l.rows == 0) return fail(rq->arena, INVALID, "/data", "The table has no rows.");
    TRY(check_dataset(rq->scope, &order.dataset_id, "/dataset_id"));
    TRY(models_may_register(rq->scope, order.name, order.version, order.system_id));
    TRY(tasks_add(rq->scope,
                  &(task_order){ .kind = train_task.name,
                                 .input = input_json(rq->arena, train_order_fields, &order, in.is_csv),
                                 .data = rq->body.length ? rq->body : NO_TEXT,
                                 .system_id = order.system_id },
                  &task));
    return task_accepted(rq, task);
}

/* ------------------------------------------------------------------ what the worker finds */

static error open_input(task_run *t, const field *fields, void *out, bool *is_csv)
{
    json_t *input;
    TRY(json_read(t->arena, t->input, &input));
    *is_csv = json_is_true(json_object_get(input, "is_csv"));
    return fields_decode(t->arena, fields, json_object_get(input, "order"), out);
}

error explain_order_of(task_run *t, explain_order *out, bool *is_csv)
{
    json_bulk *document;
    json_t *object;
    TRY(open_input(t, explain_order_fields, out, is_csv));
    if (*is_csv || !text_is(t->data)) return OK;
    TRY(json_bulk_open(t->arena, t->data, (table_limits){ 0 }, &document));
    TRY(json_read(t->arena, json_bulk_fields(document), &object));
    const json_t *background = json_field(object, "background");
    if (background) out->background = json_compact(t->arena, background);
    return OK;
}

error train_order_of(task_run *t, train_order *out, bool *is_csv)
{
    return open_input(t, train_order_fields, out, is_csv);
}

static error dataset_progress(void *context, double fraction)
{
    return task_progress(context, 0.1 * fraction, TEXT("reading the data set"));
}

static error dataset_rows(task_run *t, uuid id, row_sink sink)
{
    platform *app = t->app;
    dataset what;
    dataset_reading from = { .store = app->store, .who = t->who, .progress = dataset_progress, .context = t };
    return datasets_read(&from, t->arena, id, sink, &what);
}

error task_rows(task_run *t, bool is_csv, const maybe_uuid *dataset_id, row_sink sink)
{
    json_bulk *document;
    table_limits none = { 0 }; /* it was counted before it became a task */
    if (dataset_id->is_set) return dataset_rows(t, dataset_id->value, sink);
    if (is_csv) return csv_read(t->arena, t->data, sink, none);
    TRY(json_bulk_open(t->arena, t->data, none, &document));
    return json_bulk_read(document, sink);
}
