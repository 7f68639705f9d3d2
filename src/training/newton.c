#include "training/newton.h"

#include <math.h>
#include <string.h>

enum { MOST_STEPS = 100, MOST_HALVINGS = 40, MOST_SWEEPS = 1000 };
static const double SMALLEST_PIVOT = 1e-11; /* of its diagonal: a column that the ones before it tell already */
static const double LARGEST_MARGIN = 36;    /* 1 / (1 + e^-36) is 1 in double precision */

/* All vectors have weights + 1 places; the last is the intercept. */
typedef struct state {
    const newton_problem *p;
    size_t size;
    double *point, *slope, *step, *trial, *matrix, *factor;
    double all_weight;
    double least_sure; /* the smallest margin on the own side over the rows, of the last objective */
} state;

static double margin_of(const newton_problem *p, const double *point, size_t row)
{
    double margin = point[p->weights];
    for (size_t k = row ? p->ends[row - 1] : 0; k < p->ends[row]; k++)
        margin += point[p->entries[k].place] * p->entries[k].value;
    return margin;
}

/* ln(1 + e^m) without overflow. */
static double soft_plus(double m)
{
    return m > 0 ? m + log1p(exp(-m)) : log1p(exp(m));
}

static double objective(state *s, const double *point)
{
    const newton_problem *p = s->p;
    double sum = 0, squares = 0, sizes = 0;
    s->least_sure = INFINITY;
    for (size_t i = 0; i < p->rows; i++) {
        double margin = margin_of(p, point, i), y = p->labels[i];
        double loss = p->is_logistic ? soft_plus(margin) - y * margin : 0.5 * (margin - y) * (margin - y);
        sum += p->row_weights[i] * loss;
        double sure = y > 0.5 ? margin : -margin;
        if (p->row_weights[i] > 0 && sure < s->least_sure) s->least_sure = sure;
    }
    for (size_t j = 0; j < p->weights; j++) {
        squares += point[j] * point[j];
        sizes += fabs(point[j]);
    }
    return sum + 0.5 * p->l2 * squares + p->l1 * sizes;
}

/* Slope and curvature of the smooth part; the lower triangle of the matrix. */
static void differentiate(state *s)
{
    const newton_problem *p = s->p;
    size_t n = s->size;
    memset(s->slope, 0, n * sizeof(double));
    memset(s->matrix, 0, n * n * sizeof(double));
    for (size_t i = 0; i < p->rows; i++) {
        double margin = margin_of(p, s->point, i);
        double fit = p->is_logistic ? 1 / (1 + exp(-margin)) : margin;
        double pull = p->row_weights[i] * (fit - p->labels[i]);
        double bend = p->row_weights[i] * (p->is_logistic ? fit * (1 - fit) : 1);
        double *last = s->matrix + (n - 1) * n;
        size_t start = i ? p->ends[i - 1] : 0;
        for (size_t k = start; k < p->ends[i]; k++) { /* places ascend within a row */
            double value = p->entries[k].value, *line = s->matrix + (size_t)p->entries[k].place * n;
            s->slope[p->entries[k].place] += pull * value;
            last[p->entries[k].place] += bend * value;
            for (size_t j = start; j <= k; j++) line[p->entries[j].place] += bend * value * p->entries[j].value;
        }
        s->slope[n - 1] += pull;
        last[n - 1] += bend;
    }
    for (size_t j = 0; j < p->weights; j++) {
        s->slope[j] += p->l2 * s->point[j];
        s->matrix[j * n + j] += p->l2;
    }
}

/* Cholesky's factor of the matrix. A place whose pivot vanishes is told by the others already: it gets no step. */
static void factorise(state *s)
{
    size_t n = s->size;
    memcpy(s->factor, s->matrix, n * n * sizeof(double));
    for (size_t i = 0; i < n; i++) {
        double *line = s->factor + i * n;
        for (size_t j = 0; j <= i; j++) {
            const double *above = s->factor + j * n;
            double sum = line[j];
            for (size_t k = 0; k < j; k++) sum -= line[k] * above[k];
            if (j < i)
                line[j] = above[j] > 0 ? sum / above[j] : 0;
            else
                line[i] = sum > SMALLEST_PIVOT * s->matrix[i * n + i] ? sqrt(sum) : 0;
        }
    }
}

/* step = -matrix⁻¹ slope */
static void newton_step(state *s)
{
    size_t n = s->size;
    factorise(s);
    for (size_t i = 0; i < n; i++) {
        double sum = -s->slope[i];
        for (size_t k = 0; k < i; k++) sum -= s->factor[i * n + k] * s->step[k];
        double pivot = s->factor[i * n + i];
        s->step[i] = pivot > 0 ? sum / pivot : 0;
    }
    for (size_t i = n; i-- > 0;) {
        double sum = s->step[i], pivot = s->factor[i * n + i];
        for (size_t k = i + 1; k < n; k++) sum -= s->factor[k * n + i] * s->step[k];
        s->step[i] = pivot > 0 ? sum / pivot : 0;
    }
}

