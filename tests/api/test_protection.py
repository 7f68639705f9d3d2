"""What protects a browser and its owner: cookies, same origin, the headers of every answer, nothing of a client's in a header of ours,
limits of length. One server as a developer starts it, one as in production behind a proxy that ends TLS."""
import json
import re
import uuid

import httpx
import pytest

from conftest import PASSWORD, Server, Tenant, beside
from people import without_walls
from test_clients import ask, is_served, problem, statuses

PUBLIC = "https://aic.example"


@pytest.fixture(scope="module")
def one():
    running = Server(environment={"AIC_REQUEST_SECONDS": "8"})
    yield running
    running.remove()


@pytest.fixture(scope="module")
def front(one):
    running = beside(one, AIC_ENV="production", AIC_MFA="required", AIC_PUBLIC_URL=PUBLIC + "/", AIC_RATE_LIMITS="on", AIC_TRUSTED_PROXIES="127.0.0.1")
    yield running
    running.remove()


@pytest.fixture(scope="module")
def person(one):
    return Tenant(one)


@pytest.fixture(scope="module")
def viewer(one, front):
    """Signed in at the one of production, where only who decides about people needs a second factor."""
    one_more = Tenant(one)
    without_walls(one, f"update users set role = 'VIEWER', email_verified_at = now() where email = '{one_more.email}'")
    return one_more


def signed_in(server, person, **headers):
    answer = httpx.post(server.url + "/api/v1/auth/login", json={"email": person.email, "password": PASSWORD}, headers=headers, timeout=60)
    assert answer.status_code == 200, answer.text
    return answer


def cookies_of(answer):
    return {line.split("=")[0]: line for line in answer.headers.get_list("set-cookie")}


# ------------------------------------------------------------------ same origin


def foreign_origins(own):
    scheme, _, host = own.partition("://")
    name, _, port = host.partition(":")
    return [None, "", "null", "https://evil.example", f"{scheme}://sub.{host}", f"{scheme}://{host}.evil.example", f"{scheme}://evil.example/{host}",
            f"{scheme}://{name}:{int(port or 443) + 1}", f"{own}/", f"{own}/x", f"{scheme}://user@{host}", f"ftp://{host}", f"{own} {own}", host, f"{scheme}://", "file://"]


def test_an_unsafe_request_by_cookie_comes_from_the_site_itself(one, person):
    by_cookie = {"Cookie": f"aic_access={person.token}"}
    made = person.system()

    def status(method, path, origin, body=None):
        headers = {**by_cookie, "If-Match": '"1"', **({} if origin is None else {"Origin": origin})}
        return httpx.request(method, one.url + "/api/v1" + path, headers=headers, json=body, timeout=30).status_code

    for origin in foreign_origins(one.url):
        for method, path, body in (("POST", "/systems", {"name": "x", "purpose": "x"}), ("PATCH", f"/systems/{made['id']}", {"sector": "x"}),
                                   ("DELETE", f"/auth/sessions/{uuid.uuid4()}", None), ("POST", "/auth/logout", None)):
            assert status(method, path, origin, body) == 403, (method, path, origin)
    assert httpx.get(one.url + "/api/v1/systems", headers={**by_cookie, "Origin": "https://evil.example"}).status_code == 200  # reading changes nothing
    assert status("PATCH", f"/systems/{made['id']}", one.url, {"sector": "Own"}) == 200
    assert status("POST", "/systems", one.url.upper().replace("HTTP://", "http://"), {"name": "Own", "purpose": "x"}) == 201
    assert person.http.post("/systems", json={"name": "By token", "purpose": "x"}, headers={"Origin": "https://evil.example"}).status_code == 201


def test_a_session_is_continued_from_the_site_itself_only(one, person):
    cookie = signed_in(one, person).cookies["aic_refresh"]

    def refresh(origin):
        return httpx.post(one.url + "/api/v1/auth/refresh", headers={"Cookie": f"aic_refresh={cookie}", **({} if origin is None else {"Origin": origin})})

    for origin in foreign_origins(one.url):
        answer = refresh(origin)
        assert answer.status_code == 403 and not cookies_of(answer), origin
    assert refresh(one.url).status_code == 200


def test_behind_its_proxy_only_the_public_address_is_the_site_itself(front, viewer):
    cookie = signed_in(front, viewer, Host="aic.example").cookies["aic_access"]

    def status(origin, host="aic.example"):
        headers = {"Cookie": f"aic_access={cookie}", "Host": host, **({} if origin is None else {"Origin": origin})}
        return httpx.post(front.url + "/api/v1/auth/sessions/revoke-others", headers=headers).status_code

    # Without TLS anybody on the way could have written the page.
    for origin in [*foreign_origins(PUBLIC), "http://aic.example", front.url, "https://127.0.0.1"]:
        assert status(origin) == 403, origin
    for host in ("evil.example", front.url.removeprefix("http://")):
        assert status(f"https://{host}", host) == 403 and status(f"http://{host}", host) == 403
    assert status(PUBLIC) == 200 and status(PUBLIC, "127.0.0.1:8080") == 200


