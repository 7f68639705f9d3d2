#include "engine/model/xgboost.h"

/* ------------------------------------------------------------------ small parts */

/* "5E-1", since 3.1 "[5E-1]" with one number an output; or a number. */
static error take_base_score(xgboost_file *x)
{
    source *s = x->source;
    source_kind kind;
    double value;
    TRY(source_peek(s, &kind));
    x->base_score.count = 0;
    if (kind == SOURCE_NUMBER) {
        TRY(source_number(s, &value));
        number_list_add(s->scratch, &x->base_score, (double)(float)value);
        return OK;
    }
    text written;
    TRY(source_text(s, &written));
    if (text_starts(written, "[")) {
        source inside = source_of_json(x->build->scratch, written, "XGBoost, base_score");
        TRY(source_numbers(&inside, true, &x->base_score));
        return source_end(&inside);
    }
    if (!written.length || decimal_read(written, true, &value) != written.length)
        return source_fail(s, "base_score: expected a number, found \"%.*s\".", PRINT(written));
    number_list_add(s->scratch, &x->base_score, value);
    return OK;
}

static error take_learner_parameters(xgboost_file *x)
{
    source *s = x->source;
    TRY(source_open(s, '{'));
    for (text key; source_key(s, &key);) {
        if (text_equal_string(key, "base_score"))
            TRY(take_base_score(x));
        else if (text_equal_string(key, "num_feature"))
            TRY(source_integer(s, 1, MODEL_MOST_FEATURES, &x->feature_count));
        else if (text_equal_string(key, "num_class"))
            TRY(source_integer(s, 0, MODEL_MOST_OUTPUTS, &x->class_count));
        else if (text_equal_string(key, "num_target"))
            TRY(source_integer(s, 0, MODEL_MOST_OUTPUTS, &x->target_count));
        else
            TRY(source_skip(s));
    }
    return source_closed(s);
}

static error take_objective(xgboost_file *x)
{
    source *s = x->source;
    TRY(source_open(s, '{'));
    for (text key; source_key(s, &key);)
        TRY(text_equal_string(key, "name") ? source_text(s, &x->objective) : source_skip(s));
    return source_closed(s);
}

/* scikit-learn's classes predict with the best iteration when training was stopped early; they leave their mark here.
 */
static error take_attributes(xgboost_file *x)
{
    source *s = x->source;
    TRY(source_open(s, '{'));
    for (text key; source_key(s, &key);) {
        x->by_scikit_learn |= text_equal_string(key, "scikit_learn");
        if (text_equal_string(key, "best_iteration"))
            TRY(source_integer(s, 0, INT32_MAX, &x->best_iteration));
        else
            TRY(source_skip(s));
    }
    return source_closed(s);
}

/* ------------------------------------------------------------------ the booster */

static error take_trees(xgboost_file *x)
{
    source *s = x->source;
    if (x->has_trees) return source_fail(s, "trees stand there twice.");
    x->has_trees = true;
    TRY(source_open(s, '['));
    while (source_item(s)) {
        number_list_add(s->scratch, &x->tree_starts, (double)x->build->tree_count);
        TRY(xgboost_take_tree(x));
    }
    return source_closed(s);
}

static error take_tree_parameters(xgboost_file *x)
{
    source *s = x->source;
    TRY(source_open(s, '{'));
    for (text key; source_key(s, &key);) {
        if (text_equal_string(key, "num_parallel_tree"))
            TRY(source_integer(s, 0, INT32_MAX, &x->parallel_trees));
        else
            TRY(source_skip(s));
    }
    return source_closed(s);
}

static error take_model(xgboost_file *x)
{
    source *s = x->source;
    TRY(source_open(s, '{'));
    for (text key; source_key(s, &key);) {
        if (text_equal_string(key, "trees"))
            TRY(take_trees(x));
        else if (text_equal_string(key, "tree_info"))
            TRY(source_numbers(s, false, &x->tree_info));
        else if (text_equal_string(key, "iteration_indptr"))
            TRY(source_numbers(s, false, &x->rounds));
        else if (text_equal_string(key, "gbtree_model_param"))
            TRY(take_tree_parameters(x));
        else if (text_equal_string(key, "cats"))
            TRY(xgboost_take_categories(x));
        else
            TRY(source_skip(s));
    }
    return source_closed(s);
}

/* {"model": …, "name": "gbtree"}; DART: {"gbtree": {"model": …}, "name": "dart", "weight_drop": […]}. */
static error take_booster(xgboost_file *x, bool is_inner) // NOLINT(misc-no-recursion): one level, see is_inner
{
    source *s = x->source;
    TRY(source_open(s, '{'));
    for (text key; source_key(s, &key);) {
        if (text_equal_string(key, "model"))
            TRY(take_model(x));
        else if (text_equal_string(key, "name") && !is_inner)
            TRY(source_text(s, &x->booster));
        else if (text_equal_string(key, "weight_drop"))
            TRY(source_numbers(s, true, &x->weight_drop));
        else if (text_equal_string(key, "gbtree") && !is_inner)
            TRY(take_booster(x, true));
        else
            TRY(source_skip(s));
    }
    return source_closed(s);
}

/* ------------------------------------------------------------------ the file */

static error take_learner(xgboost_file *x)
{
    source *s = x->source;
    TRY(source_open(s, '{'));
    for (text key; source_key(s, &key);) {
        if (text_equal_string(key, "gradient_booster"))
            TRY(take_booster(x, false));
        else if (text_equal_string(key, "learner_model_param"))
            TRY(take_learner_parameters(x));
        else if (text_equal_string(key, "objective"))
            TRY(take_objective(x));
        else if (text_equal_string(key, "attributes"))
            TRY(take_attributes(x));
        else if (text_equal_string(key, "feature_names"))
            TRY(source_texts(s, MODEL_MOST_FEATURES, &x->names, &x->name_count));
        else if (text_equal_string(key, "feature_types"))
            TRY(source_texts(s, MODEL_MOST_FEATURES, &x->types, &x->type_count));
        else
            TRY(source_skip(s));
    }
    return source_closed(s);
}

static error take_file(xgboost_file *x, bool *has_learner)
{
    source *s = x->source;
    TRY(source_open(s, '{'));
    for (text key; source_key(s, &key);) {
        bool is_learner = text_equal_string(key, "learner");
        if (is_learner && *has_learner) return source_fail(s, "learner stands there twice.");
        *has_learner |= is_learner;
        TRY(is_learner ? take_learner(x) : source_skip(s));
    }
    return source_closed(s);
}

static error read_source(build *b, source *s, model *m)
{
    xgboost_file x = { .build = b, .source = s, .best_iteration = -1, .parallel_trees = 1, .target_count = 1 };
    bool has_learner = false;
    TRY(take_file(&x, &has_learner));
    TRY(source_end(s));
    if (!has_learner) return build_fail(b, "there is no \"learner\" in it. Expected what XGBoost's save_model writes.");
    return xgboost_finish(&x, m);
}

error xgboost_read_json(build *b, text bytes, model *m)
{
    source s = source_of_json(b->scratch, bytes, b->title);
    return read_source(b, &s, m);
}

error xgboost_read_ubjson(build *b, text bytes, model *m)
{
    source s = source_of_ubjson(b->scratch, bytes, b->title);
    return read_source(b, &s, m);
}
