-- What the dispatcher itself writes: the audit trail and remembered replies.

-- name: audit_insert :exec
-- in: org_id uuid?, actor_id uuid?, actor_kind text, event text, outcome text, subject_type text?, subject_id uuid?, reason text?, request_id text?, ip text?, user_agent text?
insert into audit_log (org_id, actor_id, actor_kind, event, outcome, subject_type, subject_id, reason, request_id, ip, user_agent)
values ($org_id, $actor_id, $actor_kind, $event, $outcome, $subject_type, $subject_id, $reason, $request_id, $ip, $user_agent);

-- name: reply_recall :maybe
-- as: tenant
-- in: actor_id uuid, key text, since timestamptz
-- out: remembered_reply (request_hash bytea, status integer, content_type text, location text?, reply text)
select request_hash, status, content_type, location, reply
from idempotency_keys
where org_id = current_org() and actor_id = $actor_id and key = $key and created_at > $since;

-- name: reply_remember :exec
-- as: tenant
-- in: actor_id uuid, key text, request_hash bytea, status integer, content_type text, location text?, reply text
insert into idempotency_keys (org_id, actor_id, key, request_hash, status, content_type, location, reply)
values (current_org(), $actor_id, $key, $request_hash, $status::integer, $content_type, $location, $reply);
