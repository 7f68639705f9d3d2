/* Kernel, permutation, linear and LIME explanations against the golden files, the definition, and the axioms. */
#include "engine/explain/test_explain.h"
#include "engine/stats/random.h"

#include <stdlib.h>

static explanation *explained(arena *a, const predictor *p, const matrix *rows, const explain_options *options)
{
    explanation *e = NULL;
    assert_accepted(explain(a, p, rows, options, &e));
    return e;
}

static double largest_difference(const double *x, const double *y, size_t count)
{
    double worst = 0;
    for (size_t i = 0; i < count; i++) worst = fmax(worst, fabs(x[i] - y[i]));
    return worst;
}

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

/* ------------------------------------------------------------------ by definition */

static explain_options game_options(arena *a, size_t features, explain_method method)
{
    explain_options options = explain_options_standard(method);
    options.background = matrix_of(a, 1, features, 0);
    return options;
}

static void kernel_is_shapley_on_any_game(void **state)
{
    (void)state;
    for (size_t features = 1; features <= 12; features++) {
        arena *a = arena_new();
        set_game g = set_game_random(a, features, features);
        predictor p = set_game_predictor(&g);
        matrix rows = matrix_of(a, 1, features, 1);
        explain_options options = game_options(a, features, METHOD_KERNEL);
        double *wanted = ARENA_ARRAY(a, features, double);
        set_game_shapley(&g, wanted);
        const explanation *e = explained(a, &p, &rows, &options);
        assert_true(largest_difference(e->values, wanted, features) < 1e-12);
        assert_near(e->base_values[0], g.values[0]);
        arena_drop(a);
    }
}

/* With more features than are enumerated: the estimate is unbiased, and its stated errors cover the truth. */
static void sampling_is_true_on_any_game(void **state)
{
    (void)state;
    enum { FEATURES = 13 };
    arena *a = arena_new();
    set_game g = set_game_random(a, FEATURES, 5);
    predictor p = set_game_predictor(&g);
    matrix rows = matrix_of(a, 1, FEATURES, 1);
    double wanted[FEATURES];
    set_game_shapley(&g, wanted);
    explain_method methods[] = { METHOD_KERNEL, METHOD_PERMUTATION };
    for (size_t m = 0; m < 2; m++) {
        explain_options options = game_options(a, FEATURES, methods[m]);
        double squares = 0;
        enum { SEEDS = 40 };
        for (options.seed = 1; options.seed <= SEEDS; options.seed++) {
            const explanation *e = explained(a, &p, &rows, &options);
            assert_true(e->max_additivity_error < 1e-10);
            for (size_t f = 0; f < FEATURES; f++)
                squares += pow((e->values[f] - wanted[f]) / e->standard_errors[f], 2) / (SEEDS * FEATURES);
        }
        assert_true(squares > 0.5 && squares < 2);
    }
    arena_drop(a);
}

/* x0 - 2 x1 + x2 x3 + nothing of x4 … : additive but for one pair. */
static error predict_pair(void *context, arena *a, const matrix *rows, model_output output, double *out)
{
    (void)context, (void)a, (void)output;
    for (size_t r = 0; r < rows->rows; r++) {
        const double *x = matrix_row(rows, r);
        out[2 * r] = x[0] - 2 * x[1] + x[2] * x[3];
        out[2 * r + 1] = 3 * x[1] + x[5];
    }
    return OK;
}

static predictor pair_predictor(size_t features)
{
    return (predictor){ .feature_count = features, .output_count = 2, .predict = predict_pair };
}

static double mean_of(const matrix *m, size_t column)
{
    double sum = 0;
    for (size_t r = 0; r < m->rows; r++) sum += matrix_row(m, r)[column];
    return sum / (double)m->rows;
}

/* Pairs are solved exactly by antithetic orders; the kernel's regression needs none of its coalitions for additive
 * games. */
