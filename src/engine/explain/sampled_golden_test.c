/* Explanations against the golden files: exact values by enumeration, lime's own, and the tree explainers of the
 * libraries. */
#include "engine/explain/test_explain.h"

/* ------------------------------------------------------------------ golden */

typedef struct golden {
    logistic model;
    predictor predictor;
    matrix rows, background;
    const json_t *expected;
} golden;

static bool golden_case(arena *a, golden *g)
{
    if (!golden_logistic(a, &g->model) || !golden_matrix(a, "logistic.rows.csv", &g->rows) ||
        !golden_matrix(a, "logistic.background.csv", &g->background))
        return false;
    g->predictor = logistic_predictor(&g->model);
    g->expected = golden_json(a, "logistic.expected.json");
    return true;
}

static double golden_error(const golden *g, const explanation *e)
{
    const json_t *exact = json_object_get(g->expected, "exact_shapley_probability");
    double worst = fabs(e->base_values[0] - golden_number(json_object_get(exact, "base"), 0));
    for (size_t r = 0; r < e->rows; r++)
        for (size_t f = 0; f < e->features; f++) {
            double wanted = golden_number(json_array_get(json_object_get(exact, "values"), r), f);
            worst = fmax(worst, fabs(e->values[r * e->features + f] - wanted));
        }
    return worst;
}

static explain_options golden_options(const golden *g, explain_method method)
{
    explain_options options = explain_options_standard(method);
    options.output = OUTPUT_PROBABILITY;
    options.background = g->background;
    return options;
}

static void kernel_by_enumeration_is_the_exact_value(void **state)
{
    (void)state;
    arena *a = arena_new();
    golden g;
    if (golden_case(a, &g)) {
        explain_options options = golden_options(&g, METHOD_KERNEL);
        const explanation *e = explained(a, &g.predictor, &g.rows, &options);
        assert_true(e->is_exact && !e->standard_errors);
        assert_int_equal(e->coalitions, 1022);
        assert_true(golden_error(&g, e) < 1e-10);
        assert_true(e->max_additivity_error < 1e-12);
        for (size_t r = 0; r < e->rows; r++)
            assert_near(e->predictions[r], golden_number(json_object_get(g.expected, "prediction"), r));
        options.coalitions = 2048; /* more than there are */
        assert_true(golden_error(&g, explained(a, &g.predictor, &g.rows, &options)) < 1e-10);
    }
    arena_drop(a);
}

static void sampled_values_are_near_and_their_errors_true(void **state)
{
    (void)state;
    arena *a = arena_new();
    golden g;
    if (golden_case(a, &g)) {
        explain_options exact_options = golden_options(&g, METHOD_KERNEL);
        const explanation *exact = explained(a, &g.predictor, &g.rows, &exact_options);
        explain_method methods[] = { METHOD_KERNEL, METHOD_PERMUTATION };
        for (size_t m = 0; m < 2; m++) {
            explain_options options = golden_options(&g, methods[m]);
            options.coalitions = 256;
            const explanation *e = explained(a, &g.predictor, &g.rows, &options);
            assert_false(e->is_exact);
            assert_true(golden_error(&g, e) < 1e-2);
            assert_true(e->max_additivity_error < 1e-12);
            double squares = 0;
            for (size_t i = 0; i < e->rows * e->features; i++) {
                double stated = e->standard_errors[i];
                if (stated > 1e-12) squares += pow((e->values[i] - exact->values[i]) / stated, 2);
            }
            squares /= (double)(e->rows * e->features);
            assert_true(squares > 0.2 && squares < 4); /* 1 for a perfect estimate of the error */
        }
    }
    arena_drop(a);
}

static void a_tolerance_ends_the_work_early(void **state)
{
    (void)state;
    arena *a = arena_new();
    golden g;
    if (golden_case(a, &g)) {
        explain_method methods[] = { METHOD_KERNEL, METHOD_PERMUTATION };
        for (size_t m = 0; m < 2; m++) {
            explain_options options = golden_options(&g, methods[m]);
            options.coalitions = 1000;
            options.tolerance = 0.02;
            const explanation *e = explained(a, &g.predictor, &g.rows, &options);
            assert_true(e->coalitions < 1000 && e->coalitions >= 100);
            assert_true(golden_error(&g, e) < 0.05);
            options.tolerance = 1e-9;
            assert_true(explained(a, &g.predictor, &g.rows, &options)->coalitions >= 960);
        }
    }
    arena_drop(a);
}

