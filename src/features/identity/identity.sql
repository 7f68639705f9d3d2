-- Organizations, users, sessions. Sign-in happens before a tenant is known, so these run as aic_system.

-- mfa_enabled: there is a second factor, whatever its kind.
-- struct: account (id uuid, org_id uuid, name text, email text, password_hash text?, role text, is_super_admin boolean, is_active boolean, email_verified boolean, locale text, mfa_enabled boolean, totp_enabled boolean, has_passkey boolean, mfa_secret bytea?, mfa_last_counter bigint, mfa_required boolean, created_at timestamptz)

-- name: account_by_email :maybe
-- as: system
-- in: email text
-- out: account
select u.id, u.org_id, u.name, u.email, u.password_hash, u.role, u.is_super_admin, u.is_active,
       u.email_verified_at is not null as email_verified, u.locale, u.mfa_enabled or p.has_passkey as mfa_enabled,
       u.mfa_enabled as totp_enabled, p.has_passkey, u.mfa_secret, u.mfa_last_counter,
       mfa_is_required_of(u.org_id, u.id, u.role, u.is_super_admin) as mfa_required, u.created_at
from users u
cross join lateral (select exists (select from webauthn_credentials w where w.org_id = u.org_id and w.user_id = u.id) as has_passkey) p
where u.email = $email;

-- name: account_by_id :maybe
-- as: system
-- in: id uuid
-- out: account
select u.id, u.org_id, u.name, u.email, u.password_hash, u.role, u.is_super_admin, u.is_active,
       u.email_verified_at is not null as email_verified, u.locale, u.mfa_enabled or p.has_passkey as mfa_enabled,
       u.mfa_enabled as totp_enabled, p.has_passkey, u.mfa_secret, u.mfa_last_counter,
       mfa_is_required_of(u.org_id, u.id, u.role, u.is_super_admin) as mfa_required, u.created_at
from users u
cross join lateral (select exists (select from webauthn_credentials w where w.org_id = u.org_id and w.user_id = u.id) as has_passkey) p
where u.id = $id;

-- Others who change what somebody signs in with wait until this transaction ends.
-- name: account_hold :exec
-- as: system
-- in: org_id uuid, id uuid
select from users where org_id = $org_id and id = $id for update;

-- name: organization_name :one
-- as: system
-- in: id uuid
-- out: organization_named (name text)
select name from organizations where id = $id;

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

-- 0: the address is somebody's.
-- name: user_insert :count
-- as: system
-- in: id uuid, org_id uuid, name text, email text, password_hash text, role text, email_verified boolean, ledger_entry_id uuid?
insert into users (id, org_id, name, email, password_hash, role, email_verified_at, ledger_entry_id)
values ($id, $org_id, $name, $email, $password_hash, $role, case when $email_verified then now() end, $ledger_entry_id)
on conflict (email) do nothing;

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

-- A right password without its second factor: what was tried before stays counted, or else every right password would
-- give four more codes to try.
-- name: lockout_uncount :exec
-- as: system
-- in: org_id uuid, id uuid, had_locked boolean
update users
set failed_login_attempts = greatest(failed_login_attempts - 1, 0),
    lockout_until = case when $had_locked then null else lockout_until end,
    lockout_level = case when $had_locked then greatest(lockout_level - 1, 0) else lockout_level end
where org_id = $org_id and id = $id;

-- An attempt whose password nobody looked at, of a person or of nobody.
-- name: lockout_take_back :exec
-- as: system
-- in: email text, had_locked boolean
with person as (
    update users
    set failed_login_attempts = greatest(failed_login_attempts - 1, 0),
        lockout_until = case when $had_locked then null else lockout_until end,
        lockout_level = case when $had_locked then greatest(lockout_level - 1, 0) else lockout_level end
    where email = $email
)
update sign_in_strangers
set failed_login_attempts = greatest(failed_login_attempts - 1, 0),
    lockout_until = case when $had_locked then null else lockout_until end,
    lockout_level = case when $had_locked then greatest(lockout_level - 1, 0) else lockout_level end
