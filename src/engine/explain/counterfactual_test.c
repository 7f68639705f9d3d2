/* Counterfactuals of models whose borders are known, and their constraints on models that are not. */
#include "engine/explain/counterfactual.h"
#include "engine/explain/numbers.h"
#include "engine/explain/test_explain.h"
#include "engine/stats/random.h"

/* Income, debt, age, three members of a region, a category of work: approved (1) from 0.5 on. */
enum { INCOME, DEBT, AGE, NORTH, SOUTH, EAST, WORK, FEATURES };

static error predict_loan(void *context, arena *a, const matrix *rows, model_output output, double *out)
{
    (void)context, (void)a, (void)output;
    for (size_t r = 0; r < rows->rows; r++) {
        const double *x = matrix_row(rows, r);
        assert_near(x[NORTH] + x[SOUTH] + x[EAST], 1);
        double margin =
            x[INCOME] / 1000 - x[DEBT] / 500 + x[AGE] / 10 + (x[EAST] == 1 ? 12 : 0) + (x[WORK] == 3 ? 9 : 0);
        out[r] = 1 / (1 + exp(-(margin - 40)));
    }
    return OK;
}

static const predictor loans = { .feature_count = FEATURES, .output_count = 1, .predict = predict_loan };

static matrix applicants(arena *a)
{
    enum { ROWS = 200 };
    double *values = ARENA_ARRAY(a, ROWS * FEATURES, double);
    random_stream r = random_stream_for(3, TEXT("loans"));
    for (size_t i = 0; i < ROWS; i++) {
        double *x = values + i * FEATURES;
        x[INCOME] = 10000 + 40000 * random_unit(&r);
        x[DEBT] = 8000 * random_unit(&r);
        x[AGE] = 18 + (double)random_below(&r, 50);
        x[NORTH + random_below(&r, 3)] = 1;
        x[WORK] = 1 + (double)random_below(&r, 4);
    }
    return (matrix){ values, ROWS, FEATURES };
}

static const double poor[FEATURES] = { 25000, 2000, 30, 1, 0, 0, 1 }; /* margin 25 - 4 + 3 - 40 = -16 */

typedef struct loan_case {
    feature_rule *rules;
    counterfactual_options options;
} loan_case;

static loan_case loan_rules(arena *a)
{
    size_t protected_features[] = { AGE };
    loan_case c = { feature_rules_standard(a, &loans, protected_features, 1), counterfactual_options_standard() };
    for (size_t f = NORTH; f <= EAST; f++) c.rules[f].one_hot = 1;
    c.rules[WORK].is_category = true;
    c.options.rules = c.rules;
    c.options.background = applicants(a);
    c.options.outcome = TEXT("approved");
    return c;
}

static counterfactuals found_for(arena *a, const predictor *p, const double *row, const counterfactual_options *options)
{
    counterfactuals found;
    assert_accepted(counterfactuals_find(a, p, row, options, &found));
    return found;
}

static double asked(arena *a, const predictor *p, const double *row)
{
    double out;
    assert_accepted(p->predict(p->context, a, &(matrix){ row, 1, p->feature_count }, OUTPUT_PROBABILITY, &out));
    return out;
}

static void one_change_comes_first_and_is_small(void **state)
{
    (void)state;
    arena *a = arena_new();
    loan_case c = loan_rules(a);
    counterfactuals found = found_for(a, &loans, poor, &c.options);
    assert_int_equal(found.count, 2); /* income; region and work together: whatever else flips has one of these in it */
    assert_true(strstr(found.reason.data, "2 of 3 were found: the search met no other set of up to 3 features") !=
                NULL);
    const counterfactual *first = &found.items[0];
    assert_int_equal(first->change_count, 1);
    assert_int_equal(first->changes[0].feature, INCOME);
    /* the border is at 41,000; at most 5 % of the change beyond it, and a number that one can say */
    assert_true(first->changes[0].to >= 41000 && first->changes[0].to <= 41850);
    assert_true(fmod(first->changes[0].to, 100) == 0);
    text wanted = text_format(a, "If f0 had been %.0f instead of 25000, the outcome would have been approved.",
                              first->changes[0].to);
    assert_string_equal(first->sentence.data, wanted.data);
    for (size_t i = 0; i < found.count; i++) {
        const counterfactual *item = &found.items[i];
        assert_true(asked(a, &loans, item->values) >= 0.5);
        assert_near(item->prediction, asked(a, &loans, item->values));
        assert_true(item->values[AGE] == poor[AGE]);
        assert_true(item->distance >= 0 && item->cost > 0);
        if (i) assert_true(item->change_count >= found.items[i - 1].change_count || item->cost >= 1);
    }
    arena_drop(a);
}

