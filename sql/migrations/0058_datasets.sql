-- Data sets: tables too large for one request, stored as they came, in pieces, and analysed by a worker. Rows of a data set are
-- only ever its organization's; what is stored is never changed, only deleted whole.

create table datasets (
    id uuid not null default new_id(),
    org_id uuid not null references organizations,
    name text not null check (length(name) between 1 and 200),
    purpose text not null check (purpose in ('BASELINE', 'MONITORING', 'AUDIT', 'SANDBOX')),
    media_type text not null check (media_type in ('text/csv', 'application/x-ndjson', 'application/json')),
    status text not null default 'UPLOADING' check (status in ('UPLOADING', 'READY', 'FAILED', 'DELETING')),
    is_resumable boolean not null, -- an upload that breaks off may be taken up again; else it is deleted at once
    problem text check (length(problem) <= 2000), -- FAILED: what was wrong with it
    columns json, -- READY: the profile
    row_count bigint,
    bytes bigint not null default 0,
    sha256 text check (sha256 ~ '^[0-9a-f]{64}$'),
    contains_personal boolean not null default false,
    legal_basis text check (length(legal_basis) between 10 and 1000),
    retention_until timestamptz,
    created_by uuid,
    version bigint not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (org_id, id),
    constraint personal_data_has_a_legal_basis check (not contains_personal or legal_basis is not null),
    constraint a_ready_dataset_has_its_profile check (
        status <> 'READY' or (columns is not null and row_count > 0 and bytes > 0 and sha256 is not null)),
    constraint a_failed_dataset_says_why check (status <> 'FAILED' or problem is not null)
);
create index on datasets (org_id, created_at desc, id desc);
create index on datasets (retention_until) where retention_until is not null;
create index on datasets (created_at) where status <> 'READY';

select tenant_table('datasets');
select versioned_table('datasets');
select state_machine('datasets', 'status', '{UPLOADING>READY,UPLOADING>FAILED,UPLOADING>DELETING,READY>DELETING,FAILED>DELETING}');
select audited_table('datasets', 'dataset', '{columns,legal_basis}');

revoke update on datasets from aic_tenant, aic_system;
grant update (name, purpose, contains_personal, legal_basis, retention_until, status, problem, columns, row_count, bytes, sha256)
    on datasets to aic_tenant;
grant update (status) on datasets to aic_system;
revoke insert on datasets from aic_system;

create table dataset_chunks (
    org_id uuid not null,
    dataset_id uuid not null,
    number bigint not null check (number >= 0),
    first_byte bigint not null check (first_byte >= 0),
    bytes bytea not null check (length(bytes) between 1 and 1048576),
    created_at timestamptz not null default now(),
    primary key (org_id, dataset_id, number),
    foreign key (org_id, dataset_id) references datasets on delete cascade
);
select tenant_table('dataset_chunks');
revoke update on dataset_chunks from aic_tenant, aic_system;
revoke insert on dataset_chunks from aic_system;

-- The default compression is slower than the disks that it would spare.
do $$ begin
    alter table dataset_chunks alter column bytes set compression lz4;
exception when feature_not_supported then
    alter table dataset_chunks alter column bytes set storage external;
end $$;

-- How far an upload has come; kept nowhere else, so that no row is written anew for each piece.
create function dataset_received(org uuid, dataset uuid) returns bigint language sql stable as $$
    select coalesce((select c.first_byte + length(c.bytes) from dataset_chunks c where c.org_id = org and c.dataset_id = dataset
                     order by c.number desc limit 1), 0)
$$;

-- Pieces follow each other without a gap, and only while the upload is under way. Two writers meet at the data set's row.
create function check_dataset_chunk() returns trigger language plpgsql as $$
declare
    status text;
    last record;
begin
    if tg_op = 'DELETE' then
        select d.status into status from datasets d where d.org_id = old.org_id and d.id = old.dataset_id;
        if status in ('UPLOADING', 'READY') then -- with its data set gone, a piece may go, too
            raise exception 'The pieces of a data set are deleted with it only.' using errcode = 'AC403';
        end if;
        return old;
    end if;
    if tg_op = 'UPDATE' then
        raise exception 'The pieces of a data set are never changed.' using errcode = 'AC403';
    end if;
    select d.status into status from datasets d where d.org_id = new.org_id and d.id = new.dataset_id for no key update;
    if status is distinct from 'UPLOADING' then
        raise exception 'This data set is not being uploaded.' using errcode = 'AC409';
    end if;
    select c.number, c.first_byte + length(c.bytes) as received into last from dataset_chunks c
    where c.org_id = new.org_id and c.dataset_id = new.dataset_id order by c.number desc limit 1;
    if new.number <> coalesce(last.number + 1, 0) or new.first_byte <> coalesce(last.received, 0) then
        raise exception 'The upload stands at byte %; somebody else may be sending it, too.', coalesce(last.received, 0)
            using errcode = 'AC409';
    end if;
    return new;
end $$;
create trigger check_dataset_chunk before insert or update or delete on dataset_chunks
    for each row execute function check_dataset_chunk();

create function check_dataset() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        if new.status <> 'UPLOADING' then
            raise exception 'a data set begins with its upload' using errcode = 'AC409', detail = '/status';
        end if;
        return new;
    end if;
    if old.status <> 'UPLOADING' and (new.columns::text, new.row_count, new.bytes, new.sha256, new.problem)
       is distinct from (old.columns::text, old.row_count, old.bytes, old.sha256, old.problem) then
        raise exception 'What a stored data set holds is never changed.' using errcode = 'AC403';
    end if;
    if new.status = 'READY' and old.status = 'UPLOADING' and new.bytes <> dataset_received(new.org_id, new.id) then
        raise exception 'The data set has % bytes; its pieces have %.', new.bytes, dataset_received(new.org_id, new.id)
            using errcode = 'AC409';
    end if;
    return new;
end $$;
create trigger a_check_dataset before insert or update on datasets for each row execute function check_dataset();

-- What an organization keeps: uploads under way count as far as they have come.
create function dataset_bytes_kept(org uuid) returns bigint language sql stable as $$
    select coalesce(sum(case when d.status = 'UPLOADING' then dataset_received(d.org_id, d.id) else d.bytes end), 0)::bigint
    from datasets d where d.org_id = org
$$;

-- A record says which stored data it was made of. The data set may be deleted; the record stays.
alter table analyses add column dataset_id uuid;
