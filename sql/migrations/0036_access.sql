-- What people may do, beside what their role says: roles of an organization's own, and what is granted or denied to one
-- person. Each change is in the ledger; src/features/access reads it in this order: denied, granted, role.

-- What an organization can give its people at all. What staff of the certification body may do is not among it, so no
-- tenant, by whatever way, gives it to itself.
create function tenant_capabilities() returns text[] language sql immutable parallel safe as $$
    select '{access_ledger,export_data,export_pii,manage_billing,manage_keys,manage_leads,manage_models,manage_org,manage_roles,manage_users,resolve_incidents,run_analysis,trigger_audit,view_audit_log,view_audits,view_incidents,view_intelligence}'::text[]
$$;

-- Sorted and each once: the form in which the ledger records a set.
create function is_word_set(words text[]) returns boolean language sql immutable parallel safe as $$
    select words = coalesce((select array_agg(distinct w order by w) from unnest(words) w), '{}') and array_position(words, null) is null
$$;

create table roles (
    id uuid not null default new_id(),
    org_id uuid not null references organizations,
    name text not null check (length(name) between 1 and 60 and name = btrim(name)),
    description text not null default '' check (length(description) <= 500),
    capabilities text[] not null,
    is_archived boolean not null default false,
    ledger_entry_id uuid not null,
    version bigint not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (org_id, id),
    constraint roles_known_capabilities check (capabilities <@ tenant_capabilities() and is_word_set(capabilities)),
    constraint roles_not_built_in check (upper(name) not in ('ADMIN', 'COMPLIANCE_OFFICER', 'AUDITOR', 'VIEWER'))
);
create unique index roles_org_id_name_key on roles (org_id, lower(name)) where not is_archived;
select tenant_table('roles');
revoke delete on roles from aic_tenant, aic_system;
select versioned_table('roles');
select audited_table('roles', 'role');
select ledger_gate('roles', '{name,capabilities,is_archived}');

-- One row a person who has more or less than the own role says.
create table user_permissions (
    id uuid not null, -- the person's
    org_id uuid not null references organizations,
    role_id uuid, -- stands in place of the built-in role
    granted text[] not null default '{}',
    denied text[] not null default '{}',
    ledger_entry_id uuid not null,
    version bigint not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (org_id, id),
    foreign key (org_id, id) references users on delete cascade,
    foreign key (org_id, role_id) references roles,
    constraint user_permissions_known_granted check (granted <@ tenant_capabilities() and is_word_set(granted)),
    constraint user_permissions_known_denied check (denied <@ tenant_capabilities() and is_word_set(denied)),
    constraint user_permissions_not_both check (not granted && denied)
);
create index on user_permissions (org_id, role_id);
select tenant_table('user_permissions');
revoke delete on user_permissions from aic_tenant, aic_system;
select versioned_table('user_permissions');
select audited_table('user_permissions', 'user_permissions');
select ledger_gate('user_permissions', '{role_id,granted,denied}');

-- A role that is put away is nobody's, whoever comes first. Both sides lock the role's row.
create function check_role_in_use() returns trigger language plpgsql as $$
begin
    if new.is_archived and exists (select from user_permissions p where p.org_id = new.org_id and p.role_id = new.id) then
        raise exception 'People have this role. Give them another one first.' using errcode = 'AC409';
    end if;
    return new;
end $$;
create trigger c_check_role_in_use before update of is_archived on roles for each row execute function check_role_in_use();

create function check_role_is_there() returns trigger language plpgsql as $$
begin
    perform from roles r where r.org_id = new.org_id and r.id = new.role_id and not r.is_archived for share;
    if not found then
        raise exception 'There is no such role in your organization.' using errcode = 'AC422', detail = '/role_id';
    end if;
    return new;
end $$;
create trigger c_check_role_is_there before insert or update of role_id on user_permissions for each row
    when (new.role_id is not null) execute function check_role_is_there();

-- The access tokens that people hold say what they may do; when that changes, these tokens end at once and the next
-- refresh brings new ones. As the owner: a tenant's transaction sees no sessions.
create policy retire on sessions for select to aic_owner using (org_id = (select current_org()));
create function retire_access_tokens(people uuid[], lives interval) returns bigint
    language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    retired bigint;
begin
    insert into revoked_tokens (jti, expires_at)
    select s.jti, now() + lives from sessions s
    where s.org_id = current_org() and s.user_id = any (people) and s.revoked_at is null and s.issued_at > now() - lives
    on conflict (jti) do nothing;
    get diagnostics retired = row_count;
    return retired;
end $$;
revoke execute on function retire_access_tokens(uuid[], interval) from public;
grant execute on function retire_access_tokens(uuid[], interval) to aic_tenant, aic_system;
