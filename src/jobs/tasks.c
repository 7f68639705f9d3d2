#include "jobs/inside.h"

const task_kind *task_kind_find(text name)
{
    for (const task_kind *const *kind = task_kinds; *kind; kind++)
        if (text_equal_string(name, (*kind)->name)) return *kind;
    return NULL;
}

static error add_data(scope *db, uuid task, text data)
{
    for (size_t from = 0, part = 0; from < data.length; from += TASK_DATA_PART, part++) {
        size_t left = data.length - from;
        sql_task_add_data_in in = { .task_id = task,
                                    .part = (int64_t)part,
                                    .bytes = { data.data + from, left < TASK_DATA_PART ? left : TASK_DATA_PART } };
        TRY(sql_task_add_data(db, &in));
    }
    return OK;
}

error tasks_add(scope *db, const task_order *order, uuid *id)
{
    const task_kind *kind = task_kind_find(text_of(order->kind));
    if (!kind) return fail(db->arena, INTERNAL, "", "There is no kind of task %s.", order->kind);
    if (order->data.length > (size_t)TASK_DATA_MB * 1024 * 1024)
        return fail(db->arena, INVALID, "", "A task takes %d MB of data at most; this is %.1f MB.", TASK_DATA_MB,
                    (double)order->data.length / (1024 * 1024));
    sql_task_add_in in = {
        .kind = text_of(kind->name),
        .input = text_is(order->input) ? order->input : TEXT("{}"),
        .data_bytes = (int64_t)order->data.length,
        .system_id = order->system_id,
        .deadline_seconds = kind->deadline_seconds ? kind->deadline_seconds : TASK_DEADLINE_SECONDS,
        .memory_limit_mb = kind->memory_mb ? kind->memory_mb : TASK_MEMORY_MB,
        .keeps_result = kind->keeps_result,
    };
    task_added added;
    TRY(sql_task_add(db, &in, &added));
    *id = added.id;
    return add_data(db, added.id, order->data);
}
