-- Incidents: what people report about an organization's decisions, or what is found within. The public reaches a case by
-- its reference and secret only. The status is behind the ledger's gate; what was reported is never changed.

-- Letters and digits of RFC 4648's base 32, eight of them: forty bits of the system's generator.
create function random_code(characters integer) returns text language sql volatile parallel safe as $$
    select string_agg(substr('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', (get_byte(bits, place) & 31) + 1, 1), '' order by place)
    from (select sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())) as bits) r,
         generate_series(0, least(characters, 32) - 1) place
$$;

-- What stands on a notice ("system SYS-…"), so that somebody who was decided on can name the system, and by it the
-- organization, without knowing either one's id.
alter table ai_systems add column code text not null default 'SYS-' || random_code(8)
    check (code ~ '^SYS-[A-Z2-7]{8}$');
alter table ai_systems add constraint ai_systems_code_key unique (code);

create table incidents (
    id uuid not null default new_id(),
    org_id uuid not null references organizations,
    reference text not null unique check (reference ~ '^INC-[A-Z2-7]{8}$'),
    system_id uuid,
    system_name text check (length(system_name) <= 200),
    organization_named text check (length(organization_named) <= 255), -- as the reporter wrote it
    source text not null check (source in ('CITIZEN', 'ENGINE', 'AUDITOR', 'TENANT', 'MONITOR', 'MONTHLY_REPORT')),
    category text not null check (category in ('UNJUST_DENIAL', 'BIAS', 'NO_HUMAN_APPEAL', 'OPACITY', 'DISHONESTY',
        'DIGNITY', 'PRIVACY', 'SAFETY', 'OTHER')),
    right_violated text check (right_violated in ('HUMAN_AGENCY', 'EXPLANATION', 'EMPATHY', 'CORRECTION', 'TRUTH')),
    severity text not null default 'MEDIUM' check (severity in ('LOW', 'MEDIUM', 'HIGH', 'CRITICAL')),
    title text not null check (length(title) between 1 and 200),
    description text not null check (length(description) between 1 and 5000),
    desired_outcome text check (length(desired_outcome) <= 2000),
    occurred_at timestamptz,
    decision_reference text check (length(decision_reference) <= 200),
    reporter_email_sealed bytea,
    reporter_lang text check (reporter_lang in ('en', 'af', 'zu', 'fr', 'de')),
    case_secret_hash bytea check (length(case_secret_hash) = 32),
    status text not null default 'OPEN' check (status in ('OPEN', 'INVESTIGATING', 'RESOLVED', 'DISMISSED', 'CLOSED')),
    response_due_at timestamptz not null,
    escalated_at timestamptz,
    escalation_level bigint not null default 0 check (escalation_level between 0 and 2),
    assignee_id uuid,
    human_reviewer_id uuid,
    root_cause text check (length(root_cause) <= 5000),
    resolution_details text check (length(resolution_details) <= 5000),
    public_reply text check (length(public_reply) <= 5000),
    resolved_at timestamptz,
    closed_at timestamptz,
    withdrawn_at timestamptz, -- by the reporter: then nobody of the organization has decided
    reopened_count bigint not null default 0,
    is_spam boolean not null default false,
    created_by uuid,
    ledger_entry_id uuid not null,
    version bigint not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (org_id, id),
    foreign key (org_id, system_id) references ai_systems,
    foreign key (org_id, assignee_id) references users,
    foreign key (org_id, human_reviewer_id) references users,
    constraint a_citizens_case_has_its_secret check ((source = 'CITIZEN') = (case_secret_hash is not null)),
    constraint a_decided_incident_says_why check (
        status not in ('RESOLVED', 'DISMISSED', 'CLOSED') or length(trim(resolution_details)) >= 20),
    constraint a_decided_incident_has_its_reviewer check (
        status not in ('RESOLVED', 'DISMISSED', 'CLOSED') or human_reviewer_id is not null or withdrawn_at is not null),
    constraint an_escalated_incident_has_its_time check ((escalation_level = 0) = (escalated_at is null))
);
create index on incidents (org_id, created_at desc, id desc);
create index on incidents (org_id, response_due_at, id) where status in ('OPEN', 'INVESTIGATING');
create index on incidents (org_id, system_id);

select tenant_table('incidents');
select versioned_table('incidents');
select state_machine('incidents', 'status', '{OPEN>INVESTIGATING,OPEN>DISMISSED,INVESTIGATING>RESOLVED,INVESTIGATING>DISMISSED,RESOLVED>CLOSED,DISMISSED>CLOSED,RESOLVED>INVESTIGATING,DISMISSED>INVESTIGATING}');
select ledger_gate('incidents',
    '{reference,system_id,source,category,severity,title,description,status,response_due_at,escalation_level,human_reviewer_id,resolution_details,public_reply}',
    '{reference,source,category,title,description,status,response_due_at,escalation_level,human_reviewer_id,resolution_details,public_reply}');
-- What people wrote is theirs, and not the audit log's.
select audited_table('incidents', 'incident',
    '{title,description,desired_outcome,organization_named,decision_reference,root_cause,resolution_details,public_reply,reporter_lang}');

