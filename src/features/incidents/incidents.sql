-- Incidents of the caller's organization, and the cases that the public reaches by reference and secret.

-- struct: incident (id uuid, reference text, system_id uuid?, system_name text?, organization_named text?, source text, category text, right_violated text?, severity text, title text, description text, desired_outcome text?, occurred_at timestamptz?, decision_reference text?, has_reporter_address boolean, reporter_lang text?, status text, response_due_at timestamptz, is_overdue boolean, escalated_at timestamptz?, escalation_level bigint, assignee_id uuid?, assignee_name text?, human_reviewer_id uuid?, human_reviewer_name text?, root_cause text?, resolution_details text?, public_reply text?, resolved_at timestamptz?, closed_at timestamptz?, withdrawn_at timestamptz?, reopened_count bigint, is_spam boolean, ledger_entry_id uuid, version bigint, created_at timestamptz, updated_at timestamptz)

-- struct: incident_state (org_id uuid, id uuid, reference text, system_id uuid?, source text, category text, severity text, title text, description text, status text, response_due_at timestamptz, escalation_level bigint, human_reviewer_id uuid?, resolution_details text?, public_reply text?, tier text, version bigint)

-- name: incident_insert :exec
-- in: id uuid, org_id uuid, reference text, system_id uuid?, system_name text?, organization_named text?, source text, category text, right_violated text?, severity text, title text, description text, desired_outcome text?, occurred_at timestamptz?, decision_reference text?, reporter_email_sealed bytea?, reporter_lang text?, case_secret_hash bytea?, response_due_at timestamptz, is_spam boolean, created_by uuid?, ledger_entry_id uuid
insert into incidents (id, org_id, reference, system_id, system_name, organization_named, source, category, right_violated,
                       severity, title, description, desired_outcome, occurred_at, decision_reference,
                       reporter_email_sealed, reporter_lang, case_secret_hash, response_due_at, is_spam, created_by,
                       ledger_entry_id)
values ($id, $org_id, $reference, $system_id, $system_name, $organization_named, $source, $category, $right_violated,
        $severity, $title, $description, $desired_outcome, $occurred_at, $decision_reference,
        $reporter_email_sealed, $reporter_lang, $case_secret_hash, $response_due_at, $is_spam, $created_by,
        $ledger_entry_id);

-- name: incident_event_insert :exec
-- in: org_id uuid, incident_id uuid, kind text, visibility text, author_kind text, author_id uuid?, body text?, status text?, level bigint?
insert into incident_events (org_id, incident_id, kind, visibility, author_kind, author_id, body, status, level)
values ($org_id, $incident_id, $kind, $visibility, $author_kind, $author_id, $body, $status, $level);

-- Whose inbox a report belongs into: the organization of this slug or of the system with this code, else the operator's.
-- One statement, whatever it finds.
-- name: incident_inbox :one
-- as: system
-- in: named text?, code text?
-- out: incident_inbox (org_id uuid, tier text, system_id uuid?, system_name text?)
select o.id as org_id, coalesce(s.risk_tier, o.tier) as tier, s.id as system_id, s.name as system_name
from (select org_id, id, name, risk_tier, 1 as place from ai_systems where code = upper($code)
      union all
      select id, null, null, null, 2 from organizations where slug = lower($named) and kind <> 'OPERATOR'
      union all
      select id, null, null, null, 3 from organizations
      where slug = rtrim(left(trim(both '-' from regexp_replace(lower($named), '[^a-z0-9]+', '-', 'g')), 60), '-') and kind <> 'OPERATOR'
      union all
      select id, null, null, null, 4 from organizations where kind = 'OPERATOR') s
join organizations o on o.id = s.org_id
order by s.place
limit 1;

-- The tier that an incident of a system, or of none, is answered by.
-- name: incident_tier :maybe
-- as: tenant
-- in: system_id uuid?
-- out: incident_tier (tier text, system_name text?)
select coalesce(s.risk_tier, o.tier) as tier, s.name as system_name
from organizations o
left join ai_systems s on s.org_id = o.id and s.id = $system_id
where o.id = current_org() and ($system_id is null or s.id is not null);

