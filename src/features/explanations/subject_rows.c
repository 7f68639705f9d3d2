#include "features/explanations/subject.h"

error subject_rows(task_run *t, const subject *s, const explain_order *order, bool is_csv, matrix *out)
{
    model_rows_builder *rows = model_rows_new(t->arena, s->shape);
    TRY(task_rows(t, is_csv, &order->dataset_id, model_rows_sink(rows)));
    TRY(model_rows_finish(rows, out));
    return out->rows ? OK : fail(t->arena, INVALID, "/data", "The table has no rows.");
}

error subject_background(task_run *t, const subject *s, const explain_order *order, matrix *out)
{
    table_limits none = { 0 };
    *out = (matrix){ 0 };
    if (!text_is(order->background) && !order->background_dataset_id.is_set) return OK;
    model_rows_builder *rows = model_rows_new(t->arena, s->shape);
    row_sink sink = model_rows_sink(rows);
    error bad;
    if (order->background_dataset_id.is_set)
        bad = task_rows(t, false, &order->background_dataset_id, sink);
    else if (order->background.data[0] == '[')
        bad = json_rows_read(t->arena, order->background, sink, none);
    else
        bad = json_columns_read(t->arena, order->background, sink, none);
    if (!bad) bad = model_rows_finish(rows, out);
    if (!bad || (bad->kind != INVALID && bad->kind != BAD_REQUEST)) return bad;
    return fail(t->arena, bad->kind, "/background", "The background: %s", bad->message);
}

matrix rows_evenly(arena *a, const matrix *rows, size_t most)
{
    if (rows->rows <= most) return *rows;
    double *values = arena_array(a, most * rows->columns, sizeof *values);
    for (size_t i = 0; i < most; i++)
        memcpy(values + i * rows->columns, matrix_row(rows, i * rows->rows / most), rows->columns * sizeof *values);
    return (matrix){ values, most, rows->columns };
}

/* ------------------------------------------------------------------ labels */

typedef struct labels {
    arena *arena;
    const subject *subject;
    text column;
    size_t place, count, capacity;
    double *values;
} labels;

static error take_header(void *context, const text *names, size_t count)
{
    labels *l = context;
    for (l->place = 0; l->place < count; l->place++)
        if (text_equal(names[l->place], l->column)) return OK;
    return fail(l->arena, INVALID, "/target", "The data has no column \"%.*s\".", PRINT(l->column));
}

static error class_of(labels *l, text said, double *out)
{
    const model *m = l->subject->predictor.model;
    double number;
    for (size_t k = 0; m && m->classes && k < m->class_count; k++) {
        *out = (double)k;
        if (text_equal(m->classes[k], said)) return OK;
    }
    if (text_number(said, &number)) return *out = number, OK;
    return fail(l->arena, INVALID, "/target", "Row %zu: \"%.*s\" is none of the model's classes.", l->count + 1,
                PRINT(said));
}

static error take_row(void *context, const cell *cells, size_t count)
{
    labels *l = context;
    const cell *c = &cells[l->place];
    double value = NAN;
    (void)count;
    if (l->count == l->capacity) {
        size_t more = l->capacity ? 2 * l->capacity : 1024;
        l->values = arena_grow(l->arena, l->values, l->capacity, more, sizeof *l->values);
        l->capacity = more;
    }
    if (c->kind == CELL_NUMBER) value = c->number;
    if (c->kind == CELL_BOOL) value = c->boolean;
    if (c->kind == CELL_TEXT) TRY(class_of(l, c->text, &value));
    l->values[l->count++] = value;
    return OK;
}

error subject_labels(task_run *t, const subject *s, const explain_order *order, bool is_csv, double **out,
                     size_t *count)
{
    labels l = { .arena = t->arena, .subject = s, .column = order->target };
    row_sink sink = { .context = &l, .header = take_header, .row = take_row };
    TRY(task_rows(t, is_csv, &order->dataset_id, sink));
    *out = l.values;
    *count = l.count;
    return OK;
}
