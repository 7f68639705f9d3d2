#include "engine/fairness/groups.h"

#include "engine/stats/stats.h"

#include <math.h>

/* ------------------------------------------------------------------ one group */

static void set_intervals(group_result *g)
{
    const uint64_t selected = g->selected, rejected = g->count - g->selected;
    const uint64_t favorable = g->tp + g->fn, unfavorable = g->fp + g->tn, right = g->tp + g->tn;
    const struct {
        uint64_t k, n;
    } counts[GROUP_RATES] = {
        [RATE_SELECTION] = { selected, selected + rejected },
        [RATE_BASE] = { favorable, g->count },
        [RATE_TRUE_POSITIVE] = { g->tp, favorable },
        [RATE_FALSE_POSITIVE] = { g->fp, unfavorable },
        [RATE_TRUE_NEGATIVE] = { g->tn, unfavorable },
        [RATE_FALSE_NEGATIVE] = { g->fn, favorable },
        [RATE_PRECISION] = { g->tp, selected },
        [RATE_FALSE_DISCOVERY] = { g->fp, selected },
        [RATE_ACCURACY] = { right, g->count },
        [RATE_ERROR] = { g->count - right, g->count },
    };
    for (int r = 0; r < GROUP_RATES; r++)
        g->interval[r] = isnan(g->rate[r]) ? no_interval : stats_wilson(counts[r].k, counts[r].n);
}

/* Kamiran and Calders (2012): P(group) P(label) / P(group, label). Where the label itself is audited, it is the
 * decision that stands in the cells. */
static void set_weights(group_result *g, const cell_counts *c, const cell_counts *all, bool has_truth)
{
    uint64_t here = has_truth ? cells_truly_favorable(c) : cells_selected(c);
    uint64_t everywhere = has_truth ? cells_truly_favorable(all) : cells_selected(all);
    double rows = (double)cells_rows(c), total = (double)cells_rows(all);
    g->weight_favorable = ratio_of(rows * (double)everywhere, total * (double)here);
    g->weight_unfavorable = ratio_of(rows * (total - (double)everywhere), total * (rows - (double)here));
}

group_result *groups_of(arena *a, const attribute_context *context, const facet *f, size_t reference)
{
    const outcomes *o = context->outcomes;
    cell_counts all = { 0 };
    for (size_t i = 0; i < f->groups; i++) all = cells_sum(&all, &f->counts[i]);
    const calibration *calibrations = context->calibrations;
    group_result *groups = ARENA_ARRAY(a, f->groups, group_result);
    for (size_t i = 0; i < f->groups; i++) {
        const cell_counts *c = &f->counts[i];
        group_result *g = &groups[i];
        *g = (group_result){ .name = f->names[i], .is_missing = f->is_missing[i], .is_reference = i == reference };
        g->count = cells_rows(c);
        g->selected = cells_selected(c);
        if (o->has_truth) {
            g->tp = c->k[CELL_TP];
            g->fp = c->k[CELL_FP];
            g->tn = c->k[CELL_TN];
            g->fn = c->k[CELL_FN];
        }
        g->is_small = g->count < context->request->min_group_size;
        g->is_eligible = !g->is_small && !g->is_missing;
        measure_rates(c, o->has_truth, g->rate);
        set_intervals(g);
        g->calibration = calibrations ? &calibrations[i] : NULL;
        g->weight_favorable = g->weight_unfavorable = NAN;
        if (o->has_truth || o->decided_by == DECIDED_BY_LABEL) set_weights(g, c, &all, o->has_truth);
        g->expected_selection_rate = context->expected_selection_rates ? context->expected_selection_rates[i] : NAN;
    }
    return groups;
}

/* ------------------------------------------------------------------ against the reference */

