"""Tasks: done once by worker processes, watched, cancelled; whatever happens to the processes."""
import concurrent.futures
import contextlib
import copy
import json
import os
import signal
import subprocess
import uuid

import httpx
import pytest

from conftest import BUILD, Server, Tenant, beside, wait_for
from people import without_walls


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
    columns["data_bytes"] = columns.get("data_bytes", size)
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


def test_data_that_is_not_there_any_more_is_told(asker):
    """Not logged: a crash of the database takes it along."""
    seen = until(asker, ask(asker, "TEST_COUNT", data_bytes=10), "FAILED")
    assert seen["error"]["kind"] == "GONE" and "lost" in seen["error"]["message"]


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


def test_a_worker_that_stands_still_loses_its_task_and_makes_nothing_of_it_later(asker):
    task = ask(asker, "TEST_SLEEP", {"ms": 3000})
    pid = wait_for(lambda: worker_of(asker, task))
    os.kill(pid, signal.SIGSTOP)
    try:
        seen = until(asker, task, "SUCCEEDED", "FAILED")  # by the other worker, once the lease has ended
    finally:
        os.kill(pid, signal.SIGCONT)
    assert seen["status"] == "SUCCEEDED" and seen["attempts"] == 2 and seen["result"]["pid"] != pid
    # It is heard of again, and free.
    wait_for(lambda: asker.server.psql("postgres", f"select count(*) from task_workers where pid = {pid} and seen_at > now() - interval '3 s'").stdout.strip() == "1")
    assert look(asker, task)["result"] == seen["result"]


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


# ------------------------------------------------------------------ server-sent events


def events_of(lines):
    """(id, event, data) of each event; a comment is (None, None, comment)."""
    found = {}
    for line in lines:
        if line.startswith(":"):
            yield None, None, line
        elif not line and found:
            yield found.get("id"), found.get("event"), json.loads(found["data"])
            found = {}
        elif line:
            name, _, value = line.partition(": ")
            found[name] = value


def watch(person, task, **headers):
    return person.http.stream("GET", f"/tasks/{task}/events", headers=headers, timeout=40)


def test_a_task_is_watched_to_its_end(asker):
    task = ask(asker, "TEST_SLEEP", {"ms": 2500})
    with watch(asker, task) as answer:
        assert answer.status_code == 200 and answer.headers["Content-Type"] == "text/event-stream"
        seen = list(events_of(answer.iter_lines()))
    assert {event for _, event, _ in seen} == {"task"}
    states = [data["status"] for _, _, data in seen]
    assert states[-1] == "SUCCEEDED" and states == sorted(states, key=["PENDING", "RUNNING", "SUCCEEDED"].index)
    progress = [data["progress"] for _, _, data in seen]
    assert progress == sorted(progress) and any(0 < p < 1 for p in progress) and "result" not in seen[-1][2]
    # Who comes again after the end is told to stop; who missed it, what it was.
    with watch(asker, task, **{"Last-Event-ID": seen[-1][0]}) as answer:
        assert answer.status_code == 204
    with watch(asker, task, **{"Last-Event-ID": seen[0][0]}) as answer:
        assert [data["status"] for _, _, data in events_of(answer.iter_lines())] == ["SUCCEEDED"]


def test_a_stream_tells_of_a_cancellation_at_once(asker):
    task = ask(asker, "TEST_SLEEP", {"ms": 60_000})
    with watch(asker, task) as answer:
        events = events_of(answer.iter_lines())
        assert next(data for _, _, data in events if data["status"] == "RUNNING")
        assert asker.http.delete(f"/tasks/{task}").status_code == 204
        assert [data["status"] for _, _, data in events][-1] == "CANCELLED"


def waiting_task(person):
    """Of a kind that no worker knows."""
    return ask(person, "NOBODYS")


def test_five_streams_of_one_person_and_no_more(working):
    person = Tenant(working)
    task = waiting_task(person)
    with contextlib.ExitStack() as open_ones:
        for _ in range(5):
            assert open_ones.enter_context(watch(person, task)).status_code == 200
        with watch(person, task) as one_too_many:
            assert one_too_many.status_code == 429 and int(one_too_many.headers["Retry-After"]) > 0
        # Streams hold no thread (there are eight) and no connection to the database.
        assert person.http.get("/tasks").status_code == 200
    # Those that were closed are noticed by the next beat.
    def free():
        with watch(person, task) as answer:
            return answer.status_code == 200
    wait_for(free)


