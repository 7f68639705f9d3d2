/* Bootstrap intervals, drawn from the cell counts: a replicate of n rows drawn with replacement has multinomial cell
 * counts, so that a replicate costs as many draws as there are cells that occur, whatever the number of rows. */
#ifndef AIC_ENGINE_BOOTSTRAP_H
#define AIC_ENGINE_BOOTSTRAP_H

#include "engine/fairness/measures.h"
#include "engine/stats/random.h"

typedef struct bootstrap_request {
    const cell_counts *counts;
    size_t groups, reference;
    bool has_truth;
    const membership *all, *eligible; /* per group */
    uint32_t replicates;
    random_stream stream;
} bootstrap_request;

/* Percentile 95 % intervals. A figure that fewer than nine of ten replicates define gets none. */
typedef struct bootstrap_intervals {
    confidence_interval all[REPEATED_MEASURES], eligible[REPEATED_MEASURES]; /* as in repeated_measures */
    confidence_interval (*contrasts)[GROUP_CONTRASTS];                       /* per group; the reference's stay empty */
} bootstrap_intervals;

bootstrap_intervals bootstrap_run(arena *a, const bootstrap_request *request);

#endif