static comparison compared(const facet *f, const group_result *g, const group_result *r)
{
    comparison c = { .cohens_h = stats_cohens_h(g->rate[RATE_SELECTION], r->rate[RATE_SELECTION]) };
    measure_contrasts(g->rate, r->rate, c.value);
    c.two_proportion_z = stats_two_proportion_z(g->selected, g->count, r->selected, r->count);
    c.fisher_exact = stats_fisher_exact(g->selected, g->count, r->selected, r->count);
    c.risk_ratio = c.value[CONTRAST_DISPARATE_IMPACT];
    c.odds_ratio = c.fisher_exact.statistic;
    c.risk_ratio_interval = stats_risk_ratio_interval(g->selected, g->count, r->selected, r->count);
    c.odds_ratio_interval = stats_odds_ratio_interval(g->selected, g->count, r->selected, r->count);
    uint64_t selected = 0, rows = 0;
    for (size_t i = 0; i < f->groups; i++) {
        selected += cells_selected(&f->counts[i]);
        rows += cells_rows(&f->counts[i]);
    }
    c.detectable_gap = stats_detectable_gap(ratio_of((double)selected, (double)rows), g->count, r->count);
    return c;
}

void groups_compare(arena *a, const facet *f, group_result *groups, size_t reference,
                    const bootstrap_intervals *intervals)
{
    size_t n = f->groups;
    comparison *all = ARENA_ARRAY(a, n, comparison);
    double *z = ARENA_ARRAY(a, n, double), *fisher = ARENA_ARRAY(a, n, double), *adjusted = ARENA_ARRAY(a, n, double);
    for (size_t i = 0; i < n; i++) {
        z[i] = fisher[i] = NAN;
        if (i == reference) continue;
        all[i] = compared(f, &groups[i], &groups[reference]);
        memcpy(all[i].interval, intervals->contrasts[i], sizeof all[i].interval);
        z[i] = all[i].two_proportion_z.p_value;
        fisher[i] = all[i].fisher_exact.p_value;
        groups[i].against_reference = &all[i];
    }
    stats_holm(a, z, adjusted, n);
    for (size_t i = 0; i < n; i++) all[i].two_proportion_z.p_value_holm = adjusted[i];
    stats_holm(a, fisher, adjusted, n);
    for (size_t i = 0; i < n; i++) all[i].fisher_exact.p_value_holm = adjusted[i];
}

/* ------------------------------------------------------------------ all pairs */

static group_pair pair_of(const group_result *groups, size_t a, size_t b)
{
    size_t first = groups[a].rate[RATE_SELECTION] >= groups[b].rate[RATE_SELECTION] ? a : b;
    group_pair p = { .first = first, .second = first == a ? b : a };
    const group_result *high = &groups[p.first], *low = &groups[p.second];
    p.difference = high->rate[RATE_SELECTION] - low->rate[RATE_SELECTION];
    p.ratio = ratio_of(low->rate[RATE_SELECTION], high->rate[RATE_SELECTION]);
    p.two_proportion_z = stats_two_proportion_z(high->selected, high->count, low->selected, low->count);
    p.cohens_h = stats_cohens_h(high->rate[RATE_SELECTION], low->rate[RATE_SELECTION]);
    return p;
}

const group_pair *groups_pairs(arena *a, const facet *f, const group_result *groups, size_t *count)
{
    *count = f->groups < 2 || f->groups > FAIRNESS_MOST_PAIRED ? 0 : f->groups * (f->groups - 1) / 2;
    group_pair *pairs = ARENA_ARRAY(a, *count, group_pair);
    double *p = ARENA_ARRAY(a, *count, double), *adjusted = ARENA_ARRAY(a, *count, double);
    size_t at = 0;
    for (size_t i = 0; *count && i < f->groups; i++)
        for (size_t j = i + 1; j < f->groups; j++) {
            pairs[at] = pair_of(groups, i, j);
            p[at] = pairs[at].two_proportion_z.p_value;
            at++;
        }
    stats_holm(a, p, adjusted, *count);
    for (size_t i = 0; i < *count; i++) pairs[i].two_proportion_z.p_value_holm = adjusted[i];
    return pairs;
}
