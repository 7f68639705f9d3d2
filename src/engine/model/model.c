#include "engine/model/build.h"

model_limits model_limits_standard(void)
{
    return (model_limits){ .bytes = (size_t)200 << 20, .nodes = 20 * 1000 * 1000, .trees = 100 * 1000 };
}

/* ------------------------------------------------------------------ reading */

typedef struct format {
    const char *name, *title;
    error (*read)(build *b, text bytes, model *m);
} format;

static text without_space(text bytes)
{
    size_t i = 0;
    while (i < bytes.length && i < 1024 && strchr(" \t\r\n", bytes.data[i]) && bytes.data[i]) i++;
    return (text){ bytes.data + i, bytes.length - i };
}

/* Objects of JSON go on with a quotation mark, those of UBJSON with a length. */
static const format *format_of_object(text bytes)
{
    static const format json = { "xgboost-json", "XGBoost JSON", xgboost_read_json };
    static const format ubjson = { "xgboost-ubjson", "XGBoost UBJSON", xgboost_read_ubjson };
    static const format own = { "aic", "Model of AIC", aic_format_read };
    text inside = without_space((text){ bytes.data + 1, bytes.length - 1 });
    if (text_starts(inside, "\"aic_model\"")) return &own;
    return inside.length && (inside.data[0] == '"' || inside.data[0] == '}') ? &json : &ubjson;
}

static const format *format_of(text bytes)
{
    static const format lightgbm = { "lightgbm-text", "LightGBM text", lightgbm_read };
    static const format onnx = { "onnx", "ONNX", onnx_read };
    text start = without_space(bytes);
    if (text_starts(start, "tree\n") || text_starts(start, "tree\r\n")) return &lightgbm;
    /* ModelProto begins with its field 1, ir_version, a number below 128. */
    if (bytes.length > 2 && bytes.data[0] == 8 && bytes.data[1] > 0) return &onnx;
    if (text_starts(start, "{")) return format_of_object(start);
    return NULL;
}

static error unknown_format(arena *a, text bytes)
{
    static const struct {
        const char *start, *what;
    } known[] = {
        { "\x80", "This is a Python pickle, which runs code when it is loaded; no such file is read here. " },
        { "binf", "This is XGBoost's old binary form, which later versions of it have given up. " },
        { "bs64", "This is XGBoost's old binary form, which later versions of it have given up. " },
        { "CBM1", "This is a CatBoost model; CatBoost can save it as ONNX. " },
        { "\x89HDF", "This is an HDF5 file, as Keras writes. " },
        { "PK", "This is a ZIP archive, as PyTorch and skops write. " },
    };
    const char *what = "";
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (text_starts(bytes, known[i].start)) what = known[i].what;
    return fail(a, INVALID, "",
                "The file is no model that is known here. %sExpected XGBoost's JSON or UBJSON (save_model), LightGBM's "
                "text (save_model), ONNX, or a model that was trained here.",
                what);
}

/* What is said of a file may quote it, and it may hold anything: the message is a text for people all the same. */
static error fit_to_read(arena *kept, error bad)
{
    char *message = arena_string(kept, bad->message, strlen(bad->message));
    bool is_text = text_valid_utf8(text_of(message));
    for (char *c = message; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7F || (!is_text && (unsigned char)*c >= 0x80)) *c = '?';
    return fail(kept, bad->kind, bad->pointer, "%s", message);
}

static error read_as(build *b, const format *f, text bytes, model *m)
{
    m->format = f->name;
    TRY(f->read(b, bytes, m));
    if (!m->classes) m->class_count = 0;
    return model_check(b->scratch, m);
}

error model_read_in(arena *kept, arena *scratch, text bytes, model_limits limits, const model **out)
{
    if (bytes.length > limits.bytes)
        return fail(kept, INVALID, "", "The model has %zu bytes; the limit is %zu.", bytes.length, limits.bytes);
    const format *f = format_of(bytes);
    if (!f) return unknown_format(kept, bytes);
    build b = build_start(kept, scratch, limits, f->title, bytes.length);
    model *m = ARENA_NEW(kept, model);
    error bad = read_as(&b, f, bytes, m);
    if (bad) return fit_to_read(kept, bad);
    m->sha256 = model_sha256(kept, bytes);
    *out = m;
    return OK;
}

error model_read(arena *a, text bytes, model_limits limits, const model **out)
{
    arena *scratch = arena_new();
    error bad = model_read_in(a, scratch, bytes, limits, out);
    arena_drop(scratch);
    return bad;
}

/* ------------------------------------------------------------------ telling */

static const char *link_name(model_link link)
{
    static const char *const names[] = { "identity", "logistic", "softmax", "exp" };
    return names[link];
}

static void write_texts(json_writer *w, const char *key, const text *texts, size_t count)
{
    json_key(w, key);
    if (!texts) {
        json_write_null(w);
        return;
    }
    json_open(w, '[');
    for (size_t i = 0; i < count; i++) json_write_text(w, texts[i]);
    json_close(w, ']');
}

static void write_features(json_writer *w, const model *m)
{
    json_key(w, "features");
    json_open(w, '[');
    for (size_t f = 0; f < m->feature_count; f++) {
        const model_feature *feature = &m->features[f];
        json_open(w, '{');
        json_key(w, "name"), json_write_text(w, feature->name);
        json_key(w, "is_category"), json_write_bool(w, feature->is_category);
        write_texts(w, "categories", feature->categories, feature->category_count);
        json_close(w, '}');
    }
    json_close(w, ']');
}

void model_json(json_writer *w, const model *m)
{
    size_t nodes = 0;
    uint32_t depth = 0;
    for (size_t t = 0; t < m->tree_count; t++) {
        nodes += m->trees[t].node_count;
        if (m->trees[t].depth > depth) depth = m->trees[t].depth;
    }
    json_open(w, '{');
    json_key(w, "format"), json_write_string(w, m->format);
    json_key(w, "type"), json_write_string(w, m->type);
    json_key(w, "objective"), json_write_text(w, m->objective);
    write_features(w, m);
    json_key(w, "outputs"), json_write_integer(w, (int64_t)m->output_count);
    write_texts(w, "classes", m->class_count ? m->classes : NULL, m->class_count);
    json_key(w, "link"), json_write_string(w, link_name(m->link));
    json_key(w, "has_covers"), json_write_bool(w, m->has_covers);
    json_key(w, "trees"), json_write_integer(w, (int64_t)m->tree_count);
    json_key(w, "nodes"), json_write_integer(w, (int64_t)nodes);
    json_key(w, "depth"), json_write_integer(w, depth);
    json_key(w, "sha256"), json_write_text(w, m->sha256);
    json_close(w, '}');
}

const char *model_text(arena *a, const model *m)
{
    json_writer w = json_writer_in(a);
    model_json(&w, m);
    return json_written(&w).data;
}
