"""People: who they are, what they may do and who may change it, the last administrator, going and being erased."""
import json
import uuid
from concurrent.futures import ThreadPoolExecutor

import httpx
import pyotp
import pytest

from conftest import PASSWORD, Tenant
from people import Member, change, told, without_walls


@pytest.fixture
def org(server):
    return Tenant(server)


def me(org):
    return org.registered["user"]["id"]


def enrol(person):
    secret = person.http.post("/auth/mfa/setup", json={}).json()["secret"]
    answer = person.http.post("/auth/mfa/enable", json={"code": pyotp.TOTP(secret).now()})
    assert answer.status_code == 200, answer.text
    person.http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    person.http.cookies.clear()
    return secret


# ------------------------------------------------------------------ reading


def test_the_list_is_filtered_and_paged(server, org):
    viewer, auditor = Member(org), Member(org, "AUDITOR")
    names = [item["role"] for item in org.http.get("/users").json()["items"]]
    assert names == ["ADMIN", "AUDITOR", "VIEWER"]
    assert [p["id"] for p in org.http.get("/users", params={"role": "AUDITOR"}).json()["items"]] == [auditor.id]
    assert [p["id"] for p in org.http.get("/users", params={"q": viewer.email[:20]}).json()["items"]] == [viewer.id]
    first = org.http.get("/users", params={"limit": 2}).json()
    rest = org.http.get("/users", params={"limit": 2, "cursor": first["next_cursor"]}).json()
    assert [p["id"] for p in first["items"] + rest["items"]] == [me(org), auditor.id, viewer.id] and rest["next_cursor"] is None
    for _ in range(5):
        viewer.sign_in("wrong guess of a password")
    assert [p["id"] for p in org.http.get("/users", params={"status": "LOCKED"}).json()["items"]] == [viewer.id]
    locked = org.http.get(f"/users/{viewer.id}").json()
    assert locked["locked_until"] and locked["mfa_enabled"] is False and locked["mfa_required"] is False and locked["email_verified"] is False and locked["last_login_at"]
    assert org.http.post(f"/users/{viewer.id}/unlock").status_code == 204
    assert org.http.get(f"/users/{viewer.id}").json()["locked_until"] is None
    org.http.post(f"/users/{viewer.id}/deactivate")
    assert [p["id"] for p in org.http.get("/users", params={"status": "DEACTIVATED"}).json()["items"]] == [viewer.id]
    assert len(org.http.get("/users", params={"status": "ACTIVE"}).json()["items"]) == 2


def test_colleagues_see_who_is_there_and_not_how_they_sign_in(org):
    viewer = Member(org)
    private = ("email_verified", "mfa_enabled", "mfa_required", "last_login_at", "locked_until", "mfa_reset_asked_by")
    for row in [*viewer.http.get("/users").json()["items"], viewer.http.get(f"/users/{me(org)}").json()]:
        assert all(row[name] is None for name in private) and row["name"] and row["email"]
    assert viewer.http.get("/users", params={"status": "LOCKED"}).status_code == 403
    assert viewer.http.get(f"/users/{viewer.id}").json()["mfa_enabled"] is False  # of oneself everything


def test_who_does_not_manage_people_changes_nobody(org):
    officer, viewer = Member(org, "COMPLIANCE_OFFICER"), Member(org)
    for answer in (change(officer.http, viewer.id, role="AUDITOR"), officer.http.post(f"/users/{viewer.id}/deactivate"), officer.http.post(f"/users/{viewer.id}/reactivate"),
                   officer.http.post(f"/users/{viewer.id}/reset-mfa"), officer.http.delete(f"/users/{viewer.id}"), officer.http.post(f"/users/{viewer.id}/unlock")):
        assert answer.status_code == 403


# ------------------------------------------------------------------ roles


