/* Calibration of scores: per group, does a score of 0.7 come true seven times in ten? */
#ifndef AIC_ENGINE_CALIBRATION_H
#define AIC_ENGINE_CALIBRATION_H

#include "engine/fairness/facets.h"

typedef struct scored_row {
    double score;
    uint32_t row;
    bool label; /* class 1 */
} scored_row;

typedef struct scored_rows {
    const scored_row *items; /* by score, then label: sums do not depend on the order of the data */
    size_t count;
} scored_rows;

/* The usable rows that have a score. Needs a truth, and scores within 0 to 1. */
scored_rows calibration_sorted(arena *a, const table_column *score, const outcomes *o);
/* made[f] has one entry per group of facets[f]. All facets are served in one pass over the rows. */
void calibration_run(arena *a, const scored_rows *rows, const facet *facets, size_t facet_count,
                     const calibration **made);

#endif
