#include "features/examples/examples.h"

typedef struct example_item {
    text id, name, description, suggested;
    int64_t rows, columns;
} example_item;

typedef struct example_items {
    item_list items;
} example_items;

typedef struct example_path {
    text file;
} example_path;

static const field item_fields[] = {
    FIELD(example_item, id, A_TEXT),
    FIELD(example_item, name, A_TEXT),
    FIELD(example_item, description, A_TEXT),
    FIELD(example_item, rows, AN_INTEGER),
    FIELD(example_item, columns, AN_INTEGER),
    FIELD(example_item, suggested, ANY_JSON,
          .doc = "Which columns to choose: protected, label, prediction, score, favorable"),
    FIELDS_END
};

static const field items_fields[] = { FIELD(example_items, items, LIST_OF(example_item, item_fields)), FIELDS_END };
static const field path_fields[] = { FIELD(example_path, file, A_TEXT, REQUIRED, MAX(80), .example = "compas.csv"),
                                     FIELDS_END };

static error get_examples(request *rq, const void *body, void *reply)
{
    (void)body;
    const platform *app = rq->app;
    example_item *items = ARENA_ARRAY(rq->arena, app->example_count, example_item);
    for (size_t i = 0; i < app->example_count; i++) {
        const example_data *e = &app->examples[i];
        items[i] = (example_item){ .id = text_of(e->id),
                                   .name = text_of(e->name),
                                   .description = text_of(e->description),
                                   .suggested = e->suggested,
                                   .rows = e->rows,
                                   .columns = e->columns };
    }
    *(example_items *)reply = (example_items){ .items = { items, app->example_count } };
    return OK;
}

static error get_example(request *rq, const void *body, void *reply)
{
    (void)body, (void)reply;
    const platform *app = rq->app;
    const example_path *path = rq->path;
    for (size_t i = 0; i < app->example_count; i++) {
        if (!text_equal(path->file, text_format(rq->arena, "%s.csv", app->examples[i].id))) continue;
        reply_raw(rq, "text/csv", app->examples[i].csv);
        return OK;
    }
    return fail(rq->arena, NOT_FOUND, "/file", "There is no example of this name.");
}

const route examples_routes[] = {
    { GET, "/examples", "Data to try an analysis with", SIGNED_IN, TENANT, REPLY(example_items, items_fields),
      .key_reads = true, .rate = RATE_READ, .handle = get_examples },
    { GET, "/examples/{file}", "One example as CSV", SIGNED_IN, TENANT, PATH(example_path, path_fields),
      .raw_reply = "text/csv", .key_reads = true, .rate = RATE_READ, .handle = get_example },
    ROUTES_END
};
