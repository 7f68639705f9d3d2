/* Problem documents of RFC 9457: one for every kind of error and every status that is the server's own. */
#include "http/server/problem.h"
#include "http/tests/asserts.h"

/* (fail) is the one of base/error.h; cmocka has a macro of that name. */

static json_t *document_of(arena *a, error e)
{
    return json_of(a, problem_document(a, e, TEXT("request-1")));
}

static const char *member(const json_t *document, const char *name)
{
    return string_of(json_text_of(json_at(document, name)));
}

static void every_kind_has_its_status_and_words(void **state)
{
    static const struct {
        error_kind kind;
        int status;
        const char *type, *title;
    } kinds[] = {
        { BAD_REQUEST, 400, "bad_request", "Bad request" },
        { UNAUTHENTICATED, 401, "unauthenticated", "Not signed in" },
        { FORBIDDEN, 403, "forbidden", "Not allowed for you" },
        { STEP_UP_REQUIRED, 403, "step_up_required", "Show that it is you" },
        { NOT_FOUND, 404, "not_found", "Not found" },
        { NOT_ALLOWED, 405, "not_allowed", "Method not allowed" },
        { CONFLICT, 409, "conflict", "Conflict" },
        { GONE, 410, "gone", "Gone" },
        { STALE, 412, "stale", "Changed meanwhile" },
        { TOO_LARGE, 413, "too_large", "Too large" },
        { UNSUPPORTED_MEDIA, 415, "unsupported_media", "Unsupported media type" },
        { INVALID, 422, "invalid", "Invalid" },
        { LOCKED, 423, "locked", "Locked" },
        { TOO_MANY, 429, "too_many", "Too many requests" },
        { INTERNAL, 500, "internal", "Internal error" },
        { UNAVAILABLE, 503, "unavailable", "Unavailable" },
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        assert_int_equal(problem_status(kinds[i].kind), kinds[i].status);
        json_t *document = document_of(*state, (fail)(*state, kinds[i].kind, "", "Something is wrong."));
        assert_int_equal(json_integer_value(json_at(document, "status")), kinds[i].status);
        assert_string_equal(member(document, "type"), text_format(*state, "/docs/api#problem-%s", kinds[i].type).data);
        assert_string_equal(member(document, "title"), kinds[i].title);
        assert_string_equal(member(document, "request_id"), "request-1");
        assert_int_equal(json_array_size(json_at(document, "errors")), 0);
        /* The words of an internal error are for the log. */
        if (kinds[i].kind == INTERNAL)
            assert_null(strstr(member(document, "detail"), "Something is wrong."));
        else
            assert_string_equal(member(document, "detail"), "Something is wrong.");
    }
}

static void one_field_is_named_in_errors(void **state)
{
    json_t *document = document_of(*state, (fail)(*state, INVALID, "/name", "This is required."));
    assert_string_equal(member(document, "detail"), "This is required.");
    const json_t *errors = json_at(document, "errors");
    assert_int_equal(json_array_size(errors), 1);
    assert_string_equal(member(json_array_get(errors, 0), "pointer"), "/name");
    assert_string_equal(member(json_array_get(errors, 0), "detail"), "This is required.");
}

static void many_errors_are_counted_and_listed_in_order(void **state)
{
    error all = error_also(*state, (fail)(*state, INVALID, "/a", "First."), (fail)(*state, INVALID, "", "Second."));
    all = error_also(*state, all, (fail)(*state, INVALID, "/c/0", "Third."));
    json_t *document = document_of(*state, all);
    assert_string_equal(member(document, "detail"), "3 things need to be put right; see errors.");
    const json_t *errors = json_at(document, "errors");
    assert_int_equal(json_array_size(errors), 3);
    assert_string_equal(member(json_array_get(errors, 1), "pointer"), "");
    assert_string_equal(member(json_array_get(errors, 2), "pointer"), "/c/0");
}

static void an_internal_error_tells_nothing_of_the_inside(void **state)
{
    text written = problem_document(*state, (fail)(*state, INTERNAL, "/secret", "password=hunter2"), TEXT("r"));
    assert_null(strstr(text_string(*state, written), "hunter2"));
    assert_null(strstr(text_string(*state, written), "/secret"));
}

static void the_words_are_escaped(void **state)
{
    json_t *document = document_of(*state, (fail)(*state, INVALID, "/a\"b", "Found \"x\"\n\x01."));
    assert_string_equal(member(document, "detail"), "Found \"x\"\n\x01.");
    assert_string_equal(member(json_array_get(json_at(document, "errors"), 0), "pointer"), "/a\"b");
}

/* A header of any bytes may be quoted in a message; the document is UTF-8 all the same. */
static void bytes_that_are_no_text_do_not_break_the_document(void **state)
{
    document_of(*state, (fail)(*state, UNSUPPORTED_MEDIA, "", "Found text/\xFFplain."));
    document_of(*state, (fail)(*state, INVALID, "/\xC3", "Found \xC3."));
    json_of(*state, problem_of_status(*state, 405, "This address does not take \xE9.", TEXT("r")));
}

static void a_status_of_the_servers_own_has_its_words(void **state)
{
    json_t *document = json_of(*state, problem_of_status(*state, HTTP_URI_TOO_LONG, "Too long.", TEXT("r")));
    assert_string_equal(member(document, "title"), "Address too long");
    assert_string_equal(member(document, "detail"), "Too long.");
    assert_int_equal(json_integer_value(json_at(document, "status")), 414);
    assert_int_equal(status_words_of(HTTP_TIMEOUT)->status, 408);
    assert_int_equal(status_words_of(HTTP_HEADERS_TOO_LARGE)->status, 431);
    assert_int_equal(status_words_of(299)->status, 500);
}

static void who_must_wait_is_told_how_long(void **state)
{
    assert_int_equal(problem_retry_after(fail_later(*state, LOCKED, 60, "Wait.")), 60);
    assert_int_equal(problem_retry_after((fail)(*state, UNAVAILABLE, "", "Busy.")), 2);
    assert_int_equal(problem_retry_after((fail)(*state, TOO_MANY, "", "Slower.")), 2);
    assert_int_equal(problem_retry_after((fail)(*state, INVALID, "", "Wrong.")), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_arena, drop_arena)
    const struct CMUnitTest tests[] = {
        TEST(every_kind_has_its_status_and_words),
        TEST(one_field_is_named_in_errors),
        TEST(many_errors_are_counted_and_listed_in_order),
        TEST(an_internal_error_tells_nothing_of_the_inside),
        TEST(the_words_are_escaped),
        TEST(bytes_that_are_no_text_do_not_break_the_document),
        TEST(a_status_of_the_servers_own_has_its_words),
        TEST(who_must_wait_is_told_how_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
