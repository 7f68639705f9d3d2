-- People of an organization: who may do what is behind the ledger's gate, an administrator is always left, an account ends
-- at once and everywhere, and what is personal about somebody who leaves is erased while the row stays, so that the ledger
-- and the records that name its id hold.

alter table users
    add column ledger_entry_id uuid,    -- of the role that somebody has now; null: older than this gate
    add column erased_at timestamptz;   -- a tombstone: no name, no address, no way in
grant select (ledger_entry_id, erased_at), update (role, is_active, ledger_entry_id) on users to aic_tenant;

-- ------------------------------------------------------------------ the gate

-- The first people of an organization stand on the entry of its own creation, in the same transaction; nobody else gets a
-- role, and nobody at all becomes a super admin, without an entry of his own.
create function made_with_its_organization(org uuid) returns boolean
    language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
    select exists (select from ledger_entries e where e.org_id = org and e.subject_id = org and e.action = 'ORG_CREATED'
                   and e.txid = pg_current_xact_id())
$$;
revoke execute on function made_with_its_organization(uuid) from public;
grant execute on function made_with_its_organization(uuid) to aic_tenant, aic_system;

create trigger z_ledger_gate before update on users for each row
    execute function check_gate('{id,is_super_admin,role}', '{is_super_admin,role}', 'org_id');
create trigger z_ledger_gate_first before insert on users for each row
    when (new.is_super_admin or not made_with_its_organization(new.org_id))
    execute function check_gate('{id,is_super_admin,role}', '{is_super_admin,role}', 'org_id');

-- ------------------------------------------------------------------ the last administrator

-- Changes of an organization's people wait for each other here. Whoever also writes to the ledger takes this first.
create function people_hold(org uuid) returns boolean language plpgsql volatile as $$
begin
    perform pg_advisory_xact_lock(hashtextextended('aic people of ' || org, 0));
    return true;
end $$;

-- Of two administrators who demote each other at the same moment the second finds the first one's change.
create function keep_an_administrator() returns trigger language plpgsql as $$
begin
    perform people_hold(old.org_id);
    if not exists (select from users u where u.org_id = old.org_id and u.id <> old.id and u.role = 'ADMIN' and u.is_active) then
        raise exception 'An organization keeps at least one active administrator. Make somebody else one first.'
            using errcode = 'AC409';
    end if;
    return case when tg_op = 'DELETE' then old else new end;
end $$;
create trigger keep_an_administrator before update on users for each row
    when (old.role = 'ADMIN' and old.is_active and (new.role <> 'ADMIN' or not new.is_active))
    execute function keep_an_administrator();
create trigger keep_an_administrator_row before delete on users for each row
    when (old.role = 'ADMIN' and old.is_active)
    execute function keep_an_administrator();

-- Who was erased stays erased. (The counters of sign-in may move: nobody learns from them.)
create function keep_erased() returns trigger language plpgsql as $$
begin
    raise exception 'an erased person stays erased' using errcode = 'AC403';
end $$;
create trigger keep_erased before update of name, email, password_hash, role, is_active, is_super_admin, email_verified_at,
    mfa_enabled, mfa_secret, erased_at on users for each row when (old.erased_at is not null) execute function keep_erased();

-- ------------------------------------------------------------------ what an administrator may do to an account

-- Passwords, sessions and second factors are in no tenant's reach. These functions do the few things to them that are an
-- administrator's, within his own organization and nothing beyond; the owner sees that organization's rows for them.
create policy owner_people on users to aic_owner using (org_id::text = current_setting('aic.org_id', true));
create policy owner_people on sessions to aic_owner using (org_id::text = current_setting('aic.org_id', true));
create policy owner_people on mfa_recovery_codes to aic_owner using (org_id::text = current_setting('aic.org_id', true));
create policy owner_people on mfa_challenges to aic_owner using (org_id::text = current_setting('aic.org_id', true));
create policy owner_people on idempotency_keys to aic_owner using (org_id::text = current_setting('aic.org_id', true));
create policy owner_people on organizations for select to aic_owner using (id::text = current_setting('aic.org_id', true));

