"""The payment provider's webhook, with events made and signed by Stripe's own library: whose they are, in which order they
arrive, how often."""
import json
import threading
import time
import uuid

import httpx
import pytest
import stripe

from conftest import Server, Tenant

OLD, NEW = "whsec_the_older_one_0123456789", "whsec_the_newer_one_9876543210"


@pytest.fixture(scope="module")
def paying():
    running = Server(environment={"STRIPE_WEBHOOK_SECRET": f"{OLD}, {NEW}"})
    yield running
    running.remove()


class Customer(Tenant):
    def __init__(self, server):
        super().__init__(server)
        self.customer, self.subscription = f"cus_{uuid.uuid4().hex}", f"sub_{uuid.uuid4().hex}"
        linked = server.psql("postgres", f"insert into subscriptions (org_id, provider_customer_id) values ('{self.org_id}', '{self.customer}')")
        assert linked.returncode == 0, linked.stderr

    def billing(self):
        return self.http.get("/billing").json()


@pytest.fixture
def customer(paying):
    return Customer(paying)


def event_of(kind, thing, at=None, event_id=None):
    made = stripe.Event.construct_from({"id": event_id or f"evt_{uuid.uuid4().hex}", "object": "event", "type": kind,
                                        "created": at or int(time.time()), "data": {"object": thing}}, "sk_test")
    return str(made)


def subscription_of(customer, status="active", plan="elevated", **more):
    return {"id": customer.subscription, "object": "subscription", "customer": customer.customer, "status": status,
            "metadata": {"org_id": customer.org_id},
            "items": {"data": [{"price": {"lookup_key": plan}, "current_period_end": 1893456000}]}, **more}


def signature_of(body, secret=NEW, at=None):
    at = at or int(time.time())
    return f"t={at},v1={stripe.WebhookSignature._compute_signature(f'{at}.{body}', secret)}"


def send(server, body, signature=None):
    return httpx.post(server.url + "/api/v1/billing/webhook", content=body,
                      headers={"Content-Type": "application/json", "Stripe-Signature": signature or signature_of(body)})


def sent(server, kind, thing, **more):
    answer = send(server, event_of(kind, thing, **more))
    assert answer.status_code == 200 and answer.json()["received"], answer.text
    return answer.json()["outcome"]


def test_our_signatures_are_those_that_the_library_itself_accepts():
    body = event_of("x", {"object": "subscription"})
    assert stripe.Webhook.construct_event(body, signature_of(body), NEW)["type"] == "x"


def test_a_subscription_moves_plan_and_status_and_the_plan_is_in_the_ledger(paying, customer):
    assert customer.billing()["plan"] is None
    assert sent(paying, "customer.subscription.created", subscription_of(customer)) == "APPLIED"
    now = customer.billing()
    assert (now["plan"], now["status"], now["period_end"]) == ("ELEVATED", "ACTIVE", "2030-01-01T00:00:00.000000Z")
    entries = customer.http.get("/ledger?action=PLAN_CHANGED").json()["items"]
    assert len(entries) == 1 and entries[0]["actor"] == "WEBHOOK"
    assert customer.http.get("/ledger/verify").json()["valid"]
    organization = customer.http.get("/organizations/current").json()
    assert (organization["tier"], organization["certification_status"]) == ("TIER_3", "DRAFT")


def test_a_missed_payment_is_made_good(paying, customer):
    start = int(time.time()) - 100
    sent(paying, "customer.subscription.updated", subscription_of(customer, "past_due"), at=start)
    assert customer.billing()["status"] == "PAST_DUE"
    sent(paying, "customer.subscription.updated", subscription_of(customer, "active"), at=start + 5)
    assert customer.billing()["status"] == "ACTIVE"


@pytest.mark.parametrize("secret", [OLD, NEW])
def test_each_of_two_secrets_is_good_while_one_is_rotated(paying, customer, secret):
    body = event_of("customer.subscription.updated", subscription_of(customer))
    assert send(paying, body, signature_of(body, secret)).status_code == 200


def test_a_bad_signature_changes_nothing(paying, customer):
    body = event_of("customer.subscription.updated", subscription_of(customer))
    now = int(time.time())
    good = signature_of(body)
    bad = {"other secret": signature_of(body, "whsec_of_somebody"), "too old": signature_of(body, at=now - 301 - 5),
           "from the future": signature_of(body, at=now + 301 + 5), "of another body": signature_of(body + " "),
           "none": "", "no hex": f"t={now},v1=zz", "only v0": good.replace("v1=", "v0="),
           "moved time": good.replace(f"t={now}", f"t={now - 1}")}
    for name, signature in bad.items():
        answer = httpx.post(paying.url + "/api/v1/billing/webhook", content=body,
                            headers={"Content-Type": "application/json", "Stripe-Signature": signature})
        assert answer.status_code == 400, name
    assert httpx.post(paying.url + "/api/v1/billing/webhook", content=body, headers={"Content-Type": "application/json"}).status_code == 400
    assert customer.billing()["status"] is not None and customer.billing()["plan"] is None
    event = json.loads(body)["id"]
    assert paying.psql("postgres", f"select count(*) from billing_events where provider_event_id = '{event}'").stdout.strip() == "0"


