-- Leads of the caller's organization, or, from the public forms, of the operator.

-- struct: lead (id uuid, org_id uuid, org_name text, email text, name text?, company text?, job_title text?, country text?, source text, score bigint?, estimated_tier text?, enquiry_kind text?, message text?, status text, contacts bigint, re_engaged_at timestamptz?, owner_id uuid?, owner_name text?, referral_source text?, consent_marketing boolean, notes text?, converted_org_id uuid?, version bigint, created_at timestamptz, updated_at timestamptz)

-- A repeated contact of the same address updates what it brings, and never the status.
-- name: lead_take :one
-- in: org_id uuid, email text, name text?, company text?, job_title text?, country text?, source text, enquiry_kind text?, message text?, referral_source text?, consent_marketing boolean
-- out: lead_taken (id uuid)
insert into leads as l (org_id, email, name, company, job_title, country, source, enquiry_kind, message, referral_source,
                        consent_marketing)
values ($org_id, $email, $name, $company, $job_title, $country, $source, $enquiry_kind, $message, $referral_source,
        $consent_marketing)
on conflict (org_id, lower(email)) do update
set name = coalesce(excluded.name, l.name), company = coalesce(excluded.company, l.company),
    job_title = coalesce(excluded.job_title, l.job_title), country = coalesce(excluded.country, l.country),
    enquiry_kind = coalesce(excluded.enquiry_kind, l.enquiry_kind), message = coalesce(excluded.message, l.message),
    referral_source = coalesce(l.referral_source, excluded.referral_source),
    consent_marketing = l.consent_marketing or excluded.consent_marketing,
    contacts = l.contacts + 1, re_engaged_at = now()
returning l.id;

-- name: lead_event_insert :exec
-- in: org_id uuid, lead_id uuid, kind text, author_id uuid?, status text?, body text?
insert into lead_events (org_id, lead_id, kind, author_id, status, body)
values ($org_id, $lead_id, $kind, $author_id, $status, $body);

-- name: leads_list :many
-- as: tenant
-- in: q text?, status text?, source text?, after_at timestamptz?, after_id uuid?, lim bigint
-- out: lead
select l.id, l.org_id, o.name as org_name, l.email, l.name, l.company, l.job_title, l.country, l.source, l.score,
       l.estimated_tier, l.enquiry_kind, l.message, l.status, l.contacts, l.re_engaged_at, l.owner_id, u.name as owner_name,
       l.referral_source, l.consent_marketing, l.notes, l.converted_org_id, l.version, l.created_at, l.updated_at
from leads l
join organizations o on o.id = l.org_id
left join users u on u.org_id = l.org_id and u.id = l.owner_id
where l.org_id = current_org()
  and ($q is null or l.email ilike '%' || $q || '%' or l.name ilike '%' || $q || '%' or l.company ilike '%' || $q || '%')
  and ($status is null or l.status = $status)
  and ($source is null or l.source = $source)
  and ($after_id is null or (l.created_at, l.id) < ($after_at, $after_id))
order by l.created_at desc, l.id desc
limit $lim;

-- Over all organizations, or of one: for staff.
-- name: leads_of_all :many
-- as: system
-- in: org_id uuid?, q text?, status text?, source text?, after_at timestamptz?, after_id uuid?, lim bigint
-- out: lead
select l.id, l.org_id, o.name as org_name, l.email, l.name, l.company, l.job_title, l.country, l.source, l.score,
       l.estimated_tier, l.enquiry_kind, l.message, l.status, l.contacts, l.re_engaged_at, l.owner_id, u.name as owner_name,
       l.referral_source, l.consent_marketing, l.notes, l.converted_org_id, l.version, l.created_at, l.updated_at
from leads l
join organizations o on o.id = l.org_id
left join users u on u.org_id = l.org_id and u.id = l.owner_id
where ($org_id is null or l.org_id = $org_id)
  and ($q is null or l.email ilike '%' || $q || '%' or l.name ilike '%' || $q || '%' or l.company ilike '%' || $q || '%')
  and ($status is null or l.status = $status)
  and ($source is null or l.source = $source)
  and ($after_id is null or (l.created_at, l.id) < ($after_at, $after_id))
order by l.created_at desc, l.id desc
limit $lim;

-- name: lead_by_id :maybe
-- as: tenant
-- in: id uuid
-- out: lead
select l.id, l.org_id, o.name as org_name, l.email, l.name, l.company, l.job_title, l.country, l.source, l.score,
       l.estimated_tier, l.enquiry_kind, l.message, l.status, l.contacts, l.re_engaged_at, l.owner_id, u.name as owner_name,
       l.referral_source, l.consent_marketing, l.notes, l.converted_org_id, l.version, l.created_at, l.updated_at
from leads l
join organizations o on o.id = l.org_id
left join users u on u.org_id = l.org_id and u.id = l.owner_id
where l.org_id = current_org() and l.id = $id;

-- name: lead_events_list :many
-- as: tenant
-- in: lead_id uuid
-- out: lead_event (id uuid, kind text, author_name text?, status text?, body text?, at timestamptz)
select e.id, e.kind, u.name as author_name, e.status, e.body, e.at
from lead_events e
left join users u on u.org_id = e.org_id and u.id = e.author_id
where e.org_id = current_org() and e.lead_id = $lead_id
order by e.at desc, e.id desc
limit 200;

-- name: lead_lock :maybe
-- as: tenant
-- in: id uuid
-- out: lead_locked (version bigint, status text)
select version, status from leads where org_id = current_org() and id = $id for update;

-- name: lead_update :exec
-- as: tenant
-- in: id uuid, name text?, company text?, job_title text?, country text?, status text?, score bigint?, owner_id uuid?, notes text?
update leads
set name = coalesce($name, name), company = coalesce($company, company), job_title = coalesce($job_title, job_title),
    country = coalesce($country, country), status = coalesce($status, status), score = coalesce($score, score),
    owner_id = coalesce($owner_id, owner_id), notes = coalesce($notes, notes)
where org_id = current_org() and id = $id;
