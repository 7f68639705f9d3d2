"""Sessions under attack: fixation, refresh tokens that were stolen or are shown by many at once, requests from another site, sessions
that would last for ever; and each event of signing in, done once and found on record."""
import concurrent.futures
import subprocess
import time
import uuid
from urllib.parse import urlsplit

import httpx
import pyotp
import pytest

from conftest import BUILD, PASSWORD, Server, Tenant
from people import without_walls
from described import NOWHERE, routes


def api(server):
    return server.url + "/api/v1"


def me(server, token):
    return httpx.get(api(server) + "/auth/me", headers={"Authorization": f"Bearer {token}"}).status_code


def refresh(server, cookie, **headers):
    return httpx.post(api(server) + "/auth/refresh", headers={"Origin": server.url, "Cookie": f"aic_refresh={cookie}", **headers}, timeout=60)


def events(server, org):
    out = server.psql("postgres", f"select event || ' ' || outcome from audit_log where org_id = '{org}' order by seq")
    assert out.returncode == 0, out.stderr
    return out.stdout.split("\n")[:-1]


@pytest.fixture
def person(server):
    return Tenant(server)


# ------------------------------------------------------------------ fixation

def test_a_cookie_of_before_signing_in_is_replaced(server, person):
    attacker = Tenant(server)
    for fixed in ({"aic_access": attacker.token, "aic_refresh": attacker.refresh_cookie}, {"aic_access": "chosen", "aic_refresh": "chosen"}, {"aic_refresh": person.refresh_cookie}):
        answer = httpx.post(api(server) + "/auth/login", json={"email": person.email, "password": PASSWORD}, headers={"Cookie": "; ".join(f"{n}={v}" for n, v in fixed.items()), "Origin": server.url})
        assert answer.status_code == 200
        assert answer.cookies["aic_access"] not in fixed.values() and answer.cookies["aic_refresh"] not in fixed.values()
        seen = httpx.get(api(server) + "/auth/me", headers={"Cookie": f"aic_access={answer.cookies['aic_access']}"}).json()
        assert seen["user"]["email"] == person.email
    assert me(server, attacker.token) == 401  # the session that was planted in the browser ended with it
    families = server.psql("postgres", f"select count(distinct family_id) from sessions where user_id = '{person.registered['user']['id']}'")
    assert families.stdout.strip() == "4"


def test_signing_in_anew_ends_the_session_that_the_browser_had(server, person):
    elsewhere = person.token
    person.sign_in()
    before, cookie = person.token, person.refresh_cookie
    wrong = httpx.post(api(server) + "/auth/login", json={"email": person.email, "password": "wrong"}, headers={"Cookie": f"aic_refresh={cookie}"})
    assert wrong.status_code == 401 and me(server, before) == 200
    again = httpx.post(api(server) + "/auth/login", json={"email": person.email, "password": PASSWORD}, headers={"Cookie": f"aic_refresh={cookie}"})
    assert again.status_code == 200 and me(server, again.json()["access_token"]) == 200
    assert me(server, before) == 401 and refresh(server, cookie).status_code == 401
    assert me(server, elsewhere) == 200 and me(server, again.json()["access_token"]) == 200  # and nothing else


def test_every_sign_in_and_refresh_gives_new_tokens(server, person):
    seen = {person.token, person.refresh_cookie}
    for _ in range(3):
        person.sign_in()
        assert not seen & {person.token, person.refresh_cookie}
        seen |= {person.token, person.refresh_cookie}
        renewed = refresh(server, person.refresh_cookie)
        assert not seen & {renewed.json()["access_token"], renewed.cookies["aic_refresh"]}
        seen |= {renewed.json()["access_token"], renewed.cookies["aic_refresh"]}


