"""What tests of models and explanations share: golden models, and waiting for a task."""
import csv
import io
import json
import os

import pytest
from conftest import SHARED, Server, Tenant, wait_for

GOLDEN = SHARED / "golden" / "models"


def golden(name):
    path = GOLDEN / name
    if not path.exists():
        if os.environ.get("CI"):
            pytest.fail(f"{path} is missing")
        pytest.skip("the golden models are not here")
    return path.read_bytes()


def expected(name):
    return json.loads(golden(f"{name}.expected.json"))


def rows_of(name):
    """Numbers stay numbers, nothing is missing, texts stay texts."""
    def value(t):
        if t == "":
            return None
        try:
            return float(t)
        except ValueError:
            return t
    return [{k: value(v) for k, v in row.items()} for row in csv.DictReader(io.StringIO(golden(name).decode()))]


@pytest.fixture(scope="module")
def working():
    """A server whose tasks are done."""
    server = Server(environment={"AIC_WORKERS": "2"})
    yield server
    server.remove()


@pytest.fixture(scope="module")
def asker(working):
    return Tenant(working)


def finished(tenant, answer, seconds=120):
    assert answer.status_code == 202, answer.text
    task = answer.json()
    assert task["status"] == "PENDING" and answer.headers["Location"].endswith(task["task_id"])

    def ended():
        told = tenant.http.get(f"/tasks/{task['task_id']}").json()
        return told if told["status"] in ("SUCCEEDED", "FAILED", "CANCELLED") else None

    return wait_for(ended, seconds)


def result_of(tenant, answer):
    told = finished(tenant, answer)
    assert told["status"] == "SUCCEEDED", told["error"]
    result = told["result"]
    return json.loads(result) if isinstance(result, str) else result
