#include "engine/model/build.h"

build build_start(arena *kept, arena *scratch, model_limits limits, const char *title, size_t file_bytes)
{
    return (build){ .kept = kept, .scratch = scratch, .limits = limits, .title = title, .file_bytes = file_bytes };
}

error build_fail(const build *b, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    text message = text_format_list(b->scratch, format, arguments);
    va_end(arguments);
    return fail(b->scratch, INVALID, "", "%s: %.*s", b->title, PRINT(message));
}

/* ------------------------------------------------------------------ trees */

/* One step of the walk: where the node stands in the file, and which link of the new tree leads to it. */
typedef struct pending {
    uint32_t raw, parent;
    uint32_t depth;
    bool is_yes;
} pending;

typedef struct walk {
    const tree_node *raw;
    size_t count;
    bool *seen;
    tree_node *nodes; /* in the order of the walk: parents first */
    tree made;
    pending stack[MODEL_MOST_DEPTH + 2];
    size_t height;
} walk;

static error push_child(const build *b, walk *w, uint32_t parent, uint32_t from, uint32_t to, uint32_t depth,
                        bool is_yes)
{
    if (depth > MODEL_MOST_DEPTH)
        return build_fail(b, "tree %zu is deeper than %d levels.", b->tree_count, MODEL_MOST_DEPTH);
    if (to == 0 || to >= w->count)
        return build_fail(b, "tree %zu, node %u: its child %u is not one of the tree's %zu nodes below the root.",
                          b->tree_count, from, to, w->count);
    if (w->seen[to])
        return build_fail(b, "tree %zu, node %u: its child %u has a parent already, so this is no tree.", b->tree_count,
                          from, to);
    w->seen[to] = true;
    w->stack[w->height++] = (pending){ .raw = to, .parent = parent, .depth = depth, .is_yes = is_yes };
    return OK;
}

static error visit(const build *b, walk *w, pending p)
{
    uint32_t here = w->made.node_count++;
    tree_node node = w->raw[p.raw];
    w->nodes[here] = node;
    if (here) {
        if (p.is_yes)
            w->nodes[p.parent].yes = here;
        else
            w->nodes[p.parent].no = here;
    }
    if (p.depth > w->made.depth) w->made.depth = p.depth;
    if (!node.yes && !node.no) {
        w->made.leaf_count++;
        return OK;
    }
    /* The one pushed last is walked first, so that `yes` stands right behind its parent. */
    TRY(push_child(b, w, here, p.raw, node.no, p.depth + 1, false));
    return push_child(b, w, here, p.raw, node.yes, p.depth + 1, true);
}

static void add_tree(build *b, tree made)
{
    if (b->tree_count == b->tree_capacity) {
        size_t capacity = b->tree_capacity ? 2 * b->tree_capacity : 16;
        b->trees = arena_grow(b->scratch, b->trees, b->tree_count, capacity, sizeof *b->trees);
        b->tree_capacity = capacity;
    }
    b->trees[b->tree_count++] = made;
}

error build_tree(build *b, const tree_node *raw, size_t count, uint32_t output)
{
    if (b->tree_count >= b->limits.trees) return build_fail(b, "more than %zu trees.", b->limits.trees);
    if (count == 0 || count > UINT32_MAX / 2) return build_fail(b, "tree %zu has %zu nodes.", b->tree_count, count);
    if (b->nodes + count > b->limits.nodes) return build_fail(b, "more than %zu nodes.", b->limits.nodes);
    walk w = { .raw = raw, .count = count, .seen = ARENA_ARRAY(b->scratch, count, bool) };
    w.nodes = ARENA_ARRAY(b->kept, count, tree_node);
    w.made.output = output;
    w.stack[w.height++] = (pending){ .raw = 0 };
    while (w.height) TRY(visit(b, &w, w.stack[--w.height]));
    b->nodes += w.made.node_count;
    w.made.nodes = w.nodes;
    add_tree(b, w.made);
    return OK;
}

void build_scale_leaves(build *b, size_t index, double factor)
{
    tree_node *nodes = (tree_node *)(uintptr_t)b->trees[index].nodes; /* made by build_tree */
    for (uint32_t i = 0; i < b->trees[index].node_count; i++)
        if (!nodes[i].yes) nodes[i].value *= factor;
}

void build_take(build *b, model *m)
{
    m->kind = MODEL_TREES;
    m->trees = arena_copy(b->kept, b->trees, b->tree_count * sizeof *b->trees);
    m->tree_count = b->tree_count;
    m->sets = arena_copy(b->kept, b->sets, b->set_count * sizeof *b->sets);
    m->set_count = b->set_count;
}

/* ------------------------------------------------------------------ sets of categories */

static uint64_t hash_of(const uint64_t *bits, size_t words)
{
    uint64_t h = 0xCBF29CE484222325;
    for (size_t i = 0; i < words; i++) h = (h ^ bits[i]) * 0x9E3779B97F4A7C15, h ^= h >> 29;
    return h;
}

