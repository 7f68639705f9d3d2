/* The checks of route tables: each mistake that the compiler cannot see is refused before the server starts. */
#include "http/fields/fields.h"
#include "http/tests/asserts.h"

static error nothing(request *rq, const void *body, void *reply)
{
    (void)rq, (void)body, (void)reply;
    return OK;
}

typedef struct thing {
    page_query page;
    text name;
    int64_t count;
} thing;

static const field thing_fields[] = { FIELD(thing, name, A_TEXT), FIELD(thing, count, AN_INTEGER), FIELDS_END };
static const field page_fields[] = { PAGE_FIELDS(thing), FIELDS_END };
static const field two_ids[] = { FIELD_AS(thing, name, "id", A_TEXT), FIELD_AS(thing, name, "other", A_TEXT),
                                 FIELDS_END };
static const field one_id[] = { FIELD_AS(thing, name, "id", A_TEXT), FIELDS_END };

static error check(arena *a, const route *row)
{
    route rows[] = { *row, ROUTES_END };
    const route *const tables[] = { rows, NULL };
    return routes_check(a, tables);
}

static route a_good_row(void)
{
    return (route){ .method = GET,
                    .path = "/things/{id}",
                    .summary = "Read a thing",
                    .access = SIGNED_IN,
                    .scope = TENANT,
                    PATH(thing, one_id),
                    REPLY(thing, thing_fields),
                    .handle = nothing };
}

static void refused(arena *a, const route *row, const char *message)
{
    error bad = check(a, row);
    assert_told(bad, INTERNAL, "", message);
}

static void a_good_table_passes(void **state)
{
    route row = a_good_row();
    assert_ok(check(*state, &row));
    row.path = "/things/{id}.svg";
    assert_ok(check(*state, &row));
    row.path = "/things/{id*}";
    assert_ok(check(*state, &row));
    const route *const none[] = { NULL };
    assert_ok(routes_check(*state, none));
}

static void paths_are_checked(void **state)
{
    static const char *const braces[] = { "/things/{id",      "/things/{}",    "/things/{*}",  "/things/x{id}",
                                          "/things/{id}{id}", "/things/{i/d}", "/{id}.{other}" };
    route row = a_good_row();
    for (size_t i = 0; i < sizeof braces / sizeof *braces; i++) {
        row.path = braces[i];
        refused(*state, &row,
                text_format(*state, "GET %s: a placeholder is {name} and begins a segment.", braces[i]).data);
    }
    row.path = "things/{id}";
    refused(*state, &row, "GET things/{id}: the path must begin with a slash.");
    row.path = "/things/{number}";
    refused(*state, &row, "GET /things/{number}: the placeholder {number} has no path field.");
    row.path = "/things/{id*}/more";
    refused(*state, &row, "GET /things/{id*}/more: {id*} must come last.");
    row.path = "/things";
    refused(*state, &row, "GET /things: a path field has no placeholder in the path.");
    row = a_good_row();
    row.path_fields = two_ids;
    refused(*state, &row, "GET /things/{id}: a path field has no placeholder in the path.");
    row.path = "/things/{id}/{id}";
    refused(*state, &row, "GET /things/{id}/{id}: the placeholder {id} is there twice.");
}

static void only_a_session_can_be_asked_to_step_up(void **state)
{
    route row = a_good_row();
    row.step_up = true;
    assert_ok(check(*state, &row));
    row.access = (access_rule){ .kind = ACCESS_UNFINISHED };
    row.scope = (scope_rule)SYSTEM(1, "There is no tenant yet");
    refused(*state, &row, "GET /things/{id}: step_up asks when a session was proven: it needs SIGNED_IN or more.");
}

