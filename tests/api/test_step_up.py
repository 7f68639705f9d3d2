"""Step-up: what matters most is done only within minutes of showing who one is; by code, passkey or password."""
import base64
import json

import pytest

from authenticator import Passkey
from conftest import PASSWORD, Server, Tenant
from people import Member, change
from test_mfa import Person as PersonWithCodes
from test_mfa import aged
from test_passkeys import Person, tampered

KEYS = "/admin/signing-keys/rotate"


@pytest.fixture(scope="module")
def strict():
    running = Server(environment={"AIC_MFA": "required"})
    yield running
    running.remove()


def claims(token):
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def make_super(server, person):
    answer = server.psql("postgres", f"set session_replication_role = replica; update users set is_super_admin = true where id = '{person.id}'")
    assert answer.returncode == 0, answer.stderr


@pytest.fixture
def by_password(server):
    person = Person(server)
    make_super(server, person)
    return person


def rotate(person, token):
    return person.post(KEYS, token, json={"reason": "a test of step-up"})


def test_signing_in_is_fresh_and_continuing_is_not(server, by_password):
    signed_in = by_password.login()
    assert claims(signed_in.json()["access_token"])["auth_time"] == claims(signed_in.json()["access_token"])["iat"]
    assert rotate(by_password, signed_in.json()["access_token"]).status_code == 200
    old = aged(server, signed_in)
    assert claims(old)["iat"] - claims(old)["auth_time"] >= 600
    refused = rotate(by_password, old)
    assert refused.status_code == 403 and refused.json()["type"] == "/docs/api#problem-step_up_required", refused.text
    assert by_password.ask("GET", "/admin/signing-keys", old).status_code == 200  # reading needs none
    assert any(event.startswith("forbidden REFUSED") for event in by_password.events())


def test_who_has_no_second_factor_steps_up_by_the_password(server, by_password):
    old = aged(server, by_password.login())
    assert by_password.post("/auth/step-up/options", old).json() == {"methods": ["password"]}
    for body, pointer in (({}, "/password"), ({"code": "123456"}, "/password"), ({"password": "not the password"}, "/password")):
        refused = by_password.post("/auth/step-up", old, json=body)
        assert refused.status_code == 422 and refused.json()["errors"][0]["pointer"] == pointer, refused.text
    done = by_password.post("/auth/step-up", old, json={"password": PASSWORD})
    assert done.status_code == 200, done.text
    token = done.json()["access_token"]
    assert claims(token)["auth_time"] == claims(token)["iat"] and rotate(by_password, token).status_code == 200
    assert by_password.ask("GET", "/auth/me", old).status_code == 200  # it is the same session
    assert len(by_password.ask("GET", "/auth/sessions", token).json()["items"]) == 1
    assert by_password.post("/auth/logout", token).status_code == 204
    assert by_password.ask("GET", "/auth/me", old).status_code == 401
    assert {"step_up REFUSED", "step_up OK", "login_failed REFUSED"} <= set(by_password.events())


def test_the_refresh_token_before_is_spent_and_the_new_one_stays_fresh(server, by_password):
    signed_in = by_password.login()
    done = by_password.post("/auth/step-up", signed_in.json()["access_token"], json={"password": PASSWORD})
    cookies = {"aic_refresh": done.cookies["aic_refresh"]}
    again = by_password.post("/auth/refresh", cookies=cookies, headers={"Origin": by_password.origin})
    assert again.status_code == 200, again.text
    assert claims(again.json()["access_token"])["auth_time"] == claims(done.json()["access_token"])["auth_time"]
    reused = by_password.post("/auth/refresh", cookies={"aic_refresh": signed_in.cookies["aic_refresh"]}, headers={"Origin": by_password.origin})
    assert reused.status_code == 401


def test_what_decides_who_may_do_what_asks_for_it(server):
    """A session of ten minutes ago reads, and renames somebody; it makes no key, gives no role and takes nothing away."""
    org = Tenant(server)
    viewer = Member(org)
    role = org.http.post("/roles", json={"name": "Desk", "capabilities": ["view_audits"]}).json()
    key = org.http.post("/api-keys", json={"name": "Nightly", "scopes": ["read"]}).json()
    asks = [("POST", "/api-keys", {"json": {"name": "Nightly", "scopes": ["read"]}}),
            ("POST", f"/api-keys/{key['id']}/rotate", {}),
            ("POST", "/roles", {"json": {"name": "Other desk", "capabilities": ["view_audits"]}}),
            ("PUT", f"/roles/{role['id']}/capabilities", {"json": {"capabilities": ["manage_users"]}, "headers": {"If-Match": '"1"'}}),
            ("DELETE", f"/roles/{role['id']}", {}),
            ("PUT", f"/users/{viewer.id}/capabilities", {"json": {"role_id": role["id"], "capabilities": []}, "headers": {"If-Match": '"0"'}}),
            ("POST", f"/users/{viewer.id}/reset-mfa", {}),
            ("DELETE", f"/users/{viewer.id}", {})]
    org.http.headers["Authorization"] = "Bearer " + aged(server, org.sign_in())
    org.http.cookies.clear()
    assert change(org.http, viewer.id, name="Nia Named").status_code == 200 and org.http.get("/roles").status_code == 200
    for method, path, more in asks:
        refused = org.http.request(method, path, **more)
        assert refused.status_code == 403 and refused.json()["type"].endswith("step_up_required"), f"{method} {path}: {refused.text}"
    refused = change(org.http, viewer.id, role="AUDITOR")
    assert refused.status_code == 403 and refused.json()["type"].endswith("step_up_required")
    assert org.http.get(f"/users/{viewer.id}").json()["role"] == "VIEWER"
    done = org.http.post("/auth/step-up", json={"password": PASSWORD})
    org.http.headers["Authorization"] = "Bearer " + done.json()["access_token"]
    org.http.cookies.clear()
    assert change(org.http, viewer.id, role="AUDITOR").json()["role"] == "AUDITOR"


