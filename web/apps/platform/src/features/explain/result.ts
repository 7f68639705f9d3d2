/* A task's result as `aic explain --json` has it, read with care into what the charts draw. */
import type { Counterfactuals, Effect, Explained, Own } from '@aic/charts';
import { t } from '@aic/text';

export interface Reason {
    sentence: string;
    isProtected: boolean;
}

export interface Explanation {
    method: string;
    output: 'margin' | 'probability';
    outputs: string[];
    /** One for each output. */
    explained: Explained[];
    hasOwn: boolean;
    isExact: boolean;
    additivityError: number | null;
    seed: number | null;
    modelId: string | null;
    modelName: string | null;
    fidelity: number | null;
    isSurrogate: boolean;
    guardedShare: number | null;
    /** [row] */
    reasons: Reason[][];
    notes: string[];
}

type Json = Record<string, unknown>;
const isRecord = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const isNumber = (value: unknown): value is number => typeof value === 'number';
const isText = (value: unknown): value is string => typeof value === 'string';
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const texts = (value: unknown) => list(value).filter(isText);
const numberOr = (value: unknown) => (isNumber(value) ? value : null);

/** One output's value: a single output is a number, several are a list. */
const at = (value: unknown, output: number): number => (isNumber(value) ? value : Array.isArray(value) && isNumber(value[output]) ? value[output] : 0);

const ownOf = (value: unknown): Own => (isNumber(value) || isText(value) ? value : typeof value === 'boolean' ? String(value) : null);

/** The rows' own values, in the order of the features. */
const ownRows = (given: Json, features: string[], rows: number): { own: Own[][]; hasOwn: boolean } => {
    const source = list(given.feature_values);
    return { own: Array.from({ length: rows }, (_, row) => features.map((__, i) => ownOf(list(source[row])[i]))), hasOwn: source.length === rows };
};

const reasonsOf = (value: unknown): Reason[][] =>
    list(value).map((row) => list(row).filter(isRecord).flatMap((one): Reason[] => (isText(one.sentence) ? [{ sentence: one.sentence, isProtected: one.is_protected === true }] : [])));

/** An explanation of rows. Throws when it is none. */
export const readExplanation = (given: unknown): Explanation => {
    if (!isRecord(given) || !Array.isArray(given.values) || !Array.isArray(given.base_values)) throw new Error(t('explanation.notExplained'));
    const features = texts(given.features);
    const values = given.values.map(list);
    const predictions = list(given.predictions);
    const { own, hasOwn } = ownRows(given, features, values.length);
    const output = given.output === 'probability' ? 'probability' : 'margin';
    const errors = Array.isArray(given.standard_errors) ? given.standard_errors.map(list) : undefined;
    const pairs = Array.isArray(given.interactions) ? given.interactions.map((row) => list(row).map(list)) : undefined;
    const fit = Array.isArray(given.local_r2) ? given.local_r2 : undefined;
    const explained = given.base_values.map((base, o): Explained => ({
        features, base: isNumber(base) ? base : 0, phi: values.map((row) => row.map((value) => at(value, o))), predictions: predictions.map((value) => at(value, o)), own, isProbability: output === 'probability',
        errors: errors?.map((row) => row.map((value) => at(value, o))), interactions: pairs?.map((row) => row.map((cells) => cells.map((value) => at(value, o)))), fit: fit?.map((value) => at(value, o)),
    }));
    const named = texts(given.model_outputs);
    const single = isText(given.outcome) && given.outcome !== '' ? given.outcome : named.at(-1);
    const summary = isRecord(given.summary) ? given.summary : {};
    return {
        method: isText(given.method) ? given.method : '', output, outputs: explained.length === 1 ? [single ?? ''] : explained.map((_, o) => named[o] ?? String(o)), explained, hasOwn,
        isExact: given.exact !== false, additivityError: numberOr(given.max_additivity_error), seed: numberOr(given.seed), modelId: isText(given.model_id) ? given.model_id : null, modelName: isText(given.model_name) ? given.model_name : null,
        fidelity: isRecord(given.fidelity) ? numberOr(given.fidelity.agreement ?? given.fidelity.r2) : numberOr(given.fidelity), isSurrogate: given.surrogate === true, guardedShare: numberOr(summary.protected_share),
        reasons: reasonsOf(given.reasons), notes: texts(given.notes),
    };
};

/** The texts of a model's categories, by feature: results name a category by its number. */
export type Categories = ReadonlyMap<string, string[]>;

export const categoriesOf = (features: unknown): Categories =>
    new Map(list(features).filter(isRecord).flatMap((one) => (isText(one.name) ? [[one.name, texts(one.categories)] as const] : [])));

const inWords = (value: unknown, name: string, own: Own, categories: Categories): Own => {
    const words = categories.get(name) ?? [];
    return isNumber(value) && (isText(own) || words.length > 0) ? (words[value] ?? ownOf(value)) : ownOf(value);
};

/** One row's possibilities, from its own values and what each of them changes. Throws when it is none. */
export const readCounterfactuals = (given: unknown, e: Explained, row: number, categories: Categories): Counterfactuals => {
    const one = isRecord(given) ? list(given.counterfactuals).find(isRecord) : undefined;
    if (!one || !Array.isArray(one.counterfactuals)) throw new Error(t('explanation.notExplained'));
    const own = e.own[row] ?? [];
    const found = one.counterfactuals.filter(isRecord).map((item) => {
        const changes = list(item.changes).filter(isRecord);
        const values = own.map((value, i): Own => {
            const name = e.features[i] ?? '';
            const change = changes.find(({ feature }) => feature === name);
            return change ? inWords(change.to, name, value, categories) : value;
        });
        return { values, prediction: numberOr(item.prediction) ?? 0, cost: numberOr(item.cost) };
    });
    return { features: e.features, own, prediction: numberOr(one.prediction) ?? 0, isProbability: isRecord(given) && given.output !== 'margin', row, found, reason: isText(one.reason) && one.reason !== '' ? one.reason : null };
};

const numbers = (value: unknown) => list(value).filter(isNumber);

/** Partial dependence of each feature, with its local effects where there are some. */
export const readEffects = (given: unknown, categories: Categories): Effect[] => {
    if (!isRecord(given)) return [];
    const local = list(given.accumulated_effects).filter(isRecord);
    return list(given.dependence).filter(isRecord).flatMap((one): Effect[] => {
        const name = isText(one.feature) ? one.feature : null;
        if (name === null || !Array.isArray(one.grid) || !Array.isArray(one.mean)) return [];
        const ale = local.find(({ feature }) => feature === name);
        return [{
            name, isProbability: given.output !== 'margin', grid: one.grid.map((value) => inWords(value, name, null, categories)), average: numbers(one.mean), rows: list(one.curves).map(numbers),
            ale: ale ? { grid: numbers(ale.edges), values: numbers(ale.effect) } : undefined,
        }];
    });
};

export interface Shuffled {
    measure: string;
    items: { name: string; value: number; deviation: number }[];
}

/** By how much a model gets worse without each feature; null when that was not asked. */
export const readShuffled = (given: unknown): Shuffled | null => {
    const one = isRecord(given) ? given.importance : undefined;
    if (!isRecord(one)) return null;
    const items = list(one.features).filter(isRecord).flatMap((item) =>
        isText(item.name) && isNumber(item.mean) ? [{ name: item.name, value: item.mean, deviation: numberOr(item.standard_deviation) ?? 0 }] : []);
    return items.length === 0 ? null : { measure: isText(one.score) ? one.score.replaceAll('_', ' ') : '', items };
};
