"""Models of today's scikit-learn through ONNX, trained here, read by the engine and compared with what the library predicts."""
import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn import ensemble, linear_model, multiclass, pipeline, preprocessing, tree

from engine import MARGIN, Model, Refused

ROWS = 500


@pytest.fixture(scope="module", name="data")
def some_data():
    r = np.random.default_rng(7)
    x = r.normal(size=(ROWS, 4)).astype(np.float32)
    x[:, 2] = np.round(x[:, 2] * 3)
    return {
        "x": x,
        "binary": (x[:, 0] + x[:, 1] * x[:, 2] > 0.4).astype(int),
        "classes": np.digitize(x[:, 0] + x[:, 2], [-0.8, 0.9]),
        "names": np.array(["bad", "fair", "good"])[np.digitize(x[:, 0] + x[:, 2], [-0.8, 0.9])],
        "number": x[:, 0] - 2 * x[:, 1] + 3,
    }


def converted(model, x, **options):
    return to_onnx(model, x[:1], **options)


def as_onnx_says(graph, x):
    return ReferenceEvaluator(graph).run(None, {"X": x})[-1]


def agree(model, x, y, by_onnx=False, **options):
    """As scikit-learn predicts; or, where the converted file itself differs (it scales in float32, it compares float64), as
    ONNX's own evaluator says of the file."""
    model.fit(x, y)
    graph = converted(model, x, **options)
    read = Model(graph.SerializeToString())
    wanted = model.predict_proba(x) if hasattr(model, "predict_proba") else model.predict(x)
    if by_onnx:
        wanted = as_onnx_says(graph, x).reshape(wanted.shape)
    wanted = wanted[:, 1] if wanted.ndim == 2 and wanted.shape[1] == 2 and read.facts["outputs"] == 1 else wanted
    for m in (read, Model(read.written())):
        np.testing.assert_allclose(m.predict(x), wanted, rtol=2e-5, atol=2e-6)
    return read


LABELS = ["binary", "classes", "names"]
CLASSIFIERS = {
    "tree": lambda: tree.DecisionTreeClassifier(max_depth=5, random_state=1),
    "forest": lambda: ensemble.RandomForestClassifier(15, max_depth=6, random_state=1),
    "extra": lambda: ensemble.ExtraTreesClassifier(15, max_depth=6, random_state=1),
    "boosting": lambda: ensemble.GradientBoostingClassifier(n_estimators=15, random_state=1),
    "logistic": lambda: linear_model.LogisticRegression(),
}
TYPES = {"tree": "TREE", "forest": "FOREST", "extra": "FOREST", "boosting": "GBDT", "logistic": "LOGISTIC"}


@pytest.mark.parametrize("kind", CLASSIFIERS)
@pytest.mark.parametrize("label", LABELS)
def test_classifiers(data, kind, label):
    model = agree(CLASSIFIERS[kind](), data["x"], data[label])
    assert model.facts["type"] == TYPES[kind]
    assert model.facts["classes"] == (["0", "1"] if label == "binary" else ["0", "1", "2"] if label == "classes" else ["bad", "fair", "good"])
    assert not model.facts["has_covers"]  # the converter writes ones


@pytest.mark.parametrize("kind", CLASSIFIERS)
@pytest.mark.parametrize("scaler", [preprocessing.StandardScaler, preprocessing.MinMaxScaler, preprocessing.MaxAbsScaler])
def test_pipelines(data, kind, scaler):
    agree(pipeline.make_pipeline(scaler(), CLASSIFIERS[kind]()), data["x"], data["classes"], by_onnx=True, options={"zipmap": False})


REGRESSORS = {
    "tree": lambda: tree.DecisionTreeRegressor(max_depth=5, random_state=1),
    "forest": lambda: ensemble.RandomForestRegressor(15, max_depth=6, random_state=1),
    "boosting": lambda: ensemble.GradientBoostingRegressor(n_estimators=15, random_state=1),
    "linear": lambda: linear_model.LinearRegression(),
    "ridge": lambda: linear_model.Ridge(0.5),
    "lasso": lambda: linear_model.Lasso(0.01),
}


@pytest.mark.parametrize("kind", REGRESSORS)
@pytest.mark.parametrize("scaled", [False, True])
def test_regressors(data, kind, scaled):
    model = REGRESSORS[kind]()
    agree(pipeline.make_pipeline(preprocessing.StandardScaler(), model) if scaled else model, data["x"], data["number"], by_onnx=scaled)


@pytest.mark.parametrize("kind", ["tree", "forest", "linear"])
def test_several_targets(data, kind):
    y = np.c_[data["number"], data["x"][:, 1] * 3, data["x"][:, 0]]
    assert agree(REGRESSORS[kind](), data["x"], y).facts["outputs"] == 3


def test_an_array_of_probabilities_instead_of_maps(data):
    for kind in CLASSIFIERS:
        agree(CLASSIFIERS[kind](), data["x"], data["binary"], options={"zipmap": False})


