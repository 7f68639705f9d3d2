"""Ways round the wall between organizations, tried by whoever could run SQL of his own as a tenant's role: what leaks by references,
by uniqueness, by statistics, by what is shared over all connections, and by a connection that is given back in the middle of something."""
import pathlib
import re
import subprocess
import threading
import uuid

import pytest

from conftest import ROOT, Server, Tenant, wait_for

SOURCES = [path for path in (ROOT / "src").rglob("*.[ch]") if "tests" not in path.parts]


def rows(server, sql, role="postgres"):
    out = server.psql(role, sql)
    assert out.returncode == 0, out.stderr
    return [line for line in out.stdout.split("\n") if line]


def enter(org):
    return f"select scope_enter(false, '{org}', 'USER', null, null, null, null, null);"


# ------------------------------------------------------------------ the organization that is set

def test_after_a_switch_nothing_of_the_organization_before_is_seen(server, tenant, other):
    mine, theirs = tenant.system()["id"], other.system()["id"]
    look = "select string_agg(id::text, ',') from ai_systems;"
    before, after = rows(server, f"begin; {enter(tenant.org_id)} {look} set local aic.org_id = '{other.org_id}'; {look}", "aic_tenant")[-2:]
    assert mine in before and theirs not in before
    assert theirs in after and mine not in after
    for switched in ("", str(uuid.uuid4())):
        out = server.psql("aic_tenant", f"begin; {enter(tenant.org_id)} set local aic.org_id = '{switched}'; {look}")
        assert mine not in out.stdout and theirs not in out.stdout
    out = server.psql("aic_tenant", f"begin; {enter(tenant.org_id)} reset aic.org_id; {look}")
    assert "no organization is set" in out.stderr and mine not in out.stdout


def test_what_is_set_ends_with_the_transaction(server, tenant):
    for end in ("commit", "rollback", "select 1/0; rollback"):
        out = server.psql("aic_tenant", f"begin; {enter(tenant.org_id)} {end}")
        script = f"begin; {enter(tenant.org_id)}\n{end};\nselect count(*) from ai_systems;\nselect 'left: ' || coalesce(current_setting('aic.org_id', true), '');\n"
        out = subprocess.run(["psql", "-h", str(server.socket), "-U", "aic_tenant", "-d", "aic", "-qAt"], input=script, capture_output=True, text=True, check=False)
        assert "no organization is set" in out.stderr and "left: \n" in out.stdout, out


def test_nobody_can_set_it_for_connections_to_come(server):
    for role in ("aic_tenant", "aic_system"):
        for what in (f"alter role {role} set aic.org_id = '{uuid.uuid4()}'", f"alter database aic set aic.org_id = '{uuid.uuid4()}'",
                     f"alter role {role} bypassrls", f"alter role {role} superuser", "set session_replication_role = replica"):
            assert server.psql(role, what).returncode != 0, (role, what)


def test_every_statement_is_written_in_a_file_and_none_is_made_of_text():
    """A setting is no secret: who could run SQL of his own could switch it. That nobody can is what protects it, so it is tested: SQL
    is sent by the store alone, and what it sends comes from the .sql files, prepared, with values apart."""
    senders = {path.relative_to(ROOT).parts[1] for path in SOURCES if re.search(r"libpq-fe\.h|\bPQ(exec|send|prepare)\w*\(", path.read_text())}
    assert senders == {"store"}
    made = [str(path) for path in SOURCES if re.search(r"\.sql\s*=(?!\s*\")", path.read_text())]
    assert made == []
    plain = {path.name for path in SOURCES if re.search(r"PQ(exec|sendQuery)(Params)?\(", path.read_text())}
    # Constant texts, but for migrations and, when a server starts, the EXPLAIN of each statement by its name.
    assert plain == {"cluster.c", "connection.c", "listener.c", "migrate.c", "transaction.c"}


def test_no_function_that_a_role_may_call_runs_text_as_sql(server):
    assert rows(server, r"""select proname::text from pg_proc where pronamespace = 'public'::regnamespace and prosrc ~* '\mexecute\M'
        and prorettype <> 'trigger'::regtype and (has_function_privilege('aic_tenant', oid, 'execute') or has_function_privilege('aic_system', oid, 'execute'))
        order by 1""") == [
        "audit_verify",    # one of two constant texts, the organization apart
        "gate_json_hash",  # of a column, by its quoted name
    ]


