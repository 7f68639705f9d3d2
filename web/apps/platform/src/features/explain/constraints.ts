import type { Explained } from '@aic/charts';
import { api, call } from '@aic/api';
import { t } from '@aic/text';

export const ways = ['free', 'fixed', 'up', 'down'] as const;
export type Way = (typeof ways)[number];

/** What may change of one column. */
export interface Rule {
    way: Way;
    least: number | null;
    most: number | null;
}

export type Rules = Readonly<Record<string, Rule>>;

export const freely: Rule = { way: 'free', least: null, most: null };

const guardedNames = /^(sex|gender|race|ethnicity|religion|disability|nationality|marital.?status|native.?country)$/i;

/** Who somebody is stays as it is; age only goes up. */
export const firstRules = (features: string[], guarded: string[]): Rules =>
    Object.fromEntries(features.flatMap((name): [string, Rule][] =>
        guarded.includes(name) || guardedNames.test(name) ? [[name, { ...freely, way: 'fixed' }]] : /^age$/i.test(name) ? [[name, { ...freely, way: 'up' }]] : []));

/** What is wrong with the rules, or null. */
export const whyNotRules = (features: string[], rules: Rules): string | null => {
    if (features.every((name) => rules[name]?.way === 'fixed')) return t('counterfactual.none');
    const reversed = features.find((name) => {
        const { least, most } = rules[name] ?? freely;
        return least !== null && most !== null && least > most;
    });
    return reversed === undefined ? null : t('counterfactual.reversed', { name: reversed });
};

const named = (features: string[], rules: Rules, way: Way) => features.filter((name) => rules[name]?.way === way);

/** The body of POST /explain/counterfactual for one of the rows; the others are what it is compared with. */
export const counterfactualBody = (model_id: string, e: Explained, row: number, rules: Rules, count: number) => {
    const whole = e.features.filter((_, f) => e.own.every((own) => own[f] === null || Number.isInteger(own[f])));
    const ranges = Object.fromEntries(e.features.flatMap((name) => {
        const { least, most, way } = rules[name] ?? freely;
        return way === 'fixed' || (least === null && most === null) ? [] : [[name, [least, most]]];
    }));
    return {
        model_id, rows: [row, row + 1], columns: Object.fromEntries(e.features.map((name, f) => [name, e.own.map((own) => own[f] ?? null)])), count, output: 'probability' as const,
        immutable: named(e.features, rules, 'fixed'), increasing: named(e.features, rules, 'up'), decreasing: named(e.features, rules, 'down'), integer: whole, ...(Object.keys(ranges).length ? { ranges } : {}),
    };
};

export const askCounterfactuals = async (body: ReturnType<typeof counterfactualBody>) => (await call(api.POST('/api/v1/explain/counterfactual', { body }))).task_id;

/** Asks how the prediction moves with each feature, over the rows of a result. */
export const askEffects = async (model_id: string, e: Explained) => {
    const body = { model_id, columns: Object.fromEntries(e.features.map((name, f) => [name, e.own.map((own) => own[f] ?? null)])), output: e.isProbability ? ('probability' as const) : ('margin' as const) };
    return (await call(api.POST('/api/v1/explain/global', { body }))).task_id;
};
