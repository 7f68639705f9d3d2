-- The caller's chain, as the ledger page and the export read it.

-- struct: trail_entry (seq bigint, id uuid, org_id uuid, at timestamptz, actor text, actor_name text?, action text, subject_type text, subject_id uuid, content_hash text, prev_hash text, hash text)

-- name: trail_list :many
-- as: tenant
-- in: action text?, subject_type text?, subject_id uuid?, before_seq bigint?, lim bigint
-- out: trail_entry
select e.seq, e.id, e.org_id, e.at, e.actor, u.name as actor_name, e.action, e.subject_type, e.subject_id,
       e.content_hash, e.prev_hash, e.hash
from ledger_entries e
left join users u on u.org_id = e.org_id and u.id::text = e.actor
where e.org_id = current_org()
  and ($action is null or e.action = $action)
  and ($subject_type is null or e.subject_type = $subject_type)
  and ($subject_id is null or e.subject_id = $subject_id)
  and ($before_seq is null or e.seq < $before_seq)
order by e.seq desc
limit $lim;

-- name: trail_by_id :maybe
-- as: tenant
-- in: id uuid
-- out: trail_entry
select e.seq, e.id, e.org_id, e.at, e.actor, u.name as actor_name, e.action, e.subject_type, e.subject_id,
       e.content_hash, e.prev_hash, e.hash
from ledger_entries e
left join users u on u.org_id = e.org_id and u.id::text = e.actor
where e.org_id = current_org() and e.id = $id;

-- name: trail_verify :one
-- as: tenant
-- in: from_seq bigint
-- out: trail_verdict (valid boolean, checked bigint, first_bad bigint?)
select valid, checked, first_bad from ledger_verify($from_seq);

-- name: trail_export :many
-- as: tenant
-- in: after_seq bigint, lim bigint
-- out: trail_entry
select e.seq, e.id, e.org_id, e.at, e.actor, null::text as actor_name, e.action, e.subject_type, e.subject_id,
       e.content_hash, e.prev_hash, e.hash
from ledger_entries e
where e.org_id = current_org() and e.seq > $after_seq
order by e.seq
limit $lim;
