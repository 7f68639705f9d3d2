#include "crypto/hash.h"
#include "features/analyses/analyses.h"
#include "features/limits/limits.h"
#include "features/tasks/tasks.h"

static const char *const verdict_names[] = { "PASS", "REVIEW", "FAIL", "INSUFFICIENT_DATA", NULL };
static const char *const operation_names[] = { "analyze", NULL };
static const char *const sort_names[] = { "-created_at", NULL };
static const char *const data_media[] = { "application/json", "text/csv", NULL };

/* ------------------------------------------------------------------ what comes back */

const field analysis_fields[] = {
    FIELD(analysis, id, A_UUID),
    FIELD(analysis, operation, ONE_OF(operation_names)),
    FIELD(analysis, system_id, A_UUID),
    FIELD(analysis, system_name, A_TEXT),
    FIELD(analysis, verdict, ONE_OF(verdict_names)),
    FIELD(analysis, rows, AN_INTEGER),
    FIELD(analysis, dropped_rows, AN_INTEGER),
    FIELD(analysis, protected, ANY_JSON, .doc = "Names of the protected columns"),
    FIELD(analysis, parameters, ANY_JSON, .doc = "With the data, all that gives the same result again"),
    FIELD(analysis, engine_version, A_TEXT),
    FIELD(analysis, policy_version, A_TEXT),
    FIELD(analysis, result_hash, A_TEXT, .doc = "SHA-256 of the result's RFC 8785 form, lower-case hex"),
    FIELD(analysis, data_sha256, A_TEXT,
          .doc = "SHA-256 of the data: of the request body, which is not kept, or of the data set"),
    FIELD(analysis, dataset_id, MAYBE_UUID, .doc = "Of stored data; it may be deleted by now"),
    FIELD(analysis, created_by_name, A_TEXT, NULLABLE),
    FIELD(analysis, ledger_entry_id, A_UUID),
    FIELD(analysis, created_at, AN_INSTANT),
    FIELDS_END
};

#define ROW(member, ...) FIELD_AS(analysis_view, row.member, #member, __VA_ARGS__)

static const field view_fields[] = { ROW(id, A_UUID),
                                     ROW(operation, ONE_OF(operation_names)),
                                     ROW(system_id, A_UUID),
                                     ROW(system_name, A_TEXT),
                                     ROW(verdict, ONE_OF(verdict_names)),
                                     ROW(rows, AN_INTEGER),
                                     ROW(dropped_rows, AN_INTEGER),
                                     ROW(protected, ANY_JSON),
                                     ROW(parameters, ANY_JSON),
                                     ROW(engine_version, A_TEXT),
                                     ROW(policy_version, A_TEXT),
                                     ROW(result_hash, A_TEXT),
                                     ROW(data_sha256, A_TEXT),
                                     ROW(dataset_id, MAYBE_UUID, .doc = "Of stored data; it may be deleted by now"),
                                     ROW(created_by_name, A_TEXT, NULLABLE),
                                     ROW(ledger_entry_id, A_UUID),
                                     ROW(created_at, AN_INSTANT),
                                     FIELD(analysis_view, result, ANY_JSON,
                                           .doc = "The report, as POST /analyze gave it"),
                                     FIELDS_END };

/* ------------------------------------------------------------------ POST /analyze */

/* Rows on their way to the builder are counted with their columns: a builder keeps only those that it needs. */
typedef struct counted {
    row_sink to;
    size_t rows, columns;
} counted;

static error count_header(void *context, const text *names, size_t count)
{
    counted *c = context;
    c->columns = count;
    return c->to.header(c->to.context, names, count);
}

static error count_row(void *context, const cell *cells, size_t count)
{
    counted *c = context;
    c->rows++;
    return c->to.row(c->to.context, cells, count);
}

static row_sink counting(counted *c)
{
    return (row_sink){ .context = c, .header = count_header, .row = count_row };
}

/* What a request asks for, and the table that it brings; none when it names a data set. */
typedef struct asked {
    analysis_order order;
    fairness_request wanted;
    const table *data;
    text fields; /* of JSON: the order as it was sent */
    counted cells;
} asked;

static error builder_of(arena *a, asked *q, table_builder **out)
{
    table_plan plan;
    TRY(analyses_request(a, &q->order, &q->wanted));
    TRY(fairness_plan(a, &q->wanted, &plan));
    *out = table_builder_new(a, plan);
    q->cells.to = table_builder_sink(*out);
    return OK;
}

static error read_csv_body(request *rq, asked *q)
{
    table_builder *builder;
    TRY(analyses_order_of_query(rq->arena, rq->query, &q->order));
    TRY(builder_of(rq->arena, q, &builder));
    TRY(csv_read(rq->arena, rq->body, counting(&q->cells), limits_of_tables(rq->app)));
    return table_builder_finish(builder, &q->data);
}

static error read_json_body(request *rq, asked *q)
{
    json_bulk *document;
    json_t *fields;
    table_builder *builder;
    TRY(json_bulk_open(rq->arena, rq->body, limits_of_tables(rq->app), &document));
    q->fields = json_bulk_fields(document);
    TRY(json_read(rq->arena, q->fields, &fields));
    TRY(fields_decode(rq->arena, analysis_order_fields, fields, &q->order));
    if (q->order.dataset_id.is_set && json_bulk_has_table(document))
        return fail(rq->arena, INVALID, "/dataset_id", "Send a table or name a data set, not both.");
    TRY(builder_of(rq->arena, q, &builder));
    if (q->order.dataset_id.is_set) return OK;
    if (!json_bulk_has_table(document))
        return fail(rq->arena, INVALID, "/data",
                    "Send the table as \"data\" (a list of rows) or as \"columns\" (a list for each column), or name a "
                    "data set.");
    TRY(json_bulk_read(document, counting(&q->cells)));
    return table_builder_finish(builder, &q->data);
}

