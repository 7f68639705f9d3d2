-- The ledger: a gate, not a log. Every entry is written by ledger_append() and by nothing else; each links to the one
-- before it in its organization's chain; tables behind ledger_gate() refuse a row whose entry is not there, is another
-- organization's or transaction's, or was written for another content. docs/ledger.md defines every byte.

-- ------------------------------------------------------------------ canonical JSON (RFC 8785)

-- Keys are ordered by UTF-16 code units. That differs from the order of code points (collation "C" over UTF-8) only for
-- characters beyond the basic plane, which UTF-16 writes with surrogates (D800 to DFFF).
create function utf16_key(t text) returns bytea language plpgsql immutable strict parallel safe as $$
declare
    result bytea := '';
    code integer;
    letter text;
begin
    foreach letter in array regexp_split_to_array(t, '') loop
        if letter = '' then continue; end if;
        code := ascii(letter);
        if code > 65535 then
            code := code - 65536;
            result := result || substring(int4send(55296 + (code >> 10)) from 3) || substring(int4send(56320 + (code & 1023)) from 3);
        else
            result := result || substring(int4send(code) from 3);
        end if;
    end loop;
    return result;
end $$;

-- A number as ECMAScript's Number.toString writes it: the shortest digits that read back to the same double, which
-- float8out gives since PostgreSQL 12, set out in ECMAScript's form.
create function canonical_number(n numeric) returns text language plpgsql immutable strict parallel safe
    set extra_float_digits = 1 as $$
declare
    value float8 := n::float8;
    shortest text;
    mantissa text;
    exponent integer := 0;
    digits text;
    point integer; -- ECMAScript's n: the value is 0.digits * 10^point
    sign text := '';
begin
    if value = 0 then return '0'; end if;
    shortest := abs(value)::text;
    if value < 0 then sign := '-'; end if;
    mantissa := split_part(shortest, 'e', 1);
    if shortest like '%e%' then exponent := split_part(shortest, 'e', 2)::integer; end if;
    point := length(split_part(mantissa, '.', 1)) + exponent;
    digits := replace(mantissa, '.', '');
    point := point - (length(digits) - length(ltrim(digits, '0')));
    digits := rtrim(ltrim(digits, '0'), '0');
    if length(digits) <= point and point <= 21 then
        return sign || digits || repeat('0', point - length(digits));
    elsif 0 < point and point <= 21 then
        return sign || left(digits, point) || '.' || substring(digits from point + 1);
    elsif -6 < point and point <= 0 then
        return sign || '0.' || repeat('0', -point) || digits;
    end if;
    return sign || left(digits, 1) || case when length(digits) > 1 then '.' || substring(digits from 2) else '' end
        || 'e' || case when point - 1 >= 0 then '+' else '-' end || abs(point - 1)::text;
end $$;