def test_functions_that_run_as_their_owner_are_these(server):
    """Each sees all organizations, so each is looked at: it takes the organization from the scope, or from the row that it guards."""
    looked_at = {
        "ledger_append",      # current_org()
        "check_gate",         # trigger: the row's own
        "chain_audit_row",    # trigger: the row's own, which the policy has let through
        "count_analysis",     # trigger: the row's own
        "audit_make_months",  # no rows of anybody
        # The organization is current_org() in all that follow.
        "mail_queue",         # only puts in; a system's scope may put in for nobody
        "task_end", "task_cancel",
        "tell_task",          # trigger: the row's own; tells its id, which opens nothing
        "retire_access_tokens", "person_sessions_end", "person_mfa_reset", "person_forget_invites", "person_forget_factors", "person_erase",
        "made_with_its_organization",  # true for a ledger entry of this very transaction only
    }
    found = set(rows(server, "select proname::text from pg_proc where pronamespace = 'public'::regnamespace and prosecdef"))
    assert found <= looked_at, f"look at {found - looked_at} and say here why no organization learns of another by it"


# ------------------------------------------------------------------ references and uniqueness

def test_no_reference_tells_what_another_organization_has(server):
    """A check of a reference sees all rows. It tells nothing where it holds the organization together with the id, or is the
    organization's own, or where tenants cannot write it."""
    assert rows(server, """select c.conrelid::regclass || ' ' || c.conname from pg_constraint c
        where c.contype = 'f' and c.connamespace = 'public'::regnamespace and c.conparentid = 0
          and not exists (select from unnest(c.conkey, c.confkey) as k(here, there)
                          join pg_attribute h on h.attrelid = c.conrelid and h.attnum = k.here
                          join pg_attribute t on t.attrelid = c.confrelid and t.attnum = k.there
                          where h.attname = 'org_id' and (t.attname = 'org_id' or c.confrelid = 'organizations'::regclass))
          and exists (select from unnest(c.conkey) k where has_column_privilege('aic_tenant', c.conrelid, k, 'insert, update'))""") == []


@pytest.mark.parametrize("insert", [
    "insert into leads (org_id, email, owner_id) values ('{org}', '{word}@example.com', '{id}')",
    "insert into decision_records (org_id, external_id, system_id, ledger_entry_id) values ('{org}', '{word}', '{id}', new_id())",
    "insert into incident_events (org_id, incident_id, kind, visibility, author_kind, body) values ('{org}', '{id}', 'NOTE', 'INTERNAL', 'PLATFORM', 'x')",
    "insert into lead_events (org_id, lead_id, kind, body) values ('{org}', '{id}', 'CONTACT', 'x')",
    "insert into models (org_id, system_id, name, version, ledger_entry_id) values ('{org}', '{id}', '{word}', '1', new_id())",
    "update users set name = 'x' where id = '{id}'",
    "delete from models where system_id = '{id}'",
])
def test_a_row_of_another_organization_and_none_are_told_alike(server, tenant, other, insert):
    there = other.http.post("/incidents", json={"title": "x", "description": "y", "category": "BIAS"}).json()["id"] if "incident" in insert else (
        other.registered["user"]["id"] if "owner_id" in insert or "users" in insert else other.system()["id"])

    def told(id):
        word = uuid.uuid4().hex
        out = server.psql("aic_tenant", f"begin; {enter(tenant.org_id)} {insert.format(org=tenant.org_id, id=id, word=word)}")
        return out.returncode, (out.stdout + out.stderr).replace(str(id), "ID").replace(word, "WORD")

    def without_own_ids(answer):
        return answer[0], re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "OWN", answer[1])

    assert without_own_ids(told(there)) == without_own_ids(told(uuid.uuid4()))


def test_whether_an_organization_exists_is_not_told_by_a_lead(server, tenant, other):
    insert = "begin; {} insert into leads (org_id, email, converted_org_id) values ('{}', 'x@example.com', '{}')"
    for org in (other.org_id, tenant.org_id, str(uuid.uuid4())):
        assert "permission denied" in server.psql("aic_tenant", insert.format(enter(tenant.org_id), tenant.org_id, org)).stderr


