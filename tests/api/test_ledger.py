"""The ledger is a gate, not a log: nothing gets past it, nothing in it changes, and an export is checked without a server."""
import concurrent.futures
import hashlib
import json
import subprocess
import uuid

import pytest

from conftest import BUILD, ROOT, Tenant

DECISION = """insert into decision_records (org_id, external_id, system_id, decision_type, subject_ref, outcome, outcome_class, decided_at, ledger_entry_id, id)
values ('{org}', '{external}', '{system}', 'loan', 'ref', '{{"approved":true}}', 'FAVORABLE', '2026-01-02T03:04:05Z', {entry}, '{id}')"""
CONTENT = {"decision_type": "loan", "decided_at": "2026-01-02T03:04:05.000000Z", "human_review_required": False, "human_reviewer_id": None,
           "input_params_sha256": None, "is_human_override": False, "model_id": None, "outcome_class": "FAVORABLE",
           "outcome_sha256": hashlib.sha256(b'{"approved":true}').hexdigest(), "override_reason": None, "recommendation_sha256": None, "subject_ref": "ref"}


def enter(org):
    return f"begin; select scope_enter(false, '{org}', 'USER', null, null, null, null, null);"


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def decision(server, tenant, *, content=None, entry=None, subject=None, role="aic_tenant", org=None, after=""):
    """Writes a decision by psql, with an entry for `content`; every deviation is a way to cheat."""
    system, row, external = tenant.system()["id"], str(uuid.uuid4()), uuid.uuid4().hex
    recorded = canonical({**CONTENT, "external_id": external, "system_id": system, **(content or {})})
    append = f"select ledger_append('DECISION_RECORDED', 'decision', '{subject or row}', $c${recorded}$c$)"
    entry = entry or "(select id from ledger_entries where org_id = current_org() order by seq desc limit 1)"
    sql = f"{enter(org or tenant.org_id)} {append}; {DECISION.format(org=tenant.org_id, external=external, system=system, entry=entry, id=row)}; {after} commit;"
    return server.psql(role, sql)


def test_a_decision_with_its_entry_is_taken(server, tenant):
    out = decision(server, tenant)
    assert out.returncode == 0, out.stderr


@pytest.mark.parametrize("cheat, words", [
    ({"entry": "'018f0000-0000-7000-8000-000000000009'"}, "needs a ledger entry"),
    ({"content": {"outcome_class": "ADVERSE"}}, "another content"),
    ({"subject": "018f0000-0000-7000-8000-000000000009"}, "another row"),
    ({"entry": "(select id from ledger_entries where org_id = current_org() and seq = 1)"}, "another transaction"),
])
def test_the_gate_refuses_a_decision_without_its_own_entry(server, tenant, cheat, words):
    out = decision(server, tenant, **cheat)
    assert out.returncode != 0 and words in out.stderr


def test_an_entry_cannot_be_used_twice(server, tenant):
    twice = """update decision_records set outcome_class = 'ADVERSE' where id = (select subject_id from ledger_entries where org_id = current_org() order by seq desc limit 1);"""
    out = decision(server, tenant, after=twice)
    assert out.returncode != 0 and ("another content" in out.stderr or "used before" in out.stderr)


@pytest.mark.parametrize("role", ["aic_tenant", "aic_system", "aic_owner"])
def test_nobody_writes_changes_or_deletes_an_entry(server, tenant, role):
    become = "set role aic_owner;" if role == "aic_owner" else ""
    user = "postgres" if role == "aic_owner" else role
    entry = "select org_id, seq + 1, gen_random_uuid(), now(), actor, action, subject_type, subject_id, content_hash, hash, repeat('0', 64), pg_current_xact_id() from ledger_entries order by seq desc limit 1"
    for sql in (f"insert into ledger_entries {entry}", "update ledger_entries set actor = 'me'", "delete from ledger_entries", "truncate ledger_entries"):
        out = server.psql(user, f"{become} {enter(tenant.org_id)} {sql}; commit;")
        assert out.returncode != 0, sql
        assert "append-only" in out.stderr or "permission denied" in out.stderr or "ledger_append() only" in out.stderr, out.stderr


