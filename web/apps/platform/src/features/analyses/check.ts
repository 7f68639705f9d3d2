import { formatNumber, t } from '@aic/text';
import { type ColumnSeen, columnNamed, MOST_VALUES, type Preview } from '@aic/files';
import { decidedBy, type Order } from './run';

export type Field = 'protected' | 'prediction' | 'label' | 'score' | 'favorable';

/** What to mend before an analysis makes sense, by field. */
export const stops = (order: Order, preview: Preview): Partial<Record<Field, string>> => {
    const found: Partial<Record<Field, string>> = {};
    const tooMany = order.protected.find((name) => columnNamed(preview, name)?.more);
    if (order.protected.length === 0) found.protected = t('check.noGroups');
    else if (tooMany !== undefined) found.protected = t('check.tooManyValues', { name: tooMany, most: MOST_VALUES });
    const roles = [order.prediction, order.label, order.score].filter((name) => name !== null);
    const double = roles.find((name) => order.protected.includes(name));
    if (double !== undefined) found.protected ??= t('check.groupAndResult', { name: double });
    if (order.label !== null && order.label === order.prediction) found.label = t('check.sameAsDecision');
    if (roles.length === 0) found.prediction = t('check.noResult');
    const score = columnNamed(preview, order.score);
    if (score && !score.isNumber) found.score = t('check.notNumber', { name: score.name });
    else if (score && order.label !== null && (score.least < 0 || score.most > 1))
        found.score = t('check.notUnit', { name: score.name, low: formatNumber(score.least, 2), high: formatNumber(score.most, 2) });
    const favorable = whyNotFavorable(order, preview);
    if (favorable && roles.length > 0) found.favorable = favorable;
    return found;
};

const lacks = (column: ColumnSeen | null, value: string) => column !== null && !column.more && !column.values.has(value);

const whyNotFavorable = (order: Order, preview: Preview) => {
    const value = order.favorable;
    if (value === null) return t('check.noFavorable');
    const decided = columnNamed(preview, decidedBy(order));
    if (lacks(decided, value)) return t('check.never', { name: decided?.name ?? '', value });
    const label = columnNamed(preview, order.label);
    if (label && label !== decided && lacks(label, value))
        return t('check.truthNever', { name: label.name, value, others: [...label.values.keys()].slice(0, 4).join(', ') });
    return null;
};

const smallText = (groups: string[], least: number) => {
    const names = groups.slice(0, 8).join(', ');
    return groups.length > 8 ? t('check.smallAndMore', { least, names, more: groups.length - 8 }) : t('check.small', { least, names });
};

/** What is worth knowing before reading the result, but stops nothing. */
export const warnings = (order: Order, preview: Preview): string[] => {
    const columns = order.protected.flatMap((name) => columnNamed(preview, name) ?? []);
    const small = columns.flatMap((column) => [...column.values].filter(([, rows]) => rows < order.min_group_size).map(([value]) => t('check.valueOf', { value, column: column.name })));
    const alone = columns.filter((column) => column.values.size < 2).map((column) => column.name);
    const used = [...order.protected, order.prediction, order.label, order.score].flatMap((name) => columnNamed(preview, name) ?? []);
    const gaps = used.filter((column) => column.missing > 0).map((column) => t('check.countOf', { name: column.name, count: column.missing }));
    return [
        alone.length > 0 ? t('check.oneValue', { names: alone.join(', ') }) : null,
        small.length > 0 ? smallText(small, order.min_group_size) : null,
        gaps.length > 0 ? t('check.gaps', { names: gaps.join(', ') }) : null,
        order.prediction !== null && order.label === null ? t('check.noTruth') : null,
        order.prediction === null && order.score === null && order.label !== null ? t('check.noDecision') : null,
    ].filter((line) => line !== null);
};
