#include "engine/model/lightgbm.h"

/* Bits of decision_type. */
enum { IS_CATEGORY = 1, DEFAULT_LEFT = 2, MISSING_SHIFT = 2 };
typedef enum { MISSING_NONE, MISSING_ZERO, MISSING_NAN } missing_type;

/* ------------------------------------------------------------------ lists */

/* A threshold may be infinite: a split that sets only missing values apart. */
static size_t read_number(text t, double *out)
{
    bool is_negative = text_starts(t, "-inf");
    if (!is_negative && !text_starts(t, "inf")) return decimal_read(t, false, out);
    *out = is_negative ? -INFINITY : INFINITY;
    return is_negative ? 4 : 3;
}

static error take_numbers(const lightgbm_file *l, text key, text value, number_list *list)
{
    list->count = 0;
    for (size_t i = 0; i < value.length;) {
        double number;
        if (value.data[i] == ' ') {
            i++;
            continue;
        }
        size_t length = read_number((text){ value.data + i, value.length - i }, &number);
        if (!length || (i + length < value.length && value.data[i + length] != ' '))
            return lightgbm_fail(l, "%.*s: number %zu is not one that a double can hold.", PRINT(key), list->count + 1);
        number_list_add(l->build->scratch, list, number);
        i += length;
    }
    return OK;
}

typedef struct named_list {
    const char *name;
    number_list *list;
} named_list;

enum { LISTS = 12 };

static void lists_of(lightgbm_tree *t, named_list lists[LISTS])
{
    const named_list all[LISTS] = {
        { "split_feature", &t->split_feature }, { "threshold", &t->threshold },
        { "decision_type", &t->decision_type }, { "left_child", &t->left },
        { "right_child", &t->right },           { "leaf_value", &t->leaf_value },
        { "leaf_count", &t->leaf_count },       { "internal_count", &t->internal_count },
        { "leaf_weight", &t->leaf_weight },     { "internal_weight", &t->internal_weight },
        { "cat_boundaries", &t->boundaries },   { "cat_threshold", &t->words },
    };
    memcpy(lists, all, sizeof all);
}

static error take_lists(lightgbm_file *l)
{
    named_list lists[LISTS];
    lists_of(&l->tree, lists);
    for (size_t i = 0; i < LISTS; i++) lists[i].list->count = 0;
    l->tree.is_linear = false;
    for (text line, key, value; lightgbm_line(l, &line) && line.length;) {
        if (!lightgbm_pair(line, &key, &value)) return lightgbm_fail(l, "expected \"name=numbers\".");
        for (size_t i = 0; i < LISTS; i++)
            if (text_equal_string(key, lists[i].name)) TRY(take_numbers(l, key, value, lists[i].list));
        if (text_equal_string(key, "is_linear")) l->tree.is_linear = !text_equal_string(text_trim(value), "0");
    }
    return OK;
}

static error check_counts(const lightgbm_file *l)
{
    const lightgbm_tree *t = &l->tree;
    size_t leaves = t->leaf_value.count, splits = t->left.count;
    if (t->is_linear)
        return lightgbm_fail(l, "trees with linear models in their leaves (linear_tree) are not supported.");
    if (!leaves) return lightgbm_fail(l, "a tree without leaf_value.");
    if (leaves != splits + 1)
        return lightgbm_fail(l, "left_child has %zu numbers for %zu leaves; expected %zu.", splits, leaves, leaves - 1);
    if (t->right.count != splits || t->split_feature.count != splits || t->threshold.count != splits ||
        t->decision_type.count != splits)
        return lightgbm_fail(l, "right_child, split_feature, threshold and decision_type need %zu numbers each.",
                             splits);
    return OK;
}

/* ------------------------------------------------------------------ splits */

static bool is_below(double value, double most)
{
    return value >= 0 && value < most && value == floor(value);
}

/* Raw nodes: the splits, and behind them the leaves. */
static bool child_of(const lightgbm_tree *t, double child, uint32_t *out)
{
    size_t splits = t->left.count, leaves = t->leaf_value.count;
    if (is_below(child, (double)splits) && child > 0) {
        *out = (uint32_t)child;
        return true;
    }
    if (!is_below(-1 - child, (double)leaves)) return false;
    *out = (uint32_t)(splits + (size_t)(-1 - child));
    return true;
}

