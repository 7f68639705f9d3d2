#include "programs/explain_options.h"

#include "engine/explain/counterfactual.h"
#include "engine/table/suggest.h"
#include "programs/process_predictor.h"

const char explain_usage[] =
    "usage: aic explain MODEL DATA [options]\n"
    "       aic explain DATA --predict 'COMMAND' [options]\n"
    "\n"
    "Says what moved each prediction, and by how much. MODEL is XGBoost JSON or UBJSON, LightGBM text, ONNX, or what "
    "aic\n"
    "train wrote. DATA is CSV, JSON or NDJSON with the model's columns in any order; - is standard input.\n"
    "\n"
    "  --method NAME          tree-path, tree-interventional, linear, kernel, permutation, lime, counterfactual, "
    "importance\n"
    "                         (default: tree-path for trees, linear for linear models, else kernel)\n"
    "  --row N, --rows A:B    one row, or rows A up to and without B, counted from 0 (default: all)\n"
    "  --background FILE      rows that stand for \"not known\" (default: at most 100 of DATA, where a method needs "
    "them)\n"
    "  --output margin        or probability\n"
    "  --class C              of several classes only this one, by name or by number from 0\n"
    "  --interactions         interaction values as well (tree-path)\n"
    "  --coalitions N         most coalitions of a row (kernel, permutation); default 2 * features + 2048\n"
    "  --tolerance 0.01       stop a row when its standard error is below this share of the output's range\n"
    "  --samples 5000         of lime; --features N: the most features of its local model\n"
    "  --count 3              counterfactuals, at most 10 a row; --fixed a,b: columns that nobody can change;\n"
    "                         --only-up age, --only-down debt; --most-changes 3; --threshold 0.5: where the outcome "
    "turns\n"
    "  --label COLUMN         of importance: how much worse the model gets when a column is shuffled (--repeats 10 "
    "times);\n"
    "                         --score accuracy, log_loss, auc or rmse\n"
    "  --seed 1               the same seed gives the same result\n"
    "  --threads 1            rows are shared among so many\n"
    "  --json                 one JSON document on standard output; --csv: row,feature,value,phi\n"
    "\n"
    "  --predict 'COMMAND'    any model in any language: a process that is kept running. It is sent the header and "
    "then\n"
    "                         the rows as CSV, and writes one line for each row: a score, or several with commas, and\n"
    "                         flushes. --ignore a,b: columns it is not sent; --timeout 60: seconds it may be silent.\n"
    "\n"
    "Exit codes: 0 done, 2 bad usage or bad input.\n";

static error check_words(arena *a, const command_words *words, explain_command *c)
{
    TRY(command_model_and_data(a, "explain", words, c->input.command != NULL, &c->input.model_path,
                               &c->input.data_path));
    if (c->as_json && c->as_csv) return fail(a, INVALID, "", "--json or --csv, not both");
    if ((c->method == EXPLAIN_IMPORTANCE) != text_is(c->input.label))
        return fail(a, INVALID, "",
                    "--method importance and --label belong together: the label is what the model should have said");
    if (c->input.ignore.count && !c->input.command)
        return fail(a, INVALID, "", "--ignore is for --predict; a model knows its own columns");
    return OK;
}

