#include "engine/explain/counterfactual.h"

#include "engine/explain/counterfactual_search.h"
#include "engine/explain/methods.h"

enum { REFINED_TIMES = 4, LEAST_BUDGET = 100, MOST_BUDGET = 10000000 };

counterfactual_options counterfactual_options_standard(void)
{
    return (counterfactual_options){ .output = OUTPUT_PROBABILITY,
                                     .class_index = -1,
                                     .threshold = 0.5,
                                     .count = 3,
                                     .most_changes = 3,
                                     .budget = 50000 };
}

static error check_options(arena *a, const predictor *p, const counterfactual_options *o)
{
    if (o->background.rows == 0 || o->background.columns != p->feature_count)
        return fail(a, INVALID, "/background",
                    "Counterfactuals need background rows of %zu features; there are %zu of %zu.", p->feature_count,
                    o->background.rows, o->background.columns);
    if (o->count < 1 || o->count > COUNTERFACTUAL_MOST_ROWS)
        return fail(a, INVALID, "/count", "Between 1 and %d counterfactuals; %zu were asked for.",
                    COUNTERFACTUAL_MOST_ROWS, o->count);
    if (o->most_changes < 1 || o->most_changes > COUNTERFACTUAL_MOST_CHANGES)
        return fail(a, INVALID, "/most_changes", "Between 1 and %d features changed at once; %zu were asked for.",
                    COUNTERFACTUAL_MOST_CHANGES, o->most_changes);
    if (o->budget < LEAST_BUDGET || o->budget > MOST_BUDGET)
        return fail(a, INVALID, "/budget", "Between %d and %d predictions; %zu were asked for.", LEAST_BUDGET,
                    MOST_BUDGET, o->budget);
    if (!isfinite(o->threshold))
        return fail(a, INVALID, "/threshold", "The threshold is a number; it is %g.", o->threshold);
    if (o->class_index >= (int64_t)(p->output_count == 1 ? 2 : p->output_count))
        return fail(a, INVALID, "/class", "There is no class %lld.", (long long)o->class_index);
    if (o->class_index < 0 && p->output_count > 2)
        return fail(a, INVALID, "/class", "Of %zu classes, say which one is wanted.", p->output_count);
    return OK;
}

/* Which outcome is wanted: the class that was named, or the other one of two. */
static void aim(search *s, const double *outputs)
{
    int64_t wanted = s->options->class_index;
    if (s->predictor->output_count == 1) {
        s->is_above = wanted < 0 ? outputs[0] < s->options->threshold : wanted == 1;
    } else {
        s->output = wanted >= 0 ? (size_t)wanted : outputs[1] > outputs[0] ? 0 : 1;
    }
}

static int by_merit(const void *x, const void *y)
{
    const candidate *a = x, *b = y;
    if (a->moved_count != b->moved_count) return a->moved_count < b->moved_count ? -1 : 1;
    if (a->cost != b->cost) return a->cost < b->cost ? -1 : 1;
    return memcmp(a->moved, b->moved, a->moved_count * sizeof(size_t));
}

/* Refining may leave fewer levers moved, and so two candidates with the same ones: the cheaper stays. */
static size_t without_doubles(candidate *items, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        bool again = false;
        for (size_t k = 0; k < kept && !again; k++)
            again = items[k].moved_count == items[i].moved_count &&
                    memcmp(items[k].moved, items[i].moved, items[i].moved_count * sizeof(size_t)) == 0;
        if (!again) items[kept++] = items[i];
    }
    return kept;
}

static error refine_best(search *s)
{
    candidate_list *found = &s->found;
    qsort(found->items, found->count, sizeof *found->items, by_merit);
    if (found->count > REFINED_TIMES * s->options->count) found->count = REFINED_TIMES * s->options->count;
    for (size_t i = 0; i < found->count; i++) TRY(search_refine(s, &found->items[i]));
    qsort(found->items, found->count, sizeof *found->items, by_merit);
    found->count = without_doubles(found->items, found->count);
    if (found->count > s->options->count) found->count = s->options->count;
    return OK;
}

/* ------------------------------------------------------------------ what is told of each */

static double distance_between(const search *s, const double *x, const double *y)
{
    double sum = 0;
    for (size_t k = 0; k < s->levers.count; k++) sum += lever_cost(&s->levers.items[k], x, y);
    return sum;
}

