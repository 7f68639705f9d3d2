"""Who gets through each door: every route of the table, asked by nobody, by somebody who may not, and by who may."""
import uuid

import httpx
import pytest

from conftest import Tenant
from people import without_walls
from described import NOWHERE, routes

ROUTES = list(routes())

# Everything that answers somebody who has not signed in, and why. A route that is not here needs a session.
PUBLIC = {
    # Who signs in, registers or has forgotten a password has no session yet.
    "POST /auth/register", "POST /auth/login", "POST /auth/refresh", "POST /auth/mfa/verify", "POST /auth/forgot-password", "POST /auth/reset-password",
    "POST /auth/verify-email", "POST /auth/resend-verification", "POST /auth/confirm-email", "GET /auth/invites/{token}", "POST /auth/accept-invite",
    # The keys by which others verify.
    "GET /.well-known/jwks.json",
    # People who were decided upon have no account: they report, and follow their case by its secret.
    "POST /auth/passkeys/sign-in/options", "POST /auth/passkeys/sign-in",
    "POST /incidents/public", "GET /incidents/public", "GET /cases/{reference}", "POST /cases/{reference}/messages", "POST /cases/{reference}/withdraw", "POST /cases/{reference}/reopen",
}
WEBHOOKS = {"POST /billing/webhook"}            # signed by their sender
ANYONE = {"POST /leads", "POST /contact"}       # a session says whose it is, and is not asked for
UNFINISHED = {"POST /auth/mfa/setup", "POST /auth/mfa/enable", "POST /auth/passkeys/options", "POST /auth/passkeys"}  # a session, or the token of a sign-in that lacks its second factor


def of_kind(access):
    return [route for route in ROUTES if route.access == access]


def guarded():
    return [route for route in ROUTES if route.access not in ("public", "webhook", "anyone", "unfinished")]


def test_what_is_open_to_everybody_is_on_the_list():
    assert {str(route) for route in of_kind("public")} <= PUBLIC
    assert {str(route) for route in of_kind("webhook")} <= WEBHOOKS
    assert {str(route) for route in of_kind("anyone")} <= ANYONE
    assert {str(route) for route in of_kind("unfinished")} <= UNFINISHED
    assert len(guarded()) >= 40


def test_whatever_is_not_public_says_so_in_its_description():
    for route in ROUTES:
        security = route.operation.get("security")
        assert bool(security) == (route.access not in ("public", "webhook")), route


def test_nobody_gets_through_any_other_door(server):
    """Whatever is sent along: not even whether it would be right is told."""
    with httpx.Client(base_url=server.url + "/api/v1", timeout=30) as client:
        for route in guarded():
            ids = [NOWHERE] * len(route.in_path)
            asked = [route.ask(client, *ids), route.ask(client, *ids, body={"x": 1}), route.ask(client, *ids, headers={"Cookie": "aic_access=x; aic_refresh=y"}),
                     route.ask(client, *ids, headers={"Authorization": "Bearer aic_" + "0" * 43}), route.ask(client, *ids, headers={"X-Forwarded-User": "admin", "X-Original-URL": "/healthz", "X-User-Id": NOWHERE})]
            assert [answer.status_code for answer in asked] == [401] * len(asked), f"{route}: {[answer.status_code for answer in asked]}"
            assert all(answer.headers["content-type"] == "application/problem+json" for answer in asked)


def with_role(server, tenant, role):
    """By a superuser, and signed in anew."""
    without_walls(server, f"update users set role = '{role}', is_super_admin = false where email = '{tenant.email}'")
    tenant.sign_in()
    return tenant


@pytest.fixture(scope="module")
def viewer(server):
    return with_role(server, Tenant(server), "VIEWER")


def test_a_viewer_lacks_what_a_route_asks_for_and_is_told_what(server, viewer):
    may = set(viewer.http.get("/auth/me").json()["capabilities"])
    refused = 0
    for route in ROUTES:
        if route.access == "super admin":
            wanted = "Only a super admin may do this."
        elif route.capability and route.capability not in may:
            wanted = f"lacks the capability {route.capability};"
        else:
            continue
        ids = [NOWHERE] * len(route.in_path)
        answers = [route.ask(viewer.http, *ids), route.ask(viewer.http, *ids, body={"no such field": 1})]
        assert [answer.status_code for answer in answers] == [403, 403], f"{route}: {answers[0].text}"
        assert all(wanted in answer.json()["detail"] for answer in answers), route
        refused += len(answers)
    assert refused >= 30
    rows = server.psql("postgres", f"select count(*) from audit_log where org_id = '{viewer.org_id}' and event = 'forbidden' and outcome = 'REFUSED'")
    assert int(rows.stdout) == refused


def test_an_administrator_of_an_organization_gets_through_no_door_of_the_body(server, tenant):
    tried = 0
    for route in of_kind("super admin"):
        answer = route.ask(tenant.http, *[NOWHERE] * len(route.in_path))
        assert answer.status_code == 403, f"{route}: {answer.text}"
        tried += 1
    assert tried >= 7


def test_a_header_that_names_another_method_or_address_changes_nothing(server, viewer):
    system = Tenant(server).system()
    for name in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override", "X-Original-Method"):
        for method in ("DELETE", "PATCH", "PUT"):
            answer = viewer.http.get(f"/systems/{system['id']}", headers={name: method})
            assert answer.status_code == 404
            assert viewer.http.post("/systems", json={"name": "x", "purpose": "y"}, headers={name: "GET"}).status_code == 403
            assert viewer.http.post("/systems?_method=GET", json={"name": "x", "purpose": "y"}).status_code == 403
    for name in ("X-Original-URL", "X-Rewrite-URL", "X-Forwarded-Path", "X-Forwarded-Prefix"):
        assert viewer.http.get("/auth/me", headers={name: "/api/v1/admin/signing-keys"}).json()["role"] == "VIEWER"
        assert viewer.http.get("/admin/signing-keys", headers={name: "/api/v1/auth/me"}).status_code == 403


