"""POST /analyze against the reference values, what it records, and every bad input that we could think of."""
import csv
import hashlib
import io
import json
import math

import httpx
import pytest

ORDER = {"protected": ["race", "sex"], "label": "two_year_recid", "prediction": "high_risk", "favorable": "0", "intersect": True, "bootstrap": 50}


@pytest.fixture(scope="module")
def rows(compas):
    return list(csv.DictReader(io.StringIO(compas.read_text())))


def query(order):
    return {k: ",".join(v) if isinstance(v, list) else v if not isinstance(v, bool) else str(v).lower() for k, v in order.items()}


def close(ours, theirs):
    return ours == theirs or (ours is not None and theirs is not None and math.isclose(ours, theirs, rel_tol=1e-12, abs_tol=1e-14))


def test_rows_columns_and_csv_give_one_report_and_it_is_the_references(tenant, rows, compas, golden):
    as_rows = tenant.http.post("/analyze", json={"data": rows, **ORDER})
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    as_columns = tenant.http.post("/analyze", json={"columns": columns, **ORDER})
    as_csv = tenant.http.post("/analyze", params=query(ORDER), content=compas.read_bytes(), headers={"Content-Type": "text/csv"})
    assert as_rows.status_code == as_columns.status_code == as_csv.status_code == 200, as_csv.text
    assert as_rows.json() == as_columns.json() == as_csv.json()
    report = as_rows.json()
    for name in ("race", "sex"):
        reference = golden["compas"]["attributes"][name]
        ours = report["attributes"][name]
        assert ours["reference"] == reference["reference"]
        for group, values in reference["groups"].items():
            for key, value in values.items():
                assert close(ours["groups"][group][key], value), (name, group, key)
        for key in ("demographic_parity_difference", "demographic_parity_ratio", "equalized_odds_difference", "theil_index"):
            assert close(ours["metrics"][key], reference["metrics"][key]), key
    assert set(report["intersectional"]["groups"]) == set(golden["compas"]["attributes"]["race & sex"]["groups"])


def test_an_analysis_of_a_system_is_recorded_with_its_hash_and_its_entry(tenant, rows):
    system = tenant.system()
    answer = tenant.http.post("/analyze", json={"data": rows, "system_id": system["id"], **ORDER})
    assert answer.status_code == 201
    body = answer.json()
    stored = tenant.http.get(answer.headers["Location"].removeprefix("/api/v1"))
    record = stored.json()
    assert record["id"] == body["analysis_id"] and record["verdict"] == body["verdict"] == "FAIL"
    assert "African-American" in json.dumps(record["result"]) and "Greater than 45" not in stored.text
    raw = stored.text[stored.text.index('"result":') + 9:-1]
    assert hashlib.sha256(raw.encode()).hexdigest() == record["result_hash"] == body["result_hash"]
    entry = tenant.http.get(f"/ledger/{record['ledger_entry_id']}").json()
    assert entry["action"] == "ANALYSIS_COMPLETED" and entry["subject_id"] == record["id"]
    assert tenant.http.get(f"/systems/{system['id']}").json()["last_analysis_verdict"] == "FAIL"


def test_without_a_system_nothing_is_recorded(tenant, rows):
    before = len(tenant.http.get("/analyses?limit=200").json()["items"])
    assert tenant.http.post("/analyze", json={"data": rows[:500], **ORDER}).status_code == 200
    answer = tenant.http.post("/analyze", json={"data": rows[:500], **ORDER, "record": True})
    assert answer.status_code == 422 and answer.json()["errors"][0]["pointer"] == "/system_id"
    assert len(tenant.http.get("/analyses?limit=200").json()["items"]) == before


GOOD = [{"sex": "a", "y": 1}, {"sex": "b", "y": 0}] * 40
SIMPLE = {"protected": ["sex"], "label": "y", "bootstrap": 0}


def body_of(text):
    return json.dumps({"data": GOOD, **SIMPLE}).replace('"y": 0', text, 1)


BAD_JSON = {
    "truncated": (json.dumps({"data": GOOD, **SIMPLE})[:-30], 400, "row"),
    "not JSON": ("hello", 400, "cannot be read"),
    "a list": ("[1]", 400, "object"),
    "nested": ('{"data":' + "[" * 60 + "]" * 60 + "}", 400, "32"),
    "NaN": (body_of('"y": NaN'), 400, "row 2, column y"),
    "Infinity": (body_of('"y": -Infinity'), 400, "row 2, column y"),
    "nested value": (body_of('"y": {"z": 1}'), 400, "Row 2, column y"),
    "row that is no object": (json.dumps({"data": [1], **SIMPLE}), 400, "Row 1"),
    "no rows": (json.dumps({"data": [], **SIMPLE}), 400, "row"),
    "no table": (json.dumps(SIMPLE), 422, "data"),
    "unknown field": (json.dumps({"data": GOOD, **SIMPLE, "protectd": 1}), 422, "protectd"),
    "unknown column": (json.dumps({"data": GOOD, **SIMPLE, "label": "yy"}), 422, "yy"),
    "wrong type": (json.dumps({"data": GOOD, **SIMPLE, "bootstrap": "many"}), 422, "bootstrap"),
    "out of bounds": (json.dumps({"data": GOOD, **SIMPLE, "bootstrap": 1e9}), 422, "10000"),
    "columns of unequal length": (json.dumps({"columns": {"sex": ["a"], "y": [1, 0]}, **SIMPLE}), 400, "Column y"),
    "501 columns": (json.dumps({"data": [{f"c{i}": 1 for i in range(501)}], **SIMPLE}), 400, "501"),
    "10,001 rows": (json.dumps({"data": GOOD[:1] * 10001, **SIMPLE}), 400, "10000"),
    "three labels": (json.dumps({"data": GOOD + [{"sex": "a", "y": 2}], **SIMPLE}), 422, "y"),
    "invalid UTF-8": (body_of('"y": "x"').encode().replace(b'"x"', b'"\xff\xfe"'), 400, "UTF-8"),
    "unknown reference": (json.dumps({"data": GOOD, **SIMPLE, "reference": {"sex": "c"}}), 422, "c"),
}


