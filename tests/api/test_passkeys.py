"""Passkeys, by a software authenticator that plays the browser, too: adding, signing in with and without a password, and what an
attacker would send."""
import uuid
from concurrent.futures import ThreadPoolExecutor

import cbor2
import httpx
import pytest

from authenticator import BACKED_UP, ELIGIBLE, EXTENSIONS, PRESENT, VERIFIED, Passkey, decode, encode
from conftest import PASSWORD, Server


@pytest.fixture(scope="module")
def strict():
    """A server as it is by default: whoever must have a second factor must."""
    running = Server(environment={"AIC_MFA": "required"})
    yield running
    running.remove()


class Person:
    def __init__(self, server, role="ADMIN"):
        self.server, self.origin = server, server.url.replace("127.0.0.1", "localhost")
        self.email = f"{uuid.uuid4().hex}@example.com"
        body = {"organization": f"Org {uuid.uuid4().hex[:8]}", "name": "Ada", "email": self.email, "password": PASSWORD}
        made = self.post("/auth/register", json=body)
        assert made.status_code == 201, made.text
        self.id = made.json()["user"]["id"]
        if role != "ADMIN":
            self.told(f"set session_replication_role = replica; update users set role = '{role}' where id = '{self.id}'")

    def ask(self, method, path, token=None, **more):
        headers = {"Host": self.origin.removeprefix("http://"), **({"Authorization": f"Bearer {token}"} if token else {}), **more.pop("headers", {})}
        return httpx.request(method, self.server.url + "/api/v1" + path, headers=headers, timeout=60, **more)

    def post(self, path, token=None, **more):
        return self.ask("POST", path, token, **more)

    def login(self):
        return self.post("/auth/login", json={"email": self.email, "password": PASSWORD})

    def challenge(self):
        answer = self.login().json()
        assert answer["mfa_required"] is True, answer
        return answer["mfa_token"]

    def begin(self, token, **body):
        answer = self.post("/auth/passkeys/options", token, json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def add(self, token, passkey, options=None, name="Key", **wrong):
        options = options or self.begin(token)
        return self.post("/auth/passkeys", token, json={"name": name, "credential": passkey.create(options, self.origin, **wrong)})

    def enrol(self, passkey=None):
        """The first passkey; the session that comes of it is kept."""
        self.passkey = passkey or Passkey()
        answer = self.login().json()
        made = self.add(answer.get("mfa_token") or answer["access_token"], self.passkey)
        assert made.status_code == 201, made.text
        self.token, self.recovery = made.json()["first"]["access_token"], made.json()["first"]["recovery_codes"]
        return made.json()

    def options(self, mfa_token=None):
        answer = self.post("/auth/passkeys/sign-in/options", json={"mfa_token": mfa_token} if mfa_token else {})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def sign_in(self, passkey=None, mfa_token=None, options=None, edit=None, **wrong):
        options = options or self.options(mfa_token)
        shown = (passkey or self.passkey).get(options, self.origin, **wrong)
        if edit:
            edit(shown)
        return self.post("/auth/passkeys/sign-in", json={"credential": shown, **({"mfa_token": mfa_token} if mfa_token else {})})

    def told(self, sql):
        answer = self.server.psql("postgres", sql)
        assert answer.returncode == 0, answer.stderr
        return answer.stdout

    def unlock(self):
        self.told(f"update users set failed_login_attempts = 0, lockout_until = null where id = '{self.id}'")

    def events(self):
        return self.told(f"select event || ' ' || outcome from audit_log where org_id = (select org_id from users where id = '{self.id}')").split("\n")


@pytest.fixture
def person(strict):
    return Person(strict)


@pytest.fixture
def enrolled(person):
    person.enrol()
    return person


def test_a_passkey_counts_as_the_second_factor_that_is_a_duty(person):
    answer = person.login()
    assert set(answer.json()) == {"mfa_setup_required", "mfa_token"}
    token = answer.json()["mfa_token"]
    options = person.begin(token)
    assert options["rp"] == {"id": "localhost", "name": "AIC Platform"} and options["attestation"] == "none"
    assert [one["alg"] for one in options["pubKeyCredParams"]] == [-7, -8, -257] and options["excludeCredentials"] == []
    assert len(decode(options["challenge"])) == 32 and decode(options["user"]["id"]) == uuid.UUID(person.id).bytes
    passkey = Passkey()
    made = person.add(token, passkey, options, name="Blue key")
    assert made.status_code == 201, made.text
    assert made.json()["passkey"]["name"] == "Blue key" and len(made.json()["first"]["recovery_codes"]) == 10
    session = made.json()["first"]["access_token"]
    assert person.ask("GET", "/auth/me", session).status_code == 200 and made.cookies.get("aic_access")
    state = person.ask("GET", "/auth/mfa", session).json()
    assert state == {"enabled": True, "required": True, "methods": ["passkey", "recovery_code"], "recovery_codes_left": 10}
    assert person.post("/auth/passkeys/options", token, json={}).status_code == 401  # the token is spent
    asked = person.login().json()
    assert asked["mfa_required"] is True and asked["mfa_methods"] == ["passkey", "recovery_code"]
    allowed = person.options(asked["mfa_token"])
    assert allowed["allowCredentials"] == [{"type": "public-key", "id": encode(passkey.id), "transports": ["internal"]}]
    done = person.sign_in(passkey, asked["mfa_token"], allowed, flags=PRESENT, handle=False)  # user presence is enough here
    assert done.status_code == 200 and done.json()["access_token"], done.text
    assert {"passkey_setup OK", "passkey_added OK", "login OK"} <= set(person.events())


@pytest.mark.parametrize("algorithm", [-7, -8, -257])
def test_a_passkey_alone_signs_in(strict, algorithm):
    person = Person(strict)
    person.enrol(Passkey(algorithm, flags=PRESENT | VERIFIED | ELIGIBLE | BACKED_UP))
    options = person.options()
    assert options["allowCredentials"] == [] and options["userVerification"] == "required" and options["rpId"] == "localhost"
    done = person.sign_in(options=options)
    assert done.status_code == 200 and done.json()["user"]["email"] == person.email, done.text
    assert done.cookies.get("aic_refresh")
    listed = person.ask("GET", "/auth/passkeys", done.json()["access_token"]).json()["items"]
    assert len(listed) == 1 and listed[0]["last_used_at"] and listed[0]["backed_up"] is True


def tampered(shown):
    signature = bytearray(decode(shown["response"]["signature"]))
    signature[-1] ^= 1
    shown["response"]["signature"] = encode(bytes(signature))


WRONG_ANSWERS = {
    "another origin": {"origin": "https://evil.example"}, "the address": {"origin": "http://127.0.0.1:1"}, "another site": {"rp_id": "evil.example"},
    "another port": {"origin": "http://localhost:1"},
    "made for creating": {"kind": "webauthn.create"}, "a challenge of nobody": {"challenge": encode(bytes(32))}, "a tampered signature": {"edit": tampered},
    "nobody there": {"flags": VERIFIED}, "nobody verified": {"flags": PRESENT}, "backed up without": {"flags": PRESENT | VERIFIED | BACKED_UP},
    "eligible now": {"flags": PRESENT | VERIFIED | ELIGIBLE}, "trailing bytes": {"tail": b"\0"}, "framed": {"crossOrigin": True},
    "below another site": {"topOrigin": "https://evil.example"}, "no user handle": {"handle": False}, "another's handle": {"handle": bytes(16)},
    "extensions cut short": {"flags": PRESENT | VERIFIED | EXTENSIONS, "tail": b"\xa1"},
}


@pytest.mark.parametrize("what", WRONG_ANSWERS)
def test_a_wrong_answer_does_not_sign_in(enrolled, what):
    wrong = dict(WRONG_ANSWERS[what])
    origin, edit = wrong.pop("origin", enrolled.origin), wrong.pop("edit", None)
    shown = enrolled.passkey.get(enrolled.options(), origin, **wrong)
    if edit:
        edit(shown)
    refused = enrolled.post("/auth/passkeys/sign-in", json={"credential": shown})
    assert refused.status_code == 401 and "not accepted" in refused.json()["detail"], refused.text
    assert not refused.cookies
    assert enrolled.sign_in().status_code == 200  # the right one still does


def test_an_answer_is_good_once(enrolled):
    options = enrolled.options()
    shown = enrolled.passkey.get(options, enrolled.origin)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: enrolled.post("/auth/passkeys/sign-in", json={"credential": shown}).status_code, range(4)))
    assert sorted(answers) == [200, 401, 401, 401]
    assert enrolled.sign_in(options=options).status_code == 401  # another signature of the same challenge


