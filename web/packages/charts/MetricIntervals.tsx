import type { Attribute } from '@aic/api';
import { formatInterval, formatNumber, metricName } from '@aic/text';
import { useCallback } from 'react';
import { ChartFrame } from './ChartFrame';
import type { Inks } from './colors';

const shown = ['demographic_parity_ratio', 'disparate_impact', 'demographic_parity_difference', 'equalized_odds_difference', 'equal_opportunity_difference', 'average_odds_difference'];

/** Differences and ratios with their bootstrap intervals. */
export const MetricIntervals = ({ attribute }: { attribute: Attribute }) => {
    const rows = shown.flatMap((key) => {
        const value = attribute.metrics[key];
        const [low, high] = attribute.metrics_ci?.[key] ?? [];
        return typeof value === 'number' && typeof low === 'number' && typeof high === 'number' ? [{ key, value, low, high }] : [];
    });
    const option = useCallback((colors: Inks, narrow: boolean) => ({
        grid: { left: 8, right: 24, top: 8, bottom: 8, containLabel: true },
        xAxis: { type: 'value', splitLine: { lineStyle: { color: colors.line } }, axisLabel: { color: colors.soft } },
        yAxis: { type: 'category', inverse: true, data: rows.map((r) => metricName(r.key)), axisTick: { show: false }, axisLine: { lineStyle: { color: colors.line } }, axisLabel: { color: colors.text, width: narrow ? 110 : 240, overflow: 'break', fontSize: narrow ? 11 : 12, lineHeight: 13 } },
        series: [
            ...rows.map((r, i) => ({ type: 'line', data: [[r.low, i], [r.high, i]], symbol: 'rect', symbolSize: [2, 12], lineStyle: { color: colors.bar, width: 3 }, itemStyle: { color: colors.bar }, silent: true })),
            { type: 'scatter', data: rows.map((r, i) => [r.value, i]), symbolSize: 11, symbol: 'diamond', itemStyle: { color: colors.text }, z: 5 },
        ],
    }), [rows]);
    if (rows.length === 0) return null;
    return (
        <ChartFrame title="How certain the metrics are" sentence="Each diamond is the value, each bar its 95 % interval: the narrower, the surer. All groups are included, small ones too." label="Metrics with their 95 % intervals"
            height={40 + rows.length * 50} option={option}
            table={{ head: ['Metric', 'Value', '95 % interval'], rows: rows.map((r) => [metricName(r.key), formatNumber(r.value, 4), formatInterval([r.low, r.high], false)]) }} />
    );
};
