-- The audit log, to be searched. Plans are generic (store/README.md), so a statement is written for each filter that can
-- drive the search by an index of its own (sql/migrations/0023_audit.sql); the others sift what it finds. The bounds in
-- time stand so that partitions outside of them are not opened, and those inside are read newest first until the page is
-- full.

-- struct: audit_entry (id uuid, seq bigint, org_id uuid?, at timestamptz, actor_id uuid?, actor_name text?, actor_kind text, event text, outcome text, subject_type text?, subject_id uuid?, reason text?, request_id text?, ip text?, user_agent text?, hash text)

-- name: audit_by_subject :many
-- as: both
-- in: org_id uuid?, since timestamptz?, until timestamptz?, event text?, outcome text?, actor_id uuid?, ip text?, subject_type text?, subject_id uuid?, q text?, after_at timestamptz?, after_id uuid?, lim bigint
-- out: audit_entry
select l.id, l.seq, l.org_id, l.at, l.actor_id,
       (select u.name from users u where u.org_id = l.org_id and u.id = l.actor_id) as actor_name,
       l.actor_kind, l.event, l.outcome, l.subject_type, l.subject_id, l.reason, l.request_id, l.ip, l.user_agent, l.hash
from audit_log l
where l.subject_id = $subject_id
  and ($org_id is null or l.org_id = $org_id)
  and ($event is null or l.event = $event)
  and ($outcome is null or l.outcome = $outcome)
  and ($actor_id is null or l.actor_id = $actor_id)
  and ($ip is null or l.ip = $ip)
  and ($subject_type is null or l.subject_type = $subject_type)
  and ($q is null or strpos(lower(concat_ws(' ', l.event, l.reason, l.request_id, l.user_agent) collate "C"), lower($q collate "C")) > 0)
  and l.at >= coalesce($since, '-infinity') and l.at < coalesce($until, 'infinity') and l.at <= coalesce($after_at, 'infinity')
  and ($after_id is null or (l.at, l.id) < ($after_at, $after_id))
order by l.at desc, l.id desc
limit $lim;

-- name: audit_by_actor :many
-- as: both
-- in: org_id uuid?, since timestamptz?, until timestamptz?, event text?, outcome text?, actor_id uuid?, ip text?, subject_type text?, subject_id uuid?, q text?, after_at timestamptz?, after_id uuid?, lim bigint
-- out: audit_entry
select l.id, l.seq, l.org_id, l.at, l.actor_id,
       (select u.name from users u where u.org_id = l.org_id and u.id = l.actor_id) as actor_name,
       l.actor_kind, l.event, l.outcome, l.subject_type, l.subject_id, l.reason, l.request_id, l.ip, l.user_agent, l.hash
from audit_log l
where l.actor_id = $actor_id
  and ($org_id is null or l.org_id = $org_id)
  and ($event is null or l.event = $event)
  and ($outcome is null or l.outcome = $outcome)
  and ($ip is null or l.ip = $ip)
  and ($subject_id is null or l.subject_id = $subject_id)
  and ($subject_type is null or l.subject_type = $subject_type)
  and ($q is null or strpos(lower(concat_ws(' ', l.event, l.reason, l.request_id, l.user_agent) collate "C"), lower($q collate "C")) > 0)
  and l.at >= coalesce($since, '-infinity') and l.at < coalesce($until, 'infinity') and l.at <= coalesce($after_at, 'infinity')
  and ($after_id is null or (l.at, l.id) < ($after_at, $after_id))
order by l.at desc, l.id desc
limit $lim;

-- name: audit_by_ip :many
-- as: both
-- in: org_id uuid?, since timestamptz?, until timestamptz?, event text?, outcome text?, actor_id uuid?, ip text?, subject_type text?, subject_id uuid?, q text?, after_at timestamptz?, after_id uuid?, lim bigint
-- out: audit_entry
select l.id, l.seq, l.org_id, l.at, l.actor_id,
       (select u.name from users u where u.org_id = l.org_id and u.id = l.actor_id) as actor_name,
       l.actor_kind, l.event, l.outcome, l.subject_type, l.subject_id, l.reason, l.request_id, l.ip, l.user_agent, l.hash
