"""The server itself: health, headers, files, malformed requests, stopping, a database that goes away."""
import concurrent.futures
import json
import os
import signal
import socket
import subprocess
import threading

import httpx
import pytest
from openapi_spec_validator import validate

from conftest import BUILD, Server, Tenant, wait_for


def test_the_openapi_document_is_valid_and_the_one_that_is_served(server):
    printed = json.loads(subprocess.run([BUILD / "aicd", "openapi"], capture_output=True, text=True, check=True).stdout)
    validate(printed)
    assert httpx.get(server.url + "/api/v1/openapi.json").json() == printed


def test_every_answer_has_the_security_headers(server):
    for path in ("/", "/app/", "/api/v1/systems", "/nowhere", "/healthz", "/docs/api"):
        headers = httpx.get(server.url + path).headers
        assert "default-src 'none'" in headers["content-security-policy"] and "unsafe-eval" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff" and headers["x-request-id"]


def test_a_request_id_is_echoed_when_it_is_sane(server):
    assert httpx.get(server.url + "/healthz", headers={"X-Request-Id": "abc-1"}).headers["x-request-id"] == "abc-1"
    assert httpx.get(server.url + "/healthz", headers={"X-Request-Id": "a b<script>"}).headers["x-request-id"] != "a b<script>"


