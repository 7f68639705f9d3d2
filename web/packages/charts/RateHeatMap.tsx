import type { Attribute, Num } from '@aic/api';
import { formatPercent, metricName, t } from '@aic/text';
import { useMemo } from 'react';
import { ChartFrame, type Draw } from './ChartFrame';
import { groupAxis } from './drawing';
import { groupNote, groupsOf, isNumber, MOST_SHOWN, type NamedGroup } from './groups';
import { spreadSentence } from './sentences';

interface Rate {
    key: string;
    short: 'charts.shortSelection' | 'charts.shortBase' | 'numbers.tpr' | 'numbers.fpr' | 'charts.shortPrecision' | 'charts.shortAccuracy';
    of: (group: NamedGroup) => Num | undefined;
}

const rates: Rate[] = [
    { key: 'selection_rate', short: 'charts.shortSelection', of: (g) => g.selection_rate },
    { key: 'base_rate', short: 'charts.shortBase', of: (g) => g.base_rate },
    { key: 'true_positive_rate', short: 'numbers.tpr', of: (g) => g.true_positive_rate },
    { key: 'false_positive_rate', short: 'numbers.fpr', of: (g) => g.false_positive_rate },
    { key: 'precision', short: 'charts.shortPrecision', of: (g) => g.precision },
    { key: 'accuracy', short: 'charts.shortAccuracy', of: (g) => g.accuracy },
];
const sentenceRates = () => rates.map(({ key, of }) => ({ name: metricName(key).toLowerCase(), of }));

const drawHeat = (all: NamedGroup[]): Draw => (colors, narrow) => {
    const groups = all.slice(0, MOST_SHOWN);
    const cell = (value: Num | undefined, x: number, y: number) => ({
        value: [x, y, value ?? 0],
        itemStyle: isNumber(value) ? {} : { color: 'transparent', borderColor: colors.line },
        label: { formatter: formatPercent(value, narrow ? 0 : 1), color: (value ?? 0) > colors.flip ? colors.ground : colors.text },
    });
    return {
        grid: { left: 4, right: 4, top: 4, bottom: 4, containLabel: true },
        xAxis: {
            type: 'category', position: 'top', data: rates.map((rate) => (narrow ? t(rate.short) : metricName(rate.key))),
            axisLine: { show: false }, axisTick: { show: false }, axisLabel: { color: colors.soft, interval: 0 },
        },
        yAxis: { ...groupAxis(groups.map((group) => group.name), groups.map((group) => groupNote(group, narrow)), colors, narrow), axisLine: { show: false } },
        visualMap: { show: false, min: 0, max: 1, inRange: { color: [colors.ground, colors.blue] } },
        series: [{
            type: 'heatmap', label: { show: true, fontSize: narrow ? 11 : 12.5 }, emphasis: { disabled: true },
            itemStyle: { borderColor: colors.ground, borderWidth: 2 },
            data: groups.flatMap((group, y) => rates.map((rate, x) => cell(rate.of(group), x, y))),
        }],
    };
};

/** Group by rate: darker is higher, and every cell says its number. */
export const RateHeatMap = ({ attribute }: { attribute: Attribute }) => {
    const groups = useMemo(() => groupsOf(attribute), [attribute]);
    const draw = useMemo(() => drawHeat(groups), [groups]);
    if (!groups.some((group) => isNumber(group.true_positive_rate) || isNumber(group.accuracy))) return null;
    return (
        <ChartFrame title={t('charts.heatTitle')} sentence={spreadSentence(attribute, sentenceRates())} height={36 + Math.min(groups.length, MOST_SHOWN) * 42} draw={draw}
            reading={t('charts.heatReading')}
            table={{
                columns: [{ head: t('word.group'), as: 'text' }, ...rates.map(({ key }) => ({ head: metricName(key), as: 'percent' as const }))],
                rows: groups.map((group) => [group.name, ...rates.map(({ of }) => of(group))]),
            }} />
    );
};
