#include "features/tasks/tasks.h"

const char *const task_status_names[] = { "PENDING", "RUNNING", "SUCCEEDED", "FAILED", "CANCELLED", NULL };

const char task_receipt_schema[] =
    "{\"type\":\"object\",\"required\":[\"task_id\",\"status\"],\"properties\":{"
    "\"task_id\":{\"type\":\"string\",\"format\":\"uuid\"},\"status\":{\"enum\":[\"PENDING\"]}}}";

error task_accepted(request *rq, uuid id)
{
    text written = uuid_format(rq->arena, id);
    reply_status(rq, 202);
    reply_header(rq, "Location", text_format(rq->arena, "/api/v1/tasks/%.*s", PRINT(written)));
    reply_raw(rq, "application/json",
              text_format(rq->arena, "{\"task_id\":\"%.*s\",\"status\":\"PENDING\"}", PRINT(written)));
    return OK;
}

/* ------------------------------------------------------------------ fields */

static const field usage_fields[] = { FIELD(task_usage_view, compute_ms, AN_INTEGER, .doc = "Of all cores together"),
                                      FIELD(task_usage_view, peak_memory_mb, A_NUMBER),
                                      FIELD(task_usage_view, carbon_estimate_g, A_NUMBER,
                                            .doc = "12 W a core and 900 g a kWh: 3e-6 g a millisecond"),
                                      FIELDS_END };

#define TASK_FIELDS                                                                                                    \
    FIELD(task_view, task_id, A_UUID), FIELD(task_view, kind, A_TEXT, .example = "EXPLAIN"),                           \
        FIELD(task_view, status, ONE_OF(task_status_names)), FIELD(task_view, progress, A_NUMBER, MIN(0), MAX(1)),     \
        FIELD(task_view, message, A_TEXT, NULLABLE, .doc = "What it does just now, in words"),                         \
        FIELD(task_view, error, ANY_JSON, NULLABLE, .doc = "Of a task that failed: {kind, message, hint}"),            \
        FIELD(task_view, system_id, MAYBE_UUID), FIELD(task_view, requested_by, MAYBE_UUID, .doc = "User or API key"), \
        FIELD(task_view, attempts, AN_INTEGER,                                                                         \
              .doc = "How often it was begun: again only when the process that did it ended"),                         \
        FIELD(task_view, created_at, AN_INSTANT), FIELD(task_view, started_at, MAYBE_INSTANT),                         \
        FIELD(task_view, finished_at, MAYBE_INSTANT),                                                                  \
        FIELD(task_view, remaining_seconds, MAYBE_NUMBER, .doc = "As its progress so far suggests; while it runs"),    \
        FIELD(task_view, resource_usage, OBJECT_OF(usage_fields))

const field task_item_fields[] = { TASK_FIELDS, FIELDS_END };
static const field view_fields[] = { TASK_FIELDS,
                                     FIELD(task_view, result, ANY_JSON, NULLABLE,
                                           .doc = "Of a task that succeeded, as the address that asked for it says"),
                                     FIELDS_END };

static const field query_fields[] = { PAGE_FIELDS(tasks_query), FIELD(tasks_query, status, ONE_OF(task_status_names)),
                                      FIELD(tasks_query, kind, A_TEXT, MAX(40)), FIELDS_END };

/* ------------------------------------------------------------------ handlers */

static error get_tasks(request *rq, const void *body, void *reply)
{
    (void)body;
    return tasks_find(rq->scope, rq->query, reply);
}

static error get_task(request *rq, const void *body, void *reply)
{
    (void)body;
    const id_path *path = rq->path;
    return tasks_read(rq->scope, path->id, reply);
}

static error get_events(request *rq, const void *body, void *reply)
{
    (void)body, (void)reply;
    const id_path *path = rq->path;
    task_row row;
    TRY(sql_task_read(rq->scope, &(sql_task_read_in){ .id = path->id }, &row));
    return task_watch_reply(rq, &row, rq->who->expires_at);
}

static error delete_task(request *rq, const void *body, void *reply)
{
    (void)body, (void)reply;
    const id_path *path = rq->path;
    return tasks_cancel(rq->scope, path->id);
}

const route tasks_routes[] = {
    { GET, "/tasks", "List tasks, newest first", SIGNED_IN, TENANT, QUERY(tasks_query, query_fields),
      LIST_REPLY(task_item_fields, task_view), .key_reads = true, .rate = RATE_READ, .handle = get_tasks },
    { GET, "/tasks/{id}", "Read a task and its result", SIGNED_IN, TENANT, PATH(id_path, id_path_fields),
      REPLY(task_view, view_fields), .key_reads = true, .rate = RATE_READ,
      .description = "Results are kept for 24 hours; what was recorded, such as an analysis, stays.",
      .handle = get_task },
    { GET, "/tasks/{id}/events", "Watch a task", SIGNED_IN, TENANT, PATH(id_path, id_path_fields),
      .raw_reply = "text/event-stream", .key_reads = true, .rate = RATE_READ,
      .description =
          "Server-sent events named `task`: the state now, then each change, as in the list of tasks. The stream "
          "ends after the event that ends the task; who comes again with that one's Last-Event-ID is "
          "answered 204, which tells a browser to stop. A comment comes every 15 seconds.",
      .handle = get_events },
    { DELETE_, "/tasks/{id}", "Cancel a task", CAPABILITY("run_analysis"), TENANT, PATH(id_path, id_path_fields),
      .audit = "task_cancelled", .rate = RATE_WRITE,
      .description = "At once, also while it runs. Cancelling twice is fine; a task that has ended otherwise is a "
                     "conflict.",
      .handle = delete_task },
    ROUTES_END
};
