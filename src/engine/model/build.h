/* For readers: from the nodes as a file numbers them to trees of the inner form, and what every reader needs besides.
 */
#ifndef AIC_ENGINE_MODEL_BUILD_H
#define AIC_ENGINE_MODEL_BUILD_H

#include "engine/model/model.h"

/* A reader gets two arenas: the model and all that it points to goes into `kept`, everything else into `scratch`,
 * errors too (they are copied out at the end). The bytes are the caller's and may go after the reading. */
typedef struct build {
    arena *kept, *scratch;
    model_limits limits;
    const char *title; /* of the format, for messages */
    size_t file_bytes;
    size_t nodes; /* of all trees so far */
    tree *trees;
    size_t tree_count, tree_capacity;
    category_set *sets;
    size_t set_count, set_capacity;
    size_t set_bytes;
    uint32_t *set_table; /* sets by hash of their bits: the same set is kept once */
    size_t set_table_size;
} build;

build build_start(arena *kept, arena *scratch, model_limits limits, const char *title, size_t file_bytes);

/* One tree from raw nodes: yes and no are indices into `raw`; a leaf has both 0. What cannot be reached from node 0 is
 * left out (deleted nodes of pruned trees). */
error build_tree(build *b, const tree_node *raw, size_t count, uint32_t output);
void build_scale_leaves(build *b, size_t index, double factor);

/* A set of categories given as a list, or as words of 32 bits; *out is the node's category_set. */
error build_set(build *b, const double *categories, size_t count, uint32_t *out);
error build_set_words(build *b, const uint32_t *words, size_t count, uint32_t *out);

void build_take(build *b, model *m); /* trees and sets into the model */

/* Names of the features, "f0" … where `names` is NULL. */
model_feature *build_features(build *b, const text *names, size_t count);
text *build_class_numbers(build *b, size_t count); /* "0", "1", … */

/* "GBDT", or "TREE" of one tree an output. */
const char *build_type(const model *m, bool is_forest);

/* INVALID: "TITLE: …" */
__attribute__((format(printf, 2, 3))) error build_fail(const build *b, const char *format, ...);

/* The readers. */
bool xgboost_is_json(text bytes);
error xgboost_read_json(build *b, text bytes, model *m);
error xgboost_read_ubjson(build *b, text bytes, model *m);
error aic_format_read(build *b, text bytes, model *m);
error lightgbm_read(build *b, text bytes, model *m);
error onnx_read(build *b, text bytes, model *m);

/* model_read, with the scratch arena seen from outside: tests bound both. */
error model_read_in(arena *kept, arena *scratch, text bytes, model_limits limits, const model **out);

text model_sha256(arena *a, text bytes);

#endif