-- Ends all sessions of a person, and with them the access tokens that are still out. Returns how many sign-ins that were.
create function person_sessions_end(person uuid, why text, moment timestamptz, tokens_until timestamptz) returns bigint
    language sql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
    with ended as (
        update sessions set revoked_at = moment, reason = left(why, 100)
        where org_id = current_org() and user_id = person and revoked_at is null
        returning family_id, jti
    ), gone as (
        insert into revoked_tokens (jti, expires_at) select jti, tokens_until from ended on conflict (jti) do nothing
    )
    select count(distinct family_id) from ended
$$;
revoke execute on function person_sessions_end(uuid, text, timestamptz, timestamptz) from public;
grant execute on function person_sessions_end(uuid, text, timestamptz, timestamptz) to aic_tenant, aic_system;

-- Resets of a second factor that two must want: who asked first, and who confirmed.
create table mfa_resets (
    id uuid not null default new_id(),
    org_id uuid not null references organizations,
    user_id uuid not null,
    requested_by uuid not null,
    requested_at timestamptz not null,
    expires_at timestamptz not null,
    confirmed_by uuid,
    confirmed_at timestamptz,
    primary key (org_id, id),
    foreign key (org_id, user_id) references users,
    foreign key (org_id, requested_by) references users,
    foreign key (org_id, confirmed_by) references users,
    constraint two_different_people_reset check (confirmed_by <> requested_by and user_id not in (requested_by, confirmed_by)),
    constraint a_confirmed_reset_has_its_time check ((confirmed_by is null) = (confirmed_at is null))
);
create index on mfa_resets (org_id, user_id, requested_at desc);
select tenant_table('mfa_resets');
select audited_table('mfa_resets', 'mfa_reset');
revoke all on mfa_resets from aic_tenant, aic_system;
grant select on mfa_resets to aic_tenant, aic_system;
create policy owner_people on mfa_resets to aic_owner using (org_id::text = current_setting('aic.org_id', true))
    with check (org_id::text = current_setting('aic.org_id', true));

-- Takes a person's second factor away, for somebody who has lost it. For the certification body's own staff and for super
-- admins a first administrator asks (WAITING) and a second one confirms within a day (DONE); for others one is enough.
create function person_mfa_reset(person uuid, moment timestamptz) returns text
    language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    org uuid := current_org();
    me uuid := nullif(current_setting('aic.actor', true), '')::uuid;
    u users;
    asked mfa_resets;
begin
    select * into u from users x where x.org_id = org and x.id = person and x.erased_at is null for update;
    if u.id is null then
        raise exception 'There is no person with this id in your organization.' using errcode = 'AC404', detail = '/id';
    elsif me is null or me = person then
        raise exception 'Nobody resets his own second factor.' using errcode = 'AC403';
    elsif not exists (select from users x where x.org_id = org and x.id = me and x.is_active) then
        raise exception 'A second factor is reset by an active person of the organization.' using errcode = 'AC403';
    elsif not u.mfa_enabled then
        raise exception 'This person has no second factor.' using errcode = 'AC409';
    end if;
    if u.is_super_admin or exists (select from organizations o where o.id = org and o.kind = 'OPERATOR') then
        -- Whoever asked and has left since, or was demoted, asks no more.
        select r.* into asked from mfa_resets r join users x on x.org_id = r.org_id and x.id = r.requested_by
        where r.org_id = org and r.user_id = person and r.confirmed_at is null and r.expires_at > moment
          and x.is_active and x.role = 'ADMIN'
        order by r.requested_at desc limit 1 for update of r;
        if asked.id is null then
            insert into mfa_resets (org_id, user_id, requested_by, requested_at, expires_at)
            values (org, person, me, moment, moment + interval '1 day');
        end if;
        if asked.id is null or asked.requested_by = me then
            return 'WAITING';
        end if;
        update mfa_resets set confirmed_by = me, confirmed_at = moment where org_id = org and id = asked.id;
    end if;
    update users set mfa_enabled = false, mfa_secret = null, mfa_last_counter = 0 where org_id = org and id = person;
    delete from mfa_recovery_codes where org_id = org and user_id = person;
    delete from mfa_challenges where org_id = org and user_id = person;
    return 'DONE';
end $$;
revoke execute on function person_mfa_reset(uuid, timestamptz) from public;
grant execute on function person_mfa_reset(uuid, timestamptz) to aic_tenant;
