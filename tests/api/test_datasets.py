"""Data sets: tables that are streamed into the store, profiled on the way, and are all there or not at all."""
import contextlib
import hashlib
import json
import socket
import threading

import httpx
import pytest

from conftest import Server, Tenant, wait_for

ROWS = "race,decision,score,income\n" + "".join(f"{'AB'[i % 2]},{i % 3 == 0:d},{i / 1000},{i * 7 % 5000}\n" for i in range(1000))

LONG = "x" * 200_000


@pytest.fixture(scope="module")
def server():
    one = Server(environment={"AIC_REQUEST_SECONDS": "4", "AIC_IDLE_SECONDS": "4", "AIC_DATASET_LIMIT": "400000000", "AIC_DATASETS_LIMIT": "500000000"})
    yield one
    one.remove()


@pytest.fixture(scope="module")
def tenant(server):
    return Tenant(server)


@pytest.fixture(scope="module")
def other(server):
    return Tenant(server)


def upload(tenant, body=ROWS, media="text/csv", name="decisions", headers=None, **query):
    return tenant.http.post("/datasets", params={"name": name, **query}, content=body, headers={"Content-Type": media, **(headers or {})})


def uploaded(tenant, *arguments, **more):
    answer = upload(tenant, *arguments, **more)
    assert answer.status_code == 201, answer.text
    return answer.json()


def count(server, sql):
    answer = server.psql("aic_system", sql)
    assert answer.returncode == 0, answer.stderr
    return int(answer.stdout.strip())


def left_of(server, tenant):
    return count(server, f"select count(*) from dataset_chunks where org_id = '{tenant.org_id}'")


