"""Invitations: made, shown once, looked at, accepted once each and no oftener, revoked; nobody learns from one whose address is known."""
import hashlib
import uuid
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from conftest import PASSWORD, Server, Tenant
from people import Member, accept, look, told, without_walls


@pytest.fixture
def org(server):
    return Tenant(server)


def address():
    return f"{uuid.uuid4().hex}@example.com"


def invite(org, **body):
    answer = org.http.post("/invites", json={"role": "VIEWER", **body})
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_the_link_is_shown_once_and_only_its_hash_is_kept(server, org):
    made = invite(org)
    assert made["link"] == f"{server.url}/app/invite?token={made['token']}" and made["token"].startswith(made["prefix"]) and len(made["token"]) == 43
    assert made["status"] == "OPEN" and made["uses"] == 0 and made["max_uses"] == 1 and made["email"] is None
    listed = org.http.get("/invites")
    assert [item["id"] for item in listed.json()["items"]] == [made["id"]] and made["token"] not in listed.text and "link" not in listed.json()["items"][0]
    row = told(server, f"select row_to_json(i) from invite_codes i where id = '{made['id']}'")
    assert made["token"] not in row and hashlib.sha256(made["token"].encode()).hexdigest() in row
    assert made["token"] not in told(server, "select coalesce(string_agg(a::text, ''), '') from audit_log a") + told(server, "select coalesce(string_agg(reply, ''), '') from idempotency_keys")


def test_who_is_invited_sees_what_for_and_comes_in(server, org):
    made = invite(org, role="AUDITOR")
    seen = look(server, made["token"])
    assert seen.status_code == 200 and seen.headers["Cache-Control"] == "no-store"
    assert (seen.json()["organization"], seen.json()["role"], seen.json()["email"], seen.json()["invited_by"]) == (org.name, "AUDITOR", None, "Ada Admin")
    email = address()
    answer = accept(server, made["token"], email=email)
    assert answer.status_code == 200 and answer.json()["user"]["role"] == "AUDITOR" and answer.cookies.get("aic_refresh"), answer.text
    me = httpx.get(server.url + "/api/v1/auth/me", headers={"Authorization": f"Bearer {answer.json()['access_token']}"}).json()
    assert me["organization"]["id"] == org.org_id and me["user"]["email"] == email and me["role"] == "AUDITOR"
    assert httpx.post(server.url + "/api/v1/auth/login", json={"email": email, "password": PASSWORD}).status_code == 200
    assert org.http.get("/invites").json()["items"][0]["status"] == "USED"
    # Whoever made the link could have followed it: it proves no address.
    assert told(server, f"select is_active, email_verified_at is null, ledger_entry_id is not null from users where email = '{email}'") == "t|t|t"
    assert org.http.get("/ledger/verify").json()["valid"] is True


def test_whose_role_needs_a_second_factor_sets_it_up_first():
    server = Server(environment={"AIC_MFA": "required"})
    try:
        admin = Tenant.__new__(Tenant)
        admin.server, admin.http = server, httpx.Client(base_url=server.url + "/api/v1", timeout=60)
        email = address()
        assert admin.http.post("/auth/register", json={"organization": "Strict", "name": "Ada", "email": email, "password": PASSWORD}).status_code == 201
        import pyotp
        token = admin.http.post("/auth/login", json={"email": email, "password": PASSWORD}).json()["mfa_token"]
        secret = admin.http.post("/auth/mfa/setup", json={"mfa_token": token}).json()["secret"]
        answer = admin.http.post("/auth/mfa/enable", json={"mfa_token": token, "code": pyotp.TOTP(secret).now()})
        admin.http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        admin.http.cookies.clear()
        officer = accept(server, invite(admin, role="COMPLIANCE_OFFICER")["token"], email=address())
        assert officer.status_code == 200 and set(officer.json()) == {"mfa_setup_required", "mfa_token"} and not officer.cookies, officer.text
        begun = httpx.post(server.url + "/api/v1/auth/mfa/setup", json={"mfa_token": officer.json()["mfa_token"]})
        assert begun.status_code == 200, begun.text
        # The answer for an address that is known is of the same form; it opens nothing.
        taken = accept(server, invite(admin, role="COMPLIANCE_OFFICER")["token"], email=email)
        assert taken.status_code == 200 and set(taken.json()) == {"mfa_setup_required", "mfa_token"} and not taken.cookies
        assert httpx.post(server.url + "/api/v1/auth/mfa/setup", json={"mfa_token": taken.json()["mfa_token"]}).status_code == 401
        # The organization wants it of all: who has none is asked at the next refresh, and at the next sign-in.
        viewer = address()
        in_already = accept(server, invite(admin, role="VIEWER")["token"], email=viewer)
        assert in_already.json()["access_token"]
        version = admin.http.get("/organizations/current").json()["version"]
        wanted = admin.http.patch("/organizations/current", json={"mfa_required": True}, headers={"If-Match": f'"{version}"'})
        assert wanted.status_code == 200 and wanted.json()["mfa_required"] is True
        again = httpx.post(server.url + "/api/v1/auth/refresh", cookies={"aic_refresh": in_already.cookies["aic_refresh"]}, headers={"Origin": server.url})
        assert again.status_code == 401
        assert httpx.post(server.url + "/api/v1/auth/login", json={"email": viewer, "password": PASSWORD}).json()["mfa_setup_required"] is True
        assert accept(server, invite(admin, role="VIEWER")["token"], email=address()).json()["mfa_setup_required"] is True
    finally:
        server.remove()


