#include "features/tasks/tasks.h"

/* What the first part of the work says about the rest is a guess below it. */
static const double least_progress = 0.01;

maybe_number task_remaining(const task_row *row, instant now)
{
    bool known = text_equal_string(row->status, "RUNNING") && row->started_at.is_set && row->progress >= least_progress;
    if (!known || now < row->started_at.value) return (maybe_number){ 0 };
    double spent = (double)(now - row->started_at.value) / 1e6;
    return (maybe_number){ true, spent * (1 - row->progress) / row->progress };
}

task_view task_view_of(const task_row *row, instant now)
{
    return (task_view){ .task_id = row->id,
                        .kind = row->kind,
                        .status = row->status,
                        .progress = row->progress,
                        .message = row->message,
                        .error = row->error,
                        .system_id = row->system_id,
                        .requested_by = row->requested_by,
                        .attempts = row->attempts,
                        .created_at = row->created_at,
                        .started_at = row->started_at,
                        .finished_at = row->finished_at,
                        .remaining_seconds = task_remaining(row, now),
                        .resource_usage = { row->compute_ms, row->peak_memory_mb, row->carbon_estimate_g } };
}

error tasks_find(scope *db, const tasks_query *query, page_reply *out)
{
    task_row_list rows;
    sql_tasks_list_in in = { .status = query->status, .kind = query->kind, .lim = query->page.limit + 1 };
    TRY(cursor_read_instant(db->arena, query->page.cursor, &in.before, &in.before_id));
    TRY(sql_tasks_list(db, &in, &rows));
    size_t shown = rows.count > (size_t)query->page.limit ? (size_t)query->page.limit : rows.count;
    task_view *views = ARENA_ARRAY(db->arena, shown + 1, task_view);
    for (size_t i = 0; i < shown; i++) views[i] = task_view_of(&rows.items[i], scope_now(db));
    *out = (page_reply){ .items = views, .count = shown };
    if (shown < rows.count)
        out->next_cursor = cursor_write(db->arena, instant_format(db->arena, rows.items[shown - 1].created_at),
                                        rows.items[shown - 1].id);
    return OK;
}

error tasks_read(scope *db, uuid id, task_view *out)
{
    task_row row;
    task_made made;
    TRY(sql_task_read(db, &(sql_task_read_in){ .id = id }, &row));
    *out = task_view_of(&row, scope_now(db));
    if (!text_equal_string(row.status, "SUCCEEDED")) return OK;
    TRY(sql_task_result(db, &(sql_task_result_in){ .id = id }, &made));
    out->result = made.result;
    return OK;
}

error tasks_cancel(scope *db, uuid id)
{
    task_cancelled done;
    TRY(sql_task_cancel(db, &(sql_task_cancel_in){ .id = id }, &done));
    if (!done.cancelled.is_set) return fail(db->arena, NOT_FOUND, "", "There is no such task.");
    if (done.cancelled.value) return OK;
    return fail(db->arena, CONFLICT, "/status", "This task has ended already; there is nothing to cancel.");
}
