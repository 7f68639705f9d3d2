"""The audit log: everything sensitive is on record with what changed, what cannot be recorded does not happen, and who may
read it finds it by any filter."""
import csv
import datetime
import hashlib
import io
import json

import httpx
import pytest

from conftest import PASSWORD, Server, Tenant, wait_for


@pytest.fixture
def person(server):
    return Tenant(server)


def with_role(server, tenant, role, is_super_admin=False):
    """Without the walls, which want an entry and a second administrator; and signed in anew."""
    out = server.psql("postgres", f"set session_replication_role = replica; update users set role = '{role}', is_super_admin = {is_super_admin} where email = '{tenant.email}'")
    assert out.returncode == 0, out.stderr
    tenant.sign_in()
    return tenant


def entries(tenant, **query):
    answer = tenant.http.get("/audit-log", params={"limit": 200, **query})
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


def rename(tenant, system, **change):
    return tenant.http.patch(f"/systems/{system['id']}", json=change, headers={"If-Match": f'"{system["version"]}"'})


def test_a_change_is_on_record_with_the_fields_that_changed_and_no_others(person):
    system = person.system(name="Before it changed", sector="Credit")
    assert rename(person, system, name="After it changed").status_code == 200
    found = entries(person, event="system_changed")
    assert len(found) == 1
    entry = person.http.get(f"/audit-log/{found[0]['id']}").json()
    assert entry["before"] == {"name": "Before it changed"} and entry["after"] == {"name": "After it changed"}
    assert (entry["subject_type"], entry["subject_id"]) == ("ai_system", system["id"])
    assert (entry["actor_name"], entry["outcome"], entry["actor_kind"]) == ("Ada Admin", "OK", "USER")
    assert entry["ip"] == "127.0.0.1" and entry["request_id"] and "httpx" in entry["user_agent"]


def test_a_sign_in_says_who_it_was(person):
    entry = entries(person, event="login")[0]
    assert (entry["actor_id"], entry["actor_kind"], entry["actor_name"]) == (person.registered["user"]["id"], "USER", "Ada Admin")
    assert entry["id"] in [e["id"] for e in entries(person, actor_id=entry["actor_id"])]


def test_what_is_created_is_on_record_without_secrets_and_personal_data(person):
    entry = person.http.get(f"/audit-log/{entries(person, event='register')[0]['id']}").json()
    assert entry["before"] is None and entry["after"]["user.email"] == "***" and entry["after"]["user.name"] == "***"
    assert entry["after"]["user.password_hash"] == "***" and entry["after"]["name"] == person.name
    assert person.email not in json.dumps(entry) and "argon2" not in json.dumps(entry)


def test_an_edit_that_was_refused_leaves_its_trace_and_no_change(person):
    system = person.system()
    assert rename(person, {**system, "version": 7}, name="Stale").status_code == 412
    entry = entries(person, event="system_changed")[0]
    assert entry["outcome"] == "REFUSED" and entry["reason"] == "stale"
    assert person.http.get(f"/audit-log/{entry['id']}").json()["after"] is None


@pytest.mark.parametrize("method, path, body", [("GET", "/audit-log", None), ("POST", "/systems", {"name": "x", "purpose": "y"}),
                                                ("GET", "/admin/audit-log", None)])
def test_every_403_is_on_record_as_forbidden(server, person, method, path, body):
    with_role(server, person, "VIEWER")
    assert person.http.request(method, path, json=body).status_code == 403
    with_role(server, person, "ADMIN")
    refused = entries(person, event="forbidden")
    assert len(refused) == 1 and refused[0]["outcome"] == "REFUSED"
    assert refused[0]["reason"].startswith(f"{method} /api/v1{path}: ")


def test_a_refusal_opens_no_system_scope_in_the_persons_name(server, person):
    with_role(server, person, "VIEWER")
    person.http.get("/audit-log")
    with_role(server, person, "ADMIN")
    assert entries(person, event="forbidden") and entries(person, event="system_scope_opened", q="audit log") == []


@pytest.mark.parametrize("accept, kind", [("text/csv", "text/csv; charset=utf-8"), ("application/x-ndjson", "application/x-ndjson")])
@pytest.mark.parametrize("path", ["/audit-log", "/systems", "/ledger"])
def test_an_export_of_any_list_is_on_record(person, accept, kind, path):
    person.system()
    answer = person.http.get(path, headers={"Accept": accept})
    assert answer.status_code == 200 and answer.headers["content-type"] == kind
    exported = entries(person, event="data_exported")
    assert len(exported) == 1 and exported[0]["reason"] == f"GET /api/v1{path}"


def test_the_export_of_the_ledger_is_on_record(person):
    assert person.http.get("/ledger/export").status_code == 200
    assert [e["outcome"] for e in entries(person, event="data_exported")] == ["OK"]