def test_a_role_moves_with_its_entry_and_ends_the_old_ones_sessions(server, org):
    viewer = Member(org)
    before = org.http.get("/ledger/verify").json()["checked"]
    changed = change(org.http, viewer.id, role="AUDITOR", name="Max Auditor")
    assert changed.status_code == 200 and changed.json()["role"] == "AUDITOR" and changed.json()["name"] == "Max Auditor"
    verdict = org.http.get("/ledger/verify").json()
    assert verdict["valid"] and verdict["checked"] == before + 1
    entry = org.http.get("/ledger", params={"subject_id": viewer.id}).json()["items"][0]
    assert entry["action"] == "PERMISSION_CHANGED" and entry["id"] == told(server, f"select ledger_entry_id from users where id = '{viewer.id}'")
    assert viewer.http.get("/auth/me").status_code == 401 and viewer.refresh().status_code == 401
    assert viewer.sign_in().json()["user"]["role"] == "AUDITOR"
    row = org.http.get("/audit-log", params={"event": "role_changed"}).json()["items"][0]
    assert row["subject_id"] == viewer.id and "AUDITOR" in org.http.get(f"/audit-log/{row['id']}").text


def test_a_name_alone_needs_no_entry_and_ends_nothing(org):
    viewer = Member(org)
    before = org.http.get("/ledger/verify").json()["checked"]
    assert change(org.http, viewer.id, name="Maxine", locale="fr", role="VIEWER").json()["locale"] == "fr"
    assert org.http.get("/ledger/verify").json()["checked"] == before
    assert viewer.http.get("/auth/me").json()["user"]["name"] == "Maxine"


def test_a_stale_version_changes_nothing(org):
    viewer = Member(org)
    assert change(org.http, viewer.id, name="One").status_code == 200
    assert org.http.patch(f"/users/{viewer.id}", json={"name": "Two"}, headers={"If-Match": '"1"'}).status_code == 412
    assert org.http.patch(f"/users/{viewer.id}", json={"name": "Two"}).status_code == 412


def test_nobody_changes_his_own_role_or_shuts_himself_out(org):
    Member(org, "ADMIN")
    assert change(org.http, me(org), role="VIEWER").status_code == 403
    assert change(org.http, me(org), name="Ada Administrator").status_code == 200
    for answer in (org.http.post(f"/users/{me(org)}/deactivate"), org.http.post(f"/users/{me(org)}/reset-mfa"), org.http.delete(f"/users/{me(org)}")):
        assert answer.status_code == 403


def test_a_super_admin_is_changed_by_none_but_his_like(server, org):
    boss = Member(org)
    without_walls(server, f"update users set is_super_admin = true where id = '{boss.id}'")
    for answer in (change(org.http, boss.id, role="AUDITOR"), org.http.post(f"/users/{boss.id}/deactivate"), org.http.delete(f"/users/{boss.id}")):
        assert answer.status_code == 403


# ------------------------------------------------------------------ the last administrator


def test_the_last_administrator_stays(server, org):
    second = Member(org, "ADMIN")
    assert change(second.http, me(org), role="VIEWER").status_code == 200
    org.sign_in()
    third = Member(second, "ADMIN")
    assert second.http.post(f"/users/{third.id}/deactivate").status_code == 200
    gone = second.http.post("/auth/delete-account", json={"password": PASSWORD})
    assert gone.status_code == 409 and "at least one active administrator" in gone.text
    assert second.http.get("/auth/me").status_code == 200
    assert second.http.post(f"/users/{third.id}/reactivate").status_code == 200
    assert second.http.post("/auth/delete-account", json={"password": PASSWORD}).status_code == 204


@pytest.mark.parametrize("how", ["demote", "deactivate", "delete"])
def test_two_administrators_who_put_each_other_out_at_once_leave_one(server, how):
    for _ in range(4):
        org = Tenant(server)
        second = Member(org, "ADMIN")
        versions = {id: org.http.get(f"/users/{id}").json()["version"] for id in (me(org), second.id)}

        def put_out(pair):
            http, id = pair
            if how == "demote":
                return http.patch(f"/users/{id}", json={"role": "VIEWER"}, headers={"If-Match": f'"{versions[id]}"'}).status_code
            return (http.post(f"/users/{id}/deactivate") if how == "deactivate" else http.delete(f"/users/{id}")).status_code

        with ThreadPoolExecutor(2) as both:
            answers = sorted(both.map(put_out, [(org.http, second.id), (second.http, me(org))]))
        assert answers[0] in (200, 204) and answers[1] in (401, 403, 409), answers
        assert told(server, f"select count(*) from users where org_id = '{org.org_id}' and role = 'ADMIN' and is_active") == "1"


