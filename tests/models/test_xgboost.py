"""Models of today's XGBoost, trained here, read by the engine and compared with what the library itself predicts."""
import json

import numpy as np
import pandas as pd
import pytest
import xgboost as xgb

from engine import MARGIN, Model, Refused

ROWS = 600


@pytest.fixture(scope="module", name="data")
def some_data():
    r = np.random.default_rng(5)
    x = np.round(r.normal(size=(ROWS, 5)), 3)
    x[r.random(x.shape) < 0.1] = np.nan
    known = np.nan_to_num(x)
    return {
        "x": x,
        "binary": (known[:, 0] + known[:, 1] * known[:, 2] + r.normal(size=ROWS) > 0.7).astype(int),
        "classes": np.digitize(known[:, 0] + 0.5 * known[:, 3], [-0.5, 0.6]),
        "number": known[:, 0] - 2 * known[:, 1] + 3,
        "positive": np.exp(known[:, 0] * 0.5) + 0.1,
        "count": np.floor(np.exp(known[:, 0] * 0.7)),
    }


def forms(booster):
    return [bytes(booster.save_raw(form)) for form in ("json", "ubj")]


def agree(booster, x, matrix=None, classes=False):
    """Both forms of the file and our own, margins and predictions."""
    matrix = matrix or xgb.DMatrix(x)
    margin, wanted = booster.predict(matrix, output_margin=True), booster.predict(matrix)
    for data in forms(booster):
        model = Model(data)
        for m in (model, Model(model.written())):
            np.testing.assert_allclose(m.predict(x, MARGIN), margin, rtol=3e-6, atol=3e-6)
            got = m.predict(x)
            np.testing.assert_allclose(got.argmax(axis=1) if classes else got, wanted, rtol=3e-6, atol=3e-6)
    return model


OBJECTIVES = {
    "binary:logistic": "binary", "binary:logitraw": "binary", "reg:logistic": "binary", "reg:squarederror": "number",
    "reg:absoluteerror": "number", "reg:pseudohubererror": "number", "reg:squaredlogerror": "positive", "reg:gamma": "positive",
    "reg:tweedie": "positive", "count:poisson": "count", "survival:cox": "positive",
}


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("booster", ["gbtree", "dart"])
def test_every_objective(data, objective, booster):
    options = {"objective": objective, "max_depth": 4, "booster": booster, "seed": 3}
    if booster == "dart":
        options |= {"rate_drop": 0.4, "one_drop": 1}
    agree(xgb.train(options, xgb.DMatrix(data["x"], data[OBJECTIVES[objective]]), 12), data["x"])


@pytest.mark.parametrize("score", [None, 0.2, 0.5])
@pytest.mark.parametrize("objective", ["binary:logistic", "reg:squarederror", "count:poisson", "multi:softprob"])
def test_every_base_score(data, objective, score):
    options = {"objective": objective, "max_depth": 3}
    label = {"binary:logistic": "binary", "reg:squarederror": "number", "count:poisson": "count", "multi:softprob": "classes"}[objective]
    if score is not None:
        options["base_score"] = score
    if objective.startswith("multi"):
        options["num_class"] = 3
    agree(xgb.train(options, xgb.DMatrix(data["x"], data[label]), 5), data["x"])


@pytest.mark.parametrize("objective", ["multi:softprob", "multi:softmax"])
@pytest.mark.parametrize("parallel", [1, 3])
def test_several_classes(data, objective, parallel):
    options = {"objective": objective, "num_class": 3, "num_parallel_tree": parallel, "subsample": 0.7, "max_depth": 3}
    booster = xgb.train(options, xgb.DMatrix(data["x"], data["classes"]), 6)
    model = agree(booster, data["x"], classes=objective == "multi:softmax")
    assert model.facts["classes"] == ["0", "1", "2"] and model.facts["trees"] == 18 * parallel and model.facts["link"] == "softmax"