where email_hash = sha256(convert_to($email, 'UTF8'));

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
-- in: id uuid, org_id uuid, ledger_entry_id uuid
update users set is_super_admin = true, ledger_entry_id = $ledger_entry_id where org_id = $org_id and id = $id;

-- Only for somebody who is still what the token says, and holds that until the transaction ends: whoever changes a role or
-- deactivates somebody, and then ends the sessions, cannot miss one that begins at that very moment.
-- name: session_insert :count
-- as: system
-- in: org_id uuid, user_id uuid, role text, is_super_admin boolean, family_id uuid, jti uuid, refresh_hash bytea, user_agent text?, ip text?, authenticated_at timestamptz, expires_at timestamptz
insert into sessions (org_id, user_id, family_id, jti, refresh_hash, user_agent, ip, authenticated_at, expires_at)
select u.org_id, u.id, $family_id, $jti, $refresh_hash, left($user_agent, 400), left($ip, 64), $authenticated_at, $expires_at
from users u
where u.org_id = $org_id and u.id = $user_id and u.is_active and u.role = $role and u.is_super_admin = $is_super_admin
for share of u;

-- Takes the refresh token if it is good, in one statement, so that of two servers shown it at once one gets it.
-- name: session_take :maybe
-- as: system
-- in: refresh_hash bytea, now timestamptz
-- out: session_taken (org_id uuid, user_id uuid, family_id uuid, jti uuid, authenticated_at timestamptz)
update sessions set used_at = $now
where refresh_hash = $refresh_hash and used_at is null and revoked_at is null and expires_at > $now
returning org_id, user_id, family_id, jti, authenticated_at;

-- Whose refresh token it is; held before the token is taken, in the order in which a change of the person takes them.
-- name: account_by_refresh :maybe
-- as: system
-- in: refresh_hash bytea
-- out: account
select u.id, u.org_id, u.name, u.email, u.password_hash, u.role, u.is_super_admin, u.is_active,
       u.email_verified_at is not null as email_verified, u.locale, u.mfa_enabled or p.has_passkey as mfa_enabled,
       u.mfa_enabled as totp_enabled, p.has_passkey, u.mfa_secret, u.mfa_last_counter,
       mfa_is_required_of(u.org_id, u.id, u.role, u.is_super_admin) as mfa_required, u.created_at
from sessions s
join users u on u.org_id = s.org_id and u.id = s.user_id
cross join lateral (select exists (select from webauthn_credentials w where w.org_id = u.org_id and w.user_id = u.id) as has_passkey) p
where s.refresh_hash = $refresh_hash
for share of u;

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

-- ------------------------------------------------------------------ the second factor

-- Also forgets what has run out.
-- name: mfa_challenge_insert :exec
-- as: system
-- in: token_hash bytea, org_id uuid, user_id uuid, is_setup boolean, now timestamptz, expires_at timestamptz
with forgotten as (delete from mfa_challenges where expires_at < $now - interval '1 day')
insert into mfa_challenges (token_hash, org_id, user_id, is_setup, expires_at)
values ($token_hash, $org_id, $user_id, $is_setup, $expires_at);

-- name: mfa_challenge_find :maybe
-- as: system
-- in: token_hash bytea, is_setup boolean, now timestamptz
-- out: mfa_challenged (org_id uuid, user_id uuid)
select org_id, user_id from mfa_challenges
where token_hash = $token_hash and is_setup = $is_setup and used_at is null and expires_at > $now and attempts < 5;

-- Counts a code before it is looked at.
-- name: mfa_challenge_try :maybe
-- as: system
-- in: token_hash bytea, is_setup boolean, now timestamptz
-- out: mfa_challenged
update mfa_challenges set attempts = attempts + 1
where token_hash = $token_hash and is_setup = $is_setup and used_at is null and expires_at > $now and attempts < 5
returning org_id, user_id;

-- Once, however many show it at the same time.
-- name: mfa_challenge_use :count
-- as: system
-- in: token_hash bytea, now timestamptz
update mfa_challenges set used_at = $now where token_hash = $token_hash and used_at is null;

