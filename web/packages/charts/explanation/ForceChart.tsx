import { t } from '@aic/text';
import { useMemo } from 'react';
import { ChartFrame, type Draw } from '../ChartFrame';
import type { Inks } from '../colors';
import { type DrawApi, hint } from '../drawing';
import { type Contribution, contributionsOf, type Explained, largest, MOST_FEATURES } from './explained';
import { amountAxis, reachOf, sideColor } from './frame';
import { amount, change, namedOwn, rowSentence } from './words';
import { contributionTable } from './WaterfallChart';

export interface Segment {
    contribution: Contribution;
    from: number;
    to: number;
}

/** What raises lies left of the prediction and pushes it up, what lowers lies right of it and pushes it down; the largest
    next to it. */
export const segmentsOf = (e: Explained, row: number): Segment[] => {
    const shown = largest(contributionsOf(e, row), MOST_FEATURES, (count) => t('explainCharts.others', { count })).filter(({ phi }) => phi !== 0);
    const prediction = e.predictions[row] ?? e.base;
    const stacked = (side: Contribution[]) => {
        let at = prediction;
        return side.map((contribution): Segment => {
            const from = at;
            at -= contribution.phi;
            return { contribution, from, to: at };
        });
    };
    return [...stacked(shown.filter(({ phi }) => phi > 0)), ...stacked(shown.filter(({ phi }) => phi < 0))];
};

const TOP = 58;
const BAR = 40;
/** A letter of 12 px is about so wide; what has no room is in the hint and in the table. */
const LETTER = 6.6;

const drawSegment = ({ contribution }: Segment, api: DrawApi, colors: Inks) => {
    const a = api.coord([api.value(0), 0])[0] ?? 0;
    const b = api.coord([api.value(1), 0])[0] ?? 0;
    const [left, right] = [Math.min(a, b), Math.max(a, b)];
    const text = namedOwn(contribution);
    const label = text.length * LETTER + 12 > right - left ? [] : [{
        type: 'text', style: { x: (left + right) / 2, y: TOP + BAR / 2, text, fill: colors.ground, font: '600 12px sans-serif', textAlign: 'center', textVerticalAlign: 'middle' },
    }];
    const shape = { x: left, y: TOP, width: Math.max(1, right - left), height: BAR };
    return { type: 'group', children: [{ type: 'rect', shape, style: { fill: sideColor(contribution.phi, colors), stroke: colors.ground, lineWidth: 1.5 } }, ...label] };
};

const flag = (api: DrawApi, text: string, y: number, colors: Inks, bold: boolean) => {
    const x = api.coord([api.value(0), 0])[0] ?? 0;
    return {
        type: 'group', children: [
            { type: 'line', shape: { x1: x, y1: y + 9, x2: x, y2: TOP + BAR + 6 }, style: { stroke: colors.text, lineWidth: bold ? 2 : 1, lineDash: bold ? undefined : [3, 3] } },
            { type: 'text', style: { x, y, text, fill: colors.text, font: `${bold ? '600 13px' : '12px'} sans-serif`, textAlign: 'center', textVerticalAlign: 'middle' } },
        ],
    };
};

export const drawForce = (e: Explained, row: number, segments: Segment[]): Draw => (colors, narrow) => {
    const prediction = e.predictions[row] ?? e.base;
    return {
        grid: { left: 12, right: 12, top: 20, bottom: 4, containLabel: true },
        tooltip: { ...hint(colors), trigger: 'item', formatter: (at: { dataIndex: number; seriesIndex: number }) => {
            const segment = at.seriesIndex === 0 ? segments[at.dataIndex] : undefined;
            return segment ? t('explainCharts.moved', { what: namedOwn(segment.contribution), by: change(segment.contribution.phi, e.isProbability) }) : '';
        } },
        xAxis: amountAxis(colors, narrow, e.isProbability, reachOf([e.base, prediction, ...segments.flatMap(({ from, to }) => [from, to])], 0.06)),
        yAxis: { type: 'value', min: 0, max: 1, show: false },
        series: [
            {
                type: 'custom', encode: { x: [0, 1] }, data: segments.map(({ from, to }) => [from, to]),
                renderItem: (at: { dataIndex: number }, api: DrawApi) => {
                    const segment = segments[at.dataIndex];
                    return segment ? drawSegment(segment, api, colors) : { type: 'group', children: [] };
                },
            },
            {
                type: 'custom', encode: { x: 0 }, silent: true, z: 5, data: [[prediction], [e.base]],
                renderItem: (at: { dataIndex: number }, api: DrawApi) =>
                    at.dataIndex === 0
                        ? flag(api, t('explainCharts.flagPrediction', { value: amount(prediction, e.isProbability) }), 10, colors, true)
                        : flag(api, t('explainCharts.flagBase', { value: amount(e.base, e.isProbability) }), 32, colors, false),
            },
        ],
    };
};

/** One bar: what pushes the prediction up against what pushes it down. */
export const ForceChart = ({ explained, row }: { explained: Explained; row: number }) => {
    const draw = useMemo(() => drawForce(explained, row, segmentsOf(explained, row)), [explained, row]);
    return (
        <ChartFrame title={t('explainCharts.forceTitle', { row: row + 1 })} sentence={rowSentence(explained, row, contributionsOf(explained, row))}
            reading={t('explainCharts.forceReading')} height={146} draw={draw} table={contributionTable(explained, row)} />
    );
};
