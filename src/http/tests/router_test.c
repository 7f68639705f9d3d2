/* The router: which row a path and method find, and what their placeholders hold. */
#include "http/routes/router.h"
#include "http/tests/asserts.h"

static error nothing(request *rq, const void *body, void *reply)
{
    (void)rq, (void)body, (void)reply;
    return OK;
}

#define ROW(verb, where)                                                                                               \
    {                                                                                                                  \
        .method = (verb), .path = (where), .handle = nothing                                                           \
    }

static const route first_table[] = {
    ROW(GET, "/systems"),
    ROW(POST, "/systems"),
    ROW(GET, "/systems/{id}"),
    ROW(PATCH, "/systems/{id}"),
    ROW(GET, "/systems/mine"),
    ROW(GET, "/systems/{id}/parts/{part}"),
    ROW(GET, "/systems/mine/{deep}/only"),
    ROUTES_END,
};
static const route second_table[] = {
    ROW(GET, "/badges/{number}.svg"),
    ROW(GET, "/badges/{number}.min.svg"),
    ROW(GET, "/badges/{name}"),
    ROW(GET, "/files/{rest*}"),
    ROW(DELETE_, "/files/{name}"),
    { .method = GET, .path = "/healthz", .at_root = true, .handle = nothing },
    { .method = GET, .path = "/", .at_root = true, .handle = nothing },
    ROW(GET, "/deep/{a}/{b}/{c}/{d}/{e}/{f}/{g}/{h}"),
    ROUTES_END,
};
static const route *const first_group[] = { first_table, NULL };
static const route *const second_group[] = { second_table, NULL };
static const route *const *const groups[] = { first_group, second_group, NULL };

/* The path of the row found, "" when there is no such path, "405" when it takes another method. */
static const char *found_in(arena *a, http_method method, const char *path, route_match *m)
{
    const router *r = router_new(a, groups);
    *m = router_find(r, a, text_of(path));
    if (!m->methods) return "";
    const route *row = m->methods[method].row;
    if (!row) return "405";
    assert_ptr_equal(router_row(r, m->methods[method].number), row);
    route_match_name(m, row);
    return row->path;
}

static void finds(arena *a, http_method method, const char *path, const char *expected)
{
    route_match m;
    assert_string_equal(found_in(a, method, path, &m), expected);
}

static void a_path_finds_its_row_by_method(void **state)
{
    finds(*state, GET, "/api/v1/systems", "/systems");
    finds(*state, POST, "/api/v1/systems", "/systems");
    finds(*state, GET, "/healthz", "/healthz");
    finds(*state, GET, "/", "/");
    finds(*state, DELETE_, "/api/v1/files/x", "/files/{name}");
    assert_int_equal(router_count(router_new(*state, groups)), 15);
}

static void a_path_that_takes_another_method_is_known_and_says_which(void **state)
{
    route_match m;
    finds(*state, DELETE_, "/api/v1/systems", "405");
    found_in(*state, PUT, "/api/v1/systems/7", &m);
    assert_non_null(m.methods[GET].row);
    assert_non_null(m.methods[PATCH].row);
    assert_null(m.methods[POST].row);
    assert_null(m.methods[PUT].row);
}

/* The nearest path decides, whatever its methods; it is not left for a wider one that would take the method. */
static void the_nearest_path_decides_before_the_method(void **state)
{
    finds(*state, GET, "/api/v1/files/x", "405");
    finds(*state, GET, "/api/v1/files/x/y", "/files/{rest*}");
}

static void what_is_nowhere_is_not_found(void **state)
{
    static const char *const nowhere[] = { "",
                                           "*",
                                           "systems",
                                           "/systems",
                                           "/api/v1",
                                           "/api/v1/",
                                           "/api/v1/systems/",
                                           "/api/v1/systems//",
                                           "/api/v1//systems",
                                           "//api/v1/systems",
                                           "/api/v1/Systems",
                                           "/api/v1/system",
                                           "/api/v1/systemsx",
                                           "/api/v1/systems/7/parts",
                                           "/api/v1/systems/7/parts/",
                                           "/api/v1/systems/7/parts/1/2",
                                           "/api/v1/files",
                                           "/api/v1/files/",
                                           "/api/v1/../v1/systems",
                                           "/healthz/",
                                           "/api/v1/systems?x=1" };
    for (size_t i = 0; i < sizeof nowhere / sizeof *nowhere; i++) finds(*state, GET, nowhere[i], "");
}

static void a_literal_goes_before_a_placeholder(void **state)
{
    finds(*state, GET, "/api/v1/systems/mine", "/systems/mine");
    finds(*state, GET, "/api/v1/systems/mines", "/systems/{id}");
    finds(*state, GET, "/api/v1/systems/{id}", "/systems/{id}");
}

