#include "programs/explain_text.h"

#include "engine/explain/global.h"

#include <stdlib.h>

enum { MOST_SHOWN = 20, NAME_WIDTH = 34, BAR = 30 };

text explain_value_text(arena *a, const model_feature *f, double value)
{
    char digits[32];
    if (isnan(value)) return TEXT("(missing)");
    if (f->categories && value >= 0 && value < (double)f->category_count) return f->categories[(size_t)value];
    return text_copy(a, (text){ digits, json_number_format(value, digits) });
}

text explain_output_name(arena *a, const explain_view *v, size_t output)
{
    const explanation *e = v->explanation;
    const model *m = v->input->model;
    if (e->outputs == 1) return NO_TEXT;
    if (m && m->class_count == e->outputs) return m->classes[output];
    return text_format(a, "output %zu", output);
}

static double value_of(const explanation *e, size_t row, size_t feature, size_t output)
{
    return e->values[(row * e->features + feature) * e->outputs + output];
}

/* ------------------------------------------------------------------ order */

typedef struct ranked {
    size_t feature;
    double size;
} ranked;

static int by_size(const void *left, const void *right)
{
    const ranked *a = left, *b = right;
    if (a->size != b->size) return a->size < b->size ? 1 : -1;
    return (a->feature > b->feature) - (a->feature < b->feature);
}

static ranked *ranking_of(arena *a, const explanation *e, size_t row, size_t output)
{
    ranked *list = ARENA_ARRAY(a, e->features, ranked);
    for (size_t f = 0; f < e->features; f++) list[f] = (ranked){ f, fabs(value_of(e, row, f, output)) };
    qsort(list, e->features, sizeof *list, by_size);
    return list;
}

/* ------------------------------------------------------------------ lines */

static const char *color(const explain_view *v, double value)
{
    if (!v->colored) return "";
    return value > 0 ? "\033[31m" : value < 0 ? "\033[34m" : "";
}

static const char *no_color(const explain_view *v)
{
    return v->colored ? "\033[0m" : "";
}

/* Padded to a width in characters, cut with an ellipsis; control characters of the data do not reach the terminal. */
static void write_padded(FILE *out, text t, size_t width)
{
    size_t characters = 0, at = 0, whole = text_code_points(t);
    size_t room = whole > width ? width - 1 : width;
    while (at < t.length && characters < room) {
        do at++;
        while (at < t.length && ((unsigned char)t.data[at] & 0xC0) == 0x80);
        characters++;
    }
    for (size_t i = 0; i < at; i++) fputc((unsigned char)t.data[i] < ' ' || t.data[i] == 0x7F ? ' ' : t.data[i], out);
    if (whole > width) fputs("…", out), characters++;
    for (; characters < width; characters++) fputc(' ', out);
}

/* The bar from one point of the scale to another; at least one block when they differ. */
static void write_bar(FILE *out, const explain_view *v, double from, double to, double low, double high)
{
    double width = high > low ? BAR / (high - low) : 0;
    int start = (int)(((from < to ? from : to) - low) * width),
        end = (int)(((from < to ? to : from) - low) * width + 0.5);
    if (end <= start) end = start + 1;
    if (end > BAR) end = BAR, start = start < BAR ? start : BAR - 1;
    fputs(color(v, to - from), out);
    for (int i = 0; i < BAR; i++) fputs(i >= start && i < end ? "█" : " ", out);
    fputs(no_color(v), out);
}

/* ------------------------------------------------------------------ one row */

typedef struct step {
    text label;
    double value;
} step;

static size_t steps_of(arena *a, const explain_view *v, size_t row, size_t output, step *steps)
{
    const explanation *e = v->explanation;
    const ranked *order = ranking_of(a, e, row, output);
    const double *x = matrix_row(&v->input->rows, row);
    size_t count = 0, shown = e->features <= MOST_SHOWN ? e->features : MOST_SHOWN - 1;
    for (; count < shown; count++) {
        size_t f = order[count].feature;
        steps[count] = (step){ text_format(a, "%.*s = %.*s", PRINT(e->feature_names[f]),
                                           PRINT(explain_value_text(a, &v->input->features[f], x[f]))),
                               value_of(e, row, f, output) };
    }
    if (shown == e->features) return count;
    double rest = 0;
    for (size_t i = shown; i < e->features; i++) rest += value_of(e, row, order[i].feature, output);
    steps[count++] = (step){ text_format(a, "%zu others", e->features - shown), rest };
    return count;
}

static void write_total(FILE *out, const char *label, double value)
{
    write_padded(out, text_of(label), NAME_WIDTH);
    fprintf(out, " %*s %12.5g\n", BAR, "", value);
}

