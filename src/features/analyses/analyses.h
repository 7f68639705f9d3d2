/* Analyses: the fairness engine behind POST /analyze, and the record of what it found. Raw rows are never stored: an
 * analysis keeps its parameters, its result in canonical form, the hash of both the result and the data, and the ledger
 * entry (ANALYSIS_COMPLETED) that the database demands. */
#ifndef AIC_FEATURES_ANALYSES_H
#define AIC_FEATURES_ANALYSES_H

#include "analyses.sql.h"
#include "engine/aic_engine.h"
#include "http/http.h"
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
    maybe_uuid system_id;
} analysis_order;

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
error analyses_record(scope *db, uuid system_id, const fairness_report *report, text data_sha256,
                      recorded_analysis *out);

#endif
