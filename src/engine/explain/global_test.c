/* Importance, dependence and summaries of models whose answers are known. */
#include "engine/explain/global.h"
#include "engine/explain/test_explain.h"
#include "engine/stats/random.h"

/* 2 x0 + x1² + x0 x2; x3 is not looked at. */
static error predict_known(void *context, arena *a, const matrix *rows, model_output output, double *out)
{
    (void)a, (void)output;
    size_t *asked = context;
    *asked += rows->rows;
    for (size_t r = 0; r < rows->rows; r++) {
        const double *x = matrix_row(rows, r);
        out[r] = 2 * x[0] + x[1] * x[1] + x[0] * x[2];
    }
    return OK;
}

static predictor known(size_t *asked)
{
    return (predictor){ .context = asked, .feature_count = 4, .output_count = 1, .predict = predict_known };
}

static double column_mean(const matrix *m, size_t column, double power)
{
    double sum = 0;
    for (size_t r = 0; r < m->rows; r++) sum += pow(matrix_row(m, r)[column], power) / (double)m->rows;
    return sum;
}

static void partial_dependence_is_the_mean_over_rows(void **state)
{
    (void)state;
    arena *a = arena_new();
    size_t asked = 0;
    predictor p = known(&asked);
    matrix rows = matrix_normal(a, 3000, 4, 1);
    dependence_options options = dependence_options_standard(0, OUTPUT_MARGIN);
    options.points = 11;
    options.curves = 7;
    feature_dependence d;
    assert_accepted(partial_dependence(a, &p, &rows, &options, &d));
    assert_int_equal(d.points, 11);
    assert_int_equal(d.curves, 7);
    assert_int_equal(asked, 3000 * 11);
    double slope = 2 + column_mean(&rows, 2, 1), constant = column_mean(&rows, 1, 2);
    for (size_t k = 0; k < 11; k++) assert_near_to(d.mean[k], slope * d.grid[k] + constant, 1e-9);
    for (size_t c = 0; c < 7; c++) {
        const double *x = matrix_row(&rows, d.curve_row[c]);
        for (size_t k = 0; k < 11; k++) assert_near_to(d.curve[c * 11 + k], (2 + x[2]) * d.grid[k] + x[1] * x[1], 1e-9);
    }
    json_writer w = json_writer_in(a);
    dependence_json(&w, &d);
    json_t *read;
    assert_accepted(json_read(a, json_written(&w), &read));
    assert_int_equal(json_array_size(json_object_get(read, "curves")), 7);
    arena_drop(a);
}

static void categories_are_taken_by_value(void **state)
{
    (void)state;
    arena *a = arena_new();
    size_t asked = 0;
    predictor p = known(&asked);
    double values[] = { 1, 0, 0, 0, 5, 0, 0, 0, 1, 0, 0, 0, NAN, 1, 0, 0 };
    matrix rows = { values, 4, 4 };
    dependence_options options = dependence_options_standard(0, OUTPUT_MARGIN);
    options.is_category = true;
    feature_dependence d;
    assert_accepted(partial_dependence(a, &p, &rows, &options, &d));
    assert_int_equal(d.points, 2);
    assert_near(d.grid[1], 5);
    assert_near(d.share[0], 0.5);
    assert_near(d.mean[1], 10.25);
    accumulated_effects e;
    assert_refused(accumulated_local_effects(a, &p, &rows, &options, &e), INVALID, "/feature",
                   "Take partial dependence");
    options.feature = 9;
    assert_refused(partial_dependence(a, &p, &rows, &options, &d), INVALID, "/feature", "no feature 9");
    arena_drop(a);
}

/* x1 follows x0: partial dependence mixes rows that cannot be, accumulated effects follow x² and the line. */
static void accumulated_effects_follow_the_function(void **state)
{
    (void)state;
    arena *a = arena_new();
    size_t asked = 0;
    predictor p = known(&asked);
    matrix rows = matrix_normal(a, 4000, 4, 2);
    dependence_options options = dependence_options_standard(1, OUTPUT_MARGIN);
    options.points = 40;
    accumulated_effects e;
    assert_accepted(accumulated_local_effects(a, &p, &rows, &options, &e));
    assert_int_equal(e.points, 41);
    assert_int_equal(asked, 8000);
    size_t counted = 0;
    double mean = 0;
    for (size_t k = 0; k < e.points; k++) {
        counted += e.counts[k];
        if (k) mean += (double)e.counts[k] * (e.effect[k] + e.effect[k - 1]) / 2 / 4000;
        /* x1² is a sum of its own: the effect is exact at the edges, but for the constant */
        double rise = e.effect[k] - e.effect[0], wanted = pow(e.edges[k], 2) - pow(e.edges[0], 2);
        assert_true(fabs(rise - wanted) < 1e-9);
    }
    assert_int_equal(counted, 4000);
    assert_true(fabs(mean) < 1e-12);
    json_writer w = json_writer_in(a);
    accumulated_effects_json(&w, &e);
    assert_true(json_written(&w).length > 100);
    arena_drop(a);
}

