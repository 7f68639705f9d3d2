/* Random forests against brute force: the definitions of all values by enumerating every coalition. */
#include "engine/test_data.h"
#include "engine/trees/compiled.h"
#include "engine/trees/kernels.h"

#include <string.h>

#define assert_within(value, wanted, reach) test_near_at((value), (wanted), 0, (reach), __FILE__, __LINE__)

/* ------------------------------------------------------------------ random models */

typedef struct draw {
    uint64_t state;
} draw;

static uint64_t draw_bits(draw *d)
{
    uint64_t z = (d->state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}
static uint32_t draw_below(draw *d, uint32_t most)
{
    return (uint32_t)(draw_bits(d) % most);
}
static double draw_unit(draw *d)
{
    return (double)(draw_bits(d) >> 11) * 0x1p-53;
}

typedef struct shape {
    uint32_t features, depth, trees, outputs;
    bool sets, zeros;    /* categories in feature 0; 0 is missing in feature 1 */
    bool without_covers; /* some nodes that no training row reached */
} shape;

enum { SETS = 4, CATEGORIES = 70 };

typedef struct growing {
    draw *d;
    const shape *s;
    tree_node *nodes;
    uint32_t count, leaves, depth;
} growing;

static double grow(growing *g, uint32_t depth)
{
    uint32_t here = g->count++;
    if (depth > g->depth) g->depth = depth;
    tree_node n = { 0 };
    if (depth == g->s->depth || (depth > 1 && draw_below(g->d, 5) == 0)) {
        n.value = draw_unit(g->d) - 0.5;
        n.cover = g->s->without_covers && draw_below(g->d, 4) == 0 ? 0 : 1 + draw_below(g->d, 50);
        g->leaves++;
        g->nodes[here] = n;
        return n.cover;
    }
    n.feature = draw_below(g->d, g->s->features);
    n.threshold = (double)draw_below(g->d, 9) - 4;
    n.missing_yes = draw_below(g->d, 2);
    if (g->s->sets && n.feature == 0) n.category_set = 1 + draw_below(g->d, SETS);
    n.zero_is_missing = g->s->zeros && n.feature == 1;
    n.yes = g->count;
    n.cover = grow(g, depth + 1);
    n.no = g->count;
    n.cover += grow(g, depth + 1);
    g->nodes[here] = n;
    return n.cover;
}

static const model *random_model(arena *a, draw *d, const shape *s)
{
    model *m = ARENA_NEW(a, model);
    tree *trees = ARENA_ARRAY(a, s->trees, tree);
    for (uint32_t t = 0; t < s->trees; t++) {
        growing g = { .d = d, .s = s, .nodes = ARENA_ARRAY(a, (size_t)2 << s->depth, tree_node) };
        grow(&g, 0);
        trees[t] = (tree){ g.nodes, g.count, g.leaves, g.depth, t % s->outputs };
    }
    category_set *sets = ARENA_ARRAY(a, SETS, category_set);
    for (int i = 0; i < SETS; i++) {
        uint64_t *bits = ARENA_ARRAY(a, 2, uint64_t);
        bits[0] = draw_bits(d), bits[1] = draw_bits(d);
        sets[i] = (category_set){ bits, i ? CATEGORIES : 3 };
    }
    model_feature *features = ARENA_ARRAY(a, s->features, model_feature);
    for (uint32_t f = 0; f < s->features; f++) features[f].name = text_format(a, "f%u", f);
    double *base = ARENA_ARRAY(a, s->outputs, double);
    for (uint32_t o = 0; o < s->outputs; o++) base[o] = 0.25 * (o + 1);
    *m = (model){ .kind = MODEL_TREES,
                  .features = features,
                  .feature_count = s->features,
                  .output_count = s->outputs,
                  .link = s->outputs == 1 ? LINK_LOGISTIC : LINK_SOFTMAX,
                  .base = base,
                  .trees = trees,
                  .tree_count = s->trees,
                  .sets = sets,
                  .set_count = SETS };
    return m;
}

static matrix random_rows(arena *a, draw *d, const shape *s, size_t rows)
{
    double *values = ARENA_ARRAY(a, rows * s->features, double);
    for (size_t i = 0; i < rows * s->features; i++) {
        values[i] = (double)draw_below(d, 21) / 2 - 5;
        if (s->sets && i % s->features == 0) values[i] = (double)draw_below(d, CATEGORIES + 8) - 4;
        if (draw_below(d, 8) == 0) values[i] = NAN;
    }
    return (matrix){ values, rows, s->features };
}

/* ------------------------------------------------------------------ the definitions */

static double leaf_of(const model *m, const tree *t, const double *x)
{
    uint32_t i = 0;
    while (t->nodes[i].yes)
        i = tree_node_yes(m, &t->nodes[i], x[t->nodes[i].feature]) ? t->nodes[i].yes : t->nodes[i].no;
    return t->nodes[i].value;
}

static double expected_below(const model *m, const tree *t, uint32_t i, const double *x, uint32_t coalition)
{
    const tree_node *n = &t->nodes[i];
    if (!n->yes) return n->value;
    if (coalition >> n->feature & 1)
        return expected_below(m, t, tree_node_yes(m, n, x[n->feature]) ? n->yes : n->no, x, coalition);
    double yes = t->nodes[n->yes].cover, no = t->nodes[n->no].cover, share = yes + no > 0 ? yes / (yes + no) : 0.5;
    return share * expected_below(m, t, n->yes, x, coalition) + (1 - share) * expected_below(m, t, n->no, x, coalition);
}

/* The path-dependent expectation shares out a feature by the product of its shares, whatever lies between: that is what
 * a walk with one coin for each split gives as well. */
static double path_value(const model *m, const double *x, uint32_t coalition, uint32_t output)
{
    double sum = m->base[output];
    for (size_t t = 0; t < m->tree_count; t++)
        if (m->trees[t].output == output) sum += expected_below(m, &m->trees[t], 0, x, coalition);
    return sum;
}

static double margin_of(const model *m, const double *x, uint32_t output)
{
    double sum = m->base[output];
    for (size_t t = 0; t < m->tree_count; t++)
        if (m->trees[t].output == output) sum += leaf_of(m, &m->trees[t], x);
    return sum;
}

static double background_value(const model *m, const double *x, const matrix *background, uint32_t coalition,
                               uint32_t output)
{
    double sum = 0, mixed[16];
    for (size_t b = 0; b < background->rows; b++) {
        for (size_t f = 0; f < m->feature_count; f++)
            mixed[f] = coalition >> f & 1 ? x[f] : matrix_row(background, b)[f];
        sum += margin_of(m, mixed, output);
    }
    return sum / (double)background->rows;
}

static double factorial(int n)
{
    return n < 2 ? 1 : n * factorial(n - 1);
}

/* Shapley's formula over a table of the values of all coalitions. */
static double shapley(const double *v, int features, int i)
{
    double sum = 0;
    for (uint32_t s = 0; s < 1u << features; s++) {
        if (s >> i & 1) continue;
        int size = __builtin_popcount(s);
        sum += factorial(size) * factorial(features - size - 1) / factorial(features) * (v[s | 1u << i] - v[s]);
    }
    return sum;
}

static double interaction(const double *v, int features, int i, int j)
{
    double sum = 0;
    for (uint32_t s = 0; s < 1u << features; s++) {
        if (s >> i & 1 || s >> j & 1) continue;
        int size = __builtin_popcount(s);
        uint32_t bi = 1u << i, bj = 1u << j;
        sum += factorial(size) * factorial(features - size - 2) / factorial(features - 1) *
               (v[s | bi | bj] - v[s | bi] - v[s | bj] + v[s]);
    }
    return sum / 2;
}

/* ------------------------------------------------------------------ tests */

static const shape shapes[] = {
    { .features = 5, .depth = 4, .trees = 6, .outputs = 1 },
    { .features = 6, .depth = 7, .trees = 5, .outputs = 1, .sets = true, .zeros = true },
    { .features = 4, .depth = 5, .trees = 7, .outputs = 3, .sets = true },
    { .features = 5, .depth = 6, .trees = 4, .outputs = 1, .without_covers = true },
    { .features = 2, .depth = 1, .trees = 3, .outputs = 1 },
    { .features = 3, .depth = 9, .trees = 2, .outputs = 1, .zeros = true },
};
enum { SHAPES = sizeof shapes / sizeof *shapes, ROWS = 75, SEEN = 6 };

typedef struct trial {
    arena *a;
    const model *m;
    const forest *f;
    matrix rows, background;
    int features;
    uint32_t outputs;
} trial;

static trial trial_of(arena *a, const shape *s, uint64_t seed, const char *width)
{
    draw d = { seed };
    trial t = { .a = a, .m = random_model(a, &d, s), .features = (int)s->features, .outputs = s->outputs };
    const forest *best = NULL;
    assert_null(forest_new(a, t.m, &best));
    t.f = forest_with_kernels(a, best, width);
    t.rows = random_rows(a, &d, s, ROWS);
    t.background = random_rows(a, &d, s, 40);
    return t;
}

typedef void (*trial_check)(const trial *t);

/* Every shape, under all kernels of this machine. */
static void each_trial(trial_check check)
{
    static const char *const names[] = { "portable", "avx2", "avx512" };
    for (size_t k = 0; k < 3; k++)
        for (size_t i = 0; i < SHAPES; i++) {
            arena *a = arena_new();
            if (kernels_named(names[k])) {
                trial t = trial_of(a, &shapes[i], 100 + i, names[k]);
                check(&t);
            }
            arena_drop(a);
        }
}

static void check_predictions(const trial *t)
{
    double *out = ARENA_ARRAY(t->a, ROWS * t->outputs, double);
    forest_predict(t->a, t->f, &t->rows, OUTPUT_MARGIN, out);
    for (size_t row = 0; row < ROWS; row++)
        for (uint32_t o = 0; o < t->outputs; o++)
            assert_within(out[row * t->outputs + o], margin_of(t->m, matrix_row(&t->rows, row), o), 1e-12);
}
static void predictions_are_those_of_the_nodes(void **state)
{
    (void)state;
    each_trial(check_predictions);
}

static double *game_of(const trial *t, size_t row, uint32_t output, bool path)
{
    double *v = ARENA_ARRAY(t->a, (size_t)1 << t->features, double);
    const double *x = matrix_row(&t->rows, row);
    for (uint32_t s = 0; s < 1u << t->features; s++)
        v[s] = path ? path_value(t->m, x, s, output) : background_value(t->m, x, &t->background, s, output);
    return v;
}

static void check_values(const trial *t, bool path)
{
    size_t m = (size_t)t->features, k = t->outputs;
    double *values = ARENA_ARRAY(t->a, ROWS * m * k, double), *base = ARENA_ARRAY(t->a, k, double);
    assert_null(path ? forest_shap_path(t->a, t->f, &t->rows, base, values)
                     : forest_shap_interventional(t->a, t->f, &t->rows, &t->background, OUTPUT_MARGIN, base, values));
    for (size_t row = 0; row < ROWS; row++)
        for (uint32_t o = 0; o < k; o++) {
            double sum = base[o];
            for (size_t i = 0; i < m; i++) sum += values[(row * m + i) * k + o];
            assert_within(sum, margin_of(t->m, matrix_row(&t->rows, row), o), 1e-11);
            if (row % (ROWS / SEEN)) continue;
            const double *v = game_of(t, row, o, path);
            assert_within(base[o], v[0], 1e-11);
            for (int i = 0; i < t->features; i++)
                assert_within(values[(row * m + (size_t)i) * k + o], shapley(v, t->features, i), 1e-11);
        }
}
static void check_path(const trial *t)
{
    check_values(t, true);
}
static void path_values_are_shapleys(void **state)
{
    (void)state;
    each_trial(check_path);
}
static void check_interventional(const trial *t)
{
    check_values(t, false);
}
static void interventional_values_are_shapleys(void **state)
{
    (void)state;
    each_trial(check_interventional);
}

static void check_interactions(const trial *t)
{
    size_t m = (size_t)t->features, k = t->outputs;
    double *pairs = ARENA_ARRAY(t->a, ROWS * m * m * k, double), *values = ARENA_ARRAY(t->a, ROWS * m * k, double);
    double *base = ARENA_ARRAY(t->a, k, double);
    assert_null(forest_shap_interactions(t->a, t->f, &t->rows, pairs));
    assert_null(forest_shap_path(t->a, t->f, &t->rows, base, values));
    for (size_t row = 0; row < ROWS; row++)
        for (uint32_t o = 0; o < k; o++) {
            const double *v = row % (ROWS / SEEN) ? NULL : game_of(t, row, o, true);
            for (size_t i = 0; i < m; i++) {
                double sum = 0;
                for (size_t j = 0; j < m; j++) {
                    double got = pairs[((row * m + i) * m + j) * k + o];
                    sum += got;
                    if (v && i != j) assert_within(got, interaction(v, t->features, (int)i, (int)j), 1e-11);
                }
                assert_within(sum, values[(row * m + i) * k + o], 1e-11);
            }
        }
}
static void interactions_are_second_differences(void **state)
{
    (void)state;
    each_trial(check_interactions);
}

static void check_coalitions(const trial *t)
{
    enum { TRIED = 70 };
    uint64_t coalitions[TRIED];
    draw d = { 5 };
    for (int c = 0; c < TRIED; c++) coalitions[c] = draw_below(&d, 1u << t->features);
    double *out = ARENA_ARRAY(t->a, ROWS * TRIED * t->outputs, double);
    assert_null(forest_coalitions(t->a, t->f, &t->rows, &t->background, coalitions, TRIED, out));
    for (size_t row = 0; row < ROWS; row += 11)
        for (size_t c = 0; c < TRIED; c++)
            for (uint32_t o = 0; o < t->outputs; o++)
                assert_within(
                    out[(row * TRIED + c) * t->outputs + o],
                    background_value(t->m, matrix_row(&t->rows, row), &t->background, (uint32_t)coalitions[c], o),
                    1e-11);
}
static void coalitions_are_mean_predictions(void **state)
{
    (void)state;
    each_trial(check_coalitions);
}

static double logistic(double m)
{
    return 1 / (1 + exp(-m));
}

/* The shap library's probabilities, pair by pair: each pair's margin values, scaled. */
static void probabilities_are_scaled_pair_by_pair(void **state)
{
    (void)state;
    const shape s = { .features = 5, .depth = 5, .trees = 12, .outputs = 1 };
    for (int large = 0; large < 2; large++) {
        arena *a = arena_new();
        trial t = trial_of(a, &s, 9, "portable");
        draw d = { 77 };
        if (large) t.background = random_rows(a, &d, &s, 400); /* more rows than terms */
        double values[ROWS * 5] = { 0 }, base = 0, expected[5] = { 0 };
        assert_null(forest_shap_interventional(a, t.f, &t.rows, &t.background, OUTPUT_PROBABILITY, &base, values));
        for (size_t row = 0; row < ROWS; row++) {
            double sum = base;
            for (int i = 0; i < 5; i++) sum += values[row * 5 + (size_t)i];
            assert_within(sum, logistic(margin_of(t.m, matrix_row(&t.rows, row), 0)), 1e-11);
        }
        for (size_t b = 0; b < t.background.rows; b++) {
            matrix one = { matrix_row(&t.background, b), 1, 5 }, x = { t.rows.values, 1, 5 };
            double pair[5] = { 0 }, mean = 0, fx = margin_of(t.m, x.values, 0), fb = margin_of(t.m, one.values, 0);
            assert_null(forest_shap_interventional(a, t.f, &x, &one, OUTPUT_MARGIN, &mean, pair));
            double scale =
                fabs(fx - fb) > 1e-9 ? (logistic(fx) - logistic(fb)) / (fx - fb) : logistic(fx) * (1 - logistic(fx));
            for (int i = 0; i < 5; i++) expected[i] += pair[i] * scale / (double)t.background.rows;
        }
        for (int i = 0; i < 5; i++) assert_within(values[i], expected[i], 1e-11);
        arena_drop(a);
    }
}

/* A chain of 64 splits over 64 features: no table of patterns could hold it. */
static void deep_trees_need_no_tables(void **state)
{
    (void)state;
    enum { DEEP = 64 };
    arena *a = arena_new();
    tree_node *nodes = ARENA_ARRAY(a, 2 * DEEP + 1, tree_node);
    draw d = { 3 };
    for (uint32_t i = 0; i < DEEP; i++) {
        nodes[2 * i] = (tree_node){ .feature = i, .threshold = 0, .yes = 2 * i + 1, .no = 2 * i + 2, .cover = 200 - i };
        nodes[2 * i + 1] = (tree_node){ .value = draw_unit(&d), .cover = 1 };
    }
    nodes[2 * DEEP] = (tree_node){ .value = 3, .cover = 200 - DEEP };
    tree deep = { nodes, 2 * DEEP + 1, DEEP + 1, DEEP, 0 };
    model_feature *features = ARENA_ARRAY(a, DEEP, model_feature);
    double zero = 0;
    model m = { .kind = MODEL_TREES,
                .features = features,
                .feature_count = DEEP,
                .output_count = 1,
                .base = &zero,
                .trees = &deep,
                .tree_count = 1 };
    const forest *f = NULL;
    assert_null(forest_new(a, &m, &f));
    double *x = ARENA_ARRAY(a, 20 * DEEP, double), *values = ARENA_ARRAY(a, 20 * DEEP, double), base = 0;
    for (int i = 0; i < 20 * DEEP; i++) x[i] = draw_below(&d, 40) ? 1 : -1;
    matrix rows = { x, 10, DEEP }, background = { x + 10 * DEEP, 10, DEEP };
    for (int path = 0; path < 2; path++) {
        memset(values, 0, 20 * DEEP * sizeof *values);
        assert_null(path ? forest_shap_path(a, f, &rows, &base, values)
                         : forest_shap_interventional(a, f, &rows, &background, OUTPUT_MARGIN, &base, values));
        for (size_t row = 0; row < 10; row++) {
            double sum = base;
            for (int i = 0; i < DEEP; i++) sum += values[row * DEEP + (size_t)i];
            assert_within(sum, margin_of(&m, matrix_row(&rows, row), 0), 1e-10);
        }
    }
    arena_drop(a);
}

static void the_quadrature_is_exact(void **state)
{
    (void)state;
    for (int n = 1; n <= MOST_QUADRATURE; n++) {
        quadrature by = quadrature_of(n);
        for (int power = 0; power < 2 * n; power++) {
            double sum = 0;
            for (int q = 0; q < n; q++) sum += by.weight[q] * pow(by.node[q], power);
            assert_within(sum, 1.0 / (power + 1), 1e-14);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_quadrature_is_exact),
        cmocka_unit_test(predictions_are_those_of_the_nodes),
        cmocka_unit_test(path_values_are_shapleys),
        cmocka_unit_test(interventional_values_are_shapleys),
        cmocka_unit_test(interactions_are_second_differences),
        cmocka_unit_test(coalitions_are_mean_predictions),
        cmocka_unit_test(probabilities_are_scaled_pair_by_pair),
        cmocka_unit_test(deep_trees_need_no_tables),
    };
    return cmocka_run_group_tests_name("forest", tests, NULL, NULL);
}
