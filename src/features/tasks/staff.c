#include "features/tasks/tasks.h"

/* ------------------------------------------------------------------ rules */

error tasks_find_all(scope *db, const staff_tasks_query *query, page_reply *out)
{
    staff_task_list rows;
    sql_tasks_of_all_in in = {
        .status = query->status, .kind = query->kind, .org_id = query->org_id, .lim = query->page.limit + 1
    };
    TRY(cursor_read_instant(db->arena, query->page.cursor, &in.before, &in.before_id));
    TRY(sql_tasks_of_all(db, &in, &rows));
    size_t shown = rows.count > (size_t)query->page.limit ? (size_t)query->page.limit : rows.count;
    *out = (page_reply){ .items = rows.items, .count = shown };
    if (shown < rows.count)
        out->next_cursor = cursor_write(db->arena, instant_format(db->arena, rows.items[shown - 1].created_at),
                                        rows.items[shown - 1].id);
    return OK;
}

error tasks_list_workers(scope *db, staff_workers *out)
{
    staff_worker_list rows;
    TRY(sql_workers_of_all(db, &(sql_workers_of_all_in){ .lim = TASK_WORKERS_SHOWN }, &rows));
    out->items = (item_list){ rows.items, rows.count };
    return OK;
}

error tasks_retry(scope *db, uuid id)
{
    bool found;
    task_status now;
    int64_t retried = 0;
    TRY(sql_task_status_of(db, &(sql_task_status_of_in){ .id = id }, &found, &now));
    if (!found) return fail(db->arena, NOT_FOUND, "", "There is no such task.");
    TRY(sql_task_retry(db, &(sql_task_retry_in){ .id = id }, &retried));
    if (retried) return OK;
    return fail(db->arena, CONFLICT, "/status", "Only a task that failed is tried again; this one is %.*s.",
                PRINT(now.status));
}

/* ------------------------------------------------------------------ the server's own */

static error system_scope(const platform *app, arena *a, system_reason reason, text why, scope **out)
{
    caller nobody = { .kind = ACTOR_SYSTEM };
    return scope_open_system(app->store, a, reason, why, &nobody, out);
}

static error forget_some(const platform *app, arena *a, int64_t *forgotten)
{
    scope *db;
    TRY(system_scope(app, a, S7_SCHEDULER, TEXT("forget results of tasks after their time"), &db));
    error bad = sql_tasks_forget(
        db, &(sql_tasks_forget_in){ .hours = TASK_RESULT_HOURS, .lim = TASK_FORGOTTEN_AT_ONCE }, forgotten);
    if (!bad)
        bad = sql_workers_forget(db,
                                 &(sql_workers_forget_in){ .seen = scope_now(db) - MINUTES(TASK_WORKER_GONE_MINUTES) });
    if (!bad) bad = scope_commit(db);
    scope_rollback(db);
    return bad;
}

error tasks_clean_up(platform *app, arena *a)
{
    int64_t forgotten = TASK_FORGOTTEN_AT_ONCE;
    while (forgotten == TASK_FORGOTTEN_AT_ONCE) {
        error bad = forget_some(app, a, &forgotten);
        if (bad) log_event(app->log, LOG_WARNING, "tasks_not_cleaned_up", bad->message, NULL);
        TRY(bad);
    }
    return OK;
}

static void write_figures(const tasks_figures *f, text_builder *out)
{
    text_add_format(out,
                    "# HELP aic_tasks Tasks of the last hours by status.\n# TYPE aic_tasks gauge\n"
                    "aic_tasks{status=\"PENDING\"} %lld\naic_tasks{status=\"RUNNING\"} %lld\n"
                    "aic_tasks{status=\"SUCCEEDED\"} %lld\naic_tasks{status=\"FAILED\"} %lld\n"
                    "aic_tasks{status=\"CANCELLED\"} %lld\n"
                    "# HELP aic_tasks_oldest_seconds For how long the oldest waiting task has waited.\n"
                    "# TYPE aic_tasks_oldest_seconds gauge\naic_tasks_oldest_seconds %.3f\n"
                    "# HELP aic_task_workers Processes that take tasks.\n"
                    "# TYPE aic_task_workers gauge\naic_task_workers %lld\n",
                    (long long)f->pending, (long long)f->running, (long long)f->succeeded, (long long)f->failed,
                    (long long)f->cancelled, f->oldest_seconds, (long long)f->workers);
}

/* Without the database the other figures are told all the same. */
void tasks_metrics(platform *app, text_builder *out)
{
    arena *a = arena_new();
    scope *db;
    tasks_figures figures;
    error bad = system_scope(app, a, S9_PLATFORM_ADMINISTRATION, TEXT("count tasks for the metrics"), &db);
    if (!bad) {
        scope_reads(db);
        bad = sql_tasks_figures(
            db, &(sql_tasks_figures_in){ .seen = scope_now(db) - MINUTES(TASK_WORKER_GONE_MINUTES) }, &figures);
        scope_rollback(db);
    }
    if (!bad) write_figures(&figures, out);
    arena_drop(a);
}

/* ------------------------------------------------------------------ docs/engine-endpoints.md */

static const char *method_of(const route *r)
{
    static const char *const methods[] = {
        [GET] = "GET", [POST] = "POST", [PATCH] = "PATCH", [PUT] = "PUT", [DELETE_] = "DELETE"
    };
    return methods[r->method];
}