def test_an_address_with_an_account_is_told_in_no_way(server, org, other):
    """Same status, form, cookies and use of the invitation; what comes back opens nothing, and its owner is left alone."""
    new = accept(server, invite(org)["token"], email=address())
    link = invite(org)
    known = accept(server, link["token"], email=other.email)
    assert new.status_code == known.status_code == 200 and known.json().keys() == new.json().keys() and known.json()["user"].keys() == new.json()["user"].keys()
    assert set(known.cookies) == set(new.cookies) and len(known.json()["access_token"]) == pytest.approx(len(new.json()["access_token"]), abs=4)
    assert known.json()["user"]["email"] == other.email and known.json()["user"]["id"] != other.registered["user"]["id"]
    assert look(server, link["token"]).status_code == 410
    for path in ("/auth/me", "/systems", "/users", "/auth/sessions"):
        assert httpx.get(server.url + "/api/v1" + path, headers={"Authorization": f"Bearer {known.json()['access_token']}"}).status_code == 401, path
    assert httpx.post(server.url + "/api/v1/auth/refresh", cookies={"aic_refresh": known.cookies["aic_refresh"]}, headers={"Origin": server.url}).status_code == 401
    assert told(server, f"select count(*) from users where email = '{other.email}' and org_id = '{other.org_id}'") == "1"
    other.sign_in()
    assert other.email not in org.http.get("/users").text
    events = other.http.get("/audit-log", params={"event": "invite_address_taken"}).json()["items"]
    assert len(events) == 1 and events[0]["subject_id"] == other.registered["user"]["id"] and events[0]["ip"]
    assert org.http.get("/audit-log", params={"event": "invite_address_taken"}).json()["items"] == []


def test_inviting_a_known_address_tells_only_what_the_own_list_tells(server, org, other):
    assert org.http.post("/invites", json={"role": "VIEWER", "email": other.email}).status_code == 201
    mine = org.http.post("/users", json={"role": "VIEWER", "email": org.email, "name": "Me"})
    assert mine.status_code == 409 and mine.json()["errors"][0]["pointer"] == "/email"


def test_one_that_is_bound_is_for_that_address(server, org):
    email = address()
    made = org.http.post("/users", json={"name": "Thandi", "email": email.upper(), "role": "COMPLIANCE_OFFICER"}).json()
    assert (look(server, made["token"]).json()["email"], look(server, made["token"]).json()["name"]) == (email, "Thandi")
    wrong = accept(server, made["token"], email=address())
    assert wrong.status_code == 422 and wrong.json()["errors"][0]["pointer"] == "/email"
    assert accept(server, made["token"]).json()["user"]["email"] == email
    assert accept(server, invite(org)["token"]).json()["errors"][0]["pointer"] == "/email"  # not bound: it has to be given


def test_a_weak_password_spends_nothing(server, org):
    made = invite(org)
    weak = accept(server, made["token"], email=address(), password="password1234")
    assert weak.status_code == 422 and weak.json()["errors"][0]["pointer"] == "/password"
    assert look(server, made["token"]).status_code == 200


@pytest.mark.parametrize("body", [{"max_uses": 51}, {"max_uses": 0}, {"expires_in_days": 31}, {"expires_in_days": 0}, {"role": "SUPER"}, {"max_uses": 2, "email": "a@b.example"}])
def test_what_cannot_be_promised_is_refused(org, body):
    assert org.http.post("/invites", json={"role": "VIEWER", **body}).status_code == 422


def test_twenty_at_once_and_it_is_good_for_five(server, org):
    made = invite(org, max_uses=5, expires_in_days=30)
    with ThreadPoolExecutor(20) as crowd:
        answers = list(crowd.map(lambda _: accept(server, made["token"], email=address()).status_code, range(20)))
    assert sorted(answers) == [200] * 5 + [410] * 15
    assert told(server, f"select uses from invite_codes where id = '{made['id']}'") == "5"
    assert told(server, f"select count(*) from users where org_id = '{org.org_id}'") == "6"


