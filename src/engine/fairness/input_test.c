/* Poor and wrong input: what the data cannot give is null and explained, what is wrong is refused at its field. */
#include "engine/test_data.h"

#include <math.h>

static const char *three_groups(arena *a)
{
    text_builder csv = text_builder_in(a);
    text_add_string(&csv, "g,y,p\n");
    test_rows(&csv, "A", 300, 100, 60, 240);
    test_rows(&csv, "B", 120, 60, 90, 150);
    test_rows(&csv, "C", 40, 10, 15, 35);
    return text_built(&csv).data;
}

static const char *groups_with_rates(arena *a, int of_a, int of_b, int rows)
{
    text_builder csv = text_builder_in(a);
    text_add_string(&csv, "g,y,p\n");
    test_rows(&csv, "A", of_a, 0, 0, rows - of_a);
    test_rows(&csv, "B", of_b, 0, 0, rows - of_b);
    return text_built(&csv).data;
}

/* ------------------------------------------------------------------ nothing to compute */

static void what_cannot_be_given_is_null_with_a_note(void **state)
{
    (void)state;
    arena *a = arena_new();
    text_builder csv = text_builder_in(a);
    text_add_string(&csv, "g,y,p\n");
    test_rows(&csv, "A", 40, 10, 10, 40);
    test_rows(&csv, "B", 0, 20, 0, 40); /* nobody truly favorable */
    test_rows(&csv, "C", 0, 0, 30, 30); /* nobody selected */
    fairness_request q = test_request();
    q.bootstrap_replicates = 100;
    const fairness_report *report = test_report(a, text_built(&csv).data, &q);
    const group_result *b = test_group(report->attributes, "B"), *c = test_group(report->attributes, "C");
    assert_true(isnan(b->rate[RATE_TRUE_POSITIVE]) && isnan(b->interval[RATE_TRUE_POSITIVE].low));
    assert_true(isnan(c->rate[RATE_PRECISION]));
    assert_true(test_has_remark(report->notes, "NO_TRULY_FAVORABLE_ROWS"));
    assert_true(test_has_remark(report->notes, "NO_FAVORABLE_DECISIONS"));
    /* Undefined rates take no part: the range is between A and C. Fairlearn counts B's as 0. */
    assert_near(report->attributes[0].all.value[MEASURE_EQUAL_OPPORTUNITY_DIFFERENCE], 0.8);
    assert_true(isnan(report->attributes[0].all.value[MEASURE_EPSILON_UNSMOOTHED]));
    text json = test_json(a, report);
    assert_null(strstr(json.data, "nan"));
    assert_null(strstr(json.data, "inf,"));
    json_t *read;
    assert_accepted(json_read(a, json, &read));
    arena_drop(a);
}

static void a_table_without_rows_is_insufficient_not_an_error(void **state)
{
    (void)state;
    arena *a = arena_new();
    fairness_request q = fairness_request_standard();
    const text columns[] = { TEXT("g"), TEXT("h") };
    q.protected_columns = columns;
    q.protected_count = 2;
    q.intersect = true;
    q.label = TEXT("y");
    q.score = TEXT("s");
    static const char *const tables[] = { "g,h,y,s\n", "g,h,y,s\nA,x,,0.5\nB,y,1,\n" };
    for (size_t i = 0; i < 2; i++) {
        fairness_report *report = test_report(a, tables[i], &q);
        assert_int_equal(report->verdict, VERDICT_INSUFFICIENT_DATA);
        assert_int_equal(report->dropped_rows, i * 2);
        assert_int_equal(report->attributes[0].group_count, 0);
        gate g;
        assert_accepted(gate_parse(a, TEXT("disparate_impact>=0.8"), &g));
        assert_accepted(fairness_report_gate(a, report, &g, 1));
        assert_false(report->passed);
        json_t *read;
        assert_accepted(json_read(a, test_json(a, report), &read));
        assert_true(
            json_is_null(json_object_get(json_object_get(json_object_get(read, "attributes"), "g"), "reference")));
    }
    arena_drop(a);
}

