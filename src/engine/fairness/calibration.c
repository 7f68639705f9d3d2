#include "engine/fairness/calibration.h"

#include "engine/stats/stats.h"

#include <math.h>
#include <stdlib.h>

/* ------------------------------------------------------------------ order */

enum { BUCKETS = 1 << 16, SHORT_RUN = 32 };

static size_t bucket_of(double score)
{
    return (size_t)(score * (BUCKETS - 1));
}

static bool is_scored(const table_column *score, const outcomes *o, size_t row)
{
    return o->of_row[row] != OUTCOME_DROPPED && !isnan(score->numbers[row]);
}

static bool is_class_one(const outcomes *o, size_t row)
{
    bool truly_favorable = o->of_row[row] >= CELL_FN;
    return truly_favorable == o->class_one_is_favorable;
}

static int by_score(const void *left, const void *right)
{
    const scored_row *a = left, *b = right;
    int order = (a->score > b->score) - (a->score < b->score);
    return order ? order : a->label - b->label;
}

static void sort_run(scored_row *run, size_t count)
{
    if (count > SHORT_RUN) {
        qsort(run, count, sizeof *run, by_score);
        return;
    }
    for (size_t i = 1; i < count; i++) {
        scored_row moving = run[i];
        size_t at = i;
        for (; at > 0 && by_score(&run[at - 1], &moving) > 0; at--) run[at] = run[at - 1];
        run[at] = moving;
    }
}

/* Rows are dealt into buckets in the order of their scores; each bucket is then short. */
scored_rows calibration_sorted(arena *a, const table_column *score, const outcomes *o)
{
    size_t *ends = ARENA_ARRAY(a, BUCKETS + 1, size_t);
    for (size_t i = 0; i < o->rows; i++)
        if (is_scored(score, o, i)) ends[bucket_of(score->numbers[i]) + 1]++;
    for (size_t b = 1; b <= BUCKETS; b++) ends[b] += ends[b - 1];
    size_t count = ends[BUCKETS];
    scored_row *items = ARENA_ARRAY(a, count, scored_row);
    for (size_t i = 0; i < o->rows; i++) {
        if (!is_scored(score, o, i)) continue;
        size_t at = ends[bucket_of(score->numbers[i])]++; /* a bucket's start moves to its end, the next one's start */
        items[at] = (scored_row){ .score = score->numbers[i], .row = (uint32_t)i, .label = is_class_one(o, i) };
    }
    for (size_t b = 0, from = 0; b < BUCKETS; from = ends[b++])
        if (ends[b] - from > 1) sort_run(items + from, ends[b] - from);
    return (scored_rows){ .items = items, .count = count };
}

/* ------------------------------------------------------------------ points of the logistic line */

enum { GATHER_ABOVE = 10000, LOGIT_STEPS = 256 };
#define SCORE_EDGE 1e-6 /* a logit needs a score that is not 0 or 1 */

/* Equal scores are one point; in a large group, all scores within one step of the logit are, at their mean. */
typedef struct line_points {
    double *x, *ones, *count;
    size_t used;
    bool gathers;
    double step_end; /* the first score that belongs to the next step */
    double open_scores, open_ones, open_count;
} line_points;

static double logit(double score)
{
    double held = fmin(fmax(score, SCORE_EDGE), 1 - SCORE_EDGE);
    return log(held / (1 - held));
}

static void close_point(line_points *p)
{
    if (p->open_count <= 0) return;
    p->x[p->used] = logit(p->open_scores / p->open_count);
    p->ones[p->used] = p->open_ones;
    p->count[p->used++] = p->open_count;
    p->open_scores = p->open_ones = p->open_count = 0;
}

static void take_point(line_points *p, double score, double ones, double count)
{
    if (!p->gathers || score >= p->step_end) {
        close_point(p);
        double step = floor(logit(score) * LOGIT_STEPS) + 1;
        p->step_end = p->gathers ? 1 / (1 + exp(-step / LOGIT_STEPS)) : 0;
    }
    p->open_scores += score * count;
    p->open_ones += ones;
    p->open_count += count;
}

/* ------------------------------------------------------------------ one group while its rows pass by */

typedef struct passing {
    double ones, squares;
    double tie_score, tie_ones, tie_zeros; /* the run of equal scores that is being read */
    double zeros_below, pairs_won;
    double bin_scores[CALIBRATION_BINS], bin_ones[CALIBRATION_BINS], bin_rows[CALIBRATION_BINS];
    line_points points;
} passing;

static void close_tie(passing *p)
{
    if (p->tie_ones + p->tie_zeros <= 0) return;
    p->pairs_won += p->tie_ones * (p->zeros_below + p->tie_zeros / 2);
    p->zeros_below += p->tie_zeros;
    take_point(&p->points, p->tie_score, p->tie_ones, p->tie_ones + p->tie_zeros);
    p->tie_ones = p->tie_zeros = 0;
}

