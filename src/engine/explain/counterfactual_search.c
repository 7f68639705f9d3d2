/* Breadth first by the number of changed levers, a beam wide: every value of every other lever is tried on the states
 * that came nearest to the border. What flips is then made smaller, one lever after the other, on a grid refined twice.
 */
#include "engine/explain/counterfactual_search.h"

#include "engine/explain/methods.h"
#include "engine/explain/numbers.h"

#include <float.h>

enum {
    BEAM = 24,
    SAME_LEVERS = 3, /* states of the beam that move the same levers */
    BLOCK = 2048,    /* rows that are predicted at once */
    MOST_FOUND = 256,
    STEPS = 16, /* of the grid between a row's own value and one that flips */
    ROUNDS = 3
};

double search_score(const search *s, const double *outputs)
{
    if (s->predictor->output_count == 1) {
        double off = outputs[0] - s->options->threshold;
        if (s->is_above) return off;
        return off != 0 ? -off : -DBL_MIN; /* below means truly below */
    }
    double other = -INFINITY;
    for (size_t o = 0; o < s->predictor->output_count; o++)
        if (o != s->output) other = fmax(other, outputs[o]);
    double lead = outputs[s->output] - other;
    return lead != 0 ? lead : -DBL_MIN;
}

static error predict_scores(search *s, arena *scratch, const double *rows, size_t count, double *scores)
{
    const predictor *p = s->predictor;
    double *outputs = ARENA_ARRAY(scratch, count * p->output_count, double);
    matrix all = { rows, count, p->feature_count };
    TRY(p->predict(p->context, scratch, &all, s->options->output, outputs));
    for (size_t i = 0; i < count; i++) scores[i] = search_score(s, outputs + i * p->output_count);
    return OK;
}

/* Scores of rows; of more than the budget has left, of the first ones only. */
static error score_rows(search *s, const double *rows, size_t *count, double *scores)
{
    size_t left = s->options->budget - s->asked;
    if (*count > left) {
        s->ran_out = true;
        *count = left;
    }
    if (*count == 0) return OK;
    TRY(watch_tick(&s->options->watch, (double)s->asked / (double)s->options->budget));
    s->asked += *count;
    arena *scratch = arena_new();
    error e = predict_scores(s, scratch, rows, *count, scores);
    if (e) e = fail(s->arena, e->kind, arena_string(s->arena, e->pointer, strlen(e->pointer)), "%s", e->message);
    arena_drop(scratch);
    return e;
}

static double cost_of(const search *s, const double *row)
{
    double cost = 0;
    for (size_t k = 0; k < s->levers.count; k++) cost += lever_cost(&s->levers.items[k], s->own, row);
    return cost;
}

static bool same_levers(const candidate *x, const candidate *y)
{
    return x->moved_count == y->moved_count && memcmp(x->moved, y->moved, x->moved_count * sizeof(size_t)) == 0;
}

static candidate with_row(const search *s, const candidate *c, const double *row)
{
    candidate copy = *c;
    copy.row = arena_copy(s->arena, row, s->predictor->feature_count * sizeof(double));
    return copy;
}

/* Of each set of levers the cheapest is kept. */
static void keep_found(search *s, const candidate *c, const double *row)
{
    for (size_t i = 0; i < s->found.count; i++) {
        candidate *known = &s->found.items[i];
        if (!same_levers(known, c)) continue;
        if (c->cost < known->cost) *known = with_row(s, c, row);
        return;
    }
    if (s->found.count < s->found.capacity) s->found.items[s->found.count++] = with_row(s, c, row);
}

static bool is_better(const candidate *x, const candidate *y)
{
    return x->score > y->score || (x->score == y->score && x->cost < y->cost);
}

/* Puts a state into the beam where it belongs; the worst of too many with the same levers, or of all, falls out. */
static void keep_near(const search *s, candidate_list *beam, const candidate *c, const double *row)
{
    size_t same = 0, worst = beam->count;
    for (size_t i = 0; i < beam->count; i++)
        if (same_levers(&beam->items[i], c)) {
            same++;
            worst = i; /* they stand in order: the last is the worst */
        }
    if (same < SAME_LEVERS) worst = beam->count < beam->capacity ? beam->count : beam->count - 1;
    if (worst < beam->count && !is_better(c, &beam->items[worst])) return;
    if (worst == beam->count) beam->count++;
    size_t at = worst;
    for (; at > 0 && is_better(c, &beam->items[at - 1]); at--) beam->items[at] = beam->items[at - 1];
    beam->items[at] = with_row(s, c, row);
}

static candidate moved_further(const candidate *from, size_t moved)
{
    candidate c = *from;
    size_t at = c.moved_count++;
    for (; at > 0 && c.moved[at - 1] > moved; at--) c.moved[at] = c.moved[at - 1];
    c.moved[at] = moved;
    return c;
}

static bool has_moved(const candidate *c, size_t which)
{
    for (size_t i = 0; i < c->moved_count; i++)
        if (c->moved[i] == which) return true;
    return false;
}

/* Rows that wait to be predicted. */
typedef struct batch {
    double *rows, *scores;
    candidate *items;
    size_t count;
} batch;

static error settle_batch(search *s, batch *b, candidate_list *next)
{
    size_t features = s->predictor->feature_count, count = b->count;
    TRY(score_rows(s, b->rows, &count, b->scores));
    for (size_t i = 0; i < count; i++) {
        candidate *c = &b->items[i];
        const double *row = b->rows + i * features;
        c->score = b->scores[i];
        c->cost = cost_of(s, row);
        if (c->score >= 0) {
            keep_found(s, c, row);
        } else {
            s->nearest = fmax(s->nearest, c->score);
            keep_near(s, next, c, row);
        }
    }
    b->count = 0;
    return OK;
}