def test_a_wrong_answer_spends_its_challenge(enrolled):
    options = enrolled.options()
    assert enrolled.sign_in(options=options, edit=tampered).status_code == 401
    assert enrolled.sign_in(options=options).status_code == 401


def test_a_challenge_runs_out_and_is_for_one_purpose_and_one_person(strict, enrolled):
    late = enrolled.options()
    strict.psql("postgres", "update webauthn_challenges set expires_at = now() - interval '1 second' where used_at is null")
    assert enrolled.sign_in(options=late).status_code == 401
    victim = Person(strict)
    victim.enrol()
    token = enrolled.challenge()
    alone, with_password, of_another = enrolled.options(), enrolled.options(token), victim.options(victim.challenge())
    assert enrolled.sign_in(options=with_password).status_code == 401
    assert enrolled.sign_in(mfa_token=token, options=alone).status_code == 401
    assert enrolled.sign_in(mfa_token=token, options=of_another).status_code == 401
    enrolled.unlock()
    begun = enrolled.begin(enrolled.token)
    assert enrolled.sign_in(options={**begun, "rpId": "localhost"}).status_code == 401
    assert enrolled.sign_in(mfa_token=enrolled.challenge()).status_code == 200
    foreign = victim.begin(victim.token)
    refused = enrolled.add(enrolled.token, Passkey(), foreign)
    assert refused.status_code == 422 and refused.json()["errors"][0]["pointer"] == "/credential"


