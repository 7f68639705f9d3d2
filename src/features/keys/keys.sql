-- The keys that sign access tokens (domain, 2.1). They belong to no tenant. Times are the database's own, so that servers
-- whose clocks differ agree; statement_timestamp(), because now() may lie before the lock was got.

-- struct: signing_key_row (kid text, private_key_sealed bytea, is_active boolean, not_after timestamptz?)

-- struct: signing_key_view (kid text, use text, algorithm text, state text, public_key text, created_at timestamptz, is_active boolean, retired_at timestamptz?, not_after timestamptz?, compromised_at timestamptz?, rotated_by uuid?, reason text?)

-- The active key first.
-- name: signing_keys_that_verify :many
-- as: system
-- out: signing_key_row
select kid, private_key_sealed, is_active, not_after
from signing_keys
where use = 'TOKEN' and private_key_sealed is not null and (is_active or not_after > statement_timestamp())
order by is_active desc, created_at desc, kid desc;

-- name: signing_key_active :maybe
-- as: system
-- out: signing_key_row
select kid, private_key_sealed, is_active, not_after from signing_keys where use = 'TOKEN' and is_active;

-- Of several that change the keys at once, each waits for the one before to commit.
-- name: signing_keys_lock :exec
-- as: system
select pg_advisory_xact_lock(hashtextextended('aic signing keys', 0));

-- Two servers that start together both try; the unique index lets one win, and both then read the same key.
-- name: signing_key_insert :count
-- as: system
-- in: kid text, public_key text, private_key_sealed bytea
insert into signing_keys (kid, use, algorithm, public_key, private_key_sealed, created_at)
values ($kid, 'TOKEN', 'RS256', $public_key, $private_key_sealed, statement_timestamp())
on conflict (use) where is_active do nothing;

-- name: signing_key_retire :count
-- as: system
-- in: verifies_hours bigint, rotated_by uuid?, reason text?
update signing_keys
set is_active = false, retired_at = statement_timestamp(),
    not_after = statement_timestamp() + $verifies_hours * interval '1 hour', rotated_by = $rotated_by, reason = $reason
where use = 'TOKEN' and is_active;

-- An emergency ends those that were retired before, too.
-- name: signing_keys_end :count
-- as: system
update signing_keys set not_after = statement_timestamp()
where use = 'TOKEN' and not is_active and not_after > statement_timestamp();

-- name: signing_key_compromised :count
-- as: system
-- in: kid text, rotated_by uuid?, reason text
update signing_keys
set is_active = false, retired_at = coalesce(retired_at, statement_timestamp()),
    not_after = least(not_after, statement_timestamp()), compromised_at = statement_timestamp(),
    rotated_by = $rotated_by, reason = $reason
where use = 'TOKEN' and kid = $kid and compromised_at is null;

-- name: signing_key_by_kid :maybe
-- as: system
-- in: kid text
-- out: signing_key_view
select kid, use, algorithm,
       case when compromised_at is not null then 'COMPROMISED' when is_active then 'ACTIVE'
            when not_after > statement_timestamp() then 'VERIFYING' else 'ENDED' end as state,
       public_key, created_at, is_active, retired_at, not_after, compromised_at, rotated_by, reason
from signing_keys
where use = 'TOKEN' and kid = $kid;

-- name: signing_keys_list :many
-- as: system
-- in: before timestamptz?, before_kid text?, lim bigint
-- out: signing_key_view
select kid, use, algorithm,
       case when compromised_at is not null then 'COMPROMISED' when is_active then 'ACTIVE'
            when not_after > statement_timestamp() then 'VERIFYING' else 'ENDED' end as state,
       public_key, created_at, is_active, retired_at, not_after, compromised_at, rotated_by, reason
from signing_keys
where use = 'TOKEN' and ($before is null or (created_at, kid) < ($before, $before_kid))
order by created_at desc, kid desc
limit $lim;

-- name: operator_organization :maybe
-- as: system
-- out: operator_found (id uuid)
select id from organizations where kind = 'OPERATOR' order by created_at, id limit 1;

-- name: signing_keys_forget :count
-- as: system
-- in: ended_before timestamptz
update signing_keys set private_key_sealed = null
where use = 'TOKEN' and private_key_sealed is not null and not_after < $ended_before;

-- name: revoked_tokens_forget :count
-- as: system
-- in: expired_before timestamptz
delete from revoked_tokens where expires_at < $expired_before;
