"""aic explain: exact values on the reference models, every method, any program, and what a person sees."""
import csv
import io
import json
import os
import pty
import subprocess

import pytest

from conftest import BUILD
from tables import aic, loans, script, write_csv

XGBOOST = ["xgb_binary", "xgb_missing", "xgb_multiclass"]


def near(ours, theirs, reach):
    if isinstance(theirs, list):
        assert len(ours) == len(theirs)
        for one, other in zip(ours, theirs, strict=True):
            near(one, other, reach)
    else:
        assert ours == pytest.approx(theirs, abs=reach)


def explain(*arguments):
    out = aic("explain", *arguments, "--json")
    assert out.returncode == 0, out.stderr
    return json.loads(out.stdout)


def files(golden_models, name):
    return golden_models / f"{name}.json", golden_models / f"{name}.rows.csv", json.loads((golden_models / f"{name}.expected.json").read_text())


@pytest.mark.parametrize("name", XGBOOST)
def test_path_dependent_values(golden_models, name):
    model, rows, wanted = files(golden_models, name)
    found = explain(model, rows)
    assert found["method"] == "tree-path" and found["output"] == "margin" and found["max_additivity_error"] < 1e-9
    near(found["values"], wanted["tree_path"]["values"], 1e-5)
    near(found["predictions"], wanted["margin"], 1e-5)


@pytest.mark.parametrize(("name", "output"), [("xgb_binary", "margin"), ("xgb_binary", "probability"), ("xgb_missing", "margin"),
                                             ("xgb_multiclass", "margin")])
def test_interventional_values(golden_models, name, output):
    model, rows, wanted = files(golden_models, name)
    key = "tree_interventional" if output == "margin" else "tree_interventional_probability"
    if key not in wanted:
        pytest.fail(f"{name} has no {key}")
    found = explain(model, rows, "--method", "tree-interventional", "--output", output, "--background", golden_models / f"{name}.background.csv")
    near(found["values"], wanted[key]["values"], 1e-5)
    assert found["max_additivity_error"] < 1e-9


def test_threads_and_ranges_give_the_same_rows(golden_models):
    model, rows, _ = files(golden_models, "xgb_binary")
    every, some, one = explain(model, rows, "--threads", "2"), explain(model, rows, "--rows", "10:20"), explain(model, rows, "--row", "10")
    near(some["values"], every["values"][10:20], 1e-12)
    near(one["values"], every["values"][10:11], 1e-12)


def test_csv_has_a_line_for_each_row_and_feature(golden_models):
    model, rows, wanted = files(golden_models, "xgb_binary")
    out = aic("explain", model, rows, "--rows", "3:5", "--csv")
    lines = list(csv.DictReader(io.StringIO(out.stdout)))
    data = list(csv.DictReader(rows.open()))
    assert list(lines[0]) == ["row", "feature", "value", "phi"] and len(lines) == 2 * 14
    assert [line["row"] for line in lines] == ["3"] * 14 + ["4"] * 14
    for line in lines:
        assert float(line["value"]) == float(data[int(line["row"])][line["feature"]])
    near([float(line["phi"]) for line in lines[:14]], wanted["tree_path"]["values"][3], 1e-5)


def test_several_classes_by_name_or_number(golden_models):
    model, rows, wanted = files(golden_models, "xgb_multiclass")
    found = explain(model, rows, "--class", "2")
    near(found["values"], [[feature[2] for feature in row] for row in wanted["tree_path"]["values"]], 1e-5)
    header = aic("explain", model, rows, "--row", "0", "--csv").stdout.splitlines()[0]
    assert header == "row,class,feature,value,phi"
    out = aic("explain", model, rows, "--class", "9")
    assert out.returncode == 2 and "--class" in out.stderr and out.stderr.count("\n") == 1


def test_interactions_sum_to_the_values(golden_models):
    model, rows, wanted = files(golden_models, "xgb_binary")
    found = explain(model, rows, "--rows", "0:5", "--interactions")
    near(found["interactions"], wanted["interactions"]["values"][:5], 1e-5)


@pytest.mark.parametrize("method", ["kernel", "permutation", "lime"])
def test_methods_for_anything_say_what_stands_for_the_background(golden_models, method):
    model, rows, _ = files(golden_models, "xgb_binary")
    out = aic("explain", model, rows, "--method", method, "--row", "0", "--json")
    assert out.returncode == 0 and "no --background" in out.stderr and "50 rows" in out.stderr
    again = aic("explain", model, rows, "--method", method, "--row", "0", "--json", "--seed", "1")
    assert out.stdout == again.stdout
    found = json.loads(out.stdout)
    if method != "lime":
        assert found["base_values"][0] + sum(found["values"][0]) == pytest.approx(found["predictions"][0], abs=1e-9)


# ---- any program


