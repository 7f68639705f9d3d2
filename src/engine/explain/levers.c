#include "engine/explain/levers.h"

#include "engine/explain/methods.h"
#include "engine/explain/numbers.h"

enum {
    QUANTILES = 17,       /* values of the background that are tried */
    MOST_THRESHOLDS = 32, /* and of a forest, evenly over them */
    MOST_CATEGORIES = 200
};

feature_rule *feature_rules_standard(arena *a, const predictor *p, const size_t *protected_features,
                                     size_t protected_count)
{
    feature_rule *rules = ARENA_ARRAY(a, p->feature_count, feature_rule);
    const bool *is_category = predictor_categories(a, p, NULL);
    for (size_t f = 0; f < p->feature_count; f++)
        rules[f] = (feature_rule){ .least = NAN, .most = NAN, .is_category = is_category && is_category[f] };
    for (size_t i = 0; i < protected_count; i++) rules[protected_features[i]].move = MOVE_NEVER;
    return rules;
}

double lever_value(const lever *l, const double *row)
{
    if (l->feature_count == 1) return row[l->features[0]];
    size_t k = 0;
    while (k < l->feature_count && row[l->features[k]] != 1) k++;
    return (double)k;
}

void lever_set(const lever *l, double value, double *row)
{
    if (l->feature_count == 1)
        row[l->features[0]] = value;
    else
        for (size_t k = 0; k < l->feature_count; k++) row[l->features[k]] = (double)k == value;
}

bool lever_changed(const lever *l, const double *own, const double *row)
{
    double x = lever_value(l, own), y = lever_value(l, row);
    return !(x == y || (isnan(x) && isnan(y)));
}

double lever_cost(const lever *l, const double *own, const double *row)
{
    if (!lever_changed(l, own, row)) return 0;
    double off = fabs(lever_value(l, own) - lever_value(l, row));
    return l->is_number && !isnan(off) ? off / l->unit : 1;
}

/* ------------------------------------------------------------------ values to try */

typedef struct value_list {
    double *items;
    size_t count;
} value_list;

/* Whole numbers stay within the bounds that they were rounded at. */
static void add_value(const lever *l, double value, double own, value_list *list)
{
    if (l->is_integer) value = nearbyint(value);
    if (isnan(value) || value == own) return;
    if (l->is_number && (value < l->least || value > l->most)) return;
    list->items[list->count++] = value;
}

static size_t thresholds_of(const model *m, size_t feature, double *out)
{
    size_t count = 0;
    for (size_t t = 0; t < m->tree_count; t++)
        for (size_t i = 0; i < m->trees[t].node_count; i++) {
            const tree_node *n = &m->trees[t].nodes[i];
            if (!n->yes || n->feature != feature || n->category_set) continue;
            if (out) out[count] = n->threshold;
            count++;
        }
    return count;
}

/* Both sides of a forest's thresholds: at it, and the first value beyond it that a person would write. */
static void add_thresholds(arena *a, const predictor *p, const lever *l, double own, value_list *list)
{
    if (!p->model || p->model->kind != MODEL_TREES) return;
    double *all = ARENA_ARRAY(a, thresholds_of(p->model, l->features[0], NULL), double);
    size_t count = thresholds_of(p->model, l->features[0], all);
    count = sort_unique(all, count);
    size_t taken = count < MOST_THRESHOLDS ? count : MOST_THRESHOLDS;
    for (size_t k = 0; k < taken; k++) {
        double t = all[k * count / taken];
        add_value(l, l->is_integer ? floor(t) : t, own, list);
        add_value(l, l->is_integer ? floor(t) + 1 : t + l->unit * 0x1p-10, own, list);
    }
}

static double *column_of(arena *a, const matrix *background, size_t feature, size_t *count)
{
    double *values = ARENA_ARRAY(a, background->rows, double);
    *count = 0;
    for (size_t r = 0; r < background->rows; r++) {
        double x = matrix_row(background, r)[feature];
        if (!isnan(x)) values[(*count)++] = x;
    }
    return values;
}

/* The median absolute deviation; the range where it is 0; 1 where that is 0 too. */
static double unit_of(arena *a, double *sorted, size_t count)
{
    if (count == 0) return 1;
    double median = sorted[count / 2], range = sorted[count - 1] - sorted[0];
    double *off = ARENA_ARRAY(a, count, double);
    for (size_t i = 0; i < count; i++) off[i] = fabs(sorted[i] - median);
    sort_numbers(off, count);
    if (off[count / 2] > 0) return off[count / 2];
    return range > 0 ? range : 1;
}

