"""The logs of the whole run are looked at when each server is put away (conftest's check_log). Here: that this finds what it should,
and that no server of any test escapes it."""
import re
import uuid

import httpx
import pytest

import log_secrets
from conftest import PASSWORD, ROOT, Server, Tenant, wire


@pytest.mark.parametrize("line", [
    "somebody@example.com signed in", "token eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.eyJ", "key aic_live_abcdef0123456789", "Cookie: aic_refresh=abc", "Authorization: Bearer abcdefgh12345678", "otpauth://totp/x?secret=y",
    "code ABCD-EFGH-2345-WXYZ", "-----BEGIN PRIVATE KEY-----", "hash $argon2id$v=19", "whsec_abcdef", "postgres://user:secret@host/db",
])
def test_each_shape_is_found(line):
    assert list(log_secrets.found_in(f'{{"message":"{line}"}}'))


def test_what_is_no_secret_is_not_found():
    assert list(log_secrets.found_in('{"at":"2026-01-02T03:04:05Z","request_id":"0199d1a2-6d7e-7000-8000-000000000000","route":"/auth/login","status":200,"active_kid":"2529a2be6eceafc90fada74936ff1924"}')) == []


def test_the_wire_knows_what_went_over_it(server):
    """Each kind of secret of signing in, by its value."""
    person = Tenant(server)
    setup = person.http.post("/auth/mfa/setup", json={}).json()
    kept = wire.words | wire.phrases
    for secret in (PASSWORD, person.token.rsplit(".", 1)[-1], person.refresh_cookie, setup["secret"]):
        assert secret in kept
        assert list(log_secrets.found_in(f'{{"message":"it was {secret}"}}', wire)), secret


def test_a_log_that_holds_one_is_noticed():
    one = Server()
    try:
        person = Tenant(one)
        one.check_log()
        with open(one.data / "log", "a", encoding="utf-8") as log:
            log.write(f'{{"event":"refreshed","with":"{person.refresh_cookie}"}}\n')
        with pytest.raises(AssertionError, match="went over the wire"):
            one.check_log()
        with open(one.data / "log", "w", encoding="utf-8") as log:
            log.write("")
    finally:
        one.remove()


def test_what_people_send_is_in_no_line(server):
    """In every place of a request that a careless line might quote."""
    word = f"Okapi{uuid.uuid4().hex}"
    person = Tenant(server)
    person.http.get(f"/systems/{word}")
    person.http.get("/systems", params={"q": word, word: "x"})
    person.http.post("/systems", json={"name": word, "purpose": word, word: word})
    person.http.post("/systems", json={"name": word, "purpose": word})
    person.http.post("/systems", content=f'{{"name": "{word}', headers={"Content-Type": "application/json"})
    person.http.post("/incidents", json={"title": word, "description": word, "category": "BIAS"})
    person.http.post("/analyze?protected=" + word, content=f"{word},y\n{word},1\n", headers={"Content-Type": "text/csv"})
    httpx.post(server.url + "/api/v1/auth/login", json={"email": f"{word}@example.com", "password": word})
    httpx.post(server.url + "/api/v1/incidents/public", json={"organization": word, "title": word, "description": word, "category": "BIAS", "email": f"{word}@example.com"})
    httpx.get(server.url + f"/api/v1/cases/INC-AAAAAAAA?secret={word}", headers={"User-Agent": word, "Referer": word, "Cookie": f"x={word}"})
    told = (server.data / "log").read_text() + (server.data / "postgresql.log").read_text()
    quoted = [line for line in told.splitlines() if word in line]
    assert quoted == [], quoted[0]


def test_every_server_of_any_test_is_one_whose_log_is_looked_at():
    """Servers are started by conftest's Server and by tests/browser/run; the others end before they serve."""
    starts = {}
    for path in (ROOT / "tests").rglob("*"):
        if path.suffix in (".py", ".mjs", ".sh") or path.name == "run":
            count = len(re.findall(r"""aicd["']?\)?,? ["']?serve\b""", path.read_text()))
            if count:
                starts[str(path.relative_to(ROOT))] = count
    starts.pop("tests/api/test_logs.py", None)
    assert starts == {"tests/conftest.py": 1, "tests/browser/run": 1, "tests/api/test_server.py": 2, "tests/api/test_mail.py": 1, "tests/api/test_rates.py": 1}
    assert "log_secrets.py" in (ROOT / "tests/browser/run").read_text()
    in_c = [str(path) for path in (ROOT / "src").rglob("*test*.c") if re.search(r"\bhttp_start\(|aicd\b.*serve", path.read_text())]
    assert in_c == []  # a C test that serves needs to look at its log, too
