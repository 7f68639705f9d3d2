-- Tasks as their organization sees them.

-- struct: task_row (id uuid, kind text, status text, progress double, message text?, system_id uuid?, requested_by uuid?, error json?, attempts bigint, compute_ms bigint, peak_memory_mb double, carbon_estimate_g double, created_at timestamptz, started_at timestamptz?, finished_at timestamptz?)

-- Newest first.
-- name: tasks_list :many
-- as: tenant
-- in: status text?, kind text?, before timestamptz?, before_id uuid?, lim bigint
-- out: task_row
select id, kind, status, progress, message, system_id, requested_by, error, attempts, compute_ms, peak_memory_mb, carbon_estimate_g,
       created_at, started_at, finished_at
from tasks
where org_id = current_org()
  and ($status is null or status = $status)
  and ($kind is null or kind = $kind)
  and ($before is null or (created_at, id) < ($before, $before_id))
order by created_at desc, id desc
limit $lim;

-- name: task_read :one
-- as: tenant
-- in: id uuid
-- out: task_row
select id, kind, status, progress, message, system_id, requested_by, error, attempts, compute_ms, peak_memory_mb, carbon_estimate_g,
       created_at, started_at, finished_at
from tasks
where org_id = current_org() and id = $id;

-- name: task_result :one
-- as: tenant
-- in: id uuid
-- out: task_made (result json?)
select result from tasks where org_id = current_org() and id = $id;

-- Null when there is none; false when it had ended otherwise.
-- name: task_cancel :one
-- as: tenant
-- in: id uuid
-- out: task_cancelled (cancelled boolean?)
select task_cancel($id) as cancelled;
