"""The register of models: what is registered is read, kept whole, hashed, and promised in the ledger."""
import base64
import hashlib
import http.client
import threading
import uuid

import httpx
import pytest
from models import asker, finished, golden, result_of, working  # noqa: F401: fixtures
from people import Member

NAMES = ["xgb_binary.json", "xgb_binary.ubj", "xgb_missing.json", "xgb_multiclass.ubj", "lgb_binary.txt", "lgb_categorical.txt", "onnx_forest.onnx", "onnx_logistic.onnx", "onnx_tree.onnx"]


def draft(content=None, **more):
    body = {"name": f"Model {uuid.uuid4().hex[:8]}", "version": "1", **more}
    if content is not None:
        body["artefact"] = base64.b64encode(content).decode()
    return body


def register(tenant, content=None, **more):
    answer = tenant.http.post("/models", json=draft(content, **more))
    assert answer.status_code == 201, answer.text
    return answer.json()


@pytest.mark.parametrize("name", NAMES)
def test_each_golden_model_is_registered_and_comes_back_byte_for_byte(tenant, name):
    content = golden(name)
    model = register(tenant, content, system_id=tenant.system()["id"])
    assert model["artefact_sha256"] == hashlib.sha256(content).hexdigest() and model["artefact_bytes"] == len(content)
    assert model["format"].split("-")[0] in ("xgboost", "lightgbm", "onnx") and model["lifecycle_stage"] == "DEVELOPMENT"
    assert len(model["features"]) >= 8 and all(f["name"] for f in model["features"]) and model["outputs"]
    back = tenant.http.get(f"/models/{model['id']}/artefact")
    assert back.content == content and "attachment" in back.headers["Content-Disposition"]


def test_a_file_is_taken_as_multipart(tenant):
    content = golden("xgb_binary.ubj")
    name = f"Form {uuid.uuid4().hex[:8]}"
    answer = tenant.http.post("/models", data={"name": name, "version": "2", "protected_attributes": '["sex","race"]'}, files={"artefact": ("m.ubj", content)})
    assert answer.status_code == 201, answer.text
    assert answer.json()["artefact_sha256"] == hashlib.sha256(content).hexdigest() and answer.json()["protected_attributes"] == ["sex", "race"]


