#include "engine/test_data.h"

#include <math.h>
#include <stdio.h>

static const column_wish two_wishes[] = {
    { .name = { "race", 4 }, .kind = COLUMN_CATEGORY, .most_values = 3, .pointer = "/protected/0" },
    { .name = { "score", 5 }, .kind = COLUMN_NUMBER, .pointer = "/score" },
};
static const table_plan two_columns = { two_wishes, 2 };

static const column_wish free_wish[] = { { .name = { "c", 1 }, .kind = COLUMN_CATEGORY, .pointer = "/c" } };
static const table_plan free_column = { free_wish, 1 };

static error build(arena *a, table_plan plan, const char *csv, const table **out)
{
    table_builder *b = table_builder_new(a, plan);
    TRY(test_send(a, csv, table_builder_sink(b)));
    return table_builder_finish(b, out);
}

static text value_at(const table_column *c, size_t row)
{
    uint32_t code = table_code(c, row);
    return code ? c->values[code - 1] : NO_TEXT;
}

static void rows_become_columns(void **state)
{
    (void)state;
    arena *a = arena_new();
    const table *t;
    assert_accepted(build(a, two_columns, "other,score,race\nx,0.5,A\ny,,B\n,-12.25,\nz,1e3,A\n", &t));
    assert_int_equal(t->rows, 4);
    const table_column *race = table_column_named(t, TEXT("race")), *score = table_column_named(t, TEXT("score"));
    assert_null(table_column_named(t, TEXT("other"))); /* nobody asked for it */
    assert_true(text_equal_string(value_at(race, 0), "A"));
    assert_true(text_equal_string(value_at(race, 1), "B"));
    assert_false(text_is(value_at(race, 2)));
    assert_int_equal(table_code(race, 3), table_code(race, 0));
    assert_int_equal(race->missing, 1);
    assert_true(score->numbers[0] == 0.5 && isnan(score->numbers[1]) && score->numbers[2] == -12.25);
    assert_true(score->numbers[3] == 1000);
    assert_int_equal(score->missing, 1);
    arena_drop(a);
}

static void numbers_are_read_exactly(void **state)
{
    (void)state;
    static const char *const numbers[] = { "0.1",
                                           "0.46951665886",
                                           "123456789012345",
                                           "-0.000123",
                                           "1234567890123456789",
                                           "0.30000000000000004",
                                           "1e-300",
                                           " 7 ",
                                           "0",
                                           "-0",
                                           "00012.50",
                                           "+3",
                                           ".5" };
    arena *a = arena_new();
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        const table *t;
        text csv = text_format(a, "score,race\n%s,A\n", numbers[i]);
        assert_accepted(build(a, two_columns, csv.data, &t));
        double wanted;
        assert_true(sscanf(numbers[i], "%lf", &wanted) == 1);
        assert_true(table_column_named(t, TEXT("score"))->numbers[0] == wanted);
    }
    arena_drop(a);
}

static void what_is_no_number_is_refused_with_its_place(void **state)
{
    (void)state;
    static const char *const wrong[] = { "abc", "NaN", "inf", "-Infinity", "0x10", "--1", "-", ".", "1e999" };
    arena *a = arena_new();
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const table *t;
        text csv = text_format(a, "score,race\n1,A\n%s,A\n", wrong[i]);
        assert_refused(build(a, two_columns, csv.data, &t), INVALID, "/score",
                       "Row 2, column \"score\": expected a number");
    }
    cell cells[] = { { .kind = CELL_BOOL, .boolean = true }, { .kind = CELL_MISSING } };
    const text names[] = { TEXT("score"), TEXT("race") };
    row_sink sink = table_builder_sink(table_builder_new(a, two_columns));
    assert_accepted(sink.header(sink.context, names, 2));
    assert_refused(sink.row(sink.context, cells, 2), INVALID, "/score", "found \"true\"");
    arena_drop(a);
}

