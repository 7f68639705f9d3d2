import { api, call } from '@aic/api';
import { columnNamed, type Preview, readColumns } from '@aic/files';
import { t } from '@aic/text';

export const kinds = ['gbdt', 'logistic', 'linear'] as const;

/** What is to be learned, and how. */
export interface TrainOrder {
    target: string | null;
    positive: string | null;
    kind: (typeof kinds)[number];
    guarded: string[];
    ignore: string[];
    name: string;
    version: string;
    trees: number;
    depth: number;
    folds: number;
    seed: number;
    balanced: boolean;
}

const targetNames = ['label', 'target', 'outcome', 'y', 'class', 'income', 'repaid', 'default', 'defaulted', 'hired', 'approved', 'two_year_recid', 'high_risk'];
const guardedNames = ['sex', 'gender', 'race', 'ethnicity', 'religion', 'disability', 'nationality'];

/** A column in which every row is different and whole or a word is a number of a case, not a reason. */
export const identifiersOf = (preview: Preview) =>
    preview.columns.filter((column) => /(^|_)(id|uuid|number|nr|name|e?mail)$/i.test(column.name) && column.more).map(({ name }) => name);

export const guessOrder = (preview: Preview, file: string): TrainOrder => {
    const named = preview.columns.find(({ name }) => targetNames.includes(name.toLowerCase()));
    const last = preview.columns.at(-1);
    const target = (named ?? (last && !last.more && last.values.size === 2 ? last : undefined))?.name ?? null;
    return {
        target, positive: positiveOf(preview, target), kind: 'gbdt',
        guarded: preview.columns.filter(({ name }) => name !== target && guardedNames.includes(name.toLowerCase())).map(({ name }) => name),
        ignore: identifiersOf(preview).filter((name) => name !== target), name: file.replace(/\.[a-z]+$/i, '').replaceAll(/[-_]+/g, ' '), version: new Date().toISOString().slice(0, 16).replace('T', ' '), trees: 100, depth: 6, folds: 5, seed: 1, balanced: false,
    };
};

/** The two outcomes of a column, the one taken for "yes" first; none when it has not two. */
export const outcomesOf = (preview: Preview, target: string | null) => {
    const column = columnNamed(preview, target);
    return column && !column.more && column.values.size === 2 ? [...column.values.keys()].sort().reverse() : [];
};

export const positiveOf = (preview: Preview, target: string | null) => outcomesOf(preview, target)[0] ?? null;

const MOST_OUTCOMES = 10;

/** Why this cannot be learned, or null. */
export const whyNotTrain = ({ target, kind }: TrainOrder, preview: Preview): string | null => {
    const column = columnNamed(preview, target);
    if (!column) return t('train.noTarget');
    if (!column.more && column.values.size < 2) return t('train.one', { name: column.name });
    if (kind === 'linear' && !column.isNumber) return t('train.notNumber');
    if (kind === 'logistic' && (column.more || column.values.size > MOST_OUTCOMES)) return t('train.notTwo');
    return column.more && !column.isNumber ? t('train.many', { name: column.name }) : null;
};

/** Asks for the training; the answer is its task. */
export const askTraining = async (order: TrainOrder, csv: string) => {
    const { target, positive, guarded, version, trees, depth, ...rest } = order;
    // The rows are no field of the document: they may come in several ways.
    const body = {
        ...rest, target: target ?? '', columns: Object.fromEntries(readColumns(csv)), ignore: [...new Set([...order.ignore, ...guarded])],
        ...(positive === null ? {} : { positive }), ...(guarded.length ? { protected_attributes: guarded } : {}), ...(version === '' ? {} : { version }), ...(order.kind === 'gbdt' ? { trees, depth } : {}),
    };
    const receipt = await call(api.POST('/api/v1/models/train', { params: { query: { target: body.target } }, body }));
    return receipt.task_id;
};
