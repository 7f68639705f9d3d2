-- Organizations, users, sessions. Sign-in happens before a tenant is known, so these run as aic_system.

-- struct: account (id uuid, org_id uuid, name text, email text, password_hash text?, role text, is_super_admin boolean, is_active boolean, locale text, created_at timestamptz)

-- name: account_by_email :maybe
-- as: system
-- in: email text
-- out: account
select id, org_id, name, email, password_hash, role, is_super_admin, is_active, locale, created_at
from users
where email = $email;

-- name: account_by_id :maybe
-- as: system
-- in: id uuid
-- out: account
select id, org_id, name, email, password_hash, role, is_super_admin, is_active, locale, created_at
from users
where id = $id;

-- name: organization_slug_taken :one
-- as: system
-- in: slug text
-- out: slug_taken (taken boolean)
select exists (select from organizations where slug = $slug) as taken;

-- name: organization_insert :exec
-- as: system
-- in: id uuid, name text, slug text, kind text, ledger_entry_id uuid
insert into organizations (id, name, slug, kind, ledger_entry_id)
values ($id, $name, $slug, $kind, $ledger_entry_id);

-- name: user_insert :exec
-- as: system
-- in: id uuid, org_id uuid, name text, email text, password_hash text, role text, email_verified boolean
insert into users (id, org_id, name, email, password_hash, role, email_verified_at)
values ($id, $org_id, $name, $email, $password_hash, $role, case when $email_verified then now() end);

-- Counts an attempt before it is checked: see sql/migrations/0025_lockout.sql.
-- name: sign_in_attempt :one
-- as: system
-- in: email text, now timestamptz
-- out: sign_in_attempted (refused boolean, locks boolean, until timestamptz?)
select refused, locks, until from sign_in_attempt($email, $now);

-- had_locked: this very attempt was the fifth, and had locked before it was found right.
-- name: lockout_clear :exec
-- as: system
-- in: org_id uuid, id uuid, had_locked boolean
update users
set failed_login_attempts = 0, lockout_until = null,
    lockout_level = case when $had_locked then greatest(lockout_level - 1, 0) else lockout_level end
where org_id = $org_id and id = $id;

-- name: lockout_lift :count
-- as: tenant
-- in: id uuid
update users set failed_login_attempts = 0, lockout_until = null where org_id = current_org() and id = $id;

-- Addresses of nobody that were last tried before a moment.
-- name: strangers_forget :exec
-- as: system
-- in: before timestamptz
delete from sign_in_strangers where touched_at < $before;

-- name: user_signed_in :exec
-- as: system
-- in: id uuid, org_id uuid
update users set last_login_at = now() where org_id = $org_id and id = $id;

-- name: user_rehash :exec
-- as: system
-- in: id uuid, org_id uuid, password_hash text
update users set password_hash = $password_hash where org_id = $org_id and id = $id;

-- name: user_make_super_admin :exec
-- as: system
-- in: id uuid, org_id uuid
update users set is_super_admin = true where org_id = $org_id and id = $id;

-- name: session_insert :exec
-- as: system
-- in: org_id uuid, user_id uuid, family_id uuid, jti uuid, refresh_hash bytea, user_agent text?, ip text?, expires_at timestamptz
insert into sessions (org_id, user_id, family_id, jti, refresh_hash, user_agent, ip, expires_at)
values ($org_id, $user_id, $family_id, $jti, $refresh_hash, left($user_agent, 400), left($ip, 64), $expires_at);

-- Takes the refresh token if it is good, in one statement, so that of two servers shown it at once one gets it.
-- name: session_take :maybe
-- as: system
-- in: refresh_hash bytea, now timestamptz
-- out: session_taken (org_id uuid, user_id uuid, family_id uuid, jti uuid)
update sessions set used_at = $now
where refresh_hash = $refresh_hash and used_at is null and revoked_at is null and expires_at > $now
returning org_id, user_id, family_id, jti;

-- name: session_by_refresh :maybe
-- as: system
-- in: refresh_hash bytea
-- out: session_seen (org_id uuid, user_id uuid, family_id uuid, is_used boolean)
select org_id, user_id, family_id, used_at is not null as is_used
from sessions
where refresh_hash = $refresh_hash;

-- name: session_family_by_jti :maybe
-- as: system
-- in: jti uuid
-- out: session_family (family_id uuid)
select family_id from sessions where jti = $jti;

-- Ends every session of a sign-in, and with them the access tokens that are still out.
-- name: session_family_end :exec
-- as: system
-- in: family_id uuid, reason text, now timestamptz, token_expires_at timestamptz
with ended as (
    update sessions set revoked_at = $now, reason = $reason
    where family_id = $family_id and revoked_at is null
    returning jti
)
insert into revoked_tokens (jti, expires_at)
select jti, $token_expires_at from ended
on conflict (jti) do nothing;

-- name: token_revoke :exec
-- as: system
-- in: jti uuid, expires_at timestamptz
insert into revoked_tokens (jti, expires_at) values ($jti, $expires_at)
on conflict (jti) do nothing;

-- Counts this attempt in its window and says how many there were.
-- name: rate_take :one
-- as: system
-- in: key text, window_start timestamptz
-- out: rate_taken (taken integer)
insert into rate_windows (key, window_start, taken) values ($key, $window_start, 1)
on conflict (key, window_start) do update set taken = rate_windows.taken + 1
returning taken;

-- name: rate_forget :exec
-- as: system
-- in: before timestamptz
delete from rate_windows where window_start < $before;
