import { t } from '@aic/text';
import { useMemo } from 'react';
import { ChartFrame, type Draw } from '../ChartFrame';
import type { Inks } from '../colors';
import { hint } from '../drawing';
import type { Own } from './explained';
import { amountAxis } from './frame';
import { amount, change, ownText } from './words';

/** How the prediction changes along one feature. */
export interface Effect {
    name: string;
    isProbability: boolean;
    grid: Own[];
    /** [grid point]: the mean prediction when every row had this value (partial dependence). */
    average: number[];
    /** [row][grid point]: the same for single rows (ICE). */
    rows: number[][];
    /** Accumulated local effects: their own grid, around 0. */
    ale?: { grid: number[]; values: number[] };
}

const MOST_LINES = 40;

const lineOf = (effect: Effect, values: number[], isWords: boolean) => values.map((value, i) => [isWords ? ownText(effect.grid[i]) : (effect.grid[i] ?? 0), value]);

const averageLevel = ({ average }: Effect) => average.reduce((a, b) => a + b, 0) / Math.max(1, average.length);

const seriesOf = (effect: Effect, isWords: boolean, colors: Inks) => {
    const single = effect.rows.slice(0, MOST_LINES).map((values) => ({
        type: 'line', name: t('explainCharts.singleRows'), showSymbol: false, silent: true, data: lineOf(effect, values, isWords), lineStyle: { color: colors.outline, width: 1, opacity: 0.35 },
        itemStyle: { color: colors.outline },
    }));
    const average = {
        type: 'line', name: t('explainCharts.average'), symbol: 'circle', symbolSize: 6, data: lineOf(effect, effect.average, isWords), lineStyle: { color: colors.blue, width: 3 }, itemStyle: { color: colors.blue }, z: 5,
    };
    const { ale } = effect;
    // Local effects are told around 0; raised to the level of the average both can be compared.
    const local = ale && !isWords ? [{
        type: 'line', name: t('explainCharts.ale'), symbol: 'triangle', symbolSize: 7, z: 6, data: ale.grid.map((x, i) => [x, (ale.values[i] ?? 0) + averageLevel(effect)]),
        lineStyle: { color: colors.orange, width: 2.5, type: 'dashed' }, itemStyle: { color: colors.orange },
    }] : [];
    return [...single, average, ...local];
};

export const drawEffect = (effect: Effect): Draw => (colors, narrow) => {
    const isWords = effect.grid.some((value) => typeof value !== 'number');
    return {
        grid: { left: 4, right: 16, top: narrow ? 62 : 38, bottom: 4, containLabel: true },
        legend: { top: 0, left: 0, itemGap: 20, selectedMode: false, textStyle: { color: colors.text } },
        tooltip: { ...hint(colors), trigger: 'item', formatter: (at: { seriesName: string; value: (number | string)[] }) =>
            `${at.seriesName}\n${t('explainCharts.isOwn', { name: effect.name, own: ownText(at.value[0]) })}: ${amount(Number(at.value[1]), effect.isProbability)}` },
        xAxis: isWords
            ? { type: 'category', data: effect.grid.map(ownText), axisLabel: { color: colors.soft, interval: 0, rotate: effect.grid.length > (narrow ? 3 : 8) ? 40 : 0 } }
            : { type: 'value', scale: true, splitLine: { show: false }, axisLabel: { color: colors.soft, hideOverlap: true, formatter: (value: number) => ownText(value) } },
        yAxis: amountAxis(colors, narrow, effect.isProbability),
        series: seriesOf(effect, isWords, colors),
    };
};

export const effectSentence = ({ name, grid, average, isProbability }: Effect) => {
    const [least, most] = [average.indexOf(Math.min(...average)), average.indexOf(Math.max(...average))];
    const [first, last] = [Math.min(least, most), Math.max(least, most)];
    const said = { name, from: amount(average[first] ?? 0, isProbability), at: ownText(grid[first]), to: amount(average[last] ?? 0, isProbability), toAt: ownText(grid[last]) };
    return (average[most] ?? 0) - (average[least] ?? 0) < 1e-9 ? t('explainCharts.effectFlat', { name }) : t('explainCharts.effect', said);
};

/** What would be predicted if everybody had this value: on average, for single rows, and by local effects alone. */
export const EffectChart = ({ effect }: { effect: Effect }) => {
    const draw = useMemo(() => drawEffect(effect), [effect]);
    return (
        <ChartFrame title={t('explainCharts.effectTitle', { name: effect.name })} sentence={effectSentence(effect)} reading={[t('explainCharts.effectReading'), effect.rows.length > 0 ? t('explainCharts.effectRows') : '', effect.ale ? t('explainCharts.effectLocal') : ''].filter(Boolean).join(' ')} height={340} draw={draw}
            table={{
                columns: [{ head: effect.name, as: 'text' }, { head: t('explainCharts.average'), as: 'number' }, { head: t('explainCharts.againstFirst'), as: 'text' }],
                rows: effect.grid.map((value, i) => [ownText(value), effect.average[i], change((effect.average[i] ?? 0) - (effect.average[0] ?? 0), effect.isProbability)]),
            }} />
    );
};