/* To the nearest row of the background that has the wanted outcome. */
static double plausibility(const search *s, const double *background_outputs, const double *row)
{
    const matrix *background = &s->options->background;
    double nearest = INFINITY;
    for (size_t b = 0; b < background->rows; b++)
        if (search_score(s, background_outputs + b * s->predictor->output_count) >= 0)
            nearest = fmin(nearest, distance_between(s, matrix_row(background, b), row));
    return isfinite(nearest) ? nearest : NAN;
}

static void list_changes(const search *s, const double *row, counterfactual *c)
{
    counterfactual_change *changes = ARENA_ARRAY(s->arena, s->predictor->feature_count, counterfactual_change);
    for (size_t f = 0; f < s->predictor->feature_count; f++)
        if (!(row[f] == s->own[f] || (isnan(row[f]) && isnan(s->own[f]))))
            changes[c->change_count++] = (counterfactual_change){ f, s->own[f], row[f] };
    c->changes = changes;
}

text feature_value_text(arena *a, const predictor *p, size_t feature, double value)
{
    const model_feature *f = p->features ? &p->features[feature] : p->model ? &p->model->features[feature] : NULL;
    if (isnan(value)) return TEXT("unknown");
    if (f && f->is_category && f->categories && value >= 0 && value < (double)f->category_count)
        return f->categories[(size_t)value];
    char digits[32];
    size_t length = json_number_format(value, digits);
    return (text){ arena_string(a, digits, length), length };
}

/* "If income had been 30000 instead of 20000, and debt 5 instead of 7, the outcome would have been approved." A one-hot
 * group is told by the member that is 1. */
static text sentence_of(const search *s, const candidate *c)
{
    const text *names = predictor_feature_names(s->arena, s->predictor);
    text_builder b = text_builder_in(s->arena);
    for (size_t i = 0; i < c->moved_count; i++) {
        const lever *l = &s->levers.items[c->moved[i]];
        text_add_string(&b, i == 0 ? "If " : i + 1 < c->moved_count ? ", " : " and ");
        if (l->feature_count > 1) {
            size_t before = (size_t)lever_value(l, s->own), after = (size_t)lever_value(l, c->row);
            text_add_format(&b, "\"%.*s\" had been true", PRINT(names[l->features[after]]));
            if (before < l->feature_count)
                text_add_format(&b, " instead of \"%.*s\"", PRINT(names[l->features[before]]));
            continue;
        }
        size_t f = l->features[0];
        text from = feature_value_text(s->arena, s->predictor, f, s->own[f]);
        text to = feature_value_text(s->arena, s->predictor, f, c->row[f]);
        text_add_format(&b, "%.*s had been %.*s instead of %.*s", PRINT(names[f]), PRINT(to), PRINT(from));
    }
    text outcome = text_is(s->options->outcome) ? s->options->outcome : TEXT("different");
    text_add_format(&b, ", the outcome would have been %.*s.", PRINT(outcome));
    return text_built(&b);
}

/* The last word is the model's: what does not flip now is left out. */
static error describe(search *s, counterfactuals *out)
{
    const predictor *p = s->predictor;
    double *of_background = ARENA_ARRAY(s->arena, s->options->background.rows * p->output_count, double);
    TRY(predict_rows(s->arena, p, &s->options->background, s->options->output, 1, NULL, of_background));
    counterfactual *items = ARENA_ARRAY(s->arena, s->found.count, counterfactual);
    double *outputs = ARENA_ARRAY(s->arena, p->output_count, double);
    for (size_t i = 0; i < s->found.count; i++) {
        const candidate *c = &s->found.items[i];
        matrix row = { c->row, 1, p->feature_count };
        TRY(p->predict(p->context, s->arena, &row, s->options->output, outputs));
        s->asked++;
        if (search_score(s, outputs) < 0) continue;
        counterfactual *item = &items[out->count++];
        *item = (counterfactual){ .values = c->row,
                                  .cost = c->cost,
                                  .prediction = outputs[s->output],
                                  .distance = plausibility(s, of_background, c->row),
                                  .sentence = sentence_of(s, c) };
        list_changes(s, c->row, item);
    }
    out->items = items;
    return OK;
}

