#include "training/training.h"

/* A figure that the kind has none of is left out. */
static void figure(json_writer *w, const char *name, double value)
{
    if (isnan(value)) return;
    json_key(w, name);
    json_write_number(w, value);
}

static void quality(json_writer *w, const char *name, const train_quality *q)
{
    json_key(w, name);
    json_open(w, '{');
    figure(w, "accuracy", q->accuracy);
    figure(w, "log_loss", q->log_loss);
    figure(w, "auc", q->auc);
    figure(w, "brier", q->brier);
    figure(w, "rmse", q->rmse);
    figure(w, "r2", q->r2);
    json_close(w, '}');
}

static void text_member(json_writer *w, const char *name, text value)
{
    json_key(w, name);
    json_write_text(w, value);
}

static void count_member(json_writer *w, const char *name, size_t value)
{
    json_key(w, name);
    json_write_integer(w, (int64_t)value);
}

static void texts(json_writer *w, const char *name, const text *items, size_t count)
{
    json_key(w, name);
    json_open(w, '[');
    for (size_t i = 0; i < count; i++) json_write_text(w, items[i]);
    json_close(w, ']');
}

static void features(json_writer *w, const model *m)
{
    json_key(w, "features");
    json_open(w, '[');
    for (size_t f = 0; f < m->feature_count; f++) json_write_text(w, m->features[f].name);
    json_close(w, ']');
}

static void parameters(json_writer *w, const train_options *o)
{
    json_key(w, "parameters");
    json_open(w, '{');
    if (o->kind == TRAIN_GBDT) {
        count_member(w, "trees", o->trees);
        count_member(w, "depth", o->depth);
        figure(w, "rate", o->rate);
        figure(w, "subsample", o->subsample);
        figure(w, "column_share", o->column_share);
        figure(w, "min_child_weight", o->min_child_weight);
        count_member(w, "early_stopping", o->early_stopping);
    }
    figure(w, "l1", o->l1);
    figure(w, "l2", o->l2);
    figure(w, "held_out", o->held_out);
    json_key(w, "balanced");
    json_write_bool(w, o->balanced);
    if (text_is(o->reweigh)) text_member(w, "reweigh", o->reweigh);
    count_member(w, "seed", o->seed);
    json_close(w, '}');
}

static void cross_validation(json_writer *w, const train_result *r, const train_options *o)
{
    if (o->folds == 0) return;
    json_key(w, "cross_validation");
    json_open(w, '{');
    count_member(w, "folds", o->folds);
    quality(w, "mean", &r->mean);
    quality(w, "standard_deviation", &r->deviation);
    json_close(w, '}');
}

void train_result_json(json_writer *w, const train_result *r, const train_options *o)
{
    static const char *const kinds[] = {
        [TRAIN_GBDT] = "gbdt", [TRAIN_LOGISTIC] = "logistic", [TRAIN_LINEAR] = "linear"
    };
    json_open(w, '{');
    text_member(w, "kind", text_of(kinds[o->kind]));
    text_member(w, "label", o->label);
    text_member(w, "objective", r->model->objective);
    texts(w, "classes", r->model->classes, r->model->class_count);
    count_member(w, "rows", r->rows);
    count_member(w, "dropped_rows", r->dropped_rows);
    if (o->kind == TRAIN_GBDT) count_member(w, "trees_used", r->trees_used);
    quality(w, "held_out", &r->held_out);
    cross_validation(w, r, o);
    features(w, r->model);
    parameters(w, o);
    text_member(w, "model_sha256", r->model->sha256);
    text_member(w, "data_sha256", r->data_sha256);
    texts(w, "notes", r->notes.items, r->notes.count);
    if (r->fairness) {
        json_key(w, "fairness");
        fairness_report_json(w, r->fairness);
    }
    json_close(w, '}');
}
