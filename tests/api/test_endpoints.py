"""Models that stay elsewhere: asked over the wire by a worker, at allow-listed hosts only, and never within."""
import http.server
import json
import threading
import uuid

import pytest
from conftest import Server, Tenant
from models import finished, result_of

ROWS = [{"a": i % 7, "b": i % 5} for i in range(30)]


class Scores(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        seen = self.server.seen
        seen.append((self.path, self.headers.get("X-Token"), body["columns"]))
        if self.path == "/redirect":
            self.send_response(302)
            self.send_header("Location", "/predict")
            self.end_headers()
            return
        answers = {
            "/predict": json.dumps({"scores": [0.1 * r[0] + 0.05 * r[1] for r in body["rows"]]}),
            "/short": json.dumps({"scores": [1]}), "/words": json.dumps({"scores": ["x"] * len(body["rows"])}), "/nonsense": "<html>",
            "/huge": "[" + "1," * 6_000_000 + "1]", "/wrong": "{}",
        }
        content = answers[self.path].encode()
        self.send_response(500 if self.path == "/wrong" else 200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        try:
            self.wfile.write(content)
        except ConnectionError:
            pass  # the platform takes no more than its limit

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def scores():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Scores)
    server.seen = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()


@pytest.fixture(scope="module")
def asker():
    server = Server(environment={"AIC_WORKERS": "1", "AIC_PREDICTION_HOSTS": "127.0.0.1:loopback, localhost, models.example.com"})
    yield Tenant(server)
    server.remove()


def draft(url, **more):
    return {"name": f"Elsewhere {uuid.uuid4().hex[:6]}", "version": "1", "kind": "ENDPOINT", "url": url, "features": ["a", "b"], **more}


def endpoint(asker, scores, path, **more):
    answer = asker.http.post("/models", json=draft(f"http://127.0.0.1:{scores.server_port}{path}", **more))
    assert answer.status_code == 201, answer.text
    return answer.json()


def explain(asker, model):
    return asker.http.post("/explain", json={"model_id": model["id"], "data": ROWS, "rows": [0, 2]})


def test_a_model_elsewhere_is_asked_and_explained(asker, scores):
    model = endpoint(asker, scores, "/predict", header_name="X-Token", header_value="rain counts windmills")
    assert "rain counts" not in json.dumps(model) and model["endpoint_url"].endswith("/predict") and model["format"] is None
    result = result_of(asker, explain(asker, model))
    assert result["method"] == "kernel" and result["features"] == ["a", "b"] and result["max_additivity_error"] < 1e-9
    mean_a, mean_b = sum(r["a"] for r in ROWS) / 30, sum(r["b"] for r in ROWS) / 30
    for row, values in zip(ROWS, result["values"]):
        assert abs(values[0] - 0.1 * (row["a"] - mean_a)) < 1e-9 and abs(values[1] - 0.05 * (row["b"] - mean_b)) < 1e-9
    assert ("/predict", "rain counts windmills", ["a", "b"]) in scores.seen
    assert "rain counts" not in asker.server.psql("postgres", "select header_sealed::text from prediction_endpoints").stdout


def test_its_secret_is_changed_by_whoever_may(asker, scores):
    model = endpoint(asker, scores, "/predict", header_name="X-Token", header_value="the first secret of it")
    changed = asker.http.patch(f"/models/{model['id']}", json={"header_name": "X-Token", "header_value": "the second secret"}, headers={"If-Match": f'"{model["revision"]}"'})
    assert changed.status_code == 200 and changed.json()["ledger_entry_id"] != model["ledger_entry_id"], changed.text
    scores.seen.clear()
    result_of(asker, explain(asker, model))
    assert {token for _, token, _ in scores.seen} == {"the second secret"}


@pytest.mark.parametrize("path, says", [("/redirect", "302"), ("/short", "one for each row"), ("/words", "no number"), ("/nonsense", "scores"), ("/huge", "8 MB"), ("/wrong", "500")])
def test_what_it_answers_wrongly_is_told(asker, scores, path, says):
    told = finished(asker, explain(asker, endpoint(asker, scores, path)), 240)
    assert told["status"] == "FAILED" and says in json.dumps(told["error"]), told["error"]


def test_an_allowed_name_that_leads_within_is_not_connected_to(asker):
    """localhost is listed as a host, not as loopback."""
    answer = asker.http.post("/models", json=draft("https://localhost:1/predict"))
    assert answer.status_code == 201, answer.text
    told = finished(asker, explain(asker, answer.json()), 240)
    assert told["status"] == "FAILED" and "no address of the public internet" in json.dumps(told["error"]), told["error"]


@pytest.mark.parametrize("change, pointer", [
    ({"url": "http://models.example.com/"}, "/url"), ({"url": "https://evil.example/"}, "/url"), ({"url": "https://models.example.com@evil.example/"}, "/url"),
    ({"url": "https://169.254.169.254/latest"}, "/url"), ({"url": None}, "/url"), ({"features": []}, "/features"), ({"header_name": "X"}, "/header_value"),
    ({"header_name": "Host", "header_value": "x"}, "/header_name"), ({"header_name": "X", "header_value": "a\nB: c"}, "/header_value"),
    ({"header_name": "X: y", "header_value": "a"}, "/header_name"), ({"artefact": "QUJD"}, "/artefact"),
])
def test_each_wrong_endpoint_is_refused_by_its_field(asker, change, pointer):
    answer = asker.http.post("/models", json={**draft("https://models.example.com/predict"), **change})
    assert answer.status_code == 422 and answer.json()["errors"][0]["pointer"] == pointer, answer.text
