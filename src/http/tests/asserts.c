#include "http/tests/asserts.h"

#include <stdio.h>

int make_arena(void **state)
{
    *state = arena_new();
    return 0;
}

int drop_arena(void **state)
{
    arena_drop(*state);
    return 0;
}

const char *string_of(text t)
{
    enum { KEPT = 4, LONGEST = 8192 };
    static _Thread_local char kept[KEPT][LONGEST];
    static _Thread_local unsigned next;
    if (!text_is(t)) return "(none)";
    char *out = kept[next++ % KEPT];
    snprintf(out, LONGEST, "%.*s", PRINT(t));
    return out;
}

size_t count_errors(error all)
{
    size_t count = 0;
    for (error one = all; one; one = one->also) count++;
    return count;
}

void assert_told(error all, error_kind kind, const char *pointer, const char *message)
{
    for (error one = all; one; one = one->also) {
        if (strcmp(one->pointer, pointer) != 0) continue;
        assert_string_equal(one->message, message);
        assert_int_equal(one->kind, kind);
        return;
    }
    fail_msg("nothing was told at \"%s\"; the first error: %s %s", pointer, all ? all->pointer : "none",
             all ? all->message : "");
}

json_t *json_of(arena *a, text document)
{
    json_t *value = NULL;
    assert_ok(json_read(a, document, &value));
    return value;
}

const json_t *json_at(const json_t *from, const char *path)
{
    while (from && *path) {
        size_t length = strcspn(path, ".");
        char name[256];
        snprintf(name, sizeof name, "%.*s", (int)length, path);
        from = json_object_get(from, name);
        path += length + (path[length] == '.');
    }
    return from;
}
