-- Links that prove who reads a mailbox: to set a new password, to confirm an address, to change it.

create table user_tokens (
    id uuid not null default new_id(),
    org_id uuid not null references organizations,
    user_id uuid not null,
    purpose text not null check (purpose in ('RESET', 'VERIFY_EMAIL', 'EMAIL_CHANGE')),
    token_hash bytea not null unique check (length(token_hash) = 32),
    email text not null check (email = lower(email) and length(email) between 3 and 254), -- where it was sent
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    used_at timestamptz,
    primary key (org_id, id),
    foreign key (org_id, user_id) references users on delete cascade,
    constraint a_token_ends_in_time check (
        expires_at <= created_at + case purpose when 'RESET' then interval '30 minutes' else interval '24 hours' end)
);
create index on user_tokens (org_id, user_id, purpose, created_at);
create index on user_tokens (expires_at);
select tenant_table('user_tokens');
revoke all on user_tokens from aic_tenant; -- who forgot a password has no tenant's scope
revoke update on user_tokens from aic_system;
grant update (used_at) on user_tokens to aic_system;

-- Used once, and nothing else about it changes.
create function guard_user_token() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        if new.used_at is not null or new.created_at > now() + interval '1 minute' then
            raise exception 'a link begins unused, and now' using errcode = 'AC403';
        end if;
    elsif old.used_at is not null or new.used_at is null
       or (new.id, new.org_id, new.user_id, new.purpose, new.token_hash, new.email, new.created_at, new.expires_at)
          is distinct from (old.id, old.org_id, old.user_id, old.purpose, old.token_hash, old.email, old.created_at, old.expires_at) then
        raise exception 'a link is good once' using errcode = 'AC403';
    end if;
    return new;
end $$;
create trigger guard_user_token before insert or update on user_tokens for each row execute function guard_user_token();

-- Three letters of one purpose an hour for one account, however many ask at the same time: they wait for each other at
-- the account's row. False: that was enough. Each purpose has its own three, so that a stranger who says to have
-- forgotten somebody's password cannot keep that person from confirming an address.
create function user_token_issue(org uuid, person uuid, for_purpose text, hash bytea, address text, moment timestamptz,
                                 ends_at timestamptz) returns boolean language plpgsql as $$
begin
    perform from users where org_id = org and id = person for no key update;
    if (select count(*) from user_tokens t where t.org_id = org and t.user_id = person and t.purpose = for_purpose
          and t.created_at > moment - interval '1 hour') >= 3 then
        return false;
    end if;
    insert into user_tokens (org_id, user_id, purpose, token_hash, email, created_at, expires_at)
    values (org, person, for_purpose, hash, address, moment, ends_at);
    return true;
end $$;
revoke execute on function user_token_issue(uuid, uuid, text, bytea, text, timestamptz, timestamptz) from public;
grant execute on function user_token_issue(uuid, uuid, text, bytea, text, timestamptz, timestamptz) to aic_system;

-- What a request asked for that must not show whether there is an account: it writes one row here, whoever it is about,
-- and nothing more. A server's thread looks at it afterwards, when nobody measures how long that takes. user_id is null
-- when the address is nobody's; the address itself is not kept.
create table recovery_asks (
    id uuid primary key default new_id(),
    kind text not null check (kind in ('RESET', 'VERIFY_EMAIL', 'EMAIL_CHANGE', 'KNOWN_ADDRESS', 'LOCKED')),
    org_id uuid,
    user_id uuid,
    new_email text check (length(new_email) between 3 and 254),
    locked_until timestamptz,
    created_at timestamptz not null default now(),
    due_at timestamptz not null default now(), -- later only if looking at it failed
    constraint only_a_change_names_an_address check ((kind = 'EMAIL_CHANGE') = (new_email is not null)),
    constraint only_a_lockout_has_its_time check ((kind = 'LOCKED') = (locked_until is not null))
);
create index on recovery_asks (due_at);
select tenant_table('recovery_asks');
revoke all on recovery_asks from aic_tenant;
