/* Bodies by their field tables: every kind with what it takes, what it refuses, and in which words. */
#include "http/fields/fields.h"
#include "http/tests/asserts.h"

static const char *const colours[] = { "red", "green", "blue", NULL };

typedef struct part {
    text name;
    int64_t weight;
} part;

static const field part_fields[] = {
    FIELD(part, name, A_TEXT, REQUIRED, MIN(1), MAX(10)),
    FIELD(part, weight, AN_INTEGER, MIN(0), MAX(100)),
    FIELDS_END,
};

typedef struct everything {
    text title, mail, password, colour, extra;
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
    text_list tags, hues;
    part main_part;
    item_list parts;
} everything;

static const field all_fields[] = {
    FIELD(everything, title, A_TEXT, MIN(2), MAX(5)),
    FIELD(everything, mail, AN_EMAIL),
    FIELD(everything, password, A_SECRET, MIN(8), MAX(20)),
    FIELD(everything, colour, ONE_OF(colours)),
    FIELD(everything, extra, ANY_JSON),
    FIELD(everything, owner, A_UUID),
    FIELD(everything, parent, MAYBE_UUID),
    FIELD(everything, count, AN_INTEGER, MIN(1), MAX(200), STANDARD("50")),
    FIELD(everything, level, MAYBE_INTEGER, MIN(-3), MAX(3)),
    FIELD(everything, score, A_NUMBER, MIN(0.5), MAX(1.5)),
    FIELD(everything, ratio, MAYBE_NUMBER, MIN(1)),
    FIELD(everything, active, A_BOOL, STANDARD("true")),
    FIELD(everything, known, MAYBE_BOOL),
    FIELD(everything, at, AN_INSTANT),
    FIELD(everything, until, MAYBE_INSTANT),
    FIELD(everything, tags, TEXTS, MIN(1), MAX(3), .most_items = 3),
    FIELD(everything, hues, TEXTS, .names = colours),
    FIELD_AS(everything, main_part, "main-part", OBJECT_OF(part_fields)),
    FIELD(everything, parts, LIST_OF(part, part_fields), .most_items = 4),
    FIELDS_END,
};

static error decode(arena *a, const field *fields, const char *document, void *out)
{
    return fields_decode(a, fields, json_of(a, text_of(document)), out);
}

static everything good(arena *a, const char *document)
{
    everything out = { 0 };
    assert_ok(decode(a, all_fields, document, &out));
    return out;
}

/* Exactly one thing is wrong with the document: this, there. */
static void wrong(arena *a, const char *document, const char *pointer, const char *message)
{
    everything out = { 0 };
    error bad = decode(a, all_fields, document, &out);
    assert_told(bad, INVALID, pointer, message);
    assert_int_equal(count_errors(bad), 1);
}

/* ------------------------------------------------------------------ absent, null, default */

static void what_is_left_out_is_empty_or_its_default(void **state)
{
    everything out = good(*state, "{}");
    assert_false(text_is(out.title));
    assert_false(text_is(out.extra));
    assert_true(uuid_is_nil(out.owner));
    assert_false(out.parent.is_set);
    assert_int_equal(out.count, 50);
    assert_false(out.level.is_set);
    assert_true(out.active);
    assert_false(out.known.is_set);
    assert_false(out.until.is_set);
    assert_int_equal(out.tags.count, 0);
    assert_int_equal(out.parts.count, 0);
}

static void null_is_the_same_as_left_out(void **state)
{
    everything out = good(*state, "{\"title\":null,\"parent\":null,\"count\":null,\"active\":null,\"extra\":null,"
                                  "\"tags\":null,\"main-part\":null,\"parts\":null}");
    assert_false(text_is(out.title));
    assert_false(text_is(out.extra));
    assert_int_equal(out.count, 50);
    assert_true(out.active);
    assert_int_equal(out.parts.count, 0);
}

typedef struct needed {
    text name, note, extra;
} needed;

static const field needed_fields[] = {
    FIELD(needed, name, A_TEXT, REQUIRED),
    FIELD(needed, note, A_TEXT, REQUIRED, NULLABLE),
    FIELD(needed, extra, ANY_JSON, REQUIRED),
    FIELDS_END,
};

