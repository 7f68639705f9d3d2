#include "features/models/artefacts.h"

#include "crypto/hash.h"

/* ------------------------------------------------------------------ pieces */

/* What a statement takes and gives lies in the scope's arena until that ends. For hundreds of pieces of a megabyte that
 * would be the artefact once more: each gets an arena of its own. */
error artefact_store_piece(scope *db, uuid model_id, int64_t part, text bytes)
{
    arena *whole = db->arena;
    db->arena = arena_new();
    error bad = error_copy(whole, sql_model_artefact_add(db, &(sql_model_artefact_add_in){
                                                                 .model_id = model_id, .part = part, .bytes = bytes }));
    arena_drop(db->arena);
    db->arena = whole;
    return bad;
}

error artefact_store(scope *db, uuid model_id, text bytes)
{
    int64_t part = 0;
    for (size_t at = 0; at < bytes.length; at += MODEL_PART_BYTES, part++) {
        size_t length = bytes.length - at < MODEL_PART_BYTES ? bytes.length - at : MODEL_PART_BYTES;
        TRY(artefact_store_piece(db, model_id, part, (text){ bytes.data + at, length }));
    }
    return OK;
}

static error read_piece(scope *db, uuid model_id, int64_t part, char *into, size_t most, size_t *length)
{
    bool found;
    model_part piece;
    arena *whole = db->arena;
    db->arena = arena_new();
    error bad =
        error_copy(whole, sql_model_artefact_part(
                              db, &(sql_model_artefact_part_in){ .model_id = model_id, .part = part }, &found, &piece));
    *length = !bad && found && piece.bytes.length <= most ? piece.bytes.length : 0;
    if (*length) memcpy(into, piece.bytes.data, *length);
    arena_drop(db->arena);
    db->arena = whole;
    return bad;
}

error artefact_read(scope *db, uuid model_id, size_t length, text *bytes)
{
    size_t piece;
    char *all = arena_alloc(db->arena, length);
    int64_t part = 0;
    for (size_t at = 0; at < length; at += piece) {
        TRY(read_piece(db, model_id, part++, all + at, length - at, &piece));
        if (!piece) return fail(db->arena, INTERNAL, "", "The artefact of a model is not whole.");
    }
    *bytes = (text){ all, length };
    return OK;
}

error models_artefact(scope *db, const model_row *row, text *bytes)
{
    if (row->artefact_bytes.is_set) return artefact_read(db, row->id, (size_t)row->artefact_bytes.value, bytes);
    return fail(db->arena, NOT_FOUND, "/artefact", "%s",
                text_equal_string(row->kind, "ENDPOINT") ? "This model stays elsewhere: it has no artefact here."
                                                         : "This model has no artefact yet.");
}

/* ------------------------------------------------------------------ what is told of one */

static text features_json(arena *a, const model *m)
{
    json_writer w = json_writer_in(a);
    json_open(&w, '[');
    for (size_t i = 0; i < m->feature_count; i++) {
        const model_feature *f = &m->features[i];
        json_open(&w, '{');
        json_key(&w, "name"), json_write_text(&w, f->name);
        json_key(&w, "is_category"), json_write_bool(&w, f->is_category);
        if (f->categories) {
            json_key(&w, "category_count"), json_write_integer(&w, (int64_t)f->category_count);
            json_key(&w, "categories"), json_open(&w, '[');
            for (size_t c = 0; c < f->category_count && c < MODEL_CATEGORIES_SHOWN; c++)
                json_write_text(&w, f->categories[c]);
            json_close(&w, ']');
        }
        json_close(&w, '}');
    }
    json_close(&w, ']');
    return json_written(&w);
}

static text outputs_json(arena *a, const model *m)
{
    json_writer w = json_writer_in(a);
    json_open(&w, '[');
    bool has_classes = m->classes && m->output_count > 1;
    for (size_t i = 0; i < m->output_count; i++) {
        if (has_classes && i < m->class_count)
            json_write_text(&w, m->classes[i]);
        else if (m->classes && m->class_count == 2 && m->output_count == 1)
            json_write_text(&w, m->classes[1]); /* the positive one */
        else
            json_write_text(&w, m->output_count == 1 ? TEXT("output") : text_format(a, "%zu", i));
    }
    json_close(&w, ']');
    return json_written(&w);
}

static const char *link_name(model_link link)
{
    static const char *const names[] = {
        [LINK_IDENTITY] = "identity", [LINK_LOGISTIC] = "logistic", [LINK_SOFTMAX] = "softmax", [LINK_EXP] = "exp"
    };
    return names[link];
}

static text structure_json(arena *a, const model *m)
{
    uint64_t nodes = 0;
    uint32_t depth = 0;
    for (size_t i = 0; i < m->tree_count; i++) {
        nodes += m->trees[i].node_count;
        if (m->trees[i].depth > depth) depth = m->trees[i].depth;
    }
    json_writer w = json_writer_in(a);
    json_open(&w, '{');
    json_key(&w, "kind"), json_write_string(&w, m->kind == MODEL_TREES ? "trees" : "linear");
    json_key(&w, "objective"), json_write_text(&w, m->objective);
    json_key(&w, "link"), json_write_string(&w, link_name(m->link));
    json_key(&w, "is_probability"), json_write_bool(&w, m->is_probability);
    json_key(&w, "has_names"), json_write_bool(&w, m->has_names);
    json_key(&w, "trees"), json_write_integer(&w, (int64_t)m->tree_count);
    json_key(&w, "nodes"), json_write_integer(&w, (int64_t)nodes);
    json_key(&w, "depth"), json_write_integer(&w, (int64_t)depth);
    json_close(&w, '}');
    return json_written(&w);
}

void artefact_describe(arena *a, const model *m, text bytes, model_row *row)
{
    row->format = text_of(m->format);
    row->type = text_of(m->type);
    /* Those types of ours that the register has no name of its own for. */
    if (text_equal_string(row->type, "LINEAR")) row->type = TEXT("OTHER");
    row->artefact_sha256 = sha256_hex(a, bytes);
    row->artefact_bytes = (maybe_integer){ true, (int64_t)bytes.length };
    row->features = features_json(a, m);
    row->outputs = outputs_json(a, m);
    row->structure = structure_json(a, m);
}
