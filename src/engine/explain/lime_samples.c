#include "engine/explain/lime.h"
#include "engine/explain/solve.h"
#include "engine/stats/random.h"

enum { BLOCK = 256 }; /* samples at once: the columns of some ten features stay in the first-level cache */

static bool is_category(const neighbourhood *n, size_t feature)
{
    return n->is_category && n->is_category[feature];
}

/* Mean and deviation of a column (divided by n), of the values that are there; a deviation of 0 counts as 1. */
static void standardize(const matrix *background, size_t feature, double *mean, double *scale)
{
    double sum = 0, squares = 0, count = 0;
    for (size_t r = 0; r < background->rows; r++) {
        double x = matrix_row(background, r)[feature];
        if (isnan(x)) continue;
        sum += x;
        count++;
    }
    *mean = count > 0 ? sum / count : 0;
    for (size_t r = 0; r < background->rows; r++) {
        double x = matrix_row(background, r)[feature];
        if (!isnan(x)) squares += (x - *mean) * (x - *mean);
    }
    *scale = squares > 0 ? sqrt(squares / count) : 1;
}

/* A category takes the value of some background row, so that frequencies are the background's. */
static void draw_category(random_stream *r, const matrix *background, size_t feature, double *out, size_t count)
{
    for (size_t i = 0; i < count; i++) out[i] = matrix_row(background, random_below(r, background->rows))[feature];
}

neighbourhood neighbourhood_draw(arena *a, const matrix *background, const bool *categories, size_t samples,
                                 uint64_t seed)
{
    size_t features = background->columns;
    neighbourhood n = { .samples = samples, .features = features, .is_category = categories };
    double *mean = ARENA_ARRAY(a, features, double), *scale = ARENA_ARRAY(a, features, double);
    double *standard = ARENA_ARRAY(a, features * samples, double), *raw = ARENA_ARRAY(a, features * samples, double);
    random_stream random = random_stream_for(seed, TEXT("lime"));
    for (size_t f = 0; f < features; f++) {
        double *column = standard + f * samples;
        scale[f] = 1;
        if (is_category(&n, f)) {
            draw_category(&random, background, f, column, samples);
        } else {
            standardize(background, f, &mean[f], &scale[f]);
            random_normals(&random, column, samples);
        }
        for (size_t i = 0; i < samples; i++) raw[i * features + f] = mean[f] + scale[f] * column[i];
    }
    n.mean = mean;
    n.scale = scale;
    n.standard = standard;
    n.raw = raw;
    return n;
}

/* ------------------------------------------------------------------ as one row sees it */

typedef struct block {
    size_t count;
    double *columns; /* [feature][BLOCK]: in the coordinates of the fit */
    double *weight;  /* [BLOCK] */
    double *weighted;
} block;

static void fill_block(const neighbourhood *n, const double *own, const double *own_standard, size_t first, block *b)
{
    double width = 0.75 * 0.75 * (double)n->features * 2;
    memset(b->weight, 0, BLOCK * sizeof(double));
    for (size_t f = 0; f < n->features; f++) {
        const double *drawn = n->standard + f * n->samples + first;
        double *column = b->columns + f * BLOCK, at = own_standard[f];
        bool category = is_category(n, f), own_is_missing = category && isnan(own[f]);
        for (size_t i = 0; i < b->count; i++) {
            column[i] = !category ? drawn[i] : (own_is_missing ? isnan(drawn[i]) : drawn[i] == own[f]) ? 1 : 0;
            b->weight[i] += (column[i] - at) * (column[i] - at);
        }
    }
    for (size_t i = 0; i < b->count; i++) b->weight[i] = exp(-b->weight[i] / width);
}

static double sum_of(const double *x, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) sum += x[i];
    return sum;
}

static void times(double *out, const double *x, const double *y, size_t count)
{
    for (size_t i = 0; i < count; i++) out[i] = x[i] * y[i];
}

/* predictions: [output][sample], from the block's first on */
static void add_block(const neighbourhood *n, const block *b, const double *predictions, moments *m)
{
    m->weight += sum_of(b->weight, b->count);
    for (size_t f = 0; f < m->features; f++) {
        times(b->weighted, b->weight, b->columns + f * BLOCK, b->count);
        m->x[f] += sum_of(b->weighted, b->count);
        for (size_t g = 0; g <= f; g++)
            m->xx[f * m->features + g] += dot(b->weighted, b->columns + g * BLOCK, b->count);
        for (size_t o = 0; o < m->outputs; o++)
            m->xy[o * m->features + f] += dot(b->weighted, predictions + o * n->samples, b->count);
    }
    for (size_t o = 0; o < m->outputs; o++) {
        const double *y = predictions + o * n->samples;
        times(b->weighted, b->weight, y, b->count);
        m->y[o] += sum_of(b->weighted, b->count);
        m->yy[o] += dot(b->weighted, y, b->count);
    }
}

/* The row itself: at no distance, so with weight 1. */
static void add_own(const double *x, const double *y, moments *m)
{
    m->weight += 1;
    for (size_t f = 0; f < m->features; f++) {
        m->x[f] += x[f];
        for (size_t g = 0; g <= f; g++) m->xx[f * m->features + g] += x[f] * x[g];
        for (size_t o = 0; o < m->outputs; o++) m->xy[o * m->features + f] += x[f] * y[o];
    }
    for (size_t o = 0; o < m->outputs; o++) {
        m->y[o] += y[o];
        m->yy[o] += y[o] * y[o];
    }
}

/* A missing number counts as the mean: where else would a sample be near it. */
static void own_coordinates(const neighbourhood *n, const double *own, double *out)
{
    for (size_t f = 0; f < n->features; f++) {
        double standard = isnan(own[f]) ? 0 : (own[f] - n->mean[f]) / n->scale[f];
        out[f] = is_category(n, f) ? 1 : standard;
    }
}

void neighbourhood_moments(arena *a, const neighbourhood *n, const double *own, const double *own_prediction,
                           const double *predictions, moments *m, double *own_out)
{
    size_t features = n->features;
    m->features = features;
    m->weight = 0;
    m->x = ARENA_ARRAY(a, features, double);
    m->xx = ARENA_ARRAY(a, features * features, double);
    m->y = ARENA_ARRAY(a, m->outputs, double);
    m->yy = ARENA_ARRAY(a, m->outputs, double);
    m->xy = ARENA_ARRAY(a, m->outputs * features, double);
    own_coordinates(n, own, own_out);
    block b = { .columns = ARENA_ARRAY(a, features * BLOCK, double),
                .weight = ARENA_ARRAY(a, BLOCK, double),
                .weighted = ARENA_ARRAY(a, BLOCK, double) };
    for (size_t first = 0; first < n->samples; first += BLOCK) {
        b.count = n->samples - first < BLOCK ? n->samples - first : BLOCK;
        fill_block(n, own, own_out, first, &b);
        add_block(n, &b, predictions + first, m);
    }
    add_own(own_out, own_prediction, m);
}
