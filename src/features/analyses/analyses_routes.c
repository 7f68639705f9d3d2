#include "crypto/hash.h"
#include "features/analyses/analyses.h"
#include "features/limits/limits.h"
#include "features/systems/systems.h"

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
    FIELD(analysis, data_sha256, A_TEXT, .doc = "SHA-256 of the request body that held the data, which is not kept"),
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
                                     ROW(created_by_name, A_TEXT, NULLABLE),
                                     ROW(ledger_entry_id, A_UUID),
                                     ROW(created_at, AN_INSTANT),
                                     FIELD(analysis_view, result, ANY_JSON,
                                           .doc = "The report, as POST /analyze gave it"),
                                     FIELDS_END };

/* ------------------------------------------------------------------ what goes in */

static const field order_fields[] = {
    FIELD_AS(analysis_order, protected_columns, "protected", TEXTS, REQUIRED, MAX(200), .most_items = 32,
             .doc = "Columns whose groups are compared", .example = "[\"race\", \"sex\"]"),
    FIELD(analysis_order, label, A_TEXT, MAX(200), .doc = "Column of what truly happened"),
    FIELD(analysis_order, prediction, A_TEXT, MAX(200), .doc = "Column of the decision"),
    FIELD(analysis_order, score, A_TEXT, MAX(200), .doc = "Column of a score; score >= threshold is class 1"),
    FIELD(analysis_order, threshold, A_NUMBER, STANDARD("0.5")),
    FIELD(analysis_order, favorable, ANY_JSON, .doc = "The value, or list of values, that is good for the person; 1"),
    FIELD(analysis_order, reference, ANY_JSON, .doc = "Group to compare with, by column; the largest when left out"),
    FIELD(analysis_order, intersect, A_BOOL, .doc = "Look at combinations of the protected columns as well"),
    FIELD(analysis_order, bootstrap, AN_INTEGER, MIN(0), MAX(FAIRNESS_MOST_REPLICATES), STANDARD("1000")),
    FIELD(analysis_order, seed, AN_INTEGER, MIN(0), MAX(9007199254740991.0), STANDARD("1")),
    FIELD(analysis_order, min_group_size, AN_INTEGER, MIN(1), MAX(1000000), STANDARD("30")),
    FIELD(analysis_order, use_case, ONE_OF(use_case_names), .doc = "Sets the thresholds of domain section 1.5"),
    FIELD(analysis_order, system_id, MAYBE_UUID, .doc = "Record the analysis of this system"),
    FIELD(analysis_order, record, MAYBE_BOOL, .doc = "Default: true with system_id, else false"),
    FIELDS_END
};

typedef struct csv_order {
    text protected_columns, label, prediction, score, favorable, reference, use_case;
    double threshold;
    int64_t bootstrap, seed, min_group_size;
    bool intersect;
    maybe_bool record;
    maybe_uuid system_id;
} csv_order;

static const field csv_order_fields[] = {
    FIELD_AS(csv_order, protected_columns, "protected", A_TEXT, MAX(7000),
             .doc = "text/csv: columns, separated by commas"),
    FIELD(csv_order, label, A_TEXT, MAX(200)),
    FIELD(csv_order, prediction, A_TEXT, MAX(200)),
    FIELD(csv_order, score, A_TEXT, MAX(200)),
    FIELD(csv_order, threshold, A_NUMBER, STANDARD("0.5")),
    FIELD(csv_order, favorable, A_TEXT, MAX(200)),
    FIELD(csv_order, reference, A_TEXT, MAX(2000), .doc = "text/csv: race=Caucasian,sex=Male"),
    FIELD(csv_order, intersect, A_BOOL),
    FIELD(csv_order, bootstrap, AN_INTEGER, MIN(0), MAX(FAIRNESS_MOST_REPLICATES), STANDARD("1000")),
    FIELD(csv_order, seed, AN_INTEGER, MIN(0), MAX(9007199254740991.0), STANDARD("1")),
    FIELD(csv_order, min_group_size, AN_INTEGER, MIN(1), MAX(1000000), STANDARD("30")),
    FIELD(csv_order, use_case, ONE_OF(use_case_names)),
    FIELD(csv_order, system_id, MAYBE_UUID),
    FIELD(csv_order, record, MAYBE_BOOL),
    FIELDS_END
};

static text_list split_commas(arena *a, text t)
{
    size_t count = 1;
    for (size_t i = 0; i < t.length; i++) count += t.data[i] == ',';
    text *items = ARENA_ARRAY(a, count, text);
    size_t n = 0, from = 0;
    for (size_t i = 0; i <= t.length; i++) {
        if (i < t.length && t.data[i] != ',') continue;
        items[n++] = text_trim((text){ t.data + from, i - from });
        from = i + 1;
    }
    return (text_list){ items, t.length ? n : 0 };
}

/* "race=Caucasian,sex=Male" as the JSON object of an order. */
static error reference_json(arena *a, text t, text *out)
{
    if (!text_is(t)) return OK;
    text_list pairs = split_commas(a, t);
    json_writer w = json_writer_in(a);
    json_open(&w, '{');
    for (size_t i = 0; i < pairs.count; i++) {
        const char *equals = memchr(pairs.items[i].data, '=', pairs.items[i].length);
        if (!equals)
            return fail(a, INVALID, "/reference", "Expected column=group, found \"%.*s\".", PRINT(pairs.items[i]));
        size_t column = (size_t)(equals - pairs.items[i].data);
        json_key_text(&w, (text){ pairs.items[i].data, column });
        json_write_text(&w, (text){ equals + 1, pairs.items[i].length - column - 1 });
    }
    json_close(&w, '}');
    *out = json_written(&w);
    return OK;
}

