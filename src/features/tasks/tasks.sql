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

-- ------------------------------------------------------------------ of all organizations: staff, and the server itself

-- name: tasks_of_all :many
-- as: system
-- in: status text?, kind text?, org_id uuid?, before timestamptz?, before_id uuid?, lim bigint
-- out: staff_task (id uuid, org_id uuid, org_name text, kind text, status text, progress double, error json?, attempts bigint, data_bytes bigint, worker uuid?, compute_ms bigint, peak_memory_mb double, created_at timestamptz, started_at timestamptz?, finished_at timestamptz?)
select t.id, t.org_id, o.name as org_name, t.kind, t.status, t.progress, t.error, t.attempts, t.data_bytes, t.worker, t.compute_ms,
       t.peak_memory_mb, t.created_at, t.started_at, t.finished_at
from tasks t
join organizations o on o.id = t.org_id
where ($status is null or t.status = $status)
  and ($kind is null or t.kind = $kind)
  and ($org_id is null or t.org_id = $org_id)
  and ($before is null or (t.created_at, t.id) < ($before, $before_id))
order by t.created_at desc, t.id desc
limit $lim;

-- name: workers_of_all :many
-- as: system
-- in: lim bigint
-- out: staff_worker (id uuid, host text, pid bigint, version text, memory_mb double, started_at timestamptz, seen_at timestamptz, task_id uuid?, task_kind text?)
select w.id, w.host, w.pid, w.version, w.memory_mb, w.started_at, w.seen_at, t.id as task_id, t.kind as task_kind
from task_workers w
left join tasks t on t.worker = w.id and t.status = 'RUNNING'
order by w.host, w.started_at
limit $lim;

-- One that failed by itself (the database refuses any other) is tried anew.
-- name: task_retry :count
-- as: system
-- in: id uuid
update tasks set status = 'PENDING', attempts = 0, progress = 0, error = null, not_before = now() where id = $id and status = 'FAILED';

-- name: task_status_of :maybe
-- as: system
-- in: id uuid
-- out: task_status (status text, org_id uuid)
select status, org_id from tasks where id = $id;

-- name: tasks_figures :one
-- as: system
-- in: seen timestamptz
-- out: tasks_figures (pending bigint, running bigint, succeeded bigint, failed bigint, cancelled bigint, oldest_seconds double, workers bigint)
select count(*) filter (where status = 'PENDING') as pending,
       count(*) filter (where status = 'RUNNING') as running,
       count(*) filter (where status = 'SUCCEEDED') as succeeded,
       count(*) filter (where status = 'FAILED') as failed,
       count(*) filter (where status = 'CANCELLED') as cancelled,
       coalesce(extract(epoch from now() - min(created_at) filter (where status = 'PENDING')), 0)::double precision as oldest_seconds,
       (select count(*) from task_workers w where w.seen_at > $seen) as workers
from tasks;

-- Of several servers one does it, and only a part at a time, so that nobody waits for it.
-- name: tasks_forget :count
-- as: system
-- in: hours bigint, lim bigint
delete from tasks
where pg_try_advisory_xact_lock(hashtextextended('aic tasks forget', 0))
  and id in (select t.id from tasks t
             where t.finished_at < now() - make_interval(hours => $hours::integer) and not t.keeps_result
             order by t.finished_at limit $lim);

-- name: workers_forget :exec
-- as: system
-- in: seen timestamptz
delete from task_workers where seen_at < $seen;
