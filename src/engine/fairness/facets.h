/* A facet: one way of dividing the rows into groups, by one protected column or by the combinations of several, with
 * the counts of each group's outcomes. */
#ifndef AIC_ENGINE_FACETS_H
#define AIC_ENGINE_FACETS_H

#include "engine/fairness/outcomes.h"

enum { NO_GROUP = UINT16_MAX };

typedef struct facet {
    text name;
    const text *columns;
    size_t column_count;
    const table_column *sources[FAIRNESS_MOST_CROSSED];
    uint32_t stride[FAIRNESS_MOST_CROSSED];
    uint32_t keys;          /* how many combinations of codes there could be */
    uint16_t *group_of_key; /* NO_GROUP: no usable row has it */
    size_t groups;          /* sorted by name, those with a missing value last */
    text *names;            /* by group */
    bool *is_missing;
    uint32_t (*codes)[FAIRNESS_MOST_CROSSED];
    cell_counts *counts;
} facet;

/* The key of a row: its codes as one number. */
static inline uint32_t facet_key(const facet *f, size_t row)
{
    uint32_t key = 0;
    for (size_t c = 0; c < f->column_count; c++) key += table_code(f->sources[c], row) * f->stride[c];
    return key;
}

/* Groups and counts, in one pass over the rows. INVALID when there are more than FAIRNESS_MOST_INTERSECTIONS groups;
 * `pointer` is the field to blame. A group none of whose rows is usable is left out and said so. */
error facet_count(arena *a, const table *data, const outcomes *o, const text *columns, size_t column_count,
                  const char *pointer, remark_builder *warnings, facet *out);
/* What the selection rate of each group of an intersection would be if its attributes acted each for itself:
 * s_a s_b / s for two, s_a s_b s_c / s² for three. singles[c] is the facet of the c-th column alone. */
const double *facet_expected_rates(arena *a, const facet *crossed, const facet *singles);

#endif