static size_t words_of(uint32_t count)
{
    return (count + 63) / 64;
}

static bool is_set(const category_set *s, const uint64_t *bits, uint32_t count)
{
    return s->count == count && memcmp(s->bits, bits, words_of(count) * sizeof *bits) == 0;
}

/* The place in the table where the set stands or belongs. */
static uint32_t *set_place(build *b, const uint64_t *bits, uint32_t count)
{
    size_t i = hash_of(bits, words_of(count)) & (b->set_table_size - 1);
    while (b->set_table[i] && !is_set(&b->sets[b->set_table[i] - 1], bits, count))
        i = (i + 1) & (b->set_table_size - 1);
    return &b->set_table[i];
}

static void grow_sets(build *b)
{
    size_t capacity = b->set_capacity ? 2 * b->set_capacity : 16;
    b->sets = arena_grow(b->scratch, b->sets, b->set_count, capacity, sizeof *b->sets);
    b->set_capacity = capacity;
    b->set_table_size = 2 * capacity;
    b->set_table = ARENA_ARRAY(b->scratch, b->set_table_size, uint32_t);
    for (size_t i = 0; i < b->set_count; i++) *set_place(b, b->sets[i].bits, b->sets[i].count) = (uint32_t)i + 1;
}

/* A category's number may be large in few bytes, so what its bits take is bounded by the size of the file. */
static error room_for_bits(build *b, uint32_t count)
{
    size_t bytes = words_of(count) * sizeof(uint64_t);
    if (b->set_bytes + bytes > 16 * b->file_bytes + (1 << 20))
        return build_fail(b, "its lists of categories are too sparse: number the categories from 0 without gaps.");
    b->set_bytes += bytes;
    return OK;
}

/* `bits` is in scratch; only a set that is new is kept. */
static error keep_set(build *b, const uint64_t *bits, uint32_t count, uint32_t *out)
{
    if (b->set_count == b->set_capacity) grow_sets(b);
    uint32_t *place = set_place(b, bits, count);
    if (!*place) {
        const uint64_t *kept = arena_copy(b->kept, bits, words_of(count) * sizeof *bits);
        b->sets[b->set_count++] = (category_set){ .bits = kept, .count = count };
        *place = (uint32_t)b->set_count;
    }
    *out = *place;
    return OK;
}

error build_set(build *b, const double *categories, size_t count, uint32_t *out)
{
    double most = -1;
    for (size_t i = 0; i < count; i++) {
        double c = categories[i];
        if (!(c >= 0 && c < MODEL_MOST_CATEGORIES && c == floor(c)))
            return build_fail(b, "tree %zu: %g is no category; they are whole numbers from 0 to %d.", b->tree_count, c,
                              MODEL_MOST_CATEGORIES - 1);
        if (c > most) most = c;
    }
    uint32_t bit_count = (uint32_t)(most + 1);
    TRY(room_for_bits(b, bit_count));
    uint64_t *bits = ARENA_ARRAY(b->scratch, words_of(bit_count), uint64_t);
    for (size_t i = 0; i < count; i++)
        bits[(uint32_t)categories[i] / 64] |= UINT64_C(1) << ((uint32_t)categories[i] % 64);
    return keep_set(b, bits, bit_count, out);
}

error build_set_words(build *b, const uint32_t *words, size_t count, uint32_t *out)
{
    while (count && !words[count - 1]) count--;
    if (count * 32 > MODEL_MOST_CATEGORIES)
        return build_fail(b, "tree %zu: categories are numbered beyond %d.", b->tree_count, MODEL_MOST_CATEGORIES - 1);
    uint32_t bit_count = (uint32_t)count * 32;
    TRY(room_for_bits(b, bit_count));
    uint64_t *bits = ARENA_ARRAY(b->scratch, words_of(bit_count), uint64_t);
    for (size_t i = 0; i < count; i++) bits[i / 2] |= (uint64_t)words[i] << (32 * (i % 2));
    return keep_set(b, bits, bit_count, out);
}

/* ------------------------------------------------------------------ names */

model_feature *build_features(build *b, const text *names, size_t count)
{
    model_feature *features = ARENA_ARRAY(b->kept, count, model_feature);
    for (size_t i = 0; i < count; i++)
        features[i].name = names ? text_copy(b->kept, names[i]) : text_format(b->kept, "f%zu", i);
    return features;
}

text *build_class_numbers(build *b, size_t count)
{
    text *classes = ARENA_ARRAY(b->kept, count, text);
    for (size_t i = 0; i < count; i++) classes[i] = text_format(b->kept, "%zu", i);
    return classes;
}

const char *build_type(const model *m, bool is_forest)
{
    return m->tree_count <= m->output_count ? "TREE" : is_forest ? "FOREST" : "GBDT";
}
