#include "engine/test_data.h"
#include "training/training_parts.h"

/* 60 rows of two numbers, a word, a class and a number, by whole-number formulas that other programs can repeat. */
static const char *small_table(arena *a)
{
    static const char *const colours[] = { "red", "green", "blue" };
    static const double offsets[] = { 3, 5, 8 };
    text_builder b = text_builder_in(a);
    text_add_string(&b, "x,z,colour,y,t\n");
    for (int i = 0; i < 60; i++) {
        double x = i * 37 % 101 / 10.0, z = i * 53 % 89 - 44, noise = i * 29 % 41 - 20;
        int colour = i * 7 % 3, y = x * 3 + z * 0.5 + (colour == 1 ? 10 : 0) + noise > 12;
        text_add_format(&b, "%.1f,%.0f,%s,%d,%.17g\n", x, z, colours[colour], y,
                        2 * x - 0.5 * z + offsets[colour] + noise / 10);
    }
    return text_built(&b).data;
}

static train_options options_of(train_kind kind, const char *label)
{
    static const text others[2] = { { "t", 1 }, { "y", 1 } };
    train_options o = train_options_standard(kind);
    o.label = text_of(label);
    o.ignore = &others[label[0] == 't'];
    o.ignore_count = 1;
    return o;
}

static error data_from(arena *a, const char *csv, const train_options *o, const train_data **out)
{
    train_table *t = train_table_new(a, o);
    TRY(test_send(a, csv, train_table_sink(t)));
    return train_table_finish(a, t, o, out);
}

static const model *fit(arena *a, const train_options *o, const double *weights)
{
    const train_data *d;
    learned l;
    assert_accepted(data_from(a, small_table(a), o, &d));
    lesson all = { .data = d,
                   .learn = partition_all(a, d->rows.rows),
                   .weights = weights ? weights : d->weights,
                   .options = o,
                   .share = 1 };
    assert_accepted(linear_learn(a, &all, &l));
    assert_int_equal(l.notes.count, 0);
    return l.model;
}

/* Standardised numbers, then blue, green, red, then the intercept. */
static void check_weights(const model *m, const double wanted[6])
{
    assert_int_equal(m->feature_count, 3);
    assert_near_to(m->weights[0], wanted[0], 1e-6);
    assert_near_to(m->weights[1], wanted[1], 1e-6);
    for (size_t k = 0; k < 3; k++)
        test_near_at(m->category_weights[2][k], wanted[2 + k], 1e-6, 1e-9, __FILE__, __LINE__);
    assert_near_to(m->base[0], wanted[5], 1e-6);
}

/* scikit-learn 1.9.1: StandardScaler on the numbers, indicators of the words, LogisticRegression(C=1, newton-cholesky,
 * tol=1e-14). */
static void test_logistic(void **state)
{
    arena *a = *state;
    train_options o = options_of(TRAIN_LOGISTIC, "y");
    check_weights(fit(a, &o, NULL), (double[]){ 1.0371743429325329, 1.7482972859968056, 0.2758957814535382,
                                                0.7024094488307587, -0.9783052302842975, 0.8670134391026587 });
}

/* The same with C=0.25 and class_weight="balanced": 37 ones of 60. */
static void test_logistic_of_balanced_classes(void **state)
{
    arena *a = *state;
    const train_data *d;
    train_options o = options_of(TRAIN_LOGISTIC, "y");
    o.l2 = 4;
    assert_accepted(data_from(a, small_table(a), &o, &d));
    double *weights = ARENA_ARRAY(a, 60, double);
    for (size_t i = 0; i < 60; i++) weights[i] = d->labels[i] > 0 ? 60.0 / 74 : 60.0 / 46;
    check_weights(fit(a, &o, weights), (double[]){ 0.6576243175430626, 1.162005737093038, 0.09385622433869632,
                                                   0.4145326476962359, -0.5083888720349322, 0.2710791851396502 });
}

