/* Values to bins. */
#include "engine/trees/compiled.h"

static uint16_t bin_category(const feature_bins *f, double x)
{
    if (isnan(x)) return 0;
    return x > -1.0 && x < (double)f->categories ? (uint16_t)((uint32_t)x + 2) : 1;
}

/* The number of cuts below x, plus one. The grid says where to begin; from there the cuts are few. */
static inline uint16_t bin_number(const feature_bins *f, double x)
{
    if (isnan(x) || (f->zero_is_missing && fabs(x) <= MODEL_ZERO)) return 0;
    double place = (x - f->first) * f->cells_per_unit;
    uint32_t at = place > 0 ? place < GRID_CELLS - 1 ? (uint32_t)place : GRID_CELLS - 1 : 0;
    uint32_t low = f->starts[at], high = f->starts[at + 1];
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (f->cuts[middle] < x)
            low = middle + 1;
        else
            high = middle;
    }
    return (uint16_t)(low + 1);
}

static void bin_column(const feature_bins *f, const matrix *rows, size_t feature, size_t from, size_t count,
                       uint16_t *bins)
{
    const double *x = rows->values + from * rows->columns + feature;
    if (f->categories)
        for (size_t i = 0; i < count; i++) bins[i] = bin_category(f, x[i * rows->columns]);
    else if (f->cut_count)
        for (size_t i = 0; i < count; i++) bins[i] = bin_number(f, x[i * rows->columns]);
}

binned_rows bin_rows(arena *a, const forest_part *part, const matrix *rows, size_t from, size_t count)
{
    binned_rows out = { .rows = count, .blocks = (count + BLOCK - 1) / BLOCK, .features = rows->columns };
    out.bins = ARENA_ARRAY(a, out.blocks * out.features * BLOCK, uint16_t);
    out.missing = ARENA_ARRAY(a, out.blocks * out.features, uint64_t);
    for (size_t block = 0; block < out.blocks; block++)
        for (size_t feature = 0; feature < out.features; feature++) {
            size_t first = block * BLOCK, here = count - first < BLOCK ? count - first : BLOCK;
            uint16_t *bins = out.bins + (block * out.features + feature) * BLOCK;
            bin_column(&part->features[feature], rows, feature, from + first, here, bins);
            uint64_t missing = 0;
            for (int row = 0; row < BLOCK; row++) missing |= (uint64_t)(bins[row] == 0) << row;
            out.missing[block * out.features + feature] = missing;
        }
    return out;
}
