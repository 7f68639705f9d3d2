#include "engine/test_data.h"

#include <math.h>

static gate parsed(arena *a, const char *expression)
{
    gate g;
    assert_accepted(gate_parse(a, text_of(expression), &g));
    return g;
}

static void gates_are_read(void **state)
{
    (void)state;
    arena *a = arena_new();
    gate g = parsed(a, "disparate_impact>=0.8");
    assert_int_equal(g.measure, MEASURE_DISPARATE_IMPACT);
    assert_int_equal(g.op, GATE_AT_LEAST);
    assert_true(g.bound == 0.8 && !text_is(g.attribute));
    g = parsed(a, "  race.epsilon <= .25 ");
    assert_true(text_equal_string(g.attribute, "race") && g.op == GATE_AT_MOST && g.bound == 0.25);
    assert_true(text_equal_string(g.expression, "race.epsilon <= .25"));
    g = parsed(a, "a.b.theil_index<1e-1");
    assert_true(text_equal_string(g.attribute, "a.b") && g.op == GATE_LESS && g.bound == 0.1);
    assert_int_equal(parsed(a, "cramers_v>0").op, GATE_MORE);
    assert_int_equal(parsed(a, "cramers_v==0").op, GATE_EQUAL);
    g = parsed(a, "statistical_parity_difference!=-0.5");
    assert_true(g.op == GATE_NOT_EQUAL && g.bound == -0.5);
    assert_int_equal(parsed(a, "epsilon_smoothed<1").measure, MEASURE_EPSILON);
    /* A column may be named so that an operator stands in it. */
    assert_true(text_equal_string(parsed(a, "age<=30.epsilon<1").attribute, "age<=30"));
    for (int m = 0; m < MEASURES; m++) {
        text expression = text_format(a, "%s<1", fairness_measure_name((fairness_measure)m));
        assert_int_equal(parsed(a, expression.data).measure, m);
    }
    arena_drop(a);
}

static void what_is_no_gate_is_refused(void **state)
{
    (void)state;
    arena *a = arena_new();
    gate g;
    assert_refused(gate_parse(a, TEXT("disparate_impact"), &g), INVALID, "/gates", "has no comparison");
    assert_refused(gate_parse(a, TEXT(""), &g), INVALID, "/gates", "has no comparison");
    assert_refused(gate_parse(a, TEXT("disparate_impact=0.8"), &g), INVALID, "/gates", "has no comparison");
    assert_refused(gate_parse(a, TEXT("disparate_impact>=high"), &g), INVALID, "/gates", "expected a number after >=");
    assert_refused(gate_parse(a, TEXT("disparate_impact>="), &g), INVALID, "/gates", "expected a number");
    assert_refused(gate_parse(a, TEXT("disparate_impact>=nan"), &g), INVALID, "/gates", "expected a number");
    assert_refused(gate_parse(a, TEXT("disparate_impct>=0.8"), &g), INVALID, "/gates",
                   "Did you mean \"disparate_impact\"?");
    assert_refused(gate_parse(a, TEXT("race.fairness>=0.8"), &g), INVALID, "/gates", "no measure \"fairness\"");
    assert_refused(gate_parse(a, TEXT(">=0.8"), &g), INVALID, "/gates", "no measure \"\"");
    arena_drop(a);
}

/* Column g is fair, column h is not: selection 0.5 and 0.5, 0.6 and 0.4. */
static fairness_report *two_attributes(arena *a)
{
    text_builder csv = text_builder_in(a);
    text_add_string(&csv, "g,h,p\n");
    for (int i = 0; i < 400; i++) {
        int high = i % 2, row = i / 4;
        int selected = row < (high ? 60 : 40);
        text_add_format(&csv, "%c,%c,%d\n", 'A' + i / 2 % 2, high ? 'x' : 'y', selected);
    }
    static const text columns[] = { { "g", 1 }, { "h", 1 } };
    fairness_request q = test_request();
    q.protected_columns = columns;
    q.protected_count = 2;
    q.intersect = true;
    q.label = NO_TEXT;
    return test_report(a, text_built(&csv).data, &q);
}

static const gate_result *judged(arena *a, fairness_report *report, const char *expression)
{
    gate g = parsed(a, expression);
    assert_accepted(fairness_report_gate(a, report, &g, 1));
    assert_int_equal(report->gate_count, 1);
    assert_true(report->passed == report->gates[0].passed);
    return report->gates;
}

