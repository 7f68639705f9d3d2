#include "engine/model/lightgbm.h"

error lightgbm_fail(const lightgbm_file *l, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    text message = text_format_list(l->build->scratch, format, arguments);
    va_end(arguments);
    return fail(l->build->scratch, INVALID, "", "%s, line %zu: %.*s", l->build->title, l->line, PRINT(message));
}

bool lightgbm_line(lightgbm_file *l, text *line)
{
    if (!l->rest.length) return false;
    const char *end = memchr(l->rest.data, '\n', l->rest.length);
    size_t length = end ? (size_t)(end - l->rest.data) : l->rest.length, step = end ? length + 1 : length;
    *line = (text){ l->rest.data, length };
    if (length && line->data[length - 1] == '\r') line->length--;
    l->rest = (text){ l->rest.data + step, l->rest.length - step };
    l->line++;
    return true;
}

bool lightgbm_pair(text line, text *key, text *value)
{
    const char *at = line.length ? memchr(line.data, '=', line.length) : NULL;
    if (!at) return false;
    size_t before = (size_t)(at - line.data);
    *key = (text){ line.data, before };
    *value = (text){ at + 1, line.length - before - 1 };
    return true;
}

/* ------------------------------------------------------------------ head */

static error take_integer(const lightgbm_file *l, text key, text value, int64_t least, int64_t most, int64_t *out)
{
    if (text_integer(text_trim(value), out) && *out >= least && *out <= most) return OK;
    return lightgbm_fail(l, "%.*s: expected a whole number from %lld to %lld.", PRINT(key), (long long)least,
                         (long long)most);
}

static error take_head(lightgbm_file *l, text line)
{
    text key, value;
    if (text_equal_string(line, "average_output")) l->averages = true;
    if (!lightgbm_pair(line, &key, &value)) return OK;
    if (text_equal_string(key, "num_class")) return take_integer(l, key, value, 1, MODEL_MOST_OUTPUTS, &l->class_count);
    if (text_equal_string(key, "num_tree_per_iteration"))
        return take_integer(l, key, value, 1, MODEL_MOST_OUTPUTS, &l->outputs);
    if (text_equal_string(key, "max_feature_idx"))
        return take_integer(l, key, value, 0, MODEL_MOST_FEATURES - 1, &l->last_feature);
    if (text_equal_string(key, "objective")) l->objective = value;
    if (text_equal_string(key, "feature_names")) l->names = value;
    if (text_equal_string(key, "feature_infos")) l->infos = value;
    return OK;
}

/* ------------------------------------------------------------------ tail */

/* "[categorical_feature: 1,6,13]" */
static void take_categorical(lightgbm_file *l, text list)
{
    l->categorical.count = 0;
    for (size_t i = 0; i < list.length;) {
        double value;
        size_t length = decimal_read((text){ list.data + i, list.length - i }, false, &value);
        if (!length) return;
        number_list_add(l->build->scratch, &l->categorical, value);
        i += length;
        if (i < list.length && list.data[i] == ',') i++;
    }
}

static void take_tail(lightgbm_file *l, text line)
{
    static const char parameter[] = "[categorical_feature: ", pandas[] = "pandas_categorical:";
    size_t skip = sizeof parameter - 1;
    if (text_starts(line, parameter) && text_ends(line, "]"))
        take_categorical(l, (text){ line.data + skip, line.length - skip - 1 });
    if (text_starts(line, pandas))
        l->pandas = (text){ line.data + sizeof pandas - 1, line.length - (sizeof pandas - 1) };
}

error lightgbm_read(build *b, text bytes, model *m)
{
    lightgbm_file l = { .build = b, .rest = bytes, .class_count = 1, .outputs = 1, .last_feature = -1 };
    bool is_over = false;
    for (text line; lightgbm_line(&l, &line);) {
        if (is_over)
            take_tail(&l, line);
        else if (text_starts(line, "Tree="))
            TRY(lightgbm_take_tree(&l));
        else if (text_equal_string(line, "end of trees"))
            is_over = true;
        else if (!b->tree_count)
            TRY(take_head(&l, line));
    }
    if (!is_over) return lightgbm_fail(&l, "the file ends before \"end of trees\": it was cut.");
    return lightgbm_finish(&l, m);
}