def test_any_program_is_explained(tmp_path):
    """Its score is age / 100 plus 0.3 for two jobs: each has its share, and nothing else has any."""
    data = write_csv(tmp_path / "rows.csv", [{k: row[k] for k in ("age", "job", "sex")} for row in loans(60)])
    found = explain(data, "--predict", script(tmp_path / "model.py"), "--rows", "0:4")
    assert found["method"] == "kernel" and found["features"] == ["age", "job", "sex"]
    rows = loans(60)
    ages = [float(row["age"] or 40) for row in rows]
    chosen = [row["job"] in ("nurse", "clerk, junior") for row in rows]
    for i in range(4):
        age, job, sex = found["values"][i]
        assert age == pytest.approx((ages[i] - sum(ages) / 60) / 100, abs=1e-9)
        assert job == pytest.approx(0.3 * (chosen[i] - sum(chosen) / 60), abs=1e-9)
        assert sex == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("method", ["lime", "permutation"])
def test_a_program_by_other_methods(tmp_path, method):
    data = write_csv(tmp_path / "rows.csv", [{k: row[k] for k in ("age", "job", "sex")} for row in loans(60)])
    found = explain(data, "--predict", script(tmp_path / "model.py"), "--row", "1", "--method", method)
    assert found["method"] == method and abs(found["values"][0][2]) < 0.02


def test_a_tree_method_on_a_program_is_refused(tmp_path):
    data = write_csv(tmp_path / "rows.csv", loans(20))
    out = aic("explain", data, "--predict", script(tmp_path / "model.py"), "--method", "tree-path")
    assert out.returncode == 2 and "kernel" in out.stderr


def test_a_program_that_dies_within_an_explanation(tmp_path):
    data = write_csv(tmp_path / "rows.csv", [{"a": i, "b": i * 7 % 5} for i in range(20)])
    text = "import sys\nsys.stdin.readline()\nfor i, line in enumerate(iter(sys.stdin.readline, '')):\n    if i == 30: sys.exit(9)\n    print(i, flush=True)\n"
    out = aic("explain", data, "--predict", script(tmp_path / "model.py", text))
    assert out.returncode == 2 and out.stdout == "" and "exit code 9" in out.stderr


def test_what_would_have_had_to_be_different(golden_models):
    """Each answer flips the outcome by the model's own word, keeps what is fixed and moves what may only rise upwards."""
    model, rows, _ = files(golden_models, "xgb_binary")
    background = golden_models / "xgb_binary.background.csv"
    arguments = [model, rows, "--method", "counterfactual", "--rows", "0:5", "--background", background, "--fixed", "sex,race", "--only-up", "age"]
    found = explain(*arguments)
    assert found["method"] == "counterfactual" and found["rows"] == [0, 1, 2, 3, 4]
    for result in found["results"]:
        assert result["counterfactuals"]
        names = result["features"]
        for one in result["counterfactuals"]:
            assert (one["prediction"] >= 0.5) != (result["prediction"] >= 0.5)
            for change in one["changes"]:
                assert change["feature"] not in ("sex", "race") and (change["feature"] != "age" or change["to"] > change["from"])
            assert len(one["values"]) == len(names)
    out = aic("explain", *arguments, "--csv")
    assert out.stdout.splitlines()[0] == "row,counterfactual,feature,from,to,prediction"
    assert "instead of" in aic("explain", *arguments).stdout
    assert "--fixed: there is no feature" in refused(*arguments[:-4], "--fixed", "sexx")


def test_what_a_program_would_decide_otherwise(tmp_path):
    data = write_csv(tmp_path / "rows.csv", [{k: row[k] for k in ("age", "job", "sex")} for row in loans(60)])
    row = next(i for i, one in enumerate(loans(60)) if one["job"] == "nurse" and one["age"] and 20 <= one["age"] < 50)
    out = aic("explain", data, "--predict", script(tmp_path / "model.py"), "--row", row, "--method", "counterfactual", "--fixed", "age")
    assert out.returncode == 0, out.stderr
    assert "job had been" in out.stdout and "instead of nurse" in out.stdout


