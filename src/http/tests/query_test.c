/* Queries and paths by their field tables, and the cursor that a list's query brings back. */
#include "http/fields/fields.h"
#include "http/tests/asserts.h"

static const char *const orders[] = { "name", "age", NULL };

typedef struct wanted {
    page_query page;
    text search, order;
    maybe_bool active;
    maybe_uuid owner;
    text_list tags;
} wanted;

static const field wanted_fields[] = {
    PAGE_FIELDS(wanted),
    FIELD(wanted, search, A_TEXT, MIN(1), MAX(10)),
    FIELD(wanted, order, ONE_OF(orders), STANDARD("name")),
    FIELD(wanted, active, MAYBE_BOOL),
    FIELD(wanted, owner, MAYBE_UUID),
    FIELD(wanted, tags, TEXTS, MAX(5), .most_items = 3),
    FIELDS_END,
};

static error decode(arena *a, const char *query, wanted *out)
{
    named_text *given = NULL;
    size_t count = 0;
    *out = (wanted){ 0 };
    TRY(query_split(a, text_of(query), &given, &count));
    return fields_decode_texts(a, wanted_fields, given, count, out);
}

static wanted good(arena *a, const char *query)
{
    wanted out;
    assert_ok(decode(a, query, &out));
    return out;
}

static void wrong(arena *a, const char *query, const char *pointer, const char *message)
{
    wanted out;
    error bad = decode(a, query, &out);
    assert_told(bad, INVALID, pointer, message);
    assert_int_equal(count_errors(bad), 1);
}

static void pairs_are_split_in_order(void **state)
{
    named_text *given = NULL;
    size_t count = 0;
    assert_ok(query_split(*state, TEXT("a=1&b=x%20y+z&&c&=d&e=f=g&"), &given, &count));
    assert_int_equal(count, 5);
    assert_text(given[0].name, "a");
    assert_text(given[0].value, "1");
    assert_text(given[1].value, "x y z");
    assert_text(given[2].name, "c");
    assert_text(given[2].value, "");
    assert_text(given[3].name, "");
    assert_text(given[3].value, "d");
    assert_text(given[4].value, "f=g");
    assert_ok(query_split(*state, TEXT(""), &given, &count));
    assert_int_equal(count, 0);
    assert_ok(query_split(*state, TEXT("&&&"), &given, &count));
    assert_int_equal(count, 0);
}

static void broken_escapes_are_a_bad_request(void **state)
{
    static const char *const broken[] = { "a=%", "a=%4", "a=%4g", "%=1", "a=%ff", "a=%c3%28", "a=%ed%a0%80" };
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        wanted out;
        assert_told(decode(*state, broken[i], &out), BAD_REQUEST, "",
                    "The query has a broken escape: each % needs two hexadecimal digits, in UTF-8.");
    }
}

static void values_are_read_by_kind(void **state)
{
    wanted out = good(*state, "limit=7&search=zo%C3%AB&active=false&owner=0198c0de-7000-7000-8000-000000000001");
    assert_int_equal(out.page.limit, 7);
    assert_text(out.search, "zo\xC3\xAB");
    assert_true(out.active.is_set && !out.active.value);
    assert_true(out.owner.is_set);
    assert_text(out.order, "name");
}

static void what_is_left_out_has_its_default(void **state)
{
    wanted out = good(*state, "");
    assert_int_equal(out.page.limit, 50);
    assert_false(text_is(out.page.cursor));
    assert_false(out.active.is_set);
    assert_int_equal(out.tags.count, 0);
}

