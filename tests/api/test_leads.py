"""Leads: whose they are, whoever writes what into the body; what a repeated contact changes; rows of before there were owners."""
import json
import subprocess
import uuid

import httpx
import pytest

from conftest import BUILD, ROOT, Server, Tenant


@pytest.fixture
def org(server):
    return Tenant(server)


@pytest.fixture(scope="module")
def operator(server):
    return rows(server, "select id from organizations where kind = 'OPERATOR'")[0]


def rows(server, sql, database="aic"):
    command = ["psql", "-h", str(server.socket), "-U", "postgres", "-d", database, "-v", "ON_ERROR_STOP=1", "-qAt", "-c", sql]
    out = subprocess.run(command, capture_output=True, text=True, check=False)
    assert out.returncode == 0, out.stderr
    return [line for line in out.stdout.split("\n") if line]


def address():
    return f"{uuid.uuid4().hex}@lead.example"


def owner_of(server, email):
    return rows(server, f"select org_id from leads where email = '{email}'")


def post(server, path, body, **headers):
    return httpx.post(server.url + "/api/v1" + path, json=body, headers=headers)


def contact(email, **more):
    return {"first_name": "Zola", "last_name": "Mbeki", "email": email, "message": "Please call me.", **more}


# ------------------------------------------------------------------ whose it is


def test_without_a_session_a_lead_is_the_operators(server, org, operator):
    for path, body in (("/leads", {}), ("/contact", {"first_name": "Zola", "message": "Hello"})):
        email = address()
        answer = post(server, path, {"email": email, **body})
        assert answer.status_code == 202 and answer.json() == {"received": True}
        assert owner_of(server, email) == [operator]
        assert org.http.get(f"/leads?q={email}").json()["items"] == []


def test_with_a_session_a_lead_is_its_organizations(server, org, other):
    email = address()
    assert org.http.post("/contact", json=contact(email)).json() == {"received": True}
    assert owner_of(server, email) == [org.org_id]
    seen = org.http.get("/leads").json()["items"]
    assert [(lead["email"], lead["name"], lead["status"], lead["source"]) for lead in seen] == [(email, "Zola Mbeki", "NEW", "CONTACT")]
    assert other.http.get(f"/leads?q={email}").json()["items"] == []
    by_cookie = address()
    same = post(server, "/leads", {"email": by_cookie}, Cookie=f"aic_access={org.token}", Origin=server.url)
    assert same.status_code == 202 and owner_of(server, by_cookie) == [org.org_id]


def test_no_body_and_no_query_says_whose_it_is(server, org, other):
    for field in ("org_id", "organization_id", "organization", "owner_id", "status", "id", "converted_org_id"):
        for http in (org.http, httpx.Client(base_url=server.url + "/api/v1")):
            assert http.post("/leads", json={"email": address(), field: other.org_id}).status_code == 422, field
    assert org.http.post(f"/leads?org_id={other.org_id}", json={"email": address()}).status_code == 422
    assert org.http.get(f"/leads?org_id={other.org_id}").status_code == 422


def test_a_session_that_does_not_hold_is_refused_or_is_none(server, operator):
    gone = Tenant(server)
    gone.http.post("/auth/logout")
    assert post(server, "/leads", {"email": address()}, Authorization=f"Bearer {gone.token}").status_code == 401
    assert post(server, "/leads", {"email": address()}, Authorization="Bearer nonsense").status_code == 401
    for stale in (gone.token, "nonsense"):  # a public page works with a stale cookie
        email = address()
        answer = post(server, "/leads", {"email": email}, Cookie=f"aic_access={stale}", Origin=server.url)
        assert answer.status_code == 202 and owner_of(server, email) == [operator]


def test_another_site_cannot_write_with_somebodys_cookie(server, org):
    email = address()
    for origin in ({"Origin": "https://evil.example"}, {}):
        assert post(server, "/leads", {"email": email}, Cookie=f"aic_access={org.token}", **origin).status_code == 403
    assert owner_of(server, email) == []


# ------------------------------------------------------------------ what is kept