def test_a_password_is_taken_exactly_as_it_is(server):
    """Blanks at its ends, capitals, signs of any script, sixty-four characters and more: all of it counts."""
    for password in ("  two blanks at each end  ", "Groß und klein ist zweierlei", "снег идёт над тихой рекой", "x" + "ab cd ef gh " * 16, "tab\tin the middle of it"):
        person = {"organization": "O", "name": "N", "email": f"{uuid.uuid4().hex}@example.com", "password": password}
        assert httpx.post(api(server) + "/auth/register", json=person).status_code == 201, password
        for other in (password.strip() if password.strip() != password else password + " ", password.swapcase(), password[:-1], password[:64] if len(password) > 64 else password + password[-1]):
            assert httpx.post(api(server) + "/auth/login", json={"email": person["email"], "password": other}).status_code == 401, (password, other)
        assert httpx.post(api(server) + "/auth/login", json={"email": person["email"], "password": password}).status_code == 200, password


# ------------------------------------------------------------------ refresh tokens

@pytest.mark.parametrize("many", [2, 12])
def test_of_many_who_show_a_refresh_token_at_once_one_gets_in_and_the_session_ends(server, person, many):
    """Two who hold one refresh token are a person and a thief, and nobody can tell which is which: so neither stays in."""
    with concurrent.futures.ThreadPoolExecutor(many) as crowd:
        answers = list(crowd.map(lambda _: refresh(server, person.refresh_cookie), range(many)))
    good = [answer for answer in answers if answer.status_code == 200]
    assert len(good) <= 1 and {answer.status_code for answer in answers} <= {200, 401}
    for answer in good:
        assert me(server, answer.json()["access_token"]) == 401
        assert refresh(server, answer.cookies["aic_refresh"]).status_code == 401
    assert me(server, person.token) == 401
    kept = server.psql("postgres", f"select count(*) from sessions where user_id = '{person.registered['user']['id']}' and used_at is null and revoked_at is null")
    assert kept.stdout.strip() == "0"
    assert "refresh_token_reused OK" in events(server, person.org_id)


def test_a_reuse_ends_that_sign_in_and_no_other(server, person):
    stolen = person.refresh_cookie
    person.sign_in()
    elsewhere, other_cookie = person.token, person.refresh_cookie
    renewed = refresh(server, stolen)
    assert renewed.status_code == 200 and refresh(server, stolen).status_code == 401
    assert me(server, renewed.json()["access_token"]) == 401
    assert me(server, elsewhere) == 200 and refresh(server, other_cookie).status_code == 200
    ended = refresh(server, stolen)
    assert ended.status_code == 401 and 'aic_refresh=; ' in ended.headers["set-cookie"]


def test_nothing_but_a_refresh_token_refreshes(server, person):
    setup = httpx.post(api(server) + "/auth/login", json={"email": person.email, "password": PASSWORD})
    for wrong in (person.token, setup.json()["access_token"], "", "x", "A" * 43, "../../etc/passwd", "' or true --", "a" * 5000, str(uuid.uuid4())):
        assert refresh(server, wrong).status_code == 401, wrong
    assert httpx.post(api(server) + "/auth/refresh", headers={"Origin": server.url, "Authorization": f"Bearer {person.refresh_cookie}"}).status_code == 401
    assert httpx.get(api(server) + "/auth/me", headers={"Authorization": f"Bearer {person.refresh_cookie}"}).status_code == 401
    assert refresh(server, person.refresh_cookie).status_code == 200


def test_a_refresh_token_ends_with_its_session(server, person):
    ended = []
    for end in (lambda: person.http.post("/auth/logout"), lambda: person.http.post("/auth/change-password", json={"current_password": PASSWORD, "new_password": "a lantern beside nine rivers"})):
        person.sign_in()
        ended.append(person.refresh_cookie)
        if len(ended) == 2:
            person.sign_in()  # the one that is kept
        assert end().status_code in (200, 204)
    assert [refresh(server, cookie).status_code for cookie in ended] == [401, 401]
    without_walls(server, f"update users set is_active = false where email = '{person.email}'")
    assert refresh(server, person.refresh_cookie).status_code == 401


def test_an_expired_refresh_token_is_refused(server, person):
    assert server.psql("postgres", f"update sessions set expires_at = now() - interval '1 second' where user_id = '{person.registered['user']['id']}'").returncode == 0
    assert refresh(server, person.refresh_cookie).status_code == 401


# ------------------------------------------------------------------ how long a session lasts

