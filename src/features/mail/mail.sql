-- The outbox: see sql/migrations/0030_mail.sql.

-- name: mail_queue :one
-- as: both
-- in: kind text, letter bytea, once text?
-- out: mail_queued (is_new boolean)
select mail_queue($kind, $letter, $once) as is_new;

-- The longest due, if nobody else works on it. It comes back by itself when this server dies: until then nobody takes it.
-- name: mail_take :maybe
-- as: system
-- in: lease_seconds bigint
-- out: mail_taken (id uuid, kind text, letter bytea, attempts bigint, created_at timestamptz)
update mail_outbox o
set attempts = o.attempts + 1, next_at = now() + make_interval(secs => $lease_seconds)
where o.id = (select id from mail_outbox where letter_sealed is not null and next_at <= now() order by next_at limit 1
              for update skip locked)
returning o.id, o.kind, o.letter_sealed as letter, o.attempts, o.created_at;

-- name: mail_sent :exec
-- as: system
-- in: id uuid
update mail_outbox set sent_at = now(), letter_sealed = null, error = null where id = $id and letter_sealed is not null;

-- name: mail_try_later :exec
-- as: system
-- in: id uuid, seconds bigint, error text
update mail_outbox set next_at = now() + make_interval(secs => $seconds), error = left($error, 200)
where id = $id and letter_sealed is not null;

-- name: mail_give_up :exec
-- as: system
-- in: id uuid, error text
update mail_outbox set failed_at = now(), letter_sealed = null, error = left($error, 200) where id = $id and letter_sealed is not null;

-- name: mail_waiting :one
-- as: system
-- out: mail_count (waiting bigint)
select count(*) as waiting from mail_outbox where letter_sealed is not null and next_at <= now();

-- name: mail_forget :count
-- as: system
-- in: days bigint
delete from mail_outbox
where letter_sealed is null and coalesce(sent_at, failed_at) < now() - make_interval(days => $days::integer);
