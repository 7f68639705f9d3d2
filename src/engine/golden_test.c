/* Every number of the golden file (Fairlearn, AIF360, SciPy) against the report as outsiders see it, its JSON. A key
 * of the golden file that this test does not know, or that the report lacks, fails it. */
#include "engine/test_data.h"

#include <math.h>

#define RELATIVE   1e-12
#define ABSOLUTE   1e-14
#define P_RELATIVE 1e-9

typedef struct checker {
    arena *arena;
    size_t compared, wrong;
} checker;

/* ------------------------------------------------------------------ comparing */

static void wrong(checker *c, const char *where, const char *key, const char *what)
{
    print_error("%s / %s: %s\n", where, key, what);
    c->wrong++;
}

static void compare_number(checker *c, const char *where, const char *key, const json_t *wanted, const json_t *got)
{
    c->compared++;
    if (!got) {
        wrong(c, where, key, "the report has no such key");
        return;
    }
    if (json_is_null(wanted) || json_is_null(got)) {
        if (json_is_null(wanted) != json_is_null(got)) wrong(c, where, key, "null on one side only");
        return;
    }
    double w = json_number_value(wanted), g = json_number_value(got);
    double relative = strcmp(key, "p_value") == 0 ? P_RELATIVE : RELATIVE;
    if (!json_is_number(wanted) || !json_is_number(got) || fabs(w - g) > fmax(relative * fabs(w), ABSOLUTE))
        wrong(c, where, key, text_format(c->arena, "wanted %.17g, got %.17g", w, g).data);
    /* A tiny p value is to be right in its digits too, not only near 0. */
    else if (strcmp(key, "p_value") == 0 && w > 0 && fabs(w - g) > P_RELATIVE * w)
        wrong(c, where, key, text_format(c->arena, "p value: wanted %.17g, got %.17g", w, g).data);
}

static void compare_text(checker *c, const char *where, const char *key, const json_t *wanted, const json_t *got)
{
    c->compared++;
    if (!json_is_string(wanted) || !json_is_string(got) ||
        strcmp(json_string_value(wanted), json_string_value(got)) != 0)
        wrong(c, where, key, "texts differ");
}

/* Every member of `wanted`, nested ones too, in `got`. */
static void compare_tree(checker *c, const char *where, const json_t *wanted, const json_t *got)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)wanted, key, value)
    {
        const char *here = text_format(c->arena, "%s / %s", where, key).data;
        if (json_is_object(value))
            compare_tree(c, here, value, json_object_get(got, key));
        else
            compare_number(c, where, key, value, json_object_get(got, key));
    }
}

static void compare_groups(checker *c, const char *where, const json_t *wanted, const json_t *got)
{
    if (json_object_size(wanted) != json_object_size(got)) wrong(c, where, "groups", "another number of groups");
    compare_tree(c, where, wanted, got);
}

static bool fairlearn_counts_undefined_as_zero(const char *key)
{
    return strcmp(key, "equalized_odds_difference") == 0 || strcmp(key, "equalized_odds_ratio") == 0 ||
           strcmp(key, "equal_opportunity_difference") == 0;
}

static void compare_metrics(checker *c, const char *where, const json_t *wanted, const json_t *got, bool has_undefined)
{
    const char *key;
    json_t *value;
    const json_t *metrics = json_object_get(got, "metrics"), *fairlearn = json_object_get(got, "fairlearn");
    json_object_foreach((json_t *)(uintptr_t)wanted, key, value)
    {
        if (strcmp(key, "benefit_note") == 0) continue; /* a sentence */
        bool own_convention = fairlearn_counts_undefined_as_zero(key);
        if (own_convention) compare_number(c, where, key, value, json_object_get(fairlearn, key));
        if (!own_convention || !has_undefined) compare_number(c, where, key, value, json_object_get(metrics, key));
    }
}

