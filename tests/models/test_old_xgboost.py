"""Files of earlier versions of XGBoost, written by them (tests/models/old), with what they predicted: each version has had
its own way to write the base score, leaves of several values and where training stopped."""
import json
import pathlib

import numpy as np
import pytest

from engine import MARGIN, Model

OLD = pathlib.Path(__file__).parent / "old"
EXPECTED = {name: case for path in sorted(OLD.glob("expected-*.json"))
            for name, case in json.loads(path.read_text())["cases"].items()}


def test_every_file_has_its_expectation():
    assert {p.name for p in OLD.iterdir() if not p.name.startswith("expected-")} == set(EXPECTED)
    assert len(EXPECTED) > 40


@pytest.mark.parametrize("name", EXPECTED)
def test_it_predicts_as_its_own_version_did(name):
    model, case = Model((OLD / name).read_bytes()), EXPECTED[name]
    rows = np.array(case["rows"], dtype=float)
    np.testing.assert_allclose(model.predict(rows, MARGIN), case["margin"], rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(model.predict(rows), case["prediction"], rtol=1e-6, atol=1e-6)
