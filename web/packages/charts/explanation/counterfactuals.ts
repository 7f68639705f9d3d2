import { t } from '@aic/text';
import type { TableData } from '../table';
import type { Own } from './explained';
import { amount, ownText } from './words';

/** A row that is decided otherwise, as near to the person's own as can be found. */
export interface Counterfactual {
    values: Own[];
    prediction: number;
    cost: number | null;
}

export interface Counterfactuals {
    features: string[];
    /** The person's own row. */
    own: Own[];
    prediction: number;
    isProbability: boolean;
    /** Which row of the file it is, from 0. */
    row: number;
    found: Counterfactual[];
    /** Why none was found. */
    reason: string | null;
}

/** Indexes of the features that would have to be otherwise. */
export const changedOf = (own: Own[], { values }: Counterfactual) => own.flatMap((value, i) => (value === values[i] ? [] : [i]));

/** The features that any of the rows changes, in the model's order: the others need no column. */
export const touchedOf = ({ own, found }: Counterfactuals) => [...new Set(found.flatMap((one) => changedOf(own, one)))].sort((a, b) => a - b);

/** "Had age been 52 instead of 32, the prediction would have been 61.0% instead of 38.2%." */
export const counterfactualSentence = (all: Counterfactuals, one: Counterfactual) => {
    const parts = changedOf(all.own, one).map((i) =>
        t('explainCharts.instead', { name: all.features[i] ?? '', value: ownText(one.values[i]), own: ownText(all.own[i]) }));
    const list = parts.length > 1 ? `${parts.slice(0, -1).join(', ')}${t('explainCharts.and')}${parts.at(-1) ?? ''}` : (parts[0] ?? '');
    return t('explainCharts.had', { list, prediction: amount(one.prediction, all.isProbability), own: amount(all.prediction, all.isProbability) });
};

/** All features and all found rows, for the download. */
export const counterfactualTable = (all: Counterfactuals): TableData => ({
    columns: [{ head: t('explainCharts.whichRow'), as: 'text' }, ...all.features.map((head) => ({ head, as: 'text' as const })), { head: t('explainCharts.prediction'), as: 'number' }],
    rows: [
        [t('explainCharts.asItIs'), ...all.own.map(ownText), all.prediction],
        ...all.found.map((one, i) => [t('explainCharts.possibility', { number: i + 1 }), ...one.values.map(ownText), one.prediction]),
    ],
});
