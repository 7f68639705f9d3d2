/* XGBoost's model files, JSON and UBJSON alike (source.h), versions 1.7 to 3.x. Inside the reader only. */
#ifndef AIC_ENGINE_MODEL_XGBOOST_H
#define AIC_ENGINE_MODEL_XGBOOST_H

#include "engine/model/build.h"
#include "engine/model/source.h"

/* One tree's arrays, used again for the next. */
typedef struct xgboost_tree {
    number_list left, right, split_indices, split_conditions, default_left, split_type, sum_hessian;
    number_list base_weights, leaf_weights;
    number_list categories, categories_nodes, categories_segments, categories_sizes;
    int64_t leaf_size; /* values a leaf: more than one in trees of several outputs */
    tree_node *raw;
    size_t raw_capacity;
} xgboost_tree;

typedef struct xgboost_file {
    build *build;
    source *source;
    int64_t feature_count, class_count, target_count, parallel_trees;
    number_list base_score, tree_info, weight_drop, rounds;
    number_list tree_starts; /* of each tree of the file: its first one in build */
    text objective, booster;
    text *names, *types;
    size_t name_count, type_count;
    model_feature *categories; /* of the "cats" container, by feature */
    size_t categorized;
    bool by_scikit_learn;
    int64_t best_iteration; /* -1: none */
    bool has_trees;
    xgboost_tree tree;
} xgboost_file;

/* The next value is a tree's object; its trees (one an output) are added to the build. */
error xgboost_take_tree(xgboost_file *x);
/* The next value is the "cats" object: texts of categories, since 3.1. */
error xgboost_take_categories(xgboost_file *x);
/* The model, once everything is read. */
error xgboost_finish(xgboost_file *x, model *m);

#endif
