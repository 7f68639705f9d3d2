#include "base/json.h"
#include "base/redact.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void number_is(double value, const char *expected)
{
    char out[32];
    size_t length = json_number_format(value, out);
    assert_int_equal(length, strlen(expected));
    assert_memory_equal(out, expected, length);
}

/* The table of RFC 8785, appendix B, and the borders of ECMAScript's forms. */
static void numbers_are_written_as_ecmascript_writes_them(void **state)
{
    (void)state;
    number_is(0, "0");
    number_is(-0.0, "0");
    number_is(5e-324, "5e-324");
    number_is(-5e-324, "-5e-324");
    number_is(1.7976931348623157e308, "1.7976931348623157e+308");
    number_is(9007199254740992, "9007199254740992");
    number_is(295147905179352830000.0, "295147905179352830000");
    number_is(9.999999999999997e22, "9.999999999999997e+22");
    number_is(1e23, "1e+23");
    number_is(1e21, "1e+21");
    number_is(1e20, "100000000000000000000");
    number_is(333333333.33333329, "333333333.3333333");
    number_is(0.000001, "0.000001");
    number_is(1e-7, "1e-7");
    number_is(-0.0000033333333333333333, "-0.0000033333333333333333");
    number_is(4.5, "4.5");
}

static void integers_are_written_whole(void **state)
{
    (void)state;
    arena *a = arena_new();
    json_writer w = json_writer_in(a);
    json_open(&w, '[');
    json_write_integer(&w, 0);
    json_write_integer(&w, -1);
    json_write_integer(&w, 1234567890123);
    json_write_integer(&w, INT64_MIN);
    json_write_integer(&w, INT64_MAX);
    json_close(&w, ']');
    assert_string_equal(json_written(&w).data, "[0,-1,1234567890123,-9223372036854775808,9223372036854775807]");
    arena_drop(a);
}

static void canonical_is(const char *given, const char *expected)
{
    arena *a = arena_new();
    text out;
    error bad = json_canonical_text(a, text_of(given), &out);
    assert_null(bad);
    assert_string_equal(text_string(a, out), expected);
    arena_drop(a);
}

/* RFC 8785, sections 3.2.2 and 3.2.3. */
static void the_samples_of_rfc_8785_come_out_as_it_says(void **state)
{
    (void)state;
    canonical_is(
        "{\"numbers\":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"
        "\"string\":\"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\",\"literals\":[null,true,false]}",
        "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],"
        "\"string\":\"\xE2\x82\xAC$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
    canonical_is("{\"\\u20ac\":1,\"\\r\":2,\"\\ufb33\":3,\"1\":4,\"\\ud83d\\ude00\":5,\"\\u0080\":6,\"\\u00f6\":7}",
                 "{\"\\r\":2,\"1\":4,\"\xC2\x80\":6,\"\xC3\xB6\":7,\"\xE2\x82\xAC\":1,\"\xF0\x9F\x98\x80\":5,"
                 "\"\xEF\xAC\xB3\":3}");
}

static void refused(const char *given, const char *words)
{
    arena *a = arena_new();
    json_t *value;
    error bad = json_read(a, text_of(given), &value);
    assert_non_null(bad);
    assert_int_equal(bad->kind, BAD_REQUEST);
    assert_non_null(strstr(bad->message, words));
    arena_drop(a);
}

static void what_is_no_sound_json_is_refused(void **state)
{
    (void)state;
    refused("{\"a\":1,\"a\":2}", "duplicate");
    refused("{\"a\":", "line 1");
    refused("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]", "32 levels");
    refused("\"\xff\"", "UTF-8");
    refused("NaN", "line 1");
}

static void redacted(const char *given, const char *expected)
{
    arena *a = arena_new();
    assert_string_equal(text_string(a, redact(a, text_of(given))), expected);
    arena_drop(a);
}

static void secrets_and_personal_data_are_taken_out_of_a_text(void **state)
{
    (void)state;
    redacted("from ada.l@example.co.za today", "from [email] today");
    redacted("call +27 82 123 4567 now", "call [phone] now");
    redacted("call 0821234567", "call [phone]");
    redacted("id 8001015009087.", "id [id].");
    redacted("card 4111 1111 1111 1111!", "card [card]!");
    redacted("Authorization: Bearer abcdefgh12345678", "Authorization: [token]");
    redacted("eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", "[token]");
    redacted("postgresql://aic:hunter2@db/aic", "postgresql://[password]@db/aic");
    redacted("row 12345 of 6172, 2026-11-23T16:03:13Z", "row 12345 of 6172, 2026-11-23T16:03:13Z");
    redacted("id 8001015009088 and card 4111 1111 1111 1112", "id 8001015009088 and card 4111 1111 1111 1112");
    redacted("018f0000-0000-7000-8000-000000000001", "018f0000-0000-7000-8000-000000000001");
}

/* The canonical form of a double may be digits without a point that no 64-bit integer holds. */
static void what_the_canonical_form_writes_can_be_read_again(void **state)
{
    (void)state;
    static const char *const documents[] = { "[1e20]", "[-1e20]", "[123456789012345678901234567890]",
                                             "[9223372036854775808,5]" };
    arena *a = arena_new();
    for (size_t i = 0; i < sizeof documents / sizeof *documents; i++) {
        text once, twice;
        assert_null(json_canonical_text(a, text_of(documents[i]), &once));
        assert_null(json_canonical_text(a, once, &twice));
        assert_string_equal(once.data, twice.data);
    }
    json_t *value;
    assert_non_null(json_read(a, TEXT("[1e999]"), &value));
    arena_drop(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_written_as_ecmascript_writes_them),
        cmocka_unit_test(integers_are_written_whole),
        cmocka_unit_test(the_samples_of_rfc_8785_come_out_as_it_says),
        cmocka_unit_test(what_is_no_sound_json_is_refused),
        cmocka_unit_test(what_the_canonical_form_writes_can_be_read_again),
        cmocka_unit_test(secrets_and_personal_data_are_taken_out_of_a_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
