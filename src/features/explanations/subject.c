#include "features/explanations/subject.h"

#include "crypto/hash.h"
#include "features/models/models.h"

/* ------------------------------------------------------------------ a registered artefact */

typedef struct artefact_wanted {
    task_run *task;
    const model_row *row;
} artefact_wanted;

/* The bytes of the file lie in an arena of their own: a model keeps copies of what it needs. */
static error read_artefact(const artefact_wanted *w, arena *of_bytes, arena *kept, const model **out)
{
    platform *app = w->task->app;
    scope *db;
    text bytes;
    TRY(scope_open_tenant(app->store, of_bytes, &w->task->who, &db));
    scope_reads(db);
    error bad = models_artefact(db, w->row, &bytes);
    scope_rollback(db);
    if (bad) return error_copy(kept, bad);
    return model_read(kept, bytes, model_limits_standard(), out);
}

static error make_artefact(void *context, arena *a, cached_model *out)
{
    arena *of_bytes = arena_new();
    error bad = read_artefact(context, of_bytes, a, &out->model);
    arena_drop(of_bytes);
    TRY(bad);
    return predictor_of_model(a, out->model, &out->predictor);
}

static error names_of(arena *a, text json, const char *member, text_list *out)
{
    json_t *list, *one;
    size_t i;
    TRY(json_read(a, json, &list));
    text *items = ARENA_ARRAY(a, json_array_size(list), text);
    json_array_foreach(list, i, one) items[i] = text_copy(a, json_text_of(member ? json_object_get(one, member) : one));
    *out = (text_list){ items, json_array_size(list) };
    return OK;
}

/* Of a black box only the names of its features are known; rows are read by them as by a model's. */
static error shape_of_names(arena *a, const model_row *row, size_t outputs, const model **out)
{
    text_list names;
    TRY(names_of(a, row->features, "name", &names));
    model_feature *features = ARENA_ARRAY(a, names.count, model_feature);
    for (size_t f = 0; f < names.count; f++) features[f].name = names.items[f];
    model *m = ARENA_NEW(a, model);
    *m = (model){ .kind = MODEL_LINEAR,
                  .format = "endpoint",
                  .type = "OTHER",
                  .features = features,
                  .feature_count = names.count,
                  .has_names = true,
                  .output_count = outputs };
    *out = m;
    return OK;
}

static error find_endpoint(task_run *t, const model_row *row, subject *out)
{
    scope *db;
    TRY(task_scope(t, &db));
    TRY(endpoint_of_model(t->app, db, t->arena, row, &out->predictor));
    TRY(scope_commit(db));
    TRY(shape_of_names(t->arena, row, out->predictor.output_count, &out->shape));
    text *names = ARENA_ARRAY(t->arena, out->shape->feature_count, text);
    for (size_t f = 0; f < out->shape->feature_count; f++) names[f] = out->shape->features[f].name;
    out->predictor.feature_names = names;
    return OK;
}

static error find_registered(task_run *t, const explain_order *order, subject *out)
{
    platform *app = t->app;
    scope *db;
    model_row *row = ARENA_NEW(t->arena, model_row);
    const cached_model *cached;
    TRY(task_scope(t, &db));
    TRY(models_read(db, order->model_id.value, row));
    TRY(scope_commit(db));
    *out = (subject){ .model_id = order->model_id,
                      .system_id = row->system_id,
                      .name = row->name,
                      .version = row->version_label,
                      .sha256 = row->artefact_sha256,
                      .protected_attributes = row->protected_attributes };
    TRY(names_of(t->arena, row->outputs, NULL, &out->outputs));
    if (row->endpoint_id.is_set) return find_endpoint(t, row, out);
    if (!text_is(row->artefact_sha256)) return fail(t->arena, CONFLICT, "/model_id", "This model has no artefact yet.");
    artefact_wanted wanted = { t, row };
    model_cache_key key = { t->org_id, CACHED_ARTEFACT, row->artefact_sha256 };
    TRY(model_cache_lend(app->models, t->arena, &key, make_artefact, &wanted, &cached));
    out->predictor = cached->predictor;
    out->shape = cached->model;
    return OK;
}

/* ------------------------------------------------------------------ a surrogate */

typedef struct surrogate_wanted {
    task_run *task;
    const explain_order *order;
    bool is_csv;
} surrogate_wanted;

static error tick(void *context, double fraction)
{
    return task_progress(context, 0.1 + 0.3 * fraction, TEXT("fitting a surrogate to the rows"));
}

static train_options options_of(const surrogate_wanted *w)
{
    text kind = w->order->kind;
    train_options options = train_options_standard(text_equal_string(kind, "logistic") ? TRAIN_LOGISTIC
                                                   : text_equal_string(kind, "linear") ? TRAIN_LINEAR
                                                                                       : TRAIN_GBDT);
    options.label = w->order->target;
    options.ignore = w->order->ignore.items;
    options.ignore_count = w->order->ignore.count;
    options.folds = 0;
    options.seed = (uint64_t)w->order->seed;
    options.watch = (explain_watch){ w->task, tick };
    return options;
}