def test_a_stream_ends_with_the_session(working):
    person = Tenant(working)
    task = waiting_task(person)
    with watch(person, task) as answer:
        events = events_of(answer.iter_lines())
        assert next(events)[2]["status"] == "PENDING"
        assert person.http.post("/auth/logout").status_code in (200, 204)
        assert [event for event in events if event[1]] == []  # by the next beat


def test_a_foreign_task_is_not_watched(working, asker):
    with watch(Tenant(working), waiting_task(asker)) as answer:
        assert answer.status_code == 404


def test_a_server_that_stops_ends_its_streams(working, asker):
    task = waiting_task(asker)
    second = beside(working)
    person = copy.copy(asker)
    person.http = httpx.Client(base_url=second.url + "/api/v1", headers=asker.http.headers)
    with watch(person, task) as answer:
        events = events_of(answer.iter_lines())
        next(events)
        second.process.send_signal(signal.SIGTERM)
        assert list(events) == []
    assert second.stop() == 0
    second.remove()


# ------------------------------------------------------------------ staff, and the server itself


@pytest.fixture(scope="module")
def root(working):
    person = Tenant(working)
    without_walls(working, f"update users set is_super_admin = true where email = '{person.email}'")
    person.sign_in()
    return person


def test_staff_see_tasks_and_workers_of_all_and_nothing_of_what_they_hold(root, asker):
    task = ask(asker, "TEST_SLEEP", {"ms": 60_000, "secret": "of the tenant"})
    until(asker, task, "RUNNING")
    listed = root.http.get("/admin/tasks", params={"org_id": asker.org_id, "status": "RUNNING"})
    assert listed.status_code == 200 and "of the tenant" not in listed.text
    assert [t["id"] for t in listed.json()["items"]] == [task]
    workers = root.http.get("/admin/workers").json()["items"]
    assert [w["task_id"] for w in workers if w["task_id"]] == [task] and len(workers) >= 2 and all(w["memory_mb"] > 1 for w in workers)
    assert asker.http.get("/admin/tasks").status_code == 403 and asker.http.get("/admin/workers").status_code == 403
    asker.http.delete(f"/tasks/{task}")


def test_staff_retry_what_failed_by_itself_and_only_that(root, asker):
    bad = ask(asker, "TEST_FAIL")
    lost = ask(asker, "TEST_COUNT", data=(b"\x07", 10), memory_limit_mb=64)
    until(asker, bad, "FAILED")
    until(asker, lost, "SUCCEEDED")
    refused = root.http.post(f"/admin/tasks/{bad}/retry")
    assert refused.status_code == 409 and "would fail again" in refused.text
    assert root.http.post(f"/admin/tasks/{lost}/retry").status_code == 409
    assert root.http.post(f"/admin/tasks/{uuid.uuid4()}/retry").status_code == 404
    assert asker.http.post(f"/admin/tasks/{bad}/retry").status_code == 403
    # One whose workers ended still has its data.
    lost = ask(asker, "TEST_ALLOCATE", {"megabytes": 200}, data=(b"\x07", 10))
    until(asker, lost, "FAILED")
    assert root.http.post(f"/admin/tasks/{lost}/retry").status_code == 202
    until(asker, lost, "PENDING", "RUNNING")
    assert asker.http.delete(f"/tasks/{lost}").status_code == 204
    assert "task_retried" in root.http.get("/audit-log").text


def test_the_metrics_count_tasks(asker):
    def read():
        text = httpx.get(asker.server.url + "/metrics").text
        return dict(line.rsplit(" ", 1) for line in text.splitlines() if line.startswith("aic_task"))

    until(asker, ask(asker, "TEST_COUNT"), "SUCCEEDED")
    wait_for(lambda: float(read()["aic_task_workers"]) >= 2)  # one that was killed comes back
    figures = read()
    assert float(figures['aic_tasks{status="SUCCEEDED"}']) > 0
    assert "aic_tasks_oldest_seconds" in figures


