/* Partial dependence, the curves of single rows, and accumulated local effects. */
#include "engine/explain/global.h"
#include "engine/explain/methods.h"
#include "engine/explain/numbers.h"

enum { STANDARD_POINTS = 20, MOST_POINTS = 1000, MOST_CATEGORIES = 1000, BLOCK_BYTES = 4 << 20 };

dependence_options dependence_options_standard(size_t feature, model_output output)
{
    return (dependence_options){ .feature = feature, .output = output, .class_index = -1, .threads = 1 };
}

static error check_dependence(arena *a, const predictor *p, const matrix *rows, const dependence_options *options)
{
    if (rows->rows == 0 || rows->columns != p->feature_count)
        return fail(a, INVALID, "/rows", "Dependence needs rows of %zu features; there are %zu rows of %zu.",
                    p->feature_count, rows->rows, rows->columns);
    if (options->feature >= p->feature_count)
        return fail(a, INVALID, "/feature", "The model has %zu features, counted from 0; there is no feature %zu.",
                    p->feature_count, options->feature);
    if (options->points == 1 || options->points > MOST_POINTS)
        return fail(a, INVALID, "/points", "Between 2 and %d points; %zu were asked for.", MOST_POINTS,
                    options->points);
    if (options->class_index >= (int64_t)p->output_count)
        return fail(a, INVALID, "/class", "The model has %zu outputs, counted from 0; there is no output %lld.",
                    p->output_count, (long long)options->class_index);
    return OK;
}

/* The feature's values that are there, ascending. */
static double *sorted_values(arena *a, const matrix *rows, size_t feature, size_t *count)
{
    double *values = ARENA_ARRAY(a, rows->rows, double);
    *count = 0;
    for (size_t r = 0; r < rows->rows; r++) {
        double x = matrix_row(rows, r)[feature];
        if (!isnan(x)) values[(*count)++] = x;
    }
    sort_numbers(values, *count);
    return values;
}

/* All different values, or, where there are more than points, quantiles from the least to the greatest. */
static error grid_of(arena *a, const predictor *p, const matrix *rows, const dependence_options *options, double **grid,
                     size_t *points)
{
    size_t count, wanted = options->points ? options->points : STANDARD_POINTS;
    double *sorted = sorted_values(a, rows, options->feature, &count);
    text name = predictor_feature_names(a, p)[options->feature];
    if (count == 0) return fail(a, INVALID, "/feature", "No row has a value of the feature \"%.*s\".", PRINT(name));
    double *different = arena_copy(a, sorted, count * sizeof(double));
    size_t differing = sort_unique(different, count);
    if (options->is_category && differing > MOST_CATEGORIES)
        return fail(a, INVALID, "/feature", "The feature \"%.*s\" has %zu categories; at most %d are shown.",
                    PRINT(name), differing, MOST_CATEGORIES);
    if (options->is_category || differing <= wanted) {
        *grid = different;
        *points = differing;
        return OK;
    }
    double *quantiles = ARENA_ARRAY(a, wanted, double);
    for (size_t k = 0; k < wanted; k++)
        quantiles[k] = sorted[(size_t)llround((double)k / (double)(wanted - 1) * (double)(count - 1))];
    *points = sort_unique(quantiles, wanted);
    *grid = quantiles;
    return OK;
}

/* Predictions of rows first .. with the feature set to value[point]: out[row][point], of the output asked for. */
typedef struct setting {
    const predictor *predictor;
    const matrix *rows;
    const dependence_options *options;
    size_t output;
} setting;

