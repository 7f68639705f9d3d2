/* Replies by their field tables: JSON, and CSV for those who ask for it. */
#include "http/fields/fields.h"
#include "http/tests/asserts.h"

#include <math.h>

static const char *const moods[] = { "calm", NULL };

typedef struct inner {
    text name;
    int64_t size;
} inner;

static const field inner_fields[] = { FIELD(inner, name, A_TEXT), FIELD(inner, size, AN_INTEGER), FIELDS_END };

typedef struct outer {
    text title, mail, password, mood, extra;
    uuid owner;
    maybe_uuid parent;
    int64_t count;
    maybe_integer level;
    double score;
    maybe_number ratio;
    bool active;
    maybe_bool known;
    instant at;
    maybe_instant until;
    text_list tags;
    inner box;
    item_list parts;
} outer;

static const field outer_fields[] = {
    FIELD(outer, title, A_TEXT, NULLABLE),
    FIELD(outer, mail, AN_EMAIL),
    FIELD(outer, password, A_SECRET),
    FIELD(outer, mood, ONE_OF(moods)),
    FIELD(outer, extra, ANY_JSON),
    FIELD(outer, owner, A_UUID),
    FIELD(outer, parent, MAYBE_UUID),
    FIELD(outer, count, AN_INTEGER),
    FIELD(outer, level, MAYBE_INTEGER),
    FIELD(outer, score, A_NUMBER),
    FIELD(outer, ratio, MAYBE_NUMBER),
    FIELD(outer, active, A_BOOL),
    FIELD(outer, known, MAYBE_BOOL),
    FIELD(outer, at, AN_INSTANT),
    FIELD(outer, until, MAYBE_INSTANT),
    FIELD(outer, tags, TEXTS),
    FIELD(outer, box, OBJECT_OF(inner_fields)),
    FIELD(outer, parts, LIST_OF(inner, inner_fields)),
    FIELDS_END,
};

static text encoded(arena *a, const field *fields, const void *from)
{
    json_writer w = json_writer_in(a);
    fields_encode(&w, fields, from);
    return json_written(&w);
}

static outer a_full_one(arena *a)
{
    static const inner parts[] = { { { "p", 1 }, 1 }, { { "q", 1 }, -2 } };
    static const text tags[] = { { "x", 1 }, { "y\"z", 3 } };
    outer o = { .title = TEXT("T"),
                .mail = TEXT("a@b.co"),
                .password = TEXT("correct horse"),
                .mood = TEXT("calm"),
                .extra = TEXT("{\"k\":[1]}"),
                .parent = { .is_set = true },
                .count = INT64_MIN,
                .level = { true, 0 },
                .score = 0.1,
                .ratio = { true, 1e21 },
                .active = true,
                .known = { true, false },
                .at = SECONDS(1),
                .until = { true, 0 },
                .tags = { tags, 2 },
                .box = { TEXT("B"), 3 },
                .parts = { parts, 2 } };
    assert_true(uuid_parse(TEXT("0198c0de-7000-7000-8000-000000000001"), &o.owner));
    (void)a;
    return o;
}

static void every_kind_is_written_but_secrets(void **state)
{
    outer o = a_full_one(*state);
    assert_text(
        encoded(*state, outer_fields, &o),
        "{\"title\":\"T\",\"mail\":\"a@b.co\",\"mood\":\"calm\",\"extra\":{\"k\":[1]},"
        "\"owner\":\"0198c0de-7000-7000-8000-000000000001\",\"parent\":\"00000000-0000-0000-0000-000000000000\","
        "\"count\":-9223372036854775808,\"level\":0,\"score\":0.1,\"ratio\":1e+21,\"active\":true,"
        "\"known\":false,\"at\":\"1970-01-01T00:00:01.000000Z\",\"until\":\"1970-01-01T00:00:00.000000Z\","
        "\"tags\":[\"x\",\"y\\\"z\"],\"box\":{\"name\":\"B\",\"size\":3},"
        "\"parts\":[{\"name\":\"p\",\"size\":1},{\"name\":\"q\",\"size\":-2}]}");
}

static void what_is_absent_is_null_or_empty(void **state)
{
    outer o = { .score = NAN };
    json_t *read = json_of(*state, encoded(*state, outer_fields, &o));
    static const char *const nulls[] = { "title", "extra", "parent", "level", "score", "ratio", "known", "until" };
    for (size_t i = 0; i < sizeof nulls / sizeof *nulls; i++) assert_true(json_is_null(json_at(read, nulls[i])));
    assert_int_equal(json_array_size(json_at(read, "tags")), 0);
    assert_true(json_is_array(json_at(read, "parts")));
    assert_true(json_is_null(json_at(read, "box.name")));
    assert_null(json_at(read, "password"));
}

static void infinities_are_null(void **state)
{
    outer o = { .score = INFINITY, .ratio = { true, -INFINITY } };
    json_t *read = json_of(*state, encoded(*state, outer_fields, &o));
    assert_true(json_is_null(json_at(read, "score")));
    assert_true(json_is_null(json_at(read, "ratio")));
}

static void texts_are_escaped_so_that_they_read_back(void **state)
{
    static const char raw[] = "\"\\/\b\f\n\r\t\x01\x1F<>&'Zo\xC3\xAB\xE2\x80\xA8\xF0\x9F\x98\x80";
    inner one = { .name = text_of(raw) };
    text written = encoded(*state, inner_fields, &one);
    for (size_t i = 0; i < written.length; i++) assert_true((unsigned char)written.data[i] >= 0x20);
    assert_text(json_text_of(json_at(json_of(*state, written), "name")), raw);
}