/* LogisticRegression(C=1/3, l1_ratio=1/3, saga, tol=1e-15): l1 = 1, l2 = 2; a weight is exactly 0. */
static void test_logistic_with_l1(void **state)
{
    arena *a = *state;
    train_options o = options_of(TRAIN_LOGISTIC, "y");
    o.l1 = 1;
    o.l2 = 2;
    const model *m = fit(a, &o, NULL);
    check_weights(m, (double[]){ 0.691815262526483, 1.2729510115639512, 0.0, 0.3015214082110288, -0.581244422738491,
                                 0.7858174167771413 });
    assert_true(m->category_weights[2][0] == 0);
}

/* Ridge(alpha=2). */
static void test_linear(void **state)
{
    arena *a = *state;
    train_options o = options_of(TRAIN_LINEAR, "t");
    o.l2 = 2;
    check_weights(fit(a, &o, NULL), (double[]){ 5.725320048006979, -12.52437571011796, 2.365222026872048,
                                                -0.1987466880516098, -2.1664753388204416, 14.931666666666665 });
}

/* Without a penalty separated classes have no finite weights: it is fitted with a small one, and said. */
static void test_separated_classes(void **state)
{
    arena *a = *state;
    text_builder csv = text_builder_in(a);
    const train_data *d;
    learned l;
    text_add_string(&csv, "x,y\n");
    for (int i = 0; i < 40; i++) text_add_format(&csv, "%d,%s\n", i, i < 20 ? "no" : "yes");
    train_options o = train_options_standard(TRAIN_LOGISTIC);
    o.label = TEXT("y");
    o.l2 = 0;
    assert_accepted(data_from(a, text_built(&csv).data, &o, &d));
    lesson all = { .data = d, .learn = partition_all(a, 40), .weights = d->weights, .options = &o, .share = 1 };
    assert_accepted(linear_learn(a, &all, &l));
    assert_int_equal(l.notes.count, 1);
    assert_non_null(strstr(l.notes.items[0].data, "l2 = 0.001"));
    assert_true(isfinite(l.model->weights[0]) && l.model->weights[0] > 1);
}

/* Without a penalty the three indicators and the intercept are one too many: the surplus one gets no weight. */
static void test_columns_that_tell_the_same(void **state)
{
    arena *a = *state;
    train_options o = options_of(TRAIN_LINEAR, "t");
    o.l2 = 0;
    const model *m = fit(a, &o, NULL);
    double rows[2][3] = { { 1, 2, 0 }, { NAN, NAN, NAN } }, out[2];
    matrix two = { rows[0], 2, 3 };
    model_predict(m, &two, OUTPUT_MARGIN, out);
    assert_near_to(out[0], 9.04, 0.15); /* 2 · 1 - 0.5 · 2 + 8, and noise */
    assert_near_to(out[1], m->base[0], 1e-15);
}

/* ------------------------------------------------------------------ parts and figures */

static train_data classes_of(const double *labels, size_t rows)
{
    static const text classes[] = { { "no", 2 }, { "yes", 3 } };
    return (train_data){
        .rows = { NULL, rows, 0 }, .labels = labels, .task = TASK_TWO_CLASSES, .classes = classes, .class_count = 2
    };
}

static void test_figures(void **state)
{
    arena *a = *state;
    const double labels[] = { 0, 0, 1, 1, 1 }, predictions[] = { 0.1, 0.6, 0.6, 0.8, 0.3 };
    train_data d = classes_of(labels, 5);
    train_quality q = quality_of(a, &d, partition_all(a, 5), predictions);
    assert_near(q.accuracy, 0.6);
    assert_near(q.auc, (1 + 0.5 + 1 + 1 + 1 + 0) / 6.0);
    assert_near(q.brier, (0.01 + 0.36 + 0.16 + 0.04 + 0.49) / 5);
    assert_near(q.log_loss, -(log(0.9) + log(0.4) + log(0.6) + log(0.8) + log(0.3)) / 5);
    assert_true(isnan(q.rmse) && isnan(q.r2));
    d.task = TASK_REGRESSION;
    q = quality_of(a, &d, partition_all(a, 5), predictions);
    assert_near(q.rmse, sqrt((0.01 + 0.36 + 0.16 + 0.04 + 0.49) / 5));
    assert_near(q.r2, 1 - 1.06 / 1.2);
}

