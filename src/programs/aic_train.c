#include "programs/aic_train.h"

#include "programs/data_read.h"
#include "programs/progress.h"
#include "programs/train_options.h"

#include <stdio.h>

/* ------------------------------------------------------------------ quality as people read it */

static void line_of(const char *name, double held_out, double mean, double deviation, bool has_folds)
{
    if (isnan(held_out)) return;
    printf("  %-12s %10.4g", name, held_out);
    if (has_folds) printf("   %10.4g ± %.2g", mean, deviation);
    putchar('\n');
}

static void write_quality(const train_result *r, const train_options *o)
{
    const train_quality *h = &r->held_out, *m = &r->mean, *d = &r->deviation;
    bool folds = o->folds > 0;
    printf("\n  %-12s %10s", "quality", "held out");
    if (folds) printf("   %10s over %u folds", "mean", o->folds);
    putchar('\n');
    line_of("accuracy", h->accuracy, m->accuracy, d->accuracy, folds);
    line_of("log loss", h->log_loss, m->log_loss, d->log_loss, folds);
    line_of("AUC", h->auc, m->auc, d->auc, folds);
    line_of("Brier score", h->brier, m->brier, d->brier, folds);
    line_of("RMSE", h->rmse, m->rmse, d->rmse, folds);
    line_of("R²", h->r2, m->r2, d->r2, folds);
}

static void write_fairness(const fairness_report *f)
{
    if (!f) return;
    printf("\nFairness of the held-out rows: %s\n  %.*s\n", verdict_name(f->verdict), PRINT(f->headline));
    for (size_t i = 0; i < f->attribute_count; i++) {
        const attribute_report *a = &f->attributes[i];
        printf("\n  %-24.*s %7s %10s %10s %10s\n", PRINT(a->name), "rows", "favorable", "TPR", "FPR");
        for (size_t g = 0; g < a->group_count; g++)
            printf("  %-24.*s %7llu %10.3f %10.3f %10.3f\n", PRINT(a->groups[g].name),
                   (unsigned long long)a->groups[g].count, a->groups[g].rate[RATE_SELECTION],
                   a->groups[g].rate[RATE_TRUE_POSITIVE], a->groups[g].rate[RATE_FALSE_POSITIVE]);
    }
}

static void write_head(const train_result *r, const train_options *o, const char *path)
{
    const model *m = r->model;
    printf("%s of \"%.*s\" from %zu features and %zu rows",
           o->kind == TRAIN_GBDT       ? "Boosted trees"
           : o->kind == TRAIN_LOGISTIC ? "Logistic model"
                                       : "Linear model",
           PRINT(o->label), m->feature_count, r->rows);
    if (r->dropped_rows) printf(" (%zu more have no label)", r->dropped_rows);
    putchar('\n');
    if (m->class_count == 2)
        printf("Predicts the probability of %.*s rather than %.*s\n", PRINT(m->classes[1]), PRINT(m->classes[0]));
    if (o->kind == TRAIN_GBDT) printf("%u rounds of trees, of at most %u\n", r->trees_used, o->trees);
    printf("Written to %s, SHA-256 %.*s\n", path, PRINT(m->sha256));
}

static void write_text(const train_result *r, const train_options *o, const char *path)
{
    write_head(r, o, path);
    write_quality(r, o);
    write_fairness(r->fairness);
    for (size_t i = 0; i < r->notes.count; i++) printf("\nnote: %.*s\n", PRINT(r->notes.items[i]));
}

/* ------------------------------------------------------------------ work */

static error write_file(arena *a, const char *path, text bytes)
{
    FILE *file = fopen(path, "wbe");
    bool done = file && fwrite(bytes.data, 1, bytes.length, file) == bytes.length;
    if (file) done = fclose(file) == 0 && done;
    return done ? OK : fail(a, BAD_REQUEST, "", "%s: the model cannot be written there", path);
}

static error tell(arena *a, const train_command *c, const train_result *r)
{
    if (c->as_json) {
        json_writer w = json_writer_in(a);
        train_result_json(&w, r, &c->options);
        text out = json_written(&w);
        fwrite(out.data, 1, out.length, stdout);
        putchar('\n');
    } else {
        write_text(r, &c->options, c->out);
    }
    return fflush(stdout) == 0 && !ferror(stdout) ? OK : fail(a, BAD_REQUEST, "", "standard output cannot be written");
}

static error train(arena *a, train_command *c, const char **at)
{
    train_result *r;
    progress bar = progress_of("training");
    *at = c->data;
    c->options.watch = progress_watch(&bar);
    train_table *t = train_table_new(a, &c->options);
    TRY(data_read_into(a, c->data, train_table_sink(t)));
    error bad = train_model(a, t, &c->options, &r);
    progress_end(&bar);
    TRY(bad);
    *at = NULL;
    TRY(write_file(a, c->out, r->artefact));
    return tell(a, c, r);
}

int aic_train_main(int argc, char **argv)
{
    arena *a = arena_new();
    train_command c;
    const char *at = NULL;
    int code = EXIT_PASSED;
    error bad = train_command_read(a, argc, argv, &c);
    if (!bad && c.help)
        fputs(train_usage, stdout);
    else if (!bad)
        bad = train(a, &c, &at);
    if (bad) code = command_complain(at, bad);
    arena_drop(a);
    return code;
}