def lasts(server, person):
    out = server.psql("postgres", f"select round(extract(epoch from max(expires_at) - now()) / 3600) from sessions where user_id = '{person.registered['user']['id']}' and used_at is null")
    return int(out.stdout)


def as_if_begun(server, person, ago):
    out = server.psql("postgres", f"set session_replication_role = replica; update sessions set began_at = now() - interval '{ago}' where user_id = '{person.registered['user']['id']}'")
    assert out.returncode == 0, out.stderr


def test_a_session_ends_thirty_days_after_signing_in_however_often_it_is_renewed(server, person):
    assert lasts(server, person) == 7 * 24
    as_if_begun(server, person, "28 days")
    renewed = refresh(server, person.refresh_cookie)
    assert renewed.status_code == 200 and lasts(server, person) == 2 * 24
    as_if_begun(server, person, "30 days")
    last = refresh(server, renewed.cookies["aic_refresh"])
    assert last.status_code in (200, 401) and refresh(server, last.cookies.get("aic_refresh", "x")).status_code == 401
    person.sign_in()
    assert refresh(server, person.refresh_cookie).status_code == 200 and lasts(server, person) == 7 * 24


def test_whoever_may_see_other_organizations_is_out_after_eight_idle_hours(server, person):
    without_walls(server, f"update users set is_super_admin = true where email = '{person.email}'")
    person.sign_in()
    assert lasts(server, person) in (7 * 24, 8)  # one of before is still there
    newest = server.psql("postgres", f"select expires_at - issued_at from sessions where user_id = '{person.registered['user']['id']}' order by issued_at desc limit 1")
    assert newest.stdout.strip() == "08:00:00"


def test_the_database_itself_makes_no_session_longer(server, person):
    for what in ("expires_at = expires_at + interval '1 second'", "began_at = now() + interval '1 day'", "family_id = gen_random_uuid()"):
        refused = server.psql("aic_system", f"update sessions set {what} where user_id = '{person.registered['user']['id']}'")
        assert "does not become longer" in refused.stderr, what
    org, user = person.org_id, person.registered["user"]["id"]
    made = server.psql("aic_system", f"""insert into sessions (org_id, user_id, family_id, jti, refresh_hash, authenticated_at, began_at, expires_at)
        values ('{org}', '{user}', gen_random_uuid(), gen_random_uuid(), sha256('{uuid.uuid4()}'), now(), now() + interval '9 years', now() + interval '9 years') returning expires_at - now() <= interval '30 days'""")
    assert made.stdout.strip() == "t", made.stderr


# ------------------------------------------------------------------ from another site

def hostile_origins(server):
    there = urlsplit(server.url)
    return {
        "none": None, "null": "null", "empty": "", "another site": "https://evil.example", "ours as the beginning": f"{server.url}.evil.example", "ours as a user": f"http://{there.netloc}@evil.example",
        "ours as a path": f"https://evil.example/{there.netloc}", "another port": f"http://{there.hostname}:1", "no port": f"http://{there.hostname}", "another scheme": f"ftp://{there.netloc}",
        "a subdomain": f"http://x.{there.netloc}", "two": f"{server.url}, https://evil.example", "two, by blank": f"https://evil.example {server.url}", "a path": f"{server.url}/", "a wildcard": "*",
    }


def test_no_route_that_changes_something_takes_a_cookie_from_another_site(server):
    """By the cookie alone, as a browser that was led to another site would send it. Whatever the route: refused before anything else."""
    victim = Tenant(server)
    before = server.psql("postgres", f"select count(*) from audit_log where org_id = '{victim.org_id}' and outcome = 'OK'").stdout
    cookies = f"aic_access={victim.token}; aic_refresh={victim.refresh_cookie}"
    tried = 0
    with httpx.Client(base_url=api(server), timeout=30) as client:
        for route in routes():
            if route.method == "GET" or route.access in ("public", "webhook") and str(route) != "POST /auth/refresh":
                continue
            for what, origin in hostile_origins(server).items():
                headers = {"Cookie": cookies, **({} if origin is None else {"Origin": origin}), "Referer": server.url + "/app/", "Sec-Fetch-Site": "same-origin"}
                answer = route.ask(client, *[NOWHERE] * len(route.in_path), headers=headers)
                client.cookies.clear()
                assert answer.status_code == 403 and "another site" in answer.json()["detail"], f"{route}, origin {what}: {answer.status_code} {answer.text}"
                tried += 1
    assert tried > 300
    assert server.psql("postgres", f"select count(*) from audit_log where org_id = '{victim.org_id}' and outcome = 'OK'").stdout == before
    assert me(server, victim.token) == 200 and refresh(server, victim.refresh_cookie).status_code == 200