@pytest.mark.parametrize("path", ["/admin/signing-keys/", "//admin/signing-keys", "/./admin/signing-keys", "/x/../admin/signing-keys", "/ADMIN/signing-keys", "/admin/signing-keys%00", "/admin/signing-keys;x=1",
                                  "/admin%2fsigning-keys", "/admin/signing-keys.json", "/admin/signing-keys/%2e", "/%61dmin/signing-keys"])
def test_no_other_way_to_write_an_address_goes_round_its_guard(server, viewer, path):
    for headers in ({}, {"Authorization": f"Bearer {viewer.token}"}):
        answer = httpx.request("GET", server.url + "/api/v1" + path, headers=headers)
        assert answer.status_code in (401, 403, 404, 400), f"{path}: {answer.status_code}"
        assert "kid" not in answer.text


def test_what_is_sent_twice_is_refused(server, tenant):
    assert tenant.http.get("/systems?limit=1&limit=2").status_code == 422
    assert tenant.http.get("/audit-log?outcome=OK&outcome=REFUSED").status_code == 422
    headers = {"Content-Type": "application/json"}
    for body in ('{"name":"a","name":"b","purpose":"x"}', '{"name":"a","purpose":"x","n\\u0061me":"b"}'):
        answer = tenant.http.post("/systems", content=body, headers=headers)
        assert answer.status_code == 400 and "duplicate" in answer.text, answer.text
    body = '{"email":"%s","password":"x","email":"%s"}' % (f"{uuid.uuid4().hex}@example.com", tenant.email)
    assert httpx.post(server.url + "/api/v1/auth/login", content=body, headers=headers).status_code == 400


def test_a_field_that_nobody_asked_for_is_refused(tenant):
    """So that nothing can be set by naming it: role, organization, status."""
    system = tenant.system()
    for name, value in (("org_id", str(uuid.uuid4())), ("is_super_admin", True), ("role", "ADMIN"), ("status", "ACTIVE"), ("ledger_entry_id", str(uuid.uuid4())), ("created_at", "2020-01-01T00:00:00Z"), ("__proto__", {"role": "ADMIN"}), ("id", str(uuid.uuid4()))):
        assert tenant.http.post("/systems", json={"name": uuid.uuid4().hex, "purpose": "x", name: value}).status_code == 422, name
        if name != "status":
            assert tenant.http.patch(f"/systems/{system['id']}", json={name: value}, headers={"If-Match": f'"{system["version"]}"'}).status_code == 422, name
    for name in ("tier", "certification_status", "integrity_score", "kind", "slug", "id", "version"):
        answer = tenant.http.patch("/organizations/current", json={name: "TIER_1"}, headers={"If-Match": '"1"'})
        assert answer.status_code == 422 and answer.json()["errors"][0]["pointer"] == f"/{name}"


def test_each_text_of_each_body_has_an_end(server, tenant):
    """Over-long everything: each field of text, one after the other, and nothing of it is quoted back at length."""
    tried = 0
    for route in ROUTES:
        schema = route.body_schema
        if not schema or route.access == "super admin":
            continue
        for name, field in schema.get("properties", {}).items():
            kinds = field.get("type", [])
            if "string" not in (kinds if isinstance(kinds, list) else [kinds]) or str(route) == "POST /billing/webhook":
                continue
            answer = route.ask(tenant.http, *[NOWHERE] * len(route.in_path), body=route.body(**{name: "a" * 60_000}))
            assert answer.status_code in (401, 422), f"{route} {name}: {answer.status_code} {answer.text[:200]}"
            assert len(answer.content) < 5000, f"{route} {name}"
            tried += 1
    assert tried >= 60


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"a":' * 40 + b"1" + b"}" * 40, b'{"name":"' + b"\xff" + b'","purpose":"x"}', b"", b"null", b"[]", b'"x"', b"{", b'{"name":1e999,"purpose":"x"}', b'{"name":"a\\u0000b","purpose":"x"}',
                                  b'{"name":"\\ud800","purpose":"x"}', b"\xef\xbb\xbf{}", b'{"name":"x","purpose":"y"} {"name":"z"}', b"{" + b",".join(b'"k%d":1' % i for i in range(50_000)) + b"}"])
def test_a_body_of_any_shape_is_the_senders_fault(tenant, body):
    answer = tenant.http.post("/systems", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422), answer.text[:300]
    assert len(answer.content) < 20_000


@pytest.mark.parametrize("value", ["x\r\nSet-Cookie: a=b", "x\nLocation: https://evil.example", "x\r\n\r\n<script>", "%0d%0aSet-Cookie:%20a=b", "x\u2028y", "é\u000d\u000a"])
def test_no_value_that_is_sent_becomes_a_header(server, tenant, value):
    """Where a value comes back in a header: request id, file name, location, query, address."""
    answers = [tenant.http.get("/systems", params={"q": value}, headers={"Accept": "text/csv"}), tenant.http.post("/systems", json={"name": uuid.uuid4().hex + value, "purpose": value}), tenant.http.get(f"/systems/{uuid.uuid4()}", params={"x": value}),
               httpx.get(server.url + "/app/" + value.replace("\r", "%0d").replace("\n", "%0a")), tenant.http.get("/examples/" + value.replace("\r", "%0d").replace("\n", "%0a"))]
    for answer in answers:
        assert "a=b" not in answer.headers.get("set-cookie", "") and "evil.example" not in answer.headers.get("location", "")
        assert not any("\r" in text or "\n" in text for text in answer.headers.values())