/* What the golden file leaves out, because a rate is undefined, must be null here. */
static void expect_null(checker *c, const char *where, const json_t *wanted, const json_t *got)
{
    static const char *const keys[] = { "equal_opportunity_difference", "average_odds_difference" };
    const char *group;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)wanted, group, value)
    {
        for (size_t k = 0; k < 2; k++) {
            if (json_object_get(value, keys[k])) continue;
            c->compared++;
            if (!json_is_null(json_object_get(json_object_get(got, group), keys[k])))
                wrong(c, where, keys[k], "the golden file has no value, the report has one");
        }
    }
}

static bool any_undefined_rate(const json_t *groups)
{
    const char *group;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)groups, group, value)
    {
        if (json_is_null(json_object_get(value, "true_positive_rate"))) return true;
        if (json_is_null(json_object_get(value, "false_positive_rate"))) return true;
    }
    return false;
}

static void compare_attribute(checker *c, const char *where, const json_t *wanted, const json_t *got)
{
    const char *key;
    json_t *value;
    bool has_undefined = json_is_true(json_object_get(wanted, "fairlearn_undefined_group_rates"));
    json_object_foreach((json_t *)(uintptr_t)wanted, key, value)
    {
        const json_t *ours = json_object_get(got, key);
        if (strcmp(key, "reference") == 0)
            compare_text(c, where, key, value, ours);
        else if (strcmp(key, "groups") == 0)
            compare_groups(c, where, value, ours);
        else if (strcmp(key, "metrics") == 0)
            compare_metrics(c, where, value, got, has_undefined);
        else if (strcmp(key, "against_reference") == 0) {
            compare_groups(c, where, value, ours);
            expect_null(c, where, value, ours);
        } else if (strcmp(key, "epsilon_smoothed") == 0 || strcmp(key, "epsilon_unsmoothed") == 0)
            compare_number(c, where, key, value, json_object_get(json_object_get(got, "metrics"), key));
        else if (strcmp(key, "chi_square") == 0)
            compare_tree(c, where, value, json_object_get(json_object_get(got, "tests"), key));
        else if (strcmp(key, "reweighing_weights") == 0)
            compare_groups(c, where, value, ours);
        else if (strcmp(key, "fairlearn_undefined_group_rates") == 0) {
            c->compared++;
            if (has_undefined != any_undefined_rate(json_object_get(got, "groups")))
                wrong(c, where, key, "undefined rates on one side only");
        } else
            wrong(c, where, key, "this test does not know the key");
    }
}

/* ------------------------------------------------------------------ one data set */

static const json_t *attribute_named(const json_t *report, const char *name)
{
    const json_t *found = json_object_get(json_object_get(report, "attributes"), name);
    return found ? found : json_object_get(report, "intersectional");
}

static void compare_rest(checker *c, const char *where, const json_t *wanted, const json_t *report)
{
    const char *key;
    json_t *value;
    const json_t *got = json_object_get(
        attribute_named(report, json_string_value(json_object_get(wanted, "attribute"))), "reference_vs_rest");
    json_object_foreach((json_t *)(uintptr_t)wanted, key, value)
    {
        if (strcmp(key, "attribute") == 0) continue; /* used above */
        if (json_is_string(value))
            compare_text(c, where, key, value, json_object_get(got, key));
        else
            compare_number(c, where, key, value, json_object_get(got, key));
    }
}

static void compare_data_set(checker *c, const char *name, const json_t *wanted, const json_t *report)
{
    const char *key, *attribute;
    json_t *value, *inner;
    json_object_foreach((json_t *)(uintptr_t)wanted, key, value)
    {
        const char *where = text_format(c->arena, "%s / %s", name, key).data;
        if (strcmp(key, "columns") == 0) continue; /* the request was made from it */
        if (strcmp(key, "rows") == 0)
            compare_number(c, where, key, value, json_object_get(report, key));
        else if (strcmp(key, "attributes") == 0) {
            json_object_foreach(value, attribute, inner) compare_attribute(
                c, text_format(c->arena, "%s / %s", where, attribute).data, inner, attribute_named(report, attribute));
        } else if (strcmp(key, "atkinson") == 0 || strcmp(key, "generalized_entropy") == 0) {
            const char *first = json_object_iter_key(json_object_iter(json_object_get(wanted, "attributes")));
            const json_t *indices = json_object_get(attribute_named(report, first), "inequality");
            compare_tree(c, where, value, json_object_get(indices, key));
        } else if (strcmp(key, "aif360_reference_vs_rest") == 0)
            compare_rest(c, where, value, report);
        else
            wrong(c, where, key, "this test does not know the key");
    }
}