def test_the_passkey_of_somebody_else_is_no_second_factor(strict, enrolled):
    thief = Person(strict)
    thief.enrol()
    refused = thief.sign_in(thief.passkey, enrolled.challenge())
    assert refused.status_code == 401
    claimed = thief.passkey.copy()
    claimed.user_handle = enrolled.passkey.user_handle
    assert thief.sign_in(claimed).status_code == 401
    assert thief.sign_in().json()["user"]["id"] == thief.id


def test_a_counter_that_goes_back_is_a_copy(strict):
    person = Person(strict)
    person.enrol(Passkey(sign_count=5))
    assert person.sign_in(count=6).status_code == 200
    assert person.sign_in(count=6).status_code == 401
    assert person.sign_in(count=3).status_code == 401
    assert "passkey_counter_back REFUSED" in person.events()
    assert person.sign_in(count=9).status_code == 200
    refused = strict.psql("postgres", f"update webauthn_credentials set sign_count = 1 where user_id = '{person.id}'")
    assert refused.returncode != 0 and "counter" in refused.stderr
    refused = strict.psql("postgres", f"update webauthn_credentials set public_key = public_key || '\\x00' where user_id = '{person.id}'")
    assert refused.returncode != 0 and "made anew" in refused.stderr


def test_wrong_answers_lock_as_wrong_codes_do(enrolled):
    token = enrolled.challenge()
    answers = [enrolled.sign_in(mfa_token=token, edit=tampered).status_code for _ in range(3)] + [enrolled.sign_in(edit=tampered).status_code for _ in range(2)]
    assert answers == [401] * 5
    assert enrolled.sign_in().status_code == 423 and enrolled.login().status_code == 423
    assert "lockout OK" in enrolled.events() and "passkey_failed REFUSED" in enrolled.events()


def test_nobody_learns_whose_a_passkey_is(enrolled):
    stranger = Passkey()
    stranger.user_handle = uuid.uuid4().bytes
    unknown, tampered_one = enrolled.sign_in(stranger), enrolled.sign_in(edit=tampered)
    assert unknown.status_code == tampered_one.status_code == 401 and unknown.json()["detail"] == tampered_one.json()["detail"]
    assert enrolled.post("/auth/passkeys/sign-in/options", json={"mfa_token": "nobody's"}).status_code == 401


