"""The database's own rules for models, their artefacts and explanations, whoever writes."""
import uuid

import pytest


def enter(org):
    return f"begin; select scope_enter(false, '{org}', 'USER', null, null, null, null, null);"


@pytest.fixture(scope="module")
def model(tenant):
    answer = tenant.http.post("/models", json={"name": f"Walls {uuid.uuid4().hex[:6]}", "version": "1", "system_id": tenant.system()["id"]})
    assert answer.status_code == 201, answer.text
    return answer.json()


def refused(server, role, sql, says):
    out = server.psql(role, sql)
    assert out.returncode != 0 and says in out.stderr, out.stderr or out.stdout


def test_a_model_without_its_entry_is_refused(server, tenant, model):
    refused(server, "aic_tenant", f"{enter(tenant.org_id)} insert into models (org_id, name, version_label, type, ledger_entry_id) values (current_org(), 'x', '1', 'GBDT', gen_random_uuid());", "needs a ledger entry")
    refused(server, "aic_tenant", f"{enter(tenant.org_id)} update models set is_active = false, retired_at = now() where id = '{model['id']}';", "ledger entry")
    refused(server, "aic_tenant", f"{enter(tenant.org_id)} delete from models where id = '{model['id']}';", "permission denied")


def test_a_hash_that_is_not_the_artefacts_is_refused(server, tenant, model):
    part = f"insert into model_artefacts (org_id, model_id, part, bytes) values (current_org(), '{model['id']}', 0, 'abc');"
    refused(server, "aic_tenant", f"{enter(tenant.org_id)} {part} update models set artefact_sha256 = repeat('0', 64), artefact_bytes = 3, format = 'aic' where id = '{model['id']}';", "not that of its artefact")


def test_a_model_keeps_its_name_and_no_piece_is_changed(server, tenant, model):
    refused(server, "aic_tenant", f"{enter(tenant.org_id)} update models set name = 'y' where id = '{model['id']}';", "keeps its name")
    refused(server, "aic_tenant", f"{enter(tenant.org_id)} update model_artefacts set bytes = 'x';", "permission denied")
    refused(server, "postgres", "truncate model_artefacts", "append-only")


def test_a_model_without_a_system_stays_in_development(server):
    refused(server, "postgres", "set session_replication_role = replica; insert into models (org_id, name, version_label, type, lifecycle_stage, ledger_entry_id) values (gen_random_uuid(), 'x', '1', 'GBDT', 'PRODUCTION', gen_random_uuid())", "a_model_in_use_has_its_system")


def test_an_explanation_is_what_was_hashed_and_stays(server, tenant):
    refused(server, "postgres", "set session_replication_role = replica; insert into explanations (org_id, task_id, row_number, method, result, result_sha256, ledger_entry_id) values (gen_random_uuid(), gen_random_uuid(), 0, 'lime', '{}', repeat('0', 64), gen_random_uuid())", "the_hash_is_of_this_explanation")
    refused(server, "aic_tenant", f"{enter(tenant.org_id)} insert into explanations (org_id, task_id, row_number, method, result, result_sha256, ledger_entry_id) values (current_org(), gen_random_uuid(), 0, 'lime', '{{}}', encode(sha256('{{}}'), 'hex'), gen_random_uuid());", "needs a ledger entry")
    refused(server, "aic_tenant", f"{enter(tenant.org_id)} delete from explanations;", "permission denied")


def test_nobody_sees_the_pieces_or_endpoints_of_another(server, tenant, other):
    for name in ("models", "model_artefacts", "prediction_endpoints", "explanations"):
        out = server.psql("aic_tenant", f"{enter(tenant.org_id)} select count(*) from {name} where org_id = '{other.org_id}';")
        assert out.stdout.strip().split("\n")[-1] == "0", out.stderr
    refused(server, "aic_tenant", f"{enter(tenant.org_id)} select * from model_caches;", "permission denied")
    refused(server, "aic_tenant", f"{enter(tenant.org_id)} update prediction_endpoints set url = 'https://x';", "permission denied")