static fairness_request request_from(arena *a, const json_t *columns)
{
    const json_t *protected_columns = json_object_get(columns, "protected");
    size_t count = json_array_size(protected_columns);
    text *names = ARENA_ARRAY(a, count, text);
    for (size_t i = 0; i < count; i++) names[i] = json_text_of(json_array_get(protected_columns, i));
    text *favorable = ARENA_NEW(a, text);
    *favorable = json_text_of(json_object_get(columns, "favorable"));
    fairness_request r = fairness_request_standard();
    r.protected_columns = names;
    r.protected_count = count;
    r.label = json_text_of(json_field(columns, "label"));
    r.prediction = json_text_of(json_field(columns, "prediction"));
    r.score = json_text_of(json_field(columns, "score"));
    r.favorable = favorable;
    r.favorable_count = 1;
    r.intersect = true;
    r.bootstrap_replicates = 100;
    return r;
}

static void check_data_set(const char *name, const char *file)
{
    arena *a = arena_new();
    checker c = { .arena = a };
    text golden, csv;
    if (!test_shared_file(a, "golden/fairness.json", &golden) || !test_shared_file(a, file, &csv)) {
        arena_drop(a);
        skip();
    }
    json_t *wanted;
    assert_accepted(json_read(a, golden, &wanted));
    wanted = json_object_get(wanted, name);
    assert_non_null(wanted);
    fairness_request request = request_from(a, json_object_get(wanted, "columns"));
    table_plan plan;
    assert_accepted(fairness_plan(a, &request, &plan));
    table_builder *builder = table_builder_new(a, plan);
    assert_accepted(csv_read(a, csv, table_builder_sink(builder), (table_limits){ 0 }));
    const table *data;
    assert_accepted(table_builder_finish(builder, &data));
    fairness_report *report;
    assert_accepted(fairness_analyze(a, data, &request, &report));
    json_t *got;
    assert_accepted(json_read(a, test_json(a, report), &got));
    compare_data_set(&c, name, wanted, got);
    print_message("%s: %zu figures compared, %zu wrong\n", name, c.compared, c.wrong);
    assert_int_equal(c.wrong, 0);
    assert_true(c.compared > 500);
    arena_drop(a);
}

static void compas_is_as_the_reference_libraries_say(void **state)
{
    (void)state;
    check_data_set("compas", "datasets/compas.csv");
}

static void adult_is_as_the_reference_libraries_say(void **state)
{
    (void)state;
    check_data_set("adult", "datasets/adult_pred.csv");
}

/* No data set may appear in the golden file without a test here; versions are names, drift is another test's. */
static void every_data_set_of_the_golden_file_is_tested(void **state)
{
    (void)state;
    arena *a = arena_new();
    text golden;
    if (!test_shared_file(a, "golden/fairness.json", &golden)) {
        arena_drop(a);
        skip();
    }
    json_t *all;
    assert_accepted(json_read(a, golden, &all));
    const char *key;
    json_t *value;
    json_object_foreach(all, key, value)
    {
        bool known = strcmp(key, "compas") == 0 || strcmp(key, "adult") == 0 || strcmp(key, "versions") == 0 ||
                     strcmp(key, "drift") == 0;
        if (!known) fail_msg("the golden file has a part that no test knows: %s", key);
    }
    arena_drop(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compas_is_as_the_reference_libraries_say),
        cmocka_unit_test(adult_is_as_the_reference_libraries_say),
        cmocka_unit_test(every_data_set_of_the_golden_file_is_tested),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
