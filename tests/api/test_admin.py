"""What staff of the platform see of all organizations: who may not, that each look is on record, and that it says the truth."""
import hashlib
import json
import subprocess
import time
import uuid

import httpx
import pytest
import stripe

from conftest import BUILD, Server, Tenant
from people import without_walls

SECRET = "whsec_" + "a1b2c3d4" * 8
LOOKS = ["/admin/overview", "/admin/organizations", "/admin/people", "/admin/sign-in-failures", "/admin/system-access", "/admin/audit-log",
         "/admin/audit-log/verify", "/admin/billing-events", "/admin/leads", "/admin/signing-keys", "/admin/tasks", "/admin/workers"]


@pytest.fixture(scope="module")
def server():
    running = Server(environment={"STRIPE_WEBHOOK_SECRET": SECRET})
    yield running
    running.remove()


@pytest.fixture(scope="module")
def root(server):
    person = Tenant(server)
    without_walls(server, f"update users set is_super_admin = true where email = '{person.email}'")
    person.sign_in()
    return person


@pytest.fixture(scope="module")
def client(server):
    return Tenant(server)


def get(person, path, **query):
    answer = person.http.get(path, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def own(person, **query):
    return get(person, "/audit-log", limit=200, **query)["items"]


def deliver(server, **event):
    body = json.dumps(event)
    signed = stripe.WebhookSignature._compute_signature(f"{int(time.time())}.{body}", SECRET)
    return httpx.post(server.url + "/api/v1/billing/webhook", content=body,
                      headers={"Stripe-Signature": f"t={int(time.time())},v1={signed}", "Content-Type": "application/json"})


def subscription_event(customer):
    return {"id": f"evt_{uuid.uuid4().hex}", "type": "customer.subscription.updated", "created": int(time.time()),
            "data": {"object": {"id": "sub_1", "customer": customer, "status": "active"}}}


# ------------------------------------------------------------------ who may


@pytest.mark.parametrize("path", LOOKS)
def test_a_tenants_administrator_may_not(client, path):
    answer = client.http.get(path)
    assert answer.status_code == 403 and "items" not in answer.text
    refused = own(client, event="forbidden")[0]
    assert refused["reason"].startswith(f"GET /api/v1{path}: ") and refused["outcome"] == "REFUSED"


@pytest.mark.parametrize("path", LOOKS)
def test_nobody_signed_out_may(server, path):
    assert httpx.get(server.url + "/api/v1" + path).status_code == 401


@pytest.mark.parametrize("path", LOOKS)
def test_each_look_is_on_record_with_its_reason(root, path):
    get(root, path)
    newest = own(root)[:2]
    assert [e["event"] for e in newest] == ["super_admin_action", "system_scope_opened"]
    assert newest[0]["reason"] == f"GET /api/v1{path}"
    assert newest[1]["reason"].startswith("S9 " if any(word in path for word in ("signing", "tasks", "workers")) else "S6 ")


def test_every_route_below_admin_is_for_super_admins_only():
    out = subprocess.run([BUILD / "aicd", "routes"], capture_output=True, text=True, check=True).stdout
    admin = [line for line in out.split("\n") if " /admin/" in line]
    assert len(admin) >= len(LOOKS) and all("super admin" in line and "SYSTEM(" in line for line in admin)


# ------------------------------------------------------------------ what they see


def test_figures_organizations_and_people(root, client):
    figures = get(root, "/admin/overview")
    assert figures["organizations"] >= 3 and figures["people"] >= 2
    found = get(root, "/admin/organizations", q=client.name[4:].upper())["items"]
    assert [(o["id"], o["name"], o["kind"], o["people"]) for o in found] == [(client.org_id, client.name, "CLIENT", 1)]
    people = get(root, "/admin/people", q=client.email[:20])["items"]
    assert [(p["id"], p["org_id"], p["org_name"]) for p in people] == [(client.registered["user"]["id"], client.org_id, client.name)]
    assert get(root, "/admin/people", org_id=client.org_id, q="Ada")["items"] == people
    assert get(root, "/admin/people", q="nobody of this name")["items"] == []


def test_organizations_come_in_pages(root, client):
    seen, cursor = [], None
    while True:
        page = get(root, "/admin/organizations", limit=1, **({"cursor": cursor} if cursor else {}))
        seen += [o["id"] for o in page["items"]]
        cursor = page["next_cursor"]
        if not cursor:
            break
    assert seen == [o["id"] for o in get(root, "/admin/organizations", limit=200)["items"]] and client.org_id in seen


def test_system_access_is_the_route_table(root):
    shown = get(root, "/admin/system-access")["items"]
    out = subprocess.run([BUILD / "aicd", "routes", "--system"], capture_output=True, text=True, check=True).stdout
    told = [line.split()[:2] for line in out.split("\n") if "SYSTEM(" in line]
    assert [[r["method"], r["path"]] for r in shown] == told
    assert all(f"SYSTEM({r['reason']}): {r['why']}" in out for r in shown)
    assert {r["scope"] for r in shown} == {"SYSTEM", "TENANT_OR_SYSTEM"}


def test_failed_sign_ins_are_counted_by_address(server, root):
    victim = Tenant(server)
    before = get(root, "/admin/overview")
    for _ in range(5):
        httpx.post(server.url + "/api/v1/auth/login", json={"email": victim.email, "password": "wrong wrong wrong"})
    httpx.post(server.url + "/api/v1/auth/login", json={"email": f"{uuid.uuid4().hex}@example.com", "password": "wrong wrong wrong"})
    after = get(root, "/admin/overview")
    assert after["failed_sign_ins"] - before["failed_sign_ins"] == 6 and after["lockouts"] - before["lockouts"] == 1
    here = [f for f in get(root, "/admin/sign-in-failures")["items"] if f["ip"] == "127.0.0.1"]
    assert len(here) == 1 and here[0]["failures"] >= 6 and here[0]["people"] >= 1 and here[0]["lockouts"] >= 1


def test_the_chain_of_any_organization_is_checked(server, root, client):
    client.system()
    sound = get(root, "/admin/audit-log/verify", org_id=client.org_id)
    assert sound["valid"] and sound["checked"] == len(own(client))
    assert get(root, "/admin/audit-log/verify")["valid"]  # that of no organization
    assert get(root, "/admin/audit-log/verify", org_id=str(uuid.uuid4())) == {"valid": True, "checked": 0, "first_bad": None, "first_bad_id": None, "first_bad_at": None}
    broken = Tenant(server)
    broken.system()
    out = server.psql("postgres", f"set session_replication_role = replica; update audit_log set reason = 'nothing to see' where org_id = '{broken.org_id}' and seq = 2")
    assert out.returncode == 0, out.stderr
    verdict = get(root, "/admin/audit-log/verify", org_id=broken.org_id)
    assert not verdict["valid"] and verdict["first_bad"] == 2


# ------------------------------------------------------------------ the audit log of all


def test_a_window_of_the_newest_seconds_is_what_a_live_tail_asks_for(root, client):
    newest = get(root, "/admin/audit-log", limit=1)["items"][0]
    client.system()
    follow = get(root, "/admin/audit-log", **{"from": newest["at"], "org_id": client.org_id})["items"]
    assert [e["event"] for e in follow] == ["system_registered"]


def test_an_export_over_all_organizations_is_on_record(root, client):
    client.system()
    answer = root.http.get("/admin/audit-log", params={"org_id": client.org_id, "event": "system_registered"}, headers={"Accept": "application/x-ndjson"})
    assert answer.status_code == 200 and {json.loads(line)["org_id"] for line in answer.text.splitlines()} == {client.org_id}
    newest = own(root)[:2]
    assert [e["event"] for e in newest] == ["data_exported", "system_scope_opened"]
    assert newest[0]["reason"].startswith("GET /api/v1/admin/audit-log")


def fill(server, org_id, rows):
    """Rows of the right form, without a true chain, a second apart; the oldest one alone holds the word."""
    sql = f"""set session_replication_role = replica;
        select audit_make_month((now() - make_interval(months => m))::date) from generate_series(1, 2) m;
        insert into audit_log (org_id, seq, at, actor_kind, event, outcome, reason, prev_hash, hash)
        select '{org_id}', 100 + i, now() - make_interval(secs => i), 'SYSTEM', 'seen', case when i % 5000 = 0 then 'REFUSED' else 'OK' end,
               case when i = {rows} then 'a needle' end, repeat('0', 64), repeat('0', 64) from generate_series(1, {rows}) i"""
    out = server.psql("postgres", sql)
    assert out.returncode == 0, out.stderr


def test_a_search_for_words_looks_so_far_and_says_so(server, root):
    busy = Tenant(server)
    fill(server, busy.org_id, 45000)
    found, cursor, looks, edges = [], None, 0, []
    while True:
        answer = root.http.get("/admin/audit-log", params={"org_id": busy.org_id, "q": "needle", **({"cursor": cursor} if cursor else {})})
        page = answer.json()
        found += page["items"]
        looks += 1
        cursor = page["next_cursor"]
        if not cursor:
            break
        edges.append(answer.headers["x-searched-back-to"])
    assert [e["reason"] for e in found] == ["a needle"] and looks == 3
    assert edges == sorted(edges, reverse=True) and found[0]["at"] < edges[-1]
    assert "x-searched-back-to" not in answer.headers
    refused, cursor = [], None
    while True:
        page = get(busy, "/audit-log", outcome="REFUSED", event="seen", limit=2, **({"cursor": cursor} if cursor else {}))
        refused += [e["seq"] for e in page["items"]]
        cursor = page["next_cursor"]
        if not cursor:
            break
    assert refused == [100 + 5000 * k for k in range(1, 10)]
    assert [e["seq"] for e in get(busy, "/audit-log", outcome="REFUSED")["items"]] == refused


# ------------------------------------------------------------------ billing


def test_an_unmatched_event_is_kept_counted_logged_and_shown(server, root):
    def counted():
        lines = httpx.get(server.url + "/metrics").text.split("\n")
        return next(int(line.split()[1]) for line in lines if line.startswith("aic_billing_unmatched_total "))

    before = counted()
    figures = get(root, "/admin/overview")
    event = subscription_event("cus_nobody")
    assert deliver(server, **event).json()["outcome"] == "UNMATCHED"
    assert deliver(server, **event).json()["outcome"] == "DUPLICATE"
    assert counted() == before + 1
    assert get(root, "/admin/overview")["unmatched_events"] == figures["unmatched_events"] + 1
    warned = [json.loads(line) for line in (server.data / "log").read_text().split("\n") if "billing_event_unmatched" in line]
    assert [(w["level"], w["provider_event"]) for w in warned if w["provider_event"] == event["id"]] == [("warning", event["id"])]
    row = get(root, "/admin/billing-events", outcome="UNMATCHED", limit=1)["items"][0]
    assert (row["id"], row["type"], row["org_id"]) == (event["id"], event["type"], None)
    assert row["payload_sha256"] == hashlib.sha256(json.dumps(event).encode()).hexdigest()
    assert [e["outcome"] for e in get(root, "/admin/audit-log", event="billing_event_unmatched", limit=1)["items"]] == ["REFUSED"]


def test_events_come_in_pages_by_outcome_and_organization(server, root, client):
    assert server.psql("postgres", f"insert into subscriptions (org_id, provider_customer_id) values ('{client.org_id}', 'cus_client')").returncode == 0
    for customer in ("cus_client", "cus_nobody", "cus_nobody"):
        assert deliver(server, **subscription_event(customer)).status_code == 200
    assert deliver(server, **{**subscription_event("cus_client"), "type": "made.up"}).json()["outcome"] == "KEPT"
    mine = get(root, "/admin/billing-events", org_id=client.org_id)["items"]
    assert [(e["outcome"], e["org_name"]) for e in mine] == [("APPLIED", client.name)]
    for query in ({}, {"outcome": "UNMATCHED"}):
        seen, cursor = [], None
        while True:
            page = get(root, "/admin/billing-events", limit=1, **query, **({"cursor": cursor} if cursor else {}))
            seen += [e["id"] for e in page["items"]]
            cursor = page["next_cursor"]
            if not cursor:
                break
        assert seen == [e["id"] for e in get(root, "/admin/billing-events", limit=200, **query)["items"]] and len(seen) == len(set(seen))
    assert root.http.get("/admin/billing-events?cursor=abc").status_code == 400
    foreign = get(root, "/admin/organizations", limit=1)["next_cursor"]
    assert root.http.get("/admin/billing-events", params={"cursor": foreign}).status_code == 400
    assert root.http.get("/admin/billing-events?outcome=MAYBE").status_code in (400, 422)


def test_a_tenant_reads_no_event_of_the_provider(server, client):
    out = server.psql("aic_tenant", f"select set_config('aic.org_id', '{client.org_id}', false); select count(*) from billing_events")
    assert out.returncode != 0 and "permission denied" in out.stderr
