#include "features/explanations/findings.h"

/* ------------------------------------------------------------------ the subject */

static void write_quality(json_writer *w, const train_quality *q, size_t rows)
{
    json_open(w, '{');
    json_key(w, "accuracy"), json_write_number(w, q->accuracy);
    json_key(w, "log_loss"), json_write_number(w, q->log_loss);
    json_key(w, "auc"), json_write_number(w, q->auc);
    json_key(w, "brier"), json_write_number(w, q->brier);
    json_key(w, "rmse"), json_write_number(w, q->rmse);
    json_key(w, "r2"), json_write_number(w, q->r2);
    json_key(w, "rows"), json_write_integer(w, (int64_t)rows);
    json_close(w, '}');
}

static void write_maybe_uuid(json_writer *w, const char *name, maybe_uuid id)
{
    json_key(w, name);
    if (id.is_set)
        json_write_uuid(w, id.value);
    else
        json_write_null(w);
}

static void write_texts(json_writer *w, const char *name, text_list items)
{
    json_key(w, name), json_open(w, '[');
    for (size_t i = 0; i < items.count; i++) json_write_text(w, items.items[i]);
    json_close(w, ']');
}

void write_subject(json_writer *w, const explaining *x)
{
    const subject *s = &x->subject;
    json_key(w, "surrogate"), json_write_bool(w, s->is_surrogate);
    json_key(w, "fidelity");
    if (s->is_surrogate)
        write_quality(w, &s->fidelity, s->surrogate_rows);
    else
        json_write_null(w);
    write_maybe_uuid(w, "model_id", s->model_id);
    write_maybe_uuid(w, "system_id", s->system_id);
    json_key(w, "model_name"), json_write_text(w, s->name);
    json_key(w, "model_version"), json_write_text(w, s->version);
    json_key(w, "model_sha256"), json_write_text(w, s->sha256);
    write_texts(w, "model_outputs", s->outputs);
    write_texts(w, "protected_attributes", s->protected_attributes);
    json_key(w, "engine_version"), json_write_string(w, engine_version());
    json_key(w, "rows"), json_open(w, '[');
    json_write_integer(w, (int64_t)x->first), json_write_integer(w, (int64_t)(x->first + x->rows.rows));
    json_close(w, ']');
}

/* ------------------------------------------------------------------ rows */

/* A number stays one, for charts; a category is its text. */
static void write_value(json_writer *w, const subject *s, size_t feature, double value)
{
    const model_feature *f = &s->shape->features[feature];
    if (f->is_category && f->categories && !isnan(value))
        json_write_text(w, subject_value(w->out.arena, s, feature, value));
    else
        json_write_number(w, value);
}

static void write_values(json_writer *w, const explaining *x)
{
    json_key(w, "feature_values"), json_open(w, '[');
    for (size_t r = 0; r < x->rows.rows; r++) {
        json_open(w, '[');
        for (size_t f = 0; f < x->rows.columns; f++) write_value(w, &x->subject, f, matrix_row(&x->rows, r)[f]);
        json_close(w, ']');
    }
    json_close(w, ']');
}

/* Of several outputs the one that is largest for the row: what the model decides. */
static size_t decided(const explanation *e, size_t row)
{
    size_t best = 0;
    for (size_t o = 1; o < e->outputs; o++)
        if (e->predictions[row * e->outputs + o] > e->predictions[row * e->outputs + best]) best = o;
    return best;
}

static text outcome_of(const explaining *x, const explanation *e, size_t output)
{
    int64_t chosen = -1;
    const text_list *names = &x->subject.outputs;
    if (e->outputs == 1 && subject_class(x->task->arena, &x->subject, x->order.class, &chosen) == OK && chosen >= 0)
        output = (size_t)chosen;
    return output < names->count ? names->items[output] : NO_TEXT;
}

static void write_reasons_of(json_writer *w, const explaining *x, const explanation *e, size_t row, size_t output)
{
    arena *a = w->out.arena;
    told_reason told[REASONS_OF_A_ROW];
    text *values = ARENA_ARRAY(a, e->features, text);
    double *contributions = ARENA_ARRAY(a, e->features, double);
    for (size_t f = 0; f < e->features; f++) {
        values[f] = subject_value(a, &x->subject, f, matrix_row(&x->rows, row)[f]);
        contributions[f] = e->values[(row * e->features + f) * e->outputs + output];
    }
    reason_source from = {
        e->feature_names, values, contributions, e->features, outcome_of(x, e, output), x->subject.protected_attributes
    };
    size_t count = reasons_of(a, &from, REASONS_OF_A_ROW, told);
    json_open(w, '[');
    for (size_t i = 0; i < count; i++) {
        json_open(w, '{');
        json_key(w, "sentence"), json_write_text(w, told[i].sentence);
        json_key(w, "feature"), json_write_text(w, told[i].feature);
        json_key(w, "value"), json_write_text(w, told[i].value);
        json_key(w, "contribution"), json_write_number(w, told[i].contribution);
        json_key(w, "is_protected"), json_write_bool(w, told[i].is_protected);
        json_close(w, '}');
    }
    json_close(w, ']');
}

void write_explanation(json_writer *w, const explaining *x, const explanation *e)
{
    explanation_json_members(w, e);
    write_values(w, x);
    json_key(w, "outcome"), json_write_text(w, outcome_of(x, e, 0));
    json_key(w, "reasons"), json_open(w, '[');
    for (size_t r = 0; r < e->rows && r < ROWS_WITH_REASONS; r++)
        write_reasons_of(w, x, e, r, e->outputs == 1 ? 0 : decided(e, r));
    json_close(w, ']');
}

/* ------------------------------------------------------------------ all rows together */

static size_t protected_features(arena *a, const subject *s, size_t **out)
{
    size_t count = 0;
    *out = ARENA_ARRAY(a, s->shape->feature_count, size_t);
    for (size_t f = 0; f < s->shape->feature_count; f++)
        if (subject_protects(s, s->shape->features[f].name)) (*out)[count++] = f;
    return count;
}

error write_summary(json_writer *w, const explaining *x, const explanation *e, const matrix *rows)
{
    arena *a = w->out.arena;
    explanation_summary summary;
    size_t *shielded;
    bool *is_category = ARENA_ARRAY(a, e->features, bool);
    for (size_t f = 0; f < e->features; f++) is_category[f] = x->subject.shape->features[f].is_category;
    summary_options options = { .output = e->outputs - 1, .is_category = is_category };
    options.protected_count = protected_features(a, &x->subject, &shielded);
    options.protected_features = shielded;
    TRY(explanation_summarize(a, e, rows, &options, &summary));
    json_key(w, "summary");
    explanation_summary_json(w, &summary);
    return OK;
}
