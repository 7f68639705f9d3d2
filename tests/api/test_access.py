"""Roles of an organization's own, what is granted and denied to one person, and who may give what."""
import threading
import uuid

import httpx
import pytest

from conftest import PASSWORD, Tenant


class Person:
    """Somebody of a tenant's organization, put there by the database's owner of rows (people come by invitation elsewhere)."""

    def __init__(self, tenant, role):
        self.email = f"{uuid.uuid4().hex}@example.com"
        out = tenant.server.psql("postgres", f"""insert into users (org_id, name, email, password_hash, role, email_verified_at)
            select org_id, 'Per Son', '{self.email}', password_hash, '{role}', now() from users where email = '{tenant.email}' returning id""")
        assert out.returncode == 0, out.stderr
        self.id = out.stdout.split("\n")[0]
        self.http = httpx.Client(base_url=tenant.server.url + "/api/v1", timeout=30)
        self.sign_in()

    def sign_in(self):
        answer = self.http.post("/auth/login", json={"email": self.email, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        self.token = answer.json()["access_token"]
        self.refresh_cookie = answer.cookies["aic_refresh"]
        self.http.cookies.clear()
        self.http.headers["Authorization"] = f"Bearer {self.token}"

    def refresh(self):
        self.http.headers.pop("Authorization", None)
        answer = self.http.post("/auth/refresh", headers={"Cookie": f"aic_refresh={self.refresh_cookie}", "Origin": str(self.http.base_url).removesuffix("/api/v1/")})
        assert answer.status_code == 200, answer.text
        self.refresh_cookie = answer.cookies["aic_refresh"]
        self.http.cookies.clear()
        self.http.headers["Authorization"] = "Bearer " + answer.json()["access_token"]

    @property
    def capabilities(self):
        answer = self.http.get("/auth/me")
        assert answer.status_code == 200, answer.text
        return answer.json()["capabilities"]


@pytest.fixture(scope="module")
def org(server):
    return Tenant(server)


def put(who, person_id, *, version=None, role_id=None, **changes):
    if version is None:
        version = who.http.get(f"/users/{person_id}/capabilities").json()["version"]
    body = {"role_id": role_id, "capabilities": [{"capability": name, "is_granted": yes} for name, yes in changes.items()]}
    return who.http.put(f"/users/{person_id}/capabilities", json=body, headers={"If-Match": f'"{version}"'})


def put_role(who, role, capabilities):
    return who.http.put(f"/roles/{role['id']}/capabilities", json={"capabilities": capabilities}, headers={"If-Match": f'"{role["version"]}"'})


def make_role(who, capabilities, name=None):
    answer = who.http.post("/roles", json={"name": name or f"Role {uuid.uuid4().hex[:8]}", "capabilities": capabilities})
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_the_program_and_the_database_know_the_same_capabilities(server, org):
    listed = [row["slug"] for row in org.http.get("/capabilities").json()["items"]]
    assert ",".join(listed) == server.psql("postgres", "select array_to_string(tenant_capabilities(), ',')").stdout.strip()
    assert org.http.get("/auth/me").json()["capabilities"] == listed


def test_a_grant_and_a_denial_are_seen_at_the_next_request(org):
    person = Person(org, "VIEWER")
    assert "run_analysis" not in person.capabilities and "view_audits" in person.capabilities
    answer = put(org, person.id, run_analysis=True, view_audits=False)
    assert answer.status_code == 200, answer.text
    assert answer.json()["effective"] == ["access_ledger", "run_analysis", "view_incidents"]
    assert person.http.get("/auth/me").status_code == 401, "the token that said otherwise has ended"
    person.refresh()
    assert person.capabilities == ["access_ledger", "run_analysis", "view_incidents"]
    csv = "sex,y\n" + "a,1\nb,0\n" * 40
    assert person.http.post("/analyze?protected=sex&label=y&bootstrap=0&record=false", content=csv, headers={"Content-Type": "text/csv"}).status_code in (200, 201)
    answer = put(org, person.id)
    assert answer.status_code == 200, answer.text
    person.refresh()
    assert "run_analysis" not in person.capabilities


def test_a_custom_role_stands_in_place_of_the_built_in_one(org):
    person = Person(org, "COMPLIANCE_OFFICER")
    role = make_role(org, ["view_audits", "manage_leads"])
    assert put(org, person.id, role_id=role["id"]).status_code == 200
    person.sign_in()
    assert person.capabilities == ["manage_leads", "view_audits"]
    assert person.http.get("/leads").status_code == 200 and person.http.get("/audit-log").status_code == 403
    changed = put_role(org, role, ["view_audits", "view_audit_log"])
    assert changed.status_code == 200, changed.text
    assert person.http.get("/leads").status_code == 401
    person.refresh()
    assert person.http.get("/leads").status_code == 403 and person.http.get("/audit-log").status_code == 200
    assert org.http.delete(f"/roles/{role['id']}").status_code == 409, "somebody has it"
    assert put(org, person.id).status_code == 200
    assert org.http.delete(f"/roles/{role['id']}").status_code == 204
    assert org.http.get(f"/roles/{role['id']}").status_code == 404
    assert put(org, person.id, role_id=role["id"]).status_code == 422


def test_nobody_gives_what_he_lacks_nor_changes_himself_nor_somebody_above(org):
    chief = Person(org, "VIEWER")
    other = Person(org, "VIEWER")
    above = Person(org, "COMPLIANCE_OFFICER")
    assert put(org, chief.id, manage_roles=True, manage_users=True).status_code == 200
    chief.sign_in()
    refused = put(chief, other.id, view_audit_log=True)
    assert refused.status_code == 403 and "lack it yourself" in refused.text
    assert put(chief, chief.id, view_audit_log=True).status_code == 403
    assert put(chief, above.id, version=0, view_audits=False).status_code == 403, "the officer may do more"
    assert put(chief, org.registered["user"]["id"], version=0, view_audits=False).status_code == 409
    assert put(org, org.registered["user"]["id"], version=0, view_audits=False).status_code == 403
    assert chief.http.post("/roles", json={"name": "Greedy", "capabilities": ["view_audit_log"]}).status_code == 403
    own = make_role(org, ["access_ledger", "manage_roles", "manage_users", "view_audits", "view_incidents"])
    assert put(org, chief.id, role_id=own["id"]).status_code == 200
    chief.refresh()
    assert put_role(chief, own, ["manage_roles"]).status_code == 403, "the own role"
    assert put(chief, other.id, manage_users=True).status_code == 200


def test_two_who_change_the_same_person_take_turns(org):
    person = Person(org, "VIEWER")
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(put(org, person.id, version=0, run_analysis=True).status_code)) for _ in range(6)]
    [t.start() for t in threads], [t.join() for t in threads]
    assert sorted(answers) == [200] + [412] * 5