static void access_and_scope_must_be_said(void **state)
{
    route row = a_good_row();
    row.access = (access_rule){ 0 };
    refused(*state, &row, "GET /things/{id}: who may call it? Say PUBLIC, SIGNED_IN, CAPABILITY ...");
    row.access = (access_rule)CAPABILITY("");
    refused(*state, &row, "GET /things/{id}: CAPABILITY without a name.");
    row = a_good_row();
    row.scope = (scope_rule){ 0 };
    refused(*state, &row, "GET /things/{id}: in which scope? Say TENANT, SYSTEM(reason, why) or NO_SCOPE.");
    row = a_good_row();
    row.access = (access_rule)PUBLIC;
    refused(*state, &row, "GET /things/{id}: a TENANT route cannot be open to those who have no tenant.");
    row.access = (access_rule)WEBHOOK;
    refused(*state, &row, "GET /things/{id}: a TENANT route cannot be open to those who have no tenant.");
    static const scope_rule without_reason[] = { SYSTEM(0, "because"),
                                                 SYSTEM(1, ""),
                                                 { .kind = SCOPE_SYSTEM, .reason = 1 } };
    for (size_t i = 0; i < 3; i++) {
        row.scope = without_reason[i];
        refused(*state, &row,
                "GET /things/{id}: a SYSTEM scope needs its numbered reason and a sentence that says why.");
    }
    row.scope = (scope_rule)SYSTEM(1, "Keys belong to nobody");
    assert_ok(check(*state, &row));
}

static void shapes_are_checked(void **state)
{
    route row = a_good_row();
    row.handle = NULL;
    refused(*state, &row, "GET /things/{id}: no handler.");
    row = a_good_row();
    row.summary = "";
    refused(*state, &row, "GET /things/{id}: no summary.");
    row = a_good_row();
    row.raw_body = true;
    refused(*state, &row, "GET /things/{id}: this method has no body.");
    row = a_good_row();
    row.idempotent = true;
    refused(*state, &row, "GET /things/{id}: only a POST takes an Idempotency-Key.");
    row = a_good_row();
    row.if_match = true;
    refused(*state, &row, "GET /things/{id}: a GET has no use for If-Match.");
    row = a_good_row();
    row.reply_schema = "{}";
    refused(*state, &row, "GET /things/{id}: reply_schema without raw_reply.");
    row = a_good_row();
    row.method = (http_method)99;
    refused(*state, &row, "/things/{id}: an unknown method.");
}

static void lists_need_their_items_and_pages(void **state)
{
    route row = a_good_row();
    row.replies_list = true;
    refused(*state, &row, "GET /things/{id}: a list needs PAGE_FIELDS in its query.");
    row.query_fields = page_fields, row.query_size = sizeof(thing);
    assert_ok(check(*state, &row));
    row.reply_size = 0;
    refused(*state, &row, "GET /things/{id}: a list without the size of its items.");
    row.reply_fields = NULL;
    refused(*state, &row, "GET /things/{id}: a list without the fields of its items.");
}

static void two_routes_of_one_shape_are_refused(void **state)
{
    route rows[] = { a_good_row(), a_good_row(), ROUTES_END };
    const route *const tables[] = { rows, NULL };
    rows[1].path_fields = two_ids;
    rows[1].path = "/things/{other}";
    static const field other_id[] = { FIELD_AS(thing, name, "other", A_TEXT), FIELDS_END };
    rows[1].path_fields = other_id;
    assert_told(routes_check(*state, tables), INTERNAL, "",
                "GET /things/{other}: another route has the same method and path.");
    rows[1].method = DELETE_;
    assert_ok(routes_check(*state, tables));
    rows[1].method = GET;
    rows[1].path = "/things/{other*}";
    assert_ok(routes_check(*state, tables));
}

/* A table that took /metrics would silence the server's own. */
static void a_route_of_the_servers_own_cannot_be_taken(void **state)
{
    route row = a_good_row();
    row.path = "/metrics", row.at_root = true, row.path_fields = NULL;
    refused(*state, &row, "GET /metrics: another route has the same method and path.");
    row.at_root = false;
    assert_ok(check(*state, &row));
}

/* ------------------------------------------------------------------ field tables */

static void field_refused(arena *a, const field *fields, const char *message)
{
    assert_told(fields_check(a, fields, sizeof(thing), "here"), INTERNAL, "", message);
}