create function canonical_json(v jsonb) returns text language plpgsql immutable strict parallel safe as $$
begin
    case jsonb_typeof(v)
        when 'object' then
            return '{' || coalesce((
                select string_agg(to_json(key)::text || ':' || canonical_json(value), ',' order by utf16_key(key))
                from jsonb_each(v)), '') || '}';
        when 'array' then
            return '[' || coalesce((
                select string_agg(canonical_json(value), ',' order by place)
                from jsonb_array_elements(v) with ordinality e (value, place)), '') || ']';
        when 'string' then
            return to_json(v #>> '{}')::text;
        when 'number' then
            return canonical_number((v #>> '{}')::numeric);
        else
            return v::text;
    end case;
end $$;

-- base/clock.h instant_format: 2026-03-06T15:00:00.000000Z
create function canonical_time(t timestamptz) returns text language sql immutable strict parallel safe as $$
    select to_char(t at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
$$;

create function sha256_hex(t text) returns text language sql immutable strict parallel safe as $$
    select encode(sha256(convert_to(t, 'UTF8')), 'hex')
$$;

-- ------------------------------------------------------------------ entries

create table ledger_entries (
    org_id uuid not null,
    seq bigint not null check (seq >= 1),
    id uuid not null,
    at timestamptz not null,
    actor text not null,
    action text not null check (action in (
        'DECISION_RECORDED', 'DECISION_OVERRIDDEN', 'MODEL_REGISTERED', 'MODEL_CHANGED', 'SYSTEM_REGISTERED',
        'SYSTEM_PROMOTED', 'SYSTEM_CHANGED', 'PERMISSION_CHANGED', 'ORG_CREATED', 'ORG_TIER_CHANGED', 'PLAN_CHANGED',
        'CERTIFICATION_STATUS_CHANGED', 'CERTIFICATE_ISSUED', 'CERTIFICATE_SUSPENDED', 'CERTIFICATE_REVOKED',
        'CERTIFICATE_WITHDRAWN', 'CERTIFICATE_SUPERSEDED', 'INCIDENT_OPENED', 'INCIDENT_STATUS_CHANGED',
        'INCIDENT_ESCALATED', 'CORRECTION_STATUS_CHANGED', 'REQUIREMENT_STATUS_CHANGED', 'EVIDENCE_ACCEPTED',
        'EVIDENCE_REJECTED', 'FINDING_ISSUED', 'FINDING_CLOSED', 'ANALYSIS_COMPLETED', 'REPORT_FINALIZED',
        'REPORT_SIGNED', 'HITL_RECORDED', 'GOVERNANCE_BLOCK_SEALED', 'CONFLICT_CHECK_DECIDED', 'AUDITOR_ASSIGNED',
        'SCORE_CHANGED', 'KEY_ROTATED', 'WAIVER_GRANTED')),
    subject_type text not null check (subject_type ~ '^[a-z_]{1,60}$'),
    subject_id uuid not null,
    content_hash text not null check (content_hash ~ '^[0-9a-f]{64}$'),
    prev_hash text not null check (prev_hash ~ '^[0-9a-f]{64}$'),
    hash text not null check (hash ~ '^[0-9a-f]{64}$'),
    txid xid8 not null, -- of the writing transaction; not part of the hashed entry
    primary key (org_id, seq),
    unique (org_id, id),
    unique (org_id, prev_hash) -- two entries can never follow the same one
);
create index on ledger_entries (org_id, subject_id);

-- The end of each chain: the row that writers of one organization queue for.
create table ledger_heads (
    org_id uuid primary key,
    seq bigint not null,
    hash text not null
);

-- Which row an entry was spent on: an entry gates one write of one row.
create table ledger_uses (
    org_id uuid not null,
    entry_id uuid not null,
    table_name text not null,
    primary key (org_id, entry_id)
);

alter table ledger_entries enable row level security;
alter table ledger_entries force row level security;
create policy tenant on ledger_entries for select to aic_tenant using (org_id = (select current_org()));
create policy system on ledger_entries for select to aic_system using (true);
-- The owner writes, and only through ledger_append(), which runs as the owner.
create policy writer on ledger_entries to aic_owner using (true) with check (true);
grant select on ledger_entries to aic_tenant, aic_system;
alter table ledger_heads enable row level security;
alter table ledger_heads force row level security;
create policy writer on ledger_heads to aic_owner using (true) with check (true);
alter table ledger_uses enable row level security;
alter table ledger_uses force row level security;
create policy writer on ledger_uses to aic_owner using (true) with check (true);
select append_only('ledger_entries');
select append_only('ledger_uses');

-- Not even the owner inserts beside the chain: the entry must follow the head that ledger_append() holds, and its hash
-- must be the hash of its fields.
create function ledger_entry_hash(e ledger_entries) returns text language sql immutable parallel safe as $$
    select sha256_hex(canonical_json(jsonb_build_object(
        'seq', e.seq, 'id', e.id, 'org_id', e.org_id, 'at', canonical_time(e.at), 'actor', e.actor, 'action', e.action,
        'subject_type', e.subject_type, 'subject_id', e.subject_id, 'content_hash', e.content_hash,
        'prev_hash', e.prev_hash)))
$$;

create function check_ledger_entry() returns trigger language plpgsql as $$
declare
    head ledger_heads;
begin
    select * into head from ledger_heads where org_id = new.org_id for update;
    if head.org_id is null or new.seq <> head.seq + 1 or new.prev_hash <> head.hash
       or new.txid <> pg_current_xact_id() or new.hash <> ledger_entry_hash(new) then
        raise exception 'a ledger entry is written by ledger_append() only' using errcode = 'AC403';
    end if;
    update ledger_heads set seq = new.seq, hash = new.hash where org_id = new.org_id;
    return new;
end $$;
create trigger check_ledger_entry before insert on ledger_entries for each row execute function check_ledger_entry();

-- The only writer. content is the RFC 8785 text of what is recorded.
create function ledger_append(action text, subject_type text, subject_id uuid, content text) returns uuid
    language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    entry ledger_entries;
    head ledger_heads;
begin
    entry.org_id := current_org();
    insert into ledger_heads (org_id, seq, hash) values (entry.org_id, 0, repeat('0', 64)) on conflict (org_id) do nothing;
    select * into strict head from ledger_heads h where h.org_id = entry.org_id for update;
    entry.seq := head.seq + 1;
    entry.id := new_id();
    entry.at := clock_timestamp();
    entry.actor := current_actor();
    entry.action := ledger_append.action;
    entry.subject_type := ledger_append.subject_type;
    entry.subject_id := ledger_append.subject_id;
    entry.content_hash := sha256_hex(content);
    entry.prev_hash := head.hash;
    entry.txid := pg_current_xact_id();
    entry.hash := ledger_entry_hash(entry);
    insert into ledger_entries select entry.*;
    return entry.id;
end $$;
revoke execute on function ledger_append(text, text, uuid, text) from public;
grant execute on function ledger_append(text, text, uuid, text) to aic_tenant, aic_system;

-- Recomputes every hash and link of the current organization's chain from an entry on.
create function ledger_verify(from_seq bigint, out valid boolean, out checked bigint, out first_bad bigint)
    language sql stable as $$
    with chain as (
        select e.seq, e.hash = ledger_entry_hash(e) as sound,
               e.prev_hash = coalesce(lag(e.hash) over (order by e.seq), case when e.seq = 1 then repeat('0', 64) end)
               and coalesce(lag(e.seq) over (order by e.seq) = e.seq - 1, e.seq = 1) as linked
        from ledger_entries e
        where e.org_id = current_org() and e.seq >= from_seq - 1
    )
    select coalesce(bool_and(sound and linked), true), count(*), min(seq) filter (where not (sound and coalesce(linked, false)))
    from chain
    where seq >= from_seq
$$;

-- ------------------------------------------------------------------ the gate

-- What of a row is recorded: the gate's columns by name. json columns (exact text) enter as <name>_sha256.
create function ledger_content(r jsonb, texts jsonb, columns text[]) returns text language sql immutable parallel safe as $$
    select canonical_json(coalesce(jsonb_object_agg(
        case when texts ? name then name || '_sha256' else name end,
        case when texts ? name then texts -> name else r -> name end), '{}'::jsonb))
    from unnest(columns) name
$$;

-- Times and json texts as the canonical form wants them; everything else is to_jsonb's.
create function check_gate() returns trigger language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    columns text[] := tg_argv[0]::text[];
    watched text[] := tg_argv[1]::text[];
    r jsonb := to_jsonb(new);
    before jsonb;
    owner_org uuid := (to_jsonb(new) ->> tg_argv[2])::uuid;
    texts jsonb := '{}';
    entry ledger_entries;
    c record;
begin
    if tg_op = 'UPDATE' then
        before := to_jsonb(old);
        if not exists (select from unnest(watched) w where before -> w is distinct from r -> w) then
            -- Nothing of the promise changed: the entry stays the one that holds it.
            if new.ledger_entry_id is distinct from old.ledger_entry_id then
                raise exception 'the ledger entry of % may change only with what it records', tg_table_name using errcode = 'AC403';
            end if;
            return new;
        end if;
    end if;
    for c in select a.attname as name, a.atttypid as type from pg_attribute a
             where a.attrelid = tg_relid and a.attnum > 0 and a.attname = any (columns) and a.atttypid in (114, 1184) loop
        if c.type = 114 then
            texts := texts || jsonb_build_object(c.name, gate_json_hash(new, c.name));
        elsif r ->> c.name is not null then
            r := jsonb_set(r, array[c.name], to_jsonb(canonical_time((r ->> c.name)::timestamptz)));
        end if;
    end loop;
    select * into entry from ledger_entries e where e.org_id = owner_org and e.id = new.ledger_entry_id;
    if entry.id is null then
        raise exception '% needs a ledger entry of its organization', tg_table_name using errcode = 'AC403';
    elsif entry.txid <> pg_current_xact_id() then
        raise exception 'the ledger entry of % is of another transaction', tg_table_name using errcode = 'AC403';
    elsif entry.subject_id <> new.id then
        raise exception 'the ledger entry of % is about another row', tg_table_name using errcode = 'AC403';
    elsif entry.content_hash <> sha256_hex(ledger_content(r, texts, columns)) then
        raise exception 'the ledger entry of % was written for another content', tg_table_name using errcode = 'AC403';
    end if;
    begin
        insert into ledger_uses (org_id, entry_id, table_name) values (owner_org, entry.id, tg_table_name);
    exception when unique_violation then
        raise exception 'the ledger entry of % was used before', tg_table_name using errcode = 'AC403';
    end;
    return new;
end $$;

-- The SHA-256 of a json column's own text, or null. to_jsonb() would have lost the text.
create function gate_json_hash(r anyelement, column_name text) returns text language plpgsql immutable as $$
declare
    value text;
begin
    execute format('select ($1).%I::text', column_name) into value using r;
    return sha256_hex(value);
end $$;

-- columns: what is recorded. watched: which of them need a new entry when they change; left out: all of them. org_column:
-- where the organization stands.
create function ledger_gate(name regclass, columns text[], watched text[] default null, org_column text default 'org_id')
    returns void language plpgsql as $$
begin
    execute format('create trigger z_ledger_gate before insert or update on %s for each row execute function check_gate(%L, %L, %L)',
                   name, columns::text, coalesce(watched, columns)::text, org_column);
end $$;
revoke execute on function ledger_gate(regclass, text[], text[], text) from public;
