"""The second factor: set up, asked for, once, within its window, locked, recovered, switched off; by a peer's codes (pyotp)."""
import re
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlparse

import httpx
import pyotp
import pytest

from conftest import PASSWORD, Server, Tenant
from people import Member


@pytest.fixture(scope="module")
def strict():
    """A server as it is by default: whoever must have a second factor must."""
    running = Server(environment={"AIC_MFA": "required"})
    yield running
    running.remove()


class Person:
    def __init__(self, server):
        self.server, self.email = server, f"{uuid.uuid4().hex}@example.com"
        body = {"organization": f"Org {uuid.uuid4().hex[:8]}", "name": "Ada", "email": self.email, "password": PASSWORD}
        made = self.post("/auth/register", json=body)
        assert made.status_code == 201, made.text
        self.id = made.json()["user"]["id"]

    def post(self, path, token=None, **more):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.post(self.server.url + "/api/v1" + path, headers=headers, timeout=60, **more)

    def get(self, path, token):
        return httpx.get(self.server.url + "/api/v1" + path, headers={"Authorization": f"Bearer {token}"}, timeout=60)

    def login(self, password=PASSWORD):
        return self.post("/auth/login", json={"email": self.email, "password": password})

    def enrol(self, token):
        self.secret = self.post("/auth/mfa/setup", token).json()["secret"]
        answer = self.post("/auth/mfa/enable", token, json={"code": self.code()})
        assert answer.status_code == 200, answer.text
        self.recovery = answer.json()["recovery_codes"]
        self.forget_used()
        return answer.json()

    def code(self, steps=0):
        """The code of now, or so many steps later; not in the last second of a step, which might be over when it arrives."""
        while time.time() % 30 > 28:
            time.sleep(0.1)
        return pyotp.TOTP(self.secret).at(time.time() + 30 * steps)

    def wrong_code(self):
        good = {self.code(steps) for steps in (-2, -1, 0, 1, 2)}
        return next(code for code in (f"{n:06d}" for n in range(10)) if code not in good)

    def forget_used(self):
        """As if the code just used were of long ago."""
        self.server.psql("postgres", f"set session_replication_role = replica; update users set mfa_last_counter = 0 where id = '{self.id}'")

    def challenge(self):
        answer = self.login()
        assert answer.status_code == 200 and answer.json().get("mfa_required") is True, answer.text
        return answer.json()["mfa_token"]

    def verify(self, code, token=None):
        return self.post("/auth/mfa/verify", json={"mfa_token": token or self.challenge(), "code": code})

    def told(self, sql):
        answer = self.server.psql("postgres", sql)
        assert answer.returncode == 0, answer.stderr
        return answer.stdout

    def counters(self):
        return self.told(f"select failed_login_attempts, lockout_until is null from users where id = '{self.id}'")


def aged(server, signed_in):
    """The access token of a session that was proven ten minutes ago."""
    user = signed_in.json()["user"]["id"]
    server.psql("postgres", f"update sessions set authenticated_at = now() - interval '10 minutes' where user_id = '{user}'")
    again = httpx.post(server.url + "/api/v1/auth/refresh", cookies={"aic_refresh": signed_in.cookies["aic_refresh"]}, headers={"Origin": server.url})
    assert again.status_code == 200, again.text
    return again.json()["access_token"]


@pytest.fixture
def person(strict):
    return Person(strict)


@pytest.fixture
def enrolled(person):
    person.enrol(person.login().json()["mfa_token"])
    return person


