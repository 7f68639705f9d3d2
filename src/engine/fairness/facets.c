#include "engine/fairness/facets.h"

#include "engine/stats/stats.h"

#include <ctype.h>
#include <stdlib.h>

#define MISSING_NAME TEXT("(missing)")

/* Counts of one key, while the rows are read. One slot more than there are cells: the dropped rows. */
typedef struct key_counts {
    uint64_t k[CELLS + 1];
} key_counts;

typedef struct found_group {
    text name;
    uint32_t key;
    bool is_missing;
} found_group;

static text joined(arena *a, const text *parts, size_t count)
{
    if (count == 1) return parts[0];
    text_builder b = text_builder_in(a);
    for (size_t i = 0; i < count; i++) {
        if (i) text_add_string(&b, " & ");
        text_add(&b, parts[i]);
    }
    return text_built(&b);
}

static uint32_t code_in_key(const facet *f, uint32_t key, size_t column)
{
    return key / f->stride[column] % (uint32_t)(f->sources[column]->value_count + 1);
}

static found_group group_of(arena *a, const facet *f, uint32_t key)
{
    found_group g = { .key = key };
    text parts[FAIRNESS_MOST_CROSSED];
    for (size_t c = 0; c < f->column_count; c++) {
        uint32_t code = code_in_key(f, key, c);
        parts[c] = code ? f->sources[c]->values[code - 1] : MISSING_NAME;
        g.is_missing = g.is_missing || !code;
    }
    g.name = joined(a, parts, f->column_count);
    return g;
}

static int by_name(const void *left, const void *right)
{
    const found_group *a = left, *b = right;
    if (a->is_missing != b->is_missing) return a->is_missing - b->is_missing;
    int order = text_compare(a->name, b->name);
    return order ? order : (a->key > b->key) - (a->key < b->key);
}

static uint64_t usable(const key_counts *k)
{
    return k->k[CELL_TN] + k->k[CELL_FP] + k->k[CELL_FN] + k->k[CELL_TP];
}

static const key_counts *count_keys(arena *a, const facet *f, const outcomes *o)
{
    key_counts *counts = ARENA_ARRAY(a, f->keys, key_counts);
    for (size_t i = 0; i < o->rows; i++) counts[facet_key(f, i)].k[o->of_row[i]]++;
    return counts;
}

static void set_groups(arena *a, facet *f, const found_group *groups, const key_counts *counts)
{
    f->names = ARENA_ARRAY(a, f->groups, text);
    f->is_missing = ARENA_ARRAY(a, f->groups, bool);
    f->codes = arena_array(a, f->groups, sizeof *f->codes);
    f->counts = ARENA_ARRAY(a, f->groups, cell_counts);
    for (size_t g = 0; g < f->groups; g++) {
        f->names[g] = groups[g].name;
        f->is_missing[g] = groups[g].is_missing;
        f->group_of_key[groups[g].key] = (uint16_t)g;
        memcpy(f->counts[g].k, counts[groups[g].key].k, sizeof f->counts[g].k);
        for (size_t c = 0; c < f->column_count; c++) f->codes[g][c] = code_in_key(f, groups[g].key, c);
    }
}

/* "Male" and "male " are most likely one group written twice. */
static bool differs_only_in_form(text a, text b)
{
    text x = text_trim(a), y = text_trim(b);
    if (x.length != y.length) return false;
    for (size_t i = 0; i < x.length; i++)
        if (tolower((unsigned char)x.data[i]) != tolower((unsigned char)y.data[i])) return false;
    return true;
}

static void warn_similar(const facet *f, remark_builder *warnings)
{
    for (size_t g = 0; f->column_count == 1 && g < f->groups; g++)
        for (size_t h = 0; h < g; h++)
            if (differs_only_in_form(f->names[g], f->names[h]))
                remark_say(warnings, "SIMILAR_GROUPS", f->name,
                           "Groups \"%.*s\" and \"%.*s\" of %.*s differ only in case or spaces and are counted apart.",
                           PRINT(f->names[h]), PRINT(f->names[g]), PRINT(f->name));
}

static error collect_groups(arena *a, facet *f, const key_counts *counts, const char *pointer, remark_builder *warnings)
{
    found_group groups[FAIRNESS_MOST_INTERSECTIONS];
    for (uint32_t key = 0; key < f->keys; key++) {
        f->group_of_key[key] = NO_GROUP;
        if (usable(&counts[key]) == 0) {
            if (counts[key].k[OUTCOME_DROPPED] == 0 || f->column_count > 1) continue;
            text name = group_of(a, f, key).name;
            remark_say(warnings, "GROUP_WITHOUT_USABLE_ROWS", f->name,
                       "Group \"%.*s\" of %.*s has no row with a label and a decision and is left out.", PRINT(name),
                       PRINT(f->name));
            continue;
        }
        if (f->groups == FAIRNESS_MOST_INTERSECTIONS)
            return fail(a, INVALID, pointer,
                        "The combinations of %.*s make more than %d groups; cross fewer columns, or columns of fewer "
                        "values.",
                        PRINT(f->name), FAIRNESS_MOST_INTERSECTIONS);
        groups[f->groups++] = group_of(a, f, key);
    }
    if (f->groups) qsort(groups, f->groups, sizeof *groups, by_name);
    set_groups(a, f, groups, counts);
    warn_similar(f, warnings);
    return OK;
}

error facet_count(arena *a, const table *data, const outcomes *o, const text *columns, size_t column_count,
                  const char *pointer, remark_builder *warnings, facet *out)
{
    facet f = { .columns = columns, .column_count = column_count, .keys = 1 };
    f.name = joined(a, columns, column_count);
    for (size_t c = 0; c < column_count; c++) {
        f.sources[c] = table_column_named(data, columns[c]);
        if (!f.sources[c]) return fail(a, INVALID, pointer, "The table holds no column \"%.*s\".", PRINT(columns[c]));
        if (f.sources[c]->value_count > FAIRNESS_MOST_GROUPS)
            return fail(a, INVALID, pointer, "Column \"%.*s\" holds %zu different values; at most %d can be compared.",
                        PRINT(columns[c]), f.sources[c]->value_count, FAIRNESS_MOST_GROUPS);
        f.stride[c] = f.keys;
        f.keys *= (uint32_t)(f.sources[c]->value_count + 1);
    }
    f.group_of_key = ARENA_ARRAY(a, f.keys, uint16_t);
    arena *scratch = arena_new();
    error bad = collect_groups(a, &f, count_keys(scratch, &f, o), pointer, warnings);
    arena_drop(scratch);
    if (!bad) *out = f;
    return bad;
}

static double selection_rate(const cell_counts *c)
{
    return ratio_of((double)cells_selected(c), (double)cells_rows(c));
}

const double *facet_expected_rates(arena *a, const facet *crossed, const facet *singles)
{
    double *expected = ARENA_ARRAY(a, crossed->groups, double);
    cell_counts all = { 0 };
    for (size_t g = 0; g < crossed->groups; g++) all = cells_sum(&all, &crossed->counts[g]);
    double overall = selection_rate(&all);
    for (size_t g = 0; g < crossed->groups; g++) {
        expected[g] = overall;
        for (size_t c = 0; c < crossed->column_count; c++) {
            uint16_t single = singles[c].group_of_key[crossed->codes[g][c]]; /* the key of one column is its code */
            expected[g] *= ratio_of(selection_rate(&singles[c].counts[single]), overall);
        }
    }
    return expected;
}
