/* What all methods have in common: the frame of an explanation, its additivity, one output of several. */
#include "engine/explain/explain.h"
#include "engine/explain/methods.h"

#define ADDITIVITY_BOUND 1e-6

explain_options explain_options_standard(explain_method method)
{
    return (explain_options){ .method = method, .output = OUTPUT_MARGIN, .class_index = -1, .seed = 1, .threads = 1 };
}

void draft_note(draft *d, text note)
{
    d->notes = arena_grow(d->arena, d->notes, d->note_count, d->note_count + 1, sizeof(text));
    d->notes[d->note_count++] = note;
    d->result->notes = (text_list){ d->notes, d->note_count };
}

double *draft_numbers(draft *d, size_t per_row)
{
    return ARENA_ARRAY(d->arena, d->rows->rows * per_row, double);
}

static draft draft_new(arena *a, const predictor *p, const matrix *rows, const explain_options *options)
{
    size_t outputs = p->output_count, features = p->feature_count;
    explanation *e = ARENA_NEW(a, explanation);
    *e = (explanation){ .method = options->method,
                        .output = options->output,
                        .rows = rows->rows,
                        .features = features,
                        .outputs = outputs,
                        .seed = options->seed,
                        .max_additivity_error = NAN };
    e->feature_names = predictor_feature_names(a, p);
    draft d = { .arena = a, .predictor = p, .rows = rows, .options = options, .result = e };
    d.base = ARENA_ARRAY(a, outputs, double);
    d.values = draft_numbers(&d, features * outputs);
    d.predictions = draft_numbers(&d, outputs);
    if (options->interactions) d.interactions = draft_numbers(&d, features * features * outputs);
    return d;
}

static error check_predictions(const draft *d)
{
    size_t outputs = d->predictor->output_count;
    for (size_t i = 0; i < d->rows->rows * outputs; i++)
        if (!isfinite(d->predictions[i]))
            return fail(d->arena, INVALID, "/rows",
                        "The model gives no finite number for row %zu; it cannot be explained.", i / outputs + 1);
    return OK;
}

/* The largest |base + Σ values - prediction|, of the rows' values and, where there are any, of the interactions. */
static double additivity_error(const draft *d)
{
    size_t outputs = d->predictor->output_count, features = d->predictor->feature_count;
    double worst = 0;
    for (size_t r = 0; r < d->rows->rows; r++) {
        for (size_t o = 0; o < outputs; o++) {
            const double *values = d->values + r * features * outputs + o;
            double sum = d->base[o];
            for (size_t f = 0; f < features; f++) sum += values[f * outputs];
            double off = fabs(sum - d->predictions[r * outputs + o]);
            if (!(off <= worst)) worst = off;
        }
    }
    return worst;
}

/* A predictor that answers some composed row or sample with no number spoils the row's values; and a value without
 * bounds has no distance to anything. */
static error check_values(const draft *d)
{
    size_t per_row = d->predictor->feature_count * d->predictor->output_count;
    for (size_t i = 0; i < d->rows->rows * per_row; i++)
        if (!isfinite(d->values[i]))
            return fail(
                d->arena, INVALID, "/rows",
                "Row %zu has no finite explanation: the model gives no finite number for rows near it, or one of "
                "its values is infinite.",
                i / per_row + 1);
    return OK;
}

/* Of interactions: a feature's row of them adds up to the feature's value. */
static double interaction_error(const draft *d)
{
    size_t outputs = d->predictor->output_count, features = d->predictor->feature_count;
    double worst = 0;
    for (size_t i = 0; i < d->rows->rows * features; i++) {
        const double *row = d->interactions + i * features * outputs;
        for (size_t o = 0; o < outputs; o++) {
            double sum = 0;
            for (size_t f = 0; f < features; f++) sum += row[f * outputs + o];
            double off = fabs(sum - d->values[i * outputs + o]);
            if (!(off <= worst)) worst = off;
        }
    }
    return worst;
}

/* Relative to the size of the numbers: a margin of 10^9 has no six digits behind the point. */
static double scale_of(const draft *d)
{
    double largest = 1;
    for (size_t i = 0; i < d->rows->rows * d->predictor->output_count; i++)
        largest = fmax(largest, fabs(d->predictions[i]));
    return largest;
}

static error check_additivity(draft *d)
{
    double off = additivity_error(d);
    if (d->interactions) {
        double of_interactions = interaction_error(d);
        if (!(of_interactions <= off)) off = of_interactions;
    }
    d->result->max_additivity_error = off;
    if (off <= ADDITIVITY_BOUND * scale_of(d)) return OK;
    if (!d->result->is_exact) return OK;
    return fail(d->arena, INTERNAL, "", "Shapley values by %s and base are %.3g away from the prediction.",
                explain_method_name(d->options->method), off);
}

/* [item][outputs] becomes [item] of one output; NULL stays NULL. */
static double *only_output(arena *a, const double *all, size_t items, size_t outputs, size_t wanted)
{
    if (!all) return NULL;
    double *one = ARENA_ARRAY(a, items, double);
    for (size_t i = 0; i < items; i++) one[i] = all[i * outputs + wanted];
    return one;
}

static void keep_one_class(draft *d)
{
    size_t outputs = d->result->outputs, rows = d->rows->rows, features = d->result->features;
    if (d->options->class_index < 0 || outputs == 1) return;
    size_t wanted = (size_t)d->options->class_index;
    d->base = only_output(d->arena, d->base, 1, outputs, wanted);
    d->values = only_output(d->arena, d->values, rows * features, outputs, wanted);
    d->predictions = only_output(d->arena, d->predictions, rows, outputs, wanted);
    d->interactions = only_output(d->arena, d->interactions, rows * features * features, outputs, wanted);
    d->standard_errors = only_output(d->arena, d->standard_errors, rows * features, outputs, wanted);
    d->local_r2 = only_output(d->arena, d->local_r2, rows, outputs, wanted);
    d->intercepts = only_output(d->arena, d->intercepts, rows, outputs, wanted);
    d->result->outputs = 1;
}

static void hand_over(draft *d)
{
    explanation *e = d->result;
    e->base_values = d->base;
    e->values = d->values;
    e->predictions = d->predictions;
    e->interactions = d->interactions;
    e->standard_errors = d->standard_errors;
    e->local_r2 = d->local_r2;
    e->intercepts = d->intercepts;
}

static error run_method(draft *d)
{
    switch (d->options->method) {
    case METHOD_TREE_PATH:
    case METHOD_TREE_INTERVENTIONAL:
        return explain_trees(d);
    case METHOD_LINEAR:
        return explain_linear(d);
    case METHOD_KERNEL:
        return explain_kernel(d);
    case METHOD_PERMUTATION:
        return explain_permutation(d);
    case METHOD_LIME:
        return explain_lime(d);
    }
    return fail(d->arena, INTERNAL, "/method", "No such method: %d.", (int)d->options->method);
}

error explain(arena *a, const predictor *p, const matrix *rows, const explain_options *options, explanation **out)
{
    TRY(explain_check(a, p, rows, options));
    draft d = draft_new(a, p, rows, options);
    TRY(predict_rows(a, p, rows, options->output, options->threads, &options->watch, d.predictions));
    TRY(check_predictions(&d));
    TRY(run_method(&d));
    TRY(check_values(&d));
    if (options->method != METHOD_LIME) TRY(check_additivity(&d));
    TRY(watch_tick(&options->watch, 1));
    keep_one_class(&d);
    hand_over(&d);
    *out = d.result;
    return OK;
}
