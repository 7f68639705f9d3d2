/* Properties that hold for any data, calibration, and the rules of verdicts. */
#include "engine/stats/random.h"
#include "engine/test_data.h"

#include <math.h>
#include <stdlib.h>

/* ------------------------------------------------------------------ data */

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

/* The lines behind the header in another order. */
static const char *shuffled(arena *a, const char *csv)
{
    size_t lines = 0, at = 0;
    for (const char *p = csv; *p; p++) lines += *p == '\n';
    text *parts = ARENA_ARRAY(a, lines, text);
    for (const char *p = csv; *p;) {
        const char *end = strchr(p, '\n');
        parts[at++] = (text){ p, (size_t)(end - p) + 1 };
        p = end + 1;
    }
    random_stream r = random_stream_for(7, TEXT("shuffle"));
    for (size_t i = lines - 1; i > 1; i--) {
        size_t j = 1 + random_bits(&r) % i;
        text t = parts[i];
        parts[i] = parts[j];
        parts[j] = t;
    }
    text_builder b = text_builder_in(a);
    for (size_t i = 0; i < lines; i++) text_add(&b, parts[i]);
    return text_built(&b).data;
}

/* ------------------------------------------------------------------ properties */

static void the_order_of_rows_changes_nothing(void **state)
{
    (void)state;
    arena *a = arena_new();
    text_builder csv = text_builder_in(a);
    text_add_string(&csv, "g,h,y,p,s\n");
    random_stream r = random_stream_for(3, TEXT("rows"));
    for (int i = 0; i < 3000; i++) {
        double s = floor(random_unit(&r) * 200) / 200;
        text_add_format(&csv, "%s,%c,%s,%d,%.3f\n",
                        i % 7   ? i % 3 ? "x" : "y"
                        : i % 2 ? ""
                                : "Z",
                        'a' + (int)(random_bits(&r) % 3), i % 50 ? random_unit(&r) < s ? "1" : "0" : "", s > 0.5, s);
    }
    const text columns[] = { TEXT("g"), TEXT("h") };
    fairness_request q = test_request();
    q.protected_columns = columns;
    q.protected_count = 2;
    q.score = TEXT("s");
    q.intersect = true;
    q.bootstrap_replicates = 200;
    const char *straight = text_built(&csv).data;
    text one = test_json(a, test_report(a, straight, &q)),
         other = test_json(a, test_report(a, shuffled(a, straight), &q));
    assert_true(text_equal(one, other));
    arena_drop(a);
}

static void another_seed_moves_only_the_intervals(void **state)
{
    (void)state;
    arena *a = arena_new();
    fairness_request q = test_request();
    q.bootstrap_replicates = 500;
    const attribute_report *one = test_report(a, three_groups(a), &q)->attributes;
    q.seed = 2;
    const attribute_report *other = test_report(a, three_groups(a), &q)->attributes;
    for (int m = 0; m < MEASURES; m++) assert_near(one->all.value[m], other->all.value[m]);
    assert_true(one->all.interval[MEASURE_DISPARATE_IMPACT].low != other->all.interval[MEASURE_DISPARATE_IMPACT].low);
    arena_drop(a);
}

/* What is favorable is a point of view: the favorable outcome's true positives are the other's true negatives. */
static void swapping_the_favorable_value_mirrors_the_rates(void **state)
{
    (void)state;
    arena *a = arena_new();
    const text zero[] = { TEXT("0") };
    fairness_request q = test_request(), swapped = test_request();
    swapped.favorable = zero;
    swapped.favorable_count = 1;
    const attribute_report *one = test_report(a, three_groups(a), &q)->attributes;
    const attribute_report *other = test_report(a, three_groups(a), &swapped)->attributes;
    for (size_t g = 0; g < one->group_count; g++) {
        const double *x = one->groups[g].rate, *y = other->groups[g].rate;
        assert_near(x[RATE_TRUE_POSITIVE], y[RATE_TRUE_NEGATIVE]);
        assert_near(x[RATE_FALSE_POSITIVE], y[RATE_FALSE_NEGATIVE]);
        assert_near(x[RATE_SELECTION], 1 - y[RATE_SELECTION]);
        assert_near(x[RATE_ACCURACY], y[RATE_ACCURACY]);
    }
    assert_near(one->all.value[MEASURE_EPSILON], other->all.value[MEASURE_EPSILON]);
    assert_near(one->tests.chi_square.statistic, other->tests.chi_square.statistic);
    arena_drop(a);
}

