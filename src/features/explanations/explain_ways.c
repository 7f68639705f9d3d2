#include "features/explanations/findings.h"

#include "engine/explain/counterfactual.h"
#include "engine/explain/global.h"

/* ------------------------------------------------------------------ counterfactuals */

static error place_of(const explaining *x, text name, const char *pointer, size_t *out)
{
    const model *m = x->subject.shape;
    for (*out = 0; *out < m->feature_count; ++*out)
        if (text_equal(m->features[*out].name, name)) return OK;
    return fail(x->task->arena, INVALID, pointer, "The model has no feature \"%.*s\".", PRINT(name));
}

static error set_moves(const explaining *x, feature_rule *rules, text_list names, feature_move move,
                       const char *pointer)
{
    size_t place;
    for (size_t i = 0; i < names.count; i++) {
        TRY(place_of(x, names.items[i], pointer, &place));
        rules[place].move = move;
    }
    return OK;
}

static error set_ranges(const explaining *x, feature_rule *rules)
{
    arena *a = x->task->arena;
    json_t *ranges, *range;
    const char *name;
    size_t place;
    if (!text_is(x->order.counterfactual.ranges)) return OK;
    TRY(json_read(a, x->order.counterfactual.ranges, &ranges));
    if (!json_is_object(ranges))
        return fail(a, INVALID, "/ranges", "Expected an object such as {\"income\": [0, 5000]}.");
    json_object_foreach(ranges, name, range)
    {
        const json_t *least = json_array_get(range, 0), *most = json_array_get(range, 1);
        bool is_pair = json_array_size(range) == 2 && (json_is_number(least) || json_is_null(least)) &&
                       (json_is_number(most) || json_is_null(most));
        if (!is_pair)
            return fail(a, INVALID, "/ranges", "The range of \"%s\": expected [least, most], each a number or null.",
                        name);
        TRY(place_of(x, text_of(name), "/ranges", &place));
        if (json_is_number(least)) rules[place].least = json_number_value(least);
        if (json_is_number(most)) rules[place].most = json_number_value(most);
    }
    return OK;
}

/* "red,green,blue": columns of which exactly one is 1. */
static error set_one_hot(const explaining *x, feature_rule *rules)
{
    const text_list *groups = &x->order.counterfactual.one_hot;
    for (size_t g = 0; g < groups->count; g++) {
        text rest = groups->items[g];
        while (rest.length) {
            const char *comma = memchr(rest.data, ',', rest.length);
            text name = { rest.data, comma ? (size_t)(comma - rest.data) : rest.length };
            size_t place, used = comma ? name.length + 1 : name.length;
            TRY(place_of(x, text_trim(name), "/one_hot", &place));
            rules[place].one_hot = (int)g + 1;
            rest = (text){ rest.data + used, rest.length - used };
        }
    }
    return OK;
}

static error rules_of(const explaining *x, feature_rule **out)
{
    arena *a = x->task->arena;
    const counterfactual_order *order = &x->order.counterfactual;
    size_t count = 0, place;
    size_t *shielded = ARENA_ARRAY(a, x->subject.protected_attributes.count, size_t);
    bool says_itself = order->immutable.items != NULL;
    for (size_t f = 0; !says_itself && f < x->subject.shape->feature_count; f++)
        if (count < x->subject.protected_attributes.count &&
            subject_protects(&x->subject, x->subject.shape->features[f].name))
            shielded[count++] = f;
    *out = feature_rules_standard(a, &x->subject.predictor, shielded, count);
    TRY(set_moves(x, *out, order->increasing, MOVE_UP, "/increasing"));
    TRY(set_moves(x, *out, order->decreasing, MOVE_DOWN, "/decreasing"));
    TRY(set_moves(x, *out, order->immutable, MOVE_NEVER, "/immutable"));
    for (size_t i = 0; i < order->integer.count; i++) {
        TRY(place_of(x, order->integer.items[i], "/integer", &place));
        (*out)[place].is_integer = true;
    }
    TRY(set_ranges(x, *out));
    return set_one_hot(x, *out);
}

