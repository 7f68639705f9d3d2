#include "training/training_parts.h"

row_set partition_all(arena *a, size_t rows)
{
    uint32_t *items = ARENA_ARRAY(a, rows, uint32_t);
    for (size_t i = 0; i < rows; i++) items[i] = (uint32_t)i;
    return (row_set){ items, rows };
}

/* Fisher and Yates. */
static void shuffle(uint32_t *items, size_t count, random_stream *r)
{
    for (size_t i = count; i > 1; i--) {
        size_t other = (size_t)(random_unit(r) * (double)i);
        uint32_t held = items[i - 1];
        items[i - 1] = items[other];
        items[other] = held;
    }
}

/* All rows shuffled within their class, class after class; ends[c] is where class c ends. */
static uint32_t *by_class(arena *a, const train_data *d, row_set all, random_stream *r, size_t *classes, size_t **ends)
{
    size_t count = d->task == TASK_REGRESSION ? 1 : d->class_count;
    uint32_t *items = ARENA_ARRAY(a, all.count, uint32_t);
    *ends = ARENA_ARRAY(a, count, size_t);
    *classes = count;
    for (size_t c = 0, at = 0; c < count; c++) {
        size_t start = at;
        for (size_t i = 0; i < all.count; i++)
            if (count == 1 || d->labels[all.items[i]] == (double)c) items[at++] = all.items[i];
        shuffle(items + start, at - start, r);
        (*ends)[c] = at;
    }
    return items;
}

void partition_folds(arena *a, const train_data *d, row_set all, size_t parts, random_stream *r, row_set *out)
{
    size_t classes, *ends;
    const uint32_t *items = by_class(a, d, all, r, &classes, &ends);
    uint32_t **lists = ARENA_ARRAY(a, parts, uint32_t *);
    size_t *counts = ARENA_ARRAY(a, parts, size_t);
    for (size_t p = 0; p < parts; p++) lists[p] = ARENA_ARRAY(a, all.count / parts + 1, uint32_t);
    for (size_t i = 0, p = 0; i < all.count; i++, p = p + 1 < parts ? p + 1 : 0) lists[p][counts[p]++] = items[i];
    for (size_t p = 0; p < parts; p++) out[p] = (row_set){ lists[p], counts[p] };
}

void partition_share(arena *a, const train_data *d, row_set all, double share, random_stream *r, row_set *first,
                     row_set *rest)
{
    size_t classes, *ends, taken = 0, left = 0;
    const uint32_t *items = by_class(a, d, all, r, &classes, &ends);
    uint32_t *one = ARENA_ARRAY(a, all.count, uint32_t), *other = ARENA_ARRAY(a, all.count, uint32_t);
    for (size_t c = 0, start = 0; c < classes; start = ends[c++]) {
        size_t count = ends[c] - start, here = (size_t)llround(share * (double)count);
        if (here == 0 && count > 1) here = 1;
        for (size_t i = start; i < ends[c]; i++)
            if (i - start < here)
                one[taken++] = items[i];
            else
                other[left++] = items[i];
    }
    *first = (row_set){ one, taken };
    *rest = (row_set){ other, left };
}

row_set partition_without(arena *a, row_set all, row_set part)
{
    uint32_t most = 0;
    for (size_t i = 0; i < all.count; i++) most = all.items[i] > most ? all.items[i] : most;
    bool *gone = ARENA_ARRAY(a, (size_t)most + 1, bool);
    for (size_t i = 0; i < part.count; i++) gone[part.items[i]] = true;
    uint32_t *items = ARENA_ARRAY(a, all.count, uint32_t);
    size_t count = 0;
    for (size_t i = 0; i < all.count; i++)
        if (!gone[all.items[i]]) items[count++] = all.items[i];
    return (row_set){ items, count };
}
