import concurrent.futures
import uuid


def test_a_system_needs_a_name_and_a_purpose(tenant):
    answer = tenant.http.post("/systems", json={})
    assert answer.status_code == 422
    assert {e["pointer"] for e in answer.json()["errors"]} == {"/name", "/purpose"}
    made = tenant.system()
    assert made["status"] == "DRAFT" and made["risk_tier"] is None


def test_the_tier_questions_propose_the_tier(tenant):
    for answers, tier in (((1, 1, 1), "TIER_3"), ((1, 1, 2), "TIER_2"), ((3, 1, 1), "TIER_2"), ((3, 3, 1), "TIER_1"), ((3, 3, 3), "TIER_1")):
        made = tenant.system(tier_answers=dict(zip("abc", answers)))
        assert made["suggested_risk_tier"] == made["risk_tier"] == tier
    assert tenant.http.post("/systems", json={"name": "x", "purpose": "y", "tier_answers": {"a": 4, "b": 1, "c": 1}}).status_code == 422
    assert tenant.http.post("/systems", json={"name": "x", "purpose": "y", "tier_answers": {"a": 1}}).status_code == 422


def test_two_edits_of_one_version_cannot_both_pass(tenant):
    made = tenant.system()
    url = f"/systems/{made['id']}"

    def edit(i):
        return tenant.http.patch(url, json={"purpose": f"Version {i}"}, headers={"If-Match": '"1"'}).status_code

    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(edit, range(6))) == [200, 412, 412, 412, 412, 412]
    assert tenant.http.patch(url, json={"purpose": "x"}).status_code == 412
    assert tenant.http.get(url).headers["ETag"] == '"2"'


def test_an_active_system_has_a_tier_and_a_person(tenant):
    made = tenant.system()
    answer = tenant.http.patch(f"/systems/{made['id']}", json={"status": "ACTIVE"}, headers={"If-Match": '"1"'})
    assert answer.status_code == 422
    assert {e["pointer"] for e in answer.json()["errors"]} == {"/risk_tier", "/accountable_person_id"}
    person = tenant.registered["user"]["id"]
    answer = tenant.http.patch(f"/systems/{made['id']}", json={"status": "ACTIVE", "risk_tier": "TIER_2", "accountable_person_id": person}, headers={"If-Match": '"1"'})
    assert answer.status_code == 200 and answer.json()["status"] == "ACTIVE"
    back = tenant.http.patch(f"/systems/{made['id']}", json={"status": "DRAFT"}, headers={"If-Match": '"2"'})
    assert back.status_code == 409 and "SUSPENDED" in back.json()["detail"]


def test_a_name_is_used_once_and_a_foreign_person_cannot_answer(tenant, other):
    made = tenant.system()
    assert tenant.http.post("/systems", json={"name": made["name"], "purpose": "again"}).status_code == 409
    stranger = other.registered["user"]["id"]
    answer = tenant.http.post("/systems", json={"name": uuid.uuid4().hex, "purpose": "x", "accountable_person_id": stranger})
    assert answer.status_code == 422 and answer.json()["errors"][0]["pointer"] == "/accountable_person_id"


def test_an_idempotency_key_does_the_work_once(tenant):
    key = {"Idempotency-Key": uuid.uuid4().hex}
    body = {"name": f"Once {uuid.uuid4().hex[:6]}", "purpose": "x"}
    first, second = tenant.http.post("/systems", json=body, headers=key), tenant.http.post("/systems", json=body, headers=key)
    assert first.status_code == second.status_code == 201 and first.json()["id"] == second.json()["id"]
    assert second.headers["Idempotency-Replayed"] == "true"
    assert tenant.http.post("/systems", json={**body, "purpose": "y"}, headers=key).status_code == 409


def test_lists_are_paged_by_cursor_filtered_and_exported(tenant):
    names = {tenant.system(name=f"Page {i} {uuid.uuid4().hex[:6]}")["name"] for i in range(7)}
    for sort in ("-created_at", "name"):
        seen, cursor = [], None
        while True:
            page = tenant.http.get("/systems", params={"q": "Page", "limit": 3, "sort": sort, **({"cursor": cursor} if cursor else {})}).json()
            seen += [s["name"] for s in page["items"]]
            cursor = page["next_cursor"]
            if not cursor:
                break
        assert set(seen) == names and len(seen) == 7
    assert tenant.http.get("/systems?cursor=nonsense").status_code == 400
    assert tenant.http.get("/systems?limit=0").status_code == 422
    assert tenant.http.get("/systems?lmit=1").status_code == 422
    text = tenant.http.get("/systems?q=Page", headers={"Accept": "text/csv"})
    assert text.headers["content-type"].startswith("text/csv") and len(text.text.strip().split("\n")) == 8
