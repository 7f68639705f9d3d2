import { type ColumnSeen, columnNamed, type Preview } from '@aic/files';

/** Which column is what. A guess is only ever offered; the person decides. */
export interface Mapping {
    protected: string[];
    label: string | null;
    prediction: string | null;
    score: string | null;
    favorable: string | null;
}

const MOST_GROUPS = 20;

const protectedWords = [
    'sex', 'gender', 'race', 'ethnicity', 'ethnic', 'religion', 'disability', 'disabled', 'nationality', 'citizenship', 'marital', 'pregnant',
    'orientation', 'age', 'language', 'caste',
];
const labelNames = [
    'two_year_recid', 'y_true', 'label', 'target', 'outcome', 'truth', 'ground_truth', 'actual', 'repaid', 'defaulted', 'default', 'is_recid', 'true_label', 'y',
];
const predictionNames = [
    'high_risk', 'y_pred', 'prediction', 'predicted', 'y_hat', 'decision', 'approved', 'approval', 'hired', 'selected', 'admitted', 'accepted', 'granted',
    'predicted_label', 'pred',
];
const scoreNames = ['y_score', 'score', 'probability', 'prob', 'proba', 'risk_score', 'predicted_probability', 'y_prob'];

const wordsOf = (name: string) => name.replaceAll(/([a-z])([A-Z])/g, '$1_$2').toLowerCase().split(/[^a-z0-9]+/).filter(Boolean);
const plain = (name: string) => wordsOf(name).join('_');

const isBinary = (column: ColumnSeen) => column.values.size === 2 && !column.more;
const isGroups = (column: ColumnSeen) => column.values.size >= 2 && column.values.size <= MOST_GROUPS && !column.more;
const isUnit = (column: ColumnSeen) => column.isNumber && column.least >= 0 && column.most <= 1 && column.values.size > 2;

/** The column with the first of the known names; else one whose last word is such a name. */
const named = (columns: ColumnSeen[], known: string[]) =>
    known.map((name) => columns.find((column) => plain(column.name) === name)).find((column) => column !== undefined) ??
    columns.find((column) => known.includes(wordsOf(column.name).at(-1) ?? ''));

const harmful = ['risk', 'recid', 'recidivism', 'default', 'defaulted', 'fraud', 'denied', 'rejected', 'declined', 'arrest', 'arrested', 'flagged', 'suspicious', 'fail', 'failed', 'bad', 'churn', 'dismissed'];
const goodValues = ['1', 'true', 'yes', 'y', 'approved', 'approve', 'accepted', 'accept', 'granted', 'hired', 'admitted', 'selected', 'passed', 'pass', 'low', 'good', 'repaid', 'paid', '>50k'];
const badValues = ['0', 'false', 'no', 'n', 'denied', 'rejected', 'declined', 'refused', 'failed', 'fail', 'high', 'bad', 'defaulted', '<=50k'];
const bareValues = ['0', '1', 'true', 'false', 'yes', 'no', 'y', 'n'];

/** Which value of a decision is good for the person: by what the value says, and for 1 or yes by what the column's name
    says. null when neither tells. */
export const guessFavorable = (name: string, values: string[]): string | null => {
    const known = values.find((value) => goodValues.includes(value.toLowerCase()));
    const other = values.find((value) => badValues.includes(value.toLowerCase()));
    if (known === undefined) return other !== undefined && values.length === 2 ? (values.find((value) => value !== other) ?? null) : null;
    const isBare = bareValues.includes(known.toLowerCase());
    if (isBare && wordsOf(name).some((word) => harmful.includes(word))) return values.find((value) => value !== known) ?? null;
    return known;
};

export const guessMapping = (preview: Preview): Mapping => {
    const binary = preview.columns.filter(isBinary);
    const prediction = named(binary, predictionNames) ?? null;
    const label = named(binary.filter((column) => column !== prediction), labelNames) ?? null;
    const score = named(preview.columns.filter(isUnit), scoreNames) ?? null;
    const decided = prediction ?? label;
    const taken = new Set([prediction, label, score]);
    return {
        protected: preview.columns
            .filter((column) => !taken.has(column) && isGroups(column) && wordsOf(column.name).some((word) => protectedWords.includes(word)))
            .map((column) => column.name),
        label: label?.name ?? null,
        prediction: prediction?.name ?? null,
        score: score?.name ?? null,
        favorable: decided ? guessFavorable(decided.name, [...decided.values.keys()]) : score ? '1' : null,
    };
};

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** What an offered example says its columns are, as far as the file has them; the guess fills the rest. */
export const mappingOf = (preview: Preview, suggested: unknown): Mapping => {
    const guess = guessMapping(preview);
    if (!isRecord(suggested)) return guess;
    const column = (value: unknown) => (typeof value === 'string' && columnNamed(preview, value) ? value : null);
    const groups = Array.isArray(suggested.protected) ? suggested.protected.flatMap((name) => column(name) ?? []) : [];
    const pick = (key: 'label' | 'prediction' | 'score') => (key in suggested ? column(suggested[key]) : guess[key]);
    return {
        protected: groups.length ? groups : guess.protected,
        label: pick('label'),
        prediction: pick('prediction'),
        score: pick('score'),
        favorable: typeof suggested.favorable === 'string' ? suggested.favorable : guess.favorable,
    };
};