static void rows_without_label_or_decision_are_dropped_and_counted(void **state)
{
    (void)state;
    arena *a = arena_new();
    fairness_request q = test_request();
    const fairness_report *report = test_report(a, "g,y,p\nA,1,1\nA,,1\nA,0,\nB,0,0\nB,,\nC,,1\n", &q);
    assert_int_equal(report->rows, 6);
    assert_int_equal(report->dropped_rows, 4);
    assert_int_equal(report->attributes[0].group_count, 2);
    assert_true(test_has_remark(report->warnings, "ROWS_DROPPED"));
    assert_true(test_has_remark(report->warnings, "GROUP_WITHOUT_USABLE_ROWS"));
    arena_drop(a);
}

static void constant_decisions_have_no_test_and_say_so(void **state)
{
    (void)state;
    arena *a = arena_new();
    fairness_request q = test_request();
    q.bootstrap_replicates = 50;
    const fairness_report *report = test_report(a, groups_with_rates(a, 100, 100, 100), &q);
    assert_true(isnan(report->attributes[0].tests.chi_square.p_value));
    assert_near(report->attributes[0].all.value[MEASURE_DEMOGRAPHIC_PARITY_RATIO], 1);
    assert_true(test_has_remark(report->notes, "MEASURE_UNDEFINED"));
    assert_true(test_has_remark(report->notes, "ALMOST_EVERYONE_SELECTED"));
    arena_drop(a);
}

static void a_label_alone_is_audited_as_the_decision(void **state)
{
    (void)state;
    arena *a = arena_new();
    fairness_request q = test_request();
    q.prediction = NO_TEXT;
    const fairness_report *report = test_report(a, three_groups(a), &q);
    assert_int_equal(report->decided_by, DECIDED_BY_LABEL);
    assert_false(report->has_label);
    assert_near(test_group(report->attributes, "A")->rate[RATE_SELECTION], 360.0 / 700);
    assert_true(isnan(report->attributes[0].all.value[MEASURE_EQUALIZED_ODDS_DIFFERENCE]));
    assert_true(test_has_remark(report->notes, "LABEL_AUDITED"));
    q.label = NO_TEXT;
    q.prediction = TEXT("p");
    report = test_report(a, three_groups(a), &q);
    assert_near(test_group(report->attributes, "A")->rate[RATE_SELECTION], 400.0 / 700);
    assert_true(test_has_remark(report->notes, "NO_LABEL"));
    arena_drop(a);
}

/* ------------------------------------------------------------------ which value is favorable */

static void the_favorable_value_is_recognized_however_it_is_written(void **state)
{
    (void)state;
    static const struct {
        const char *csv, *favorable;
        int selected; /* of A's three rows */
    } cases[] = { { "g,y,p\nA,1,1\nA,0,0\nA,0,0\n", NULL, 1 },
                  { "g,y,p\nA,1.0,1.0\nA,0.0,0.0\nA,0,0.0\n", NULL, 1 },
                  { "g,y,p\nA,true,true\nA,false,false\nA,false,false\n", NULL, 1 },
                  { "g,y,p\nA,1,True\nA,0,False\nA,0,False\n", NULL, 1 },
                  { "g,y,p\nA,1,True\nA,0,False\nA,0,False\n", "0", 2 },
                  { "g,y,p\nA,1,True\nA,0,False\nA,0,False\n", "false", 2 },
                  { "g,y,p\nA,no,no\nA,yes,yes\nA,no,no\n", "yes", 1 },
                  { "g,y,p\nA,no,no\nA,yes,no\nA,no,no\n", "yes", 0 }, /* constant, but the label knows the value */
                  { "g,y,p\nA,a,a\nA,b,b\nA,c,c\n", "b", 1 },
                  { "g,y,p\nA,2,2.0\nA,1,1.0\nA,1,1.0\n", "2", 1 } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        arena *a = arena_new();
        text favorable = text_of(cases[i].favorable);
        fairness_request q = test_request();
        q.favorable = &favorable;
        q.favorable_count = cases[i].favorable ? 1 : 0;
        const fairness_report *report = test_report(a, cases[i].csv, &q);
        assert_int_equal(report->attributes[0].groups[0].selected, cases[i].selected);
        arena_drop(a);
    }
}

