-- Whole months of the audit log that are older than somebody decided to keep are dropped, and what stays can be verified
-- all the same: where each chain was cut is kept, and audit_verify() starts there. Only the owner drops, from the command
-- line (aicd audit retention): no server, and nobody who took one over, can shorten the record.

create table audit_cuts (
    chain uuid primary key, -- the organization; all zeros: rows of none
    seq bigint not null,    -- of the last row that is gone
    hash text not null check (hash ~ '^[0-9a-f]{64}$'),
    before date not null,   -- months before this one are gone
    cut_at timestamptz not null default now()
);
alter table audit_cuts enable row level security;
alter table audit_cuts force row level security;
create policy writer on audit_cuts to aic_owner using (true) with check (true);
create policy tenant on audit_cuts for select to aic_tenant using (chain = (select current_org()));
create policy system on audit_cuts for select to aic_system using (true);
grant select on audit_cuts to aic_tenant, aic_system;

-- The partitions that hold months before this one, oldest first.
create function audit_months_before(before date) returns setof text language sql stable as $$
    select c.relname::text
    from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'public.audit_log'::regclass and c.relname ~ '^audit_log_\d{4}_\d{2}$'
      and to_date(right(c.relname, 7), 'YYYY_MM') < date_trunc('month', before::timestamp)::date
    order by c.relname
$$;
revoke execute on function audit_months_before(date) from public;

-- Drops them and says what it did. A row is dated before it takes its place in the chain: of two at a month's very end the
-- later one in the chain may be the earlier one in time. What stays of such a pair is before the cut, and no longer walked.
create function audit_drop_months(before date) returns text language plpgsql set search_path = pg_catalog, public, pg_temp as $$
declare
    first_kept date := date_trunc('month', before::timestamp)::date;
    months text[];
    gone bigint;
    said text;
begin
    if first_kept > date_trunc('month', (now() at time zone 'UTC') - interval '12 months')::date then
        raise exception 'the audit log of the last 12 months is never dropped' using errcode = 'AC403';
    end if;
    perform pg_advisory_xact_lock(hashtextextended('aic audit months', 0));
    lock table audit_log in access exclusive mode;
    select array_agg(m) into months from audit_months_before(first_kept) m;
    if months is null then
        return 'No month is older than ' || to_char(first_kept, 'YYYY-MM') || '.';
    end if;
    alter table audit_log no force row level security; -- of the owner's, who sees rows only where a policy says so
    select count(*) into gone from audit_log where at < first_kept::timestamp at time zone 'UTC';
    insert into audit_cuts as c (chain, seq, hash, before)
    select distinct on (audit_chain(org_id)) audit_chain(org_id), seq, hash, first_kept
    from audit_log where at < first_kept::timestamp at time zone 'UTC'
    order by audit_chain(org_id), seq desc
    on conflict (chain) do update
    set seq = excluded.seq, hash = excluded.hash, before = excluded.before, cut_at = now() where c.seq < excluded.seq;
    said := format('%s rows of %s months before %s', gone, array_length(months, 1), to_char(first_kept, 'YYYY-MM'));
    insert into audit_log (actor_kind, event, outcome, reason, user_agent)
    values ('SYSTEM', 'audit_months_dropped', 'OK', said || ': ' || array_to_string(months, ', '), 'aicd on the command line');
    alter table audit_log force row level security;
    for i in 1 .. array_length(months, 1) loop
        execute format('drop table public.%I', months[i]);
    end loop;
    return 'Dropped ' || said || '.';
end $$;
revoke execute on function audit_drop_months(date) from public;

-- As before, from where the chain was cut.
create or replace function audit_verify(org uuid, out valid boolean, out checked bigint, out first_bad bigint, out first_bad_id uuid,
                                        out first_bad_at timestamptz) language plpgsql stable as $$
declare
    e audit_log;
    head audit_heads;
    cut audit_cuts;
    start bigint;
    before text;
begin
    select * into cut from audit_cuts c where c.chain = audit_chain(org);
    start := coalesce(cut.seq, 0);
    before := coalesce(cut.hash, repeat('0', 64));
    checked := 0;
    valid := true;
    for e in execute 'select * from audit_log where ' || case when org is null then 'org_id is null' else 'org_id = $1' end
                     || ' and seq > $2 order by seq, id' using org, start loop
        checked := checked + 1;
        if e.seq <> start + checked or e.prev_hash <> before or e.hash <> audit_hash(e) then
            valid := false;
            first_bad := start + checked;
            first_bad_id := case when e.seq = start + checked then e.id end;
            first_bad_at := case when e.seq = start + checked then e.at end;
            return;
        end if;
        before := e.hash;
    end loop;
    select * into head from audit_heads h where h.chain = audit_chain(org);
    if coalesce(head.seq, 0) <> start + checked or coalesce(head.hash, before) <> before then
        valid := false;
        first_bad := start + checked + 1;
    end if;
end $$;