static error add_route(arena *a, const route *r, text_builder *out)
{
    bool asks = r->task || r->reply_schema == task_receipt_schema;
    if (!asks && !r->computes) return OK;
    if (r->computes && !r->why_here)
        return fail(a, INTERNAL, "", "%s %s computes and does not say why it is no task.", method_of(r), r->path);
    const task_kind *kind = r->task ? task_kind_find(text_of(r->task)) : NULL;
    if (asks && !kind)
        return fail(a, INTERNAL, "", "%s %s asks for a task and does not name its kind.", method_of(r), r->path);
    if (r->computes)
        text_add_format(out, "| %s %s | in the request | %s%s |\n", method_of(r), r->path, r->why_here,
                        kind ? text_format(a, "; what is larger is a task %s", kind->name).data : "");
    else
        text_add_format(out, "| %s %s | task %s | %s |\n", method_of(r), r->path, kind->name, kind->why);
    return OK;
}

error tasks_engine_table(arena *a, const route *const *tables, text *out)
{
    text_builder b = text_builder_in(a);
    text_add_string(&b, "| endpoint | runs | why |\n| --- | --- | --- |\n");
    for (const route *const *table = tables; *table; table++)
        for (const route *r = *table; r->path; r++) TRY(add_route(a, r, &b));
    text_add_string(&b, "\n| task | at most | memory | result | why |\n| --- | --- | --- | --- | --- |\n");
    for (const task_kind *const *each = task_kinds; *each; each++) {
        const task_kind *k = *each;
        if (k->is_for_tests) continue;
        text_add_format(&b, "| %s | %d s | %d MB | %s | %s |\n", k->name,
                        k->deadline_seconds ? k->deadline_seconds : TASK_DEADLINE_SECONDS,
                        k->memory_mb ? k->memory_mb : TASK_MEMORY_MB,
                        k->keeps_result ? "kept" : text_format(a, "%d hours", TASK_RESULT_HOURS).data, k->why);
    }
    *out = text_built(&b);
    return OK;
}

/* ------------------------------------------------------------------ routes */

static const field task_fields[] = { FIELD(staff_task, id, A_UUID),
                                     FIELD(staff_task, org_id, A_UUID),
                                     FIELD(staff_task, org_name, A_TEXT),
                                     FIELD(staff_task, kind, A_TEXT),
                                     FIELD(staff_task, status, ONE_OF(task_status_names)),
                                     FIELD(staff_task, progress, A_NUMBER, MIN(0), MAX(1)),
                                     FIELD(staff_task, error, ANY_JSON, NULLABLE),
                                     FIELD(staff_task, attempts, AN_INTEGER),
                                     FIELD(staff_task, data_bytes, AN_INTEGER),
                                     FIELD(staff_task, worker, MAYBE_UUID, .doc = "That does it, or did it last"),
                                     FIELD(staff_task, compute_ms, AN_INTEGER),
                                     FIELD(staff_task, peak_memory_mb, A_NUMBER),
                                     FIELD(staff_task, created_at, AN_INSTANT),
                                     FIELD(staff_task, started_at, MAYBE_INSTANT),
                                     FIELD(staff_task, finished_at, MAYBE_INSTANT),
                                     FIELDS_END };

static const field worker_fields[] = { FIELD(staff_worker, id, A_UUID),
                                       FIELD(staff_worker, host, A_TEXT),
                                       FIELD(staff_worker, pid, AN_INTEGER),
                                       FIELD(staff_worker, version, A_TEXT),
                                       FIELD(staff_worker, memory_mb, A_NUMBER),
                                       FIELD(staff_worker, started_at, AN_INSTANT),
                                       FIELD(staff_worker, seen_at, AN_INSTANT),
                                       FIELD(staff_worker, task_id, MAYBE_UUID),
                                       FIELD(staff_worker, task_kind, A_TEXT, NULLABLE),
                                       FIELDS_END };

static const field workers_fields[] = { FIELD(staff_workers, items, LIST_OF(staff_worker, worker_fields)), FIELDS_END };

static const field query_fields[] = { PAGE_FIELDS(staff_tasks_query),
                                      FIELD(staff_tasks_query, status, ONE_OF(task_status_names)),
                                      FIELD(staff_tasks_query, kind, A_TEXT, MAX(40)),
                                      FIELD(staff_tasks_query, org_id, MAYBE_UUID, .doc = "Of this organization only"),
                                      FIELDS_END };

static error get_tasks(request *rq, const void *body, void *reply)
{
    (void)body;
    return tasks_find_all(rq->scope, rq->query, reply);
}

static error get_workers(request *rq, const void *body, void *reply)
{
    (void)body;
    return tasks_list_workers(rq->scope, reply);
}

static error post_retry(request *rq, const void *body, void *reply)
{
    (void)body, (void)reply;
    const id_path *path = rq->path;
    TRY(tasks_retry(rq->scope, path->id));
    return task_accepted(rq, path->id);
}

#define ADMIN_SCOPE SYSTEM(S9_PLATFORM_ADMINISTRATION, "Staff look after the tasks and workers of the whole platform")

const route tasks_staff_routes[] = {
    { GET, "/admin/tasks", "Tasks of all organizations, newest first, without what they work on and their results",
      SUPER_ADMIN, ADMIN_SCOPE, QUERY(staff_tasks_query, query_fields), LIST_REPLY(task_fields, staff_task),
      .rate = RATE_READ, .handle = get_tasks },
    { GET, "/admin/workers", "Processes that take tasks, and what each does", SUPER_ADMIN, ADMIN_SCOPE,
      REPLY(staff_workers, workers_fields), .rate = RATE_READ, .handle = get_workers },
    { POST, "/admin/tasks/{id}/retry", "Try a task again whose workers ended", SUPER_ADMIN, ADMIN_SCOPE,
      PATH(id_path, id_path_fields), .raw_reply = "application/json", .reply_schema = "{\"type\":\"object\"}",
      .status = 202, .audit = "task_retried", .rate = RATE_WRITE,
      .description = "A task that failed by what it was given would fail again: that is a conflict.",
      .handle = post_retry },
    ROUTES_END
};