static void what_is_required_must_be_there(void **state)
{
    needed out = { 0 };
    error bad = decode(*state, needed_fields, "{}", &out);
    assert_int_equal(count_errors(bad), 3);
    assert_told(bad, INVALID, "/name", "This is required.");
    assert_told(bad, INVALID, "/note", "This is required.");
    bad = decode(*state, needed_fields, "{\"name\":null,\"note\":null,\"extra\":null}", &out);
    assert_int_equal(count_errors(bad), 1);
    assert_told(bad, INVALID, "/name", "This is required and may not be null.");
    assert_false(text_is(out.note));
    assert_text(out.extra, "null"); /* null is a JSON value like any other */
}

/* ------------------------------------------------------------------ each kind */

static void texts_have_a_length_in_code_points(void **state)
{
    assert_text(good(*state, "{\"title\":\"ab\"}").title, "ab");
    assert_text(good(*state, "{\"title\":\"\xC3\xAB\xC3\xAB\xC3\xAB\xC3\xAB\xF0\x9F\x98\x80\"}").title,
                "\xC3\xAB\xC3\xAB\xC3\xAB\xC3\xAB\xF0\x9F\x98\x80");
    assert_text(good(*state, "{\"title\":\"a\\n\\tb\"}").title, "a\n\tb");
    wrong(*state, "{\"title\":\"\"}", "/title", "This may not be empty.");
    wrong(*state, "{\"title\":\"a\"}", "/title", "Expected at least 2 characters, found 1.");
    wrong(*state, "{\"title\":\"abcdef\"}", "/title", "Expected at most 5 characters, found 6.");
    wrong(*state, "{\"title\":7}", "/title", "Expected a text, found a number.");
    wrong(*state, "{\"title\":[]}", "/title", "Expected a text, found a list.");
    wrong(*state, "{\"title\":{}}", "/title", "Expected a text, found an object.");
    wrong(*state, "{\"title\":true}", "/title", "Expected a text, found true or false.");
}

