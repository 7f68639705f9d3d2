/* Which coalitions the kernel method looks at.
 *
 * All of them where they are few. Else pairs of a coalition and its complement (antithetic: what is odd about one is
 * undone by the other), stratified by size: small sizes and their complements whole as long as the budget's share
 * covers them, then a sample without repetition from each of the others. A size s has the kernel weight (M - 1) / (s (M
 * - s)) in all, whatever the number drawn of it, so that the estimate is consistent.
 *
 * Stages are prefixes of the list, each a complete design of its own: whoever stops early has wasted nothing. */
#ifndef AIC_ENGINE_EXPLAIN_COALITIONS_H
#define AIC_ENGINE_EXPLAIN_COALITIONS_H

#include "engine/explain/game.h"
#include "engine/stats/random.h"

enum { MOST_STAGES = 8 };

typedef struct coalition_stage {
    size_t count;         /* coalitions from the first on */
    const double *weight; /* [pair] of each of the two */
    const double *spread; /* [pair] how much a pair's part counts for the variance: 0 where its size is whole */
} coalition_stage;

typedef struct coalition_plan {
    size_t features;
    coalition_list list; /* coalitions 2k and 2k + 1 are a pair, unless all of them are here */
    bool is_complete;    /* all but the empty and the full one: coalition k is at k - 1 */
    size_t stage_count;
    coalition_stage stages[MOST_STAGES];
} coalition_plan;

/* At most `budget` coalitions; budget 0: the standard one. stages: 1, or so many of growing size. */
coalition_plan coalitions_plan(arena *a, size_t features, size_t budget, bool in_stages, uint64_t seed);
size_t coalitions_standard_budget(size_t features);

#endif
