#include "features/explanations/findings.h"

/* ------------------------------------------------------------------ progress */

static error tick(void *context, double fraction)
{
    const explaining *x = context;
    text message = text_of(x->doing);
    if (!strcmp(x->doing, "explaining"))
        message =
            text_format(x->task->arena, "%zu of %zu rows", (size_t)(fraction * (double)x->rows.rows), x->rows.rows);
    return task_progress(x->task, x->from + (x->to - x->from) * fraction, message);
}

explain_watch step_watch(explaining *x, double from, double to, const char *doing)
{
    x->from = from;
    x->to = to;
    x->doing = doing;
    return (explain_watch){ x, tick };
}

/* ------------------------------------------------------------------ what is asked for */

error method_of_order(explaining *x, explain_method *out)
{
    const predictor *p = &x->subject.predictor;
    bool wants_probability = text_equal_string(x->order.output, "probability");
    bool is_identity = p->model && p->model->link == LINK_IDENTITY;
    if (explain_method_parse(x->order.method, out)) return OK;
    if (p->forest)
        *out =
            p->model->has_covers && (!wants_probability || is_identity) ? METHOD_TREE_PATH : METHOD_TREE_INTERVENTIONAL;
    else if (p->model && p->model->kind == MODEL_LINEAR && (!wants_probability || is_identity))
        *out = METHOD_LINEAR;
    else
        *out = METHOD_KERNEL;
    return OK;
}

static model_output output_of(const explaining *x, explain_method method)
{
    if (text_is(x->order.output))
        return text_equal_string(x->order.output, "margin") ? OUTPUT_MARGIN : OUTPUT_PROBABILITY;
    bool is_exact = method == METHOD_TREE_PATH || method == METHOD_TREE_INTERVENTIONAL || method == METHOD_LINEAR;
    return is_exact ? OUTPUT_MARGIN : OUTPUT_PROBABILITY;
}

/* What was sent, or rows of the data that stand for the population. */
static matrix background_of(const explaining *x, explain_method method)
{
    if (x->background.rows || method == METHOD_TREE_PATH) return x->background;
    if (method == METHOD_LINEAR && x->subject.predictor.model && x->subject.predictor.model->center)
        return x->background;
    bool is_cheap = method == METHOD_TREE_INTERVENTIONAL || method == METHOD_LIME || method == METHOD_LINEAR;
    return rows_evenly(x->task->arena, &x->all, is_cheap ? BACKGROUND_EXACT_MOST : BACKGROUND_STANDARD);
}

static error options_of(explaining *x, explain_method method, explain_options *out)
{
    const explain_order *order = &x->order;
    *out = explain_options_standard(method);
    out->output = output_of(x, method);
    out->background = background_of(x, method);
    out->interactions = order->interactions;
    out->seed = (uint64_t)order->seed;
    if (order->coalitions.is_set) out->coalitions = (size_t)order->coalitions.value;
    if (order->tolerance.is_set) out->tolerance = order->tolerance.value;
    if (order->samples.is_set) out->samples = (size_t)order->samples.value;
    out->most_features = order->num_features.is_set ? (size_t)order->num_features.value : 10;
    out->watch = (explain_watch){ x, tick };
    return subject_class(x->task->arena, &x->subject, order->class, &out->class_index);
}

error explain_with(explaining *x, explain_method method, const matrix *rows, explanation **out)
{
    explain_options options;
    TRY(options_of(x, method, &options));
    size_t outputs = options.class_index >= 0 ? 1 : x->subject.predictor.output_count;
    size_t values = rows->rows * rows->columns * outputs;
    if (options.interactions) values *= rows->columns;
    if (values > EXPLAIN_MOST_VALUES)
        return fail(x->task->arena, INVALID, "/rows",
                    "%zu rows of %zu features and %zu outputs are %zu figures; the limit of one task is %d. Choose "
                    "fewer \"rows\", or one \"class\".",
                    rows->rows, rows->columns, outputs, values, EXPLAIN_MOST_VALUES);
    return explain(x->task->arena, &x->subject.predictor, rows, &options, out);
}

/* ------------------------------------------------------------------ the task */

static error choose_rows(explaining *x)
{
    row_range range;
    TRY(explain_rows(x->task->arena, x->order.rows, &range));
    if (range.from >= x->all.rows)
        return fail(x->task->arena, INVALID, "/rows", "The table has %zu rows, so that none begins at %zu.",
                    x->all.rows, range.from);
    size_t to = range.to < x->all.rows ? range.to : x->all.rows;
    x->first = range.from;
    x->rows = (matrix){ matrix_row(&x->all, range.from), to - range.from, x->all.columns };
    return OK;
}

static error explain_rows_of(explaining *x, json_writer *w)
{
    explain_method method;
    explanation *e;
    TRY(method_of_order(x, &method));
    /* The same limit for rows of a stored data set, whose number the request did not know. */
    bool is_sampled = method == METHOD_KERNEL || method == METHOD_PERMUTATION || method == METHOD_LIME;
    if (is_sampled && x->rows.rows > EXPLAIN_MOST_SAMPLED)
        return fail(x->task->arena, INVALID, "/rows",
                    "%s explains at most %d rows at once; %zu were asked for. Choose some with \"rows\": [0, %d].",
                    explain_method_name(method), EXPLAIN_MOST_SAMPLED, x->rows.rows, EXPLAIN_MOST_SAMPLED);
    (void)step_watch(x, 0.4, 0.9, "explaining");
    TRY(explain_with(x, method, &x->rows, &e));
    TRY(write_explanation(w, x, e));
    return x->rows.rows < SUMMARY_LEAST_ROWS ? OK : write_summary(w, x, e, &x->rows);
}

static error find_out(explaining *x, json_writer *w)
{
    if (text_equal_string(x->order.method, "counterfactual")) return write_counterfactuals(w, x);
    if (text_equal_string(x->order.method, "global")) return write_global(w, x);
    return explain_rows_of(x, w);
}

static error run(task_run *t, text *result, void **made)
{
    explaining *x = ARENA_NEW(t->arena, explaining);
    x->task = t;
    *made = NULL;
    TRY(explain_order_of(t, &x->order, &x->is_csv));
    TRY(task_progress(t, 0.02, TEXT("making the model ready")));
    TRY(subject_find(t, &x->order, x->is_csv, &x->subject));
    TRY(task_progress(t, 0.3, TEXT("reading the rows")));
    TRY(subject_rows(t, &x->subject, &x->order, x->is_csv, &x->all));
    TRY(subject_background(t, &x->subject, &x->order, &x->background));
    TRY(choose_rows(x));
    json_writer w = json_writer_in(t->arena);
    json_open(&w, '{');
    TRY(find_out(x, &w));
    write_subject(&w, x);
    json_close(&w, '}');
    *result = json_written(&w);
    return OK;
}

const task_kind explain_task = { .name = "EXPLAIN",
                                 .run = run,
                                 .why =
                                     "The model has to be read and made ready, and rows by the thousand, or a method "
                                     "that samples, take seconds." };
