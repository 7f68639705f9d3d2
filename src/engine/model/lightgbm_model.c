/* From what stands in a LightGBM file to the model: objective, outputs, features and their categories. */
#include "engine/model/lightgbm.h"

#include <stdio.h>

/* ------------------------------------------------------------------ objectives */

typedef struct objective {
    const char *name;
    model_link link;
    bool is_classifier;
} objective;

static const objective objectives[] = {
    { "binary", LINK_LOGISTIC, true },        { "multiclass", LINK_SOFTMAX, true },
    { "multiclassova", LINK_LOGISTIC, true }, { "cross_entropy", LINK_LOGISTIC, false },
    { "regression", LINK_IDENTITY, false },   { "regression_l1", LINK_IDENTITY, false },
    { "huber", LINK_IDENTITY, false },        { "fair", LINK_IDENTITY, false },
    { "quantile", LINK_IDENTITY, false },     { "mape", LINK_IDENTITY, false },
    { "poisson", LINK_EXP, false },           { "gamma", LINK_EXP, false },
    { "tweedie", LINK_EXP, false },           { "lambdarank", LINK_IDENTITY, false },
    { "rank_xendcg", LINK_IDENTITY, false },  { "custom", LINK_IDENTITY, false },
};

static text next_word(text *rest)
{
    text t = text_trim(text_is(*rest) ? *rest : TEXT(""));
    size_t length = 0;
    while (length < t.length && t.data[length] != ' ') length++;
    *rest = (text){ t.data + length, t.length - length };
    return (text){ t.data, length };
}

/* "binary sigmoid:1": the name, and the factor of the logistic function's argument. */
static error read_objective(const lightgbm_file *l, const objective **out, double *sigmoid)
{
    text rest = text_is(l->objective) ? l->objective : TEXT("custom"), name = next_word(&rest);
    *out = NULL;
    *sigmoid = 1;
    for (size_t i = 0; i < sizeof objectives / sizeof *objectives; i++)
        if (text_equal_string(name, objectives[i].name)) *out = &objectives[i];
    if (!*out) return build_fail(l->build, "the objective \"%.*s\" is not supported.", PRINT(name));
    for (text word; (word = next_word(&rest)).length;) {
        if (text_equal_string(word, "sqrt"))
            return build_fail(l->build, "regression of the square root (reg_sqrt) is not supported.");
        if (!text_starts(word, "sigmoid:")) continue;
        if (!text_number((text){ word.data + 8, word.length - 8 }, sigmoid) || !(*sigmoid > 0))
            return build_fail(l->build, "the objective's \"%.*s\" is not a number above 0.", PRINT(word));
    }
    return OK;
}

/* Shrinkage stands in the leaves already. A random forest's output is the mean of its rounds; the factor of a sigmoid
 * is folded in, so that the margin is the log of the odds. */
static error scale_leaves(lightgbm_file *l, const objective *o, double sigmoid)
{
    build *b = l->build;
    double factor = o->link == LINK_LOGISTIC && o->is_classifier ? sigmoid : 1;
    size_t rounds = b->tree_count / (size_t)l->outputs;
    if (b->tree_count % (size_t)l->outputs)
        return build_fail(b, "%zu trees do not make whole rounds of %lld.", b->tree_count, (long long)l->outputs);
    if (l->averages && rounds) factor /= (double)rounds;
    if (factor == 1) return OK;
    for (size_t t = 0; t < b->tree_count; t++) build_scale_leaves(b, t, factor);
    return OK;
}

/* ------------------------------------------------------------------ features */

static error count_words(const lightgbm_file *l, const char *what, text list, size_t wanted)
{
    size_t count = 0;
    while (next_word(&list).length) count++;
    if (count == wanted) return OK;
    return build_fail(l->build, "%s has %zu entries for %zu features.", what, count, wanted);
}

static bool is_default_name(text name, size_t feature)
{
    char expected[32];
    snprintf(expected, sizeof expected, "Column_%zu", feature);
    return text_equal_string(name, expected);
}

