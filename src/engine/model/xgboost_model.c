/* From what stands in an XGBoost file to the model: objective, base score, outputs, rounds. */
#include "engine/model/xgboost.h"

/* ------------------------------------------------------------------ objectives */

typedef struct objective {
    const char *name;
    model_link link;      /* from margin to prediction */
    model_link base_link; /* the base score is given after it, except for several classes */
    bool is_classifier;
} objective;

static const objective objectives[] = {
    { "binary:logistic", LINK_LOGISTIC, LINK_LOGISTIC, true },
    { "binary:logitraw", LINK_IDENTITY, LINK_IDENTITY, false },
    { "reg:logistic", LINK_LOGISTIC, LINK_LOGISTIC, false },
    { "multi:softprob", LINK_SOFTMAX, LINK_IDENTITY, true },
    { "multi:softmax", LINK_SOFTMAX, LINK_IDENTITY, true },
    { "reg:squarederror", LINK_IDENTITY, LINK_IDENTITY, false },
    { "reg:linear", LINK_IDENTITY, LINK_IDENTITY, false },
    { "reg:squaredlogerror", LINK_IDENTITY, LINK_IDENTITY, false },
    { "reg:pseudohubererror", LINK_IDENTITY, LINK_IDENTITY, false },
    { "reg:absoluteerror", LINK_IDENTITY, LINK_IDENTITY, false },
    { "reg:quantileerror", LINK_IDENTITY, LINK_IDENTITY, false },
    { "reg:expectileerror", LINK_IDENTITY, LINK_IDENTITY, false },
    { "reg:gamma", LINK_EXP, LINK_EXP, false },
    { "reg:tweedie", LINK_EXP, LINK_EXP, false },
    { "count:poisson", LINK_EXP, LINK_EXP, false },
    { "survival:cox", LINK_EXP, LINK_EXP, false },
    { "survival:aft", LINK_EXP, LINK_EXP, false },
    { "rank:pairwise", LINK_IDENTITY, LINK_IDENTITY, false },
    { "rank:ndcg", LINK_IDENTITY, LINK_IDENTITY, false },
    { "rank:map", LINK_IDENTITY, LINK_IDENTITY, false },
};

static error find_objective(const xgboost_file *x, const objective **out)
{
    for (size_t i = 0; i < sizeof objectives / sizeof *objectives; i++) {
        *out = &objectives[i];
        if (text_equal_string(x->objective, (*out)->name)) return OK;
    }
    if (!text_is(x->objective)) return build_fail(x->build, "it names no objective.");
    return build_fail(x->build, "the objective \"%.*s\" is not supported.", PRINT(x->objective));
}

/* In float32, as the library computes it. */
static error base_margin(const xgboost_file *x, const objective *o, double score, double *out)
{
    float s = (float)score;
    bool fits = o->base_link == LINK_IDENTITY || (o->base_link == LINK_EXP ? s > 0 : s > 0 && s < 1);
    if (!fits || !isfinite(s)) return build_fail(x->build, "a base_score of %g does not fit %s.", score, o->name);
    *out = o->base_link == LINK_IDENTITY ? (double)s
           : o->base_link == LINK_EXP    ? (double)logf(s)
                                         : -(double)logf(1.0F / s - 1.0F);
    return OK;
}

static error set_base(const xgboost_file *x, const objective *o, model *m)
{
    double *base = ARENA_ARRAY(x->build->kept, m->output_count, double);
    size_t given = x->base_score.count;
    if (given != 1 && given != m->output_count)
        return build_fail(x->build, "%zu base scores for %zu outputs.", given, m->output_count);
    for (size_t i = 0; i < m->output_count; i++)
        TRY(base_margin(x, o, x->base_score.items[given == 1 ? 0 : i], &base[i]));
    m->base = base;
    return OK;
}

/* ------------------------------------------------------------------ trees */

static size_t start_of(const xgboost_file *x, size_t file_tree)
{
    return file_tree < x->tree_starts.count ? (size_t)x->tree_starts.items[file_tree] : x->build->tree_count;
}

/* Vector leaves were split into one tree for each output; other trees say in tree_info which output is theirs. */
static error set_outputs(xgboost_file *x, size_t outputs)
{
    size_t count = x->tree_starts.count;
    if (x->tree_info.count != count)
        return build_fail(x->build, "tree_info has %zu numbers for %zu trees.", x->tree_info.count, count);
    for (size_t t = 0; t < count; t++) {
        size_t first = start_of(x, t), size = start_of(x, t + 1) - first;
        double group = x->tree_info.items[t];
        if (size > 1 ? size != outputs : !(group >= 0 && group < (double)outputs))
            return build_fail(x->build, "tree %zu is of output %g, with %zu values a leaf; the model has %zu outputs.",
                              t, group, size, outputs);
        if (size == 1) x->build->trees[first].output = (uint32_t)group;
    }
    return OK;
}