@pytest.mark.parametrize("kind", CLASSIFIERS)
@pytest.mark.parametrize("label", ["binary", "classes"])
@pytest.mark.parametrize("scaled", [False, True])
def test_float64_inputs_of_classifiers(data, kind, label, scaled):
    model = pipeline.make_pipeline(preprocessing.StandardScaler(), CLASSIFIERS[kind]()) if scaled else CLASSIFIERS[kind]()
    x = data["x"].astype(np.float64) + 1e-9
    agree(model, x, data[label], by_onnx=kind != "logistic", options={"zipmap": False})
    if kind == "logistic":
        assert agree(model, x, data["names"]).facts["classes"] == ["bad", "fair", "good"]


@pytest.mark.parametrize("kind", ["tree", "forest", "linear", "ridge"])
@pytest.mark.parametrize("scaled", [False, True])
def test_float64_inputs_of_regressors(data, kind, scaled):
    model = pipeline.make_pipeline(preprocessing.StandardScaler(), REGRESSORS[kind]()) if scaled else REGRESSORS[kind]()
    agree(model, data["x"].astype(np.float64), data["number"], by_onnx=kind in ("tree", "forest"))


def test_inputs_of_one_column_each_name_the_features(data):
    names = ["age", "income", "debt", "years"]
    model = linear_model.LogisticRegression().fit(data["x"], data["binary"])
    graph = to_onnx(pipeline.make_pipeline(preprocessing.StandardScaler(), model).fit(data["x"], data["binary"]),
                    initial_types=[(name, FloatTensorType([None, 1])) for name in names])
    read = Model(graph.SerializeToString())
    assert [f["name"] for f in read.facts["features"]] == names
    scaler = preprocessing.StandardScaler().fit(data["x"])
    wanted = linear_model.LogisticRegression().fit(scaler.transform(data["x"]), data["binary"]).predict_proba(scaler.transform(data["x"]))[:, 1]
    np.testing.assert_allclose(read.predict(data["x"]), wanted, rtol=2e-5, atol=2e-6)


# ---- files by hand: what converters of scikit-learn do not write

def ensemble_of(kind, values, inputs=1, element=TensorProto.FLOAT, **attributes):
    """One split x0 ? 2 with two leaves."""
    nodes = dict(nodes_treeids=[0, 0, 0], nodes_nodeids=[0, 1, 2], nodes_featureids=[0, 0, 0], nodes_modes=[kind, "LEAF", "LEAF"],
                 nodes_truenodeids=[1, 0, 0], nodes_falsenodeids=[2, 0, 0], target_treeids=[0, 0], target_nodeids=[1, 2],
                 target_ids=[0, 0], target_weights=[10.0, 20.0], n_targets=1, nodes_values=values)
    nodes.update(attributes)
    node = helper.make_node("TreeEnsembleRegressor", ["X"], ["y"], domain="ai.onnx.ml", **{k: v for k, v in nodes.items() if v is not None})
    return file_of([node], inputs, element)


def file_of(nodes, columns, element=TensorProto.FLOAT, initializers=()):
    graph = helper.make_graph(nodes, "g", [helper.make_tensor_value_info("X", element, [None, columns])],
                              [helper.make_tensor_value_info("y", element, [None, 1])], initializer=list(initializers))
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("ai.onnx.ml", 3), helper.make_opsetid("", 15)]).SerializeToString()


@pytest.mark.parametrize("kind, holds", [("BRANCH_LEQ", np.less_equal), ("BRANCH_LT", np.less), ("BRANCH_GTE", np.greater_equal),
                                         ("BRANCH_GT", np.greater)])
@pytest.mark.parametrize("tracks", [0, 1])
def test_every_mode_of_a_split(kind, holds, tracks):
    t = np.float32(0.1)
    x = np.array([t, np.nextafter(t, np.float32(1)), np.nextafter(t, np.float32(-1)), -5, 5], dtype=np.float64)
    model = Model(ensemble_of(kind, [float(t), 0.0, 0.0], nodes_missing_value_tracks_true=[tracks, 0, 0]))
    np.testing.assert_array_equal(model.predict(x[:, None]), np.where(holds(x.astype(np.float32), t), 10, 20))
    assert model.predict(np.array([[np.nan]]))[0] == (10 if tracks else 20)
    wide = helper.make_tensor("t", TensorProto.DOUBLE, [3], [0.1, 0.0, 0.0])
    model = Model(ensemble_of(kind, None, element=TensorProto.DOUBLE, nodes_values_as_tensor=wide))
    x = np.array([0.1, np.nextafter(0.1, 1), np.nextafter(0.1, -1), float(t)])
    np.testing.assert_array_equal(model.predict(x[:, None]), np.where(holds(x, 0.1), 10, 20))