static error predict_set(const setting *s, arena *a, size_t first, size_t count, const double *values, size_t points,
                         double *out)
{
    size_t features = s->rows->columns, outputs = s->predictor->output_count;
    double *composed = ARENA_ARRAY(a, count * points * features, double);
    for (size_t r = 0; r < count; r++)
        for (size_t k = 0; k < points; k++) {
            double *row = composed + (r * points + k) * features;
            memcpy(row, matrix_row(s->rows, first + r), features * sizeof(double));
            row[s->options->feature] = values[k];
        }
    matrix all = { composed, count * points, features };
    double *predictions = ARENA_ARRAY(a, all.rows * outputs, double);
    TRY(predict_rows(a, s->predictor, &all, s->options->output, s->options->threads, NULL, predictions));
    for (size_t i = 0; i < all.rows; i++) out[i] = predictions[i * outputs + s->output];
    return OK;
}

static setting setting_of(const predictor *p, const matrix *rows, const dependence_options *options)
{
    size_t last = p->output_count - 1;
    return (setting){ p, rows, options, options->class_index < 0 ? last : (size_t)options->class_index };
}

/* Blocks of rows one after the other, each in memory of its own; the predictor's threads are inside. */
static error by_blocks(const setting *s, arena *a, size_t row_values, void *context,
                       error (*run)(void *, arena *, size_t, size_t))
{
    size_t rows = s->rows->rows;
    row_work work = { .rows = rows,
                      .chunk = rows_within(BLOCK_BYTES, row_values * sizeof(double), rows),
                      .threads = 1,
                      .watch = &s->options->watch,
                      .to = 1,
                      .context = context,
                      .run = run };
    return row_work_do(a, &work);
}

typedef struct curves {
    const setting *setting;
    feature_dependence *result;
    size_t wanted;
    double *mean, *curve;
    size_t *curve_row;
} curves;

/* Adds a block to the mean; every so-manieth row's own curve is kept. */
static error add_curves(void *context, arena *a, size_t first, size_t count)
{
    curves *c = context;
    feature_dependence *d = c->result;
    size_t points = d->points, rows = c->setting->rows->rows;
    double *found = ARENA_ARRAY(a, count * points, double);
    TRY(predict_set(c->setting, a, first, count, d->grid, points, found));
    for (size_t i = 0; i < count * points; i++) c->mean[i % points] += found[i] / (double)rows;
    for (; d->curves < c->wanted; d->curves++) {
        size_t row = d->curves * rows / c->wanted;
        if (row >= first + count) break;
        memcpy(c->curve + d->curves * points, found + (row - first) * points, points * sizeof(double));
        c->curve_row[d->curves] = row;
    }
    return OK;
}

static const double *shares_of(arena *a, const matrix *rows, size_t feature, const feature_dependence *d)
{
    double *share = ARENA_ARRAY(a, d->points, double);
    for (size_t r = 0; r < rows->rows; r++)
        for (size_t k = 0; k < d->points; k++)
            share[k] += (matrix_row(rows, r)[feature] == d->grid[k]) / (double)rows->rows;
    return share;
}

error partial_dependence(arena *a, const predictor *p, const matrix *rows, const dependence_options *options,
                         feature_dependence *out)
{
    TRY(check_dependence(a, p, rows, options));
    setting s = setting_of(p, rows, options);
    feature_dependence d = { .feature_name = predictor_feature_names(a, p)[options->feature] };
    double *grid;
    TRY(grid_of(a, p, rows, options, &grid, &d.points));
    d.grid = grid;
    curves c = { .setting = &s, .result = &d, .mean = ARENA_ARRAY(a, d.points, double) };
    c.wanted = options->curves < rows->rows ? options->curves : rows->rows;
    c.curve = ARENA_ARRAY(a, c.wanted * d.points, double);
    c.curve_row = ARENA_ARRAY(a, c.wanted, size_t);
    TRY(by_blocks(&s, a, d.points * rows->columns, &c, add_curves));
    d.mean = c.mean;
    d.curve = c.wanted ? c.curve : NULL;
    d.curve_row = c.curve_row;
    d.share = options->is_category ? shares_of(a, rows, options->feature, &d) : NULL;
    *out = d;
    return watch_tick(&options->watch, 1);
}