def test_an_administrator_without_a_second_factor_gets_only_its_set_up(person):
    answer = person.login()
    assert answer.status_code == 200 and set(answer.json()) == {"mfa_setup_required", "mfa_token"} and answer.json()["mfa_setup_required"] is True
    assert not answer.cookies
    token = answer.json()["mfa_token"]
    for path in ("/auth/me", "/systems", "/auth/sessions"):
        assert person.get(path, token).status_code == 401, path
    assert person.post("/auth/mfa/verify", json={"mfa_token": token, "code": "123456"}).status_code == 401
    made = person.post("/auth/mfa/setup", token)
    assert made.status_code == 200, made.text
    uri = urlparse(made.json()["otpauth_uri"])
    assert (uri.scheme, uri.netloc) == ("otpauth", "totp") and parse_qs(uri.query)["secret"] == [made.json()["secret"]]
    assert pyotp.parse_uri(made.json()["otpauth_uri"]).secret == made.json()["secret"] and len(made.json()["secret"]) == 32
    assert made.json()["qr_svg"].startswith("<svg ") and "<script" not in made.json()["qr_svg"]
    person.secret = made.json()["secret"]
    wrong = person.post("/auth/mfa/enable", token, json={"code": person.wrong_code()})
    assert wrong.status_code == 422 and wrong.json()["errors"][0]["pointer"] == "/code"
    done = person.post("/auth/mfa/enable", json={"mfa_token": token, "code": person.code()})
    assert done.status_code == 200, done.text
    assert len(set(done.json()["recovery_codes"])) == 10 and all(re.fullmatch(r"([A-Z2-7]{4}-){5}[A-Z2-7]{4}", code) for code in done.json()["recovery_codes"])
    assert person.get("/auth/me", done.json()["access_token"]).status_code == 200
    assert person.get("/auth/mfa", done.json()["access_token"]).json() == {"enabled": True, "required": True, "methods": ["totp", "recovery_code"], "recovery_codes_left": 10}
    assert person.post("/auth/mfa/enable", token, json={"code": person.code(1)}).status_code == 401  # the token is spent
    assert person.login().json().keys() == {"mfa_required", "mfa_token", "mfa_methods"}


def test_the_secret_is_sealed_and_the_codes_are_hashed(enrolled):
    sealed = enrolled.told(f"select encode(mfa_secret, 'hex') from users where id = '{enrolled.id}'").strip()
    assert pyotp.TOTP(enrolled.secret).byte_secret().hex() not in sealed and len(sealed) > 100
    everything = enrolled.told(f"select * from mfa_recovery_codes where user_id = '{enrolled.id}'")
    assert not any(code in everything or code.replace("-", "") in everything for code in enrolled.recovery)


def test_a_code_is_good_once_and_only_in_its_window(enrolled):
    assert enrolled.verify(enrolled.code(-2)).status_code == 401  # sixty seconds late
    assert enrolled.verify(enrolled.code(2)).status_code == 401
    late = enrolled.verify(enrolled.code(-1))
    assert late.status_code == 200 and late.json()["access_token"], late.text
    code = enrolled.code()
    assert enrolled.verify(code).status_code == 200
    assert enrolled.verify(code).status_code == 401  # again
    assert enrolled.verify(enrolled.code(-1)).status_code == 401  # an older one than the last
    assert enrolled.verify(enrolled.code(1)).status_code == 200  # a clock that is ahead


def test_of_many_who_show_one_code_at_once_one_gets_in(enrolled):
    tokens = [enrolled.challenge() for _ in range(4)]
    code = enrolled.code()
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda token: enrolled.verify(code, token).status_code, tokens))
    assert sorted(answers) == [200, 401, 401, 401]


def test_a_recovery_code_stands_in_once(enrolled):
    code = enrolled.recovery[3]
    answer = enrolled.verify(code.lower().replace("-", " "))
    assert answer.status_code == 200, answer.text
    assert enrolled.get("/auth/mfa", answer.json()["access_token"]).json()["recovery_codes_left"] == 9
    assert enrolled.verify(code).status_code == 401
    assert "recovery_code_used" in enrolled.told(f"select event from audit_log where subject_id = '{enrolled.id}'")


def test_five_wrong_codes_lock_whatever_the_password(enrolled):
    tokens = [enrolled.challenge() for _ in range(6)]  # right passwords count for nothing, and clear nothing
    for token in tokens[:5]:
        assert enrolled.verify(enrolled.wrong_code(), token).status_code == 401
    locked = enrolled.verify(enrolled.code(), tokens[5])
    assert locked.status_code == 423 and int(locked.headers["retry-after"]) > 800
    assert enrolled.login().status_code == 423
    assert enrolled.counters().split() == ["5|f"]


def test_right_passwords_between_give_no_more_codes_to_try(enrolled):
    for _ in range(4):
        assert enrolled.verify(enrolled.wrong_code()).status_code == 401
    assert enrolled.counters().split() == ["4|t"]
    assert enrolled.verify(enrolled.code()).status_code == 200
    assert enrolled.counters().split() == ["0|t"]


def test_a_token_is_good_for_five_codes_and_five_minutes(person):
    token = person.login().json()["mfa_token"]
    person.secret = person.post("/auth/mfa/setup", token).json()["secret"]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: person.post("/auth/mfa/enable", token, json={"code": person.wrong_code()}).status_code, range(8)))
    assert sorted(answers) == [401, 401, 401] + [422] * 5
    assert person.post("/auth/mfa/enable", token, json={"code": person.code()}).status_code == 401
    token = person.login().json()["mfa_token"]
    person.server.psql("postgres", f"update mfa_challenges set expires_at = now() - interval '1 second' where user_id = '{person.id}'")
    assert person.post("/auth/mfa/setup", token).status_code == 401


