-- How long a session lasts at most, whoever writes it. A refresh token lives for days from its issue, and each renewal draws a
-- new one: without an end of the whole, whoever holds one would be in for ever.

alter table sessions add column began_at timestamptz;
-- The owner sees rows only where a policy says so.
alter table sessions no force row level security;
update sessions s set began_at = (select min(f.issued_at) from sessions f where f.family_id = s.family_id);
alter table sessions force row level security;
alter table sessions alter column began_at set not null, alter column began_at set default now();

-- ⚙ Thirty days from signing in; eight hours without use for who may see other organizations: the certification body's own
-- people and super admins.
create function limit_session() returns trigger language plpgsql as $$
begin
    select s.began_at into new.began_at from sessions s where s.family_id = new.family_id order by s.issued_at limit 1;
    new.began_at := coalesce(new.began_at, new.issued_at);
    new.expires_at := least(new.expires_at, new.began_at + interval '30 days');
    if exists (select from users u join organizations o on o.id = u.org_id
               where u.org_id = new.org_id and u.id = new.user_id and (u.is_super_admin or o.kind = 'OPERATOR')) then
        new.expires_at := least(new.expires_at, new.issued_at + interval '8 hours');
    end if;
    return new;
end $$;
create trigger limit_session before insert on sessions for each row execute function limit_session();

create function guard_session() returns trigger language plpgsql as $$
begin
    raise exception 'a session does not become longer' using errcode = 'AC403';
end $$;
create trigger guard_session before update of began_at, expires_at, family_id on sessions for each row
    when (new.began_at <> old.began_at or new.expires_at > old.expires_at or new.family_id <> old.family_id)
    execute function guard_session();
