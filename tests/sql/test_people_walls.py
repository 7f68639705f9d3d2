"""What the database refuses of people and invitations, whoever asks: the roles of the program, and the superuser too."""
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from conftest import Tenant
from people import Member, told


@pytest.fixture
def org(server):
    return Tenant(server)


def as_role(server, role, org, sql):
    return server.psql(role, f"set aic.org_id = '{org.org_id}'; set aic.actor_kind = 'SYSTEM'; {sql}")


def with_entry(server, role, org, id, column, value, about=None, content=None):
    """A change that appends its entry in the same transaction, or one that pretends to."""
    content = content or f"""{{"id":"{id}","is_super_admin":false,"role":"{value}"}}"""
    return as_role(server, role, org, f"""begin; update users set {column} = '{value}',
        ledger_entry_id = ledger_append('PERMISSION_CHANGED', 'user', '{about or id}', '{content}') where id = '{id}'; commit""")


@pytest.mark.parametrize("role", ["aic_tenant", "aic_system", "postgres"])
def test_a_role_does_not_move_without_its_entry(server, org, role):
    viewer = Member(org)
    wanted = f"update users set role = 'ADMIN' where id = '{viewer.id}'"
    assert "of another transaction" in as_role(server, role, org, wanted).stderr  # the one of the role that he has
    assert "needs a ledger entry" in as_role(server, role, org, wanted.replace("set ", "set ledger_entry_id = null, ")).stderr
    entry = told(server, f"select id from ledger_entries where org_id = '{org.org_id}' order by seq desc limit 1")
    assert "of another transaction" in as_role(server, role, org, f"update users set role = 'ADMIN', ledger_entry_id = '{entry}' where id = '{viewer.id}'").stderr
    assert "written for another content" in with_entry(server, role, org, viewer.id, "role", "ADMIN", content='{"role":"VIEWER"}').stderr
    assert "about another row" in with_entry(server, role, org, viewer.id, "role", "ADMIN", about=org.registered["user"]["id"]).stderr
    assert told(server, f"select role from users where id = '{viewer.id}'") == "VIEWER"
    assert with_entry(server, role, org, viewer.id, "role", "AUDITOR").returncode == 0


@pytest.mark.parametrize("role", ["aic_system", "postgres"])
def test_nobody_becomes_a_super_admin_without_an_entry(server, org, role):
    viewer = Member(org)
    assert "of another transaction" in as_role(server, role, org, f"update users set is_super_admin = true where id = '{viewer.id}'").stderr
    assert "permission denied" in as_role(server, "aic_tenant", org, f"update users set is_super_admin = true where id = '{viewer.id}'").stderr
    made = f"insert into users (org_id, name, email, role, is_super_admin) values ('{org.org_id}', 'X', '{uuid.uuid4().hex}@example.com', 'VIEWER', true)"
    assert "needs a ledger entry" in as_role(server, role, org, made).stderr


def test_nobody_joins_an_organization_without_an_entry(server, org):
    made = f"insert into users (org_id, name, email, role) values ('{org.org_id}', 'X', '{uuid.uuid4().hex}@example.com', 'ADMIN')"
    assert "needs a ledger entry" in as_role(server, "aic_system", org, made).stderr
    assert "permission denied" in as_role(server, "aic_tenant", org, made).stderr


@pytest.mark.parametrize("role", ["aic_tenant", "aic_system", "postgres"])
def test_the_last_administrator_stays_whoever_asks(server, org, role):
    id = org.registered["user"]["id"]
    assert "at least one active administrator" in as_role(server, role, org, f"update users set is_active = false where id = '{id}'").stderr
    assert "at least one active administrator" in with_entry(server, role, org, id, "role", "VIEWER").stderr
    assert "at least one active administrator" in as_role(server, role, org, f"begin; select person_erase('{id}', now(), now())").stderr


def test_two_transactions_that_demote_each_others_administrator_leave_one(server, org):
    second = Member(org, "ADMIN")
    ids = [org.registered["user"]["id"], second.id]
    with ThreadPoolExecutor(2) as both:
        answers = list(both.map(lambda id: as_role(server, "aic_system", org, f"update users set is_active = false where id = '{id}'"), ids))
    assert sorted(answer.returncode == 0 for answer in answers) == [False, True]
    assert told(server, f"select count(*) from users where org_id = '{org.org_id}' and role = 'ADMIN' and is_active") == "1"


