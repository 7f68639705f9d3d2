/* From counts to rates, contrasts and measures. The same functions serve the data itself and every bootstrap
 * replicate, so that a figure and its interval can never be of two kinds. */
#ifndef AIC_ENGINE_MEASURES_H
#define AIC_ENGINE_MEASURES_H

#include "engine/aic_engine.h"

/* Rows of one group by truth and decision, favorable being positive. Index is truth * 2 + decision. Without a truth
 * every row stands as truly unfavorable and only rows and selected are read. */
enum { CELL_TN, CELL_FP, CELL_FN, CELL_TP, CELLS };

typedef struct cell_counts {
    uint64_t k[CELLS];
} cell_counts;

static inline uint64_t cells_rows(const cell_counts *c)
{
    return c->k[CELL_TN] + c->k[CELL_FP] + c->k[CELL_FN] + c->k[CELL_TP];
}

static inline uint64_t cells_selected(const cell_counts *c)
{
    return c->k[CELL_FP] + c->k[CELL_TP];
}

static inline uint64_t cells_truly_favorable(const cell_counts *c)
{
    return c->k[CELL_FN] + c->k[CELL_TP];
}

cell_counts cells_sum(const cell_counts *a, const cell_counts *b);

/* Which figures of a group take part in the scalars of its attribute. */
typedef struct membership {
    bool selection, true_positive, false_positive, epsilon;
} membership;

void measure_rates(const cell_counts *c, bool has_truth, double rate[GROUP_RATES]);
void measure_contrasts(const double rate[GROUP_RATES], const double reference[GROUP_RATES],
                       double out[GROUP_CONTRASTS]);

/* Everything that the scalars are made of, for one attribute. */
typedef struct measure_input {
    const cell_counts *counts;
    double (*rates)[GROUP_RATES];
    double (*contrasts)[GROUP_CONTRASTS]; /* of the reference with itself: not read */
    size_t groups;
    size_t reference;
    bool has_truth;
} measure_input;

/* The measures that are the most extreme of the groups' contrasts with the reference; their intervals are those of that
 * group's contrast. (Extremes of replicates would jump from group to group.) */
typedef struct extreme_contrast {
    fairness_measure measure;
    group_contrast contrast;
} extreme_contrast;
enum { EXTREME_CONTRASTS = 7 };
extern const extreme_contrast extreme_contrasts[EXTREME_CONTRASTS];

/* The measures that the bootstrap repeats: ranges, ratios and ε. */
enum { REPEATED_MEASURES = 8 };
extern const fairness_measure repeated_measures[REPEATED_MEASURES];

/* Everything from MEASURE_DISPARATE_IMPACT to MEASURE_BIAS_AMPLIFICATION, or only the repeated ones. */
void measure_scalars(const measure_input *in, const membership *member, double out[MEASURES]);
void measure_repeated(const measure_input *in, const membership *member, double out[MEASURES]);

/* Differential fairness of the favorable and the unfavorable outcome: ln of the largest ratio of probabilities
 * (k + add) / (n + 2 add) over the groups that take part. Foulds et al. (2020), "An intersectional definition of
 * fairness". NaN with fewer than two groups or an outcome that has probability 0 in one group. */
typedef uint64_t (*cells_reader)(const cell_counts *c);
double measure_epsilon(const cell_counts *counts, const membership *member, size_t groups, cells_reader successes,
                       double add);

/* Of the benefit 1 + decision - truth. Between-group parts are over the groups given. */
inequality measure_inequality(const cell_counts *counts, size_t groups);
double measure_between_atkinson(const cell_counts *counts, size_t groups);

#endif