def test_where_it_is_a_duty_it_cannot_be_switched_off(enrolled):
    token = enrolled.verify(enrolled.code()).json()["access_token"]
    refused = enrolled.post("/auth/mfa/disable", token, json={"password": PASSWORD, "code": enrolled.code(1)})
    assert refused.status_code == 403 and "role" in refused.json()["detail"]


def test_a_session_of_before_the_duty_cannot_be_continued(strict):
    person = Person(strict)
    person.enrol(person.login().json()["mfa_token"])
    signed_in = person.verify(person.code())
    strict.psql("postgres", f"update users set mfa_enabled = false where id = '{person.id}'")
    again = httpx.post(strict.url + "/api/v1/auth/refresh", cookies={"aic_refresh": signed_in.cookies["aic_refresh"]}, headers={"Origin": strict.url})
    assert again.status_code == 401, again.text


def test_a_grant_makes_it_a_duty_whatever_the_role(strict):
    """Somebody who may decide about people is asked for one, be the role a viewer's."""
    admin = Person(strict)
    admin.http = httpx.Client(base_url=strict.url + "/api/v1", timeout=60)
    admin.http.headers["Authorization"] = "Bearer " + admin.enrol(admin.login().json()["mfa_token"])["access_token"]
    admin.http.cookies.clear()
    viewer = Member(admin)
    capabilities = f"/users/{viewer.id}/capabilities"

    def permit(names, version, role=None):
        body = {"role_id": role, "capabilities": [{"capability": name, "is_granted": True} for name in names]}
        answer = admin.http.put(capabilities, json=body, headers={"If-Match": f'"{version}"'})
        assert answer.status_code == 200, answer.text
        return answer.json()["version"]

    version = permit(["run_analysis"], 0)  # what an auditor may do, too
    again = viewer.refresh()
    assert again.status_code == 200, again.text
    viewer.started(again)
    assert viewer.http.get("/auth/mfa").json()["required"] is False
    version = permit(["manage_users"], version)
    assert viewer.refresh().status_code == 401
    assert set(viewer.sign_in().json()) == {"mfa_setup_required", "mfa_token"}
    assert admin.http.get(f"/users/{viewer.id}").json()["mfa_required"] is True
    version = permit([], version)
    assert "access_token" in viewer.sign_in().json()
    made = admin.http.post("/roles", json={"name": f"Desk {uuid.uuid4().hex[:8]}", "capabilities": ["manage_keys"]}).json()
    permit([], version, role=made["id"])
    assert viewer.refresh().status_code == 401 and "mfa_setup_required" in viewer.sign_in().json()


def test_who_may_choose_chooses_and_may_change_his_mind(server):
    person = Person(server)
    server.psql("postgres", f"set session_replication_role = replica; update users set role = 'VIEWER' where id = '{person.id}'")
    token = person.login().json()["access_token"]
    assert person.get("/auth/mfa", token).json() == {"enabled": False, "required": False, "methods": [], "recovery_codes_left": 0}
    fresh = person.enrol(token)["access_token"]
    assert person.get("/auth/me", token).status_code == 401  # what began without it has ended
    old_codes = person.recovery
    renewed = person.post("/auth/recovery-codes", fresh, json={"password": PASSWORD, "code": person.code()})
    assert renewed.status_code == 200 and not set(old_codes) & set(renewed.json()["recovery_codes"])
    assert person.verify(old_codes[0]).status_code == 401
    person.forget_used()
    wrong = person.post("/auth/mfa/disable", fresh, json={"password": "not the password", "code": person.code()})
    assert wrong.status_code == 422 and wrong.json()["errors"][0]["pointer"] == "/password"
    wrong = person.post("/auth/mfa/disable", fresh, json={"password": PASSWORD, "code": person.wrong_code()})
    assert wrong.status_code == 422 and wrong.json()["errors"][0]["pointer"] == "/code"
    assert person.post("/auth/mfa/disable", fresh, json={"password": PASSWORD, "code": person.code()}).status_code == 204
    assert "access_token" in person.login().json()