@pytest.mark.parametrize("scale", [3.7, -0.013, 1e-30, -1e30])
@pytest.mark.parametrize("kind, holds", [("BRANCH_LEQ", np.less_equal), ("BRANCH_GT", np.greater)])
def test_a_scaler_is_folded_into_thresholds_exactly(scale, kind, holds):
    offset, scale, t = np.float32(0.3), np.float32(scale), np.float32(0.77)
    scaler = helper.make_node("Scaler", ["X"], ["S"], domain="ai.onnx.ml", offset=[float(offset)], scale=[float(scale)])
    trees = onnx.load_from_string(ensemble_of(kind, [float(t), 0.0, 0.0]))
    trees.graph.node[0].input[0] = "S"
    trees.graph.node.insert(0, scaler)
    model = Model(trees.SerializeToString())
    middle = np.float32(t / scale + offset)
    x = [middle]
    for way in (np.inf, -np.inf):
        at = middle
        for _ in range(300):
            at = np.nextafter(at, np.float32(way))
            x.append(at)
    x = np.concatenate([np.array(x, dtype=np.float32), np.random.default_rng(1).normal(size=300).astype(np.float32)])
    wanted = np.where(holds((x - offset) * scale, t), 10, 20)
    np.testing.assert_array_equal(model.predict(x.astype(np.float64)[:, None]), wanted)


def test_averages_links_and_base_values():
    x = np.array([[-1.0], [1.0]])
    values = [0.0, 0.0, 0.0]
    assert Model(ensemble_of("BRANCH_LEQ", values, base_values=[1.5])).predict(x).tolist() == [11.5, 21.5]
    model = Model(ensemble_of("BRANCH_LEQ", values, post_transform="LOGISTIC", target_weights=[0.5, -0.25]))
    np.testing.assert_allclose(model.predict(x), 1 / (1 + np.exp([-0.5, 0.25])))
    np.testing.assert_allclose(model.predict(x, MARGIN), [0.5, -0.25])
    two = dict(nodes_treeids=[0, 0, 0, 4], nodes_nodeids=[5, 6, 9, 0], nodes_featureids=[0] * 4, nodes_values=[0.0] * 4,
               nodes_modes=["BRANCH_LEQ", "LEAF", "LEAF", "LEAF"], nodes_truenodeids=[6, 0, 0, 0], nodes_falsenodeids=[9, 0, 0, 0],
               target_treeids=[4, 0, 0], target_nodeids=[0, 9, 6], target_ids=[0, 0, 0], target_weights=[100.0, 20.0, 10.0])
    assert Model(ensemble_of("", None, aggregate_function="AVERAGE", **two)).predict(x).tolist() == [55, 60]


def test_covers_are_taken_where_they_add_up():
    values = [0.0, 0.0, 0.0]
    assert Model(ensemble_of("BRANCH_LEQ", values, nodes_hitrates=[30.0, 10.0, 20.0])).facts["has_covers"]
    assert not Model(ensemble_of("BRANCH_LEQ", values, nodes_hitrates=[1.0, 1.0, 1.0])).facts["has_covers"]
    assert not Model(ensemble_of("BRANCH_LEQ", values)).facts["has_covers"]


@pytest.mark.parametrize("change, words", [
    (dict(nodes_modes=["BRANCH_EQ", "LEAF", "LEAF"]), "BRANCH_EQ"),
    (dict(post_transform="PROBIT"), "PROBIT"),
    (dict(aggregate_function="MAX"), "MAX"),
    (dict(nodes_truenodeids=[0, 0, 0]), "root is the child"),
    (dict(nodes_truenodeids=[2, 0, 0]), "has a parent already"),
    (dict(nodes_truenodeids=[7, 0, 0]), "has no node 7"),
    (dict(nodes_featureids=[0, 0]), "lists have"),
    (dict(nodes_featureids=[3, 0, 0]), "feature 3 of 1"),
    (dict(target_nodeids=[0, 2]), "is no leaf"),
    (dict(target_ids=[0, 1]), "target 1 of 1"),
    (dict(nodes_nodeids=[0, 1, 1]), "the same number"),
])
def test_what_is_wrong_in_an_ensemble_is_told(change, words):
    attributes = dict(nodes_modes=None) | change if "nodes_modes" in change else change
    with pytest.raises(Refused, match=words):
        Model(ensemble_of("BRANCH_LEQ", [0.0, 0.0, 0.0], **attributes))


@pytest.mark.parametrize("model, operator", [
    (pipeline.make_pipeline(preprocessing.Normalizer(), linear_model.LogisticRegression()), "Normalizer"),
    (pipeline.make_pipeline(preprocessing.PolynomialFeatures(2), linear_model.LinearRegression()), "ONNX: "),
    (ensemble.BaggingRegressor(tree.DecisionTreeRegressor(max_depth=2), 2), "a second model|not supported"),
    (multiclass.OneVsRestClassifier(linear_model.LogisticRegression()), "not supported"),
])
def test_other_operators_are_refused_by_name(data, model, operator):
    model.fit(data["x"], data["binary"])
    with pytest.raises(Refused, match=operator):
        Model(converted(model, data["x"]).SerializeToString())


def test_other_files_are_told_apart():
    for data, words in ((b"\x80\x04\x95", "pickle"), (b"CBM1 x", "CatBoost"), (b"", "no model"), (b"hello", "no model"), (b"{}", "learner"),
                        (b"\x08\x0a\x3a\xff", "cut")):
        with pytest.raises(Refused, match=words):
            Model(data)
