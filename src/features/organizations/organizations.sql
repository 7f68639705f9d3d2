-- The caller's own organization and its people.

-- struct: organization (id uuid, name text, slug text, kind text, sector text?, country text?, size_band text?, website text?, timezone text, locale text, tier text, certification_status text, integrity_score double?, mfa_required boolean, version bigint, created_at timestamptz, updated_at timestamptz)

-- name: organization_current :one
-- out: organization
select id, name, slug, kind, sector, country, size_band, website, timezone, locale, tier, certification_status,
       integrity_score::float8 as integrity_score, mfa_required, version, created_at, updated_at
from organizations
where id = current_org();

-- name: organization_update :maybe
-- as: tenant
-- in: version bigint, name text?, sector text?, country text?, size_band text?, website text?, timezone text?, locale text?, mfa_required boolean?
-- out: organization
update organizations
set name = coalesce($name, name), sector = coalesce($sector, sector), country = coalesce($country, country),
    size_band = coalesce($size_band, size_band), website = coalesce($website, website),
    timezone = coalesce($timezone, timezone), locale = coalesce($locale, locale),
    mfa_required = coalesce($mfa_required, mfa_required)
where id = current_org() and version = $version
returning id, name, slug, kind, sector, country, size_band, website, timezone, locale, tier, certification_status,
          integrity_score::float8 as integrity_score, mfa_required, version, created_at, updated_at;

-- struct: member (id uuid, name text, email text, role text, is_active boolean, is_super_admin boolean, locale text, last_login_at timestamptz?, created_at timestamptz)

-- name: member_current :maybe
-- as: tenant
-- in: id uuid
-- out: member
select id, name, email, role, is_active, is_super_admin, locale, last_login_at, created_at
from users
where org_id = current_org() and id = $id;
