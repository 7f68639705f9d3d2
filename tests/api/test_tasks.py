"""Tasks: done once by worker processes, watched, cancelled; whatever happens to the processes."""
import json
import os
import signal
import uuid

import pytest

from conftest import Server, Tenant, beside, wait_for


@pytest.fixture(scope="module")
def working():
    running = Server(environment={"AIC_WORKERS": "2", "AIC_TEST_TASKS": "on"})
    yield running
    running.remove()


@pytest.fixture(scope="module")
def asker(working):
    return Tenant(working)


PART = 1024 * 1024


def ask(person, kind, order=None, data=None, **columns):
    """As a feature of the server would: in a scope of the person's organization."""
    columns = {"kind": f"'{kind}'", "input": f"'{json.dumps(order or {})}'", "deadline_seconds": 60, "memory_limit_mb": 64, **columns}
    sql = f"begin; set aic.org_id = '{person.org_id}'; set aic.actor_kind = 'USER'; set aic.actor = '{person.registered['user']['id']}'; "
    pattern, times = data or (b"", 0)
    size = len(pattern) * times
    columns["data_bytes"] = size
    sql += f"insert into tasks (org_id, {', '.join(columns)}) values (current_org(), {', '.join(str(v) for v in columns.values())}) returning id; "
    for part in range((size + PART - 1) // PART):
        piece = f"substring(decode(repeat('{pattern.hex()}', {times}), 'hex') from {part * PART + 1} for {PART})"
        sql += f"insert into task_data (org_id, task_id, part, bytes) select current_org(), id, {part}, {piece} from tasks order by id desc limit 1; "
    out = person.server.psql("aic_tenant", sql + "commit")
    assert out.returncode == 0, out.stderr
    return out.stdout.strip()


def look(person, task):
    answer = person.http.get(f"/tasks/{task}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def until(person, task, *statuses, seconds=60):
    def there():
        seen = look(person, task)
        return seen if seen["status"] in statuses else None

    return wait_for(there, seconds)


def test_a_task_is_done_and_its_result_is_read(asker):
    task = ask(asker, "TEST_COUNT", data=(b"\x01\x02\x03", 700_000))
    seen = until(asker, task, "SUCCEEDED", "FAILED")
    assert seen["status"] == "SUCCEEDED", seen
    assert seen["result"] == {"bytes": 2_100_000, "sum": 4_200_000}
    assert seen["progress"] == 1 and seen["error"] is None and seen["finished_at"] and seen["attempts"] == 1
    assert seen["resource_usage"]["carbon_estimate_g"] == pytest.approx(seen["resource_usage"]["compute_ms"] * 3e-6)
    assert seen["requested_by"] == asker.registered["user"]["id"]
    assert asker.server.psql("postgres", f"select count(*) from task_data where task_id = '{task}'").stdout.strip() == "0"


def test_bad_input_is_told_and_not_tried_again(asker):
    seen = until(asker, ask(asker, "TEST_FAIL"), "FAILED")
    assert seen["error"] == {"kind": "INVALID", "message": "Expected rows, found none.", "hint": "Look at /rows of what was sent."}
    assert seen["attempts"] == 1 and seen["result"] is None


def test_progress_is_seen_while_it_runs(asker):
    task = ask(asker, "TEST_SLEEP", {"ms": 4000})
    seen = wait_for(lambda: (lambda t: t if t["progress"] > 0 else None)(look(asker, task)))
    assert seen["status"] == "RUNNING" and seen["message"].endswith("of 4000 ms") and seen["remaining_seconds"] > 0
    assert until(asker, task, "SUCCEEDED")["remaining_seconds"] is None


def test_a_running_task_is_cancelled_at_once_and_twice(asker):
    task = ask(asker, "TEST_SLEEP", {"ms": 60_000})
    until(asker, task, "RUNNING")
    assert asker.http.delete(f"/tasks/{task}").status_code == 204
    assert look(asker, task)["status"] == "CANCELLED"
    assert asker.http.delete(f"/tasks/{task}").status_code == 204
    # The worker is free again.
    until(asker, ask(asker, "TEST_COUNT"), "SUCCEEDED", seconds=10)


def test_what_has_ended_is_not_cancelled(asker):
    task = ask(asker, "TEST_COUNT")
    until(asker, task, "SUCCEEDED")
    assert asker.http.delete(f"/tasks/{task}").status_code == 409
    assert asker.http.delete(f"/tasks/{uuid.uuid4()}").status_code == 404


def worker_of(person, task):
    return int(person.server.psql("postgres", f"select w.pid from tasks t join task_workers w on w.id = t.worker where t.id = '{task}' and t.status = 'RUNNING'").stdout.strip() or 0)


def test_a_killed_worker_s_task_is_done_once_by_another(asker):
    task = ask(asker, "TEST_SLEEP", {"ms": 3000})
    pid = wait_for(lambda: worker_of(asker, task))
    os.kill(pid, signal.SIGKILL)
    seen = until(asker, task, "SUCCEEDED", "FAILED")
    assert seen["status"] == "SUCCEEDED" and seen["attempts"] == 2
    assert seen["result"]["pid"] != pid


def test_too_much_memory_ends_the_worker_alone_and_says_so(asker):
    task = ask(asker, "TEST_ALLOCATE", {"megabytes": 200})
    fine = ask(asker, "TEST_ALLOCATE", {"megabytes": 20})
    assert until(asker, fine, "SUCCEEDED", "FAILED")["status"] == "SUCCEEDED"
    seen = until(asker, task, "FAILED")
    assert seen["error"]["kind"] == "WORKER_LOST" and seen["attempts"] == 3
    assert seen["error"]["message"] == "The worker ended 3 times while doing this: probably it needs more memory than 64 MB."
    assert asker.http.get("/tasks").status_code == 200


def test_a_task_that_hangs_is_ended_at_its_deadline(asker):
    task = ask(asker, "TEST_HANG", {"ms": 60_000}, deadline_seconds=1)
    seen = until(asker, task, "FAILED")
    assert seen["error"]["kind"] == "DEADLINE" and seen["attempts"] == 1
    until(asker, ask(asker, "TEST_COUNT"), "SUCCEEDED")


def test_lists_are_by_status_and_kind(asker):
    until(asker, ask(asker, "TEST_FAIL"), "FAILED")
    failed = asker.http.get("/tasks?status=FAILED&kind=TEST_FAIL&limit=1").json()
    assert [t["kind"] for t in failed["items"]] == ["TEST_FAIL"] and "result" not in failed["items"][0]


def test_another_organization_s_task_is_not_there(working, asker):
    task = ask(asker, "TEST_COUNT")
    stranger = Tenant(working)
    assert stranger.http.get(f"/tasks/{task}").status_code == 404
    assert stranger.http.delete(f"/tasks/{task}").status_code == 404
    assert stranger.http.get("/tasks").json()["items"] == []


def test_the_kinds_for_tests_are_refused_in_production(server):
    with pytest.raises(AssertionError, match="AIC_TEST_TASKS is refused outside development"):
        beside(server, AIC_ENV="staging", AIC_MFA="required", AIC_TEST_TASKS="on")