def test_analyses_and_models_are_behind_the_gate_too(server, tenant):
    system = tenant.system()["id"]
    for sql in (f"insert into models (org_id, system_id, name, version_label, type, ledger_entry_id) values ('{tenant.org_id}', '{system}', 'm', '1', 'GBDT', gen_random_uuid())",
                f"""insert into analyses (org_id, system_id, operation, parameters, engine_version, policy_version, result, result_hash, verdict, data_sha256, rows, dropped_rows, ledger_entry_id)
                    values ('{tenant.org_id}', '{system}', 'analyze', '{{}}', '1', '1', '{{}}', '{hashlib.sha256(b"{}").hexdigest()}', 'PASS', repeat('0', 64), 1, 0, gen_random_uuid())"""):
        for role in ("aic_tenant", "aic_system"):
            out = server.psql(role, f"{enter(tenant.org_id)} {sql}; commit;")
            assert out.returncode != 0 and "needs a ledger entry" in out.stderr


def test_concurrent_writers_make_one_unbroken_chain(server):
    busy = Tenant(server)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: busy.system(), range(40)))
    verdict = busy.http.get("/ledger/verify").json()
    assert verdict == {"valid": True, "checked": 41, "first_bad": None}
    seqs = [e["seq"] for e in busy.http.get("/ledger?limit=200").json()["items"]]
    assert seqs == list(range(41, 0, -1))


def verify(tmp_path, data, *more):
    path = tmp_path / "export.ndjson"
    path.write_bytes(data)
    return subprocess.run([BUILD / "aic", "ledger", "verify", path, "--json", *more], capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def export(server):
    one = Tenant(server)
    one.system()
    one.system(name="Ünïcode 😀 \"quoted\"")
    answer = one.http.get("/ledger/export")
    assert answer.headers["content-disposition"].startswith("attachment")
    return answer.content


def test_an_export_is_sound_and_its_hashes_are_what_the_documentation_says(tmp_path, export):
    out = verify(tmp_path, export)
    assert out.returncode == 0 and json.loads(out.stdout)["checked"] == 3
    before = "0" * 64
    for number, line in enumerate(export.decode().splitlines(), 1):
        entry = json.loads(line)
        rest = {k: v for k, v in entry.items() if k != "hash"}
        assert entry["seq"] == number and entry["prev_hash"] == before
        assert hashlib.sha256(canonical(rest).encode()).hexdigest() == entry["hash"]
        before = entry["hash"]


def test_flipping_any_byte_is_noticed_and_the_entry_is_named(tmp_path, export):
    lines = export.split(b"\n")
    at, flips = 0, []
    for number, line in enumerate(lines[:-1], 1):
        flips += [(at + i, number) for i in range(0, len(line), 7)]
        at += len(line) + 1
    for position, number in flips:
        changed = bytearray(export)
        changed[position] ^= 1
        out = verify(tmp_path, bytes(changed))
        verdict = json.loads(out.stdout)
        assert out.returncode == 1 and verdict["first_bad"] == number, (position, out.stdout)


def test_missing_and_swapped_entries_are_noticed(tmp_path, export):
    one, two, three, _ = export.split(b"\n")
    for data in (b"\n".join([two, three, b""]), b"\n".join([one, three, b""]), b"\n".join([one, three, two, b""]), one + b"\n" + two[:-5]):
        assert verify(tmp_path, data).returncode == 1
    assert verify(tmp_path, b"").returncode == 2


def test_the_database_recomputes_and_finds_a_superusers_change(server):
    victim = Tenant(server)
    victim.system()
    out = server.psql("postgres", f"set session_replication_role = replica; update ledger_entries set actor = 'nobody' where org_id = '{victim.org_id}' and seq = 2;")
    assert out.returncode == 0, out.stderr
    assert victim.http.get("/ledger/verify").json() == {"valid": False, "checked": 2, "first_bad": 2}
    assert victim.http.get("/ledger/verify?from=1").json()["first_bad"] == 2


def test_the_documented_example_has_the_documented_hash():
    text = (ROOT / "docs" / "ledger.md").read_text()
    line = next(line for line in text.split("\n") if line.startswith('{"action"'))
    assert hashlib.sha256(line.encode()).hexdigest() in text
    assert canonical(json.loads(line)) == line and hashlib.sha256(b"{}").hexdigest() == json.loads(line)["content_hash"]
