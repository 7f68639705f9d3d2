"""Incidents: what the public reports and follows, what an organization makes of it, and what it never sees of others."""
import concurrent.futures
import hashlib
import json
import re
import uuid

import httpx
import pytest

from conftest import PASSWORD, Server, Tenant
from letters import all_worked_on, letter, letters

WHY = "We looked at the decision again and found it wrong."
STORY = "They declined my loan and nobody would tell me why."


@pytest.fixture
def org(server):
    return Tenant(server)


def slug_of(org):
    return org.registered["organization"]["slug"]


def report(server, organization, **more):
    body = {"organization": organization, "category": "UNJUST_DENIAL", "description": STORY, **more}
    answer = httpx.post(server.url + "/api/v1/incidents/public", json={name: value for name, value in body.items() if value is not None})
    assert answer.status_code == 201, answer.text
    return answer.json()


def case(server, told, what="", body=None, secret=None):
    url = f"{server.url}/api/v1/cases/{told['reference']}{what}"
    headers = {"X-Case-Secret": secret or told["secret"]}
    if not what:
        return httpx.get(url, headers=headers)
    return httpx.post(url, headers=headers, json=body) if body else httpx.post(url, headers=headers)


def the(org, told):
    found = [item for item in org.http.get(f"/incidents?q={told['reference']}").json()["items"]]
    return found[0] if found else None


def decide(org, told, to, **more):
    return org.http.post(f"/incidents/{the(org, told)['id']}/status", json={"to": to, "resolution_details": WHY, **more})


def rows(server, sql):
    out = server.psql("postgres", sql)
    assert out.returncode == 0, out.stderr
    return [line for line in out.stdout.split("\n") if line]


def age(server, incident, days, escalated_days=None):
    """Time passes: the row as it would stand had it come earlier."""
    more = f", escalated_at = escalated_at - interval '{escalated_days} days'" if escalated_days else ""
    rows(server, f"""set session_replication_role = replica; update incidents set created_at = created_at - interval '{days} days',
        response_due_at = response_due_at - interval '{days} days'{more} where id = '{incident}'""")


def enter(org):
    return f"begin; select scope_enter(false, '{org.org_id}', 'USER', '{org.registered['user']['id']}', null, null, null, null);"


