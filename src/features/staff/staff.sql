-- What the staff of the platform see of all organizations at once (SYSTEM S6 and S9).

-- name: staff_overview :one
-- as: system
-- in: day timestamptz, week timestamptz
-- out: staff_overview (organizations bigint, people bigint, failed_sign_ins bigint, lockouts bigint, unmatched_events bigint)
select (select count(*) from organizations) as organizations,
       (select count(*) from users where is_active) as people,
       (select count(*) from audit_log l where l.event in ('login_failed', 'mfa_failed') and l.outcome <> 'OK' and l.at >= $day) as failed_sign_ins,
       (select count(*) from audit_log l where l.event = 'lockout' and l.at >= $day) as lockouts,
       (select count(*) from billing_events b where b.outcome = 'UNMATCHED' and b.received_at >= $week) as unmatched_events;

-- name: staff_organizations :many
-- as: system
-- in: q text?, after_name text?, after_id uuid?, lim bigint
-- out: staff_organization (id uuid, name text, slug text, kind text, people bigint, created_at timestamptz)
select o.id, o.name, o.slug, o.kind, (select count(*) from users u where u.org_id = o.id and u.is_active) as people, o.created_at
from organizations o
where ($q is null or o.name ilike '%' || $q || '%' or o.slug ilike '%' || $q || '%')
  and ($after_id is null or (lower(o.name), o.id) > (lower($after_name), $after_id))
order by lower(o.name), o.id
limit $lim;

-- name: staff_people :many
-- as: system
-- in: org_id uuid?, q text?, after_name text?, after_id uuid?, lim bigint
-- out: staff_person (id uuid, name text, email text, role text, is_super_admin boolean, is_active boolean, org_id uuid, org_name text)
select u.id, u.name, u.email, u.role, u.is_super_admin, u.is_active, u.org_id, o.name as org_name
from users u
join organizations o on o.id = u.org_id
where ($org_id is null or u.org_id = $org_id)
  and ($q is null or u.name ilike '%' || $q || '%' or u.email ilike '%' || $q || '%')
  and ($after_id is null or (lower(u.name), u.id) > (lower($after_name), $after_id))
order by lower(u.name), u.id
limit $lim;

-- Where sign-ins failed from, most first.
-- name: staff_failures :many
-- as: system
-- in: since timestamptz, lim bigint
-- out: staff_failure (ip text?, failures bigint, people bigint, lockouts bigint, first_at timestamptz, last_at timestamptz)
select l.ip, count(*) filter (where l.event <> 'lockout') as failures, count(distinct l.subject_id) as people,
       count(*) filter (where l.event = 'lockout') as lockouts, min(l.at) as first_at, max(l.at) as last_at
from audit_log l
where l.at >= $since
  and l.event in ('login_failed', 'mfa_failed', 'lockout')
group by l.ip
order by count(*) desc, max(l.at) desc
limit $lim;
