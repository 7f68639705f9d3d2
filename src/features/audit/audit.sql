-- The audit log, to be searched. Plans are generic (store/README.md), so a statement is written for each filter that can
-- drive the search by an index of its own (sql/migrations/0023_audit.sql); the others sift what it finds. The bounds in
-- time stand so that partitions outside of them are not opened, and those inside are read newest first until the page is
-- full. What a filter without an index sifts is bounded: audit_edge_… says where so many rows end, and the search stops
-- there (audit.c).

-- struct: audit_entry (id uuid, seq bigint, org_id uuid?, org_name text?, at timestamptz, actor_id uuid?, actor_name text?, actor_kind text, event text, outcome text, subject_type text?, subject_id uuid?, reason text?, request_id text?, ip text?, user_agent text?, hash text)

-- name: audit_by_subject :many
-- as: both
-- in: org_id uuid?, since timestamptz?, until timestamptz?, event text?, outcome text?, actor_id uuid?, ip text?, subject_type text?, subject_id uuid?, q text?, after_at timestamptz?, after_id uuid?, lim bigint
-- out: audit_entry
select l.id, l.seq, l.org_id, (select o.name from organizations o where o.id = l.org_id) as org_name, l.at, l.actor_id,
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
select l.id, l.seq, l.org_id, (select o.name from organizations o where o.id = l.org_id) as org_name, l.at, l.actor_id,
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
select l.id, l.seq, l.org_id, (select o.name from organizations o where o.id = l.org_id) as org_name, l.at, l.actor_id,
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
select l.id, l.seq, l.org_id, (select o.name from organizations o where o.id = l.org_id) as org_name, l.at, l.actor_id,
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
select l.id, l.seq, l.org_id, (select o.name from organizations o where o.id = l.org_id) as org_name, l.at, l.actor_id,
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

-- What did not succeed is rare, and has an index of its own.
-- name: audit_failed :many
-- as: both
-- in: org_id uuid?, since timestamptz?, until timestamptz?, event text?, outcome text?, actor_id uuid?, ip text?, subject_type text?, subject_id uuid?, q text?, after_at timestamptz?, after_id uuid?, lim bigint
-- out: audit_entry
select l.id, l.seq, l.org_id, (select o.name from organizations o where o.id = l.org_id) as org_name, l.at, l.actor_id,
       (select u.name from users u where u.org_id = l.org_id and u.id = l.actor_id) as actor_name,
       l.actor_kind, l.event, l.outcome, l.subject_type, l.subject_id, l.reason, l.request_id, l.ip, l.user_agent, l.hash
from audit_log l
where l.org_id = $org_id
  and l.outcome <> 'OK'
  and ($outcome is null or l.outcome = $outcome)
  and ($event is null or l.event = $event)
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
select l.id, l.seq, l.org_id, (select o.name from organizations o where o.id = l.org_id) as org_name, l.at, l.actor_id,
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
select l.id, l.seq, l.org_id, (select o.name from organizations o where o.id = l.org_id) as org_name, l.at, l.actor_id,
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

-- Over all organizations, and the body's own rows.
-- name: audit_of_all_failed :many
-- as: system
-- in: org_id uuid?, since timestamptz?, until timestamptz?, event text?, outcome text?, actor_id uuid?, ip text?, subject_type text?, subject_id uuid?, q text?, after_at timestamptz?, after_id uuid?, lim bigint
-- out: audit_entry
select l.id, l.seq, l.org_id, (select o.name from organizations o where o.id = l.org_id) as org_name, l.at, l.actor_id,
       (select u.name from users u where u.org_id = l.org_id and u.id = l.actor_id) as actor_name,
       l.actor_kind, l.event, l.outcome, l.subject_type, l.subject_id, l.reason, l.request_id, l.ip, l.user_agent, l.hash
