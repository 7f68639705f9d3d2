"""Nobody sees or changes another organization's row: through the API with foreign ids, and through psql as the roles."""
import json
import random
import subprocess
import threading
import uuid

import pytest

from conftest import BUILD, Server, Tenant


@pytest.fixture(scope="module")
def foreign(other):
    system = other.system(name="Secret system")
    csv = "sex,y\n" + "a,1\nb,0\n" * 40
    answer = other.http.post(f"/analyze?protected=sex&label=y&bootstrap=0&system_id={system['id']}", content=csv, headers={"Content-Type": "text/csv"})
    assert answer.status_code == 201, answer.text
    incident = other.http.post("/incidents", json={"title": "Secret system", "description": "Secret system", "category": "BIAS"}).json()
    assert other.http.post("/leads", json={"email": "lead@secret.example", "company": "Secret system"}).status_code == 202
    lead = other.http.get("/leads").json()["items"][0]["id"]
    entry = other.http.get("/audit-log").json()["items"][0]["id"]
    passkey = other.server.psql("postgres", f"""
        set session_replication_role = replica;
        with person as (insert into users (org_id, name, email, role) values ('{other.org_id}', 'Secret system', '{uuid.uuid4()}@example.com', 'VIEWER') returning id)
        insert into webauthn_credentials (org_id, user_id, credential_id, public_key, sign_count, name, backup_eligible, backed_up)
        select '{other.org_id}', id, sha256(id::text::bytea), repeat('k', 80)::bytea, 0, 'Secret system', false, false from person returning id""").stdout.strip()
    return {"systems": system["id"], "audit-log": entry, "analyses": answer.json()["analysis_id"], "ledger": answer.json()["ledger_entry_id"], "users": other.registered["user"]["id"], "incidents": incident["id"], "leads": lead, "passkeys": passkey}


def tenant_routes():
    out = subprocess.run([BUILD / "aicd", "openapi"], capture_output=True, text=True, check=True)
    for path, operations in json.loads(out.stdout)["paths"].items():
        for method, operation in operations.items():
            if operation.get("x-scope") == "tenant":
                yield method, path


BODIES = {  # of routes that do not take a name
    "/incidents/{id}": {"severity": "LOW"}, "/incidents/{id}/status": {"to": "INVESTIGATING"}, "/incidents/{id}/messages": {"body": "Stolen"},
}


def test_each_tenant_route_with_an_id_refuses_a_foreign_one(tenant, foreign):
    tried = 0
    for method, path in tenant_routes():
        if "{id}" not in path:
            continue
        kind = path.split("/{id}")[0].split("/")[-1]
        assert kind in foreign, f"{path}: this test knows no foreign id for it; add one"
        url = path.removeprefix("/api/v1").replace("{id}", foreign[kind])
        answer = tenant.http.request(method, url, json=BODIES.get(path.removeprefix("/api/v1"), {"name": "Stolen"}) if method in ("patch", "put", "post") else None, headers={"If-Match": '"1"'})
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


def without_chance(answer):
    """All that an answer tells, but for what is drawn anew for each request."""
    problem = answer.json()
    problem.pop("request_id")
    headers = {name: value for name, value in answer.headers.items() if name not in ("x-request-id", "date", "content-length")}
    return answer.status_code, json.dumps(problem), headers


def test_a_foreign_id_and_one_that_exists_nowhere_are_told_alike(tenant, foreign):
    for kind, there in foreign.items():
        nowhere = str(uuid.uuid4())
        assert without_chance(tenant.http.get(f"/{kind}/{there}")) == without_chance(tenant.http.get(f"/{kind}/{nowhere}")), kind


def test_a_name_that_another_organization_uses_is_free(tenant, other):
    name = f"Shared {uuid.uuid4().hex}"
    other.system(name=name)
    assert tenant.http.post("/systems", json={"name": name, "purpose": "Decides."}).status_code == 201


def test_the_requests_of_twenty_organizations_on_few_connections_never_mix():
    server = Server(environment={"AIC_DATABASE_CONNECTIONS": "2", "AIC_THREADS": "6"})
    try:
        tenants = [Tenant(server) for _ in range(20)]
        for one in tenants:
            one.names = {one.system(name=f"{one.name} first")["name"]}
        wrong = []

        def ask(number):
            choose = random.Random(number)
            for _ in range(25):
                one = choose.choice(tenants)
                what = choose.random()
                if what < 0.2:
                    answer = one.http.post("/systems", json={"name": f"{one.name} {uuid.uuid4().hex}", "purpose": "Decides."})
                    seen = [answer.json().get("name", "")]
                elif what < 0.3:  # an error in the middle of a transaction
                    answer = one.http.post("/systems", json={"name": f"{one.name} first", "purpose": "Decides."})
                    seen = [] if answer.status_code == 409 else [answer.text]
                elif what < 0.4:
                    seen = [] if one.http.get(f"/systems/{uuid.uuid4()}").status_code == 404 else ["a system of nobody"]
                elif what < 0.5:
                    seen = [one.http.get("/auth/me").json()["organization"]["name"]]
                else:
                    seen = [item["name"] for item in one.http.get("/systems?limit=100").json()["items"]]
                wrong.extend(f"{one.name} saw {name}" for name in seen if not name.startswith(one.name))

        crowd = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
        for one in crowd:
            one.start()
        for one in crowd:
            one.join()
        assert wrong == []
    finally:
        server.remove()


@pytest.mark.parametrize("setting", ["", "nonsense", "00000000-0000-0000-0000-000000000000"])
def test_with_no_or_a_wrong_organization_nothing_is_seen(server, foreign, setting):
    for table in ("ai_systems", "analyses", "ledger_entries", "users", "organizations", "audit_log", "system_figures", "subscriptions", "invoices", "incidents", "incident_events", "leads", "lead_events"):
        out = server.psql("aic_tenant", f"set aic.org_id = '{setting}'; select count(*) from {table}")
        assert out.returncode != 0 or out.stdout.strip() == "0", f"{table} with {setting!r}: {out.stdout}"
        out = server.psql("aic_tenant", f"set aic.org_id = '{setting}'; copy (select * from {table}) to stdout")
        assert out.stdout.strip() == "", table
