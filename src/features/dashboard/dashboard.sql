-- Figures of the dashboard: counted when asked, from the rows themselves.

-- name: dashboard_figures :one
-- as: tenant
-- out: dashboard_figures (systems_total bigint, tier_1 bigint, tier_2 bigint, tier_3 bigint, tier_none bigint, draft bigint, active bigint, suspended bigint, retired bigint, analyses_total bigint, pass bigint, review bigint, fail bigint, insufficient bigint, ledger_entries bigint, ledger_last_at timestamptz?, integrity_score double?)
select s.*, a.*, l.*, (select integrity_score::float8 from organizations where id = current_org()) as integrity_score
from (
    select count(*) as systems_total,
           count(*) filter (where risk_tier = 'TIER_1') as tier_1,
           count(*) filter (where risk_tier = 'TIER_2') as tier_2,
           count(*) filter (where risk_tier = 'TIER_3') as tier_3,
           count(*) filter (where risk_tier is null) as tier_none,
           count(*) filter (where status = 'DRAFT') as draft,
           count(*) filter (where status = 'ACTIVE') as active,
           count(*) filter (where status = 'SUSPENDED') as suspended,
           count(*) filter (where status = 'RETIRED') as retired
    from ai_systems where org_id = current_org()
) s, (
    select count(*) as analyses_total,
           count(*) filter (where verdict = 'PASS') as pass,
           count(*) filter (where verdict = 'REVIEW') as review,
           count(*) filter (where verdict = 'FAIL') as fail,
           count(*) filter (where verdict = 'INSUFFICIENT_DATA') as insufficient
    from analyses where org_id = current_org()
) a, (
    select count(*) as ledger_entries, max(at) as ledger_last_at
    from ledger_entries where org_id = current_org()
) l;

-- What to do next, from the rows: each kind of gap with the systems that have it, most urgent first.
-- name: dashboard_gaps :many
-- as: tenant
-- in: lim bigint
-- out: dashboard_gap (kind text, system_id uuid, system_name text)
select kind, system_id, system_name
from (
    select 'failed_analysis' as kind, 1 as urgency, s.id as system_id, s.name as system_name, s.created_at
    from ai_systems s
    where s.org_id = current_org() and s.status <> 'RETIRED' and (
        select verdict from analyses a where a.org_id = s.org_id and a.system_id = s.id
        order by a.created_at desc, a.id desc limit 1) = 'FAIL'
    union all
    select 'no_accountable_person', 2, id, name, created_at from ai_systems
    where org_id = current_org() and status <> 'RETIRED' and accountable_person_id is null
    union all
    select 'no_risk_tier', 3, id, name, created_at from ai_systems
    where org_id = current_org() and status <> 'RETIRED' and risk_tier is null
    union all
    select 'never_analysed', 4, s.id, s.name, s.created_at from ai_systems s
    where s.org_id = current_org() and s.status <> 'RETIRED' and not exists (
        select from analyses a where a.org_id = s.org_id and a.system_id = s.id)
) gaps
order by urgency, created_at
limit $lim;
