/* Kernel SHAP (Lundberg and Lee 2017): Shapley values as the solution of a weighted least squares problem over
 * coalitions, under the condition that they add up.
 *
 * With Z the coalitions (0/1), W their weights and A = Z'WZ, the values are linear in what the coalitions gained:
 *
 *     φ = L y + e Δ,   Q = A⁻¹ - a a' / (1'a),  a = A⁻¹ 1,   L = Q Z'W,   e = a / (1'a)
 *
 * L and e depend on the coalitions alone and serve all rows: a row costs features × coalitions. Features that cannot
 * move a row (it has the value of the whole background) are held at 0 by the same elimination.
 *
 * Where all coalitions are there, the defining sum over them is taken instead. */
#include "engine/explain/coalitions.h"
#include "engine/explain/sampling.h"
#include "engine/explain/solve.h"

typedef struct stage_solution {
    const double *map;    /* L: [feature][coalition] */
    const double *share;  /* e: [feature] */
    const double *square; /* Q: [feature][feature] */
} stage_solution;

typedef struct kernel {
    const coalition_plan *plan;
    stage_solution stages[MOST_STAGES];
    const double *inside, *outside; /* complete: [size] what a coalition counts for its members, and for the others */
} kernel;

/* ------------------------------------------------------------------ all coalitions */

/* Members get (s - 1)! (M - s)! / M!, the others lose s! (M - s - 1)! / M!. */
static void complete_weights(arena *a, size_t features, kernel *k)
{
    double *inside = ARENA_ARRAY(a, features + 1, double), *outside = ARENA_ARRAY(a, features + 1, double);
    double m = (double)features, ways = 1; /* (s - 1)! (M - s)! / M! = 1 / (M C(M - 1, s - 1)) */
    for (size_t s = 1; s <= features; s++) {
        inside[s] = 1 / (m * ways);
        outside[s - 1] = inside[s];
        ways = ways * (m - (double)s) / (double)s;
    }
    k->inside = inside;
    k->outside = outside;
}

static void estimate_complete(const void *context, arena *a, size_t stage, const played *row, double *values,
                              double *errors)
{
    (void)a, (void)stage, (void)errors;
    const kernel *k = context;
    size_t features = k->plan->features, count = k->plan->list.count;
    for (size_t f = 0; f < features; f++) {
        double sum = row->all * k->inside[features];
        for (size_t c = 0; c < count; c++) {
            uint64_t coalition = k->plan->list.bits[c];
            int size = __builtin_popcountll(coalition);
            sum += coalition >> f & 1 ? k->inside[size] * row->gains[c] : -k->outside[size] * row->gains[c];
        }
        values[f] = sum;
    }
}

/* ------------------------------------------------------------------ a sample of them */

static size_t members_of(const uint64_t *coalition, size_t features, size_t *members)
{
    size_t count = 0;
    for (size_t f = 0; f < features; f++)
        if (coalition_has(coalition, f)) members[count++] = f;
    return count;
}

static double *normal_matrix(arena *a, const coalition_plan *plan, const coalition_stage *stage)
{
    size_t m = plan->features;
    double *normal = ARENA_ARRAY(a, m * m, double);
    size_t *members = ARENA_ARRAY(a, m, size_t);
    for (size_t c = 0; c < stage->count; c++) {
        size_t count = members_of(plan->list.bits + c * plan->list.words, m, members);
        double weight = stage->weight[c / 2];
        for (size_t i = 0; i < count; i++)
            for (size_t j = 0; j < count; j++) normal[members[i] * m + members[j]] += weight;
    }
    return normal;
}

/* L[f][c] = w[c] Σ over the coalition's members i of Q[f][i] */
static const double *map_of(arena *a, const coalition_plan *plan, const coalition_stage *stage, const double *square)
{
    size_t m = plan->features;
    double *map = ARENA_ARRAY(a, m * stage->count, double);
    size_t *members = ARENA_ARRAY(a, m, size_t);
    for (size_t c = 0; c < stage->count; c++) {
        size_t count = members_of(plan->list.bits + c * plan->list.words, m, members);
        for (size_t f = 0; f < m; f++) {
            double sum = 0;
            for (size_t i = 0; i < count; i++) sum += square[f * m + members[i]];
            map[f * stage->count + c] = stage->weight[c / 2] * sum;
        }
    }
    return map;
}

static error solve_stage(arena *a, const coalition_plan *plan, const coalition_stage *stage, stage_solution *out)
{
    size_t m = plan->features;
    double *inverse = normal_matrix(a, plan, stage);
    if (!invert_symmetric(a, inverse, m))
        return fail(a, INTERNAL, "/coalitions", "The normal equations of %zu coalitions have no solution.",
                    stage->count);
    double *share = ARENA_ARRAY(a, m, double), total = 0;
    for (size_t i = 0; i < m; i++) {
        for (size_t j = 0; j < m; j++) share[i] += inverse[i * m + j];
        total += share[i];
    }
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < m; j++) inverse[i * m + j] -= share[i] * share[j] / total;
    for (size_t i = 0; i < m; i++) share[i] /= total;
    *out = (stage_solution){ .map = map_of(a, plan, stage, inverse), .share = share, .square = inverse };
    return OK;
}