@pytest.mark.parametrize("body, says", [
    (b"--x", "breaks off"), (b"--x\r\n", "end of its headers"), (b"", "boundary is not there"), (b"--x\r\n\r\nabc\r\n--x--", "has no name"),
    (b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\nA', "last boundary is missing"),
    (b'--x\r\nContent-Disposition: form-data; name="name"\r\nA\r\n--x--', "end of its headers"),
])
def test_a_broken_form_says_where(tenant, body, says):
    answer = tenant.http.post("/models", content=body, headers={"Content-Type": "multipart/form-data; boundary=x"})
    assert answer.status_code == 400 and says in answer.json()["detail"], answer.text


@pytest.mark.parametrize("content", [
    b"{", b"[]", b"{}", b"tree\n", b"\x00" * 64, b"import os\nos.system('true')", b"\x80\x04\x95" + b"A" * 100, b"PK\x03\x04" + b"\0" * 60,
    b'{"learner": {"gradient_booster": {"model": {"trees": [{}]}}}}', b"[" * 100000, b"\x08\x07" + b"\xff" * 200, b"x" * 1000000,
])
def test_what_is_no_model_is_refused_in_words_and_nothing_is_registered(tenant, content):
    body = draft(content)
    answer = tenant.http.post("/models", json=body)
    assert answer.status_code in (400, 422), answer.text
    assert len(answer.json()["detail"]) > 20
    assert tenant.http.get(f"/models?q={body['name']}").json()["items"] == []


def test_a_golden_model_cut_short_or_changed_is_refused(tenant):
    content = golden("xgb_binary.ubj")
    for part in (content[: len(content) // 2], content[:-1], content[:100], content[:4] + b"\xff\xff\xff\x7f" + content[8:]):
        answer = tenant.http.post("/models", json=draft(part))
        assert answer.status_code in (400, 422), answer.text


@pytest.mark.parametrize("change, pointer", [
    ({"name": ""}, "/name"), ({"version": None}, "/version"), ({"artefact": "n@t base64"}, "/artefact"), ({"artefact": "QUJ"}, "/artefact"),
    ({"type": "MAGIC"}, "/type"), ({"metrics": [1]}, "/metrics"), ({"url": "https://example.com"}, "/kind"), ({"unknown": 1}, "/unknown"),
])
def test_each_wrong_field_is_named(tenant, change, pointer):
    answer = tenant.http.post("/models", json={**draft(), **change})
    assert answer.status_code == 422 and answer.json()["errors"][0]["pointer"] == pointer, answer.text


def test_a_name_and_version_are_registered_once_also_without_a_system(tenant):
    body = draft(golden("xgb_missing.json"))
    assert tenant.http.post("/models", json=body).status_code == 201
    answer = tenant.http.post("/models", json=body)
    assert answer.status_code == 409 and answer.json()["errors"][0]["pointer"] == "/version"
    assert tenant.http.post("/models", json={**body, "version": "2"}).status_code == 201
    assert tenant.http.post("/models", json={**body, "system_id": tenant.system()["id"]}).status_code == 201


def test_of_many_that_register_the_same_version_at_once_one_does(tenant):
    body, got = draft(golden("xgb_missing.json")), []

    def ask():
        with httpx.Client(base_url=tenant.http.base_url, headers=tenant.http.headers, timeout=60) as http:
            got.append(http.post("/models", json=body).status_code)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    [t.start() for t in threads], [t.join() for t in threads]
    assert sorted(got) == [201] + [409] * 7


def test_a_model_gets_its_artefact_later_and_once(tenant):
    model = register(tenant, system_id=tenant.system()["id"])
    assert model["format"] is None and tenant.http.get(f"/models/{model['id']}/artefact").status_code == 404
    content = golden("lgb_binary.txt")
    bad = tenant.http.post(f"/models/{model['id']}/artefact", content=b"tree\nversion=v4\n", headers={"Content-Type": "application/octet-stream"})
    assert bad.status_code == 422, bad.text
    answer = tenant.http.post(f"/models/{model['id']}/artefact", content=content, headers={"Content-Type": "application/octet-stream"})
    assert answer.status_code == 200, answer.text
    assert answer.json()["format"] == "lightgbm-text" and answer.json()["revision"] == model["revision"] + 1
    assert tenant.http.get(f"/models/{model['id']}/artefact").content == content
    again = tenant.http.post(f"/models/{model['id']}/artefact", content=content, headers={"Content-Type": "application/octet-stream"})
    assert again.status_code == 409, again.text


def test_an_empty_artefact_is_told_so(tenant):
    model = register(tenant)
    answer = tenant.http.post(f"/models/{model['id']}/artefact", content=b"", headers={"Content-Type": "application/octet-stream"})
    assert answer.status_code == 422 and "empty" in answer.json()["detail"]


def padded(content, size):
    """The same model with white space before its last brace."""
    at = content.rindex(b"}")
    return content[:at] + b" " * size + content[at:]


def test_a_large_artefact_is_read_by_a_worker(asker):  # noqa: F811
    tenant = asker
    model = register(tenant)
    content = padded(golden("xgb_missing.json"), 12_000_000)
    answer = tenant.http.post(f"/models/{model['id']}/artefact", content=content, headers={"Content-Type": "application/octet-stream"})
    assert result_of(tenant, answer)["format"] == "xgboost-json"
    assert tenant.http.get(f"/models/{model['id']}").json()["artefact_sha256"] == hashlib.sha256(content).hexdigest()
    assert tenant.http.get(f"/models/{model['id']}/artefact").content == content


def test_a_large_file_that_is_no_model_fails_its_task_and_another_may_follow(asker):  # noqa: F811
    tenant = asker
    model = register(tenant)
    answer = tenant.http.post(f"/models/{model['id']}/artefact", content=b"{" * 11_000_000, headers={"Content-Type": "application/octet-stream"})
    told = finished(tenant, answer)
    assert told["status"] == "FAILED" and told["attempts"] == 1, told
    good = tenant.http.post(f"/models/{model['id']}/artefact", content=golden("xgb_missing.json"), headers={"Content-Type": "application/json"})
    assert good.status_code == 200, good.text


def test_more_than_200_mb_is_refused_before_it_is_sent(tenant):
    model = register(tenant)
    address = httpx.URL(tenant.server.url)
    wire = http.client.HTTPConnection(address.host, address.port, timeout=30)
    wire.putrequest("POST", f"/api/v1/models/{model['id']}/artefact")
    for name, value in (("Authorization", tenant.http.headers["Authorization"]), ("Content-Type", "application/octet-stream"), ("Content-Length", "200000001")):
        wire.putheader(name, value)
    wire.endheaders()
    answer = wire.getresponse()
    assert answer.status == 413 and b"200" in answer.read()
    wire.close()


def change(tenant, model, **fields):
    return tenant.http.patch(f"/models/{model['id']}", json=fields, headers={"If-Match": f'"{model["revision"]}"'})


def test_a_change_needs_the_version_and_is_in_the_ledger(tenant):
    model = register(tenant, golden("xgb_missing.json"))
    assert tenant.http.patch(f"/models/{model['id']}", json={"description": "x"}).status_code == 412
    answer = change(tenant, model, lifecycle_stage="PRODUCTION")
    assert answer.status_code == 422 and answer.json()["errors"][0]["pointer"] == "/system_id"
    system = tenant.system()["id"]
    moved = change(tenant, model, lifecycle_stage="PRODUCTION", system_id=system, metrics={"auc": 0.8})
    assert moved.status_code == 200, moved.text
    assert moved.json()["ledger_entry_id"] != model["ledger_entry_id"] and moved.json()["metrics"] == {"auc": 0.8}
    entry = tenant.http.get(f"/ledger/{moved.json()['ledger_entry_id']}").json()
    assert entry["action"] == "MODEL_CHANGED" and entry["subject_id"] == model["id"]
    assert change(tenant, model, description="late").status_code == 412
    worded = change(tenant, moved.json(), description="Words alone are no promise")
    assert worded.status_code == 200 and worded.json()["ledger_entry_id"] == moved.json()["ledger_entry_id"]
    elsewhere = change(tenant, worded.json(), system_id=tenant.system()["id"])
    assert elsewhere.status_code == 409


def test_a_retired_model_stays_retired(tenant):
    model = register(tenant, golden("xgb_missing.json"))
    retired = change(tenant, model, is_active=False)
    assert retired.status_code == 200 and retired.json()["retired_at"]
    assert change(tenant, retired.json(), is_active=True).status_code == 409
    listed = tenant.http.get(f"/models?active=false&q={model['name']}").json()["items"]
    assert [m["id"] for m in listed] == [model["id"]] and tenant.http.get(f"/models?active=true&q={model['name']}").json()["items"] == []


def test_the_list_is_paged_and_filtered_by_system(tenant):
    system = tenant.system()["id"]
    made = [register(tenant, system_id=system)["id"] for _ in range(3)]
    first = tenant.http.get(f"/models?system_id={system}&limit=2").json()
    second = tenant.http.get(f"/models?system_id={system}&limit=2&cursor={first['next_cursor']}").json()
    assert [m["id"] for m in first["items"] + second["items"]] == made[::-1] and second["next_cursor"] is None


def test_the_card_tells_of_the_system(tenant):
    system = tenant.system(purpose="Decides about loans.")
    model = register(tenant, golden("xgb_missing.json"), system_id=system["id"])
    card = tenant.http.get(f"/models/{model['id']}/card").json()
    assert card["purpose"] == "Decides about loans." and card["explanation_count"] == 0 and card["analysis_id"] is None and card["features"]


def test_another_organization_finds_no_model_and_no_system(tenant, other):
    model = register(tenant, golden("xgb_missing.json"))
    for method, path, more in (("GET", "", {}), ("GET", "/artefact", {}), ("GET", "/card", {}), ("PATCH", "", {"json": {"description": "x"}, "headers": {"If-Match": '"1"'}}),
                               ("POST", "/artefact", {"content": b"x", "headers": {"Content-Type": "application/octet-stream"}})):
        assert other.http.request(method, f"/models/{model['id']}{path}", **more).status_code == 404, path
    answer = other.http.post("/models", json=draft(system_id=tenant.system()["id"]))
    assert answer.status_code == 404 and answer.json()["errors"][0]["pointer"] == "/system_id"
    # The same name and version is free elsewhere.
    assert other.http.post("/models", json={"name": model["name"], "version": model["version"]}).status_code == 201


def test_who_only_reads_may_read_and_no_more(tenant):
    viewer = Member(tenant, "VIEWER").http
    model = register(tenant, golden("xgb_missing.json"))
    assert viewer.get(f"/models/{model['id']}").status_code == 200 and viewer.get("/models").status_code == 200
    assert viewer.post("/models", json=draft()).status_code == 403
    assert viewer.patch(f"/models/{model['id']}", json={"description": "x"}, headers={"If-Match": '"1"'}).status_code == 403
    assert viewer.post("/explain", json={"model_id": model["id"], "data": [{}]}).status_code == 403
