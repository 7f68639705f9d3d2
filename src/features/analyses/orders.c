#include "features/analyses/analyses.h"
#include "features/systems/systems.h"

/* ------------------------------------------------------------------ what goes in */

const field analysis_order_fields[] = {
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
    FIELD(analysis_order, dataset_id, MAYBE_UUID,
          .doc =
              "Instead of data or columns: a data set that is READY. Answered by 202; the task's result is the report"),
    FIELDS_END
};

const field analysis_query_fields[] = {
    FIELD_AS(analysis_query, protected_columns, "protected", A_TEXT, MAX(7000),
             .doc = "text/csv: columns, separated by commas"),
    FIELD(analysis_query, label, A_TEXT, MAX(200)),
    FIELD(analysis_query, prediction, A_TEXT, MAX(200)),
    FIELD(analysis_query, score, A_TEXT, MAX(200)),
    FIELD(analysis_query, threshold, A_NUMBER, STANDARD("0.5")),
    FIELD(analysis_query, favorable, A_TEXT, MAX(200)),
    FIELD(analysis_query, reference, A_TEXT, MAX(2000), .doc = "text/csv: race=Caucasian,sex=Male"),
    FIELD(analysis_query, intersect, A_BOOL),
    FIELD(analysis_query, bootstrap, AN_INTEGER, MIN(0), MAX(FAIRNESS_MOST_REPLICATES), STANDARD("1000")),
    FIELD(analysis_query, seed, AN_INTEGER, MIN(0), MAX(9007199254740991.0), STANDARD("1")),
    FIELD(analysis_query, min_group_size, AN_INTEGER, MIN(1), MAX(1000000), STANDARD("30")),
    FIELD(analysis_query, use_case, ONE_OF(use_case_names)),
    FIELD(analysis_query, system_id, MAYBE_UUID),
    FIELD(analysis_query, record, MAYBE_BOOL),
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

error analyses_order_of_query(arena *a, const analysis_query *in, analysis_order *out)
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

error analyses_whether_recorded(arena *a, const analysis_order *order, bool *out)
{
    *out = order->record.is_set ? order->record.value : order->system_id.is_set;
    if (!*out || order->system_id.is_set) return OK;
    return fail(a, INVALID, "/system_id", "An analysis is recorded for a system: say which one.");
}