static void test_parts_keep_the_classes(void **state)
{
    arena *a = *state;
    double labels[100];
    for (int i = 0; i < 100; i++) labels[i] = i % 5 == 0;
    train_data d = classes_of(labels, 100);
    random_stream r = random_stream_for(1, TEXT("test"));
    row_set folds[5], first, rest, all = partition_all(a, 100);
    int seen[100] = { 0 };
    partition_folds(a, &d, all, 5, &r, folds);
    for (size_t f = 0; f < 5; f++) {
        double ones = 0;
        for (size_t i = 0; i < folds[f].count; i++) {
            ones += labels[folds[f].items[i]];
            seen[folds[f].items[i]]++;
        }
        assert_int_equal(folds[f].count, 20);
        assert_near(ones, 4);
        assert_int_equal(partition_without(a, all, folds[f]).count, 80);
    }
    for (int i = 0; i < 100; i++) assert_int_equal(seen[i], 1);
    partition_share(a, &d, all, 0.3, &r, &first, &rest);
    assert_int_equal(first.count, 30);
    assert_int_equal(rest.count, 70);
}

/* ------------------------------------------------------------------ the whole */

/* 600 rows in which job, age and noise decide; some ages and jobs are missing. */
static const char *larger_table(arena *a)
{
    static const char *const jobs[] = { "baker", "clerk", "driver", "nurse", "" };
    text_builder b = text_builder_in(a);
    text_add_string(&b, "age,job,sex,income,class,granted\n");
    for (int i = 0; i < 600; i++) {
        int age = 18 + i * 37 % 60, job = i * 11 % 5, woman = i * 7 % 3 == 0, noise = i * 53 % 17;
        int points = age + (job == 1 || job == 3 ? 30 : 0) - 8 * woman + noise;
        text_add_format(&b, i % 17 ? "%d,%s,%s,%d,%s,%s\n" : "%.0d,%s,%s,%d,%s,%s\n", i % 17 ? age : 0, jobs[job],
                        woman ? "woman" : "man", points * 100,
                        points < 60   ? "low"
                        : points < 90 ? "middle"
                                      : "high",
                        points > 75 ? "yes" : "no");
    }
    return text_built(&b).data;
}

typedef struct kept_names {
    text items[4];
} kept_names;

static train_options larger_options(train_kind kind, const char *label, kept_names *names)
{
    static const char *const labels[] = { "income", "class", "granted" };
    train_options o = train_options_standard(kind);
    o.label = text_of(label);
    o.trees = 40;
    o.folds = 3;
    for (size_t i = 0; i < 3; i++)
        if (strcmp(labels[i], label) != 0) names->items[o.ignore_count++] = text_of(labels[i]);
    o.ignore = names->items;
    return o;
}

static error train_csv(arena *a, const char *csv, const train_options *o, train_result **out)
{
    train_table *t = train_table_new(a, o);
    TRY(test_send(a, csv, train_table_sink(t)));
    return train_model(a, t, o, out);
}

static train_result *train_larger(arena *a, const train_options *o)
{
    train_result *r;
    assert_accepted(train_csv(a, larger_table(a), o, &r));
    return r;
}

/* gbdt_learn itself compares the model as read with the library's own predictions of every row. */
static void test_trees_of_two_classes(void **state)
{
    arena *a = *state;
    kept_names names;
    train_options o = larger_options(TRAIN_GBDT, "granted", &names);
    o.trees = 300;
    train_result *r = train_larger(a, &o);
    assert_string_equal(r->model->type, "GBDT");
    assert_int_equal(r->model->feature_count, 3);
    assert_true(r->model->features[1].is_category && r->model->features[1].category_count == 4);
    assert_true(text_equal_string(r->model->features[1].categories[2], "driver"));
    assert_true(text_equal_string(r->model->classes[1], "yes"));
    assert_true(r->held_out.auc > 0.9 && r->mean.auc > 0.9 && r->deviation.auc < 0.1);
    assert_true(r->trees_used < 300 && r->model->tree_count == r->trees_used); /* stopped early, and cut */
    assert_int_equal(r->rows, 600);
}

