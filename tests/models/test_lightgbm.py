"""Models of today's LightGBM, trained here, read by the engine and compared with what the library itself predicts."""
import lightgbm as lgb
import numpy as np
import pandas as pd
import pytest

from engine import MARGIN, Model, Refused

ROWS = 800


@pytest.fixture(scope="module", name="data")
def some_data():
    r = np.random.default_rng(6)
    x = np.round(r.normal(size=(ROWS, 5)), 3)
    x[:, 3] = r.choice([0, 0, 1, -1, 2.5], ROWS)
    known = x.copy()
    x[r.random(x.shape) < 0.1] = np.nan
    return {
        "x": x,
        "binary": (known[:, 0] + known[:, 1] * known[:, 2] + r.normal(size=ROWS) > 0.7).astype(int),
        "classes": np.digitize(known[:, 0] + 0.5 * known[:, 3], [-0.5, 0.6]),
        "number": known[:, 0] - 2 * known[:, 1] + 3,
        "positive": np.exp(known[:, 0] * 0.5) + 0.1,
        "count": np.floor(np.exp(known[:, 0] * 0.7)),
        "share": 1 / (1 + np.exp(-known[:, 0])),
        "grade": r.integers(0, 4, ROWS),
    }


def train(options, x, y, rounds=12, **more):
    return lgb.train({"verbosity": -1, "num_leaves": 15, "seed": 2, **options}, lgb.Dataset(x, y, **more), rounds)