static void additive_models_are_exact_even_when_sampled(void **state)
{
    (void)state;
    enum { FEATURES = 20 };
    arena *a = arena_new();
    predictor p = pair_predictor(FEATURES);
    matrix rows = matrix_normal(a, 4, FEATURES, 1), background = matrix_normal(a, 30, FEATURES, 2);
    double product = 0;
    for (size_t b = 0; b < 30; b++) product += matrix_row(&background, b)[2] * matrix_row(&background, b)[3] / 30;
    explain_method methods[] = { METHOD_KERNEL, METHOD_PERMUTATION };
    for (size_t m = 0; m < 2; m++) {
        explain_options options = explain_options_standard(methods[m]);
        options.background = background;
        const explanation *e = explained(a, &p, &rows, &options);
        assert_int_equal(e->outputs, 2);
        for (size_t r = 0; r < 4; r++) {
            const double *x = matrix_row(&rows, r), *values = e->values + r * FEATURES * 2;
            double means[] = { mean_of(&background, 2), mean_of(&background, 3) };
            double pair = (x[2] * x[3] + x[2] * means[1] - x[3] * means[0] - product) / 2;
            double reach = m == 0 ? 0.02 : 1e-12;
            assert_true(fabs(values[0] - (x[0] - mean_of(&background, 0))) < reach);
            assert_true(fabs(values[2] + 2 * 0 - (x[1] * -2 + 2 * mean_of(&background, 1))) < reach);
            assert_true(fabs(values[4] - pair) < reach);
            assert_true(fabs(values[8]) < reach); /* x4 moves nothing */
            assert_true(fabs(values[3] - 3 * (x[1] - mean_of(&background, 1))) <
                        1e-9); /* the second output is additive */
            assert_true(fabs(values[1]) < 1e-9);
        }
        explain_options one = options;
        one.class_index = 1;
        const explanation *second = explained(a, &p, &rows, &one);
        assert_int_equal(second->outputs, 1);
        for (size_t i = 0; i < 4 * FEATURES; i++) assert_true(second->values[i] == e->values[2 * i + 1]);
    }
    arena_drop(a);
}

/* A feature whose value the whole background shares moves nothing, exactly; equal features are valued alike. */
static void idle_features_get_nothing(void **state)
{
    (void)state;
    enum { FEATURES = 15 };
    arena *a = arena_new();
    set_game g = set_game_random(a, FEATURES, 3);
    predictor p = set_game_predictor(&g);
    double *own = ARENA_ARRAY(a, 3 * FEATURES, double);
    for (size_t f = 0; f < FEATURES; f++) {
        own[f] = f % 2 ? 1 : 0;     /* seven of them move */
        own[FEATURES + f] = f == 4; /* one of them */
        own[2 * FEATURES + f] = 0;  /* none */
    }
    matrix rows = { own, 3, FEATURES };
    explain_method methods[] = { METHOD_KERNEL, METHOD_PERMUTATION };
    for (size_t m = 0; m < 2; m++) {
        explain_options options = game_options(a, FEATURES, methods[m]);
        const explanation *e = explained(a, &p, &rows, &options);
        for (size_t i = 0; i < 3 * FEATURES; i++)
            if (own[i] == 0) assert_true(e->values[i] == 0 && e->standard_errors[i] == 0);
        assert_near(e->values[FEATURES + 4], g.values[1 << 4] - g.values[0]);
    }
    arena_drop(a);
}

/* ------------------------------------------------------------------ linear */

