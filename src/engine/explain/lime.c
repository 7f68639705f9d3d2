/* LIME for tables (Ribeiro, Singh and Guestrin 2016): a linear model fitted to the predictions of samples, by ridge
 * regression (penalty 1, intercept free) with weights that fall with the distance to the row. Numbers are measured in
 * the background's deviations, categories as "same as the row", so that coefficients can be compared. */
#include "engine/explain/lime.h"
#include "engine/explain/solve.h"

enum { STANDARD_SAMPLES = 5000, CHUNK_ROWS = 4 };

#define PENALTY 1.0
#define SELECTION_PENALTY                                                                                              \
    0.01 /* of the fit that chooses features: near to least squares, as lime's "highest weights" */

typedef struct lime {
    draft *draft;
    neighbourhood around;
    const double *predictions; /* [output][sample] */
    double *effective;         /* [row]: Σ weights, without the row's own */
} lime;

/* The samples' predictions, by output: [output][sample]. */
static error predict_samples(draft *d, lime *l)
{
    size_t samples = l->around.samples, outputs = d->predictor->output_count;
    matrix rows = { l->around.raw, samples, l->around.features };
    double *by_row = ARENA_ARRAY(d->arena, samples * outputs, double);
    double *by_output = ARENA_ARRAY(d->arena, samples * outputs, double);
    TRY(predict_rows(d->arena, d->predictor, &rows, d->options->output, d->options->threads, &d->options->watch,
                     by_row));
    for (size_t i = 0; i < samples; i++)
        for (size_t o = 0; o < outputs; o++) {
            double y = by_row[i * outputs + o];
            if (!isfinite(y))
                return fail(d->arena, INVALID, "/model",
                            "The model gives no finite number for a sample near the background.");
            by_output[o * samples + i] = y;
        }
    l->predictions = by_output;
    return OK;
}

/* Σ w (x - mean)(x - mean)' over the chosen features, plus the penalty. */
static double *centered(arena *a, const moments *m, const size_t *chosen, size_t count, double penalty)
{
    double *sums = ARENA_ARRAY(a, count * count, double);
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j <= i; j++) {
            size_t f = chosen[i], g = chosen[j];
            double both = f >= g ? m->xx[f * m->features + g] : m->xx[g * m->features + f];
            sums[i * count + j] = both - m->x[f] * m->x[g] / m->weight + (i == j ? penalty : 0);
        }
    return sums;
}

typedef struct local_fit {
    double *coefficients; /* [count] of the chosen */
    double intercept, r2;
} local_fit;

/* R² = 1 - Σ w (y - fit)² / Σ w (y - mean)², from the moments alone; NaN where the prediction is the same everywhere.
 */
static double share_explained(const moments *m, size_t output, const double *products, const double *unpenalized,
                              const double *b, size_t count)
{
    double total = m->yy[output] - m->y[output] * m->y[output] / m->weight, left = total;
    for (size_t i = 0; i < count; i++) {
        left -= 2 * b[i] * products[i];
        for (size_t j = 0; j < count; j++)
            left += b[i] * b[j] * (i >= j ? unpenalized[i * count + j] : unpenalized[j * count + i]);
    }
    return total > 1e-15 * fmax(1, m->yy[output]) ? 1 - left / total : NAN;
}

static local_fit fit(arena *a, const moments *m, size_t output, const size_t *chosen, size_t count, double penalty)
{
    local_fit result = { .coefficients = ARENA_ARRAY(a, count, double), .intercept = m->y[output] / m->weight };
    double *factor = centered(a, m, chosen, count, penalty), *products = ARENA_ARRAY(a, count, double);
    for (size_t i = 0; i < count; i++) {
        size_t f = chosen[i];
        products[i] = m->xy[output * m->features + f] - m->x[f] * m->y[output] / m->weight;
        result.coefficients[i] = products[i];
    }
    cholesky(factor, count); /* a sum of squares plus a penalty is positive definite */
    cholesky_solve(factor, count, result.coefficients);
    for (size_t i = 0; i < count; i++) result.intercept -= result.coefficients[i] * m->x[chosen[i]] / m->weight;
    const double *unpenalized = centered(a, m, chosen, count, 0);
    result.r2 = share_explained(m, output, products, unpenalized, result.coefficients, count);
    return result;
}

