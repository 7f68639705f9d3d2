import { formatNumber, formatPercent, locale, t } from '@aic/text';
import type { Contribution, Explained, Importance, Own } from './explained';

/** A prediction: a probability as a percentage, a margin as a number. */
export const amount = (value: number, isProbability: boolean) => (isProbability ? formatPercent(value, 1) : formatNumber(value, 3));

/** By how much something moves: +12.3 points of a probability, −0.214 of a margin. */
export const change = (value: number, isProbability: boolean) => {
    const sign = value < 0 ? '−' : '+';
    const size = Math.abs(value);
    return isProbability ? t('explainCharts.points', { value: `${sign}${formatNumber(size * 100, 1)}` }) : `${sign}${formatNumber(size, 3)}`;
};

export const size = (value: number, isProbability: boolean) => (isProbability ? t('explainCharts.points', { value: formatNumber(value * 100, 1) }) : formatNumber(value, 3));

/** A row's own value, as it stands in the file: 1984 is a year as often as a number. */
export const ownText = (value: Own | undefined) => {
    if (value === null || value === undefined) return t('explainCharts.missing');
    return typeof value === 'string' ? value : new Intl.NumberFormat(locale(), { useGrouping: false, maximumFractionDigits: 4 }).format(value);
};

/** "age = 52", or the bare name of all others. */
export const namedOwn = ({ feature, name, own }: Contribution) => (feature < 0 ? name : t('explainCharts.isOwn', { name, own: ownText(own) }));

const moved = (contribution: Contribution, isProbability: boolean) =>
    t('explainCharts.moved', { what: namedOwn(contribution), by: change(contribution.phi, isProbability) });

/** What moved one row's prediction, in two sentences. */
export const rowSentence = (e: Explained, row: number, contributions: Contribution[]) => {
    const named = contributions.filter(({ feature }) => feature >= 0);
    const up = named.filter(({ phi }) => phi > 0).slice(0, 2);
    const down = named.filter(({ phi }) => phi < 0).slice(0, 2);
    const list = (some: Contribution[]) => some.map((contribution) => moved(contribution, e.isProbability)).join(t('explainCharts.and'));
    return [
        t('explainCharts.rowSentence', { row: row + 1, prediction: amount(e.predictions[row] ?? 0, e.isProbability), base: amount(e.base, e.isProbability) }),
        up.length ? t('explainCharts.upSentence', { list: list(up) }) : '',
        down.length ? t('explainCharts.downSentence', { list: list(down) }) : '',
    ].filter(Boolean).join(' ');
};

export const importanceSentence = (importances: Importance[], rows: number, isProbability: boolean) => {
    const [first, second, third] = importances.filter(({ value }) => value > 0);
    if (!first) return t('explainCharts.nothingMoves');
    const said = { rows: formatNumber(rows), name: first.name, by: size(first.value, isProbability) };
    const next = [second, third].flatMap((other) => (other ? [other.name] : []));
    return next.length === 0 ? t('explainCharts.importanceOne', said) : t('explainCharts.importance', { ...said, next: next.join(t('explainCharts.and')) });
};

/** Which values of the most important features raise the prediction. */
export const swarmSentence = (importances: Importance[]) => {
    const clear = importances.slice(0, 5).filter(({ direction }) => direction === 'rises' || direction === 'falls');
    const names = (direction: 'rises' | 'falls') => clear.filter((one) => one.direction === direction).map(({ name }) => name).join(', ');
    const [rising, falling] = [names('rises'), names('falls')];
    if (rising && falling) return t('explainCharts.swarmBoth', { rising, falling });
    if (rising) return t('explainCharts.swarmRising', { rising });
    return falling ? t('explainCharts.swarmFalling', { falling }) : t('explainCharts.swarmMixed');
};

const middle = (values: number[]) => values.reduce((a, b) => a + b, 0) / Math.max(1, values.length);

/** What the contribution is at the low and at the high end, or for which word it is lowest and highest. */
export const dependenceSentence = (name: string, own: Own[], phi: number[], isProbability: boolean) => {
    const points = own.flatMap((value, i) => (value === null ? [] : [{ value, phi: phi[i] ?? 0 }]));
    if (points.length === 0) return t('explainCharts.nothingMoves');
    if (points.every(({ value }) => typeof value === 'number')) {
        const sorted = points.sort((a, b) => Number(a.value) - Number(b.value));
        const fifth = Math.max(1, Math.floor(sorted.length / 5));
        const end = (some: typeof sorted) => change(middle(some.map((point) => point.phi)), isProbability);
        return t('explainCharts.dependence', {
            name, low: ownText(sorted[0]?.value), lowBy: end(sorted.slice(0, fifth)), high: ownText(sorted.at(-1)?.value), highBy: end(sorted.slice(-fifth)),
        });
    }
    const words = [...new Set(points.map(({ value }) => String(value)))];
    const byOf = (word: string) => middle(points.filter(({ value }) => String(value) === word).map((point) => point.phi));
    const means = words.map((word) => ({ word, by: byOf(word) })).sort((a, b) => a.by - b.by);
    const [least, most] = [means[0], means.at(-1)];
    return t('explainCharts.dependenceWords', {
        name, low: least?.word ?? '', lowBy: change(least?.by ?? 0, isProbability), high: most?.word ?? '', highBy: change(most?.by ?? 0, isProbability),
    });
};
