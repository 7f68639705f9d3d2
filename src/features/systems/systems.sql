-- AI systems of the caller's organization.

-- struct: ai_system (id uuid, code text, name text, version_label text?, purpose text, decision_type text?, affected_groups text?, sector text?, use_case text, risk_tier text?, answer_effect integer?, answer_special_information integer?, answer_oversight integer?, accountable_person_id uuid?, accountable_person_name text?, lifecycle_stage text, status text, disclosure_text text?, analysis_count bigint, last_analysis_verdict text?, last_analysis_at timestamptz?, ledger_entry_id uuid, version bigint, created_at timestamptz, updated_at timestamptz)

-- Newest first, or by name; the cursor is the sort key of the last item and its id.
-- name: systems_by_date :many
-- as: tenant
-- in: q text?, status text?, risk_tier text?, after_at timestamptz?, after_id uuid?, lim bigint
-- out: ai_system
select s.id, s.code, s.name, s.version_label, s.purpose, s.decision_type, s.affected_groups, s.sector, s.use_case, s.risk_tier,
       s.answer_effect, s.answer_special_information, s.answer_oversight,
       s.accountable_person_id, u.name as accountable_person_name, s.lifecycle_stage, s.status, s.disclosure_text,
       coalesce(f.analysis_count, 0) as analysis_count, f.last_analysis_verdict, f.last_analysis_at,
       s.ledger_entry_id, s.version, s.created_at, s.updated_at
from ai_systems s
left join users u on u.org_id = s.org_id and u.id = s.accountable_person_id
left join system_figures f on f.org_id = s.org_id and f.system_id = s.id
where s.org_id = current_org()
  and ($q is null or s.name ilike '%' || $q || '%' or s.purpose ilike '%' || $q || '%')
  and ($status is null or s.status = $status)
  and ($risk_tier is null or s.risk_tier = $risk_tier)
  and ($after_id is null or (s.created_at, s.id) < ($after_at, $after_id))
order by s.created_at desc, s.id desc
limit $lim;

-- name: systems_by_name :many
-- as: tenant
-- in: q text?, status text?, risk_tier text?, after_name text?, after_id uuid?, lim bigint
-- out: ai_system
select s.id, s.code, s.name, s.version_label, s.purpose, s.decision_type, s.affected_groups, s.sector, s.use_case, s.risk_tier,
       s.answer_effect, s.answer_special_information, s.answer_oversight,
       s.accountable_person_id, u.name as accountable_person_name, s.lifecycle_stage, s.status, s.disclosure_text,
       coalesce(f.analysis_count, 0) as analysis_count, f.last_analysis_verdict, f.last_analysis_at,
       s.ledger_entry_id, s.version, s.created_at, s.updated_at
from ai_systems s
left join users u on u.org_id = s.org_id and u.id = s.accountable_person_id
left join system_figures f on f.org_id = s.org_id and f.system_id = s.id
where s.org_id = current_org()
  and ($q is null or s.name ilike '%' || $q || '%' or s.purpose ilike '%' || $q || '%')
  and ($status is null or s.status = $status)
  and ($risk_tier is null or s.risk_tier = $risk_tier)
  and ($after_id is null or (lower(s.name), s.id) > (lower($after_name), $after_id))
order by lower(s.name), s.id
limit $lim;

-- name: system_by_id :maybe
-- as: tenant
-- in: id uuid
-- out: ai_system
select s.id, s.code, s.name, s.version_label, s.purpose, s.decision_type, s.affected_groups, s.sector, s.use_case, s.risk_tier,
       s.answer_effect, s.answer_special_information, s.answer_oversight,
       s.accountable_person_id, u.name as accountable_person_name, s.lifecycle_stage, s.status, s.disclosure_text,
       coalesce(f.analysis_count, 0) as analysis_count, f.last_analysis_verdict, f.last_analysis_at,
       s.ledger_entry_id, s.version, s.created_at, s.updated_at
from ai_systems s
left join users u on u.org_id = s.org_id and u.id = s.accountable_person_id
left join system_figures f on f.org_id = s.org_id and f.system_id = s.id
where s.org_id = current_org() and s.id = $id;

-- Holds the row, so that two edits of the same version cannot both pass.
-- name: system_lock :maybe
-- as: tenant
-- in: id uuid
-- out: system_locked (id uuid, version bigint)
select id, version from ai_systems where org_id = current_org() and id = $id for update;

-- name: system_insert :exec
-- as: tenant
-- in: id uuid, name text, version_label text?, purpose text, decision_type text?, affected_groups text?, sector text?, use_case text, risk_tier text?, answer_effect integer?, answer_special_information integer?, answer_oversight integer?, accountable_person_id uuid?, lifecycle_stage text, status text, disclosure_text text?, created_by uuid?, ledger_entry_id uuid
insert into ai_systems (id, org_id, name, version_label, purpose, decision_type, affected_groups, sector, use_case,
                        risk_tier, answer_effect, answer_special_information, answer_oversight, accountable_person_id,
                        lifecycle_stage, status, disclosure_text, created_by, ledger_entry_id)
values ($id, current_org(), $name, $version_label, $purpose, $decision_type, $affected_groups, $sector, $use_case,
        $risk_tier, $answer_effect::integer, $answer_special_information::integer, $answer_oversight::integer,
        $accountable_person_id, $lifecycle_stage, $status, $disclosure_text, $created_by, $ledger_entry_id);

-- name: system_update :count
-- as: tenant
-- in: id uuid, version bigint, name text, version_label text?, purpose text, decision_type text?, affected_groups text?, sector text?, use_case text, risk_tier text?, answer_effect integer?, answer_special_information integer?, answer_oversight integer?, accountable_person_id uuid?, lifecycle_stage text, status text, disclosure_text text?, ledger_entry_id uuid
update ai_systems
set name = $name, version_label = $version_label, purpose = $purpose, decision_type = $decision_type,
    affected_groups = $affected_groups, sector = $sector, use_case = $use_case, risk_tier = $risk_tier,
    answer_effect = $answer_effect::integer, answer_special_information = $answer_special_information::integer,
    answer_oversight = $answer_oversight::integer, accountable_person_id = $accountable_person_id,
    lifecycle_stage = $lifecycle_stage, status = $status, disclosure_text = $disclosure_text,
    ledger_entry_id = $ledger_entry_id
where org_id = current_org() and id = $id and version = $version;