static error order_of_csv(arena *a, const csv_order *in, analysis_order *out)
{
    *out = (analysis_order){
        .protected_columns = split_commas(a, in->protected_columns),
        .label = in->label,
        .prediction = in->prediction,
        .score = in->score,
        .use_case = in->use_case,
        .threshold = in->threshold,
        .bootstrap = in->bootstrap,
        .seed = in->seed,
        .min_group_size = in->min_group_size,
        .intersect = in->intersect,
        .record = in->record,
        .system_id = in->system_id,
    };
    if (text_is(in->favorable)) {
        json_writer w = json_writer_in(a);
        json_write_text(&w, in->favorable);
        out->favorable = json_written(&w);
    }
    return reference_json(a, in->reference, &out->reference);
}

/* ------------------------------------------------------------------ POST /analyze */

static error read_csv_body(request *rq, analysis_order *order, fairness_request *wanted, const table **data)
{
    table_plan plan;
    TRY(order_of_csv(rq->arena, rq->query, order));
    TRY(analyses_request(rq->arena, order, wanted));
    TRY(fairness_plan(rq->arena, wanted, &plan));
    table_builder *builder = table_builder_new(rq->arena, plan);
    TRY(csv_read(rq->arena, rq->body, table_builder_sink(builder), limits_of_tables(rq->app)));
    return table_builder_finish(builder, data);
}

static error read_json_body(request *rq, analysis_order *order, fairness_request *wanted, const table **data)
{
    json_bulk *document;
    json_t *fields;
    table_plan plan;
    TRY(json_bulk_open(rq->arena, rq->body, limits_of_tables(rq->app), &document));
    TRY(json_read(rq->arena, json_bulk_fields(document), &fields));
    TRY(fields_decode(rq->arena, order_fields, fields, order));
    if (!json_bulk_has_table(document))
        return fail(rq->arena, INVALID, "/data",
                    "Send the table as \"data\" (a list of rows) or as \"columns\" (a list for each column).");
    TRY(analyses_request(rq->arena, order, wanted));
    TRY(fairness_plan(rq->arena, wanted, &plan));
    table_builder *builder = table_builder_new(rq->arena, plan);
    TRY(json_bulk_read(document, table_builder_sink(builder)));
    return table_builder_finish(builder, data);
}

static error whether_recorded(arena *a, const analysis_order *order, bool *out)
{
    *out = order->record.is_set ? order->record.value : order->system_id.is_set;
    if (!*out || order->system_id.is_set) return OK;
    return fail(a, INVALID, "/system_id", "An analysis is recorded for a system: say which one.");
}

static error post_analyze(request *rq, const void *body, void *reply)
{
    (void)body, (void)reply;
    analysis_order order = { 0 };
    fairness_request wanted;
    const table *data;
    fairness_report *report;
    bool recorded;
    TRY((text_equal_string(rq->content_type, "text/csv") ? read_csv_body : read_json_body)(rq, &order, &wanted, &data));
    TRY(whether_recorded(rq->arena, &order, &recorded));
    TRY(fairness_analyze(rq->arena, data, &wanted, &report));

    json_writer w = json_writer_in(rq->arena);
    json_open(&w, '{');
    if (recorded) {
        recorded_analysis done;
        TRY(analyses_record(rq->scope, order.system_id.value, report, sha256_hex(rq->arena, rq->body), &done));
        json_key(&w, "analysis_id"), json_write_uuid(&w, done.id);
        json_key(&w, "result_hash"), json_write_text(&w, done.result_hash);
        json_key(&w, "ledger_entry_id"), json_write_uuid(&w, done.ledger_entry_id);
        TRY(created(rq, "/analyses/", done.id));
    }
    fairness_report_json_members(&w, report);
    json_close(&w, '}');
    reply_raw(rq, "application/json", json_written(&w));
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
      QUERY(csv_order, csv_order_fields), BODY(analysis_order, order_fields), .raw_body = true, .media = data_media,
      .raw_reply = "application/json", .reply_schema = report_schema, .audit = "analysis_run", .rate = RATE_ANALYZE,
      .description = "The table comes as JSON (`data`: a list of rows, or `columns`: a list for each column) or as "
                     "text/csv with everything else in the query. At most 10,000 rows, 500 columns and 10 MB. The rows "
                     "are never stored. With `system_id` the analysis is recorded (201); without it is not (200).",
      .handle = post_analyze },
    { GET, "/analyses", "List recorded analyses", SIGNED_IN, TENANT, QUERY(analyses_query, query_fields),
      LIST_REPLY(analysis_fields, analysis), .key_reads = true, .rate = RATE_READ, .handle = get_analyses },
    { GET, "/analyses/{id}", "Read a recorded analysis", SIGNED_IN, TENANT, PATH(id_path, id_path_fields),
      REPLY(analysis_view, view_fields), .key_reads = true, .rate = RATE_READ, .handle = get_analysis },
    ROUTES_END
};
