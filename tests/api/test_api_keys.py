"""Keys of programs: shown once, kept as a hash, bound by scopes, by addresses and by what their maker may do."""
import datetime
import uuid

import httpx
import pytest

from conftest import Tenant
from test_access import Person, entered, put

CSV = "sex,y\n" + "a,1\nb,0\n" * 40


@pytest.fixture(scope="module")
def org(server):
    return Tenant(server)


def make(who, scopes, **more):
    answer = who.http.post("/api-keys", json={"name": "Nightly", "scopes": scopes, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


def with_key(server, key):
    return httpx.Client(base_url=server.url + "/api/v1", timeout=30, headers={"Authorization": f"Bearer {key}"})


def test_a_key_is_shown_once_and_kept_as_a_hash(server, org):
    made = make(org, ["read"])
    assert made["key"].startswith(made["prefix"]) and len(made["key"]) == len(made["prefix"]) + 43
    assert "key" not in org.http.get(f"/api-keys/{made['id']}").json()
    assert made["key"] not in org.http.get("/api-keys").text
    kept = server.psql("postgres", f"select * from api_keys where id = '{made['id']}'").stdout
    assert made["key"] not in kept and made["key"][len(made["prefix"]):] not in kept
    assert made["key"] not in server.psql("postgres", "select reply from idempotency_keys").stdout


def test_scopes_bind(server, org):
    reading = with_key(server, make(org, ["read"])["key"])
    assert reading.get("/systems").status_code == 200 and reading.get("/incidents").status_code == 200
    assert reading.get("/ledger/export").status_code == 200
    refused = reading.post("/systems", json={"name": "x", "purpose": "y"})
    assert refused.status_code == 403 and "manage_models" in refused.text
    assert reading.post("/analyze?protected=sex&label=y", content=CSV, headers={"Content-Type": "text/csv"}).status_code == 403
    analysing = with_key(server, make(org, ["analyze"])["key"])
    assert analysing.post("/analyze?protected=sex&label=y&bootstrap=0", content=CSV, headers={"Content-Type": "text/csv"}).status_code in (200, 201)
    assert analysing.get("/systems").status_code == 403
    named = with_key(server, make(org, ["manage_models", "view_audits"])["key"])
    assert named.post("/systems", json={"name": f"By key {uuid.uuid4().hex[:6]}", "purpose": "y"}).status_code == 201


def test_what_is_about_people_is_not_for_keys(server, org):
    program = with_key(server, make(org, ["read", "view_audit_log", "manage_org"])["key"])
    for method, path in [("GET", "/auth/me"), ("GET", "/auth/sessions"), ("GET", "/auth/mfa"), ("POST", "/auth/logout"), ("POST", "/auth/sessions/revoke-others"),
                         ("GET", "/admin/audit-log"), ("GET", "/admin/signing-keys"), ("GET", "/api-keys")]:
        answer = program.request(method, path)
        assert answer.status_code == 403, f"{method} {path}: {answer.status_code}"
    for scopes in (["manage_keys"], ["manage_roles"], ["manage_users"], ["view_all_orgs"], ["everything"], []):
        assert org.http.post("/api-keys", json={"name": "x", "scopes": scopes}).status_code == 422, scopes


def test_nobody_makes_a_key_that_may_do_more_than_himself(server, org):
    maker = Person(org, "VIEWER")
    put(org, maker.id, manage_keys=True)
    maker.sign_in()
    assert maker.http.post("/api-keys", json={"name": "x", "scopes": ["manage_models"]}).status_code == 403
    made = make(maker, ["view_incidents", "view_audits"])
    program = with_key(server, made["key"])
    assert program.get("/incidents").status_code == 200
    put(org, maker.id, manage_keys=True, view_incidents=False)
    assert program.get("/incidents").status_code == 403, "what its maker lost, it lost"
    server.psql("postgres", f"update users set is_active = false where id = '{maker.id}'")
    assert program.get("/systems").status_code == 401


def test_a_revoked_key_is_refused_at_once_and_on_record(server, org):
    made = make(org, ["read"])
    program = with_key(server, made["key"])
    assert program.get("/systems").status_code == 200
    assert org.http.delete(f"/api-keys/{made['id']}").status_code == 204
    told = program.get("/systems")
    assert told.status_code == 401
    unknown = with_key(server, "aic_test_" + "A" * 49).get("/systems")
    assert (unknown.status_code, unknown.json()["detail"]) == (401, told.json()["detail"])
    assert program.get("/auth/me").status_code == 401
    recorded = server.psql("postgres", f"select count(*), min(reason) from audit_log where event = 'api_key_refused' and subject_id = '{made['id']}'")
    assert recorded.stdout.strip() == "1|revoked", "once a minute a key"
    assert org.http.delete(f"/api-keys/{made['id']}").status_code == 204


def test_an_end_an_address_and_a_bad_draft(server, org):
    here = with_key(server, make(org, ["read"], allowed_ips=["127.0.0.0/8"])["key"])
    there = with_key(server, make(org, ["read"], allowed_ips=["192.0.2.0/24", "2001:db8::/32"])["key"])
    assert here.get("/systems").status_code == 200 and there.get("/systems").status_code == 401
    for ip in ("192.0.2.1/24", "300.1.1.1", "::/129", "x", "10.0.0.0/-1"):
        answer = org.http.post("/api-keys", json={"name": "x", "scopes": ["read"], "allowed_ips": [ip]})
        assert answer.status_code == 422 and answer.json()["errors"][0]["pointer"] == "/allowed_ips/0", ip
    now = datetime.datetime.now(datetime.timezone.utc)
    for days in (-1, 366):
        answer = org.http.post("/api-keys", json={"name": "x", "scopes": ["read"], "expires_at": (now + datetime.timedelta(days=days)).isoformat().replace("+00:00", "Z")})
        assert answer.status_code == 422 and answer.json()["errors"][0]["pointer"] == "/expires_at"
    made = make(org, ["read"])
    server.psql("postgres", f"alter table api_keys disable trigger user; update api_keys set expires_at = now() - interval '1 second' where id = '{made['id']}'; alter table api_keys enable trigger user")
    assert with_key(server, made["key"]).get("/systems").status_code == 401


def test_rotation_overlaps_a_day(server, org):
    old = make(org, ["read"])
    answer = org.http.post(f"/api-keys/{old['id']}/rotate")
    assert answer.status_code == 201, answer.text
    new = answer.json()
    assert new["id"] != old["id"] and new["scopes"] == old["scopes"]
    assert all(with_key(server, key).get("/systems").status_code == 200 for key in (old["key"], new["key"]))
    left = datetime.datetime.fromisoformat(org.http.get(f"/api-keys/{old['id']}").json()["expires_at"].replace("Z", "+00:00")) - datetime.datetime.now(datetime.timezone.utc)
    assert datetime.timedelta(hours=23) < left <= datetime.timedelta(hours=24)
    org.http.delete(f"/api-keys/{old['id']}")
    assert org.http.post(f"/api-keys/{old['id']}/rotate").status_code == 409


def test_who_did_it_is_the_key_and_the_last_use_is_seen(server, org):
    made = make(org, ["manage_models", "view_audits"])
    program = with_key(server, made["key"])
    system = program.post("/systems", json={"name": f"By key {uuid.uuid4().hex[:6]}", "purpose": "y"}, headers={"Idempotency-Key": "once"}).json()
    again = program.post("/systems", json={"name": system["name"], "purpose": "y"}, headers={"Idempotency-Key": "once"})
    assert again.headers.get("Idempotency-Replayed") == "true" and again.json()["id"] == system["id"]
    row = [r for r in org.http.get("/audit-log?limit=20").json()["items"] if r["event"] == "system_registered"][0]
    assert row["actor_kind"] == "API_KEY" and row["actor_id"] == made["id"]
    seen = org.http.get(f"/api-keys/{made['id']}").json()
    assert seen["last_used_at"] and seen["last_used_ip"] == "127.0.0.1"


def test_a_key_in_a_cookie_or_an_address_is_none(server, org):
    made = make(org, ["read"])
    plain = httpx.Client(base_url=server.url + "/api/v1")
    assert plain.get("/systems", headers={"Cookie": f"aic_access={made['key']}"}).status_code == 401
    assert plain.get("/systems", params={"api_key": made["key"], "access_token": made["key"]}).status_code in (400, 401)


def test_the_walls_of_the_table(server, org, other):
    made = make(org, ["read"])
    sql = {
        "select key_hash from api_keys": "permission denied",
        f"update api_keys set key_hash = sha256('x') where id = '{made['id']}'": "permission denied",
        f"update api_keys set scopes = '{{manage_org}}' where id = '{made['id']}'": "permission denied",
        f"update api_keys set expires_at = expires_at + interval '1 day' where id = '{made['id']}'": "not made good again",
        f"update api_keys set revoked_at = now() where id = '{made['id']}'": "ledger entry",
        f"delete from api_keys where id = '{made['id']}'": "permission denied",
    }
    for statement, says in sql.items():
        out = server.psql("aic_tenant", f"{entered(org)} {statement};")
        assert out.returncode != 0 and says in out.stderr, (statement, out.stderr)
    assert server.psql("aic_tenant", f"{entered(other)} select count(id) from api_keys where id = '{made['id']}';").stdout.strip().split("\n")[-1] == "0"
    assert other.http.delete(f"/api-keys/{made['id']}").status_code == 404
    program = with_key(server, made["key"])
    assert program.get("/systems").status_code == 200
