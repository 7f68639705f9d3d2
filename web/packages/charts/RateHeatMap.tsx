import type { Attribute, Group, Num } from '@aic/api';
import { formatPercent } from '@aic/text';
import { useCallback, useMemo } from 'react';
import { ChartFrame } from './ChartFrame';
import type { Inks } from './colors';

const rates: [string, string, (g: Group) => Num | undefined][] = [
    ['Selected', 'Selected', (g) => g.selection_rate],
    ['Truly favorable', 'Truth', (g) => g.base_rate],
    ['True positive rate', 'TPR', (g) => g.true_positive_rate],
    ['False positive rate', 'FPR', (g) => g.false_positive_rate],
    ['Precision', 'Prec.', (g) => g.precision],
    ['Accuracy', 'Acc.', (g) => g.accuracy],
];

const widest = (entries: [string, Group][]) => {
    const spreads = rates.map(([label, , of]) => {
        const values = entries.map(([, g]) => of(g)).filter((v): v is number => typeof v === 'number');
        return { label, spread: values.length ? Math.max(...values) - Math.min(...values) : 0 };
    });
    return spreads.reduce((a, b) => (b.spread > a.spread ? b : a));
};

/** Group by rate; darker is higher, and every cell says its number. */
export const RateHeatMap = ({ attribute }: { attribute: Attribute }) => {
    const groups = useMemo(() => Object.entries(attribute.groups), [attribute]);
    const judged = groups.filter(([, g]) => !g.small && !g.missing);
    const most = widest(judged);
    const option = useCallback((colors: Inks, narrow: boolean) => ({
        grid: { left: 8, right: 8, top: 8, bottom: 8, containLabel: true },
        tooltip: { show: false },
        xAxis: { type: 'category', position: 'top', data: rates.map(([long, short]) => (narrow ? short : long)), axisLine: { show: false }, axisTick: { show: false }, axisLabel: { color: colors.soft, interval: 0 } },
        yAxis: { type: 'category', inverse: true, data: groups.map(([g]) => (g.length > (narrow ? 14 : 30) ? `${g.slice(0, narrow ? 13 : 29)}…` : g)), axisLine: { show: false }, axisTick: { show: false }, axisLabel: { color: colors.text } },
        visualMap: { show: false, min: 0, max: 1, inRange: { color: [colors.back, colors.bar] } },
        series: [{
            type: 'heatmap',
            data: groups.flatMap(([, g], y) => rates.map(([, , of], x) => {
                const value = of(g) ?? null;
                return { value: [x, y, value ?? 0], label: { formatter: formatPercent(value, narrow ? 0 : 1), color: (value ?? 0) > 0.6 ? colors.back : colors.text } };
            })),
            label: { show: true }, itemStyle: { borderColor: colors.back, borderWidth: 2 }, emphasis: { disabled: true },
        }],
    }), [groups]);
    const sentence = `The groups differ most in: ${most.label.toLowerCase()}, by ${formatPercent(most.spread)}.`;
    return (
        <ChartFrame title="Rates by group" sentence={sentence} label={`Rates by group. ${sentence}`} height={50 + groups.length * 36} option={option}
            table={{ head: ['Group', ...rates.map(([long]) => long)], rows: groups.map(([name, g]) => [name, ...rates.map(([, , of]) => formatPercent(of(g) ?? null, 2))]) }} />
    );
};
