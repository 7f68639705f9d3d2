#include "crypto/hash.h"
#include "training/training_parts.h"

train_options train_options_standard(train_kind kind)
{
    return (train_options){ .kind = kind,
                            .trees = 100,
                            .depth = 6,
                            .rate = 0.3,
                            .subsample = 1,
                            .column_share = 1,
                            .min_child_weight = 1,
                            .l2 = 1,
                            .early_stopping = 10,
                            .folds = 5,
                            .held_out = 0.2,
                            .seed = 1,
                            .threads = 1 };
}

/* ------------------------------------------------------------------ options */

static error want_range(arena *a, const char *pointer, double value, double least, double most)
{
    if (value >= least && value <= most) return OK; /* NaN is neither */
    return fail(a, INVALID, pointer, "%s: expected a number from %g to %g, found %g.", pointer + 1, least, most, value);
}

static error check_options(arena *a, const train_options *o)
{
    if (!text_is(o->label)) return fail(a, INVALID, "/label", "Which column is to be learned? The label is missing.");
    TRY(want_range(a, "/trees", o->trees, 1, TRAIN_MOST_TREES));
    TRY(want_range(a, "/depth", o->depth, 1, TRAIN_MOST_DEPTH));
    TRY(want_range(a, "/rate", o->rate, 1e-4, 1));
    TRY(want_range(a, "/subsample", o->subsample, 0.01, 1));
    TRY(want_range(a, "/column_share", o->column_share, 0.01, 1));
    TRY(want_range(a, "/min_child_weight", o->min_child_weight, 0, 1e9));
    TRY(want_range(a, "/l1", o->l1, 0, 1e9));
    TRY(want_range(a, "/l2", o->l2, 0, 1e9));
    TRY(want_range(a, "/early_stopping", o->early_stopping, 0, TRAIN_MOST_TREES));
    TRY(want_range(a, "/held_out", o->held_out, 0.05, 0.5));
    TRY(want_range(a, "/threads", o->threads, 1, 256));
    TRY(want_range(a, "/folds", o->folds, 0, TRAIN_MOST_FOLDS));
    return o->folds == 1 ? fail(a, INVALID, "/folds", "folds: expected 0 (none) or 2 to %d, found 1.", TRAIN_MOST_FOLDS)
                         : OK;
}

/* ------------------------------------------------------------------ one lesson, and its figures */

typedef struct schooling {
    arena *arena;
    const train_data *data;
    const train_options *options;
    const double *weights; /* with those of `balanced` */
    random_stream random;
} schooling;

/* Inverse to the weight of the class: all classes then weigh the same. */
static const double *balanced_weights(arena *a, const train_data *d)
{
    double *weights = arena_copy(a, d->weights, d->rows.rows * sizeof(double));
    double *of_class = ARENA_ARRAY(a, d->class_count, double), all = 0;
    for (size_t i = 0; i < d->rows.rows; i++) {
        of_class[(size_t)d->labels[i]] += weights[i];
        all += weights[i];
    }
    for (size_t i = 0; i < d->rows.rows; i++)
        weights[i] *= all / ((double)d->class_count * of_class[(size_t)d->labels[i]]);
    return weights;
}

static error weigh(schooling *s)
{
    s->weights = s->data->weights;
    if (!s->options->balanced) return OK;
    if (s->data->task == TASK_REGRESSION)
        return fail(s->arena, INVALID, "/balanced", "Class weights are for classes; the label \"%.*s\" is a number.",
                    PRINT(s->data->label));
    s->weights = balanced_weights(s->arena, s->data);
    return OK;
}

static error learn(schooling *s, row_set rows, double done, double share, learned *out)
{
    const train_options *o = s->options;
    lesson l = { .data = s->data, .learn = rows, .weights = s->weights, .options = o, .done = done, .share = share };
    if (o->kind != TRAIN_GBDT) return linear_learn(s->arena, &l, out);
    if (o->early_stopping) partition_share(s->arena, s->data, rows, o->held_out, &s->random, &l.stop, &l.learn);
    return gbdt_learn(s->arena, &l, out);
}

static double *predict(arena *a, const train_data *d, const model *m, row_set rows)
{
    matrix chosen = rows_of_set(a, d, rows);
    double *predictions = ARENA_ARRAY(a, rows.count * m->output_count, double);
    model_predict(m, &chosen, OUTPUT_PROBABILITY, predictions);
    return predictions;
}

static error cross_validate(schooling *s, train_result *r)
{
    size_t folds = s->options->folds;
    train_quality *figures = ARENA_ARRAY(s->arena, folds, train_quality);
    row_set *parts = ARENA_ARRAY(s->arena, folds, row_set), all = partition_all(s->arena, s->data->rows.rows);
    partition_folds(s->arena, s->data, all, folds, &s->random, parts);
    for (size_t i = 0; i < folds; i++) {
        learned l;
        row_set rest = partition_without(s->arena, all, parts[i]);
        TRY(learn(s, rest, (double)(i + 1) / (double)(folds + 1), 1.0 / (double)(folds + 1), &l));
        double *predictions = predict(s->arena, s->data, l.model, parts[i]);
        figures[i] = quality_of(s->arena, s->data, parts[i], predictions);
    }
    quality_of_folds(figures, folds, &r->mean, &r->deviation);
    return OK;
}

