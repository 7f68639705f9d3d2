#include "engine/explain/score.h"

static const char *const names[] = {
    [SCORE_ACCURACY] = "accuracy", [SCORE_LOG_LOSS] = "log_loss", [SCORE_AUC] = "auc", [SCORE_RMSE] = "rmse"
};

const char *model_score_name(model_score s)
{
    return names[s];
}

bool model_score_parse(text t, model_score *out)
{
    for (size_t s = 0; s < sizeof names / sizeof *names; s++) {
        if (!text_equal_string(t, names[s])) continue;
        *out = (model_score)s;
        return true;
    }
    return false;
}

bool score_higher_is_better(model_score s)
{
    return s == SCORE_ACCURACY || s == SCORE_AUC;
}

error score_check(arena *a, model_score s, size_t outputs, const double *labels, size_t rows)
{
    size_t classes = outputs == 1 ? 2 : outputs, ones = 0;
    for (size_t r = 0; r < rows; r++) {
        double label = labels[r];
        ones += label == 1;
        if (s == SCORE_RMSE ? isfinite(label) : label >= 0 && label < (double)classes && label == floor(label))
            continue;
        return fail(a, INVALID, "/label", "The label of row %zu is %g; the score %s needs %s.", r + 1, label, names[s],
                    s == SCORE_RMSE ? "a number" : text_format(a, "a class from 0 to %zu", classes - 1).data);
    }
    if (s == SCORE_AUC && (ones == 0 || ones == rows))
        return fail(a, INVALID, "/label", "The score auc needs rows of both classes; all labels are %d.", ones ? 1 : 0);
    return OK;
}

static size_t most_probable(const double *predictions, size_t outputs)
{
    if (outputs == 1) return predictions[0] > 0.5;
    size_t best = 0;
    for (size_t o = 1; o < outputs; o++)
        if (predictions[o] > predictions[best]) best = o;
    return best;
}

static double accuracy(size_t outputs, const double *labels, const double *predictions, size_t rows)
{
    size_t right = 0;
    for (size_t r = 0; r < rows; r++) right += most_probable(predictions + r * outputs, outputs) == (size_t)labels[r];
    return (double)right / (double)rows;
}

/* Probabilities are held away from 0 and 1 as scikit-learn holds them, by the precision of a double. */
static double log_loss(size_t outputs, const double *labels, const double *predictions, size_t rows)
{
    double sum = 0;
    for (size_t r = 0; r < rows; r++) {
        size_t label = (size_t)labels[r];
        double p = outputs == 1 ? (label ? predictions[r] : 1 - predictions[r]) : predictions[r * outputs + label];
        sum -= log(fmin(fmax(p, 0x1p-52), 1 - 0x1p-52));
    }
    return sum / (double)rows;
}

static double rmse(size_t outputs, const double *labels, const double *predictions, size_t rows)
{
    double sum = 0;
    for (size_t r = 0; r < rows; r++) sum += pow(predictions[r * outputs] - labels[r], 2);
    return sqrt(sum / (double)rows);
}

typedef struct scored {
    uint64_t key; /* orders as the score does */
    uint32_t is_one;
} scored;

/* The bits of a double as a whole number of the same order; -0 and 0 are one. */
static uint64_t key_of(double score)
{
    double x = score + 0.0;
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits >> 63 ? ~bits : bits | (uint64_t)1 << 63;
}

/* By eleven bits at a time from the lowest: importance orders the same rows a hundred times. */
static scored *sorted_by_key(arena *scratch, scored *items, size_t count)
{
    enum { BITS = 11, DIGITS = 1 << BITS };
    scored *other = ARENA_ARRAY(scratch, count, scored);
    size_t *first = ARENA_ARRAY(scratch, DIGITS, size_t);
    for (int shift = 0; shift < 64; shift += BITS) {
        memset(first, 0, DIGITS * sizeof *first);
        for (size_t i = 0; i < count; i++) first[items[i].key >> shift & (DIGITS - 1)]++;
        if (first[items[0].key >> shift & (DIGITS - 1)] == count) continue;
        size_t sum = 0;
        for (size_t k = 0; k < DIGITS; k++) {
            size_t here = first[k];
            first[k] = sum;
            sum += here;
        }
        for (size_t i = 0; i < count; i++) other[first[items[i].key >> shift & (DIGITS - 1)]++] = items[i];
        scored *kept = items;
        items = other;
        other = kept;
    }
    return items;
}

/* Mann and Whitney's U over the pairs of a 1 and a 0; ties count half. */
static double auc(size_t outputs, const double *labels, const double *predictions, size_t rows)
{
    arena *scratch = arena_new();
    scored *all = ARENA_ARRAY(scratch, rows, scored);
    for (size_t r = 0; r < rows; r++)
        all[r] = (scored){ key_of(predictions[r * outputs + outputs - 1]), labels[r] == 1 };
    all = sorted_by_key(scratch, all, rows);
    double won = 0, zeros = 0, ones = 0;
    for (size_t first = 0, end; first < rows; first = end) {
        double here_ones = 0;
        for (end = first; end < rows && all[end].key == all[first].key; end++) here_ones += all[end].is_one;
        double here_zeros = (double)(end - first) - here_ones;
        won += here_ones * (zeros + here_zeros / 2);
        zeros += here_zeros;
        ones += here_ones;
    }
    arena_drop(scratch);
    return won / (zeros * ones);
}

double score_of(model_score s, size_t outputs, const double *labels, const double *predictions, size_t rows)
{
    switch (s) {
    case SCORE_ACCURACY:
        return accuracy(outputs, labels, predictions, rows);
    case SCORE_LOG_LOSS:
        return log_loss(outputs, labels, predictions, rows);
    case SCORE_AUC:
        return auc(outputs, labels, predictions, rows);
    case SCORE_RMSE:
        return rmse(outputs, labels, predictions, rows);
    }
    return NAN;
}