-- name: mfa_secret_set :count
-- as: system
-- in: org_id uuid, id uuid, secret bytea
update users set mfa_secret = $secret, mfa_last_counter = 0 where org_id = $org_id and id = $id and not mfa_enabled;

-- name: mfa_counter_use :count
-- as: system
-- in: org_id uuid, id uuid, counter bigint
update users set mfa_last_counter = $counter where org_id = $org_id and id = $id and mfa_last_counter < $counter;

-- name: mfa_switch_on :count
-- as: system
-- in: org_id uuid, id uuid
update users set mfa_enabled = true where org_id = $org_id and id = $id and not mfa_enabled and mfa_secret is not null;

-- name: mfa_switch_off :count
-- as: system
-- in: org_id uuid, id uuid
update users set mfa_enabled = false, mfa_secret = null, mfa_last_counter = 0 where org_id = $org_id and id = $id and mfa_enabled;

-- name: mfa_codes_forget :exec
-- as: system
-- in: org_id uuid, user_id uuid
delete from mfa_recovery_codes where org_id = $org_id and user_id = $user_id;

-- name: mfa_code_insert :exec
-- as: system
-- in: org_id uuid, user_id uuid, code_hash bytea
insert into mfa_recovery_codes (org_id, user_id, code_hash) values ($org_id, $user_id, $code_hash);

-- name: mfa_code_use :count
-- as: system
-- in: org_id uuid, user_id uuid, code_hash bytea, now timestamptz
update mfa_recovery_codes set used_at = $now
where org_id = $org_id and user_id = $user_id and code_hash = $code_hash and used_at is null;

-- name: mfa_state_of :one
-- as: tenant
-- in: id uuid
-- out: mfa_standing (totp_enabled boolean, has_passkey boolean, required boolean, recovery_codes_left bigint)
select mfa_enabled as totp_enabled,
       exists (select from webauthn_credentials w where w.org_id = u.org_id and w.user_id = u.id) as has_passkey,
       mfa_is_required_of(org_id, id, role, is_super_admin) as required,
       (select count(*) from mfa_recovery_codes c where c.org_id = u.org_id and c.user_id = u.id and c.used_at is null) as recovery_codes_left
from users u
where org_id = current_org() and id = $id;

-- ------------------------------------------------------------------ passkeys

-- Also forgets what has run out.
-- name: webauthn_challenge_insert :exec
-- as: system
-- in: challenge_hash bytea, purpose text, org_id uuid?, user_id uuid?, now timestamptz, expires_at timestamptz
with forgotten as (delete from webauthn_challenges where expires_at < $now - interval '1 day')
insert into webauthn_challenges (challenge_hash, purpose, org_id, user_id, expires_at)
values ($challenge_hash, $purpose, $org_id, $user_id, $expires_at);

-- Once, however many show it at the same time, and only for what and whom it was made.
-- name: webauthn_challenge_use :count
-- as: system
-- in: challenge_hash bytea, purpose text, user_id uuid?, now timestamptz
update webauthn_challenges set used_at = $now
where challenge_hash = $challenge_hash and purpose = $purpose and user_id is not distinct from $user_id
  and used_at is null and expires_at > $now;

-- name: passkey_insert :exec
-- as: system
-- in: id uuid, org_id uuid, user_id uuid, credential_id bytea, public_key bytea, sign_count bigint, name text, transports text[], backup_eligible boolean, backed_up boolean
insert into webauthn_credentials (id, org_id, user_id, credential_id, public_key, sign_count, name, transports, backup_eligible, backed_up)
values ($id, $org_id, $user_id, $credential_id, $public_key, $sign_count, $name, $transports, $backup_eligible, $backed_up);

-- name: passkey_by_credential :maybe
-- as: system
-- in: credential_id bytea
-- out: passkey_known (id uuid, org_id uuid, user_id uuid, public_key bytea, sign_count bigint, backup_eligible boolean, backed_up boolean)
select id, org_id, user_id, public_key, sign_count, backup_eligible, backed_up
from webauthn_credentials
where credential_id = $credential_id;

