/* LightGBM's text files, versions 2 to 4. Inside the reader only. */
#ifndef AIC_ENGINE_MODEL_LIGHTGBM_H
#define AIC_ENGINE_MODEL_LIGHTGBM_H

#include "engine/model/build.h"
#include "engine/model/source.h"

/* One tree's lists, used again for the next. Splits are numbered from 0, leaves apart from them; a child below 0 is the
 * leaf ~child. */
typedef struct lightgbm_tree {
    number_list split_feature, threshold, decision_type, left, right;
    number_list leaf_value, leaf_count, internal_count, leaf_weight, internal_weight;
    number_list boundaries, words; /* of the sets of categories: words[boundaries[k]] … of set k */
    uint32_t *set_words;
    size_t set_word_capacity;
    tree_node *raw;
    size_t raw_capacity;
    bool is_linear;
} lightgbm_tree;

typedef struct lightgbm_file {
    build *build;
    text rest;   /* of the file */
    size_t line; /* from 1 */
    text objective, names, infos, pandas;
    number_list categorical; /* features that the parameters name as categories */
    int64_t class_count, outputs, last_feature;
    bool averages, lacks_covers;
    lightgbm_tree tree;
} lightgbm_file;

/* The next line, without its end; false at the end of the file. */
bool lightgbm_line(lightgbm_file *l, text *line);
/* "key=value"; false when there is no "=". */
bool lightgbm_pair(text line, text *key, text *value);
__attribute__((format(printf, 2, 3))) error lightgbm_fail(const lightgbm_file *l, const char *format, ...);

/* What follows "Tree=N" up to an empty line; adds the tree to the build. */
error lightgbm_take_tree(lightgbm_file *l);
/* The model, once everything is read. */
error lightgbm_finish(lightgbm_file *l, model *m);

#endif