/* Predicts x0 itself: shuffling it makes rmse √2 of the deviation, on average. */
static error predict_first(void *context, arena *a, const matrix *rows, model_output output, double *out)
{
    (void)a, (void)output, (void)context;
    for (size_t r = 0; r < rows->rows; r++) out[r] = matrix_row(rows, r)[0];
    return OK;
}

static void importance_is_the_loss_of_score(void **state)
{
    (void)state;
    enum { ROWS = 5000 };
    arena *a = arena_new();
    predictor p = { .feature_count = 3, .output_count = 1, .predict = predict_first };
    double *values = ARENA_ARRAY(a, 3 * ROWS, double), labels[ROWS], classes[ROWS];
    random_stream r = random_stream_for(1, TEXT("rows"));
    for (size_t i = 0; i < ROWS; i++) {
        labels[i] = values[3 * i] = random_unit(&r);
        values[3 * i + 1] = random_unit(&r);
        values[3 * i + 2] = (double)random_below(&r, 2);
        classes[i] = labels[i] > 0.5;
    }
    matrix rows = { values, ROWS, 3 };
    importance_options options = importance_options_standard(SCORE_RMSE);
    feature_importance i;
    assert_accepted(permutation_importance(a, &p, &rows, labels, &options, &i));
    assert_near(i.baseline, 0);
    assert_true(fabs(i.mean[0] - sqrt(2.0 / 12)) < 0.005);
    assert_true(i.mean[1] == 0 && i.mean[2] == 0);
    assert_true(i.deviation[0] > 0 && i.deviation[0] < 0.01);
    /* of the third feature's ten shuffles at most one per row is new */
    assert_true(i.predictions <= ROWS * (1 + 10 + 10 + 1));
    model_score scores[] = { SCORE_ACCURACY, SCORE_AUC, SCORE_LOG_LOSS };
    double wanted[] = { 0.5, 0.5, 0.7 }, reach[] = { 0.02, 0.02, 0.3 };
    for (size_t s = 0; s < 3; s++) {
        options.score = scores[s];
        assert_accepted(permutation_importance(a, &p, &rows, classes, &options, &i));
        assert_true(fabs(i.mean[0] - wanted[s]) < reach[s]);
        assert_true(i.mean[1] == 0);
        if (s < 2) assert_near(i.baseline, 1);
    }
    const double first = i.drops[0];
    assert_accepted(permutation_importance(a, &p, &rows, classes, &options, &i));
    assert_true(i.drops[0] == first);
    json_writer w = json_writer_in(a);
    importance_json(&w, &i);
    assert_true(strstr(json_written(&w).data, "\"score\":\"log_loss\"") != NULL);
    assert_refused(permutation_importance(a, &p, &rows, labels, &options, &i), INVALID, "/label",
                   "a class from 0 to 1");
    options.score = SCORE_AUC;
    memset(classes, 0, sizeof classes);
    assert_refused(permutation_importance(a, &p, &rows, classes, &options, &i), INVALID, "/label", "both classes");
    arena_drop(a);
}