def test_who_has_codes_steps_up_by_one_and_not_by_the_password(strict):
    person = PersonWithCodes(strict)
    person.enrol(person.login().json()["mfa_token"])
    make_super(strict, person)
    old = aged(strict, person.verify(person.code()))
    person.forget_used()
    assert person.post("/auth/step-up/options", old).json() == {"methods": ["totp", "recovery_code"]}
    refused = person.post("/auth/step-up", old, json={"password": PASSWORD})
    assert refused.status_code == 422 and refused.json()["errors"][0]["pointer"] == "/code"
    assert person.post("/auth/step-up", old, json={"code": person.wrong_code()}).status_code == 422
    code = person.code()
    done = person.post("/auth/step-up", old, json={"code": code})
    assert done.status_code == 200 and rotate(person, done.json()["access_token"]).status_code == 200
    assert person.post("/auth/step-up", old, json={"code": code}).status_code == 422  # a code is good once
    assert person.post("/auth/step-up", old, json={"code": person.recovery[0]}).status_code == 200


def test_who_has_a_passkey_steps_up_by_it(strict):
    person = Person(strict)
    person.enrol()
    make_super(strict, person)
    old = aged(strict, person.sign_in())
    choice = person.post("/auth/step-up/options", old).json()
    assert choice["methods"] == ["passkey", "recovery_code"] and len(choice["passkey"]["allowCredentials"]) == 1

    def step_up(options, **wrong):
        edit = wrong.pop("edit", lambda shown: None)
        shown = person.passkey.get(options, person.origin, **wrong)
        edit(shown)
        return person.post("/auth/step-up", old, json={"passkey": shown})

    refused = step_up(choice["passkey"], edit=tampered)
    assert refused.status_code == 422 and refused.json()["errors"][0]["pointer"] == "/passkey"
    assert step_up(choice["passkey"]).status_code == 422  # spent
    assert step_up(person.options()).status_code == 422  # made for signing in
    other = Person(strict)
    other.enrol()
    assert step_up(other.post("/auth/step-up/options", other.token).json()["passkey"]).status_code == 422
    done = step_up(person.post("/auth/step-up/options", old).json()["passkey"])
    assert done.status_code == 200 and rotate(person, done.json()["access_token"]).status_code == 200, done.text


def test_wrong_answers_lock(server, by_password):
    token = by_password.login().json()["access_token"]
    answers = [by_password.post("/auth/step-up", token, json={"password": "not the password"}).status_code for _ in range(6)]
    assert answers == [422] * 5 + [423]
    assert by_password.post("/auth/step-up", token, json={"password": PASSWORD}).status_code == 423


def test_a_stale_session_adds_no_passkey_without_the_password_and_removes_none(strict):
    person = Person(strict)
    person.enrol()
    old = aged(strict, person.sign_in())
    refused = person.post("/auth/passkeys/options", old, json={})
    assert refused.status_code == 403 and refused.json()["type"].endswith("step_up_required")
    assert person.post("/auth/passkeys/options", old, json={"password": PASSWORD}).status_code == 403
    assert person.post("/auth/recovery-codes", old, json={"password": PASSWORD}).status_code == 403
    assert person.post("/auth/passkeys/options", old, json={"password": PASSWORD, "code": person.recovery[0]}).status_code == 200
    only = person.ask("GET", "/auth/passkeys", old).json()["items"][0]
    refused = person.ask("DELETE", f"/auth/passkeys/{only['id']}", old)
    assert refused.status_code == 403 and refused.json()["type"].endswith("step_up_required")
    assert person.post("/auth/change-password", old, json={"current_password": PASSWORD, "new_password": "nine lanterns by the river"}).status_code == 403
    fresh = person.sign_in().json()["access_token"]
    assert len(person.post("/auth/recovery-codes", fresh, json={"password": PASSWORD}).json()["recovery_codes"]) == 10
    assert person.post("/auth/change-password", fresh, json={"current_password": PASSWORD, "new_password": "nine lanterns by the river"}).status_code == 200


def test_codes_may_join_a_passkey_and_leave_it(strict):
    person = PersonWithCodes(strict)
    token = person.login().json()["mfa_token"]
    key = Passkey()
    keys = Person.__new__(Person)
    keys.__dict__.update(server=strict, origin=strict.url.replace("127.0.0.1", "localhost"), email=person.email, id=person.id)
    made = keys.add(token, key)
    codes = made.json()["first"]["recovery_codes"]
    answer = person.enrol(made.json()["first"]["access_token"])
    assert answer["recovery_codes"] == []  # there are some already
    methods = person.login().json()["mfa_methods"]
    assert methods == ["totp", "passkey", "recovery_code"]
    gone = person.post("/auth/mfa/disable", answer["access_token"], json={"password": PASSWORD, "code": person.code()})
    assert gone.status_code == 204, gone.text
    asked = person.login().json()
    assert asked["mfa_methods"] == ["passkey", "recovery_code"]
    assert person.post("/auth/mfa/verify", json={"mfa_token": asked["mfa_token"], "code": codes[0]}).status_code == 200
    letters = person.told(f"select string_agg(kind, ' ' order by created_at) from mail_outbox where kind like 'mfa%' and org_id = (select org_id from users where id = '{person.id}')")
    assert letters.strip() == "mfa_on mfa_changed mfa_changed"
