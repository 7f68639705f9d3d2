#include "base/table_reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

/* Rows as text, "a|b\n", so that a test can say what it expects in one line. */
typedef struct kept {
    text_builder out;
} kept;

static error keep_header(void *context, const text *names, size_t count)
{
    kept *k = context;
    for (size_t i = 0; i < count; i++) text_add_format(&k->out, "%s%.*s", i ? "|" : "", PRINT(names[i]));
    text_add_char(&k->out, '\n');
    return OK;
}

static error keep_row(void *context, const cell *cells, size_t count)
{
    kept *k = context;
    for (size_t i = 0; i < count; i++) {
        if (i) text_add_char(&k->out, '|');
        if (cells[i].kind == CELL_MISSING)
            text_add_string(&k->out, "~");
        else if (cells[i].kind == CELL_TEXT)
            text_add(&k->out, cells[i].text);
        else if (cells[i].kind == CELL_NUMBER)
            text_add_format(&k->out, "%g", cells[i].number);
        else
            text_add_string(&k->out, cells[i].boolean ? "true" : "false");
    }
    text_add_char(&k->out, '\n');
    return OK;
}

static row_sink sink_of(kept *k)
{
    return (row_sink){ .context = k, .header = keep_header, .row = keep_row };
}

static void expect(const char *csv, const char *rows)
{
    arena *a = arena_new();
    kept k = { text_builder_in(a) };
    error bad = csv_read(a, text_of(csv), sink_of(&k), (table_limits){ 0 });
    assert_null(bad);
    assert_string_equal(text_built(&k.out).data, rows);
    arena_drop(a);
}

static void expect_error(const char *csv, size_t length, table_limits limits, const char *words)
{
    arena *a = arena_new();
    kept k = { text_builder_in(a) };
    error bad = csv_read(a, (text){ csv, length }, sink_of(&k), limits);
    assert_non_null(bad);
    assert_int_equal(bad->kind, BAD_REQUEST);
    if (!strstr(bad->message, words)) fail_msg("expected \"%s\" in \"%s\"", words, bad->message);
    arena_drop(a);
}

static void records_end_by_any_line_break_or_none(void **state)
{
    (void)state;
    expect("a,b\n1,2\n", "a|b\n1|2\n");
    expect("a,b\r\n1,2\r\n3,4", "a|b\n1|2\n3|4\n");
    expect("a,b\n1,2\n\n3,\n", "a|b\n1|2\n3|~\n");
    expect("\xEF\xBB\xBF"
           "a,b\n,2\n",
           "a|b\n~|2\n");
}

static void quotes_hold_commas_line_breaks_and_quotes(void **state)
{
    (void)state;
    expect("a,b\n\"x,y\",\"l\nm\"\n", "a|b\nx,y|l\nm\n");
    expect("a,b\n\"say \"\"hi\"\"\",\"\"\n", "a|b\nsay \"hi\"|\n");
    expect("a\n\"\"\"\"\n", "a\n\"\n");
    expect("a,b\nx\"y,z\n", "a|b\nx\"y|z\n");
    expect("a,b\n\"1\",\"2\"", "a|b\n1|2\n");
}

static void what_is_wrong_is_told_with_its_place(void **state)
{
    (void)state;
    table_limits none = { 0 }, small = { .rows = 2, .columns = 3 };
    expect_error("a,b\n1\n", 6, none, "Row 1 has 1 columns; the header has 2");
    expect_error("a,b\n1,2,3\n", 10, none, "Row 1 has 3 columns");
    expect_error("a,b\n1,\"2\n", 9, none, "Row 1, column b: a quotation mark is opened and never closed");
    expect_error("a,b\n\"1\"x,2\n", 11, none, "Row 1, column a: expected a comma");
    expect_error("a,a\n", 4, none, "the name a stands in column 1 already");
    expect_error("a,\n", 3, none, "column 2: expected a column name");
    expect_error("", 0, none, "empty");
    expect_error("a\n1\n2\n3\n", 8, small, "has 3 rows; the limit is 2");
    expect_error("a,b,c,d\n", 8, small, "4 columns (features); the limit is 3");
    expect_error("a\n1\n\xff\n", 6, none, "Row 2: expected text in UTF-8");
    expect_error("a\n\0\n", 4, none, "a NUL byte");
}

