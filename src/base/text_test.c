#include "base/config.h"
#include "base/uuid.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void an_arena_gives_zeroed_aligned_memory_and_releases_in_reverse(void **state)
{
    (void)state;
    arena *a = arena_new();
    for (size_t size = 0; size < 300000; size = size * 3 + 1) {
        unsigned char *memory = arena_alloc(a, size);
        assert_int_equal((uintptr_t)memory % 16, 0);
        for (size_t i = 0; i < size; i++) assert_int_equal(memory[i], 0);
        if (size) memset(memory, 0xff, size);
    }
    arena_drop(a);
}

static void numbers_are_read_whole_or_not_at_all(void **state)
{
    (void)state;
    double number;
    int64_t integer;
    assert_true(text_number(TEXT("-1.5e3"), &number));
    assert_float_equal(number, -1500, 0);
    assert_false(text_number(TEXT("nan"), &number));
    assert_false(text_number(TEXT("0x10"), &number));
    assert_false(text_number(TEXT("1e999"), &number));
    assert_false(text_number(TEXT("1 "), &number));
    assert_true(text_integer(TEXT("-9223372036854775808"), &integer));
    assert_true(integer == INT64_MIN);
    assert_false(text_integer(TEXT("9223372036854775808"), &integer));
    assert_false(text_integer(TEXT("-"), &integer));
}

static void utf8_is_what_unicode_says(void **state)
{
    (void)state;
    assert_true(text_valid_utf8(TEXT("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80")));
    assert_false(text_valid_utf8(TEXT("\xC0\xAF")));         /* overlong */
    assert_false(text_valid_utf8(TEXT("\xED\xA0\x80")));     /* surrogate */
    assert_false(text_valid_utf8(TEXT("\xF4\x90\x80\x80"))); /* beyond U+10FFFF */
    assert_false(text_valid_utf8(TEXT("abcdefgh\xE2\x82")));
}

static void times_are_written_and_read_back(void **state)
{
    (void)state;
    arena *a = arena_new();
    instant t;
    assert_true(instant_parse(TEXT("2026-03-06T17:00:00.25+02:00"), &t));
    assert_string_equal(instant_format(a, t).data, "2026-03-06T15:00:00.250000Z");
    assert_string_equal(instant_format(a, -1).data, "1969-12-31T23:59:59.999999Z");
    assert_false(instant_parse(TEXT("2026-02-30T00:00:00Z"), &t));
    assert_false(instant_parse(TEXT("2026-02-03"), &t));
    assert_false(instant_parse(TEXT("2026-02-03T25:00:00Z"), &t));
    arena_drop(a);
}

static void new_ids_are_of_version_7_and_follow_the_clock(void **state)
{
    (void)state;
    arena *a = arena_new();
    clock_source first = clock_at(SECONDS(1700000000)), second = clock_at(SECONDS(1700000001));
    uuid one = uuid_v7(&first), two = uuid_v7(&second), back;
    assert_true(memcmp(one.bytes, two.bytes, 16) < 0);
    assert_int_equal(one.bytes[6] >> 4, 7);
    assert_int_equal(one.bytes[8] >> 6, 2);
    assert_int_equal(uuid_v4().bytes[6] >> 4, 4);
    assert_true(uuid_parse(uuid_format(a, one), &back));
    assert_true(uuid_equal(one, back));
    assert_false(uuid_parse(TEXT("018f0000-0000-7000-8000-00000000000g"), &back));
    arena_drop(a);
}

static void a_wrong_setting_is_named_with_what_is_expected(void **state)
{
    (void)state;
    static const char *const choices[] = { "on", "off", NULL };
    static const setting settings[] = {
        { .name = "N", .kind = SETTING_INTEGER, .standard = "3", .least = 1, .most = 9 },
        { .name = "C", .kind = SETTING_CHOICE, .choices = choices, .standard = "on" },
        { .name = "S", .kind = SETTING_INTEGER, .secret = true, .least = 1, .most = 9 },
        { .name = NULL }
    };
    static const char *const wrong[] = { "N=ten", "C=maybe", "S=hunter2", NULL }, *const right[] = { "N=7", NULL };
    arena *a = arena_new();
    const config *c;
    error bad = config_read(a, settings, wrong, &c);
    assert_string_equal(bad->message, "N: expected a whole number from 1 to 9, found \"ten\".");
    assert_non_null(strstr(bad->also->message, "one of on, off"));
    assert_null(strstr(bad->also->also->message, "hunter2"));
    assert_null(config_read(a, settings, right, &c));
    assert_int_equal(config_integer(c, "N"), 7);
    assert_true(text_equal_string(config_text(c, "C"), "on"));
    arena_drop(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_arena_gives_zeroed_aligned_memory_and_releases_in_reverse),
        cmocka_unit_test(numbers_are_read_whole_or_not_at_all),
        cmocka_unit_test(utf8_is_what_unicode_says),
        cmocka_unit_test(times_are_written_and_read_back),
        cmocka_unit_test(new_ids_are_of_version_7_and_follow_the_clock),
        cmocka_unit_test(a_wrong_setting_is_named_with_what_is_expected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