static void constraints_hold(void **state)
{
    (void)state;
    arena *a = arena_new();
    loan_case c = loan_rules(a);
    c.rules[INCOME].most = 32000;
    c.rules[INCOME].is_integer = true;
    c.rules[DEBT].move = MOVE_DOWN;
    c.rules[DEBT].least = 500;
    c.options.count = 10;
    counterfactuals found = found_for(a, &loans, poor, &c.options);
    assert_true(found.count >= 2);
    for (size_t i = 0; i < found.count; i++) {
        const double *x = found.items[i].values;
        assert_true(asked(a, &loans, x) >= 0.5);
        assert_true(x[INCOME] <= 32000 && x[INCOME] == floor(x[INCOME]));
        assert_true(x[DEBT] <= poor[DEBT] && x[DEBT] >= 500);
        assert_true(x[AGE] == poor[AGE]);
        assert_near(x[NORTH] + x[SOUTH] + x[EAST], 1);
        assert_true(x[WORK] == floor(x[WORK]) && x[WORK] >= 1 && x[WORK] <= 4);
    }
    double only[] = { 2 }; /* the work that helps is not among those allowed, and regions stay */
    c.rules[WORK].categories = only;
    c.rules[WORK].category_count = 1;
    c.rules[SOUTH].move = MOVE_NEVER;
    found = found_for(a, &loans, poor, &c.options);
    assert_int_equal(found.count, 0);
    assert_true(strstr(found.reason.data, "met no change of up to 3 features within the constraints") != NULL);
    c.rules[INCOME].move = c.rules[DEBT].move = c.rules[WORK].move = MOVE_NEVER;
    found = found_for(a, &loans, poor, &c.options);
    assert_int_equal(found.count, 0);
    assert_string_equal(found.reason.data, "The constraints leave no feature that could change.");
    arena_drop(a);
}

static void both_directions_and_what_is_there_already(void **state)
{
    (void)state;
    arena *a = arena_new();
    loan_case c = loan_rules(a);
    double rich[FEATURES] = { 45000, 1000, 50, 0, 1, 0, 2 };
    assert_true(asked(a, &loans, rich) >= 0.5);
    counterfactuals found = found_for(a, &loans, rich, &c.options);
    assert_true(found.count > 0);
    for (size_t i = 0; i < found.count; i++) assert_true(asked(a, &loans, found.items[i].values) < 0.5);
    c.options.class_index = 1;
    found = found_for(a, &loans, rich, &c.options);
    assert_int_equal(found.count, 0);
    assert_string_equal(found.reason.data, "The row has the wanted outcome already.");
    arena_drop(a);
}

static void a_small_budget_ends_with_its_reason(void **state)
{
    (void)state;
    arena *a = arena_new();
    loan_case c = loan_rules(a);
    c.rules[INCOME].most = 30000;
    c.rules[WORK].move = c.rules[NORTH].move = MOVE_NEVER;
    c.options.budget = 100;
    counterfactuals found = found_for(a, &loans, poor, &c.options);
    assert_int_equal(found.count, 0);
    assert_true(found.predictions <= 101);
    assert_true(strstr(found.reason.data, "The budget of 100 predictions ended") != NULL);
    arena_drop(a);
}

/* Three classes by the larger of three numbers. */
static error predict_classes(void *context, arena *a, const matrix *rows, model_output output, double *out)
{
    (void)context, (void)a, (void)output;
    memcpy(out, rows->values, rows->rows * 3 * sizeof(double));
    return OK;
}

static void a_class_of_several_is_reached(void **state)
{
    (void)state;
    arena *a = arena_new();
    predictor p = { .feature_count = 3, .output_count = 3, .predict = predict_classes };
    matrix background = matrix_normal(a, 100, 3, 1);
    counterfactual_options options = counterfactual_options_standard();
    options.rules = feature_rules_standard(a, &p, NULL, 0);
    options.background = background;
    double own[] = { 1, 0, -1 };
    counterfactuals found;
    assert_refused(counterfactuals_find(a, &p, own, &options, &found), INVALID, "/class", "say which one is wanted");
    options.class_index = 2;
    found = found_for(a, &p, own, &options);
    assert_true(found.count > 0);
    for (size_t i = 0; i < found.count; i++) {
        const double *x = found.items[i].values;
        assert_true(x[2] > x[0] && x[2] > x[1]);
    }
    json_writer w = json_writer_in(a);
    counterfactuals_json(&w, &found);
    assert_true(strstr(json_written(&w).data, "\"sentence\":\"If f2 had been ") != NULL);
    options.count = 11;
    assert_refused(counterfactuals_find(a, &p, own, &options, &found), INVALID, "/count", "11 were asked for");
    arena_drop(a);
}

static void few_digits_are_found(void **state)
{
    (void)state;
    assert_near(roundest_between(40731, 41400, 40731), 41000);
    assert_near(roundest_between(0.1234, 0.1271, 0.1234), 0.124);
    assert_near(roundest_between(-7.31, -6.9, -7.31), -7);
    assert_near(roundest_between(5, 5, 5), 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_change_comes_first_and_is_small),
        cmocka_unit_test(constraints_hold),
        cmocka_unit_test(both_directions_and_what_is_there_already),
        cmocka_unit_test(a_small_budget_ends_with_its_reason),
        cmocka_unit_test(a_class_of_several_is_reached),
        cmocka_unit_test(few_digits_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