def test_files_are_compressed_tagged_and_cached(server):
    page = httpx.get(server.url + "/app/systems/anything", headers={"Accept-Encoding": "gzip"})
    assert page.status_code == 200 and page.headers["content-type"].startswith("text/html")
    script = next(part for part in page.text.split('"') if part.startswith("/assets/") and part.endswith(".js"))
    answer = httpx.get(server.url + script, headers={"Accept-Encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip" and "immutable" in answer.headers["cache-control"]
    assert httpx.get(server.url + script, headers={"If-None-Match": answer.headers["etag"]}).status_code == 304
    assert httpx.head(server.url + script).status_code == 200


def test_pages_of_the_public_site_have_addresses_and_no_others(server):
    for path in ("/", "/contact", "/contact/", "/citizens/report", "/citizens/track", "/app", "/app/no/such/page"):
        assert httpx.get(server.url + path).headers["content-type"].startswith("text/html"), path
    for path in ("/contacts", "/contact/us", "/citizens", "/citizens/reports", "/ap", "/application"):
        assert httpx.get(server.url + path).status_code == 404, path


def test_metrics_count_requests(server):
    httpx.get(server.url + "/healthz")
    text = httpx.get(server.url + "/metrics").text
    assert 'route="/healthz"' in text and "aic_build_info" in text and "aic_database_connections" in text


def raw(server, data):
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as s:
        out = b""
        try:
            s.sendall(data)
            s.shutdown(socket.SHUT_WR)
            while piece := s.recv(65536):
                out += piece
        except OSError:
            pass  # the server hung up first: an end is an answer too
    return out


@pytest.mark.parametrize("data", [b"hello\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"GET /" + b"a" * 70000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
                                  b"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
                                  b"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", b"\x00\x01\x02\x03\r\n\r\n"])
def test_malformed_requests_get_an_answer_or_an_end_and_harm_nothing(server, data):
    answer = raw(server, data)
    assert not answer.startswith(b"HTTP/1.1 2") and not answer.startswith(b"HTTP/1.1 5")
    assert httpx.get(server.url + "/healthz").status_code == 200


def test_stopping_finishes_the_requests_under_way():
    one = Server()
    try:
        person = Tenant(one)
        body = json.dumps({"name": "Half sent", "purpose": "Its second half comes after the signal to stop."}).encode()
        head = (f"POST /api/v1/systems HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {person.token}\r\nContent-Type: application/json\r\n"
                f"Content-Length: {len(body)}\r\n\r\n").encode()
        host, port = one.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=20) as s:
            s.sendall(head + body[:20])
            wait_for(lambda: "aic_http_requests_under_way 2" in httpx.get(one.url + "/metrics").text)
            one.process.send_signal(signal.SIGTERM)
            wait_for(lambda: b"stopping" in (one.data / "log").read_bytes())
            s.sendall(body[20:])
            answer = s.recv(65536)
        assert answer.startswith(b"HTTP/1.1 201") and b"Connection: close" in answer
        assert one.process.wait(timeout=60) == 0
        one.start()
        person.http.base_url = one.url + "/api/v1"
        assert [system["name"] for system in person.http.get("/systems").json()["items"]] == ["Half sent"]
    finally:
        one.remove()


def postmaster(server):
    return int((server.data / "postgresql" / "postmaster.pid").read_text().split("\n")[0])


def test_when_the_database_dies_requests_get_503_and_then_all_is_well_again():
    one = Server()
    try:
        person = Tenant(one)
        seen, stop = [], threading.Event()

        def ask():
            while not stop.is_set():
                seen.append(person.http.post("/systems", json={"name": os.urandom(8).hex(), "purpose": "x"}).status_code)

        asking = threading.Thread(target=ask)
        asking.start()
        wait_for(lambda: 201 in seen)
        before = postmaster(one)
        os.kill(before, signal.SIGKILL)
        wait_for(lambda: 503 in seen)
        wait_for(lambda: httpx.get(one.url + "/readyz").status_code == 200)
        count = len(seen)
        wait_for(lambda: 201 in seen[count:])
        stop.set()
        asking.join(timeout=30)
        assert set(seen) == {201, 503} and postmaster(one) != before
        assert person.http.get("/ledger/verify").json()["valid"] is True
        stored = int(one.psql("postgres", f"select count(*) from ai_systems where org_id = '{person.org_id}'").stdout)
        entries = int(one.psql("postgres", f"select count(*) from ledger_entries where org_id = '{person.org_id}' and action = 'SYSTEM_REGISTERED'").stdout)
        assert stored == entries >= seen.count(201)
    finally:
        one.remove()


def test_two_servers_that_start_together_do_not_collide():
    one = Server()
    try:
        url = f"host={one.socket} user=postgres dbname=fresh"
        assert one.psql("postgres", "create database fresh").returncode == 0
        command = [str(BUILD / "aicd"), "migrate", "--data", str(one.data / "other")]
        both = [subprocess.Popen(command, env={**os.environ, "DATABASE_URL": url}, stderr=subprocess.PIPE) for _ in range(2)]
        assert [p.wait(timeout=60) for p in both] == [0, 0], [p.stderr.read() for p in both]
    finally:
        one.remove()


def test_production_refuses_defaults_and_says_which(tmp_path):
    out = subprocess.run([BUILD / "aicd", "serve", "--data", tmp_path], env={**os.environ, "AIC_ENV": "production", "AIC_RATE_LIMITS": "off", "AIC_MASTER_KEY": "0" * 64},
                         capture_output=True, text=True, check=False)
    assert out.returncode == 1
    for word in ("AIC_MASTER_KEY", "DATABASE_URL", "AIC_PUBLIC_URL", "AIC_RATE_LIMITS"):
        assert word in out.stderr


def test_a_wrong_setting_is_one_clear_line():
    out = subprocess.run([BUILD / "aicd", "serve"], env={**os.environ, "AIC_THREADS": "many"}, capture_output=True, text=True, check=False)
    assert out.returncode == 2 and "AIC_THREADS: expected a whole number from 1 to 256" in out.stderr


def test_security_txt_says_whom_to_tell(server):
    assert httpx.get(server.url + "/.well-known/security.txt").status_code == 404
    told = Server(environment={"AIC_SECURITY_CONTACT": "https://example.com/security"})
    try:
        page = httpx.get(told.url + "/.well-known/security.txt")
        assert page.status_code == 200 and page.headers["content-type"].startswith("text/plain")
        lines = dict(line.split(": ", 1) for line in page.text.splitlines())
        assert lines["Contact"] == "https://example.com/security" and lines["Expires"].endswith("Z")
    finally:
        told.remove()