static error set_categories(lightgbm_file *l, size_t i, tree_node *n)
{
    lightgbm_tree *t = &l->tree;
    double set = t->threshold.items[i];
    if (!is_below(set, (double)t->boundaries.count) || !is_below(set + 1, (double)t->boundaries.count))
        return lightgbm_fail(l, "split %zu: there is no set %g in cat_boundaries.", i, set);
    double from = t->boundaries.items[(size_t)set], to = t->boundaries.items[(size_t)set + 1];
    if (!is_below(from, (double)t->words.count + 1) || !is_below(to, (double)t->words.count + 1) || from > to)
        return lightgbm_fail(l, "cat_boundaries: %g to %g of %zu words.", from, to, t->words.count);
    size_t count = (size_t)(to - from);
    if (count > t->set_word_capacity) {
        t->set_words = ARENA_ARRAY(l->build->scratch, count, uint32_t);
        t->set_word_capacity = count;
    }
    for (size_t k = 0; k < count; k++) {
        double word = t->words.items[(size_t)from + k];
        if (!is_below(word, 0x1p32)) return lightgbm_fail(l, "cat_threshold: %g is no word of 32 bits.", word);
        t->set_words[k] = (uint32_t)word;
    }
    return build_set_words(l->build, t->set_words, count, &n->category_set);
}

/* A missing value of a feature that had none in training counts as 0. */
static void set_missing(int type, tree_node *n, double threshold)
{
    missing_type missing = (missing_type)(type >> MISSING_SHIFT & 3);
    n->missing_yes = missing == MISSING_NONE ? 0 <= threshold : (type & DEFAULT_LEFT) != 0;
    n->zero_is_missing = missing == MISSING_ZERO;
}

static error set_split(lightgbm_file *l, size_t i, tree_node *n)
{
    const lightgbm_tree *t = &l->tree;
    double feature = t->split_feature.items[i], type = t->decision_type.items[i];
    if (!child_of(t, t->left.items[i], &n->yes) || !child_of(t, t->right.items[i], &n->no))
        return lightgbm_fail(l, "split %zu: children %g and %g of %zu splits and %zu leaves.", i, t->left.items[i],
                             t->right.items[i], t->left.count, t->leaf_value.count);
    if (!is_below(feature, MODEL_MOST_FEATURES)) return lightgbm_fail(l, "split %zu: feature %g.", i, feature);
    if (!is_below(type, 16) || (int)type >> MISSING_SHIFT > MISSING_NAN)
        return lightgbm_fail(l, "split %zu: a decision_type of %g.", i, type);
    n->feature = (uint32_t)feature;
    if ((int)type & IS_CATEGORY) return set_categories(l, i, n); /* missing ones go to the right */
    n->threshold = t->threshold.items[i];
    set_missing((int)type, n, n->threshold);
    return OK;
}

/* ------------------------------------------------------------------ covers */

/* Counts of rows, as LightGBM's own contributions take them; weights in files without counts. */
static void set_covers(lightgbm_file *l)
{
    lightgbm_tree *t = &l->tree;
    size_t splits = t->left.count, leaves = t->leaf_value.count;
    bool counts = t->leaf_count.count == leaves && t->internal_count.count == splits;
    bool weights = t->leaf_weight.count == leaves && t->internal_weight.count == splits;
    const number_list *of_splits = counts ? &t->internal_count : &t->internal_weight;
    const number_list *of_leaves = counts ? &t->leaf_count : &t->leaf_weight;
    if (splits && !counts && !weights) l->lacks_covers = true;
    if (!counts && !weights) return;
    for (size_t i = 0; i < splits; i++) t->raw[i].cover = fmax(0, of_splits->items[i]);
    for (size_t i = 0; i < leaves; i++) t->raw[splits + i].cover = fmax(0, of_leaves->items[i]);
    if (splits && !(t->raw[0].cover > 0)) l->lacks_covers = true;
}

error lightgbm_take_tree(lightgbm_file *l)
{
    lightgbm_tree *t = &l->tree;
    TRY(take_lists(l));
    TRY(check_counts(l));
    size_t splits = t->left.count, count = splits + t->leaf_value.count;
    if (count > t->raw_capacity) {
        t->raw = ARENA_ARRAY(l->build->scratch, count, tree_node);
        t->raw_capacity = count;
    }
    memset(t->raw, 0, count * sizeof *t->raw);
    for (size_t i = 0; i < splits; i++) TRY(set_split(l, i, &t->raw[i]));
    for (size_t i = splits; i < count; i++) t->raw[i].value = t->leaf_value.items[i - splits];
    set_covers(l);
    return build_tree(l->build, t->raw, count, (uint32_t)(l->build->tree_count % (size_t)l->outputs));
}