/* In memory of its own, but for the model: what is cached is what is used. */
static error fit(const surrogate_wanted *w, arena *of_training, arena *kept, cached_model *out)
{
    train_options options = options_of(w);
    train_result *result;
    train_table *rows = train_table_new(of_training, &options);
    TRY(task_rows(w->task, w->is_csv, &w->order->dataset_id, train_table_sink(rows)));
    TRY(train_model(of_training, rows, &options, &result));
    TRY(model_read(kept, result->artefact, model_limits_standard(), &out->model));
    out->fidelity = result->held_out;
    out->surrogate_rows = result->rows;
    return OK;
}

static error make_surrogate(void *context, arena *a, cached_model *out)
{
    arena *of_training = arena_new();
    error bad = error_copy(a, fit(context, of_training, a, out));
    arena_drop(of_training);
    TRY(bad);
    return predictor_of_model(a, out->model, &out->predictor);
}

/* The same rows asked for in the same way: a stored data set never changes, so that its id says what it holds. */
static text surrogate_hash(task_run *t, const explain_order *order)
{
    json_writer w = json_writer_in(t->arena);
    json_open(&w, '[');
    json_write_text(&w, order->dataset_id.is_set ? uuid_format(t->arena, order->dataset_id.value)
                                                 : sha256_hex(t->arena, t->data));
    json_write_text(&w, order->target);
    json_write_text(&w, order->kind);
    for (size_t i = 0; i < order->ignore.count; i++) json_write_text(&w, order->ignore.items[i]);
    json_write_integer(&w, order->seed);
    json_close(&w, ']');
    return sha256_hex(t->arena, json_written(&w));
}

static text_list outputs_of(arena *a, const model *m)
{
    text *names = ARENA_ARRAY(a, m->output_count, text);
    for (size_t o = 0; o < m->output_count; o++) {
        if (m->output_count == 1)
            names[o] = m->classes && m->class_count == 2 ? m->classes[1] : TEXT("output");
        else
            names[o] = m->classes && o < m->class_count ? m->classes[o] : text_format(a, "%zu", o);
    }
    return (text_list){ names, m->output_count };
}

static error find_surrogate(task_run *t, const explain_order *order, bool is_csv, subject *out)
{
    platform *app = t->app;
    const cached_model *cached;
    surrogate_wanted wanted = { t, order, is_csv };
    model_cache_key key = { t->org_id, CACHED_SURROGATE, surrogate_hash(t, order) };
    TRY(model_cache_lend(app->models, t->arena, &key, make_surrogate, &wanted, &cached));
    *out = (subject){ .predictor = cached->predictor,
                      .shape = cached->model,
                      .is_surrogate = true,
                      .fidelity = cached->fidelity,
                      .surrogate_rows = cached->surrogate_rows,
                      .system_id = order->system_id,
                      .sha256 = cached->model->sha256,
                      .outputs = outputs_of(t->arena, cached->model) };
    return OK;
}

error subject_find(task_run *t, const explain_order *order, bool is_csv, subject *out)
{
    TRY(order->model_id.is_set ? find_registered(t, order, out) : find_surrogate(t, order, is_csv, out));
    if (order->protected_attributes.count) out->protected_attributes = order->protected_attributes;
    return OK;
}

/* ------------------------------------------------------------------ its words */

error subject_class(arena *a, const subject *s, text named, int64_t *out)
{
    int64_t number;
    /* Of two classes the positive one is explained: the other mirrors it. */
    *out = s->predictor.output_count == 2 ? 1 : -1;
    if (!text_is(named)) return OK;
    for (size_t o = 0; o < s->outputs.count; o++) {
        *out = (int64_t)o;
        if (text_equal(s->outputs.items[o], named)) return OK;
    }
    *out = 0;
    bool is_place = text_integer(named, &number) && number >= 0 && (uint64_t)number < s->predictor.output_count;
    if (is_place) return *out = number, OK;
    text_builder b = text_builder_in(a);
    for (size_t o = 0; o < s->outputs.count && o < 20; o++)
        text_add_format(&b, "%s%.*s", o ? ", " : "", PRINT(s->outputs.items[o]));
    return fail(a, INVALID, "/class", "The model has no output \"%.*s\". It has: %.*s.", PRINT(named),
                PRINT(text_built(&b)));
}

bool subject_protects(const subject *s, text feature)
{
    for (size_t i = 0; i < s->protected_attributes.count; i++)
        if (text_equal(s->protected_attributes.items[i], feature)) return true;
    return false;
}

text subject_value(arena *a, const subject *s, size_t feature, double value)
{
    return isnan(value) ? NO_TEXT : feature_value_text(a, &s->predictor, feature, value);
}