static error read_all(arena *a, int argc, char **argv, explain_command *c, uint64_t *row, uint64_t *timeout,
                      command_words *words)
{
    static const char *const methods[] = { "tree-path", "tree-interventional", "linear",     "kernel", "permutation",
                                           "lime",      "counterfactual",      "importance", NULL };
    static const char *const scores[] = { "accuracy", "log_loss", "auc", "rmse", NULL };
    static const char *const outputs[] = { "margin", "probability", NULL };
    const command_option options[] = {
        { .name = "--method", .kind = OPTION_CHOICE, .out = &c->method, .choices = methods },
        { .name = "--background", .kind = OPTION_STRING, .out = &c->input.background_path },
        { .name = "--row", .kind = OPTION_COUNT, .out = row, .most = 1e15 },
        { .name = "--rows", .kind = OPTION_RANGE, .out = &c->input.range },
        { .name = "--output", .kind = OPTION_CHOICE, .out = &c->output, .choices = outputs },
        { .name = "--class", .kind = OPTION_TEXT, .out = &c->class_name },
        { .name = "--interactions", .kind = OPTION_FLAG, .out = &c->interactions },
        { .name = "--predict", .kind = OPTION_STRING, .out = &c->input.command },
        { .name = "--ignore", .kind = OPTION_LIST, .out = &c->input.ignore },
        { .name = "--timeout", .kind = OPTION_COUNT, .out = timeout, .least = 1, .most = 86400 },
        { .name = "--coalitions", .kind = OPTION_COUNT, .out = &c->coalitions, .least = 1, .most = 1e7 },
        { .name = "--tolerance", .kind = OPTION_NUMBER, .out = &c->tolerance, .least = 0, .most = 1 },
        { .name = "--samples", .kind = OPTION_COUNT, .out = &c->samples, .least = 10, .most = 1e7 },
        { .name = "--features",
          .kind = OPTION_COUNT,
          .out = &c->most_features,
          .least = 1,
          .most = MODEL_MOST_FEATURES },
        { .name = "--count", .kind = OPTION_COUNT, .out = &c->count, .least = 1, .most = COUNTERFACTUAL_MOST_ROWS },
        { .name = "--most-changes",
          .kind = OPTION_COUNT,
          .out = &c->most_changes,
          .least = 1,
          .most = COUNTERFACTUAL_MOST_CHANGES },
        { .name = "--threshold", .kind = OPTION_NUMBER, .out = &c->threshold, .least = -1e15, .most = 1e15 },
        { .name = "--fixed", .kind = OPTION_LIST, .out = &c->fixed },
        { .name = "--only-up", .kind = OPTION_LIST, .out = &c->only_up },
        { .name = "--only-down", .kind = OPTION_LIST, .out = &c->only_down },
        { .name = "--label", .kind = OPTION_TEXT, .out = &c->input.label },
        { .name = "--score", .kind = OPTION_CHOICE, .out = &c->score, .choices = scores },
        { .name = "--repeats", .kind = OPTION_COUNT, .out = &c->repeats, .least = 1, .most = 1000 },
        { .name = "--seed", .kind = OPTION_COUNT, .out = &c->input.seed, .most = 9e18 },
        { .name = "--threads", .kind = OPTION_COUNT, .out = &c->threads, .least = 1, .most = 256 },
        { .name = "--json", .kind = OPTION_FLAG, .out = &c->as_json },
        { .name = "--csv", .kind = OPTION_FLAG, .out = &c->as_csv },
        { .name = "--help", .kind = OPTION_FLAG, .out = &c->help },
        { .name = "-h", .kind = OPTION_FLAG, .out = &c->help },
        { .name = NULL },
    };
    return command_options_read(a, options, argc, argv, words);
}

error explain_command_read(arena *a, int argc, char **argv, explain_command *c)
{
    uint64_t row = UINT64_MAX, timeout = PROCESS_PATIENCE;
    command_words words;
    *c = (explain_command){ .method = EXPLAIN_BY_DEFAULT,
                            .threads = 1,
                            .count = 3,
                            .most_changes = 3,
                            .threshold = 0.5,
                            .score = -1,
                            .repeats = 10,
                            .input = { .seed = 1 } };
    TRY(read_all(a, argc, argv, c, &row, &timeout, &words));
    if (c->help) return OK;
    c->input.patience = (int)timeout;
    if (row != UINT64_MAX && c->input.range.is_set) return fail(a, INVALID, "", "--row or --rows, not both");
    if (row != UINT64_MAX) c->input.range = (row_range){ row, row + 1, true };
    return check_words(a, &words, c);
}

error explain_choose_class(arena *a, const explain_command *c, int64_t *out)
{
    const model *m = c->input.model;
    size_t outputs = c->input.predictor.output_count;
    *out = -1;
    if (!text_is(c->class_name)) return OK;
    for (size_t i = 0; m && m->class_count == outputs && i < outputs; i++)
        if (text_equal(m->classes[i], c->class_name)) return *out = (int64_t)i, OK;
    if (text_integer(c->class_name, out) && *out >= 0 && *out < (int64_t)outputs) return OK;
    if (m && m->class_count == outputs)
        return fail(a, INVALID, "", "--class: there is no class \"%.*s\". %.*s", PRINT(c->class_name),
                    PRINT(suggest_or_list(a, c->class_name, m->classes, outputs)));
    return fail(a, INVALID, "", "--class: expected a number from 0 to %zu, found \"%.*s\"", outputs - 1,
                PRINT(c->class_name));
}