def test_uniqueness_over_all_organizations_is_for_what_tenants_do_not_choose(server):
    known = {
        "ai_systems_code_key": "40 random bits that stand on a public notice, whose it is is looked up by the public intake anyway",
        "incidents_reference_key": "40 random bits that open nothing without the case's secret",
        "api_keys_key_hash_key": "the hash of 256 random bits: who could try it has the key",
        "invite_codes_code_hash_key": "the hash of random bits: who could try it has the link",
        "invite_codes_token_hash_key": "likewise",
    }
    found = rows(server, """select i.indexrelid::regclass from pg_index i join pg_class c on c.oid = i.indrelid
        where i.indisunique and c.relnamespace = 'public'::regnamespace and not c.relispartition
          and not exists (select from unnest(i.indkey) k join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k
                          where a.attname in ('org_id', 'chain'))
          and not exists (select from unnest(i.indkey) k join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k
                          where a.atttypid = 'timestamptz'::regtype)  -- of the very microsecond
          and exists (select from unnest(i.indkey) k where k > 0 and has_column_privilege('aic_tenant', i.indrelid, k, 'insert, update'))""")
    assert set(found) <= set(known)


def test_an_address_of_another_organization_is_not_told_by_the_users_table(server, tenant, other):
    for what in (f"update users set email = '{other.email}'", f"update users set email = '{uuid.uuid4().hex}@example.com'",
                 f"insert into users (org_id, name, email, role) values ('{tenant.org_id}', 'x', '{other.email}', 'VIEWER')"):
        assert "permission denied" in server.psql("aic_tenant", f"begin; {enter(tenant.org_id)} {what}").stderr


# ------------------------------------------------------------------ what the database says of itself

def test_statistics_show_no_value_of_anybody(server, tenant, other):
    secret = f"Zebra {uuid.uuid4().hex}"
    other.system(name=secret)
    rows(server, "analyze")
    for role in ("aic_tenant", "aic_system"):
        seen = rows(server, "select tablename from pg_stats where schemaname = 'public'", role)
        assert set(seen) <= {"revoked_tokens", "sign_in_strangers", "rate_windows", "rate_limits", "signing_keys", "ledger_checkpoints"}, role
        assert server.psql(role, "select * from pg_statistic").returncode != 0
    assert rows(server, "select tablename from pg_stats where schemaname = 'public' and tablename <> 'revoked_tokens'", "aic_tenant") == []
    plan = "\n".join(rows(server, f"begin; {enter(tenant.org_id)} explain (analyze, verbose, settings) select * from ai_systems where name = '{secret}'", "aic_tenant"))
    assert other.org_id not in plan and "rows=0 loops" in plan or "actual" in plan and "rows=1 loops" not in plan.split("\n")[1]


def test_what_others_run_is_seen_without_their_values(server, tenant, other):
    """One role sees the texts of all its connections. They are those of the .sql files: values travel apart."""
    secret = f"Quagga{uuid.uuid4().hex}"
    stop, seen = threading.Event(), set()

    def work():
        while not stop.is_set():
            other.http.post("/systems", json={"name": f"{secret} {uuid.uuid4().hex}", "purpose": secret})
            other.http.get(f"/systems?q={secret}")

    worker = threading.Thread(target=work)
    worker.start()
    try:
        for _ in range(15):
            seen |= set(rows(server, "select query from pg_stat_activity where pid <> pg_backend_pid()", "aic_tenant"))
    finally:
        stop.set()
        worker.join()
    assert any("ai_systems" in text for text in seen), seen
    assert not any(secret in text or other.org_id in text or other.email in text for text in seen)


# ------------------------------------------------------------------ what is shared over all connections, and the machine behind