EC_KEY = Passkey().cose_key()
WRONG_KEYS = {
    "not on the curve": {**EC_KEY, -3: bytes(32)}, "short": {**EC_KEY, -2: EC_KEY[-2][:31]}, "another curve": {**EC_KEY, -1: 2},
    "another algorithm": {**EC_KEY, 3: -35}, "a member too many": {**EC_KEY, -4: b"private"}, "a member too few": {1: 2, 3: -7, -1: 1, -2: bytes(32)},
    "a small RSA key": {1: 3, 3: -257, -1: b"\xff" * 128, -2: b"\1\0\1"}, "an even RSA exponent": {1: 3, 3: -257, -1: b"\xff" * 256, -2: b"\1\0\0"},
    "a list": [1, 2], "words": {"kty": 2},
}
WRONG_ATTESTATIONS = {
    "nothing": b"", "no CBOR": b"\xff\xff\xff", "cut short": b"\xa3\x63fmt", "a list": cbor2.dumps([1]), "no data": cbor2.dumps({"fmt": "none", "attStmt": {}}),
    "data of no length": cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": b""}), "a huge map": b"\xbb\x7f\xff\xff\xff\xff\xff\xff\xff",
    "nested": b"\xa3\x67attStmt\xa1\x00" + b"\x81" * 5000, "no definite length": b"\xbf\x63fmt\x64none\xff",
}


def test_what_is_no_passkey_is_not_added(enrolled):
    cases = [({"cose": cbor2.dumps(key)}, what) for what, key in WRONG_KEYS.items()]
    cases += [({"attestation": data}, what) for what, data in WRONG_ATTESTATIONS.items()]
    cases += [({"rp_id": "evil.example"}, "site"), ({"kind": "webauthn.get"}, "kind"), ({"flags": VERIFIED}, "nobody there"), ({"tail": b"\0"}, "trailing"),
              ({"statement": {"x": 1}}, "a statement of none"), ({"credential_id": b"short"}, "short id"), ({"credential_id": bytes(1024)}, "long id"),
              ({"flags": PRESENT | BACKED_UP}, "backed up without"), ({"crossOrigin": True}, "framed")]
    for wrong, what in cases:
        refused = enrolled.add(enrolled.token, Passkey(), **wrong)
        assert refused.status_code == 422, (what, refused.text)
        assert refused.json()["errors"][0]["pointer"].startswith("/credential"), what
    evil = Passkey().create(enrolled.begin(enrolled.token), "https://evil.example")
    assert enrolled.post("/auth/passkeys", enrolled.token, json={"name": "Key", "credential": evil}).status_code == 422
    options = enrolled.begin(enrolled.token)
    long = Passkey().create(options, enrolled.origin)
    long["response"]["attestationObject"] = "A" * 30000
    assert enrolled.post("/auth/passkeys", enrolled.token, json={"name": "Key", "credential": long}).status_code == 422
    long["response"]["attestationObject"] = "A" * 100000
    assert enrolled.post("/auth/passkeys", enrolled.token, json={"name": "Key", "credential": long}).status_code == 413
    assert len(enrolled.ask("GET", "/auth/passkeys", enrolled.token).json()["items"]) == 1


def test_a_statement_of_another_format_is_let_in(enrolled):
    made = enrolled.add(enrolled.token, Passkey(), fmt="packed", statement={"alg": -7, "sig": b"whatever"})
    assert made.status_code == 201 and "first" not in made.json(), made.text


def test_an_id_is_one_passkey_on_the_whole_platform(strict, enrolled):
    other = Person(strict)
    other.enrol()
    refused = other.add(other.token, Passkey(), credential_id=enrolled.passkey.id)
    assert refused.status_code == 409 and "registered" in refused.json()["detail"] + refused.text


def test_passkeys_are_named_listed_and_removed_by_their_owner_alone(strict, enrolled):
    second = enrolled.add(enrolled.token, Passkey(), name="Second").json()["passkey"]
    assert enrolled.begin(enrolled.token)["excludeCredentials"][0]["id"] == encode(enrolled.passkey.id)
    foreign = Person(strict)
    foreign.enrol()
    path = f"/auth/passkeys/{second['id']}"
    assert foreign.ask("PATCH", path, foreign.token, json={"name": "Mine"}).status_code == 404
    assert foreign.ask("DELETE", path, foreign.token).status_code == 404
    renamed = enrolled.ask("PATCH", path, enrolled.token, json={"name": "Telephone"})
    assert renamed.status_code == 200 and renamed.json()["name"] == "Telephone"
    assert [one["name"] for one in enrolled.ask("GET", "/auth/passkeys", enrolled.token).json()["items"]] == ["Key", "Telephone"]
    assert enrolled.ask("DELETE", path, enrolled.token).status_code == 204
    assert enrolled.ask("DELETE", path, enrolled.token).status_code == 404
    last = enrolled.ask("GET", "/auth/passkeys", enrolled.token).json()["items"][0]
    refused = enrolled.ask("DELETE", f"/auth/passkeys/{last['id']}", enrolled.token)
    assert refused.status_code == 403 and "last" in refused.json()["detail"]
    assert enrolled.sign_in().status_code == 200