def test_looking_at_a_list_is_no_event(person):
    before = len(entries(person))
    person.http.get("/systems"), person.http.get("/ledger")
    assert len(entries(person)) == before


def test_an_export_holds_what_the_list_shows(person):
    for _ in range(3):
        person.system()
    shown = entries(person)
    answer = person.http.get("/audit-log", params={"limit": 1}, headers={"Accept": "text/csv"})
    assert answer.headers["content-disposition"] == 'attachment; filename="audit-log.csv"'
    assert [row["id"] for row in csv.DictReader(io.StringIO(answer.text))] == [e["id"] for e in shown]
    answer = person.http.get("/audit-log", headers={"Accept": "application/x-ndjson"})
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert lines[1:] == shown and lines[0]["event"] == "data_exported"


# ------------------------------------------------------------------ what cannot be recorded does not happen


@pytest.fixture
def no_audit(server):
    """The audit log refuses every row."""
    refuse = "create function refuse_audit() returns trigger language plpgsql as $$ begin raise exception 'disk full'; end $$; "
    assert server.psql("postgres", refuse + "create trigger a_refuse before insert on audit_log for each row execute function refuse_audit()").returncode == 0
    yield
    assert server.psql("postgres", "drop function refuse_audit() cascade").returncode == 0


def test_an_action_whose_audit_cannot_be_written_does_not_happen(server, person, request):
    system = person.system(name="Stays as it is")
    ledger = len(person.http.get("/ledger").json()["items"])
    request.getfixturevalue("no_audit")
    assert person.http.post("/systems", json={"name": "Never", "purpose": "x"}).status_code == 503
    assert rename(person, system, name="Changed in secret").status_code == 503
    assert person.http.get("/ledger/export").status_code == 503
    assert person.http.get("/systems", headers={"Accept": "text/csv"}).status_code == 503
    assert httpx.post(server.url + "/api/v1/auth/login", json={"email": person.email, "password": PASSWORD}).status_code == 503
    assert person.http.post("/auth/logout").status_code in (500, 503)
    assert [s["name"] for s in person.http.get("/systems").json()["items"]] == ["Stays as it is"]
    assert len(person.http.get("/ledger").json()["items"]) == ledger
    assert "audit_lost" in (server.data / "log").read_text()


def test_a_refusal_stays_a_refusal_when_it_cannot_be_recorded(server, person, no_audit):
    assert person.http.get("/admin/audit-log").status_code == 403


# ------------------------------------------------------------------ filters


def test_filters_find_what_they_say(person):
    system = person.system()
    person.system()
    rename(person, system, name="Renamed")
    person.http.get("/admin/audit-log")
    everything = entries(person)
    assert [e["at"] for e in everything] == sorted((e["at"] for e in everything), reverse=True)
    assert {e["event"] for e in entries(person, event="system_registered")} == {"system_registered"}
    assert [e["event"] for e in entries(person, outcome="REFUSED")] == ["forbidden"]
    assert [e["event"] for e in entries(person, subject_id=system["id"])] == ["system_changed", "system_registered"]
    assert len(entries(person, subject_type="ai_system")) == 3
    actor = person.registered["user"]["id"]
    assert all(e["actor_id"] == actor for e in entries(person, actor_id=actor)) and entries(person, actor_id=actor, event="system_changed")
    assert len(entries(person, ip="127.0.0.1")) == len(everything) and entries(person, ip="192.0.2.1") == []
    assert entries(person, q="ADMIN/audit") and entries(person, q="100%") == [] and len(entries(person, q="HTTPX")) == len(everything)
    assert entries(person, q=everything[0]["request_id"]) == everything[:1]
    middle = everything[1]["at"]
    assert [e["id"] for e in entries(person, **{"from": middle})] == [e["id"] for e in everything[:2]]
    assert [e["id"] for e in entries(person, to=middle)] == [e["id"] for e in everything[2:]]
    assert entries(person, to="2020-01-01T00:00:00Z") == []


def test_pages_follow_one_another_without_gap_or_repetition(person):
    for _ in range(6):
        person.system()
    for query in ({}, {"event": "system_registered"}, {"actor_id": person.registered["user"]["id"]}, {"ip": "127.0.0.1"}):
        seen, cursor = [], None
        while True:
            page = person.http.get("/audit-log", params={"limit": 2, **query, **({"cursor": cursor} if cursor else {})}).json()
            seen += [e["id"] for e in page["items"]]
            cursor = page["next_cursor"]
            if not cursor:
                break
        assert seen == [e["id"] for e in entries(person, **query)]


@pytest.mark.parametrize("query, pointer", [("outcome=MAYBE", "/outcome"), ("from=yesterday", "/from"), ("actor_id=me", "/actor_id"), ("cursor=abc", "/cursor")])
def test_a_wrong_filter_is_named(person, query, pointer):
    answer = person.http.get(f"/audit-log?{query}")
    assert answer.status_code in (400, 422) and answer.json()["errors"][0]["pointer"] == pointer


