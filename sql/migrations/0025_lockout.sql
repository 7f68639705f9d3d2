-- Lockout: five wrong passwords or codes lock an account for 15 minutes, then 30, then 60 when it happens again within a day.
-- An attempt is counted before it is checked, so that guesses made at the same time cannot get a sixth try, and an address
-- that belongs to nobody is counted in the same way, so that nobody learns which ones are accounts.

alter table users
    add column failed_login_attempts integer not null default 0 check (failed_login_attempts between 0 and 5),
    add column lockout_until timestamptz,
    add column lockout_level integer not null default 0 check (lockout_level between 0 and 3),
    add column locked_at timestamptz;
grant select (lockout_until), update (failed_login_attempts, lockout_until) on users to aic_tenant;

-- Signing in is no edit: neither the version nor the record of changes moves.
drop trigger a_count_version on users;
create trigger a_count_version before update of id, org_id, name, email, password_hash, role, is_super_admin, is_active,
    email_verified_at, locale, version, created_at, updated_at
    on users for each row execute function count_version();
drop trigger y_note_change on users;
select audited_table('users', 'user',
    '{last_login_at,password_changed_at,failed_login_attempts,lockout_until,lockout_level,locked_at}');

-- Addresses of nobody, by hash.
create table sign_in_strangers (
    email_hash bytea primary key check (length(email_hash) = 32),
    failed_login_attempts integer not null default 0 check (failed_login_attempts between 0 and 5),
    lockout_until timestamptz,
    lockout_level integer not null default 0 check (lockout_level between 0 and 3),
    locked_at timestamptz,
    touched_at timestamptz not null default now()
);
create index on sign_in_strangers (touched_at);
grant select, insert, update, delete on sign_in_strangers to aic_system;

-- What an attempt makes of the counters. The fifth locks at once; if it was right after all, its success opens again.
create function lockout_next(inout attempts integer, inout until timestamptz, inout level integer, inout locked_at timestamptz,
                             moment timestamptz, out refused boolean, out locks boolean) language plpgsql immutable as $$
begin
    refused := until is not null and until > moment;
    locks := false;
    if refused then
        return;
    end if;
    if until is not null then -- it has passed
        attempts := 0;
        until := null;
    end if;
    if locked_at is null or locked_at < moment - interval '1 day' then
        level := 0;
    end if;
    attempts := attempts + 1;
    if attempts >= 5 then
        locks := true;
        until := moment + (array[interval '15 minutes', interval '30 minutes', interval '60 minutes'])[least(level, 2) + 1];
        level := least(level + 1, 3);
        locked_at := moment;
    end if;
end $$;

-- Counts an attempt of an address. Waits for others of the same address, and holds them until the transaction ends.
create function sign_in_attempt(address text, moment timestamptz, out refused boolean, out locks boolean, out until timestamptz)
    language plpgsql as $$
declare
    u users;
    s sign_in_strangers;
    n record;
begin
    select * into u from users where email = address for update;
    if found then
        n := lockout_next(u.failed_login_attempts, u.lockout_until, u.lockout_level, u.locked_at, moment);
        if not n.refused then
            update users set failed_login_attempts = n.attempts, lockout_until = n.until, lockout_level = n.level,
                             locked_at = n.locked_at
            where org_id = u.org_id and id = u.id;
        end if;
    else
        insert into sign_in_strangers (email_hash, touched_at) values (sha256(convert_to(address, 'UTF8')), moment)
        on conflict (email_hash) do update set touched_at = excluded.touched_at
        returning * into s;
        n := lockout_next(s.failed_login_attempts, s.lockout_until, s.lockout_level, s.locked_at, moment);
        if not n.refused then
            update sign_in_strangers set failed_login_attempts = n.attempts, lockout_until = n.until, lockout_level = n.level,
                                         locked_at = n.locked_at
            where email_hash = s.email_hash;
        end if;
    end if;
    refused := n.refused;
    locks := n.locks;
    until := n.until;
end $$;
revoke execute on function sign_in_attempt(text, timestamptz) from public;
grant execute on function sign_in_attempt(text, timestamptz) to aic_system;