static void control_characters_are_refused(void **state)
{
    static const char *const bad[] = { "\\u0000", "\\u0001", "\\u001b", "\\u007f", "\\u0085", "\\u009f" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        wrong(*state, text_format(*state, "{\"title\":\"a%sb\"}", bad[i]).data, "/title",
              "Control characters are not allowed here.");
    good(*state, "{\"title\":\"a\\u00a0b\"}");
}

static void addresses_are_plausible_and_lower_case(void **state)
{
    assert_text(good(*state, "{\"mail\":\"  Thandi.M+x@Example.CO.za \"}").mail, "thandi.m+x@example.co.za");
    static const char *const bad[] = { "",
                                       "x",
                                       "@",
                                       "a@b",
                                       "@b.co",
                                       "a@.co",
                                       "a@b..co",
                                       "a@b.co.",
                                       "a b@c.de",
                                       "a@b c.de",
                                       "a@@b.co",
                                       "a@b@c.de",
                                       "a<b@c.de",
                                       "a,b@c.de",
                                       "a@b_c.de",
                                       "a@b.c\xC2\xA0"
                                       "d e" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        wrong(*state, text_format(*state, "{\"mail\":\"%s\"}", bad[i]).data, "/mail",
              "Expected an e-mail address such as thandi@example.com.");
    char longest[300];
    memset(longest, 'a', sizeof longest);
    wrong(*state, text_format(*state, "{\"mail\":\"%.65s@b.co\"}", longest).data, "/mail",
          "Expected an e-mail address such as thandi@example.com.");
    good(*state, text_format(*state, "{\"mail\":\"%.64s@b.co\"}", longest).data);
    wrong(*state, text_format(*state, "{\"mail\":\"a@%.64s.co\"}", longest).data, "/mail",
          "Expected an e-mail address such as thandi@example.com.");
}

static void secrets_are_texts_with_bounds(void **state)
{
    assert_text(good(*state, "{\"password\":\"correct horse\"}").password, "correct horse");
    wrong(*state, "{\"password\":\"short\"}", "/password", "Expected at least 8 characters, found 5.");
}

static void names_are_one_of_a_list(void **state)
{
    assert_text(good(*state, "{\"colour\":\"green\"}").colour, "green");
    wrong(*state, "{\"colour\":\"Green\"}", "/colour", "Expected red, green or blue.");
    wrong(*state, "{\"colour\":\"\"}", "/colour", "Expected red, green or blue.");
    wrong(*state, "{\"colour\":1}", "/colour", "Expected a text, found a number.");
}

static void ids_are_uuids(void **state)
{
    everything out = good(*state, "{\"owner\":\"0198C0DE-7000-7000-8000-000000000001\","
                                  "\"parent\":\"0198c0de-7000-7000-8000-000000000002\"}");
    assert_text(uuid_format(*state, out.owner), "0198c0de-7000-7000-8000-000000000001");
    assert_true(out.parent.is_set);
    static const char words[] = "Expected a UUID such as 0198c0de-7000-7000-8000-000000000001.";
    wrong(*state, "{\"owner\":\"\"}", "/owner", words);
    wrong(*state, "{\"owner\":\"0198c0de70007000800000000000000 1\"}", "/owner", words);
    wrong(*state, "{\"parent\":\"0198c0de-7000-7000-8000-00000000000g\"}", "/parent", words);
    wrong(*state, "{\"parent\":5}", "/parent", "Expected a text, found a number.");
}

static void whole_numbers_have_bounds(void **state)
{
    assert_int_equal(good(*state, "{\"count\":1}").count, 1);
    assert_int_equal(good(*state, "{\"count\":200}").count, 200);
    assert_int_equal(good(*state, "{\"count\":7.0}").count, 7);
    assert_int_equal(good(*state, "{\"count\":1e2}").count, 100);
    assert_int_equal(good(*state, "{\"level\":-3}").level.value, -3);
    assert_int_equal(good(*state, "{\"level\":0}").level.is_set, true);
    wrong(*state, "{\"count\":0}", "/count", "Expected a whole number from 1 to 200, found 0.");
    wrong(*state, "{\"count\":201}", "/count", "Expected a whole number from 1 to 200, found 201.");
    wrong(*state, "{\"level\":-4}", "/level", "Expected a whole number from -3 to 3, found -4.");
    wrong(*state, "{\"count\":9223372036854775807}", "/count",
          "Expected a whole number from 1 to 200, found 9223372036854775807.");
    wrong(*state, "{\"count\":1.5}", "/count",
          "Expected a whole number, found one with decimals or beyond what is exact.");
    wrong(*state, "{\"count\":1e300}", "/count",
          "Expected a whole number, found one with decimals or beyond what is exact.");
    wrong(*state, "{\"count\":\"7\"}", "/count", "Expected a whole number, found a text.");
    wrong(*state, "{\"count\":true}", "/count", "Expected a whole number, found true or false.");
}

static void numbers_have_bounds(void **state)
{
    assert_true(good(*state, "{\"score\":0.5}").score == 0.5);
    assert_true(good(*state, "{\"score\":1}").score == 1);
    assert_true(good(*state, "{\"ratio\":1e9}").ratio.value == 1e9);
    wrong(*state, "{\"score\":0.49}", "/score", "Expected a number from 0.5 to 1.5, found 0.49.");
    wrong(*state, "{\"score\":-1e99}", "/score", "Expected a number from 0.5 to 1.5, found -1e+99.");
    wrong(*state, "{\"ratio\":0}", "/ratio", "Expected a number of at least 1, found 0.");
    wrong(*state, "{\"score\":\"1\"}", "/score", "Expected a number, found a text.");
}

static void truths_are_true_or_false(void **state)
{
    assert_false(good(*state, "{\"active\":false}").active);
    assert_true(good(*state, "{\"known\":false}").known.is_set);
    wrong(*state, "{\"active\":0}", "/active", "Expected true or false, found a number.");
    wrong(*state, "{\"known\":\"true\"}", "/known", "Expected true or false, found a text.");
}

static void times_are_of_rfc_3339(void **state)
{
    assert_int_equal(good(*state, "{\"at\":\"1970-01-01T00:00:01Z\"}").at, SECONDS(1));
    assert_int_equal(good(*state, "{\"until\":\"1970-01-01T02:00:00+02:00\"}").until.value, 0);
    static const char words[] = "Expected a time as RFC 3339 has it, such as 2026-03-06T15:00:00Z.";
    wrong(*state, "{\"at\":\"2026-03-06\"}", "/at", words);
    wrong(*state, "{\"at\":\"2026-02-30T00:00:00Z\"}", "/at", words);
    wrong(*state, "{\"at\":\"2026-03-06T15:00:00\"}", "/at", words);
    wrong(*state, "{\"until\":\"0000-01-01T00:00:00Z\"}", "/until", words);
    wrong(*state, "{\"at\":1}", "/at", "Expected a text, found a number.");
}

static void any_json_is_kept_compact(void **state)
{
    assert_text(good(*state, "{\"extra\": { \"b\" : [1, 2.5, null], \"a\":\"x\" } }").extra,
                "{\"b\":[1,2.5,null],\"a\":\"x\"}");
    assert_text(good(*state, "{\"extra\":\"x\"}").extra, "\"x\"");
    wrong(*state, "{\"extra\":{\"a\":[\"x\\u0000\"]}}", "/extra", "The character U+0000 is not allowed in texts.");
}

static void lists_of_texts_are_checked_item_by_item(void **state)
{
    everything out = good(*state, "{\"tags\":[\"a\",\"bcd\"],\"hues\":[\"red\"]}");
    assert_int_equal(out.tags.count, 2);
    assert_text(out.tags.items[1], "bcd");
    assert_text(out.hues.items[0], "red");
    assert_int_equal(good(*state, "{\"tags\":[]}").tags.count, 0);
    wrong(*state, "{\"tags\":\"a\"}", "/tags", "Expected a list of texts, found a text.");
    wrong(*state, "{\"tags\":[\"a\",\"b\",\"c\",\"d\"]}", "/tags", "Expected at most 3 items, found 4.");
    wrong(*state, "{\"tags\":[\"a\",\"\"]}", "/tags/1", "This may not be empty.");
    wrong(*state, "{\"tags\":[\"abcd\"]}", "/tags/0", "Expected at most 3 characters, found 4.");
    wrong(*state, "{\"tags\":[null]}", "/tags/0", "Expected a text, found null.");
    wrong(*state, "{\"hues\":[\"red\",\"pink\"]}", "/hues/1", "Expected red, green or blue.");
}

/* ------------------------------------------------------------------ objects in objects */

static void objects_are_decoded_in_place(void **state)
{
    everything out = good(*state, "{\"main-part\":{\"name\":\"leg\",\"weight\":4}}");
    assert_text(out.main_part.name, "leg");
    assert_int_equal(out.main_part.weight, 4);
    wrong(*state, "{\"main-part\":{}}", "/main-part/name", "This is required.");
    wrong(*state, "{\"main-part\":[]}", "/main-part", "Expected an object, found a list.");
    wrong(*state, "{\"main-part\":{\"name\":\"leg\",\"weigth\":4}}", "/main-part/weigth",
          "There is no field of this name; did you mean \"weight\"?");
}

static void lists_of_objects_name_the_item_that_is_wrong(void **state)
{
    everything out = good(*state, "{\"parts\":[{\"name\":\"a\"},{\"name\":\"b\",\"weight\":100}]}");
    const part *parts = out.parts.items;
    assert_int_equal(out.parts.count, 2);
    assert_text(parts[1].name, "b");
    assert_int_equal(parts[1].weight, 100);
    wrong(*state, "{\"parts\":{}}", "/parts", "Expected a list, found an object.");
    wrong(*state, "{\"parts\":[{\"name\":\"a\"},7]}", "/parts/1", "Expected an object, found a number.");
    wrong(*state, "{\"parts\":[null]}", "/parts/0", "Expected an object, found null.");
    wrong(*state, "{\"parts\":[{\"name\":\"a\",\"weight\":101}]}", "/parts/0/weight",
          "Expected a whole number from 0 to 100, found 101.");
    wrong(*state, "{\"parts\":[1,2,3,4,5]}", "/parts", "Expected at most 4 items, found 5.");
}

/* ------------------------------------------------------------------ names */

static void unknown_names_are_refused_with_the_nearest_one(void **state)
{
    wrong(*state, "{\"titel\":\"ab\"}", "/titel", "There is no field of this name; did you mean \"title\"?");
    wrong(*state, "{\"Title\":\"ab\"}", "/Title", "There is no field of this name; did you mean \"title\"?");
    wrong(*state, "{\"zebra crossing\":1}", "/zebra crossing", "There is no field of this name here.");
    wrong(*state, "{\"\":1}", "/", "There is no field of this name here.");
    wrong(*state, "{\"a/b~c\":1}", "/a~1b~0c", "There is no field of this name here.");
}

static void all_errors_come_at_once(void **state)
{
    everything out = { 0 };
    error bad = decode(*state, all_fields, "{\"title\":\"\",\"count\":0,\"parts\":[{}],\"nonsense\":1}", &out);
    assert_int_equal(count_errors(bad), 4);
    assert_told(bad, INVALID, "/parts/0/name", "This is required.");
    assert_told(bad, INVALID, "/nonsense", "There is no field of this name here.");
}

static void what_is_no_object_is_a_bad_request(void **state)
{
    everything out = { 0 };
    assert_told(decode(*state, all_fields, "[]", &out), BAD_REQUEST, "", "Expected a JSON object, found a list.");
    assert_told(decode(*state, all_fields, "null", &out), BAD_REQUEST, "", "Expected a JSON object, found null.");
}

static void a_name_that_comes_twice_cannot_be_read(void **state)
{
    json_t *value;
    error bad = json_read(*state, TEXT("{\"title\":\"ab\",\"title\":\"cd\"}"), &value);
    assert_non_null(bad);
    assert_int_equal(bad->kind, BAD_REQUEST);
    assert_non_null(strstr(bad->message, "duplicate"));
}

/* ------------------------------------------------------------------ much that is wrong */

/* A body of many wrong names or items is told about only in part, and costs no more than reading it did. */
static void repeated(arena *a, const char *before, const char *format, size_t times, const char *after)
{
    enum { MEMORY_IN_REASON = 64 * 1024 * 1024 };
    text_builder b = text_builder_in(a);
    text_add_string(&b, before);
    for (size_t i = 0; i < times; i++) {
        if (i) text_add_char(&b, ',');
        text_add_format(&b, "\"%s%zu\"%s", "titl", i, format);
    }
    text_add_string(&b, after);
    json_t *value = json_of(a, text_built(&b));
    arena *own = arena_new();
    everything out = { 0 };
    instant started = clock_monotonic();
    assert_int_equal(count_errors(fields_decode(own, all_fields, value, &out)), MOST_ERRORS_TOLD);
    assert_true(clock_monotonic() - started < SECONDS(2));
    assert_true(arena_bytes(own) < MEMORY_IN_REASON);
    arena_drop(own);
}

static void many_errors_are_told_in_part_and_cost_little(void **state)
{
    repeated(*state, "{", ":1", 100000, "}");
    repeated(*state, "{\"hues\":[", "", 100000, "]}");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_arena, drop_arena)
    const struct CMUnitTest tests[] = {
        TEST(what_is_left_out_is_empty_or_its_default),
        TEST(null_is_the_same_as_left_out),
        TEST(what_is_required_must_be_there),
        TEST(texts_have_a_length_in_code_points),
        TEST(control_characters_are_refused),
        TEST(addresses_are_plausible_and_lower_case),
        TEST(secrets_are_texts_with_bounds),
        TEST(names_are_one_of_a_list),
        TEST(ids_are_uuids),
        TEST(whole_numbers_have_bounds),
        TEST(numbers_have_bounds),
        TEST(truths_are_true_or_false),
        TEST(times_are_of_rfc_3339),
        TEST(any_json_is_kept_compact),
        TEST(lists_of_texts_are_checked_item_by_item),
        TEST(objects_are_decoded_in_place),
        TEST(lists_of_objects_name_the_item_that_is_wrong),
        TEST(unknown_names_are_refused_with_the_nearest_one),
        TEST(all_errors_come_at_once),
        TEST(what_is_no_object_is_a_bad_request),
        TEST(a_name_that_comes_twice_cannot_be_read),
        TEST(many_errors_are_told_in_part_and_cost_little),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
