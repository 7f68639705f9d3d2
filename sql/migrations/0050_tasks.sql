-- Tasks: work that takes longer than a request may (src/jobs/jobs.h, docs/tasks.md). A tenant asks for one and may cancel it.
-- Workers take tasks of all organizations (aic_system, reason S7) and then work within the task's own.

create table tasks (
    id uuid not null default new_id(),
    org_id uuid not null references organizations,
    kind text not null check (kind ~ '^[A-Z][A-Z0-9_]{0,39}$'),
    status text not null default 'PENDING' check (status in ('PENDING', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED')),
    progress double precision not null default 0 check (progress between 0 and 1),
    message text check (length(message) <= 200),
    input json not null default '{}',
    data_bytes bigint not null default 0 check (data_bytes between 0 and 256 * 1024 * 1024), -- of task_data
    system_id uuid,
    deadline_seconds bigint not null check (deadline_seconds between 1 and 86400),
    memory_limit_mb bigint not null check (memory_limit_mb between 16 and 65536),
    keeps_result boolean not null default false,
    result json,
    error json, -- {kind, message, hint}
    attempts bigint not null default 0 check (attempts >= 0),
    not_before timestamptz not null default now(),
    worker uuid,
    lease uuid, -- the worker's secret: whoever shows it may end the task; no tenant reads it
    lease_until timestamptz,
    deadline_at timestamptz,
    compute_ms bigint not null default 0 check (compute_ms >= 0),
    peak_memory_mb double precision not null default 0 check (peak_memory_mb >= 0),
    -- ⚙ 12 W a core, 900 g a kWh
    carbon_estimate_g double precision not null generated always as (compute_ms * 3e-6) stored,
    requested_by uuid,
    requested_as text not null check (requested_as in ('USER', 'API_KEY', 'SYSTEM', 'WEBHOOK', 'PUBLIC')),
    created_at timestamptz not null default now(),
    started_at timestamptz, -- of the attempt under way, or the last one
    finished_at timestamptz,
    primary key (org_id, id),
    foreign key (org_id, system_id) references ai_systems,
    constraint a_running_task_has_a_worker check ((status = 'RUNNING') = (lease is not null)),
    constraint a_lease_is_whole check ((lease is null) = (lease_until is null) and (lease is null) = (deadline_at is null)),
    constraint a_result_is_of_a_task_that_succeeded check ((status = 'SUCCEEDED') = (result is not null)),
    constraint an_error_is_of_a_task_that_failed check ((status = 'FAILED') = (error is not null)),
    constraint an_ended_task_has_its_time check ((status in ('SUCCEEDED', 'FAILED', 'CANCELLED')) = (finished_at is not null))
);
create index on tasks (org_id, created_at desc, id desc);
-- The first of each organization that waits is found by one look each, however many wait.
create index tasks_waiting on tasks (org_id, not_before, id) where status = 'PENDING';
create index tasks_running on tasks (org_id) where status = 'RUNNING';
create index tasks_leases on tasks (lease_until) where status = 'RUNNING';
create index tasks_workers on tasks (worker) where status = 'RUNNING';
create index tasks_served on tasks (org_id, started_at desc) where started_at is not null;
create index tasks_to_forget on tasks (finished_at) where finished_at is not null and not keeps_result;

select tenant_table('tasks');
-- The functions below run as the owner.
create policy owner on tasks to aic_owner using (true) with check (true);
select state_machine('tasks', 'status', '{PENDING>RUNNING,PENDING>CANCELLED,RUNNING>PENDING,RUNNING>SUCCEEDED,RUNNING>FAILED,RUNNING>CANCELLED,FAILED>PENDING}');

revoke all on tasks from aic_tenant, aic_system;
grant insert (org_id, kind, input, data_bytes, system_id, deadline_seconds, memory_limit_mb, keeps_result) on tasks to aic_tenant;
grant select (id, org_id, kind, status, progress, message, input, data_bytes, system_id, deadline_seconds, memory_limit_mb,
              keeps_result, result, error, attempts, not_before, deadline_at, compute_ms, peak_memory_mb, carbon_estimate_g,
              requested_by, requested_as, created_at, started_at, finished_at)
    on tasks to aic_tenant;
-- Not the result: that is task_end's to write, for whoever holds the lease.
grant select, delete on tasks to aic_system;
grant update (status, progress, message, error, attempts, not_before, worker, lease, lease_until, deadline_at, compute_ms,
              peak_memory_mb)
    on tasks to aic_system;

-- What a task works on, in pieces: there until the task has ended.
create table task_data (
    org_id uuid not null,
    task_id uuid not null,
    part bigint not null check (part >= 0),
    bytes bytea not null check (octet_length(bytes) between 1 and 1024 * 1024),
    primary key (org_id, task_id, part),
    foreign key (org_id, task_id) references tasks on delete cascade
);
-- Tables and models hardly shrink, and trying takes longer than writing them.
alter table task_data alter column bytes set storage external;
select tenant_table('task_data');
create policy owner on task_data to aic_owner using (true) with check (true);
revoke all on task_data from aic_tenant, aic_system;
grant select, insert on task_data to aic_tenant;

-- ------------------------------------------------------------------ the second wall

create function check_task() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        if new.status <> 'PENDING' or new.attempts <> 0 or new.progress <> 0 or new.not_before > now() then
            raise exception 'a task begins by waiting' using errcode = 'AC409', detail = '/status';
        end if;
        new.requested_by := nullif(current_setting('aic.actor', true), '')::uuid;
        new.requested_as := coalesce(nullif(current_setting('aic.actor_kind', true), ''), 'SYSTEM');
        new.created_at := now();
        return new;
    end if;
    if (new.id, new.org_id, new.kind, new.input::text, new.data_bytes, new.system_id, new.deadline_seconds, new.memory_limit_mb,
        new.keeps_result, new.requested_by, new.requested_as, new.created_at)
       is distinct from
       (old.id, old.org_id, old.kind, old.input::text, old.data_bytes, old.system_id, old.deadline_seconds, old.memory_limit_mb,
        old.keeps_result, old.requested_by, old.requested_as, old.created_at) then
        raise exception 'what was asked for is not changed' using errcode = 'AC403';
    end if;
    if new.status = old.status then
        if old.finished_at is not null then
            raise exception 'a task that has ended is not changed' using errcode = 'AC409', detail = '/status';
        end if;
        new.started_at := old.started_at;
        return new;
    end if;
    if new.status = 'RUNNING' then
        if new.attempts <> old.attempts + 1 then
            raise exception 'each taking counts' using errcode = 'AC409', detail = '/attempts';
        end if;
        new.started_at := now();
    elsif old.status = 'RUNNING' then
        new.lease := null;
        new.lease_until := null;
        new.deadline_at := null;
    end if;
    if new.status in ('SUCCEEDED', 'FAILED', 'CANCELLED') then
        new.finished_at := now();
        if new.status = 'SUCCEEDED' then new.progress := 1; end if;
    elsif old.status = 'FAILED' then
        -- Only what failed by itself still has its data.
        if old.error ->> 'kind' <> 'WORKER_LOST' then
            raise exception 'A task that failed by what it was given would fail again.' using errcode = 'AC409', detail = '/status';
        end if;
        new.finished_at := null;
        new.error := null;
    end if;
    return new;
end $$;
create trigger c_check_task before insert or update on tasks for each row execute function check_task();

-- Workers wait for aic_tasks; who watches a task waits for aic_task_changes. A payload is an id and nothing else: any
-- connection may listen.
create function tell_task() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
    if new.status = 'PENDING' then
        perform pg_notify('aic_tasks', '');
    end if;
    perform pg_notify('aic_task_changes', new.id::text);
    if new.finished_at is not null and coalesce(new.error ->> 'kind', '') <> 'WORKER_LOST' then
        delete from task_data d where d.org_id = new.org_id and d.task_id = new.id;
    end if;
    return null;
end $$;
create trigger z_tell_task_inserted after insert on tasks for each row execute function tell_task();
create trigger z_tell_task after update on tasks for each row
    when (old.status <> new.status or old.progress <> new.progress or old.message is distinct from new.message)
    execute function tell_task();

-- Data is of a task that nobody has begun.
create function check_task_data() returns trigger language plpgsql as $$
begin
    if not exists (select from tasks t where t.org_id = new.org_id and t.id = new.task_id and t.status = 'PENDING' and t.attempts = 0) then
        raise exception 'a task that was begun takes no data' using errcode = 'AC409';
    end if;
    return new;
end $$;
create trigger check_task_data before insert on task_data for each row execute function check_task_data();

-- ------------------------------------------------------------------ what workers do across organizations (aic_system, S7)

-- The next task, fairly: the organization with the fewest tasks under way, then the one that was served longest ago.
-- Organizations are found one by one along the index of what waits, so that it takes no longer when many wait.
create function tasks_take(kinds text[], by_worker uuid, lease_seconds bigint) returns setof tasks language plpgsql as $$
declare
    org uuid;
    chosen uuid;
begin
    for org in
        with recursive waiting as (
            (select t.org_id from tasks t where t.status = 'PENDING' order by t.org_id limit 1)
            union all
            select (select t.org_id from tasks t where t.status = 'PENDING' and t.org_id > w.org_id order by t.org_id limit 1)
            from waiting w where w.org_id is not null)
        select w.org_id from waiting w where w.org_id is not null
        order by (select count(*) from tasks r where r.org_id = w.org_id and r.status = 'RUNNING'),
                 (select max(s.started_at) from tasks s where s.org_id = w.org_id and s.started_at is not null) nulls first
    loop
        select t.id into chosen from tasks t
        where t.org_id = org and t.status = 'PENDING' and t.not_before <= now() and t.kind = any (kinds)
        order by t.not_before, t.id limit 1
        for update skip locked;
        if chosen is not null then
            return query update tasks t
            set status = 'RUNNING', attempts = t.attempts + 1, progress = 0, message = null, worker = by_worker,
                lease = gen_random_uuid(), lease_until = now() + make_interval(secs => lease_seconds),
                deadline_at = now() + make_interval(secs => t.deadline_seconds)
            where t.org_id = org and t.id = chosen
            returning t.*;
            return;
        end if;
    end loop;
end $$;

-- Gives tasks back whose worker is gone, later each time, or gives them up. most: how many times a task is tried.
create function tasks_give_back(wanted uuid[], most bigint) returns bigint language sql as $$
    with given as (
        update tasks t
        set status = case when t.deadline_at <= now() or t.attempts >= most then 'FAILED' else 'PENDING' end,
            not_before = now() + make_interval(secs => 2 * t.attempts * t.attempts),
            progress = 0,
            message = null,
            error = case
                when t.deadline_at <= now() then json_build_object(
                    'kind', 'DEADLINE', 'message', format('This took longer than %s seconds and was ended.', t.deadline_seconds),
                    'hint', 'Send less at once, or ask for less in one task.')
                when t.attempts >= most then json_build_object(
                    'kind', 'WORKER_LOST',
                    'message', format('The worker ended %s times while doing this: probably it needs more memory than %s MB.', t.attempts, t.memory_limit_mb),
                    'hint', 'Send less at once, or ask whoever runs the platform to give tasks more memory.')
                end
        where t.id = any (wanted) and t.status = 'RUNNING'
        returning 1)
    select count(*) from given
$$;

-- Those whose lease has ended.
create function tasks_reclaim(most bigint) returns bigint language sql as $$
    select tasks_give_back(array(select t.id from tasks t where t.status = 'RUNNING' and t.lease_until < now()
                                 order by t.id for update skip locked), most)
$$;

revoke execute on function tasks_take(text[], uuid, bigint), tasks_give_back(uuid[], bigint), tasks_reclaim(bigint) from public;
grant execute on function tasks_take(text[], uuid, bigint), tasks_give_back(uuid[], bigint), tasks_reclaim(bigint) to aic_system;

-- ------------------------------------------------------------------ what is done within the organization

-- The end of a task, by the worker whose lease it is, in the transaction of what it records. Runs as the owner, since a
-- tenant may change nothing of a task: not even injected SQL can forge a result.
create function task_end(task uuid, held uuid, becomes text, result_of json, error_of json, ms bigint, megabytes double precision)
    returns boolean language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
    if becomes not in ('SUCCEEDED', 'FAILED') then
        raise exception 'a worker ends a task as SUCCEEDED or FAILED' using errcode = 'AC409', detail = '/status';
    end if;
    update tasks t
    set status = becomes, result = result_of, error = error_of, message = null,
        compute_ms = greatest(t.compute_ms, ms), peak_memory_mb = greatest(t.peak_memory_mb, megabytes)
    where t.org_id = current_org() and t.id = task and t.status = 'RUNNING' and t.lease = held and t.lease_until > clock_timestamp();
    return found;
end $$;

-- Of one's own organization. True when it was cancelled by this or before; null when there is none; false when it had ended.
create function task_cancel(task uuid) returns boolean
    language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    was text;
begin
    select t.status into was from tasks t where t.org_id = current_org() and t.id = task for update;
    if was in ('PENDING', 'RUNNING') then
        update tasks t set status = 'CANCELLED', message = null where t.org_id = current_org() and t.id = task;
    end if;
    return was in ('PENDING', 'RUNNING', 'CANCELLED');
end $$;

revoke execute on function task_end(uuid, uuid, text, json, json, bigint, double precision), task_cancel(uuid) from public;
grant execute on function task_end(uuid, uuid, text, json, json, bigint, double precision), task_cancel(uuid) to aic_tenant;

-- ------------------------------------------------------------------ workers

-- Processes that take tasks, as they last said. Of no organization: staff see them.
create table task_workers (
    id uuid primary key,
    host text not null check (length(host) between 1 and 255),
    pid bigint not null,
    version text not null check (length(version) between 1 and 40),
    started_at timestamptz not null default now(),
    seen_at timestamptz not null default now(),
    memory_mb double precision not null default 0
);
alter table task_workers enable row level security;
alter table task_workers force row level security;
create policy system on task_workers to aic_system using (true) with check (true);
grant select, insert, update, delete on task_workers to aic_system;
