#include "programs/explain_importance.h"

#include "engine/explain/global.h"
#include "engine/table/suggest.h"
#include "programs/csv_write.h"
#include "programs/progress.h"

#include <stdio.h>
#include <stdlib.h>

/* ------------------------------------------------------------------ labels */

/* Two different words of a black box's label, by their bytes: the greater one is 1, as in training. */
static size_t words_of(const text *labels, size_t rows, text words[3])
{
    size_t found = 0;
    for (size_t i = 0; i < rows && found < 3; i++) {
        bool is_new = true;
        for (size_t k = 0; k < found; k++) is_new = is_new && !text_equal(words[k], labels[i]);
        if (is_new) words[found++] = labels[i];
    }
    if (found == 2 && text_compare(words[0], words[1]) > 0) {
        text held = words[0];
        words[0] = words[1];
        words[1] = held;
    }
    return found;
}

static bool place_in(text label, const text *classes, size_t count, double *out)
{
    for (size_t k = 0; k < count; k++)
        if (text_equal(label, classes[k])) return *out = (double)k, true;
    return false;
}

/* A class by its name, else a number. */
static error labels_of(arena *a, const explain_command *c, const double **out)
{
    const model *m = c->input.model;
    size_t rows = c->input.rows.rows, count = m ? m->class_count : 0;
    double *labels = ARENA_ARRAY(a, rows, double);
    text words[3] = { NO_TEXT };
    const text *classes = m ? m->classes : words;
    double ignored;
    if (!m && words_of(c->input.labels, rows, words) == 2 && !text_number(words[0], &ignored)) count = 2;
    for (size_t i = 0; i < rows; i++) {
        text label = c->input.labels[i], shown = suggest_short(label, 40);
        if (place_in(label, classes, count, &labels[i]) || text_number(label, &labels[i])) continue;
        return fail(a, INVALID, "", "row %zu, column \"%.*s\": expected %s, found \"%.*s\"", i + 1,
                    PRINT(c->input.label), count ? suggest_listing(a, classes, count, 10).data : "a number",
                    PRINT(shown));
    }
    *out = labels;
    return OK;
}

/* Two classes are ranked, several are decided on, and numbers are missed by so much. */
static model_score score_of(const explain_command *c, const double *labels)
{
    const model *m = c->input.model;
    bool two = true;
    if (c->score >= 0) return (model_score)c->score;
    if (c->input.predictor.output_count > 1) return SCORE_ACCURACY;
    for (size_t i = 0; i < c->input.rows.rows; i++) two = two && (labels[i] == 0 || labels[i] == 1);
    return two && (!m || m->is_probability) ? SCORE_AUC : SCORE_RMSE;
}

/* ------------------------------------------------------------------ output */

typedef struct ranked {
    size_t feature;
    double drop;
} ranked;

static int by_drop(const void *left, const void *right)
{
    const ranked *x = left, *y = right;
    if (x->drop != y->drop) return x->drop < y->drop ? 1 : -1;
    return (x->feature > y->feature) - (x->feature < y->feature);
}

static void write_text(arena *a, const explain_command *c, const feature_importance *i)
{
    ranked *order = ARENA_ARRAY(a, i->features, ranked);
    for (size_t f = 0; f < i->features; f++) order[f] = (ranked){ f, i->mean[f] };
    qsort(order, i->features, sizeof *order, by_drop);
    printf("%zu rows, %s %.4g; how much worse when a column is shuffled, over %zu times\n\n", c->input.rows.rows,
           model_score_name(i->score), i->baseline, i->repeats);
    for (size_t k = 0; k < i->features; k++) {
        size_t f = order[k].feature;
        printf("%-34.*s %12.5g ± %.2g\n", PRINT(i->feature_names[f]), i->mean[f], i->deviation[f]);
    }
}

static void write_csv(arena *a, const feature_importance *i)
{
    text_builder b = text_builder_in(a);
    text_add_string(&b, "feature,mean,standard_deviation\n");
    for (size_t f = 0; f < i->features; f++) {
        csv_add_text(&b, i->feature_names[f]);
        text_add_char(&b, ',');
        csv_add_number(&b, i->mean[f]);
        text_add_char(&b, ',');
        csv_add_number(&b, i->deviation[f]);
        text_add_char(&b, '\n');
    }
    fwrite(b.data, 1, b.length, stdout);
}

error explain_importance(arena *a, explain_command *c)
{
    const double *labels = NULL;
    feature_importance found;
    TRY(labels_of(a, c, &labels));
    importance_options o = importance_options_standard(score_of(c, labels));
    progress bar = progress_of("shuffling");
    o.repeats = c->repeats;
    o.seed = c->input.seed;
    o.threads = (int)c->threads;
    o.watch = progress_watch(&bar);
    error bad = permutation_importance(a, &c->input.predictor, &c->input.rows, labels, &o, &found);
    progress_end(&bar);
    TRY(bad);
    if (c->as_json) {
        json_writer w = json_writer_in(a);
        importance_json(&w, &found);
        printf("%.*s\n", PRINT(json_written(&w)));
    } else if (c->as_csv) {
        write_csv(a, &found);
    } else {
        write_text(a, c, &found);
    }
    return fflush(stdout) == 0 && !ferror(stdout) ? OK : fail(a, BAD_REQUEST, "", "standard output cannot be written");
}