static void lime_agrees_with_the_authors_program(void **state)
{
    (void)state;
    arena *a = arena_new();
    golden g;
    const json_t *expected = golden_json(a, "lime.expected.json");
    if (expected && golden_case(a, &g)) {
        size_t features = g.model.features;
        double *background = ARENA_ARRAY(a, 2 * features, double); /* two rows with this mean and deviation */
        for (size_t f = 0; f < features; f++) {
            double mean = golden_number(json_object_get(expected, "training_mean"), f);
            double scale = golden_number(json_object_get(expected, "training_scale"), f);
            background[f] = mean - scale;
            background[features + f] = mean + scale;
        }
        explain_options options = golden_options(&g, METHOD_LIME);
        options.background = (matrix){ background, 2, features };
        for (uint64_t seed = 1; seed <= 3; seed++) {
            options.seed = seed;
            const explanation *e = explained(a, &g.predictor, &g.rows, &options);
            for (size_t f = 0; f < features; f++) {
                double mean = golden_number(json_object_get(expected, "mean"), f);
                double deviation = golden_number(json_object_get(expected, "standard_deviation"), f);
                assert_true(fabs(e->values[f] - mean) <= 4 * deviation);
            }
            assert_true(e->local_r2[0] > 0.5 && e->local_r2[0] <= 1);
            assert_true(isnan(e->max_additivity_error));
        }
    }
    arena_drop(a);
}

/* ------------------------------------------------------------------ trees */

typedef struct tree_case {
    const model *model;
    predictor predictor;
    matrix rows, background, many; /* many: the rows over and over, more than one batch */
    const json_t *expected;
} tree_case;

static bool tree_golden(arena *a, const char *name, tree_case *c)
{
    text document;
    if (!golden_file(a, text_format(a, "%s.json", name).data, &document) ||
        !golden_matrix(a, text_format(a, "%s.rows.csv", name).data, &c->rows) ||
        !golden_matrix(a, text_format(a, "%s.background.csv", name).data, &c->background))
        return false;
    c->expected = golden_json(a, text_format(a, "%s.expected.json", name).data);
    assert_accepted(model_read(a, document, model_limits_standard(), &c->model));
    assert_accepted(predictor_of_model(a, c->model, &c->predictor));
    enum { TIMES = 15 };
    double *many = ARENA_ARRAY(a, TIMES * c->rows.rows * c->rows.columns, double);
    for (size_t k = 0; k < TIMES; k++)
        memcpy(many + k * c->rows.rows * c->rows.columns, c->rows.values,
               c->rows.rows * c->rows.columns * sizeof(double));
    c->many = (matrix){ many, TIMES * c->rows.rows, c->rows.columns };
    return true;
}

/* [row][feature] or [row][feature][class] */
static double golden_value(const json_t *values, size_t row, size_t feature, size_t output)
{
    const json_t *value = json_array_get(json_array_get(values, row), feature);
    return json_is_array(value) ? golden_number(value, output) : json_number_value(value);
}

static double off_golden(const json_t *values, const explanation *e, size_t rows)
{
    double worst = 0;
    for (size_t r = 0; r < rows; r++)
        for (size_t f = 0; f < e->features; f++)
            for (size_t o = 0; o < e->outputs; o++)
                worst = fmax(worst,
                             fabs(e->values[(r * e->features + f) * e->outputs + o] - golden_value(values, r, f, o)));
    return worst;
}

static void check_tree_method(arena *a, const tree_case *c, explain_method method, model_output output, const char *key)
{
    const json_t *wanted = json_object_get(json_object_get(c->expected, key), "values");
    if (!wanted) return;
    explain_options options = explain_options_standard(method);
    options.output = output;
    if (method == METHOD_TREE_INTERVENTIONAL) options.background = c->background;
    const explanation *e = explained(a, &c->predictor, &c->many, &options);
    assert_true(e->is_exact && e->max_additivity_error < 1e-9);
    assert_true(off_golden(wanted, e, c->rows.rows) < 1e-5);
    size_t block = c->rows.rows * e->features * e->outputs; /* the last batch gives the same rows the same values */
    size_t last = (c->many.rows - c->rows.rows) * e->features * e->outputs;
    assert_true(largest_difference(e->values, e->values + last, block) < 1e-12);
    options.threads = 3;
    const explanation *threaded = explained(a, &c->predictor, &c->many, &options);
    assert_true(largest_difference(e->values, threaded->values, block) < 1e-12);
    assert_true(largest_difference(e->base_values, threaded->base_values, e->outputs) < 1e-12);
}

