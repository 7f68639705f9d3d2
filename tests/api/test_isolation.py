"""Nobody sees or changes another organization's row: through the API with foreign ids, and through psql as the roles."""
import json
import random
import re
import subprocess
import threading
import uuid

import httpx
import pytest

from conftest import BUILD, Server, Tenant
from described import least, routes


@pytest.fixture(scope="module")
def foreign(other):
    system = other.system(name="Secret system")
    csv = "sex,y\n" + "a,1\nb,0\n" * 40
    answer = other.http.post(f"/analyze?protected=sex&label=y&bootstrap=0&system_id={system['id']}", content=csv, headers={"Content-Type": "text/csv"})
    assert answer.status_code == 201, answer.text
    incident = other.http.post("/incidents", json={"title": "Secret system", "description": "Secret system", "category": "BIAS"}).json()
    assert other.http.post("/leads", json={"email": "lead@secret.example", "company": "Secret system"}).status_code == 202
    lead = other.http.get("/leads").json()["items"][0]["id"]
    role = other.http.post("/roles", json={"name": "Secret system", "capabilities": []}).json()["id"]
    key = other.http.post("/api-keys", json={"name": "Secret system", "scopes": ["read"]}).json()["id"]
    invited = other.http.post("/invites", json={"role": "VIEWER"}).json()["id"]
    dataset = other.http.post("/datasets", params={"name": "Secret system"}, content=csv, headers={"Content-Type": "text/csv"}).json()["id"]
    entry = other.http.get("/audit-log").json()["items"][0]["id"]
    passkey = other.server.psql("postgres", f"""
        set session_replication_role = replica;
        with person as (insert into users (org_id, name, email, role) values ('{other.org_id}', 'Secret system', '{uuid.uuid4()}@example.com', 'VIEWER') returning id)
        insert into webauthn_credentials (org_id, user_id, credential_id, public_key, sign_count, name, backup_eligible, backed_up)
        select '{other.org_id}', id, sha256(id::text::bytea), repeat('k', 80)::bytea, 0, 'Secret system', false, false from person returning id""").stdout.strip()
    task = other.server.psql("aic_tenant", f"""set aic.org_id = '{other.org_id}';
        insert into tasks (org_id, kind, input, deadline_seconds, memory_limit_mb, system_id) values ('{other.org_id}', 'SECRET', '"Secret system"', 60, 64, '{system['id']}') returning id""").stdout.strip()
    model = other.http.post("/models", json={"name": "Secret system", "version": "1", "system_id": system["id"]}).json()["id"]
    decision = other.server.psql("postgres", f"""set session_replication_role = replica;
        insert into decision_records (org_id, external_id, system_id, decision_type, subject_ref, outcome, outcome_class, decided_at, ledger_entry_id)
        values ('{other.org_id}', '{uuid.uuid4()}', '{system['id']}', 'Secret system', 'p-1', '"declined"', 'ADVERSE', now(), gen_random_uuid()) returning id""").stdout.strip()
    explanation = other.server.psql("postgres", f"""set session_replication_role = replica;
        insert into explanations (org_id, task_id, row_number, method, result, result_sha256, ledger_entry_id)
        values ('{other.org_id}', gen_random_uuid(), 0, 'lime', '{{"a":"Secret system"}}', encode(sha256('{{"a":"Secret system"}}'), 'hex'), gen_random_uuid()) returning id""").stdout.strip()
    return {"models": model, "decisions": decision, "explanations": explanation, "tasks": task, "systems": system["id"], "audit-log": entry, "analyses": answer.json()["analysis_id"], "ledger": answer.json()["ledger_entry_id"], "users": other.registered["user"]["id"], "incidents": incident["id"], "leads": lead, "roles": role, "api-keys": key, "invites": invited, "passkeys": passkey, "datasets": dataset}


def tenant_routes():
    out = subprocess.run([BUILD / "aicd", "openapi"], capture_output=True, text=True, check=True)
    for path, operations in json.loads(out.stdout)["paths"].items():
        for method, operation in operations.items():
            if operation.get("x-scope") == "tenant":
                yield method, path