@pytest.mark.parametrize("media", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", None])
def test_what_a_form_of_another_site_can_send_signs_nobody_in(server, person, media):
    """Sign-in takes no cookie, so the way round is to sign a victim in as somebody else: a form cannot say application/json."""
    body = '{"email":"%s","password":"%s"}' % (person.email, PASSWORD)
    answer = httpx.post(api(server) + "/auth/login", content=body, headers={"Origin": "https://evil.example", **({"Content-Type": media} if media else {})})
    assert answer.status_code == 415 and "set-cookie" not in answer.headers


def test_no_answer_lets_another_site_read(server, person):
    for method in ("GET", "OPTIONS", "POST"):
        answer = httpx.request(method, api(server) + "/auth/me", headers={"Origin": "https://evil.example", "Access-Control-Request-Method": "GET", "Authorization": f"Bearer {person.token}"})
        assert not [name for name in answer.headers if name.startswith("access-control-")]
    assert httpx.get(api(server) + "/auth/me", headers={"Authorization": f"Bearer {person.token}"}).headers["cache-control"] == "no-store"


def test_cookies_are_named_bounded_and_closed():
    away = Server(environment={"AIC_PUBLIC_URL": "https://aic.example"})
    try:
        person = Tenant(away)
        answer = httpx.post(api(away) + "/auth/login", json={"email": person.email, "password": PASSWORD}, headers={"Host": "aic.example"})
        told = {line.split("=")[0]: [part.strip() for part in line.split(";")[1:]] for line in answer.headers.get_list("set-cookie")}
        assert told == {"aic_access": ["Path=/", "Max-Age=900", "HttpOnly", "SameSite=Lax", "Secure"], "aic_refresh": ["Path=/api/v1/auth", "Max-Age=604800", "HttpOnly", "SameSite=Lax", "Secure"]}
        assert "max-age=" in answer.headers["strict-transport-security"]
    finally:
        away.remove()


# ------------------------------------------------------------------ each event once, and on record

@pytest.fixture(scope="module")
def strict():
    running = Server(environment={"AIC_MFA": "optional"})
    yield running
    running.remove()


def test_each_event_of_signing_in_is_on_record(strict):
    """Domain, 2.2: what the audit log must tell at least, of what is built. Each is done once, through the API, and found."""
    server, person = strict, Tenant(strict)

    def post(path, body=None, token=None, expect=200):
        answer = httpx.post(api(server) + path, json=body, headers={"Authorization": f"Bearer {token or person.token}"}, timeout=60)
        assert answer.status_code == expect, f"{path}: {answer.text}"
        return answer

    def last():
        return events(server, person.org_id)[-1]

    def login(password=PASSWORD):
        return httpx.post(api(server) + "/auth/login", json={"email": person.email, "password": password}, timeout=60)

    assert events(server, person.org_id)[-2:] == ["register OK", "login OK"]
    assert login("wrong").status_code == 401 and "login_failed REFUSED" in events(server, person.org_id)
    assert refresh(server, person.refresh_cookie).status_code == 200 and last() == "token_refreshed OK"
    actor = server.psql("postgres", f"select actor_id, actor_kind from audit_log where org_id = '{person.org_id}' and event = 'token_refreshed'").stdout.strip()
    assert actor == f"{person.registered['user']['id']}|USER"
    assert refresh(server, person.refresh_cookie).status_code == 401 and "refresh_token_reused OK" in events(server, person.org_id)
    person.sign_in()
    secret = post("/auth/mfa/setup", {}).json()["secret"]
    assert "mfa_setup OK" in events(server, person.org_id)
    while time.time() % 30 > 25:
        time.sleep(0.1)  # the codes below are of one step
    enabled = post("/auth/mfa/enable", {"code": pyotp.TOTP(secret).now()})
    assert "mfa_enabled OK" in events(server, person.org_id)
    token, codes = enabled.json()["access_token"], enabled.json()["recovery_codes"]
    asked = login().json()["mfa_token"]
    assert last() == "mfa_asked OK"
    wrong = next(code for code in ("000000", "111111") if code != pyotp.TOTP(secret).now())
    post("/auth/mfa/verify", {"mfa_token": asked, "code": wrong}, expect=401)
    assert "mfa_failed REFUSED" in events(server, person.org_id)
    post("/auth/mfa/verify", {"mfa_token": asked, "code": codes[0]})
    assert {"recovery_code_used OK", "login OK"} <= set(events(server, person.org_id)[-2:])
    codes = post("/auth/recovery-codes", {"password": PASSWORD, "code": codes[1]}, token=token).json()["recovery_codes"]
    assert "recovery_codes_renewed OK" in events(server, person.org_id)
    post("/auth/change-password", {"current_password": PASSWORD, "new_password": "a lantern beside nine rivers", "code": codes[0]}, token=token)
    assert "password_changed OK" in events(server, person.org_id)
    without_walls(server, f"update users set role = 'VIEWER' where email = '{person.email}'")  # may choose
    post("/auth/mfa/disable", {"password": "a lantern beside nine rivers", "code": codes[1]}, token=token, expect=204)
    assert "mfa_disabled OK" in events(server, person.org_id)
    second = login("a lantern beside nine rivers").json()["access_token"]
    listed = httpx.get(api(server) + "/auth/sessions", headers={"Authorization": f"Bearer {token}"}).json()["items"]
    another = next(one["id"] for one in listed if not one["is_current"])
    assert httpx.delete(f"{api(server)}/auth/sessions/{another}", headers={"Authorization": f"Bearer {token}"}).status_code == 204
    assert "session_ended OK" in events(server, person.org_id) and me(server, second) == 401
    post("/auth/sessions/revoke-others", token=token)
    assert "sessions_ended OK" in events(server, person.org_id)
    third = login("a lantern beside nine rivers").json()["access_token"]  # a VIEWER's
    assert httpx.get(api(server) + "/audit-log", headers={"Authorization": f"Bearer {third}"}).status_code == 403 and last() == "forbidden REFUSED"
    post("/auth/logout", token=third, expect=204)
    assert last() == "logout OK"
    assert [login(f"wrong guess {i}").status_code for i in range(5)] == [401] * 5 and "lockout OK" in events(server, person.org_id)
    assert login("a lantern beside nine rivers").status_code == 423 and events(server, person.org_id)[-1] in ("login REFUSED", "lockout OK")
    everything = "\n".join(events(server, person.org_id))
    assert PASSWORD not in everything and "lantern" not in server.psql("postgres", "select * from audit_log").stdout


def test_what_a_super_admin_does_to_the_platform_is_on_record(strict):
    root = Tenant(strict)
    done = subprocess.run([BUILD / "aicd", "make-super-admin", root.email, "--data", strict.data], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    root.sign_in()
    kid = root.http.post("/admin/signing-keys/rotate", json={"reason": "a test"}).json()["kid"]
    root.http.get("/admin/audit-log?limit=1")
    root.http.get("/systems", headers={"Accept": "text/csv"})
    assert root.http.post(f"/admin/signing-keys/{kid}/compromised", json={"reason": "a test"}).status_code == 200
    root.sign_in()
    assert {"super_admin_granted OK", "super_admin_action OK", "system_scope_opened OK", "data_exported OK"} <= set(events(strict, root.org_id))
    of_keys = strict.psql("postgres", f"select event from audit_log where actor_id = '{root.registered['user']['id']}' and event like 'key_%' and outcome = 'OK'").stdout.split()
    assert {"key_rotated", "key_compromised"} <= set(of_keys)
    reasons = strict.psql("postgres", f"select count(*) from audit_log where org_id = '{root.org_id}' and event = 'system_scope_opened' and coalesce(reason, '') = ''").stdout.strip()
    assert reasons == "0"
