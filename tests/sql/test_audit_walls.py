"""The audit log from inside the database: nobody gets round its triggers, its rows or its partitions."""
import concurrent.futures
import subprocess
import uuid

import pytest

from conftest import ROOT, Tenant

ROW = "insert into {table} ({columns}) values ({values})"


def insert(org, table="audit_log", **more):
    values = {"org_id": f"'{org}'" if org else "null", "actor_kind": "'USER'", "event": "'wall_test'", "outcome": "'OK'", **more}
    return ROW.format(table=table, columns=", ".join(values), values=", ".join(values.values()))


def as_tenant(org):
    return f"set aic.org_id = '{org}'; "


def value(server, sql):
    out = server.psql("postgres", sql)
    assert out.returncode == 0, out.stderr
    return out.stdout.strip()


@pytest.fixture
def month(server):
    return value(server, "select tableoid::regclass from audit_log order by at desc limit 1")


@pytest.mark.parametrize("role", ["aic_tenant", "aic_system"])
def test_a_partition_is_no_way_in(server, tenant, month, role):
    enter = as_tenant(tenant.org_id)
    for sql in (f"select * from {month}", f"select count(*) from {month}", insert(tenant.org_id, month), f"update {month} set reason = 'x'",
                f"delete from {month}", f"truncate {month}", f"copy {month} to stdout", f"alter table audit_log detach partition {month}", f"drop table {month}"):
        out = server.psql(role, enter + sql)
        assert out.returncode != 0 and ("permission denied" in out.stderr or "must be owner" in out.stderr), (sql, out.stderr)


def test_a_partition_that_somebody_grants_is_still_walled_and_append_only(server, tenant, other, month):
    """A grant by mistake, undone at the end: policies and triggers are on each partition too."""
    assert server.psql("postgres", f"grant all on {month} to aic_tenant").returncode == 0
    try:
        enter = as_tenant(tenant.org_id)
        assert server.psql("aic_tenant", enter + f"select distinct org_id from {month}").stdout.split() == [tenant.org_id]
        assert "no organization is set" in server.psql("aic_tenant", f"select count(*) from {month}").stderr
        assert "row-level security" in server.psql("aic_tenant", enter + insert(other.org_id, month, seq="1", prev_hash="''", hash="''")).stderr
        for sql in (f"update {month} set reason = 'x'", f"delete from {month}", f"truncate {month}"):
            assert "append-only" in server.psql("aic_tenant", enter + sql).stderr, sql
        assert server.psql("aic_tenant", enter + insert(tenant.org_id, month, seq="1", prev_hash="''", hash="''")).returncode == 0
        assert value(server, f"select valid from audit_verify('{tenant.org_id}')") == "t"
    finally:
        assert server.psql("postgres", f"revoke all on {month} from aic_tenant").returncode == 0


def test_every_partition_has_what_the_table_has(server):
    missing = value(server, """select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = 'audit_log'::regclass and (not c.relrowsecurity or not c.relforcerowsecurity or c.relacl::text ~ 'aic_(tenant|system)'
           or (select count(*) from pg_policy where polrelid = c.oid) <> 2
           or (select array_agg(tgname::text order by tgname) from pg_trigger where tgrelid = c.oid) <> '{append_only,append_only_all,chain}'
           or (select count(*) from pg_index where indrelid = c.oid) <> (select count(*) from pg_index where indrelid = 'audit_log'::regclass))""")
    assert missing == ""


@pytest.mark.parametrize("role", ["aic_tenant", "aic_system"])
def test_rows_are_never_changed(server, tenant, role):
    for sql in ("update audit_log set reason = 'x'", "delete from audit_log", "truncate audit_log"):
        out = server.psql(role, as_tenant(tenant.org_id) + sql)
        assert out.returncode != 0 and "permission denied" in out.stderr
    out = server.psql("postgres", "delete from audit_log")
    assert "append-only" in out.stderr


