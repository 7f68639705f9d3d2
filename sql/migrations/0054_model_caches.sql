-- What the model cache of each process (servers, workers) says of itself, now and then: figures only, of no organization.
-- One that has not said anything for a minute has ended.
create table model_caches (
    process uuid primary key,
    program text not null check (program in ('SERVER', 'WORKER')),
    host text not null check (length(host) between 1 and 255),
    pid bigint not null,
    entries bigint not null check (entries >= 0),
    bytes bigint not null check (bytes >= 0),
    hits bigint not null check (hits >= 0),
    misses bigint not null check (misses >= 0),
    evictions bigint not null check (evictions >= 0),
    seen_at timestamptz not null default now()
);
alter table model_caches enable row level security;
alter table model_caches force row level security;
create policy system on model_caches to aic_system using (true) with check (true);
grant select, insert, update, delete on model_caches to aic_system;
