import { formatNumber, t } from '@aic/text';
import { useMemo } from 'react';
import { ChartFrame, type Draw } from '../ChartFrame';
import { type DrawApi, groupAxis, hint, whisker } from '../drawing';
import { type Explained, type Importance, importancesOf } from './explained';
import { amountAxis } from './frame';
import { importanceSentence, size } from './words';

/** More bars than this are scrolled past; the table holds them all. */
const MOST_BARS = 20;

const arrows = { rises: '↗', falls: '↘', mixed: '↕', words: '', none: '' } as const;

const noteOf = ({ direction }: Importance) => [arrows[direction], t(`explainCharts.direction.${direction}`)].filter(Boolean).join(' ');

export const drawImportance = (all: Importance[], isProbability: boolean, text: (value: number) => string): Draw => (colors, narrow) => {
    const shown = all.slice(0, MOST_BARS);
    return {
        grid: { left: 4, right: narrow ? 66 : 84, top: 4, bottom: 4, containLabel: true },
        tooltip: { ...hint(colors), trigger: 'item', formatter: (at: { dataIndex: number }) => {
            const one = shown[at.dataIndex];
            if (!one) return '';
            const [low, high] = one.interval ?? [];
            const interval = low === undefined || high === undefined ? '' : t('explainCharts.intervalHint', { low: text(low), high: text(high) });
            return [`${one.name}: ${text(one.value)}`, interval, noteOf(one)].filter(Boolean).join('\n');
        } },
        xAxis: { ...amountAxis(colors, narrow, isProbability), scale: false },
        yAxis: groupAxis(shown.map(({ name }) => name), shown.map(noteOf), colors, narrow),
        series: [
            { type: 'bar', barMaxWidth: 18, emphasis: { disabled: true }, itemStyle: { color: colors.blue, borderRadius: 2 }, data: shown.map(({ value }) => value) },
            {
                type: 'custom', encode: { x: [1, 2], y: 0 }, silent: true, z: 5,
                data: shown.map(({ value, interval }, i) => [i, interval?.[0] ?? value, interval?.[1] ?? value]),
                renderItem: (_: unknown, api: DrawApi) => {
                    const one = shown[api.value(0)];
                    const [low = 0, y = 0] = api.coord([api.value(1), api.value(0)]);
                    const [high = 0] = api.coord([api.value(2), api.value(0)]);
                    const label = { type: 'text', style: { x: high + 7, y, text: text(one?.value ?? 0), fill: colors.text, font: '600 12px sans-serif', textVerticalAlign: 'middle' } };
                    return { type: 'group', children: [...(one?.interval ? whisker(y, low, high, colors.text) : []), label] };
                },
            },
        ],
    };
};

const heightOf = (count: number) => 36 + Math.min(count, MOST_BARS) * 40;

const reading = (count: number) => [t('explainCharts.importanceReading'), count > MOST_BARS ? t('explainCharts.firstShown', { shown: MOST_BARS, all: count }) : ''].filter(Boolean).join(' ');

/** Mean |φ| over the rows, with its interval and which way the feature works. */
export const ImportanceChart = ({ explained }: { explained: Explained }) => {
    const all = useMemo(() => importancesOf(explained), [explained]);
    const draw = useMemo(() => drawImportance(all, explained.isProbability, (value) => size(value, explained.isProbability)), [all, explained]);
    return (
        <ChartFrame title={t('explainCharts.importanceTitle')} sentence={importanceSentence(all, explained.phi.length, explained.isProbability)} reading={reading(all.length)}
            height={heightOf(all.length)} draw={draw}
            table={{
                columns: [
                    { head: t('explainCharts.feature'), as: 'text' }, { head: t('explainCharts.meanSize'), as: 'number' }, { head: t('word.from'), as: 'number' },
                    { head: t('word.to'), as: 'number' }, { head: t('explainCharts.directionHead'), as: 'text' },
                ],
                rows: all.map((one) => [one.name, one.value, one.interval?.[0], one.interval?.[1], t(`explainCharts.direction.${one.direction}`)]),
            }} />
    );
};

/** By how much the model's error grows when a feature's values are shuffled. */
export const PermutationChart = ({ importances, measure }: { importances: { name: string; value: number; deviation: number }[]; measure: string }) => {
    const all = useMemo(() => importances
        .map(({ name, value, deviation }, feature): Importance => ({ feature, name, value, interval: [value - deviation, value + deviation], direction: 'none' }))
        .sort((a, b) => b.value - a.value), [importances]);
    const draw = useMemo(() => drawImportance(all.map((one) => ({ ...one, direction: 'words' })), false, (value) => formatNumber(value, 4)), [all]);
    return (
        <ChartFrame title={t('explainCharts.permutationTitle')} sentence={t('explainCharts.permutation', { name: all[0]?.name ?? '', measure, by: formatNumber(all[0]?.value, 4) })}
            reading={t('explainCharts.permutationReading')} height={heightOf(all.length)} draw={draw}
            table={{
                columns: [{ head: t('explainCharts.feature'), as: 'text' }, { head: t('explainCharts.lossOf', { measure }), as: 'number' }, { head: t('explainCharts.deviation'), as: 'number' }],
                rows: all.map((one) => [one.name, one.value, ((one.interval?.[1] ?? 0) - (one.interval?.[0] ?? 0)) / 2]),
            }} />
    );
};
