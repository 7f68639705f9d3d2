import { amount, contributionsOf, type Explained, ownText } from '@aic/charts';
import { formatNumber, t } from '@aic/text';
import { type Method, methods } from './methods';
import type { Explanation, Reason } from './result';

export const methodText = (method: string) => {
    const known: Method | undefined = methods.find((one) => one === method);
    return known ? t(`explain.method.${known}`) : method;
};

const MOST_REASONS = 5;

/** The server's reasons of a row, or the largest contributions in the same plain words. */
export const reasonsFor = ({ reasons }: Pick<Explanation, 'reasons'>, e: Explained, row: number): Reason[] => {
    const said = reasons[row];
    if (said && said.length > 0) return said;
    return contributionsOf(e, row).filter(({ phi }) => phi !== 0).slice(0, MOST_REASONS).map(({ name, own, phi }) => ({
        sentence: t(phi > 0 ? 'explanation.reasonRaised' : 'explanation.reasonLowered', { what: t('explainCharts.isOwn', { name, own: ownText(own) }) }), isProtected: false,
    }));
};

/** How far the result can be trusted, in a sentence. */
export const trustText = ({ method, isExact, additivityError, seed }: Pick<Explanation, 'method' | 'isExact' | 'additivityError' | 'seed'>) => {
    if (method === 'lime') return t('explanation.local');
    if (!isExact) return t('explanation.sampled', { seed: seed ?? 0 });
    return t('explanation.exact', { error: additivityError === null ? formatNumber(0) : additivityError.toExponential(0) });
};

/** Rows worth a look: the highest and the lowest prediction, and the one whose contributions are farthest from the mean. */
export const notableRows = (e: Explained) => {
    const at = (scores: number[]) => scores.indexOf(Math.max(...scores));
    const means = e.features.map((_, f) => e.phi.reduce((sum, row) => sum + (row[f] ?? 0), 0) / Math.max(1, e.phi.length));
    return {
        highest: at(e.predictions), lowest: at(e.predictions.map((value) => -value)),
        oddest: at(e.phi.map((row) => row.reduce((sum, value, f) => sum + (value - (means[f] ?? 0)) ** 2, 0))),
    };
};

export const rowText = (e: Explained, row: number) => t('explanation.rowOf', { row: row + 1, prediction: amount(e.predictions[row] ?? 0, e.isProbability) });