def test_a_session_of_a_while_ago_proves_too_little_for_a_set_up(server):
    person = Person(server)
    token = aged(server, person.login())
    refused = person.post("/auth/mfa/setup", token)
    assert refused.status_code == 422 and refused.json()["errors"][0]["pointer"] == "/password"
    assert person.post("/auth/mfa/setup", token, json={"password": "not the password"}).status_code == 422
    assert person.post("/auth/mfa/setup", token, json={"password": PASSWORD}).status_code == 200


def test_a_session_and_the_token_of_somebody_else_do_not_mix(strict, enrolled):
    victim = Person(strict)
    session = enrolled.verify(enrolled.code()).json()["access_token"]
    stolen = victim.login().json()["mfa_token"]
    assert enrolled.post("/auth/mfa/setup", session, json={"mfa_token": stolen}).status_code == 409
    assert enrolled.post("/auth/mfa/setup").status_code == 401
    assert enrolled.post("/auth/mfa/setup", "nonsense").status_code == 401


def test_the_database_itself_keeps_a_used_code_used(enrolled):
    enrolled.verify(enrolled.code())
    enrolled.verify(enrolled.recovery[0])
    for change in (f"update users set mfa_last_counter = 0 where id = '{enrolled.id}'",
                   f"update mfa_recovery_codes set used_at = null where user_id = '{enrolled.id}' and used_at is not null"):
        refused = enrolled.server.psql("postgres", change)
        assert refused.returncode != 0 and "good" in refused.stderr


def test_the_log_of_events_tells_it_all(enrolled):
    enrolled.verify(enrolled.wrong_code())
    enrolled.verify(enrolled.code())
    org = enrolled.told(f"select org_id from users where id = '{enrolled.id}'").strip()
    events = enrolled.told(f"select event || ' ' || outcome from audit_log where org_id = '{org}'").split("\n")
    assert {"mfa_asked OK", "mfa_setup OK", "mfa_enabled OK", "mfa_failed REFUSED", "login OK"} <= set(events)


def test_sessions_are_listed_and_ended_by_their_owner_alone(server):
    mine, foreign = Tenant(server), Tenant(server)
    first = mine.token
    mine.sign_in()
    listed = mine.http.get("/auth/sessions").json()["items"]
    assert len(listed) == 2 and [one["is_current"] for one in listed] == [True, False]
    assert foreign.http.delete(f"/auth/sessions/{listed[1]['id']}").status_code == 404
    assert httpx.get(server.url + "/api/v1/auth/me", headers={"Authorization": f"Bearer {first}"}).status_code == 200
    assert mine.http.delete(f"/auth/sessions/{listed[1]['id']}").status_code == 204
    assert httpx.get(server.url + "/api/v1/auth/me", headers={"Authorization": f"Bearer {first}"}).status_code == 401
    assert mine.http.delete(f"/auth/sessions/{listed[1]['id']}").status_code == 404
    second = mine.token
    mine.sign_in()
    assert mine.http.post("/auth/sessions/revoke-others").json() == {"ended": 1}
    assert httpx.get(server.url + "/api/v1/auth/me", headers={"Authorization": f"Bearer {second}"}).status_code == 401
    assert mine.http.get("/auth/me").status_code == 200 and foreign.http.get("/auth/me").status_code == 200


def test_a_password_is_changed_by_who_knows_the_old_one_and_other_sessions_end(server):
    mine = Tenant(server)
    first = mine.token
    mine.sign_in()
    new = "a lantern beside nine rivers"
    for body, pointer in (({"current_password": "not the password", "new_password": new}, "/current_password"),
                          ({"current_password": PASSWORD, "new_password": "password1234"}, "/new_password"),
                          ({"current_password": PASSWORD, "new_password": PASSWORD}, "/new_password"),
                          ({"current_password": PASSWORD, "new_password": "short"}, "/new_password")):
        refused = mine.http.post("/auth/change-password", json=body)
        assert refused.status_code == 422 and refused.json()["errors"][0]["pointer"] == pointer, refused.text
    changed = mine.http.post("/auth/change-password", json={"current_password": PASSWORD, "new_password": new})
    assert changed.status_code == 200 and changed.json() == {"ended": 1}, changed.text
    assert mine.http.get("/auth/me").status_code == 200
    assert httpx.get(server.url + "/api/v1/auth/me", headers={"Authorization": f"Bearer {first}"}).status_code == 401
    assert mine.http.post("/auth/login", json={"email": mine.email, "password": PASSWORD}).status_code == 401
    assert mine.http.post("/auth/login", json={"email": mine.email, "password": new}).status_code == 200
