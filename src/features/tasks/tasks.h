/* Tasks, as the people and programs of their organization see them: asked for by other features (jobs/jobs.h), watched
 * and cancelled here. Another organization's task is not found.
 *
 *     static error post_explain(request *rq, const void *body, void *reply)
 *     {
 *         uuid id;
 *         TRY(explain_ask(rq->scope, body, &id));   // ends in tasks_add
 *         return task_accepted(rq, id);
 *     }
 *
 *     { POST, "/explain", ..., TASK_REPLY, .task = "EXPLAIN", .handle = post_explain }
 */
#ifndef AIC_FEATURES_TASKS_H
#define AIC_FEATURES_TASKS_H

#include "features/app.h"
#include "jobs/jobs.h"
#include "tasks.sql.h"

extern const char *const task_status_names[];
extern const route tasks_routes[];

/* 202 {task_id, status: "PENDING"} with the task's address as Location. */
error task_accepted(request *rq, uuid id);
extern const char task_receipt_schema[];
#define TASK_REPLY .raw_reply = "application/json", .reply_schema = task_receipt_schema, .status = 202

typedef struct task_usage_view {
    int64_t compute_ms;
    double peak_memory_mb, carbon_estimate_g;
} task_usage_view;

typedef struct task_view {
    uuid task_id;
    text kind, status;
    double progress;
    text message, error, result;
    maybe_uuid system_id, requested_by;
    int64_t attempts;
    maybe_instant started_at, finished_at;
    instant created_at;
    maybe_number remaining_seconds; /* as its progress so far suggests; only while it runs */
    task_usage_view resource_usage;
} task_view;

typedef struct tasks_query {
    page_query page;
    text status, kind;
} tasks_query;

error tasks_find(scope *db, const tasks_query *query, page_reply *out); /* of task_view, without results */
error tasks_read(scope *db, uuid id, task_view *out);                   /* NOT_FOUND also for another organization's */
/* Cancelling twice is fine; CONFLICT when it had ended otherwise. */
error tasks_cancel(scope *db, uuid id);

/* ------------------------------------------------------------------ over all organizations: staff.c; SYSTEM scopes */

enum { TASK_WORKERS_SHOWN = 500, TASK_FORGOTTEN_AT_ONCE = 500, TASK_WORKER_GONE_MINUTES = 5 };

typedef struct staff_tasks_query {
    page_query page;
    text status, kind;
    maybe_uuid org_id;
} staff_tasks_query;

typedef struct staff_workers {
    item_list items; /* staff_worker */
} staff_workers;

error tasks_find_all(scope *db, const staff_tasks_query *query, page_reply *out);
error tasks_list_workers(scope *db, staff_workers *out);
/* CONFLICT unless it failed because its workers ended: what failed by its input would fail again, and its data is gone.
 */
error tasks_retry(scope *db, uuid id);

/* Forgets results that are older than TASK_RESULT_HOURS, and workers that are gone. When the server starts and every
 * few minutes; of several servers one does it. */
error tasks_clean_up(platform *app, arena *a);
void tasks_metrics(platform *app, text_builder *out);
/* The table of docs/engine-endpoints.md: what computes, where, and why there. INTERNAL when a route does not say. */
error tasks_engine_table(arena *a, const route *const *tables, text *out);
extern const route tasks_staff_routes[];

/* ------------------------------------------------------------------ watching: watch.c */

/* ⚙ */
enum { TASK_STREAMS_OF_ONE = 5, TASK_BEAT_SECONDS = 15, TASK_WATCHED_SECONDS = 3600 };

/* One thread that is told by the database what has changed, reads it for whoever watches, in the scope of that person,
 * and sends it. */
typedef struct task_watch task_watch;
error task_watch_start(arena *a, platform *app, const store_options *database, task_watch **out);
void task_watch_stop(task_watch *w);
/* Answers by a stream: the state now, then each change, and it ends with the task, with the session, or after an hour
 * (clients come again by themselves). TOO_MANY for more than TASK_STREAMS_OF_ONE of one person or key. */
error task_watch_reply(request *rq, const task_row *row, instant until);

/* For the list, the page and the stream: all but the result. */
task_view task_view_of(const task_row *row, instant now);
extern const field task_item_fields[];

/* Linear in what is done; unknown until some of it is. */
maybe_number task_remaining(const task_row *row, instant now);

#endif