from audit_log l
where l.ip = $ip
  and ($org_id is null or l.org_id = $org_id)
  and ($event is null or l.event = $event)
  and ($outcome is null or l.outcome = $outcome)
  and ($actor_id is null or l.actor_id = $actor_id)
  and ($subject_id is null or l.subject_id = $subject_id)
  and ($subject_type is null or l.subject_type = $subject_type)
  and ($q is null or strpos(lower(concat_ws(' ', l.event, l.reason, l.request_id, l.user_agent) collate "C"), lower($q collate "C")) > 0)
  and l.at >= coalesce($since, '-infinity') and l.at < coalesce($until, 'infinity') and l.at <= coalesce($after_at, 'infinity')
  and ($after_id is null or (l.at, l.id) < ($after_at, $after_id))
order by l.at desc, l.id desc
limit $lim;

-- name: audit_by_event :many
-- as: both
-- in: org_id uuid?, since timestamptz?, until timestamptz?, event text?, outcome text?, actor_id uuid?, ip text?, subject_type text?, subject_id uuid?, q text?, after_at timestamptz?, after_id uuid?, lim bigint
-- out: audit_entry
select l.id, l.seq, l.org_id, l.at, l.actor_id,
       (select u.name from users u where u.org_id = l.org_id and u.id = l.actor_id) as actor_name,
       l.actor_kind, l.event, l.outcome, l.subject_type, l.subject_id, l.reason, l.request_id, l.ip, l.user_agent, l.hash
from audit_log l
where l.org_id = $org_id
  and l.event = $event
  and ($outcome is null or l.outcome = $outcome)
  and ($actor_id is null or l.actor_id = $actor_id)
  and ($ip is null or l.ip = $ip)
  and ($subject_id is null or l.subject_id = $subject_id)
  and ($subject_type is null or l.subject_type = $subject_type)
  and ($q is null or strpos(lower(concat_ws(' ', l.event, l.reason, l.request_id, l.user_agent) collate "C"), lower($q collate "C")) > 0)
  and l.at >= coalesce($since, '-infinity') and l.at < coalesce($until, 'infinity') and l.at <= coalesce($after_at, 'infinity')
  and ($after_id is null or (l.at, l.id) < ($after_at, $after_id))
order by l.at desc, l.id desc
limit $lim;

-- name: audit_by_time :many
-- as: both
-- in: org_id uuid?, since timestamptz?, until timestamptz?, event text?, outcome text?, actor_id uuid?, ip text?, subject_type text?, subject_id uuid?, q text?, after_at timestamptz?, after_id uuid?, lim bigint
-- out: audit_entry
select l.id, l.seq, l.org_id, l.at, l.actor_id,
       (select u.name from users u where u.org_id = l.org_id and u.id = l.actor_id) as actor_name,
       l.actor_kind, l.event, l.outcome, l.subject_type, l.subject_id, l.reason, l.request_id, l.ip, l.user_agent, l.hash
from audit_log l
where l.org_id = $org_id
  and ($event is null or l.event = $event)
  and ($outcome is null or l.outcome = $outcome)
  and ($actor_id is null or l.actor_id = $actor_id)
  and ($ip is null or l.ip = $ip)
  and ($subject_id is null or l.subject_id = $subject_id)
  and ($subject_type is null or l.subject_type = $subject_type)
  and ($q is null or strpos(lower(concat_ws(' ', l.event, l.reason, l.request_id, l.user_agent) collate "C"), lower($q collate "C")) > 0)
  and l.at >= coalesce($since, '-infinity') and l.at < coalesce($until, 'infinity') and l.at <= coalesce($after_at, 'infinity')
  and ($after_id is null or (l.at, l.id) < ($after_at, $after_id))
order by l.at desc, l.id desc
limit $lim;

