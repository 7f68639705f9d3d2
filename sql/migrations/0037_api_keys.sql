-- Keys for programs. What one may do is its scopes, and never more than the person who made it may do at that moment.

create table api_keys (
    id uuid not null default new_id(),
    org_id uuid not null references organizations,
    name text not null check (length(name) between 1 and 100),
    prefix text not null check (prefix ~ '^aic_(live|test)_[A-Za-z0-9]{6}$'),
    key_hash bytea not null unique check (length(key_hash) = 32), -- SHA-256 of the whole key, which holds 256 random bits
    scopes text[] not null,
    allowed_ips cidr[] not null default '{}', -- none: from anywhere
    created_by uuid not null,
    expires_at timestamptz not null,
    revoked_at timestamptz,
    last_used_at timestamptz,
    last_used_ip text check (length(last_used_ip) <= 64),
    last_refused_at timestamptz,
    ledger_entry_id uuid not null,
    version bigint not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (org_id, id),
    foreign key (org_id, created_by) references users,
    constraint api_keys_at_most_a_year check (expires_at <= created_at + interval '366 days'),
    constraint api_keys_known_scopes check (cardinality(scopes) > 0 and is_word_set(scopes)
        and scopes <@ (tenant_capabilities() || '{read,analyze}')),
    -- Who may do what is people's business: no program makes keys, people or roles.
    constraint api_keys_for_programs check (not scopes && '{manage_keys,manage_roles,manage_users}'),
    constraint api_keys_few_addresses check (cardinality(allowed_ips) <= 50)
);
create index on api_keys (org_id, created_at desc, id desc);
select tenant_table('api_keys');
revoke all on api_keys from aic_tenant, aic_system;
grant select (id, org_id, name, prefix, scopes, allowed_ips, created_by, expires_at, revoked_at, last_used_at, last_used_ip,
              ledger_entry_id, version, created_at, updated_at),
      insert (id, org_id, name, prefix, key_hash, scopes, allowed_ips, created_by, expires_at, ledger_entry_id),
      update (expires_at, revoked_at, ledger_entry_id, version, updated_at) on api_keys to aic_tenant;
grant select, update (last_used_at, last_used_ip, last_refused_at) on api_keys to aic_system;
create trigger a_count_version before update of expires_at, revoked_at, version, created_at, updated_at on api_keys
    for each row execute function count_version();
select audited_table('api_keys', 'api_key', '{key_hash,last_used_at,last_used_ip,last_refused_at}');
select ledger_gate('api_keys', '{name,prefix,scopes,created_by,expires_at,revoked_at}', '{scopes,expires_at,revoked_at}');

-- A key's life only gets shorter.
create function guard_api_key() returns trigger language plpgsql as $$
begin
    raise exception 'an API key is not made good again, nor changed' using errcode = 'AC403';
end $$;
create trigger guard_api_key before update on api_keys for each row
    when (new.expires_at > old.expires_at or old.revoked_at is not null and new.revoked_at is distinct from old.revoked_at
          or new.key_hash <> old.key_hash or new.scopes <> old.scopes or new.allowed_ips <> old.allowed_ips
          or new.created_by <> old.created_by or new.prefix <> old.prefix)
    execute function guard_api_key();
