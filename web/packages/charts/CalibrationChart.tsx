import type { Attribute } from '@aic/api';
import { formatNumber, formatPercent } from '@aic/text';
import { useCallback, useMemo } from 'react';
import { ChartFrame } from './ChartFrame';
import { type Inks, palette, shapes } from './colors';

/** Mean score against the share that came true, for each judged group; nothing without a score. */
export const CalibrationChart = ({ attribute }: { attribute: Attribute }) => {
    const lines = useMemo(() => Object.entries(attribute.groups).flatMap(([name, group]) => {
        const points = (group.calibration?.reliability ?? []).filter((bin) => bin.count > 0 && bin.mean_score !== null && bin.mean_label !== null);
        return points.length && !group.small && !group.missing ? [{ name, points, error: group.expected_calibration_error ?? null }] : [];
    }), [attribute]);
    const option = useCallback((colors: Inks) => ({
        grid: { left: 8, right: 16, top: 36, bottom: 28, containLabel: true },
        legend: { top: 0, textStyle: { color: colors.text } },
        tooltip: { trigger: 'item', backgroundColor: colors.back, borderColor: colors.line, textStyle: { color: colors.text } },
        xAxis: { type: 'value', min: 0, max: 1, name: 'Mean score', nameLocation: 'middle', nameGap: 26, nameTextStyle: { color: colors.soft }, splitLine: { lineStyle: { color: colors.line } }, axisLabel: { color: colors.soft } },
        yAxis: { type: 'value', min: 0, max: 1, splitLine: { lineStyle: { color: colors.line } }, axisLabel: { color: colors.soft, formatter: (v: number) => formatPercent(v, 0) } },
        series: [
            { type: 'line', name: 'As it says', data: [[0, 0], [1, 1]], symbol: 'none', lineStyle: { type: 'dashed', color: colors.limit }, itemStyle: { color: colors.limit }, silent: true },
            ...lines.map((line, i) => ({
                type: 'line', name: line.name, data: line.points.map((bin) => [bin.mean_score, bin.mean_label]),
                symbol: shapes[i % shapes.length], symbolSize: 9, lineStyle: { color: palette[i % palette.length] }, itemStyle: { color: palette[i % palette.length] },
            })),
        ],
    }), [lines]);
    if (lines.length === 0) return null;
    const worst = lines.reduce((a, b) => ((b.error ?? 0) > (a.error ?? 0) ? b : a));
    const sentence = `On the dashed line a score means what it says. The largest mean error is that of ${worst.name}: ${formatNumber(worst.error, 3)}.`;
    return (
        <ChartFrame title="Calibration" sentence={sentence} label={`Calibration. ${sentence}`} height={340} option={option}
            table={{
                head: ['Group and score', 'Count', 'Mean score', 'Came true'],
                rows: lines.flatMap((line) => line.points.map((bin) => [`${line.name}, ${formatNumber(bin.low, 1)} to ${formatNumber(bin.high, 1)}`, bin.count, formatNumber(bin.mean_score, 3), formatPercent(bin.mean_label)])),
            }} />
    );
};
