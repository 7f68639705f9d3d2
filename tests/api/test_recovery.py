"""Getting back in: links of letters that are good once and for one purpose, addresses confirmed and changed, and nobody who
learns from any of it whether an address has an account."""
import hashlib
import statistics
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import httpx
import pyotp
import pytest

from conftest import PASSWORD, Tenant
from letters import all_worked_on, letter, letters

NEW = "seven lanterns under a slow river"


@pytest.fixture
def person(server):
    return Tenant(server)


def post(server, path, body, **more):
    return httpx.post(f"{server.url}/api/v1/auth/{path}", json=body, timeout=60, **more)


def login(server, email, password):
    return post(server, "login", {"email": email, "password": password})


def rows(server, sql):
    out = server.psql("postgres", sql)
    assert out.returncode == 0, out.stderr
    return [line for line in out.stdout.split("\n") if line]


def forgot(server, email, **more):
    answer = post(server, "forgot-password", {"email": email}, **more)
    assert answer.status_code == 202, answer.text
    return answer


def reset_token(server, person):
    count = len(letters(server, person.email, "reset"))
    forgot(server, person.email)
    return letter(server, person.email, "reset", count + 1).token


def reset(server, token, password=NEW):
    return post(server, "reset-password", {"token": token, "password": password})


def events(server, person):
    return rows(server, f"select event || ' ' || outcome from audit_log where org_id = '{person.org_id}' order by at")


def enrol(person):
    """A second factor; the recovery codes."""
    secret = person.http.post("/auth/mfa/setup", json={}).json()["secret"]
    answer = person.http.post("/auth/mfa/enable", json={"code": pyotp.TOTP(secret).now()})
    assert answer.status_code == 200, answer.text
    person.http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    person.secret = secret
    return answer.json()["recovery_codes"]


# ---------------------------------------------------------------- forgot and reset

def test_a_link_sets_a_new_password_and_ends_all_sessions(server, person):
    link = reset_token(server, person)
    stale = Tenant.sign_in(person).json()["access_token"]
    assert reset(server, link).status_code == 204
    assert login(server, person.email, PASSWORD).status_code == 401
    assert login(server, person.email, NEW).status_code == 200
    me = httpx.get(server.url + "/api/v1/auth/me", headers={"Authorization": f"Bearer {stale}"})
    assert me.status_code == 401 and person.http.get("/auth/me").status_code == 401
    refresh = httpx.post(server.url + "/api/v1/auth/refresh", cookies={"aic_refresh": person.refresh_cookie}, headers={"Origin": server.url})
    assert refresh.status_code == 401
    told = letter(server, person.email, "password_reset")
    assert "new password was set" in told.plain and person.name not in told.plain
    assert {"password_reset_requested OK", "password_changed OK"} <= set(events(server, person))


def test_a_link_is_good_once_however_many_show_it_at_the_same_time(server, person):
    token = reset_token(server, person)
    with ThreadPoolExecutor(4) as crowd:
        answers = list(crowd.map(lambda n: reset(server, token, f"{NEW} number {n}").status_code, range(4)))
    assert sorted(answers) == [204, 410, 410, 410]
    again = reset(server, token)
    assert again.status_code == 410 and "not good any more" in again.json()["detail"]
    assert sum(login(server, person.email, f"{NEW} number {n}").status_code == 200 for n in range(4)) == 1


def test_a_link_that_was_used_ends_the_others(server, person):
    first, second = reset_token(server, person), reset_token(server, person)
    assert first != second and reset(server, second).status_code == 204
    assert reset(server, first).status_code == 410


def test_a_link_runs_out_after_thirty_minutes(server, person):
    token = reset_token(server, person)
    life = rows(server, f"select extract(epoch from expires_at - created_at)::int from user_tokens where token_hash = sha256('{token}')")
    assert life == ["1800"]
    rows(server, f"""set session_replication_role = replica; update user_tokens set created_at = created_at - interval '31 minutes',
        expires_at = expires_at - interval '31 minutes' where token_hash = sha256('{token}')""")
    assert reset(server, token).status_code == 410
    assert login(server, person.email, PASSWORD).status_code == 200