FORBIDDEN = [
    "create table public.x (a int)", "create temp table x (a int)", "create table x as select 1", "create view public.x as select 1", "create schema x", "create sequence public.x",
    "create function public.x() returns int language sql as 'select 1'", "create function pg_temp.x() returns int language sql as 'select 1'", "create type public.x as (a int)",
    "create extension dblink", "create extension file_fdw", "create extension postgres_fdw", "create server x foreign data wrapper y", "create publication x", "create role x", "create database x", "create event trigger x on sql_drop execute function refuse_change()",
    "create policy x on users using (true)", "create trigger x before insert on users execute function refuse_change()", "create rule x as on select to users do instead select 1", "create index on users (email)",
    "alter table users disable row level security", "alter table users no force row level security", "alter table users add column x int", "alter table audit_log disable trigger all", "drop table users", "truncate users", "truncate audit_log",
    "alter function current_org() set search_path = x", "create or replace function public.current_org() returns uuid language sql as 'select null::uuid'", "drop function current_org()", "grant aic_owner to current_user",
    "set role aic_owner", "set role postgres", "set session authorization postgres", "set row_security = off; select count(*) from users",
    "select pg_read_file('/etc/passwd')", "select pg_read_binary_file('/etc/passwd')", "select pg_ls_dir('/')", "select pg_stat_file('/etc/passwd')", "select lo_import('/etc/passwd')", "select lo_export(1, '/tmp/x')",
    "select lo_from_bytea(0, 'x')", "select lo_create(0)", "select lo_creat(-1)", "select lo_get(1)", "select lo_put(1, 0, 'x')", "select lo_open(1, 393216)",
    "copy users to '/tmp/x'", "copy (select 1) to program 'id'", "copy users from '/etc/passwd'", "copy users from program 'id'", "load 'x'", "do language plpython3u 'x'", "select dblink('x', 'y')",
    "select pg_reload_conf()", "select pg_rotate_logfile()", "select pg_switch_wal()", "alter system set fsync = off", "select pg_create_physical_replication_slot('x')", "select set_config('log_statement', 'all', false)",
    "select * from pg_authid", "select * from pg_shadow", "select * from pg_hba_file_rules", "select * from pg_file_settings", "select * from schema_migrations", "select pg_current_logfile()", "select query_to_xml('select password_hash from users', true, true, '')",
    "lock table users in access exclusive mode", "comment on table users is 'x'", "reindex table users", "cluster users", "security label on table users is 'x'",
]


@pytest.mark.parametrize("role", ["aic_tenant", "aic_system"])
def test_nothing_is_made_read_or_run_beside_the_tables(server, tenant, role):
    passed = []
    for what in FORBIDDEN:
        if role == "aic_system" and ("count(*) from users" in what or "query_to_xml" in what or what.startswith("lock table")):
            continue  # it may read them, and lock what it may change
        out = server.psql(role, f"begin; set local aic.org_id = '{tenant.org_id}'; {what}; rollback")
        if "transaction block" in out.stderr:
            out = server.psql(role, what)
        if out.returncode == 0:
            passed.append(what)
    assert passed == []


def test_no_large_object_sequence_or_view_is_there_to_be_shared(server):
    assert rows(server, "select count(*) from pg_largeobject_metadata") == ["0"]
    assert rows(server, "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('S', 'm', 'f')") == []
    assert rows(server, "select extname from pg_extension") == ["plpgsql"]


def test_what_a_tenant_could_notify_is_only_a_reason_to_look():
    """Two channels, an id or nothing in them; whoever is woken by the one listener reads through a scope."""
    texts = {path.name: path.read_text() for path in [*SOURCES, *(ROOT / "src").rglob("*.sql"), *(ROOT / "sql").rglob("*.sql")]}
    found = {name for name, text in texts.items() if re.search(r"PQnotifies|\bpg_notify\b|^\s*(listen|notify) ", text, re.M | re.I)}
    assert found == {"listener.c", "0050_tasks.sql"}
    assert re.findall(r"pg_notify\((.*)\);", texts["0050_tasks.sql"]) == ["'aic_tasks', ''", "'aic_task_changes', new.id::text"]


def test_what_is_copied_out_or_in_is_ones_own(server, tenant, other):
    theirs = other.system()["id"]
    out = server.psql("aic_tenant", f"begin; {enter(tenant.org_id)} copy ai_systems (id, org_id, name) to stdout")
    assert theirs not in out.stdout and other.org_id not in out.stdout
    line = f"{uuid.uuid4()}\t{other.org_id}\tx\n"
    script = f"begin; set local aic.org_id = '{tenant.org_id}';\ncopy audit_log (id, org_id, event) from stdin;\n{line}\\.\ncommit;\n"
    out = subprocess.run(["psql", "-h", str(server.socket), "-U", "aic_tenant", "-d", "aic", "-qAt"], input=script, capture_output=True, text=True, check=False)
    assert "COPY FROM not supported with row-level security" in out.stderr or "row-level security" in out.stderr


# ------------------------------------------------------------------ connections that are given back in the middle of something