static void trees_are_explained_in_batches(void **state)
{
    (void)state;
    static const char *const names[] = { "xgb_binary", "xgb_missing", "xgb_multiclass" };
    for (size_t i = 0; i < 3; i++) {
        arena *a = arena_new();
        tree_case c;
        if (tree_golden(a, names[i], &c)) {
            check_tree_method(a, &c, METHOD_TREE_PATH, OUTPUT_MARGIN, "tree_path");
            check_tree_method(a, &c, METHOD_TREE_INTERVENTIONAL, OUTPUT_MARGIN, "tree_interventional");
            check_tree_method(a, &c, METHOD_TREE_INTERVENTIONAL, OUTPUT_PROBABILITY, "tree_interventional_probability");
        }
        arena_drop(a);
    }
}

static void interactions_add_up_to_values(void **state)
{
    (void)state;
    arena *a = arena_new();
    tree_case c;
    if (tree_golden(a, "xgb_binary", &c)) {
        explain_options options = explain_options_standard(METHOD_TREE_PATH);
        options.interactions = true;
        const explanation *e = explained(a, &c.predictor, &c.rows, &options);
        assert_true(e->max_additivity_error < 1e-9);
        const json_t *wanted = json_object_get(json_object_get(c.expected, "interactions"), "values");
        for (size_t f = 0; f < e->features; f++)
            for (size_t g = 0; g < e->features; g++)
                assert_true(fabs(e->interactions[f * e->features + g] -
                                 golden_number(json_array_get(json_array_get(wanted, 0), f), g)) < 1e-5);
        options.output = OUTPUT_PROBABILITY;
        explanation *none = NULL;
        assert_refused(explain(a, &c.predictor, &c.rows, &options, &none), INVALID, "/output", "tree-interventional");
    }
    arena_drop(a);
}

/* The forest's own sums over the background and predictions of composed rows are the same game; what is sampled from it
 * is near the exact value, by so many stated errors. */
static void both_games_of_a_forest_are_one(void **state)
{
    (void)state;
    static const char *const names[] = { "xgb_binary", "xgb_missing", "xgb_multiclass" };
    for (size_t i = 0; i < 3; i++) {
        arena *a = arena_new();
        tree_case c;
        if (tree_golden(a, names[i], &c)) {
            c.rows.rows = 3;
            explain_options options = explain_options_standard(METHOD_KERNEL);
            options.background = c.background;
            options.background.rows = 20;
            options.coalitions = 400;
            predictor box = c.predictor; /* the same, known only by its predictions */
            box.forest = NULL;
            box.model = NULL;
            const explanation *own = explained(a, &c.predictor, &c.rows, &options);
            const explanation *composed = explained(a, &box, &c.rows, &options);
            size_t count = own->rows * own->features * own->outputs;
            assert_true(largest_difference(own->values, composed->values, count) < 1e-9);
            options.method = METHOD_TREE_INTERVENTIONAL;
            const explanation *exact = explained(a, &c.predictor, &c.rows, &options);
            for (size_t k = 0; k < count; k++)
                assert_true(fabs(own->values[k] - exact->values[k]) <= 6 * own->standard_errors[k] + 1e-9);
        }
        arena_drop(a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kernel_by_enumeration_is_the_exact_value),
        cmocka_unit_test(sampled_values_are_near_and_their_errors_true),
        cmocka_unit_test(a_tolerance_ends_the_work_early),
        cmocka_unit_test(lime_agrees_with_the_authors_program),
        cmocka_unit_test(trees_are_explained_in_batches),
        cmocka_unit_test(interactions_add_up_to_values),
        cmocka_unit_test(both_games_of_a_forest_are_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
