import type { Attribute, Group } from '@aic/api';
import { formatInterval, formatPercent } from '@aic/text';
import { useCallback, useMemo } from 'react';
import { ChartFrame } from './ChartFrame';
import type { Inks } from './colors';
import { selectionSentence } from './sentences';

const short = (name: string, narrow: boolean) => {
    const most = narrow ? 16 : 34;
    return name.length > most ? `${name.slice(0, most - 1)}…` : name;
};

interface WhiskerApi {
    value: (dimension: number) => number;
    coord: (point: number[]) => number[];
}

const whisker = (colors: Inks) => (_: unknown, api: WhiskerApi) => {
    const [lowX = 0, y = 0] = api.coord([api.value(1), api.value(0)]);
    const [highX = 0] = api.coord([api.value(2), api.value(0)]);
    const style = { stroke: colors.text, lineWidth: 1.5, fill: undefined };
    const line = (x1: number, y1: number, x2: number, y2: number) => ({ type: 'line', shape: { x1, y1, x2, y2 }, style });
    return { type: 'group', children: [line(lowX, y, highX, y), line(lowX, y - 5, lowX, y + 5), line(highX, y - 5, highX, y + 5)] };
};

const barStyle = (group: Group, isReference: boolean, colors: Inks) =>
    group.small || group.missing
        ? { color: 'transparent', borderColor: colors.reference, borderType: 'dashed', borderWidth: 1.5 }
        : { color: isReference ? colors.reference : colors.bar, borderRadius: 2 };

/** Selection rates with their intervals, and the line that four fifths of the best group draw. */
export const SelectionChart = ({ title, attribute, pass, sorted = false }: { title: string; attribute: Attribute; pass: number; sorted?: boolean }) => {
    const groups = useMemo(() => {
        const entries = Object.entries(attribute.groups);
        return sorted ? entries.sort(([, a], [, b]) => (a.selection_rate ?? -1) - (b.selection_rate ?? -1)) : entries;
    }, [attribute, sorted]);
    const best = attribute.best_group ? attribute.groups[attribute.best_group]?.selection_rate : null;
    const option = useCallback((colors: Inks, narrow: boolean) => ({
        grid: { left: 8, right: 56, top: 26, bottom: 8, containLabel: true },
        tooltip: {
            trigger: 'item', backgroundColor: colors.back, borderColor: colors.line, textStyle: { color: colors.text },
            formatter: (at: { dataIndex: number }) => {
                const [group, values] = groups[at.dataIndex] ?? ['', undefined];
                return values ? `${group.replaceAll('<', '&lt;')}<br/>${formatPercent(values.selection_rate)} of ${values.count}<br/>95 %: ${formatInterval(values.ci?.selection_rate, true)}` : '';
            },
        },
        xAxis: { type: 'value', min: 0, max: 1, splitLine: { lineStyle: { color: colors.line } }, axisLabel: { color: colors.soft, formatter: (v: number) => formatPercent(v, 0) } },
        yAxis: { type: 'category', inverse: true, data: groups.map(([group]) => short(group, narrow)), axisTick: { show: false }, axisLine: { lineStyle: { color: colors.line } }, axisLabel: { color: colors.text } },
        series: [
            {
                type: 'bar', barMaxWidth: 22,
                data: groups.map(([group, values]) => ({ value: values.selection_rate ?? 0, itemStyle: barStyle(values, group === attribute.reference, colors) })),
                label: { show: false },
                markLine: best === null || best === undefined ? undefined : {
                    silent: true, symbol: 'none', lineStyle: { color: colors.limit, type: 'dashed', width: 1.5 },
                    label: { formatter: `${formatPercent(pass, 0)} of the best`, color: colors.limit, position: 'start' }, data: [{ xAxis: best * pass }],
                },
            },
            {
                type: 'custom', renderItem: whisker(colors), encode: { x: [1, 2], y: 0 }, z: 5,
                data: groups.flatMap(([, values], i) => {
                    const [low, high] = values.ci?.selection_rate ?? [];
                    return typeof low === 'number' && typeof high === 'number' ? [[i, low, high]] : [];
                }),
            },
            {
                type: 'scatter', symbolSize: 0.1, silent: true, z: 6,
                data: groups.map(([, values], i) => [Math.max(values.selection_rate ?? 0, values.ci?.selection_rate?.[1] ?? 0), i]),
                label: { show: true, position: 'right', color: colors.text, formatter: (at: { dataIndex: number }) => formatPercent(groups[at.dataIndex]?.[1].selection_rate) },
            },
        ],
    }), [groups, attribute.reference, best, pass]);
    const sentence = selectionSentence(attribute, pass);
    return (
        <ChartFrame title={title} sentence={<>{sentence} Grey is the reference group; a dashed outline marks groups too small to judge.</>} label={`${title}. ${sentence}`}
            height={56 + groups.length * 34} option={option}
            table={{
                head: ['Group', 'Count', 'Selection rate', '95 % interval'],
                rows: groups.map(([group, v]) => [group, v.count, formatPercent(v.selection_rate, 2), formatInterval(v.ci?.selection_rate, true)]),
            }} />
    );
};
