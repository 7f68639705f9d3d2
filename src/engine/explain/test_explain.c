#include "engine/explain/test_explain.h"
#include "engine/stats/random.h"

#include <stdlib.h>

bool golden_file(arena *a, const char *name, text *out)
{
    return test_shared_file(a, text_format(a, "golden/models/%s", name).data, out);
}

const json_t *golden_json(arena *a, const char *name)
{
    text document;
    json_t *value = NULL;
    if (!golden_file(a, name, &document)) return NULL;
    assert_accepted(json_read(a, document, &value));
    return value;
}

bool golden_matrix(arena *a, const char *name, matrix *out)
{
    text document;
    if (!golden_file(a, name, &document)) return false;
    const char *at = strchr(document.data, '\n');
    assert_non_null(at);
    size_t columns = 1, count = 0;
    for (const char *c = document.data; c < at; c++) columns += *c == ',';
    double *values = ARENA_ARRAY(a, document.length, double);
    for (at++; *at; at++) { /* an empty cell is missing */
        bool is_empty = *at == ',' || *at == '\n';
        char *end = (char *)(uintptr_t)at;
        values[count++] = is_empty ? NAN : strtod(at, &end);
        at = end;
        if (!*at) break;
    }
    assert_int_equal(count % columns, 0);
    *out = (matrix){ values, count / columns, columns };
    return true;
}

double golden_number(const json_t *list, size_t at)
{
    const json_t *value = json_array_get(list, at);
    assert_true(json_is_number(value));
    return json_number_value(value);
}

bool golden_logistic(arena *a, logistic *out)
{
    const json_t *golden = golden_json(a, "logistic.expected.json");
    if (!golden) return false;
    const json_t *m = json_object_get(golden, "model"), *weights = json_object_get(m, "weights");
    *out = (logistic){ .features = json_array_size(weights),
                       .intercept = json_number_value(json_object_get(m, "intercept")) };
    for (size_t f = 0; f < out->features; f++) out->weights[f] = golden_number(weights, f);
    return true;
}

static error predict_logistic(void *context, arena *a, const matrix *rows, model_output output, double *out)
{
    (void)a;
    logistic *l = context;
    l->calls++;
    l->rows += rows->rows;
    for (size_t r = 0; r < rows->rows; r++) {
        double margin = l->intercept;
        for (size_t f = 0; f < l->features; f++) margin += l->weights[f] * matrix_row(rows, r)[f];
        out[r] = output == OUTPUT_MARGIN ? margin : 1 / (1 + exp(-margin));
    }
    return OK;
}

predictor logistic_predictor(logistic *l)
{
    return (predictor){ .context = l, .feature_count = l->features, .output_count = 1, .predict = predict_logistic };
}

model logistic_model(arena *a, const logistic *l)
{
    model_feature *features = ARENA_ARRAY(a, l->features, model_feature);
    for (size_t f = 0; f < l->features; f++) features[f].name = text_format(a, "x%zu", f);
    return (model){ .kind = MODEL_LINEAR,
                    .format = "aic",
                    .type = "LOGISTIC",
                    .features = features,
                    .feature_count = l->features,
                    .output_count = 1,
                    .link = LINK_LOGISTIC,
                    .is_probability = true,
                    .base = &l->intercept,
                    .weights = l->weights };
}

set_game set_game_random(arena *a, size_t features, uint64_t seed)
{
    set_game g = { features, ARENA_ARRAY(a, (size_t)1 << features, double) };
    random_stream random = random_stream_for(seed, TEXT("game"));
    random_normals(&random, g.values, (size_t)1 << features);
    return g;
}

static error predict_game(void *context, arena *a, const matrix *rows, model_output output, double *out)
{
    (void)a, (void)output;
    const set_game *g = context;
    for (size_t r = 0; r < rows->rows; r++) {
        size_t set = 0;
        for (size_t f = 0; f < g->features; f++) set |= (size_t)(matrix_row(rows, r)[f] == 1) << f;
        out[r] = g->values[set];
    }
    return OK;
}

predictor set_game_predictor(set_game *g)
{
    return (predictor){ .context = g, .feature_count = g->features, .output_count = 1, .predict = predict_game };
}

static double factorial(size_t n)
{
    return n < 2 ? 1 : (double)n * factorial(n - 1);
}

void set_game_shapley(const set_game *g, double *out)
{
    size_t m = g->features;
    for (size_t f = 0; f < m; f++) {
        out[f] = 0;
        for (size_t set = 0; set < (size_t)1 << m; set++) {
            if (set >> f & 1) continue;
            size_t size = (size_t)__builtin_popcountll(set);
            double weight = factorial(size) * factorial(m - size - 1) / factorial(m);
            out[f] += weight * (g->values[set | (size_t)1 << f] - g->values[set]);
        }
    }
}

matrix matrix_of(arena *a, size_t rows, size_t columns, double value)
{
    double *values = ARENA_ARRAY(a, rows * columns, double);
    for (size_t i = 0; i < rows * columns; i++) values[i] = value;
    return (matrix){ values, rows, columns };
}

matrix matrix_normal(arena *a, size_t rows, size_t columns, uint64_t seed)
{
    double *values = ARENA_ARRAY(a, rows * columns, double);
    random_stream random = random_stream_for(seed, TEXT("matrix"));
    random_normals(&random, values, rows * columns);
    return (matrix){ values, rows, columns };
}

explanation *explained(arena *a, const predictor *p, const matrix *rows, const explain_options *options)
{
    explanation *e = NULL;
    assert_accepted(explain(a, p, rows, options, &e));
    return e;
}

double largest_difference(const double *x, const double *y, size_t count)
{
    double worst = 0;
    for (size_t i = 0; i < count; i++) worst = fmax(worst, fabs(x[i] - y[i]));
    return worst;
}
