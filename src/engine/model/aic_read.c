#include "engine/model/aic_format.h"
#include "engine/model/source.h"

const char *const aic_node_field_names[AIC_NODE_FIELDS] = { "feature",      "threshold",   "yes",
                                                            "no",           "missing_yes", "zero_is_missing",
                                                            "category_set", "value",       "cover" };
const char *const aic_link_names[AIC_LINKS] = { "identity", "logistic", "softmax", "exp" };
const char *const aic_type_names[AIC_TYPES] = { "GBDT", "FOREST", "TREE", "LOGISTIC", "LINEAR" };

double aic_node_get(const tree_node *n, aic_node_field field)
{
    switch (field) {
    case AIC_FEATURE:
        return n->feature;
    case AIC_THRESHOLD:
        return n->threshold;
    case AIC_YES:
        return n->yes;
    case AIC_NO:
        return n->no;
    case AIC_MISSING_YES:
        return n->missing_yes;
    case AIC_ZERO_IS_MISSING:
        return n->zero_is_missing;
    case AIC_CATEGORY_SET:
        return n->category_set;
    case AIC_VALUE:
        return n->value;
    default:
        return n->cover;
    }
}

static bool set_whole(uint32_t *to, double value)
{
    if (!(value >= 0 && value <= UINT32_MAX && value == floor(value))) return false;
    *to = (uint32_t)value;
    return true;
}

bool aic_node_set(tree_node *n, aic_node_field field, double value)
{
    switch (field) {
    case AIC_FEATURE:
        return set_whole(&n->feature, value);
    case AIC_THRESHOLD:
        n->threshold = value;
        return true;
    case AIC_YES:
        return set_whole(&n->yes, value);
    case AIC_NO:
        return set_whole(&n->no, value);
    case AIC_MISSING_YES:
        n->missing_yes = value != 0;
        return true;
    case AIC_ZERO_IS_MISSING:
        n->zero_is_missing = value != 0;
        return true;
    case AIC_CATEGORY_SET:
        return set_whole(&n->category_set, value);
    case AIC_VALUE:
        n->value = value;
        return true;
    default:
        n->cover = value;
        return true;
    }
}

/* ------------------------------------------------------------------ reading */

typedef struct reading {
    build *build;
    source *source;
    model *model;
    number_list base, weights, center, scale;
    number_list column;            /* of a tree */
    number_list *category_weights; /* [feature], in scratch */
    int64_t outputs;
    bool has_trees, has_sets, has_features;
} reading;

static error take_name(reading *r, const char *const *names, size_t count, size_t *out)
{
    text written;
    TRY(source_text(r->source, &written));
    for (*out = 0; *out < count; ++*out)
        if (text_equal_string(written, names[*out])) return OK;
    return source_fail(r->source, "\"%.*s\" is not known here.", PRINT(written));
}

static error take_texts(reading *r, size_t most, const text **out, size_t *count)
{
    text *texts, *kept;
    TRY(source_texts(r->source, most, &texts, count));
    kept = ARENA_ARRAY(r->build->kept, *count, text);
    for (size_t i = 0; i < *count; i++) kept[i] = text_copy(r->build->kept, texts[i]);
    *out = kept;
    return OK;
}

static error take_feature(reading *r, model_feature *f, number_list *weights)
{
    source *s = r->source;
    text name = NO_TEXT;
    TRY(source_open(s, '{'));
    for (text key; source_key(s, &key);) {
        if (text_equal_string(key, "name"))
            TRY(source_text(s, &name));
        else if (text_equal_string(key, "is_category"))
            TRY(source_flag(s, &f->is_category));
        else if (text_equal_string(key, "categories"))
            TRY(take_texts(r, MODEL_MOST_CATEGORIES, &f->categories, &f->category_count));
        else if (text_equal_string(key, "weights"))
            TRY(source_numbers(s, false, weights));
        else
            TRY(source_skip(s));
    }
    f->name = text_copy(r->build->kept, name);
    return source_closed(s);
}

static error take_features(reading *r)
{
    source *s = r->source;
    model_feature *features = NULL;
    size_t count = 0, capacity = 0;
    TRY(source_open(s, '['));
    while (source_item(s)) {
        if (count == MODEL_MOST_FEATURES) return source_fail(s, "more than %d features.", MODEL_MOST_FEATURES);
        if (count == capacity) {
            capacity = capacity ? 2 * capacity : 16;
            features = arena_grow(r->build->scratch, features, count, capacity, sizeof *features);
            r->category_weights =
                arena_grow(r->build->scratch, r->category_weights, count, capacity, sizeof *r->category_weights);
        }
        TRY(take_feature(r, &features[count], &r->category_weights[count]));
        count++;
    }
    TRY(source_closed(s));
    r->model->features = arena_copy(r->build->kept, features, count * sizeof *features);
    r->model->feature_count = count;
    return OK;
}

/* ------------------------------------------------------------------ sets and trees */