static double at(const state *s, size_t i, size_t j)
{
    return i >= j ? s->matrix[i * s->size + j] : s->matrix[j * s->size + i];
}

static double soft_threshold(double x, double by)
{
    return x > by ? x - by : x < -by ? x + by : 0;
}

/* The minimum of the quadratic model plus l1 · |β|₁, a place at a time; `bent` is matrix · step. */
static void lasso_step(arena *scratch, state *s)
{
    size_t n = s->size;
    double *bent = ARENA_ARRAY(scratch, n, double);
    memset(s->step, 0, n * sizeof(double));
    for (int sweep = 0; sweep < MOST_SWEEPS; sweep++) {
        double largest = 0, size = 0;
        for (size_t j = 0; j < n; j++) {
            double bend = s->matrix[j * n + j], old = s->point[j] + s->step[j];
            if (bend <= 0) continue;
            double free_one = old - (s->slope[j] + bent[j]) / bend;
            double now = j + 1 == n ? free_one : soft_threshold(free_one, s->p->l1 / bend);
            double moved = now - old;
            if (moved == 0) continue;
            s->step[j] += moved;
            for (size_t i = 0; i < n; i++) bent[i] += moved * at(s, i, j);
            largest = fmax(largest, fabs(moved));
            size = fmax(size, fabs(now));
        }
        if (largest <= 1e-13 * (1 + size)) return;
    }
}

/* How far the point is from a minimum: the slope that the penalty does not balance, by unit of weight. */
static double largest_slope(const state *s)
{
    double largest = 0, l1 = s->p->l1;
    for (size_t j = 0; j < s->size; j++) {
        double slope = s->slope[j], bound = j + 1 == s->size ? 0 : l1;
        double left = s->point[j] > 0   ? fabs(slope + bound)
                      : s->point[j] < 0 ? fabs(slope - bound)
                                        : fabs(soft_threshold(slope, bound));
        if (bound == 0) left = fabs(slope);
        largest = fmax(largest, left);
    }
    return largest / s->all_weight;
}

/* Halves the step until the objective falls; false when it no longer does, to rounding. */
static bool advance(state *s, double *value)
{
    double length = 1;
    for (int i = 0; i < MOST_HALVINGS; i++, length /= 2) {
        for (size_t j = 0; j < s->size; j++) s->trial[j] = s->point[j] + length * s->step[j];
        double next = objective(s, s->trial);
        if (next >= *value) continue;
        memcpy(s->point, s->trial, s->size * sizeof(double));
        *value = next;
        return true;
    }
    return false;
}

static state state_of(arena *a, const newton_problem *p)
{
    size_t n = p->weights + 1;
    state s = { .p = p, .size = n };
    s.point = ARENA_ARRAY(a, n, double);
    s.slope = ARENA_ARRAY(a, n, double);
    s.step = ARENA_ARRAY(a, n, double);
    s.trial = ARENA_ARRAY(a, n, double);
    s.matrix = ARENA_ARRAY(a, n * n, double);
    s.factor = ARENA_ARRAY(a, n * n, double);
    for (size_t i = 0; i < p->rows; i++) s.all_weight += p->row_weights[i];
    return s;
}

void newton_solve(arena *a, const newton_problem *p, newton_solution *out)
{
    arena *scratch = arena_new();
    state s = state_of(scratch, p);
    double value = objective(&s, s.point), slope = INFINITY;
    uint32_t steps = 0;
    bool is_separated = false, goes_on = true;
    while (goes_on && steps < MOST_STEPS) {
        differentiate(&s);
        slope = largest_slope(&s);
        if (slope < 1e-15) break;
        if (p->l1 > 0)
            lasso_step(scratch, &s);
        else
            newton_step(&s);
        goes_on = advance(&s, &value);
        steps += goes_on;
        /* every row on its own side, and surely so */
        is_separated = p->is_logistic && p->l1 == 0 && p->l2 == 0 && s.least_sure > LARGEST_MARGIN / 2;
        if (is_separated) break;
    }
    double scale = 1 + fabs(value) / s.all_weight;
    *out = (newton_solution){ .intercept = s.point[p->weights],
                              .weights = arena_copy(a, s.point, p->weights * sizeof(double)),
                              .largest_slope = slope,
                              .steps = steps,
                              .has_converged = slope <= 1e-8 * scale,
                              .is_separated = is_separated };
    arena_drop(scratch);
}