@pytest.mark.parametrize("role", ["aic_tenant", "aic_system"])
def test_nobody_chooses_place_link_or_hash(server, role):
    org = Tenant(server).org_id
    forged = insert(org, seq="1", prev_hash="repeat('0', 64)", hash="repeat('f', 64)")
    assert server.psql(role, as_tenant(org) + forged).returncode == 0
    assert value(server, f"select seq > 1 and hash <> repeat('f', 64) from audit_log where org_id = '{org}' and event = 'wall_test'") == "t"
    assert value(server, f"select valid from audit_verify('{org}')") == "t"


@pytest.mark.parametrize("at", ["now() - interval '1 day'", "now() + interval '1 day'", "'2020-01-01'"])
def test_nobody_writes_the_past_or_the_future(server, tenant, at):
    out = server.psql("aic_system", insert(tenant.org_id, at=at))
    assert out.returncode != 0 and ("of the moment" in out.stderr or "no partition" in out.stderr)


@pytest.mark.parametrize("role", ["aic_tenant", "aic_system"])
def test_the_end_of_a_chain_moves_by_the_trigger_alone(server, tenant, other, role):
    enter = as_tenant(tenant.org_id)
    for sql in ("update audit_heads set seq = 0", "delete from audit_heads", "insert into audit_heads values (gen_random_uuid(), 0, '')",
                f"select audit_take_head('{tenant.org_id}')", "select audit_make_month('2020-01-01')"):
        assert "permission denied" in server.psql(role, enter + sql).stderr, sql
    if role == "aic_tenant":
        assert server.psql(role, enter + "select chain from audit_heads").stdout.split() == [tenant.org_id]
        assert server.psql(role, enter + f"select checked from audit_verify('{other.org_id}')").stdout.strip() == "0"
        assert "permission denied" in server.psql(role, enter + "select audit_make_months(3)").stderr


def test_secrets_and_personal_data_are_masked_whoever_writes(server, tenant):
    given = """'{"email":"a@b.example","role":"ADMIN","password_hash":"x","deep":{"api_key":"k","list":[{"phone":"1"}],"name":"n"},"zip":null,"token":null}'"""
    for kind, name in (("user", "***"), ("ai_system", "n")):
        subject = str(uuid.uuid4())
        assert server.psql("aic_tenant", as_tenant(tenant.org_id) + insert(tenant.org_id, subject_type=f"'{kind}'", subject_id=f"'{subject}'", after=given)).returncode == 0
        kept = value(server, f"select after = '{{\"email\":\"***\",\"role\":\"ADMIN\",\"password_hash\":\"***\",\"deep\":{{\"api_key\":\"***\",\"list\":[{{\"phone\":\"***\"}}],\"name\":\"{name}\"}},\"zip\":null,\"token\":null}}' from audit_log where subject_id = '{subject}'")
        assert kept == "t"


def test_what_is_too_long_is_cut_and_not_refused(server, tenant):
    request = uuid.uuid4().hex
    out = server.psql("aic_tenant", as_tenant(tenant.org_id) + insert(tenant.org_id, reason="repeat('é', 5000)", user_agent="repeat('x', 9000)", request_id=f"'{request}' || repeat('y', 900)"))
    assert out.returncode == 0, out.stderr
    assert value(server, f"select length(reason) || ' ' || length(user_agent) || ' ' || length(request_id) from audit_log where request_id like '{request}%'") == "1000 400 128"


def test_concurrent_writers_make_one_unbroken_chain(server):
    org = Tenant(server).org_id
    one = "begin; select set_config('aic.org_id', '{org}', true); {row}; commit;"
    many = (one.format(org=org, row=insert(org)) * 10,) * 12
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        assert all(out.returncode == 0 for out in pool.map(lambda sql: server.psql("aic_tenant", sql), many))
    assert value(server, f"select valid from audit_verify('{org}')") == "t"
    assert value(server, f"select count(*) = 120 and count(distinct seq) = 120 from audit_log where org_id = '{org}' and event = 'wall_test'") == "t"


