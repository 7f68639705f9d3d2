"""The API asked in sequences (schemathesis, stateful): what one answer gives is what the next request names, so that systems, incidents,
analyses, leads, sessions and cases that exist are read, changed and ended in any order, by an administrator, by a viewer and by nobody.
Whatever comes of it: no defect of ours, no undocumented status, no answer that is not as it is described."""
import collections

import httpx
import hypothesis
import pytest
import schemathesis
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from conftest import Tenant
from people import without_walls

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]

# What a name alone does not tell: which answer's field another request means.
LINKS = [
    ("/api/v1/analyze", "post", "201", "get_analyses_id", {"id": "$response.body#/analysis_id"}),
    ("/api/v1/analyze", "post", "201", "get_ledger_id", {"id": "$response.body#/ledger_entry_id"}),
    ("/api/v1/systems", "post", "201", "get_systems_id", {"id": "$response.body#/id"}),
    ("/api/v1/systems", "post", "201", "patch_systems_id", {"id": "$response.body#/id"}),
    ("/api/v1/systems", "get", "200", "get_systems_id", {"id": "$response.body#/items/0/id"}),
    ("/api/v1/auth/sessions", "get", "200", "delete_auth_sessions_id", {"id": "$response.body#/items/0/id"}),
    ("/api/v1/users", "get", "200", "post_users_id_unlock", {"id": "$response.body#/items/0/id"}),
    ("/api/v1/incidents/public", "post", "201", "get_cases_reference", {"reference": "$response.body#/reference", "X-Case-Secret": "$response.body#/secret"}),
]

# A sequence is of one person, who stays in; what signs in and out, and what locks out, is asked for in other tests.
OUT_OF_SEQUENCE = r"/auth/(?!sessions/\{id\}|sessions$|me$|mfa$)"


def description(server):
    document = httpx.get(server.url + "/api/v1/openapi.json").json()
    for path, operations in document["paths"].items():
        if "/cases/" in path:  # said in words there
            for operation in operations.values():
                operation["parameters"].append({"name": "X-Case-Secret", "in": "header", "required": False, "schema": {"type": "string"}})
    known = {operation["operationId"] for operations in document["paths"].values() for operation in operations.values()}
    for path, method, status, target, parameters in LINKS:
        assert target in known, target
        document["paths"][path][method]["responses"][status].setdefault("links", {})[target] = {"operationId": target, "parameters": parameters}
    return document


class Asker:
    """Who asks; signs in again when the sequence has ended the session."""

    def __init__(self, tenant):
        self.tenant, self.seen, self.versions = tenant, collections.Counter(), {}

    def headers(self, case):
        version = self.versions.get(str((case.path_parameters or {}).get("id")))
        return {**(case.headers or {}), **({"If-Match": f'"{version}"'} if version else {}), **({"Authorization": f"Bearer {self.tenant.token}"} if self.tenant else {})}

    def note(self, answer, case):
        self.seen[case.operation.label, answer.status_code] += 1
        body = answer.json() if answer.headers.get("content-type") == ["application/json"] and answer.content else {}
        if isinstance(body, dict) and {"id", "version"} <= body.keys():
            self.versions[body["id"]] = body["version"]
        if self.tenant and answer.status_code == 401:
            self.tenant.sign_in()

    def done(self, label, status=None):
        return sum(count for (named, told), count in self.seen.items() if named == label and status in (None, told))


def run(server, asker, sequences, about="."):
    schema = schemathesis.openapi.from_dict(description(server)).include(path_regex=about).exclude(path_regex=OUT_OF_SEQUENCE)
    schema.config.generation.update(modes=[GenerationMode.POSITIVE])  # what the description forbids is tried in test_openapi_fuzz.py

    class Sequence(schema.as_state_machine()):
        def get_call_kwargs(self, case):
            return {"base_url": server.url, "headers": asker.headers(case), "cookies": {}}

        def validate_response(self, response, case, **_):
            asker.note(response, case)
            if response.status_code in (414, 431) and b"memory constraints of this webserver" in response.content:
                return  # an address or headers that fill a connection's whole memory: the HTTP library says so before we see it
            told_to_wait = response.status_code == 503 and "retry-after" in {name.lower() for name in response.headers}
            case.validate_response(response, checks=CHECKS[1:] if told_to_wait else CHECKS)

    Sequence.run(settings=hypothesis.settings(max_examples=sequences, stateful_step_count=20, deadline=None, derandomize=True, database=None,
                                              suppress_health_check=list(hypothesis.HealthCheck), phases=[hypothesis.Phase.generate]))


@pytest.fixture
def tenant_of(server):
    def made(role):
        person = Tenant(server)
        assert person.http.post("/leads", json={"email": "somebody@example.com", "company": "x"}).status_code == 202
        if role != "ADMIN":
            for _ in range(2):  # so that there is something to ask for
                person.system()
            person.http.post("/incidents", json={"title": "x", "description": "y", "category": "BIAS"})
            without_walls(server, f"update users set role = '{role}' where email = '{person.email}'")
            person.sign_in()
        return person

    return made


@pytest.mark.parametrize("about, followed", [
    ("/(systems|incidents(?!/public))", ["GET /api/v1/systems/{id}", "PATCH /api/v1/systems/{id}", "GET /api/v1/incidents/{id}", "PATCH /api/v1/incidents/{id}"]),
    ("/leads", ["GET /api/v1/leads/{id}", "PATCH /api/v1/leads/{id}"]),
    ("/(users|sessions)", ["GET /api/v1/auth/sessions", "DELETE /api/v1/auth/sessions/{id}"]),
    ("/(ledger|audit-log)", ["GET /api/v1/ledger/{id}", "GET /api/v1/audit-log/{id}"]),
    (".", None),
], ids=["systems", "leads", "sessions", "trail", "everything"])
def test_an_administrator_in_any_order(server, tenant_of, about, followed):
    person = tenant_of("ADMIN")
    person.system()
    asker = Asker(person)
    run(server, asker, 8, about)
    # That sequences were followed, and not only addresses of nothing asked for.
    done = {label for label, status in asker.seen if status < 300}
    assert followed is None or set(followed) & done, asker.seen


def test_a_viewer_in_any_order(server, tenant_of):
    asker = Asker(tenant_of("VIEWER"))
    run(server, asker, 8)
    changed = [key for key in asker.seen if not key[0].startswith("GET") and key[1] < 300]
    allowed = {"POST /api/v1/leads", "POST /api/v1/contact", "POST /api/v1/incidents/public", "DELETE /api/v1/auth/sessions/{id}"}
    assert {label for label, _ in changed if "/cases/" not in label} <= allowed, changed


def test_nobody_in_any_order(server):
    asker = Asker(None)
    run(server, asker, 6)
    got_in = {label for label, status in asker.seen if status < 300 and label.startswith("GET")}
    assert got_in <= {"GET /api/v1/incidents/public", "GET /api/v1/cases/{reference}", "GET /.well-known/jwks.json", "GET /healthz", "GET /readyz", "GET /metrics", "GET /api/v1/openapi.json", "GET /docs/api", "GET /docs/api.css"}, got_in
