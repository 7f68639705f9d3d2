-- Models of the caller's organization, their artefacts, and what caches of models say of themselves.

-- struct: model_item (id uuid, name text, version_label text, kind text, type text, format text?, system_id uuid?, system_name text?, lifecycle_stage text, feature_count bigint, drift_status text, last_bias_test_at timestamptz?, is_active boolean, version bigint, created_at timestamptz, updated_at timestamptz)

-- struct: model_row (id uuid, name text, version_label text, kind text, type text, description text?, format text?, system_id uuid?, system_name text?, lifecycle_stage text, artefact_sha256 text?, artefact_bytes bigint?, features json, outputs json, structure json, metrics json?, training json?, training_data_sha256 text?, training_data_description text?, protected_attributes text[], owner_id uuid?, owner_name text?, endpoint_id uuid?, endpoint_url text?, drift_status text, last_drift_check_at timestamptz?, last_bias_test_at timestamptz?, is_active boolean, retired_at timestamptz?, ledger_entry_id uuid, version bigint, created_at timestamptz, updated_at timestamptz)

-- Newest first.
-- name: models_list :many
-- as: tenant
-- in: q text?, system_id uuid?, is_active boolean?, after_at timestamptz?, after_id uuid?, lim bigint
-- out: model_item
select m.id, m.name, m.version_label, m.kind, m.type, m.format, m.system_id, s.name as system_name, m.lifecycle_stage,
       json_array_length(m.features)::bigint as feature_count, m.drift_status, m.last_bias_test_at, m.is_active, m.version,
       m.created_at, m.updated_at
from models m
left join ai_systems s on s.org_id = m.org_id and s.id = m.system_id
where m.org_id = current_org()
  and ($q is null or m.name ilike '%' || $q || '%')
  and ($system_id is null or m.system_id = $system_id)
  and ($is_active is null or m.is_active = $is_active)
  and ($after_id is null or (m.created_at, m.id) < ($after_at, $after_id))
order by m.created_at desc, m.id desc
limit $lim;

-- name: model_by_id :maybe
-- as: tenant
-- in: id uuid
-- out: model_row
select m.id, m.name, m.version_label, m.kind, m.type, m.description, m.format, m.system_id, s.name as system_name,
       m.lifecycle_stage, m.artefact_sha256, m.artefact_bytes, m.features, m.outputs, m.structure, m.metrics, m.training,
       m.training_data_sha256, m.training_data_description, m.protected_attributes, m.owner_id, u.name as owner_name,
       m.endpoint_id, e.url as endpoint_url, m.drift_status, m.last_drift_check_at, m.last_bias_test_at, m.is_active,
       m.retired_at, m.ledger_entry_id, m.version, m.created_at, m.updated_at
from models m
left join ai_systems s on s.org_id = m.org_id and s.id = m.system_id
left join users u on u.org_id = m.org_id and u.id = m.owner_id
left join prediction_endpoints e on e.org_id = m.org_id and e.id = m.endpoint_id
where m.org_id = current_org() and m.id = $id;

-- Holds the row, so that two edits of the same version cannot both pass.
-- name: model_lock :maybe
-- as: tenant
-- in: id uuid
-- out: model_locked (id uuid, version bigint)
select id, version from models where org_id = current_org() and id = $id for update;

-- name: model_system :maybe
-- as: tenant
-- in: system_id uuid
-- out: model_system (id uuid)
select id from ai_systems where org_id = current_org() and id = $system_id;

-- name: model_named :maybe
-- as: tenant
-- in: name text, version_label text, system_id uuid?
-- out: model_named (id uuid)
select id from models
where org_id = current_org() and name = $name and version_label = $version_label and system_id is not distinct from $system_id;

-- name: model_insert :exec
-- as: tenant
-- in: id uuid, name text, version_label text, kind text, type text, description text?, format text?, system_id uuid?, lifecycle_stage text, artefact_sha256 text?, artefact_bytes bigint?, features json, outputs json, structure json, metrics json?, training json?, training_data_sha256 text?, training_data_description text?, protected_attributes text[], owner_id uuid?, endpoint_id uuid?, ledger_entry_id uuid
insert into models (id, org_id, name, version_label, kind, type, description, format, system_id, lifecycle_stage, artefact_sha256,
                    artefact_bytes, features, outputs, structure, metrics, training, training_data_sha256,
                    training_data_description, protected_attributes, owner_id, endpoint_id, ledger_entry_id)
values ($id, current_org(), $name, $version_label, $kind, $type, $description, $format, $system_id, $lifecycle_stage,
        $artefact_sha256, $artefact_bytes, $features, $outputs, $structure, $metrics, $training, $training_data_sha256,
        $training_data_description, $protected_attributes, $owner_id, $endpoint_id, $ledger_entry_id);

