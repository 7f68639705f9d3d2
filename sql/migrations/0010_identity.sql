-- Organizations, users, sessions, the keys that sign tokens, and what keeps requests honest.
-- Reading order: organizations own everything; users belong to one; sessions belong to users.

create table organizations (
    id uuid primary key default new_id(),
    name text not null check (length(name) between 1 and 255),
    slug text not null unique check (slug ~ '^[a-z0-9](-?[a-z0-9])*$' and length(slug) <= 80),
    kind text not null default 'CLIENT' check (kind in ('CLIENT', 'OPERATOR', 'PARTNER')),
    sector text check (length(sector) <= 100),
    country text check (country ~ '^[A-Z]{2}$'),
    size_band text check (size_band in ('1-50', '51-250', '251-1000', '1001-5000', '5000+')),
    website text check (length(website) <= 300),
    timezone text not null default 'UTC' check (length(timezone) <= 64),
    locale text not null default 'en' check (locale in ('en', 'af', 'zu', 'fr', 'de')),
    tier text not null default 'TIER_3' check (tier in ('TIER_1', 'TIER_2', 'TIER_3')),
    certification_status text not null default 'DRAFT' check (certification_status in (
        'DRAFT', 'PENDING_REVIEW', 'REVISION_REQUIRED', 'APPROVED', 'CERTIFIED', 'PROVISIONAL', 'SUSPENDED', 'REVOKED',
        'WITHDRAWN', 'EXPIRED')),
    integrity_score numeric(5, 2) check (integrity_score between 0 and 100),
    ledger_entry_id uuid not null,
    version bigint not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

-- The row's own id is the tenant: the same wall as tenant_table() builds, on another column.
alter table organizations enable row level security;
alter table organizations force row level security;
create policy tenant on organizations to aic_tenant using (id = (select current_org())) with check (id = (select current_org()));
create policy system on organizations to aic_system using (true) with check (true);
grant select, insert, update on organizations to aic_system;
grant select on organizations to aic_tenant;
-- A tenant edits its profile, never its tier, status, score or kind (domain, fault 3).
grant update (name, sector, country, size_band, website, timezone, locale, version, updated_at) on organizations to aic_tenant;
select versioned_table('organizations');
select ledger_gate('organizations', '{name,kind,tier}', '{tier,certification_status}', 'id');

create table users (
    id uuid not null default new_id(),
    org_id uuid not null references organizations,
    name text not null check (length(name) between 1 and 200),
    -- One address is one person on the whole platform, whatever its organization.
    email text not null unique check (email = lower(email) and length(email) between 3 and 254),
    password_hash text,
    role text not null check (role in ('ADMIN', 'COMPLIANCE_OFFICER', 'AUDITOR', 'VIEWER')),
    is_super_admin boolean not null default false,
    is_active boolean not null default true,
    email_verified_at timestamptz,
    locale text not null default 'en' check (locale in ('en', 'af', 'zu', 'fr', 'de')),
    last_login_at timestamptz,
    password_changed_at timestamptz not null default now(),
    version bigint not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (org_id, id)
);
select tenant_table('users');
select versioned_table('users');
-- A tenant's own transaction can neither read a password hash nor make anyone a super admin.
revoke all on users from aic_tenant;
grant select (id, org_id, name, email, role, is_super_admin, is_active, email_verified_at, locale, last_login_at,
              version, created_at, updated_at) on users to aic_tenant;
grant update (name, locale, version, updated_at) on users to aic_tenant;

create table sessions (
    id uuid not null default new_id(),
    org_id uuid not null references organizations,
    user_id uuid not null,
    family_id uuid not null,          -- every rotation of one sign-in
    jti uuid not null,                -- of the access token handed out with this refresh token
    refresh_hash bytea not null unique check (length(refresh_hash) = 32),
    user_agent text check (length(user_agent) <= 400),
    ip text check (length(ip) <= 64),
    issued_at timestamptz not null default now(),
    expires_at timestamptz not null,
    used_at timestamptz,              -- rotated: presenting it again is theft, and ends the family
    revoked_at timestamptz,
    reason text check (length(reason) <= 100),
    primary key (org_id, id),
    foreign key (org_id, user_id) references users on delete cascade
);
create index on sessions (family_id);
create index on sessions (org_id, user_id);
select tenant_table('sessions');
revoke all on sessions from aic_tenant; -- sign-in, refresh and sign-out are SYSTEM(S1); sessions pages come with their issue

create table signing_keys (
    kid text primary key check (length(kid) between 8 and 64),
    use text not null check (use in ('TOKEN', 'REPORT', 'CERTIFICATE', 'CHECKPOINT')),
    algorithm text not null check (algorithm in ('RS256', 'Ed25519')),
    public_key text not null,
    private_key_sealed bytea not null,
    created_at timestamptz not null default now(),
    not_after timestamptz,
    is_active boolean not null default true,
    retired_at timestamptz
);
create unique index one_active_key_per_use on signing_keys (use) where is_active;
grant select, insert, update on signing_keys to aic_system;

-- Replies of POSTs that carried an Idempotency-Key, for a day.
create table idempotency_keys (
    org_id uuid not null references organizations,
    actor_id uuid not null,
    key text not null check (length(key) between 1 and 200),
    request_hash bytea not null check (length(request_hash) = 32),
    status integer not null,
    content_type text not null,
    location text,
    reply text not null,
    created_at timestamptz not null default now(),
    primary key (org_id, actor_id, key)
);
create index on idempotency_keys (created_at);
select tenant_table('idempotency_keys');

-- Counters of the rates that must hold over all servers: sign-in and registration by address. Unlogged: after a crash
-- of the database they start anew, which is a minute's grace and not a hole.
create unlogged table rate_windows (
    key text not null check (length(key) <= 200),
    window_start timestamptz not null,
    taken integer not null,
    primary key (key, window_start)
);
grant select, insert, update, delete on rate_windows to aic_system;
