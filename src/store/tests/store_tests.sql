-- Statements of the store's own tests.

-- struct: thing (id uuid, org_id uuid, name text, size integer?)

-- name: thing_insert :one
-- in:  name text, size integer?
-- out: thing
insert into things (org_id, name, size) values (current_org(), $name, $size) returning id, org_id, name, size;

-- name: thing_insert_for :exec
-- in:  org_id uuid, name text
insert into things (org_id, name) values ($org_id, $name);

-- name: things_list :many
-- out: thing
select id, org_id, name, size from things order by name;

-- name: thing_by_id :maybe
-- in:  id uuid
-- out: thing
select id, org_id, name, size from things where id = $id;

-- name: thing_get :one
-- in:  id uuid
-- out: thing
select id, org_id, name, size from things where id = $id;

-- name: thing_grow :count
-- in:  id uuid, by integer
update things set size = coalesce(size, 0) + $by where id = $id;

-- name: things_named :many
-- in:  names text[], ids uuid[]
-- out: thing
select id, org_id, name, size from things where name = any ($names) or id = any ($ids) order by name;

-- name: thing_of_tenant :many
-- as:  tenant
-- out: thing
select id, org_id, name, size from things;

-- name: audit_rows :one
-- as:  system
-- in:  request_id text
-- out: audit_seen (rows bigint, reason text?, org_id text?, ip text?)
select count(*) as rows, max(reason) as reason, max(org_id::text) as org_id, max(ip) as ip
from audit_log where event = 'system_scope_opened' and request_id = $request_id;

-- name: settings_seen :one
-- out: settings (org text?, actor text?, actor_kind text?, request_id text?, ip text?, role text)
select current_setting('aic.org_id', true) as org, current_setting('aic.actor', true) as actor,
       current_setting('aic.actor_kind', true) as actor_kind, current_setting('aic.request_id', true) as request_id,
       current_setting('aic.ip', true) as ip, session_user::text as role;

-- name: token_revoke_now :exec
-- as:  system
-- in:  jti uuid
insert into revoked_tokens (jti, expires_at) values ($jti, now() + interval '1 hour');

-- struct: every_type (a uuid, b text, c bigint, d integer, e boolean, f double, g timestamptz, h json, i jsonb, j bytea, k text[], l uuid[])

-- name: types_echo :one
-- in:  a uuid, b text, c bigint, d integer, e boolean, f double, g timestamptz, h json, i jsonb, j bytea, k text[], l uuid[]
-- out: every_type
select $a as a, $b as b, $c as c, $d as d, $e as e, $f as f, $g as g, $h as h, $i as i, $j as j, $k as k, $l as l;

-- name: nulls_echo :one
-- in:  a uuid?, b text?, c bigint?, d integer?, e boolean?, f double?, g timestamptz?, h json?, i jsonb?, j bytea?
-- out: nullable_types (a uuid?, b text?, c bigint?, d integer?, e boolean?, f double?, g timestamptz?, h json?, i jsonb?, j bytea?)
select $a as a, $b as b, $c as c, $d as d, $e as e, $f as f, $g as g, $h as h, $i as i, $j as j;

-- name: time_of :one
-- in:  said text
-- out: a_time (at timestamptz)
select $said::timestamptz as at;

-- name: list_of :one
-- in:  said text
-- out: a_list (items text[])
select $said::text[] as items;

-- name: text_of_null :one
-- out: a_text (said text)
select null::text as said;

-- name: quoted :one
-- in:  said text
-- out: quoted_text (said text, colon text)
select 'it''s; $said -- "?"' || $said as said, /* a comment; with $nothing */ ':'::text as colon; -- the end

-- name: raise_state :exec
-- in:  state text, message text, detail text
select test_raise($state, $message, $detail);

-- name: sleep_ms :exec
-- in:  ms integer
select pg_sleep($ms / 1000.0);

-- name: end_backends :exec
-- as:  system
select test_end_backends();

-- name: pair_add :exec
-- in:  side text, id bigint
insert into pairs (id, side) values ($id, $side);

-- name: shape_list :many
-- out: shape_row (at timestamptz)
select at from shapes;

-- name: unique_name :exec
-- in:  name text
insert into uniques (name) values ($name);

-- name: child_insert :exec
-- in:  parent_id bigint
insert into children (parent_id) values ($parent_id);

-- name: parent_delete :exec
-- in:  id bigint
delete from parents where id = $id;

-- name: check_break :exec
-- in:  size integer?, flavour text
insert into checks (size, flavour) values ($size, $flavour);