static void write_waterfall(arena *a, FILE *out, const explain_view *v, size_t row, size_t output)
{
    const explanation *e = v->explanation;
    step *steps = ARENA_ARRAY(a, MOST_SHOWN, step);
    size_t count = steps_of(a, v, row, output, steps);
    bool adds_up = e->method != METHOD_LIME;
    double at = adds_up ? e->base_values[output] : 0, low = at, high = at;
    for (size_t i = 0; i < count; i++) {
        double next = (adds_up ? at : 0) + steps[i].value;
        low = fmin(low, next);
        high = fmax(high, next);
        if (adds_up) at = next;
    }
    at = adds_up ? e->base_values[output] : 0;
    if (adds_up) write_total(out, "base value", at);
    for (size_t i = 0; i < count; i++) {
        double next = (adds_up ? at : 0) + steps[i].value;
        write_padded(out, steps[i].label, NAME_WIDTH);
        fputc(' ', out);
        write_bar(out, v, adds_up ? at : 0, next, low, high);
        fprintf(out, " %s%+12.5g%s\n", color(v, steps[i].value), steps[i].value, no_color(v));
        if (adds_up) at = next;
    }
    write_total(out, "prediction", e->predictions[row * e->outputs + output]);
}

static void write_chance(arena *a, FILE *out, const explain_view *v, size_t row)
{
    const explanation *e = v->explanation;
    const model *m = v->input->model;
    if (!m || m->link == LINK_IDENTITY || e->output != OUTPUT_MARGIN || m->output_count != e->outputs) return;
    double *margins = arena_copy(a, e->predictions + row * e->outputs, e->outputs * sizeof(double));
    model_link_apply(m, margins);
    for (size_t o = 0; o < e->outputs; o++) {
        text name = m->class_count == e->outputs             ? m->classes[o]
                    : m->class_count == 2 && e->outputs == 1 ? m->classes[1]
                                                             : NO_TEXT;
        fputs(m->is_probability ? "probability" : "after the link", out);
        if (text_is(name)) fprintf(out, " of %.*s", PRINT(name));
        fprintf(out, ": %.4g\n", margins[o]);
    }
}

static void write_notes(FILE *out, const explanation *e)
{
    for (size_t i = 0; i < e->notes.count; i++) fprintf(out, "note: %.*s\n", PRINT(e->notes.items[i]));
}

static const char *output_word(const explanation *e)
{
    return e->output == OUTPUT_MARGIN ? "margin" : "probability";
}

void explain_text_row(arena *a, FILE *out, const explain_view *v, size_t row)
{
    const explanation *e = v->explanation;
    size_t number = row + (v->input->range.is_set ? (size_t)v->input->range.from : 0);
    fprintf(out, "row %zu, by %s, %s\n", number, explain_method_name(e->method), output_word(e));
    for (size_t o = 0; o < e->outputs; o++) {
        text name = explain_output_name(a, v, o);
        if (text_is(name)) fprintf(out, "\n%.*s\n", PRINT(name));
        write_waterfall(a, out, v, row, o);
    }
    write_chance(a, out, v, row);
    write_notes(out, e);
}

/* ------------------------------------------------------------------ many rows */

static const char *direction_words(const feature_summary *f)
{
    if (!strcmp(f->direction, "increases")) return "more: up";
    if (!strcmp(f->direction, "decreases")) return "more: down";
    return "";
}

static error write_summary(arena *a, FILE *out, const explain_view *v, size_t output)
{
    explanation_summary s;
    summary_options options = { .output = output, .most_points = 1 };
    bool *categories = ARENA_ARRAY(a, v->explanation->features, bool);
    for (size_t f = 0; f < v->explanation->features; f++) categories[f] = v->input->features[f].is_category;
    options.is_category = categories;
    TRY(explanation_summarize(a, v->explanation, &v->input->rows, &options, &s));
    size_t shown = s.feature_count <= MOST_SHOWN ? s.feature_count : MOST_SHOWN;
    write_padded(out, TEXT("feature"), NAME_WIDTH);
    fprintf(out, " %*s    mean |φ|   share\n", BAR, "");
    for (size_t i = 0; i < shown; i++) {
        const feature_summary *f = &s.features[i];
        write_padded(out, f->name, NAME_WIDTH);
        fputc(' ', out);
        write_bar(out, v, 0, f->mean_absolute, 0, s.features[0].mean_absolute);
        fprintf(out, " %11.5g %6.1f%% %s\n", f->mean_absolute, 100 * f->share, direction_words(f));
    }
    if (shown < s.feature_count) fprintf(out, "%zu others\n", s.feature_count - shown);
    return OK;
}

error explain_text_summary(arena *a, FILE *out, const explain_view *v)
{
    const explanation *e = v->explanation;
    fprintf(out, "%zu rows, by %s, %s\n", e->rows, explain_method_name(e->method), output_word(e));
    for (size_t o = 0; o < e->outputs; o++) {
        text name = explain_output_name(a, v, o);
        fprintf(out, "\n");
        if (text_is(name)) fprintf(out, "%.*s\n", PRINT(name));
        TRY(write_summary(a, out, v, o));
    }
    write_notes(out, e);
    return OK;
}