static error take_bits(reading *r, text hex, uint32_t count, uint64_t *bits)
{
    size_t words = ((size_t)count + 63) / 64;
    if (hex.length != 16 * words) return source_fail(r->source, "bits: expected %zu digits.", 16 * words);
    for (size_t i = 0; i < hex.length; i++) {
        const char *digits = "0123456789abcdef", *at = hex.data[i] ? strchr(digits, hex.data[i]) : NULL;
        if (!at) return source_fail(r->source, "bits: expected hexadecimal digits.");
        bits[i / 16] = bits[i / 16] << 4 | (uint64_t)(at - digits);
    }
    return OK;
}

static error take_set(reading *r, category_set *set)
{
    source *s = r->source;
    int64_t count = 0;
    text hex = TEXT("");
    TRY(source_open(s, '{'));
    for (text key; source_key(s, &key);) {
        if (text_equal_string(key, "count"))
            TRY(source_integer(s, 0, MODEL_MOST_CATEGORIES, &count));
        else if (text_equal_string(key, "bits"))
            TRY(source_text(s, &hex));
        else
            TRY(source_skip(s));
    }
    TRY(source_closed(s));
    uint64_t *bits = ARENA_ARRAY(r->build->kept, hex.length / 16, uint64_t);
    TRY(take_bits(r, hex, (uint32_t)count, bits));
    *set = (category_set){ .bits = bits, .count = (uint32_t)count };
    return OK;
}

static error take_sets(reading *r)
{
    source *s = r->source;
    category_set *sets = NULL;
    size_t count = 0, capacity = 0;
    TRY(source_open(s, '['));
    while (source_item(s)) {
        if (count == capacity) {
            capacity = capacity ? 2 * capacity : 16;
            sets = arena_grow(r->build->scratch, sets, count, capacity, sizeof *sets);
        }
        TRY(take_set(r, &sets[count++]));
    }
    TRY(source_closed(s));
    r->model->sets = arena_copy(r->build->kept, sets, count * sizeof *sets);
    r->model->set_count = count;
    return OK;
}

/* One column of a tree's nodes; the first one says how many there are. */
static error take_column(reading *r, aic_node_field field, tree_node **nodes, uint32_t *count)
{
    TRY(source_numbers(r->source, false, &r->column));
    size_t found = r->column.count;
    if (!*nodes) {
        r->build->nodes += found;
        if (found == 0 || r->build->nodes > r->build->limits.nodes)
            return source_fail(r->source, "a tree of %zu nodes; at most %zu are read in all.", found,
                               r->build->limits.nodes);
        *nodes = ARENA_ARRAY(r->build->kept, found, tree_node);
        *count = (uint32_t)found;
    }
    if (found != *count) return source_fail(r->source, "%zu numbers for %u nodes.", found, *count);
    for (uint32_t i = 0; i < *count; i++)
        if (!aic_node_set(&(*nodes)[i], field, r->column.items[i]))
            return source_fail(r->source, "node %u: %g does not fit.", i, r->column.items[i]);
    return OK;
}

static error take_tree(reading *r, tree *t)
{
    source *s = r->source;
    tree_node *nodes = NULL;
    int64_t output = 0, depth = 0;
    TRY(source_open(s, '{'));
    for (text key; source_key(s, &key);) {
        aic_node_field field = 0;
        while (field < AIC_NODE_FIELDS && !text_equal_string(key, aic_node_field_names[field])) field++;
        if (field < AIC_NODE_FIELDS)
            TRY(take_column(r, field, &nodes, &t->node_count));
        else if (text_equal_string(key, "output"))
            TRY(source_integer(s, 0, MODEL_MOST_OUTPUTS, &output));
        else if (text_equal_string(key, "depth"))
            TRY(source_integer(s, 0, MODEL_MOST_DEPTH, &depth));
        else
            TRY(source_skip(s));
    }
    TRY(source_closed(s));
    t->nodes = nodes;
    t->output = (uint32_t)output;
    t->depth = (uint32_t)depth;
    for (uint32_t i = 0; i < t->node_count; i++) t->leaf_count += !nodes[i].yes;
    return OK;
}

static error take_trees(reading *r)
{
    source *s = r->source;
    build *b = r->build;
    TRY(source_open(s, '['));
    while (source_item(s)) {
        if (b->tree_count == b->limits.trees) return source_fail(s, "more than %zu trees.", b->limits.trees);
        if (b->tree_count == b->tree_capacity) {
            b->tree_capacity = b->tree_capacity ? 2 * b->tree_capacity : 16;
            b->trees = arena_grow(b->scratch, b->trees, b->tree_count, b->tree_capacity, sizeof *b->trees);
        }
        TRY(take_tree(r, &b->trees[b->tree_count++]));
    }
    TRY(source_closed(s));
    r->model->trees = arena_copy(b->kept, b->trees, b->tree_count * sizeof *b->trees);
    r->model->tree_count = b->tree_count;
    return OK;
}

/* ------------------------------------------------------------------ the file */