static void every_row_twice_keeps_the_rates(void **state)
{
    (void)state;
    arena *a = arena_new();
    const char *once = three_groups(a);
    const char *twice = text_format(a, "%s%s", once, strchr(once, '\n') + 1).data;
    fairness_request q = test_request();
    const attribute_report *one = test_report(a, once, &q)->attributes, *two = test_report(a, twice, &q)->attributes;
    for (size_t g = 0; g < one->group_count; g++) {
        assert_int_equal(two->groups[g].count, 2 * one->groups[g].count);
        for (int r = 0; r < GROUP_RATES; r++) assert_near(one->groups[g].rate[r], two->groups[g].rate[r]);
    }
    for (int m = 0; m < MEASURES; m++)
        if (m != MEASURE_EPSILON && m != MEASURE_BIAS_AMPLIFICATION) /* smoothing fades as rows grow */
            assert_near_to(two->all.value[m], one->all.value[m], 1e-12);
    assert_near_to(two->tests.chi_square.statistic, 2 * one->tests.chi_square.statistic, 1e-12);
    arena_drop(a);
}

static void bootstrap_intervals_hold_the_value_and_shrink_with_rows(void **state)
{
    (void)state;
    arena *a = arena_new();
    fairness_request q = test_request();
    q.bootstrap_replicates = 1000;
    text_builder many = text_builder_in(a);
    text_add_string(&many, "g,y,p\n");
    for (int i = 0; i < 16; i++) text_add_string(&many, strchr(three_groups(a), '\n') + 1);
    const attribute_report *few = test_report(a, three_groups(a), &q)->attributes;
    const attribute_report *lots = test_report(a, text_built(&many).data, &q)->attributes;
    for (size_t g = 0; g < few->group_count; g++) {
        const comparison *c = few->groups[g].against_reference, *l = lots->groups[g].against_reference;
        for (int k = 0; c && k < GROUP_CONTRASTS; k++) {
            assert_true(c->interval[k].low < c->value[k] && c->value[k] < c->interval[k].high);
            double ratio = (c->interval[k].high - c->interval[k].low) / (l->interval[k].high - l->interval[k].low);
            assert_true(ratio > 3 && ratio < 5.3); /* sixteen times the rows: a quarter of the width */
        }
    }
    confidence_interval impact = few->all.interval[MEASURE_DISPARATE_IMPACT];
    assert_true(impact.low < few->all.value[MEASURE_DISPARATE_IMPACT] &&
                few->all.value[MEASURE_DISPARATE_IMPACT] < impact.high);
    arena_drop(a);
}

/* For a difference of two proportions the bootstrap's width is known: 2 · 1.96 · √(p₁q₁/n₁ + p₂q₂/n₂). */
static void the_bootstrap_has_the_width_that_theory_gives(void **state)
{
    (void)state;
    arena *a = arena_new();
    fairness_request q = test_request();
    q.bootstrap_replicates = 10000;
    const attribute_report *at = test_report(a, groups_with_rates(a, 600, 400, 1000), &q)->attributes;
    confidence_interval i = at->groups[1].against_reference->interval[CONTRAST_STATISTICAL_PARITY_DIFFERENCE];
    double wanted = 2 * 1.959963984540054 * sqrt(2 * 0.24 / 1000);
    assert_near_to(i.high - i.low, wanted, 0.04);
    assert_near_to((i.high + i.low) / 2, -0.2, 0.02);
    arena_drop(a);
}

