/* Data sets: tables too large for one request, streamed into the store (http/http.h, body_stream), profiled on the way,
 * and read back piece by piece. docs/datasets.md says why so.
 *
 * An upload in one request is all or nothing. One that says Upload-Complete may break off: what was stored stays for a
 * day, `upload_offset` says how far it came, and PUT …/content with Upload-Offset goes on from there. */
#ifndef AIC_FEATURES_DATASETS_DATASETS_H
#define AIC_FEATURES_DATASETS_DATASETS_H

#include "base/table_reader.h"
#include "datasets.sql.h"
#include "features/app.h"

/* ⚙ */
enum {
    DATASET_UPLOADS_AT_ONCE = 4, /* of one organization */
    DATASETS_MOST = 1000,
    DATASET_ROW_BYTES = 128 * 1024
};

typedef struct dataset_draft {
    text name, purpose, legal_basis, sha256;
    bool contains_personal;
    maybe_instant retention_until;
} dataset_draft;

typedef struct dataset_content_query {
    text sha256;
} dataset_content_query;

typedef struct dataset_change {
    text name, purpose, legal_basis;
    maybe_bool contains_personal;
    maybe_instant retention_until;
} dataset_change;

typedef struct datasets_query {
    page_query page;
    text status, purpose;
} datasets_query;

typedef struct dataset_view {
    dataset row;
    text columns; /* JSON; NO_TEXT until it is READY */
} dataset_view;

extern const route datasets_routes[];

error datasets_list(scope *db, const datasets_query *query, page_reply *out);
error datasets_find(scope *db, uuid id, dataset_view *out); /* NOT_FOUND with the pointer /id */
error datasets_change(scope *db, uuid id, int64_t version, const dataset_change *in, dataset_view *out);

/* ------------------------------------------------------------------ reading, for other features and their tasks */

typedef struct dataset_reading {
    store *store;
    caller who; /* of a task: its `who`; rows of other organizations are not there */
    /* How much is read, 0..1; an error ends the reading (a task that was cancelled). NULL: nobody asks. */
    error (*progress)(void *context, double fraction);
    void *context;
} dataset_reading;

/* The rows of a READY data set, in order, in memory of one piece; each piece is read in a scope of its own, so that no
 * connection is held while the sink computes. `a` keeps what readers keep, and errors. CONFLICT when it is not READY.
 */
error datasets_read(const dataset_reading *from, arena *a, uuid id, row_sink sink, dataset *what);

/* One piece as it is stored; empty behind the last one. */
error datasets_piece(scope *db, uuid id, int64_t number, text *out);

/* ------------------------------------------------------------------ uploads and deletion */

extern const body_stream dataset_upload;  /* POST /datasets */
extern const body_stream dataset_content; /* PUT /datasets/{id}/content */
error datasets_upload_finish(request *rq, dataset_view *out);

/* Marks it, so that nobody sees it any more: in the scope's transaction. Then wake the cleaner, once that is committed.
 */
error datasets_mark_deleted(scope *db, uuid id);

/* Takes away, a few pieces a transaction, what is marked, past its date, or was left by servers that crashed: when it
 * is woken, when the server starts, and once a day. */
typedef struct dataset_cleaner dataset_cleaner;
error datasets_cleaner_start(arena *a, platform *app);
void datasets_cleaner_wake(const platform *app);
void datasets_cleaner_stop(platform *app);

#endif