def test_two_at_once_with_one_address_make_one_person(server, org):
    made, email = invite(org, max_uses=8), address()
    with ThreadPoolExecutor(8) as crowd:
        answers = list(crowd.map(lambda _: accept(server, made["token"], email=email), range(8)))
    assert {answer.status_code for answer in answers} <= {200, 409} and all("in use" not in answer.text for answer in answers)
    assert told(server, f"select count(*) from users where email = '{email}'") == "1"


def test_revoked_expired_and_unknown(server, org, other):
    made = invite(org)
    assert org.http.delete(f"/invites/{made['id']}").status_code == 204
    assert org.http.delete(f"/invites/{made['id']}").status_code == 204
    assert look(server, made["token"]).status_code == 410 and accept(server, made["token"], email=address()).status_code == 410
    assert org.http.get("/invites", params={"status": "REVOKED"}).json()["items"][0]["id"] == made["id"]
    late = invite(org)
    without_walls(server, f"update invite_codes set expires_at = now() - interval '1 second' where id = '{late['id']}'")
    assert look(server, late["token"]).status_code == 410 and accept(server, late["token"], email=address()).status_code == 410
    assert org.http.get("/invites", params={"status": "EXPIRED"}).json()["items"][0]["id"] == late["id"]
    nothing = [look(server, token) for token in ("x", "A" * 43, made["token"][:-1])]
    assert {(answer.status_code, answer.json()["detail"]) for answer in nothing} == {(404, nothing[0].json()["detail"])}
    assert accept(server, "A" * 43, email=address()).status_code == 404
    assert other.http.delete(f"/invites/{late['id']}").status_code == 404


def test_only_who_manages_people_invites_and_no_higher_than_himself(server, org):
    officer = Member(org, "COMPLIANCE_OFFICER")
    for call in (officer.http.get("/invites"), officer.http.post("/invites", json={"role": "VIEWER"}), officer.http.post("/users", json={"role": "VIEWER", "name": "N", "email": address()})):
        assert call.status_code == 403
    assert accept(server, invite(org, role="ADMIN")["token"], email=address()).json()["user"]["role"] == "ADMIN"


@pytest.mark.parametrize("end", ["demote", "deactivate", "delete"])
def test_the_invitations_of_somebody_who_goes_go_with_him(server, org, end):
    """Or an administrator who is put out would leave himself a door open."""
    second = Member(org, "ADMIN")
    door = invite(second, role="ADMIN", max_uses=50)
    mine = invite(org)
    if end == "demote":
        version = org.http.get(f"/users/{second.id}").json()["version"]
        assert org.http.patch(f"/users/{second.id}", json={"role": "VIEWER"}, headers={"If-Match": f'"{version}"'}).status_code == 200
    elif end == "deactivate":
        assert org.http.post(f"/users/{second.id}/deactivate").status_code == 200
    else:
        assert org.http.delete(f"/users/{second.id}").status_code == 204
    assert accept(server, door["token"], email=address()).status_code == 410
    assert look(server, mine["token"]).status_code == 200


def test_no_invitation_outlives_the_role_of_its_maker(server, org):
    """Inviting and being demoted at the same moment."""
    for _ in range(4):
        second = Member(org, "ADMIN")
        version = org.http.get(f"/users/{second.id}").json()["version"]
        with ThreadPoolExecutor(9) as crowd:
            made = [crowd.submit(second.http.post, "/invites", json={"role": "ADMIN"}) for _ in range(8)]
            demoted = crowd.submit(org.http.patch, f"/users/{second.id}", json={"role": "VIEWER"}, headers={"If-Match": f'"{version}"'})
        assert demoted.result().status_code == 200
        assert {answer.result().status_code for answer in made} <= {201, 401}
        assert told(server, f"select count(*) from invite_codes where created_by = '{second.id}' and revoked_at is null") == "0"


def test_inviting_revoking_and_accepting_are_on_record(server, org):
    made = invite(org, role="AUDITOR", email=address())
    answer = accept(server, made["token"])
    gone = invite(org)
    org.http.delete(f"/invites/{gone['id']}")
    rows = {row["event"]: row for row in org.http.get("/audit-log").json()["items"]}
    assert rows["user_invited"]["subject_type"] == rows["invite_revoked"]["subject_type"] == "invite"
    assert rows["invite_accepted"]["subject_id"] == answer.json()["user"]["id"] and rows["invite_accepted"]["subject_type"] == "user"
    detail = org.http.get(f"/audit-log/{rows['invite_accepted']['id']}").text
    assert made["email"] not in detail and "AUDITOR" in detail
