/* "cats": {"enc": [per feature {"offsets": […], "values": [bytes]} or {"type": …, "values": [numbers]}], …}. A column
 * of texts has its categories' bytes one behind the other; offsets has one more number than there are categories. */
#include "engine/model/xgboost.h"

typedef struct encoding {
    number_list offsets, values;
    bool has_offsets;
} encoding;

static error take_encoding(xgboost_file *x, encoding *e)
{
    source *s = x->source;
    e->offsets.count = e->values.count = 0;
    e->has_offsets = false;
    TRY(source_open(s, '{'));
    for (text key; source_key(s, &key);) {
        bool is_offsets = text_equal_string(key, "offsets");
        e->has_offsets |= is_offsets;
        if (is_offsets || text_equal_string(key, "values"))
            TRY(source_numbers(s, false, is_offsets ? &e->offsets : &e->values));
        else
            TRY(source_skip(s));
    }
    return source_closed(s);
}

static error texts_of(xgboost_file *x, const encoding *e, text *out, size_t count)
{
    size_t length = e->values.count;
    char *bytes = arena_alloc(x->build->kept, length);
    for (size_t i = 0; i < length; i++) bytes[i] = (char)e->values.items[i]; /* see is_ascii */
    for (size_t k = 0; k < count; k++) {
        double from = e->offsets.items[k], to = e->offsets.items[k + 1];
        if (!(from >= 0 && from <= to && to <= (double)length && from == floor(from) && to == floor(to)))
            return source_fail(x->source, "offsets[%zu]: %g to %g of %zu bytes.", k, from, to, length);
        out[k] = (text){ bytes + (size_t)from, (size_t)(to - from) };
    }
    return OK;
}

static void numbers_of(xgboost_file *x, const encoding *e, text *out)
{
    for (size_t k = 0; k < e->values.count; k++) {
        char digits[32];
        size_t length = isfinite(e->values.items[k]) ? json_number_format(e->values.items[k], digits) : 0;
        out[k] = text_copy(x->build->kept, (text){ digits, length });
    }
}

/* XGBoost (3.2 at least) counts offsets in characters but the values in bytes: with a character beyond ASCII the texts
 * are other ones than those of the training, which nothing tells. Such a feature's categories go by their numbers. */
static bool is_ascii(const encoding *e)
{
    for (size_t i = 0; i < e->values.count; i++)
        if (!(e->values.items[i] >= 0 && e->values.items[i] < 128)) return false;
    return true;
}

static error keep_categories(xgboost_file *x, const encoding *e, model_feature *out)
{
    size_t count = !e->has_offsets ? e->values.count : e->offsets.count ? e->offsets.count - 1 : 0;
    if (!count || (e->has_offsets && !is_ascii(e))) return OK;
    text *texts = ARENA_ARRAY(x->build->kept, count, text);
    out->categories = texts;
    out->category_count = count;
    if (e->has_offsets) return texts_of(x, e, texts, count);
    numbers_of(x, e, texts);
    return OK;
}

error xgboost_take_categories(xgboost_file *x)
{
    source *s = x->source;
    encoding e = { 0 };
    size_t capacity = 0;
    x->categorized = 0;
    TRY(source_open(s, '{'));
    for (text key; source_key(s, &key);) {
        if (!text_equal_string(key, "enc")) {
            TRY(source_skip(s));
            continue;
        }
        TRY(source_open(s, '['));
        while (source_item(s)) {
            if (x->categorized == MODEL_MOST_FEATURES)
                return source_fail(s, "more than %d features.", MODEL_MOST_FEATURES);
            if (x->categorized == capacity) {
                capacity = capacity ? 2 * capacity : 64;
                x->categories =
                    arena_grow(x->build->scratch, x->categories, x->categorized, capacity, sizeof *x->categories);
            }
            TRY(take_encoding(x, &e));
            TRY(keep_categories(x, &e, &x->categories[x->categorized++]));
        }
        TRY(source_closed(s));
    }
    return source_closed(s);
}