/* "mine" fits the literal, but what follows does not: the search goes back and takes it as an id. */
static void the_search_goes_back_when_the_rest_does_not_fit(void **state)
{
    route_match m;
    assert_string_equal(found_in(*state, GET, "/api/v1/systems/mine/parts/3", &m), "/systems/{id}/parts/{part}");
    assert_int_equal(m.count, 2);
    assert_text(m.values[0].name, "id");
    assert_text(m.values[0].value, "mine");
    assert_text(m.values[1].name, "part");
    assert_text(m.values[1].value, "3");
    finds(*state, GET, "/api/v1/systems/mine/parts/only", "/systems/mine/{deep}/only");
}

static void placeholders_with_a_suffix_leave_it_out(void **state)
{
    route_match m;
    assert_string_equal(found_in(*state, GET, "/api/v1/badges/12.svg", &m), "/badges/{number}.svg");
    assert_text(m.values[0].name, "number");
    assert_text(m.values[0].value, "12");
    assert_string_equal(found_in(*state, GET, "/api/v1/badges/.svg", &m), "/badges/{name}");
    assert_text(m.values[0].value, ".svg");
    finds(*state, GET, "/api/v1/badges/12.png", "/badges/{name}");
}

static void a_rest_takes_all_that_is_left(void **state)
{
    route_match m;
    assert_string_equal(found_in(*state, GET, "/api/v1/files/a/b%2Fc/d", &m), "/files/{rest*}");
    assert_text(m.values[0].name, "rest");
    assert_text(m.values[0].value, "a/b/c/d");
}

static void value_is(arena *a, const char *sent, const char *expected)
{
    route_match m;
    const char *path = text_format(a, "/api/v1/systems/%s", sent).data;
    assert_string_equal(found_in(a, GET, path, &m), "/systems/{id}");
    assert_text(m.values[0].value, expected);
}

static void values_are_percent_decoded_once(void **state)
{
    value_is(*state, "a%20b", "a b");
    value_is(*state, "a+b", "a+b"); /* a space only in a query */
    value_is(*state, "%41%4a%4A", "AJJ");
    value_is(*state, "%2541", "%41");
    value_is(*state, "a%2Fb", "a/b");
    value_is(*state, "Zo%C3%AB", "Zo\xC3\xAB");
}

static void broken_escapes_find_nothing(void **state)
{
    static const char *const broken[] = { "%", "%4", "%zz", "a%4", "%4x", "%C3", "%FF", "%C0%80", "%ED%A0%80" };
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++)
        finds(*state, GET, text_format(*state, "/api/v1/systems/%s", broken[i]).data, "");
}

static void escapes_in_fixed_segments_do_not_pass_for_letters(void **state)
{
    finds(*state, GET, "/api/v1/s%79stems", "");
    finds(*state, GET, "/api%2Fv1/systems", "");
}

static void long_paths_are_searched_without_harm(void **state)
{
    arena *a = *state;
    text_builder wide = text_builder_in(a), deep = text_builder_in(a);
    text_add_string(&wide, "/api/v1/systems/");
    for (int i = 0; i < 100000; i++) text_add_char(&wide, 'x');
    finds(a, GET, text_built(&wide).data, "/systems/{id}");
    for (int i = 0; i < 50000; i++) text_add_string(&deep, "/a");
    finds(a, GET, text_built(&deep).data, "");
    text_builder rest = text_builder_in(a);
    text_add_string(&rest, "/api/v1/files");
    text_add(&rest, text_built(&deep));
    finds(a, GET, text_built(&rest).data, "/files/{rest*}");
}

static void as_many_values_fit_as_a_path_may_have(void **state)
{
    route_match m;
    assert_string_equal(found_in(*state, GET, "/api/v1/deep/1/2/3/4/5/6/7/8", &m), second_table[7].path);
    assert_int_equal(m.count, MOST_PATH_VALUES);
    assert_text(m.values[7].name, "h");
    assert_text(m.values[7].value, "8");
}

static void placeholders_are_read_one_by_one(void **state)
{
    (void)state;
    size_t at = 0;
    text name;
    bool is_rest;
    assert_true(path_placeholder("/a/{id}/{rest*}", &at, &name, &is_rest));
    assert_text(name, "id");
    assert_false(is_rest);
    assert_true(path_placeholder("/a/{id}/{rest*}", &at, &name, &is_rest));
    assert_text(name, "rest");
    assert_true(is_rest);
    assert_false(path_placeholder("/a/{id}/{rest*}", &at, &name, &is_rest));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_arena, drop_arena)
    const struct CMUnitTest tests[] = {
        TEST(a_path_finds_its_row_by_method),
        TEST(a_path_that_takes_another_method_is_known_and_says_which),
        TEST(the_nearest_path_decides_before_the_method),
        TEST(what_is_nowhere_is_not_found),
        TEST(a_literal_goes_before_a_placeholder),
        TEST(the_search_goes_back_when_the_rest_does_not_fit),
        TEST(placeholders_with_a_suffix_leave_it_out),
        TEST(a_rest_takes_all_that_is_left),
        TEST(values_are_percent_decoded_once),
        TEST(broken_escapes_find_nothing),
        TEST(escapes_in_fixed_segments_do_not_pass_for_letters),
        TEST(long_paths_are_searched_without_harm),
        TEST(as_many_values_fit_as_a_path_may_have),
        TEST(placeholders_are_read_one_by_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
