import type { Attribute, ReliabilityBin } from '@aic/api';
import { formatNumber, formatPercent, t } from '@aic/text';
import { useMemo } from 'react';
import { ChartFrame, type Draw } from './ChartFrame';
import { palette, symbols } from './colors';
import { hint } from './drawing';
import { groupsOf, isNumber } from './groups';
import { calibrationSentence } from './sentences';

interface Point extends ReliabilityBin {
    mean_score: number;
    mean_label: number;
}
interface Line {
    name: string;
    points: Point[];
}

const isPoint = (bin: ReliabilityBin): bin is Point => bin.count > 0 && isNumber(bin.mean_score) && isNumber(bin.mean_label);

const linesOf = (attribute: Attribute): Line[] =>
    groupsOf(attribute)
        .filter((group) => group.isJudged)
        .map((group) => ({ name: group.name, count: group.count, points: (group.calibration?.reliability ?? []).filter(isPoint) }))
        .filter((line) => line.points.length > 0)
        .sort((a, b) => b.count - a.count);

const dashes = 'path://M0,5 L4,5 L4,7 L0,7 Z M7,5 L11,5 L11,7 L7,7 Z M14,5 L18,5 L18,7 L14,7 Z';

/** A mark's area grows with the people behind it, so that a bin of one person does not look like one of hundreds. */
const markSize = (most: number) => ([, , count = 0]: number[]) => 5 + 8 * Math.sqrt(count / most);

const drawLines = (lines: Line[], honest: string): Draw => (colors) => ({
    grid: { left: 4, right: 16, top: 40, bottom: 26, containLabel: true },
    legend: { type: 'scroll', top: 0, left: 0, textStyle: { color: colors.text }, pageTextStyle: { color: colors.text }, data: [{ name: honest, icon: dashes }, ...lines.map(({ name }) => name)] },
    tooltip: { ...hint(colors), trigger: 'item', formatter: (at: { seriesName: string; value: number[] }) =>
        t('charts.calibrationHint', { name: at.seriesName, score: formatNumber(at.value[0], 2), share: formatPercent(at.value[1]), people: formatNumber(at.value[2]) }) },
    xAxis: {
        type: 'value', min: 0, max: 1, name: t('charts.meanScore'), nameLocation: 'middle', nameGap: 26, nameTextStyle: { color: colors.soft },
        splitLine: { lineStyle: { color: colors.line } }, axisLabel: { color: colors.soft },
    },
    yAxis: {
        type: 'value', min: 0, max: 1, splitLine: { lineStyle: { color: colors.line } },
        axisLabel: { color: colors.soft, formatter: (value: number) => formatPercent(value, 0) },
    },
    series: [
        {
            type: 'line', name: honest, data: [[0, 0], [1, 1]], symbol: 'none', silent: true,
            lineStyle: { type: 'dashed', color: colors.soft }, itemStyle: { color: colors.soft },
        },
        ...lines.map((line, i) => ({
            type: 'line', name: line.name, data: line.points.map((bin) => [bin.mean_score, bin.mean_label, bin.count]),
            symbol: symbols[i % symbols.length], symbolSize: markSize(Math.max(...lines.flatMap(({ points }) => points.map((bin) => bin.count)))), lineStyle: { color: palette[i % palette.length], width: 2 },
            itemStyle: { color: palette[i % palette.length] },
        })),
    ],
});

/** Mean score against the share that came true, for each judged group; nothing without a score and a truth. */
export const CalibrationChart = ({ attribute }: { attribute: Attribute }) => {
    const all = useMemo(() => linesOf(attribute), [attribute]);
    const lines = useMemo(() => all.slice(0, palette.length), [all]);
    const draw = useMemo(() => drawLines(lines, t('charts.honest')), [lines]);
    if (lines.length === 0) return null;
    return (
        <ChartFrame title={t('charts.calibrationTitle')} sentence={calibrationSentence(attribute)} height={360} draw={draw}
            reading={[t('charts.calibrationReading'), all.length > lines.length ? t('charts.calibrationHidden', { shown: lines.length, all: all.length }) : ''].filter(Boolean).join(' ')}
            table={{
                columns: [
                    { head: t('word.group'), as: 'text' }, { head: t('charts.scoreFrom'), as: 'number' }, { head: t('word.to'), as: 'number' }, { head: t('word.people'), as: 'count' },
                    { head: t('charts.meanScore'), as: 'number' }, { head: t('charts.cameTrue'), as: 'percent' },
                ],
                rows: all.flatMap((line) => line.points.map((bin) => [line.name, bin.low, bin.high, bin.count, bin.mean_score, bin.mean_label])),
            }} />
    );
};