def test_a_form_of_another_site_cannot_sign_somebody_in(one, person):
    body = json.dumps({"email": person.email, "password": PASSWORD})
    for media in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""):
        answer = httpx.post(one.url + "/api/v1/auth/login", content=body, headers={"Content-Type": media, "Origin": "https://evil.example"})
        assert answer.status_code == 415 and not cookies_of(answer), media


def test_no_other_site_is_let_to_read(one, person):
    for method in ("GET", "OPTIONS"):
        answer = httpx.request(method, one.url + "/api/v1/systems", headers={"Origin": "https://evil.example", "Access-Control-Request-Method": "POST",
                                                                             "Access-Control-Request-Headers": "content-type", "Authorization": f"Bearer {person.token}"})
        assert not [name for name in answer.headers if name.lower().startswith("access-control")]


# ------------------------------------------------------------------ cookies


@pytest.mark.parametrize("host, secure", [(None, False), ("localhost:8080", False), ("[::1]:8080", False), ("127.0.0.1", False), ("aic.example", True),
                                          ("localhost.evil.example", True), ("127.evil.example", True), ("127.0.0.1.evil.example", True), ("[::1].evil.example", True)])
def test_cookies_are_for_the_browser_alone_and_secure_off_loopback(one, person, host, secure):
    cookies = cookies_of(signed_in(one, person, **({"Host": host} if host else {})))
    assert set(cookies) == {"aic_access", "aic_refresh"}
    for cookie in cookies.values():
        parts = cookie.split("; ")[1:]
        assert {"HttpOnly", "SameSite=Lax"} <= set(parts) and ("Secure" in parts) == secure and not [part for part in parts if part.startswith("Domain")]
    assert "; Path=/;" in cookies["aic_access"] and "; Path=/api/v1/auth;" in cookies["aic_refresh"]


def test_in_production_cookies_are_secure_whatever_the_proxy_calls_us(front, viewer):
    for host in ("aic.example", "127.0.0.1:8080", "localhost"):
        answer = signed_in(front, viewer, Host=host)
        assert all("; Secure" in cookie for cookie in cookies_of(answer).values()), host
    over = httpx.post(front.url + "/api/v1/auth/logout", headers={"Cookie": f"aic_access={answer.cookies['aic_access']}", "Origin": PUBLIC})
    assert over.status_code == 204 and all("Max-Age=0" in cookie and "; Secure" in cookie for cookie in cookies_of(over).values())


def test_a_session_that_a_stranger_fixed_is_replaced_at_sign_in(one, person):
    fixed = signed_in(one, person).cookies["aic_access"]
    again = httpx.post(one.url + "/api/v1/auth/login", json={"email": person.email, "password": PASSWORD}, headers={"Cookie": f"aic_access={fixed}; aic_refresh=fixed"})
    assert again.cookies["aic_access"] != fixed and again.cookies["aic_refresh"] != "fixed"


# ------------------------------------------------------------------ the headers of every answer

PAGES = ["/", "/contact", "/citizens/report", "/citizens/track", "/app/", "/app/systems", "/admin/", "/hq/", "/docs/api"]