/* However a text is cut into pieces, the rows are the same. */
static void pieces_of_any_size_give_the_same_rows(void **state)
{
    (void)state;
    static const char csv[] = "\xEF\xBB\xBFname,b,c\r\n\"a \"\"q\"\" b\",22,\r\nünï,\"l\nm\",3\r\n\"\",\"x\",y\r\n";
    arena *a = arena_new();
    kept whole = { text_builder_in(a) };
    assert_null(csv_read(a, text_of(csv), sink_of(&whole), (table_limits){ 0 }));
    for (size_t step = 1; step <= sizeof csv; step++) {
        kept k = { text_builder_in(a) };
        csv_reader *r = csv_reader_new(a, sink_of(&k), (table_limits){ 0 });
        for (size_t at = 0; at < sizeof csv - 1; at += step)
            assert_null(csv_feed(r, csv + at, at + step < sizeof csv - 1 ? step : sizeof csv - 1 - at));
        assert_null(csv_finish(r));
        assert_string_equal(text_built(&k.out).data, text_built(&whole.out).data);
    }
    arena_drop(a);
}

static void json_rows_and_columns_give_the_rows_of_the_csv(void **state)
{
    (void)state;
    arena *a = arena_new();
    kept rows = { text_builder_in(a) }, columns = { text_builder_in(a) }, lines = { text_builder_in(a) };
    table_limits none = { 0 };
    assert_null(json_rows_read(a, text_of("[{\"a\":1,\"b\":\"x\"},{\"b\":null,\"a\":true}]"), sink_of(&rows), none));
    assert_null(json_columns_read(a, text_of("{\"a\":[1,true],\"b\":[\"x\",null]}"), sink_of(&columns), none));
    assert_null(ndjson_read(a, text_of("{\"a\":1,\"b\":\"x\"}\n\n{\"a\":true,\"b\":null}\n"), sink_of(&lines), none));
    assert_string_equal(text_built(&rows.out).data, "a|b\n1|x\ntrue|~\n");
    assert_string_equal(text_built(&columns.out).data, text_built(&rows.out).data);
    assert_string_equal(text_built(&lines.out).data, text_built(&rows.out).data);
    arena_drop(a);
}

/* However the lines are cut into pieces, the rows are those of the whole, and no line is held longer than its own end.
 */
static void ndjson_in_pieces_gives_the_rows_of_the_whole(void **state)
{
    (void)state;
    static const char lines[] = "{\"a\":1,\"b\":\"x\"}\r\n\n{\"b\":\"\\n \xC3\xBC\",\"a\":true}\n{\"a\":null}";
    arena *a = arena_new();
    kept whole = { text_builder_in(a) };
    assert_null(ndjson_read(a, text_of(lines), sink_of(&whole), (table_limits){ 0 }));
    for (size_t step = 1; step < sizeof lines; step++) {
        kept k = { text_builder_in(a) };
        ndjson_reader *r = ndjson_reader_new(a, sink_of(&k), (table_limits){ 0 });
        for (size_t at = 0; at < sizeof lines - 1; at += step)
            assert_null(ndjson_feed(r, lines + at, at + step < sizeof lines - 1 ? step : sizeof lines - 1 - at));
        assert_null(ndjson_finish(r));
        assert_string_equal(text_built(&k.out).data, text_built(&whole.out).data);
    }
    arena_drop(a);
}

static void expect_line_error(const char *lines, table_limits limits, const char *words)
{
    arena *a = arena_new();
    kept k = { text_builder_in(a) };
    ndjson_reader *r = ndjson_reader_new(a, sink_of(&k), limits);
    error bad = ndjson_feed(r, lines, strlen(lines));
    if (!bad) bad = ndjson_finish(r);
    assert_non_null(bad);
    if (!strstr(bad->message, words)) fail_msg("expected \"%s\" in \"%s\"", words, bad->message);
    arena_drop(a);
}

