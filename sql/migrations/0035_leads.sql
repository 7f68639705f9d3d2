-- Leads: who asked something of an organization. A row belongs to the organization that was asked: to that of the session in
-- which it was written, else to the operator.
--
-- Older deployments may hold a table `leads` that knows no owner. Its rows are adopted: each goes to the one organization
-- whose people have verified addresses of the lead's domain; where there is none, or more than one, or the domain is a
-- public mail provider's, to the operator.

do $$
declare
    i record;
begin
    if to_regclass('public.leads') is not null then
        alter table leads rename to leads_unowned;
        for i in select c.relname from pg_index x join pg_class c on c.oid = x.indexrelid
                 where x.indrelid = 'public.leads_unowned'::regclass loop
            execute format('alter index public.%I rename to %I', i.relname, left('unowned_' || i.relname, 63));
        end loop;
        alter table leads_unowned enable row level security;
        alter table leads_unowned force row level security;
        revoke all on leads_unowned from public, aic_tenant, aic_system;
    end if;
end $$;

create table leads (
    id uuid not null default new_id(),
    org_id uuid not null references organizations,
    email text not null check (email = lower(email) and email like '_%@_%' and length(email) <= 254),
    name text check (length(name) <= 200),
    company text check (length(company) <= 255),
    job_title text check (length(job_title) <= 200),
    country text check (country ~ '^[A-Z]{2}$'),
    source text not null default 'WEB' check (source in ('WEB', 'QUIZ', 'ALPHA_FORM', 'CONTACT', 'CLASSIFIER', 'EMPATHY_TOOL',
        'INDEX', 'PARTNER', 'OUTREACH')),
    score bigint check (score between 0 and 100),
    estimated_tier text check (estimated_tier in ('TIER_1', 'TIER_2', 'TIER_3')),
    enquiry_kind text check (enquiry_kind in ('CORPORATE', 'PROFESSIONAL', 'PARTNERSHIP_MEDIA', 'GENERAL')),
    message text check (length(message) <= 5000), -- the latest; earlier ones are in lead_events
    status text not null default 'NEW' check (status in ('NEW', 'CONTACTED', 'QUALIFIED', 'PROPOSAL', 'CONVERTED', 'CERTIFIED',
        'LOST')),
    contacts bigint not null default 1 check (contacts >= 1),
    re_engaged_at timestamptz,
    owner_id uuid,
    referral_source text check (length(referral_source) <= 200),
    consent_marketing boolean not null default false,
    notes text check (length(notes) <= 5000),
    converted_org_id uuid references organizations,
    earlier jsonb, -- the rows of before there were owners, as they were
    version bigint not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (org_id, id),
    foreign key (org_id, owner_id) references users
);
create unique index leads_one_per_address on leads (org_id, lower(email));
create index on leads (org_id, created_at desc, id desc);
create index on leads (created_at desc, id desc);
select tenant_table('leads');
select versioned_table('leads');
select audited_table('leads', 'lead', '{name,company,job_title,message,notes,contacts,re_engaged_at,referral_source,earlier}');
-- Whose it is and who it is about stays; no organization says into which other one a lead has turned.
revoke update, delete on leads from aic_tenant, aic_system;
grant update (name, company, job_title, country, score, estimated_tier, enquiry_kind, message, status, contacts,
              re_engaged_at, owner_id, referral_source, consent_marketing, notes)
    on leads to aic_tenant, aic_system;
grant update (converted_org_id) on leads to aic_system;

-- What has become a client does not become a stranger again.
create function check_lead() returns trigger language plpgsql as $$
begin
    if old.status in ('CONVERTED', 'CERTIFIED') and new.status not in ('CONVERTED', 'CERTIFIED', 'LOST') then
        raise exception 'A lead that was converted cannot become % again.', new.status using errcode = 'AC409', detail = '/status';
    end if;
    return new;
end $$;
create trigger b_check_lead before update of status on leads for each row execute function check_lead();

create table lead_events (
    id uuid not null default new_id(),
    org_id uuid not null references organizations,
    lead_id uuid not null,
    kind text not null check (kind in ('CONTACT', 'STATUS')),
    author_id uuid,
    status text,
    body text check (length(body) between 1 and 5000),
    at timestamptz not null default clock_timestamp(),
    primary key (org_id, id),
    foreign key (org_id, lead_id) references leads,
    foreign key (org_id, author_id) references users
);
create index on lead_events (org_id, lead_id, at, id);
select tenant_table('lead_events');
select append_only('lead_events');

-- ------------------------------------------------------------------ rows of before

create function is_public_mail_domain(domain text) returns boolean language sql immutable as $$
    select domain ~ '(^|\.)(gmail\.com|googlemail\.com|(outlook|hotmail|live|msn)\.[a-z.]+|yahoo\.[a-z.]+|ymail\.com|icloud\.com|me\.com|mac\.com|aol\.com|proton\.me|protonmail\.com|pm\.me|gmx\.[a-z.]+|web\.de|t-online\.de|mail\.com|zoho\.com|yandex\.[a-z.]+|mail\.ru|fastmail\.com|tutanota\.com|tuta\.io|orange\.fr|free\.fr|laposte\.net|mweb\.co\.za|telkomsa\.net|webmail\.co\.za|vodamail\.co\.za|iafrica\.com|lantic\.net|qq\.com|163\.com)$'
$$;

-- The one client whose people have verified, as their own, addresses of this one's domain; else the operator.
create function lead_owner(email text) returns uuid language sql stable as $$
    select coalesce(
        (select (array_agg(distinct u.org_id))[1]
         from users u
         join organizations o on o.id = u.org_id and o.kind = 'CLIENT'
         where u.email_verified_at is not null and u.is_active
           and split_part(u.email, '@', 2) = lower(split_part(trim(lead_owner.email), '@', 2))
           and not is_public_mail_domain(split_part(u.email, '@', 2))
         having count(distinct u.org_id) = 1),
        (select id from organizations where kind = 'OPERATOR'))