def test_unknown_and_foreign_things_are_refused_clearly(org, other):
    person = Person(org, "VIEWER")
    assert put(org, person.id, version=0, view_all_orgs=True).status_code == 422
    assert org.http.post("/roles", json={"name": "X", "capabilities": ["view_all_orgs"]}).status_code == 422
    assert org.http.post("/roles", json={"name": "Auditor", "capabilities": []}).status_code == 422
    role = make_role(org, [], name="Twice")
    assert org.http.post("/roles", json={"name": "twice", "capabilities": []}).status_code == 409
    assert other.http.get(f"/roles/{role['id']}").status_code == 404
    assert put(other, person.id, version=0, view_audits=True).status_code == 404
    theirs = Person(other, "VIEWER")
    assert put(other, theirs.id, role_id=role["id"]).status_code == 422
    assert org.http.put(f"/users/{person.id}/capabilities", json={"capabilities": []}).status_code == 412


def test_why_somebody_may_or_may_not(org):
    person = Person(org, "VIEWER")
    put(org, person.id, run_analysis=True, view_audits=False)

    def why(name):
        return org.http.get("/access/explain", params={"user": person.id, "capability": name}).json()

    assert why("run_analysis") == {"allowed": True, "because": "It is granted to this person."}
    assert why("view_audits") == {"allowed": False, "because": "It is denied to this person."}
    assert why("manage_users") == {"allowed": False, "because": "The role VIEWER lacks it."}
    assert why("view_incidents") == {"allowed": True, "because": "The role VIEWER has it."}


def test_each_change_is_in_the_ledger_and_on_record(server, org):
    person = Person(org, "VIEWER")
    before = org.http.get("/ledger/verify").json()["checked"]
    role = make_role(org, ["view_audits"])
    put(org, person.id, role_id=role["id"], run_analysis=True)
    after = org.http.get("/ledger/verify").json()
    assert after["valid"] and after["checked"] == before + 2
    latest = org.http.get("/ledger?limit=2").json()["items"]
    assert [entry["action"] for entry in latest] == ["PERMISSION_CHANGED"] * 2
    row = org.http.get("/audit-log?limit=1").json()["items"][0]
    assert row["event"] == "permissions_changed" and row["subject_id"] == person.id
    detail = org.http.get(f"/audit-log/{row['id']}").json()
    assert "run_analysis" in str(detail["after"])


def entered(org):
    return f"begin; select scope_enter(false, '{org.org_id}', 'USER', null, null, null, null, null);"


@pytest.mark.parametrize("role", ["aic_tenant", "aic_system"])
def test_the_database_refuses_a_change_without_its_entry(server, org, role):
    person = Person(org, "VIEWER")
    made = make_role(org, ["view_audits"])
    put(org, person.id, view_audits=False)
    writes = [
        f"insert into user_permissions (id, org_id, granted, ledger_entry_id) values ('{Person(org, 'VIEWER').id}', '{org.org_id}', '{{manage_users}}', '{uuid.uuid4()}')",
        f"update user_permissions set denied = '{{}}' where id = '{person.id}'",
        f"update roles set capabilities = '{{manage_users,view_audits}}' where id = '{made['id']}'",
        f"delete from user_permissions where id = '{person.id}'",
        f"delete from roles where id = '{made['id']}'",
    ]
    for sql in writes:
        out = server.psql(role, f"{entered(org)} {sql}; commit;")
        assert out.returncode != 0 and ("ledger entry" in out.stderr or "permission denied" in out.stderr), (sql, out.stderr)


def test_a_tenant_cannot_grant_what_is_the_bodys_by_direct_sql(server, org):
    out = server.psql("aic_tenant", f"{entered(org)} insert into roles (org_id, name, capabilities, ledger_entry_id) values ('{org.org_id}', 'x', '{{view_all_orgs}}', '{uuid.uuid4()}');")
    assert "roles_known_capabilities" in out.stderr or "ledger entry" in out.stderr
    assert server.psql("postgres", "select '{view_all_orgs}'::text[] <@ tenant_capabilities()").stdout.strip() == "f"