static error set_features(const lightgbm_file *l, model *m)
{
    size_t count = m->feature_count;
    text names = l->names, infos = l->infos;
    TRY(count_words(l, "feature_names", names, count));
    if (infos.length) TRY(count_words(l, "feature_infos", infos, count));
    model_feature *features = ARENA_ARRAY(l->build->kept, count, model_feature);
    for (size_t f = 0; f < count; f++) {
        text name = next_word(&names), info = infos.length ? next_word(&infos) : TEXT("none");
        features[f].name = text_copy(l->build->kept, name);
        m->has_names |= !is_default_name(name, f);
        features[f].is_category = !text_starts(info, "[") && !text_equal_string(info, "none");
    }
    for (size_t i = 0; i < l->categorical.count; i++)
        if (l->categorical.items[i] >= 0 && l->categorical.items[i] < (double)count)
            features[(size_t)l->categorical.items[i]].is_category = true;
    m->features = features;
    return OK;
}

/* ------------------------------------------------------------------ categories */

static error take_category(source *s, arena *kept, text *out)
{
    source_kind kind;
    TRY(source_peek(s, &kind));
    if (kind == SOURCE_TEXT) {
        TRY(source_text(s, out));
        *out = text_copy(kept, *out);
    } else if (kind == SOURCE_NUMBER) {
        double value;
        char digits[32];
        TRY(source_number(s, &value));
        *out = text_copy(kept, (text){ digits, isfinite(value) ? json_number_format(value, digits) : 0 });
    } else if (kind == SOURCE_BOOL) {
        bool value;
        TRY(source_flag(s, &value));
        *out = value ? TEXT("true") : TEXT("false");
    } else {
        *out = TEXT("");
        return source_skip(s);
    }
    return OK;
}

static error take_list(const lightgbm_file *l, source *s, model_feature *f)
{
    text *texts = NULL;
    size_t count = 0, capacity = 0;
    TRY(source_open(s, '['));
    while (source_item(s)) {
        if (count == capacity) {
            capacity = capacity ? 2 * capacity : 16;
            texts = arena_grow(l->build->scratch, texts, count, capacity, sizeof *texts);
        }
        TRY(take_category(s, l->build->kept, &texts[count++]));
    }
    f->categories = count ? arena_copy(l->build->kept, texts, count * sizeof *texts) : NULL;
    f->category_count = count;
    return source_closed(s);
}

static size_t count_lists(const lightgbm_file *l)
{
    source s = source_of_json(l->build->scratch, l->pandas, l->build->title);
    size_t count = 0;
    if (source_open(&s, '[')) return 0;
    while (source_item(&s)) {
        if (source_skip(&s)) return 0;
        count++;
    }
    return count;
}

/* One list for each column of pandas' type "category", in the order of the columns. When other columns were declared
 * categories too, nothing says whose the lists are, and the categories go by their numbers. */
static error set_categories(const lightgbm_file *l, model *m)
{
    size_t lists = l->pandas.length ? count_lists(l) : 0, categories = 0;
    for (size_t f = 0; f < m->feature_count; f++) categories += m->features[f].is_category;
    if (!lists || lists != categories) return OK;
    source s = source_of_json(l->build->scratch, l->pandas, "LightGBM text, pandas_categorical");
    model_feature *features = (model_feature *)(uintptr_t)m->features; /* made by set_features */
    size_t f = 0;
    TRY(source_open(&s, '['));
    while (source_item(&s)) {
        while (!features[f].is_category) f++;
        TRY(take_list(l, &s, &features[f++]));
    }
    return source_closed(&s);
}

error lightgbm_finish(lightgbm_file *l, model *m)
{
    build *b = l->build;
    const objective *o;
    double sigmoid;
    TRY(read_objective(l, &o, &sigmoid));
    if (l->last_feature < 0) return build_fail(b, "max_feature_idx is missing.");
    m->feature_count = (size_t)l->last_feature + 1;
    m->output_count = (size_t)l->outputs;
    if (o->link == LINK_SOFTMAX && m->output_count < 2)
        return build_fail(b, "several classes need several trees a round.");
    m->objective = text_copy(b->kept, text_is(l->objective) ? l->objective : TEXT("custom"));
    m->link = o->link;
    m->is_probability = o->is_classifier;
    m->base = ARENA_ARRAY(b->kept, m->output_count, double);
    TRY(set_features(l, m));
    TRY(set_categories(l, m));
    TRY(scale_leaves(l, o, sigmoid));
    m->has_covers = !l->lacks_covers;
    build_take(b, m);
    if (o->is_classifier) {
        m->class_count = m->output_count == 1 ? 2 : m->output_count;
        m->classes = build_class_numbers(b, m->class_count);
    }
    m->type = build_type(m, l->averages);
    return OK;
}
