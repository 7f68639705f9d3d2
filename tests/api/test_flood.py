"""A flood of sign-ins: each holds 64 MiB for a tenth of a second of a core, so few run at once, the rest wait for a moment, and
whoever does not need a password goes on undisturbed."""
import concurrent.futures
import ctypes
import ctypes.util
import os
import pathlib
import threading

import httpx

from conftest import PASSWORD, Server, Tenant

HASH_MB = 64
AT_ONCE = 2 * len(os.sched_getaffinity(0))


def peak_mb(one):
    status = pathlib.Path(f"/proc/{one.process.pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1024


def sign_in(one, email, password):
    with httpx.Client(timeout=60) as http:
        return http.post(one.url + "/api/v1/auth/login", json={"email": email, "password": password})


def test_a_flood_of_sign_ins_takes_neither_the_memory_nor_the_server():
    one = Server()
    try:
        people = [Tenant(one) for _ in range(4)]
        before = peak_mb(one)
        watched = Watcher(one, people[0])
        watched.start()
        with concurrent.futures.ThreadPoolExecutor(100) as pool:
            # Half are people, half nobody: the time and the answers of both are the same.
            asked = [(people[n % 4].email if n % 2 else f"nobody{n}@example.com", PASSWORD) for n in range(100)]
            answers = list(pool.map(lambda who: sign_in(one, *who), asked))
        watched.stop()
        statuses = {answer.status_code for answer in answers}
        assert 200 in statuses and statuses <= {200, 401, 503, 423}
        for answer in answers:
            if answer.status_code == 503:
                assert answer.json()["title"] == "Unavailable" and int(answer.headers["Retry-After"]) >= 1
        assert set(watched.seen) == {200} and len(watched.seen) >= 10
        assert peak_mb(one) - before < (AT_ONCE - 1) * HASH_MB + 100
        # What was sent away was not counted as an attempt: nobody is locked out by a flood.
        assert all(sign_in(one, person.email, PASSWORD).status_code == 200 for person in people)
    finally:
        one.remove()


class Watcher(threading.Thread):
    """Somebody who is signed in and a load balancer that asks, all the while."""

    def __init__(self, one, person):
        super().__init__()
        self.one, self.person, self.seen, self.ended = one, person, [], threading.Event()

    def run(self):
        while not self.ended.is_set():
            self.seen.append(httpx.get(self.one.url + "/healthz", timeout=5).status_code)
            self.seen.append(self.person.http.get("/systems?limit=1", timeout=5).status_code)

    def stop(self):
        self.ended.set()
        self.join()


def older_hash(password):
    """As argon2id made it with the costs of before: 64 MiB, two passes."""
    sodium = ctypes.CDLL(ctypes.util.find_library("sodium"))
    out = ctypes.create_string_buffer(128)
    secret = password.encode()
    made = sodium.crypto_pwhash_str(out, secret, ctypes.c_ulonglong(len(secret)), ctypes.c_ulonglong(2), ctypes.c_size_t(HASH_MB << 20))
    assert made == 0
    return out.value.decode()


def test_an_older_hash_is_renewed_at_sign_in(server):
    person = Tenant(server)
    stored = f"select password_hash from users where email = '{person.email}'"
    server.psql("postgres", f"update users set password_hash = '{older_hash(PASSWORD)}' where email = '{person.email}'")
    assert sign_in(server, person.email, "not " + PASSWORD).status_code == 401
    assert server.psql("postgres", stored).stdout.startswith("$argon2id$v=19$m=65536,t=2,p=1$")
    assert sign_in(server, person.email, PASSWORD).status_code == 200
    renewed = server.psql("postgres", stored).stdout
    assert renewed.startswith("$argon2id$v=19$m=65536,t=3,p=1$")
    assert sign_in(server, person.email, PASSWORD).status_code == 200
    assert server.psql("postgres", stored).stdout == renewed