def test_a_repeated_contact_updates_and_never_downgrades(server, org):
    email = address()
    org.http.post("/leads", json={"email": email, "company": "Old", "message": "First"})
    lead = org.http.get("/leads").json()["items"][0]
    changed = org.http.patch(f"/leads/{lead['id']}", json={"status": "QUALIFIED", "notes": "Called."}, headers={"If-Match": '"1"'})
    assert changed.status_code == 200, changed.text
    assert org.http.post("/contact", json=contact(email.upper(), company="New")).status_code == 202
    seen = org.http.get(f"/leads/{lead['id']}").json()
    assert (seen["status"], seen["company"], seen["message"], seen["notes"], seen["contacts"]) == ("QUALIFIED", "New", "Please call me.", "Called.", 2)
    assert seen["re_engaged_at"] and [e["body"] for e in seen["events"]] == ["Please call me.", None, "First"]
    assert len(org.http.get("/leads").json()["items"]) == 1


def test_the_reply_is_the_same_for_a_new_address_a_known_one_and_a_machine(server):
    email, spam = address(), address()
    answers = [post(server, "/contact", contact(email)), post(server, "/contact", contact(email)), post(server, "/contact", contact(spam, website="x"))]

    def shape(answer):
        return answer.status_code, answer.text, {name: value for name, value in answer.headers.items() if name not in ("x-request-id", "date")}

    assert len({str(shape(answer)) for answer in answers}) == 1
    assert owner_of(server, spam) == []


def test_edits_carry_versions_and_stay_within_the_organization(server, org, other):
    org.http.post("/leads", json={"email": address()})
    lead = org.http.get("/leads").json()["items"][0]
    path = f"/leads/{lead['id']}"
    assert org.http.patch(path, json={"score": 5}).status_code == 412
    assert org.http.patch(path, json={"owner_id": other.registered["user"]["id"]}, headers={"If-Match": '"1"'}).status_code == 422
    assert org.http.patch(path, json={"country": "za"}, headers={"If-Match": '"1"'}).json()["errors"][0]["pointer"] == "/country"
    assert org.http.patch(path, json={"status": "CONVERTED"}, headers={"If-Match": '"1"'}).status_code == 200
    assert org.http.patch(path, json={"status": "NEW"}, headers={"If-Match": '"2"'}).status_code == 409
    assert other.http.get(path).status_code == 404


def test_pages_and_export(server, org):
    emails = [address() for _ in range(5)]
    for email in emails:
        org.http.post("/leads", json={"email": email})
    seen, cursor = [], None
    while True:
        page = org.http.get("/leads", params={"limit": 2, **({"cursor": cursor} if cursor else {})}).json()
        seen += [item["email"] for item in page["items"]]
        cursor = page["next_cursor"]
        if not cursor:
            break
    assert seen == emails[::-1]
    assert len(org.http.get("/leads", headers={"Accept": "text/csv"}).text.strip().split("\n")) == 6
    assert org.http.get("/audit-log?event=data_exported").json()["items"]