static void intersections_add_up_to_their_attributes(void **state)
{
    (void)state;
    arena *a = arena_new();
    text_builder csv = text_builder_in(a);
    text_add_string(&csv, "g,h,y,p\n");
    for (int i = 0; i < 1000; i++)
        text_add_format(&csv, "%c,%c,%d,%d\n", 'A' + i % 2, 'x' + i % 3, i % 5 == 0, i % 7 == 0);
    const text columns[] = { TEXT("g"), TEXT("h") };
    const fairness_reference references[] = { { TEXT("g & h"), TEXT("B & z") }, { TEXT("g"), TEXT("B") } };
    fairness_request q = test_request();
    q.protected_columns = columns;
    q.protected_count = 2;
    q.intersect = true;
    q.references = references;
    q.reference_count = 2;
    const fairness_report *report = test_report(a, text_built(&csv).data, &q);
    const attribute_report *crossed = report->intersectional;
    assert_int_equal(crossed->group_count, 6);
    assert_true(text_equal_string(crossed->name, "g & h"));
    assert_true(text_equal_string(crossed->groups[0].name, "A & x"));
    assert_true(text_equal_string(crossed->groups[crossed->reference].name, "B & z"));
    assert_true(text_equal_string(report->attributes[0].groups[report->attributes[0].reference].name, "B"));
    uint64_t of_a = 0;
    for (size_t g = 0; g < 3; g++) of_a += crossed->groups[g].selected;
    assert_int_equal(of_a, test_group(&report->attributes[0], "A")->selected);
    double overall = 143.0 / 1000, expected = test_group(&report->attributes[0], "A")->rate[RATE_SELECTION] *
                                              test_group(&report->attributes[1], "x")->rate[RATE_SELECTION] / overall;
    assert_near(crossed->groups[0].expected_selection_rate, expected);
    arena_drop(a);
}

/* ------------------------------------------------------------------ calibration */

static void calibration_of_a_small_table_by_hand(void **state)
{
    (void)state;
    arena *a = arena_new();
    fairness_request q = test_request();
    q.prediction = NO_TEXT;
    q.score = TEXT("s");
    /* Scores 0.1 0.4 0.4 0.8 1.0 with labels 0 0 1 1 1: Brier (.01 + .16 + .36 + .04 + 0)/5, AUC (5 + 1/2)/6. */
    const fairness_report *report =
        test_report(a, "g,y,s\nA,0,0.1\nA,0,0.4\nA,1,0.4\nA,1,0.8\nA,1,1\nB,1,0.5\nB,1,\n", &q);
    const group_result *g = test_group(report->attributes, "A");
    assert_near(g->calibration->brier, 0.57 / 5);
    assert_near(g->calibration->auc, 5.5 / 6);
    assert_near(g->calibration->expected_calibration_error, (0.1 + 2 * 0.1 + 0.2) / 5);
    assert_near(g->calibration->maximum_calibration_error, 0.2);
    assert_int_equal(g->calibration->bins[9].count, 1);
    assert_int_equal(g->tp, 2); /* 0.5 and above is class 1 */
    assert_int_equal(report->dropped_rows, 1);
    const calibration *one_class = test_group(report->attributes, "B")->calibration;
    assert_true(isnan(one_class->auc) && isnan(one_class->slope));
    assert_near(one_class->brier, 0.25);
    assert_true(test_has_remark(report->notes, "ONE_CLASS_ONLY"));
    arena_drop(a);
}