@pytest.mark.parametrize("harm, first_bad", [
    ("update audit_log set outcome = 'REFUSED' where org_id = '{org}' and seq = 3", 3),
    ("update audit_log set at = at + interval '1 second' where org_id = '{org}' and seq = 5", 5),
    ("delete from audit_log where org_id = '{org}' and seq = 2", 2),
    ("delete from audit_log where org_id = '{org}' and seq >= 6", 6),
    ("update audit_log set seq = case seq when 3 then 4 else 3 end where org_id = '{org}' and seq in (3, 4)", 3),
    ("update audit_log e set hash = audit_hash(e) where org_id = '{org}' and seq = 3", None),
    ("update audit_log set reason = 'x' where org_id = '{org}' and seq = 3; update audit_log e set hash = audit_hash(e) where org_id = '{org}' and seq = 3", 4),
])
def test_whatever_a_superuser_does_the_first_bad_row_is_named(server, harm, first_bad):
    org = Tenant(server).org_id
    assert server.psql("aic_tenant", as_tenant(org) + f"{insert(org)};" * 6).returncode == 0
    assert server.psql("postgres", "set session_replication_role = replica; " + harm.format(org=org)).returncode == 0
    assert value(server, f"select coalesce(first_bad, 0) from audit_verify('{org}')") == str(first_bad or 0)


def test_the_bodys_own_chain_is_sound_too(server):
    assert server.psql("aic_system", insert(None)).returncode == 0
    assert server.psql("aic_system", "select valid and checked > 0 from audit_verify(null)").stdout.strip() == "t"


@pytest.fixture
def before_0023(server):
    """A database as it was before the log was chained, and a way to run SQL in it as its owner."""
    name = f"audit_{uuid.uuid4().hex}"

    def psql(database, sql):
        command = ["psql", "-h", str(server.socket), "-U", "postgres", "-d", database, "-v", "ON_ERROR_STOP=1", "-qAt", "-1"]
        return subprocess.run(command, input=sql, capture_output=True, text=True, check=False)

    assert server.psql("postgres", f"create database {name}").returncode == 0
    older = [path.read_text() for path in sorted((ROOT / "sql/migrations").glob("*.sql")) if path.name < "0023"]
    out = psql(name, "alter schema public owner to aic_owner; set role aic_owner; " + "\n".join(older))
    assert out.returncode == 0, out.stderr
    yield lambda sql: psql(name, sql)
    assert server.psql("postgres", f"drop database {name}").returncode == 0


def test_rows_of_before_are_chained_and_each_is_still_there(before_0023):
    one, two = uuid.uuid4(), uuid.uuid4()
    rows = f"""insert into audit_log (org_id, at, actor_kind, event, outcome, reason, user_agent)
        select (array['{one}', '{two}', null]::uuid[])[1 + i % 3], now() - make_interval(days => i), 'USER', 'login', 'OK', 'row ' || i, repeat('x', 900)
        from generate_series(0, 99) i"""
    assert before_0023(rows).returncode == 0
    out = before_0023("set role aic_owner; " + (ROOT / "sql/migrations/0023_audit.sql").read_text())
    assert out.returncode == 0, out.stderr
    assert before_0023("select count(*), count(distinct reason), count(distinct tableoid) >= 4 from audit_log").stdout.strip() == "100|100|t"
    for org in (f"'{one}'", f"'{two}'", "null"):
        assert before_0023(f"select valid, checked >= 33 from audit_verify({org})").stdout.strip() == "t|t"
        assert before_0023(f"insert into audit_log (org_id, actor_kind, event, outcome) values ({org}, 'USER', 'login', 'OK'); select valid from audit_verify({org})").stdout.strip() == "t"
    order = before_0023(f"select bool_and(at > before) from (select at, lag(at) over (order by seq) as before from audit_log where org_id = '{one}') x")
    assert order.stdout.strip() == "t"
    assert before_0023("select to_regclass('audit_log_unchained') is null").stdout.strip() == "t"
