/* Shapley values of every golden model against those of the public libraries, and each explanation's own additivity. */
#include "engine/test_data.h"

#define TOLERANCE  1e-5 /* the libraries compute in float32 */
#define ADDITIVITY 1e-9

typedef struct golden_case {
    arena *a;
    const char *name;
    const model *m;
    matrix rows, background;
    const json_t *expected;
} golden_case;

static matrix rows_of(arena *a, const model *m, const char *name, const char *suffix)
{
    text csv;
    matrix rows = { 0 };
    if (!test_shared_file(a, text_format(a, "golden/models/%s.%s.csv", name, suffix).data, &csv)) return rows;
    model_rows_builder *b = model_rows_new(a, m);
    assert_accepted(csv_read(a, csv, model_rows_sink(b), (table_limits){ 0 }));
    assert_accepted(model_rows_finish(b, &rows));
    return rows;
}

static double number_at(const json_t *value, size_t output)
{
    const json_t *one = json_is_array(value) ? json_array_get(value, output) : value;
    assert_true(json_is_number(one));
    return json_number_value(one);
}

/* By how much the library's own values and base miss its margin. Two of its results do, and are then no explanation of
 * the model: for several classes it takes the first class's base score for all (a constant; shap 0.51 with XGBoost 3.1
 * and later), and interventional values of LightGBM's categorical splits are others than the model's. */
static double missing_of(const golden_case *c, const json_t *wanted, size_t features, size_t row, size_t output)
{
    const json_t *margin = json_object_get(c->expected, "margin");
    if (!margin) return 0;
    const json_t *of_row = json_array_get(json_object_get(wanted, "values"), row);
    double sum = number_at(json_object_get(wanted, "base"), output);
    for (size_t f = 0; f < features; f++) sum += number_at(json_array_get(of_row, f), output);
    return sum - number_at(json_array_get(margin, row), output);
}

static double mean_of_coalition(const model *m, const double *x, const matrix *background, uint32_t coalition)
{
    double sum = 0, mixed[32];
    for (size_t b = 0; b < background->rows; b++) {
        for (size_t f = 0; f < m->feature_count; f++)
            mixed[f] = coalition >> f & 1 ? x[f] : matrix_row(background, b)[f];
        double margin = 0;
        matrix one = { mixed, 1, m->feature_count };
        model_predict(m, &one, OUTPUT_MARGIN, &margin);
        sum += margin;
    }
    return sum / (double)background->rows;
}

/* Where the library is no judge: Shapley's formula over every coalition, for one row and ten of the background. */
static void check_by_enumeration(const golden_case *c)
{
    const int features = (int)c->m->feature_count;
    matrix background = { c->background.values, 10, c->background.columns };
    double *v = ARENA_ARRAY(c->a, (size_t)1 << features, double);
    for (uint32_t s = 0; s < 1u << features; s++) v[s] = mean_of_coalition(c->m, c->rows.values, &background, s);
    explain_options options = explain_options_standard(METHOD_TREE_INTERVENTIONAL);
    options.background = background;
    predictor p;
    explanation *e;
    matrix first = { c->rows.values, 1, c->rows.columns };
    assert_accepted(predictor_of_model(c->a, c->m, &p));
    assert_accepted(explain(c->a, &p, &first, &options, &e));
    for (int i = 0; i < features; i++) {
        double sum = 0;
        for (uint32_t s = 0; s < 1u << features; s++) {
            if (s >> i & 1) continue;
            int size = __builtin_popcount(s);
            sum += exp(lgamma(size + 1) + lgamma(features - size) - lgamma(features + 1)) * (v[s | 1u << i] - v[s]);
        }
        assert_true(fabs(e->values[i] - sum) <= 1e-10);
    }
    print_message("%s: interventional values equal those by enumeration\n", c->name);
}

static bool judges(const golden_case *c, const json_t *wanted, const explanation *e)
{
    if (e->output != OUTPUT_MARGIN) return true;
    for (size_t o = 0; o < e->outputs; o++)
        for (size_t row = 1; row < e->rows; row++)
            if (fabs(missing_of(c, wanted, e->features, row, o) - missing_of(c, wanted, e->features, 0, o)) > TOLERANCE)
                return false;
    return true;
}

static void compare_base(const golden_case *c, const char *key, const explanation *e, const json_t *wanted)
{
    for (size_t o = 0; o < e->outputs; o++) {
        double missing = e->output == OUTPUT_MARGIN ? missing_of(c, wanted, e->features, 0, o) : 0;
        if (fabs(missing) > TOLERANCE)
            print_message("%s %s: the library's base misses by %g\n", c->name, key, missing);
        else
            assert_true(fabs(e->base_values[o] - number_at(json_object_get(wanted, "base"), o)) <= TOLERANCE);
    }
}

static void compare_values(const golden_case *c, const char *key, const explanation *e, const json_t *wanted)
{
    assert_true(e->max_additivity_error <= ADDITIVITY);
    if (!judges(c, wanted, e)) {
        print_message("%s %s: the library's values do not add up to its margin\n", c->name, key);
        check_by_enumeration(c);
        return;
    }
    compare_base(c, key, e, wanted);
    double worst = 0;
    const json_t *values = json_object_get(wanted, "values");
    assert_int_equal(json_array_size(values), e->rows);
    for (size_t row = 0; row < e->rows; row++)
        for (size_t f = 0; f < e->features; f++)
            for (size_t o = 0; o < e->outputs; o++) {
                double want = number_at(json_array_get(json_array_get(values, row), f), o);
                double off = fabs(e->values[(row * e->features + f) * e->outputs + o] - want);
                if (off > worst) worst = off;
            }
    print_message("%s %s: at most %.2g off, additivity %.2g\n", c->name, key, worst, e->max_additivity_error);
    assert_true(worst <= TOLERANCE);
}

