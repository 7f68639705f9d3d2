"""aic predict: the library's own predictions, from any of its files; and any program as a model."""
import csv
import io
import json
import os
import pathlib
import signal
import subprocess
import sys
import time

import pytest

from conftest import BUILD
from tables import aic, loans, score, script, write_csv

CASES = ["xgb_binary.json", "xgb_binary.ubj", "xgb_missing.json", "xgb_missing.ubj", "xgb_multiclass.json", "xgb_multiclass.ubj",
         "lgb_binary.txt", "lgb_categorical.txt", "onnx_tree.onnx", "onnx_forest.onnx", "onnx_logistic.onnx"]


@pytest.mark.parametrize("case", CASES)
def test_predictions_are_the_library_s_own(golden_models, case):
    name = case.split(".")[0]
    wanted = json.loads((golden_models / f"{name}.expected.json").read_text())["prediction"]
    out = aic("predict", golden_models / case, golden_models / f"{name}.rows.csv", "--json")
    assert out.returncode == 0, out.stderr
    found = json.loads(out.stdout)["predictions"]
    for ours, theirs in zip(found, wanted, strict=True):
        if isinstance(theirs, list) and len(theirs) == 2 and not isinstance(ours, list):
            theirs = theirs[1]
        assert ours == pytest.approx(theirs, abs=1e-6)


def test_csv_and_json_agree_and_columns_may_come_in_any_order(golden_models, tmp_path):
    rows = list(csv.DictReader((golden_models / "xgb_binary.rows.csv").open()))
    turned = write_csv(tmp_path / "turned.csv", [dict(reversed([*row.items(), ("more", "x")])) for row in rows])
    straight = aic("predict", golden_models / "xgb_binary.json", golden_models / "xgb_binary.rows.csv")
    other = aic("predict", golden_models / "xgb_binary.json", turned)
    assert straight.returncode == 0 and straight.stdout == other.stdout
    lines = list(csv.DictReader(io.StringIO(straight.stdout)))
    document = json.loads(aic("predict", golden_models / "xgb_binary.json", turned, "--json").stdout)
    assert [float(line["prediction"]) for line in lines] == document["predictions"] and document["rows"] == len(rows)


def test_a_missing_column_is_named(golden_models, tmp_path):
    rows = list(csv.DictReader((golden_models / "xgb_binary.rows.csv").open()))
    for row in rows:
        row["agee"] = row.pop("age")
    out = aic("predict", golden_models / "xgb_binary.json", write_csv(tmp_path / "a.csv", rows))
    assert out.returncode == 2 and out.stdout == "" and out.stderr.count("\n") == 1
    assert "a.csv" in out.stderr and "age" in out.stderr and "agee" in out.stderr


def test_a_cell_that_is_no_number_is_named(golden_models, tmp_path):
    rows = list(csv.DictReader((golden_models / "xgb_binary.rows.csv").open()))
    rows[6]["age"] = "old"
    out = aic("predict", golden_models / "xgb_binary.json", write_csv(tmp_path / "a.csv", rows))
    assert out.returncode == 2 and out.stderr.count("\n") == 1
    assert "a.csv" in out.stderr and "ow 7" in out.stderr and "age" in out.stderr and "old" in out.stderr


@pytest.mark.parametrize("bytes_", [b"", b"{}", b"hello", b"\x08\x08\x12\x01", b"tree\nversion=v4\n", b'{"learner": {}}'])
def test_a_file_that_is_no_model_is_one_line(tmp_path, golden_models, bytes_):
    (tmp_path / "model").write_bytes(bytes_)
    out = aic("predict", tmp_path / "model", golden_models / "xgb_binary.rows.csv")
    assert out.returncode == 2 and out.stdout == "" and out.stderr.count("\n") == 1 and "model" in out.stderr


def test_bad_usage():
    assert "which files" in aic("predict").stderr
    assert "no option" not in aic("predict", "--help").stdout and aic("predict", "--help").returncode == 0
    out = aic("predict", "a", "b", "--outptu", "margin")
    assert out.returncode == 2 and "--outptu is not an option" in out.stderr
    assert "expected probability or margin, found \"x\"" in aic("predict", "a", "b", "--output", "x").stderr
    assert "cannot be opened" in aic("predict", "/nowhere/model", "b").stderr


