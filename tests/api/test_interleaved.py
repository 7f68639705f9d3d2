"""Two hundred requests of twenty organizations and of the public, at random and at once over two connections: nobody's answer
holds anything of somebody else's, and each row lands where it belongs."""
import concurrent.futures
import random
import uuid

import httpx

from conftest import Server, Tenant

REQUESTS, ORGANIZATIONS, AT_ONCE = 200, 20, 16
STORY = "This was decided about me and nobody would tell me why."


class One:
    """An organization and all that bears its mark."""

    def __init__(self, server):
        self.org = Tenant(server)
        self.mark = f"mark{uuid.uuid4().hex[:12]}"
        self.slug = self.org.registered["organization"]["slug"]
        made = self.org.http.post("/incidents", json={"title": self.mark, "description": self.mark, "category": "BIAS"})
        self.incident = made.json()["id"]
        self.org.http.post("/leads", json={"email": f"{self.mark}@lead.example", "company": self.mark})
        self.lead = self.org.http.get("/leads").json()["items"][0]["id"]


def ask(server, everybody, number):
    choose = random.Random(number)
    one, foreign = choose.sample(everybody, 2)
    http, fresh = one.org.http, uuid.uuid4().hex[:16]
    public = httpx.Client(base_url=server.url + "/api/v1", timeout=30)
    kinds = {
        "incidents": lambda: http.get("/incidents?limit=100"),
        "incident": lambda: http.get(f"/incidents/{one.incident}"),
        "open": lambda: http.post("/incidents", json={"title": f"{one.mark} {fresh}", "description": "D", "category": "SAFETY"}),
        "note": lambda: http.post(f"/incidents/{one.incident}/messages", json={"body": f"{one.mark} {fresh}"}),
        "escalate": lambda: http.post("/incidents/escalate", json={}),
        "leads": lambda: http.get("/leads?limit=100"),
        "lead": lambda: http.post("/leads", json={"email": f"{one.mark}.{fresh}@lead.example"}),
        "report": lambda: public.post("/incidents/public", json={"organization": one.slug, "category": "BIAS", "description": f"{STORY} {one.mark}"}),
        "contact": lambda: public.post("/contact", json={"first_name": fresh, "email": f"{fresh}@public.example", "message": "Hello"}),
        "foreign incident": lambda: http.get(f"/incidents/{foreign.incident}"),
        "foreign status": lambda: http.post(f"/incidents/{foreign.incident}/status", json={"to": "INVESTIGATING"}),
        "foreign lead": lambda: http.get(f"/leads/{foreign.lead}"),
        "wrong": lambda: http.post(f"/incidents/{one.incident}/status", json={"to": "CLOSED"}),  # an error inside a transaction
        "revoked": lambda: httpx.get(server.url + "/api/v1/leads", headers={"Authorization": "Bearer nonsense"}),
        "audit": lambda: http.get("/audit-log?limit=50"),
        "me": lambda: http.get("/auth/me"),
    }
    kind = choose.choice(list(kinds))
    answer = kinds[kind]()
    allowed = {"foreign incident": 404, "foreign status": 404, "foreign lead": 404, "wrong": 409, "revoked": 401, "open": 201, "report": 201,
               "lead": 202, "contact": 202}.get(kind, 200)
    seen = [f"{kind}: {answer.status_code} {answer.text[:200]}"] if answer.status_code != allowed else []
    marks = {other.mark for other in everybody if other is not one} | {other.org.org_id for other in everybody if other is not one}
    return seen + [f"{kind} of {one.mark} told {mark}" for mark in marks if mark in answer.text]


def test_two_hundred_interleaved_requests_of_twenty_organizations_never_mix():
    server = Server(environment={"AIC_DATABASE_CONNECTIONS": "2", "AIC_THREADS": "8"})
    try:
        everybody = [One(server) for _ in range(ORGANIZATIONS)]
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as crowd:
            told = [line for lines in crowd.map(lambda number: ask(server, everybody, number), range(REQUESTS)) for line in lines]
        assert told == []
        for one in everybody:
            astray = server.psql("postgres", f"""select (select count(*) from incidents where (title like '%{one.mark}%' or description like '%{one.mark}%') and org_id <> '{one.org.org_id}')
                + (select count(*) from leads where email like '%{one.mark}%' and org_id <> '{one.org.org_id}')
                + (select count(*) from incident_events where body like '%{one.mark}%' and org_id <> '{one.org.org_id}')""")
            assert astray.stdout.strip() == "0"
            assert one.org.http.get("/ledger/verify").json()["valid"] and one.org.http.get("/audit-log/verify").json()["valid"]
        public = server.psql("postgres", "select count(*) from leads l join organizations o on o.id = l.org_id where email like '%@public.example' and o.kind <> 'OPERATOR'")
        assert public.stdout.strip() == "0"
    finally:
        server.remove()
