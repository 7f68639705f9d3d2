/* The groups of an attribute and their comparisons with each other. */
#ifndef AIC_ENGINE_GROUPS_H
#define AIC_ENGINE_GROUPS_H

#include "engine/fairness/attribute.h"
#include "engine/fairness/bootstrap.h"

/* Counts, rates, Wilson intervals, calibration, weights; reference is an index. */
group_result *groups_of(arena *a, const attribute_context *context, const facet *f, size_t reference);
/* Each group against the reference, with Holm over these comparisons. Intervals come from the bootstrap. */
void groups_compare(arena *a, const facet *f, group_result *groups, size_t reference,
                    const bootstrap_intervals *intervals);
/* All pairs of groups by name, the one with the larger rate first, with Holm over all of them. */
const group_pair *groups_pairs(arena *a, const facet *f, const group_result *groups, size_t *count);

#endif