static text reason_for_few(const search *s, const counterfactuals *found)
{
    size_t movable = 0, wanted = s->options->count;
    for (size_t k = 0; k < s->levers.count; k++) movable += s->levers.items[k].value_count > 0;
    if (found->count >= wanted) return NO_TEXT;
    if (movable == 0) return TEXT("The constraints leave no feature that could change.");
    if (found->count > 0)
        return text_format(
            s->arena,
            "%zu of %zu were found: the search met no other set of up to %zu features that flips the outcome%s.",
            found->count, wanted, s->options->most_changes, s->ran_out ? " within the budget of predictions" : "");
    if (s->ran_out)
        return text_format(s->arena,
                           "The budget of %zu predictions ended before a change was found that flips the outcome.",
                           s->options->budget);
    return text_format(
        s->arena,
        "The search met no change of up to %zu features within the constraints that flips the outcome; the nearest "
        "stays %.3g away from it.",
        s->options->most_changes, -s->nearest);
}

error counterfactuals_find(arena *a, const predictor *p, const double *row, const counterfactual_options *options,
                           counterfactuals *out)
{
    TRY(check_options(a, p, options));
    search s = { .arena = a, .predictor = p, .options = options, .own = row, .asked = 1 };
    double *outputs = ARENA_ARRAY(a, p->output_count, double);
    matrix own = { row, 1, p->feature_count };
    TRY(p->predict(p->context, a, &own, options->output, outputs));
    for (size_t o = 0; o < p->output_count; o++)
        if (!isfinite(outputs[o])) return fail(a, INVALID, "/rows", "The model gives no finite number for this row.");
    aim(&s, outputs);
    *out = (counterfactuals){ .prediction = outputs[s.output],
                              .features = p->feature_count,
                              .feature_names = predictor_feature_names(a, p) };
    if (search_score(&s, outputs) >= 0) {
        out->reason = TEXT("The row has the wanted outcome already.");
        out->predictions = s.asked;
        return OK;
    }
    TRY(levers_of(a, p, row, options, &s.levers));
    TRY(search_run(&s));
    TRY(refine_best(&s));
    TRY(describe(&s, out));
    out->reason = reason_for_few(&s, out);
    out->predictions = s.asked;
    return watch_tick(&options->watch, 1);
}

/* ------------------------------------------------------------------ JSON */

static void write_change(json_writer *w, const counterfactuals *c, const counterfactual_change *change)
{
    json_open(w, '{');
    json_key(w, "feature");
    json_write_text(w, c->feature_names[change->feature]);
    json_key(w, "from");
    json_write_number(w, change->from);
    json_key(w, "to");
    json_write_number(w, change->to);
    json_close(w, '}');
}

static void write_counterfactual(json_writer *w, const counterfactuals *all, const counterfactual *c)
{
    json_open(w, '{');
    json_key(w, "values");
    json_open(w, '[');
    for (size_t f = 0; f < all->features; f++) json_write_number(w, c->values[f]);
    json_close(w, ']');
    json_key(w, "changes");
    json_open(w, '[');
    for (size_t i = 0; i < c->change_count; i++) write_change(w, all, &c->changes[i]);
    json_close(w, ']');
    json_key(w, "cost");
    json_write_number(w, c->cost);
    json_key(w, "distance");
    json_write_number(w, c->distance);
    json_key(w, "prediction");
    json_write_number(w, c->prediction);
    json_key(w, "sentence");
    json_write_text(w, c->sentence);
    json_close(w, '}');
}

void counterfactuals_json(json_writer *w, const counterfactuals *c)
{
    json_open(w, '{');
    json_key(w, "method");
    json_write_string(w, "counterfactual");
    json_key(w, "features");
    json_open(w, '[');
    for (size_t f = 0; f < c->features; f++) json_write_text(w, c->feature_names[f]);
    json_close(w, ']');
    json_key(w, "prediction");
    json_write_number(w, c->prediction);
    json_key(w, "counterfactuals");
    json_open(w, '[');
    for (size_t i = 0; i < c->count; i++) write_counterfactual(w, c, &c->items[i]);
    json_close(w, ']');
    json_key(w, "reason");
    json_write_text(w, c->reason);
    json_key(w, "predictions_used");
    json_write_integer(w, (int64_t)c->predictions);
    json_close(w, '}');
}