def test_results_are_forgotten_after_a_day_but_for_those_that_are_kept(working, asker):
    old, kept, new = ask(asker, "TEST_COUNT"), ask(asker, "TEST_COUNT", keeps_result="true"), ask(asker, "TEST_COUNT")
    for task in (old, kept, new):
        until(asker, task, "SUCCEEDED")
    without_walls(working, f"update tasks set finished_at = now() - interval '25 hours' where id in ('{old}', '{kept}')")
    beside(working).remove()  # each server looks when it starts, and every few minutes
    assert asker.http.get(f"/tasks/{old}").status_code == 404
    assert look(asker, kept)["result"] and look(asker, new)["result"]


# ------------------------------------------------------------------ servers and workers come and go


def test_a_worker_needs_only_the_address_of_the_database_and_takes_over(working, asker, tmp_path):
    """As on another machine: it is told to stop in the middle of a task, and gives it back without a count."""
    environment = {"PATH": os.environ["PATH"], "DATABASE_URL": f"host={working.socket} user=postgres dbname=aic", "AIC_TEST_TASKS": "on"}
    log = open(tmp_path / "log", "w")
    alone = subprocess.Popen([BUILD / "aicd", "worker", "--data", tmp_path], env=environment, stderr=log)
    tasks = [ask(asker, "TEST_SLEEP", {"ms": 3000}) for _ in range(3)]  # two are the server's own workers'
    mine = wait_for(lambda: next((t for t in tasks if worker_of(asker, t) == alone.pid), None))
    alone.send_signal(signal.SIGTERM)
    assert alone.wait(timeout=20) == 0, (tmp_path / "log").read_text()
    for task in tasks:
        assert until(asker, task, "SUCCEEDED", "FAILED")["status"] == "SUCCEEDED"
    assert look(asker, mine)["attempts"] == 1 and look(asker, mine)["result"]["pid"] != alone.pid


def test_a_server_that_is_killed_takes_its_workers_along_and_the_next_one_finishes():
    first = Server(environment={"AIC_WORKERS": "1", "AIC_TEST_TASKS": "on"})
    person = Tenant(first)
    task = ask(person, "TEST_SLEEP", {"ms": 4000})
    pid = wait_for(lambda: worker_of(person, task))
    first.process.kill()
    first.process.wait()
    wait_for(lambda: not os.path.exists(f"/proc/{pid}") or "Z" in open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()[0])
    first.start()
    person.server = first
    person.http.base_url = first.url + "/api/v1"
    seen = until(person, task, "SUCCEEDED", "FAILED")
    assert seen["status"] == "SUCCEEDED" and seen["attempts"] <= 2
    first.remove()


# ------------------------------------------------------------------ requests that compute


def test_a_queue_of_analyses_that_is_full_is_told_quickly_and_holds_up_nobody():
    busy = Server(environment={"AIC_COMPUTE_QUEUE": "1"})
    person = Tenant(busy)
    rows = [{"sex": "ab"[i % 2], "y": i % 3 % 2, "p": i % 5 % 2} for i in range(9000)]
    body = json.dumps({"data": rows, "protected": ["sex"], "label": "y", "prediction": "p", "bootstrap": 1000})

    def analyse(_):
        with httpx.Client(base_url=person.http.base_url, headers=person.http.headers, timeout=60) as http:
            return http.post("/analyze", content=body, headers={"Content-Type": "application/json"})

    def round_of_many():
        with concurrent.futures.ThreadPoolExecutor(24) as many:
            answers = [many.submit(analyse, i) for i in range(24)]
            while not all(answer.done() for answer in answers):
                assert person.http.get("/systems").status_code == 200
        codes = {answer.result().status_code for answer in answers}
        assert codes <= {200, 503} and 200 in codes
        return [answer.result() for answer in answers if answer.result().status_code == 503]

    refused = wait_for(round_of_many)
    assert all(int(answer.headers["Retry-After"]) > 0 for answer in refused)
    assert "aic_http_compute_waiting 0" in httpx.get(busy.url + "/metrics").text
    busy.remove()