static void a_gate_without_attribute_must_hold_in_each_and_shows_the_worst(void **state)
{
    (void)state;
    arena *a = arena_new();
    fairness_report *report = two_attributes(a);
    static const struct {
        const char *expression, *attribute;
        double value;
        bool passed;
    } cases[] = { { "demographic_parity_ratio>=0.8", "h", 2.0 / 3, false },
                  { "demographic_parity_ratio>=0.6", "h", 2.0 / 3, true },
                  { "demographic_parity_ratio>1", "h", 2.0 / 3, false },
                  { "demographic_parity_difference<=0.1", "h", 0.2, false },
                  { "demographic_parity_difference<0.3", "h", 0.2, true },
                  { "g.demographic_parity_ratio==1", "g", 1, true },
                  { "demographic_parity_ratio==1", "h", 2.0 / 3, false },
                  { "demographic_parity_difference!=0", "g", 0, false },
                  { "g.demographic_parity_ratio>=0.8", "g", 1, true },
                  { "h.demographic_parity_ratio>=0.8", "h", 2.0 / 3, false },
                  { "intersectional.demographic_parity_ratio>=0.8", "g & h", 2.0 / 3, false },
                  { "g & h.demographic_parity_ratio<0.8", "g & h", 2.0 / 3, true } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const gate_result *r = judged(a, report, cases[i].expression);
        test_near_at(r->value, cases[i].value, 1e-12, 1e-12, __FILE__, (int)i);
        assert_true(text_equal_string(r->attribute, cases[i].attribute));
        assert_true(r->passed == cases[i].passed);
        assert_true(text_is(r->reason) == !r->passed);
    }
    arena_drop(a);
}

static void a_gate_on_what_cannot_be_given_fails_with_a_reason(void **state)
{
    (void)state;
    arena *a = arena_new();
    fairness_report *report = two_attributes(a); /* has no label */
    const gate_result *r = judged(a, report, "equalized_odds_difference<=1");
    assert_false(r->passed);
    assert_true(isnan(r->value));
    assert_non_null(strstr(r->reason.data, "cannot be given"));
    assert_false(judged(a, report, "equalized_odds_difference!=5")->passed);
    arena_drop(a);
}

static void an_unknown_attribute_is_refused(void **state)
{
    (void)state;
    arena *a = arena_new();
    fairness_report *report = two_attributes(a);
    gate g = parsed(a, "colour.epsilon<1");
    assert_refused(fairness_report_gate(a, report, &g, 1), INVALID, "/gates",
                   "\"colour\" is not among the protected columns");
    assert_int_equal(report->gate_count, 0);
    arena_drop(a);
}

static void one_failing_gate_fails_the_whole_and_all_are_written(void **state)
{
    (void)state;
    arena *a = arena_new();
    fairness_report *report = two_attributes(a);
    gate gates[] = { parsed(a, "epsilon<=10"), parsed(a, "disparate_impact>=0.99") };
    assert_accepted(fairness_report_gate(a, report, gates, 2));
    json_t *json;
    assert_accepted(json_read(a, test_json(a, report), &json));
    const json_t *written = json_object_get(json, "gates");
    assert_int_equal(json_array_size(written), 2);
    assert_true(json_is_false(json_object_get(json, "passed")));
    assert_true(json_is_true(json_object_get(json_array_get(written, 0), "passed")));
    assert_string_equal(json_string_value(json_object_get(json_array_get(written, 1), "expression")),
                        "disparate_impact>=0.99");
    assert_true(json_is_string(json_object_get(json_array_get(written, 1), "reason")));
    assert_accepted(fairness_report_gate(a, report, gates, 0));
    assert_true(report->passed);
    arena_drop(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gates_are_read),
        cmocka_unit_test(what_is_no_gate_is_refused),
        cmocka_unit_test(a_gate_without_attribute_must_hold_in_each_and_shows_the_worst),
        cmocka_unit_test(a_gate_on_what_cannot_be_given_fails_with_a_reason),
        cmocka_unit_test(an_unknown_attribute_is_refused),
        cmocka_unit_test(one_failing_gate_fails_the_whole_and_all_are_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
