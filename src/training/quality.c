#include "training/training_parts.h"

#include <stdlib.h>

matrix rows_of_set(arena *a, const train_data *d, row_set rows)
{
    size_t columns = d->rows.columns;
    double *values = ARENA_ARRAY(a, rows.count * columns, double);
    for (size_t i = 0; i < rows.count; i++)
        memcpy(values + i * columns, matrix_row(&d->rows, rows.items[i]), columns * sizeof(double));
    return (matrix){ values, rows.count, columns };
}

static size_t outputs_of(const train_data *d)
{
    return d->task == TASK_CLASSES ? d->class_count : 1;
}

/* The probability of class c for row i of the set. */
static double chance(const train_data *d, const double *predictions, size_t i, size_t c)
{
    if (d->task == TASK_CLASSES) return predictions[i * d->class_count + c];
    return c == 1 ? predictions[i] : 1 - predictions[i];
}

static double log_loss_of(double p)
{
    return -log(fmax(p, 1e-15)); /* as scikit-learn: a sure mistake costs much, not everything */
}

double quality_loss(const train_data *d, row_set rows, const double *weights, const double *predictions)
{
    double sum = 0, all = 0;
    for (size_t i = 0; i < rows.count; i++) {
        size_t row = rows.items[i];
        double miss = predictions[i * outputs_of(d)] - d->labels[row];
        double loss =
            d->task == TASK_REGRESSION ? miss * miss : log_loss_of(chance(d, predictions, i, (size_t)d->labels[row]));
        sum += weights[row] * loss;
        all += weights[row];
    }
    return sum / all;
}

/* ------------------------------------------------------------------ area under the curve */

typedef struct scored {
    double score;
    bool is_class;
} scored;

static int by_score(const void *left, const void *right)
{
    double a = ((const scored *)left)->score, b = ((const scored *)right)->score;
    return (a > b) - (a < b);
}

/* Mann and Whitney: the share of pairs in the right order, ties counting half. NaN with one class only. */
static double auc_of(arena *a, const train_data *d, row_set rows, const double *predictions, size_t class_index)
{
    scored *list = ARENA_ARRAY(a, rows.count, scored);
    for (size_t i = 0; i < rows.count; i++)
        list[i] = (scored){ chance(d, predictions, i, class_index), d->labels[rows.items[i]] == (double)class_index };
    qsort(list, rows.count, sizeof *list, by_score);
    double below = 0, pairs = 0, positives = 0;
    for (size_t i = 0; i < rows.count;) {
        size_t end = i;
        double ones = 0;
        for (; end < rows.count && list[end].score == list[i].score; end++) ones += list[end].is_class;
        double zeros = (double)(end - i) - ones;
        pairs += ones * (below + zeros / 2);
        below += zeros;
        positives += ones;
        i = end;
    }
    return pairs / (positives * below);
}

/* Of several classes the mean over those that occur, each against the rest. */
static double mean_auc(arena *a, const train_data *d, row_set rows, const double *predictions)
{
    if (d->task == TASK_TWO_CLASSES) return auc_of(a, d, rows, predictions, 1);
    double sum = 0, count = 0;
    for (size_t c = 0; c < d->class_count; c++) {
        double one = auc_of(a, d, rows, predictions, c);
        if (isnan(one)) continue;
        sum += one;
        count++;
    }
    return sum / count;
}

/* ------------------------------------------------------------------ the figures */

static size_t decided(const train_data *d, const double *predictions, size_t i)
{
    if (d->task == TASK_TWO_CLASSES) return predictions[i] >= 0.5;
    size_t best = 0;
    for (size_t c = 1; c < d->class_count; c++)
        if (chance(d, predictions, i, c) > chance(d, predictions, i, best)) best = c;
    return best;
}

static train_quality of_classes(arena *a, const train_data *d, row_set rows, const double *predictions)
{
    train_quality q = { .rmse = NAN, .r2 = NAN, .brier = NAN };
    double right = 0, loss = 0, squares = 0, count = (double)rows.count;
    for (size_t i = 0; i < rows.count; i++) {
        size_t truth = (size_t)d->labels[rows.items[i]];
        right += decided(d, predictions, i) == truth;
        loss += log_loss_of(chance(d, predictions, i, truth));
        squares += (predictions[i] - (double)truth) * (predictions[i] - (double)truth);
    }
    q.accuracy = right / count;
    q.log_loss = loss / count;
    if (d->task == TASK_TWO_CLASSES) q.brier = squares / count;
    q.auc = mean_auc(a, d, rows, predictions);
    return q;
}

static train_quality of_numbers(const train_data *d, row_set rows, const double *predictions)
{
    train_quality q = { .accuracy = NAN, .log_loss = NAN, .auc = NAN, .brier = NAN };
    double mean = 0, misses = 0, spread = 0, count = (double)rows.count;
    for (size_t i = 0; i < rows.count; i++) mean += d->labels[rows.items[i]] / count;
    for (size_t i = 0; i < rows.count; i++) {
        double y = d->labels[rows.items[i]];
        misses += (predictions[i] - y) * (predictions[i] - y);
        spread += (y - mean) * (y - mean);
    }
    q.rmse = sqrt(misses / count);
    q.r2 = spread > 0 ? 1 - misses / spread : NAN;
    return q;
}

train_quality quality_of(arena *a, const train_data *d, row_set rows, const double *predictions)
{
    return d->task == TASK_REGRESSION ? of_numbers(d, rows, predictions) : of_classes(a, d, rows, predictions);
}

/* ------------------------------------------------------------------ over folds */

enum { FIGURES = sizeof(train_quality) / sizeof(double) };
_Static_assert(sizeof(train_quality) == 6 * sizeof(double), "figures are doubles and nothing else");

/* Mean and standard deviation (of a sample) over the folds that have the figure. */
void quality_of_folds(const train_quality *folds, size_t count, train_quality *mean, train_quality *deviation)
{
    double means[FIGURES], deviations[FIGURES], figures[FIGURES];
    for (size_t k = 0; k < FIGURES; k++) {
        double sum = 0, squares = 0, have = 0;
        for (size_t i = 0; i < count; i++) {
            memcpy(figures, &folds[i], sizeof figures);
            if (isnan(figures[k])) continue;
            sum += figures[k];
            have++;
        }
        means[k] = sum / have;
        for (size_t i = 0; i < count; i++) {
            memcpy(figures, &folds[i], sizeof figures);
            if (!isnan(figures[k])) squares += (figures[k] - means[k]) * (figures[k] - means[k]);
        }
        deviations[k] = have > 1 ? sqrt(squares / (have - 1)) : NAN;
    }
    memcpy(mean, means, sizeof *mean);
    memcpy(deviation, deviations, sizeof *deviation);
}