/* ------------------------------------------------------------------ fairness of the held-out rows */

static error send_decisions(const schooling *s, row_set rows, const double *predictions, row_sink sink)
{
    const train_options *o = s->options;
    const train_data *d = s->data;
    size_t groups = o->protected_count, outputs = d->task == TASK_CLASSES ? d->class_count : 1;
    text *names = ARENA_ARRAY(s->arena, groups + 2, text);
    cell *cells = ARENA_ARRAY(s->arena, groups + 2, cell);
    for (size_t g = 0; g < groups; g++) names[g] = o->protected_columns[g];
    names[groups] = TEXT("true class");
    names[groups + 1] = TEXT("predicted class");
    TRY(sink.header(sink.context, names, groups + 2));
    for (size_t i = 0; i < rows.count; i++) {
        size_t row = rows.items[i], best = outputs == 1 && predictions[i] >= 0.5;
        for (size_t c = 1; c < outputs; c++)
            if (predictions[i * outputs + c] > predictions[i * outputs + best]) best = c;
        for (size_t g = 0; g < groups; g++) cells[g] = d->protected_cells[row * groups + g];
        cells[groups] = (cell){ .kind = CELL_TEXT, .text = d->classes[(size_t)d->labels[row]] };
        cells[groups + 1] = (cell){ .kind = CELL_TEXT, .text = d->classes[best] };
        TRY(sink.row(sink.context, cells, groups + 2));
    }
    return OK;
}

static error judge_fairness(schooling *s, row_set rows, const double *predictions, train_result *r)
{
    const train_options *o = s->options;
    if (o->protected_count == 0 || s->data->task == TASK_REGRESSION) return OK;
    fairness_request request = fairness_request_standard();
    request.protected_columns = o->protected_columns;
    request.protected_count = o->protected_count;
    request.label = TEXT("true class");
    request.prediction = TEXT("predicted class");
    request.favorable = o->favorable_count ? o->favorable : &s->data->classes[1];
    request.favorable_count = o->favorable_count ? o->favorable_count : 1;
    request.seed = o->seed;
    table_plan plan;
    const table *decisions;
    fairness_report *report;
    TRY(fairness_plan(s->arena, &request, &plan));
    table_builder *builder = table_builder_new(s->arena, plan);
    TRY(send_decisions(s, rows, predictions, table_builder_sink(builder)));
    TRY(table_builder_finish(builder, &decisions));
    TRY(fairness_analyze(s->arena, decisions, &request, &report));
    r->fairness = report;
    return OK;
}

/* ------------------------------------------------------------------ the whole */

/* Names, categories and values of all rows as learned from, in their order, with the labels. */
static text fingerprint(arena *a, const train_data *d)
{
    sha256_stream *s = sha256_start(a);
    for (size_t f = 0; f < d->rows.columns; f++) {
        sha256_more(s, text_format(a, "%zu:%.*s;", d->features[f].name.length, PRINT(d->features[f].name)));
        for (size_t c = 0; c < d->features[f].category_count; c++) {
            text word = d->features[f].categories[c];
            sha256_more(s, text_format(a, "%zu:%.*s,", word.length, PRINT(word)));
        }
    }
    sha256_more(s, text_format(a, "%.*s", PRINT(d->label)));
    sha256_more(s, (text){ (const char *)d->rows.values, d->rows.rows * d->rows.columns * sizeof(double) });
    sha256_more(s, (text){ (const char *)d->labels, d->rows.rows * sizeof(double) });
    text bytes = sha256_finish(a, s);
    return text_hex(a, (const uint8_t *)bytes.data, bytes.length);
}

static error store_model(arena *a, const learned *l, train_result *r)
{
    r->artefact = model_write(a, l->model);
    return model_read(a, r->artefact, model_limits_standard(), &r->model);
}

static error train_data_model(schooling *s, train_result *r)
{
    row_set held, rest, all = partition_all(s->arena, s->data->rows.rows);
    learned l;
    TRY(weigh(s));
    partition_share(s->arena, s->data, all, s->options->held_out, &s->random, &held, &rest);
    TRY(learn(s, rest, 0, 1.0 / (double)(s->options->folds + 1), &l));
    TRY(store_model(s->arena, &l, r));
    double *predictions = predict(s->arena, s->data, r->model, held);
    r->held_out = quality_of(s->arena, s->data, held, predictions);
    r->trees_used = l.trees_used;
    r->notes = l.notes;
    TRY(judge_fairness(s, held, predictions, r));
    r->mean = r->deviation = (train_quality){ NAN, NAN, NAN, NAN, NAN, NAN };
    return s->options->folds ? cross_validate(s, r) : OK;
}

error train_model(arena *a, train_table *t, const train_options *options, train_result **out)
{
    TRY(check_options(a, options));
    schooling s = { .arena = a, .options = options, .random = random_stream_for(options->seed, TEXT("training")) };
    TRY(train_table_finish(a, t, options, &s.data));
    train_result *r = ARENA_NEW(a, train_result);
    *r = (train_result){ .rows = s.data->rows.rows, .dropped_rows = s.data->dropped_rows };
    TRY(train_data_model(&s, r));
    r->data_sha256 = fingerprint(a, s.data);
    *out = r;
    return OK;
}
