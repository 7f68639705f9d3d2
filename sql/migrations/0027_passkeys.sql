-- Passkeys (W3C Web Authentication): a second factor beside codes by time, or, where the device makes sure who it is, a
-- sign-in of its own.

create table webauthn_credentials (
    id uuid not null default new_id(),
    org_id uuid not null references organizations,
    user_id uuid not null,
    credential_id bytea not null unique check (length(credential_id) between 16 and 1023), -- over the whole platform
    public_key bytea not null check (length(public_key) between 32 and 1024),              -- a COSE_Key, as it came
    sign_count bigint not null check (sign_count between 0 and 4294967295),
    name text not null check (length(name) between 1 and 100),
    transports text[] not null default '{}' check (cardinality(transports) <= 8),
    backup_eligible boolean not null,
    backed_up boolean not null check (backup_eligible or not backed_up),
    created_at timestamptz not null default now(),
    last_used_at timestamptz,
    primary key (org_id, id),
    foreign key (org_id, user_id) references users on delete cascade
);
create index on webauthn_credentials (org_id, user_id);
select tenant_table('webauthn_credentials');
revoke all on webauthn_credentials from aic_tenant;
grant select (id, org_id, user_id, name, transports, backed_up, created_at, last_used_at), update (name)
    on webauthn_credentials to aic_tenant;
select audited_table('webauthn_credentials', 'passkey',
    '{credential_id,public_key,sign_count,transports,backed_up,last_used_at}');

-- A counter that goes back is a copy of the key; and a passkey stays the key, and its owner's, for ever. Authenticators
-- that keep no counter say 0 each time.
create function guard_passkey() returns trigger language plpgsql as $$
begin
    if new.sign_count < old.sign_count or (new.sign_count = old.sign_count and new.last_used_at is distinct from old.last_used_at
                                           and old.sign_count > 0) then
        raise exception 'the counter of a passkey does not go back' using errcode = 'AC403';
    end if;
    if new.credential_id <> old.credential_id or new.public_key <> old.public_key or new.user_id <> old.user_id
       or new.org_id <> old.org_id or new.backup_eligible <> old.backup_eligible then
        raise exception 'a passkey is removed and made anew, not changed' using errcode = 'AC403';
    end if;
    return new;
end $$;
create trigger guard_passkey before update on webauthn_credentials for each row execute function guard_passkey();

-- What an authenticator is asked to sign: 256 random bits, hashed, good once and for five minutes, for one purpose and,
-- but for a sign-in of which nothing else is known, for one person.
create table webauthn_challenges (
    challenge_hash bytea primary key check (length(challenge_hash) = 32),
    purpose text not null check (purpose in ('REGISTER', 'SIGN_IN', 'SECOND_FACTOR', 'STEP_UP')),
    org_id uuid references organizations,
    user_id uuid,
    expires_at timestamptz not null,
    used_at timestamptz,
    foreign key (org_id, user_id) references users on delete cascade,
    constraint a_challenge_is_somebodys_but_at_sign_in
        check ((purpose = 'SIGN_IN') = (user_id is null) and (user_id is null) = (org_id is null))
);
create index on webauthn_challenges (expires_at);
select tenant_table('webauthn_challenges');
revoke all on webauthn_challenges from aic_tenant; -- who is asked has no tenant's scope yet

create function guard_challenge() returns trigger language plpgsql as $$
begin
    raise exception 'a challenge is good once' using errcode = 'AC403';
end $$;
create trigger guard_challenge before update on webauthn_challenges for each row
    when (old.used_at is not null or new.expires_at > old.expires_at or new.purpose <> old.purpose
          or new.user_id is distinct from old.user_id)
    execute function guard_challenge();