/* 3.0 for x0 <= 0.25, else 1; in a forest, shuffled values between the same thresholds are not predicted again. */
static void a_forest_is_asked_only_what_it_can_tell_apart(void **state)
{
    (void)state;
    enum { ROWS = 400 };
    arena *a = arena_new();
    tree_node nodes[] = { { .threshold = 0.25, .yes = 1, .no = 2, .cover = 4 },
                          { .value = 3, .cover = 1 },
                          { .value = 1, .cover = 3 } };
    tree only = { .nodes = nodes, .node_count = 3, .leaf_count = 2, .depth = 1 };
    model_feature features[] = { { .name = TEXT("x") }, { .name = TEXT("y") } };
    double base = 0, *values = ARENA_ARRAY(a, 2 * ROWS, double), labels[ROWS];
    model m = { .kind = MODEL_TREES,
                .format = "aic",
                .type = "TREE",
                .features = features,
                .feature_count = 2,
                .output_count = 1,
                .base = &base,
                .trees = &only,
                .tree_count = 1 };
    random_stream r = random_stream_for(1, TEXT("rows"));
    for (size_t i = 0; i < ROWS; i++) {
        values[2 * i] = random_unit(&r);
        values[2 * i + 1] = random_unit(&r);
        labels[i] = values[2 * i] <= 0.25 ? 3 : 1;
    }
    matrix rows = { values, ROWS, 2 };
    predictor p;
    assert_accepted(predictor_of_model(a, &m, &p));
    importance_options options = importance_options_standard(SCORE_RMSE);
    feature_importance i;
    assert_accepted(permutation_importance(a, &p, &rows, labels, &options, &i));
    assert_true(i.predictions <= 2 * ROWS); /* the rows, and each at most once on the other side */
    assert_true(i.mean[0] > 1 && i.mean[1] == 0);
    predictor box = p;
    box.model = NULL;
    box.forest = NULL;
    feature_importance all;
    assert_accepted(permutation_importance(a, &box, &rows, labels, &options, &all));
    assert_memory_equal(all.drops, i.drops, 20 * sizeof(double));
    arena_drop(a);
}

static void a_summary_orders_and_shares(void **state)
{
    (void)state;
    arena *a = arena_new();
    /* φ: the first feature falls with its value, the second rises and weighs twice as much, the third is a category */
    double values[] = { 1, 10, 0, 2, 20, 1, 3, 30, 0, 4, NAN, 1 };
    double shap[] = { 1.5, -3, 0.5, 0.5, -1, -0.5, -0.5, 1, 0.5, -1.5, 3, -0.5 };
    text names[] = { TEXT("age"), TEXT("pay"), TEXT("sex") };
    explanation e = { .rows = 4, .features = 3, .outputs = 1, .feature_names = names, .values = shap };
    matrix rows = { values, 4, 3 };
    size_t protected_features[] = { 2 }, proxies[] = { 0 };
    bool is_category[] = { false, false, true };
    summary_options options = { .protected_features = protected_features,
                                .protected_count = 1,
                                .proxy_features = proxies,
                                .proxy_count = 1,
                                .is_category = is_category };
    explanation_summary s;
    assert_accepted(explanation_summarize(a, &e, &rows, &options, &s));
    assert_int_equal(s.features[0].feature, 1);
    assert_near(s.features[0].mean_absolute, 2);
    assert_string_equal(s.features[0].direction, "increases");
    assert_string_equal(s.features[1].direction, "decreases");
    assert_string_equal(s.features[2].direction, "category");
    assert_near(s.protected_share, 0.5 / 3.5);
    assert_near(s.proxy_share, 1 / 3.5);
    assert_true(s.features[2].is_protected && s.features[1].is_proxy);
    assert_true(s.features[0].low < 2 && s.features[0].high > 2);
    assert_int_equal(s.point_count, 4);
    assert_near(s.features[0].points[2], 0);         /* the least of three values */
    assert_near(s.features[0].points[3 * 2 + 2], 1); /* the greatest */
    assert_true(isnan(s.features[0].points[3 * 3 + 2]));
    options.most_points = 2;
    assert_accepted(explanation_summarize(a, &e, &rows, &options, &s));
    assert_int_equal(s.point_count, 2);
    assert_int_equal(s.point_rows[1], 2);
    json_writer w = json_writer_in(a);
    explanation_summary_json(&w, &s);
    assert_true(strstr(json_written(&w).data, "\"feature\":\"pay\"") != NULL);
    options.output = 1;
    assert_refused(explanation_summarize(a, &e, &rows, &options, &s), INVALID, "/class", "no output 1");
    arena_drop(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(partial_dependence_is_the_mean_over_rows),
        cmocka_unit_test(categories_are_taken_by_value),
        cmocka_unit_test(accumulated_effects_follow_the_function),
        cmocka_unit_test(importance_is_the_loss_of_score),
        cmocka_unit_test(a_forest_is_asked_only_what_it_can_tell_apart),
        cmocka_unit_test(a_summary_orders_and_shares),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
