#include "features/explanations/orders.h"

/* ------------------------------------------------------------------ what is asked for */

static error tick(void *context, double fraction)
{
    return task_progress(context, 0.1 + 0.85 * fraction, TEXT("training"));
}

static double either(maybe_number said, double standard)
{
    return said.is_set ? said.value : standard;
}

static train_options options_of(task_run *t, const train_order *order)
{
    text kind = order->kind;
    train_options options = train_options_standard(text_equal_string(kind, "logistic") ? TRAIN_LOGISTIC
                                                   : text_equal_string(kind, "linear") ? TRAIN_LINEAR
                                                                                       : TRAIN_GBDT);
    options.label = order->target;
    options.positive = order->positive;
    options.ignore = order->ignore.items;
    options.ignore_count = order->ignore.count;
    options.protected_columns = order->protected_attributes.items;
    options.protected_count = order->protected_attributes.count;
    options.trees = (uint32_t)order->trees;
    options.depth = (uint32_t)order->depth;
    options.early_stopping = (uint32_t)order->early_stopping;
    options.folds = (uint32_t)order->folds;
    options.rate = either(order->rate, options.rate);
    options.subsample = either(order->subsample, options.subsample);
    options.column_share = either(order->column_share, options.column_share);
    options.min_child_weight = either(order->min_child_weight, options.min_child_weight);
    options.l1 = either(order->l1, options.l1);
    options.l2 = either(order->l2, options.l2);
    options.held_out = either(order->held_out, options.held_out);
    options.balanced = order->balanced;
    options.seed = (uint64_t)order->seed;
    options.watch = (explain_watch){ t, tick };
    return options;
}

/* ------------------------------------------------------------------ TRAIN */

typedef struct training {
    train_order order;
    train_options options;
    train_result *result;
    text report; /* as `aic train` tells it */
} training;

static error run(task_run *t, text *result, void **made)
{
    bool is_csv;
    training *done = ARENA_NEW(t->arena, training);
    TRY(train_order_of(t, &done->order, &is_csv));
    done->options = options_of(t, &done->order);
    TRY(task_progress(t, 0.02, TEXT("reading the rows")));
    train_table *rows = train_table_new(t->arena, &done->options);
    TRY(task_rows(t, is_csv, &done->order.dataset_id, train_table_sink(rows)));
    TRY(train_model(t->arena, rows, &done->options, &done->result));
    json_writer w = json_writer_in(t->arena);
    train_result_json(&w, done->result, &done->options);
    done->report = json_written(&w);
    *made = done;
    *result = done->report;
    return OK;
}

/* {"held_out": …, "cross_validation": …} of the report. */
static error metrics_of(arena *a, text report, text *out)
{
    static const char *const names[] = { "held_out", "cross_validation", "fairness", NULL };
    json_t *all;
    TRY(json_read(a, report, &all));
    json_writer w = json_writer_in(a);
    json_open(&w, '{');
    for (const char *const *name = names; *name; name++) {
        const json_t *one = json_field(all, *name);
        if (one) json_key(&w, *name), json_write_value(&w, one);
    }
    json_close(&w, '}');
    *out = json_written(&w);
    return OK;
}

static text order_json(arena *a, const train_order *order)
{
    json_writer w = json_writer_in(a);
    fields_encode(&w, train_order_fields, order);
    return json_written(&w);
}

/* A training that nobody named is told from others by its moment. */
static model_draft draft_of(scope *db, const train_order *order)
{
    return (model_draft){ .name = text_is(order->name) ? order->name : order->target,
                          .version =
                              text_is(order->version) ? order->version : instant_format(db->arena, scope_now(db)),
                          .kind = TEXT("ARTEFACT"),
                          .description = order->description,
                          .training_data_description = order->training_data_description,
                          .system_id = order->system_id,
                          .protected_attributes = order->protected_attributes };
}

static error record(scope *db, training *done, model_row *out)
{
    text metrics;
    TRY(metrics_of(db->arena, done->report, &metrics));
    model_draft draft = draft_of(db, &done->order);
    trained_model trained = { .draft = &draft,
                              .artefact = done->result->artefact,
                              .training = order_json(db->arena, &done->order),
                              .metrics = metrics,
                              .data_sha256 = done->result->data_sha256,
                              .model = done->result->model };
    return models_register_trained(db, &trained, out);
}

/* The model is there exactly when the task has succeeded. */
static error finish(task_run *t, scope *db, void *made, text *result)
{
    training *done = made;
    model_row row;
    TRY(record(db, done, &row));
    json_t *all;
    TRY(json_read(t->arena, done->report, &all));
    json_writer w = json_writer_in(t->arena);
    json_open(&w, '{');
    json_key(&w, "model_id"), json_write_uuid(&w, row.id);
    json_key(&w, "name"), json_write_text(&w, row.name);
    json_key(&w, "version"), json_write_text(&w, row.version_label);
    json_key(&w, "training"), json_write_value(&w, all);
    json_close(&w, '}');
    *result = json_written(&w);
    return OK;
}

error explanations_train_now(scope *db, const train_order *order, text csv, model_row *out)
{
    training *done = ARENA_NEW(db->arena, training);
    done->order = *order;
    done->options = options_of(NULL, order);
    done->options.watch = (explain_watch){ 0 };
    train_table *rows = train_table_new(db->arena, &done->options);
    TRY(csv_read(db->arena, csv, train_table_sink(rows), (table_limits){ 0 }));
    TRY(train_model(db->arena, rows, &done->options, &done->result));
    json_writer w = json_writer_in(db->arena);
    train_result_json(&w, done->result, &done->options);
    done->report = json_written(&w);
    return record(db, done, out);
}

const task_kind train_task = {
    .name = "TRAIN",
    .run = run,
    .finish = finish,
    .memory_mb = 2048,
    .why = "Training and its cross-validation take seconds to minutes of every core they get."
};
