#include "engine/explain/sight.h"

#include "engine/explain/numbers.h"

static size_t splits_on(const model *m, size_t feature, double *at, bool *numeric)
{
    size_t count = 0;
    for (size_t t = 0; t < m->tree_count; t++)
        for (size_t i = 0; i < m->trees[t].node_count; i++) {
            const tree_node *n = &m->trees[t].nodes[i];
            if (!n->yes || n->feature != feature) continue;
            if (n->category_set || n->zero_is_missing) *numeric = false;
            if (at) at[count] = n->threshold;
            count++;
        }
    return count;
}

sight sight_of_predictor(arena *a, const predictor *p)
{
    feature_cuts *features = ARENA_ARRAY(a, p->feature_count, feature_cuts);
    bool trees = p->model && p->model->kind == MODEL_TREES;
    for (size_t f = 0; trees && f < p->feature_count; f++) {
        feature_cuts *c = &features[f];
        c->apply = true;
        size_t count = splits_on(p->model, f, NULL, &c->apply);
        if (!c->apply) continue;
        double *at = ARENA_ARRAY(a, count, double);
        splits_on(p->model, f, at, &c->apply);
        c->count = sort_unique(at, count);
        c->at = at;
    }
    return (sight){ features };
}

/* The first threshold at or above x: values with the same one go the same way everywhere. */
double sight_value(const sight *s, size_t feature, double x)
{
    const feature_cuts *c = &s->features[feature];
    if (!c->apply || isnan(x)) return x;
    size_t low = 0, high = c->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (x <= c->at[middle])
            high = middle;
        else
            low = middle + 1;
    }
    return (double)low;
}