def test_a_tombstone_stays_one(server, org):
    viewer = Member(org)
    assert org.http.delete(f"/users/{viewer.id}").status_code == 204
    for sql in ("is_active = true", "email = 'back@example.com'", "erased_at = null", "name = 'Back'"):
        assert "an erased person stays erased" in server.psql("aic_system", f"update users set {sql} where id = '{viewer.id}'").stderr, sql


def test_the_functions_of_administrators_reach_their_own_organization_only(server, org, other):
    foreign = other.registered["user"]["id"]
    assert as_role(server, "aic_tenant", org, f"select person_sessions_end('{foreign}', 'x', now(), now())").stdout.strip() == "0"
    assert as_role(server, "aic_tenant", org, f"select person_erase('{foreign}', now(), now())").stdout.strip() == "f"
    reset = server.psql("aic_tenant", f"set aic.org_id = '{org.org_id}'; set aic.actor = '{org.registered['user']['id']}'; select person_mfa_reset('{foreign}', now())")
    assert "no person with this id" in reset.stderr
    assert other.http.get("/auth/me").status_code == 200
    for call in ("person_sessions_end(null, null, null, null)", "person_erase(null, null, null)", "person_mfa_reset(null, null)"):
        assert "no organization is set" in server.psql("aic_tenant", f"select {call}").stderr
    assert "permission denied" in as_role(server, "aic_tenant", org, "select person_forget_invites(null, null, null)").stderr


def test_a_second_factor_is_out_of_a_tenants_reach(server, org):
    for column in ("mfa_enabled = false", "mfa_secret = null", "password_hash = null", "email = 'x@example.com'", "erased_at = now()"):
        assert "permission denied" in as_role(server, "aic_tenant", org, f"update users set {column}").stderr, column
    assert "permission denied" in as_role(server, "aic_tenant", org, "insert into mfa_resets (org_id) values (null)").stderr


def test_an_invitation_is_never_changed(server, org, other):
    made = org.http.post("/invites", json={"role": "VIEWER", "max_uses": 2}).json()
    for role in ("aic_tenant", "aic_system"):
        for column in ("role = 'ADMIN'", "max_uses = 50", "expires_at = now() + interval '1 day'", "email = 'x@example.com'"):
            assert "permission denied" in as_role(server, role, org, f"update invite_codes set {column} where id = '{made['id']}'").stderr
            assert "never changed" in server.psql("postgres", f"update invite_codes set {column} where id = '{made['id']}'").stderr
    assert "permission denied" in as_role(server, "aic_tenant", org, f"update invite_codes set uses = 0").stderr
    assert "permission denied" in as_role(server, "aic_tenant", org, "select code_hash from invite_codes").stderr
    assert "permission denied" in as_role(server, "aic_tenant", org, "delete from invite_codes").stderr
    assert "never changed" in as_role(server, "aic_system", org, f"update invite_codes set uses = 2 where id = '{made['id']}'").stderr
    for _ in range(2):
        assert as_role(server, "aic_system", org, f"update invite_codes set uses = uses + 1 where id = '{made['id']}'").returncode == 0
    assert "check constraint" in as_role(server, "aic_system", org, f"update invite_codes set uses = uses + 1 where id = '{made['id']}'").stderr
    assert org.http.delete(f"/invites/{made['id']}").status_code == 204
    assert "never changed" in as_role(server, "aic_tenant", org, f"update invite_codes set revoked_at = null where id = '{made['id']}'").stderr
    assert as_role(server, "aic_tenant", other, f"select count(*) from invite_codes where id = '{made['id']}'").stdout.strip() == "0"
    foreign = f"insert into invite_codes (org_id, code_hash, prefix, role, max_uses, expires_at, created_by) values ('{other.org_id}', sha256('x'), 'abcdef', 'VIEWER', 1, now(), '{other.registered['user']['id']}')"
    assert "row-level security" in as_role(server, "aic_tenant", org, foreign).stderr
