-- Passkeys and links of letters: resetting somebody's second factor takes the passkeys away as well, and erasing somebody erases
-- both.

create policy owner_people on webauthn_credentials to aic_owner using (org_id::text = current_setting('aic.org_id', true));
create policy owner_people on webauthn_challenges to aic_owner using (org_id::text = current_setting('aic.org_id', true));
create policy owner_people on user_tokens to aic_owner using (org_id::text = current_setting('aic.org_id', true));
create policy owner_people on recovery_asks to aic_owner using (org_id::text = current_setting('aic.org_id', true));

-- What somebody may sign in with beside the password, and what is on its way to become one, goes.
create function person_forget_factors(person uuid) returns void
    language sql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
    delete from mfa_recovery_codes where org_id = current_org() and user_id = person;
    delete from mfa_challenges where org_id = current_org() and user_id = person;
    delete from webauthn_credentials where org_id = current_org() and user_id = person;
    delete from webauthn_challenges where org_id = current_org() and user_id = person;
$$;
revoke execute on function person_forget_factors(uuid) from public;

-- Takes a person's second factor away, for somebody who has lost it. For the certification body's own staff and for super
-- admins a first administrator asks (WAITING) and a second one confirms within a day (DONE); for others one is enough.
create or replace function person_mfa_reset(person uuid, moment timestamptz) returns text
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
    elsif not u.mfa_enabled
        and not exists (select from webauthn_credentials w where w.org_id = org and w.user_id = person) then
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
    perform person_forget_factors(person);
    return 'DONE';
end $$;
-- Everything personal goes: name, address, password, second factor, where somebody signed in from, answers that were kept
-- for repeated requests. The row, its role and its ledger entries stay. A table that holds more about people is added here
-- by a new version of this function. false: there is nobody of this id.
create or replace function person_erase(person uuid, moment timestamptz, tokens_until timestamptz) returns boolean
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
    perform person_forget_factors(person);
    delete from user_tokens where org_id = org and user_id = person;
    delete from recovery_asks where org_id = org and user_id = person;
    delete from idempotency_keys where org_id = org and actor_id = person;
    return true;
end $$;