def check_protection(headers, is_https=False):
    policy = dict(part.strip().partition(" ")[::2] for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'" and policy["frame-ancestors"] == "'none'" and policy["base-uri"] == "'none'" and policy["form-action"] == "'self'"
    assert policy["script-src"] == "'self'" and "object-src" not in policy
    assert "unsafe" not in headers["content-security-policy"] and "*" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff" and headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] in ("same-origin", "no-referrer")
    assert headers["cross-origin-opener-policy"] == "same-origin" and headers["cross-origin-resource-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]
    assert ("strict-transport-security" in headers) == is_https
    if is_https:
        assert int(re.search(r"max-age=(\d+)", headers["strict-transport-security"])[1]) >= 31536000


@pytest.mark.parametrize("path", [*PAGES, "/api/v1/systems", "/api/v1/nowhere", "/nowhere", "/healthz", "/api/v1/openapi.json", "/.well-known/security.txt", "/" + "a" * 9000])
def test_every_answer_protects_its_reader(one, front, path):
    check_protection(httpx.get(one.url + path).headers)
    check_protection(httpx.get(front.url + path).headers, is_https=True)


def test_pages_hold_no_script_and_no_style_of_their_own(one):
    for path in PAGES:
        page = httpx.get(one.url + path)
        assert page.status_code == 200 and page.headers["content-type"].startswith("text/html")
        for script in re.findall(r"<script[^>]*>", page.text):
            assert re.search(r'src="/', script), (path, script)
        assert "<style" not in page.text and not re.search(r"\son\w+=", page.text) and "javascript:" not in page.text, path
        assert not re.search(r'\sstyle="', page.text), path


def heads(answer):
    lines = answer.split(b"\r\n\r\n")[0].split(b"\r\n")[1:]
    return httpx.Headers([tuple(part.decode() for part in line.split(b": ", 1)) for line in lines])


@pytest.mark.parametrize("request_bytes, expected", [
    (b"POST /api/v1/systems HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n", 413),
    (b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 17000 + b"\r\n\r\n", 431),
    (b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Bell: \x07\r\n\r\n", 400),
    (b"BREW /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 405)])
def test_refusals_before_the_handler_protect_as_well(one, request_bytes, expected):
    answer = ask(one, request_bytes)
    assert statuses(answer) == [expected]
    check_protection(heads(answer))
    assert heads(answer)["cache-control"] == "no-store"


def test_what_the_api_answers_is_kept_nowhere(one, person):
    document = person.http.get("/openapi.json").json()
    for path, operations in document["paths"].items():
        if "get" not in operations or "{" in path or not path.startswith("/api/v1"):
            continue
        answer = person.http.get(path.removeprefix("/api/v1"))
        if operations["get"]["security"]:
            assert answer.headers["cache-control"] == "no-store", path
    for path in ("/auth/login", "/auth/register"):
        assert person.http.post(path, json={}).headers["cache-control"] == "no-store"


# ------------------------------------------------------------------ nothing of a client's in a header of ours

SPLIT = ["a\r\nX-Injected: 1", "a\nX-Injected: 1", "a\rX-Injected: 1", "a%0d%0aX-Injected: 1", "a\u2028X-Injected: 1", "å\u010d\u010aX-Injected: 1"]


@pytest.mark.parametrize("value", SPLIT)
def test_no_value_becomes_a_header(one, person, value):
    encoded = value.encode()
    for name in (b"X-Request-Id", b"Origin", b"Idempotency-Key", b"X-Forwarded-For", b"User-Agent", b"Accept"):
        answer = ask(one, b"GET /api/v1/systems HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer " + person.token.encode() + b"\r\n" + name + b": " + encoded + b"\r\n\r\n")
        for head in answer.split(b"\r\n\r\n"):
            assert b"\nX-Injected" not in head and b"\rX-Injected" not in head
    asked = [person.http.get("/systems", params={"q": value}), person.http.get("/audit-log", params={"event": value}), person.http.get("/systems", params={"cursor": value}),
             person.http.get("/systems/" + httpx.URL("http://x/" + value.replace("\r", "%0D").replace("\n", "%0A")).raw_path.decode().lstrip("/")),
             person.http.post("/systems", json={"name": value, "purpose": value}), person.http.get("/examples/" + value.replace("\r", "%0D").replace("\n", "%0A") + ".csv")]
    for answer in asked:
        assert "x-injected" not in answer.headers and answer.status_code < 500


def test_names_of_files_are_ours(one, person):
    for path, name in (("/ledger/export", "ledger.ndjson"),):
        disposition = person.http.get(path, headers={"Accept": "application/x-ndjson"}).headers["content-disposition"]
        assert disposition == f'attachment; filename="{name}"'


def test_nobody_is_sent_elsewhere(one):
    """There is no redirect at all; a Location is only that of what was made."""
    for parameter in ("next", "return_to", "redirect", "url", "continue"):
        for path in (*PAGES, "/app", "/api/v1/auth/login", "/healthz"):
            for target in ("https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"):
                answer = httpx.get(one.url + path, params={parameter: target}, follow_redirects=False)
                assert not 300 <= answer.status_code < 400 and "location" not in answer.headers
                assert "evil.example" not in answer.text


# ------------------------------------------------------------------ too long


def text_fields(server):
    """Every text in a body below /auth, of the API's own document: (method, path, name, the other fields)."""
    document = httpx.get(server.url + "/api/v1/openapi.json").json()
    for path, operations in document["paths"].items():
        if not path.startswith("/api/v1/auth"):
            continue
        for method, operation in operations.items():
            schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
            for name, field in schema.get("properties", {}).items():
                if "string" in (field.get("type") if isinstance(field.get("type"), list) else [field.get("type")]):
                    yield method, path, name, field, schema


def test_every_text_of_sign_in_has_a_limit_that_is_kept(one, person):
    walked = 0
    for method, path, name, field, schema in text_fields(one):
        assert field.get("maxLength") or field.get("enum") or field.get("format"), (path, name)
        for length in (100_000, 3_000_000):
            body = {other: "x" for other in schema.get("required", [])} | {name: "x" * length}
            answer = person.http.request(method, path.removeprefix("/api/v1").replace("{id}", str(uuid.uuid4())), json=body)
            # What a device answers is short: a body that is longer is not looked into.
            takes_device = path in ("/api/v1/auth/passkeys", "/api/v1/auth/step-up") or "/passkeys/sign-in" in path
            wrong = {413, 422} if takes_device else {422}
            assert answer.status_code in wrong, (path, name, answer.status_code, answer.text[:300])
            assert "x" * 1000 not in answer.text
        walked += 1
    assert walked >= 8


@pytest.mark.parametrize("body", [b'{"email":' * 50000, b"[" * 200000, b'{"email":' + b"[" * 100 + b"]" * 100 + b"}", b'{"email":"' + b"\\u0041" * 200000 + b'"}',
                                  b'{"' + b"k" * 500000 + b'":1}', b"{" + b",".join(b'"k%d":1' % n for n in range(100000)) + b"}", b'{"email":1' + b"0" * 100000 + b"}"])
def test_no_depth_or_width_of_json_is_an_error_of_ours(one, body):
    answer = httpx.post(one.url + "/api/v1/auth/login", content=body, headers={"Content-Type": "application/json"}, timeout=30)
    assert answer.status_code in (400, 422) and len(answer.content) < 20_000


def test_long_names_of_browsers_and_long_cookies_are_borne(one, person):
    long = "Mozilla/5.0 " + "x" * 14000
    assert httpx.post(one.url + "/api/v1/auth/login", json={"email": person.email, "password": PASSWORD}, headers={"User-Agent": long}).status_code == 200
    assert httpx.post(one.url + "/api/v1/auth/login", json={"email": person.email, "password": "wrong"}, headers={"User-Agent": long}).status_code == 401
    for cookie in ("aic_access=" + "x" * 14000, "; ".join(f"c{n}=v" for n in range(1500)), "aic_refresh=" + "x" * 14000, "=" * 5000, ";" * 5000):
        for start in (b"POST /api/v1/auth/refresh", b"GET /api/v1/auth/me"):
            answer = ask(one, start + f" HTTP/1.1\r\nHost: x\r\nConnection: close\r\nOrigin: http://x\r\nCookie: {cookie}\r\n\r\n".encode())
            # More cookies than fit into the memory of a connection end it.
            assert set(statuses(answer)) <= {400, 401, 431}, (cookie[:40], answer)
    assert is_served(one)
    assert httpx.get(one.url + "/api/v1/auth/me", headers={"Authorization": "Bearer " + "x." * 7000}).status_code == 401
    fields = "&".join(f"q={n}" for n in range(1500)).encode()
    answer = ask(one, b"GET /api/v1/systems?" + fields + f" HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {person.token}\r\n\r\n".encode())
    # More of them than fit into the memory of a connection make it wait until its time is over.
    assert set(statuses(answer)) <= {400, 408, 414, 422, 431}
    assert is_served(one)


# ------------------------------------------------------------------ one request within another


@pytest.mark.parametrize("head", [
    b"POST /api/v1/auth/login HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n",
    b"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: \x0bchunked\r\n",
    b"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n : x\r\n",
    b"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer_Encoding: chunked\r\n",
    b"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked;q=1\r\n",
    b"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: \"chunked\"\r\n",
    b"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding:\r\n chunked\r\nContent-Length: 30\r\n"])
def test_other_shapes_of_two_lengths_smuggle_nothing(one, head):
    inner = b"GET /api/v1/nowhere-inner HTTP/1.1\r\nHost: inner\r\nConnection: close\r\n\r\n"
    answer = ask(one, head + b"Content-Type: application/json\r\n\r\n0\r\n\r\n" + inner)
    # Either the whole is refused, or what follows is the next request on this very connection, read as such.
    assert all(400 <= status < 500 for status in statuses(answer)), answer
    assert len(statuses(answer)) <= 2


def test_what_follows_a_body_names_nobody(one, person):
    """Trailers come after the request was let in: they give no credential and no length."""
    body = json.dumps({"name": "In chunks", "purpose": "x"}).encode()
    head = b"POST /api/v1/systems HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    trailer = f"Authorization: Bearer {person.token}\r\nCookie: aic_access={person.token}\r\nOrigin: {one.url}\r\nContent-Length: 5\r\n\r\n".encode()
    answer = ask(one, head + b"%x\r\n" % len(body) + body + b"\r\n0\r\n" + trailer)
    assert statuses(answer) == [401]
    problem(answer)