-- name: incidents_list :many
-- as: tenant
-- in: q text?, status text?, severity text?, category text?, source text?, right_violated text?, system_id uuid?, overdue boolean?, is_open boolean?, is_spam boolean, by_due boolean, after_at timestamptz?, after_id uuid?, lim bigint
-- out: incident
select i.id, i.reference, i.system_id, coalesce(s.name, i.system_name) as system_name, i.organization_named, i.source,
       i.category, i.right_violated, i.severity, i.title, i.description, i.desired_outcome, i.occurred_at,
       i.decision_reference, i.reporter_email_sealed is not null as has_reporter_address, i.reporter_lang, i.status,
       i.response_due_at, i.status in ('OPEN', 'INVESTIGATING') and i.response_due_at <= now() as is_overdue,
       i.escalated_at, i.escalation_level, i.assignee_id, a.name as assignee_name, i.human_reviewer_id,
       r.name as human_reviewer_name, i.root_cause, i.resolution_details, i.public_reply, i.resolved_at, i.closed_at,
       i.withdrawn_at, i.reopened_count, i.is_spam, i.ledger_entry_id, i.version, i.created_at, i.updated_at
from incidents i
left join ai_systems s on s.org_id = i.org_id and s.id = i.system_id
left join users a on a.org_id = i.org_id and a.id = i.assignee_id
left join users r on r.org_id = i.org_id and r.id = i.human_reviewer_id
where i.org_id = current_org() and i.is_spam = $is_spam
  and ($q is null or i.title ilike '%' || $q || '%' or i.reference = upper($q) or i.description ilike '%' || $q || '%')
  and ($status is null or i.status = $status)
  and ($severity is null or i.severity = $severity)
  and ($category is null or i.category = $category)
  and ($source is null or i.source = $source)
  and ($right_violated is null or i.right_violated = $right_violated)
  and ($system_id is null or i.system_id = $system_id)
  and ($is_open is null or (i.status in ('OPEN', 'INVESTIGATING')) = $is_open)
  and ($overdue is null or (i.status in ('OPEN', 'INVESTIGATING') and i.response_due_at <= now()) = $overdue)
  and ($after_id is null
       or case when $by_due then (i.response_due_at, i.id) > ($after_at, $after_id)
               else (i.created_at, i.id) < ($after_at, $after_id) end)
order by case when $by_due then i.response_due_at end, case when $by_due then i.id end,
         case when not $by_due then i.created_at end desc, case when not $by_due then i.id end desc
limit $lim;

-- name: incident_by_id :maybe
-- as: tenant
-- in: id uuid
-- out: incident
select i.id, i.reference, i.system_id, coalesce(s.name, i.system_name) as system_name, i.organization_named, i.source,
       i.category, i.right_violated, i.severity, i.title, i.description, i.desired_outcome, i.occurred_at,
       i.decision_reference, i.reporter_email_sealed is not null as has_reporter_address, i.reporter_lang, i.status,
       i.response_due_at, i.status in ('OPEN', 'INVESTIGATING') and i.response_due_at <= now() as is_overdue,
       i.escalated_at, i.escalation_level, i.assignee_id, a.name as assignee_name, i.human_reviewer_id,
       r.name as human_reviewer_name, i.root_cause, i.resolution_details, i.public_reply, i.resolved_at, i.closed_at,
       i.withdrawn_at, i.reopened_count, i.is_spam, i.ledger_entry_id, i.version, i.created_at, i.updated_at
from incidents i
left join ai_systems s on s.org_id = i.org_id and s.id = i.system_id
left join users a on a.org_id = i.org_id and a.id = i.assignee_id
left join users r on r.org_id = i.org_id and r.id = i.human_reviewer_id
where i.org_id = current_org() and i.id = $id;