-- Over all organizations, and the body's own rows.
-- name: audit_of_all_by_event :many
-- as: system
-- in: org_id uuid?, since timestamptz?, until timestamptz?, event text?, outcome text?, actor_id uuid?, ip text?, subject_type text?, subject_id uuid?, q text?, after_at timestamptz?, after_id uuid?, lim bigint
-- out: audit_entry
select l.id, l.seq, l.org_id, l.at, l.actor_id,
       (select u.name from users u where u.org_id = l.org_id and u.id = l.actor_id) as actor_name,
       l.actor_kind, l.event, l.outcome, l.subject_type, l.subject_id, l.reason, l.request_id, l.ip, l.user_agent, l.hash
from audit_log l
where l.event = $event
  and ($org_id is null or l.org_id = $org_id)
  and ($outcome is null or l.outcome = $outcome)
  and ($actor_id is null or l.actor_id = $actor_id)
  and ($ip is null or l.ip = $ip)
  and ($subject_id is null or l.subject_id = $subject_id)
  and ($subject_type is null or l.subject_type = $subject_type)
  and ($q is null or strpos(lower(concat_ws(' ', l.event, l.reason, l.request_id, l.user_agent) collate "C"), lower($q collate "C")) > 0)
  and l.at >= coalesce($since, '-infinity') and l.at < coalesce($until, 'infinity') and l.at <= coalesce($after_at, 'infinity')
  and ($after_id is null or (l.at, l.id) < ($after_at, $after_id))
order by l.at desc, l.id desc
limit $lim;

-- Over all organizations, and the body's own rows.
-- name: audit_of_all_by_time :many
-- as: system
-- in: org_id uuid?, since timestamptz?, until timestamptz?, event text?, outcome text?, actor_id uuid?, ip text?, subject_type text?, subject_id uuid?, q text?, after_at timestamptz?, after_id uuid?, lim bigint
-- out: audit_entry
select l.id, l.seq, l.org_id, l.at, l.actor_id,
       (select u.name from users u where u.org_id = l.org_id and u.id = l.actor_id) as actor_name,
       l.actor_kind, l.event, l.outcome, l.subject_type, l.subject_id, l.reason, l.request_id, l.ip, l.user_agent, l.hash
from audit_log l
where ($org_id is null or l.org_id = $org_id)
  and ($event is null or l.event = $event)
  and ($outcome is null or l.outcome = $outcome)
  and ($actor_id is null or l.actor_id = $actor_id)
  and ($ip is null or l.ip = $ip)
  and ($subject_id is null or l.subject_id = $subject_id)
  and ($subject_type is null or l.subject_type = $subject_type)
  and ($q is null or strpos(lower(concat_ws(' ', l.event, l.reason, l.request_id, l.user_agent) collate "C"), lower($q collate "C")) > 0)
  and l.at >= coalesce($since, '-infinity') and l.at < coalesce($until, 'infinity') and l.at <= coalesce($after_at, 'infinity')
  and ($after_id is null or (l.at, l.id) < ($after_at, $after_id))
order by l.at desc, l.id desc
limit $lim;

-- name: audit_by_id :maybe
-- as: both
-- in: id uuid
-- out: audit_detail (id uuid, seq bigint, org_id uuid?, at timestamptz, actor_id uuid?, actor_name text?, actor_kind text, event text, outcome text, subject_type text?, subject_id uuid?, reason text?, before jsonb?, after jsonb?, request_id text?, ip text?, user_agent text?, prev_hash text, hash text)
select l.id, l.seq, l.org_id, l.at, l.actor_id,
       (select u.name from users u where u.org_id = l.org_id and u.id = l.actor_id) as actor_name,
       l.actor_kind, l.event, l.outcome, l.subject_type, l.subject_id, l.reason, l.before, l.after, l.request_id, l.ip,
       l.user_agent, l.prev_hash, l.hash
from audit_log l
where l.id = $id;

-- name: audit_verdict_of :one
-- as: tenant
-- out: audit_verdict (valid boolean, checked bigint, first_bad bigint?, first_bad_id uuid?, first_bad_at timestamptz?)
select valid, checked, first_bad, first_bad_id, first_bad_at from audit_verify(current_org());

-- Makes the partitions of this month and of so many after it that are missing.
-- name: audit_months :one
-- as: system
-- in: ahead integer
-- out: audit_months_made (made bigint)
select audit_make_months($ahead::integer) as made;
