"""Tasks as whoever could run SQL as the tenant's role meets them: results cannot be forged, states not jumped over, others' tasks not
seen; and as many workers at once do each task once, and fairly."""
import concurrent.futures
import subprocess
import uuid

import pytest

from conftest import Tenant


def enter(person):
    return f"begin; set local aic.org_id = '{person.org_id}'; set local aic.actor_kind = 'USER'; set local aic.actor = '{person.registered['user']['id']}'; "


def as_tenant(person, sql):
    return person.server.psql("aic_tenant", enter(person) + sql + "; commit")


def good(out):
    assert out.returncode == 0, out.stderr
    return out.stdout.strip()


def add(person, kind, count=1, **columns):
    columns = {"input": "'{}'", "deadline_seconds": "60", "memory_limit_mb": "64", **columns}
    made = as_tenant(person, f"""insert into tasks (org_id, kind, {', '.join(columns)})
        select current_org(), '{kind}', {', '.join(columns.values())} from generate_series(1, {count}) returning id""")
    return good(made).split()


def take(server, kinds, lease=60):
    out = good(server.psql("aic_system", f"select id, org_id, lease from tasks_take('{{{','.join(kinds)}}}', gen_random_uuid(), {lease})"))
    return tuple(out.split("|")) if out else None


@pytest.fixture
def kind():
    """Of this test alone: the server of the session has no workers, and other tests no business with it."""
    return "WALL_" + uuid.uuid4().hex[:8].upper()


# ------------------------------------------------------------------ what a tenant cannot do


@pytest.mark.parametrize("column,value", [
    ("status", "'SUCCEEDED'"), ("result", "'{}'"), ("error", "'{}'"), ("progress", "1"), ("attempts", "0"), ("lease", "gen_random_uuid()"),
    ("lease_until", "now()"), ("not_before", "now()"), ("requested_by", "gen_random_uuid()"), ("requested_as", "'SYSTEM'"), ("id", "gen_random_uuid()"),
    ("created_at", "now()"), ("finished_at", "now()"), ("compute_ms", "0"), ("worker", "gen_random_uuid()"), ("deadline_at", "now()")])
def test_a_tenant_writes_none_of_what_workers_and_the_database_write(tenant, kind, column, value):
    task = add(tenant, kind)[0]
    inserted = as_tenant(tenant, f"insert into tasks (org_id, kind, deadline_seconds, memory_limit_mb, {column}) values (current_org(), '{kind}', 60, 64, {value})")
    assert "permission denied" in inserted.stderr
    assert "permission denied" in as_tenant(tenant, f"update tasks set {column} = {value} where id = '{task}'").stderr


def test_a_tenant_deletes_nothing_and_does_not_see_the_lease(tenant, kind):
    add(tenant, kind)
    for sql in ("delete from tasks", "delete from task_data", "update task_data set bytes = bytes", "truncate tasks", "select lease from tasks",
                "select worker from tasks", "select * from tasks", "select * from task_workers"):
        assert "permission denied" in as_tenant(tenant, sql).stderr, sql


def test_a_tenant_takes_no_task_and_ends_none_without_its_lease(tenant, kind):
    task = add(tenant, kind)[0]
    for sql in (f"select tasks_take('{{{kind}}}', gen_random_uuid(), 60)", "select tasks_reclaim(3)", f"select tasks_give_back('{{{task}}}', 0)"):
        assert "permission denied" in as_tenant(tenant, sql).stderr, sql
    end = "select task_end('{}', {}, 'SUCCEEDED', '{{}}', null, 0, 0)"
    assert good(as_tenant(tenant, end.format(task, "gen_random_uuid()"))) == "f"
    assert good(as_tenant(tenant, end.format(task, "null"))) == "f"
    assert take(tenant.server, [kind])[0] == task
    assert good(as_tenant(tenant, end.format(task, "gen_random_uuid()"))) == "f"
    assert good(as_tenant(tenant, f"select status from tasks where id = '{task}'")) == "RUNNING"