def pieces(size, row=b"A,1,0.5,1000\n"):
    """A CSV of about so many bytes, made while it is sent."""
    yield b"race,decision,score,income\n"
    block = row * (65536 // len(row))
    sent = 0
    while sent < size:
        yield block
        sent += len(block)


# ------------------------------------------------------------------ what comes in


def test_a_csv_is_stored_and_profiled(tenant):
    made = uploaded(tenant)
    assert made["status"] == "READY" and made["rows"] == 1000 and made["bytes"] == len(ROWS) == made["upload_offset"]
    assert made["sha256"] == hashlib.sha256(ROWS.encode()).hexdigest()
    race, decision, score, income = made["columns"]
    assert race["type"] == "text" and race["special_category"] == "RACE_ETHNICITY" and race["distinct"] == 2
    assert race["values"] == [{"value": "A", "count": 500}, {"value": "B", "count": 500}]
    assert decision["type"] == "number" and decision["min"] == 0 and decision["max"] == 1 and decision["special_category"] is None
    assert score["distinct"] is None and score["max"] == 0.999 and score["values"] == []
    assert income["missing"] == 0
    seen = tenant.http.get(f"/datasets/{made['id']}")
    assert seen.json() == made and seen.headers["ETag"] == f'"{made["version"]}"'
    assert tenant.http.get("/datasets").json()["items"][0]["id"] == made["id"]


@pytest.mark.parametrize("media", ["application/x-ndjson", "application/json"])
def test_json_is_profiled_like_csv(tenant, media):
    rows = [{"race": "AB"[i % 2], "age": i, "member": i % 2 == 0, "note": None} for i in range(3000)]
    body = "\n".join(map(json.dumps, rows)) if media.endswith("ndjson") else json.dumps(rows)
    made = uploaded(tenant, body, media)
    assert made["rows"] == 3000 and [c["type"] for c in made["columns"]] == ["text", "number", "bool", "text"]
    assert made["columns"][3]["missing"] == 3000 and made["columns"][1]["max"] == 2999


def test_empty_values_are_missing_and_quotes_hold_line_breaks(tenant):
    made = uploaded(tenant, 'name,party size,origin_url\n"a\nb",,x\n"c,d",3,\n')
    assert made["rows"] == 2 and [c["missing"] for c in made["columns"]] == [0, 1, 1]
    assert all(c["special_category"] is None for c in made["columns"])


@pytest.mark.parametrize("body, media, says", [
    ("a,b\n1,2\n1,2,3\n", "text/csv", "Row 2 has 3 columns; the header has 2."),
    ("a,a\n1,2\n", "text/csv", "the name a stands in column 1 already"),
    ("a,b\n", "text/csv", "no rows"),
    ("", "text/csv", "empty"),
    ('a,b\n1,"2\n', "text/csv", "never closed"),
    (b"a,b\n1,\xff\n", "text/csv", "UTF-8"),
    ('{"a": 1}\n{"b": 1}\n', "application/x-ndjson", "Row 2: the column b does not stand in row 1."),
    ('{"a": 1}\n{"a": [1]}\n', "application/x-ndjson", "Row 2, column a: expected a text"),
    ('{"a": 1}\n{"a": 1\n', "application/x-ndjson", "Row 2: expected one JSON object"),
    ('[{"a": 1}, 3]', "application/json", "Row 2"),
    (",".join(f"c{i}" for i in range(600)) + "\n", "text/csv", "600 columns (features); the limit is 500"),
    ("a,b\n1," + LONG + "\n", "text/csv", "longer than the limit"),
    ('{"a": "' + LONG, "application/x-ndjson", "Row 1 is longer than the limit"),
], ids=range(13))
def test_what_cannot_be_read_is_told_with_its_place_and_nothing_is_kept(server, other, body, media, says):
    answer = upload(other, body, media)
    assert answer.status_code == 422, answer.text
    assert says in answer.json()["detail"], answer.text
    assert other.http.get("/datasets").json()["items"] == []
    wait_for(lambda: left_of(server, other) == 0)


def test_an_error_far_behind_is_told_while_the_client_still_sends(server, other):
    def broken():
        yield from pieces(3_000_000)
        yield b"A,1\n"
        yield from pieces(40_000_000)
    with contextlib.suppress(httpx.WriteError):
        answer = upload(other, broken())
        assert answer.status_code == 422 and "has 2 columns; the header has 4" in answer.text
    wait_for(lambda: left_of(server, other) == 0)
    assert other.http.get("/datasets").json()["items"] == []


def test_fields_are_checked_before_the_body(tenant):
    assert upload(tenant, name="").status_code == 422
    assert upload(tenant, media="text/html").status_code == 415
    assert upload(tenant, purpose="FUN").status_code == 422
    answer = upload(tenant, contains_personal="true")
    assert answer.status_code == 422 and answer.json()["errors"][0]["pointer"] == "/legal_basis"
    made = uploaded(tenant, contains_personal="true", legal_basis="Legal obligation, Employment Equity Act")
    assert made["contains_personal"] is True
    assert upload(tenant, retention_until="2020-01-01T00:00:00Z").status_code == 422


def test_a_wrong_sha_is_refused_and_a_right_one_taken(server, other):
    answer = upload(other, sha256="0" * 64)
    assert answer.status_code == 422 and answer.json()["errors"][0]["pointer"] == "/sha256"
    wait_for(lambda: left_of(server, other) == 0)
    uploaded(other, sha256=hashlib.sha256(ROWS.encode()).hexdigest().upper())


# ------------------------------------------------------------------ large, slow, broken


def test_a_large_upload_does_not_fill_the_memory(server, tenant):
    def resident():
        status = (f"/proc/{server.process.pid}/status")
        return int(next(line for line in open(status) if line.startswith("VmHWM")).split()[1]) / 1024

    before = resident()
    made = uploaded(tenant, pieces(200_000_000), name="large")
    assert made["bytes"] > 200_000_000 and made["rows"] > 15_000_000
    assert resident() - before < 16, "the body was held in memory"
    assert tenant.http.delete(f"/datasets/{made['id']}").status_code == 204
    wait_for(lambda: left_of(server, tenant) < 20)


def test_two_uploads_at_once_do_not_mix(server, tenant):
    made = {}

    def send(name, row):
        made[name] = upload(tenant, pieces(8_000_000, row), name=name)

    threads = [threading.Thread(target=send, args=(f"at once {i}", row)) for i, row in enumerate([b"A,1,0.5,1000\n", b"B,0,0.1,77\n"])]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    for i, row in enumerate([b"A,1,0.5,1000\n", b"B,0,0.1,77\n"]):
        assert made[f"at once {i}"].status_code == 201, made[f"at once {i}"].text
        assert made[f"at once {i}"].json()["sha256"] == hashlib.sha256(b"".join(pieces(8_000_000, row))).hexdigest()


def begin(server, tenant, path, announced, headers=""):
    host, port = server.url.removeprefix("http://").split(":")
    s = socket.create_connection((host, int(port)), timeout=30)
    method, target = path.split(" ")
    s.sendall(f"{method} /api/v1{target} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {tenant.token}\r\nContent-Type: text/csv\r\n"
              f"Content-Length: {announced}\r\n{headers}\r\n".encode())
    return s


def test_a_client_that_goes_away_leaves_nothing(server, other):
    known = len(other.http.get("/datasets").json()["items"])
    with begin(server, other, "POST /datasets?name=broken", 50_000_000) as s:
        for piece in pieces(3_000_000):
            s.sendall(piece)
        wait_for(lambda: left_of(server, other) > 2)
    wait_for(lambda: len(other.http.get("/datasets").json()["items"]) == known)
    wait_for(lambda: count(server, f"select count(*) from datasets where org_id = '{other.org_id}' and name = 'broken'") == 0)


def test_a_client_that_stops_is_cut_off_and_leaves_nothing(server, other):
    with begin(server, other, "POST /datasets?name=slow", 50_000_000) as s:
        for piece in pieces(3_000_000):
            s.sendall(piece)
        s.settimeout(60)
        with contextlib.suppress(ConnectionError):
            s.recv(1000)
    wait_for(lambda: count(server, f"select count(*) from datasets where org_id = '{other.org_id}' and name = 'slow'") == 0)


def test_an_upload_goes_on_after_a_break(server, other):
    whole = b"".join(pieces(5_000_000))
    with begin(server, other, "POST /datasets?name=resumed", len(whole), "Upload-Complete: ?1\r\n") as s:
        s.sendall(whole[:3_500_000])
        stored = f"select count(*) from datasets d join dataset_chunks c on c.dataset_id = d.id where d.name = 'resumed' and d.org_id = '{other.org_id}'"
        wait_for(lambda: count(server, stored) == 3)
    half = next(d for d in other.http.get("/datasets").json()["items"] if d["name"] == "resumed")
    assert half["status"] == "UPLOADING" and half["is_resumable"] and half["upload_offset"] == 3 << 20
    path = f"/datasets/{half['id']}/content"

    def put(body, offset, media="text/csv", **more):
        return other.http.put(path, content=body, headers={"Content-Type": media, "Upload-Offset": str(offset), **more.pop("headers", {})}, params=more)

    assert put(whole[9:], 9).status_code == 409
    assert put(whole, "x").status_code == 400
    assert put(whole[3 << 20:], 3 << 20, media="application/json").status_code == 415
    part = put(whole[3 << 20:4_000_000], 3 << 20, headers={"Upload-Complete": "?0"})
    assert part.status_code == 200 and part.headers["Upload-Offset"] == "4000000" and part.json()["status"] == "UPLOADING"
    done = put(whole[4_000_000:], 4_000_000, sha256=hashlib.sha256(whole).hexdigest())
    assert done.status_code == 200, done.text
    assert done.json()["status"] == "READY" and done.json()["sha256"] == hashlib.sha256(whole).hexdigest()
    assert done.json()["rows"] == whole.count(b"\n") - 1
    assert put(b"x", len(whole)).status_code == 409


def test_a_resumed_upload_that_cannot_be_read_says_why_and_keeps_nothing(server, other):
    begun = uploaded(other, "a,b\n1,2\n", headers={"Upload-Complete": "?0"}, name="unreadable")
    assert begun["status"] == "UPLOADING" and begun["upload_offset"] == 8
    answer = other.http.put(f"/datasets/{begun['id']}/content", content="1\n", headers={"Content-Type": "text/csv", "Upload-Offset": "8"})
    assert answer.status_code == 422 and "Row 2 has 1 columns" in answer.text
    seen = other.http.get(f"/datasets/{begun['id']}").json()
    assert seen["status"] == "FAILED" and "Row 2" in seen["problem"]
    wait_for(lambda: count(server, f"select count(*) from dataset_chunks where dataset_id = '{begun['id']}'") == 0)
    assert other.http.get(f"/datasets/{begun['id']}").json()["status"] == "FAILED"


# ------------------------------------------------------------------ what goes out


def test_a_download_is_what_was_uploaded_and_is_not_held_in_memory(server, tenant):
    made = uploaded(tenant, pieces(60_000_000), name="to be downloaded")
    status = f"/proc/{server.process.pid}/status"
    before = int(next(line for line in open(status) if line.startswith("VmHWM")).split()[1])
    seen = hashlib.sha256()
    with tenant.http.stream("GET", f"/datasets/{made['id']}/content") as answer:
        assert answer.status_code == 200 and answer.headers["content-type"] == "text/csv"
        assert int(answer.headers["content-length"]) == made["bytes"] and answer.headers["etag"] == f'"{made["sha256"]}"'
        for piece in answer.iter_raw():
            seen.update(piece)
    assert seen.hexdigest() == made["sha256"]
    assert int(next(line for line in open(status) if line.startswith("VmHWM")).split()[1]) - before < 16 * 1024
    assert tenant.http.head(f"/datasets/{made['id']}/content").headers["content-length"] == str(made["bytes"])
    assert "data_exported" in [e["event"] for e in tenant.http.get("/audit-log").json()["items"]]


def test_a_download_that_is_broken_off_or_not_taken_frees_its_connection(server, tenant):
    made = uploaded(tenant, pieces(60_000_000), name="not taken")
    with tenant.http.stream("GET", f"/datasets/{made['id']}/content") as answer:
        next(answer.iter_raw())
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as s:
        s.sendall(f"GET /api/v1/datasets/{made['id']}/content HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {tenant.token}\r\n\r\n".encode())
        s.recv(1000)

        def open_connections():
            lines = httpx.get(server.url + "/metrics").text.split("\n")
            return float(next(line for line in lines if line.startswith("aic_http_requests_under_way ")).split()[1])

        wait_for(lambda: open_connections() == 1)


def test_what_is_not_whole_is_not_downloaded_and_no_other_organization_gets_it(tenant, other):
    half = uploaded(tenant, "a,b\n", headers={"Upload-Complete": "?0"}, name="half")
    assert tenant.http.get(f"/datasets/{half['id']}/content").status_code == 409
    assert other.http.get(f"/datasets/{half['id']}/content").status_code == 404


# ------------------------------------------------------------------ limits


def test_the_size_of_one_and_of_all_is_limited(server):
    full = Tenant(server)
    with begin(server, full, "POST /datasets?name=x", 400_000_001) as s:
        answer = s.recv(10000)
    assert b" 413 " in answer.split(b"\r\n")[0] and b"400000001 bytes were announced" in answer
    uploaded(full, pieces(300_000_000), name="first")
    answer = None
    with contextlib.suppress(httpx.WriteError):
        answer = upload(full, pieces(300_000_000), name="second")
    assert answer is None or (answer.status_code == 409 and "limit of 500 MB" in answer.text)
    wait_for(lambda: count(server, f"select count(*) from datasets where org_id = '{full.org_id}'") == 1)


def test_a_json_document_is_at_most_as_large_as_a_body(server, other):
    body = "[" + ",".join(['{"a": 1234567890}'] * 700_000) + "]"
    answer = None
    with contextlib.suppress(httpx.WriteError):
        answer = upload(other, body, "application/json")
    assert answer is None or (answer.status_code == 413 and "application/x-ndjson" in answer.text)


def test_few_uploads_run_at_once(server):
    busy = Tenant(server)
    with contextlib.ExitStack() as stack:
        for i in range(4):
            s = stack.enter_context(begin(server, busy, f"POST /datasets?name=n{i}", 100_000))
            s.sendall(b"a,b\n")
        wait_for(lambda: count(server, f"select count(*) from datasets where org_id = '{busy.org_id}'") == 4)
        answer = upload(busy)
        assert answer.status_code == 429 and answer.headers["Retry-After"]
    wait_for(lambda: upload(busy).status_code == 201)


# ------------------------------------------------------------------ who


def test_only_who_may_analyse_uploads_and_nobody_sees_anothers(server, tenant, other):
    made = uploaded(tenant, name="ours")
    for call in [other.http.get, other.http.delete]:
        assert call(f"/datasets/{made['id']}").status_code == 404
    assert other.http.patch(f"/datasets/{made['id']}", json={"name": "x"}, headers={"If-Match": '"1"'}).status_code == 404
    assert other.http.put(f"/datasets/{made['id']}/content", content="x", headers={"Content-Type": "text/csv"}).status_code == 404
    anonymous = httpx.post(server.url + "/api/v1/datasets", params={"name": "x"}, content=ROWS, headers={"Content-Type": "text/csv"})
    assert anonymous.status_code == 401
    with contextlib.suppress(httpx.WriteError):
        assert httpx.post(server.url + "/api/v1/datasets", params={"name": "x"}, content=pieces(20_000_000), headers={"Content-Type": "text/csv"}).status_code == 401
    assert tenant.http.get(f"/datasets/{made['id']}").json()["name"] == "ours"


def test_it_is_changed_and_deleted_on_record(tenant):
    made = uploaded(tenant, name="to be renamed")
    path = f"/datasets/{made['id']}"
    assert tenant.http.patch(path, json={"name": "new"}).status_code == 412
    assert tenant.http.patch(path, json={"contains_personal": True}, headers={"If-Match": f'"{made["version"]}"'}).status_code == 422
    changed = tenant.http.patch(path, json={"name": "new", "purpose": "BASELINE"}, headers={"If-Match": f'"{made["version"]}"'})
    assert changed.status_code == 200 and changed.json()["name"] == "new" and changed.json()["sha256"] == made["sha256"]
    assert tenant.http.patch(path, json={"name": "late"}, headers={"If-Match": f'"{made["version"]}"'}).status_code == 412
    assert tenant.http.delete(path).status_code == 204
    assert tenant.http.get(path).status_code == 404 and tenant.http.delete(path).status_code == 404
    events = [e["event"] for e in tenant.http.get("/audit-log", params={"subject_id": made["id"]}).json()["items"]]
    assert {"dataset_uploaded", "dataset_changed", "dataset_deleted"} <= set(events)


# ------------------------------------------------------------------ the database's own walls


def as_tenant(server, tenant, sql):
    return server.psql("aic_tenant", f"set aic.org_id = '{tenant.org_id}'; {sql}")


def test_what_is_stored_cannot_be_changed_by_sql(server, tenant, other):
    made = uploaded(tenant, name="fixed")
    mine = f"dataset_id = '{made['id']}'"
    for sql, says in [
        (f"update dataset_chunks set bytes = 'x' where {mine}", "permission denied"),
        (f"delete from dataset_chunks where {mine}", "deleted with it only"),
        (f"insert into dataset_chunks (org_id, dataset_id, number, first_byte, bytes) values ('{tenant.org_id}', '{made['id']}', 1, {made['bytes']}, 'x')", "not being uploaded"),
        (f"update datasets set sha256 = repeat('0', 64) where id = '{made['id']}'", "never changed"),
        (f"update datasets set status = 'UPLOADING' where id = '{made['id']}'", "UPLOADING"),
        (f"update datasets set contains_personal = true where id = '{made['id']}'", "legal_basis"),
        (f"update datasets set org_id = '{other.org_id}' where id = '{made['id']}'", "permission denied"),
    ]:
        answer = as_tenant(server, tenant, sql)
        assert answer.returncode != 0 and says in answer.stderr, (sql, answer.stderr)
    assert as_tenant(server, other, f"select count(*) from dataset_chunks where {mine}").stdout.strip() == "0"
    assert as_tenant(server, other, f"delete from datasets where id = '{made['id']}'").returncode == 0
    assert tenant.http.get(f"/datasets/{made['id']}").status_code == 200
    foreign = as_tenant(server, other, f"insert into dataset_chunks (org_id, dataset_id, number, first_byte, bytes) values ('{other.org_id}', '{made['id']}', 1, 1, 'x')")
    assert foreign.returncode != 0


def test_pieces_follow_each_other(server, tenant):
    begun = uploaded(tenant, "a,b\n", headers={"Upload-Complete": "?0"}, name="pieces")
    for number, first in [(0, 0), (1, 3), (2, 4), (1, 0)]:
        answer = as_tenant(server, tenant, f"insert into dataset_chunks (org_id, dataset_id, number, first_byte, bytes) values ('{tenant.org_id}', '{begun['id']}', {number}, {first}, 'x')")
        assert answer.returncode != 0 and "stands at byte 4" in answer.stderr
    early = as_tenant(server, tenant, f"update datasets set status = 'READY', columns = '[]', row_count = 1, bytes = 9, sha256 = repeat('0', 64) where id = '{begun['id']}'")
    assert early.returncode != 0 and "its pieces have 4" in early.stderr
    assert tenant.http.delete(f"/datasets/{begun['id']}").status_code == 204


def test_what_a_crashed_server_left_is_cleaned_up(server):
    left = Tenant(server)
    kept = uploaded(left, name="kept")
    dead = uploaded(left, "a,b\n", headers={"Upload-Complete": "?0"}, name="dead")
    past = uploaded(left, name="past", retention_until="2999-01-01T00:00:00Z")
    sql = (f"alter table datasets disable trigger user; alter table dataset_chunks disable trigger user;"
           f"update datasets set created_at = now() - interval '3 days', updated_at = now() - interval '3 days' where id = '{dead['id']}';"
           f"update dataset_chunks set created_at = now() - interval '3 days' where dataset_id = '{dead['id']}';"
           f"update datasets set retention_until = now() - interval '1 day' where id = '{past['id']}';"
           f"alter table datasets enable trigger user; alter table dataset_chunks enable trigger user;")
    answer = server.psql("postgres", sql)
    assert answer.returncode == 0, answer.stderr
    server.stop()
    server.start()
    left.http.base_url = server.url + "/api/v1"
    left.sign_in()
    wait_for(lambda: [d["id"] for d in left.http.get("/datasets").json()["items"]] == [kept["id"]])
    wait_for(lambda: count(server, f"select count(*) from dataset_chunks where dataset_id in ('{dead['id']}', '{past['id']}')") == 0)


# ------------------------------------------------------------------ analysed by a worker


@pytest.fixture(scope="module")
def working():
    one = Server(environment={"AIC_WORKERS": "1"})
    yield one
    one.remove()


@pytest.fixture(scope="module")
def analyst(working):
    return Tenant(working)


def finished(tenant, accepted):
    assert accepted.status_code == 202, accepted.text
    assert accepted.json()["status"] == "PENDING"
    path = f"/tasks/{accepted.json()['task_id']}"
    wait_for(lambda: tenant.http.get(path).json()["status"] not in ("PENDING", "RUNNING"))
    return tenant.http.get(path).json()


ORDER = {"protected": ["race"], "prediction": "decision", "bootstrap": 200}


def test_a_stored_dataset_gives_the_report_of_the_same_rows_sent_at_once(working, analyst):
    made = uploaded(analyst)
    at_once = analyst.http.post("/analyze", params={"protected": "race", "prediction": "decision", "bootstrap": 200}, content=ROWS, headers={"Content-Type": "text/csv"}).json()
    task = finished(analyst, analyst.http.post("/analyze", json={**ORDER, "dataset_id": made["id"]}))
    assert task["status"] == "SUCCEEDED", task
    assert task["result"] == at_once, sorted(k for k in at_once if task["result"].get(k) != at_once[k])


def test_an_analysis_of_a_stored_dataset_is_recorded_with_it(analyst):
    made = uploaded(analyst)
    system = analyst.http.post("/systems", json={"name": "Of stored data", "purpose": "Decides."}).json()["id"]
    task = finished(analyst, analyst.http.post("/analyze", json={**ORDER, "dataset_id": made["id"], "system_id": system}))
    recorded = analyst.http.get(f"/analyses/{task['result']['analysis_id']}").json()
    assert recorded["dataset_id"] == made["id"] and recorded["data_sha256"] == made["sha256"] and recorded["rows"] == 1000
    assert analyst.http.delete(f"/datasets/{made['id']}").status_code == 204
    assert analyst.http.get(f"/analyses/{recorded['id']}").json()["dataset_id"] == made["id"]
    assert analyst.http.get("/ledger/verify").json()["valid"]


def test_what_is_wrong_with_an_order_is_told_before_it_becomes_a_task(working, analyst):
    made, foreign = uploaded(analyst), uploaded(Tenant(working))
    half = uploaded(analyst, "race,decision\n", headers={"Upload-Complete": "?0"})

    def ask(**more):
        return analyst.http.post("/analyze", json={**ORDER, "dataset_id": made["id"], **more})

    for answer, status, pointer in [
        (ask(protected=["rase"]), 422, "/protected"), (ask(dataset_id=foreign["id"]), 404, "/dataset_id"), (ask(dataset_id=half["id"]), 409, "/dataset_id"),
        (ask(data=[{"race": "A", "decision": 1}]), 422, "/dataset_id"), (ask(record=True), 422, "/system_id"), (ask(system_id=made["id"]), 404, "/system_id"),
    ]:
        assert answer.status_code == status and answer.json()["errors"][0]["pointer"].startswith(pointer), answer.text


def test_a_dataset_that_is_deleted_first_fails_its_task(working, analyst):
    made = uploaded(analyst)
    accepted = analyst.http.post("/analyze", json={**ORDER, "dataset_id": made["id"]})
    analyst.http.delete(f"/datasets/{made['id']}")
    task = finished(analyst, accepted)
    assert task["status"] == "SUCCEEDED" or "data set" in json.dumps(task["error"])


def test_a_table_of_many_cells_becomes_a_task(analyst):
    head = ["race", "decision", *(f"c{i}" for i in range(298))]
    rows = [",".join(["AB"[i % 2], str(i % 3 % 2), *["1"] * 298]) for i in range(7000)]
    body = ",".join(head) + "\n" + "\n".join(rows) + "\n"
    answer = analyst.http.post("/analyze", params={"protected": "race", "prediction": "decision", "bootstrap": 200}, content=body, headers={"Content-Type": "text/csv"})
    task = finished(analyst, answer)
    assert task["status"] == "SUCCEEDED" and task["result"]["rows"] == 7000, task
    small = {"data": [{"race": "AB"[i % 2], "decision": i % 3 % 2} for i in range(7000)], **ORDER}
    assert task["result"] == analyst.http.post("/analyze", json=small).json()


# ------------------------------------------------------------------ limits of tables in requests


@pytest.mark.parametrize("body, media", [
    ("race,decision\n" + "A,1\n" * 15_000, "text/csv"),
    (json.dumps({"data": [{"race": "A", "decision": 1}] * 15_000, **ORDER}), "application/json"),
    (json.dumps({"columns": {"race": ["A"] * 15_000, "decision": [1] * 15_000}, **ORDER}), "application/json"),
], ids=["csv", "rows", "columns"])
def test_15000_rows_are_refused_with_the_limit_and_the_number(analyst, body, media):
    answer = analyst.http.post("/analyze", params={"protected": "race", "prediction": "decision"} if media == "text/csv" else None, content=body, headers={"Content-Type": media})
    assert answer.status_code == 400, answer.text
    assert answer.json()["detail"] == "The table has 15000 rows; the limit is 10000. Upload larger data with POST /datasets, and name it by its dataset_id."


@pytest.mark.parametrize("body, media", [
    (",".join(["race", *(f"c{i}" for i in range(599))]) + "\n", "text/csv"),
    (json.dumps({"data": [{f"c{i}": 1 for i in range(600)}], **ORDER}), "application/json"),
    (json.dumps({"columns": {f"c{i}": [1] for i in range(600)}, **ORDER}), "application/json"),
], ids=["csv", "rows", "columns"])
def test_600_features_are_refused_with_the_limit_and_the_number(analyst, body, media):
    answer = analyst.http.post("/analyze", params={"protected": "race", "prediction": "decision"} if media == "text/csv" else None, content=body, headers={"Content-Type": media})
    assert answer.status_code == 400 and "600 columns (features); the limit is 500." in answer.json()["detail"], answer.text


def test_a_body_over_the_limit_says_what_was_sent_and_what_to_do(working, analyst):
    with begin(working, analyst, "POST /analyze", 10_000_001) as s:
        answer = s.recv(10000)
    assert b" 413 " in answer.split(b"\r\n")[0] and b"limit of 10000000 bytes (10 MB): 10000001 bytes were announced. Upload larger data with POST /datasets" in answer
    with begin(working, analyst, "POST /leads", 100_001) as s:
        answer = s.recv(10000)
    assert b"(100 kB)" in answer and b"datasets" not in answer


def test_the_limits_are_settings():
    one = Server(environment={"AIC_MOST_ROWS": "20", "AIC_MOST_FEATURES": "3", "AIC_BODY_LIMIT": "200000"})
    try:
        tenant = Tenant(one)

        def ask(body):
            return tenant.http.post("/analyze", params={"protected": "race", "prediction": "decision"}, content=body, headers={"Content-Type": "text/csv"})

        assert "has 21 rows; the limit is 20." in ask("race,decision\n" + "A,1\n" * 21).text
        assert "has 4 columns (features); the limit is 3." in ask("race,decision,a,b\n").text
        with begin(one, tenant, "POST /analyze", 200_001) as s:
            assert b"limit of 200000 bytes (200 kB)" in s.recv(10000)
    finally:
        one.remove()