static void what_does_not_fit_is_named(void **state)
{
    wrong(*state, "limit=0", "/limit", "Expected a whole number from 1 to 200, found 0.");
    wrong(*state, "limit=201", "/limit", "Expected a whole number from 1 to 200, found 201.");
    static const char *const no_integers[] = { "limit=",   "limit=x",    "limit=1.0",  "limit=1e1",
                                               "limit=+5", "limit=%205", "limit=5%00", "limit=99999999999999999999" };
    for (size_t i = 0; i < sizeof no_integers / sizeof *no_integers; i++)
        wrong(*state, no_integers[i], "/limit", "Expected a whole number.");
    wrong(*state, "active=yes", "/active", "Expected true or false.");
    wrong(*state, "active=TRUE", "/active", "Expected true or false.");
    wrong(*state, "order=size", "/order", "Expected name or age.");
    wrong(*state, "owner=7", "/owner", "Expected a UUID such as 0198c0de-7000-7000-8000-000000000001.");
    wrong(*state, "search=", "/search", "This may not be empty.");
    wrong(*state, "search=a%00b", "/search", "Control characters are not allowed here.");
    wrong(*state, "searhc=x", "/searhc", "There is no field of this name; did you mean \"search\"?");
    wrong(*state, "=x", "/", "There is no field of this name here.");
    wrong(*state, "limit=5&limit=6", "/limit", "Expected one value, found 2.");
}

static void lists_take_a_name_many_times(void **state)
{
    wanted out = good(*state, "tags=a&limit=5&tags=b%20c");
    assert_int_equal(out.tags.count, 2);
    assert_text(out.tags.items[0], "a");
    assert_text(out.tags.items[1], "b c");
    wrong(*state, "tags=a&tags=b&tags=c&tags=d", "/tags", "Expected at most 3 values, found 4.");
    wrong(*state, "tags=a&tags=bbbbbb", "/tags/1", "Expected at most 5 characters, found 6.");
}

/* ------------------------------------------------------------------ cursor */

static uuid an_id(void)
{
    uuid id;
    assert_true(uuid_parse(TEXT("0198c0de-7000-7000-8000-0000000000ff"), &id));
    return id;
}

static void a_cursor_comes_back_as_it_was_written(void **state)
{
    static const char *const keys[] = {
        "", "a", "ab", "abc", "2026-03-06T15:00:00.000000Z", "Zo\xC3\xAB \xF0\x9F\x98\x80"
    };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        text key, cursor = cursor_write(*state, text_of(keys[i]), an_id());
        uuid id;
        for (size_t c = 0; c < cursor.length; c++)
            assert_true(strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", cursor.data[c]));
        assert_ok(cursor_read(*state, cursor, &key, &id));
        assert_text(key, keys[i]);
        assert_true(uuid_equal(id, an_id()));
    }
}

static void refuses(arena *a, text cursor)
{
    text key;
    uuid id;
    assert_told(cursor_read(a, cursor, &key, &id), BAD_REQUEST, "/cursor",
                "This cursor is not one of ours; take next_cursor of the page before.");
}

/* Whatever one character is changed to, or wherever it is cut. */
static void an_altered_cursor_is_refused(void **state)
{
    text cursor = cursor_write(*state, TEXT("Umoja"), an_id());
    for (size_t i = 0; i < cursor.length; i++) {
        refuses(*state, (text){ cursor.data, i });
        char *altered = arena_string(*state, cursor.data, cursor.length);
        /* The last character's low bits may be spare: there only a change of its high bits is one of content. */
        altered[i] = altered[i] == 'A' ? '_' : 'A';
        refuses(*state, (text){ altered, cursor.length });
        altered[i] = '=';
        refuses(*state, (text){ altered, cursor.length });
        altered[i] = 0;
        refuses(*state, (text){ altered, cursor.length });
    }
    refuses(*state, TEXT(""));
    refuses(*state, TEXT("AQ"));
    refuses(*state, TEXT("x' or 1=1 --"));
}

/* The key goes into a statement as a text: what the database cannot hold must not pass. */
static void a_cursor_with_a_nul_or_broken_utf8_is_refused(void **state)
{
    refuses(*state, cursor_write(*state, (text){ "a\0b", 3 }, an_id()));
    refuses(*state, cursor_write(*state, TEXT("\xFF"), an_id()));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_arena, drop_arena)
    const struct CMUnitTest tests[] = {
        TEST(pairs_are_split_in_order),
        TEST(broken_escapes_are_a_bad_request),
        TEST(values_are_read_by_kind),
        TEST(what_is_left_out_has_its_default),
        TEST(what_does_not_fit_is_named),
        TEST(lists_take_a_name_many_times),
        TEST(a_cursor_comes_back_as_it_was_written),
        TEST(an_altered_cursor_is_refused),
        TEST(a_cursor_with_a_nul_or_broken_utf8_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