/* Calibration looks at class 1 whatever is favorable; decisions turn around. */
static void an_unfavorable_class_one_turns_decisions_not_scores(void **state)
{
    (void)state;
    arena *a = arena_new();
    const text zero[] = { TEXT("0") };
    fairness_request q = test_request();
    q.prediction = NO_TEXT;
    q.score = TEXT("s");
    const char *csv = "g,y,s\nA,0,0.1\nA,0,0.4\nA,1,0.4\nA,1,0.8\nB,1,0.5\nB,0,0.2\n";
    const group_result *one = test_group(test_report(a, csv, &q)->attributes, "A");
    q.favorable = zero;
    q.favorable_count = 1;
    const group_result *other = test_group(test_report(a, csv, &q)->attributes, "A");
    assert_near(one->calibration->brier, other->calibration->brier);
    assert_near(one->calibration->auc, other->calibration->auc);
    assert_int_equal(one->selected, other->count - other->selected);
    assert_int_equal(one->tp, other->tn);
    arena_drop(a);
}

/* 40,000 rows of one group are gathered on the logit's grid, the same rows in eight groups are not. */
static void gathering_scores_leaves_five_digits_of_the_line(void **state)
{
    (void)state;
    arena *a = arena_new();
    random_stream r = random_stream_for(4, TEXT("line"));
    text_builder all = text_builder_in(a);
    text_add_string(&all, "g,y,s\n");
    text_builder apart = text_builder_in(a);
    text_add_string(&apart, "g,y,s\nB,1,0.5\n");
    for (int i = 0; i < 40000; i++) {
        double s = random_unit(&r);
        int y = random_unit(&r) < s * s * (3 - 2 * s);
        text_add_format(&all, "A,%d,%.6f\n", y, s);
        if (i < 9000) text_add_format(&apart, "A,%d,%.6f\n", y, s);
    }
    fairness_request q = test_request();
    q.prediction = NO_TEXT;
    q.score = TEXT("s");
    const calibration *large = test_group(test_report(a, text_built(&all).data, &q)->attributes, "A")->calibration;
    const calibration *small = test_group(test_report(a, text_built(&apart).data, &q)->attributes, "A")->calibration;
    assert_near_to(large->slope, small->slope, 0.06); /* two samples of one population */
    assert_true(fabs(large->intercept - small->intercept) < 0.1);
    assert_true(large->slope > 1.3 && large->auc > 0.8);
    arena_drop(a);
}

/* ------------------------------------------------------------------ verdicts */

static void the_lowest_rate_over_the_highest_decides(void **state)
{
    (void)state;
    static const struct {
        int of_a, of_b;
        verdict wanted;
        const char *code;
    } cases[] = { { 500, 500, VERDICT_PASS, "IMPACT_RATIO_ACCEPTABLE" },
                  { 500, 400, VERDICT_REVIEW,
                    "IMPACT_RATIO_ACCEPTABLE" }, /* ratio passes, parity difference does not */
                  { 500, 399, VERDICT_REVIEW, "IMPACT_RATIO_BELOW_PASS" },
                  { 500, 350, VERDICT_REVIEW, "IMPACT_RATIO_BELOW_PASS" },
                  { 500, 349, VERDICT_FAIL, "IMPACT_RATIO_FAILS" },
                  { 349, 500, VERDICT_FAIL, "IMPACT_RATIO_FAILS" }, /* harm to the reference group itself */
                  { 0, 0, VERDICT_INSUFFICIENT_DATA, "NO_FAVORABLE_DECISIONS" } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        arena *a = arena_new();
        fairness_request q = test_request();
        const fairness_report *report = test_report(a, groups_with_rates(a, cases[i].of_a, cases[i].of_b, 1000), &q);
        assert_string_equal(verdict_name(report->attributes[0].verdict), verdict_name(cases[i].wanted));
        assert_int_equal(report->verdict, cases[i].wanted);
        assert_true(test_has_remark(report->reasons, cases[i].code));
        assert_true(text_starts(report->headline, verdict_name(cases[i].wanted)));
        arena_drop(a);
    }
}

