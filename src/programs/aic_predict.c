#include "programs/aic_predict.h"

#include "programs/csv_write.h"
#include "programs/data_read.h"
#include "programs/model_input.h"
#include "programs/process_predictor.h"
#include "programs/row_chunks.h"

#include <stdio.h>

static const char usage[] =
    "usage: aic predict MODEL DATA [options]\n"
    "       aic predict DATA --predict 'COMMAND' [options]\n"
    "\n"
    "A prediction for each row, as CSV: a column \"prediction\", or one for each class of several.\n"
    "MODEL is XGBoost JSON or UBJSON, LightGBM text, ONNX, or what aic train wrote. DATA is CSV, JSON or NDJSON with "
    "the\n"
    "model's columns in any order; - is standard input.\n"
    "\n"
    "  --output probability        or margin: before the link (log odds)\n"
    "  --predict 'COMMAND'         any model in any language: see aic explain --help\n"
    "  --ignore a,b                columns that the command is not sent\n"
    "  --timeout 60                seconds that the command may be silent\n"
    "  --json                      one JSON document on standard output\n"
    "\n"
    "Exit codes: 0 done, 2 bad usage or bad input.\n";

typedef struct predict_options {
    const char *model, *data, *command;
    text_list ignore;
    uint64_t timeout;
    int output; /* 0: probability, 1: margin */
    bool as_json, help;
} predict_options;

static error read_options(arena *a, int argc, char **argv, predict_options *o)
{
    static const char *const outputs[] = { "probability", "margin", NULL };
    command_words words;
    *o = (predict_options){ .timeout = PROCESS_PATIENCE };
    const command_option options[] = {
        { .name = "--output", .kind = OPTION_CHOICE, .out = &o->output, .choices = outputs },
        { .name = "--predict", .kind = OPTION_STRING, .out = &o->command },
        { .name = "--ignore", .kind = OPTION_LIST, .out = &o->ignore },
        { .name = "--timeout", .kind = OPTION_COUNT, .out = &o->timeout, .least = 1, .most = 86400 },
        { .name = "--json", .kind = OPTION_FLAG, .out = &o->as_json },
        { .name = "--help", .kind = OPTION_FLAG, .out = &o->help },
        { .name = "-h", .kind = OPTION_FLAG, .out = &o->help },
        { .name = NULL },
    };
    TRY(command_options_read(a, options, argc, argv, &words));
    return o->help ? OK : command_model_and_data(a, "predict", &words, o->command != NULL, &o->model, &o->data);
}

/* ------------------------------------------------------------------ output, as rows come */

typedef struct printing {
    const predict_options *options;
    const model *model;
    size_t outputs, rows;
    bool is_started;
} printing;

static void add_csv_header(arena *a, text_builder *b, const printing *p)
{
    for (size_t k = 0; k < p->outputs; k++) {
        if (k) text_add_char(b, ',');
        text name = p->outputs == 1 ? TEXT("prediction")
                    : p->model && p->model->class_count == p->outputs
                        ? text_format(a, "prediction_%.*s", PRINT(p->model->classes[k]))
                        : text_format(a, "prediction_%zu", k);
        csv_add_text(b, name);
    }
    text_add_char(b, '\n');
}

static void add_json_start(arena *a, text_builder *b, const printing *p)
{
    json_writer w = json_writer_in(a);
    json_open(&w, '[');
    for (size_t k = 0; p->model && k < p->model->class_count; k++) json_write_text(&w, p->model->classes[k]);
    json_close(&w, ']');
    text_add_format(b, "{\"output\":\"%s\",\"outputs\":%zu,\"classes\":%.*s,\"predictions\":[",
                    p->options->output ? "margin" : "probability", p->outputs, PRINT(json_written(&w)));
}

static void add_row(text_builder *b, const printing *p, const double *predictions)
{
    bool as_json = p->options->as_json, brackets = as_json && p->outputs > 1;
    if (as_json && p->rows) text_add_char(b, ',');
    if (brackets) text_add_char(b, '[');
    for (size_t k = 0; k < p->outputs; k++) {
        if (k) text_add_char(b, ',');
        if (as_json && !isfinite(predictions[k]))
            text_add_string(b, "null");
        else
            csv_add_number(b, predictions[k]);
    }
    if (brackets) text_add_char(b, ']');
    if (!as_json) text_add_char(b, '\n');
}

static void print_rows(arena *a, printing *p, const double *predictions, size_t rows)
{
    text_builder b = text_builder_in(a);
    if (!p->is_started && p->options->as_json) add_json_start(a, &b, p);
    if (!p->is_started && !p->options->as_json) add_csv_header(a, &b, p);
    p->is_started = true;
    for (size_t i = 0; i < rows; i++, p->rows++) add_row(&b, p, predictions + i * p->outputs);
    if (b.length) fwrite(b.data, 1, b.length, stdout);
}

static error end_printing(arena *a, printing *p)
{
    if (!p->is_started) print_rows(a, p, NULL, 0);
    if (p->options->as_json) printf("],\"rows\":%zu}\n", p->rows);
    return fflush(stdout) == 0 && !ferror(stdout) ? OK : fail(a, BAD_REQUEST, "", "standard output cannot be written");
}

/* ------------------------------------------------------------------ work */

typedef struct work {
    printing printing;
    predictor predictor;
} work;

static error predict_piece(void *context, arena *a, const matrix *rows)
{
    work *w = context;
    double *predictions = ARENA_ARRAY(a, rows->rows * w->printing.outputs, double);
    model_output output = w->printing.options->output ? OUTPUT_MARGIN : OUTPUT_PROBABILITY;
    TRY(w->predictor.predict(w->predictor.context, a, rows, output, predictions));
    print_rows(a, &w->printing, predictions, rows->rows);
    return OK;
}

static error by_model(arena *a, work *w, const char **at)
{
    const predict_options *o = w->printing.options;
    const model *m;
    *at = o->model;
    TRY(model_file_read(a, o->model, &m));
    TRY(predictor_of_model(a, m, &w->predictor));
    w->printing.model = m;
    w->printing.outputs = m->output_count;
    *at = o->data;
    row_chunks *chunks = row_chunks_new(a, m, predict_piece, w);
    TRY(data_read_into(a, o->data, row_chunks_sink(chunks)));
    return row_chunks_finish(chunks);
}

static error by_command(arena *a, work *w, const char **at)
{
    const predict_options *o = w->printing.options;
    model_input in = { .command = o->command, .data_path = o->data, .ignore = o->ignore, .patience = (int)o->timeout };
    error bad = model_input_open(a, &in);
    *at = in.at;
    TRY(bad);
    w->predictor = in.predictor;
    w->printing.outputs = in.predictor.output_count;
    return predict_piece(w, a, &in.rows);
}

static int run(arena *a, int argc, char **argv)
{
    predict_options o;
    const char *at = NULL;
    error bad = read_options(a, argc, argv, &o);
    if (bad) return command_complain(NULL, bad);
    if (o.help) return fputs(usage, stdout), EXIT_PASSED;
    work w = { .printing = { .options = &o } };
    bad = o.command ? by_command(a, &w, &at) : by_model(a, &w, &at);
    if (bad) return command_complain(at, bad);
    bad = end_printing(a, &w.printing);
    return bad ? command_complain(NULL, bad) : EXIT_PASSED;
}

int aic_predict_main(int argc, char **argv)
{
    arena *a = arena_new();
    int code = run(a, argc, argv);
    arena_drop(a);
    return code;
}