def test_super_admins_see_all_and_it_is_on_record(server, org, operator):
    mine, public = address(), address()
    org.http.post("/leads", json={"email": mine})
    post(server, "/leads", {"email": public})
    assert org.http.get("/admin/leads").status_code == 403
    staff = Tenant(server)
    made = subprocess.run([BUILD / "aicd", "make-super-admin", staff.email, "--data", str(server.data)], capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    staff.sign_in()
    all_of_them = [item["email"] for item in staff.http.get("/admin/leads?limit=200").json()["items"]]
    assert {mine, public} <= set(all_of_them)
    of_one = staff.http.get(f"/admin/leads?org_id={org.org_id}").json()["items"]
    assert [(item["email"], item["org_name"]) for item in of_one] == [(mine, org.name)]
    # In their own organization's list they see what everybody sees there.
    assert staff.http.get(f"/leads?q={mine}").json()["items"] == []
    found = rows(server, f"select count(*) from audit_log where event = 'system_scope_opened' and actor_id = '{staff.registered['user']['id']}' and reason like 'S6%'")
    assert int(found[0]) >= 2


# ------------------------------------------------------------------ the second wall


def enter(org):
    return f"begin; select scope_enter(false, '{org.org_id}', 'USER', '{org.registered['user']['id']}', null, null, null, null);"


def test_direct_sql_crosses_no_wall(server, org, other, operator):
    org.http.post("/leads", json={"email": address()})
    lead = org.http.get("/leads").json()["items"][0]["id"]
    for sql in (f"update leads set org_id = '{other.org_id}'", "update leads set email = 'x@y.z'", "delete from leads",
                f"update leads set converted_org_id = '{other.org_id}'", "update lead_events set body = 'x'",
                f"insert into leads (org_id, email) values ('{operator}', 'x@y.z')", f"insert into leads (org_id, email) values ('{org.org_id}', 'X@y.z')",
                f"insert into lead_events (org_id, lead_id, kind) values ('{other.org_id}', '{lead}', 'CONTACT')"):
        assert server.psql("aic_tenant", f"{enter(org)} {sql}; commit;").returncode != 0, sql
    seen = server.psql("aic_tenant", f"{enter(other)} select count(*) from leads where id = '{lead}'").stdout.split()
    assert seen[-1] == "0"
    for sql in (f"update leads set org_id = '{other.org_id}' where id = '{lead}'", f"delete from leads where id = '{lead}'"):
        assert server.psql("aic_system", sql).returncode != 0
    for call in ("lead_owner('a@b.c')", "leads_adopt('leads')", "lead_adopt('{}')"):
        for role in ("aic_tenant", "aic_system"):
            assert "permission denied" in server.psql(role, f"select {call}").stderr, call


# ------------------------------------------------------------------ rows of before there were owners

OLDER = """create table leads (id uuid primary key, email text unique, name text, company text, status text, source text, score integer,
    consent_marketing boolean, favourite_colour text, created_at timestamptz);
    create index leads_email_idx on leads (email);"""


def lead_row(email, status="NEW", at="2024-01-01", **more):
    cells = {"id": str(uuid.uuid4()), "email": email, "status": status, "created_at": at, **more}
    names, values = ", ".join(cells), ", ".join("null" if value is None else f"'{value}'" for value in cells.values())
    return f"insert into leads ({names}) values ({values});"


def organization(name, *people):
    """An organization as of before, with people of the form (address, verified, active)."""
    org = str(uuid.uuid4())
    sql = f"""select set_config('aic.org_id', '{org}', true), set_config('aic.actor_kind', 'SYSTEM', true);
        insert into organizations (id, name, slug, kind, ledger_entry_id) values ('{org}', '{name}', '{name}', 'CLIENT',
        ledger_append('ORG_CREATED', 'organization', '{org}', canonical_json(jsonb_build_object('kind', 'CLIENT', 'name', '{name}', 'tier', 'TIER_3'))));"""
    for email, verified, active in people:
        sql += f"""insert into users (org_id, name, email, role, is_active, email_verified_at)
            values ('{org}', 'P', '{email}', 'ADMIN', {str(active).lower()}, {"now()" if verified else "null"});"""
    return org, f"begin; {sql} commit;"


@pytest.fixture
def older(server):
    """A database whose migrations stop where leads have no owner yet."""
    name = f"older_{uuid.uuid4().hex}"
    rows(server, f"create database {name}", "postgres")
    rows(server, "grant all on schema public to aic_owner", name)

    def migrate(first, last):
        for path in sorted((ROOT / "sql/migrations").glob("*.sql")):
            if first <= int(path.name[:4]) <= last:
                rows(server, f"begin; set local role aic_owner; {path.read_text()} ; commit;", name)

    migrate(1, 34)
    yield name, migrate
    rows(server, f"drop database {name} with (force)", "postgres")


def test_older_leads_find_their_owners(server, older):
    name, migrate = older
    acme, made = organization("acme", ("boss@acme.example", True, True), ("clerk@acme.example", True, True), ("boss@gmail.com", True, True))
    rows(server, made, name)
    wary, made = organization("wary", ("boss@wary.example", False, True), ("left@gone.example", True, False), ("x@shared.example", True, True))
    rows(server, made, name)
    _, made = organization("twin", ("y@shared.example", True, True), ("z@yahoo.co.za", True, True))
    rows(server, made, name)
    rows(server, f"set role aic_owner; {OLDER}", name)
    operator = rows(server, "select id from organizations where kind = 'OPERATOR'", name)[0]
    expected = {
        "jane@acme.example": acme,            # the one organization with verified people of this domain
        "upper@acme.example": acme,           # however it was written
        "jane@sub.acme.example": operator,    # another domain
        "jane@notacme.example": operator,     # nor one that ends alike
        "jane@wary.example": operator,        # nobody there has verified the address
        "jane@gone.example": operator,        # the one who had is no longer active
        "jane@shared.example": operator,      # two organizations have it
        "jane@gmail.com": operator,           # a public provider, though a client's person is there
        "jane@yahoo.co.za": operator,
        "jane@nobody.example": operator,
    }
    written = {"upper@acme.example": " Upper@ACME.example "}
    statuses = {"jane@acme.example": "HIGH_INTENT", "jane@wary.example": "PROSPECT", "jane@gone.example": "ALPHA_ENROLLED", "jane@nobody.example": "certified",
                "jane@shared.example": "no such thing"}
    for email in expected:
        rows(server, lead_row(written.get(email, email), statuses.get(email, "NEW"), favourite_colour="blue"), name)
    # The same person twice: one row, the furthest status, nothing lost. Two without an address: they stay.
    rows(server, lead_row("Twice@acme.example", "QUALIFIED", "2023-01-01", company="First") + lead_row("twice@acme.example ", "NEW", "2024-06-01", company="Second", name="Late"), name)
    rows(server, lead_row(None) + lead_row("no address"), name)
    migrate(35, 35)
    found = dict(line.split("|") for line in rows(server, "select email, org_id from leads", name))
    assert found == {**expected, "twice@acme.example": acme}
    status = dict(line.split("|") for line in rows(server, "select email, status from leads", name))
    assert [status[email] for email in ("jane@acme.example", "jane@wary.example", "jane@gone.example", "jane@nobody.example", "jane@shared.example", "twice@acme.example")] == \
        ["QUALIFIED", "NEW", "CONVERTED", "CERTIFIED", "NEW", "QUALIFIED"]
    twice = rows(server, "select company || ' ' || name || ' ' || contacts || ' ' || jsonb_array_length(earlier) || ' ' || (created_at at time zone 'UTC')::date from leads where email = 'twice@acme.example'", name)
    assert twice == ["First Late 2 2 2023-01-01"]
    assert set(rows(server, "select earlier -> 0 ->> 'favourite_colour' from leads where email like 'jane%'", name)) == {"blue"}
    assert rows(server, "select count(*) from leads_unowned", name) == ["2"]
    # The walls stand again, also round what stayed.
    loose = rows(server, "select relname from pg_class where relname in ('leads', 'leads_unowned', 'users', 'organizations') and not (relrowsecurity and relforcerowsecurity)", name)
    assert loose == []
    out = subprocess.run(["psql", "-h", str(server.socket), "-U", "aic_system", "-d", name, "-c", "select * from leads_unowned"], capture_output=True, text=True, check=False)
    assert out.returncode != 0


def test_an_older_table_whose_rows_are_all_adopted_is_gone(server, older):
    name, migrate = older
    rows(server, "set role aic_owner; create table leads (id serial primary key, first_name text, last_name text, email text, created_at timestamptz default now());"
                 "insert into leads (first_name, last_name, email) select 'A', 'B' || n, 'a' || n || '@b.example' from generate_series(1, 300) n", name)
    migrate(35, 35)
    assert rows(server, "select count(*), min(name) from leads", name) == ["300|A B1"]
    assert rows(server, "select to_regclass('leads_unowned') is null", name) == ["t"]


def test_a_row_that_has_an_owner_already_keeps_it(server, older):
    name, migrate = older
    acme, made = organization("acme", ("boss@acme.example", True, True))
    rows(server, made, name)
    rows(server, f"""set role aic_owner; create table leads (email text, org_id uuid);
        insert into leads values ('a@b.example', '{acme}'), ('c@acme.example', '{uuid.uuid4()}'), ('d@e.example', null)""", name)
    migrate(35, 35)
    operator = rows(server, "select id from organizations where kind = 'OPERATOR'", name)[0]
    found = dict(line.split("|") for line in rows(server, "select email, org_id from leads", name))
    assert found == {"a@b.example": acme, "c@acme.example": acme, "d@e.example": operator}


def test_a_fresh_database_needs_no_backfill(server):
    assert rows(server, "select to_regclass('leads_unowned') is null") == ["t"]
    assert json.loads(rows(server, "select coalesce(jsonb_agg(earlier) filter (where earlier is not null), '[]') from leads")[0]) == []