# ---- any program as a model


def test_any_program_predicts(tmp_path):
    rows = loans(5000)
    data = write_csv(tmp_path / "rows.csv", rows)
    out = aic("predict", data, "--predict", script(tmp_path / "model.py"))
    assert out.returncode == 0, out.stderr
    found = [float(line["prediction"]) for line in csv.DictReader(io.StringIO(out.stdout))]
    assert found == pytest.approx([score(row) for row in rows])


def test_a_program_in_shell_and_several_scores(tmp_path):
    data = write_csv(tmp_path / "rows.csv", [{"a": 1, "b": 2}, {"a": 3, "b": 4}])
    out = aic("predict", data, "--predict", "read header; while IFS=, read -r a b; do echo \"$a,$b\"; done", "--json")
    assert out.returncode == 0, out.stderr
    assert json.loads(out.stdout)["predictions"] == [[1, 2], [3, 4]]


def test_neither_side_waits_for_the_other_when_pipes_are_full(tmp_path):
    """Rows are long and answers are too: far more than a pipe holds, on both sides, with no reading before the end of a batch."""
    rows = [{"text": f"{i}{'x' * 500}"[:500], "n": i} for i in range(900)]
    data = write_csv(tmp_path / "rows.csv", rows)
    chatty = "import sys\nsys.stdin.readline()\nfor line in iter(sys.stdin.readline, ''):\n    print('%-2000s' % 0.5, flush=True)\n"
    out = aic("predict", data, "--predict", script(tmp_path / "model.py", chatty), timeout=60)
    assert out.returncode == 0 and out.stdout.count("0.5") == 900


WRONG = {
    "dies": ("import sys\nsys.stdin.readline()\nfor i, line in enumerate(sys.stdin):\n    if i == 5: sys.exit(7)\n    print(1, flush=True)\n",
             ["ended with exit code 7"]),
    "never starts": ("import sys\nsys.exit(3)\n", ["row 1", "ended with exit code 3"]),
    "a word": ("import sys\nsys.stdin.readline()\nfor i, line in enumerate(iter(sys.stdin.readline, '')):\n    print('high' if i == 4 else 1, flush=True)\n",
               ["row 4", "expected a number", "high"]),
    "not a number": ("import sys\nsys.stdin.readline()\nfor line in iter(sys.stdin.readline, ''): print('nan', flush=True)\n", ["row 1", "nan"]),
    "too many": ("import sys\nsys.stdin.readline()\nfor line in iter(sys.stdin.readline, ''): print('1\\n1', flush=True)\n", ["more lines than rows"]),
    "other width": ("import sys\nsys.stdin.readline()\nfor i, line in enumerate(iter(sys.stdin.readline, '')):\n    print('1' if i == 3 else '1,2', flush=True)\n",
                    ["row 3", "expected 2 numbers"]),
    "silent": ("import sys\nfor line in sys.stdin: pass\n", ["row 1", "no score within 1 seconds", "flush"]),
}


@pytest.mark.parametrize("fault", WRONG)
def test_what_a_program_does_wrong_is_told(tmp_path, fault):
    text, words = WRONG[fault]
    data = write_csv(tmp_path / "rows.csv", [{"a": i} for i in range(20)])
    out = aic("predict", data, "--predict", script(tmp_path / "model.py", text), "--timeout", "1")
    assert out.returncode == 2 and out.stderr.count("\n") == 1, out.stderr
    for word in words:
        assert word in out.stderr


