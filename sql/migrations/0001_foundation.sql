-- What every other table stands on: ids, the settings of a scope, and the calls that build the second wall round a
-- table. Run as aic_owner, who owns everything and logs in nowhere.

-- UUID version 7 (RFC 9562): 48 bits of milliseconds, then random bits.
create function new_id() returns uuid language sql volatile parallel safe as $$
    select encode(
        set_byte(
            overlay(uuid_send(gen_random_uuid())
                    placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3)
                    from 1 for 6),
            6, (get_byte(uuid_send(gen_random_uuid()), 6) & 15) | 112),
        'hex')::uuid
$$;

-- ------------------------------------------------------------------ the scope's settings

-- The organization of this transaction. Nothing set is an error, never "all": a forgotten setting shows nothing.
create function current_org() returns uuid language plpgsql stable parallel safe as $$
declare
    setting text := current_setting('aic.org_id', true);
begin
    if setting is null or setting = '' then
        raise exception 'no organization is set in this transaction' using errcode = '42501';
    end if;
    return setting::uuid;
end $$;

-- Who acts: the user's id, or the kind of actor when nobody is signed in.
create function current_actor() returns text language sql stable parallel safe as $$
    select coalesce(nullif(current_setting('aic.actor', true), ''), nullif(current_setting('aic.actor_kind', true), ''), 'SYSTEM')
$$;

-- ------------------------------------------------------------------ walls

-- Row-level security that binds the owner too, one policy for tenants, one for named system access, and grants.
create function tenant_table(name regclass) returns void language plpgsql as $$
begin
    execute format('alter table %s enable row level security', name);
    execute format('alter table %s force row level security', name);
    -- (select …) is evaluated once a statement, not once a row.
    execute format('create policy tenant on %s to aic_tenant using (org_id = (select current_org())) with check (org_id = (select current_org()))', name);
    execute format('create policy system on %s to aic_system using (true) with check (true)', name);
    execute format('grant select, insert, update, delete on %s to aic_tenant, aic_system', name);
end $$;

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only: % is refused', tg_table_name, lower(tg_op) using errcode = 'AC403';
end $$;

-- No UPDATE, DELETE or TRUNCATE by anyone.
create function append_only(name regclass) returns void language plpgsql as $$
begin
    execute format('create trigger append_only before update or delete on %s for each row execute function refuse_change()', name);
    execute format('create trigger append_only_all before truncate on %s for each statement execute function refuse_change()', name);
    execute format('revoke update, delete, truncate on %s from aic_tenant, aic_system', name);
end $$;

-- version counts the edits (If-Match), updated_at tells the last one; neither can be set by the writer.
create function count_version() returns trigger language plpgsql as $$
begin
    new.version := old.version + 1;
    new.updated_at := now();
    new.created_at := old.created_at;
    return new;
end $$;

create function versioned_table(name regclass) returns void language plpgsql as $$
begin
    execute format('create trigger a_count_version before update on %s for each row execute function count_version()', name);
end $$;

-- transitions: '{DRAFT>ACTIVE,...}'. Any other change of the column is refused, and the message names what is allowed.
create function check_transition() returns trigger language plpgsql as $$
declare
    was text := to_jsonb(old) ->> tg_argv[0];
    becomes text := to_jsonb(new) ->> tg_argv[0];
    allowed text;
begin
    if was is distinct from becomes and not (was || '>' || becomes) = any (tg_argv[1]::text[]) then
        select string_agg(split_part(t, '>', 2), ', ') into allowed
        from unnest(tg_argv[1]::text[]) t where split_part(t, '>', 1) = was;
        raise exception '% cannot go from % to %; allowed: %', tg_argv[0], was, becomes, coalesce(allowed, 'nothing')
            using errcode = 'AC409', detail = '/' || tg_argv[0];
    end if;
    return new;
end $$;

create function state_machine(name regclass, column_name text, transitions text[]) returns void language plpgsql as $$
begin
    execute format('create trigger b_state_machine_%s before update on %s for each row execute function check_transition(%L, %L)',
                   column_name, name, column_name, transitions::text);
end $$;

-- These build walls; nobody but the owner calls them.
revoke execute on function tenant_table(regclass), append_only(regclass), versioned_table(regclass),
    state_machine(regclass, text, text[]) from public;