def test_who_asked_is_who_the_scope_says(tenant, kind):
    task = add(tenant, kind)[0]
    assert good(as_tenant(tenant, f"select requested_by, requested_as from tasks where id = '{task}'")) == f"{tenant.registered['user']['id']}|USER"


def test_another_organization_s_task_is_not_seen_cancelled_ended_or_given_data(tenant, other, kind):
    task = add(tenant, kind)[0]
    assert good(as_tenant(other, f"select count(*) from tasks where id = '{task}'")) == "0"
    assert good(as_tenant(other, f"select task_cancel('{task}') is null")) == "t"
    assert as_tenant(other, f"insert into task_data (org_id, task_id, part, bytes) values (current_org(), '{task}', 0, 'x')").returncode != 0
    assert "row-level security" in as_tenant(other, f"insert into tasks (org_id, kind, deadline_seconds, memory_limit_mb) values ('{tenant.org_id}', '{kind}', 60, 64)").stderr
    _, _, lease = take(tenant.server, [kind])
    assert good(as_tenant(other, f"select task_end('{task}', '{lease}', 'SUCCEEDED', '{{}}', null, 0, 0)")) == "f"
    assert good(as_tenant(tenant, f"select task_end('{task}', '{lease}', 'SUCCEEDED', '{{\"a\":1}}', null, 5, 1)")) == "t"
    assert good(as_tenant(tenant, f"select status, result from tasks where id = '{task}'")) == 'SUCCEEDED|{"a":1}'


def test_data_is_of_one_s_own_task_that_was_not_begun_and_is_gone_at_its_end(tenant, other, kind):
    task = add(tenant, kind, data_bytes="1")[0]
    piece = f"insert into task_data (org_id, task_id, part, bytes) values (current_org(), '{task}', {{}}, 'x')"
    good(as_tenant(tenant, piece.format(0)))
    assert good(as_tenant(other, f"select count(*) from task_data where task_id = '{task}'")) == "0"
    _, _, lease = take(tenant.server, [kind])
    assert "takes no data" in as_tenant(tenant, piece.format(1)).stderr
    good(as_tenant(tenant, f"select task_end('{task}', '{lease}', 'FAILED', null, '{{\"kind\":\"INVALID\"}}', 0, 0)"))
    assert good(tenant.server.psql("postgres", f"select count(*) from task_data where task_id = '{task}'")) == "0"


# ------------------------------------------------------------------ states


@pytest.mark.parametrize("status", ["SUCCEEDED", "FAILED", "PENDING", "RUNNING"])
def test_what_was_cancelled_stays_so_also_for_the_system(tenant, kind, status):
    task = add(tenant, kind)[0]
    assert good(as_tenant(tenant, f"select task_cancel('{task}'), task_cancel('{task}')")) == "t|t"
    out = tenant.server.psql("aic_system", f"update tasks set status = '{status}', attempts = attempts + 1 where id = '{task}'")
    assert "cannot go from CANCELLED" in out.stderr, out.stderr


def test_the_system_writes_no_result_and_changes_nothing_that_was_asked(tenant, kind):
    task = add(tenant, kind)[0]
    for change in ("result = '{}'", "input = '{}'", "kind = 'OTHER'", "org_id = gen_random_uuid()", "requested_by = null", "memory_limit_mb = 1000"):
        assert "permission denied" in tenant.server.psql("aic_system", f"update tasks set {change} where id = '{task}'").stderr
    assert "permission denied" in tenant.server.psql("aic_system", "select * from task_data").stderr
    assert tenant.server.psql("aic_system", f"update tasks set status = 'RUNNING' where id = '{task}'").returncode != 0
    assert tenant.server.psql("aic_system", f"update tasks set status = 'SUCCEEDED' where id = '{task}'").returncode != 0