static void fields_are_checked(void **state)
{
    static const char *const no_names[] = { NULL };
    const struct {
        field row;
        const char *message;
    } wrong[] = {
        { FIELD(thing, name, .doc = "x"), "here: name has no kind." },
        { FIELD(thing, name, .kind = (field_kind)99), "here: name has no kind." },
        { { .name = "far", .offset = sizeof(thing) - 8, A_TEXT },
          "here: far lies outside of its struct; is the type of the table right?" },
        { FIELD(thing, name, ONE_OF(NULL)), "here: name has no names to choose from." },
        { FIELD(thing, name, ONE_OF(no_names)), "here: name has no names to choose from." },
        { FIELD(thing, count, AN_INTEGER, MIN(5), MAX(4)), "here: the bounds of count are the wrong way round." },
        { FIELD(thing, count, AN_INTEGER, REQUIRED, STANDARD("5")), "here: count is required and has a default." },
        { FIELD(thing, count, AN_INTEGER, STANDARD("x")),
          "here: the default of count does not fit: Expected a whole number." },
        { FIELD(thing, count, AN_INTEGER, MIN(1), MAX(3), STANDARD("9")),
          "here: the default of count does not fit: Expected a whole number from 1 to 3, found 9." },
        { FIELD(thing, name, TEXTS, STANDARD("x")), "here: name cannot have a default." },
        { FIELD(thing, name, .kind = FIELD_OBJECT), "here, name: no fields." },
        { FIELD(thing, name, .kind = FIELD_LIST, .item_size = 8), "here, name: no fields." },
        { FIELD(thing, name, .kind = FIELD_LIST, .fields = thing_fields), "here, name: no item size." },
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const field rows[] = { wrong[i].row, FIELDS_END };
        field_refused(*state, rows, wrong[i].message);
    }
    static const field twice[] = { FIELD(thing, name, A_TEXT), FIELD_AS(thing, count, "name", AN_INTEGER), FIELDS_END };
    field_refused(*state, twice, "here: name is there twice.");
    assert_ok(fields_check(*state, thing_fields, sizeof(thing), "here"));
}

static void fields_inside_are_checked_against_their_room(void **state)
{
    static const field too_wide[] = { FIELD_AS(thing, count, "wide", AN_INTEGER), FIELDS_END };
    static const field object[] = { FIELD_AS(thing, count, "box", OBJECT_OF(too_wide)), FIELDS_END };
    field_refused(*state, object, "here, box: wide lies outside of its struct; is the type of the table right?");
    static const field list[] = {
        FIELD_AS(thing, page, "items", .kind = FIELD_LIST, .fields = too_wide, .item_size = 8), FIELDS_END
    };
    field_refused(*state, list, "here, items: wide lies outside of its struct; is the type of the table right?");
}

static void a_table_of_a_route_is_named_in_its_mistake(void **state)
{
    static const field outside[] = { { .name = "far", .offset = 4096, A_TEXT }, FIELDS_END };
    static const field object[] = { FIELD_AS(thing, name, "box", OBJECT_OF(thing_fields)), FIELDS_END };
    route row = a_good_row();
    row.reply_fields = outside;
    refused(*state, &row, "GET /things/{id}, reply: far lies outside of its struct; is the type of the table right?");
    row = a_good_row();
    row.query_fields = object, row.query_size = sizeof(thing) + sizeof(thing);
    refused(*state, &row, "GET /things/{id}: the query field box cannot be an object or a list of them.");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_arena, drop_arena)
    const struct CMUnitTest tests[] = {
        TEST(a_good_table_passes),
        TEST(paths_are_checked),
        TEST(only_a_session_can_be_asked_to_step_up),
        TEST(access_and_scope_must_be_said),
        TEST(shapes_are_checked),
        TEST(lists_need_their_items_and_pages),
        TEST(two_routes_of_one_shape_are_refused),
        TEST(a_route_of_the_servers_own_cannot_be_taken),
        TEST(fields_are_checked),
        TEST(fields_inside_are_checked_against_their_room),
        TEST(a_table_of_a_route_is_named_in_its_mistake),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
