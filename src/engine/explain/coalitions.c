#include "engine/explain/coalitions.h"

enum {
    COMPLETE_FEATURES = 12, /* up to here all coalitions, unless the caller sets a smaller budget */
    LEAST_STAGE = 256,      /* coalitions of the first stage */
    FEW_TIMES = 4           /* a size with at most so many times the pairs wanted is listed whole and shuffled */
};

size_t coalitions_standard_budget(size_t features)
{
    return 2 * features + 2048;
}

static bool is_complete(size_t features, size_t budget)
{
    if (budget == 0 && features <= COMPLETE_FEATURES) return true;
    if (budget == 0) budget = coalitions_standard_budget(features);
    return features < 40 && ((size_t)1 << features) - 2 <= budget;
}

static coalition_plan complete_plan(arena *a, size_t features)
{
    coalition_plan plan = { .features = features, .is_complete = true, .stage_count = 1 };
    size_t count = ((size_t)1 << features) - 2;
    uint64_t *bits = ARENA_ARRAY(a, count, uint64_t);
    for (size_t k = 0; k < count; k++) bits[k] = k + 1;
    plan.list = (coalition_list){ bits, count, 1 };
    plan.stages[0].count = count;
    return plan;
}

/* ------------------------------------------------------------------ how many of each size */

/* Pairs of a coalition of `size` features and its complement. */
typedef struct stratum {
    size_t size;
    double pairs;  /* there are; possibly beyond any integer */
    double weight; /* of the kernel, both sides together */
    size_t wanted[MOST_STAGES];
    size_t first; /* of its pairs, in the order in which they are drawn */
} stratum;

typedef struct strata {
    stratum *items;
    size_t count, features;
} strata;

static double choose(size_t n, size_t k)
{
    double ways = 1;
    for (size_t i = 1; i <= k; i++) ways = ways * (double)(n - k + i) / (double)i;
    return nearbyint(ways);
}

static strata strata_of(arena *a, size_t features)
{
    strata all = { .items = ARENA_ARRAY(a, features / 2, stratum), .count = features / 2, .features = features };
    for (size_t s = 1; s <= all.count; s++) {
        bool own_complement = 2 * s == features;
        double weight = (double)(features - 1) / ((double)s * (double)(features - s));
        all.items[s - 1] = (stratum){ .size = s,
                                      .pairs = choose(features, s) / (own_complement ? 2 : 1),
                                      .weight = own_complement ? weight : 2 * weight };
    }
    return all;
}

static double weight_from(const strata *all, size_t first)
{
    double sum = 0;
    for (size_t i = first; i < all->count; i++) sum += all->items[i].weight;
    return sum;
}

/* Sizes are whole as long as their share of what is left covers them (as shap does); single features always are,
 * because then every feature is seen and the equations have one solution. The rest is shared out by weight, rounded so
 * that the sum stays. */
static void allot(strata *all, size_t stage, size_t pairs)
{
    size_t left = pairs, i = 0;
    for (; i < all->count; i++) {
        stratum *s = &all->items[i];
        if (i > 0 && (double)left * s->weight / weight_from(all, i) < s->pairs) break;
        s->wanted[stage] = (size_t)s->pairs;
        left = left > s->wanted[stage] ? left - s->wanted[stage] : 0;
    }
    double weight = weight_from(all, i), owed = 0;
    for (; i < all->count; i++) {
        stratum *s = &all->items[i];
        owed += (double)left * s->weight / weight;
        double share = fmin(fmax(nearbyint(owed), 0), s->pairs);
        owed -= share;
        s->wanted[stage] = (size_t)share;
    }
    for (i = 0; stage > 0 && i < all->count; i++)
        if (all->items[i].wanted[stage] < all->items[i].wanted[stage - 1])
            all->items[i].wanted[stage] = all->items[i].wanted[stage - 1];
}

/* ------------------------------------------------------------------ which ones */