from audit_log l
where l.outcome <> 'OK'
  and ($outcome is null or l.outcome = $outcome)
  and ($org_id is null or l.org_id = $org_id)
  and ($event is null or l.event = $event)
  and ($actor_id is null or l.actor_id = $actor_id)
  and ($ip is null or l.ip = $ip)
  and ($subject_id is null or l.subject_id = $subject_id)
  and ($subject_type is null or l.subject_type = $subject_type)
  and ($q is null or strpos(lower(concat_ws(' ', l.event, l.reason, l.request_id, l.user_agent) collate "C"), lower($q collate "C")) > 0)
  and l.at >= coalesce($since, '-infinity') and l.at < coalesce($until, 'infinity') and l.at <= coalesce($after_at, 'infinity')
  and ($after_id is null or (l.at, l.id) < ($after_at, $after_id))
order by l.at desc, l.id desc
limit $lim;

-- Where the rows end that one search looks at: the moment of the last of them.
-- struct: audit_edge (at timestamptz)

-- name: audit_edge_subject :maybe
-- as: both
-- in: org_id uuid?, subject_id uuid?, since timestamptz?, until timestamptz?, after_at timestamptz?, after_id uuid?, look bigint
-- out: audit_edge
select l.at
from audit_log l
where l.subject_id = $subject_id
  and ($org_id is null or l.org_id = $org_id)
  and l.at >= coalesce($since, '-infinity') and l.at < coalesce($until, 'infinity') and l.at <= coalesce($after_at, 'infinity')
  and ($after_id is null or (l.at, l.id) < ($after_at, $after_id))
order by l.at desc, l.id desc
offset $look limit 1;

-- name: audit_edge_actor :maybe
-- as: both
-- in: org_id uuid?, actor_id uuid?, since timestamptz?, until timestamptz?, after_at timestamptz?, after_id uuid?, look bigint
-- out: audit_edge
select l.at
from audit_log l
where l.actor_id = $actor_id
  and ($org_id is null or l.org_id = $org_id)
  and l.at >= coalesce($since, '-infinity') and l.at < coalesce($until, 'infinity') and l.at <= coalesce($after_at, 'infinity')
  and ($after_id is null or (l.at, l.id) < ($after_at, $after_id))
order by l.at desc, l.id desc
offset $look limit 1;

-- name: audit_edge_ip :maybe
-- as: both
-- in: org_id uuid?, ip text?, since timestamptz?, until timestamptz?, after_at timestamptz?, after_id uuid?, look bigint
-- out: audit_edge
select l.at
from audit_log l
where l.ip = $ip
  and ($org_id is null or l.org_id = $org_id)
  and l.at >= coalesce($since, '-infinity') and l.at < coalesce($until, 'infinity') and l.at <= coalesce($after_at, 'infinity')
  and ($after_id is null or (l.at, l.id) < ($after_at, $after_id))
order by l.at desc, l.id desc
offset $look limit 1;

-- name: audit_edge_failed :maybe
-- as: both
-- in: org_id uuid?, since timestamptz?, until timestamptz?, after_at timestamptz?, after_id uuid?, look bigint
-- out: audit_edge
select l.at
from audit_log l
where l.org_id = $org_id and l.outcome <> 'OK'
  and l.at >= coalesce($since, '-infinity') and l.at < coalesce($until, 'infinity') and l.at <= coalesce($after_at, 'infinity')
  and ($after_id is null or (l.at, l.id) < ($after_at, $after_id))
order by l.at desc, l.id desc
offset $look limit 1;

-- name: audit_edge_event :maybe
-- as: both
-- in: org_id uuid?, event text?, since timestamptz?, until timestamptz?, after_at timestamptz?, after_id uuid?, look bigint
-- out: audit_edge
select l.at
from audit_log l
where l.org_id = $org_id and l.event = $event
  and l.at >= coalesce($since, '-infinity') and l.at < coalesce($until, 'infinity') and l.at <= coalesce($after_at, 'infinity')
  and ($after_id is null or (l.at, l.id) < ($after_at, $after_id))
