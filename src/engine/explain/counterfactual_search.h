/* The search for changes that flip an outcome. */
#ifndef AIC_ENGINE_EXPLAIN_COUNTERFACTUAL_SEARCH_H
#define AIC_ENGINE_EXPLAIN_COUNTERFACTUAL_SEARCH_H

#include "engine/explain/levers.h"

typedef struct candidate {
    double *row;
    size_t moved[COUNTERFACTUAL_MOST_CHANGES]; /* levers, ascending */
    size_t moved_count;
    double score, cost;
} candidate;

typedef struct candidate_list {
    candidate *items;
    size_t count, capacity;
} candidate_list;

typedef struct search {
    arena *arena;
    const predictor *predictor;
    const counterfactual_options *options;
    const double *own;
    lever_list levers;
    size_t output;        /* the one looked at */
    bool is_above;        /* one output: is the wanted outcome at or above the threshold */
    size_t asked;         /* predictions so far */
    bool ran_out;         /* of the budget */
    candidate_list found; /* one for each set of levers, the cheapest */
    double nearest;       /* the best score without a flip */
} search;

/* Of predictions of one row: how far beyond the border it is; 0 or more: it has the wanted outcome. */
double search_score(const search *s, const double *outputs);
error search_run(search *s);
/* Makes the changes as small and as round as they can be. */
error search_refine(search *s, candidate *c);

#endif