typedef struct drawing {
    arena *arena;
    size_t features, words;
    uint64_t *bits; /* [pair][words], one side of each */
    random_stream random;
    size_t *deck; /* the features, to be shuffled */
} drawing;

/* All coalitions of a size in lexicographic order; of the size that is its own complement only those with feature 0. */
static size_t list_size(drawing *d, const stratum *s, uint64_t *out)
{
    size_t *at = ARENA_ARRAY(d->arena, s->size, size_t), count = 0;
    for (size_t i = 0; i < s->size; i++) at[i] = i;
    for (;;) {
        for (size_t i = 0; i < s->size; i++) out[count * d->words + at[i] / 64] |= (uint64_t)1 << (at[i] % 64);
        if (++count >= (size_t)s->pairs) return count;
        size_t i = s->size;
        while (i > 0 && at[i - 1] == d->features - s->size + i - 1) i--;
        if (i == 0) return count;
        at[i - 1]++;
        for (; i < s->size; i++) at[i] = at[i - 1] + 1;
    }
}

static void draw_from_list(drawing *d, const stratum *s, size_t wanted, uint64_t *out)
{
    uint64_t *all = ARENA_ARRAY(d->arena, (size_t)s->pairs * d->words, uint64_t);
    size_t count = list_size(d, s, all), bytes = d->words * sizeof(uint64_t);
    for (size_t k = 0; k < wanted; k++) {
        size_t other = k + random_below(&d->random, count - k);
        memcpy(out + k * d->words, all + other * d->words, bytes);
        memcpy(all + other * d->words, all + k * d->words, bytes);
    }
}

static uint64_t hash_of(const uint64_t *bits, size_t words)
{
    uint64_t h = 0;
    for (size_t i = 0; i < words; i++) h = (h ^ bits[i]) * 0x9E3779B97F4A7C15u, h ^= h >> 29;
    return h;
}

static void draw_one(drawing *d, const stratum *s, uint64_t *out)
{
    memset(out, 0, d->words * sizeof(uint64_t));
    for (size_t i = 0; i < s->size; i++) {
        size_t other = i + random_below(&d->random, d->features - i), feature = d->deck[other];
        d->deck[other] = d->deck[i];
        d->deck[i] = feature;
        out[feature / 64] |= (uint64_t)1 << (feature % 64);
    }
    if (2 * s->size != d->features || coalition_has(out, 0)) return;
    for (size_t f = 0; f < d->features; f++) out[f / 64] ^= (uint64_t)1 << (f % 64);
}

/* One after the other, those that were there already thrown back. */
static void draw_anew(drawing *d, const stratum *s, size_t wanted, uint64_t *out)
{
    size_t slots = 4;
    while (slots < 2 * wanted) slots *= 2;
    uint32_t *seen = ARENA_ARRAY(d->arena, slots, uint32_t); /* pair + 1; 0: free */
    for (size_t k = 0; k < wanted;) {
        uint64_t *mine = out + k * d->words;
        draw_one(d, s, mine);
        size_t slot = hash_of(mine, d->words) & (slots - 1);
        while (seen[slot] && memcmp(out + (seen[slot] - 1) * d->words, mine, d->words * sizeof(uint64_t)) != 0)
            slot = (slot + 1) & (slots - 1);
        if (seen[slot]) continue;
        seen[slot] = (uint32_t)++k;
    }
}

static void draw_all(drawing *d, strata *all, size_t stage)
{
    size_t first = 0;
    for (size_t i = 0; i < all->count; i++) {
        stratum *s = &all->items[i];
        size_t wanted = s->wanted[stage];
        s->first = first;
        if (s->pairs <= FEW_TIMES * (double)wanted)
            draw_from_list(d, s, wanted, d->bits + first * d->words);
        else
            draw_anew(d, s, wanted, d->bits + first * d->words);
        first += wanted;
    }
}

/* ------------------------------------------------------------------ in the order of stages */