static error apply_dart(xgboost_file *x)
{
    size_t count = x->tree_starts.count;
    if (!text_equal_string(x->booster, "dart")) return OK;
    if (x->weight_drop.count != count)
        return build_fail(x->build, "weight_drop has %zu numbers for %zu trees.", x->weight_drop.count, count);
    for (size_t t = 0; t < count; t++)
        for (size_t i = start_of(x, t); i < start_of(x, t + 1); i++)
            build_scale_leaves(x->build, i, x->weight_drop.items[t]);
    return OK;
}

/* scikit-learn's classes predict with the rounds up to the best one; XGBoost's own Booster with all. */
static error keep_best_rounds(xgboost_file *x, size_t outputs)
{
    size_t count = x->tree_starts.count;
    if (!x->by_scikit_learn || x->best_iteration < 0) return OK;
    double end = (double)(x->best_iteration + 1);
    if (x->rounds.count) {
        if (end >= (double)x->rounds.count) return OK;
        end = x->rounds.items[(size_t)end];
    } else {
        bool is_vector = x->tree.leaf_size > 1;
        end *= (double)x->parallel_trees * (double)(is_vector ? 1 : outputs);
    }
    if (!(end >= 0 && end == floor(end))) return build_fail(x->build, "iteration_indptr: %g is no tree.", end);
    if (end < (double)count) x->build->tree_count = start_of(x, (size_t)end);
    return OK;
}

/* ------------------------------------------------------------------ features */

static error set_features(xgboost_file *x, model *m)
{
    build *b = x->build;
    m->feature_count = x->feature_count ? (size_t)x->feature_count : x->name_count;
    if (!m->feature_count) return build_fail(b, "it has no features.");
    if (x->name_count && x->name_count != m->feature_count)
        return build_fail(b, "%zu feature_names for %zu features.", x->name_count, m->feature_count);
    if (x->type_count && x->type_count != m->feature_count)
        return build_fail(b, "%zu feature_types for %zu features.", x->type_count, m->feature_count);
    model_feature *features = build_features(b, x->name_count ? x->names : NULL, m->feature_count);
    for (size_t f = 0; f < m->feature_count; f++) {
        features[f].is_category = x->type_count && text_equal_string(x->types[f], "c");
        if (f >= x->categorized || !x->categories[f].category_count) continue;
        features[f].categories = x->categories[f].categories;
        features[f].category_count = x->categories[f].category_count;
    }
    m->features = features;
    m->has_names = x->name_count > 0;
    return OK;
}

static bool has_covers(const build *b)
{
    for (size_t t = 0; t < b->tree_count; t++)
        if (!(b->trees[t].nodes[0].cover > 0)) return false;
    return b->tree_count > 0;
}

static void set_classes(xgboost_file *x, const objective *o, model *m)
{
    m->is_probability = o->is_classifier;
    if (!o->is_classifier) return;
    m->class_count = m->output_count == 1 ? 2 : m->output_count;
    m->classes = build_class_numbers(x->build, m->class_count);
}

error xgboost_finish(xgboost_file *x, model *m)
{
    build *b = x->build;
    const objective *o;
    if (!text_equal_string(x->booster, "gbtree") && !text_equal_string(x->booster, "dart"))
        return build_fail(b, "the booster \"%.*s\" is not supported; gbtree and dart are.", PRINT(x->booster));
    TRY(find_objective(x, &o));
    if (!x->has_trees) return build_fail(b, "it has no trees.");
    int64_t outputs = x->class_count > 1 ? x->class_count : x->target_count > 1 ? x->target_count : 1;
    if (x->class_count > 1 && x->target_count > 1)
        return build_fail(b, "several classes and several targets at once are not supported.");
    m->output_count = (size_t)outputs;
    m->objective = text_copy(b->kept, x->objective);
    m->link = o->link;
    m->reads_float32 = true;
    TRY(set_features(x, m));
    TRY(set_base(x, o, m));
    TRY(set_outputs(x, m->output_count));
    TRY(apply_dart(x));
    TRY(keep_best_rounds(x, m->output_count));
    m->has_covers = has_covers(b);
    build_take(b, m);
    set_classes(x, o, m);
    m->type = build_type(m, x->parallel_trees > 1 && m->tree_count == (size_t)(x->parallel_trees * outputs));
    return OK;
}