@pytest.mark.parametrize("password", ["short", "passwordpassword", "Password1234!"])
def test_a_weak_password_is_refused_and_the_link_stays_good(server, person, password):
    token = reset_token(server, person)
    refused = reset(server, token, password)
    assert refused.status_code == 422 and refused.json()["errors"][0]["pointer"] == "/password"
    own = reset(server, token, person.email)
    assert own.status_code == 422 and own.json()["errors"][0]["pointer"] == "/password"
    assert reset(server, token).status_code == 204


def test_a_reset_lifts_the_lockout_and_keeps_the_second_factor(server, person):
    enrol(person)
    for n in range(5):
        login(server, person.email, f"wrong guess number {n}")
    assert login(server, person.email, PASSWORD).status_code == 423
    assert reset(server, reset_token(server, person)).status_code == 204
    answer = login(server, person.email, NEW)
    assert answer.status_code == 200 and answer.json()["mfa_required"] is True and "access_token" not in answer.json()


def test_a_sign_in_that_waits_for_its_code_ends_with_a_reset(server, person):
    enrol(person)
    waiting = login(server, person.email, PASSWORD).json()["mfa_token"]
    assert reset(server, reset_token(server, person)).status_code == 204
    code = pyotp.TOTP(person.secret).at(time.time() + 30)
    assert post(server, "mfa/verify", {"mfa_token": waiting, "code": code}).status_code == 401


def test_three_letters_an_hour_however_many_ask_at_once(server, person):
    with ThreadPoolExecutor(8) as crowd:
        answers = list(crowd.map(lambda _: forgot(server, person.email).json(), range(8)))
    assert all(answer == answers[0] for answer in answers)
    all_worked_on(server)
    assert len(letters(server, person.email, "reset")) == 3
    user = person.registered["user"]["id"]
    assert rows(server, f"select count(*) from user_tokens where user_id = '{user}' and purpose = 'RESET'") == ["3"]
    rows(server, f"""set session_replication_role = replica; update user_tokens set created_at = created_at - interval '1 hour',
        expires_at = expires_at - interval '1 hour' where user_id = '{user}'""")
    reset_token(server, person)


def test_the_database_itself_gives_no_fourth_at_the_same_time(server, person):
    """Of the function alone, as several servers would call it."""
    user = person.registered["user"]["id"]

    def issue(n):
        out = server.psql("aic_system", f"""select user_token_issue('{person.org_id}', '{user}', 'RESET', sha256('{uuid.uuid4()}'),
            'a@example.com', now(), now() + interval '{n % 2 + 1} minutes')""")
        assert out.returncode == 0, out.stderr
        return out.stdout.strip()

    with ThreadPoolExecutor(8) as crowd:
        assert sorted(crowd.map(issue, range(8))) == ["f"] * 5 + ["t"] * 3


# ---------------------------------------------------------------- nobody learns who has an account

def test_an_address_of_nobody_gets_the_same_answer_and_leaves_the_same_row(server, person):
    nobody = f"{uuid.uuid4().hex}@example.com"
    for path in ("forgot-password", "resend-verification"):
        mine, theirs = post(server, path, {"email": person.email}), post(server, path, {"email": nobody})
        assert (mine.status_code, mine.json()) == (theirs.status_code, theirs.json()) == (202, mine.json())
        assert set(mine.headers) == set(theirs.headers)
    all_worked_on(server)
    assert letters(server, nobody) == []
    anyone = rows(server, "select event from audit_log where org_id is null and event = 'password_reset_requested' and outcome = 'OK'")
    assert len(anyone) >= 2


def test_the_answers_take_the_same_time(server, person):
    """A look, not a proof, since others use the machine: what is done is one insert, the same for both."""
    nobody = f"{uuid.uuid4().hex}@example.com"
    took = {person.email: [], nobody: []}
    with httpx.Client(base_url=server.url + "/api/v1/auth/") as http:
        for _ in range(40):
            for email, times in took.items():
                begun = time.perf_counter()
                assert http.post("forgot-password", json={"email": email}).status_code == 202
                times.append(time.perf_counter() - begun)
    mine, theirs = (statistics.median(times) for times in took.values())
    print(f"forgot-password: {mine * 1000:.2f} ms for an account, {theirs * 1000:.2f} ms for nobody")
    plans = [rows(server, f"""explain (costs off) insert into recovery_asks (kind, org_id, user_id) select 'RESET', u.org_id, u.id
        from (values (true)) as asked (once) left join users u on u.email = '{email}'""") for email in took]
    assert [line.replace(nobody, person.email) for line in plans[1]] == plans[0]