@pytest.mark.parametrize("strategy", ["one_output_per_tree", "multi_output_tree"])
def test_several_targets(data, strategy):
    y = np.c_[data["number"], data["positive"], data["number"] * 2]
    booster = xgb.train({"multi_strategy": strategy, "tree_method": "hist", "max_depth": 3}, xgb.DMatrix(data["x"], y), 6)
    assert agree(booster, data["x"]).facts["trees"] == 18
    y = np.c_[data["binary"], 1 - data["binary"]]
    options = {"multi_strategy": strategy, "tree_method": "hist", "objective": "binary:logistic"}
    agree(xgb.train(options, xgb.DMatrix(data["x"], y), 4), data["x"])


def test_quantiles(data):
    options = {"objective": "reg:quantileerror", "quantile_alpha": [0.1, 0.5, 0.9], "tree_method": "hist"}
    agree(xgb.train(options, xgb.QuantileDMatrix(data["x"], data["number"]), 5), data["x"])


def test_survival(data):
    matrix = xgb.DMatrix(data["x"])
    matrix.set_float_info("label_lower_bound", data["positive"])
    matrix.set_float_info("label_upper_bound", data["positive"] + 1)
    agree(xgb.train({"objective": "survival:aft"}, matrix, 5), data["x"])


@pytest.mark.parametrize("objective", ["rank:pairwise", "rank:ndcg"])
def test_ranking(data, objective):
    matrix = xgb.DMatrix(data["x"], data["binary"])
    matrix.set_group([50] * (ROWS // 50))
    agree(xgb.train({"objective": objective}, matrix, 5), data["x"])


def test_a_random_forest(data):
    forest = xgb.XGBRFClassifier(n_estimators=20, max_depth=5, random_state=1).fit(data["x"], data["binary"])
    model = agree(forest.get_booster(), data["x"])
    assert model.facts["type"] == "FOREST"


def test_pruned_trees(data):
    options = {"tree_method": "exact", "gamma": 2, "max_depth": 7}
    agree(xgb.train(options, xgb.DMatrix(data["x"], data["number"]), 10), data["x"])


def test_zero_rounds_and_stumps(data):
    agree(xgb.train({"objective": "binary:logistic", "base_score": 0.3}, xgb.DMatrix(data["x"], data["binary"]), 0), data["x"])
    agree(xgb.train({"gamma": 1e9}, xgb.DMatrix(data["x"], data["number"]), 2), data["x"])


def categories(data, onehot, blue="blue"):
    r = np.random.default_rng(9)
    colour = r.choice(["red", "green", blue, "x y"], ROWS)
    number = r.choice([3, 7, 100], ROWS)
    frame = pd.DataFrame({"a": data["x"][:, 0], "colour": pd.Categorical(colour), "number": pd.Categorical(number)})
    frame.loc[::11, "colour"] = np.nan
    y = np.nan_to_num(frame.a) + (colour == "red") * 2 - (number == 7) + r.normal(size=ROWS) * 0.2
    matrix = xgb.DMatrix(frame, y, enable_categorical=True)
    booster = xgb.train({"max_depth": 4, "max_cat_to_onehot": onehot}, matrix, 10)
    codes = np.c_[frame.a, frame.colour.cat.codes, frame.number.cat.codes].astype(float)
    codes[codes[:, 1] < 0, 1] = np.nan
    return frame, booster, matrix, codes


@pytest.mark.parametrize("onehot", [1, 10])
def test_categories_by_number_and_by_text(data, onehot):
    frame, booster, matrix, codes = categories(data, onehot)
    model = agree(booster, codes, matrix)
    colour = model.facts["features"][1]
    assert colour == {"name": "colour", "is_category": True, "categories": ["blue", "green", "red", "x y"]}
    assert model.facts["features"][2]["categories"] == ["3", "7", "100"]
    np.testing.assert_allclose(model.predict_table(frame), booster.predict(matrix), atol=3e-6)
    frame["colour"] = frame["colour"].astype(object)
    frame.loc[3, "colour"] = "mauve"
    with pytest.raises(Refused, match='Row 4, column "colour": expected one of "blue", "green", "red" and "x y", found "mauve"'):
        model.predict_table(frame)


def test_texts_that_the_library_garbles_are_not_taken_for_categories(data):
    frame, booster, matrix, codes = categories(data, 1, "blü")
    model = agree(booster, codes, matrix)
    assert model.facts["features"][1] == {"name": "colour", "is_category": True, "categories": None}
    with pytest.raises(Refused, match='column "colour": expected a number, found'):
        model.predict_table(frame)


def test_unlisted_categories_go_where_the_library_sends_them(data):
    _, booster, _, codes = categories(data, 1)
    codes[:, 1] = 900  # beyond every list
    matrix = xgb.DMatrix(codes, feature_names=["a", "colour", "number"], feature_types=["float", "c", "c"])
    agree(booster, codes, matrix)


def test_early_stopping_of_scikit_learns_classes_and_of_a_booster(data):
    x, y = data["x"], data["binary"]
    options = {"n_estimators": 60, "early_stopping_rounds": 3, "max_depth": 4, "learning_rate": 0.8}
    classifier = xgb.XGBClassifier(**options).fit(x[:300], y[:300], eval_set=[(x[300:], y[300:])], verbose=False)
    rounds = classifier.get_booster().num_boosted_rounds()
    assert classifier.best_iteration + 1 < rounds
    for data_ in forms(classifier.get_booster()):  # without the mark of scikit-learn's classes
        np.testing.assert_allclose(Model(data_).predict(x), classifier.get_booster().predict(xgb.DMatrix(x)), atol=3e-6)


def test_a_saved_classifier_predicts_with_its_best_round(data, tmp_path):
    x, y = data["x"], data["classes"]
    options = {"n_estimators": 60, "early_stopping_rounds": 3, "max_depth": 4, "learning_rate": 0.8}
    classifier = xgb.XGBClassifier(**options).fit(x[:300], y[:300], eval_set=[(x[300:], y[300:])], verbose=False)
    for name in ("model.json", "model.ubj"):
        classifier.save_model(tmp_path / name)
        model = Model((tmp_path / name).read_bytes())
        assert model.facts["trees"] == 3 * (classifier.best_iteration + 1)
        np.testing.assert_allclose(model.predict(x), classifier.predict_proba(x), atol=3e-6)


def test_names_and_types_of_features(data):
    frame = pd.DataFrame(data["x"], columns=["age", "income", "größe", "a b", "e"])
    booster = xgb.train({"objective": "binary:logistic"}, xgb.DMatrix(frame, data["binary"]), 4)
    for bytes_ in forms(booster):
        model = Model(bytes_)
        assert [f["name"] for f in model.facts["features"]] == list(frame.columns)
        shuffled = frame[["e", "income", "a b", "age", "größe"]]
        np.testing.assert_allclose(model.predict_table(shuffled), booster.predict(xgb.DMatrix(frame)), atol=3e-6)
        with pytest.raises(Refused, match='a feature "income"; the data has no such column. Did you mean "Income"'):
            model.predict_table(frame.rename(columns={"income": "Income"}))


def test_double_inputs_near_the_thresholds(data):
    """The library rounds to float32 first: doubles next to a threshold must fall on the same side."""
    x = data["x"][:, :1] * np.pi
    booster = xgb.train({"max_depth": 6}, xgb.DMatrix(x, data["number"]), 5)
    tree = json.loads(bytes(booster.save_raw("json")))["learner"]["gradient_booster"]["model"]["trees"][0]
    t = np.array([c for c, left in zip(tree["split_conditions"], tree["left_children"]) if left != -1], dtype=np.float32).astype(float)
    ulp = np.spacing(t.astype(np.float32)).astype(float)
    near = np.concatenate([t + k * ulp for k in (-1, -0.5, -0.5 + 1e-9, -0.25, 0, 0.25, 0.5, 1)])
    near = np.concatenate([near, np.nextafter(near, -np.inf), np.nextafter(near, np.inf)])[:, None]
    agree(booster, near)


@pytest.mark.parametrize("options, words", [
    ({"booster": "gblinear"}, 'the booster "gblinear" is not supported'),
    ({"objective": "binary:hinge"}, 'the objective "binary:hinge" is not supported'),
])
def test_what_is_not_supported_is_refused_by_name(data, options, words):
    booster = xgb.train(options, xgb.DMatrix(np.nan_to_num(data["x"]), data["binary"]), 2)
    for bytes_ in forms(booster):
        with pytest.raises(Refused, match=words):
            Model(bytes_)