BODIES = {  # of routes that do not take a name
    "/models/{id}": {"description": "Stolen"}, "/decisions/{id}/explanation": {"task_id": str(uuid.uuid4())},
    "/incidents/{id}": {"severity": "LOW"}, "/incidents/{id}/status": {"to": "INVESTIGATING"}, "/incidents/{id}/messages": {"body": "Stolen"}, "/roles/{id}/capabilities": {"capabilities": []}, "/users/{id}/capabilities": {"capabilities": []},
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
    for table in ("ai_systems", "analyses", "ledger_entries", "users", "organizations", "audit_log", "system_figures", "subscriptions", "invoices", "invite_codes", "mfa_resets", "incidents", "incident_events", "leads", "lead_events"):
        out = server.psql("aic_tenant", f"set aic.org_id = '{setting}'; select count(*) from {table}")
        assert out.returncode != 0 or out.stdout.strip() == "0", f"{table} with {setting!r}: {out.stdout}"
        out = server.psql("aic_tenant", f"set aic.org_id = '{setting}'; copy (select * from {table}) to stdout")
        assert out.stdout.strip() == "", table


# ------------------------------------------------------------------ nothing tells existence

SESSIONS = "auth"  # /auth/sessions/{id}: the one kind of row with an id that a system's scope looks up


def with_an_id():
    return [route for route in routes() if route.scope == "tenant" and [p["name"] for p in route.in_path] == ["id"] or str(route) == "DELETE /auth/sessions/{id}"]


def foreign_id(foreign, other, route):
    kind = route.path.split("/")[1]
    if kind == SESSIONS:
        return other.http.get("/auth/sessions").json()["items"][0]["id"]
    assert kind in foreign, f"{route}: this test knows no foreign id for it; add one"
    return foreign[kind]


def test_a_foreign_id_and_one_of_nothing_get_the_same_answer_byte_by_byte(tenant, other, foreign):
    tried = 0
    for route in with_an_id():
        there, nowhere = foreign_id(foreign, other, route), uuid.uuid4()
        for headers in ({}, {"If-Match": '"99"'}, {"Accept": "text/csv"}, {"Idempotency-Key": uuid.uuid4().hex}):
            found, missing = route.ask(tenant.http, there, headers=headers), route.ask(tenant.http, nowhere, headers={**headers, **({"Idempotency-Key": uuid.uuid4().hex} if "Idempotency-Key" in headers else {})})
            assert found.status_code == 404, f"{route}: {found.status_code} {found.text}"
            assert without_chance(found) == without_chance(missing), route
            assert found.text.replace(found.json()["request_id"], "") == missing.text.replace(missing.json()["request_id"], ""), route
        tried += 1
    assert tried >= 12


def statements_of(server, ask):
    """How many statements the database ran for it. Others run some of their own now and then, so the least of several is it."""
    def counted():
        text = httpx.get(server.url + "/metrics").text
        return int(re.search(r"^aic_database_statements_total (\d+)", text, re.M).group(1))

    least = None
    for _ in range(4):
        before = counted()
        ask()
        least = min(least or 10 ** 9, counted() - before)
    return least


def test_a_foreign_id_and_one_of_nothing_cost_the_same_statements(server, tenant, other, foreign):
    for route in with_an_id():
        there = foreign_id(foreign, other, route)
        found = statements_of(server, lambda: route.ask(tenant.http, there))
        missing = statements_of(server, lambda: route.ask(tenant.http, uuid.uuid4()))
        assert found == missing, f"{route}: {found} statements for a foreign id, {missing} for one of nothing"


def test_sign_in_costs_the_same_statements_for_a_known_and_an_unknown_address(server, other):
    def attempt(email):
        return httpx.post(server.url + "/api/v1/auth/login", json={"email": email, "password": "not the one, surely"}, timeout=60)

    person = Tenant(server)
    known = statements_of(server, lambda: attempt(person.email))
    unknown = statements_of(server, lambda: attempt(f"{uuid.uuid4().hex}@example.com"))
    # For one of nobody: also the forgetting of addresses of nobody. It is as long as one look at an empty index.
    assert abs(known - unknown) <= 1


def test_an_id_in_a_body_or_a_filter_tells_nothing_of_another_organization(server, tenant, other, foreign):
    tried = []
    foreign_ids = [*foreign.values(), other.org_id]
    for route in routes():
        if route.scope != "tenant":
            continue
        own = {"systems": lambda: tenant.system()["id"], "incidents": lambda: tenant.http.post("/incidents", json={"title": "x", "description": "y", "category": "BIAS"}).json()["id"]}
        kind = route.path.split("/")[1]
        if route.in_path and kind not in own:
            continue
        properties = (route.body_schema or {}).get("properties", {})
        for name, field in properties.items():
            if field.get("format") != "uuid":
                continue
            answers = []
            for id in [*foreign_ids, str(uuid.uuid4())]:
                values = [own[kind]()] if route.in_path else []
                answers.append(route.ask(tenant.http, *values, body=route.body(**{name: id})))
            told = {(answer.status_code, answer.text.replace(answer.json().get("request_id", "-"), "")) for answer in answers}
            assert len(told) == 1 and answers[0].status_code >= 400, f"{route} {name}: {told}"
            tried.append(f"{route} {name}")
        for parameter in route.in_query:
            if parameter["schema"].get("format") != "uuid" or route.method != "GET" or route.in_path:
                continue
            needed = {p["name"]: least(p["schema"]) for p in route.in_query if p["required"]}
            answers = [tenant.http.get(route.path, params={**needed, parameter["name"]: id}) for id in [*foreign_ids, str(uuid.uuid4())]]
            told = {(answer.status_code, answer.text.replace(answer.json().get("request_id", "-"), "")) for answer in answers}
            assert len(told) == 1, f"{route} {parameter['name']}: {told}"
            tried.append(f"{route} {parameter['name']}")
    assert len(tried) >= 4, tried


def test_a_cursor_of_another_organization_opens_nothing(tenant, other):
    for _ in range(3):
        other.system(name=f"Secret system {uuid.uuid4().hex}")
    cursor = other.http.get("/systems?limit=1").json()["next_cursor"]
    answer = tenant.http.get("/systems", params={"cursor": cursor})
    assert answer.status_code in (200, 400) and "Secret" not in answer.text and other.org_id not in answer.text


def test_an_idempotency_key_of_another_organization_opens_nothing(tenant, other):
    key, body = uuid.uuid4().hex, {"name": f"Secret system {uuid.uuid4().hex}", "purpose": "x"}
    theirs = other.http.post("/systems", json=body, headers={"Idempotency-Key": key})
    mine = tenant.http.post("/systems", json=body, headers={"Idempotency-Key": key})
    assert theirs.status_code == mine.status_code == 201 and mine.json()["id"] != theirs.json()["id"]
    assert "Idempotency-Replayed" not in mine.headers