class Lock:
    """Nobody can write to a table for as long as this is held: a superuser's connection that waits for its next line."""

    def __init__(self, server, table):
        self.psql = subprocess.Popen(["psql", "-h", str(server.socket), "-U", "postgres", "-d", "aic", "-qAt"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.psql.stdin.write(f"begin; lock table {table} in access exclusive mode; select 'held';\n")
        self.psql.stdin.flush()
        assert self.psql.stdout.readline() == "held\n"

    def release(self):
        self.psql.communicate("rollback;\n", timeout=30)


@pytest.fixture(scope="module")
def narrow():
    """A server whose tenants share one connection."""
    running = Server(environment={"AIC_DATABASE_CONNECTIONS": "2", "AIC_THREADS": "6"})
    yield running
    running.remove()


@pytest.fixture(scope="module")
def pair(narrow):
    return Tenant(narrow), Tenant(narrow)


WAITING = "select pid from pg_stat_activity where usename = 'aic_tenant' and wait_event_type = 'Lock'"


def names(tenant):
    answer = tenant.http.get("/systems?limit=200")
    assert answer.status_code == 200, answer.text
    return {item["name"] for item in answer.json()["items"]}


@pytest.mark.parametrize("stroke", ["cancel", "terminate", "timeout"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_connection_that_was_stopped_in_the_middle_shows_the_next_one_its_own(narrow, pair, stroke, method):
    first, second = pair
    mine, theirs = first.system()["name"], second.system()["name"]
    table = Lock(narrow, "ai_systems")
    answers = []

    def ask():
        answers.append(first.http.request(method, "/systems", json={"name": f"Never {uuid.uuid4().hex}", "purpose": "x"} if method == "POST" else None))

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        pids = wait_for(lambda: rows(narrow, WAITING))
        if stroke != "timeout":
            rows(narrow, f"select pg_{stroke}_backend({pids[0]})")
        asking.join(timeout=60)  # a statement may take ten seconds
    finally:
        table.release()
        asking.join(timeout=60)
    assert [answer.status_code for answer in answers] == [503], answers[0].text
    assert "Retry-After" in answers[0].headers and mine not in answers[0].text and "ai_systems" not in answers[0].text
    assert theirs in names(second) and mine not in names(second)
    assert mine in names(first) and theirs not in names(first)
    assert not any(name.startswith("Never") for name in names(first))


def test_errors_of_one_organization_leave_nothing_to_the_next(narrow, pair):
    first, second = pair
    taken = first.system()["name"]
    wrong = []
    for body in ({"name": taken, "purpose": "x"}, {"name": "x" * 300, "purpose": "x"}, {"name": ""}, {"name": "a\u0000b", "purpose": "x"}):
        answer = first.http.post("/systems", json=body)
        assert 400 <= answer.status_code < 500, answer.text
        wrong += [name for name in names(second) if name == taken]
        me = second.http.get("/auth/me").json()
        assert me["organization"]["id"] == second.org_id
    assert first.http.patch(f"/systems/{second.system()['id']}", json={"name": "Stolen"}, headers={"If-Match": '"1"'}).status_code == 404
    assert wrong == [] and "Stolen" not in names(second)


def test_under_a_hail_of_cancels_nobody_sees_anothers_row(narrow):
    """Cancelled whatever they are at: in the middle of a statement, between two, at a commit."""
    tenants = [Tenant(narrow) for _ in range(4)]
    for one in tenants:
        one.first = one.system(name=f"{one.name} first")["name"]
    stop, wrong, statuses = threading.Event(), [], []

    def hail():
        while not stop.is_set():
            narrow.psql("postgres", "select pg_cancel_backend(pid) from pg_stat_activity where usename in ('aic_tenant', 'aic_system')")

    def ask(one):
        for number in range(40):
            if number % 3 == 0:
                answer = one.http.post("/systems", json={"name": f"{one.name} {uuid.uuid4().hex}", "purpose": "x"})
                seen = [answer.json()["name"]] if answer.status_code == 201 else []
            else:
                answer = one.http.get("/systems?limit=200")
                seen = [item["name"] for item in answer.json()["items"]] if answer.status_code == 200 else []
            statuses.append(answer.status_code)
            wrong.extend(f"{one.name} saw {name}" for name in seen if not name.startswith(one.name))

    hailing = threading.Thread(target=hail)
    asking = [threading.Thread(target=ask, args=(one,)) for one in tenants]
    for thread in [hailing, *asking]:
        thread.start()
    for thread in asking:
        thread.join()
    stop.set()
    hailing.join()
    assert wrong == [] and set(statuses) <= {200, 201, 503}
    for one in tenants:
        assert one.first in names(one) and one.http.get("/ledger/verify").json()["valid"] is True
