"""How long the audit log is kept: whole months are dropped by its owner only, on record, and what stays can be verified."""
import os
import re
import subprocess

import pytest

from conftest import BUILD, Server, Tenant


@pytest.fixture(scope="module")
def server():
    running = Server()
    yield running
    running.remove()


def aicd(server, *words, **more):
    settings = {"DATABASE_URL": f"host={server.socket} user=postgres dbname=aic", **more}
    return subprocess.run([BUILD / "aicd", "audit", "retention", *words], env={**os.environ, **settings}, capture_output=True, text=True, check=False)


def sql(server, text):
    out = server.psql("postgres", text)
    assert out.returncode == 0, out.stderr
    return out.stdout.strip()


# Rows of a true chain, some of years ago: the trigger takes today's rows only, so that the chain is made by hand here.
AGED = """
set session_replication_role = replica;
select audit_make_month(m::date) from generate_series('2019-11-01'::date, '2020-03-01', interval '1 month') m;
do $$
declare
    e audit_log;
    head audit_heads;
    days timestamptz[] := array['2019-11-30 23:59:59Z', '2019-12-15Z', '2019-12-31 23:59:59.9Z', '2020-01-01 00:00:00Z', '2020-02-02Z', '2020-03-03Z']::timestamptz[];
begin
    for i in 1 .. array_length(days, 1) loop
        select * into head from audit_heads where chain = '{org}';
        e := null;
        e.id := new_id(); e.org_id := '{org}'; e.at := days[i]; e.actor_kind := 'SYSTEM'; e.event := 'long_ago'; e.outcome := 'OK';
        e.seq := head.seq + 1; e.prev_hash := head.hash; e.hash := audit_hash(e);
        insert into audit_log select e.*;
        update audit_heads set seq = e.seq, hash = e.hash where chain = head.chain;
    end loop;
end $$;
"""


@pytest.fixture
def old(server):
    """An organization whose chain has rows of five months years ago among newer ones."""
    for name in sql(server, "select audit_months_before('2021-01-01')").split():
        sql(server, f"drop table {name}")
    sql(server, "delete from audit_cuts")
    tenant = Tenant(server)
    sql(server, AGED.format(org=tenant.org_id))
    tenant.system()
    return tenant


def verdict(tenant):
    answer = tenant.http.get("/audit-log/verify")
    assert answer.status_code == 200, answer.text
    return answer.json()


def long_ago(tenant):
    return [e["at"][:7] for e in tenant.http.get("/audit-log", params={"event": "long_ago"}).json()["items"]]


def test_months_are_told_first_and_dropped_on_yes(server, old):
    whole = verdict(old)
    assert whole["valid"] and len(long_ago(old)) == 6
    told = aicd(server, "--before", "2020-01")
    assert told.returncode == 0 and told.stdout.startswith("Older than 2020-01: audit_log_2019_11, audit_log_2019_12."), told.stderr
    assert len(long_ago(old)) == 6
    done = aicd(server, "--before", "2020-01", "--yes")
    assert done.returncode == 0 and done.stdout == "Dropped 3 rows of 2 months before 2020-01.\n", done.stderr
    assert long_ago(old) == ["2020-03", "2020-02", "2020-01"]
    again = aicd(server, "--before", "2020-01", "--yes")
    assert again.returncode == 0 and again.stdout == "No month is older than 2020-01.\n"


def test_what_stays_is_verified_from_the_cut_and_a_change_is_found_as_before(server, old):
    behind = 3 + 1  # the old rows that stay, and that of the system; those before the old ones in the chain are not walked
    assert aicd(server, "--before", "2020-01", "--yes").returncode == 0
    after = verdict(old)
    assert after["valid"] and after["checked"] == behind
    assert aicd(server, "--before", "2020-02", "--yes").returncode == 0
    assert verdict(old) == {**after, "checked": behind - 1}
    old.system()
    assert verdict(old)["valid"]
    seq = sql(server, f"select seq from audit_log where org_id = '{old.org_id}' and at between '2020-02-01Z' and '2020-03-01Z'")
    sql(server, f"set session_replication_role = replica; update audit_log set reason = 'nothing to see' where org_id = '{old.org_id}' and seq = {seq}")
    broken = verdict(old)
    assert not broken["valid"] and broken["first_bad"] == int(seq) and broken["first_bad_id"]