static inline void take_row(passing *p, const scored_row *row)
{
    double score = row->score, label = row->label ? 1 : 0;
    if (score != p->tie_score) {
        close_tie(p);
        p->tie_score = score;
    }
    p->tie_ones += label;
    p->tie_zeros += 1 - label;
    p->ones += label;
    p->squares += (score - label) * (score - label);
    size_t bin = (size_t)(score * CALIBRATION_BINS);
    if (bin >= CALIBRATION_BINS) bin = CALIBRATION_BINS - 1;
    p->bin_rows[bin]++;
    p->bin_scores[bin] += score;
    p->bin_ones[bin] += label;
}

static calibration finished(passing *p)
{
    close_tie(p);
    close_point(&p->points);
    double rows = 0;
    for (int b = 0; b < CALIBRATION_BINS; b++) rows += p->bin_rows[b];
    calibration c = { .brier = ratio_of(p->squares, rows),
                      .expected_calibration_error = rows > 0 ? 0 : NAN,
                      .maximum_calibration_error = rows > 0 ? 0 : NAN };
    for (int b = 0; b < CALIBRATION_BINS; b++) {
        double n = p->bin_rows[b];
        reliability_bin *bin = &c.bins[b];
        *bin = (reliability_bin){ .low = b / 10.0,
                                  .high = (b + 1) / 10.0,
                                  .count = (uint64_t)n,
                                  .mean_score = ratio_of(p->bin_scores[b], n),
                                  .mean_label = ratio_of(p->bin_ones[b], n) };
        if (n <= 0) continue;
        double gap = fabs(bin->mean_label - bin->mean_score);
        c.expected_calibration_error += n / rows * gap;
        c.maximum_calibration_error = fmax(c.maximum_calibration_error, gap);
    }
    c.auc = ratio_of(p->pairs_won, p->ones * (rows - p->ones));
    logistic_line line = stats_logistic_line(p->points.x, p->points.ones, p->points.count, p->points.used);
    c.intercept = line.intercept;
    c.slope = line.slope;
    return c;
}

static passing *prepared(arena *scratch, const facet *f)
{
    const size_t most_steps = (size_t)(2 * LOGIT_STEPS * 14) + 2; /* |logit(SCORE_EDGE)| < 14 */
    passing *groups = ARENA_ARRAY(scratch, f->groups, passing);
    for (size_t g = 0; g < f->groups; g++) {
        uint64_t rows = cells_rows(&f->counts[g]);
        line_points *p = &groups[g].points;
        p->gathers = rows > GATHER_ABOVE;
        size_t capacity = p->gathers && rows > most_steps ? most_steps : (size_t)rows;
        p->x = ARENA_ARRAY(scratch, capacity, double);
        p->ones = ARENA_ARRAY(scratch, capacity, double);
        p->count = ARENA_ARRAY(scratch, capacity, double);
        groups[g].tie_score = NAN;
    }
    return groups;
}

enum { BLOCK_ROWS = 1024 };

/* The rows come in the order of their scores, so that looking up their groups jumps all over the table. Done for a
 * block at once, those loads do not wait for each other. */
static void find_groups(const facet *f, const scored_row *rows, size_t count, uint16_t *groups)
{
    for (size_t i = 0; i < count; i++) groups[i] = f->group_of_key[facet_key(f, rows[i].row)];
}

static void take_rows(passing *groups, const facet *f, const scored_row *rows, size_t count)
{
    uint16_t group[BLOCK_ROWS];
    find_groups(f, rows, count, group);
    for (size_t i = 0; i < count; i++) take_row(&groups[group[i]], &rows[i]);
}

void calibration_run(arena *a, const scored_rows *rows, const facet *facets, size_t facet_count,
                     const calibration **made)
{
    arena *scratch = arena_new();
    passing **groups = ARENA_ARRAY(scratch, facet_count, passing *);
    for (size_t f = 0; f < facet_count; f++) groups[f] = prepared(scratch, &facets[f]);
    for (size_t from = 0; from < rows->count; from += BLOCK_ROWS) {
        size_t count = rows->count - from < BLOCK_ROWS ? rows->count - from : BLOCK_ROWS;
        for (size_t f = 0; f < facet_count; f++) take_rows(groups[f], &facets[f], rows->items + from, count);
    }
    for (size_t f = 0; f < facet_count; f++) {
        calibration *of_groups = ARENA_ARRAY(a, facets[f].groups, calibration);
        for (size_t g = 0; g < facets[f].groups; g++) of_groups[g] = finished(&groups[f][g]);
        made[f] = of_groups;
    }
    arena_drop(scratch);
}