static void the_use_case_sets_the_bound(void **state)
{
    (void)state;
    arena *a = arena_new();
    fairness_request q = test_request();
    const char *csv = groups_with_rates(a, 520, 480, 1000); /* ratio 0.923 */
    assert_int_equal(test_report(a, csv, &q)->verdict, VERDICT_PASS);
    fairness_request_use_case(&q, USE_CASE_HEALTHCARE);
    const fairness_report *strict = test_report(a, csv, &q);
    assert_int_equal(strict->verdict, VERDICT_REVIEW);
    assert_near(strict->attributes[0].findings[0].pass, 0.95);
    /* 0.95 · 0.52 · 1000 = 494 favorable decisions are asked for, 480 there are. */
    assert_int_equal(strict->attributes[0].shortfall, 14);
    arena_drop(a);
}

static void another_rule_worsens_a_pass_to_review_only(void **state)
{
    (void)state;
    arena *a = arena_new();
    text_builder csv = text_builder_in(a);
    text_add_string(&csv, "g,y,p\n");
    test_rows(&csv, "A", 450, 50, 50, 450); /* same selection rate, but B's decisions are chance */
    test_rows(&csv, "B", 250, 250, 250, 250);
    fairness_request q = test_request();
    const attribute_report *at = test_report(a, text_built(&csv).data, &q)->attributes;
    assert_near(at->all.value[MEASURE_DEMOGRAPHIC_PARITY_RATIO], 1);
    assert_near(at->all.value[MEASURE_EQUALIZED_ODDS_DIFFERENCE], 0.4);
    assert_int_equal(at->verdict, VERDICT_REVIEW);
    assert_true(test_has_remark(at->reasons, "ODDS_DIFFERENCE_FAILS"));
    arena_drop(a);
}

static void small_and_missing_groups_are_shown_but_do_not_judge(void **state)
{
    (void)state;
    arena *a = arena_new();
    text_builder csv = text_builder_in(a);
    text_add_string(&csv, groups_with_rates(a, 500, 500, 1000));
    test_rows(&csv, "tiny", 1, 0, 0, 28);
    test_rows(&csv, "", 0, 0, 0, 5000);
    fairness_request q = test_request();
    const attribute_report *at = test_report(a, text_built(&csv).data, &q)->attributes;
    const group_result *tiny = test_group(at, "tiny"), *missing = test_group(at, "(missing)");
    assert_true(tiny->is_small && !tiny->is_eligible);
    assert_true(missing->is_missing && !missing->is_eligible && !missing->is_reference);
    assert_true(&at->groups[at->group_count - 1] == missing);
    assert_near(at->all.value[MEASURE_DEMOGRAPHIC_PARITY_RATIO], 0);
    assert_near(at->eligible.value[MEASURE_DEMOGRAPHIC_PARITY_RATIO], 1);
    assert_int_equal(at->verdict, VERDICT_PASS);
    assert_true(test_has_remark(at->notes, "SMALL_GROUPS") && test_has_remark(at->notes, "MISSING_GROUP"));
    arena_drop(a);
}

static void one_group_only_is_insufficient(void **state)
{
    (void)state;
    arena *a = arena_new();
    text_builder csv = text_builder_in(a);
    text_add_string(&csv, "g,y,p\n");
    test_rows(&csv, "A", 50, 20, 10, 40);
    fairness_request q = test_request();
    q.bootstrap_replicates = 100;
    const fairness_report *report = test_report(a, text_built(&csv).data, &q);
    assert_int_equal(report->verdict, VERDICT_INSUFFICIENT_DATA);
    assert_true(test_has_remark(report->reasons, "TOO_FEW_GROUPS"));
    assert_true(isnan(report->attributes[0].all.value[MEASURE_DISPARATE_IMPACT]));
    assert_near(report->attributes[0].groups[0].rate[RATE_SELECTION], 70.0 / 120);
    arena_drop(a);
}