static void test_trees_of_classes_and_of_numbers(void **state)
{
    arena *a = *state;
    kept_names names;
    train_options o = larger_options(TRAIN_GBDT, "class", &names);
    train_result *r = train_larger(a, &o);
    assert_int_equal(r->model->output_count, 3);
    assert_true(text_equal_string(r->model->classes[0], "high"));
    assert_true(r->held_out.accuracy > 0.7 && isnan(r->held_out.brier));
    o = larger_options(TRAIN_GBDT, "income", &names);
    r = train_larger(a, &o);
    assert_true(r->held_out.r2 > 0.6 && isnan(r->held_out.accuracy));
    assert_int_equal(r->model->link, LINK_IDENTITY);
}

static void test_the_seed_decides_every_byte(void **state)
{
    arena *a = *state;
    kept_names names;
    train_options o = larger_options(TRAIN_GBDT, "granted", &names);
    o.subsample = 0.8;
    o.folds = 0;
    text one = train_larger(a, &o)->artefact, two = train_larger(a, &o)->artefact;
    o.seed = 2;
    text three = train_larger(a, &o)->artefact;
    assert_true(text_equal(one, two));
    assert_false(text_equal(one, three));
    o = larger_options(TRAIN_LOGISTIC, "granted", &names);
    assert_true(text_equal(train_larger(a, &o)->artefact, train_larger(a, &o)->artefact));
}

static void test_a_logistic_model_comes_back(void **state)
{
    arena *a = *state;
    kept_names names;
    train_options o = larger_options(TRAIN_LOGISTIC, "granted", &names);
    train_result *r = train_larger(a, &o);
    assert_string_equal(r->model->type, "LOGISTIC");
    assert_true(r->held_out.auc > 0.9);
    assert_true(r->model->category_weights && r->model->category_weights[1] && !r->model->category_weights[0]);
    assert_true(r->model->missing_at_center);
    double row[] = { NAN, 1, NAN }, out;
    model_predict(r->model, &(matrix){ row, 1, 3 }, OUTPUT_MARGIN, &out);
    assert_near(out, r->model->base[0] + r->model->category_weights[1][1]);
}

static void test_fairness_and_reweighing(void **state)
{
    arena *a = *state;
    kept_names names;
    text sex = TEXT("sex");
    train_options o = larger_options(TRAIN_LOGISTIC, "granted", &names);
    o.protected_columns = &sex;
    o.protected_count = 1;
    double before = train_larger(a, &o)->fairness->attributes[0].all.value[MEASURE_DEMOGRAPHIC_PARITY_DIFFERENCE];
    o.reweigh = sex;
    double after = train_larger(a, &o)->fairness->attributes[0].all.value[MEASURE_DEMOGRAPHIC_PARITY_DIFFERENCE];
    assert_true(after < before);
    const train_data *d;
    assert_accepted(data_from(a, larger_table(a), &o, &d));
    double sums[2][2] = { { 0 } };
    for (size_t i = 0; i < d->rows.rows; i++) sums[(int)matrix_row(&d->rows, i)[2]][(int)d->labels[i]] += d->weights[i];
    assert_near_to(sums[0][1] / sums[0][0], sums[1][1] / sums[1][0], 1e-12); /* the same odds in both groups */
}

static error rule(void *context, arena *a, const matrix *rows, model_output output, double *out)
{
    (void)context, (void)a, (void)output;
    for (size_t i = 0; i < rows->rows; i++)
        out[i] = matrix_row(rows, i)[0] > 50 ? 0.9 : matrix_row(rows, i)[1] > 20 ? 0.6 : 0.1;
    return OK;
}

