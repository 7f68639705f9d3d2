-- Models with their artefacts: the very bytes that were registered, what a reader found in them, and the endpoints that
-- stand for a model elsewhere. A model may be registered before a system is, as one does while developing; it leaves
-- DEVELOPMENT only for a system that somebody answers for.

insert into rate_limits (name, most, window_seconds, what) values
    ('explain', 10, 60, 'Explanations and trainings that one person asks for');

alter table models alter column system_id drop not null;
alter table models drop constraint models_org_id_system_id_name_version_label_key;
alter table models add constraint models_name_version_key unique nulls not distinct (org_id, system_id, name, version_label);

-- Where a model is asked that stays with whoever runs it. Never changed: another address or secret is another row, so that
-- the model's ledger entry says which one decided.
create table prediction_endpoints (
    id uuid not null default new_id(),
    org_id uuid not null references organizations,
    url text not null check (url ~ '^https?://[^[:space:]]+$' and length(url) <= 2000),
    header_name text check (header_name ~ '^[A-Za-z0-9-]{1,60}$'),
    header_sealed bytea check (length(header_sealed) <= 4200),
    created_by uuid,
    created_at timestamptz not null default now(),
    primary key (org_id, id),
    constraint a_secret_has_its_header check ((header_name is null) = (header_sealed is null))
);
select tenant_table('prediction_endpoints');
select append_only('prediction_endpoints');

alter table models
    add column kind text not null default 'ARTEFACT' check (kind in ('ARTEFACT', 'ENDPOINT')),
    add column lifecycle_stage text not null default 'DEVELOPMENT' check (lifecycle_stage in (
        'DEVELOPMENT', 'TESTING', 'PRODUCTION', 'DECOMMISSIONED')),
    add column format text check (length(format) <= 40),
    add column artefact_bytes bigint check (artefact_bytes between 1 and 200000000),
    add column features json not null default '[]',  -- [{name, is_category, categories}]
    add column outputs json not null default '[]',   -- what the outputs are called: classes, or one name
    add column structure json not null default '{}', -- objective, link, trees, nodes, depth
    add column metrics json,                         -- as trained or as stated
    add column training json,                        -- options and seed that give the same model again
    add column training_data_sha256 text check (training_data_sha256 ~ '^[0-9a-f]{64}$'),
    add column training_data_description text check (length(training_data_description) <= 4000),
    add column protected_attributes text[] not null default '{}',
    add column owner_id uuid,
    add column drift_status text not null default 'UNKNOWN' check (drift_status in ('UNKNOWN', 'STABLE', 'WARNING', 'CRITICAL')),
    add column last_drift_check_at timestamptz,
    add column last_bias_test_at timestamptz,
    add column retired_at timestamptz,
    add column endpoint_id uuid,
    add foreign key (org_id, owner_id) references users,
    add foreign key (org_id, endpoint_id) references prediction_endpoints,
    add constraint an_artefact_is_whole check (
        (artefact_sha256 is null) = (format is null) and (artefact_sha256 is null) = (artefact_bytes is null)),
    add constraint an_endpoint_has_no_artefact check (
        (kind = 'ENDPOINT') = (endpoint_id is not null) and (kind = 'ARTEFACT' or artefact_sha256 is null)),
    add constraint a_model_in_use_has_its_system check (system_id is not null or lifecycle_stage = 'DEVELOPMENT'),
    add constraint a_retired_model_has_its_time check (is_active = (retired_at is null)),
    add constraint few_protected_attributes check (cardinality(protected_attributes) <= 32);
create index on models (org_id, created_at desc, id desc);

drop trigger z_ledger_gate on models;
select ledger_gate('models',
    '{system_id,name,version_label,type,lifecycle_stage,artefact_sha256,format,features,metrics,training_data_sha256,endpoint_id,is_active}',
    '{system_id,name,version_label,type,lifecycle_stage,artefact_sha256,format,endpoint_id,is_active}');
select audited_table('models', 'model', '{features,outputs,structure,training}');
revoke delete on models from aic_tenant, aic_system;

-- The bytes, in pieces. They come before their model's row says that it has them; from then on nothing is added, changed or
-- taken away. Until then an upload that broke off is taken away by the next.
create table model_artefacts (
    org_id uuid not null,
    model_id uuid not null,
    part bigint not null check (part >= 0),
    bytes bytea not null check (octet_length(bytes) between 1 and 1048576),
    primary key (org_id, model_id, part),
    foreign key (org_id, model_id) references models deferrable initially deferred
);
-- Most model files hardly shrink, and trying takes longer than writing them.
alter table model_artefacts alter column bytes set storage external;
select tenant_table('model_artefacts');
revoke update, truncate on model_artefacts from aic_tenant, aic_system;

create function check_artefact_part() returns trigger language plpgsql as $$
declare
    part model_artefacts := case when tg_op = 'DELETE' then old else new end;
begin
    if tg_op = 'UPDATE' then
        raise exception 'an artefact is not changed' using errcode = 'AC403';
    end if;
    if exists (select from models m where m.org_id = part.org_id and m.id = part.model_id and m.artefact_sha256 is not null) then
        raise exception 'This model has its artefact; another one is another version.' using errcode = 'AC409', detail = '/artefact';
    end if;
    return part;
end $$;
create trigger check_artefact_part before insert or update or delete on model_artefacts for each row execute function check_artefact_part();
create trigger append_only_all before truncate on model_artefacts for each statement execute function refuse_change();

-- The hash of a model is the hash of the bytes that are kept, whoever writes it. What an artefact says of itself (features,
-- outputs, structure) stays with it.
create function check_model() returns trigger language plpgsql as $$
declare
    kept record;
begin
    if tg_op = 'UPDATE' then
        if (new.name, new.version_label, new.kind, new.org_id, new.id) is distinct from (old.name, old.version_label, old.kind, old.org_id, old.id) then
            raise exception 'a model keeps its name and version' using errcode = 'AC403';
        end if;
        if old.system_id is not null and new.system_id is distinct from old.system_id then
            raise exception 'A model stays with its system; register it anew for another.' using errcode = 'AC409', detail = '/system_id';
        end if;
        if not old.is_active and (new.is_active or new.retired_at is distinct from old.retired_at) then
            raise exception 'A model that was retired is not taken up again; register a new version.' using errcode = 'AC409', detail = '/is_active';
        end if;
        if old.artefact_sha256 is not null
           and (new.artefact_sha256, new.artefact_bytes, new.format, new.features::text, new.outputs::text, new.structure::text,
                new.training_data_sha256)
               is distinct from
               (old.artefact_sha256, old.artefact_bytes, old.format, old.features::text, old.outputs::text, old.structure::text,
                old.training_data_sha256) then
            raise exception 'This model has its artefact; another one is another version.' using errcode = 'AC409', detail = '/artefact';
        end if;
    end if;
    if new.artefact_sha256 is not null and (tg_op = 'INSERT' or old.artefact_sha256 is null) then
        select sum(octet_length(a.bytes)) as size, encode(sha256(string_agg(a.bytes, ''::bytea order by a.part)), 'hex') as hash
        into kept from model_artefacts a where a.org_id = new.org_id and a.model_id = new.id;
        if kept.size is distinct from new.artefact_bytes or kept.hash is distinct from new.artefact_sha256 then
            raise exception 'the hash of a model is not that of its artefact' using errcode = 'AC403';
        end if;
    end if;
    return new;
end $$;
create trigger c_check_model before insert or update on models for each row execute function check_model();
