#include "programs/aic_explain.h"

#include "programs/csv_write.h"
#include "programs/explain_counterfactual.h"
#include "programs/explain_importance.h"
#include "programs/explain_options.h"
#include "programs/explain_text.h"
#include "programs/progress.h"

#include <stdlib.h>
#include <unistd.h>

enum { BACKGROUND_SAMPLE = 100 };

/* ------------------------------------------------------------------ what to do */

static bool wants_background(int method)
{
    return method != METHOD_TREE_PATH && method != METHOD_LINEAR && method != EXPLAIN_IMPORTANCE;
}

/* The exact method, where there is one for this output. */
static int default_method(const model *m, int output)
{
    if (!m) return METHOD_KERNEL;
    bool margin = output == 0 || m->link == LINK_IDENTITY;
    if (m->kind == MODEL_TREES) return margin ? METHOD_TREE_PATH : METHOD_TREE_INTERVENTIONAL;
    return margin ? METHOD_LINEAR : METHOD_KERNEL;
}

/* The kind of a model decides its default; so the model is looked at before the rows are read. */
static error choose_method(arena *a, explain_command *c)
{
    const model *m = NULL;
    if (c->method == EXPLAIN_BY_DEFAULT && !c->input.command) {
        c->input.at = c->input.model_path;
        TRY(model_file_read(a, c->input.model_path, &m));
        c->input.model = m;
    }
    if (c->method == EXPLAIN_BY_DEFAULT) c->method = default_method(m, c->output);
    c->input.wants_sample = wants_background(c->method);
    c->input.sample = BACKGROUND_SAMPLE;
    return OK;
}

static error options_of(arena *a, const explain_command *c, explain_options *o)
{
    *o = explain_options_standard((explain_method)c->method);
    o->output = c->output ? OUTPUT_PROBABILITY : OUTPUT_MARGIN;
    o->background = c->input.background;
    o->interactions = c->interactions;
    o->seed = c->input.seed;
    o->threads = (int)c->threads;
    if (c->coalitions) o->coalitions = c->coalitions;
    if (c->tolerance > 0) o->tolerance = c->tolerance;
    if (c->samples) o->samples = c->samples;
    if (c->most_features) o->most_features = c->most_features;
    bool *categories = ARENA_ARRAY(a, c->input.feature_count, bool);
    for (size_t f = 0; f < c->input.feature_count; f++) categories[f] = c->input.features[f].is_category;
    o->is_category = categories;
    return explain_choose_class(a, c, &o->class_index);
}

static void tell_background(const explain_command *c)
{
    if (!c->input.wants_sample || c->input.background_path) return;
    fprintf(stderr, "aic: no --background: %zu of the %llu rows of %s stand for it (seed %llu)\n",
            c->input.background.rows, (unsigned long long)c->input.data_rows, c->input.data_path,
            (unsigned long long)c->input.seed);
}

/* ------------------------------------------------------------------ output */

static void write_json(arena *a, const explanation *e)
{
    json_writer w = json_writer_in(a);
    explanation_json(&w, e);
    text out = json_written(&w);
    fwrite(out.data, 1, out.length, stdout);
    putchar('\n');
}

static void add_line(arena *a, text_builder *b, const explain_view *v, size_t row, size_t feature, size_t output)
{
    const explanation *e = v->explanation;
    double x = matrix_row(&v->input->rows, row)[feature];
    size_t start = v->input->range.is_set ? (size_t)v->input->range.from : 0;
    text_add_format(b, "%zu,", start + row);
    if (e->outputs > 1) {
        csv_add_text(b, explain_output_name(a, v, output));
        text_add_char(b, ',');
    }
    csv_add_text(b, e->feature_names[feature]);
    text_add_char(b, ',');
    if (!isnan(x)) csv_add_text(b, explain_value_text(a, &v->input->features[feature], x));
    text_add_char(b, ',');
    csv_add_number(b, e->values[(row * e->features + feature) * e->outputs + output]);
    text_add_char(b, '\n');
}

/* Several outputs have a column of their own for the class. */
static void write_csv(const explain_view *v)
{
    const explanation *e = v->explanation;
    fputs(e->outputs > 1 ? "row,class,feature,value,phi\n" : "row,feature,value,phi\n", stdout);
    for (size_t row = 0; row < e->rows; row++) {
        arena *scratch = arena_new();
        text_builder b = text_builder_in(scratch);
        for (size_t o = 0; o < e->outputs; o++)
            for (size_t f = 0; f < e->features; f++) add_line(scratch, &b, v, row, f, o);
        fwrite(b.data, 1, b.length, stdout);
        arena_drop(scratch);
    }
}

static error tell(arena *a, const explain_command *c, const explanation *e)
{
    explain_view v = { .explanation = e,
                       .input = &c->input,
                       .colored = isatty(1) && !getenv("NO_COLOR") }; // NOLINT(concurrency-mt-unsafe)
    if (c->as_json)
        write_json(a, e);
    else if (c->as_csv)
        write_csv(&v);
    else if (e->rows == 1)
        explain_text_row(a, stdout, &v, 0);
    else
        TRY(explain_text_summary(a, stdout, &v));
    return fflush(stdout) == 0 && !ferror(stdout) ? OK : fail(a, BAD_REQUEST, "", "standard output cannot be written");
}

/* ------------------------------------------------------------------ the command */

static error run_method(arena *a, explain_command *c)
{
    explain_options options;
    explanation *e;
    progress bar = progress_of("explaining");
    TRY(options_of(a, c, &options));
    options.watch = progress_watch(&bar);
    error bad = explain(a, &c->input.predictor, &c->input.rows, &options, &e);
    progress_end(&bar);
    return bad ? bad : tell(a, c, e);
}

static error run(arena *a, explain_command *c)
{
    TRY(choose_method(a, c));
    TRY(model_input_open(a, &c->input));
    tell_background(c);
    if (c->method == EXPLAIN_COUNTERFACTUAL) return explain_counterfactuals(a, c);
    return c->method == EXPLAIN_IMPORTANCE ? explain_importance(a, c) : run_method(a, c);
}

int aic_explain_main(int argc, char **argv)
{
    arena *a = arena_new();
    explain_command c;
    int code = EXIT_PASSED;
    error bad = explain_command_read(a, argc, argv, &c);
    if (!bad && c.help)
        fputs(explain_usage, stdout);
    else if (!bad)
        bad = run(a, &c);
    if (bad) code = command_complain(c.help ? NULL : c.input.at, bad);
    arena_drop(a);
    return code;
}
