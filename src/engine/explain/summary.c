/* Many explanations of rows as one picture of the model. */
#include "engine/explain/global.h"
#include "engine/stats/stats.h"

enum { STANDARD_POINTS = 2000 };

#define MIXED_BELOW 0.1 /* a weaker correlation has no direction worth a word */

static bool listed(const size_t *list, size_t count, size_t feature)
{
    for (size_t i = 0; i < count; i++)
        if (list[i] == feature) return true;
    return false;
}

typedef struct column {
    const explanation *explanation;
    const matrix *rows;
    size_t feature, output;
} column;

static double shap_at(const column *c, size_t row)
{
    const explanation *e = c->explanation;
    return e->values[(row * e->features + c->feature) * e->outputs + c->output];
}

static double value_at(const column *c, size_t row)
{
    return matrix_row(c->rows, row)[c->feature];
}

/* Mean |φ| with its 95 % interval by the normal distribution, never below 0. */
static void measure_size(const column *c, feature_summary *f)
{
    double sum = 0, squares = 0, n = (double)c->explanation->rows;
    for (size_t r = 0; r < c->explanation->rows; r++) sum += fabs(shap_at(c, r));
    f->mean_absolute = sum / n;
    for (size_t r = 0; r < c->explanation->rows; r++) squares += pow(fabs(shap_at(c, r)) - f->mean_absolute, 2);
    double reach = n > 1 ? Z_975 * sqrt(squares / (n - 1) / n) : NAN;
    f->low = n > 1 ? fmax(0, f->mean_absolute - reach) : NAN;
    f->high = f->mean_absolute + reach;
}

/* Pearson's, over the rows that have a value. */
static double correlation(const column *c)
{
    double n = 0, x_mean = 0, y_mean = 0, xx = 0, yy = 0, xy = 0;
    for (size_t r = 0; r < c->explanation->rows; r++) {
        double x = value_at(c, r), y = shap_at(c, r);
        if (isnan(x)) continue;
        n++;
        double dx = x - x_mean, dy = y - y_mean;
        x_mean += dx / n;
        y_mean += dy / n;
        xx += dx * (x - x_mean);
        yy += dy * (y - y_mean);
        xy += dx * (y - y_mean);
    }
    return xx > 0 && yy > 0 ? xy / sqrt(xx * yy) : NAN;
}

static const char *direction_of(double correlation, bool is_category)
{
    if (is_category) return "category";
    if (!(fabs(correlation) >= MIXED_BELOW)) return "mixed";
    return correlation > 0 ? "increases" : "decreases";
}

typedef struct ranked {
    double value;
    size_t row;
} ranked;

static int by_value(const void *x, const void *y)
{
    const ranked *a = x, *b = y;
    if (a->value != b->value) return (a->value > b->value) - (a->value < b->value);
    return (a->row > b->row) - (a->row < b->row);
}

/* The rank of each row's value from 0 to 1, equal values alike (their middle); NaN for a missing one. */
static double *ranks_of(arena *a, const column *c)
{
    size_t rows = c->explanation->rows, count = 0;
    ranked *all = ARENA_ARRAY(a, rows, ranked);
    double *ranks = ARENA_ARRAY(a, rows, double);
    for (size_t r = 0; r < rows; r++) {
        ranks[r] = NAN;
        if (!isnan(value_at(c, r))) all[count++] = (ranked){ value_at(c, r), r };
    }
    qsort(all, count, sizeof *all, by_value);
    for (size_t first = 0, end; first < count; first = end) {
        for (end = first; end < count && all[end].value == all[first].value; end++) {
        }
        double rank = count > 1 ? (double)(first + end - 1) / 2 / (double)(count - 1) : 0.5;
        for (size_t i = first; i < end; i++) ranks[all[i].row] = rank;
    }
    return ranks;
}

static const double *points_of(arena *a, const column *c, const explanation_summary *s)
{
    double *points = ARENA_ARRAY(a, 3 * s->point_count, double);
    arena *scratch = arena_new();
    const double *ranks = ranks_of(scratch, c);
    for (size_t i = 0; i < s->point_count; i++) {
        size_t row = s->point_rows[i];
        points[3 * i] = value_at(c, row);
        points[3 * i + 1] = shap_at(c, row);
        points[3 * i + 2] = ranks[row];
    }
    arena_drop(scratch);
    return points;
}

static int by_size(const void *x, const void *y)
{
    const feature_summary *a = x, *b = y;
    if (a->mean_absolute != b->mean_absolute) return a->mean_absolute < b->mean_absolute ? 1 : -1;
    return (a->feature > b->feature) - (a->feature < b->feature);
}

static error check_summary(arena *a, const explanation *e, const matrix *rows, const summary_options *options)
{
    if (rows->rows != e->rows || rows->columns != e->features)
        return fail(a, INVALID, "/rows", "The explanation is of %zu rows of %zu features; %zu rows of %zu were given.",
                    e->rows, e->features, rows->rows, rows->columns);
    if (options->output >= e->outputs)
        return fail(a, INVALID, "/class", "The explanation has %zu outputs, counted from 0; there is no output %zu.",
                    e->outputs, options->output);
    if (e->rows == 0) return fail(a, INVALID, "/rows", "There are no rows to sum up.");
    return OK;
}

static void pick_points(arena *a, size_t rows, size_t most, explanation_summary *s)
{
    size_t wanted = most ? most : STANDARD_POINTS;
    s->point_count = rows < wanted ? rows : wanted;
    size_t *picked = ARENA_ARRAY(a, s->point_count, size_t);
    for (size_t i = 0; i < s->point_count; i++) picked[i] = i * rows / s->point_count;
    s->point_rows = picked;
}

error explanation_summarize(arena *a, const explanation *e, const matrix *rows, const summary_options *options,
                            explanation_summary *out)
{
    TRY(check_summary(a, e, rows, options));
    explanation_summary s = { .feature_count = e->features, .rows = e->rows };
    pick_points(a, e->rows, options->most_points, &s);
    feature_summary *features = ARENA_ARRAY(a, e->features, feature_summary);
    double total = 0;
    for (size_t f = 0; f < e->features; f++) {
        column c = { e, rows, f, options->output };
        bool is_category = options->is_category && options->is_category[f];
        features[f] = (feature_summary){ .feature = f, .name = e->feature_names[f] };
        measure_size(&c, &features[f]);
        features[f].correlation = is_category ? NAN : correlation(&c);
        features[f].direction = direction_of(features[f].correlation, is_category);
        features[f].is_protected = listed(options->protected_features, options->protected_count, f);
        features[f].is_proxy = listed(options->proxy_features, options->proxy_count, f);
        features[f].points = points_of(a, &c, &s);
        total += features[f].mean_absolute;
    }
    for (size_t f = 0; f < e->features; f++) {
        features[f].share = total > 0 ? features[f].mean_absolute / total : NAN;
        if (features[f].is_protected) s.protected_share += features[f].share;
        if (features[f].is_proxy) s.proxy_share += features[f].share;
    }
    qsort(features, e->features, sizeof *features, by_size);
    s.features = features;
    *out = s;
    return OK;
}
