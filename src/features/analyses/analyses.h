/* Analyses: the fairness engine behind POST /analyze, and the record of what it found. Raw rows are never stored: an
 * analysis keeps its parameters, its result in canonical form, the hash of both the result and the data, and the ledger
 * entry (ANALYSIS_COMPLETED) that the database demands. */
#ifndef AIC_FEATURES_ANALYSES_H
#define AIC_FEATURES_ANALYSES_H

#include "analyses.sql.h"
#include "engine/aic_engine.h"
#include "http/http.h"
#include "jobs/jobs.h"
#include "store/store.h"

/* As a JSON body says it; a CSV body says the same in the query. */
typedef struct analysis_order {
    text_list protected_columns;
    text label, prediction, score, use_case;
    text favorable; /* JSON: a text, number, boolean, or list of them */
    text reference; /* JSON: {"race": "Caucasian"} */
    double threshold;
    int64_t bootstrap, seed, min_group_size;
    bool intersect;
    maybe_bool record;
    maybe_uuid system_id, dataset_id;
} analysis_order;

/* What a text/csv body says beside itself. */
typedef struct analysis_query {
    text protected_columns, label, prediction, score, favorable, reference, use_case;
    double threshold;
    int64_t bootstrap, seed, min_group_size;
    bool intersect;
    maybe_bool record;
    maybe_uuid system_id;
} analysis_query;

extern const field analysis_order_fields[], analysis_query_fields[];
error analyses_order_of_query(arena *a, const analysis_query *in, analysis_order *out);
error analyses_whether_recorded(arena *a, const analysis_order *order, bool *out);

typedef struct analyses_query {
    page_query page;
    maybe_uuid system_id;
    text verdict, sort;
} analyses_query;

/* One analysis with its result, which is the report of `aic analyze --json`. */
typedef struct analysis_view {
    analysis row;
    text result;
} analysis_view;

extern const field analysis_fields[];
extern const route analyses_routes[];

error analyses_list(scope *db, const analyses_query *query, page_reply *out);
error analyses_read(scope *db, uuid id, analysis_view *out);

/* Builds the engine's request; INVALID with the pointer of the field that cannot be read. */
error analyses_request(arena *a, const analysis_order *order, fairness_request *out);

/* Records a report of a system: ledger entry and row in the scope's transaction. */
typedef struct recorded_analysis {
    uuid id, ledger_entry_id;
    text result_hash;
} recorded_analysis;
typedef struct analyzed_data {
    text sha256;
    maybe_uuid dataset_id; /* of stored data */
} analyzed_data;
error analyses_record(scope *db, uuid system_id, const fairness_report *report, const analyzed_data *data,
                      recorded_analysis *out);
/* The report as POST /analyze gives it; `done` NULL: it was not recorded. */
text analyses_reply(arena *a, const fairness_report *report, const recorded_analysis *done);

/* ------------------------------------------------------------------ what a worker does */

/* Of stored data, and of tables with more cells than a request should compute on. The columns are looked for in the
 * data set's profile first, so that a wrong name is told at once. The task's result is analyses_reply(). */
enum { ANALYSIS_MOST_CELLS = 2000000 };
error analyses_ask_dataset(scope *db, const analysis_order *order, text fields, uuid *task);
error analyses_ask_table(scope *db, const analysis_order *order, text media_type, text body, uuid *task);
extern const task_kind analyze_dataset_task;

#endif