def agree(booster, x, table=None, factor=1):
    data = booster.model_to_string().encode()
    table = x if table is None else table
    model = Model(data)
    for m in (model, Model(model.written()), Model(data.replace(b"\n", b"\r\n"))):
        np.testing.assert_allclose(m.predict(x, MARGIN), factor * booster.predict(table, raw_score=True), rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(m.predict(x), booster.predict(table), rtol=1e-12, atol=1e-12)
    return model


OBJECTIVES = {"regression": "number", "regression_l1": "number", "huber": "number", "fair": "number", "quantile": "number",
              "mape": "positive", "poisson": "count", "gamma": "positive", "tweedie": "positive", "binary": "binary",
              "cross_entropy": "share"}


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_every_objective(data, objective):
    model = agree(train({"objective": objective}, data["x"], data[OBJECTIVES[objective]]), data["x"])
    assert model.facts["has_covers"] and model.facts["type"] == "GBDT"


@pytest.mark.parametrize("boosting", ["dart", "goss"])
def test_ways_of_boosting(data, boosting):
    agree(train({"objective": "binary", "boosting": boosting}, data["x"], data["binary"]), data["x"])


@pytest.mark.parametrize("objective", ["multiclass", "multiclassova"])
def test_several_classes(data, objective):
    model = agree(train({"objective": objective, "num_class": 3}, data["x"], data["classes"]), data["x"])
    assert model.facts["outputs"] == 3 and model.facts["classes"] == ["0", "1", "2"]


@pytest.mark.parametrize("objective", ["binary", "multiclassova"])
def test_the_factor_of_a_sigmoid_stands_in_the_margin(data, objective):
    options = {"objective": objective, "sigmoid": 2.5, **({"num_class": 3} if objective != "binary" else {})}
    label = "binary" if objective == "binary" else "classes"
    agree(train(options, data["x"], data[label]), data["x"], factor=2.5)


@pytest.mark.parametrize("objective", ["lambdarank", "rank_xendcg"])
def test_ranking(data, objective):
    agree(train({"objective": objective}, data["x"], data["grade"], group=[80] * 10), data["x"])


@pytest.mark.parametrize("label", ["binary", "number"])
def test_a_random_forest_is_the_mean_of_its_trees(data, label):
    options = {"objective": "binary" if label == "binary" else "regression", "boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.6}
    booster = train(options, data["x"], data[label])
    model = Model(booster.model_to_string().encode())
    np.testing.assert_allclose(model.predict(data["x"]), booster.predict(data["x"]), rtol=1e-12, atol=1e-12)
    assert model.facts["type"] == "FOREST"


@pytest.mark.parametrize("options", [{"use_missing": False}, {"zero_as_missing": True}, {}])
@pytest.mark.parametrize("complete", [False, True])
def test_missing_values_and_zeros(data, options, complete):
    """Trained with and without missing values, asked with both, and with values around what counts as zero."""
    x = np.nan_to_num(data["x"]) if complete else data["x"]
    booster = train({"objective": "regression", **options}, x, data["number"] + np.nan_to_num(data["x"][:, 3]))
    zeros = np.tile(data["x"][:40], (1, 1))
    zeros[:, 3] = np.resize([0.0, -0.0, 1e-35, -1e-35, 1.0000000180025095e-35, 1.1e-35, -1.1e-35, np.nan, 1e-30, -1e-36], 40)
    zeros[:, 0] = np.resize([0.0, 1.0000000180025095e-35, np.nextafter(1.0000000180025095e-35, 1), np.nan], 40)
    agree(booster, data["x"])
    agree(booster, zeros)


def test_values_at_the_thresholds(data):
    booster = train({"objective": "regression"}, data["x"], data["number"])
    tree = booster.trees_to_dataframe()
    for feature in range(5):
        t = tree[tree.split_feature == f"Column_{feature}"].threshold.astype(float).to_numpy()
        near = np.concatenate([t, np.nextafter(t, -np.inf), np.nextafter(t, np.inf)])
        x = np.tile(data["x"][:1], (len(near), 1))
        x[:, feature] = near
        agree(booster, x)


def with_categories(data):
    r = np.random.default_rng(8)
    frame = pd.DataFrame({"a": data["x"][:, 0], "colour": pd.Categorical(r.choice(["red", "green", "blü", "x y"], ROWS)),
                          "number": pd.Categorical(r.choice([3, 7, 100], ROWS)), "yes": pd.Categorical(r.choice([True, False], ROWS))})
    frame.loc[::11, "colour"] = np.nan
    y = np.nan_to_num(frame.a) + (frame.colour == "red") * 2 - (frame.number == 7) + r.normal(size=ROWS) * 0.2
    codes = np.c_[frame.a, *(frame[c].cat.codes for c in ("colour", "number", "yes"))].astype(float)
    codes[codes[:, 1] < 0, 1] = np.nan
    return frame, y, codes


@pytest.mark.parametrize("options", [{}, {"max_cat_to_onehot": 1, "cat_smooth": 1, "min_data_per_group": 5}])
def test_categories_of_pandas_by_number_and_by_text(data, options):
    frame, y, codes = with_categories(data)
    booster = train({"objective": "regression", **options}, frame, y)
    model = agree(booster, codes, frame)
    assert model.facts["features"][1] == {"name": "colour", "is_category": True, "categories": ["blü", "green", "red", "x y"]}
    assert [f["categories"] for f in model.facts["features"][2:]] == [["3", "7", "100"], ["false", "true"]]
    np.testing.assert_allclose(model.predict_table(frame), booster.predict(frame), rtol=1e-12)
    with pytest.raises(Refused, match='Row 1, column "colour": expected one of "blü"'):
        model.predict_table(frame.assign(colour="mauve"))


def test_categories_that_were_never_seen(data):
    r = np.random.default_rng(4)
    x = np.c_[data["x"][:, 0], r.integers(0, 90, ROWS)]
    booster = train({"objective": "regression", "min_data_per_group": 1}, x, data["number"] + (x[:, 1] % 7 == 3), categorical_feature=[1])
    asked = np.tile(x[:20], (1, 1))
    asked[:, 1] = np.resize([-1, -0.5, 0.9, 3.99, 95, 96, 1e6, np.nan, -5, 90, 31, 32, 63, 64], 20)
    agree(booster, x)
    agree(booster, asked)


def test_a_constant_model_and_useless_columns(data):
    agree(train({"objective": "regression"}, data["x"], np.ones(ROWS), 1), data["x"])
    x = data["x"].copy()
    x[:, 2] = 4
    agree(train({"objective": "binary"}, x, data["binary"]), x)


def test_early_stopping_writes_the_best_rounds(data):
    x, y = data["x"], data["binary"]
    sets = lgb.Dataset(x[:400], y[:400]), lgb.Dataset(x[400:], y[400:])
    booster = lgb.train({"objective": "binary", "verbosity": -1, "learning_rate": 0.5}, sets[0], 100, valid_sets=[sets[1]],
                        callbacks=[lgb.early_stopping(3, verbose=False)])
    assert agree(booster, x).facts["trees"] == booster.best_iteration


@pytest.mark.parametrize("options, words", [
    ({"linear_tree": True}, "linear models in their leaves"),
    ({"objective": "regression", "reg_sqrt": True}, "square root"),
    ({"objective": "cross_entropy_lambda"}, 'the objective "cross_entropy_lambda" is not supported'),
])
def test_what_is_not_supported_is_refused_by_name(data, options, words):
    x = np.nan_to_num(data["x"])
    with pytest.raises(Refused, match=words):
        Model(train(options, x, data["binary"]).model_to_string().encode())


def test_a_cut_file_is_refused(data):
    file = train({"objective": "binary"}, data["x"], data["binary"]).model_to_string().encode()
    with pytest.raises(Refused, match="it was cut"):
        Model(file[:file.index(b"end of trees")])