def test_a_lease_that_has_ended_ends_no_task_and_another_takes_it(tenant, kind):
    task = add(tenant, kind)[0]
    _, _, lost = take(tenant.server, [kind], lease=0)
    assert good(as_tenant(tenant, f"select task_end('{task}', '{lost}', 'SUCCEEDED', '{{}}', null, 0, 0)")) == "f"
    good(tenant.server.psql("aic_system", "select tasks_reclaim(3)"))
    assert good(as_tenant(tenant, f"select status, attempts, not_before > now() from tasks where id = '{task}'")) == "PENDING|1|t"
    assert take(tenant.server, [kind]) is None  # not yet
    good(tenant.server.psql("aic_system", f"update tasks set not_before = now() where id = '{task}'"))
    again, _, lease = take(tenant.server, [kind])
    assert again == task and lease != lost
    assert good(as_tenant(tenant, f"select task_end('{task}', '{lost}', 'SUCCEEDED', '{{}}', null, 0, 0)")) == "f"
    assert good(as_tenant(tenant, f"select task_end('{task}', '{lease}', 'SUCCEEDED', '{{}}', null, 0, 0)")) == "t"


def test_after_three_lost_workers_it_is_given_up_with_words_for_people(tenant, kind):
    task = add(tenant, kind)[0]
    for _ in range(3):
        good(tenant.server.psql("aic_system", f"update tasks set not_before = now() where id = '{task}'"))
        assert take(tenant.server, [kind], lease=0)
        good(tenant.server.psql("aic_system", "select tasks_reclaim(3)"))
    seen = tenant.http.get(f"/tasks/{task}").json()
    assert seen["status"] == "FAILED" and seen["error"]["kind"] == "WORKER_LOST" and "3 times" in seen["error"]["message"]


# ------------------------------------------------------------------ many workers


def many_takes(server, kind, times):
    """One worker process: a connection of its own that takes until there is nothing left."""
    sql = "\\o /dev/null\nselect 1;\n\\o\n" + f"select id, org_id from tasks_take('{{{kind}}}', gen_random_uuid(), 60);\n" * times
    out = subprocess.run(["psql", "-h", str(server.socket), "-U", "aic_system", "-d", "aic", "-qAt"], input=sql, capture_output=True, text=True, check=False)
    assert out.returncode == 0 and not out.stderr, out.stderr
    return [line.split("|") for line in out.stdout.split()]


def test_twenty_workers_at_once_take_each_task_once(tenant, other, kind):
    wanted = add(tenant, kind, 150) + add(other, kind, 50)
    with concurrent.futures.ThreadPoolExecutor(20) as workers:
        taken = [task for mine in workers.map(lambda _: many_takes(tenant.server, kind, 20), range(20)) for task, _ in mine]
    assert sorted(taken) == sorted(wanted)


def test_a_busy_organization_does_not_hold_up_another(server, kind):
    tenant, other = Tenant(server), Tenant(server)  # nothing of theirs is under way
    add(tenant, kind, 1000)
    assert {take(tenant.server, [kind])[1] for _ in range(3)} == {tenant.org_id}
    mine = add(other, kind)[0]
    assert take(tenant.server, [kind])[0] == mine  # the very next
    # And with as many under way, by turns.
    add(other, kind, 50)
    turns = [take(tenant.server, [kind])[1] for _ in range(8)]
    assert turns[:2] == [other.org_id, other.org_id]  # three of the other one are under way
    assert {tuple(sorted(turns[i:i + 2])) for i in range(2, 8, 2)} == {tuple(sorted((tenant.org_id, other.org_id)))}


def test_taking_is_by_indexes_however_many_wait(tenant, kind):
    """No plan of it reads the table whole: what it costs does not grow with what waits."""
    add(tenant, kind, 20_000)
    tenant.server.psql("postgres", "analyze tasks")
    take(tenant.server, [kind])
    out = tenant.server.psql("postgres", f"""begin; set local role aic_system;
        select count(*) from tasks_take('{{{kind}}}', gen_random_uuid(), 60);
        select sum(seq_scan), sum(seq_tup_read) from pg_stat_xact_user_tables where relname = 'tasks'; rollback""")
    assert out.returncode == 0, out.stderr
    assert out.stdout.split()[-1] == "0|0", out.stdout
    good(as_tenant(tenant, f"select count(task_cancel(id)) from tasks where kind = '{kind}' and status = 'PENDING'"))