def colleague(server, org, role):
    """Somebody else of the organization, with the administrator's password."""
    email = f"{uuid.uuid4().hex}@example.com"
    rows(server, f"""set session_replication_role = replica; insert into users (org_id, name, email, password_hash, role, email_verified_at)
        select org_id, 'Colleague', '{email}', password_hash, '{role}', now() from users where id = '{org.registered['user']['id']}'""")
    http = httpx.Client(base_url=server.url + "/api/v1", timeout=30)
    answer = http.post("/auth/login", json={"email": email, "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    http.cookies.clear()
    http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    return http


# ------------------------------------------------------------------ the operator


def test_there_is_one_operator_and_it_stays(server, org):
    assert rows(server, "select count(*) from organizations where kind = 'OPERATOR'") == ["1"]
    assert server.psql("postgres", f"update organizations set kind = 'OPERATOR' where id = '{org.org_id}'").returncode != 0
    assert server.psql("postgres", "update organizations set kind = 'CLIENT' where kind = 'OPERATOR'").returncode != 0
    out = server.psql("aic_system", f"""begin; select scope_enter(true, null, 'SYSTEM', null, null, null, null, 'a test');
        insert into organizations (name, slug, kind, ledger_entry_id) values ('Second', 'second', 'OPERATOR', new_id())""")
    assert out.returncode != 0
    operator = rows(server, "select id from organizations where kind = 'OPERATOR'")[0]
    assert rows(server, f"set aic.org_id = '{operator}'; select valid from ledger_verify(1)") == ["t"]
    assert rows(server, f"select action from ledger_entries where org_id = '{operator}' and seq = 1") == ["ORG_CREATED"]


# ------------------------------------------------------------------ reporting


def test_a_report_lands_with_the_organization_that_it_names(server, org, other):
    told = report(server, slug_of(org), email="someone@example.org", desired_outcome="Look at it again")
    assert re.fullmatch(r"INC-[A-Z2-7]{8}", told["reference"]) and re.fullmatch(r"([A-Z2-7]{5}-){3}[A-Z2-7]{5}", told["secret"])
    seen = the(org, told)
    assert seen["status"] == "OPEN" and seen["source"] == "CITIZEN" and seen["description"] == STORY and seen["has_reporter_address"]
    assert the(other, told) is None
    named = report(server, f"  {org.registered['organization']['name'].upper()} ")
    assert the(org, named) is not None


def test_a_report_by_a_systems_code_takes_the_systems_tier(server, org):
    system = org.system(tier_answers={"a": 3, "b": 3, "c": 3})
    code = rows(server, f"select code from ai_systems where id = '{system['id']}'")[0]
    told = report(server, None, system_code=code.lower())
    seen = the(org, told)
    assert seen["system_id"] == system["id"] and system["risk_tier"] == "TIER_1"
    assert rows(server, f"select response_due_at - created_at < interval '25 hours' from incidents where id = '{seen['id']}'") == ["t"]


def test_an_unknown_organization_gets_the_very_same_reply(server, org):
    def shape(answer):
        headers = {name: value for name, value in answer.headers.items() if name not in ("x-request-id", "date")}
        return answer.status_code, headers, sorted(answer.json())

    rows(server, f"set session_replication_role = replica; update organizations set tier = 'TIER_1' where id = '{org.org_id}'")
    url = server.url + "/api/v1/incidents/public"
    answers = [httpx.post(url, json={"organization": name, "category": "BIAS", "description": STORY})
               for name in (slug_of(org), "nobody at all", org.org_id, "certification-body")]
    assert len({str(shape(answer)) for answer in answers}) == 1
    # Not the deadline either: the tier of a client would tell that it is one.
    assert len({answer.json()["response_due_at"][:13] for answer in answers}) == 1
    followed = [case(server, answer.json()).json() for answer in answers]
    assert len({one["response_due_at"][:13] for one in followed}) == 1 and len({str(sorted(one)) for one in followed}) == 1
    operator = rows(server, "select id from organizations where kind = 'OPERATOR'")[0]
    for answer, owner in zip(answers, (org.org_id, operator, operator, operator)):
        assert rows(server, f"select org_id from incidents where reference = '{answer.json()['reference']}'") == [owner]


def test_no_body_names_an_organization_by_its_id(server, org, other):
    url = server.url + "/api/v1/incidents/public"
    for field in ("org_id", "organization_id", "id"):
        assert httpx.post(url, json={"organization": slug_of(org), "category": "BIAS", "description": STORY, field: other.org_id}).status_code == 422
    assert httpx.post(url, json={"category": "BIAS", "description": STORY}).json()["errors"][0]["pointer"] == "/organization"
    for field in ("org_id", "reference", "status", "source", "escalation_level"):
        answer = org.http.post("/incidents", json={"title": "T", "description": "D", "category": "BIAS", field: other.org_id})
        assert answer.status_code == 422, field
    assert org.http.get(f"/incidents?org_id={other.org_id}").status_code == 422


def test_a_machine_that_fills_the_honeypot_gets_the_same_reply_and_lands_among_the_spam(server, org):
    told = report(server, slug_of(org), website="https://spam.example")
    assert sorted(told) == sorted(report(server, slug_of(org)))
    assert the(org, told) is None and case(server, told).status_code == 200
    spam = org.http.get("/incidents?spam=true").json()["items"]
    assert [item["reference"] for item in spam] == [told["reference"]]


def test_the_reporter_is_not_told_to_the_organization(server, org):
    told = report(server, slug_of(org), email="whistle@example.org")
    everything = org.http.get(f"/incidents/{the(org, told)['id']}").text + org.http.get("/audit-log").text
    assert "whistle@example.org" not in everything and told["secret"] not in everything
    row = [entry for entry in org.http.get("/audit-log?event=incident_reported").json()["items"]][0]
    assert row["ip"] is None and row["user_agent"] is None and row["actor_kind"] == "PUBLIC"
    stored = rows(server, f"select encode(reporter_email_sealed, 'escape') || reporter_email_sealed::text from incidents where reference = '{told['reference']}'")[0]
    assert "whistle" not in stored
    bare = told["secret"].replace("-", "")
    assert rows(server, f"select encode(case_secret_hash, 'hex') from incidents where reference = '{told['reference']}'") == [hashlib.sha256(bare.encode()).hexdigest()]
    assert server.psql("aic_tenant", f"{enter(org)} select case_secret_hash from incidents").returncode != 0


def test_public_reports_are_limited_by_address():
    limited = Server(environment={"AIC_RATE_LIMITS": "on"})
    try:
        url = limited.url + "/api/v1/incidents/public"
        statuses = [httpx.post(url, json={"organization": "x", "category": "BIAS", "description": STORY}).status_code for _ in range(320)]
        assert 429 in statuses and set(statuses) == {201, 429}
        refused = httpx.post(url, json={"organization": "x", "category": "BIAS", "description": STORY})
        assert refused.status_code == 201 or int(refused.headers["retry-after"]) <= 61
    finally:
        limited.remove()


# ------------------------------------------------------------------ one's own case


def test_a_case_opens_by_its_reference_and_secret_only(server, org):
    one, two = report(server, slug_of(org)), report(server, "nobody")
    assert case(server, one).json()["description"] == STORY
    assert case(server, one, secret=one["secret"].lower().replace("-", " ")).status_code == 200
    refused = [case(server, one, secret=two["secret"]), case(server, two, secret=one["secret"]), case(server, one, secret="x"),
               case(server, {"reference": "INC-AAAAAAAA", "secret": one["secret"]}), case(server, {"reference": "nonsense", "secret": "x"}),
               httpx.get(f"{server.url}/api/v1/cases/{one['reference']}"), case(server, {"reference": the(org, one)["id"], "secret": one["secret"]})]
    told = set()
    for answer in refused:
        problem = answer.json()
        problem.pop("request_id")
        told.add((answer.status_code, json.dumps(problem)))
    assert len(told) == 1 and refused[0].status_code == 404
    for what, body in (("/messages", {"body": "Hello"}), ("/withdraw", None), ("/reopen", {"body": "Again"})):
        assert case(server, one, what, body, secret=two["secret"]).status_code == 404, what
    # Not even the organization itself opens it by its own session.
    assert org.http.get(f"/cases/{one['reference']}").status_code == 404


def test_reporter_and_organization_talk_and_notes_stay_inside(server, org):
    told = report(server, slug_of(org))
    assert case(server, told, "/messages", {"body": "I have a letter, too."}).status_code == 200
    ours = f"/incidents/{the(org, told)['id']}/messages"
    org.http.post(ours, json={"body": "This looks bad for us."})
    answer = org.http.post(ours, json={"body": "Please send us the letter.", "visibility": "REPORTER"})
    assert [event["kind"] for event in answer.json()["events"]] == ["STATUS", "MESSAGE", "NOTE", "MESSAGE"]
    read = case(server, told)
    assert [m["author"] for m in read.json()["messages"]] == ["REPORTER", "REPORTER", "ORGANIZATION"]
    assert "bad for us" not in read.text and org.email not in read.text and "Ada Admin" not in read.text and org.org_id not in read.text


def test_a_case_is_withdrawn_and_reopened_by_its_reporter(server, org):
    told = report(server, slug_of(org))
    assert case(server, told, "/reopen", {"body": "Why?"}).status_code == 409
    assert case(server, told, "/withdraw").json()["status"] == "DISMISSED"
    assert case(server, told, "/withdraw").status_code == 409
    assert case(server, told, "/reopen", {"body": "I changed my mind."}).json()["status"] == "INVESTIGATING"
    assert the(org, told)["withdrawn_at"] is None and the(org, told)["reopened_count"] == 1
    assert decide(org, told, "RESOLVED", public_reply="You were right.").json()["human_reviewer_id"] == org.registered["user"]["id"]
    assert case(server, told).json()["public_reply"] == "You were right."
    rows(server, f"set session_replication_role = replica; update incidents set resolved_at = now() - interval '31 days' where reference = '{told['reference']}'")
    assert not case(server, told).json()["may_reopen"] and case(server, told, "/reopen", {"body": "Too late?"}).status_code == 409
    assert decide(org, told, "CLOSED").status_code == 200
    assert case(server, told, "/messages", {"body": "Hello?"}).status_code == 409
    assert org.http.get("/ledger/verify").json()["valid"]


# ------------------------------------------------------------------ within an organization


def test_the_status_moves_as_the_machine_says(server, org):
    told = report(server, slug_of(org))
    refused = decide(org, told, "RESOLVED")
    assert refused.status_code == 409 and refused.json()["errors"][0]["pointer"] == "/to"
    assert decide(org, told, "INVESTIGATING").status_code == 200
    short = decide(org, told, "RESOLVED", resolution_details="Done.")
    assert short.status_code == 422 and short.json()["errors"][0]["pointer"] == "/resolution_details"
    assert decide(org, told, "RESOLVED", root_cause="A limit was entered twice.").json()["root_cause"] == "A limit was entered twice."
    assert decide(org, told, "INVESTIGATING").status_code == 200 and decide(org, told, "DISMISSED").status_code == 200
    assert decide(org, told, "CLOSED").status_code == 200 and decide(org, told, "INVESTIGATING").status_code == 409
    actions = [item["action"] for item in org.http.get("/ledger").json()["items"]]
    assert actions.count("INCIDENT_STATUS_CHANGED") == 5 and actions.count("INCIDENT_OPENED") == 1


def test_who_may_do_what(server, org):
    officer, auditor, viewer = (colleague(server, org, role) for role in ("COMPLIANCE_OFFICER", "AUDITOR", "VIEWER"))
    draft = {"title": "Odd refusals", "description": "Every third one.", "category": "BIAS"}
    assert viewer.get("/incidents").status_code == auditor.get("/incidents").status_code == 200
    assert viewer.post("/incidents", json=draft).status_code == 403
    made = auditor.post("/incidents", json=draft)
    assert made.status_code == 201 and made.json()["source"] == "TENANT"
    path = f"/incidents/{made.json()['id']}"
    for http in (viewer, auditor):
        assert http.post(path + "/status", json={"to": "INVESTIGATING"}).status_code == 403
        assert http.post(path + "/messages", json={"body": "Hello"}).status_code == 403
        assert http.post("/incidents/escalate", json={}).status_code == 403
        assert http.patch(path, json={"severity": "LOW"}, headers={"If-Match": '"1"'}).status_code == 403
    assert officer.post(path + "/status", json={"to": "INVESTIGATING"}).status_code == 200
    assert officer.post("/incidents/escalate", json={}).status_code == 200


def test_an_edit_carries_its_version_and_stays_within_the_organization(server, org, other):
    made = org.http.post("/incidents", json={"title": "T", "description": "D", "category": "BIAS"}).json()
    path, foreign = f"/incidents/{made['id']}", other.system()
    assert org.http.patch(path, json={"severity": "HIGH"}).status_code == 412
    for body in ({"system_id": foreign["id"]}, {"assignee_id": other.registered["user"]["id"]}, {"system_id": str(uuid.uuid4())}):
        assert org.http.patch(path, json=body, headers={"If-Match": '"1"'}).status_code == 422
    assert org.http.post("/incidents", json={"title": "T", "description": "D", "category": "BIAS", "system_id": foreign["id"]}).status_code == 422
    assert org.http.patch(path, json={"severity": "HIGH", "assignee_id": org.registered["user"]["id"]}, headers={"If-Match": '"1"'}).json()["severity"] == "HIGH"
    assert org.http.patch(path, json={"severity": "LOW"}, headers={"If-Match": '"1"'}).status_code == 412


def test_the_list_is_filtered_paged_and_exported(server, org):
    for number in range(5):
        org.http.post("/incidents", json={"title": f"Number {number}", "description": "=1+1", "category": "BIAS", "severity": ("LOW", "HIGH")[number % 2]})
    seen, cursor = [], None
    while True:
        page = org.http.get("/incidents", params={"limit": 2, "sort": "-created_at", **({"cursor": cursor} if cursor else {})}).json()
        seen += [item["title"] for item in page["items"]]
        cursor = page["next_cursor"]
        if not cursor:
            break
    assert seen == [f"Number {number}" for number in (4, 3, 2, 1, 0)]
    due = [item["title"] for item in org.http.get("/incidents?limit=2").json()["items"]]
    assert due == ["Number 0", "Number 1"]
    assert len(org.http.get("/incidents?severity=HIGH&open=true&overdue=false").json()["items"]) == 2
    table = org.http.get("/incidents", headers={"Accept": "text/csv"})
    assert table.headers["content-type"].startswith("text/csv") and len(table.text.strip().split("\n")) == 6
    assert org.http.get("/audit-log?event=data_exported").json()["items"]


# ------------------------------------------------------------------ escalation


def overdue(server, org, days=8):
    told = report(server, slug_of(org))
    seen = the(org, told)
    age(server, seen["id"], days)
    return seen


def test_overdue_incidents_are_escalated_once_per_level(server, org):
    late, fresh = overdue(server, org), report(server, slug_of(org))
    dry = org.http.post("/incidents/escalate", json={"dry_run": True}).json()
    assert dry["scanned"] == 2 and [item["id"] for item in dry["escalated"]] == [late["id"]]
    assert the(org, late)["escalation_level"] == 0
    first = org.http.post("/incidents/escalate", json={}).json()
    assert [item["reference"] for item in first["escalated"]] == [late["reference"]] and first["level2"] == []
    assert org.http.post("/incidents/escalate", json={}).json()["escalated"] == []
    age(server, late["id"], 1, escalated_days=30)
    second = org.http.post("/incidents/escalate", json={}).json()
    assert [item["id"] for item in second["level2"]] == [late["id"]] and second["escalated"] == []
    again = org.http.post("/incidents/escalate", json={}).json()
    assert again["level2"] == again["escalated"] == []
    assert the(org, late)["escalation_level"] == 2 and the(org, fresh)["escalation_level"] == 0
    assert org.http.get("/ledger/verify").json()["valid"]
    actions = [item["action"] for item in org.http.get("/ledger?action=INCIDENT_ESCALATED").json()["items"]]
    assert len(actions) == 2
    assert len(org.http.get("/audit-log?event=incidents_escalated").json()["items"]) == 5


def test_an_old_incident_reaches_level_two_without_waiting_a_month(server, org):
    old = overdue(server, org, days=91)
    assert len(org.http.post("/incidents/escalate", json={}).json()["escalated"]) == 1
    assert [item["id"] for item in org.http.post("/incidents/escalate", json={}).json()["level2"]] == [old["id"]]


def test_twelve_who_escalate_at_once_escalate_once(server, org):
    late = {overdue(server, org)["id"] for _ in range(6)}
    with concurrent.futures.ThreadPoolExecutor(12) as crowd:
        answers = list(crowd.map(lambda _: org.http.post("/incidents/escalate", json={}), range(12)))
    assert {answer.status_code for answer in answers} == {200}
    told = [item["id"] for answer in answers for item in answer.json()["escalated"]]
    assert sorted(told) == sorted(late)
    assert rows(server, f"select count(*), max(escalation_level) from incidents where org_id = '{org.org_id}'") == ["6|1"]
    assert rows(server, f"select count(*) from incident_events where org_id = '{org.org_id}' and kind = 'ESCALATION'") == ["6"]
    assert org.http.get("/ledger/verify").json()["valid"]


def test_escalating_touches_ones_own_organization_only(server, org, other):
    mine, theirs = overdue(server, org), overdue(server, other)
    answer = org.http.post("/incidents/escalate", json={})
    assert theirs["id"] not in answer.text and theirs["reference"] not in answer.text and answer.json()["scanned"] == 1
    assert the(other, theirs)["escalation_level"] == 0 and the(org, mine)["escalation_level"] == 1
    for body in ({"org_id": other.org_id}, {"incident_id": theirs["id"]}, {"organization": slug_of(other)}):
        assert org.http.post("/incidents/escalate", json=body).status_code == 422
    assert org.http.post(f"/incidents/escalate?org_id={other.org_id}", json={}).status_code == 422
    assert httpx.post(server.url + "/api/v1/incidents/escalate", json={}).status_code == 401


def test_spam_is_never_escalated(server, org):
    told = report(server, slug_of(org), website="x")
    age(server, org.http.get("/incidents?spam=true").json()["items"][0]["id"], 30)
    assert org.http.post("/incidents/escalate", json={}).json() == {"scanned": 0, "escalated": [], "level2": []}
    assert told["reference"]


# ------------------------------------------------------------------ the second wall


@pytest.mark.parametrize("change, why", [
    ("status = 'RESOLVED'", "cannot go from OPEN"),
    ("status = 'INVESTIGATING'", "ledger entry"),
    ("status = 'INVESTIGATING', ledger_entry_id = new_id()", "ledger entry"),
    ("description = 'Nothing happened.'", "permission denied"),
    ("reporter_email_sealed = null", "permission denied"),
    ("withdrawn_at = now()", "permission denied"),
    ("created_at = now()", "permission denied"),
    ("escalation_level = 2", "one level at a time"),
    ("escalation_level = 1", "only while it is overdue"),
    ("response_due_at = now() + interval '1 year'", "ledger entry"),
    ("escalated_at = now()", "not changed"),
])
def test_direct_sql_of_the_organization_breaks_no_rule(server, org, change, why):
    told = report(server, slug_of(org))
    out = server.psql("aic_tenant", f"{enter(org)} update incidents set {change} where reference = '{told['reference']}'; commit;")
    assert out.returncode != 0 and why in out.stderr, out.stderr


def recorded(org, told, changes):
    """An update with a good ledger entry for what the row will be."""
    becomes = "|| " + " || ".join(f"jsonb_build_object('{name}', {value})" for name, value in changes.items())
    columns = "{reference,system_id,source,category,severity,title,description,status,response_due_at,escalation_level,human_reviewer_id,resolution_details,public_reply}"
    sets = ", ".join(f"{name} = ({value})" for name, value in changes.items())
    return f"""{enter(org)} update incidents i set {sets}, ledger_entry_id = ledger_append('INCIDENT_STATUS_CHANGED', 'incident', i.id,
        ledger_content(to_jsonb(i) - 'case_secret_hash' || jsonb_build_object('response_due_at', canonical_time(i.response_due_at)) {becomes}, '{{}}', '{columns}'))
        where reference = '{told['reference']}'; commit;"""


def test_no_decision_without_its_reasons_and_its_person_even_with_a_ledger_entry(server, org):
    told = report(server, slug_of(org))
    person = f"'{org.registered['user']['id']}'::uuid"
    viewer = str(uuid.uuid4())
    rows(server, f"set session_replication_role = replica; insert into users (id, org_id, name, email, role) values ('{viewer}', '{org.org_id}', 'V', '{uuid.uuid4().hex}@example.com', 'VIEWER')")
    # to_jsonb(i) needs every column: the secret's hash is not the organization's to read, so this runs as the system's role.
    def tried(**changes):
        sql = recorded(org, told, changes).replace("scope_enter(false", "scope_enter(true").replace("null, null, null, null)", "null, null, null, 'a test')")
        return server.psql("aic_system", sql)

    long = f"'{WHY}'::text"
    assert "says_why" in tried(status="'DISMISSED'::text", resolution_details="'short'::text", human_reviewer_id=person).stderr
    assert "administrator or a compliance officer" in tried(status="'DISMISSED'::text", resolution_details=long).stderr
    assert "administrator or a compliance officer" in tried(status="'DISMISSED'::text", resolution_details=long, human_reviewer_id=f"'{viewer}'::uuid").stderr
    good = tried(status="'DISMISSED'::text", resolution_details=long, human_reviewer_id=person)
    assert good.returncode == 0, good.stderr


def test_events_are_for_ever_and_of_their_authors(server, org, other):
    told = report(server, slug_of(org))
    mine = the(org, told)["id"]
    insert = "insert into incident_events (org_id, incident_id, kind, visibility, author_kind, author_id, body)"
    values = f"values ('{org.org_id}', '{mine}', 'MESSAGE', 'REPORTER'"
    refused = [f"update incident_events set body = 'x' where incident_id = '{mine}'", f"delete from incident_events where incident_id = '{mine}'",
               f"{insert} {values}, 'REPORTER', null, 'I was wrong.')", f"{insert} {values}, 'STAFF', '{other.registered['user']['id']}', 'Hello')",
               f"insert into incident_events (org_id, incident_id, kind, visibility, author_kind, level) values ('{org.org_id}', '{mine}', 'ESCALATION', 'INTERNAL', 'PLATFORM', 1),"
               f" ('{org.org_id}', '{mine}', 'ESCALATION', 'INTERNAL', 'PLATFORM', 1)", f"delete from incidents where id = '{mine}'"]
    for sql in refused:
        assert server.psql("aic_tenant", f"{enter(org)} {sql}; commit;").returncode != 0, sql
    foreign = server.psql("aic_tenant", f"{enter(other)} {insert} {values}, 'PLATFORM', null, 'Hello'); commit;")
    assert "row-level security" in foreign.stderr
    hidden = server.psql("aic_tenant", f"{enter(other)} select count(*) from incidents where id = '{mine}'; select count(*) from incident_events where incident_id = '{mine}';")
    assert hidden.stdout.split()[-2:] == ["0", "0"]


# ------------------------------------------------------------------ what everybody may count


def test_public_counts_hide_what_is_fewer_than_five():
    few = Server()
    try:
        def counts():
            return {(cell["dimension"], cell["name"]): cell["cases"] for cell in httpx.get(few.url + "/api/v1/incidents/public").json()["cells"]}

        for _ in range(4):
            report(few, "x", category="BIAS")
        assert counts() == {}
        report(few, "x", category="BIAS")
        assert counts() == {("CATEGORY", "BIAS"): 5, ("STATE", "OPEN"): 5}
        for _ in range(6):
            report(few, "x", category="PRIVACY")
        report(few, "x", category="SAFETY")
        # One case of SAFETY is hidden, and BIAS with it: else the total would tell.
        assert counts() == {("CATEGORY", "PRIVACY"): 6, ("STATE", "OPEN"): 12}
        report(few, "x", category="PRIVACY", website="spam")
        assert counts()[("CATEGORY", "PRIVACY")] == 6
    finally:
        few.remove()


# ---------------------------------------------------------------- letters to the reporter

def test_a_reporter_who_gave_an_address_is_written_to_without_the_secret(server, org):
    address = f"{uuid.uuid4().hex}@example.com"
    told = report(server, slug_of(org), email=address, language="en")
    received = letter(server, address, "case_received")
    assert told["reference"] in received.subject and received.link == server.url + "/citizens/track"
    assert org.http.post(f"/incidents/{the(org, told)['id']}/messages", json={"body": "Only for us.", "visibility": "INTERNAL"}).status_code == 200
    assert decide(org, told, "INVESTIGATING").status_code == 200
    assert "being investigated" in letter(server, address, "case_status").subject
    assert org.http.post(f"/incidents/{the(org, told)['id']}/messages", json={"body": "Which <b>branch</b> was it?", "visibility": "REPORTER"}).status_code == 200
    letter(server, address, "case_message")
    all_worked_on(server)
    mine = letters(server, address)
    assert len(mine) == 3
    secret = told["secret"].replace("-", "")
    assert not any(word in (one.plain + one.html).replace("-", "") for one in mine for word in (secret, STORY, "branch", "Only for us", org.name))


def test_nobody_is_written_to_about_what_a_machine_sent_or_the_organization_calls_spam(server, org):
    machine, spam = (f"{uuid.uuid4().hex}@example.com" for _ in range(2))
    report(server, slug_of(org), email=machine, website="http://spam.example")
    told = report(server, slug_of(org), email=spam)
    assert decide(org, told, "DISMISSED", is_spam=True).status_code == 200
    all_worked_on(server)
    assert letters(server, machine) == [] and len(letters(server, spam)) == 1
