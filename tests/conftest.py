"""One server for all tests of the API, with a database of its own, as a person would start it; stopped at the end."""
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
import uuid

import httpx
import pytest

import log_secrets

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = pathlib.Path(os.environ.get("AIC_BUILD", ROOT / "build"))
SHARED = pathlib.Path(os.environ.get("AIC_SHARED", ROOT.parent / "shared"))
PASSWORD = "quiet windmill counts the rain"

wire = log_secrets.Wire()
wire.add(PASSWORD)


def listen_to_the_wire():
    """Every request of every test goes through here, whatever it is sent by."""
    send = httpx.Client.send

    def send_and_note(client, request, **more):
        answer = send(client, request, **more)
        if not more.get("stream"):
            wire.saw(request, answer)
        return answer

    httpx.Client.send = send_and_note


listen_to_the_wire()


def wait_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.05)  # between looks at the condition
    raise AssertionError("waited in vain")


class Server:
    unchecked = set()  # those whose log nobody has looked at yet

    def __init__(self, extra=(), environment=None):
        self.data = pathlib.Path(tempfile.mkdtemp(prefix="aic-test-"))
        self.data.chmod(0o755)  # the database's own user must be able to pass
        self.extra, self.environment = list(extra), environment or {}
        self.start()

    def start(self):
        (self.data / "aicd.url").unlink(missing_ok=True)
        Server.unchecked.add(self)
        self.log = open(self.data / "log", "ab")
        command = [str(BUILD / "aicd"), "serve", "--data", str(self.data), "--listen", "127.0.0.1:0", *self.extra]
        self.process = subprocess.Popen(command, stderr=self.log, env={**os.environ, "AIC_RATE_LIMITS": "off", "AIC_MFA": "optional", "AIC_LOG_LEVEL": "debug", "AIC_WORKERS": "0", **self.environment})
        wait_for(lambda: (self.data / "aicd.url").exists() or self.process.poll() is not None)
        assert self.process.poll() is None, (self.data / "log").read_text()
        self.url = (self.data / "aicd.url").read_text().strip()

    @property
    def socket(self):
        near = self.data / "postgresql-socket"
        return near if near.exists() else None

    def psql(self, role, sql):
        command = ["psql", "-h", str(self.socket), "-U", role, "-d", "aic", "-v", "ON_ERROR_STOP=1", "-qAt", "-c", sql]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(timeout=60)
        self.log.close()
        return self.process.returncode

    def remove(self):
        self.stop()
        self.check_log()
        shutil.rmtree(self.data, ignore_errors=True)

    def check_log(self):
        """No log of any test's server holds a secret or an address of a person."""
        Server.unchecked.discard(self)
        for name in ("log", "postgresql.log"):
            if (self.data / name).exists():
                faults = list(log_secrets.found_in((self.data / name).read_text(errors="replace"), wire))
                assert not faults, f"the {name} of a server holds {faults[0]}"


def pytest_sessionfinish(session):
    """Those that no test has put away: of a test that failed, or that forgot."""
    for server in list(Server.unchecked):
        try:
            server.check_log()
        except AssertionError as fault:
            print(f"\n{fault}")
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


def beside(one, **environment):
    """Another server on the database of one."""
    return Server(environment={"DATABASE_URL": f"host={one.socket} user=postgres dbname=aic", "AIC_MASTER_KEY": (one.data / "master.key").read_text(), **environment})


class Tenant:
    """An organization of its own with a signed-in administrator."""

    def __init__(self, server, name=None):
        self.name = name or f"Org {uuid.uuid4().hex[:8]}"
        self.email = f"{uuid.uuid4().hex}@example.com"
        self.server = server
        self.http = httpx.Client(base_url=server.url + "/api/v1", timeout=30)
        body = {"organization": self.name, "name": "Ada Admin", "email": self.email, "password": PASSWORD}
        made = self.http.post("/auth/register", json=body)
        assert made.status_code == 201, made.text
        self.registered = made.json()
        self.sign_in()

    def sign_in(self):
        answer = self.http.post("/auth/login", json={"email": self.email, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        self.token = answer.json()["access_token"]
        self.refresh_cookie = answer.cookies.get("aic_refresh")
        self.http.cookies.clear()
        self.http.headers["Authorization"] = f"Bearer {self.token}"
        return answer

    @property
    def org_id(self):
        return self.registered["organization"]["id"]

    def system(self, **more):
        answer = self.http.post("/systems", json={"name": f"System {uuid.uuid4().hex[:8]}", "purpose": "Decides.", **more})
        assert answer.status_code == 201, answer.text
        return answer.json()


@pytest.fixture(scope="session")
def server():
    running = Server()
    yield running
    running.remove()


LASTING = []  # people of the whole run


@pytest.fixture(scope="session")
def tenant(server):
    LASTING.append(Tenant(server))
    return LASTING[-1]


@pytest.fixture(scope="session")
def other(server):
    LASTING.append(Tenant(server))
    return LASTING[-1]


@pytest.fixture(scope="module", autouse=True)
def as_if_they_had_just_come():
    """What matters most asks who signed in more than five minutes ago to show again who it is. An earlier module may have locked
    them out."""
    for person in LASTING:
        person.server.psql("postgres", f"update users set failed_login_attempts = 0, lockout_until = null where email = '{person.email}'")
        person.sign_in()


@pytest.fixture(scope="session")
def compas():
    path = SHARED / "datasets" / "compas.csv"
    if not path.exists():
        if os.environ.get("CI"):
            pytest.fail(f"{path} is missing")
        pytest.skip("the public data sets are not here")
    return path


@pytest.fixture(scope="session")
def golden():
    import json

    path = SHARED / "golden" / "fairness.json"
    if not path.exists():
        if os.environ.get("CI"):
            pytest.fail(f"{path} is missing")
        pytest.skip("the reference values are not here")
    return json.loads(path.read_text())


@pytest.fixture(scope="session")
def golden_models():
    path = SHARED / "golden" / "models"
    if not path.exists():
        if os.environ.get("CI"):
            pytest.fail(f"{path} is missing")
        pytest.skip("the reference models are not here")
    return path
