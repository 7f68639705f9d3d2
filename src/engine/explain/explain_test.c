/* Kernel, permutation, linear and LIME explanations against the definition and the axioms. */
#include "engine/explain/test_explain.h"
#include "engine/stats/random.h"

#include <stdlib.h>

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

static const double *valued(arena *a, set_game *g, explain_method method, size_t coalitions)
{
    predictor p = set_game_predictor(g);
    matrix rows = matrix_of(a, 1, g->features, 1);
    explain_options options = game_options(a, g->features, method);
    options.coalitions = coalitions;
    return explained(a, &p, &rows, &options)->values;
}

/* Values of a sum of games are the sum of values, also of those that are sampled, since they share their coalitions. */
static void values_are_linear_in_the_game(void **state)
{
    (void)state;
    enum { FEATURES = 9 };
    arena *a = arena_new();
    set_game one = set_game_random(a, FEATURES, 1), two = set_game_random(a, FEATURES, 2);
    set_game sum = { FEATURES, ARENA_ARRAY(a, 1 << FEATURES, double) };
    for (size_t s = 0; s < 1 << FEATURES; s++) sum.values[s] = one.values[s] - 2 * two.values[s];
    explain_method methods[] = { METHOD_KERNEL, METHOD_KERNEL, METHOD_PERMUTATION };
    size_t coalitions[] = { 0, 100, 100 };
    for (size_t k = 0; k < 3; k++) {
        const double *x = valued(a, &one, methods[k], coalitions[k]), *y = valued(a, &two, methods[k], coalitions[k]);
        const double *z = valued(a, &sum, methods[k], coalitions[k]);
        for (size_t f = 0; f < FEATURES; f++) assert_true(fabs(z[f] - (x[f] - 2 * y[f])) < 1e-10);
    }
    arena_drop(a);
}

/* Features that do the same are valued the same. */
static void values_are_symmetric(void **state)
{
    (void)state;
    enum { FEATURES = 10 };
    arena *a = arena_new();
    set_game g = set_game_random(a, FEATURES, 4);
    for (size_t s = 0; s < 1 << FEATURES; s++)
        if ((s & 3) == 1) g.values[s ^ 3] = g.values[s]; /* the second stands in for the first */
    const double *values = valued(a, &g, METHOD_KERNEL, 0);
    assert_true(fabs(values[0] - values[1]) < 1e-12);
    assert_true(fabs(values[0] - values[2]) > 1e-6);
    arena_drop(a);
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

/* Where the row looks like a background row, coalitions compose the same rows; they are asked for once. */
static void the_same_row_is_asked_once(void **state)
{
    (void)state;
    arena *a = arena_new();
    logistic l = { .features = 10, .weights = { 1, -1, 2, 1, 1, 1, 1, 1, 1, 1 } };
    predictor p = logistic_predictor(&l);
    matrix background = matrix_normal(a, 7, 10, 1);
    double own[10];
    memcpy(own, matrix_row(&background, 3), sizeof own);
    own[0] = 9; /* differs from row 3 in one feature: 2 rows there, 1,022 against each of the others */
    matrix rows = { own, 1, 10 };
    explain_options options = explain_options_standard(METHOD_KERNEL);
    options.background = background;
    const explanation *e = explained(a, &p, &rows, &options);
    assert_int_equal(l.rows, 1 + 7 + 2 + 6 * 1022);
    for (size_t f = 0; f < 10; f++) {
        double mean = 0;
        for (size_t b = 0; b < 7; b++) mean += matrix_row(&background, b)[f] / 7;
        assert_true(fabs(e->values[f] - l.weights[f] * (own[f] - mean)) < 1e-12);
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

/* 1 / (x0 - 1): no number where a row has a 1 there. */
static error predict_inverse(void *context, arena *a, const matrix *rows, model_output output, double *out)
{
    (void)context, (void)a, (void)output;
    for (size_t r = 0; r < rows->rows; r++) out[r] = matrix_row(rows, r)[1] / (matrix_row(rows, r)[0] - 1);
    return OK;
}

static void what_is_no_number_is_refused(void **state)
{
    (void)state;
    arena *a = arena_new();
    predictor p = { .feature_count = 2, .output_count = 1, .predict = predict_inverse };
    double fine[] = { 2, 1 }, bad[] = { 1, 1 }, half[] = { 3, 2 };
    matrix good = { fine, 1, 2 }, worse = { bad, 1, 2 }, third = { half, 1, 2 };
    explain_options options = explain_options_standard(METHOD_KERNEL);
    options.background = good;
    explanation *e = NULL;
    assert_refused(explain(a, &p, &worse, &options, &e), INVALID, "/rows", "no finite number for row 1");
    assert_accepted(explain(a, &p, &third, &options, &e));
    options.background = worse;
    assert_refused(explain(a, &p, &good, &options, &e), INVALID, "/background", "background row 1");
    double far[] = { INFINITY, 1 };
    matrix endless = { far, 1, 2 };
    options = explain_options_standard(METHOD_LIME);
    options.background = good;
    assert_refused(explain(a, &p, &endless, &options, &e), INVALID, "/rows", "no finite explanation");
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
    matrix none = { .columns = 2 };
    assert_refused(explain(a, &box, &none, &options, &e), INVALID, "/rows", "no rows");
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
        cmocka_unit_test(kernel_is_shapley_on_any_game),
        cmocka_unit_test(values_are_linear_in_the_game),
        cmocka_unit_test(values_are_symmetric),
        cmocka_unit_test(sampling_is_true_on_any_game),
        cmocka_unit_test(additive_models_are_exact_even_when_sampled),
        cmocka_unit_test(idle_features_get_nothing),
        cmocka_unit_test(the_same_row_is_asked_once),
        cmocka_unit_test(linear_models_are_exact_in_the_margin),
        cmocka_unit_test(lime_finds_a_linear_model),
        cmocka_unit_test(lime_takes_categories_as_same_or_not),
        cmocka_unit_test(threads_change_no_number),
        cmocka_unit_test(the_watch_hears_and_stops),
        cmocka_unit_test(a_failing_predictor_fails_the_explanation),
        cmocka_unit_test(what_is_no_number_is_refused),
        cmocka_unit_test(what_does_not_fit_is_refused_with_what_would),
        cmocka_unit_test(methods_have_names),
        cmocka_unit_test(the_json_has_the_shape_of_the_command_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
