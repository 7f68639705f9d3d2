-- The audit log grows up: what changed (before, after), a hash chain per organization, a partition per month, indexes for
-- the filters of its viewer. It stays append-only, and no row is written but through the trigger below.
--
-- The chain. Rows of one organization are numbered from 1 (seq), each holds the hash of the one before (prev_hash) and its
-- own: SHA-256 of the JSON array that audit_hash() builds, written as Python's json.dumps(list, ensure_ascii=False) does.
-- Rows of no organization (org_id null: sign-ins that failed, the body's own) are one chain too. audit_verify() walks it.

alter table audit_log rename to audit_log_unchained;
alter table audit_log_unchained rename constraint audit_log_pkey to audit_log_unchained_pkey;

create table audit_log (
    id uuid not null default new_id(),
    org_id uuid, -- null: the body's own, seen by aic_system only
    seq bigint not null,
    at timestamptz not null default clock_timestamp(),
    actor_id uuid,
    actor_kind text not null check (actor_kind in ('USER', 'API_KEY', 'SYSTEM', 'WEBHOOK', 'PUBLIC')),
    event text not null check (event ~ '^[a-z_]{1,60}$'),
    outcome text not null check (outcome in ('OK', 'REFUSED', 'ERROR')),
    subject_type text check (length(subject_type) <= 60),
    subject_id uuid,
    reason text check (length(reason) <= 1000),
    before jsonb, -- changed fields only, secrets and personal data masked
    after jsonb,
    request_id text check (length(request_id) <= 128),
    ip text check (length(ip) <= 64),
    user_agent text check (length(user_agent) <= 400),
    prev_hash text not null check (prev_hash ~ '^[0-9a-f]{64}$'),
    hash text not null check (hash ~ '^[0-9a-f]{64}$'),
    primary key (id, at)
) partition by range (at);

-- One for each filter that drives a search (features/audit/audit.sql), newest first. Those of an event, and of time, come
-- twice: within an organization, and over all of them for staff. An actor, an address and a subject are few rows anyway.
create index audit_log_by_time on audit_log (org_id, at desc, id desc);
create index audit_log_by_event on audit_log (org_id, event, at desc, id desc);
create index audit_log_by_actor on audit_log (actor_id, at desc, id desc) where actor_id is not null;
create index audit_log_by_ip on audit_log (ip, at desc, id desc) where ip is not null;
create index audit_log_by_subject on audit_log (subject_id, at desc, id desc) where subject_id is not null;
create index audit_log_of_all_by_time on audit_log (at desc, id desc);
create index audit_log_of_all_by_event on audit_log (event, at desc, id desc);

select tenant_table('audit_log');
select append_only('audit_log');

-- ------------------------------------------------------------------ a partition per month (UTC)

-- The triggers for each row and the indexes come from the parent when the partition is attached. Row-level security and
-- TRUNCATE do not: they are set here. Nobody is granted anything on a partition, so that the parent is the only way in;
-- the policies stand for the day on which somebody grants by mistake. Attaching blocks no reader and no writer.
create function audit_make_month(month date) returns boolean language plpgsql as $$
declare
    name text := 'audit_log_' || to_char(month, 'YYYY_MM');
    first timestamptz := date_trunc('month', month::timestamp) at time zone 'UTC';
    next timestamptz := (date_trunc('month', month::timestamp) + interval '1 month') at time zone 'UTC';
begin
    if to_regclass('public.' || name) is not null then
        return false;
    end if;
    execute format('create table public.%I (like public.audit_log including defaults including constraints)', name);
    perform tenant_table(name::regclass);
    execute format('revoke all on public.%I from aic_tenant, aic_system', name);
    execute format('create trigger append_only_all before truncate on public.%I for each statement execute function refuse_change()', name);
    execute format('alter table public.audit_log attach partition public.%I for values from (%L) to (%L)', name, first, next);
    return true;
end $$;
revoke execute on function audit_make_month(date) from public;

-- Makes the partitions of this month and of so many after it; called when a server starts, and daily. Returns how many
-- were missing.
create function audit_make_months(ahead integer) returns bigint
    language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    made bigint := 0;
begin
    perform pg_advisory_xact_lock(hashtextextended('aic audit months', 0));
    for i in 0 .. least(greatest(ahead, 0), 24) loop
        if audit_make_month(((now() at time zone 'UTC') + make_interval(months => i))::date) then
            made := made + 1;
        end if;
    end loop;
    return made;
end $$;
revoke execute on function audit_make_months(integer) from public;
grant execute on function audit_make_months(integer) to aic_system;

-- ------------------------------------------------------------------ what changed

-- By their names: what is secret or tells who somebody is, at any depth. The name of a person is one; a system's is not.
create function audit_mask(v jsonb, of_person boolean) returns jsonb language plpgsql immutable parallel safe as $$
begin
    case jsonb_typeof(v)
        when 'object' then
            return (select coalesce(jsonb_object_agg(key, case
                    when jsonb_typeof(value) = 'null' then value
                    when key ~* '(password|passphrase|secret|token|sealed|private|credential|recovery|cookie|otp|_hash$|api_?key)'
                      or key ~* '(^|[._])(e?mail|phone|address|birth|date_of_birth|id_number|ip)($|_)'
                      or (of_person and key ~* '(^|[._])(name|first_name|last_name)$') then '"***"'
                    else audit_mask(value, of_person) end), '{}') from jsonb_each(v));
        when 'array' then
            return (select coalesce(jsonb_agg(audit_mask(value, of_person) order by place), '[]')
                    from jsonb_array_elements(v) with ordinality e (value, place));
        else
            return v;
    end case;
end $$;

-- Notes what changed in this transaction, for the audit row that will be written before its end: a feature need not say
-- it, and cannot forget it. The first row changed is the subject; fields of others carry their kind: "user.role".
create function note_change() returns trigger language plpgsql as $$
declare
    kind text := tg_argv[0];
    left_out text[] := '{id,org_id,created_at,updated_at,version,ledger_entry_id}'::text[] || tg_argv[1]::text[];
    was jsonb := case when tg_op = 'INSERT' then '{}' else to_jsonb(old) end;
    becomes jsonb := case when tg_op = 'DELETE' then '{}' else to_jsonb(new) end;
    subject text := coalesce(becomes ->> 'id', was ->> 'id');
    noted jsonb := coalesce(nullif(current_setting('aic.changes', true), ''), '{}')::jsonb;
    prefix text := '';
    b jsonb;
    a jsonb;
begin
    if noted ? 'id' and noted ->> 'id' <> subject then
        prefix := kind || '.';
    end if;
    select jsonb_object_agg(prefix || key, was -> key) filter (where was ? key),
           jsonb_object_agg(prefix || key, becomes -> key) filter (where becomes ? key)
    into b, a
    from (select jsonb_object_keys(was || becomes) as key) k
    where coalesce(was -> key, 'null') <> coalesce(becomes -> key, 'null') and key <> all (left_out);
    if a is null and b is null and noted ? 'id' then
        return null; -- nothing but left_out columns; of the first row the subject is noted all the same
    end if;
    b := audit_mask(coalesce(b, '{}'), kind = 'user');
    a := audit_mask(coalesce(a, '{}'), kind = 'user');
    perform set_config('aic.changes', jsonb_build_object(
        'type', coalesce(noted ->> 'type', kind), 'id', coalesce(noted ->> 'id', subject),
        'before', b || coalesce(noted -> 'before', '{}'),
        'after', coalesce(noted -> 'after', '{}') || a)::text, true);
    return null;
end $$;

-- kind: the subject_type. left_out: columns that change without anybody's doing.
create function audited_table(name regclass, kind text, left_out text[] default '{}') returns void language plpgsql as $$
begin
    execute format('create trigger y_note_change after insert or update or delete on %s for each row execute function note_change(%L, %L)',
                   name, kind, left_out::text);
end $$;
revoke execute on function audited_table(regclass, text, text[]) from public;

select audited_table('organizations', 'organization');
select audited_table('users', 'user', '{last_login_at,password_changed_at}');
select audited_table('ai_systems', 'ai_system');

-- ------------------------------------------------------------------ the chain

-- The end of each chain: the row that writers of one organization queue for. It stays in its page (fillfactor), so that a
-- busy organization's head does not wander through the table.
create table audit_heads (
    chain uuid primary key, -- the organization; all zeros: rows of none
    seq bigint not null,
    hash text not null
) with (fillfactor = 20);
alter table audit_heads enable row level security;
alter table audit_heads force row level security;
create policy writer on audit_heads to aic_owner using (true) with check (true);
create policy tenant on audit_heads for select to aic_tenant using (chain = (select current_org()));
create policy system on audit_heads for select to aic_system using (true);
grant select on audit_heads to aic_tenant, aic_system;

create function audit_chain(org uuid) returns uuid language sql immutable parallel safe as $$
    select coalesce(org, '00000000-0000-0000-0000-000000000000')
$$;

create function audit_hash(e audit_log) returns text language sql stable parallel safe as $$
    select encode(sha256(convert_to(json_build_array(
        e.seq, e.id, e.org_id, to_char(e.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), e.actor_id, e.actor_kind,
        e.event, e.outcome, e.subject_type, e.subject_id, e.reason, e.before::text, e.after::text, e.request_id, e.ip,
        e.user_agent, e.prev_hash)::text, 'UTF8')), 'hex')
$$;

-- Takes the end of a chain, so that others wait until this transaction ends.
create function audit_take_head(org uuid) returns audit_heads language plpgsql as $$
declare
    head audit_heads;
begin
    select * into head from audit_heads h where h.chain = audit_chain(org) for update;
    if head.chain is null then
        insert into audit_heads (chain, seq, hash) values (audit_chain(org), 0, repeat('0', 64)) on conflict (chain) do nothing;
        select * into strict head from audit_heads h where h.chain = audit_chain(org) for update;
    end if;
    return head;
end $$;
revoke execute on function audit_take_head(uuid) from public;

-- Runs as the owner, who alone may move the head. What is too long is cut rather than refused: an action must not fail for
-- the length of its record.
create function chain_audit_row() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    changes jsonb := nullif(current_setting('aic.changes', true), '')::jsonb;
    head audit_heads;
begin
    if new.at not between clock_timestamp() - interval '1 minute' and clock_timestamp() + interval '1 minute' then
        raise exception 'an audit row is of the moment in which it is written' using errcode = 'AC403';
    end if;
    if changes is not null and new.before is null and new.after is null
       and coalesce(new.subject_id::text, changes ->> 'id') = changes ->> 'id' then
        new.subject_type := coalesce(new.subject_type, changes ->> 'type');
        new.subject_id := changes ->> 'id';
        new.before := nullif(changes -> 'before', '{}');
        new.after := nullif(changes -> 'after', '{}');
        perform set_config('aic.changes', '', true);
    end if;
    -- Who signs in is nobody yet when the request comes; the row of the person that it touched says who it was.
    if new.event = 'login' and new.outcome = 'OK' and new.actor_id is null and new.subject_type = 'user' then
        new.actor_id := new.subject_id;
        new.actor_kind := 'USER';
    end if;
    new.before := audit_mask(new.before, new.subject_type = 'user');
    new.after := audit_mask(new.after, new.subject_type = 'user');
    new.reason := left(new.reason, 1000);
    new.user_agent := left(new.user_agent, 400);
    new.request_id := left(new.request_id, 128);
    head := audit_take_head(new.org_id);
    new.seq := head.seq + 1;
    new.prev_hash := head.hash;
    new.hash := audit_hash(new);
    update audit_heads set seq = new.seq, hash = new.hash where chain = head.chain;
    return new;
end $$;

-- A transaction that writes to the ledger is audited, too. It takes both ends in the same order as one that opened with
-- an audit row (SYSTEM scopes with a person), or the two could wait for each other.
create function take_audit_head_first() returns trigger language plpgsql as $$
begin
    perform audit_take_head(new.org_id);
    return new;
end $$;
create trigger take_audit_head_first before insert on ledger_heads for each row execute function take_audit_head_first();

-- Recomputes the hash of every row of a chain and looks at every link, and at the end of the chain. org null: the body's
-- own. first_bad is the seq of the first row that does not fit, or that is missing; of one that is there also id and time.
create function audit_verify(org uuid, out valid boolean, out checked bigint, out first_bad bigint, out first_bad_id uuid,
                             out first_bad_at timestamptz) language plpgsql stable as $$
declare
    e audit_log;
    head audit_heads;
    before text := repeat('0', 64);
begin
    checked := 0;
    valid := true;
    for e in execute 'select * from audit_log where ' || case when org is null then 'org_id is null' else 'org_id = $1' end
                     || ' order by seq, id' using org loop
        checked := checked + 1;
        if e.seq <> checked or e.prev_hash <> before or e.hash <> audit_hash(e) then
            valid := false;
            first_bad := checked;
            first_bad_id := case when e.seq = checked then e.id end;
            first_bad_at := case when e.seq = checked then e.at end;
            return;
        end if;
        before := e.hash;
    end loop;
    select * into head from audit_heads h where h.chain = audit_chain(org);
    if coalesce(head.seq, 0) <> checked or coalesce(head.hash, before) <> before then
        valid := false;
        first_bad := checked + 1;
    end if;
end $$;

-- ------------------------------------------------------------------ the rows that are there already

-- Chained here in one pass: the trigger would move the same head for each row within one transaction. The owner sees rows
-- only where a policy says so.
alter table audit_log_unchained no force row level security;
alter table audit_log no force row level security;
do $$
declare
    r audit_log_unchained;
    e audit_log;
    m timestamp;
begin
    for m in select distinct date_trunc('month', at at time zone 'UTC') from audit_log_unchained loop
        perform audit_make_month(m::date);
    end loop;
    perform audit_make_months(3);
    for r in select * from audit_log_unchained order by audit_chain(org_id), at, id loop
        if e.id is null or audit_chain(e.org_id) <> audit_chain(r.org_id) then
            e := null;
            e.seq := 0;
            e.hash := repeat('0', 64);
        end if;
        e.prev_hash := e.hash;
        e.seq := e.seq + 1;
        e.id := r.id;
        e.org_id := r.org_id;
        e.at := r.at;
        e.actor_id := r.actor_id;
        e.actor_kind := r.actor_kind;
        e.event := r.event;
        e.outcome := r.outcome;
        e.subject_type := r.subject_type;
        e.subject_id := r.subject_id;
        e.reason := r.reason;
        e.request_id := r.request_id;
        e.ip := r.ip;
        e.user_agent := left(r.user_agent, 400);
        e.hash := audit_hash(e);
        insert into audit_log select e.*;
    end loop;
    insert into audit_heads
    select distinct on (audit_chain(org_id)) audit_chain(org_id), seq, hash from audit_log order by audit_chain(org_id), seq desc;
end $$;
alter table audit_log force row level security;
drop table audit_log_unchained;

create trigger chain before insert on audit_log for each row execute function chain_audit_row();
