#include "programs/explain_counterfactual.h"

#include "engine/explain/counterfactual.h"
#include "engine/table/suggest.h"
#include "programs/csv_write.h"
#include "programs/progress.h"

#include <stdio.h>

/* ------------------------------------------------------------------ what may change */

static error feature_named(arena *a, const explain_command *c, const char *option, text name, size_t *out)
{
    size_t count = c->input.feature_count;
    for (*out = 0; *out < count; ++*out)
        if (text_equal(c->input.features[*out].name, name)) return OK;
    text *names = ARENA_ARRAY(a, count, text);
    for (size_t f = 0; f < count; f++) names[f] = c->input.features[f].name;
    return fail(a, INVALID, "", "%s: there is no feature \"%.*s\". %.*s", option, PRINT(name),
                PRINT(suggest_or_list(a, name, names, count)));
}

static error set_moves(arena *a, const explain_command *c, const char *option, text_list names, feature_move move,
                       feature_rule *rules)
{
    for (size_t i = 0; i < names.count; i++) {
        size_t f;
        TRY(feature_named(a, c, option, names.items[i], &f));
        rules[f].move = move;
    }
    return OK;
}

/* A number that is whole in every row of the background stays whole. */
static bool is_whole(const matrix *rows, size_t feature)
{
    for (size_t i = 0; i < rows->rows; i++) {
        double x = matrix_row(rows, i)[feature];
        if (!isnan(x) && x != floor(x)) return false;
    }
    return true;
}

static error rules_of(arena *a, const explain_command *c, const feature_rule **out)
{
    feature_rule *rules = feature_rules_standard(a, &c->input.predictor, NULL, 0);
    for (size_t f = 0; f < c->input.feature_count; f++) rules[f].is_integer = is_whole(&c->input.background, f);
    TRY(set_moves(a, c, "--fixed", c->fixed, MOVE_NEVER, rules));
    TRY(set_moves(a, c, "--only-up", c->only_up, MOVE_UP, rules));
    TRY(set_moves(a, c, "--only-down", c->only_down, MOVE_DOWN, rules));
    *out = rules;
    return OK;
}

/* ------------------------------------------------------------------ output */

static size_t number_of(const explain_command *c, size_t row)
{
    return row + (c->input.range.is_set ? (size_t)c->input.range.from : 0);
}

static void write_text(const explain_command *c, size_t row, const counterfactuals *found)
{
    printf("row %zu: prediction %.4g\n", number_of(c, row), found->prediction);
    for (size_t i = 0; i < found->count; i++)
        printf("  %zu. %.*s (prediction %.4g, cost %.3g)\n", i + 1, PRINT(found->items[i].sentence),
               found->items[i].prediction, found->items[i].cost);
    if (text_is(found->reason)) printf("  %.*s\n", PRINT(found->reason));
}

static void write_csv(arena *a, const explain_command *c, size_t row, const counterfactuals *found)
{
    text_builder b = text_builder_in(a);
    if (row == 0) text_add_string(&b, "row,counterfactual,feature,from,to,prediction\n");
    for (size_t i = 0; i < found->count; i++)
        for (size_t k = 0; k < found->items[i].change_count; k++) {
            const counterfactual_change *change = &found->items[i].changes[k];
            text_add_format(&b, "%zu,%zu,", number_of(c, row), i);
            csv_add_text(&b, found->feature_names[change->feature]);
            text_add_char(&b, ',');
            if (!isnan(change->from))
                csv_add_text(&b, feature_value_text(a, &c->input.predictor, change->feature, change->from));
            text_add_char(&b, ',');
            csv_add_text(&b, feature_value_text(a, &c->input.predictor, change->feature, change->to));
            text_add_char(&b, ',');
            csv_add_number(&b, found->items[i].prediction);
            text_add_char(&b, '\n');
        }
    if (b.length) fwrite(b.data, 1, b.length, stdout);
}

static void write_json(arena *a, const explain_command *c, const counterfactuals *found, size_t rows)
{
    json_writer w = json_writer_in(a);
    json_open(&w, '{');
    json_key(&w, "method");
    json_write_string(&w, "counterfactual");
    json_key(&w, "rows");
    json_open(&w, '[');
    for (size_t i = 0; i < rows; i++) json_write_integer(&w, (int64_t)number_of(c, i));
    json_close(&w, ']');
    json_key(&w, "results");
    json_open(&w, '[');
    for (size_t i = 0; i < rows; i++) counterfactuals_json(&w, &found[i]);
    json_close(&w, ']');
    json_close(&w, '}');
    text out = json_written(&w);
    fwrite(out.data, 1, out.length, stdout);
    putchar('\n');
}

/* ------------------------------------------------------------------ the rows */

/* The watch of one row among many. */
typedef struct row_watch {
    explain_watch whole;
    size_t row, rows;
} row_watch;

static error tick(void *context, double fraction)
{
    const row_watch *w = context;
    return w->whole.tick(w->whole.context, ((double)w->row + fraction) / (double)w->rows);
}

/* The name of the class that is wanted: the one asked for, or of two the one that the row is not in now. */
static error outcome_of(arena *a, const explain_command *c, const double *row, const counterfactual_options *o,
                        text *out)
{
    const model *m = c->input.model;
    const predictor *p = &c->input.predictor;
    *out = NO_TEXT;
    if (!m || m->class_count == 0) return OK;
    if (o->class_index >= 0 && m->class_count == m->output_count) return *out = m->classes[o->class_index], OK;
    if (m->class_count != 2 || p->output_count != 1) return OK;
    double now;
    TRY(p->predict(p->context, a, &(matrix){ row, 1, c->input.feature_count }, o->output, &now));
    *out = m->classes[now >= o->threshold ? 0 : 1];
    return OK;
}

static error find_all(arena *a, const explain_command *c, row_watch *watch, counterfactuals *found)
{
    counterfactual_options o = counterfactual_options_standard();
    o.background = c->input.background;
    o.count = c->count;
    o.most_changes = c->most_changes;
    o.threshold = c->threshold;
    o.watch = (explain_watch){ .context = watch, .tick = tick };
    TRY(rules_of(a, c, &o.rules));
    TRY(explain_choose_class(a, c, &o.class_index));
    for (; watch->row < watch->rows; watch->row++) {
        const double *row = matrix_row(&c->input.rows, watch->row);
        TRY(outcome_of(a, c, row, &o, &o.outcome));
        TRY(counterfactuals_find(a, &c->input.predictor, row, &o, &found[watch->row]));
    }
    return OK;
}

error explain_counterfactuals(arena *a, explain_command *c)
{
    size_t rows = c->input.rows.rows;
    counterfactuals *found = ARENA_ARRAY(a, rows, counterfactuals);
    progress bar = progress_of("explaining");
    row_watch watch = { .whole = progress_watch(&bar), .rows = rows };
    error bad = find_all(a, c, &watch, found);
    progress_end(&bar);
    TRY(bad);
    if (c->as_json) write_json(a, c, found, rows);
    for (size_t i = 0; !c->as_json && i < rows; i++)
        if (c->as_csv)
            write_csv(a, c, i, &found[i]);
        else
            write_text(c, i, &found[i]);
    return fflush(stdout) == 0 && !ferror(stdout) ? OK : fail(a, BAD_REQUEST, "", "standard output cannot be written");
}
