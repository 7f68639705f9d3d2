import base64
import json
import uuid

import httpx

from conftest import PASSWORD, Tenant
from described import least, routes


def test_registering_makes_an_organization_with_an_administrator(tenant):
    assert tenant.registered["user"]["role"] == "ADMIN"
    me = tenant.http.get("/auth/me").json()
    assert me["organization"]["id"] == tenant.org_id and me["user"]["email"] == tenant.email
    assert "run_analysis" in me["capabilities"]


def test_a_known_address_gets_the_answer_of_an_unknown_one(tenant):
    body = {"organization": "Thief", "name": "T", "email": tenant.email, "password": PASSWORD}
    again = tenant.http.post("/auth/register", json=body)
    assert again.status_code == 201 and again.json().keys() == tenant.registered.keys()
    assert tenant.http.post("/auth/login", json={"email": tenant.email, "password": PASSWORD}).status_code == 200


def test_wrong_password_and_unknown_address_cannot_be_told_apart(tenant):
    wrong = tenant.http.post("/auth/login", json={"email": tenant.email, "password": "wrong"})
    unknown = tenant.http.post("/auth/login", json={"email": "nobody@example.com", "password": "wrong"})
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json()["detail"] == unknown.json()["detail"]


def test_weak_passwords_are_refused_with_a_reason(server):
    for password in ("short", "passwordpassword", "Password1234!", "123456789012", "qwertyqwerty"):
        body = {"organization": "O", "name": "N", "email": f"{uuid.uuid4().hex}@example.com", "password": password}
        answer = httpx.post(server.url + "/api/v1/auth/register", json=body)
        assert answer.status_code == 422, password
        assert answer.json()["errors"][0]["pointer"] == "/password"


def claims(token):
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def test_a_token_has_the_claims_of_the_contract(tenant):
    head = json.loads(base64.urlsafe_b64decode(tenant.token.split(".")[0] + "=="))
    body = claims(tenant.token)
    assert head["alg"] == "RS256" and head["kid"]
    assert uuid.UUID(body["jti"]).version == 4 and body["exp"] - body["iat"] == 900
    keys = httpx.get(tenant.server.url + "/.well-known/jwks.json").json()["keys"]
    assert head["kid"] in [key["kid"] for key in keys] and "d" not in keys[0]


def test_a_changed_token_is_refused(tenant):
    head, body, signature = tenant.token.split(".")
    forged = claims(tenant.token) | {"role": "ADMIN", "super": True}
    other_body = base64.urlsafe_b64encode(json.dumps(forged).encode()).rstrip(b"=").decode()
    none_head = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    for token in (f"{head}.{other_body}.{signature}", f"{none_head}.{other_body}.", f"{head}.{body}.", "x", "a.b.c"):
        answer = httpx.get(tenant.server.url + "/api/v1/auth/me", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 401, token


def test_signing_out_ends_the_token_at_once(server):
    person = Tenant(server)
    assert person.http.post("/auth/logout").status_code == 204
    assert person.http.get("/auth/me").status_code == 401
    asked = [route for route in routes() if route.method == "GET" and not route.in_path and route.operation.get("security")]
    assert len(asked) >= 8
    for route in asked:  # also those that need nothing of the database
        needed = {p["name"]: least(p["schema"]) for p in route.in_query if p["required"]}
        assert httpx.get(server.url + route.full_path, params=needed, headers={"Authorization": f"Bearer {person.token}"}).status_code == 401, route


def test_an_ended_session_does_not_stand_in_the_way_of_a_new_one(server):
    person = Tenant(server)
    person.http.post("/auth/logout")
    again = person.http.post("/auth/login", json={"email": person.email, "password": PASSWORD})
    assert "Authorization" in again.request.headers and again.status_code == 200, again.text


def origin(server):
    return {"Origin": server.url}


def test_a_refresh_token_works_once_and_its_reuse_ends_the_session(server):
    person = Tenant(server)
    first = person.refresh_cookie
    plain = httpx.Client(base_url=server.url + "/api/v1")
    renewed = plain.post("/auth/refresh", headers={**origin(server), "Cookie": f"aic_refresh={first}"})
    assert renewed.status_code == 200
    second = renewed.cookies["aic_refresh"]
    assert second != first
    plain.cookies.clear()
    assert plain.post("/auth/refresh", headers={**origin(server), "Cookie": f"aic_refresh={first}"}).status_code == 401
    plain.cookies.clear()
    assert plain.post("/auth/refresh", headers={**origin(server), "Cookie": f"aic_refresh={second}"}).status_code == 401
    token = renewed.json()["access_token"]
    assert httpx.get(server.url + "/api/v1/auth/me", headers={"Authorization": f"Bearer {token}"}).status_code == 401


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(server):
    person = Tenant(server)
    answer = person.http.post("/auth/login", json={"email": person.email, "password": PASSWORD})
    for cookie in answer.headers.get_list("set-cookie"):
        assert "HttpOnly" in cookie and "SameSite=Lax" in cookie
    cookies = {"Cookie": f"aic_access={person.token}"}
    body = {"name": "From afar", "purpose": "x"}
    url = server.url + "/api/v1/systems"
    assert httpx.post(url, json=body, headers={**cookies, "Origin": "https://evil.example"}).status_code == 403
    assert httpx.post(url, json=body, headers=cookies).status_code == 403
    assert httpx.post(url, json=body, headers={**cookies, **origin(server)}).status_code == 201


def test_every_sensitive_event_is_on_record(server):
    person = Tenant(server)
    person.http.post("/auth/login", json={"email": person.email, "password": "wrong"})
    person.http.post("/auth/logout")
    found = server.psql("postgres", f"select event || ' ' || outcome from audit_log where org_id = '{person.org_id}'").stdout.split("\n")
    assert {"register OK", "login OK", "logout OK"} <= set(found)
    assert "login REFUSED" in server.psql("postgres", "select event || ' ' || outcome from audit_log").stdout
    assert PASSWORD not in (server.data / "log").read_text() and person.token not in (server.data / "log").read_text()