-- What was reported stays; withdrawing and reopening by its reporter are not the organization's to do.
revoke update, delete on incidents from aic_tenant, aic_system;
grant update (status, response_due_at, escalated_at, escalation_level, human_reviewer_id, resolution_details, public_reply,
              root_cause, resolved_at, closed_at, reopened_count, ledger_entry_id, severity, system_id, assignee_id,
              right_violated, is_spam)
    on incidents to aic_tenant;
grant update (status, response_due_at, human_reviewer_id, resolution_details, public_reply, resolved_at, closed_at,
              withdrawn_at, reopened_count, ledger_entry_id)
    on incidents to aic_system;
revoke select on incidents from aic_tenant;
grant select (id, org_id, reference, system_id, system_name, organization_named, source, category, right_violated, severity,
              title, description, desired_outcome, occurred_at, decision_reference, reporter_email_sealed, reporter_lang,
              status, response_due_at, escalated_at, escalation_level, assignee_id, human_reviewer_id, root_cause,
              resolution_details, public_reply, resolved_at, closed_at, withdrawn_at, reopened_count, is_spam, created_by,
              ledger_entry_id, version, created_at, updated_at)
    on incidents to aic_tenant;

-- Only those decide whose role lets them.
create function check_incident() returns trigger language plpgsql as $$
declare
    decides boolean := tg_op = 'UPDATE' and new.status is distinct from old.status;
begin
    if tg_op = 'INSERT' then
        if new.status <> 'OPEN' or new.escalation_level <> 0 or new.reopened_count <> 0 then
            raise exception 'an incident begins open' using errcode = 'AC409', detail = '/status';
        end if;
        return new;
    end if;
    if decides and new.status in ('RESOLVED', 'DISMISSED') then
        if new.withdrawn_at is null and not exists (
            select from users u where u.org_id = new.org_id and u.id = new.human_reviewer_id and u.is_active
              and u.role in ('ADMIN', 'COMPLIANCE_OFFICER')) then
            raise exception 'An incident is decided by an administrator or a compliance officer.'
                using errcode = 'AC422', detail = '/human_reviewer_id';
        end if;
        new.resolved_at := now();
    elsif decides and new.status = 'CLOSED' then
        new.closed_at := now();
    elsif decides and old.status in ('RESOLVED', 'DISMISSED') then
        new.resolved_at := null;
        new.withdrawn_at := null;
        new.reopened_count := old.reopened_count + 1;
    else
        new.resolved_at := old.resolved_at;
        new.reopened_count := old.reopened_count;
    end if;
    if new.escalation_level <> old.escalation_level then
        if new.escalation_level <> old.escalation_level + 1 or new.status not in ('OPEN', 'INVESTIGATING') or new.is_spam
           or new.response_due_at > now() then
            raise exception 'An incident is escalated one level at a time, and only while it is overdue.'
                using errcode = 'AC409', detail = '/escalation_level';
        end if;
        new.escalated_at := now();
    elsif new.escalated_at is distinct from old.escalated_at then
        raise exception 'When an incident was escalated is not changed.' using errcode = 'AC403';
    end if;
    return new;
end $$;
create trigger c_check_incident before insert or update on incidents for each row execute function check_incident();

create table incident_events (
    id uuid not null default new_id(),
    org_id uuid not null references organizations,
    incident_id uuid not null,
    kind text not null check (kind in ('STATUS', 'MESSAGE', 'EVIDENCE', 'ESCALATION', 'NOTE')),
    visibility text not null check (visibility in ('INTERNAL', 'REPORTER', 'PUBLIC')),
    author_kind text not null check (author_kind in ('REPORTER', 'STAFF', 'PLATFORM')),
    author_id uuid,
    body text check (length(body) between 1 and 5000),
    status text, -- STATUS: what it became
    level bigint check (level between 1 and 2), -- ESCALATION
    at timestamptz not null default clock_timestamp(),
    primary key (org_id, id),
    foreign key (org_id, incident_id) references incidents,
    foreign key (org_id, author_id) references users,
    check ((kind = 'ESCALATION') = (level is not null)),
    check ((author_kind = 'STAFF') = (author_id is not null))
);
create index on incident_events (org_id, incident_id, at, id);
-- Once per level, however many ask for it at the same time.
create unique index one_escalation_per_level on incident_events (org_id, incident_id, level) where kind = 'ESCALATION';
select tenant_table('incident_events');
select append_only('incident_events');
-- Nobody speaks in the reporter's name but the reporter, and nobody of an organization in another one's.
create function check_incident_event() returns trigger language plpgsql as $$
begin
    if new.author_kind = 'REPORTER' and current_user = 'aic_tenant' then
        raise exception 'only the reporter speaks as the reporter' using errcode = 'AC403';
    elsif new.author_kind = 'STAFF' and new.author_id::text <> current_actor() then
        raise exception 'a message is of the one who writes it' using errcode = 'AC403';
    end if;
    return new;
end $$;
create trigger check_incident_event before insert on incident_events for each row execute function check_incident_event();
