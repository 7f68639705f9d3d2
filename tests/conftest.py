"""One server for all tests of the API, with a database of its own, as a person would start it; stopped at the end."""
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time
import uuid

import httpx
import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = pathlib.Path(os.environ.get("AIC_BUILD", ROOT / "build"))
SHARED = pathlib.Path(os.environ.get("AIC_SHARED", ROOT.parent / "shared"))
PASSWORD = "quiet windmill counts the rain"


SECRETS = {"a password": re.escape(PASSWORD), "an e-mail address": r"[\w.+-]+@[\w-]+\.\w+", "an access token": r"eyJ[\w-]{20,}\.",
           "a private key": "PRIVATE KEY", "a password's hash": r"\$argon2", "a webhook's secret": "whsec_"}


def wait_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.05)  # between looks at the condition
    raise AssertionError("waited in vain")


class Server:
    def __init__(self, extra=(), environment=None):
        self.data = pathlib.Path(tempfile.mkdtemp(prefix="aic-test-"))
        self.data.chmod(0o755)  # the database's own user must be able to pass
        self.extra, self.environment = list(extra), environment or {}
        self.start()

    def start(self):
        (self.data / "aicd.url").unlink(missing_ok=True)
        self.log = open(self.data / "log", "ab")
        command = [str(BUILD / "aicd"), "serve", "--data", str(self.data), "--listen", "127.0.0.1:0", *self.extra]
        self.process = subprocess.Popen(command, stderr=self.log, env={**os.environ, "AIC_RATE_LIMITS": "off", "AIC_MFA": "optional", **self.environment})
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
        told = (self.data / "log").read_text(errors="replace")
        for what, pattern in SECRETS.items():
            found = re.search(pattern, told)
            assert not found, f"the log holds {what}: …{told[max(0, found.start() - 200):found.end() + 50]}…"


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


@pytest.fixture(scope="session")
def tenant(server):
    return Tenant(server)


@pytest.fixture(scope="session")
def other(server):
    return Tenant(server)


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
