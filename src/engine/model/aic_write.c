/* Our own format: JSON with every field of the inner form, columns of numbers for each tree. Numbers are written with
 * the shortest digits that read back to the same double. Infinite thresholds are texts, since JSON has no such numbers.
 */
#include "engine/model/aic_format.h"

static void write_double(json_writer *w, double value)
{
    if (value == 0 && signbit(value))
        json_write_raw(w, TEXT("-0"));
    else if (isinf(value))
        json_write_string(w, value > 0 ? "Infinity" : "-Infinity");
    else
        json_write_number(w, value);
}

static void write_doubles(json_writer *w, const char *key, const double *values, size_t count)
{
    if (!values) return;
    json_key(w, key);
    json_open(w, '[');
    for (size_t i = 0; i < count; i++) write_double(w, values[i]);
    json_close(w, ']');
}

static void write_texts(json_writer *w, const char *key, const text *texts, size_t count)
{
    if (!texts) return;
    json_key(w, key);
    json_open(w, '[');
    for (size_t i = 0; i < count; i++) json_write_text(w, texts[i]);
    json_close(w, ']');
}

static void write_flag(json_writer *w, const char *key, bool value)
{
    json_key(w, key);
    json_write_bool(w, value);
}

static void write_number(json_writer *w, const char *key, size_t value)
{
    json_key(w, key);
    json_write_integer(w, (int64_t)value);
}

static void write_features(json_writer *w, const model *m)
{
    json_key(w, "features");
    json_open(w, '[');
    for (size_t f = 0; f < m->feature_count; f++) {
        const model_feature *feature = &m->features[f];
        json_open(w, '{');
        json_key(w, "name"), json_write_text(w, feature->name);
        if (feature->is_category) write_flag(w, "is_category", true);
        write_texts(w, "categories", feature->categories, feature->category_count);
        if (m->category_weights && m->category_weights[f])
            write_doubles(w, "weights", m->category_weights[f], m->output_count * feature->category_count);
        json_close(w, '}');
    }
    json_close(w, ']');
}

static void write_sets(json_writer *w, const model *m)
{
    json_key(w, "sets");
    json_open(w, '[');
    for (size_t s = 0; s < m->set_count; s++) {
        json_open(w, '{');
        write_number(w, "count", m->sets[s].count);
        text_builder hex = text_builder_in(w->out.arena);
        for (size_t i = 0; i < (m->sets[s].count + 63) / 64; i++)
            text_add_format(&hex, "%016llx", (unsigned long long)m->sets[s].bits[i]);
        json_key(w, "bits"), json_write_text(w, text_built(&hex));
        json_close(w, '}');
    }
    json_close(w, ']');
}

static void write_node_field(json_writer *w, const tree *t, aic_node_field field)
{
    json_key(w, aic_node_field_names[field]);
    json_open(w, '[');
    for (uint32_t i = 0; i < t->node_count; i++) write_double(w, aic_node_get(&t->nodes[i], field));
    json_close(w, ']');
}

static void write_trees(json_writer *w, const model *m)
{
    json_key(w, "trees");
    json_open(w, '[');
    for (size_t t = 0; t < m->tree_count; t++) {
        json_open(w, '{');
        write_number(w, "output", m->trees[t].output);
        write_number(w, "depth", m->trees[t].depth);
        for (aic_node_field f = 0; f < AIC_NODE_FIELDS; f++) write_node_field(w, &m->trees[t], f);
        json_close(w, '}');
    }
    json_close(w, ']');
}

text model_write(arena *a, const model *m)
{
    json_writer w = json_writer_in(a);
    json_open(&w, '{');
    write_number(&w, "aic_model", AIC_FORMAT_VERSION);
    write_number(&w, "kind", m->kind);
    json_key(&w, "type"), json_write_string(&w, m->type);
    json_key(&w, "link"), json_write_string(&w, aic_link_names[m->link]);
    if (text_is(m->objective)) json_key(&w, "objective"), json_write_text(&w, m->objective);
    write_number(&w, "outputs", m->output_count);
    write_flag(&w, "has_names", m->has_names);
    write_flag(&w, "is_probability", m->is_probability);
    write_flag(&w, "has_covers", m->has_covers);
    write_flag(&w, "reads_float32", m->reads_float32);
    if (m->missing_at_center) write_flag(&w, "missing_at_center", true);
    write_features(&w, m);
    if (m->class_count) write_texts(&w, "classes", m->classes, m->class_count);
    write_doubles(&w, "base", m->base, m->output_count);
    write_doubles(&w, "weights", m->weights, m->output_count * m->feature_count);
    write_doubles(&w, "center", m->center, m->feature_count);
    write_doubles(&w, "scale", m->scale, m->feature_count);
    write_sets(&w, m);
    if (m->kind == MODEL_TREES) write_trees(&w, m);
    json_close(&w, '}');
    return json_written(&w);
}