-- Of two answers with one counter at the same time one is taken. Authenticators without a counter say 0 each time.
-- name: passkey_use :count
-- as: system
-- in: org_id uuid, id uuid, sign_count bigint, backed_up boolean, now timestamptz
update webauthn_credentials set sign_count = $sign_count, backed_up = $backed_up, last_used_at = $now
where org_id = $org_id and id = $id and (sign_count < $sign_count or (sign_count = 0 and $sign_count = 0));

-- name: passkeys_to_show :many
-- as: system
-- in: org_id uuid, user_id uuid
-- out: passkey_named (credential_id bytea, transports text[])
select credential_id, transports
from webauthn_credentials
where org_id = $org_id and user_id = $user_id
order by created_at, id;

-- name: passkeys_of :many
-- as: tenant
-- in: user_id uuid
-- out: passkey_row (id uuid, name text, backed_up boolean, created_at timestamptz, last_used_at timestamptz?)
select id, name, backed_up, created_at, last_used_at
from webauthn_credentials
where org_id = current_org() and user_id = $user_id
order by created_at, id;

-- name: passkey_rename :maybe
-- as: tenant
-- in: id uuid, user_id uuid, name text
-- out: passkey_row
update webauthn_credentials set name = $name
where org_id = current_org() and id = $id and user_id = $user_id
returning id, name, backed_up, created_at, last_used_at;

-- name: passkey_delete :count
-- as: system
-- in: org_id uuid, id uuid, user_id uuid
delete from webauthn_credentials where org_id = $org_id and id = $id and user_id = $user_id;

-- ------------------------------------------------------------------ step-up

-- The refresh token that comes with the new access token takes this one's place.
-- name: session_replace :maybe
-- as: system
-- in: jti uuid, now timestamptz
-- out: session_replaced (family_id uuid)
update sessions set used_at = coalesce(used_at, $now) where jti = $jti and revoked_at is null
returning family_id;

-- ------------------------------------------------------------------ one's own sessions

-- name: session_began :maybe
-- as: system
-- in: jti uuid
-- out: session_beginning (family_id uuid, began_at timestamptz)
select family_id, min(issued_at) as began_at
from sessions
where family_id = (select family_id from sessions where jti = $jti)
group by family_id;

-- name: sessions_of_user :many
-- as: system
-- in: org_id uuid, user_id uuid, jti uuid, now timestamptz
-- out: session_row (id uuid, began_at timestamptz, last_seen_at timestamptz, user_agent text?, ip text?, is_current boolean)
select family_id as id, min(issued_at) as began_at, max(issued_at) as last_seen_at,
       (array_agg(user_agent order by issued_at desc))[1] as user_agent, (array_agg(ip order by issued_at desc))[1] as ip,
       bool_or(jti = $jti) as is_current
from sessions
where org_id = $org_id and user_id = $user_id
group by family_id
having bool_or(revoked_at is null and used_at is null and expires_at > $now)
order by max(issued_at) desc, family_id
limit 100;

-- Ends one family of a person's sessions, or all but one, and the access tokens that are still out.
-- name: sessions_end :one
-- as: system
-- in: org_id uuid, user_id uuid, only uuid?, but uuid?, reason text, now timestamptz, token_expires_at timestamptz
-- out: sessions_ended (families bigint)
with ended as (
    update sessions set revoked_at = $now, reason = $reason
    where org_id = $org_id and user_id = $user_id and ($only is null or family_id = $only)
      and ($but is null or family_id <> $but) and revoked_at is null
    returning family_id, jti
), gone as (
    insert into revoked_tokens (jti, expires_at) select jti, $token_expires_at from ended on conflict (jti) do nothing
)
select count(distinct family_id) as families from ended;

-- name: user_password_set :exec
-- as: system
-- in: org_id uuid, id uuid, password_hash text, now timestamptz
update users set password_hash = $password_hash, password_changed_at = $now where org_id = $org_id and id = $id;

-- name: mfa_codes_left :one
-- as: system
-- in: org_id uuid, user_id uuid
-- out: mfa_codes_counted (codes bigint)
select count(*) as codes from mfa_recovery_codes where org_id = $org_id and user_id = $user_id and used_at is null;