def test_registering_a_known_address_is_answered_alike_and_its_owner_is_told(server, person):
    body = {"organization": "Taken Ltd", "name": "Mallory <b>", "email": person.email, "password": "another quiet windmill"}
    known = post(server, "register", body)
    fresh = post(server, "register", {**body, "email": f"{uuid.uuid4().hex}@example.com"})
    assert (known.status_code, set(known.json()["user"])) == (fresh.status_code, set(fresh.json()["user"])) == (201, set(fresh.json()["user"]))
    told = letter(server, person.email, "known_address")
    assert "Mallory" not in told.plain + told.html and "Taken" not in told.plain + told.html
    post(server, "register", body)
    all_worked_on(server)
    assert len(letters(server, person.email, "known_address")) == 1  # once a day
    assert login(server, person.email, "another quiet windmill").status_code == 401


def test_somebody_who_was_deactivated_gets_no_letter(server, person):
    rows(server, f"set session_replication_role = replica; update users set is_active = false where email = '{person.email}'")
    forgot(server, person.email)
    all_worked_on(server)
    assert letters(server, person.email, "reset") == []


# ---------------------------------------------------------------- links go where they were meant to

@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"},
                                     {"Forwarded": "host=evil.example"}, {"Origin": "https://evil.example"}])
def test_no_header_of_a_request_gets_into_a_link(server, person, headers):
    forgot(server, person.email, headers=headers)
    told = letter(server, person.email, "reset")
    assert told.link.startswith(server.url + "/app/reset?token=") and b"evil" not in told.raw


def test_links_are_of_one_purpose(server, person):
    verify, set_new = letter(server, person.email, "verify_email").token, reset_token(server, person)
    assert reset(server, verify).status_code == 410
    assert post(server, "verify-email", {"token": set_new}).status_code == 410
    assert post(server, "verify-email", {"token": verify}).json() == {"email_changed": False}
    assert reset(server, set_new).status_code == 204
    for token in ("", "x", "x" * 43, "../../etc", "0" * 100):
        assert reset(server, token).status_code in (410, 422), token


def test_a_link_is_kept_as_its_hash_only(server, person):
    token = reset_token(server, person)
    kept = rows(server, "select * from user_tokens") + rows(server, "select * from mail_outbox") + rows(server, "select * from audit_log")
    assert not any(token in line for line in kept)
    assert hashlib.sha256(token.encode()).hexdigest() in "".join(rows(server, "select encode(token_hash, 'hex') from user_tokens"))


# ---------------------------------------------------------------- confirming and changing an address

def test_registering_sends_a_link_that_confirms_the_address(server, person):
    told = letter(server, person.email, "verify_email")
    assert told.link.startswith(server.url + "/app/verify?token=")
    verified = f"select email_verified_at is not null from users where email = '{person.email}'"
    assert rows(server, verified) == ["f"]
    assert post(server, "verify-email", {"token": told.token}).status_code == 200
    assert rows(server, verified) == ["t"]
    assert post(server, "verify-email", {"token": told.token}).status_code == 410
    assert "email_verified OK" in events(server, person)
    post(server, "resend-verification", {"email": person.email})
    all_worked_on(server)
    assert len(letters(server, person.email, "verify_email")) == 1  # there is nothing left to confirm


def change(person, new_email, password=PASSWORD, **more):
    return person.http.post("/auth/change-email", json={"new_email": new_email, "password": password, **more})


def test_an_address_changes_when_the_new_one_is_confirmed_and_the_old_one_is_told(server, person):
    new = f"{uuid.uuid4().hex}@example.com"
    assert change(person, new, "not the password").json()["errors"][0]["pointer"] == "/password"
    assert change(person, person.email).json()["errors"][0]["pointer"] == "/new_email"
    old_link = reset_token(server, person)
    assert change(person, new.upper()).status_code == 202
    told = letter(server, new, "email_change")
    warned = letter(server, person.email, "email_change_asked")
    assert new.replace(".", ".\u2060") in warned.plain and told.token not in warned.plain
    assert login(server, new, PASSWORD).status_code == 401
    assert post(server, "verify-email", {"token": told.token}).json() == {"email_changed": True}
    assert login(server, new, PASSWORD).status_code == 200 and login(server, person.email, PASSWORD).status_code == 401
    assert letter(server, person.email, "email_changed")
    assert reset(server, old_link).status_code == 410  # it had gone to the old mailbox
    assert {"email_change_requested OK", "email_changed OK"} <= set(events(server, person))


