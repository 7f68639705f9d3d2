/* What writer and reader of our own format share. */
#ifndef AIC_ENGINE_MODEL_AIC_FORMAT_H
#define AIC_ENGINE_MODEL_AIC_FORMAT_H

#include "engine/model/build.h"

enum { AIC_FORMAT_VERSION = 1, AIC_LINKS = 4, AIC_TYPES = 5 };

/* Fields of a node, one column of numbers each. */
typedef enum {
    AIC_FEATURE,
    AIC_THRESHOLD,
    AIC_YES,
    AIC_NO,
    AIC_MISSING_YES,
    AIC_ZERO_IS_MISSING,
    AIC_CATEGORY_SET,
    AIC_VALUE,
    AIC_COVER,
    AIC_NODE_FIELDS
} aic_node_field;

extern const char *const aic_node_field_names[AIC_NODE_FIELDS];
extern const char *const aic_link_names[AIC_LINKS];
extern const char *const aic_type_names[AIC_TYPES];

double aic_node_get(const tree_node *n, aic_node_field field);
/* false: the field cannot hold such a number. */
bool aic_node_set(tree_node *n, aic_node_field field, double value);

#endif