def test_the_same_event_delivered_at_once_is_taken_once(paying, customer):
    body = event_of("customer.subscription.created", subscription_of(customer))
    answers = []
    deliveries = [threading.Thread(target=lambda: answers.append(send(paying, body))) for _ in range(12)]
    for one in deliveries:
        one.start()
    for one in deliveries:
        one.join()
    assert [a.status_code for a in answers] == [200] * 12
    assert sorted(a.json()["outcome"] for a in answers) == ["APPLIED"] + ["DUPLICATE"] * 11
    assert len(customer.http.get("/ledger?action=PLAN_CHANGED").json()["items"]) == 1


def test_events_out_of_order_are_settled_by_their_own_time(paying, customer):
    start = int(time.time()) - 100
    assert sent(paying, "customer.subscription.deleted", subscription_of(customer, "canceled"), at=start + 9) == "APPLIED"
    assert sent(paying, "customer.subscription.updated", subscription_of(customer, "active"), at=start) == "STALE"
    assert sent(paying, "customer.subscription.updated", subscription_of(customer, "active"), at=start + 9) == "STALE"
    assert customer.billing()["status"] == "CANCELLED"
    again = subscription_of(customer, "active") | {"id": "sub_the_next"}
    assert sent(paying, "customer.subscription.created", again, at=start + 20) == "APPLIED"
    late_end = sent(paying, "customer.subscription.deleted", subscription_of(customer, "canceled"), at=start + 30)
    assert late_end == "STALE" and customer.billing()["status"] == "ACTIVE"


def test_an_event_whose_customer_is_not_the_organizations_changes_nothing(paying, customer):
    stranger = Customer(paying)
    crossed = subscription_of(customer) | {"metadata": {"org_id": stranger.org_id}}
    unknown = subscription_of(customer) | {"customer": "cus_nobody"}
    for thing in (crossed, unknown, crossed | {"metadata": {"org_id": "no id"}}, {"object": "subscription", "id": "sub_x", "status": "active"}):
        body = event_of("customer.subscription.updated", thing)
        answer = send(paying, body)
        assert answer.status_code == 200 and answer.json()["outcome"] == "UNMATCHED"
        kept = paying.psql("postgres", f"select outcome, org_id is null from billing_events where provider_event_id = '{json.loads(body)['id']}'")
        assert kept.stdout.strip() == "UNMATCHED|t"
    assert customer.billing()["plan"] is None and stranger.billing()["plan"] is None
    audited = paying.psql("postgres", "select count(*) from audit_log where event = 'billing_event_unmatched' and actor_kind = 'WEBHOOK'")
    assert int(audited.stdout) >= 4
    assert "billing_event_unmatched" in (paying.data / "log").read_text()


def test_an_unknown_type_is_kept(paying):
    assert sent(paying, "radar.early_fraud_warning.created", {"object": "x", "id": "x"}) == "KEPT"


def test_what_is_no_event_is_refused(paying):
    for body in ("", "[]", "{}", '{"id":"a"}', '{"id":"a","type":"b","created":"c","data":{"object":{}}}', "\xff", '{"id":"a","type":"b","created":1,"data":{"object":[]}}'):
        assert send(paying, body.encode("latin-1"), signature_of(body)).status_code == 400, body


def test_invoices_are_listed_with_their_newest_state(paying, customer):
    start = int(time.time()) - 100
    invoice = {"id": f"in_{uuid.uuid4().hex}", "object": "invoice", "customer": customer.customer, "number": "A-1", "amount_due": 120050,
               "amount_paid": 0, "currency": "zar", "status": "open", "created": start,
               "parent": {"subscription_details": {"metadata": {"org_id": customer.org_id}}}}
    assert sent(paying, "invoice.paid", invoice | {"status": "paid", "amount_paid": 120050}, at=start + 5) == "APPLIED"
    assert sent(paying, "invoice.finalized", invoice, at=start + 1) == "STALE"
    listed = customer.billing()["invoices"]
    assert [(i["number"], i["amount_due"], i["amount_paid"], i["currency"], i["status"]) for i in listed] == [("A-1", 120050, 120050, "ZAR", "PAID")]
    assert Customer(paying).billing()["invoices"] == []


def test_without_a_secret_billing_is_not_configured(server):
    body = event_of("x", {"object": "y"})
    assert send(server, body).status_code == 503


def test_a_tenant_cannot_write_what_the_provider_says(paying, customer):
    as_tenant = f"set aic.org_id = '{customer.org_id}'; "
    for statement in ("update subscriptions set status = 'ACTIVE'", "insert into invoices select from invoices", "select count(*) from billing_events",
                      f"insert into subscriptions (org_id, provider_customer_id) values ('{customer.org_id}', 'cus_mine')"):
        out = paying.psql("aic_tenant", as_tenant + statement)
        assert "permission denied" in out.stderr, statement
    older = f"update subscriptions set provider_at = '-infinity' where org_id = '{customer.org_id}'"
    sent(paying, "customer.subscription.updated", subscription_of(customer))
    assert "older than what is known" in paying.psql("aic_system", older).stderr