def test_a_new_address_that_has_an_account_is_told_to_nobody(server, person, other):
    taken = change(person, other.email)
    free = change(person, f"{uuid.uuid4().hex}@example.com")
    assert (taken.status_code, taken.json()) == (free.status_code, free.json())
    all_worked_on(server)
    assert letters(server, other.email, "email_change") == [] and len(letters(server, person.email, "email_change_asked")) == 2


def test_an_address_that_is_taken_meanwhile_is_not_changed(server, person):
    new = f"{uuid.uuid4().hex}@example.com"
    change(person, new)
    token = letter(server, new, "email_change").token
    body = {"organization": "Quicker", "name": "Q", "email": new, "password": PASSWORD}
    assert post(server, "register", body).status_code == 201
    assert post(server, "verify-email", {"token": token}).status_code == 410
    assert login(server, person.email, PASSWORD).status_code == 200


def test_changing_the_address_needs_the_second_factor(server, person):
    codes = enrol(person)
    new = f"{uuid.uuid4().hex}@example.com"
    assert change(person, new).json()["errors"][0]["pointer"] == "/code"
    assert change(person, new, code=codes[0]).status_code == 202


# ---------------------------------------------------------------- letters about the account

def test_a_lockout_is_told_once(server, person):
    for n in range(7):
        login(server, person.email, f"wrong guess number {n}")
    told = letter(server, person.email, "locked")
    assert "locked" in told.subject.lower() and "UTC" in told.plain and told.link == server.url + "/app/forgot"
    all_worked_on(server)
    assert len(letters(server, person.email, "locked")) == 1


def test_changes_of_password_and_second_factor_are_told(server, person):
    codes = enrol(person)
    assert letter(server, person.email, "mfa_on")
    changed = person.http.post("/auth/change-password", json={"current_password": PASSWORD, "new_password": NEW, "code": codes[0]})
    assert changed.status_code == 200, changed.text
    assert letter(server, person.email, "password_changed")
    assert person.http.post("/auth/mfa/disable", json={"password": NEW, "code": codes[1]}).status_code == 204
    assert letter(server, person.email, "mfa_off")


def test_few_recovery_codes_are_told_from_the_third_last_on(server, person):
    codes = enrol(person)
    for code in codes[:7]:
        token = login(server, person.email, PASSWORD).json()["mfa_token"]
        assert post(server, "mfa/verify", {"mfa_token": token, "code": code}).status_code == 200
    told = letter(server, person.email, "recovery_codes_low")
    assert "left: 3." in told.plain
    all_worked_on(server)
    assert len(letters(server, person.email, "recovery_codes_low")) == 1


# ---------------------------------------------------------------- the database's own walls

def test_tenants_read_and_write_none_of_it(server, person):
    as_tenant = f"set aic.org_id = '{person.org_id}'; "
    for table in ("user_tokens", "recovery_asks", "mail_outbox"):
        for sql in (f"select * from {table}", f"select count(*) from {table}", f"delete from {table}", f"insert into {table} default values"):
            assert "permission denied" in server.psql("aic_tenant", as_tenant + sql).stderr, sql
    assert "permission denied" in server.psql("aic_tenant", as_tenant + f"""select user_token_issue('{person.org_id}', '{person.org_id}',
        'RESET', sha256('x'), 'a@example.com', now(), now())""").stderr


def test_a_used_link_is_not_made_good_again(server, person):
    token = reset_token(server, person)
    assert reset(server, token).status_code == 204
    where = f"where token_hash = sha256('{token}')"
    assert "permission denied" in server.psql("aic_system", f"update user_tokens set purpose = 'VERIFY_EMAIL' {where}").stderr
    assert "good once" in server.psql("aic_system", f"update user_tokens set used_at = null {where}").stderr
    assert "good once" in server.psql("aic_system", f"update user_tokens set used_at = now() {where}").stderr
    assert "good once" in server.psql("postgres", f"update user_tokens set expires_at = now() + interval '1 minute' {where}").stderr
    late = f"""insert into user_tokens (org_id, user_id, purpose, token_hash, email, expires_at)
        values ('{person.org_id}', '{person.registered["user"]["id"]}', 'RESET', sha256('late'), 'a@example.com', now() + interval '31 minutes')"""
    assert "a_token_ends_in_time" in server.psql("aic_system", late).stderr