@pytest.mark.parametrize("name", BAD_JSON)
def test_bad_json_is_refused_and_says_where(tenant, name):
    text, status, words = BAD_JSON[name]
    answer = tenant.http.post("/analyze", content=text, headers={"Content-Type": "application/json"})
    assert answer.status_code == status, answer.text
    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json" and problem["request_id"]
    assert words in json.dumps(problem, ensure_ascii=False), problem


HEAD = "sex,y\n"
BAD_CSV = {
    "ragged": (HEAD + "a,1\nb\n", 400, "Row 2"),
    "open quote": (HEAD + 'a,1\n"b,0\n', 400, "never closed"),
    "text behind a quote": (HEAD + '"a"x,1\n', 400, "Row 1, column sex"),
    "501 columns": (",".join(f"c{i}" for i in range(501)) + "\n", 400, "501"),
    "10,001 rows": (HEAD + "a,1\n" * 10001, 400, "10000"),
    "empty": ("", 400, "empty"),
    "no name": ("sex,\na,1\n", 400, "column 2"),
    "name twice": ("sex,sex\na,1\n", 400, "sex"),
    "invalid UTF-8": (b"sex,y\na,1\nb,\xff\n", 400, "Row 2"),
    "NUL": (b"sex,y\na,\x00\n", 400, "NUL"),
    "unknown column": ("gender,y\na,1\n", 422, "sex"),
}


@pytest.mark.parametrize("name", BAD_CSV)
def test_bad_csv_is_refused_and_says_where(tenant, name):
    text, status, words = BAD_CSV[name]
    answer = tenant.http.post("/analyze?protected=sex&label=y", content=text, headers={"Content-Type": "text/csv"})
    assert answer.status_code == status, answer.text
    assert words in answer.text, answer.text


def test_a_body_of_11_megabytes_is_refused_while_it_is_read(tenant):
    big = b"x" * 11_000_000
    declared = tenant.http.post("/analyze", content=big, headers={"Content-Type": "application/json"})
    assert declared.status_code == 413 and "10" in declared.json()["detail"]

    def pieces():
        for i in range(0, len(big), 100_000):
            yield big[i:i + 100_000]

    try:
        chunked = tenant.http.post("/analyze", content=pieces(), headers={"Content-Type": "application/json"})
        assert chunked.status_code == 413
    except httpx.WriteError:
        pass  # the answer came while the client was still sending, and the connection was closed on it
    assert tenant.http.get("/auth/me").status_code == 200


def test_the_wrong_media_type_and_method_are_told(tenant):
    assert tenant.http.post("/analyze", content="x", headers={"Content-Type": "text/plain"}).status_code == 415
    answer = tenant.http.delete("/analyze")
    assert answer.status_code == 405 and "POST" in answer.headers["Allow"]


def test_one_group_or_nothing_usable_is_honest(tenant):
    one = tenant.http.post("/analyze", json={"data": [{"sex": "a", "y": 1}] * 50, **SIMPLE}).json()
    assert one["verdict"] == "INSUFFICIENT_DATA" and one["reasons"]
    gaps = tenant.http.post("/analyze", json={"data": GOOD + [{"sex": None, "y": 1}, {"sex": "a", "y": None}], **SIMPLE}).json()
    assert gaps["dropped_rows"] == 1 and gaps["attributes"]["sex"]["groups"]["(missing)"]["count"] == 1


def test_a_viewer_may_not_run_an_analysis(server, tenant):
    made = server.psql("postgres", f"set session_replication_role = replica; update users set role = 'VIEWER' where id = '{tenant.registered['user']['id']}' returning role")
    assert made.returncode == 0
    token = httpx.post(server.url + "/api/v1/auth/login", json={"email": tenant.email, "password": "quiet windmill counts the rain"}).json()["access_token"]
    answer = httpx.post(server.url + "/api/v1/analyze", json={"data": GOOD, **SIMPLE}, headers={"Authorization": f"Bearer {token}"})
    server.psql("postgres", f"set session_replication_role = replica; update users set role = 'ADMIN' where id = '{tenant.registered['user']['id']}'")
    assert answer.status_code == 403 and "run_analysis" in answer.json()["detail"]