static error ask_worker(request *rq, const asked *q)
{
    uuid task;
    TRY(q->order.dataset_id.is_set ? analyses_ask_dataset(rq->scope, &q->order, q->fields, &task)
                                   : analyses_ask_table(rq->scope, &q->order, rq->content_type, rq->body, &task));
    reply_status(rq, 202);
    return task_accepted(rq, task);
}

static error post_analyze(request *rq, const void *body, void *reply)
{
    (void)body, (void)reply;
    asked q = { 0 };
    fairness_report *report;
    recorded_analysis done;
    bool recorded;
    TRY((text_equal_string(rq->content_type, "text/csv") ? read_csv_body : read_json_body)(rq, &q));
    TRY(analyses_whether_recorded(rq->arena, &q.order, &recorded));
    if (!q.data || q.cells.rows * q.cells.columns > ANALYSIS_MOST_CELLS) return ask_worker(rq, &q);
    TRY(fairness_analyze(rq->arena, q.data, &q.wanted, &report));
    if (recorded) {
        analyzed_data data = { .sha256 = sha256_hex(rq->arena, rq->body) };
        TRY(analyses_record(rq->scope, q.order.system_id.value, report, &data, &done));
        TRY(created(rq, "/analyses/", done.id));
    }
    reply_raw(rq, "application/json", analyses_reply(rq->arena, report, recorded ? &done : NULL));
    return OK;
}

/* ------------------------------------------------------------------ the record */

static const field query_fields[] = { PAGE_FIELDS(analyses_query), FIELD(analyses_query, system_id, MAYBE_UUID),
                                      FIELD(analyses_query, verdict, ONE_OF(verdict_names)),
                                      FIELD(analyses_query, sort, ONE_OF(sort_names), STANDARD("-created_at")),
                                      FIELDS_END };

static error get_analyses(request *rq, const void *body, void *reply)
{
    (void)body;
    return analyses_list(rq->scope, rq->query, reply);
}

static error get_analysis(request *rq, const void *body, void *reply)
{
    (void)body;
    const id_path *path = rq->path;
    return analyses_read(rq->scope, path->id, reply);
}

static const char report_schema[] =
    "{\"type\":\"object\",\"required\":[\"rows\",\"dropped_rows\",\"favorable\",\"attributes\",\"gates\",\"passed\","
    "\"verdict\"],\"properties\":{"
    "\"analysis_id\":{\"type\":\"string\",\"format\":\"uuid\",\"description\":\"Only when recorded\"},"
    "\"result_hash\":{\"type\":\"string\"},\"ledger_entry_id\":{\"type\":\"string\",\"format\":\"uuid\"},"
    "\"rows\":{\"type\":\"integer\"},\"dropped_rows\":{\"type\":\"integer\"},\"favorable\":{\"type\":\"string\"},"
    "\"verdict\":{\"enum\":[\"PASS\",\"REVIEW\",\"FAIL\",\"INSUFFICIENT_DATA\"]},"
    "\"attributes\":{\"type\":\"object\",\"additionalProperties\":{\"type\":\"object\"}},"
    "\"intersectional\":{\"type\":[\"object\",\"null\"]},"
    "\"gates\":{\"type\":\"array\",\"items\":{\"type\":\"object\"}},\"passed\":{\"type\":\"boolean\"}}}";

const route analyses_routes[] = {
    { POST, "/analyze", "Audit a table of decisions for bias", CAPABILITY("run_analysis"), TENANT,
      QUERY(analysis_query, analysis_query_fields), BODY(analysis_order, analysis_order_fields), .raw_body = true,
      .media = data_media, .raw_reply = "application/json", .reply_schema = report_schema,
      .task_schema = task_receipt_schema, .audit = "analysis_run", .rate = RATE_ANALYZE, .computes = true,
      .why_here = "A table of the request itself, within the limits: milliseconds, and somebody waits for the answer",
      .task = "ANALYZE_DATASET",
      .description =
          "The table comes as JSON (`data`: a list of rows, or `columns`: a list for each column) or as "
          "text/csv with everything else in the query: at most 10,000 rows, 500 columns and 10 MB where the "
          "server is not set otherwise. These rows are never stored. With `system_id` the analysis is "
          "recorded (201); without it is not (200).\n\nA stored data set is named by `dataset_id`. That, and a "
          "table of more than 2,000,000 cells, is analysed by a worker: 202, and the task's result is the "
          "report.",
      .handle = post_analyze },
    { GET, "/analyses", "List recorded analyses", SIGNED_IN, TENANT, QUERY(analyses_query, query_fields),
      LIST_REPLY(analysis_fields, analysis), .key_reads = true, .rate = RATE_READ, .handle = get_analyses },
    { GET, "/analyses/{id}", "Read a recorded analysis", SIGNED_IN, TENANT, PATH(id_path, id_path_fields),
      REPLY(analysis_view, view_fields), .key_reads = true, .rate = RATE_READ, .handle = get_analysis },
    ROUTES_END
};
