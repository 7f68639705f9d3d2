/* The shared library as a stranger loads it: by name, with nothing but its own exported functions. */
#include "engine/test_data.h"

#include <dlfcn.h>
#include <stdlib.h>

/* dlsym gives an object pointer; POSIX promises that it holds a function's address. */
static void *exported(void *library, const char *name)
{
    void *found = dlsym(library, name);
    if (!found) fail_msg("%s is not exported", name);
    return found;
}

#define LOAD(library, function)                                                                                        \
    __typeof__(&function) load_##function;                                                                             \
    *(void **)&load_##function = exported((library), #function)

static void it_analyzes_on_its_own(void **state)
{
    (void)state;
    const char *path = getenv("AIC_ENGINE_LIBRARY");
    if (!path) fail_msg("AIC_ENGINE_LIBRARY does not say where the library is");
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library) fail_msg("%s", dlerror());
    LOAD(library, engine_arena_new);
    LOAD(library, engine_arena_drop);
    LOAD(library, engine_version);
    LOAD(library, fairness_request_standard);
    LOAD(library, fairness_plan);
    LOAD(library, table_builder_new);
    LOAD(library, table_builder_sink);
    LOAD(library, table_builder_finish);
    LOAD(library, fairness_analyze);
    LOAD(library, fairness_report_text);
    assert_string_equal(load_engine_version(), engine_version());

    arena *a = load_engine_arena_new(), *ours = arena_new();
    fairness_request request = load_fairness_request_standard();
    const text columns[] = { TEXT("g") };
    request.protected_columns = columns;
    request.protected_count = 1;
    request.prediction = TEXT("p");
    table_plan plan;
    assert_accepted(load_fairness_plan(a, &request, &plan));
    table_builder *builder = load_table_builder_new(a, plan);
    assert_accepted(test_send(ours, "g,p\nA,1\nA,0\nB,1\n", load_table_builder_sink(builder)));
    const table *data;
    assert_accepted(load_table_builder_finish(builder, &data));
    fairness_report *report;
    assert_accepted(load_fairness_analyze(a, data, &request, &report));
    json_t *json;
    assert_accepted(json_read(ours, text_of(load_fairness_report_text(a, report)), &json));
    assert_int_equal(json_integer_value(json_object_get(json, "rows")), 3);
    load_engine_arena_drop(a);
    arena_drop(ours);
    assert_int_equal(dlclose(library), 0);
}

static void it_exports_nothing_of_its_inside(void **state)
{
    (void)state;
    void *library = dlopen(getenv("AIC_ENGINE_LIBRARY"), RTLD_NOW | RTLD_LOCAL);
    assert_non_null(library);
    static const char *const inside[] = { "measure_rates", "stats_wilson", "random_binomial", "arena_alloc",
                                          "text_copy" };
    for (size_t i = 0; i < sizeof inside / sizeof *inside; i++)
        if (dlsym(library, inside[i])) fail_msg("%s is exported", inside[i]);
    assert_int_equal(dlclose(library), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_analyzes_on_its_own),
        cmocka_unit_test(it_exports_nothing_of_its_inside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