static void several_favorable_values_count_together(void **state)
{
    (void)state;
    arena *a = arena_new();
    const text favorable[] = { TEXT("approved"), TEXT("approved with conditions") };
    fairness_request q = test_request();
    q.label = NO_TEXT;
    q.favorable = favorable;
    q.favorable_count = 2;
    const fairness_report *report =
        test_report(a, "g,p\nA,approved\nA,denied\nA,approved with conditions\nB,pending\n", &q);
    assert_int_equal(test_group(report->attributes, "A")->selected, 2);
    assert_true(text_equal_string(report->favorable, "approved, approved with conditions"));
    assert_true(test_has_remark(report->warnings, "MORE_THAN_TWO_OUTCOMES"));
    arena_drop(a);
}

static void outcomes_that_are_not_two_valued_are_refused_with_what_was_found(void **state)
{
    (void)state;
    arena *a = arena_new();
    fairness_request q = test_request();
    fairness_report *report;
    assert_refused(test_analyze(a, "g,y,p\nA,high,1\nA,low,0\n", &q, &report), INVALID, "/label",
                   "Column \"y\" must hold 0 and 1 but holds 2 values: \"high\" and \"low\".");
    assert_refused(test_analyze(a, "g,y,p\nA,1,2\nA,0,1\nA,0,3\n", &q, &report), INVALID, "/prediction",
                   "holds 3 values: \"1\", \"2\" and \"3\"");
    const text yes[] = { TEXT("yes") };
    q.favorable = yes;
    q.favorable_count = 1;
    assert_refused(test_analyze(a, "g,y,p\nA,1,1\nA,0,0\n", &q, &report), INVALID, "/favorable",
                   "The favorable value \"yes\" does not occur in column \"y\", which holds \"0\" and \"1\".");
    arena_drop(a);
}

/* ------------------------------------------------------------------ wrong requests */

static void wrong_requests_are_refused_at_the_field(void **state)
{
    (void)state;
    arena *a = arena_new();
    table_plan plan;
    fairness_request q = test_request();
    q.protected_count = 0;
    assert_refused(fairness_plan(a, &q, &plan), INVALID, "/protected", "at least one protected column");
    q = test_request();
    q.label = q.prediction = NO_TEXT;
    assert_refused(fairness_plan(a, &q, &plan), INVALID, "/prediction", "Name the column of decisions");
    q = test_request();
    q.label = TEXT("g");
    assert_refused(fairness_plan(a, &q, &plan), INVALID, "/label", "named twice (as protected/0 and label)");
    q = test_request();
    q.label = TEXT("");
    assert_refused(fairness_plan(a, &q, &plan), INVALID, "/label", "empty");
    q = test_request();
    q.threshold = NAN;
    assert_refused(fairness_plan(a, &q, &plan), INVALID, "/threshold", "must be a number");
    q = test_request();
    q.bootstrap_replicates = 10001;
    assert_refused(fairness_plan(a, &q, &plan), INVALID, "/bootstrap", "At most 10000");
    q = test_request();
    q.seed = UINT64_MAX;
    assert_refused(fairness_plan(a, &q, &plan), INVALID, "/seed", "between 0 and");
    q = test_request();
    q.intersect = true;
    assert_refused(fairness_plan(a, &q, &plan), INVALID, "/intersect", "two or three");
    const text four[] = { TEXT("a"), TEXT("b"), TEXT("c"), TEXT("d") };
    q.protected_columns = four;
    q.protected_count = 4;
    assert_refused(fairness_plan(a, &q, &plan), INVALID, "/intersect", "there are 4");
    const fairness_reference nowhere = { TEXT("h"), TEXT("A") }, nobody = { TEXT("g"), TEXT("Z") };
    q = test_request();
    q.references = &nowhere;
    q.reference_count = 1;
    assert_refused(fairness_plan(a, &q, &plan), INVALID, "/reference", "\"h\", which is not a protected column");
    q.references = &nobody;
    fairness_report *report;
    assert_refused(test_analyze(a, three_groups(a), &q, &report), INVALID, "/reference", "g has no group \"Z\"");
    arena_drop(a);
}

static void scores_that_are_no_probabilities_are_refused_with_a_label_only(void **state)
{
    (void)state;
    arena *a = arena_new();
    fairness_request q = test_request();
    q.prediction = NO_TEXT;
    q.score = TEXT("s");
    q.threshold = 5;
    fairness_report *report;
    const char *csv = "g,y,s\nA,1,0.5\nB,0,7.5\n";
    assert_refused(test_analyze(a, csv, &q, &report), INVALID, "/score",
                   "Row 2, column \"s\": the score 7.5 is outside 0 to 1");
    q.label = NO_TEXT;
    assert_accepted(test_analyze(a, csv, &q, &report));
    assert_int_equal(test_group(report->attributes, "B")->selected, 1);
    assert_int_equal(test_group(report->attributes, "A")->selected, 0);
    arena_drop(a);
}