static void test_a_surrogate_of_a_rule(void **state)
{
    arena *a = *state;
    surrogate *s;
    double values[400][2];
    for (int i = 0; i < 400; i++) values[i][0] = i * 37 % 101, values[i][1] = i * 53 % 43;
    matrix rows = { values[0], 400, 2 };
    predictor p = { .feature_count = 2, .output_count = 1, .predict = rule };
    train_options o = train_options_standard(TRAIN_GBDT);
    assert_accepted(train_surrogate(a, &p, &rows, &o, &s));
    assert_true(s->r2 > 0.95 && s->r2 <= 1 && s->agreement > 0.97);
    o.kind = TRAIN_LINEAR;
    assert_accepted(train_surrogate(a, &p, &rows, &o, &s));
    assert_true(s->r2 < 0.9); /* a line tells less of a rule, and the figure says so */
}

static error cancel(void *context, double fraction)
{
    (void)fraction;
    return fail_later(context, CONFLICT, 0, "cancelled");
}

static void test_bad_input(void **state)
{
    arena *a = *state;
    kept_names names;
    train_result *r;
    const char *csv = larger_table(a);
    train_options o = larger_options(TRAIN_GBDT, "granted", &names), good = o;
#define REFUSED(pointer, words) assert_refused(train_csv(a, csv, &o, &r), INVALID, pointer, words)
    o.label = TEXT("grantd");
    REFUSED("/columns", "Did you mean \"granted\"?");
    o = good, o.trees = 1001;
    REFUSED("/trees", "from 1 to 1000, found 1001");
    o = good, o.depth = 11;
    REFUSED("/depth", "from 1 to 10, found 11");
    o = good, o.folds = 1;
    REFUSED("/folds", "found 1");
    o = good, o.positive = TEXT("maybe");
    REFUSED("/positive", "no value \"maybe\"");
    o = good, o.kind = TRAIN_LOGISTIC, o.label = TEXT("class");
    REFUSED("/label", "3 different values");
    o = good, o.kind = TRAIN_LINEAR;
    REFUSED("/label", "expected numbers");
    o = good, o.watch = (explain_watch){ a, cancel };
    assert_refused(train_csv(a, csv, &o, &r), CONFLICT, "", "cancelled");
    o = good, o.ignore_count = 0;
    csv = "age,granted\n1,yes\n2,yes\n3,yes\n4,yes\n5,yes\n6,yes\n7,yes\n8,yes\n9,yes\n10,yes\n";
    REFUSED("/label", "1 different values; expected at least two");
    csv = "age,granted\n1,yes\n2,no\nyoung,yes\n";
    REFUSED("/data", "row 3, column \"age\": expected a number, as \"1\" in row 1, found \"young\"");
    csv = "age,granted\n1,yes\n1e31,no\n";
    REFUSED("/data", "row 2, column \"age\": expected a number of at most 1e+30");
    csv = "age,granted\n1,yes\n2,no\n";
    REFUSED("/data", "2 rows have a label; expected at least 10");
    csv = "granted\nyes\nno\nyes\nno\nyes\nno\nyes\nno\nyes\nno\n";
    REFUSED("/columns", "No column is left");
#undef REFUSED
}

static int start(void **state)
{
    *state = arena_new();
    return 0;
}

static int end(void **state)
{
    arena_drop(*state);
    return 0;
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, start, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_logistic),
        TEST(test_logistic_of_balanced_classes),
        TEST(test_logistic_with_l1),
        TEST(test_linear),
        TEST(test_separated_classes),
        TEST(test_columns_that_tell_the_same),
        TEST(test_figures),
        TEST(test_parts_keep_the_classes),
        TEST(test_trees_of_two_classes),
        TEST(test_trees_of_classes_and_of_numbers),
        TEST(test_the_seed_decides_every_byte),
        TEST(test_a_logistic_model_comes_back),
        TEST(test_fairness_and_reweighing),
        TEST(test_a_surrogate_of_a_rule),
        TEST(test_bad_input),
    };
    return cmocka_run_group_tests_name("training", tests, NULL, NULL);
}