def test_importance_of_a_program_and_of_a_model(tmp_path):
    """Shuffling what decides makes it worse, shuffling what does not changes nothing."""
    rows = loans(300)
    data = write_csv(tmp_path / "rows.csv", [{**{k: row[k] for k in ("age", "job", "sex")}, "good": int(float(row["age"] or 40) > 45)} for row in rows])
    command = "read h; while IFS=, read -r a rest; do echo ${a:-40}; done"
    found = explain(data, "--predict", command, "--method", "importance", "--label", "good")
    assert found["score"] == "auc" and found["baseline"] == 1
    names = [feature["name"] if isinstance(feature, dict) else feature for feature in found["features"]]
    assert names[:1] == ["age"]
    lines = aic("explain", data, "--predict", command, "--method", "importance", "--label", "good", "--csv").stdout.splitlines()
    drops = {line.split(",")[0]: float(line.split(",")[1]) for line in lines[1:]}
    assert drops["age"] > 0.3 and drops["job"] == 0 and drops["sex"] == 0
    data = write_csv(tmp_path / "loans.csv", rows)
    assert aic("train", data, "--label", "granted", "--ignore", "income,class", "--out", tmp_path / "m").returncode == 0
    out = aic("explain", tmp_path / "m", data, "--method", "importance", "--label", "granted")
    assert out.returncode == 0 and "auc" in out.stdout and "age" in out.stdout
    assert "belong together" in refused(tmp_path / "m", data, "--method", "importance")
    assert "--label: there is no column" in refused(tmp_path / "m", data, "--method", "importance", "--label", "grantd")


# ---- what a person sees


def test_one_row_is_a_waterfall(golden_models):
    model, rows, _ = files(golden_models, "xgb_binary")
    out = aic("explain", model, rows, "--row", "3")
    lines = out.stdout.splitlines()
    assert lines[0].startswith("row 3, by tree-path") and lines[1].startswith("base value") and "probability of 1: 0.9977" in lines[-1]
    assert lines[2].startswith("capital_gain = 7298") and "█" in lines[2] and "+5.3167" in lines[2]
    assert "\033" not in out.stdout and out.stderr == ""


def test_many_rows_are_a_summary(golden_models):
    model, rows, _ = files(golden_models, "xgb_binary")
    lines = aic("explain", model, rows).stdout.splitlines()
    assert lines[0].startswith("50 rows, by tree-path") and "mean |φ|" in lines[2] and lines[3].startswith("capital_gain")


def test_colours_on_a_terminal_only(golden_models):
    model, rows, _ = files(golden_models, "xgb_binary")
    leader, follower = pty.openpty()
    with subprocess.Popen([BUILD / "aic", "explain", model, rows, "--row", "3"], stdout=follower, env={**os.environ, "TERM": "xterm"}) as one:
        os.close(follower)
        shown = b""
        while True:
            try:
                piece = os.read(leader, 65536)
            except OSError:
                break
            shown += piece
        assert one.wait() == 0
    assert b"\033[31m" in shown


# ---- what is refused


def refused(*arguments):
    out = aic("explain", *arguments)
    assert out.returncode == 2 and out.stdout == "" and out.stderr.count("\n") == 1, out.stderr
    return out.stderr


def test_bad_input_is_one_line(golden_models, tmp_path):
    model, rows, _ = files(golden_models, "xgb_binary")
    assert "which files" in refused(model)
    assert "expected tree-path, tree-interventional, linear" in refused(model, rows, "--method", "shap")
    assert "50 rows, counted from 0; rows 60:61" in refused(model, rows, "--row", "60")
    assert "expected rows as A:B" in refused(model, rows, "--rows", "5:5")
    assert "--row or --rows, not both" in refused(model, rows, "--row", "1", "--rows", "0:2")
    assert "--json or --csv" in refused(model, rows, "--json", "--csv")
    assert "linear" in refused(model, rows, "--method", "linear")
    assert "cannot be opened" in refused(model, tmp_path / "nothing.csv")
    (tmp_path / "empty.csv").write_text("")
    assert "empty.csv" in refused(model, tmp_path / "empty.csv")
    (tmp_path / "header.csv").write_text(rows.read_text().splitlines()[0] + "\n")
    assert "header.csv: has no rows" in refused(model, tmp_path / "header.csv")
    assert "has no rows" in refused(model, rows, "--method", "kernel", "--background", tmp_path / "header.csv")


def test_data_does_not_speak_to_the_terminal(tmp_path):
    ones = "read h; while read -r l; do echo 1; done"
    data = write_csv(tmp_path / "rows.csv", [{"word": "\033[2Jgone", "n": i} for i in range(12)])
    out = aic("explain", data, "--predict", ones, "--row", "0")
    assert out.returncode == 0 and "gone" in out.stdout and "\033" not in out.stdout
    said = refused(write_csv(tmp_path / "b.csv", [{"n": 1}, {"n": "two\n\033[2Jlines"}]), "--predict", ones)
    assert "row 2" in said and "\033" not in said


def test_the_memory_of_a_first_row(golden_models):
    """One row of the reference model: all that the process may write to, heap and mappings, stays within 64 MB."""
    if "asan" in str(BUILD):
        pytest.skip("a sanitizer's own memory is far more")
    model, rows, _ = files(golden_models, "xgb_binary")
    out = subprocess.run(["/bin/sh", "-c", 'ulimit -d 65536; exec "$0" explain "$1" "$2" --row 0 --json', BUILD / "aic", model, rows],
                         capture_output=True, text=True, check=False)
    assert out.returncode == 0, out.stderr