def test_of_the_last_two_removed_at_once_one_stays(enrolled):
    enrolled.add(enrolled.token, Passkey())
    ids = [one["id"] for one in enrolled.ask("GET", "/auth/passkeys", enrolled.token).json()["items"]]
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda one: enrolled.ask("DELETE", f"/auth/passkeys/{one}", enrolled.token).status_code, ids))
    assert sorted(answers) == [204, 403]


def test_who_may_choose_removes_the_last_one_and_its_recovery_codes(strict):
    person = Person(strict, "VIEWER")
    person.enrol()
    only = person.ask("GET", "/auth/passkeys", person.token).json()["items"][0]
    assert person.ask("DELETE", f"/auth/passkeys/{only['id']}", person.token).status_code == 204
    assert person.ask("GET", "/auth/mfa", person.token).json() == {"enabled": False, "required": False, "methods": [], "recovery_codes_left": 0}
    assert "access_token" in person.login().json()
    assert person.sign_in().status_code == 401


def test_a_recovery_code_stands_in_for_a_passkey(enrolled):
    answer = enrolled.post("/auth/mfa/verify", json={"mfa_token": enrolled.challenge(), "code": enrolled.recovery[0]})
    assert answer.status_code == 200, answer.text


def test_a_password_alone_cannot_add_a_factor_where_there_is_one(strict):
    """A sign-in that began before the first factor was there does not add a second one."""
    person = Person(strict)
    stale = person.login().json()["mfa_token"]
    options = person.begin(stale)
    person.enrol()
    assert person.post("/auth/passkeys/options", stale, json={}).status_code == 409
    assert person.post("/auth/mfa/setup", stale, json={}).status_code == 409
    assert person.add(stale, Passkey(), options).status_code == 409


def test_sessions_that_began_without_it_end(strict):
    person = Person(strict, "VIEWER")
    first = person.login().json()["access_token"]
    person.enrol()
    assert person.ask("GET", "/auth/me", first).status_code == 401
    assert person.ask("GET", "/auth/me", person.token).status_code == 200


def test_a_site_without_a_name_has_no_passkeys(strict, person):
    for host in (strict.url.removeprefix("http://"), "evil.example", "[::1]"):
        refused = person.post("/auth/passkeys/sign-in/options", json={}, headers={"Host": host})
        assert refused.status_code == 409 and "localhost" in refused.json()["detail"], host


def test_the_site_is_the_public_address_and_no_host_header():
    running = Server(environment={"AIC_PUBLIC_URL": "https://AIC.example:443/"})
    try:
        answer = httpx.post(running.url + "/api/v1/auth/passkeys/sign-in/options", json={}, headers={"Host": "localhost:1"})
        assert answer.json()["rpId"] == "aic.example"
    finally:
        running.remove()


def test_a_tenants_own_transaction_sees_no_key_and_no_challenge(enrolled):
    org = enrolled.told(f"select org_id from users where id = '{enrolled.id}'").strip()
    for sql in ("select public_key from webauthn_credentials", "select credential_id from webauthn_credentials", "select * from webauthn_challenges",
                "delete from webauthn_credentials", "insert into webauthn_credentials (name) values ('x')", "update webauthn_credentials set user_id = new_id()"):
        refused = enrolled.server.psql("aic_tenant", f"begin; select set_config('aic.org_id', '{org}', true); {sql}")
        assert refused.returncode != 0 and "permission denied" in refused.stderr, sql
    seen = enrolled.server.psql("aic_tenant", f"begin; select set_config('aic.org_id', '{uuid.uuid4()}', true); select count(*) from webauthn_credentials")
    assert seen.stdout.split()[-1] == "0", seen