/* Of one output the wanted side follows from the row; of several the wanted class must be named. */
static error wanted_of(const explaining *x, counterfactual_options *options)
{
    const counterfactual_order *order = &x->order.counterfactual;
    options->class_index = -1;
    if (text_is(order->desired)) {
        if (x->subject.predictor.output_count > 1)
            TRY(subject_class(x->task->arena, &x->subject, order->desired, &options->class_index));
        options->outcome = order->desired;
        return OK;
    }
    if (x->subject.predictor.output_count <= 2) return OK;
    return fail(x->task->arena, INVALID, "/desired", "The model has %zu classes: say which one is wanted.",
                x->subject.predictor.output_count);
}

static void write_feature_names(json_writer *w, const explaining *x)
{
    json_key(w, "features"), json_open(w, '[');
    for (size_t f = 0; f < x->subject.shape->feature_count; f++) json_write_text(w, x->subject.shape->features[f].name);
    json_close(w, ']');
}

static error write_one_counterfactual(json_writer *w, explaining *x, const counterfactual_options *options, size_t row,
                                      double *prediction)
{
    counterfactuals found;
    TRY(counterfactuals_find(x->task->arena, &x->subject.predictor, matrix_row(&x->rows, row), options, &found));
    *prediction = found.prediction;
    counterfactuals_json(w, &found);
    return OK;
}

error write_counterfactuals(json_writer *w, explaining *x)
{
    feature_rule *rules;
    counterfactual_options options = counterfactual_options_standard();
    if (x->rows.rows > EXPLAIN_MOST_SAMPLED)
        return fail(x->task->arena, INVALID, "/rows",
                    "counterfactual explains at most %d rows at once; %zu were asked for.", EXPLAIN_MOST_SAMPLED,
                    x->rows.rows);
    TRY(rules_of(x, &rules));
    TRY(wanted_of(x, &options));
    options.rules = rules;
    options.count = (size_t)x->order.counterfactual.count;
    options.output = text_equal_string(x->order.output, "margin") ? OUTPUT_MARGIN : OUTPUT_PROBABILITY;
    options.background =
        x->background.rows ? x->background : rows_evenly(x->task->arena, &x->all, BACKGROUND_EXACT_MOST);
    double *predictions = ARENA_ARRAY(x->task->arena, x->rows.rows, double);
    json_key(w, "method"), json_write_string(w, "counterfactual");
    json_key(w, "output"), json_write_string(w, options.output == OUTPUT_MARGIN ? "margin" : "probability");
    write_feature_names(w, x);
    json_key(w, "counterfactuals"), json_open(w, '[');
    for (size_t r = 0; r < x->rows.rows; r++) {
        double share = 1.0 / (double)x->rows.rows;
        options.watch = step_watch(x, 0.4 + 0.5 * share * (double)r, 0.4 + 0.5 * share * (double)(r + 1),
                                   "looking for smaller changes");
        TRY(write_one_counterfactual(w, x, &options, r, &predictions[r]));
    }
    json_close(w, ']');
    json_key(w, "predictions"), json_open(w, '[');
    for (size_t r = 0; r < x->rows.rows; r++) json_write_number(w, predictions[r]);
    json_close(w, ']');
    return OK;
}

/* ------------------------------------------------------------------ the whole */

typedef struct weighed {
    size_t feature;
    double weight;
} weighed;

static int heaviest_first(const void *a, const void *b)
{
    const weighed *x = a, *y = b;
    if (x->weight != y->weight) return x->weight < y->weight ? 1 : -1;
    return x->feature < y->feature ? -1 : x->feature > y->feature;
}

static weighed *weigh(arena *a, const explanation *e)
{
    weighed *all = ARENA_ARRAY(a, e->features, weighed);
    for (size_t f = 0; f < e->features; f++) {
        all[f].feature = f;
        for (size_t r = 0; r < e->rows; r++)
            for (size_t o = 0; o < e->outputs; o++)
                all[f].weight += fabs(e->values[(r * e->features + f) * e->outputs + o]);
    }
    qsort(all, e->features, sizeof *all, heaviest_first);
    return all;
}

