#include "features/explanations/explanations.h"

/* What a number, or a technical name, is called to people. */
static bool is_plain_score(text outcome)
{
    double number;
    return !text_is(outcome) || text_equal_string(outcome, "output") || text_equal_string(outcome, "score") ||
           text_number(outcome, &number);
}

text reason_sentence(arena *a, text feature, text value, double contribution, text outcome)
{
    text what = is_plain_score(outcome) ? TEXT("the score") : text_format(a, "the chance of \"%.*s\"", PRINT(outcome));
    const char *moved = contribution > 0 ? "raised" : contribution < 0 ? "lowered" : "did not change";
    if (!text_is(value)) return text_format(a, "That %.*s is not known %s %.*s.", PRINT(feature), moved, PRINT(what));
    return text_format(a, "%.*s being %.*s %s %.*s.", PRINT(feature), PRINT(value), moved, PRINT(what));
}

static bool is_listed(text_list names, text name)
{
    for (size_t i = 0; i < names.count; i++)
        if (text_equal(names.items[i], name)) return true;
    return false;
}

size_t reasons_of(arena *a, const reason_source *from, size_t most, told_reason *out)
{
    bool *taken = ARENA_ARRAY(a, from->count, bool);
    size_t count = 0;
    while (count < most) {
        size_t best = from->count;
        for (size_t f = 0; f < from->count; f++) {
            if (taken[f] || from->contributions[f] == 0 || isnan(from->contributions[f])) continue;
            if (best == from->count || fabs(from->contributions[f]) > fabs(from->contributions[best])) best = f;
        }
        if (best == from->count) break;
        taken[best] = true;
        out[count++] = (told_reason){
            .sentence =
                reason_sentence(a, from->features[best], from->values[best], from->contributions[best], from->outcome),
            .feature = from->features[best],
            .value = from->values[best],
            .contribution = from->contributions[best],
            .raised = from->contributions[best] > 0,
            .is_protected = is_listed(from->protected_attributes, from->features[best]),
        };
    }
    return count;
}