static void linear_models_are_exact_in_the_margin(void **state)
{
    (void)state;
    arena *a = arena_new();
    logistic l = { .features = 3, .weights = { 2, -1, 0.5 }, .intercept = 0.25 };
    model m = logistic_model(a, &l);
    double center[] = { 1, 2, 3 }, scale[] = { 1, 0.5, 2 };
    m.center = center;
    m.scale = scale;
    predictor p;
    assert_accepted(predictor_of_model(a, &m, &p));
    double own[] = { 3, 4, 1 }, others[] = { 0, 0, 0, 2, 4, 6 };
    matrix rows = { own, 1, 3 };
    explain_options options = explain_options_standard(METHOD_LINEAR);
    const explanation *e = explained(a, &p, &rows, &options);
    assert_near(e->values[0], 4);
    assert_near(e->values[1], -1);
    assert_near(e->values[2], -2);
    assert_near(e->base_values[0], 0.25);
    assert_int_equal(e->notes.count, 1);
    options.background = (matrix){ others, 2, 3 };
    const explanation *against = explained(a, &p, &rows, &options);
    assert_int_equal(against->notes.count, 0);
    explain_options kernel = explain_options_standard(METHOD_KERNEL);
    kernel.background = options.background;
    const explanation *same = explained(a, &p, &rows, &kernel);
    assert_true(largest_difference(against->values, same->values, 3) < 1e-12);
    own[1] = NAN;
    assert_refused(explain(a, &p, &rows, &options, &(explanation *){ 0 }), INVALID, "/rows",
                   "row 1 has none for the feature");
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

/* ------------------------------------------------------------------ LIME */

/* A linear function of the standardized features is found as it is, but for the penalty. */
static void lime_finds_a_linear_model(void **state)
{
    (void)state;
    enum { FEATURES = 6 };
    arena *a = arena_new();
    predictor p = pair_predictor(FEATURES);
    matrix background = matrix_normal(a, 200, FEATURES, 7), rows = matrix_normal(a, 5, FEATURES, 8);
    explain_options options = explain_options_standard(METHOD_LIME);
    options.background = background;
    options.class_index = 1;
    const explanation *e = explained(a, &p, &rows, &options);
    for (size_t r = 0; r < 5; r++) {
        assert_true(fabs(e->values[r * FEATURES + 0]) < 0.05);
        assert_true(fabs(e->values[r * FEATURES + 1] - 3) < 0.25);
        assert_true(e->local_r2[r] > 0.98);
    }
    options.most_features = 2;
    const explanation *few = explained(a, &p, &rows, &options);
    for (size_t r = 0; r < 5; r++) {
        size_t used = 0;
        for (size_t f = 0; f < FEATURES; f++) used += few->values[r * FEATURES + f] != 0;
        assert_int_equal(used, 2);
        assert_true(few->values[r * FEATURES + 1] != 0);
    }
    arena_drop(a);
}

static error predict_third(void *context, arena *a, const matrix *rows, model_output output, double *out)
{
    (void)context, (void)a, (void)output;
    for (size_t r = 0; r < rows->rows; r++) {
        double category = matrix_row(rows, r)[0];
        assert_true(category == 1 || category == 2 || category == 7); /* only what the background has */
        out[r] = category == 7 ? 1 : 0;
    }
    return OK;
}

static void lime_takes_categories_as_same_or_not(void **state)
{
    (void)state;
    arena *a = arena_new();
    predictor p = { .feature_count = 2, .output_count = 1, .predict = predict_third };
    double background[] = { 1, 0, 2, 1, 7, 2, 1, 3 }, own[] = { 7, 1, 1, 1 };
    bool is_category[] = { true, false };
    explain_options options = explain_options_standard(METHOD_LIME);
    options.background = (matrix){ background, 4, 2 };
    options.is_category = is_category;
    matrix rows = { own, 2, 2 };
    const explanation *e = explained(a, &p, &rows, &options);
    assert_true(e->values[0] > 0.95 && e->values[0] <= 1.001);
    assert_true(e->values[2] < 0 && fabs(e->values[1]) < 0.05);
    explanation_stability s;
    assert_accepted(explain_stability(a, &p, &rows, &options, 5, 1, &s));
    assert_true(s.deviation[0] < 0.01 && fabs(s.mean[0] - e->values[0]) < 0.02);
    assert_true(s.jaccard[0] == 1 && s.mean_jaccard > 0.9);
    arena_drop(a);
}

/* ------------------------------------------------------------------ one and the same */

static void threads_change_no_number(void **state)
{
    (void)state;
    arena *a = arena_new();
    logistic l = { .features = 14, .intercept = -1 };
    for (size_t f = 0; f < 14; f++) l.weights[f] = (double)f / 10 - 0.6;
    model m = logistic_model(a, &l);
    predictor p;
    assert_accepted(predictor_of_model(a, &m, &p));
    matrix rows = matrix_normal(a, 23, 14, 1);
    explain_method methods[] = { METHOD_KERNEL, METHOD_PERMUTATION, METHOD_LIME };
    for (size_t k = 0; k < 3; k++) {
        explain_options options = explain_options_standard(methods[k]);
        options.output = OUTPUT_PROBABILITY;
        options.background = matrix_normal(a, 10, 14, 2);
        options.coalitions = 300;
        const explanation *one = explained(a, &p, &rows, &options);
        options.threads = 5;
        const explanation *many = explained(a, &p, &rows, &options);
        assert_memory_equal(one->values, many->values, 23 * 14 * sizeof(double));
        matrix last = { matrix_row(&rows, 22), 1, 14 };
        const explanation *alone = explained(a, &p, &last, &options);
        assert_memory_equal(alone->values, one->values + (size_t)22 * 14, 14 * sizeof(double));
        options.seed = 2;
        const explanation *other = explained(a, &p, &rows, &options);
        assert_memory_not_equal(one->values, other->values, 23 * 14 * sizeof(double));
    }
    arena_drop(a);
}

typedef struct stopper {
    arena *arena;
    double last;
    size_t ticks, most;
} stopper;

static error stop_later(void *context, double fraction)
{
    stopper *s = context;
    assert_true(fraction >= s->last && fraction <= 1);
    s->last = fraction;
    return ++s->ticks > s->most ? (fail)(s->arena, GONE, "", "stopped") : OK;
}

static void the_watch_hears_and_stops(void **state)
{
    (void)state;
    arena *a = arena_new();
    set_game g = set_game_random(a, 14, 1);
    predictor p = set_game_predictor(&g);
    matrix rows = matrix_of(a, 20, 14, 1);
    explain_method methods[] = { METHOD_KERNEL, METHOD_PERMUTATION, METHOD_LIME };
    for (size_t k = 0; k < 3; k++) {
        stopper s = { .arena = a, .most = 10000 };
        explain_options options = game_options(a, 14, methods[k]);
        options.watch = (explain_watch){ &s, stop_later };
        explained(a, &p, &rows, &options);
        assert_true(s.last == 1 && s.ticks > 5);
        s = (stopper){ .arena = a, .most = 4 };
        explanation *e = NULL;
        assert_refused(explain(a, &p, &rows, &options, &e), GONE, "", "stopped");
        assert_null(e);
        assert_int_equal(s.ticks, 5);
    }
    arena_drop(a);
}

static error refuse_rows(void *context, arena *a, const matrix *rows, model_output output, double *out)
{
    (void)output;
    size_t *left = context;
    if (*left == 0) return (fail)(a, UNAVAILABLE, "/predict", "The program ended.");
    (*left)--;
    for (size_t r = 0; r < rows->rows; r++) out[r] = (double)r;
    return OK;
}

static void a_failing_predictor_fails_the_explanation(void **state)
{
    (void)state;
    arena *a = arena_new();
    for (size_t calls = 0; calls < 4; calls++) {
        size_t left = calls;
        predictor p = { .context = &left, .feature_count = 4, .output_count = 1, .predict = refuse_rows };
        matrix rows = matrix_of(a, 3, 4, 1);
        explain_options options = game_options(a, 4, METHOD_KERNEL);
        explanation *e = NULL;
        assert_refused(explain(a, &p, &rows, &options, &e), UNAVAILABLE, "/predict", "The program ended.");
    }
    arena_drop(a);
}

/* ------------------------------------------------------------------ refusals */

static void what_does_not_fit_is_refused_with_what_would(void **state)
{
    (void)state;
    arena *a = arena_new();
    logistic l = { .features = 2, .weights = { 1, 1 } };
    predictor box = logistic_predictor(&l), linear;
    model m = logistic_model(a, &l);
    assert_accepted(predictor_of_model(a, &m, &linear));
    matrix rows = matrix_of(a, 1, 2, 1), wide = matrix_of(a, 1, 3, 1);
    explanation *e = NULL;
    explain_options options = explain_options_standard(METHOD_KERNEL);
    assert_refused(explain(a, &box, &rows, &options, &e), INVALID, "/background", "none is given");
    options.background = wide;
    assert_refused(explain(a, &box, &rows, &options, &e), INVALID, "/background", "has 3 features, the model has 2");
    options.background = rows;
    assert_refused(explain(a, &box, &wide, &options, &e), INVALID, "/rows", "3 features");
    options.class_index = 1;
    assert_refused(explain(a, &box, &rows, &options, &e), INVALID, "/class", "no output 1");
    options.class_index = -1;
    options.method = METHOD_TREE_PATH;
    assert_refused(explain(a, &linear, &rows, &options, &e), INVALID, "/method", "take linear, kernel");
    options.method = METHOD_LINEAR;
    assert_refused(explain(a, &box, &rows, &options, &e), INVALID, "/method", "a black box. For it, take kernel");
    options.output = OUTPUT_PROBABILITY;
    assert_refused(explain(a, &linear, &rows, &options, &e), INVALID, "/output", "Take kernel for probabilities");
    options.interactions = true;
    options.method = METHOD_KERNEL;
    assert_refused(explain(a, &linear, &rows, &options, &e), INVALID, "/interactions", "tree-path only");
    options.interactions = false;
    options.coalitions = 1;
    assert_refused(explain(a, &linear, &rows, &options, &e), INVALID, "/coalitions", "1 were asked for");
    options.method = METHOD_LIME;
    options.samples = 3;
    assert_refused(explain(a, &linear, &rows, &options, &e), INVALID, "/samples", "3 were asked for");
    assert_null(e);
    arena_drop(a);
}

static void methods_have_names(void **state)
{
    (void)state;
    explain_method m;
    assert_true(explain_method_parse(TEXT("tree-interventional"), &m) && m == METHOD_TREE_INTERVENTIONAL);
    assert_false(explain_method_parse(TEXT("magic"), &m));
    assert_string_equal(explain_method_name(METHOD_LIME), "lime");
}

static void the_json_has_the_shape_of_the_command_line(void **state)
{
    (void)state;
    arena *a = arena_new();
    set_game g = { 2, (double[]){ 1, 3, 5, 9 } };
    predictor p = set_game_predictor(&g);
    text names[] = { TEXT("age"), TEXT("pay") };
    p.feature_names = names;
    matrix rows = matrix_of(a, 1, 2, 1);
    explain_options options = game_options(a, 2, METHOD_KERNEL);
    json_writer w = json_writer_in(a);
    explanation_json(&w, explained(a, &p, &rows, &options));
    assert_string_equal(
        json_written(&w).data,
        "{\"method\":\"kernel\",\"output\":\"margin\",\"features\":[\"age\",\"pay\"],\"base_values\":[1],"
        "\"values\":[[3,5]],\"predictions\":[9],\"max_additivity_error\":0,\"exact\":true,\"coalitions\":2,"
        "\"notes\":[]}");
    arena_drop(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kernel_by_enumeration_is_the_exact_value),
        cmocka_unit_test(sampled_values_are_near_and_their_errors_true),
        cmocka_unit_test(a_tolerance_ends_the_work_early),
        cmocka_unit_test(lime_agrees_with_the_authors_program),
        cmocka_unit_test(kernel_is_shapley_on_any_game),
        cmocka_unit_test(sampling_is_true_on_any_game),
        cmocka_unit_test(additive_models_are_exact_even_when_sampled),
        cmocka_unit_test(idle_features_get_nothing),
        cmocka_unit_test(linear_models_are_exact_in_the_margin),
        cmocka_unit_test(trees_are_explained_in_batches),
        cmocka_unit_test(interactions_add_up_to_values),
        cmocka_unit_test(both_games_of_a_forest_are_one),
        cmocka_unit_test(lime_finds_a_linear_model),
        cmocka_unit_test(lime_takes_categories_as_same_or_not),
        cmocka_unit_test(threads_change_no_number),
        cmocka_unit_test(the_watch_hears_and_stops),
        cmocka_unit_test(a_failing_predictor_fails_the_explanation),
        cmocka_unit_test(what_does_not_fit_is_refused_with_what_would),
        cmocka_unit_test(methods_have_names),
        cmocka_unit_test(the_json_has_the_shape_of_the_command_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
