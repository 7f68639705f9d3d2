-- Explanations that the caller's organization keeps, and the decisions that they explain.

-- struct: explanation_item (id uuid, model_id uuid?, model_name text?, model_version text?, system_id uuid?, system_name text?, decision_id uuid?, decision_external_id text?, task_id uuid, row_number bigint, method text, created_by_name text?, created_at timestamptz)

-- struct: explanation_row (id uuid, model_id uuid?, model_name text?, model_version text?, system_id uuid?, system_name text?, decision_id uuid?, decision_external_id text?, task_id uuid, row_number bigint, method text, result json, result_sha256 text, created_by_name text?, ledger_entry_id uuid, created_at timestamptz)

-- name: explanations_list :many
-- as: tenant
-- in: model_id uuid?, decision_id uuid?, after_at timestamptz?, after_id uuid?, lim bigint
-- out: explanation_item
select x.id, x.model_id, m.name as model_name, m.version_label as model_version, x.system_id, s.name as system_name,
       x.decision_id, d.external_id as decision_external_id, x.task_id, x.row_number, x.method, u.name as created_by_name,
       x.created_at
from explanations x
left join models m on m.org_id = x.org_id and m.id = x.model_id
left join ai_systems s on s.org_id = x.org_id and s.id = x.system_id
left join decision_records d on d.org_id = x.org_id and d.id = x.decision_id
left join users u on u.org_id = x.org_id and u.id = x.created_by
where x.org_id = current_org()
  and ($model_id is null or x.model_id = $model_id)
  and ($decision_id is null or x.decision_id = $decision_id)
  and ($after_id is null or (x.created_at, x.id) < ($after_at, $after_id))
order by x.created_at desc, x.id desc
limit $lim;

-- name: explanation_by_id :maybe
-- as: tenant
-- in: id uuid
-- out: explanation_row
select x.id, x.model_id, m.name as model_name, m.version_label as model_version, x.system_id, s.name as system_name,
       x.decision_id, d.external_id as decision_external_id, x.task_id, x.row_number, x.method, x.result, x.result_sha256,
       u.name as created_by_name, x.ledger_entry_id, x.created_at
from explanations x
left join models m on m.org_id = x.org_id and m.id = x.model_id
left join ai_systems s on s.org_id = x.org_id and s.id = x.system_id
left join decision_records d on d.org_id = x.org_id and d.id = x.decision_id
left join users u on u.org_id = x.org_id and u.id = x.created_by
where x.org_id = current_org() and x.id = $id;

-- The latest of a decision is the one that is shown.
-- name: explanation_of_decision :maybe
-- as: tenant
-- in: decision_id uuid
-- out: explanation_row
select x.id, x.model_id, m.name as model_name, m.version_label as model_version, x.system_id, s.name as system_name,
       x.decision_id, d.external_id as decision_external_id, x.task_id, x.row_number, x.method, x.result, x.result_sha256,
       u.name as created_by_name, x.ledger_entry_id, x.created_at
from explanations x
left join models m on m.org_id = x.org_id and m.id = x.model_id
left join ai_systems s on s.org_id = x.org_id and s.id = x.system_id
left join decision_records d on d.org_id = x.org_id and d.id = x.decision_id
left join users u on u.org_id = x.org_id and u.id = x.created_by
where x.org_id = current_org() and x.decision_id = $decision_id
order by x.created_at desc, x.id desc
limit 1;

-- name: explanation_insert :exec
-- as: tenant
-- in: id uuid, model_id uuid?, system_id uuid?, decision_id uuid?, task_id uuid, row_number bigint, method text, result json, result_sha256 text, created_by uuid?, ledger_entry_id uuid
insert into explanations (id, org_id, model_id, system_id, decision_id, task_id, row_number, method, result, result_sha256,
                          created_by, ledger_entry_id)
values ($id, current_org(), $model_id, $system_id, $decision_id, $task_id, $row_number, $method, $result, $result_sha256,
        $created_by, $ledger_entry_id);

-- Of a task's result what it says of one row: lists by row shrink to that row, their texts untouched; what is about all rows
-- together is left out.
-- name: explained_task :maybe
-- as: tenant
-- in: id uuid, row bigint
-- out: explained_task (kind text, status text, method text?, model_id uuid?, system_id uuid?, rows bigint, result json?)
select t.kind, t.status, t.result ->> 'method' as method, (t.result ->> 'model_id')::uuid as model_id,
       (t.result ->> 'system_id')::uuid as system_id,
       coalesce(json_array_length(t.result -> 'predictions'), 0)::bigint as rows,
       (select json_object_agg(e.key, case
                   when e.key in ('values', 'predictions', 'feature_values', 'reasons', 'standard_errors', 'local_r2', 'intercepts',
                                  'interactions', 'counterfactuals')
                   then json_build_array(e.value -> $row::integer) else e.value end)
        from json_each(t.result) e where e.key not in ('summary', 'rows')) as result
from tasks t where t.org_id = current_org() and t.id = $id;

-- name: explained_decision :maybe
-- as: tenant
-- in: id uuid
-- out: explained_decision (id uuid, external_id text, system_id uuid, system_name text, use_case text, disclosure_text text?, accountable_person_name text?, model_id uuid?, model_name text?, protected_attributes text[], decision_type text, input_params json?, recommendation json?, outcome json, outcome_class text, human_review_required boolean, human_reviewer_name text?, is_human_override boolean, decided_at timestamptz, organization_name text)
select d.id, d.external_id, d.system_id, s.name as system_name, s.use_case, s.disclosure_text, p.name as accountable_person_name,
       d.model_id, m.name as model_name, coalesce(m.protected_attributes, '{}') as protected_attributes, d.decision_type,
       d.input_params, d.recommendation, d.outcome, d.outcome_class, d.human_review_required, r.name as human_reviewer_name,
       d.is_human_override, d.decided_at, o.name as organization_name
from decision_records d
join organizations o on o.id = d.org_id
join ai_systems s on s.org_id = d.org_id and s.id = d.system_id
left join models m on m.org_id = d.org_id and m.id = d.model_id
left join users p on p.org_id = s.org_id and p.id = s.accountable_person_id
left join users r on r.org_id = d.org_id and r.id = d.human_reviewer_id
where d.org_id = current_org() and d.id = $id;
