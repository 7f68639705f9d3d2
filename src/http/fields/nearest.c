#include "http/fields/fields.h"

/* Optimal string alignment distance (Damerau–Levenshtein without overlapping edits): a slip of the keyboard is one
 * edit, also when two letters changed places. */
static size_t edit_distance(arena *a, text x, text y)
{
    size_t width = y.length + 1;
    size_t *rows[3] = { ARENA_ARRAY(a, width, size_t), ARENA_ARRAY(a, width, size_t), ARENA_ARRAY(a, width, size_t) };
    for (size_t j = 0; j < width; j++) rows[0][j] = j;
    for (size_t i = 1; i <= x.length; i++) {
        size_t *now = rows[i % 3], *last = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j < width; j++) {
            size_t changed = last[j - 1] + (x.data[i - 1] != y.data[j - 1]);
            size_t shorter = last[j] + 1, longer = now[j - 1] + 1;
            size_t least = shorter < longer ? shorter : longer;
            now[j] = changed < least ? changed : least;
            bool swapped = i > 1 && j > 1 && x.data[i - 1] == y.data[j - 2] && x.data[i - 2] == y.data[j - 1];
            if (swapped && before[j - 2] + 1 < now[j]) now[j] = before[j - 2] + 1;
        }
    }
    return rows[x.length % 3][y.length];
}

const char *nearest_name(arena *a, text unknown, const char *const *known, size_t count)
{
    enum { LONGEST = 100 }; /* longer ones are no slip of the keyboard */
    if (unknown.length == 0 || unknown.length > LONGEST) return NULL;
    const char *nearest = NULL;
    size_t allowed = unknown.length < 5 ? 1 : unknown.length / 3, least = allowed + 1;
    for (size_t i = 0; i < count; i++) {
        size_t distance = edit_distance(a, text_lower_ascii(a, unknown), text_of(known[i]));
        if (distance >= least) continue;
        least = distance;
        nearest = known[i];
    }
    return nearest;
}