$$;

create function lead_status_of(older text) returns text language sql immutable as $$
    select case
        when s in ('NEW', 'CONTACTED', 'QUALIFIED', 'PROPOSAL', 'CONVERTED', 'CERTIFIED', 'LOST') then s
        when s in ('HIGH_INTENT', 'ALPHA_APPLIED') then 'QUALIFIED'
        when s = 'ALPHA_ENROLLED' then 'CONVERTED'
        else 'NEW' end
    from (select upper(trim(older)) as s) x
$$;

create function lead_rank(status text) returns integer language sql immutable as $$
    select coalesce(array_position('{LOST,NEW,CONTACTED,QUALIFIED,PROPOSAL,CONVERTED,CERTIFIED}', status), 0)
$$;

-- One row of a table of any older shape, by the names that its columns had. False: it has no address to be known by.
create function lead_adopt(r jsonb) returns boolean language plpgsql as $$
declare
    address text := lower(trim(r ->> 'email'));
    owner_org uuid;
begin
    if address is null or address not like '_%@_%' or length(address) > 254 then
        return false;
    end if;
    select id into owner_org from organizations where id::text = r ->> 'org_id';
    insert into leads as l (id, org_id, email, name, company, job_title, country, source, score, estimated_tier, enquiry_kind,
                            message, status, referral_source, consent_marketing, notes, earlier, created_at)
    values (
        case when r ->> 'id' ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then (r ->> 'id')::uuid else new_id() end,
        coalesce(owner_org, lead_owner(address)), address,
        left(coalesce(r ->> 'name', nullif(trim(concat_ws(' ', r ->> 'first_name', r ->> 'last_name')), '')), 200),
        left(r ->> 'company', 255), left(coalesce(r ->> 'job_title', r ->> 'role'), 200),
        (select c from (select upper(trim(r ->> 'country')) as c) x where c ~ '^[A-Z]{2}$'),
        case when upper(r ->> 'source') in ('WEB', 'QUIZ', 'ALPHA_FORM', 'CONTACT', 'CLASSIFIER', 'EMPATHY_TOOL', 'INDEX',
            'PARTNER', 'OUTREACH') then upper(r ->> 'source') else 'WEB' end,
        case when r ->> 'score' ~ '^[0-9]{1,9}(\.[0-9]*)?$' then least(round((r ->> 'score')::numeric), 100)::bigint end,
        case when upper(r ->> 'estimated_tier') in ('TIER_1', 'TIER_2', 'TIER_3') then upper(r ->> 'estimated_tier') end,
        case when upper(r ->> 'enquiry_kind') in ('CORPORATE', 'PROFESSIONAL', 'PARTNERSHIP_MEDIA', 'GENERAL')
            then upper(r ->> 'enquiry_kind') end,
        left(r ->> 'message', 5000), lead_status_of(r ->> 'status'), left(r ->> 'referral_source', 200),
        coalesce(r ->> 'consent_marketing', '') in ('true', 't', '1', 'yes'), left(r ->> 'notes', 5000),
        jsonb_build_array(r), coalesce((r ->> 'created_at')::timestamptz, now()))
    on conflict (org_id, lower(email)) do update
    set name = coalesce(l.name, excluded.name), company = coalesce(l.company, excluded.company),
        job_title = coalesce(l.job_title, excluded.job_title), country = coalesce(l.country, excluded.country),
        score = greatest(l.score, excluded.score), message = coalesce(excluded.message, l.message),
        status = case when lead_rank(excluded.status) > lead_rank(l.status) then excluded.status else l.status end,
        notes = coalesce(l.notes, excluded.notes), contacts = l.contacts + 1, re_engaged_at = excluded.created_at,
        -- Marketing needs a yes, and the latest word counts.
        consent_marketing = excluded.consent_marketing, earlier = l.earlier || excluded.earlier;
    return true;
end $$;

-- Takes over what an older table holds, the oldest rows first. What has no address stays there.
create function leads_adopt(older regclass) returns bigint language plpgsql as $$
declare
    r record;
    adopted bigint := 0;
begin
    for r in execute format('select ctid, to_jsonb(t) as j from %s t order by to_jsonb(t) ->> ''created_at'' nulls first, ctid', older) loop
        if lead_adopt(r.j) then
            adopted := adopted + 1;
            execute format('delete from %s where ctid = $1', older) using r.ctid;
        end if;
    end loop;
    return adopted;
end $$;
revoke execute on function is_public_mail_domain(text), lead_owner(text), lead_status_of(text), lead_rank(text),
    lead_adopt(jsonb), leads_adopt(regclass) from public;

-- The owner sees rows only where a policy says so.
do $$
declare
    t text;
    n bigint;
begin
    if to_regclass('public.leads_unowned') is null then
        return;
    end if;
    foreach t in array '{leads,leads_unowned,users,organizations}'::text[] loop
        execute format('alter table %I no force row level security', t);
    end loop;
    perform leads_adopt('leads_unowned');
    execute 'select count(*) from leads_unowned' into n;
    if n = 0 then
        begin
            execute 'drop table leads_unowned';
        exception when dependent_objects_still_exist then
            null; -- something of the older deployment points at it; it is empty
        end;
    end if;
    foreach t in array '{leads,users,organizations}'::text[] loop
        execute format('alter table %I force row level security', t);
    end loop;
    if to_regclass('public.leads_unowned') is not null then
        alter table leads_unowned force row level security;
    end if;
    perform set_config('aic.changes', '', true);
end $$;
