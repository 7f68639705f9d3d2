/* What a counterfactual may move: a number, a category, or a one-hot group as the one category that it is. */
#ifndef AIC_ENGINE_EXPLAIN_LEVERS_H
#define AIC_ENGINE_EXPLAIN_LEVERS_H

#include "engine/explain/counterfactual.h"

typedef struct lever {
    const size_t *features; /* one, or the members of a group */
    size_t feature_count;
    bool is_number, is_integer, is_fixed;
    double unit;          /* of a number's cost */
    double least, most;   /* bounds of a number, the row's own value and direction included */
    const double *values; /* to try; of a group: which member is 1 */
    size_t value_count;
} lever;

typedef struct lever_list {
    const lever *items;
    size_t count;
} lever_list;

error levers_of(arena *a, const predictor *p, const double *own, const counterfactual_options *options,
                lever_list *out);

void lever_set(const lever *l, double value, double *row);
double lever_value(const lever *l, const double *row); /* of a group: the member that is 1; the count when none is */
bool lever_changed(const lever *l, const double *own, const double *row);
double lever_cost(const lever *l, const double *own, const double *row);

#endif
