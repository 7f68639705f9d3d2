-- Invitations: a link with an opaque token brings somebody into an organization, in a role, until it ends. Only the token's
-- hash is kept. An invitation may be bound to an address; one that is not may be good for several people.

create table invite_codes (
    id uuid not null default new_id(),
    org_id uuid not null references organizations,
    code_hash bytea not null unique check (length(code_hash) = 32),
    prefix text not null check (length(prefix) = 6), -- of the token, so that people can tell their links apart
    role text not null check (role in ('ADMIN', 'COMPLIANCE_OFFICER', 'AUDITOR', 'VIEWER')),
    name text check (length(name) between 1 and 200),
    email text check (email = lower(email) and length(email) between 3 and 254),
    max_uses integer not null default 1 check (max_uses between 1 and 50),
    uses integer not null default 0,
    expires_at timestamptz not null,
    created_by uuid not null,
    revoked_at timestamptz,
    created_at timestamptz not null default now(),
    primary key (org_id, id),
    foreign key (org_id, created_by) references users,
    constraint an_invitation_is_used_so_often_at_most check (uses between 0 and max_uses),
    constraint an_invitation_of_an_address_is_for_one check (email is null or max_uses = 1),
    constraint an_invitation_ends check (expires_at <= created_at + interval '31 days')
);
create index on invite_codes (org_id, created_at desc, id desc);
create index on invite_codes (org_id, created_by) where revoked_at is null;
select tenant_table('invite_codes');

-- A tenant writes the hash and never reads it; what was promised stays; the program alone counts the uses.
revoke all on invite_codes from aic_tenant, aic_system;
grant select (id, org_id, prefix, role, name, email, max_uses, uses, expires_at, created_by, revoked_at, created_at),
    insert (id, org_id, code_hash, prefix, role, name, email, max_uses, expires_at, created_by), update (revoked_at)
    on invite_codes to aic_tenant;
grant select, update (uses) on invite_codes to aic_system;
create policy owner_people on invite_codes to aic_owner using (org_id::text = current_setting('aic.org_id', true));

create function guard_invite() returns trigger language plpgsql as $$
declare
    is_over boolean := old.revoked_at is not null or old.uses >= old.max_uses or new.revoked_at is not null;
begin
    if (new.id, new.org_id, new.code_hash, new.prefix, new.role, new.max_uses, new.expires_at, new.created_by, new.created_at)
       is distinct from
       (old.id, old.org_id, old.code_hash, old.prefix, old.role, old.max_uses, old.expires_at, old.created_by, old.created_at)
       or new.uses not in (old.uses, old.uses + 1)
       or (new.uses > old.uses and (old.revoked_at is not null or old.expires_at <= now()))
       or (old.revoked_at is not null and new.revoked_at is distinct from old.revoked_at)
       -- Whose invitation it was may be forgotten once it opens nothing any more.
       or (new.email is distinct from old.email and not (new.email is null and is_over))
       or (new.name is distinct from old.name and not (new.name is null and is_over)) then
        raise exception 'an invitation is used, revoked or forgotten, and never changed' using errcode = 'AC403';
    end if;
    return new;
end $$;
create trigger guard_invite before update on invite_codes for each row execute function guard_invite();

-- Using one is told by the person who came of it.
create trigger y_note_change after insert or update of revoked_at on invite_codes for each row
    execute function note_change('invite', '{uses}');

-- Erasing forgets the addresses of invitations, too, and ends those that the person gave out or could still use.
create function person_forget_invites(person uuid, address text, moment timestamptz) returns void
    language sql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
    update invite_codes set revoked_at = moment
    where org_id = current_org() and (created_by = person or email = address) and revoked_at is null and uses < max_uses;
    update invite_codes set email = null, name = null where org_id = current_org() and email = address
$$;
revoke execute on function person_forget_invites(uuid, text, timestamptz) from public;

-- Everything personal goes: name, address, password, second factor, where somebody signed in from, answers that were kept
-- for repeated requests. The row, its role and its ledger entries stay. A table that holds more about people is added here
-- by a new version of this function. false: there is nobody of this id.
create function person_erase(person uuid, moment timestamptz, tokens_until timestamptz) returns boolean
    language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    org uuid := current_org();
    address text;
begin
    perform people_hold(org);
    select u.email into address from users u where u.org_id = org and u.id = person and u.erased_at is null for update;
    if address is null then
        return false;
    end if;
    update users
    set name = 'Deleted person', email = 'deleted-' || id || '@deleted.invalid', password_hash = null, is_active = false,
        email_verified_at = null, locale = 'en', last_login_at = null, mfa_enabled = false, mfa_secret = null,
        mfa_last_counter = 0, failed_login_attempts = 0, lockout_until = null, lockout_level = 0, locked_at = null,
        erased_at = moment
    where org_id = org and id = person;
    perform person_sessions_end(person, 'account deleted', moment, tokens_until);
    perform person_forget_invites(person, address, moment);
    update sessions set user_agent = null, ip = null where org_id = org and user_id = person;
    delete from mfa_recovery_codes where org_id = org and user_id = person;
    delete from mfa_challenges where org_id = org and user_id = person;
    delete from idempotency_keys where org_id = org and actor_id = person;
    return true;
end $$;
revoke execute on function person_erase(uuid, timestamptz, timestamptz) from public;
grant execute on function person_erase(uuid, timestamptz, timestamptz) to aic_tenant, aic_system;
