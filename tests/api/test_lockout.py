"""Lockout: five wrong passwords lock an account, whoever asks how fast; nobody learns from it whether an account exists."""
import concurrent.futures
import hashlib
import uuid

import httpx
import pytest

from conftest import PASSWORD, Tenant


def sign_in(server, email, password):
    return httpx.post(server.url + "/api/v1/auth/login", json={"email": email, "password": password}, timeout=60)


@pytest.fixture
def person(server):
    return Tenant(server)


def counters(server, person):
    out = server.psql("postgres", f"select failed_login_attempts, lockout_until is not null, lockout_level, version from users where email = '{person.email}'")
    attempts, locked, level, version = out.stdout.strip().split("|")
    return int(attempts), locked == "t", int(level), int(version)


def let_pass(server, person, minutes):
    """The clock cannot be moved, so what is kept is moved back."""
    assert server.psql("postgres", f"""update users set lockout_until = lockout_until - interval '{minutes} minutes',
        locked_at = locked_at - interval '{minutes} minutes' where email = '{person.email}'""").returncode == 0


def fail_five(server, email):
    return [sign_in(server, email, f"wrong guess number {i}") for i in range(5)]


def test_five_wrong_passwords_lock_and_the_right_one_is_refused_too(server, person):
    assert [answer.status_code for answer in fail_five(server, person.email)] == [401] * 5
    locked = sign_in(server, person.email, PASSWORD)
    assert locked.status_code == 423 and 840 <= int(locked.headers["Retry-After"]) <= 901
    assert "locked until" in locked.json()["detail"] and "UTC" in locked.json()["detail"]
    assert person.http.get("/auth/me").status_code == 200  # who is in stays in
    let_pass(server, person, 15)
    assert sign_in(server, person.email, PASSWORD).status_code == 200
    assert counters(server, person)[:2] == (0, False)


def test_again_within_a_day_it_is_longer_and_a_day_later_it_is_not(server, person):
    for minutes in (15, 30, 60, 60):
        fail_five(server, person.email)
        wait = int(sign_in(server, person.email, PASSWORD).headers["Retry-After"])
        assert minutes * 60 - 60 <= wait <= minutes * 60 + 1
        let_pass(server, person, minutes)
    let_pass(server, person, 24 * 60)
    fail_five(server, person.email)
    assert int(sign_in(server, person.email, PASSWORD).headers["Retry-After"]) <= 15 * 60 + 1


def test_success_clears_the_count_even_as_the_fifth_try(server, person):
    version = counters(server, person)[3]
    for _ in range(4):
        assert sign_in(server, person.email, "not this one, surely").status_code == 401
    assert sign_in(server, person.email, PASSWORD).status_code == 200
    assert counters(server, person) == (0, False, 0, version)  # signing in is no edit
    assert sign_in(server, person.email, "not this one, surely").status_code == 401
    assert sign_in(server, person.email, PASSWORD).status_code == 200


def test_fifty_guesses_at_once_get_five_checks(server, person):
    with concurrent.futures.ThreadPoolExecutor(25) as crowd:
        answers = list(crowd.map(lambda i: sign_in(server, person.email, f"guess {i} of many").status_code, range(50)))
    told = [status for status in answers if status != 503]  # 503: told to wait, not checked
    assert told.count(401) <= 5 and set(told) <= {401, 423}
    assert counters(server, person)[:3] == (5, True, 1)


def test_an_address_of_nobody_is_answered_alike(server, person):
    nobody = f"{uuid.uuid4().hex}@example.com"

    def told(answer):
        problem = answer.json()
        problem.pop("request_id")
        return answer.status_code, {**problem, "detail": "locked" if answer.status_code == 423 else problem["detail"]}

    mine, theirs = fail_five(server, person.email), fail_five(server, nobody)
    assert [told(answer) for answer in mine] == [told(answer) for answer in theirs]
    assert told(sign_in(server, person.email, "x" * 12)) == told(sign_in(server, nobody, "x" * 12))
    kept = server.psql("postgres", "select encode(email_hash, 'hex') from sign_in_strangers").stdout.split()
    assert hashlib.sha256(nobody.encode()).hexdigest() in kept


def test_an_administrator_of_the_own_organization_unlocks_and_it_is_on_record(server, person, tenant):
    colleague = person.registered["user"]["id"]
    fail_five(server, person.email)
    assert sign_in(server, person.email, PASSWORD).status_code == 423
    assert tenant.http.post(f"/users/{colleague}/unlock").status_code == 404
    assert sign_in(server, person.email, PASSWORD).status_code == 423
    assert person.http.post(f"/users/{colleague}/unlock").status_code == 204
    assert sign_in(server, person.email, PASSWORD).status_code == 200
    events = server.psql("postgres", f"select event, outcome from audit_log where org_id = '{person.org_id}'").stdout.split()
    assert events.count("login_failed|REFUSED") == 5 and events.count("lockout|OK") == 1 and events.count("unlock|OK") == 1


def test_the_tenants_role_cannot_set_how_long_or_count_beyond(server, person):
    as_tenant = f"set aic.org_id = '{person.org_id}'; "
    assert "permission denied" in server.psql("aic_tenant", as_tenant + "update users set lockout_level = 0").stderr
    assert "permission denied" in server.psql("aic_tenant", as_tenant + "select * from sign_in_strangers").stderr
    assert "permission denied" in server.psql("aic_tenant", as_tenant + "select sign_in_attempt('a', now())").stderr
    assert "check constraint" in server.psql("aic_system", f"update users set failed_login_attempts = 6 where email = '{person.email}'").stderr
