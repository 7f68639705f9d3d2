/* Outcomes: what label, prediction and score of each row say, once it is decided which values are favorable. */
#ifndef AIC_ENGINE_OUTCOMES_H
#define AIC_ENGINE_OUTCOMES_H

#include "engine/aic_engine.h"
#include "engine/fairness/measures.h"
#include "engine/fairness/remarks.h"

enum { OUTCOME_DROPPED = CELLS }; /* a row without label or decision */

typedef struct outcomes {
    uint8_t *of_row; /* index into cell_counts.k, or OUTCOME_DROPPED */
    size_t rows;
    uint64_t dropped;
    bool has_truth; /* a label that is not itself the decision */
    decision_source decided_by;
    bool class_one_is_favorable; /* which side a high score speaks for */
    text favorable, label_favorable, label_unfavorable;
} outcomes;

/* What is as long as the table is taken from `rows`, the rest (errors too) from `a`. */
error outcomes_decode(arena *a, arena *rows, const table *data, const fairness_request *request,
                      remark_builder *warnings, outcomes *out);

#endif