-- name: model_update :count
-- as: tenant
-- in: id uuid, version bigint, type text, description text?, format text?, system_id uuid?, lifecycle_stage text, artefact_sha256 text?, artefact_bytes bigint?, features json, outputs json, structure json, metrics json?, training_data_description text?, protected_attributes text[], owner_id uuid?, endpoint_id uuid?, is_active boolean, retired_at timestamptz?, ledger_entry_id uuid
update models
set type = $type, description = $description, format = $format, system_id = $system_id, lifecycle_stage = $lifecycle_stage,
    artefact_sha256 = $artefact_sha256, artefact_bytes = $artefact_bytes, features = $features, outputs = $outputs,
    structure = $structure, metrics = $metrics, training_data_description = $training_data_description,
    protected_attributes = $protected_attributes, owner_id = $owner_id, endpoint_id = $endpoint_id, is_active = $is_active,
    retired_at = $retired_at, ledger_entry_id = $ledger_entry_id
where org_id = current_org() and id = $id and version = $version;

-- name: model_artefact_add :exec
-- as: tenant
-- in: model_id uuid, part bigint, bytes bytea
insert into model_artefacts (org_id, model_id, part, bytes) values (current_org(), $model_id, $part, $bytes);

-- name: model_artefact_part :maybe
-- as: tenant
-- in: model_id uuid, part bigint
-- out: model_part (bytes bytea)
select bytes from model_artefacts where org_id = current_org() and model_id = $model_id and part = $part;

-- What an upload that broke off has left.
-- name: model_artefact_clear :exec
-- as: tenant
-- in: model_id uuid
delete from model_artefacts where org_id = current_org() and model_id = $model_id;

-- name: model_artefact_size :one
-- as: tenant
-- in: model_id uuid
-- out: model_artefact_size (parts bigint, bytes bigint)
select count(*) as parts, coalesce(sum(octet_length(bytes)), 0)::bigint as bytes
from model_artefacts where org_id = current_org() and model_id = $model_id;

-- ------------------------------------------------------------------ endpoints

-- name: prediction_endpoint_insert :exec
-- as: tenant
-- in: id uuid, url text, header_name text?, header_sealed bytea?, created_by uuid?
insert into prediction_endpoints (id, org_id, url, header_name, header_sealed, created_by)
values ($id, current_org(), $url, $header_name, $header_sealed, $created_by);

-- name: prediction_endpoint_by_id :one
-- as: tenant
-- in: id uuid
-- out: prediction_endpoint_row (url text, header_name text?, header_sealed bytea?)
select url, header_name, header_sealed from prediction_endpoints where org_id = current_org() and id = $id;

-- ------------------------------------------------------------------ the card

-- What else is known of the system that a model serves.
-- name: model_card_context :one
-- as: tenant
-- in: id uuid
-- out: model_card_context (purpose text?, affected_groups text?, disclosure_text text?, accountable_person_name text?, risk_tier text?, analysis_id uuid?, analysis_verdict text?, analysis_at timestamptz?, explanation_count bigint)
select s.purpose, s.affected_groups, s.disclosure_text, u.name as accountable_person_name, s.risk_tier,
       a.id as analysis_id, a.verdict as analysis_verdict, a.created_at as analysis_at,
       (select count(*) from explanations x where x.org_id = m.org_id and x.model_id = m.id) as explanation_count
from models m
left join ai_systems s on s.org_id = m.org_id and s.id = m.system_id
left join users u on u.org_id = s.org_id and u.id = s.accountable_person_id
left join lateral (select a.id, a.verdict, a.created_at from analyses a
                   where a.org_id = m.org_id and a.system_id = m.system_id order by a.created_at desc limit 1) a on true
where m.org_id = current_org() and m.id = $id;

-- ------------------------------------------------------------------ what the caches say of themselves

-- name: model_cache_say :exec
-- as: system
-- in: process uuid, program text, host text, pid bigint, entries bigint, bytes bigint, hits bigint, misses bigint, evictions bigint
insert into model_caches (process, program, host, pid, entries, bytes, hits, misses, evictions)
values ($process, $program, $host, $pid, $entries, $bytes, $hits, $misses, $evictions)
on conflict (process) do update
set entries = excluded.entries, bytes = excluded.bytes, hits = excluded.hits, misses = excluded.misses,
    evictions = excluded.evictions, seen_at = now();

-- name: model_caches_forget :exec
-- as: system
delete from model_caches where seen_at < now() - interval '1 hour';

-- name: model_caches_list :many
-- as: system
-- out: model_cache_row (process uuid, program text, host text, pid bigint, entries bigint, bytes bigint, hits bigint, misses bigint, evictions bigint, seen_at timestamptz)
select process, program, host, pid, entries, bytes, hits, misses, evictions, seen_at
from model_caches where seen_at > now() - interval '1 minute'
order by program, host, pid;
