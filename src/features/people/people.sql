-- The people of the caller's organization, those who are invited, and what is kept about oneself.

-- struct: person (id uuid, name text, email text, role text, locale text, is_active boolean, is_super_admin boolean, email_verified boolean?, mfa_enabled boolean?, mfa_required boolean?, mfa_reset_asked_by uuid?, last_login_at timestamptz?, locked_until timestamptz?, version bigint, created_at timestamptz)

-- struct: person_held (id uuid, org_id uuid, role text, is_active boolean, is_super_admin boolean, version bigint)

-- By name. Who was erased is nobody any more.
-- name: people_list :many
-- as: tenant
-- in: q text?, role text?, status text?, now timestamptz, after_name text?, after_id uuid?, lim bigint
-- out: person
select u.id, u.name, u.email, u.role, u.locale, u.is_active, u.is_super_admin, u.email_verified_at is not null as email_verified,
       u.mfa_enabled or exists (select from webauthn_credentials w where w.org_id = u.org_id and w.user_id = u.id) as mfa_enabled,
       mfa_is_required_of(u.org_id, u.id, u.role, u.is_super_admin) as mfa_required,
       (select r.requested_by from mfa_resets r
        where r.org_id = u.org_id and r.user_id = u.id and r.confirmed_at is null and r.expires_at > $now
        order by r.requested_at desc limit 1) as mfa_reset_asked_by,
       u.last_login_at, case when u.lockout_until > $now then u.lockout_until end as locked_until, u.version, u.created_at
from users u
where u.org_id = current_org() and u.erased_at is null
  and ($q is null or u.name ilike '%' || $q || '%' or u.email ilike '%' || $q || '%')
  and ($role is null or u.role = $role)
  and ($status is null or case $status when 'ACTIVE' then u.is_active when 'DEACTIVATED' then not u.is_active
                               when 'LOCKED' then u.lockout_until > $now end)
  and ($after_id is null or (lower(u.name), u.id) > (lower($after_name), $after_id))
order by lower(u.name), u.id
limit $lim;

-- name: person_by_id :maybe
-- as: tenant
-- in: id uuid, now timestamptz
-- out: person
select u.id, u.name, u.email, u.role, u.locale, u.is_active, u.is_super_admin, u.email_verified_at is not null as email_verified,
       u.mfa_enabled or exists (select from webauthn_credentials w where w.org_id = u.org_id and w.user_id = u.id) as mfa_enabled,
       mfa_is_required_of(u.org_id, u.id, u.role, u.is_super_admin) as mfa_required,
       (select r.requested_by from mfa_resets r
        where r.org_id = u.org_id and r.user_id = u.id and r.confirmed_at is null and r.expires_at > $now
        order by r.requested_at desc limit 1) as mfa_reset_asked_by,
       u.last_login_at, case when u.lockout_until > $now then u.lockout_until end as locked_until, u.version, u.created_at
from users u
where u.org_id = current_org() and u.erased_at is null and u.id = $id;

-- Holds the organization's people and this person, in this order, until the transaction ends.
-- name: person_hold :maybe
-- as: tenant
-- in: id uuid
-- out: person_held
select u.id, u.org_id, u.role, u.is_active, u.is_super_admin, u.version
from (select people_hold(current_org()) as held) h
join users u on h.held
where u.org_id = current_org() and u.erased_at is null and u.id = $id
for update of u;

-- name: person_update :count
-- as: tenant
-- in: id uuid, name text?, locale text?, role text, ledger_entry_id uuid?
update users
set name = coalesce($name, name), locale = coalesce($locale, locale), role = $role,
    ledger_entry_id = coalesce($ledger_entry_id, ledger_entry_id)
where org_id = current_org() and id = $id;

-- name: person_set_active :exec
-- as: tenant
-- in: id uuid, is_active boolean
update users set is_active = $is_active where org_id = current_org() and id = $id;

-- name: person_sessions_end :one
-- as: tenant
-- in: id uuid, reason text, now timestamptz, token_expires_at timestamptz
-- out: person_sessions_over (families bigint)
select person_sessions_end($id, $reason, $now, $token_expires_at) as families;

-- name: person_mfa_reset :one
-- as: tenant
-- in: id uuid, now timestamptz
-- out: person_mfa_reset_state (state text)
select person_mfa_reset($id, $now) as state;

-- name: person_erase :one
-- in: id uuid, now timestamptz, token_expires_at timestamptz
-- out: person_erasure (erased boolean)
select person_erase($id, $now, $token_expires_at) as erased;

-- ------------------------------------------------------------------ invitations

-- struct: invite (id uuid, prefix text, role text, name text?, email text?, max_uses bigint, uses bigint, status text, expires_at timestamptz, created_by uuid, created_by_name text?, created_at timestamptz)

-- Only by somebody who is still what his token says, and who is held until the transaction ends: whoever demotes him, and
-- then revokes his invitations, cannot miss one that is made at that very moment.
-- name: invite_insert :count
-- as: tenant
-- in: id uuid, code_hash bytea, prefix text, role text, name text?, email text?, max_uses bigint, expires_at timestamptz, created_by uuid, creator_role text
insert into invite_codes (id, org_id, code_hash, prefix, role, name, email, max_uses, expires_at, created_by)
select $id, u.org_id, $code_hash, $prefix, $role, $name, $email, $max_uses::integer, $expires_at, u.id
from users u
where u.org_id = current_org() and u.id = $created_by and u.is_active and u.role = $creator_role
for share of u;

