/* Predictions of every golden model, in each of its forms, against those of the libraries. */
#include "engine/model/model.h"
#include "engine/test_data.h"

#define TOLERANCE 1e-6

static matrix read_rows(arena *a, const model *m, text csv)
{
    matrix rows;
    model_rows_builder *b = model_rows_new(a, m);
    assert_accepted(csv_read(a, csv, model_rows_sink(b), (table_limits){ 0 }));
    assert_accepted(model_rows_finish(b, &rows));
    return rows;
}

/* Numbers, or lists of as many numbers as there are outputs. */
static void compare(const char *name, const model *m, const matrix *rows, const json_t *wanted, model_output output)
{
    double *got = test_malloc(rows->rows * m->output_count * sizeof *got), worst = 0;
    model_predict(m, rows, output, got);
    assert_int_equal(json_array_size(wanted), rows->rows);
    for (size_t row = 0; row < rows->rows; row++) {
        const json_t *value = json_array_get(wanted, row);
        if (json_is_array(value)) assert_int_equal(json_array_size(value), m->output_count);
        for (size_t o = 0; o < m->output_count; o++) {
            const json_t *one = json_is_array(value) ? json_array_get(value, o) : value;
            assert_true(json_is_number(one));
            double difference = fabs(got[row * m->output_count + o] - json_number_value(one));
            /* The libraries add up in float32: a margin's own size counts. */
            if (!(difference <= TOLERANCE * fmax(1, fabs(json_number_value(one)))))
                fail_msg("%s, row %zu, output %zu: off by %g", name, row, o, difference);
            if (difference > worst) worst = difference;
        }
    }
    print_message("%s: %s of %zu rows, at most %.2g off\n", name, output == OUTPUT_MARGIN ? "margins" : "predictions",
                  rows->rows, worst);
    test_free(got);
}

static void check_file(arena *a, const char *file, text csv, const json_t *expected)
{
    text bytes;
    const model *m;
    assert_true(test_shared_file(a, text_format(a, "golden/models/%s", file).data, &bytes));
    assert_accepted(model_read(a, bytes, model_limits_standard(), &m));
    matrix rows = read_rows(a, m, csv);
    const json_t *margin = json_object_get(expected, "margin");
    if (margin) compare(file, m, &rows, margin, OUTPUT_MARGIN);
    compare(file, m, &rows, json_object_get(expected, "prediction"), OUTPUT_PROBABILITY);
    const model *again;
    assert_accepted(model_read(a, model_write(a, m), model_limits_standard(), &again));
    compare("written and read again", again, &rows, json_object_get(expected, "prediction"), OUTPUT_PROBABILITY);
}

static void check_case(arena *a, const char *name, const char *file)
{
    text csv, text_of_expected;
    json_t *expected;
    assert_true(test_shared_file(a, text_format(a, "golden/models/%s.rows.csv", name).data, &csv));
    assert_true(test_shared_file(a, text_format(a, "golden/models/%s.expected.json", name).data, &text_of_expected));
    assert_accepted(json_read(a, text_of_expected, &expected));
    check_file(a, file, csv, expected);
    /* XGBoost's stand there in both forms. */
    if (text_ends(text_of(file), ".json")) check_file(a, text_format(a, "%s.ubj", name).data, csv, expected);
}

static void every_golden_model_predicts_as_its_library(void **state)
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
    const struct CMUnitTest tests[] = { cmocka_unit_test(every_golden_model_predicts_as_its_library) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