def test_the_log_of_another_organization_is_not_there(person, other):
    foreign = entries(other)[0]
    assert person.http.get(f"/audit-log/{foreign['id']}").status_code == 404
    assert person.http.get("/audit-log", params={"org_id": other.org_id}).status_code == 422
    assert entries(person, subject_id=other.org_id) == [] and entries(person, actor_id=other.registered["user"]["id"]) == []


@pytest.mark.parametrize("role, status", [("ADMIN", 200), ("COMPLIANCE_OFFICER", 200), ("AUDITOR", 403), ("VIEWER", 403)])
def test_who_may_read_it(server, person, role, status):
    with_role(server, person, role)
    assert person.http.get("/audit-log").status_code == status
    assert person.http.get("/audit-log/verify").status_code == status


# ------------------------------------------------------------------ staff


def test_a_super_admin_sees_all_organizations_and_is_seen(server, person, other):
    other.system()
    with_role(server, person, "ADMIN", is_super_admin=True)
    answer = person.http.get("/admin/audit-log", params={"org_id": other.org_id, "event": "system_registered", "limit": 1})
    assert answer.status_code == 200
    seen = answer.json()["items"]
    assert [(e["org_id"], e["event"]) for e in seen] == [(other.org_id, "system_registered")]
    detail = person.http.get(f"/admin/audit-log/{seen[0]['id']}").json()
    assert detail["after"]["status"] == "DRAFT"
    httpx.post(server.url + "/api/v1/auth/login", json={"email": "nobody@example.com", "password": "wrong wrong wrong"})
    failed = person.http.get("/admin/audit-log", params={"event": "login", "outcome": "REFUSED", "limit": 1}).json()["items"]
    assert failed[0]["org_id"] is None
    assert person.http.get("/admin/audit-log", params={"limit": 5}).json()["next_cursor"]
    actions = entries(person, event="super_admin_action")
    assert len(actions) == 4 and actions[-1]["reason"] == "GET /api/v1/admin/audit-log"
    opened = entries(person, event="system_scope_opened", q="S6")
    assert len(opened) == 4


# ------------------------------------------------------------------ the chain


def test_the_hash_is_what_the_migration_says(person):
    person.system()
    rows = [person.http.get(f"/audit-log/{e['id']}").json() for e in reversed(entries(person))]
    before = "0" * 64
    for number, row in enumerate(rows, 1):
        assert row["seq"] == number and row["prev_hash"] == before
        texts = person.server.psql("postgres", f"select json_build_array(before::text, after::text) from audit_log where id = '{row['id']}'").stdout
        was, becomes = json.loads(texts)
        form = [row["seq"], row["id"], row["org_id"], row["at"], row["actor_id"], row["actor_kind"], row["event"], row["outcome"], row["subject_type"],
                row["subject_id"], row["reason"], was, becomes, row["request_id"], row["ip"], row["user_agent"], row["prev_hash"]]
        assert hashlib.sha256(json.dumps(form, ensure_ascii=False).encode()).hexdigest() == row["hash"]
        before = row["hash"]


def test_a_superusers_change_is_found_and_named(server, person):
    for _ in range(4):
        person.system()
    sound = person.http.get("/audit-log/verify").json()
    assert sound["valid"] and sound["checked"] >= 6 and sound["first_bad"] is None
    target = next(e for e in entries(person) if e["seq"] == 4)
    out = server.psql("postgres", f"set session_replication_role = replica; update audit_log set reason = 'nothing to see' where id = '{target['id']}'")
    assert out.returncode == 0, out.stderr
    broken = person.http.get("/audit-log/verify").json()
    assert not broken["valid"] and (broken["first_bad"], broken["first_bad_id"], broken["first_bad_at"]) == (4, target["id"], target["at"])


def test_the_next_three_months_are_there(server):
    months = server.psql("postgres", "select count(*) from pg_inherits where inhparent = 'audit_log'::regclass").stdout.strip()
    assert months == "4"
    now = datetime.datetime.now(datetime.timezone.utc)
    names = server.psql("postgres", "select inhrelid::regclass from pg_inherits where inhparent = 'audit_log'::regclass order by 1").stdout.split()
    assert names[0] == f"audit_log_{now:%Y_%m}"


@pytest.fixture
def own_server():
    running = Server()
    yield running
    running.remove()


def test_missing_months_are_made_when_a_server_starts(own_server):
    server = own_server

    def months():
        return server.psql("postgres", "select count(*) from pg_inherits where inhparent = 'audit_log'::regclass").stdout.strip()

    last = server.psql("postgres", "select max(inhrelid::regclass::text) from pg_inherits where inhparent = 'audit_log'::regclass").stdout.strip()
    assert server.psql("postgres", f"drop table {last}").returncode == 0 and months() == "3"
    server.stop()
    server.start()
    wait_for(lambda: months() == "4")