-- name: incident_events_list :many
-- as: tenant
-- in: incident_id uuid
-- out: incident_event (id uuid, kind text, visibility text, author_kind text, author_id uuid?, author_name text?, body text?, status text?, level bigint?, at timestamptz)
select e.id, e.kind, e.visibility, e.author_kind, e.author_id, u.name as author_name, e.body, e.status, e.level, e.at
from incident_events e
left join users u on u.org_id = e.org_id and u.id = e.author_id
where e.org_id = current_org() and e.incident_id = $incident_id
order by e.at, e.id
limit 1000;

-- Holds the row, so that of two changes at once the second sees the first.
-- name: incident_lock :maybe
-- as: tenant
-- in: id uuid
-- out: incident_state
select i.org_id, i.id, i.reference, i.system_id, i.source, i.category, i.severity, i.title, i.description, i.status,
       i.response_due_at, i.escalation_level, i.human_reviewer_id, i.resolution_details, i.public_reply,
       coalesce((select s.risk_tier from ai_systems s where s.org_id = i.org_id and s.id = i.system_id),
                (select o.tier from organizations o where o.id = i.org_id)) as tier, i.version
from incidents i
where i.org_id = current_org() and i.id = $id
for update of i;

-- name: incident_set_status :exec
-- as: tenant
-- in: id uuid, status text, response_due_at timestamptz, human_reviewer_id uuid?, resolution_details text?, public_reply text?, root_cause text?, is_spam boolean?, ledger_entry_id uuid
update incidents
set status = $status, response_due_at = $response_due_at, human_reviewer_id = $human_reviewer_id,
    resolution_details = $resolution_details, public_reply = $public_reply, root_cause = coalesce($root_cause, root_cause),
    is_spam = coalesce($is_spam, is_spam), ledger_entry_id = $ledger_entry_id
where org_id = current_org() and id = $id;

-- name: incident_update :count
-- as: tenant
-- in: id uuid, version bigint, severity text?, right_violated text?, system_id uuid?, assignee_id uuid?, root_cause text?
update incidents
set severity = coalesce($severity, severity), right_violated = coalesce($right_violated, right_violated),
    system_id = coalesce($system_id, system_id), assignee_id = coalesce($assignee_id, assignee_id),
    root_cause = coalesce($root_cause, root_cause)
where org_id = current_org() and id = $id and version = $version;

-- ------------------------------------------------------------------ escalation

-- name: incidents_waiting :one
-- as: tenant
-- out: incidents_waiting (scanned bigint)
select count(*) as scanned from incidents
where org_id = current_org() and status in ('OPEN', 'INVESTIGATING') and not is_spam;

-- What is overdue and has not reached its level, held until the end of the transaction: of two callers at once the second
-- waits, looks again and finds them escalated.
-- name: incidents_overdue :many
-- as: tenant
-- in: second_after timestamptz, old_before timestamptz, lim bigint
-- out: incident_state
select i.org_id, i.id, i.reference, i.system_id, i.source, i.category, i.severity, i.title, i.description, i.status,
       i.response_due_at, i.escalation_level, i.human_reviewer_id, i.resolution_details, i.public_reply, '' as tier, i.version
from incidents i
where i.org_id = current_org() and i.status in ('OPEN', 'INVESTIGATING') and not i.is_spam and i.response_due_at <= now()
  and (i.escalation_level = 0
       or (i.escalation_level = 1 and (i.escalated_at <= $second_after or i.created_at <= $old_before)))
order by i.response_due_at, i.id
limit $lim
for update of i;

-- name: incident_escalate :exec
-- as: tenant
-- in: id uuid, level bigint, ledger_entry_id uuid
update incidents
set escalation_level = $level, escalated_at = now(), ledger_entry_id = $ledger_entry_id
where org_id = current_org() and id = $id;

-- ------------------------------------------------------------------ the public

-- name: case_by_secret :maybe
-- as: system
-- in: reference text, secret_hash bytea
-- out: incident_case (org_id uuid, id uuid, reference text, organization_named text?, category text, title text, description text, status text, public_reply text?, resolved_at timestamptz?, withdrawn_at timestamptz?, created_at timestamptz, updated_at timestamptz)
select org_id, id, reference, organization_named, category, title, description, status, public_reply, resolved_at,
       withdrawn_at, created_at, updated_at
