-- Keys of programs.

-- struct: api_key_row (id uuid, name text, prefix text, scopes text[], allowed_ips text[], created_by uuid, created_by_name text, expires_at timestamptz, revoked_at timestamptz?, last_used_at timestamptz?, last_used_ip text?, version bigint, created_at timestamptz)

-- Before the organization is known: which key it is, and whether its maker is still there.
-- name: api_key_by_hash :maybe
-- as: system
-- in: key_hash bytea, ip text
-- out: api_key_found (id uuid, org_id uuid, created_by uuid, scopes text[], expires_at timestamptz, revoked_at timestamptz?, last_used_at timestamptz?, last_refused_at timestamptz?, address_fits boolean, maker_is_active boolean)
select k.id, k.org_id, k.created_by, k.scopes, k.expires_at, k.revoked_at, k.last_used_at, k.last_refused_at,
       cardinality(k.allowed_ips) = 0
           or coalesce((select bool_or($ip::inet <<= a) from unnest(k.allowed_ips) a), false) as address_fits,
       u.is_active as maker_is_active
from api_keys k
join users u on u.org_id = k.org_id and u.id = k.created_by
where k.key_hash = $key_hash;

-- name: api_key_seen :exec
-- as: system
-- in: org_id uuid, id uuid, now timestamptz, ip text
update api_keys set last_used_at = $now, last_used_ip = left($ip, 64) where org_id = $org_id and id = $id;

-- name: api_key_was_refused :exec
-- as: system
-- in: org_id uuid, id uuid, now timestamptz
update api_keys set last_refused_at = $now where org_id = $org_id and id = $id;

-- name: api_keys_of_org :many
-- as: tenant
-- in: after_at timestamptz?, after_id uuid?, lim bigint
-- out: api_key_row
select k.id, k.name, k.prefix, k.scopes, k.allowed_ips::text[] as allowed_ips, k.created_by, u.name as created_by_name,
       k.expires_at, k.revoked_at, k.last_used_at, k.last_used_ip, k.version, k.created_at
from api_keys k
join users u on u.org_id = k.org_id and u.id = k.created_by
where k.org_id = current_org() and ($after_id is null or (k.created_at, k.id) < ($after_at, $after_id))
order by k.created_at desc, k.id desc
limit $lim;

-- name: api_key_by_id :maybe
-- as: tenant
-- in: id uuid
-- out: api_key_row
select k.id, k.name, k.prefix, k.scopes, k.allowed_ips::text[] as allowed_ips, k.created_by, u.name as created_by_name,
       k.expires_at, k.revoked_at, k.last_used_at, k.last_used_ip, k.version, k.created_at
from api_keys k
join users u on u.org_id = k.org_id and u.id = k.created_by
where k.org_id = current_org() and k.id = $id;

-- name: api_key_lock :maybe
-- as: tenant
-- in: id uuid
-- out: api_key_locked (name text, prefix text, scopes text[], allowed_ips text[], created_by uuid, expires_at timestamptz, revoked_at timestamptz?)
select name, prefix, scopes, allowed_ips::text[] as allowed_ips, created_by, expires_at, revoked_at
from api_keys
where org_id = current_org() and id = $id
for update;

-- name: api_key_insert :exec
-- as: tenant
-- in: id uuid, name text, prefix text, key_hash bytea, scopes text[], allowed_ips text[], created_by uuid, expires_at timestamptz, ledger_entry_id uuid
insert into api_keys (id, org_id, name, prefix, key_hash, scopes, allowed_ips, created_by, expires_at, ledger_entry_id)
values ($id, current_org(), $name, $prefix, $key_hash, $scopes, $allowed_ips::cidr[], $created_by, $expires_at, $ledger_entry_id);

-- name: api_key_end :exec
-- as: tenant
-- in: id uuid, expires_at timestamptz, revoked_at timestamptz?, ledger_entry_id uuid
update api_keys set expires_at = $expires_at, revoked_at = $revoked_at, ledger_entry_id = $ledger_entry_id
where org_id = current_org() and id = $id;