static void put_pair(coalition_plan *plan, uint64_t *bits, size_t pair, const uint64_t *side)
{
    size_t words = plan->list.words;
    uint64_t *one = bits + 2 * pair * words, *other = one + words;
    memcpy(one, side, words * sizeof(uint64_t));
    for (size_t f = 0; f < plan->features; f++)
        if (!coalition_has(side, f)) other[f / 64] |= (uint64_t)1 << (f % 64);
}

/* Pairs by the stage that first needs them; returns the stratum of each. */
static uint32_t *order_pairs(arena *a, coalition_plan *plan, const strata *all, const drawing *d)
{
    uint64_t *bits = ARENA_ARRAY(a, plan->list.count * plan->list.words, uint64_t);
    uint32_t *stratum_of = ARENA_ARRAY(a, plan->list.count / 2, uint32_t);
    size_t pair = 0;
    for (size_t stage = 0; stage < plan->stage_count; stage++) {
        for (size_t i = 0; i < all->count; i++) {
            const stratum *s = &all->items[i];
            for (size_t k = stage ? s->wanted[stage - 1] : 0; k < s->wanted[stage]; k++, pair++) {
                put_pair(plan, bits, pair, d->bits + (s->first + k) * d->words);
                stratum_of[pair] = (uint32_t)i;
            }
        }
        plan->stages[stage].count = 2 * pair;
    }
    plan->list.bits = bits;
    return stratum_of;
}

/* A size's weight is shared by the pairs drawn of it. Their part of the variance is that of a mean of n out of N
 * without replacement: (1 - n/N) n / (n - 1). A size of which one pair was drawn tells nothing of its spread; it counts
 * double. */
static void weigh(arena *a, coalition_plan *plan, const strata *all, const uint32_t *stratum_of)
{
    for (size_t stage = 0; stage < plan->stage_count; stage++) {
        size_t pairs = plan->stages[stage].count / 2;
        double *weight = ARENA_ARRAY(a, pairs, double), *spread = ARENA_ARRAY(a, pairs, double);
        for (size_t p = 0; p < pairs; p++) {
            const stratum *s = &all->items[stratum_of[p]];
            double drawn = (double)s->wanted[stage];
            weight[p] = s->weight / drawn / 2;
            spread[p] = (1 - drawn / s->pairs) * (drawn > 1 ? drawn / (drawn - 1) : 2);
        }
        plan->stages[stage].weight = weight;
        plan->stages[stage].spread = spread;
    }
}

coalition_plan coalitions_plan(arena *a, size_t features, size_t budget, bool in_stages, uint64_t seed)
{
    if (is_complete(features, budget)) return complete_plan(a, features);
    if (budget == 0) budget = coalitions_standard_budget(features);
    coalition_plan plan = { .features = features, .list.words = coalition_words(features) };
    size_t least = 2 * features > LEAST_STAGE ? 2 * features : LEAST_STAGE;
    size_t sizes[MOST_STAGES] = { budget };
    for (plan.stage_count = 1; in_stages && plan.stage_count < MOST_STAGES; plan.stage_count++) {
        sizes[plan.stage_count] = sizes[plan.stage_count - 1] / 2;
        if (sizes[plan.stage_count] < least) break;
    }
    strata all = strata_of(a, features);
    for (size_t stage = 0; stage < plan.stage_count; stage++)
        allot(&all, stage, sizes[plan.stage_count - 1 - stage] / 2);
    size_t pairs = 0;
    for (size_t i = 0; i < all.count; i++) pairs += all.items[i].wanted[plan.stage_count - 1];
    drawing d = { .arena = a,
                  .features = features,
                  .words = plan.list.words,
                  .random = random_stream_for(seed, TEXT("coalitions")) };
    d.bits = ARENA_ARRAY(a, pairs * d.words, uint64_t);
    d.deck = ARENA_ARRAY(a, features, size_t);
    for (size_t f = 0; f < features; f++) d.deck[f] = f;
    draw_all(&d, &all, plan.stage_count - 1);
    plan.list.count = 2 * pairs;
    weigh(a, &plan, &all, order_pairs(a, &plan, &all, &d));
    return plan;
}