from incidents
where reference = upper($reference) and case_secret_hash = $secret_hash;

-- Where the reporter of an incident that is no spam gets letters.
-- name: incident_reporter :maybe
-- as: tenant
-- in: id uuid
-- out: incident_reporter (address_sealed bytea, language text?)
select reporter_email_sealed as address_sealed, reporter_lang as language
from incidents
where org_id = current_org() and id = $id and reporter_email_sealed is not null and not is_spam;

-- name: case_messages :many
-- as: system
-- in: org_id uuid, incident_id uuid
-- out: case_message (author text, kind text, body text?, status text?, at timestamptz)
select case author_kind when 'REPORTER' then 'REPORTER' else 'ORGANIZATION' end as author, kind, body, status, at
from incident_events
where org_id = $org_id and incident_id = $incident_id and visibility in ('REPORTER', 'PUBLIC')
order by at, id
limit 1000;

-- name: case_lock :one
-- as: system
-- in: org_id uuid, id uuid
-- out: incident_state
select i.org_id, i.id, i.reference, i.system_id, i.source, i.category, i.severity, i.title, i.description, i.status,
       i.response_due_at, i.escalation_level, i.human_reviewer_id, i.resolution_details, i.public_reply,
       coalesce((select s.risk_tier from ai_systems s where s.org_id = i.org_id and s.id = i.system_id),
                (select o.tier from organizations o where o.id = i.org_id)) as tier, i.version
from incidents i
where i.org_id = $org_id and i.id = $id
for update of i;

-- name: case_set_status :exec
-- as: system
-- in: org_id uuid, id uuid, status text, response_due_at timestamptz, resolution_details text?, withdrawn boolean, ledger_entry_id uuid
update incidents
set status = $status, response_due_at = $response_due_at, resolution_details = $resolution_details,
    withdrawn_at = case when $withdrawn then now() end, ledger_entry_id = $ledger_entry_id
where org_id = $org_id and id = $id;

-- How many messages a reporter has sent: a case is no file store.
-- name: case_messages_count :one
-- as: system
-- in: org_id uuid, incident_id uuid
-- out: case_messages_counted (sent bigint)
select count(*) as sent from incident_events
where org_id = $org_id and incident_id = $incident_id and author_kind = 'REPORTER';

-- Cells of fewer than five are left out; where what is left out of a dimension would be fewer than five together, the next
-- smallest cell is left out, too, so that no difference tells it.
-- name: incidents_public :many
-- as: system
-- in: least bigint
-- out: public_cell (dimension text, name text, cases bigint, answered bigint?, median_days double?)
with counted as (
    select d.dimension, d.name, i.status <> 'OPEN' as is_answered,
           extract(epoch from i.resolved_at - i.created_at)::float8 / 86400 as days
    from incidents i
    join organizations o on o.id = i.org_id
    cross join lateral (values ('CATEGORY', i.category), ('RIGHT', i.right_violated),
                               ('STATE', case when i.status in ('OPEN', 'INVESTIGATING') then 'OPEN' else 'CLOSED' end),
                               ('SECTOR', o.sector)) d (dimension, name)
    where not i.is_spam and i.source = 'CITIZEN' and d.name is not null
), cells as (
    select dimension, name, count(*) as cases, count(*) filter (where is_answered) as answered,
           percentile_cont(0.5) within group (order by days) as median_days, count(days) as decided
    from counted
    group by dimension, name
), ranked as (
    select *, row_number() over smallest_first as place,
           sum(cases) over (partition by dimension order by cases, name rows between unbounded preceding and 1 preceding)
               as below
    from cells
    window smallest_first as (partition by dimension order by cases, name)
)
select dimension, name, cases, case when answered >= $least and cases - answered not between 1 and $least - 1 then answered
       end as answered, case when decided >= $least then median_days end as median_days
from ranked
where cases >= $least and (below is null or below >= $least or below = 0)
order by dimension, cases desc, name;