/* The features with the largest |coefficient × own value| of a fit of all, in the order of the table. */
static size_t choose_features(arena *a, const moments *m, size_t output, const double *own, size_t most, size_t *chosen)
{
    for (size_t f = 0; f < m->features; f++) chosen[f] = f;
    if (most == 0 || most >= m->features) return m->features;
    local_fit all = fit(a, m, output, chosen, m->features, SELECTION_PENALTY);
    bool *taken = ARENA_ARRAY(a, m->features, bool);
    for (size_t k = 0; k < most; k++) {
        size_t best = m->features;
        for (size_t f = 0; f < m->features; f++)
            if (!taken[f] &&
                (best == m->features || fabs(all.coefficients[f] * own[f]) > fabs(all.coefficients[best] * own[best])))
                best = f;
        taken[best] = true;
    }
    size_t count = 0;
    for (size_t f = 0; f < m->features; f++)
        if (taken[f]) chosen[count++] = f;
    return count;
}

static void explain_row(const lime *l, arena *a, size_t row)
{
    draft *d = l->draft;
    size_t features = l->around.features, outputs = d->predictor->output_count;
    double *own = ARENA_ARRAY(a, features, double);
    size_t *chosen = ARENA_ARRAY(a, features, size_t);
    moments m = { .outputs = outputs };
    neighbourhood_moments(a, &l->around, matrix_row(d->rows, row), d->predictions + row * outputs, l->predictions, &m,
                          own);
    l->effective[row] = m.weight - 1;
    for (size_t o = 0; o < outputs; o++) {
        size_t count = choose_features(a, &m, o, own, d->options->most_features, chosen);
        local_fit f = fit(a, &m, o, chosen, count, PENALTY);
        for (size_t i = 0; i < count; i++) d->values[(row * features + chosen[i]) * outputs + o] = f.coefficients[i];
        d->local_r2[row * outputs + o] = f.r2;
        d->intercepts[row * outputs + o] = f.intercept;
    }
}

static error explain_rows(void *context, arena *a, size_t first, size_t count)
{
    for (size_t r = first; r < first + count; r++) explain_row(context, a, r);
    return OK;
}

static void note_lonely_rows(draft *d, const lime *l)
{
    size_t lonely = 0;
    for (size_t r = 0; r < d->rows->rows; r++) lonely += l->effective[r] < 1;
    if (lonely)
        draft_note(
            d, text_format(d->arena,
                           "%zu of %zu rows lie so far from the background that hardly any sample is near them; their "
                           "coefficients are close to 0 and say nothing. Give a background that resembles the rows.",
                           lonely, d->rows->rows));
    for (size_t i = 0; i < d->rows->rows * d->rows->columns; i++)
        if (isnan(d->rows->values[i])) {
            draft_note(
                d, TEXT("Missing numbers count as the background's mean when distances are measured; samples have no "
                        "missing numbers."));
            return;
        }
}

error explain_lime(draft *d)
{
    const predictor *p = d->predictor;
    size_t samples = d->options->samples ? d->options->samples : STANDARD_SAMPLES;
    const bool *categories = predictor_categories(d->arena, p, d->options->is_category);
    /* the row itself is one of the samples */
    lime l = { .draft = d,
               .around =
                   neighbourhood_draw(d->arena, &d->options->background, categories, samples - 1, d->options->seed) };
    TRY(predict_samples(d, &l));
    TRY(predict_mean(d->arena, p, &d->options->background, d->options->output, d->base, NULL));
    d->local_r2 = draft_numbers(d, p->output_count);
    d->intercepts = draft_numbers(d, p->output_count);
    l.effective = draft_numbers(d, 1);
    row_work work = { .rows = d->rows->rows,
                      .chunk = CHUNK_ROWS,
                      .threads = d->options->threads,
                      .watch = &d->options->watch,
                      .to = 1,
                      .context = &l,
                      .run = explain_rows };
    TRY(row_work_do(d->arena, &work));
    note_lonely_rows(d, &l);
    return OK;
}