order by l.at desc, l.id desc
offset $look limit 1;

-- name: audit_edge_time :maybe
-- as: both
-- in: org_id uuid?, since timestamptz?, until timestamptz?, after_at timestamptz?, after_id uuid?, look bigint
-- out: audit_edge
select l.at
from audit_log l
where l.org_id = $org_id
  and l.at >= coalesce($since, '-infinity') and l.at < coalesce($until, 'infinity') and l.at <= coalesce($after_at, 'infinity')
  and ($after_id is null or (l.at, l.id) < ($after_at, $after_id))
order by l.at desc, l.id desc
offset $look limit 1;

-- name: audit_edge_of_all_failed :maybe
-- as: system
-- in: since timestamptz?, until timestamptz?, after_at timestamptz?, after_id uuid?, look bigint
-- out: audit_edge
select l.at
from audit_log l
where l.outcome <> 'OK'
  and l.at >= coalesce($since, '-infinity') and l.at < coalesce($until, 'infinity') and l.at <= coalesce($after_at, 'infinity')
  and ($after_id is null or (l.at, l.id) < ($after_at, $after_id))
order by l.at desc, l.id desc
offset $look limit 1;

-- name: audit_edge_of_all_event :maybe
-- as: system
-- in: event text?, since timestamptz?, until timestamptz?, after_at timestamptz?, after_id uuid?, look bigint
-- out: audit_edge
select l.at
from audit_log l
where l.event = $event
  and l.at >= coalesce($since, '-infinity') and l.at < coalesce($until, 'infinity') and l.at <= coalesce($after_at, 'infinity')
  and ($after_id is null or (l.at, l.id) < ($after_at, $after_id))
order by l.at desc, l.id desc
offset $look limit 1;

-- name: audit_edge_of_all_time :maybe
-- as: system
-- in: since timestamptz?, until timestamptz?, after_at timestamptz?, after_id uuid?, look bigint
-- out: audit_edge
select l.at
from audit_log l
where l.at >= coalesce($since, '-infinity') and l.at < coalesce($until, 'infinity') and l.at <= coalesce($after_at, 'infinity')
  and ($after_id is null or (l.at, l.id) < ($after_at, $after_id))
order by l.at desc, l.id desc
offset $look limit 1;

-- name: audit_by_id :maybe
-- as: both
-- in: id uuid
-- out: audit_detail (id uuid, seq bigint, org_id uuid?, org_name text?, at timestamptz, actor_id uuid?, actor_name text?, actor_kind text, event text, outcome text, subject_type text?, subject_id uuid?, reason text?, before jsonb?, after jsonb?, request_id text?, ip text?, user_agent text?, prev_hash text, hash text)
select l.id, l.seq, l.org_id, (select o.name from organizations o where o.id = l.org_id) as org_name, l.at, l.actor_id,
       (select u.name from users u where u.org_id = l.org_id and u.id = l.actor_id) as actor_name,
       l.actor_kind, l.event, l.outcome, l.subject_type, l.subject_id, l.reason, l.before, l.after, l.request_id, l.ip,
       l.user_agent, l.prev_hash, l.hash
from audit_log l
where l.id = $id;

-- struct: audit_verdict (valid boolean, checked bigint, first_bad bigint?, first_bad_id uuid?, first_bad_at timestamptz?)

-- name: audit_verdict_of :one
-- as: tenant
-- out: audit_verdict
select valid, checked, first_bad, first_bad_id, first_bad_at from audit_verify(current_org());

-- Of any organization; null: of the rows of none.
-- name: audit_verdict_of_chain :one
-- as: system
-- in: org_id uuid?
-- out: audit_verdict
select valid, checked, first_bad, first_bad_id, first_bad_at from audit_verify($org_id);

-- Makes the partitions of this month and of so many after it that are missing.
-- name: audit_months :one
-- as: system
-- in: ahead integer
-- out: audit_months_made (made bigint)
select audit_make_months($ahead::integer) as made;