static void an_unknown_column_is_named_with_the_nearest(void **state)
{
    (void)state;
    arena *a = arena_new();
    const table *t;
    assert_refused(build(a, two_columns, "Race ,score\nA,1\n", &t), INVALID, "/protected/0", "Did you mean \"Race \"?");
    assert_refused(build(a, two_columns, "rcae,score\nA,1\n", &t), INVALID, "/protected/0", "Did you mean \"rcae\"?");
    assert_refused(build(a, two_columns, "xylophone,score\nA,1\n", &t), INVALID, "/protected/0",
                   "There are \"xylophone\" and \"score\".");
    error both = build(a, two_columns, "a,b\nA,1\n", &t);
    assert_refused(both, INVALID, "/protected/0", "no column \"race\"");
    assert_refused(both->also, INVALID, "/score", "no column \"score\"");
    assert_refused(build(a, two_columns, "race,score,race\nA,1,B\n", &t), INVALID, "/protected/0",
                   "2 columns named \"race\"");
    arena_drop(a);
}

static void a_limited_category_refuses_one_value_too_many(void **state)
{
    (void)state;
    arena *a = arena_new();
    const table *t;
    assert_accepted(build(a, two_columns, "race,score\nA,1\nB,1\nC,1\n,1\nA,1\n", &t));
    assert_refused(build(a, two_columns, "race,score\nA,1\nB,1\nC,1\nD,1\n", &t), INVALID, "/protected/0",
                   "Row 4, column \"race\": more than 3 different values");
    arena_drop(a);
}

static void no_header_is_refused_and_no_rows_is_a_table(void **state)
{
    (void)state;
    arena *a = arena_new();
    const table *t;
    assert_refused(table_builder_finish(table_builder_new(a, two_columns), &t), BAD_REQUEST, "", "empty");
    assert_accepted(build(a, two_columns, "race,score\n", &t));
    assert_int_equal(t->rows, 0);
    arena_drop(a);
}

/* As many values as need one, two and four bytes; each row must still read back as what was sent. */
static void codes_widen_as_values_grow(void **state)
{
    (void)state;
    static const struct {
        size_t values;
        unsigned width;
    } cases[] = { { 255, 1 }, { 256, 2 }, { 65535, 2 }, { 65536, 4 }, { 70000, 4 } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        arena *a = arena_new();
        table_builder *b = table_builder_new(a, free_column);
        row_sink sink = table_builder_sink(b);
        const text name = TEXT("c");
        assert_accepted(sink.header(sink.context, &name, 1));
        char digits[32];
        for (size_t v = 0; v < 2 * cases[i].values; v++) {
            int length = snprintf(digits, sizeof digits, "%zu", v % cases[i].values);
            cell c = { .kind = CELL_TEXT, .text = { digits, (size_t)length } };
            assert_accepted(sink.row(sink.context, &c, 1));
        }
        const table *t;
        assert_accepted(table_builder_finish(b, &t));
        assert_int_equal(t->columns[0].code_width, cases[i].width);
        assert_int_equal(t->columns[0].value_count, cases[i].values);
        for (size_t v = 0; v < t->rows; v += 37) {
            int length = snprintf(digits, sizeof digits, "%zu", v % cases[i].values);
            assert_true(text_equal(value_at(&t->columns[0], v), (text){ digits, (size_t)length }));
        }
        arena_drop(a);
    }
}

static void enter(row_sink sink, cell c)
{
    assert_accepted(sink.row(sink.context, &c, 1));
}