-- name: invites_list :many
-- as: tenant
-- in: status text?, now timestamptz, after_at timestamptz?, after_id uuid?, lim bigint
-- out: invite
select i.id, i.prefix, i.role, i.name, i.email, i.max_uses::bigint as max_uses, i.uses::bigint as uses, s.status, i.expires_at,
       i.created_by, u.name as created_by_name, i.created_at
from invite_codes i
cross join lateral (select case when i.uses >= i.max_uses then 'USED' when i.revoked_at is not null then 'REVOKED'
                                when i.expires_at <= $now then 'EXPIRED' else 'OPEN' end as status) s
left join users u on u.org_id = i.org_id and u.id = i.created_by
where i.org_id = current_org() and ($status is null or s.status = $status)
  and ($after_id is null or (i.created_at, i.id) < ($after_at, $after_id))
order by i.created_at desc, i.id desc
limit $lim;

-- name: invite_by_id :maybe
-- as: tenant
-- in: id uuid, now timestamptz
-- out: invite
select i.id, i.prefix, i.role, i.name, i.email, i.max_uses::bigint as max_uses, i.uses::bigint as uses,
       case when i.uses >= i.max_uses then 'USED' when i.revoked_at is not null then 'REVOKED'
            when i.expires_at <= $now then 'EXPIRED' else 'OPEN' end as status,
       i.expires_at, i.created_by, u.name as created_by_name, i.created_at
from invite_codes i
left join users u on u.org_id = i.org_id and u.id = i.created_by
where i.org_id = current_org() and i.id = $id;

-- name: invite_revoke :count
-- as: tenant
-- in: id uuid, now timestamptz
update invite_codes set revoked_at = $now where org_id = current_org() and id = $id and revoked_at is null;

-- Those that somebody gave out who may do so no longer, and those of roles that he may not give any more.
-- name: invites_revoke_of :exec
-- as: tenant
-- in: created_by uuid, now timestamptz
update invite_codes set revoked_at = $now
where org_id = current_org() and created_by = $created_by and revoked_at is null and uses < max_uses;

-- name: person_has_address :one
-- as: tenant
-- in: email text
-- out: person_with_address (is_here boolean)
select exists (select from users where org_id = current_org() and email = $email) as is_here;

-- name: invite_find :maybe
-- as: system
-- in: code_hash bytea, now timestamptz
-- out: invite_found (org_id uuid, organization text, role text, name text?, email text?, invited_by text?, is_open boolean, expires_at timestamptz)
select i.org_id, o.name as organization, i.role, i.name, i.email, u.name as invited_by,
       i.revoked_at is null and i.uses < i.max_uses and i.expires_at > $now as is_open, i.expires_at
from invite_codes i
join organizations o on o.id = i.org_id
left join users u on u.org_id = i.org_id and u.id = i.created_by
where i.code_hash = $code_hash;

-- One use of it, in one statement, so that of many who come at once no more get in than it is good for.
-- name: invite_use :maybe
-- as: system
-- in: code_hash bytea, now timestamptz
-- out: invite_used (org_id uuid, role text, needs_factor boolean)
update invite_codes set uses = uses + 1
where code_hash = $code_hash and revoked_at is null and uses < max_uses and expires_at > $now
returning org_id, role, mfa_is_required(org_id, role, false) as needs_factor;

-- ------------------------------------------------------------------ oneself

-- name: own_profile_update :count
-- as: tenant
-- in: id uuid, name text?, locale text?
update users set name = coalesce($name, name), locale = coalesce($locale, locale) where org_id = current_org() and id = $id;

-- name: own_profile :maybe
-- as: system
-- in: org_id uuid, id uuid
-- out: own_profile (id uuid, name text, email text, email_verified_at timestamptz?, role text, is_super_admin boolean, locale text, organization_id uuid, organization text, mfa_enabled boolean, last_login_at timestamptz?, password_changed_at timestamptz, created_at timestamptz, updated_at timestamptz)
select u.id, u.name, u.email, u.email_verified_at, u.role, u.is_super_admin, u.locale, o.id as organization_id,
       o.name as organization,
       u.mfa_enabled or exists (select from webauthn_credentials w where w.org_id = u.org_id and w.user_id = u.id) as mfa_enabled,
       u.last_login_at, u.password_changed_at, u.created_at, u.updated_at
from users u
join organizations o on o.id = u.org_id
where u.org_id = $org_id and u.id = $id;

-- name: own_sessions :many
-- as: system
-- in: org_id uuid, user_id uuid, lim bigint
-- out: own_session (began_at timestamptz, expires_at timestamptz, ended_at timestamptz?, ended_because text?, user_agent text?, ip text?)
select issued_at as began_at, expires_at, coalesce(revoked_at, used_at) as ended_at, reason as ended_because, user_agent, ip
from sessions
where org_id = $org_id and user_id = $user_id
order by issued_at desc
limit $lim;

-- What somebody did, and what others did to him; from where those others came is theirs.
-- name: own_audit :many
-- as: system
-- in: org_id uuid, user_id uuid, lim bigint
-- out: own_event (at timestamptz, event text, outcome text, by_me boolean, subject_type text?, subject_id uuid?, reason text?, ip text?, user_agent text?)
select l.at, l.event, l.outcome, coalesce(l.actor_id = $user_id, false) as by_me, l.subject_type, l.subject_id, l.reason,
       case when l.actor_id = $user_id or l.actor_id is null then l.ip end as ip,
       case when l.actor_id = $user_id or l.actor_id is null then l.user_agent end as user_agent
from audit_log l
where l.org_id = $org_id and (l.actor_id = $user_id or (l.subject_type = 'user' and l.subject_id = $user_id))
order by l.at desc, l.id desc
limit $lim;