def test_a_program_that_is_killed_midway_is_told(tmp_path):
    """It says who it is, answers a while and then waits; it is killed, and with it goes nothing else."""
    waits = f"import os, sys, time\nsys.stdin.readline()\nfor i, line in enumerate(iter(sys.stdin.readline, '')):\n" \
            f"    if i == 3:\n        open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid()))\n        os.rename({str(tmp_path / 'pid')!r}, {str(tmp_path / 'ready')!r})\n        time.sleep(600)\n    print(1, flush=True)\n"
    data = write_csv(tmp_path / "rows.csv", [{"a": i} for i in range(20)])
    command = "exec " + script(tmp_path / "model.py", waits)
    with subprocess.Popen([BUILD / "aic", "predict", data, "--predict", command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as aic_:
        deadline = time.monotonic() + 60
        while not (tmp_path / "ready").exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        os.kill(int((tmp_path / "ready").read_text()), signal.SIGKILL)
        _, said = aic_.communicate(timeout=60)
    assert aic_.returncode == 2 and "ended by signal 9" in said and "row 3" in said


def test_no_program_is_left_behind(tmp_path):
    """It ignores the end of its input; it is gone when aic is."""
    stubborn = f"import os, signal, sys, time\nopen({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid()))\nsys.stdin.readline()\n" \
               "for line in iter(sys.stdin.readline, ''): print(1, flush=True)\ntime.sleep(600)\n"
    data = write_csv(tmp_path / "rows.csv", [{"a": 1}])
    assert aic("predict", data, "--predict", script(tmp_path / "model.py", stubborn) + "; true").returncode == 0
    status = pathlib.Path(f"/proc/{(tmp_path / 'pid').read_text()}/stat")
    assert not status.exists() or ") Z " in status.read_text()  # ended, whether or not its new parent has noticed


def test_the_other_end_of_a_pipe_may_close(tmp_path):
    data = write_csv(tmp_path / "rows.csv", loans(3000))
    command = f"{BUILD}/aic predict {data} --predict '{script(tmp_path / 'model.py')}' | head -1"
    out = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60, check=False)
    assert out.stdout == "prediction\n" and sys.executable


# A forest of scikit-learn on words and numbers, fitted as the process starts; nothing of it is known to aic but its scores.
FOREST = '''
import csv, sys
import pandas
from sklearn.ensemble import RandomForestClassifier
data = pandas.read_csv(sys.argv[1])
places = {word: place for place, word in enumerate(sorted(data["job"].dropna().unique()))}
def numbers(age, job, sex):
    return [float(age) if age not in ("", None) else -1, places.get(job, -1), sex == "woman"]
forest = RandomForestClassifier(30, random_state=1).fit(
    [numbers(a if a == a else "", j, s) for a, j, s in zip(data["age"], data["job"], data["sex"])], data["granted"] == "yes")
rows = csv.reader(iter(sys.stdin.readline, ""))
next(rows)
for row in rows:
    print(forest.predict_proba([numbers(*row)])[0, 1])
'''


def test_a_forest_of_scikit_learn_is_predicted_and_explained(tmp_path):
    data = write_csv(tmp_path / "loans.csv", loans(200))
    command = script(tmp_path / "forest.py", FOREST) + f" {data}"
    predicted = json.loads(aic("predict", data, "--predict", command, "--ignore", "income,class,granted", "--json").stdout)["predictions"]
    right = [(p >= 0.5) == (row["granted"] == "yes") for p, row in zip(predicted, loans(200), strict=True)]
    assert sum(right) / 200 > 0.95
    background = write_csv(tmp_path / "background.csv", [{k: row[k] for k in ("age", "job", "sex")} for row in loans(10)])
    out = aic("explain", data, "--predict", command, "--ignore", "income,class,granted", "--background", background, "--row", "3", "--json")
    assert out.returncode == 0, out.stderr
    found = json.loads(out.stdout)
    assert found["base_values"][0] + sum(found["values"][0]) == pytest.approx(predicted[3], abs=1e-9)


def test_a_model_that_is_given_besides_a_command_is_not_read(tmp_path):
    data = write_csv(tmp_path / "rows.csv", [{"a": 1}, {"a": 2}])
    out = aic("predict", tmp_path / "nothing.json", data, "--predict", "read h; while read a; do echo $a; done")
    assert out.returncode == 0 and out.stdout.split() == ["prediction", "1", "2"] and "nothing.json is not read" in out.stderr
