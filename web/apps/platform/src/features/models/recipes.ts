/** How a model is saved from a notebook. */
export interface Recipe {
    name: string;
    code: string;
    note: 'newModel.named' | 'newModel.order';
}

/* Code, not words: the same in every language. */
export const recipes: Recipe[] = [
    { name: 'XGBoost', note: 'newModel.named', code: 'booster = getattr(model, "get_booster", lambda: model)()\nprint(booster.num_features(), "features:", booster.feature_names)\nbooster.save_model("model.json")' },
    { name: 'LightGBM', note: 'newModel.named', code: 'booster = getattr(model, "booster_", model)\nprint(booster.num_feature(), "features:", booster.feature_name())\nbooster.save_model("model.txt")' },
    {
        name: 'scikit-learn', note: 'newModel.order',
        code: 'from skl2onnx import to_onnx  # pip install skl2onnx\nonnx = to_onnx(model, X_train[:1].to_numpy().astype("float32"))\nopen("model.onnx", "wb").write(onnx.SerializeToString())',
    },
];