/* ------------------------------------------------------------------ accumulated local effects */

/* The bin whose upper edge is the first at or above x; the least value is in the first bin. */
static size_t bin_of(const double *edges, size_t points, double x)
{
    size_t bin = 1;
    while (bin + 1 < points && x > edges[bin]) bin++;
    return bin;
}

typedef struct local_effects {
    const setting *setting;
    const double *edges;
    size_t points;
    double *effect; /* [points] of the bin that ends there: the sum of changes from its lower to its upper edge */
    size_t *counts; /* [points] rows in it */
} local_effects;

static error add_effects(void *context, arena *a, size_t first, size_t count)
{
    local_effects *l = context;
    const setting *s = l->setting;
    size_t features = s->rows->columns, outputs = s->predictor->output_count, used = 0;
    double *composed = ARENA_ARRAY(a, 2 * count * features, double);
    size_t *bins = ARENA_ARRAY(a, count, size_t);
    for (size_t r = first; r < first + count; r++) {
        double x = matrix_row(s->rows, r)[s->options->feature];
        if (isnan(x)) continue;
        bins[used] = bin_of(l->edges, l->points, x);
        for (size_t side = 0; side < 2; side++) {
            double *row = composed + (2 * used + side) * features;
            memcpy(row, matrix_row(s->rows, r), features * sizeof(double));
            row[s->options->feature] = l->edges[bins[used] - 1 + side];
        }
        used++;
    }
    double *predicted = ARENA_ARRAY(a, 2 * used * outputs, double);
    matrix all = { composed, 2 * used, features };
    TRY(predict_rows(a, s->predictor, &all, s->options->output, s->options->threads, NULL, predicted));
    for (size_t i = 0; i < used; i++) {
        const double *low = predicted + 2 * i * outputs + s->output;
        l->effect[bins[i]] += low[outputs] - low[0];
        l->counts[bins[i]]++;
    }
    return OK;
}

/* Sums up the bins' means, and takes away the mean over the rows, each counted at the middle of its bin. */
static void accumulate(double *effect, const size_t *counts, size_t points)
{
    double mean = 0, rows = 0;
    for (size_t k = 1; k < points; k++) {
        if (counts[k]) effect[k] /= (double)counts[k];
        effect[k] += effect[k - 1];
        mean += (double)counts[k] * (effect[k] + effect[k - 1]) / 2;
        rows += (double)counts[k];
    }
    for (size_t k = 0; k < points; k++) effect[k] -= mean / rows;
}

error accumulated_local_effects(arena *a, const predictor *p, const matrix *rows, const dependence_options *options,
                                accumulated_effects *out)
{
    TRY(check_dependence(a, p, rows, options));
    text name = predictor_feature_names(a, p)[options->feature];
    if (options->is_category)
        return fail(a, INVALID, "/feature",
                    "Accumulated local effects follow the order of numbers, and \"%.*s\" is a category. Take partial "
                    "dependence for it.",
                    PRINT(name));
    setting s = setting_of(p, rows, options);
    double *edges;
    size_t points = 0;
    dependence_options with_edges = *options;
    with_edges.points = options->points ? options->points + 1 : STANDARD_POINTS + 1;
    TRY(grid_of(a, p, rows, &with_edges, &edges, &points));
    if (points < 2)
        return fail(a, INVALID, "/feature", "The feature \"%.*s\" has one value only; it has no effect to show.",
                    PRINT(name));
    local_effects l = { .setting = &s,
                        .edges = edges,
                        .points = points,
                        .effect = ARENA_ARRAY(a, points, double),
                        .counts = ARENA_ARRAY(a, points, size_t) };
    TRY(by_blocks(&s, a, 2 * rows->columns, &l, add_effects));
    accumulate(l.effect, l.counts, points);
    *out = (accumulated_effects){ name, points, edges, l.effect, l.counts };
    return watch_tick(&options->watch, 1);
}