static void values_of_json_are_one_with_those_of_csv(void **state)
{
    (void)state;
    arena *a = arena_new();
    table_builder *b = table_builder_new(a, free_column);
    row_sink sink = table_builder_sink(b);
    const text name = TEXT("c");
    assert_accepted(sink.header(sink.context, &name, 1));
    enter(sink, (cell){ .kind = CELL_NUMBER, .number = 1, .text = TEXT("1.0") });
    enter(sink, (cell){ .kind = CELL_TEXT, .text = TEXT("1") });
    enter(sink, (cell){ .kind = CELL_NUMBER, .number = 1, .text = TEXT("1e0") });
    enter(sink, (cell){ .kind = CELL_NUMBER, .number = 1 });
    enter(sink, (cell){ .kind = CELL_NUMBER, .number = 1, .text = TEXT("1.00000000000000000000000") });
    enter(sink, (cell){ .kind = CELL_NUMBER, .number = 1, .text = TEXT("1.00000000000000000000000") });
    enter(sink, (cell){ .kind = CELL_BOOL, .boolean = true });
    enter(sink, (cell){ .kind = CELL_TEXT, .text = TEXT("true") });
    enter(sink, (cell){ .kind = CELL_TEXT, .text = TEXT("") });
    enter(sink, (cell){ .kind = CELL_TEXT, .text = TEXT("1.0") }); /* CSV's texts stay as they are */
    const table *t;
    assert_accepted(table_builder_finish(b, &t));
    static const uint32_t wanted[] = { 1, 1, 1, 1, 1, 1, 2, 2, 3, 4 };
    for (size_t i = 0; i < 10; i++) assert_int_equal(table_code(&t->columns[0], i), wanted[i]);
    assert_int_equal(t->columns[0].missing, 0); /* an empty quoted text is a value */
    arena_drop(a);
}

/* Values of every length that share beginnings and ends, in an order that makes the cache miss and hit. */
static void similar_values_are_never_mixed_up(void **state)
{
    (void)state;
    enum { VALUES = 400, ROWS = 20000 };
    arena *a = arena_new();
    text *values = ARENA_ARRAY(a, VALUES, text);
    for (size_t v = 0; v < VALUES; v++) {
        char *data = arena_alloc(a, 64);
        size_t length = v % 40;
        memset(data, 'a', length);
        if (length) data[(v * 7) % length] = (char)('a' + v / 40);
        values[v] = (text){ data, length };
    }
    table_builder *b = table_builder_new(a, free_column);
    row_sink sink = table_builder_sink(b);
    const text name = TEXT("c");
    assert_accepted(sink.header(sink.context, &name, 1));
    for (size_t i = 0; i < ROWS; i++) {
        /* a fresh copy each time: the table must not lean on the reader's memory */
        char copy[64];
        text value = values[i * 193 % VALUES];
        memcpy(copy, value.data, value.length);
        enter(sink, (cell){ .kind = CELL_TEXT, .text = { copy, value.length } });
        memset(copy, '#', sizeof copy);
    }
    const table *t;
    assert_accepted(table_builder_finish(b, &t));
    for (size_t i = 0; i < ROWS; i++) assert_true(text_equal(value_at(&t->columns[0], i), values[i * 193 % VALUES]));
    arena_drop(a);
}

static void a_long_value_is_cut_between_characters(void **state)
{
    (void)state;
    arena *a = arena_new();
    text_builder csv = text_builder_in(a);
    text_add_string(&csv, "race,score\nA,");
    text_add_string(&csv, "x");
    for (int i = 0; i < 100; i++) text_add_string(&csv, "é");
    const table *t;
    error bad = build(a, two_columns, text_built(&csv).data, &t);
    assert_non_null(bad);
    assert_true(text_valid_utf8(text_of(bad->message)));
    arena_drop(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_become_columns),
        cmocka_unit_test(numbers_are_read_exactly),
        cmocka_unit_test(what_is_no_number_is_refused_with_its_place),
        cmocka_unit_test(an_unknown_column_is_named_with_the_nearest),
        cmocka_unit_test(a_limited_category_refuses_one_value_too_many),
        cmocka_unit_test(no_header_is_refused_and_no_rows_is_a_table),
        cmocka_unit_test(codes_widen_as_values_grow),
        cmocka_unit_test(values_of_json_are_one_with_those_of_csv),
        cmocka_unit_test(similar_values_are_never_mixed_up),
        cmocka_unit_test(a_long_value_is_cut_between_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
