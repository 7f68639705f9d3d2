"""How often one may ask: by person, by address, by network; over all servers; and what each answer says about it. Two servers of
development and one of production work on one database whose limits are small and whose windows are an hour, so that no window
ends in the middle of a test."""
import concurrent.futures
import os
import re
import subprocess
import uuid

import httpx
import pytest

from conftest import BUILD, PASSWORD, Server, Tenant, beside, wait_for

SMALL = {"api": 200, "export": 3, "verify": 4, "sign_in": 5, "sign_in_network": 12, "case": 1, "public": 8, "register": 2, "intake": 2, "intake_day": 5}
ADDRESS_FACTOR = 50  # outside production
HOUR = 3600


@pytest.fixture(scope="module")
def one():
    """Owns the database; its own limits are lifted."""
    running = Server()
    for name, most in SMALL.items():
        made = running.psql("postgres", f"update rate_limits set most = {most}, window_seconds = {HOUR} where name = '{name}'")
        assert made.returncode == 0, made.stderr
    yield running
    running.remove()


@pytest.fixture(scope="module")
def left(one):
    running = beside(one, AIC_RATE_LIMITS="on")
    yield running
    running.remove()


@pytest.fixture(scope="module")
def right(one):
    running = beside(one, AIC_RATE_LIMITS="on")
    yield running
    running.remove()


@pytest.fixture(scope="module")
def front(one):
    """As in production, behind a proxy on this machine."""
    running = beside(one, AIC_RATE_LIMITS="on", AIC_ENV="production", AIC_MFA="required", AIC_PUBLIC_URL="https://aic.example", AIC_TRUSTED_PROXIES="127.0.0.1")
    yield running
    running.remove()


@pytest.fixture
def person(one):
    """Of a confirmed address: outside development no other one signs in."""
    made = Tenant(one)
    assert one.psql("postgres", f"update users set email_verified_at = now() where email = '{made.email}'").returncode == 0
    return made


def standing(answer):
    """name → (most, window, left, seconds until then)."""
    policy = dict(re.findall(r'"(\w+)";q=(\d+);w=\d+', answer.headers["RateLimit-Policy"]))
    state = re.findall(r'"(\w+)";r=(\d+);t=(\d+)', answer.headers["RateLimit"])
    return {name: (int(policy[name]), int(remaining), int(seconds)) for name, remaining, seconds in state}


def ask(server, person, path="/systems?limit=1", **headers):
    return httpx.get(server.url + "/api/v1" + path, headers={"Authorization": f"Bearer {person.token}", **headers}, timeout=30)


def wrong_sign_in(server, address, email=None, password="not the right password", forwarded=None):
    forwarded = forwarded or [address]
    return httpx.post(server.url + "/api/v1/auth/login", json={"email": email or f"{uuid.uuid4().hex}@example.com", "password": password},
                      headers=[("X-Forwarded-For", one_of_them) for one_of_them in forwarded], timeout=60)


def refused(answer, limit):
    assert answer.status_code == 429, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["title"] == "Too many requests" and f'"{limit}"' in answer.json()["detail"]
    assert 1 <= int(answer.headers["Retry-After"]) <= HOUR + 1
    assert standing(answer)[limit][1] == 0
    return True


# ------------------------------------------------------------------ people


def test_each_answer_says_where_its_caller_stands(left, person):
    first, second = ask(left, person), ask(left, person)
    assert first.headers["RateLimit-Policy"] == f'"api";q={SMALL["api"]};w={HOUR}'
    assert standing(first)["api"][1] == SMALL["api"] - 1 and standing(second)["api"][1] == SMALL["api"] - 2
    assert 1 <= standing(second)["api"][2] <= HOUR + 1
    # An answer that refuses something else says it, too; what touches no database is not counted.
    assert standing(ask(left, person, f"/systems/{uuid.uuid4()}"))["api"][1] == SMALL["api"] - 3
    assert "RateLimit" not in httpx.get(left.url + "/healthz").headers


def test_limits_are_each_persons_own(left, person, one):
    stranger = Tenant(one)
    for _ in range(3):
        ask(left, person)
    assert standing(ask(left, stranger))["api"][1] == SMALL["api"] - 1


