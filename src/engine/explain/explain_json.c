#include "engine/explain/explain.h"

/* One output: a number; several: an array by output. */
static void write_outputs(json_writer *w, const double *values, size_t outputs)
{
    if (outputs == 1) {
        json_write_number(w, values[0]);
        return;
    }
    json_open(w, '[');
    for (size_t o = 0; o < outputs; o++) json_write_number(w, values[o]);
    json_close(w, ']');
}

static void write_list(json_writer *w, const double *values, size_t items, size_t outputs)
{
    json_open(w, '[');
    for (size_t i = 0; i < items; i++) write_outputs(w, values + i * outputs, outputs);
    json_close(w, ']');
}

static void write_table(json_writer *w, const char *key, const double *values, size_t rows, size_t items,
                        size_t outputs)
{
    if (!values) return;
    json_key(w, key);
    json_open(w, '[');
    for (size_t r = 0; r < rows; r++) write_list(w, values + r * items * outputs, items, outputs);
    json_close(w, ']');
}

static void write_row_numbers(json_writer *w, const char *key, const double *values, const explanation *e)
{
    if (!values) return;
    json_key(w, key);
    write_list(w, values, e->rows, e->outputs);
}

static void write_interactions(json_writer *w, const explanation *e)
{
    if (!e->interactions) return;
    json_key(w, "interactions");
    json_open(w, '[');
    for (size_t r = 0; r < e->rows; r++) {
        json_open(w, '[');
        for (size_t f = 0; f < e->features; f++)
            write_list(w, e->interactions + (r * e->features + f) * e->features * e->outputs, e->features, e->outputs);
        json_close(w, ']');
    }
    json_close(w, ']');
}

static void write_texts(json_writer *w, const char *key, const text *items, size_t count)
{
    json_key(w, key);
    json_open(w, '[');
    for (size_t i = 0; i < count; i++) json_write_text(w, items[i]);
    json_close(w, ']');
}

void explanation_json_members(json_writer *w, const explanation *e)
{
    json_key(w, "method");
    json_write_string(w, explain_method_name(e->method));
    json_key(w, "output");
    json_write_string(w, e->output == OUTPUT_MARGIN ? "margin" : "probability");
    write_texts(w, "features", e->feature_names, e->features);
    json_key(w, "base_values");
    write_list(w, e->base_values, e->outputs, 1);
    write_table(w, "values", e->values, e->rows, e->features, e->outputs);
    write_row_numbers(w, "predictions", e->predictions, e);
    json_key(w, "max_additivity_error");
    json_write_number(w, e->max_additivity_error);
    json_key(w, "exact");
    json_write_bool(w, e->is_exact);
    write_interactions(w, e);
    write_table(w, "standard_errors", e->standard_errors, e->rows, e->features, e->outputs);
    write_row_numbers(w, "local_r2", e->local_r2, e);
    write_row_numbers(w, "intercepts", e->intercepts, e);
    if (e->coalitions) {
        json_key(w, "coalitions");
        json_write_integer(w, (int64_t)e->coalitions);
    }
    if (!e->is_exact) {
        json_key(w, "seed");
        json_write_integer(w, (int64_t)e->seed);
    }
    write_texts(w, "notes", e->notes.items, e->notes.count);
}

void explanation_json(json_writer *w, const explanation *e)
{
    json_open(w, '{');
    explanation_json_members(w, e);
    json_close(w, '}');
}

void explanation_stability_json(json_writer *w, const explanation_stability *s)
{
    json_open(w, '{');
    json_key(w, "seeds");
    json_write_integer(w, (int64_t)s->seeds);
    json_key(w, "top");
    json_write_integer(w, (int64_t)s->top);
    write_table(w, "mean", s->mean, s->rows, s->features, s->outputs);
    write_table(w, "standard_deviation", s->deviation, s->rows, s->features, s->outputs);
    json_key(w, "jaccard");
    write_list(w, s->jaccard, s->rows, s->outputs);
    json_key(w, "mean_jaccard");
    json_write_number(w, s->mean_jaccard);
    json_close(w, '}');
}
