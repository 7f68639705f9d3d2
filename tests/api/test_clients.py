"""Hostile and clumsy clients, byte by byte over sockets of their own: slow, silent, contradicting, too large, too many. Whatever
they do, the server answers them or hangs up, never with a 5xx other than 503, and goes on serving the others."""
import contextlib
import json
import signal
import socket
import time

import httpx
import pytest

from conftest import PASSWORD, Server, Tenant, wait_for

REQUEST_SECONDS, IDLE_SECONDS = 2, 3
BODY_LIMIT = 10 * 1000 * 1000
CUT_AFTER = REQUEST_SECONDS + IDLE_SECONDS + 4  # both times, the watch's half second, and a slow machine


@pytest.fixture(scope="module")
def quick():
    """Short times, two workers, few connections for one address."""
    one = Server(environment={"AIC_REQUEST_SECONDS": str(REQUEST_SECONDS), "AIC_IDLE_SECONDS": str(IDLE_SECONDS), "AIC_THREADS": "2",
                              "AIC_ADDRESS_CONNECTIONS": "40"})
    yield one
    one.remove()


@pytest.fixture(scope="module")
def person(quick):
    return Tenant(quick)


def connect(server, source="127.0.0.1", receive_buffer=None):
    host, port = server.url.removeprefix("http://").split(":")
    s = socket.socket()
    s.settimeout(20)
    if receive_buffer:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    s.bind((source, 0))
    s.connect((host, int(port)))
    return s


def read_to_end(s):
    """All that comes until the server ends the connection; a reset is an end too."""
    out = b""
    with contextlib.suppress(ConnectionError):
        while piece := s.recv(65536):
            out += piece
    return out


def ask(server, data, is_whole=True):
    """All that the server says to it until it ends the connection; what is not whole is ended by us."""
    with connect(server) as s:
        with contextlib.suppress(ConnectionError):
            s.sendall(data)
        if not is_whole:
            with contextlib.suppress(OSError):
                s.shutdown(socket.SHUT_WR)
        return read_to_end(s)