-- ------------------------------------------------------------------ recovery: sql/migrations/0031_recovery.sql

-- One row, whoever the address belongs to.
-- name: recovery_ask :exec
-- as: system
-- in: kind text, email text, new_email text?, locked_until timestamptz?
insert into recovery_asks (kind, org_id, user_id, new_email, locked_until)
select $kind, u.org_id, u.id, $new_email, $locked_until
from (values (true)) as asked (once)
left join users u on u.email = $email;

-- name: recovery_take :maybe
-- as: system
-- out: recovery_asked (id uuid, kind text, user_id uuid?, new_email text?, locked_until timestamptz?)
delete from recovery_asks
where id = (select id from recovery_asks where due_at <= now() order by due_at limit 1 for update skip locked)
returning id, kind, user_id, new_email, locked_until;

-- One that could not be worked on stands back, so that it holds up no other; after a day it is dropped.
-- name: recovery_postpone :exec
-- as: system
-- in: id uuid
with dropped as (delete from recovery_asks where id = $id and created_at < now() - interval '1 day')
update recovery_asks set due_at = now() + interval '1 minute' where id = $id and created_at >= now() - interval '1 day';

-- name: user_token_issue :one
-- as: system
-- in: org_id uuid, user_id uuid, purpose text, token_hash bytea, email text, now timestamptz, expires_at timestamptz
-- out: user_token_issued (is_new boolean)
select user_token_issue($org_id, $user_id, $purpose, $token_hash, $email, $now, $expires_at) as is_new;

-- A link that is good: unused, in time, of somebody active, and sent to the address that is still theirs.
-- name: user_token_find :maybe
-- as: system
-- in: token_hash bytea, now timestamptz
-- out: user_token (org_id uuid, user_id uuid, purpose text, email text)
select t.org_id, t.user_id, t.purpose, t.email
from user_tokens t
join users u on u.org_id = t.org_id and u.id = t.user_id
where t.token_hash = $token_hash and t.used_at is null and t.expires_at > $now and u.is_active
  and (t.purpose = 'EMAIL_CHANGE' or u.email = t.email);

-- Once, however many show it at the same time.
-- name: user_token_use :count
-- as: system
-- in: token_hash bytea, purpose text, now timestamptz
update user_tokens set used_at = $now
where token_hash = $token_hash and purpose = $purpose and used_at is null and expires_at > $now;

-- name: user_tokens_end :exec
-- as: system
-- in: org_id uuid, user_id uuid, purpose text, now timestamptz
update user_tokens set used_at = $now
where org_id = $org_id and user_id = $user_id and purpose = $purpose and used_at is null;

-- name: user_tokens_forget :exec
-- as: system
-- in: before timestamptz
delete from user_tokens where expires_at < $before;

-- Who reads the mailbox has shown that, too.
-- name: user_password_reset :exec
-- as: system
-- in: org_id uuid, id uuid, password_hash text, now timestamptz
update users
set password_hash = $password_hash, password_changed_at = $now, failed_login_attempts = 0, lockout_until = null,
    email_verified_at = coalesce(email_verified_at, $now)
where org_id = $org_id and id = $id;

-- Sign-ins whose password was right and that lack their second factor.
-- name: mfa_challenges_end :exec
-- as: system
-- in: org_id uuid, user_id uuid, now timestamptz
update mfa_challenges set used_at = $now where org_id = $org_id and user_id = $user_id and used_at is null;

-- name: user_email_verify :exec
-- as: system
-- in: org_id uuid, id uuid, now timestamptz
update users set email_verified_at = $now where org_id = $org_id and id = $id and email_verified_at is null;

-- None when somebody has the address already.
-- name: user_email_set :count
-- as: system
-- in: org_id uuid, id uuid, email text, now timestamptz
update users u set email = $email, email_verified_at = $now
where u.org_id = $org_id and u.id = $id and not exists (select from users other where other.email = $email);

-- name: email_taken :one
-- as: system
-- in: email text
-- out: email_known (taken boolean)
select exists (select from users where email = $email) as taken;
