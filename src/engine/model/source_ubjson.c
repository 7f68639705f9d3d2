/* The UBJSON form of a source (Universal Binary JSON, draft 12): big-endian, each value behind a letter that says its
 * type; containers may state the number of their items ('#') and one type for all of them ('$'). */
#include "engine/model/source.h"

#include <math.h>

static error ends(const source *s)
{
    return source_fail(s, "the file ends within a value.");
}

static size_t bytes_left(const source *s)
{
    return s->bytes.length - s->at;
}

static char look(source *s)
{
    while (s->at < s->bytes.length && s->bytes.data[s->at] == 'N') s->at++; /* no-op */
    return s->at < s->bytes.length ? s->bytes.data[s->at] : 0;
}

/* The type of the value that comes: the container's, or the letter before it. */
static char type_here(source *s)
{
    return s->depth && s->levels[s->depth - 1].type ? s->levels[s->depth - 1].type : look(s);
}

static char take_type(source *s)
{
    char type = type_here(s);
    if (!(s->depth && s->levels[s->depth - 1].type) && type) s->at++;
    return type;
}

static size_t width_of(char type)
{
    static const char types[] = "iUCIldLD";
    static const unsigned char widths[] = { 1, 1, 1, 2, 4, 4, 8, 8 };
    const char *at = type ? strchr(types, type) : NULL;
    return at ? widths[at - types] : 0;
}

static uint64_t big_endian(const char *data, size_t width)
{
    uint64_t value = 0;
    for (size_t i = 0; i < width; i++) value = value << 8 | (unsigned char)data[i];
    return value;
}

/* ------------------------------------------------------------------ numbers */

static double number_from(char type, uint64_t bits)
{
    uint32_t half = (uint32_t)bits;
    float single;
    double wide;
    switch (type) {
    case 'i':
        return (double)(int8_t)(uint8_t)bits;
    case 'U':
        return (double)bits;
    case 'I':
        return (double)(int16_t)(uint16_t)bits;
    case 'l':
        return (double)(int32_t)half;
    case 'L':
        return (double)(int64_t)bits;
    case 'd':
        memcpy(&single, &half, sizeof single);
        return (double)single;
    default:
        memcpy(&wide, &bits, sizeof wide);
        return wide;
    }
}

static error ubjson_number(source *s, bool as_float, double *out)
{
    char type = take_type(s);
    size_t width = width_of(type);
    if (bytes_left(s) < width) return ends(s);
    double value = number_from(type, big_endian(s->bytes.data + s->at, width));
    s->at += width;
    *out = as_float ? (double)(float)value : value;
    return OK;
}

static error take_length(source *s, uint64_t *out)
{
    char type = s->at < s->bytes.length ? s->bytes.data[s->at++] : 0;
    size_t width = type && strchr("iUIlL", type) ? width_of(type) : 0;
    if (!width) return source_fail(s, "expected a length.");
    if (bytes_left(s) < width) return ends(s);
    double value = number_from(type, big_endian(s->bytes.data + s->at, width));
    s->at += width;
    if (!(value >= 0 && value <= 0x1p53)) return source_fail(s, "a length of %g.", value);
    *out = (uint64_t)value;
    return OK;
}

/* ------------------------------------------------------------------ other values */

static error ubjson_peek(source *s, source_kind *out)
{
    char type = type_here(s);
    if (type == '{')
        *out = SOURCE_OBJECT;
    else if (type == '[')
        *out = SOURCE_ARRAY;
    else if (type == 'S' || type == 'C')
        *out = SOURCE_TEXT;
    else if (type == 'T' || type == 'F')
        *out = SOURCE_BOOL;
    else if (type == 'Z')
        *out = SOURCE_NULL;
    else if (width_of(type))
        *out = SOURCE_NUMBER;
    else
        return s->at < s->bytes.length ? source_fail(s, "no type of UBJSON that is read here.") : ends(s);
    return OK;
}

static error take_bytes(source *s, uint64_t length, text *out)
{
    if (bytes_left(s) < length) return ends(s);
    *out = (text){ s->bytes.data + s->at, (size_t)length };
    s->at += (size_t)length;
    return OK;
}

static error ubjson_text(source *s, text *out)
{
    uint64_t length = 1;
    if (take_type(s) == 'S') TRY(take_length(s, &length));
    return take_bytes(s, length, out);
}

static error ubjson_boolean(source *s, bool *out)
{
    *out = take_type(s) == 'T';
    return OK;
}

static error ubjson_null(source *s)
{
    take_type(s);
    return OK;
}

/* ------------------------------------------------------------------ containers */

/* Only types that take bytes may be stated for all items: a count is then never larger than the file. */
static error ubjson_open(source *s, source_level *level)
{
    take_type(s);
    if (look(s) == '$') {
        if (bytes_left(s) < 2) return ends(s);
        level->type = s->bytes.data[s->at + 1];
        s->at += 2;
        if (!width_of(level->type) && level->type != 'S')
            return source_fail(s, "a type that cannot be stated for a whole container.");
        if (look(s) != '#') return source_fail(s, "a typed container needs its count.");
    }
    if (look(s) != '#') return OK;
    s->at++;
    level->is_counted = true;
    TRY(take_length(s, &level->left));
    size_t least = level->type ? width_of(level->type) : 1;
    if (level->left > bytes_left(s) / (least ? least : 1))
        return source_fail(s, "%llu items are stated, more than the file can hold.", (unsigned long long)level->left);
    return OK;
}

static error ubjson_next(source *s, source_level *level, bool *more)
{
    if (level->is_counted) {
        *more = level->left > 0;
        if (!*more) return OK;
        level->left--;
    } else {
        char c = look(s);
        if (!c) return ends(s);
        *more = c != (level->is_object ? '}' : ']');
        if (!*more) {
            s->at++;
            return OK;
        }
    }
    if (!level->is_object) return OK;
    uint64_t length;
    TRY(take_length(s, &length));
    return take_bytes(s, length, &level->key);
}

source source_of_ubjson(arena *scratch, text bytes, const char *title)
{
    static const source_form form = { ubjson_peek,   ubjson_open,    ubjson_next, ubjson_text,
                                      ubjson_number, ubjson_boolean, ubjson_null };
    return (source){ .scratch = scratch, .title = title, .bytes = bytes, .form = &form };
}
