#include "engine/model/source.h"

#include <math.h>

/* ------------------------------------------------------------------ errors */

static void add_place(text_builder *b, const source *s)
{
    bool first = true;
    for (size_t i = 0; i < s->depth; i++) {
        const source_level *level = &s->levels[i];
        if (!level->is_object)
            text_add_format(b, "[%zu]", level->index ? level->index - 1 : 0);
        else if (text_is(level->key))
            text_add_format(b, "%s%.*s", first ? "" : ".", (int)(level->key.length < 60 ? level->key.length : 60),
                            level->key.data);
        first = first && !(level->is_object && text_is(level->key));
    }
    text_add_format(b, "%sbyte %zu", b->length ? ", " : "", s->at);
}

error source_fail(const source *s, const char *format, ...)
{
    text_builder place = text_builder_in(s->scratch);
    add_place(&place, s);
    va_list arguments;
    va_start(arguments, format);
    text message = text_format_list(s->scratch, format, arguments);
    va_end(arguments);
    return fail(s->scratch, INVALID, "", "%s, %.*s: %.*s", s->title, PRINT(text_built(&place)), PRINT(message));
}

static const char *kind_name(source_kind k)
{
    static const char *const names[] = { "an object", "a list", "a text", "a number", "true or false", "null" };
    return names[k];
}

static error expect(source *s, source_kind wanted)
{
    source_kind found;
    TRY(s->form->peek(s, &found));
    if (found == wanted) return OK;
    return source_fail(s, "expected %s, found %s.", kind_name(wanted), kind_name(found));
}

/* ------------------------------------------------------------------ containers */

error source_peek(source *s, source_kind *out)
{
    return s->form->peek(s, out);
}

error source_open(source *s, char bracket)
{
    TRY(expect(s, bracket == '{' ? SOURCE_OBJECT : SOURCE_ARRAY));
    if (s->depth == SOURCE_DEPTH) return source_fail(s, "nested deeper than %d levels.", SOURCE_DEPTH);
    source_level level = { .is_object = bracket == '{', .is_first = true };
    TRY(s->form->open(s, &level));
    s->levels[s->depth++] = level;
    return OK;
}

static bool next(source *s)
{
    bool more = false;
    source_level *level = &s->levels[s->depth - 1];
    if (!s->failed) s->failed = s->form->next(s, level, &more);
    if (s->failed) return false;
    level->is_first = false;
    level->index++;
    if (!more) s->depth--;
    return more;
}

bool source_key(source *s, text *key)
{
    if (!next(s)) return false;
    *key = s->levels[s->depth - 1].key;
    return true;
}

bool source_item(source *s)
{
    return next(s);
}

error source_closed(source *s)
{
    return s->failed;
}

/* ------------------------------------------------------------------ values */

error source_text(source *s, text *out)
{
    TRY(expect(s, SOURCE_TEXT));
    return s->form->text(s, out);
}

error source_number(source *s, double *out)
{
    TRY(expect(s, SOURCE_NUMBER));
    return s->form->number(s, false, out);
}

error source_flag(source *s, bool *out)
{
    TRY(expect(s, SOURCE_BOOL));
    return s->form->boolean(s, out);
}

error source_integer(source *s, int64_t least, int64_t most, int64_t *out)
{
    source_kind kind;
    TRY(s->form->peek(s, &kind));
    double value = NAN;
    text written = NO_TEXT;
    if (kind == SOURCE_TEXT) {
        TRY(s->form->text(s, &written));
        if (!text_number(written, &value)) value = NAN;
    } else {
        TRY(source_number(s, &value));
    }
    if (value == floor(value) && value >= (double)least && value <= (double)most) {
        *out = (int64_t)value;
        return OK;
    }
    return source_fail(s, "expected a whole number from %lld to %lld, found %g.", (long long)least, (long long)most,
                       value);
}

/* Infinities and NaN as texts, for files that must be JSON. */
static error number_of_text(source *s, double *out)
{
    text written;
    TRY(s->form->text(s, &written));
    if (text_equal_string(written, "Infinity"))
        *out = INFINITY;
    else if (text_equal_string(written, "-Infinity"))
        *out = -INFINITY;
    else
        return source_fail(s, "expected a number, found a text.");
    return OK;
}

void number_list_add(arena *scratch, number_list *list, double value)
{
    if (list->count == list->capacity) {
        size_t capacity = list->capacity ? 2 * list->capacity : 16;
        list->items = arena_grow(scratch, list->items, list->count, capacity, sizeof *list->items);
        list->capacity = capacity;
    }
    list->items[list->count++] = value;
}

error source_numbers(source *s, bool as_float, number_list *out)
{
    out->count = 0;
    TRY(source_open(s, '['));
    while (source_item(s)) {
        source_kind kind;
        double value;
        TRY(s->form->peek(s, &kind));
        if (kind == SOURCE_BOOL) {
            bool set;
            TRY(s->form->boolean(s, &set));
            value = set ? 1 : 0;
        } else if (kind == SOURCE_TEXT) {
            TRY(number_of_text(s, &value));
        } else if (kind == SOURCE_NUMBER) {
            TRY(s->form->number(s, as_float, &value));
        } else {
            return source_fail(s, "expected a number, found %s.", kind_name(kind));
        }
        number_list_add(s->scratch, out, value);
    }
    return source_closed(s);
}

error source_texts(source *s, size_t most, text **out, size_t *count)
{
    size_t capacity = 0;
    *count = 0;
    *out = NULL;
    TRY(source_open(s, '['));
    while (source_item(s)) {
        if (*count == most) return source_fail(s, "more than %zu texts.", most);
        if (*count == capacity) {
            capacity = capacity ? 2 * capacity : 16;
            *out = arena_grow(s->scratch, *out, *count, capacity, sizeof **out);
        }
        TRY(source_text(s, &(*out)[(*count)++]));
    }
    return source_closed(s);
}

static error skip_one(source *s)
{
    source_kind kind;
    text ignored_text;
    double ignored_number;
    bool ignored_bool;
    TRY(s->form->peek(s, &kind));
    switch (kind) {
    case SOURCE_OBJECT:
        return source_open(s, '{');
    case SOURCE_ARRAY:
        return source_open(s, '[');
    case SOURCE_TEXT:
        return s->form->text(s, &ignored_text);
    case SOURCE_NUMBER:
        return s->form->number(s, false, &ignored_number);
    case SOURCE_BOOL:
        return s->form->boolean(s, &ignored_bool);
    default:
        return s->form->null(s);
    }
}

error source_skip(source *s)
{
    size_t outside = s->depth;
    TRY(skip_one(s));
    while (s->depth > outside) {
        if (next(s)) TRY(skip_one(s));
        TRY(s->failed);
    }
    return OK;
}
