/* The printed document: valid JSON, every route in it, every reference to something that is there, and what it says of
 * a field is what the decoder does. */
#include "http/routes/openapi.h"
#include "http/tests/asserts.h"

#include <stdio.h>

static error nothing(request *rq, const void *body, void *reply)
{
    (void)rq, (void)body, (void)reply;
    return OK;
}

static const char *const sizes[] = { "small", "large", NULL };

typedef struct box {
    id_path at;
    page_query page;
    text name, size, secret, any;
    maybe_integer count;
    double weight;
    text_list tags;
    item_list parts;
} box;

static const field box_fields[] = {
    FIELD(box, name, A_TEXT, REQUIRED, MIN(1), MAX(20), .doc = "Its \"name\"", .example = "Umoja"),
    FIELD(box, size, ONE_OF(sizes), STANDARD("small")),
    FIELD(box, secret, A_SECRET, MIN(8)),
    FIELD(box, any, ANY_JSON),
    FIELD(box, count, MAYBE_INTEGER, MIN(0), MAX(9)),
    FIELD(box, weight, A_NUMBER),
    FIELD(box, tags, TEXTS, .names = sizes, .most_items = 4),
    FIELDS_END,
};
static const field list_fields[] = { PAGE_FIELDS(box), FIELD(box, size, ONE_OF(sizes)), FIELDS_END };
static const char *const media[] = { "application/json", "text/csv", NULL };

static const route box_routes[] = {
    { GET, "/boxes", "List boxes", SIGNED_IN, TENANT, QUERY(box, list_fields), LIST_REPLY(box_fields, box),
      .handle = nothing },
    { POST, "/boxes", "Make a box", CAPABILITY("make"), TENANT, BODY(box, box_fields), REPLY(box, box_fields),
      .status = 201, .idempotent = true, .rate = RATE_WRITE, .handle = nothing },
    { PATCH, "/boxes/{id}", "Change a box", SIGNED_IN, TENANT, PATH(id_path, id_path_fields), BODY(box, box_fields),
      REPLY(box, box_fields), .if_match = true, .handle = nothing },
    { DELETE_, "/boxes/{id}", "Throw a box away", SIGNED_IN, TENANT, PATH(id_path, id_path_fields), .handle = nothing },
    ROUTES_END,
};
static const route raw_routes[] = {
    { POST, "/loads", "Load", PUBLIC, NO_SCOPE, .raw_body = true, .media = media, .raw_reply = "application/json",
      .reply_schema = "{\"type\":\"object\"}", .handle = nothing,
      .body_schema = "{\"type\":\"object\",\"required\":[\"rows\"]}" },
    { GET, "/loads/{id*}", "Read a file <of> a load", PUBLIC, NO_SCOPE, PATH(id_path, id_path_fields),
      .raw_reply = "text/plain", .handle = nothing, .at_root = true, .tag = "files" },
    ROUTES_END,
};
static const route *const tables[] = { box_routes, raw_routes, NULL };

static json_t *printed(arena *a)
{
    const http_options options = { .routes = tables, .version = "1.2.3" };
    assert_ok(routes_check(a, tables));
    return json_of(a, openapi_document(a, &options));
}

static const char *said(const json_t *from, const char *path)
{
    return string_of(json_text_of(json_at(from, path)));
}

static bool holds(const json_t *list, const char *word)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (json_is_string(json_array_get(list, i)) && !strcmp(json_string_value(json_array_get(list, i)), word))
            return true;
    return false;
}

static void every_route_is_in_it_once(void **state)
{
    json_t *document = printed(*state);
    assert_string_equal(said(document, "openapi"), "3.1.0");
    assert_string_equal(said(document, "info.version"), "1.2.3");
    const json_t *paths = json_at(document, "paths");
    static const char *const expected[][2] = {
        { "/api/v1/boxes", "get" },
        { "/api/v1/boxes", "post" },
        { "/api/v1/boxes/{id}", "patch" },
        { "/api/v1/boxes/{id}", "delete" },
        { "/api/v1/loads", "post" },
        { "/loads/{id}", "get" },
        { "/healthz", "get" },
        { "/metrics", "get" },
        { "/api/v1/openapi.json", "get" },
    };
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        assert_non_null(json_object_get(json_object_get(paths, expected[i][0]), expected[i][1]));
    size_t operations = 0, builtin = 0;
    const char *path;
    json_t *of_path;
    json_object_foreach((json_t *)(uintptr_t)paths, path, of_path) operations += json_object_size(of_path);
    for (size_t t = 0; builtin_tables[t]; t++)
        for (const route *row = builtin_tables[t]; row->path; row++) builtin++;
    assert_int_equal(operations, 6 + builtin);
}