# ------------------------------------------------------------------ deactivating


def test_who_is_deactivated_is_out_at_once_and_stays_out(org):
    viewer = Member(org)
    assert viewer.http.get("/auth/me").status_code == 200
    assert org.http.post(f"/users/{viewer.id}/deactivate").json()["is_active"] is False
    assert viewer.http.get("/auth/me").status_code == 401 and viewer.http.get("/systems").status_code == 401
    assert viewer.refresh().status_code == 401
    refused = viewer.sign_in()
    assert refused.status_code == 401 and refused.json()["detail"] == "E-mail or password is wrong."
    assert org.http.post(f"/users/{viewer.id}/deactivate").status_code == 409
    assert org.http.post(f"/users/{viewer.id}/reactivate").json()["is_active"] is True
    assert viewer.sign_in().status_code == 200
    assert {"user_deactivated", "user_reactivated"} <= {row["event"] for row in org.http.get("/audit-log").json()["items"]}


def test_no_session_begins_while_its_person_is_deactivated(server, org):
    """Refreshing and deactivating at the same moment: whichever comes first, nothing that is handed out still opens a door."""
    for _ in range(4):
        viewer = Member(org)
        with ThreadPoolExecutor(2) as both:
            renewed = both.submit(viewer.refresh)
            assert both.submit(org.http.post, f"/users/{viewer.id}/deactivate").result().status_code == 200
            answer = renewed.result()
        assert answer.status_code in (200, 401), answer.text
        if answer.status_code == 200:
            assert httpx.get(server.url + "/api/v1/auth/me", headers={"Authorization": f"Bearer {answer.json()['access_token']}"}).status_code == 401
        assert told(server, f"select count(*) from sessions where user_id = '{viewer.id}' and revoked_at is null") == "0"


# ------------------------------------------------------------------ the second factor of others


def test_an_administrator_resets_a_lost_second_factor(org):
    viewer = Member(org)
    assert org.http.post(f"/users/{viewer.id}/reset-mfa").status_code == 409  # there is none
    enrol(viewer)
    assert org.http.post(f"/users/{viewer.id}/reset-mfa").json() == {"state": "DONE"}
    assert viewer.http.get("/auth/me").status_code == 401
    assert "access_token" in viewer.sign_in().json() and viewer.http.get("/auth/mfa").json() == {"enabled": False, "required": False, "methods": [], "recovery_codes_left": 0}
    row = org.http.get("/audit-log", params={"event": "mfa_reset"}).json()["items"][0]
    assert row["subject_id"] == viewer.id and row["actor_id"] == me(org)


def give_passkey(server, person):
    """And a challenge that waits for its answer; as the database keeps them."""
    without_walls(server, f"""
        insert into webauthn_credentials (org_id, user_id, credential_id, public_key, sign_count, name, backup_eligible, backed_up)
        select org_id, id, sha256(id::text::bytea), repeat('k', 80)::bytea, 0, 'Key of ' || email, false, false from users where id = '{person.id}';
        insert into webauthn_challenges (challenge_hash, purpose, org_id, user_id, expires_at)
        select sha256(email::bytea), 'REGISTER', org_id, id, now() + interval '5 minutes' from users where id = '{person.id}'""")


def kept_of_passkeys(server, person):
    return told(server, f"""select (select count(*) from webauthn_credentials where user_id = '{person.id}')
        + (select count(*) from webauthn_challenges where user_id = '{person.id}')""")


def test_a_passkey_is_a_second_factor_that_a_reset_takes_away(server, org):
    viewer, other = Member(org), Member(org)
    give_passkey(server, viewer)
    give_passkey(server, other)
    assert org.http.get(f"/users/{viewer.id}").json()["mfa_enabled"] is True
    assert {row["id"]: row["mfa_enabled"] for row in org.http.get("/users").json()["items"]}[viewer.id] is True
    assert viewer.http.get("/auth/me/export").json()["profile"]["mfa_enabled"] is True
    assert viewer.sign_in().json()["mfa_methods"] == ["passkey", "recovery_code"]
    assert org.http.post(f"/users/{viewer.id}/reset-mfa").json() == {"state": "DONE"}
    assert kept_of_passkeys(server, viewer) == "0" and kept_of_passkeys(server, other) == "2"
    assert "access_token" in viewer.sign_in().json() and org.http.get(f"/users/{viewer.id}").json()["mfa_enabled"] is False
    assert org.http.post(f"/users/{viewer.id}/reset-mfa").status_code == 409


