-- Tasks as whoever asks for one and as workers see them: see sql/migrations/0050_tasks.sql.

-- name: task_add :one
-- as: tenant
-- in: kind text, input json, data_bytes bigint, system_id uuid?, deadline_seconds bigint, memory_limit_mb bigint, keeps_result boolean
-- out: task_added (id uuid)
insert into tasks (org_id, kind, input, data_bytes, system_id, deadline_seconds, memory_limit_mb, keeps_result)
values (current_org(), $kind, $input, $data_bytes, $system_id, $deadline_seconds, $memory_limit_mb, $keeps_result)
returning id;

-- name: task_add_data :exec
-- as: tenant
-- in: task_id uuid, part bigint, bytes bytea
insert into task_data (org_id, task_id, part, bytes) values (current_org(), $task_id, $part, $bytes);

-- name: task_data_part :one
-- as: tenant
-- in: task_id uuid, part bigint
-- out: task_part (bytes bytea)
select bytes from task_data where org_id = current_org() and task_id = $task_id and part = $part;

-- Those that nobody works on any more, first.
-- name: tasks_reclaim :one
-- as: system
-- in: most bigint
-- out: tasks_given_back (given bigint)
select tasks_reclaim($most) as given;

-- name: tasks_take :maybe
-- as: system
-- in: kinds text[], worker uuid, lease_seconds bigint
-- out: task_taken (id uuid, org_id uuid, kind text, input json, data_bytes bigint, requested_by uuid?, requested_as text, lease uuid, attempts bigint, deadline_seconds bigint, memory_limit_mb bigint)
select id, org_id, kind, input, data_bytes, requested_by, requested_as, lease, attempts, deadline_seconds, memory_limit_mb
from tasks_take($kinds, $worker, $lease_seconds);

-- Nothing when the task was cancelled, or given to another. Not beyond its deadline, but for the moment in which the worker
-- says that it ended.
-- name: task_renew :count
-- as: system
-- in: org_id uuid, id uuid, lease uuid, lease_seconds bigint, progress double, message text?, compute_ms bigint, peak_memory_mb double
update tasks
set lease_until = now() + make_interval(secs => $lease_seconds), progress = $progress, message = $message,
    compute_ms = $compute_ms, peak_memory_mb = $peak_memory_mb
where org_id = $org_id and id = $id and status = 'RUNNING' and lease = $lease and now() < deadline_at + interval '5 s';

-- name: task_end :one
-- as: tenant
-- in: id uuid, lease uuid, status text, result json?, error json?, compute_ms bigint, peak_memory_mb double
-- out: task_ended (held boolean)
select task_end($id, $lease, $status, $result, $error, $compute_ms, $peak_memory_mb) as held;

-- The worker stops, or the database was away: it costs no attempt.
-- name: task_return :exec
-- as: system
-- in: org_id uuid, id uuid, lease uuid, free boolean, wait_seconds bigint
update tasks
set status = 'PENDING', progress = 0, message = null, attempts = attempts - $free::integer,
    not_before = now() + make_interval(secs => $wait_seconds)
where org_id = $org_id and id = $id and status = 'RUNNING' and lease = $lease;

-- A worker process has ended in the middle of its task.
-- name: tasks_worker_ended :one
-- as: system
-- in: worker uuid, most bigint
-- out: tasks_of_worker (given bigint)
select tasks_give_back(array(select id from tasks where status = 'RUNNING' and worker = $worker), $most) as given;

-- Workers of this server that should have ended their task and have not.
-- name: tasks_overdue :many
-- as: system
-- in: workers uuid[], seconds bigint
-- out: task_overdue (worker uuid)
select worker from tasks
where status = 'RUNNING' and worker = any ($workers) and deadline_at + make_interval(secs => $seconds) < now();

-- Those of them that have not said for long that they are there.
-- name: workers_silent :many
-- as: system
-- in: workers uuid[], seconds bigint
-- out: worker_silent (id uuid)
select id from task_workers where id = any ($workers) and seen_at < now() - make_interval(secs => $seconds);

-- name: worker_seen :exec
-- as: system
-- in: id uuid, host text, pid bigint, version text, memory_mb double
insert into task_workers (id, host, pid, version, memory_mb) values ($id, $host, $pid, $version, $memory_mb)
on conflict (id) do update set seen_at = now(), memory_mb = excluded.memory_mb;

-- name: worker_gone :exec
-- as: system
-- in: id uuid
delete from task_workers where id = $id;