def statuses(answer):
    """Of each answer on the connection, in order; interim ones left out."""
    found = []
    while answer:
        head, _, rest = answer.partition(b"\r\n\r\n")
        rest = rest.removeprefix(head + b"\r\n\r\n")  # libmicrohttpd 0.9.75 sends the head of its own refusals twice
        status = int(head.split(b" ", 2)[1])
        length = next((int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
        if status >= 200:
            found.append(status)
        answer = rest[length if status >= 200 else 0:]
    return found


def problem(answer):
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"application/problem+json" in head, answer
    document = json.loads(body)
    assert document["status"] == int(head.split(b" ", 2)[1]) and document["detail"]
    return document


def post(token, rest, path="/api/v1/systems"):
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n"
    return head.encode() + rest


def metric(server, name):
    lines = httpx.get(server.url + "/metrics").text.split("\n")
    return float(next(line.rsplit(" ", 1)[1] for line in lines if line.startswith(name + " ")))


def only_us(server):
    """No connection is left but the one that asks."""
    wait_for(lambda: metric(server, "aic_http_connections") == 1 and metric(server, "aic_http_requests_under_way") == 1, seconds=20)


def is_served(server, source=None):
    transport = httpx.HTTPTransport(local_address=source) if source else None
    with httpx.Client(transport=transport, timeout=5) as client:
        return client.get(server.url + "/healthz").status_code == 200


def drip(s, data, until):
    """One byte at a time as long as the server listens; gives what it said when it had enough."""
    s.settimeout(0.2)
    for i in range(len(data)):
        try:
            s.sendall(data[i:i + 1])
            piece = s.recv(65536)
            return piece + read_to_end(s)
        except TimeoutError:
            assert time.monotonic() < until, "the server waits for ever"
        except ConnectionError:
            return b""
    raise AssertionError("all was taken")


# ------------------------------------------------------------------ slow


@pytest.mark.parametrize("start", [b"", b"GET /healthz HTTP/1.1\r\nHost: x\r\n"])
def test_headers_that_come_drop_by_drop_are_cut_off(quick, start):
    with connect(quick) as s:
        s.sendall(start)
        answer = drip(s, b"GET /healthz" + b"a" * 500 if not start else b"X-Slow: " + b"a" * 500, time.monotonic() + CUT_AFTER)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 408 ")
    only_us(quick)


def test_a_body_that_comes_drop_by_drop_is_cut_off(quick, person):
    before = metric(quick, 'aic_http_cut_total{reason="timeout"}')
    with connect(quick) as s:
        s.sendall(post(person.token, b"Content-Length: 500\r\n\r\n"))
        answer = drip(s, b" " * 500, time.monotonic() + CUT_AFTER)
    assert statuses(answer) == [408] and problem(answer)["type"].endswith("timeout")
    assert metric(quick, 'aic_http_cut_total{reason="timeout"}') == before + 1
    only_us(quick)


@pytest.mark.parametrize("part", [b"Content-Length: 100\r\n\r\n{\"name\":", b"Transfer-Encoding: chunked\r\n\r\n40\r\n{\"name\":"])
def test_a_body_that_stops_in_the_middle_gets_408_and_frees_its_connection(quick, person, part):
    with connect(quick) as s:
        s.sendall(post(person.token, part))
        started = time.monotonic()
        answer = read_to_end(s)
    assert statuses(answer) in ([408], []) and time.monotonic() - started < CUT_AFTER
    only_us(quick)
    assert metric(quick, "aic_http_body_bytes_held") == 0


def test_a_client_that_leaves_in_the_middle_frees_all_it_held(quick, person):
    for _ in range(20):
        with connect(quick) as s:
            s.sendall(post(person.token, b"Content-Length: 200000\r\n\r\n" + b" " * 100000))
    only_us(quick)
    assert metric(quick, "aic_http_body_bytes_held") == 0


def test_a_silent_connection_is_closed_after_the_idle_time(quick):
    with connect(quick) as s:
        assert read_to_end(s) == b""
    with connect(quick) as s:
        s.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert statuses(read_to_end(s)) == [200]


def test_a_client_that_never_reads_its_answers_holds_no_worker(quick, person):
    for _ in range(8):
        person.system(purpose="x" * 1900)
    request = f"GET /api/v1/systems?limit=200 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {person.token}\r\n\r\n".encode()
    with contextlib.ExitStack() as stack:
        for _ in range(6):  # more than there are workers
            s = stack.enter_context(connect(quick, receive_buffer=4096))
            s.setblocking(False)
            with contextlib.suppress(BlockingIOError, ConnectionError):
                for _ in range(400):
                    s.send(request)
        wait_for(lambda: metric(quick, "aic_http_handlers_busy") <= 1 and metric(quick, "aic_http_handlers_waiting") == 0)
        for _ in range(5):
            assert person.http.get("/systems?limit=1").status_code == 200
        person.http.close()
        person.http = httpx.Client(base_url=quick.url + "/api/v1", timeout=30, headers={"Authorization": f"Bearer {person.token}"})
        wait_for(lambda: metric(quick, "aic_http_connections") == 1, seconds=60)


# ------------------------------------------------------------------ too large


@pytest.mark.parametrize("coding", [f"Content-Length: {BODY_LIMIT + 1}\r\n\r\n".encode(), f"Content-Length: {10 ** 15}\r\n\r\n".encode()])
def test_a_body_that_says_it_is_too_large_is_refused_before_it_comes(server, tenant, coding):
    with connect(server) as s:
        s.sendall(post(tenant.token, coding))
        answer = read_to_end(s)
    assert statuses(answer) == [413] and "10 MB" in problem(answer)["detail"]


def test_a_chunked_body_that_grows_too_large_is_refused_while_it_comes(server, tenant):
    piece = b"10000\r\n" + b" " * 65536 + b"\r\n"
    sent = 0
    with connect(server) as s:
        s.sendall(post(tenant.token, b"Transfer-Encoding: chunked\r\n\r\n"))
        with contextlib.suppress(ConnectionError):
            while sent < BODY_LIMIT:
                s.sendall(piece)
                sent += 65536
        answer = read_to_end(s)
    assert statuses(answer) == [413] and problem(answer)["type"].endswith("too_large")
    wait_for(lambda: metric(server, "aic_http_body_bytes_held") == 0)


def test_one_that_asks_first_is_told_before_it_sends(server, tenant):
    with connect(server) as s:
        s.sendall(post(tenant.token, f"Expect: 100-continue\r\nContent-Length: {BODY_LIMIT + 1}\r\n\r\n".encode()))
        answer = s.recv(65536)
        assert statuses(answer) == [413]
    body = json.dumps({"name": "Asked first", "purpose": "Decides."}).encode()
    with connect(server) as s:
        s.sendall(post(tenant.token, f"Expect: 100-continue\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n".encode()))
        assert s.recv(65536).startswith(b"HTTP/1.1 100 ")
        s.sendall(body)
        assert statuses(read_to_end(s)) == [201]


@pytest.mark.parametrize("length, expected", [(7000, 404), (8300, 414), (20000, 414), (60000, 414)])
def test_a_long_address_is_refused(server, length, expected):
    answer = ask(server, b"GET /" + b"a" * length + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert statuses(answer) == [expected]


@pytest.mark.parametrize("headers, expected", [(b"X: " + b"a" * 15000 + b"\r\n", 200), (b"X: " + b"a" * 17000 + b"\r\n", 431), (b"X: " + b"a" * 70000 + b"\r\n", 431),
                                               (b"".join(b"X-%d: %s\r\n" % (i, b"a" * 100) for i in range(180)), 431), (b"X: a\r\n" * 5000, 431)])
def test_headers_have_a_limit(server, headers, expected):
    assert statuses(ask(server, b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + headers + b"\r\n")) == [expected]


# ------------------------------------------------------------------ contradicting: one request that two programs read in two ways

INNER = b"GET /healthz HTTP/1.1\r\nHost: inner\r\n\r\n"


@pytest.mark.parametrize("framing", [
    b"Content-Length: 0\r\nContent-Length: 41\r\n",
    b"Content-Length: 5\r\nContent-Length: 5\r\n",
    b"Content-Length: 5, 5\r\n",
    b"Content-Length: 41\r\nTransfer-Encoding: chunked\r\n",
    b"Transfer-Encoding: chunked\r\nContent-Length: 41\r\n",
    b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
    b"Transfer-Encoding: identity, chunked\r\n",
    b"Transfer-Encoding: xchunked\r\n",
    b"Transfer-Encoding : chunked\r\n",
    b"Transfer-Encoding: chunked, identity\r\n",
    b"Content-Length: +5\r\n",
    b"Content-Length: 0x5\r\n",
    b"Content-Length: 5 5\r\n",
    b"Content-Length: -1\r\n",
    b"Content-Length: 99999999999999999999999\r\n",
    b"Content-Length: abc\r\n",
    b"Content-Length:\r\n",
    b"Content-Length\r\n",
])
@pytest.mark.parametrize("verb", [b"POST /api/v1/auth/login", b"GET /healthz"])
def test_contradicting_lengths_are_refused_and_nothing_is_smuggled(server, framing, verb):
    answer = ask(server, verb + b" HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n" + framing + b"\r\n0\r\n\r\n" + INNER)
    assert len(statuses(answer)) <= 1 and all(400 <= status < 500 for status in statuses(answer)), answer
    assert is_served(server)


@pytest.mark.parametrize("chunks", [b"zz\r\n", b"5\r\nabc", b"-1\r\n\r\n", b"5;x\nabcde\r\n0\r\n\r\n", b"5\r\nabcdeXX0\r\n\r\n", b"fffffffffffffffff\r\n", b"0x5\r\nabcde\r\n0\r\n\r\n",
                                    b" 5\r\nabcde\r\n0\r\n\r\n", b"\r\n"])
def test_broken_chunks_are_refused_or_ended(server, chunks):
    answer = ask(server, post("none", b"Transfer-Encoding: chunked\r\n\r\n" + chunks, path="/api/v1/auth/login") + INNER, is_whole=False)
    assert all(400 <= status < 500 for status in statuses(answer)), answer
    assert is_served(server)


def test_a_length_that_is_too_long_waits_and_one_too_short_is_read_as_it_says(quick, person):
    body = json.dumps({"name": "Short", "purpose": "x"}).encode()
    answer = ask(quick, post(person.token, f"Content-Length: {len(body) + 10}\r\n\r\n".encode() + body), is_whole=False)
    assert statuses(answer) in ([], [400], [408])
    answer = ask(quick, post(person.token, f"Content-Length: {len(body) - 5}\r\n\r\n".encode() + body))
    assert statuses(answer)[0] == 400 and all(400 <= status < 500 for status in statuses(answer))


# ------------------------------------------------------------------ bytes that do not belong


@pytest.mark.parametrize("line", [
    b"X-Folded: a\x01\r\n b\r\n",
    b"X-Bell: a\x07b\r\n",
    b"X-Escape: \x1b[31m\r\n",
    b"X-Delete: \x7f\r\n",
    b"X-Return: a\rb\r\n",
    b"X Blank: a\r\n",
    b"X-Colon-Blank : a\r\n",
    b"no colon at all\r\n",
    b"X-N\x00ul: a\r\n",
    b"X-\xc3\xa9: a\r\n",
    b"X-Latin: \xe9\r\n",
    b"User-Agent: \xff\xfe\r\n",
    b"Host: y\r\n",
])
def test_headers_of_bytes_that_do_not_belong_are_refused(server, line):
    answer = ask(server, b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + line + b"Connection: close\r\n\r\n")
    assert statuses(answer) in ([400], []), answer


@pytest.mark.parametrize("line", [b"X-Folded: a\r\n b\r\n", b" X-First: folded\r\n", b"X-Nul: a\x00b\r\n", b": no name\r\n", b"\x00: nul\r\n"])
def test_what_the_library_reads_in_its_own_way_harms_nothing(server, line):
    """libmicrohttpd undoes line folding, as RFC 9112 allows, and reads a value up to a NUL, before we see them."""
    answer = ask(server, b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + line + b"Connection: close\r\n\r\n")
    assert set(statuses(answer)) <= {200, 400}, answer
    assert is_served(server)


def test_a_folded_length_is_the_length(server):
    inner = b"Content-Length:\r\n 41\r\n\r\n" + b"x" * (41 - len(INNER)) + INNER
    answer = ask(server, b"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n" + inner)
    assert statuses(answer) == [400]


@pytest.mark.parametrize("name", ["User-Agent", "Idempotency-Key", "X-Forwarded-For", "Cookie", "Authorization", "If-Match", "Accept", "Origin", "X-Request-Id", "Expect"])
@pytest.mark.parametrize("value", [b"\xff", b"\xc3", b"a'b\"c\\d", b"%00%s%n", b"\xf0\x9f\x98\x80", b"x" * 9000, b","])
def test_no_value_of_a_header_is_an_error_of_ours(server, tenant, name, value):
    body = json.dumps({"name": f"{name} {value!r}"[:80], "purpose": "x"}).encode()
    token = b"" if name == "Authorization" else f"Authorization: Bearer {tenant.token}\r\n".encode()
    head = b"POST /api/v1/systems HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nConnection: close\r\n" + token
    answer = ask(server, head + name.encode() + b": " + value + f"\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
    assert len(statuses(answer)) == 1 and statuses(answer)[0] < 500, answer


@pytest.mark.parametrize("media", [b"text/\xffplain", b"", b";", b"application/json/json", b"a" * 3000])
def test_no_content_type_is_an_error_of_ours(server, tenant, media):
    head = f"POST /api/v1/systems HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {tenant.token}\r\n".encode()
    answer = ask(server, head + b"Content-Type: " + media + b"\r\nContent-Length: 2\r\n\r\n{}")
    assert statuses(answer) in ([400], [415])
    problem(answer)


@pytest.mark.parametrize("target", [b"/%", b"/%zz", b"/%00", b"/api/v1/systems/%ff", b"/api/v1/systems?x=%", b"/api/v1/systems?search=%00", b"/api/v1/../healthz", b"//healthz",
                                    b"/\xff", b"*", b"healthz", b"?", b"/api/v1/systems?cursor=AAAA", b"/<script>", b"/api/v1/systems/'%20or%201=1--"])
def test_no_address_is_an_error_of_ours(server, tenant, target):
    answer = ask(server, b"GET " + target + f" HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {tenant.token}\r\nConnection: close\r\n\r\n".encode())
    assert len(statuses(answer)) <= 1 and all(400 <= status < 500 for status in statuses(answer)), answer


# ------------------------------------------------------------------ methods and versions


@pytest.mark.parametrize("method", ["BREW", "TRACE", "CONNECT", "get", "PROPFIND", "G" * 300, "PUT"])
def test_a_method_that_the_address_does_not_take_is_told_which_it_takes(server, method):
    answer = ask(server, f"{method} /api/v1/systems HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    assert statuses(answer) == [405] and b"\r\nAllow: GET, HEAD, POST, OPTIONS\r\n" in answer
    problem(answer)


@pytest.mark.parametrize("method", [b"\xe9", b"G@T", b"(GET)"])
def test_a_method_that_is_no_word_is_refused(server, method):
    answer = ask(server, method + b" /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert all(status in (400, 405, 501) for status in statuses(answer)), answer


def test_http_1_0_is_served_and_ended(server):
    answer = ask(server, b"GET /healthz HTTP/1.0\r\n\r\n")
    assert statuses(answer) == [200]
    with connect(server) as s:
        s.sendall(b"GET /healthz HTTP/1.0\r\n\r\n")
        assert statuses(read_to_end(s)) == [200]  # the server closes by itself


@pytest.mark.parametrize("version", [b"HTTP/2.0", b"HTTP/3", b"HTTP/0.9", b"HTTP/1.x", b"http/1.1", b"FTP/1.1", b""])
def test_other_versions_are_refused_or_served_as_1_1(server, version):
    answer = ask(server, b"GET /healthz " + version + b"\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert all(status in (200, 400, 426, 505) for status in statuses(answer)), answer
    assert is_served(server)


def test_a_request_without_a_host_is_refused(server):
    assert statuses(ask(server, b"GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n")) == [400]


def test_an_address_may_be_absolute_as_to_a_proxy(server):
    answer = ask(server, b"GET http://x/healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert statuses(answer) == [200]


# ------------------------------------------------------------------ many


def test_pipelined_requests_are_answered_in_order(server, tenant):
    made = tenant.system()
    sign = f"Host: x\r\nAuthorization: Bearer {tenant.token}\r\n".encode()
    paths = [b"/healthz", f"/api/v1/systems/{made['id']}".encode(), b"/nowhere", b"/api/v1/auth/me", b"/healthz", b"/api/v1/systems?limit=0"] * 10
    requests = b"".join(b"GET " + path + b" HTTP/1.1\r\nX-Request-Id: r" + str(i).encode() + b"\r\n" + sign + b"\r\n" for i, path in enumerate(paths))
    answer = ask(server, requests + b"GET /healthz HTTP/1.1\r\nConnection: close\r\n" + sign + b"\r\n")
    assert statuses(answer) == [200, 200, 404, 200, 200, 422] * 10 + [200]
    ids = [line.split(b": ")[1] for line in answer.split(b"\r\n") if line.startswith(b"X-Request-Id: r")]
    assert ids == [f"r{i}".encode() for i in range(len(paths))]


def test_one_address_cannot_take_all_connections(quick):
    """What is over the limit is closed; another address is served, and the first one again once it has let go."""
    with contextlib.ExitStack() as stack:
        held = [stack.enter_context(connect(quick, source="127.0.0.2")) for _ in range(60)]
        for s in held:
            s.setblocking(False)

        def closed():
            count = 0
            for s in held:
                with contextlib.suppress(BlockingIOError):
                    with contextlib.suppress(ConnectionError):
                        assert s.recv(1) == b""
                    count += 1
            return count

        wait_for(lambda: closed() >= 20)
        assert is_served(quick, source="127.0.0.3")
    wait_for(lambda: metric(quick, "aic_http_connections") == 1)
    assert is_served(quick, source="127.0.0.2")


def test_many_idle_connections_do_not_stop_others_from_being_served(server, tenant):
    with contextlib.ExitStack() as stack:
        for i in range(800):
            s = stack.enter_context(connect(server, source=f"127.0.1.{i % 8 + 1}"))
            if i % 2:
                s.sendall(b"GET /healthz HT")
        wait_for(lambda: metric(server, "aic_http_connections") > 800)
        started = time.monotonic()
        for _ in range(20):
            assert tenant.http.get("/systems?limit=1").status_code == 200
        assert time.monotonic() - started < 5
    wait_for(lambda: metric(server, "aic_http_connections") < 100)


def test_an_answer_of_any_kind_keeps_the_connection(server, tenant):
    """One connection serves a page's files, what is not found and what is refused alike."""
    sign = f"Host: x\r\nAuthorization: Bearer {tenant.token}\r\n".encode()
    body = b"Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
    with connect(server) as s:
        for line, end in ((b"GET /nowhere", b"\r\n"), (b"PUT /healthz", body), (b"OPTIONS /api/v1/systems", b"\r\n"), (b"BREW /healthz", b"\r\n"),
                          (b"POST /nowhere", body), (b"POST /api/v1/systems", body), (b"HEAD /healthz", b"\r\n"), (b"GET /docs/api.css", b"\r\n")):
            s.sendall(line + b" HTTP/1.1\r\n" + sign + end)
            answer = s.recv(65536)
            assert answer.startswith(b"HTTP/1.1 ") and b"\r\nConnection: close" not in answer, answer
        s.sendall(b"GET /healthz HTTP/1.1\r\nConnection: close\r\n" + sign + b"\r\n")
        assert statuses(read_to_end(s)) == [200]


# ------------------------------------------------------------------ stopping


def test_stopping_waits_for_no_client_that_hangs_and_ends_with_0():
    one = Server(environment={"AIC_REQUEST_SECONDS": "2", "AIC_IDLE_SECONDS": "60"})
    try:
        who = Tenant(one)
        with connect(one) as idle, connect(one) as half_head, connect(one) as half_body, connect(one) as whole:
            half_head.sendall(b"GET /healthz HTTP/1.1\r\nHo")
            half_body.sendall(post(who.token, b"Content-Length: 100\r\n\r\n{"))
            wait_for(lambda: metric(one, "aic_http_requests_under_way") == 3)
            whole.sendall(json_request("/api/v1/auth/login", {"email": who.email, "password": PASSWORD}))  # takes a while
            wait_for(lambda: metric(one, "aic_http_handlers_busy") >= 2)
            one.process.send_signal(signal.SIGTERM)
            assert statuses(read_to_end(whole)) == [200]
            assert statuses(read_to_end(half_body)) in ([408], [])
            assert statuses(read_to_end(half_head)) in ([408], [])
            assert read_to_end(idle) == b""
            assert one.process.wait(timeout=15) == 0
    finally:
        one.remove()


def json_request(path, body):
    body = json.dumps(body).encode()
    return f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