static void too_many_groups_are_refused_by_name(void **state)
{
    (void)state;
    arena *a = arena_new();
    text_builder one = text_builder_in(a), crossed = text_builder_in(a);
    text_add_string(&one, "g,y,p\n");
    for (int i = 0; i < 65; i++) text_add_format(&one, "v%d,1,1\n", i);
    text_add_string(&crossed, "g,h,y,p\n");
    for (int i = 0; i < 27 * 19; i++) text_add_format(&crossed, "v%d,w%d,1,1\n", i % 27, i / 27);
    fairness_request q = test_request();
    fairness_report *report;
    assert_refused(test_analyze(a, text_built(&one).data, &q, &report), INVALID, "/protected/0",
                   "Row 65, column \"g\": more than 64");
    const text columns[] = { TEXT("g"), TEXT("h") };
    q.protected_columns = columns;
    q.protected_count = 2;
    assert_accepted(test_analyze(a, text_built(&crossed).data, &q, &report));
    q.intersect = true;
    assert_refused(test_analyze(a, text_built(&crossed).data, &q, &report), INVALID, "/intersect",
                   "The combinations of g & h make more than 512 groups");
    arena_drop(a);
}

/* The most that is allowed at all: 512 combinations must work, and replicates for them are bounded. */
static void the_largest_intersection_works(void **state)
{
    (void)state;
    arena *a = arena_new();
    text_builder csv = text_builder_in(a);
    text_add_string(&csv, "g,h,y,p\n");
    for (int i = 0; i < 512 * 8; i++)
        text_add_format(&csv, "v%d,w%d,%d,%d\n", i % 32, i / 32 % 16, i % 3 == 0, i % 5 < 2);
    const text columns[] = { TEXT("g"), TEXT("h") };
    fairness_request q = test_request();
    q.protected_columns = columns;
    q.protected_count = 2;
    q.intersect = true;
    q.bootstrap_replicates = 50;
    fairness_report *report = test_report(a, text_built(&csv).data, &q);
    assert_int_equal(report->intersectional->group_count, 512);
    assert_int_equal(report->intersectional->pair_count, 0);
    assert_true(test_has_remark(report->intersectional->notes, "PAIRS_NOT_LISTED"));
    q.bootstrap_replicates = 2000;
    assert_refused(test_analyze(a, text_built(&csv).data, &q, &report), INVALID, "/bootstrap", "at most 1953");
    arena_drop(a);
}

static void groups_that_differ_only_in_form_are_warned_about(void **state)
{
    (void)state;
    arena *a = arena_new();
    fairness_request q = test_request();
    const fairness_report *report = test_report(a, "g,y,p\nMale,1,1\nmale ,0,0\nFemale,0,0\n", &q);
    assert_true(test_has_remark(report->warnings, "SIMILAR_GROUPS"));
    assert_int_equal(report->attributes[0].group_count, 3);
    arena_drop(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_cannot_be_given_is_null_with_a_note),
        cmocka_unit_test(a_table_without_rows_is_insufficient_not_an_error),
        cmocka_unit_test(rows_without_label_or_decision_are_dropped_and_counted),
        cmocka_unit_test(constant_decisions_have_no_test_and_say_so),
        cmocka_unit_test(a_label_alone_is_audited_as_the_decision),
        cmocka_unit_test(the_favorable_value_is_recognized_however_it_is_written),
        cmocka_unit_test(several_favorable_values_count_together),
        cmocka_unit_test(outcomes_that_are_not_two_valued_are_refused_with_what_was_found),
        cmocka_unit_test(wrong_requests_are_refused_at_the_field),
        cmocka_unit_test(scores_that_are_no_probabilities_are_refused_with_a_label_only),
        cmocka_unit_test(too_many_groups_are_refused_by_name),
        cmocka_unit_test(the_largest_intersection_works),
        cmocka_unit_test(groups_that_differ_only_in_form_are_warned_about),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
