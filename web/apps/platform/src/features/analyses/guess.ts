import { type Preview, valuesOf } from './preview';

/** Which column is what. A guess is only ever offered; the person decides. */
export interface Mapping {
    protected: string[];
    label: string | null;
    prediction: string | null;
    score: string | null;
    favorable: string | null;
}

const words = {
    protected: ['sex', 'gender', 'race', 'ethnicity', 'ethnic', 'age_group', 'age_cat', 'age_band', 'agegroup', 'religion', 'disability', 'nationality', 'marital_status'],
    label: ['two_year_recid', 'y_true', 'label', 'outcome', 'target', 'repaid', 'default', 'truth', 'actual', 'ground_truth', 'is_recid'],
    prediction: ['high_risk', 'y_pred', 'prediction', 'predicted', 'approved', 'decision', 'hired', 'selected', 'y_hat', 'admitted'],
    score: ['y_score', 'score', 'probability', 'prob', 'risk_score', 'proba'],
};
const bad = ['high_risk', 'default', 'recid', 'fraud', 'denied', 'rejected'];

const find = (names: string[], known: string[], fits: (name: string) => boolean) =>
    known.map((word) => names.find((name) => name.toLowerCase() === word && fits(name))).find((name) => name !== undefined) ?? null;

export const guessMapping = (preview: Preview): Mapping => {
    const binary = (name: string) => valuesOf(preview, name).length <= 2;
    const unit = (name: string) => valuesOf(preview, name).every((v) => Number(v) >= 0 && Number(v) <= 1);
    const prediction = find(preview.names, words.prediction, binary);
    const label = find(preview.names, words.label, binary);
    const values = valuesOf(preview, prediction ?? label);
    const harmful = bad.some((word) => (prediction ?? label ?? '').toLowerCase().includes(word));
    return {
        protected: preview.names.filter((name) => words.protected.includes(name.toLowerCase())),
        label,
        prediction,
        score: find(preview.names, words.score, unit),
        favorable: values.includes(harmful ? '0' : '1') ? (harmful ? '0' : '1') : (values[0] ?? null),
    };
};