static error take_enums(reading *r, text key, bool *taken)
{
    size_t index;
    int64_t number;
    *taken = true;
    if (text_equal_string(key, "aic_model"))
        return source_integer(r->source, AIC_FORMAT_VERSION, AIC_FORMAT_VERSION, &number);
    if (text_equal_string(key, "kind")) {
        TRY(source_integer(r->source, MODEL_TREES, MODEL_LINEAR, &number));
        r->model->kind = (model_kind)number;
        return OK;
    }
    if (text_equal_string(key, "type")) {
        TRY(take_name(r, aic_type_names, AIC_TYPES, &index));
        r->model->type = aic_type_names[index];
        return OK;
    }
    if (text_equal_string(key, "link")) {
        TRY(take_name(r, aic_link_names, AIC_LINKS, &index));
        r->model->link = (model_link)index;
        return OK;
    }
    *taken = false;
    return OK;
}

static error take_flags(reading *r, text key, bool *taken)
{
    model *m = r->model;
    bool *flag = text_equal_string(key, "has_names")           ? &m->has_names
                 : text_equal_string(key, "is_probability")    ? &m->is_probability
                 : text_equal_string(key, "has_covers")        ? &m->has_covers
                 : text_equal_string(key, "reads_float32")     ? &m->reads_float32
                 : text_equal_string(key, "missing_at_center") ? &m->missing_at_center
                                                               : NULL;
    *taken = flag != NULL;
    return flag ? source_flag(r->source, flag) : OK;
}

static number_list *list_named(reading *r, text key)
{
    return text_equal_string(key, "base")      ? &r->base
           : text_equal_string(key, "weights") ? &r->weights
           : text_equal_string(key, "center")  ? &r->center
           : text_equal_string(key, "scale")   ? &r->scale
                                               : NULL;
}

/* What may stand there once only, since memory is taken for it. */
static error once(reading *r, bool *seen)
{
    if (*seen) return source_fail(r->source, "it stands there twice.");
    *seen = true;
    return OK;
}

static error take_member(reading *r, text key)
{
    source *s = r->source;
    bool taken;
    TRY(take_enums(r, key, &taken));
    if (taken) return OK;
    TRY(take_flags(r, key, &taken));
    if (taken) return OK;
    number_list *list = list_named(r, key);
    if (list) return source_numbers(s, false, list);
    if (text_equal_string(key, "outputs")) return source_integer(s, 1, MODEL_MOST_OUTPUTS, &r->outputs);
    if (text_equal_string(key, "classes"))
        return take_texts(r, MODEL_MOST_OUTPUTS, &r->model->classes, &r->model->class_count);
    if (text_equal_string(key, "objective")) {
        text objective;
        TRY(source_text(s, &objective));
        r->model->objective = text_copy(r->build->kept, objective);
        return OK;
    }
    if (text_equal_string(key, "features")) {
        TRY(once(r, &r->has_features));
        return take_features(r);
    }
    if (text_equal_string(key, "sets")) {
        TRY(once(r, &r->has_sets));
        return take_sets(r);
    }
    if (text_equal_string(key, "trees")) {
        TRY(once(r, &r->has_trees));
        return take_trees(r);
    }
    return source_skip(s);
}

static error keep_numbers(const reading *r, const char *name, const number_list *list, size_t count, bool may_lack,
                          const double **out)
{
    if (may_lack && !list->count) return OK;
    if (list->count != count)
        return build_fail(r->build, "%s has %zu numbers; expected %zu.", name, list->count, count);
    *out = arena_copy(r->build->kept, list->items, count * sizeof **out);
    return OK;
}

/* A list for each feature that has some; others are numbers. */
static error keep_category_weights(const reading *r)
{
    model *m = r->model;
    const double **kept = NULL;
    for (size_t f = 0; f < m->feature_count; f++) {
        const number_list *list = &r->category_weights[f];
        if (list->count == 0) continue;
        if (!kept) kept = ARENA_ARRAY(r->build->kept, m->feature_count, const double *);
        TRY(keep_numbers(r, "weights of a feature", list, m->output_count * m->features[f].category_count, false,
                         &kept[f]));
    }
    m->category_weights = kept;
    return OK;
}

error aic_format_read(build *b, text bytes, model *m)
{
    source s = source_of_json(b->scratch, bytes, b->title);
    reading r = { .build = b, .source = &s, .model = m, .outputs = 1 };
    TRY(source_open(&s, '{'));
    for (text key; source_key(&s, &key);) TRY(take_member(&r, key));
    TRY(source_closed(&s));
    TRY(source_end(&s));
    m->output_count = (size_t)r.outputs;
    if (!m->type) m->type = m->kind == MODEL_LINEAR ? "LINEAR" : "GBDT";
    bool is_linear = m->kind == MODEL_LINEAR;
    if (is_linear && r.has_trees) return build_fail(b, "a linear model has no trees.");
    TRY(keep_numbers(&r, "base", &r.base, m->output_count, false, &m->base));
    if (!is_linear) return OK;
    TRY(keep_numbers(&r, "weights", &r.weights, m->output_count * m->feature_count, false, &m->weights));
    TRY(keep_category_weights(&r));
    TRY(keep_numbers(&r, "center", &r.center, m->feature_count, true, &m->center));
    return keep_numbers(&r, "scale", &r.scale, m->feature_count, true, &m->scale);
}
