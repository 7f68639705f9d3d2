#include "engine/table/suggest.h"

#include <ctype.h>

enum { LONGEST_NAME = 63, MOST_LISTED = 12, MOST_BYTES = 60 };

static bool same_letter(char a, char b)
{
    return tolower((unsigned char)a) == tolower((unsigned char)b);
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Levenshtein's distance; names over LONGEST_NAME are never near. */
static size_t distance(text a, text b)
{
    if (a.length > LONGEST_NAME || b.length > LONGEST_NAME) return SIZE_MAX;
    size_t row[LONGEST_NAME + 1];
    for (size_t j = 0; j <= b.length; j++) row[j] = j;
    for (size_t i = 1; i <= a.length; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.length; j++) {
            size_t replaced = diagonal + (same_letter(a.data[i - 1], b.data[j - 1]) ? 0 : 1);
            diagonal = row[j];
            row[j] = least(replaced, least(row[j], row[j - 1]) + 1);
        }
    }
    return row[b.length];
}

text suggest_nearest(text wrong, const text *names, size_t count)
{
    text nearest = NO_TEXT;
    size_t shortest = SIZE_MAX;
    for (size_t i = 0; i < count; i++) {
        size_t d = distance(wrong, names[i]);
        if (d < shortest && d <= 1 + names[i].length / 3 && d < names[i].length) {
            shortest = d;
            nearest = names[i];
        }
    }
    return nearest;
}

text suggest_short(text t, size_t most)
{
    if (t.length <= most) return t.data ? t : TEXT("");
    while (most && ((unsigned char)t.data[most] & 0xC0) == 0x80) most--;
    return (text){ t.data, most };
}

text suggest_listing(arena *a, const text *names, size_t count, size_t most)
{
    text_builder b = text_builder_in(a);
    size_t shown = least(count, most);
    for (size_t i = 0; i < shown; i++) {
        const char *before = i == 0 ? "" : i + 1 == count ? " and " : ", ";
        text_add_format(&b, "%s\"%.*s\"", before, PRINT(suggest_short(names[i], MOST_BYTES)));
    }
    if (shown < count) text_add_format(&b, " and %zu more", count - shown);
    return text_built(&b);
}

text suggest_or_list(arena *a, text wrong, const text *names, size_t count)
{
    text near = suggest_nearest(wrong, names, count);
    if (text_is(near)) return text_format(a, "Did you mean \"%.*s\"?", PRINT(near));
    if (count == 0) return TEXT("There are none.");
    text listed = suggest_listing(a, names, count, MOST_LISTED);
    return text_format(a, "There are %.*s.", PRINT(listed));
}
