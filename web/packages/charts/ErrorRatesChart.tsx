import type { Attribute, Num } from '@aic/api';
import { formatInterval, formatPercent, metricName, t } from '@aic/text';
import { useMemo } from 'react';
import { ChartFrame, type Draw } from './ChartFrame';
import { type DrawApi, groupAxis, hint, mark, percentAxis, whisker } from './drawing';
import { groupNote, groupsOf, isNumber, MOST_SHOWN, type NamedGroup } from './groups';
import { spreadSentence } from './sentences';

type RateKey = 'true_positive_rate' | 'false_positive_rate';
interface Shown {
    key: RateKey;
    shape: 'circle' | 'triangle';
    offset: number;
}

const shown: Shown[] = [
    { key: 'true_positive_rate', shape: 'circle', offset: -8 },
    { key: 'false_positive_rate', shape: 'triangle', offset: 8 },
];
const sentenceRates = () => shown.map(({ key }) => ({ name: metricName(key).toLowerCase(), of: (group: NamedGroup) => group[key] }));

const drawRates = (all: NamedGroup[]): Draw => (colors, narrow) => {
    const groups = all.slice(0, MOST_SHOWN);
    const color = (key: RateKey) => (key === 'true_positive_rate' ? colors.blue : colors.orange);
    const item = ({ key, shape, offset }: Shown) => (_: unknown, api: DrawApi) => {
        const [x = 0, middle = 0] = api.coord([api.value(1), api.value(0)]);
        const [low = x] = api.coord([api.value(2), api.value(0)]);
        const [high = x] = api.coord([api.value(3), api.value(0)]);
        const y = middle + offset;
        return { type: 'group', children: [...whisker(y, low, high, color(key), 2), mark(shape, x, y, 6, color(key), colors.ground)] };
    };
    const points = (key: RateKey) => groups.flatMap((group, i) => {
        const value: Num | undefined = group[key];
        const [low, high] = group.ci?.[key] ?? [];
        return isNumber(value) ? [[i, value, isNumber(low) ? low : value, isNumber(high) ? high : value]] : [];
    });
    return {
        color: [colors.blue, colors.orange],
        grid: { left: 4, right: 20, top: 34, bottom: 4, containLabel: true },
        legend: { top: 0, left: 0, selectedMode: false, itemWidth: 13, itemHeight: 11, textStyle: { color: colors.text }, data: shown.map(({ key, shape }) => ({ name: metricName(key), icon: shape })) },
        tooltip: { ...hint(colors), trigger: 'item', formatter: (at: { seriesName: string; value: number[] }) => {
            const [row = 0, rate, low, high] = at.value;
            return t('charts.rateHint', {
                name: groups[row]?.name ?? '', rateName: at.seriesName, rate: formatPercent(rate), interval: formatInterval([low ?? null, high ?? null], true),
            });
        } },
        xAxis: percentAxis(colors, narrow, (value) => formatPercent(value, 0)),
        yAxis: groupAxis(groups.map((group) => group.name), groups.map((group) => groupNote(group, narrow)), colors, narrow),
        series: shown.map((rate) => ({ type: 'custom', name: metricName(rate.key), renderItem: item(rate), encode: { x: [1, 2, 3], y: 0 }, data: points(rate.key) })),
    };
};

/** True and false positive rates side by side: equalized odds wants each shape in one column. Nothing without a truth. */
export const ErrorRatesChart = ({ attribute }: { attribute: Attribute }) => {
    const groups = useMemo(() => groupsOf(attribute), [attribute]);
    const draw = useMemo(() => drawRates(groups), [groups]);
    if (!groups.some((group) => shown.some(({ key }) => isNumber(group[key])))) return null;
    return (
        <ChartFrame title={t('charts.errorsTitle')} sentence={spreadSentence(attribute, sentenceRates())} height={48 + Math.min(groups.length, MOST_SHOWN) * 46} draw={draw}
            reading={t('charts.errorsReading')}
            table={{
                columns: [
                    { head: t('word.group'), as: 'text' }, { head: t('word.people'), as: 'count' },
                    { head: metricName('true_positive_rate'), as: 'percent' }, { head: t('charts.tprFrom'), as: 'percent' }, { head: t('charts.tprTo'), as: 'percent' },
                    { head: metricName('false_positive_rate'), as: 'percent' }, { head: t('charts.fprFrom'), as: 'percent' }, { head: t('charts.fprTo'), as: 'percent' },
                ],
                rows: groups.map((group) => [group.name, group.count, ...shown.flatMap(({ key }) => [group[key], group.ci?.[key]?.[0], group.ci?.[key]?.[1]])]),
            }} />
    );
};