static void lists_are_written_in_order(void **state)
{
    static const inner items[] = { { { "a", 1 }, 1 }, { { "b", 1 }, 2 } };
    json_writer w = json_writer_in(*state);
    fields_encode_list(&w, inner_fields, items, 2, sizeof *items);
    assert_text(json_written(&w), "[{\"name\":\"a\",\"size\":1},{\"name\":\"b\",\"size\":2}]");
    w = json_writer_in(*state);
    fields_encode_list(&w, inner_fields, NULL, 0, sizeof *items);
    assert_text(json_written(&w), "[]");
}

/* What is written by a table is what the same table reads. */
static void what_is_encoded_decodes_to_the_same(void **state)
{
    outer before = a_full_one(*state), after = { 0 };
    text written = encoded(*state, outer_fields, &before);
    assert_ok(fields_decode(*state, outer_fields, json_of(*state, written), &after));
    after.password = before.password;
    assert_text(encoded(*state, outer_fields, &after), string_of(written));
}

/* ------------------------------------------------------------------ CSV */

static text rows(arena *a, const field *fields, const void *items, size_t count, size_t size)
{
    text_builder out = text_builder_in(a);
    csv_header(&out, fields);
    csv_rows(&out, fields, items, count, size);
    return text_built(&out);
}

static void csv_has_a_column_for_each_member_of_an_object(void **state)
{
    outer o = a_full_one(*state);
    assert_text(
        rows(*state, outer_fields, &o, 1, sizeof o),
        "title,mail,mood,extra,owner,parent,count,level,score,ratio,active,known,at,until,tags,box.name,box.size,"
        "parts\r\n"
        "T,a@b.co,calm,\"{\"\"k\"\":[1]}\",0198c0de-7000-7000-8000-000000000001,"
        "00000000-0000-0000-0000-000000000000,-9223372036854775808,0,0.1,1e+21,true,false,"
        "1970-01-01T00:00:01.000000Z,1970-01-01T00:00:00.000000Z,\"[\"\"x\"\",\"\"y\\\"\"z\"\"]\",B,3,"
        "\"[{\"\"name\"\":\"\"p\"\",\"\"size\"\":1},{\"\"name\"\":\"\"q\"\",\"\"size\"\":-2}]\"\r\n");
}

static void csv_cells_of_nothing_are_empty(void **state)
{
    inner none = { 0 };
    assert_text(rows(*state, inner_fields, &none, 1, sizeof none), "name,size\r\n,0\r\n");
    assert_text(rows(*state, inner_fields, NULL, 0, sizeof none), "name,size\r\n");
}

static void csv_is_quoted_where_it_must_be_and_holds_no_formulas(void **state)
{
    static const char *const cells[][2] = {
        { "a,b", "\"a,b\"" },
        { "a\"b", "\"a\"\"b\"" },
        { "a\r\nb", "\"a\r\nb\"" },
        { "a b", "a b" },
        { "=1+1", "'=1+1" },
        { "+27 11", "'+27 11" },
        { "-x", "'-x" },
        { "@SUM(A1)", "'@SUM(A1)" },
        { "=a,\"b\"", "\"'=a,\"\"b\"\"\"" },
        { "\t=1", "'\t=1" },
        { "a=1", "a=1" },
        { "\r=1", "\"'\r=1\"" },
    };
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        inner one = { .name = text_of(cells[i][0]) };
        const char *expected = text_format(*state, "name,size\r\n%s,0\r\n", cells[i][1]).data;
        assert_text(rows(*state, inner_fields, &one, 1, sizeof one), expected);
    }
}

static void what_says_nothing_is_left_out_where_the_table_says_so(void **state)
{
    static const field optional[] = {
        FIELD(outer, title, A_TEXT, LEFT_OUT),
        FIELD(outer, owner, A_UUID, LEFT_OUT),
        FIELD(outer, count, AN_INTEGER, LEFT_OUT),
        FIELD(outer, active, A_BOOL, LEFT_OUT),
        FIELD(outer, tags, TEXTS, LEFT_OUT),
        FIELD(outer, box, OBJECT_OF(inner_fields), LEFT_OUT),
        FIELD(outer, parts, LIST_OF(inner, inner_fields), LEFT_OUT),
        FIELDS_END,
    };
    outer nothing = { 0 };
    assert_true(text_equal_string(encoded(*state, optional, &nothing), "{}"));
    nothing.active = true;
    nothing.count = -1;
    assert_true(text_equal_string(encoded(*state, optional, &nothing), "{\"count\":-1,\"active\":true}"));
    outer full = a_full_one(*state);
    text all = encoded(*state, optional, &full);
    const char *said = text_string(*state, all);
    assert_true(strstr(said, "\"title\":\"T\"") && strstr(said, "\"box\":{") && strstr(said, "\"parts\":["));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_arena, drop_arena)
    const struct CMUnitTest tests[] = {
        TEST(every_kind_is_written_but_secrets),
        TEST(what_is_absent_is_null_or_empty),
        TEST(infinities_are_null),
        TEST(what_says_nothing_is_left_out_where_the_table_says_so),
        TEST(texts_are_escaped_so_that_they_read_back),
        TEST(lists_are_written_in_order),
        TEST(what_is_encoded_decodes_to_the_same),
        TEST(csv_has_a_column_for_each_member_of_an_object),
        TEST(csv_cells_of_nothing_are_empty),
        TEST(csv_is_quoted_where_it_must_be_and_holds_no_formulas),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