def test_a_super_admins_takes_two_different_administrators(server, org):
    boss, second, third = Member(org), Member(org, "ADMIN"), Member(org, "ADMIN")
    enrol(boss)
    without_walls(server, f"update users set is_super_admin = true where id = '{boss.id}'")
    reset = f"/users/{boss.id}/reset-mfa"
    for _ in range(2):
        assert org.http.post(reset).json() == {"state": "WAITING"}  # asking twice is not two
    assert second.http.get(f"/users/{boss.id}").json()["mfa_reset_asked_by"] == me(org)
    assert boss.http.get("/auth/mfa").json()["enabled"] is True
    assert second.http.post(f"/users/{me(org)}/deactivate").status_code == 200  # who asked has gone: his word counts no more
    assert second.http.post(reset).json() == {"state": "WAITING"}
    assert third.http.post(reset).json() == {"state": "DONE"}
    assert boss.http.get("/auth/me").status_code == 401 and second.http.get(f"/users/{boss.id}").json()["mfa_enabled"] is False
    assert {"mfa_reset_asked", "mfa_reset"} <= {row["event"] for row in second.http.get("/audit-log").json()["items"]}


def test_the_certification_bodys_own_people_take_two_as_well(server, org):
    def staff(role):
        """Of the operator, whom nobody registers, with the password of the organization's administrator."""
        person = Member.__new__(Member)
        person.server, person.email = server, f"{uuid.uuid4().hex}@example.com"
        without_walls(server, f"""insert into users (org_id, name, email, password_hash, role)
            select o.id, 'Staff', '{person.email}', u.password_hash, '{role}' from organizations o, users u where o.kind = 'OPERATOR' and u.id = '{me(org)}'""")
        assert person.sign_in().status_code == 200
        return person

    auditor, first, second = staff("AUDITOR"), staff("ADMIN"), staff("ADMIN")
    enrol(auditor)
    assert first.http.post(f"/users/{auditor.id}/reset-mfa").json() == {"state": "WAITING"}
    assert first.http.post(f"/users/{auditor.id}/reset-mfa").json() == {"state": "WAITING"}
    assert second.http.post(f"/users/{auditor.id}/reset-mfa").json() == {"state": "DONE"}
    assert auditor.http.get("/auth/me").status_code == 401
    for person in (auditor, first):
        assert second.http.delete(f"/users/{person.id}").status_code == 204


# ------------------------------------------------------------------ deleting


def remains(server, person, email):
    return told(server, f"""select coalesce(string_agg(t, ''), '') from (
        select u::text as t from users u union all select s::text from sessions s union all select i::text from invite_codes i
        union all select c::text from mfa_recovery_codes c where user_id = '{person}' union all select k::text from idempotency_keys k where actor_id = '{person}'
        union all select a::text from audit_log a) x where t like '%{email}%'""")


