-- Recorded analyses of the caller's organization.

-- struct: analysis (id uuid, operation text, system_id uuid, system_name text, verdict text, rows bigint, dropped_rows bigint, protected json, parameters json, engine_version text, policy_version text, result_hash text, data_sha256 text, dataset_id uuid?, created_by_name text?, ledger_entry_id uuid, created_at timestamptz)

-- name: analyses_list :many
-- as: tenant
-- in: system_id uuid?, verdict text?, after_at timestamptz?, after_id uuid?, lim bigint
-- out: analysis
select a.id, a.operation, a.system_id, s.name as system_name, a.verdict, a.rows, a.dropped_rows,
       (a.parameters -> 'protected') as protected, a.parameters, a.engine_version, a.policy_version, a.result_hash,
       a.data_sha256, a.dataset_id, u.name as created_by_name, a.ledger_entry_id, a.created_at
from analyses a
join ai_systems s on s.org_id = a.org_id and s.id = a.system_id
left join users u on u.org_id = a.org_id and u.id = a.created_by
where a.org_id = current_org()
  and ($system_id is null or a.system_id = $system_id)
  and ($verdict is null or a.verdict = $verdict)
  and ($after_id is null or (a.created_at, a.id) < ($after_at, $after_id))
order by a.created_at desc, a.id desc
limit $lim;

-- name: analysis_by_id :maybe
-- as: tenant
-- in: id uuid
-- out: analysis
select a.id, a.operation, a.system_id, s.name as system_name, a.verdict, a.rows, a.dropped_rows,
       (a.parameters -> 'protected') as protected, a.parameters, a.engine_version, a.policy_version, a.result_hash,
       a.data_sha256, a.dataset_id, u.name as created_by_name, a.ledger_entry_id, a.created_at
from analyses a
join ai_systems s on s.org_id = a.org_id and s.id = a.system_id
left join users u on u.org_id = a.org_id and u.id = a.created_by
where a.org_id = current_org() and a.id = $id;

-- name: analysis_result :maybe
-- as: tenant
-- in: id uuid
-- out: analysis_result_row (result json)
select result from analyses where org_id = current_org() and id = $id;

-- name: analysis_insert :exec
-- as: tenant
-- in: id uuid, system_id uuid, operation text, parameters json, engine_version text, policy_version text, result json, result_hash text, verdict text, data_sha256 text, dataset_id uuid?, rows bigint, dropped_rows bigint, created_by uuid?, ledger_entry_id uuid
insert into analyses (id, org_id, system_id, operation, parameters, engine_version, policy_version, result,
                      result_hash, verdict, data_sha256, dataset_id, rows, dropped_rows, created_by, ledger_entry_id)
values ($id, current_org(), $system_id, $operation, $parameters, $engine_version, $policy_version, $result,
        $result_hash, $verdict, $data_sha256, $dataset_id, $rows, $dropped_rows, $created_by, $ledger_entry_id);