static void every_operation_has_a_name_of_its_own(void **state)
{
    json_t *seen = json_object();
    const char *path, *method;
    json_t *of_path, *operation;
    json_t *paths = json_object_get(printed(*state), "paths");
    json_object_foreach(paths, path, of_path)
    {
        json_object_foreach(of_path, method, operation)
        {
            const char *id = said(operation, "operationId");
            assert_null(json_object_get(seen, id));
            json_object_set_new(seen, id, json_true());
            assert_true(json_object_size(json_object_get(operation, "responses")) > 0);
        }
    }
    json_decref(seen);
}

/* Each "$ref" is "#/a/b/c": the names lead to something in the same document. */
static void check_references(const json_t *root, const json_t *value)
{
    for (size_t i = 0; i < json_array_size(value); i++) check_references(root, json_array_get(value, i));
    const char *name;
    json_t *member;
    if (!json_is_object(value)) return;
    json_object_foreach((json_t *)(uintptr_t)value, name, member)
    {
        check_references(root, member);
        if (strcmp(name, "$ref") != 0) continue;
        char path[128];
        snprintf(path, sizeof path, "%s", json_string_value(member) + 2);
        for (char *c = path; *c; c++)
            if (*c == '/') *c = '.';
        if (!json_at(root, path)) fail_msg("%s leads nowhere", json_string_value(member));
    }
}

static void every_reference_leads_somewhere(void **state)
{
    json_t *document = printed(*state);
    check_references(document, document);
}

static const json_t *post_schema(arena *a)
{
    const json_t *of_path = json_object_get(json_at(printed(a), "paths"), "/api/v1/boxes");
    const json_t *content = json_at(of_path, "post.requestBody.content");
    return json_at(json_object_get(content, "application/json"), "schema");
}

static void a_body_says_what_the_decoder_checks(void **state)
{
    const json_t *schema = post_schema(*state);
    assert_true(json_is_false(json_at(schema, "additionalProperties")));
    assert_int_equal(json_array_size(json_at(schema, "required")), 1);
    assert_true(holds(json_at(schema, "required"), "name"));
    assert_string_equal(said(schema, "properties.name.type"), "string"); /* required: never null */
    assert_int_equal(json_integer_value(json_at(schema, "properties.name.minLength")), 1);
    assert_int_equal(json_integer_value(json_at(schema, "properties.name.maxLength")), 20);
    assert_string_equal(said(schema, "properties.name.description"), "Its \"name\"");
    assert_true(holds(json_at(schema, "properties.size.type"), "null"));
    assert_int_equal(json_array_size(json_at(schema, "properties.size.enum")), 3); /* with null */
    assert_string_equal(said(schema, "properties.size.default"), "small");
    assert_true(json_is_true(json_at(schema, "properties.secret.writeOnly")));
    assert_null(json_at(schema, "properties.any.type"));
    assert_int_equal(json_integer_value(json_at(schema, "properties.count.minimum")), 0);
    assert_int_equal(json_integer_value(json_at(schema, "properties.count.maximum")), 9);
    assert_null(json_at(schema, "properties.weight.minimum"));
    assert_int_equal(json_integer_value(json_at(schema, "properties.tags.maxItems")), 4);
    assert_true(holds(json_at(schema, "properties.tags.items.enum"), "large"));
}

