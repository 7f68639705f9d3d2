"""A key's life goes one way, whoever writes: as aic_system, which may update the table, and as aic_tenant, which may not even
see it. Everything is tried in a transaction that is rolled back."""
import uuid

import pytest


def attempt(server, role, *statements):
    return server.psql(role, "begin; " + "; ".join(statements) + "; rollback").stderr


RETIRED = """insert into signing_keys (kid, use, algorithm, public_key, private_key_sealed, is_active, retired_at, not_after)
    values ('{kid}', 'TOKEN', 'RS256', 'p', 's', false, now(), now() + interval '1 hour')"""


@pytest.fixture
def kid():
    return uuid.uuid4().hex


def change(server, kid, what):
    return attempt(server, "aic_system", RETIRED.format(kid=kid), f"update signing_keys set {what} where kid = '{kid}'")


def test_what_the_program_does_is_allowed(server, kid):
    for what in ("not_after = now()", "not_after = now(), compromised_at = now(), reason = 'x'", "not_after = now(), private_key_sealed = null"):
        assert change(server, kid, what) == "", what


@pytest.mark.parametrize("what", ["not_after = not_after + interval '1 second'", "not_after = null", "not_after = 'infinity'"])
def test_a_keys_end_is_never_put_off(server, kid, what):
    assert "never put off" in change(server, kid, what)


def test_a_retired_key_never_becomes_active_again(server, kid):
    assert "never becomes active again" in change(server, kid, "is_active = true, retired_at = null, not_after = null")


@pytest.mark.parametrize("what", ["kid = kid || 'x'", "public_key = 'another'", "use = 'REPORT'", "algorithm = 'Ed25519'",
                                  "created_at = now() - interval '1 day'"])
def test_a_key_is_never_changed(server, kid, what):
    assert "never changed" in change(server, kid, what)


@pytest.mark.parametrize("what", ["retired_at = now() + interval '1 day'", "retired_at = null"])
def test_when_a_key_was_retired_is_not_changed(server, kid, what):
    assert "is not changed" in change(server, kid, what)


def test_a_compromise_is_not_taken_back(server, kid):
    marked = f"update signing_keys set compromised_at = now(), not_after = now() where kid = '{kid}'"
    for what in ("compromised_at = null", "compromised_at = now() - interval '1 day'"):
        assert "is not changed" in attempt(server, "aic_system", RETIRED.format(kid=kid), marked, f"update signing_keys set {what} where kid = '{kid}'")


def test_a_compromised_key_verifies_nothing(server, kid):
    assert "a_compromised_key_verifies_nothing" in change(server, kid, "compromised_at = now()")


def test_a_key_that_verifies_keeps_its_private_part_and_a_lost_one_does_not_come_back(server, kid):
    assert "keeps its private part" in change(server, kid, "private_key_sealed = null")
    lost = f"update signing_keys set not_after = now(), private_key_sealed = null where kid = '{kid}'"
    back = f"update signing_keys set private_key_sealed = 's' where kid = '{kid}'"
    assert "does not come back" in attempt(server, "aic_system", RETIRED.format(kid=kid), lost, back)


@pytest.mark.parametrize("columns, values, constraint", [
    ("is_active", "false", "an_inactive_key_is_retired_and_ends"),
    ("is_active, retired_at", "false, now()", "an_inactive_key_is_retired_and_ends"),
    ("is_active, not_after", "false, now()", "an_inactive_key_is_retired_and_ends"),
    ("not_after", "now() + interval '1 day'", "an_inactive_key_is_retired_and_ends"),
    ("is_active, retired_at, not_after", "false, now(), now() + interval '25 hours'", "verifies_one_day_at_most"),
    ("is_active, retired_at, not_after", "false, now(), 'infinity'", "verifies_one_day_at_most"),
    ("compromised_at", "now()", "a_compromised_key_verifies_nothing"),
    ("is_active", "true", "one_active_key_per_use"),
])
def test_a_key_that_cannot_be_is_not_inserted(server, kid, columns, values, constraint):
    insert = f"""insert into signing_keys (kid, use, algorithm, public_key, private_key_sealed, {columns})
        values ('{kid}', 'TOKEN', 'RS256', 'p', 's', {values})"""
    assert constraint in attempt(server, "aic_system", insert)


def test_keys_are_never_deleted_and_no_tenant_sees_them(server):
    assert "permission denied" in attempt(server, "aic_system", "delete from signing_keys")
    for statement in ("select * from signing_keys", "update signing_keys set reason = 'x'", "delete from signing_keys",
                      "insert into signing_keys (kid) values ('x')"):
        assert "permission denied" in attempt(server, "aic_tenant", statement)


def test_a_key_that_no_master_key_opens_harms_nobody(server, kid):
    """Whoever can write the table, but has no master key, cannot make tokens good: the row is passed over, and the log says so."""
    import httpx
    from conftest import wait_for

    assert server.psql("aic_system", RETIRED.format(kid=kid)).returncode == 0
    wait_for(lambda: kid in (server.data / "log").read_text(), seconds=10)
    keys = [key["kid"] for key in httpx.get(server.url + "/.well-known/jwks.json").json()["keys"]]
    assert keys and kid not in keys
    assert server.psql("aic_system", f"update signing_keys set not_after = now() where kid = '{kid}'").returncode == 0