static void number_values(arena *a, const predictor *p, const double *own, const counterfactual_options *options,
                          lever *l)
{
    size_t feature = l->features[0], count;
    const feature_rule *rule = &options->rules[feature];
    double *sorted = column_of(a, &options->background, feature, &count);
    sort_numbers(sorted, count);
    l->unit = unit_of(a, sorted, count);
    l->least = isnan(rule->least) ? -INFINITY : rule->least;
    l->most = isnan(rule->most) ? INFINITY : rule->most;
    if (rule->move == MOVE_UP) l->least = fmax(l->least, own[feature]);
    if (rule->move == MOVE_DOWN) l->most = fmin(l->most, own[feature]);
    if (l->is_integer) {
        l->least = ceil(l->least);
        l->most = floor(l->most);
    }
    value_list list = { .items = ARENA_ARRAY(a, QUANTILES + 2 + 2 * MOST_THRESHOLDS, double) };
    for (size_t k = 0; k < QUANTILES && count > 0; k++)
        add_value(l, sorted[k * (count - 1) / (QUANTILES - 1)], own[feature], &list);
    if (isfinite(l->least)) add_value(l, l->least, own[feature], &list);
    if (isfinite(l->most)) add_value(l, l->most, own[feature], &list);
    add_thresholds(a, p, l, own[feature], &list);
    l->value_count = sort_unique(list.items, list.count);
    l->values = list.items;
    if (isnan(own[feature]) && rule->move != MOVE_FREE) l->is_fixed = true; /* up from where? */
}

static error category_values(arena *a, const predictor *p, const double *own, const counterfactual_options *options,
                             lever *l)
{
    size_t feature = l->features[0], count = options->rules[feature].category_count;
    double *values = count ? arena_copy(a, options->rules[feature].categories, count * sizeof(double))
                           : column_of(a, &options->background, feature, &count);
    count = sort_unique(values, count);
    if (count > MOST_CATEGORIES) {
        text name = predictor_feature_names(a, p)[feature];
        return fail(a, INVALID, "/rules", "The feature \"%.*s\" has %zu categories; name at most %d that may be tried.",
                    PRINT(name), count, MOST_CATEGORIES);
    }
    for (size_t i = 0; i < count; i++)
        if (values[i] != own[feature]) values[l->value_count++] = values[i];
    l->values = values;
    return OK;
}

/* The members of a group from this feature on, which is its first. */
static void take_group(arena *a, const predictor *p, const double *own, const feature_rule *rules, size_t first,
                       lever *l)
{
    size_t *members = ARENA_ARRAY(a, p->feature_count, size_t);
    double *values = ARENA_ARRAY(a, p->feature_count, double);
    for (size_t f = first; f < p->feature_count; f++) {
        if (rules[f].one_hot != rules[first].one_hot) continue;
        members[l->feature_count++] = f;
        if (rules[f].move == MOVE_NEVER) l->is_fixed = true;
    }
    l->features = members;
    for (size_t k = 0; k < l->feature_count; k++)
        if ((double)k != lever_value(l, own)) values[l->value_count++] = (double)k;
    l->values = values;
}

static bool group_seen(const feature_rule *rules, size_t feature)
{
    for (size_t f = 0; f < feature; f++)
        if (rules[f].one_hot == rules[feature].one_hot) return true;
    return false;
}

error levers_of(arena *a, const predictor *p, const double *own, const counterfactual_options *options, lever_list *out)
{
    const feature_rule *rules = options->rules;
    lever *levers = ARENA_ARRAY(a, p->feature_count, lever);
    size_t *numbers = ARENA_ARRAY(a, p->feature_count, size_t), count = 0;
    for (size_t f = 0; f < p->feature_count; f++) {
        if (rules[f].one_hot > 0 && group_seen(rules, f)) continue;
        numbers[f] = f;
        lever l = { .features = &numbers[f], .feature_count = 1, .is_fixed = rules[f].move == MOVE_NEVER, .unit = 1 };
        l.is_number = rules[f].one_hot <= 0 && !rules[f].is_category;
        l.is_integer = l.is_number && rules[f].is_integer;
        if (rules[f].one_hot > 0) {
            l.feature_count = 0;
            take_group(a, p, own, rules, f, &l);
        } else if (rules[f].is_category) {
            TRY(category_values(a, p, own, options, &l));
        } else {
            number_values(a, p, own, options, &l);
        }
        if (l.is_fixed) l.value_count = 0;
        levers[count++] = l;
    }
    *out = (lever_list){ levers, count };
    return OK;
}