/* Each attribute alone is fair; who is both is not. */
static const char *only_combinations_differ(arena *a, int rows)
{
    static const struct {
        const char *name;
        int of_ten;
    } groups[] = { { "A,x", 6 }, { "A,y", 3 }, { "B,x", 3 }, { "B,y", 6 } };
    text_builder csv = text_builder_in(a);
    text_add_string(&csv, "g,h,y,p\n");
    for (size_t i = 0; i < 4; i++) {
        int selected = rows * groups[i].of_ten / 10;
        test_rows(&csv, groups[i].name, selected, 0, 0, rows - selected);
    }
    return text_built(&csv).data;
}

static void an_intersection_worsens_the_whole_when_it_can_be_judged(void **state)
{
    (void)state;
    arena *a = arena_new();
    const text columns[] = { TEXT("g"), TEXT("h") };
    fairness_request q = test_request();
    q.protected_columns = columns;
    q.protected_count = 2;
    assert_int_equal(test_report(a, only_combinations_differ(a, 100), &q)->verdict, VERDICT_PASS);
    q.intersect = true;
    const fairness_report *large = test_report(a, only_combinations_differ(a, 100), &q);
    assert_int_equal(large->intersectional->verdict, VERDICT_FAIL);
    assert_int_equal(large->verdict, VERDICT_FAIL);
    assert_true(test_has_remark(large->notes, "COMBINATION_BELOW_EXPECTATION"));
    assert_near(test_group(large->intersectional, "A & y")->expected_selection_rate, 0.45);
    const fairness_report *small = test_report(a, only_combinations_differ(a, 20), &q);
    assert_int_equal(small->intersectional->verdict, VERDICT_INSUFFICIENT_DATA);
    assert_int_equal(small->verdict, VERDICT_PASS);
    arena_drop(a);
}

static void a_difference_that_may_be_chance_is_said_to_be(void **state)
{
    (void)state;
    arena *a = arena_new();
    fairness_request q = test_request();
    const attribute_report *at = test_report(a, groups_with_rates(a, 16, 12, 40), &q)->attributes;
    assert_true(test_has_remark(at->notes, "DIFFERENCE_MAY_BE_CHANCE"));
    assert_true(at->detectable_gap > 0.2);
    at = test_report(a, groups_with_rates(a, 970, 930, 1000), &q)->attributes;
    assert_true(test_has_remark(at->notes, "ALMOST_EVERYONE_SELECTED"));
    assert_true(test_has_remark(at->notes, "SIGNIFICANT_BUT_NEGLIGIBLE"));
    arena_drop(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_order_of_rows_changes_nothing),
        cmocka_unit_test(another_seed_moves_only_the_intervals),
        cmocka_unit_test(swapping_the_favorable_value_mirrors_the_rates),
        cmocka_unit_test(every_row_twice_keeps_the_rates),
        cmocka_unit_test(bootstrap_intervals_hold_the_value_and_shrink_with_rows),
        cmocka_unit_test(the_bootstrap_has_the_width_that_theory_gives),
        cmocka_unit_test(intersections_add_up_to_their_attributes),
        cmocka_unit_test(calibration_of_a_small_table_by_hand),
        cmocka_unit_test(an_unfavorable_class_one_turns_decisions_not_scores),
        cmocka_unit_test(gathering_scores_leaves_five_digits_of_the_line),
        cmocka_unit_test(the_lowest_rate_over_the_highest_decides),
        cmocka_unit_test(the_use_case_sets_the_bound),
        cmocka_unit_test(another_rule_worsens_a_pass_to_review_only),
        cmocka_unit_test(small_and_missing_groups_are_shown_but_do_not_judge),
        cmocka_unit_test(one_group_only_is_insufficient),
        cmocka_unit_test(an_intersection_worsens_the_whole_when_it_can_be_judged),
        cmocka_unit_test(a_difference_that_may_be_chance_is_said_to_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