static void a_reply_says_what_the_encoder_writes(void **state)
{
    const json_t *of_path = json_object_get(json_at(printed(*state), "paths"), "/api/v1/boxes");
    const json_t *content = json_at(of_path, "get.responses.200.content");
    assert_non_null(json_object_get(content, "text/csv"));
    const json_t *page = json_at(json_object_get(content, "application/json"), "schema");
    assert_true(holds(json_at(page, "required"), "next_cursor"));
    const json_t *item = json_at(page, "properties.items.items");
    assert_true(holds(json_at(item, "required"), "weight"));
    assert_false(holds(json_at(item, "required"), "secret"));
    assert_true(holds(json_at(item, "properties.weight.type"), "null")); /* NaN */
    assert_string_equal(said(item, "properties.name.type"), "string");
    assert_null(json_at(item, "additionalProperties"));
}

static const json_t *parameter(const json_t *operation, const char *name)
{
    const json_t *all = json_object_get(operation, "parameters");
    for (size_t i = 0; i < json_array_size(all); i++)
        if (!strcmp(json_string_value(json_object_get(json_array_get(all, i), "name")), name))
            return json_array_get(all, i);
    return NULL;
}

static void parameters_are_all_there(void **state)
{
    const json_t *paths = json_at(printed(*state), "paths");
    const json_t *boxes = json_object_get(paths, "/api/v1/boxes"), *one = json_object_get(paths, "/api/v1/boxes/{id}");
    const json_t *limit = parameter(json_object_get(boxes, "get"), "limit");
    assert_string_equal(said(limit, "in"), "query");
    assert_true(json_is_false(json_at(limit, "required")));
    assert_int_equal(json_integer_value(json_at(limit, "schema.default")), 50);
    assert_non_null(parameter(json_object_get(boxes, "post"), "Idempotency-Key"));
    assert_true(json_is_true(json_at(parameter(json_object_get(one, "patch"), "If-Match"), "required")));
    const json_t *id = parameter(json_object_get(one, "delete"), "id");
    assert_string_equal(said(id, "in"), "path");
    assert_true(json_is_true(json_at(id, "required")));
    assert_string_equal(said(id, "schema.format"), "uuid");
}

static void raw_bodies_are_said_by_their_own_schema(void **state)
{
    const json_t *loads = json_object_get(json_at(printed(*state), "paths"), "/api/v1/loads");
    const json_t *content = json_at(loads, "post.requestBody.content");
    assert_true(holds(json_at(json_object_get(content, "application/json"), "schema.required"), "rows"));
    assert_string_equal(said(json_object_get(content, "text/csv"), "schema.type"), "string");
}

static void statuses_fit_the_columns(void **state)
{
    const json_t *paths = json_at(printed(*state), "paths");
    const json_t *boxes = json_object_get(paths, "/api/v1/boxes"), *one = json_object_get(paths, "/api/v1/boxes/{id}");
    assert_non_null(json_at(boxes, "post.responses.201"));
    assert_non_null(json_at(boxes, "post.responses.413"));
    assert_non_null(json_at(boxes, "post.responses.401"));
    assert_null(json_at(boxes, "post.responses.412"));
    assert_non_null(json_at(one, "patch.responses.412"));
    assert_non_null(json_at(one, "delete.responses.204"));
    assert_null(json_at(one, "delete.responses.204.content"));
    assert_non_null(json_at(one, "delete.responses.404"));
    assert_int_equal(json_array_size(json_at(json_object_get(paths, "/loads/{id}"), "get.security")), 0);
}

static void the_page_for_people_is_escaped(void **state)
{
    const http_options options = { .routes = tables, .version = "1.2.3" };
    const char *page = text_string(*state, docs_document(*state, &options));
    assert_non_null(strstr(page, "Read a file &lt;of&gt; a load"));
    assert_non_null(strstr(page, "Its &quot;name&quot;"));
    assert_null(strstr(page, "<of>"));
    assert_text(route_tag(*state, &raw_routes[1]), "files");
    assert_text(route_tag(*state, &box_routes[2]), "boxes");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_arena, drop_arena)
    const struct CMUnitTest tests[] = {
        TEST(every_route_is_in_it_once),
        TEST(every_operation_has_a_name_of_its_own),
        TEST(every_reference_leads_somewhere),
        TEST(a_body_says_what_the_decoder_checks),
        TEST(a_reply_says_what_the_encoder_writes),
        TEST(parameters_are_all_there),
        TEST(raw_bodies_are_said_by_their_own_schema),
        TEST(statuses_fit_the_columns),
        TEST(the_page_for_people_is_escaped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
