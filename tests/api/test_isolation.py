"""Nobody sees or changes another organization's row: through the API with foreign ids, and through psql as the roles."""
import json
import subprocess

import pytest

from conftest import BUILD


@pytest.fixture(scope="module")
def foreign(other):
    system = other.system(name="Secret system")
    csv = "sex,y\n" + "a,1\nb,0\n" * 40
    answer = other.http.post(f"/analyze?protected=sex&label=y&bootstrap=0&system_id={system['id']}", content=csv, headers={"Content-Type": "text/csv"})
    assert answer.status_code == 201, answer.text
    entry = other.http.get("/audit-log").json()["items"][0]["id"]
    return {"systems": system["id"], "audit-log": entry, "analyses": answer.json()["analysis_id"], "ledger": answer.json()["ledger_entry_id"]}


def tenant_routes():
    out = subprocess.run([BUILD / "aicd", "openapi"], capture_output=True, text=True, check=True)
    for path, operations in json.loads(out.stdout)["paths"].items():
        for method, operation in operations.items():
            if operation.get("x-scope") == "tenant":
                yield method, path


def test_each_tenant_route_with_an_id_refuses_a_foreign_one(tenant, foreign):
    tried = 0
    for method, path in tenant_routes():
        if "{id}" not in path:
            continue
        kind = path.split("/")[3]
        assert kind in foreign, f"{path}: this test knows no foreign id for it; add one"
        url = path.removeprefix("/api/v1").replace("{id}", foreign[kind])
        answer = tenant.http.request(method, url, json={"name": "Stolen"} if method in ("patch", "put", "post") else None, headers={"If-Match": '"1"'})
        assert answer.status_code == 404, f"{method} {path}: {answer.status_code}"
        assert "Secret" not in answer.text
        tried += 1
    assert tried >= 4


def test_each_tenant_list_shows_nothing_foreign(tenant, foreign, other):
    tried = 0
    for method, path in tenant_routes():
        if method != "get" or "{" in path:
            continue
        text = tenant.http.get(path.removeprefix("/api/v1")).text
        assert not any(value in text for value in foreign.values()), path
        assert other.org_id not in text and "Secret system" not in text, path
        tried += 1
    assert tried >= 8


def test_a_foreign_system_cannot_be_named_in_an_analysis(tenant, foreign):
    csv = "sex,y\n" + "a,1\nb,0\n" * 40
    answer = tenant.http.post(f"/analyze?protected=sex&label=y&bootstrap=0&system_id={foreign['systems']}", content=csv, headers={"Content-Type": "text/csv"})
    assert answer.status_code == 404 and answer.json()["errors"][0]["pointer"] == "/system_id"


def enter(org):
    return f"begin; select scope_enter(false, '{org}', 'USER', null, null, null, null, null);"


def test_the_tenant_role_sees_one_organization(server, tenant, other, foreign):
    out = server.psql("aic_tenant", f"{enter(tenant.org_id)} select count(*) from ai_systems where org_id = '{other.org_id}';")
    assert out.stdout.strip().split("\n")[-1] == "0"
    out = server.psql("aic_tenant", "select count(*) from ai_systems")
    assert out.returncode != 0 and "no organization is set" in out.stderr
    out = server.psql("aic_tenant", f"{enter(tenant.org_id)} update ai_systems set name = 'x' where id = '{foreign['systems']}' returning id;")
    assert foreign["systems"] not in out.stdout


def test_neither_role_can_become_another(server):
    for role in ("aic_tenant", "aic_system"):
        for target in ("aic_owner", "postgres", "aic_system" if role == "aic_tenant" else "aic_tenant"):
            assert server.psql(role, f"set role {target}").returncode != 0


def test_the_tenant_role_reads_no_password_hash_and_no_key(server, tenant):
    assert server.psql("aic_tenant", f"{enter(tenant.org_id)} select password_hash from users").returncode != 0
    assert server.psql("aic_tenant", f"{enter(tenant.org_id)} select * from signing_keys").returncode != 0
    assert server.psql("aic_tenant", f"{enter(tenant.org_id)} update organizations set tier = 'TIER_1'").returncode != 0