def test_what_one_server_counted_the_other_learns(left, right, person):
    here = [ask(left, person).status_code for _ in range(150)]
    assert set(here) == {200}
    before = []

    def right_knows():
        answer = ask(right, person)
        before.append(answer.status_code)
        return standing(answer)["api"][1] < SMALL["api"] - 150
    wait_for(right_knows)
    there = []
    while not there or there[-1] == 200:
        there.append(ask(right, person).status_code)
    assert refused(ask(right, person), "api")
    # The error: what the right one let pass before it knew.
    assert SMALL["api"] - 150 - len(before) <= there.count(200) <= SMALL["api"] - 150
    wait_for(lambda: ask(left, person).status_code == 429)


def test_reading_costs_no_statement_more(left, person):
    def statements():
        return int(re.search(r"^aic_database_statements_total (\d+)", httpx.get(left.url + "/metrics").text, re.M)[1])
    ask(left, person)
    before = statements()
    for _ in range(100):
        assert ask(left, person).status_code == 200
    # One each, and what the watchers of rates and keys ask meanwhile.
    assert statements() - before < 150


def test_exports_have_a_limit_of_their_own_on_every_list(left, right, person):
    kinds = [(left, "/systems", "text/csv"), (right, "/ledger/export", "*/*"), (right, "/audit-log", "application/x-ndjson")]
    for server, path, kind in kinds:
        answer = ask(server, person, path, Accept=kind)
        assert answer.status_code == 200 and list(standing(answer)) == ["export"]
    assert refused(ask(left, person, "/systems", Accept="text/csv"), "export")
    assert ask(left, person, "/systems").status_code == 200


def test_verification_is_limited(right, person):
    assert [ask(right, person, "/ledger/verify").status_code for _ in range(5)] == [200] * 4 + [429]


# ------------------------------------------------------------------ addresses


def test_an_exact_limit_is_exact_over_all_servers_at_once(left, right):
    most = SMALL["case"] * ADDRESS_FACTOR
    # Of a case that there is not.
    urls = [server.url + "/api/v1/cases/HR-2026-000000" for server in (left, right)] * most
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda url: httpx.get(url, headers={"X-Case-Secret": "x" * 20}, timeout=30), urls))
    statuses = [answer.status_code for answer in answers]
    assert statuses.count(429) == len(urls) - most and not {status for status in statuses if status >= 500}, statuses


def test_failed_sign_ins_are_counted_and_right_ones_are_not(front, person):
    address = "192.0.2.10"
    for _ in range(SMALL["sign_in"] + 3):
        answer = wrong_sign_in(front, address, person.email, PASSWORD)
        assert answer.status_code == 200, answer.text
    tried = [wrong_sign_in(front, address) for _ in range(SMALL["sign_in"] + 1)]
    assert [answer.status_code for answer in tried] == [401] * SMALL["sign_in"] + [429]
    assert refused(tried[-1], "sign_in")
    assert wrong_sign_in(front, address, person.email, PASSWORD).status_code == 429
    # Others of its network may, until the network has failed too often.
    assert wrong_sign_in(front, "192.0.2.11", person.email, PASSWORD).status_code == 200
    rest = [wrong_sign_in(front, f"192.0.2.{20 + n}").status_code for n in range(SMALL["sign_in_network"] - SMALL["sign_in"] + 1)]
    assert rest == [401] * (SMALL["sign_in_network"] - SMALL["sign_in"]) + [429]
    assert refused(wrong_sign_in(front, "192.0.2.99"), "sign_in_network")
    assert wrong_sign_in(front, "198.51.100.1", person.email, PASSWORD).status_code == 200


def test_guesses_made_at_the_same_time_are_all_counted(front):
    with concurrent.futures.ThreadPoolExecutor(30) as pool:
        statuses = list(pool.map(lambda _: wrong_sign_in(front, "203.0.113.5").status_code, range(30)))
    assert statuses.count(401) == SMALL["sign_in"] and statuses.count(429) == 30 - SMALL["sign_in"]


def test_an_address_of_ipv6_is_what_one_customer_has(front):
    statuses = [wrong_sign_in(front, f"2001:db8:7:1::{n:x}").status_code for n in range(1, SMALL["sign_in"] + 2)]
    assert statuses == [401] * SMALL["sign_in"] + [429]
    assert wrong_sign_in(front, "2001:db8:7:2::1").status_code == 401
    # An IPv4 address within one of IPv6 is that address.
    for _ in range(SMALL["sign_in"]):
        assert wrong_sign_in(front, "203.0.113.77").status_code == 401
    assert wrong_sign_in(front, "::ffff:203.0.113.77").status_code == 429