def test_who_is_deleted_leaves_a_tombstone_and_nothing_personal(server, org):
    auditor = Member(org, "AUDITOR", email=None)
    enrol(auditor)
    give_passkey(server, auditor)
    auditor.http.post("/incidents", json={"title": "Letters", "description": "Two letters went out.", "category": "BIAS"}, headers={"Idempotency-Key": uuid.uuid4().hex})
    assert org.http.delete(f"/users/{auditor.id}").status_code == 204
    assert auditor.http.get("/auth/me").status_code == 401 and auditor.refresh().status_code == 401 and auditor.sign_in().status_code == 401
    assert remains(server, auditor.id, auditor.email) == ""
    row = json.loads(told(server, f"select row_to_json(u) from users u where id = '{auditor.id}'"))
    assert (row["name"], row["email"], row["password_hash"], row["mfa_secret"], row["is_active"], row["role"]) == ("Deleted person", f"deleted-{auditor.id}@deleted.invalid", None, None, False, "AUDITOR")
    assert told(server, f"select count(*) from sessions where user_id = '{auditor.id}' and (ip is not null or user_agent is not null or revoked_at is null)") == "0"
    assert told(server, f"select count(*) from mfa_recovery_codes where user_id = '{auditor.id}'") == "0" and kept_of_passkeys(server, auditor) == "0"
    assert org.http.get(f"/users/{auditor.id}").status_code == 404 and auditor.id not in org.http.get("/users").text
    for answer in (org.http.delete(f"/users/{auditor.id}"), org.http.post(f"/users/{auditor.id}/reactivate")):
        assert answer.status_code == 404
    assert org.http.get("/ledger/verify").json()["valid"] is True
    # The address is free again, and the tombstone's own is nobody's way in.
    assert httpx.post(server.url + "/api/v1/auth/login", json={"email": row["email"], "password": PASSWORD}).status_code == 401
    again = httpx.post(server.url + "/api/v1/auth/register", json={"organization": "New", "name": "A", "email": auditor.email, "password": PASSWORD})
    assert again.status_code == 201 and httpx.post(server.url + "/api/v1/auth/login", json={"email": auditor.email, "password": PASSWORD}).status_code == 200


def test_one_deletes_ones_own_account_with_password_and_code(server, org):
    viewer = Member(org)
    secret = enrol(viewer)
    assert viewer.http.post("/auth/delete-account", json={"password": "not the right password"}).json()["errors"][0]["pointer"] == "/password"
    assert viewer.http.post("/auth/delete-account", json={"password": PASSWORD}).json()["errors"][0]["pointer"] == "/code"
    without_walls(server, f"update users set mfa_last_counter = 0 where id = '{viewer.id}'")
    gone = viewer.http.post("/auth/delete-account", json={"password": PASSWORD, "code": pyotp.TOTP(secret).now()})
    assert gone.status_code == 204 and "aic_access=;" in gone.headers["Set-Cookie"].replace('""', "")
    assert viewer.http.get("/auth/me").status_code == 401 and remains(server, viewer.id, viewer.email) == ""
    assert "user_deleted" in {row["event"] for row in org.http.get("/audit-log").json()["items"]}


# ------------------------------------------------------------------ oneself


def test_ones_own_name_and_language(org):
    viewer = Member(org)
    changed = viewer.http.patch("/auth/me", json={"name": "Maxine", "locale": "zu"})
    assert changed.status_code == 200 and viewer.http.get("/auth/me").json()["user"]["locale"] == "zu" and viewer.http.get("/auth/me").json()["user"]["name"] == "Maxine"
    assert viewer.http.patch("/auth/me", json={"role": "ADMIN", "name": "M"}).status_code in (200, 422) and viewer.http.get("/auth/me").json()["role"] == "VIEWER"
    assert viewer.http.patch("/auth/me", json={"locale": "xx"}).status_code == 422


def test_a_copy_of_what_is_kept_about_oneself(server, org, other):
    viewer = Member(org)
    change(org.http, viewer.id, name="Max Changed")
    copy = viewer.http.get("/auth/me/export")
    assert copy.status_code == 200 and copy.headers["Content-Disposition"] == 'attachment; filename="my-data.json"'
    data = copy.json()
    assert data["profile"]["email"] == viewer.email and data["profile"]["name"] == "Max Changed" and data["profile"]["organization"] == org.name
    assert len(data["sessions"]) == 1 and data["sessions"][0]["ip"]
    changed = next(event for event in data["events"] if event["event"] == "person_changed")
    assert changed["by_me"] is False and changed["ip"] is None and changed["user_agent"] is None
    assert org.email not in copy.text and other.email not in copy.text and "argon2" not in copy.text and "secret" not in copy.text
    assert "data_exported" in {row["event"] for row in org.http.get("/audit-log").json()["items"]}


def test_an_administrator_signs_somebody_out_everywhere(server, org):
    person = Member(org, "VIEWER")
    answer = org.http.post(f"/users/{person.id}/end-sessions")
    assert answer.status_code == 200 and answer.json() == {"ended": 1}
    assert person.http.get("/auth/me").status_code == 401 and person.refresh().status_code == 401
    assert person.sign_in().status_code == 200
    assert org.http.post(f"/users/{org.registered['user']['id']}/end-sessions").status_code == 403
