/* JSON of the control plane: what is read can be written in canonical form, and that form is its own canonical form. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    arena *a = arena_new();
    json_t *value = NULL;
    if (!json_read(a, text_from(data, size), &value)) {
        text first = json_canonical(a, value), second;
        MUST(!json_canonical_text(a, first, &second));
        MUST(text_equal(first, second));
        MUST(!json_canonical_text(a, json_compact(a, value), &second));
        MUST(text_equal(first, second));
    }
    arena_drop(a);
    return 0;
}
