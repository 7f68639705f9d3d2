-- What people may do beside their built-in role.

-- struct: permissions_row (id uuid, role text, is_active boolean, role_id uuid?, role_name text?, role_capabilities text[], granted text[], denied text[], version bigint)
-- struct: role_row (id uuid, name text, description text, capabilities text[], people bigint, version bigint)

-- At sign-in in a SYSTEM scope, for a page in a TENANT's.
-- name: permissions_of :maybe
-- in: org_id uuid, id uuid
-- out: permissions_row
select u.id, u.role, u.is_active, p.role_id, r.name as role_name, coalesce(r.capabilities, '{}') as role_capabilities,
       coalesce(p.granted, '{}') as granted, coalesce(p.denied, '{}') as denied, coalesce(p.version, 0) as version
from users u
left join user_permissions p on p.org_id = u.org_id and p.id = u.id
left join roles r on r.org_id = p.org_id and r.id = p.role_id
where u.org_id = $org_id and u.id = $id;

-- Two who change the same person's permissions take turns, also when nothing was ever changed.
-- name: permissions_lock :exec
-- as: tenant
-- in: id uuid
select pg_advisory_xact_lock(hashtextextended('permissions ' || current_org()::text || $id::text, 0));

-- name: permissions_insert :exec
-- as: tenant
-- in: id uuid, role_id uuid?, granted text[], denied text[], ledger_entry_id uuid
insert into user_permissions (id, org_id, role_id, granted, denied, ledger_entry_id)
values ($id, current_org(), $role_id, $granted, $denied, $ledger_entry_id);

-- name: permissions_update :exec
-- as: tenant
-- in: id uuid, role_id uuid?, granted text[], denied text[], ledger_entry_id uuid
update user_permissions
set role_id = $role_id, granted = $granted, denied = $denied, ledger_entry_id = $ledger_entry_id
where org_id = current_org() and id = $id;

-- name: access_tokens_retire :one
-- in: people uuid[], minutes bigint
-- out: tokens_retired (tokens bigint)
select retire_access_tokens($people, make_interval(mins => $minutes::integer)) as tokens;

-- name: roles_of_org :many
-- as: tenant
-- out: role_row
select r.id, r.name, r.description, r.capabilities,
       (select count(*) from user_permissions p where p.org_id = r.org_id and p.role_id = r.id) as people, r.version
from roles r
where r.org_id = current_org() and not r.is_archived
order by lower(r.name), r.id
limit 200;

-- name: role_by_id :maybe
-- as: tenant
-- in: id uuid
-- out: role_row
select r.id, r.name, r.description, r.capabilities,
       (select count(*) from user_permissions p where p.org_id = r.org_id and p.role_id = r.id) as people, r.version
from roles r
where r.org_id = current_org() and r.id = $id and not r.is_archived;

-- name: role_lock :maybe
-- as: tenant
-- in: id uuid
-- out: role_locked (name text, description text, capabilities text[], version bigint)
select name, description, capabilities, version from roles
where org_id = current_org() and id = $id and not is_archived
for update;

-- name: role_insert :exec
-- as: tenant
-- in: id uuid, name text, description text, capabilities text[], ledger_entry_id uuid
insert into roles (id, org_id, name, description, capabilities, ledger_entry_id)
values ($id, current_org(), $name, $description, $capabilities, $ledger_entry_id);

-- name: role_update :exec
-- as: tenant
-- in: id uuid, name text, description text, capabilities text[], is_archived boolean, ledger_entry_id uuid?
update roles
set name = $name, description = $description, capabilities = $capabilities, is_archived = $is_archived,
    ledger_entry_id = coalesce($ledger_entry_id, ledger_entry_id)
where org_id = current_org() and id = $id;

-- name: people_of_role :many
-- as: tenant
-- in: role_id uuid
-- out: person_of_role (id uuid)
select id from user_permissions where org_id = current_org() and role_id = $role_id;

-- name: people_by_role :many
-- as: tenant
-- out: role_head_count (role text, people bigint)
select u.role, count(*) as people
from users u
where u.org_id = current_org() and u.is_active
  and not exists (select from user_permissions p where p.org_id = u.org_id and p.id = u.id and p.role_id is not null)
group by u.role;
