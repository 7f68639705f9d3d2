"""Every statement of the product, as each role that may run it: PREPARE sees names and types, EXPLAIN EXECUTE plans it and
sees whether the role may use the tables and functions. Nothing is run. (The columns that come out are compared with the
declarations by statements_check when the server starts.)"""
import importlib.machinery
import importlib.util
import re

import pytest
from conftest import ROOT

POSTGRES_TYPES = {"double": "double precision"}
NOBODY = "00000000-0000-7000-8000-000000000000"


def load_sqlgen():
    loader = importlib.machinery.SourceFileLoader("sqlgen", str(ROOT / "tools" / "sqlgen"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("sqlgen", loader))
    loader.exec_module(module)
    return module


FILES = sorted(path for path in (ROOT / "src").rglob("*.sql") if "tests" not in path.parts)
STATEMENTS = [s for path in FILES for s in load_sqlgen().Reader(str(path)).statements]


def explain(server, role, statement):
    types = ", ".join(POSTGRES_TYPES.get(kind, kind) for _, kind, _ in statement.inputs)
    nulls = ", ".join("null" for _ in statement.inputs)
    sql = (f"set aic.org_id = '{NOBODY}'; prepare one {f'({types})' if types else ''} as {statement.text}; "
           f"explain execute one {f'({nulls})' if nulls else ''}")
    return server.psql(role, sql)


def test_there_are_statements():
    assert len(STATEMENTS) > 30
    assert sum(path.read_text().count("\n-- name:") for path in FILES) == len(STATEMENTS)


@pytest.mark.parametrize("statement", STATEMENTS, ids=[s.name for s in STATEMENTS])
def test_a_statement_is_what_the_database_expects(server, statement):
    roles = {"tenant": ["aic_tenant"], "system": ["aic_system"], "both": ["aic_tenant", "aic_system"]}[statement.scope]
    for role in roles:
        out = explain(server, role, statement)
        assert out.returncode == 0, f"as {role}: {out.stderr}"


def test_names_are_unique_over_all_files():
    names = [s.name for s in STATEMENTS]
    assert sorted(names) == sorted(set(names))


def test_what_is_not_allowed_is_noticed(server):
    sqlgen = load_sqlgen()
    wrong = sqlgen.Statement("wrong", "exec", [], "here")
    wrong.text = "select kid from signing_keys"
    assert re.search("permission denied", explain(server, "aic_tenant", wrong).stderr)
    assert explain(server, "aic_system", wrong).returncode == 0
    wrong.text = "select colour from signing_keys"
    assert re.search("colour", explain(server, "aic_system", wrong).stderr)