static void lines_that_are_wrong_are_told_with_their_row(void **state)
{
    (void)state;
    table_limits none = { 0 }, small = { .rows = 2, .columns = 2, .record = 30 };
    expect_line_error("", none, "at least one row");
    expect_line_error("{\"a\":1}\n7\n", none, "Row 2: expected one JSON object");
    expect_line_error("{\"a\":1}\n{\"a\":}\n", none, "Row 2: expected one JSON object");
    expect_line_error("{\"a\":1}\n{\"b\":1}\n", none, "Row 2: the column b does not stand in row 1");
    expect_line_error("{\"a\":1}\n{\"a\":{\"b\":1}}\n", none, "Row 2, column a: expected a text");
    expect_line_error("{}\n", none, "found an empty one");
    expect_line_error("{\"a\":1,\"b\":2,\"c\":3}\n", small, "has 3 columns (features); the limit is 2");
    expect_line_error("{\"a\":1}\n{\"a\":1}\n{\"a\":1}\n{\"a\":1}", small, "has 4 rows; the limit is 2");
    expect_line_error("{\"a\":1}\n{\"a\":\"0123456789012345678901234567890123456789", small,
                      "Row 2 is longer than the limit of 30 bytes");
}

static void a_row_in_pieces_has_a_longest_length(void **state)
{
    (void)state;
    arena *a = arena_new();
    kept k = { text_builder_in(a) };
    csv_reader *r = csv_reader_new(a, sink_of(&k), (table_limits){ .record = 100 });
    assert_null(csv_feed(r, "a,b\n1,\"", 7));
    error bad = OK;
    int fed = 0;
    for (; !bad && fed < 1000; fed++) bad = csv_feed(r, "no end in sight, ", 17);
    assert_non_null(bad);
    assert_non_null(strstr(bad->message, "longer than the limit of 100 bytes"));
    assert_true(fed < 10);
    arena_drop(a);
}

static void expect_json_error(const char *json, const char *words)
{
    arena *a = arena_new();
    kept k = { text_builder_in(a) };
    error bad = json_rows_read(a, text_of(json), sink_of(&k), (table_limits){ .rows = 3 });
    assert_non_null(bad);
    if (!strstr(bad->message, words)) fail_msg("expected \"%s\" in \"%s\"", words, bad->message);
    arena_drop(a);
}

static void json_that_is_wrong_is_told_with_its_place(void **state)
{
    (void)state;
    expect_json_error("[{\"a\":1},{\"a\":NaN}]", "row 2, column a: NaN");
    expect_json_error("[{\"a\":1},{\"a\":-Infinity}]", "row 2, column a: NaN and Infinity");
    expect_json_error("[{\"a\":1},{\"a\":[2]}]", "Row 2, column a: expected a text");
    expect_json_error("[{\"a\":1},{\"b\":2}]", "Row 2: the column b does not stand in row 1");
    expect_json_error("[{\"a\":1,\"a\":2}]", "twice");
    expect_json_error("[{\"a\":1},{\"a\":1,\"a\":2}]", "twice");
    expect_json_error("[{\"a\":1},7]", "Row 2: expected an object");
    expect_json_error("[{\"a\":1},{\"a\"", "row 2: it ends before");
    expect_json_error("[]", "at least one row");
    expect_json_error("[{\"a\":1},{\"a\":1},{\"a\":1},{\"a\":1}]", "has 4 rows; the limit is 3");
    expect_json_error("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]", "32");
    expect_json_error("[{\"a\":\"\xff\"}]", "not UTF-8");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_end_by_any_line_break_or_none),
        cmocka_unit_test(quotes_hold_commas_line_breaks_and_quotes),
        cmocka_unit_test(what_is_wrong_is_told_with_its_place),
        cmocka_unit_test(pieces_of_any_size_give_the_same_rows),
        cmocka_unit_test(json_rows_and_columns_give_the_rows_of_the_csv),
        cmocka_unit_test(ndjson_in_pieces_gives_the_rows_of_the_whole),
        cmocka_unit_test(lines_that_are_wrong_are_told_with_their_row),
        cmocka_unit_test(a_row_in_pieces_has_a_longest_length),
        cmocka_unit_test(json_that_is_wrong_is_told_with_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
