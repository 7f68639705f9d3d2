import { t } from '@aic/text';
import { useMemo } from 'react';
import { ChartFrame, type Draw } from '../ChartFrame';
import { hint } from '../drawing';
import { type Explained, importancesOf, type Pair, pairsOf, pairStrength } from './explained';
import { size } from './words';

const MOST_NAMES = 12;

export const drawPairs = (names: string[], strength: (a: number, b: number) => number, isProbability: boolean): Draw => (colors, narrow) => {
    const most = Math.max(1e-12, ...names.flatMap((_, a) => names.slice(0, a).map((__, b) => strength(a, b))));
    const cells = names.flatMap((_, a) => names.map((__, b) => {
        const value = a === b ? 0 : strength(a, b);
        return {
            value: [b, a, value / most], itemStyle: a === b ? { color: colors.line } : {},
            label: { show: a !== b && !narrow, formatter: size(value, isProbability), color: value / most > colors.flip ? colors.ground : colors.text },
        };
    }));
    const label = { color: colors.text, interval: 0, width: narrow ? 80 : 130, overflow: 'truncate' };
    return {
        grid: { left: 4, right: 4, top: 4, bottom: 4, containLabel: true },
        tooltip: { ...hint(colors), trigger: 'item', formatter: (at: { value: number[] }) => {
            const [b = 0, a = 0] = at.value;
            return a === b ? '' : t('explainCharts.pairHint', { a: names[a] ?? '', b: names[b] ?? '', by: size(strength(a, b), isProbability) });
        } },
        xAxis: { type: 'category', position: 'top', data: names, axisLine: { show: false }, axisTick: { show: false }, axisLabel: { ...label, rotate: narrow ? 70 : 40 } },
        yAxis: { type: 'category', inverse: true, data: names, axisLine: { show: false }, axisTick: { show: false }, axisLabel: label },
        visualMap: { show: false, min: 0, max: 1, inRange: { color: [colors.ground, colors.blue] } },
        series: [{ type: 'heatmap', data: cells, label: { show: !narrow, fontSize: 11 }, emphasis: { disabled: true }, itemStyle: { borderColor: colors.ground, borderWidth: 2 } }],
    };
};

const sentenceOf = (e: Explained, [first]: Pair[]) =>
    first && first.strength > 0
        ? t('explainCharts.pairs', { a: e.features[first.a] ?? '', b: e.features[first.b] ?? '', by: size(first.strength, e.isProbability) })
        : t('explainCharts.noPairs');

/** How much two features do together beyond what each does alone. Nothing without interaction values. */
export const InteractionHeatMap = ({ explained }: { explained: Explained }) => {
    const pairs = useMemo(() => pairsOf(explained), [explained]);
    const shown = useMemo(() => importancesOf(explained).slice(0, MOST_NAMES), [explained]);
    const draw = useMemo(() => {
        const at = (i: number) => shown[i]?.feature ?? 0;
        return drawPairs(shown.map(({ name }) => name), (a, b) => pairStrength(explained.interactions ?? [], at(a), at(b)), explained.isProbability);
    }, [explained, shown]);
    if (!explained.interactions) return null;
    return (
        <ChartFrame title={t('explainCharts.pairsTitle')} sentence={sentenceOf(explained, pairs)} height={130 + shown.length * 36} draw={draw}
            reading={[t('explainCharts.pairsReading'), explained.features.length > MOST_NAMES ? t('explainCharts.firstShown', { shown: MOST_NAMES, all: explained.features.length }) : ''].filter(Boolean).join(' ')}
            table={{
                columns: [{ head: t('explainCharts.feature'), as: 'text' }, { head: t('explainCharts.withFeature'), as: 'text' }, { head: t('explainCharts.meanSize'), as: 'number' }],
                rows: pairs.map(({ a, b, strength }) => [explained.features[a], explained.features[b], strength]),
            }} />
    );
};