def test_a_row_that_is_missing_behind_the_cut_is_found(server, old):
    assert aicd(server, "--before", "2020-01", "--yes").returncode == 0
    sql(server, f"set session_replication_role = replica; delete from audit_log where org_id = '{old.org_id}' and at < '2020-02-01Z'")
    broken = verdict(old)
    assert not broken["valid"] and broken["first_bad_id"] is None


def test_dropping_is_on_record(server, old):
    assert aicd(server, "--before", "2020-01", "--yes").returncode == 0
    row = sql(server, "select actor_kind, outcome, reason, user_agent from audit_log where event = 'audit_months_dropped' order by at desc limit 1")
    assert row == "SYSTEM|OK|3 rows of 2 months before 2020-01: audit_log_2019_11, audit_log_2019_12|aicd on the command line"
    assert sql(server, "select valid from audit_verify(null)") == "t"


def test_the_last_twelve_months_are_never_dropped(server, old):
    this_month = sql(server, "select to_char(now() at time zone 'UTC', 'YYYY-MM')")
    refused = aicd(server, "--before", this_month, "--yes")
    assert refused.returncode == 1 and "the last 12 months is never dropped" in refused.stderr and refused.stdout == ""
    assert len(long_ago(old)) == 6
    a_year_ago = sql(server, "select to_char(now() at time zone 'UTC' - interval '12 months', 'YYYY-MM')")
    assert aicd(server, "--before", a_year_ago, "--yes").returncode == 0 and long_ago(old) == []


def test_without_a_month_the_setting_says_which(server, old):
    first = sql(server, "select to_char(now() at time zone 'UTC' - interval '84 months', 'YYYY-MM')")
    assert aicd(server).stdout == (f"No month is older than {first}.\n" if first <= "2019-11" else f"Older than {first}: ")
    later = aicd(server, AIC_AUDIT_MONTHS="24")
    assert later.returncode == 0 and later.stdout.count("audit_log_20") == 5
    assert aicd(server, AIC_AUDIT_MONTHS="11").returncode != 0


@pytest.mark.parametrize("month", ["2020", "2020-13", "2020-00", "2020-1", "2020-01-01", "x' or 1=1", ""])
def test_a_wrong_month_is_no_month(server, month):
    wrong = aicd(server, "--before", month, "--yes")
    assert wrong.returncode == 2 and re.search("expected aicd audit retention", wrong.stderr)


@pytest.mark.parametrize("role", ["aic_tenant", "aic_system"])
@pytest.mark.parametrize("text", ["select audit_drop_months('2020-01-01')", "select audit_months_before('2020-01-01')", "delete from audit_cuts",
                                  "insert into audit_cuts (chain, seq, hash, before) values (gen_random_uuid(), 1, repeat('0', 64), now())",
                                  "update audit_cuts set seq = 0", "drop table audit_log", "alter table audit_log no force row level security"])
def test_no_server_can_shorten_the_record(server, role, text):
    out = server.psql(role, text)
    assert out.returncode != 0 and ("permission denied" in out.stderr or "must be owner" in out.stderr)


def test_a_tenant_sees_only_its_own_cut(server, old):
    other = Tenant(server)
    assert aicd(server, "--before", "2020-01", "--yes").returncode == 0
    count = "select set_config('aic.org_id', '{}', false); select count(*) from audit_cuts"
    seen = [server.psql("aic_tenant", count.format(t.org_id)).stdout.strip().split("\n")[-1] for t in (old, other)]
    assert seen == ["1", "0"]


def test_the_wall_around_the_log_stands_after_it(server, old):
    assert aicd(server, "--before", "2020-01", "--yes").returncode == 0
    assert sql(server, "select relrowsecurity and relforcerowsecurity from pg_class where relname = 'audit_log'") == "t"
