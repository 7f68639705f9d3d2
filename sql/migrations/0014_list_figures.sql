-- What lists are made of, cheap enough for every request.

-- Evaluated once a row where a plan has no index for it, so it must be an expression that the planner can fold in. An
-- organization that is not set is an error still, never "all".
create function refuse_no_org() returns text language plpgsql stable parallel safe as $$
begin
    raise exception 'no organization is set in this transaction' using errcode = '42501';
end $$;
create or replace function current_org() returns uuid language sql stable parallel safe as $$
    select coalesce(nullif(current_setting('aic.org_id', true), ''), refuse_no_org())::uuid
$$;

create index on ai_systems (org_id, created_at desc, id desc);

-- How many analyses a system has and what the latest said: written by the trigger below and by nothing else, so that a
-- list need not count.
create table system_figures (
    org_id uuid not null,
    system_id uuid not null,
    analysis_count bigint not null check (analysis_count > 0),
    last_analysis_id uuid not null,
    last_analysis_verdict text not null,
    last_analysis_at timestamptz not null,
    primary key (org_id, system_id),
    foreign key (org_id, system_id) references ai_systems
);
select tenant_table('system_figures');
revoke insert, update, delete on system_figures from aic_tenant, aic_system;
create policy writer on system_figures to aic_owner using (true) with check (true);

create function count_analysis() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
    insert into system_figures as f
        (org_id, system_id, analysis_count, last_analysis_id, last_analysis_verdict, last_analysis_at)
    values (new.org_id, new.system_id, 1, new.id, new.verdict, new.created_at)
    on conflict (org_id, system_id) do update set analysis_count = f.analysis_count + 1;
    update system_figures f
    set last_analysis_id = new.id, last_analysis_verdict = new.verdict, last_analysis_at = new.created_at
    where f.org_id = new.org_id and f.system_id = new.system_id
      and (f.last_analysis_at, f.last_analysis_id) < (new.created_at, new.id);
    return null;
end $$;
create trigger count_analysis after insert on analyses for each row execute function count_analysis();

-- Those that are there already. The owner sees rows only where a policy says so.
alter table analyses no force row level security;
insert into system_figures
select distinct on (org_id, system_id) org_id, system_id, count(*) over (partition by org_id, system_id), id, verdict, created_at
from analyses
order by org_id, system_id, created_at desc, id desc;
alter table analyses force row level security;
