"""The command-line tool as a data scientist and a pipeline use it."""
import csv
import json
import os
import pty
import subprocess

import pytest

from conftest import BUILD

COMPAS = ["--protected", "race,sex", "--label", "two_year_recid", "--prediction", "high_risk", "--favorable", "0"]


def aic(*arguments, **more):
    return subprocess.run([BUILD / "aic", *map(str, arguments)], capture_output=True, text=True, check=False, **more)


def test_the_report_has_the_shape_of_the_contract(compas, golden):
    out = aic("analyze", compas, *COMPAS, "--intersect", "--bootstrap", "100", "--json")
    assert out.returncode == 0 and out.stderr == ""
    report = json.loads(out.stdout)
    assert report["rows"] == 6172 and report["dropped_rows"] == 0 and report["favorable"] == "0" and report["passed"] is True
    race = report["attributes"]["race"]
    assert race["groups"]["Caucasian"]["tp"] == golden["compas"]["attributes"]["race"]["groups"]["Caucasian"]["tp"]
    low, high = race["groups"]["Caucasian"]["ci"]["selection_rate"]
    assert low < race["groups"]["Caucasian"]["selection_rate"] < high
    assert race["tests"]["chi_square"]["dof"] == 5 and "fisher" in race["tests"] and "two_proportion_z" in race["tests"]
    assert "African-American & Male" in report["intersectional"]["groups"]
    assert "NaN" not in out.stdout and "Infinity" not in out.stdout


def test_gates_decide_the_exit_code(compas):
    passed = aic("analyze", compas, *COMPAS, "--bootstrap", "0", "--gate", "sex.disparate_impact>=0.8", "--json")
    failed = aic("analyze", compas, *COMPAS, "--bootstrap", "0", "--gate", "sex.disparate_impact>=0.8", "--gate", "disparate_impact>=0.8", "--json")
    assert passed.returncode == 0 and json.loads(passed.stdout)["passed"] is True
    assert failed.returncode == 1
    assert [gate["passed"] for gate in json.loads(failed.stdout)["gates"]] == [True, False]
    assert aic("analyze", compas, *COMPAS, "--gate", "fairnes>=1").returncode == 2


def test_csv_json_ndjson_and_standard_input_agree(compas, tmp_path):
    rows = list(csv.DictReader(compas.open()))
    (tmp_path / "a.json").write_text(json.dumps(rows))
    (tmp_path / "a.ndjson").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "columns.json").write_text(json.dumps({name: [row[name] for row in rows] for name in rows[0]}))
    reports = [aic("analyze", path, *COMPAS, "--bootstrap", "20", "--json").stdout
               for path in (compas, tmp_path / "a.json", tmp_path / "a.ndjson", tmp_path / "columns.json")]
    with compas.open() as data:
        reports.append(aic("analyze", "-", *COMPAS, "--bootstrap", "20", "--json", stdin=data).stdout)
    assert len(set(reports)) == 1 and reports[0]


def test_the_same_seed_gives_the_same_intervals_and_another_one_others(compas):
    one, two, three = (aic("analyze", compas, *COMPAS, "--bootstrap", "200", "--seed", seed, "--json").stdout for seed in (1, 1, 2))
    assert one == two != three


def test_the_html_report_stands_alone(compas, tmp_path):
    path = tmp_path / "report.html"
    assert aic("analyze", compas, *COMPAS, "--intersect", "--html", path).returncode == 0
    page = path.read_text()
    assert page.startswith("<!doctype html>") and page.count("<svg") >= 6 and "African-American" in page
    for loads in ("<script", "<link", "src=", "url(", "@import"):
        assert loads not in page


def test_names_from_the_data_are_escaped_in_html(tmp_path):
    data = tmp_path / "d.csv"
    data.write_text("g,y\n" + "<script>alert(1)</script>,1\n\"a & b\",0\n" * 40)
    assert aic("analyze", data, "--protected", "g", "--label", "y", "--html", tmp_path / "r.html").returncode == 0
    page = (tmp_path / "r.html").read_text()
    assert "<script>" not in page and "&lt;script&gt;" in page and "a &amp; b" in page


def test_the_text_for_people_fits_the_terminal_and_has_colour_only_there(compas):
    out = aic("analyze", compas, *COMPAS)
    assert out.returncode == 0 and "\033[" not in out.stdout and "Verdict: FAIL" in out.stdout
    assert max(len(line) for line in out.stdout.split("\n")) <= 100
    parent, child = pty.openpty()
    subprocess.run([BUILD / "aic", "analyze", compas, *COMPAS, "--bootstrap", "0"], stdout=child, check=False)
    os.close(child)
    assert b"\033[" in os.read(parent, 65536)


BAD = {
    "ragged row": ("g,y\na,1\nb\n", ["Row 2", "columns"]),
    "open quote": ('g,y\na,1\n"b,0\n', ["never closed"]),
    "unknown column": ("h,y\na,1\n", ["g"]),
    "empty": ("", ["empty"]),
    "three labels": ("g,y\n" + "a,1\nb,0\nc,2\n" * 9, ["y"]),
    "NaN": ('[{"g":"a","y":NaN}]', ["row 1", "column y"]),
    "truncated": ('[{"g":"a","y":1},{"g"', ["row 2"]),
    "nested": ("[" * 50 + "]" * 50, ["32"]),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_one_line_and_exit_2(tmp_path, name):
    text, words = BAD[name]
    path = tmp_path / "bad.txt"
    path.write_text(text)
    out = aic("analyze", path, "--protected", "g", "--label", "y")
    assert out.returncode == 2 and out.stdout == ""
    assert out.stderr.count("\n") == 1 and str(path) in out.stderr
    for word in words:
        assert word in out.stderr, out.stderr


@pytest.mark.parametrize("arguments", [[], ["analyze"], ["analyze", "x.csv"], ["analyze", "no-such-file.csv", "--protected", "g", "--label", "y"], ["nonsense"],
                                       ["analyze", "x.csv", "--protected"], ["analyze", "x.csv", "--wrong", "1"], ["ledger"], ["ledger", "verify"]])
def test_bad_usage_is_exit_2_with_a_reason(arguments):
    out = aic(*arguments)
    assert out.returncode == 2 and out.stderr and out.stdout == ""


def test_help_and_version_are_answers():
    for arguments in (["--help"], ["analyze", "--help"], ["ledger", "--help"], ["--version"]):
        out = aic(*arguments)
        assert out.returncode == 0 and out.stdout and not out.stderr