static error write_dependence(json_writer *w, explaining *x, const weighed *order, model_output output)
{
    arena *a = x->task->arena;
    matrix rows = rows_evenly(a, &x->rows, DEPENDENCE_ROWS);
    size_t shown = x->rows.columns < GLOBAL_FEATURES ? x->rows.columns : GLOBAL_FEATURES;
    accumulated_effects *effects = ARENA_ARRAY(a, shown, accumulated_effects);
    bool *has_effects = ARENA_ARRAY(a, shown, bool);
    json_key(w, "dependence"), json_open(w, '[');
    for (size_t i = 0; i < shown; i++) {
        feature_dependence d;
        dependence_options options = dependence_options_standard(order[i].feature, output);
        options.is_category = x->subject.shape->features[order[i].feature].is_category;
        TRY(subject_class(a, &x->subject, x->order.class, &options.class_index));
        options.watch = step_watch(x, 0.6 + 0.2 * (double)i / (double)shown,
                                   0.6 + 0.2 * (double)(i + 1) / (double)shown, "following single features");
        TRY(partial_dependence(a, &x->subject.predictor, &rows, &options, &d));
        dependence_json(w, &d);
        has_effects[i] = !options.is_category;
        if (has_effects[i]) TRY(accumulated_local_effects(a, &x->subject.predictor, &rows, &options, &effects[i]));
    }
    json_close(w, ']');
    json_key(w, "accumulated_effects"), json_open(w, '[');
    for (size_t i = 0; i < shown; i++)
        if (has_effects[i]) accumulated_effects_json(w, &effects[i]);
    json_close(w, ']');
    return OK;
}

/* Rows whose label is missing are left out. */
static error labelled(explaining *x, matrix *rows, double **kept)
{
    arena *a = x->task->arena;
    double *labels;
    size_t count, n = 0;
    TRY(subject_labels(x->task, &x->subject, &x->order, x->is_csv, &labels, &count));
    double *values = arena_array(a, x->rows.rows * x->rows.columns, sizeof *values);
    *kept = ARENA_ARRAY(a, x->rows.rows, double);
    for (size_t r = 0; r < x->rows.rows && x->first + r < count; r++) {
        if (isnan(labels[x->first + r])) continue;
        memcpy(values + n * x->rows.columns, matrix_row(&x->rows, r), x->rows.columns * sizeof *values);
        (*kept)[n++] = labels[x->first + r];
    }
    *rows = (matrix){ values, n, x->rows.columns };
    return n ? OK : fail(a, INVALID, "/target", "No row has a value of \"%.*s\".", PRINT(x->order.target));
}

static error write_importance(json_writer *w, explaining *x)
{
    feature_importance found;
    matrix rows;
    double *labels;
    const predictor *p = &x->subject.predictor;
    if (!text_is(x->order.target)) return OK;
    TRY(labelled(x, &rows, &labels));
    bool is_classifier = p->model ? p->model->is_probability : p->output_count > 1;
    importance_options options = importance_options_standard(!is_classifier         ? SCORE_RMSE
                                                             : p->output_count == 1 ? SCORE_AUC
                                                                                    : SCORE_ACCURACY);
    options.repeats = IMPORTANCE_REPEATS;
    options.seed = (uint64_t)x->order.seed;
    options.watch = step_watch(x, 0.8, 0.95, "shuffling one feature after the other");
    TRY(permutation_importance(x->task->arena, p, &rows, labels, &options, &found));
    json_key(w, "importance");
    importance_json(w, &found);
    return OK;
}

error write_global(json_writer *w, explaining *x)
{
    explain_method method;
    explanation *e;
    arena *a = x->task->arena;
    TRY(method_of_order(x, &method));
    matrix rows = rows_evenly(a, &x->rows, method == METHOD_KERNEL ? GLOBAL_SAMPLED_ROWS : GLOBAL_ROWS);
    (void)step_watch(x, 0.4, 0.6, "explaining");
    TRY(explain_with(x, method, &rows, &e));
    json_key(w, "method"), json_write_string(w, "global");
    json_key(w, "explained_by"), json_write_string(w, explain_method_name(method));
    json_key(w, "output"), json_write_string(w, e->output == OUTPUT_MARGIN ? "margin" : "probability");
    json_key(w, "explained_rows"), json_write_integer(w, (int64_t)rows.rows);
    write_feature_names(w, x);
    TRY(write_summary(w, x, e, &rows));
    TRY(write_dependence(w, x, weigh(a, e), e->output));
    return write_importance(w, x);
}
