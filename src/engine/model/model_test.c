#include "engine/model/build.h"
#include "engine/test_data.h"

#include <float.h>

/* ------------------------------------------------------------------ thresholds */

static uint64_t next_random(uint64_t *state)
{
    *state += 0x9E3779B97F4A7C15;
    uint64_t z = *state;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
    z = (z ^ z >> 27) * 0x94D049BB133111EB;
    return z ^ z >> 31;
}

static double double_of(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static float float_of(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static void decides_alike(float t, double x)
{
    if (isnan(x) || (x == -INFINITY && t == -INFINITY)) return; /* see the header */
    float rounded = (float)x;
    if ((rounded < t) != (x <= model_threshold_below_float(t))) fail_msg("%a < %a", x, (double)t);
    if ((rounded <= t) != (x <= model_threshold_at_most_float(t))) fail_msg("%a <= %a", x, (double)t);
}

/* The doubles around the float, around the middles to its neighbours, and around the thresholds themselves. */
static void decides_alike_around(float t)
{
    double below = (double)nextafterf(t, -INFINITY), above = (double)nextafterf(t, INFINITY), here = (double)t;
    double centres[] = { here,
                         below,
                         above,
                         (here + below) / 2,
                         (here + above) / 2,
                         model_threshold_below_float(t),
                         model_threshold_at_most_float(t),
                         0x1p128 - 0x1p103,
                         -(0x1p128 - 0x1p103) };
    for (size_t i = 0; i < sizeof centres / sizeof *centres; i++) {
        double x = centres[i];
        for (int step = 0; step < 3; step++) x = nextafter(x, -INFINITY);
        for (int step = 0; step < 7; step++, x = nextafter(x, INFINITY)) decides_alike(t, x);
    }
}

static void thresholds_over_floats_decide_every_double(void **state)
{
    (void)state;
    const float special[] = { 0.0F,     -0.0F,     FLT_MIN, -FLT_MIN, FLT_TRUE_MIN, -FLT_TRUE_MIN, FLT_MAX,    -FLT_MAX,
                              INFINITY, -INFINITY, 1.0F,    -1.0F,    0.1F,         16777216.0F,   16777215.0F };
    const double extremes[] = {
        0.0, -0.0, DBL_TRUE_MIN, -DBL_TRUE_MIN, DBL_MIN, DBL_MAX, -DBL_MAX, INFINITY, -INFINITY
    };
    uint64_t random = 7;
    for (size_t i = 0; i < sizeof special / sizeof *special; i++) {
        decides_alike_around(special[i]);
        for (size_t k = 0; k < sizeof extremes / sizeof *extremes; k++) decides_alike(special[i], extremes[k]);
        for (size_t k = 0; k < sizeof special / sizeof *special; k++) decides_alike(special[i], (double)special[k]);
    }
    for (int i = 0; i < 200000; i++) {
        float t = float_of((uint32_t)next_random(&random));
        if (isnan(t)) continue;
        decides_alike_around(t);
        decides_alike(t, double_of(next_random(&random)));
    }
}

/* ------------------------------------------------------------------ models by hand */

static tree_node split(uint32_t feature, double threshold, uint32_t yes, uint32_t no, double cover)
{
    return (tree_node){ .feature = feature, .threshold = threshold, .yes = yes, .no = no, .cover = cover };
}

static tree_node leaf(double value, double cover)
{
    return (tree_node){ .value = value, .cover = cover };
}

/* x0 <= 1.5 ? (x1 in {1, 66} ? 10 : 20, missing yes) : 30 */
typedef struct sample {
    tree_node nodes[5];
    tree trees[1];
    uint64_t bits[2];
    category_set sets[1];
    model_feature features[2];
    double base[1];
    model model;
} sample;

static void make_sample(sample *s)
{
    *s = (sample){ .nodes = { split(0, 1.5, 1, 4, 10), split(1, 0, 2, 3, 6), leaf(10, 2), leaf(20, 4), leaf(30, 4) },
                   .bits = { UINT64_C(1) << 1, UINT64_C(1) << 2 },
                   .features = { { .name = TEXT("age") }, { .name = TEXT("colour"), .is_category = true } },
                   .base = { 0.5 } };
    s->nodes[1].category_set = 1;
    s->nodes[1].missing_yes = true;
    s->trees[0] = (tree){ .nodes = s->nodes, .node_count = 5, .leaf_count = 3, .depth = 2 };
    s->sets[0] = (category_set){ .bits = s->bits, .count = 128 };
    s->model = (model){ .kind = MODEL_TREES,
                        .format = "aic",
                        .type = "GBDT",
                        .features = s->features,
                        .feature_count = 2,
                        .has_names = true,
                        .output_count = 1,
                        .base = s->base,
                        .trees = s->trees,
                        .tree_count = 1,
                        .sets = s->sets,
                        .set_count = 1,
                        .has_covers = true };
}

static void a_split_sends_missing_values_and_categories_where_it_says(void **state)
{
    (void)state;
    sample s;
    make_sample(&s);
    const double x[] = { 1.5, 1, 1.5, 66, 1.5, 2, 1.5, NAN, 1.5, -1, 1.5, 500, 1.6, 1, NAN, 1, 1.5, 1e300 };
    const double wanted[] = { 10.5, 10.5, 20.5, 10.5, 20.5, 20.5, 30.5, 30.5, 20.5 };
    double got[9];
    model_predict(&s.model, &(matrix){ .values = x, .rows = 9, .columns = 2 }, OUTPUT_MARGIN, got);
    for (size_t i = 0; i < 9; i++) assert_near(got[i], wanted[i]);
}

#define REFUSES(words, change)                                                                                         \
    do {                                                                                                               \
        sample s;                                                                                                      \
        make_sample(&s);                                                                                               \
        change;                                                                                                        \
        assert_refused(model_check(a, &s.model), INVALID, "", words);                                                  \
    } while (0)

static void what_is_no_tree_is_refused(void **state)
{
    (void)state;
    arena *a = arena_new();
    sample good;
    make_sample(&good);
    assert_accepted(model_check(a, &good.model));
    REFUSES("has two parents", s.nodes[1].no = 4);
    REFUSES("not behind it", s.nodes[1].no = 1);
    REFUSES("not behind it", s.nodes[1].no = 5);
    REFUSES("nobody's child", s.nodes[1].yes = s.nodes[1].no = 0);
    REFUSES("one child only", s.nodes[2].no = 3);
    REFUSES("not a finite number", s.nodes[2].value = NAN);
    REFUSES("no number", s.nodes[0].threshold = NAN);
    REFUSES("a cover of", s.nodes[0].cover = -1);
    REFUSES("a cover of", s.nodes[0].cover = INFINITY);
    REFUSES("feature 2 of 2", s.nodes[0].feature = 2);
    REFUSES("category set 2 of 1", s.nodes[1].category_set = 2);
    REFUSES("output 1 of 1", s.trees[0].output = 1);
    REFUSES("another count", s.trees[0].depth = 1);
    REFUSES("another count", s.trees[0].leaf_count = 2);
    REFUSES("has no nodes", s.trees[0].node_count = 0);
    REFUSES("0 features", s.model.feature_count = 0);
    REFUSES("0 outputs", s.model.output_count = 0);
    REFUSES("base value 0", s.base[0] = INFINITY);
    REFUSES("is not UTF-8", s.features[0].name = TEXT("\xff"));
    arena_drop(a);
}

static void a_chain_of_65_splits_is_too_deep(void **state)
{
    (void)state;
    arena *a = arena_new();
    for (uint32_t depth = 64; depth <= 65; depth++) {
        sample s;
        make_sample(&s);
        tree_node nodes[131];
        for (uint32_t i = 0; i < depth; i++) {
            nodes[2 * i] = split(0, i, 2 * i + 1, 2 * i + 2, 1);
            nodes[2 * i + 1] = leaf(1, 1);
        }
        nodes[2 * depth] = leaf(1, 1);
        s.trees[0] = (tree){ .nodes = nodes, .node_count = 2 * depth + 1, .leaf_count = depth + 1, .depth = depth };
        error got = model_check(a, &s.model);
        if (depth == 64)
            assert_accepted(got);
        else
            assert_refused(got, INVALID, "", "deeper than 64");
    }
    arena_drop(a);
}

/* ------------------------------------------------------------------ our own format */

static void a_written_model_is_read_back_bit_for_bit(void **state)
{
    (void)state;
    arena *a = arena_new();
    sample s;
    make_sample(&s);
    s.nodes[0].threshold = -0.0;
    s.nodes[2].value = 0.1 + 0.2;
    s.nodes[3].value = -DBL_TRUE_MIN;
    s.nodes[4].value = DBL_MAX;
    s.nodes[4].cover = 1.0 / 3;
    s.model.objective = TEXT("binary:\"logistic\"");
    s.model.link = LINK_LOGISTIC;
    const model *m;
    text written = model_write(a, &s.model);
    assert_accepted(model_read(a, written, model_limits_standard(), &m));
    assert_int_equal(m->tree_count, 1);
    assert_memory_equal(m->trees[0].nodes, s.nodes, sizeof s.nodes);
    assert_memory_equal(m->sets[0].bits, s.bits, sizeof s.bits);
    assert_int_equal(m->sets[0].count, 128);
    assert_true(m->features[1].is_category && m->has_names && m->has_covers && !m->is_probability);
    assert_true(text_equal(m->objective, s.model.objective));
    assert_true(text_equal(model_write(a, m), written));
    s.nodes[0].threshold = -INFINITY;
    assert_accepted(model_read(a, model_write(a, &s.model), model_limits_standard(), &m));
    assert_true(isinf(m->trees[0].nodes[0].threshold));
    arena_drop(a);
}

/* ------------------------------------------------------------------ hostile files */

typedef struct hostile {
    const char *before, *again, *after; /* `again` so often that the file has a megabyte */
    const char *words;
} hostile;

static text hostile_file(arena *a, const hostile *h)
{
    text_builder b = text_builder_in(a);
    text_add_string(&b, h->before);
    while (b.length < 1 << 20) text_add_string(&b, h->again);
    text_add_string(&b, h->after);
    return text_built(&b);
}

#define LEARNER "{\"learner\":{\"gradient_booster\":{\"model\":{\"trees\":["

/* Each takes what makes readers greedy: many numbers, nodes, categories far apart, levels, or empty things. */
static void a_hostile_file_takes_a_multiple_of_its_size_at_most(void **state)
{
    (void)state;
    const hostile files[] = {
        { "{\"other\":", "[", "", "deeper than 32" },
        { "{\"learner\":{\"feature_names\":[", "\"\",", "\"\"]}}", "more than 10000" },
        { "{\"learner\":{\"objective\":{\"name\":\"", "\\u0001", "\"}}}", "booster" },
        { LEARNER, "{},", "{}]}}}}", "without left_children" },
        { LEARNER "{\"left_children\":[", "0,", "0]}]}}}}", "right_children has 0" },
        { "{\"aic_model\":1,\"trees\":[{\"yes\":[", "0,", "0]}]}", "has 0 numbers" },
        { "{\"aic_model\":1,\"trees\":[", "{},", "{}]}", "more than 100000 trees" },
        { "{\"aic_model\":1,\"sets\":[", "{},", "{}]}", "has 0 numbers" },
        { "{\"aic_model\":1,\"features\":[{\"categories\":[", "\"\",", "\"\"]}]}", "has 0 numbers" },
        { "tree\n", "Tree=0\nleaf_value=1\n\n", "end of trees\n", "max_feature_idx" },
        { "tree\nTree=0\nleaf_value=", "1 ", "\n\nend of trees\n", "left_child has 0" },
        { "tree\nTree=0\ncat_threshold=", "7 ", "\n\nend of trees\n", "without leaf_value" },
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        arena *a = arena_new(), *kept = arena_new(), *scratch = arena_new();
        text file = hostile_file(a, &files[i]);
        const model *m;
        assert_refused(model_read_in(kept, scratch, file, model_limits_standard(), &m), INVALID, "", files[i].words);
        size_t taken = arena_bytes(kept) + arena_bytes(scratch);
        if (taken > 64 * file.length) fail_msg("file %zu: %zu bytes for %zu", i, taken, file.length);
        arena_drop(scratch);
        arena_drop(kept);
        arena_drop(a);
    }
}

/* Field 7 of a model, the graph, with as many empty nodes (field 1) as fit. */
static void empty_nodes_of_onnx_are_bounded_too(void **state)
{
    (void)state;
    arena *a = arena_new();
    text_builder b = text_builder_in(a);
    text_add(&b, TEXT("\x08\x08\x3a\x80\x80\x40")); /* a graph of 2^20 bytes */
    for (int i = 0; i < 1 << 19; i++) text_add(&b, TEXT("\x0a\x00"));
    const model *m;
    assert_refused(model_read(a, text_built(&b), model_limits_standard(), &m), INVALID, "", "ONNX");
    arena_drop(a);
}

static void limits_hold(void **state)
{
    (void)state;
    arena *a = arena_new();
    sample s;
    make_sample(&s);
    text written = model_write(a, &s.model);
    const model *m;
    model_limits limits = model_limits_standard();
    limits.bytes = written.length - 1;
    assert_refused(model_read(a, written, limits, &m), INVALID, "", "the limit is");
    limits = model_limits_standard();
    limits.nodes = 4;
    assert_refused(model_read(a, written, limits, &m), INVALID, "", "at most 4");
    limits = model_limits_standard();
    limits.trees = 0;
    assert_refused(model_read(a, written, limits, &m), INVALID, "", "more than 0 trees");
    arena_drop(a);
}

/* ------------------------------------------------------------------ rows */

static error read_rows(arena *a, const model *m, const char *csv, matrix *out)
{
    model_rows_builder *b = model_rows_new(a, m);
    TRY(test_send(a, csv, model_rows_sink(b)));
    return model_rows_finish(b, out);
}

static void rows_are_taken_by_the_names_of_the_features(void **state)
{
    (void)state;
    arena *a = arena_new();
    sample s;
    make_sample(&s);
    const text colours[] = { TEXT("red"), TEXT("3"), TEXT("true") };
    s.features[1].categories = colours;
    s.features[1].category_count = 3;
    matrix rows;
    assert_accepted(read_rows(a, &s.model, "colour,x,age\nred,1,2.5\n3.0,,\n,,-1e3\nTrue,,4\n,,True\n", &rows));
    const double wanted[] = { 2.5, 0, NAN, 1, -1000, NAN, 4, 2, 1, NAN };
    assert_int_equal(rows.rows, 5);
    for (size_t i = 0; i < 10; i++) assert_near(rows.values[i], wanted[i]);
    assert_refused(read_rows(a, &s.model, "colour,Age\nred,1\n", &rows), INVALID, "", "Did you mean \"Age\"?");
    assert_refused(read_rows(a, &s.model, "colour,age\ngreen,1\n", &rows), INVALID, "", "expected one of \"red\"");
    assert_refused(read_rows(a, &s.model, "colour,age\nred,old\n", &rows), INVALID, "",
                   "Row 1, column \"age\": expected a number, found \"old\"");
    assert_refused(read_rows(a, &s.model, "colour,age,age\nred,1,2\n", &rows), INVALID, "", "2 columns named \"age\"");
    s.features[1].category_count = 0;
    assert_refused(read_rows(a, &s.model, "colour,age\n1.5,1\n", &rows), INVALID, "", "a category's number");
    arena_drop(a);
}

static void columns_of_a_model_without_names_go_by_their_order(void **state)
{
    (void)state;
    arena *a = arena_new();
    sample s;
    make_sample(&s);
    s.model.has_names = false;
    s.features[0].name = TEXT("f0");
    s.features[1].name = TEXT("f1");
    matrix rows;
    assert_accepted(read_rows(a, &s.model, "a,b,c\n1,2,3\n", &rows));
    assert_near(rows.values[1], 2);
    assert_accepted(read_rows(a, &s.model, "f1,f0\n1,2\n", &rows));
    assert_near(rows.values[1], 1);
    assert_refused(read_rows(a, &s.model, "a\n1\n", &rows), INVALID, "", "reads 2 features");
    arena_drop(a);
}

static void many_rows_come_in_order(void **state)
{
    (void)state;
    arena *a = arena_new();
    sample s;
    make_sample(&s);
    text_builder csv = text_builder_in(a);
    text_add_string(&csv, "age,colour\n");
    for (int i = 0; i < 2500; i++) text_add_format(&csv, "%d,%d\n", i, i % 7);
    matrix rows;
    assert_accepted(read_rows(a, &s.model, csv.data, &rows));
    assert_int_equal(rows.rows, 2500);
    for (size_t i = 0; i < 2500; i++) assert_near(matrix_row(&rows, i)[0], (double)i);
    arena_drop(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(thresholds_over_floats_decide_every_double),
        cmocka_unit_test(a_split_sends_missing_values_and_categories_where_it_says),
        cmocka_unit_test(what_is_no_tree_is_refused),
        cmocka_unit_test(a_chain_of_65_splits_is_too_deep),
        cmocka_unit_test(a_written_model_is_read_back_bit_for_bit),
        cmocka_unit_test(a_hostile_file_takes_a_multiple_of_its_size_at_most),
        cmocka_unit_test(empty_nodes_of_onnx_are_bounded_too),
        cmocka_unit_test(limits_hold),
        cmocka_unit_test(rows_are_taken_by_the_names_of_the_features),
        cmocka_unit_test(columns_of_a_model_without_names_go_by_their_order),
        cmocka_unit_test(many_rows_come_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