static bool within(const candidate *few, const candidate *many)
{
    for (size_t i = 0; i < few->moved_count; i++)
        if (!has_moved(many, few->moved[i])) return false;
    return true;
}

/* A change of more than what suffices by itself is no other way out. */
static bool more_than_enough(const search *s, const candidate *c)
{
    for (size_t i = 0; i < s->found.count; i++)
        if (s->found.items[i].moved_count < c->moved_count && within(&s->found.items[i], c)) return true;
    return false;
}

/* All values of all levers that the state has not moved. */
static error expand(search *s, const candidate *from, batch *b, candidate_list *next)
{
    size_t features = s->predictor->feature_count;
    for (size_t k = 0; k < s->levers.count && !s->ran_out; k++) {
        const lever *l = &s->levers.items[k];
        if (has_moved(from, k)) continue;
        candidate further = moved_further(from, k);
        if (more_than_enough(s, &further)) continue;
        for (size_t v = 0; v < l->value_count && !s->ran_out; v++) {
            double *row = b->rows + b->count * features;
            memcpy(row, from->row, features * sizeof(double));
            lever_set(l, l->values[v], row);
            b->items[b->count++] = further;
            if (b->count == BLOCK) TRY(settle_batch(s, b, next));
        }
    }
    return OK;
}

static candidate_list list_of(arena *a, size_t capacity)
{
    return (candidate_list){ ARENA_ARRAY(a, capacity, candidate), 0, capacity };
}

error search_run(search *s)
{
    size_t features = s->predictor->feature_count;
    s->found = list_of(s->arena, MOST_FOUND);
    s->nearest = -INFINITY;
    candidate_list beam = list_of(s->arena, BEAM);
    beam.items[beam.count++] = with_row(s, &(candidate){ 0 }, s->own);
    batch b = { .rows = ARENA_ARRAY(s->arena, BLOCK * features, double),
                .scores = ARENA_ARRAY(s->arena, BLOCK, double),
                .items = ARENA_ARRAY(s->arena, BLOCK, candidate) };
    for (size_t level = 0; level < s->options->most_changes && !s->ran_out; level++) {
        candidate_list next = list_of(s->arena, BEAM);
        for (size_t i = 0; i < beam.count; i++) TRY(expand(s, &beam.items[i], &b, &next));
        if (b.count > 0) TRY(settle_batch(s, &b, &next));
        if (s->found.count >= s->options->count) break; /* fewer changes come before lower cost */
        beam = next;
    }
    return OK;
}

/* ------------------------------------------------------------------ smaller and rounder */

static error flips(search *s, const double *row, bool *out)
{
    size_t one = 1;
    double score = -1;
    TRY(score_rows(s, row, &one, &score));
    *out = one == 1 && score >= 0;
    return OK;
}

/* Takes back each change that is not needed. */
static error take_back(search *s, candidate *c)
{
    double *row = arena_copy(s->arena, c->row, s->predictor->feature_count * sizeof(double));
    for (size_t i = 0; i < c->moved_count && c->moved_count > 1;) {
        const lever *l = &s->levers.items[c->moved[i]];
        double kept = lever_value(l, c->row);
        bool without;
        for (size_t k = 0; k < l->feature_count; k++) row[l->features[k]] = s->own[l->features[k]];
        TRY(flips(s, row, &without));
        if (!without) {
            lever_set(l, kept, row);
            i++;
            continue;
        }
        memmove(&c->moved[i], &c->moved[i + 1], (c->moved_count - i - 1) * sizeof(size_t));
        c->moved_count--;
        memcpy(c->row, row, s->predictor->feature_count * sizeof(double));
    }
    return OK;
}

/* Between a value that does not flip (or is the row's own) and one that does: the first step of a grid that flips. */
static error narrow(search *s, const lever *l, const double *row, double *near, double *far)
{
    size_t features = s->predictor->feature_count, steps = 0;
    double tried[STEPS], scores[STEPS], *rows = ARENA_ARRAY(s->arena, STEPS * features, double);
    for (size_t k = 1; k < STEPS; k++) {
        double value = *near + (*far - *near) * (double)k / STEPS;
        if (l->is_integer) value = nearbyint(value);
        if (value == *near || value == *far || (steps && tried[steps - 1] == value)) continue;
        memcpy(rows + steps * features, row, features * sizeof(double));
        lever_set(l, value, rows + steps * features);
        tried[steps++] = value;
    }
    TRY(score_rows(s, rows, &steps, scores));
    for (size_t k = 0; k < steps; k++) {
        if (scores[k] >= 0) {
            *far = tried[k];
            return OK;
        }
        *near = tried[k];
    }
    return OK;
}

/* A value with few digits, a little further than need be. */
static error round_value(search *s, const lever *l, double *row, double own, double far)
{
    double reach = far + (far - own) * 0.05;
    reach = fmin(fmax(reach, l->least), l->most);
    double rounded = roundest_between(fmin(far, reach), fmax(far, reach), far);
    bool flipped = false;
    lever_set(l, rounded, row);
    if (!l->is_integer && rounded != far) TRY(flips(s, row, &flipped));
    if (!flipped) lever_set(l, far, row);
    return OK;
}

error search_refine(search *s, candidate *c)
{
    TRY(take_back(s, c));
    for (size_t i = 0; i < c->moved_count; i++) {
        const lever *l = &s->levers.items[c->moved[i]];
        double own = lever_value(l, s->own), near = own, far = lever_value(l, c->row);
        if (!l->is_number || isnan(own)) continue;
        for (int round = 0; round < ROUNDS; round++) TRY(narrow(s, l, c->row, &near, &far));
        TRY(round_value(s, l, c->row, own, far));
    }
    c->cost = cost_of(s, c->row);
    return OK;
}
