"""A model whose file keeps no covers: with the rows it was trained on as background, its path values are the library's own."""
import csv
import ctypes
import json

import numpy as np
import pytest

from engine import Matrix, Model, check, engine

for name, arguments in {"forest_new": 3, "forest_with_covers": 3, "forest_shap_path": 5}.items():
    function = getattr(engine, name)
    function.restype, function.argtypes = ctypes.c_void_p, [ctypes.c_void_p] * arguments


def matrix_of(values):
    return Matrix(values.ctypes.data_as(ctypes.POINTER(ctypes.c_double)), *values.shape)


def table(path):
    with open(path, encoding="utf-8") as file:
        rows = list(csv.reader(file))
    return np.array([[float(cell or "nan") for cell in row] for row in rows[1:]]), rows[0]


def path_values(model, training, rows):
    forest = ctypes.c_void_p()
    check(engine.forest_new(model.arena, model.pointer, ctypes.byref(forest)))
    covered = engine.forest_with_covers(model.arena, forest, ctypes.byref(matrix_of(training)))
    base, values = np.zeros(1), np.zeros(rows.shape)
    check(engine.forest_shap_path(model.arena, covered, ctypes.byref(matrix_of(rows)), base.ctypes.data, values.ctypes.data))
    return base[0], values


def test_a_trees_values_are_the_librarys_when_its_training_rows_are_the_background(golden_models):
    data, names = table(golden_models.parent.parent / "datasets/adult_encoded.csv")
    features = [i for i, column in enumerate(names) if column != "income"]
    # As the golden files were made: the first 8,000 rows of this order, missing as -1.
    order = np.random.default_rng(1).permutation(len(data))[:8000]
    training = np.ascontiguousarray(np.nan_to_num(data[order][:, features], nan=-1))
    rows, _ = table(golden_models / "onnx_tree.rows.csv")
    wanted = json.loads((golden_models / "onnx_tree.expected.json").read_text())["tree_path_class1"]
    model = Model((golden_models / "onnx_tree.onnx").read_bytes())
    assert not model.facts["has_covers"]
    base, values = path_values(model, training, np.ascontiguousarray(rows))
    assert base == pytest.approx(wanted["base"], abs=1e-7)
    np.testing.assert_allclose(values, wanted["values"], atol=1e-5)
