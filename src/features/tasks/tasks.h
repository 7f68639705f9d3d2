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
 *     { POST, "/explain", ..., TASK_REPLY, .handle = post_explain }
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

/* Linear in what is done; unknown until some of it is. */
maybe_number task_remaining(const task_row *row, instant now);

#endif
