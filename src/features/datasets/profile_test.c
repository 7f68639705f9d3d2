#include "features/datasets/profile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void special_categories_are_whole_words_of_a_name(void **state)
{
    (void)state;
    static const struct {
        const char *name, *category;
    } cases[] = {
        { "race", "RACE_ETHNICITY" },
        { "Race", "RACE_ETHNICITY" },
        { "applicant_race", "RACE_ETHNICITY" },
        { "ethnicGroup", "RACE_ETHNICITY" },
        { "trade union", "TRADE_UNION" },
        { "isUnionMember", "TRADE_UNION" },
        { "party-affiliation", "POLITICAL" },
        { "healthStatus", "HEALTH" },
        { "sexual_orientation", "SEX_LIFE" },
        { "criminal.record", "CRIMINAL" },
        { "trace", NULL },
        { "party size", NULL },
        { "origin_url", NULL },
        { "candidate", NULL },
        { "sex", NULL },
        { "union", NULL },
        { "terrace_id", NULL },
        { "", NULL },
        { "___", NULL },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        text found = special_category(text_of(cases[i].name));
        if (!text_equal(found, text_of(cases[i].category)) || text_is(found) != (cases[i].category != NULL))
            fail_msg("\"%s\" is %.*s", cases[i].name, PRINT(found));
    }
    char longest[4000];
    memset(longest, 'x', sizeof longest);
    for (size_t i = 0; i < sizeof longest; i += 3) longest[i] = '_';
    assert_false(text_is(special_category((text){ longest, sizeof longest })));
}

static profile *profile_of(arena *a, const char *csv)
{
    profile *p = profile_new(a);
    assert_null(csv_read(a, text_of(csv), profile_sink(p), (table_limits){ 0 }));
    return p;
}

static void expect(const char *csv, const char *json)
{
    arena *a = arena_new();
    assert_string_equal(profile_json(a, profile_of(a, csv)).data, json);
    arena_drop(a);
}

static void columns_are_of_one_type(void **state)
{
    (void)state;
    expect("a\n1\n-2.5\n1e3\n",
           "[{\"name\":\"a\",\"type\":\"number\",\"missing\":0,\"distinct\":3,\"min\":-2.5,\"max\":1000,\"values\":[{"
           "\"value\":\"1\",\"count\":1},{\"value\":\"-2.5\",\"count\":1},{\"value\":\"1e3\",\"count\":1}],\"special_"
           "category\":null}]");
    expect("a\nTrue\nfalse\nTrue\n",
           "[{\"name\":\"a\",\"type\":\"bool\",\"missing\":0,\"distinct\":2,\"min\":null,\"max\":null,\"values\":[{"
           "\"value\":\"True\",\"count\":2},{\"value\":\"false\",\"count\":1}],\"special_category\":null}]");
    expect(
        "a,b\n1,\n,\nx,\n",
        "[{\"name\":\"a\",\"type\":\"text\",\"missing\":1,\"distinct\":2,\"min\":null,\"max\":null,\"values\":[{"
        "\"value\":\"1\",\"count\":1},{\"value\":\"x\",\"count\":1}],\"special_category\":null},{\"name\":\"b\","
        "\"type\":\"text\",\"missing\":3,\"distinct\":0,\"min\":null,\"max\":null,\"values\":[],\"special_category\":"
        "null}]");
}

/* Counts are exact up to the bound, values are shown up to theirs, and memory does not grow with the rows. */
static void different_values_are_counted_up_to_a_bound(void **state)
{
    (void)state;
    for (int different = 1; different <= MOST_DISTINCT + 1; different++) {
        arena *a = arena_new();
        text_builder csv = text_builder_in(a);
        text_add_string(&csv, "a\n");
        for (int i = 0; i < 3 * different; i++) text_add_format(&csv, "v%d\n", i % different);
        profile *p = profile_of(a, text_built(&csv).data);
        json_t *columns, *column;
        assert_null(json_read(a, profile_json(a, p), &columns));
        column = json_array_get(columns, 0);
        if (different > MOST_DISTINCT)
            assert_true(json_is_null(json_object_get(column, "distinct")));
        else
            assert_int_equal(json_integer_value(json_object_get(column, "distinct")), different);
        size_t shown = json_array_size(json_object_get(column, "values"));
        assert_int_equal(shown, different <= MOST_VALUES ? different : 0);
        for (size_t i = 0; i < shown; i++)
            assert_int_equal(
                json_integer_value(json_object_get(json_array_get(json_object_get(column, "values"), i), "count")), 3);
        assert_int_equal(profile_rows(p), 3 * different);
        arena_drop(a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(special_categories_are_whole_words_of_a_name),
        cmocka_unit_test(columns_are_of_one_type),
        cmocka_unit_test(different_values_are_counted_up_to_a_bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