static explanation *explained(const golden_case *c, explain_options *options)
{
    predictor p;
    explanation *e;
    assert_accepted(predictor_of_model(c->a, c->m, &p));
    assert_accepted(explain(c->a, &p, &c->rows, options, &e));
    return e;
}

static void check_method(const golden_case *c, const char *key, explain_method method, model_output output)
{
    const json_t *wanted = json_object_get(c->expected, key);
    if (!wanted || json_object_get(wanted, "unsupported")) return;
    explain_options options = explain_options_standard(method);
    options.output = output;
    options.background = c->background;
    compare_values(c, key, explained(c, &options), wanted);
}

static void check_interactions(const golden_case *c)
{
    const json_t *wanted = json_object_get(c->expected, "interactions");
    if (!wanted) return;
    explain_options options = explain_options_standard(METHOD_TREE_PATH);
    options.interactions = true;
    const explanation *e = explained(c, &options);
    size_t m = e->features, count = (size_t)json_integer_value(json_object_get(wanted, "rows"));
    assert_true(count > 0 && count <= e->rows);
    double worst = 0;
    for (size_t row = 0; row < count; row++)
        for (size_t i = 0; i < m; i++)
            for (size_t j = 0; j < m; j++)
                for (size_t o = 0; o < e->outputs; o++) {
                    const json_t *of_row = json_array_get(json_object_get(wanted, "values"), row);
                    double want = number_at(json_array_get(json_array_get(of_row, i), j), o);
                    double off = fabs(e->interactions[((row * m + i) * m + j) * e->outputs + o] - want);
                    if (off > worst) worst = off;
                }
    print_message("%s interactions: at most %.2g off\n", c->name, worst);
    assert_true(worst <= TOLERANCE);
}

/* XGBoost's and LightGBM's own contributions, the bias last: [row][feature + 1], of several classes
 * [row][class][feature + 1]. */
static void check_library(const golden_case *c, const char *key)
{
    const json_t *wanted = json_object_get(c->expected, key);
    if (!wanted) return;
    explain_options options = explain_options_standard(METHOD_TREE_PATH);
    const explanation *e = explained(c, &options);
    double worst = 0;
    for (size_t row = 0; row < e->rows; row++)
        for (size_t o = 0; o < e->outputs; o++)
            for (size_t f = 0; f <= e->features; f++) {
                const json_t *of_row = json_array_get(wanted, row);
                const json_t *of_output = e->outputs == 1 ? of_row : json_array_get(of_row, o);
                double got = f < e->features ? e->values[(row * e->features + f) * e->outputs + o] : e->base_values[o];
                double off = fabs(got - json_number_value(json_array_get(of_output, f)));
                if (off > worst) worst = off;
            }
    print_message("%s %s: at most %.2g off\n", c->name, key, worst);
    assert_true(worst <= TOLERANCE);
}

/* ONNX keeps no covers, so the library's path values cannot be had from the file alone; with the training rows as
 * background they are (tests/models/test_covers.py). Here: refused without, sound with a background. */
static void check_without_covers(const golden_case *c)
{
    explain_options options = explain_options_standard(METHOD_TREE_PATH);
    predictor p;
    explanation *e;
    assert_accepted(predictor_of_model(c->a, c->m, &p));
    assert_refused(explain(c->a, &p, &c->rows, &options, &e), INVALID, "/method", "training rows");
    options.background = c->rows;
    assert_accepted(explain(c->a, &p, &c->rows, &options, &e));
    assert_true(e->max_additivity_error <= ADDITIVITY);
}

static void check_case(arena *a, const char *name, const char *file)
{
    text bytes, expected_text;
    json_t *expected;
    golden_case c = { .a = a, .name = name };
    assert_true(test_shared_file(a, text_format(a, "golden/models/%s", file).data, &bytes));
    assert_accepted(model_read(a, bytes, model_limits_standard(), &c.m));
    assert_true(test_shared_file(a, text_format(a, "golden/models/%s.expected.json", name).data, &expected_text));
    assert_accepted(json_read(a, expected_text, &expected));
    c.expected = expected;
    c.rows = rows_of(a, c.m, name, "rows");
    if (json_object_get(expected, "tree_interventional")) c.background = rows_of(a, c.m, name, "background");
    if (c.m->kind == MODEL_TREES && !c.m->has_covers) check_without_covers(&c);
    check_method(&c, "tree_path", METHOD_TREE_PATH, OUTPUT_MARGIN);
    check_method(&c, "tree_interventional", METHOD_TREE_INTERVENTIONAL, OUTPUT_MARGIN);
    check_method(&c, "tree_interventional_probability", METHOD_TREE_INTERVENTIONAL, OUTPUT_PROBABILITY);
    check_interactions(&c);
    check_library(&c, "xgboost_pred_contribs");
    check_library(&c, "lightgbm_pred_contrib");
}

static void every_golden_model_is_explained_as_by_its_library(void **state)
{
    (void)state;
    arena *a = arena_new();
    text listed;
    if (!test_shared_file(a, "golden/models/models.json", &listed)) {
        arena_drop(a);
        skip();
    }
    json_t *all, *value;
    const char *name;
    assert_accepted(json_read(a, listed, &all));
    json_t *cases = json_object_get(all, "cases");
    assert_true(json_object_size(cases) > 0);
    json_object_foreach(cases, name, value) check_case(a, name, json_string_value(json_object_get(value, "model")));
    arena_drop(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(every_golden_model_is_explained_as_by_its_library) };
    return cmocka_run_group_tests_name("explain_golden", tests, NULL, NULL);
}