def test_of_what_a_client_says_about_its_address_nothing_is_believed(front, left):
    """Only what the proxy itself added, which comes last, whether in one line or in two."""
    victim, real = "198.51.100.50", "198.51.100.151"
    for _ in range(SMALL["sign_in"]):
        assert wrong_sign_in(front, None, forwarded=[victim, real]).status_code == 401
    assert wrong_sign_in(front, None, forwarded=[f"{uuid.uuid4()}, {victim}, {real}"]).status_code == 429
    assert wrong_sign_in(front, None, forwarded=["8.8.8.8", real]).status_code == 429
    assert wrong_sign_in(front, victim).status_code == 401
    # Where no proxy is trusted, the header says nothing at all.
    public = left.url + "/api/v1/incidents/public"
    remaining = [standing(httpx.get(public, headers={"X-Forwarded-For": f"198.51.100.{n}"}))["public"][1] for n in range(3)]
    assert remaining == [remaining[0], remaining[0] - 1, remaining[0] - 2]


def test_registration_and_intake_are_limited(front):
    url, via = front.url + "/api/v1", {"X-Forwarded-For": "198.51.100.60"}
    body = {"organization": "Limited", "name": "Ada Admin", "password": PASSWORD}
    made = [httpx.post(url + "/auth/register", json={**body, "email": f"{uuid.uuid4().hex}@example.com"}, headers=via, timeout=60) for _ in range(3)]
    assert [answer.status_code for answer in made] == [201, 201, 429] and refused(made[-1], "register")
    told = [httpx.post(url + "/incidents/public", json={}, headers=via).status_code for _ in range(3)]
    assert told == [422, 422, 429]
    both = httpx.post(url + "/incidents/public", json={}, headers=via)
    # What the minute refused the day did not count.
    assert standing(both)["intake"][1] == 0 and set(standing(both)) == {"intake", "intake_day"}


def test_one_too_many_writes_nothing_but_a_figure(front, one):
    def refusals():
        return one.psql("postgres", "select count(*) from audit_log where reason = 'too_many'").stdout
    before = refusals()
    for _ in range(SMALL["sign_in"] + 3):
        wrong_sign_in(front, "198.51.100.200")
    assert refusals() == before
    figure = re.search(r'aic_rate_refused_total\{limit="sign_in"\} (\d+)', httpx.get(front.url + "/metrics").text)
    assert int(figure[1]) >= 3


# ------------------------------------------------------------------ the numbers


def test_limits_that_are_lifted_are_not_spoken_of(server, tenant):
    assert "RateLimit" not in tenant.http.get("/systems").headers


def test_a_limit_without_its_number_stops_the_start(one, tmp_path):
    row = one.psql("postgres", "delete from rate_limits where name = 'case' returning most, window_seconds").stdout.strip().split("|")
    command = [str(BUILD / "aicd"), "serve", "--data", str(tmp_path), "--listen", "127.0.0.1:0"]
    settings = {"DATABASE_URL": f"host={one.socket} user=postgres dbname=aic", "AIC_MASTER_KEY": (one.data / "master.key").read_text()}
    ended = subprocess.run(command, env={**os.environ, **settings}, capture_output=True, text=True, check=False, timeout=60)
    one.psql("postgres", f"insert into rate_limits values ('case', {row[0]}, {row[1]}, 'Look-ups of cases from one address')")
    assert ended.returncode == 1 and "rate_limits has no row case" in ended.stderr


def test_the_numbers_are_readable_by_no_tenant(one):
    for table in ("rate_limits", "rate_windows"):
        assert "permission denied" in one.psql("aic_tenant", f"select * from {table}").stderr
    assert "permission denied" in one.psql("aic_system", "update rate_limits set most = 1").stderr


def test_what_is_counted_is_documented(server):
    document = httpx.get(server.url + "/api/v1/openapi.json").json()
    for path, operations in document["paths"].items():
        for operation in operations.values():
            if operation["x-scope"] != "none":
                assert "429" in operation["responses"], path
    described = document["components"]["responses"]["too_many"]["headers"]
    assert {"RateLimit", "RateLimit-Policy", "Retry-After"} <= set(described)
