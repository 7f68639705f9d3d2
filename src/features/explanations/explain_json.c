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

static size_t protected_features(arena *a, const subject *s, size_t **out)
{
    size_t count = 0;
    *out = ARENA_ARRAY(a, s->shape->feature_count, size_t);
    for (size_t f = 0; f < s->shape->feature_count; f++)
        if (subject_protects(s, s->shape->features[f].name)) (*out)[count++] = f;
    return count;
}

static int by_number(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* Medians of the data's numbers: what is usual. NaN for categories. */
static const double *usual_values(arena *a, const explaining *x)
{
    matrix rows = rows_evenly(a, &x->all, USUAL_ROWS);
    double *usual = ARENA_ARRAY(a, rows.columns, double), *column = ARENA_ARRAY(a, rows.rows, double);
    for (size_t f = 0; f < rows.columns; f++) {
        size_t count = 0;
        for (size_t r = 0; r < rows.rows; r++)
            if (!isnan(matrix_row(&rows, r)[f])) column[count++] = matrix_row(&rows, r)[f];
        qsort(column, count, sizeof *column, by_number);
        bool says = count >= USUAL_LEAST && !x->subject.shape->features[f].is_category;
        usual[f] = says ? column[count / 2] : NAN;
    }
    return usual;
}

static error write_reasons(json_writer *w, const explaining *x, const explanation *e)
{
    arena *a = w->out.arena;
    size_t *shielded;
    reasons_options options = reasons_options_standard();
    options.side = REASONS_BOTH;
    options.most = REASONS_OF_A_ROW;
    options.higher_is_favorable = !x->order.higher_is_favorable.is_set || x->order.higher_is_favorable.value;
    options.usual = usual_values(a, x);
    options.protected_count = protected_features(a, &x->subject, &shielded);
    options.protected_features = shielded;
    json_key(w, "reasons"), json_open(w, '[');
    /* Coefficients of a local model are no contributions: they add up to nothing. */
    size_t told = e->method == METHOD_LIME ? 0 : e->rows;
    for (size_t r = 0; r < told && r < ROWS_WITH_REASONS; r++) {
        reason_list found;
        options.output = e->outputs == 1 ? 0 : decided(e, r);
        TRY(reasons_of(a, e, &x->subject.predictor, &x->rows, r, &options, &found));
        reasons_json(w, &found);
    }
    json_close(w, ']');
    return OK;
}

error write_explanation(json_writer *w, const explaining *x, const explanation *e)
{
    explanation_json_members(w, e);
    write_values(w, x);
    json_key(w, "outcome"), json_write_text(w, outcome_of(x, e, 0));
    return write_reasons(w, x, e);
}

/* ------------------------------------------------------------------ all rows together */

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