/* The solution with the idle features held at 0: with D the idle ones and K = Q[:,D] Q[D,D]⁻¹,
 * L' = L - K L[D,:] and e' = e - K e[D]. False where all but one are idle (or numbers do not allow it). */
static bool hold_idle(arena *a, const kernel *k, size_t stage, const played *row, stage_solution *out)
{
    size_t m = k->plan->features, count = k->plan->stages[stage].count, d = 0;
    if (row->idle_count + 1 >= m) return false;
    size_t *idle = ARENA_ARRAY(a, row->idle_count, size_t);
    for (size_t f = 0; f < m; f++)
        if (row->idle[f]) idle[d++] = f;
    double *inverse = ARENA_ARRAY(a, d * d, double);
    for (size_t i = 0; i < d; i++)
        for (size_t j = 0; j < d; j++) inverse[i * d + j] = out->square[idle[i] * m + idle[j]];
    if (!invert_symmetric(a, inverse, d)) return false;
    double *map = arena_copy(a, out->map, m * count * sizeof(double));
    double *share = arena_copy(a, out->share, m * sizeof(double));
    for (size_t f = 0; f < m; f++) {
        for (size_t j = 0; j < d; j++) {
            double factor = 0;
            for (size_t i = 0; i < d; i++) factor += out->square[f * m + idle[i]] * inverse[i * d + j];
            const double *held = out->map + idle[j] * count;
            for (size_t c = 0; c < count; c++) map[f * count + c] -= factor * held[c];
            share[f] -= factor * out->share[idle[j]];
        }
    }
    out->map = map;
    out->share = share;
    return true;
}

/* Nothing but one feature moves the row, or none. */
static void estimate_single(size_t features, const played *row, double *values, double *errors)
{
    for (size_t f = 0; f < features; f++) {
        values[f] = row->idle[f] ? 0 : row->all;
        errors[f] = 0;
    }
}

/* What the linear fit leaves of each coalition's gain. */
static double *residuals(arena *a, const coalition_plan *plan, size_t count, const played *row, const double *values)
{
    double *left = arena_copy(a, row->gains, count * sizeof(double));
    for (size_t c = 0; c < count; c++) {
        const uint64_t *coalition = plan->list.bits + c * plan->list.words;
        for (size_t word = 0; word < plan->list.words; word++)
            for (uint64_t bits = coalition[word]; bits; bits &= bits - 1)
                left[c] -= values[word * 64 + (size_t)__builtin_ctzll(bits)];
    }
    return left;
}

/* Errors: the spread of the pairs' parts of the estimate, by the residuals (as a sandwich estimator has it), with the
 * degrees of freedom that the fit has used. */
static void estimate_sampled(const void *context, arena *a, size_t stage, const played *row, double *values,
                             double *errors)
{
    const kernel *k = context;
    size_t m = k->plan->features, count = k->plan->stages[stage].count, pairs = count / 2;
    stage_solution solution = k->stages[stage];
    if (row->idle_count > 0 && !hold_idle(a, k, stage, row, &solution)) {
        estimate_single(m, row, values, errors);
        return;
    }
    for (size_t f = 0; f < m; f++)
        values[f] = row->idle[f] ? 0 : dot(solution.map + f * count, row->gains, count) + solution.share[f] * row->all;
    const double *left = residuals(a, k->plan, count, row, values), *spread = k->plan->stages[stage].spread;
    double freedom = pairs > m ? (double)pairs / (double)(pairs - m + 1) : 2;
    for (size_t f = 0; f < m; f++) {
        const double *map = solution.map + f * count;
        double variance = 0;
        for (size_t p = 0; p < pairs; p++) {
            double part = map[2 * p] * left[2 * p] + map[2 * p + 1] * left[2 * p + 1];
            variance += spread[p] * part * part;
        }
        errors[f] = row->idle[f] ? 0 : sqrt(variance * freedom);
    }
}

error explain_kernel(draft *d)
{
    bool in_stages = d->options->tolerance > 0;
    coalition_plan plan =
        coalitions_plan(d->arena, d->predictor->feature_count, d->options->coalitions, in_stages, d->options->seed);
    kernel k = { .plan = &plan };
    size_t ends[MOST_STAGES];
    for (size_t stage = 0; stage < plan.stage_count; stage++) {
        ends[stage] = plan.stages[stage].count;
        if (!plan.is_complete) TRY(solve_stage(d->arena, &plan, &plan.stages[stage], &k.stages[stage]));
    }
    if (plan.is_complete) complete_weights(d->arena, plan.features, &k);
    estimator e = { .list = plan.list,
                    .stage_count = plan.stage_count,
                    .stage_ends = ends,
                    .is_exact = plan.is_complete,
                    .context = &k,
                    .estimate = plan.is_complete ? estimate_complete : estimate_sampled };
    return sample_rows(d, &e);
}
