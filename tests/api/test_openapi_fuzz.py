"""Every route asked in ways that its own description allows, and in ways that it does not, by a generator (schemathesis): whatever
is sent, the answer is no defect of ours and is one that the description tells of."""
import hypothesis
import pytest
import schemathesis
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from conftest import Tenant

EXAMPLES = 12
FEW = 6
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture(scope="session")
def described(server):
    return schemathesis.openapi.from_url(server.url + "/api/v1/openapi.json")


@pytest.fixture(scope="session")
def leaver(server):
    """One whose session may be ended."""
    return Tenant(server)


def shorten_lists(case):
    """Lists stand in the address one field for each item, and an address may have 8 kB: the first items will do. Hundreds of
    fields fill all that a connection may hold, and the HTTP library refuses them before we see them."""
    for name, value in (case.query or {}).items():
        if isinstance(value, list):
            case.query[name] = value[:FEW]


schema = schemathesis.pytest.from_fixture("described")


@schema.parametrize()
@hypothesis.settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(hypothesis.HealthCheck),
                     phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate])
def test_a_route_answers_as_it_is_described(case, tenant, leaver):
    shorten_lists(case)
    if case.path.endswith("/auth/logout"):
        leaver.sign_in()
        who = leaver
    else:
        who = tenant
    # A sign-in or a registration of another person must not take the place of ours.
    answer = case.call(headers={"Authorization": f"Bearer {who.token}"}, cookies={})
    # An address with so many fields that they fill the 32 kB of a connection is refused by the HTTP library itself, in words of
    # its own, before we see it. Our own 414 is a problem document like any other.
    if answer.status_code == 414 and answer.content.startswith(b"<html>"):
        return
    # What is not configured here (billing) says so, and when to ask again.
    told_to_wait = answer.status_code == 503 and "retry-after" in {name.lower() for name in answer.headers}
    case.validate_response(answer, checks=CHECKS[1:] if told_to_wait else CHECKS)
