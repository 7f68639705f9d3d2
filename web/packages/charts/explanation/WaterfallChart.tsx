import { t } from '@aic/text';
import { useMemo } from 'react';
import { ChartFrame, type Draw } from '../ChartFrame';
import type { Inks } from '../colors';
import { type DrawApi, groupAxis, hint, mark } from '../drawing';
import type { TableData } from '../table';
import { type Contribution, contributionsOf, type Explained, largest, MOST_FEATURES } from './explained';
import { amountAxis, reachOf, sideColor } from './frame';
import { amount, change, namedOwn, ownText, rowSentence } from './words';

/** One line of the picture: from where the prediction stood to where it went. */
export interface Step {
    contribution: Contribution | null;
    name: string;
    note: string;
    from: number;
    to: number;
}

/** From the base through the contributions, the largest first, to the prediction. */
export const stepsOf = (e: Explained, row: number): Step[] => {
    const shown = largest(contributionsOf(e, row), MOST_FEATURES, (count) => t('explainCharts.others', { count }));
    let at = e.base;
    const steps = shown.map((contribution): Step => {
        const from = at;
        at += contribution.phi;
        const note = contribution.feature < 0 ? t('explainCharts.together') : t('explainCharts.equals', { own: ownText(contribution.own) });
        return { contribution, name: contribution.name, note, from, to: at };
    });
    const ends = (name: string, value: number): Step => ({ contribution: null, name, note: amount(value, e.isProbability), from: value, to: value });
    return [ends(t('explainCharts.base'), e.base), ...steps, ends(t('explainCharts.prediction'), e.predictions[row] ?? at)];
};

const HALF = 10;

/** Where the picture itself lies, without its axes. */
export interface Area {
    x: number;
    width: number;
}

/** A bar that points to where it goes. */
const arrow = (x1: number, x2: number, y: number, color: string) => {
    const tip = Math.min(7, Math.abs(x2 - x1)) * Math.sign(x2 - x1);
    return { type: 'polygon', shape: { points: [[x1, y - HALF], [x2 - tip, y - HALF], [x2, y], [x2 - tip, y + HALF], [x1, y + HALF]] }, style: { fill: color } };
};

/** "+12.3 pts" takes about so much; where a bar is longer it stands inside. */
const LABEL = 72;

/** The number of a bar: inside of a long one, else at its tip, unless the picture ends there. */
export const barLabel = (phi: number, x1: number, x2: number, y: number, area: Area, isProbability: boolean, colors: Inks) => {
    const [left, right] = [Math.min(x1, x2), Math.max(x1, x2)];
    const common = { y, text: change(phi, isProbability), font: '600 12px sans-serif', textVerticalAlign: 'middle' };
    if (right - left > LABEL) return { type: 'text', z2: 10, style: { ...common, x: (left + right) / 2, fill: colors.ground, textAlign: 'center' } };
    const isLeft = phi < 0 ? left - area.x > LABEL : area.x + area.width - right < LABEL;
    return { type: 'text', z2: 10, style: { ...common, x: isLeft ? left - 6 : right + 6, fill: colors.text, textAlign: isLeft ? 'right' : 'left', stroke: colors.ground, lineWidth: 3 } };
};

const drawStep = (step: Step, api: DrawApi, area: Area, isLast: boolean, isProbability: boolean, colors: Inks) => {
    const [x1 = 0, y = 0] = api.coord([api.value(1), api.value(0)]);
    const [x2 = 0] = api.coord([api.value(2), api.value(0)]);
    const below = api.coord([api.value(2), api.value(0) + 1])[1] ?? y;
    const link = isLast ? [] : [{ type: 'line', shape: { x1: x2, y1: y, x2, y2: below }, style: { stroke: colors.outline, lineWidth: 1, lineDash: [3, 3] }, z2: 0 }];
    if (!step.contribution) return { type: 'group', children: [...link, mark('diamond', x2, y, 7, colors.text, colors.ground)] };
    const { phi } = step.contribution;
    return { type: 'group', children: [...link, arrow(x1, x2, y, sideColor(phi, colors)), barLabel(phi, x1, x2, y, area, isProbability, colors)] };
};

export const drawWaterfall = (steps: Step[], isProbability: boolean): Draw => (colors, narrow) => ({
    grid: { left: 4, right: 12, top: 4, bottom: 4, containLabel: true },
    tooltip: { ...hint(colors), trigger: 'item', formatter: (at: { dataIndex: number }) => {
        const step = steps[at.dataIndex];
        if (!step) return '';
        const to = amount(step.to, isProbability);
        return step.contribution ? t('explainCharts.stepHint', { what: namedOwn(step.contribution), by: change(step.contribution.phi, isProbability), to }) : `${step.name}: ${to}`;
    } },
    xAxis: amountAxis(colors, narrow, isProbability, reachOf(steps.flatMap(({ from, to }) => [from, to]), narrow ? 0.3 : 0.16)),
    yAxis: groupAxis(steps.map(({ name }) => name), steps.map(({ note }) => note), colors, narrow),
    series: [{
        type: 'custom', encode: { x: [1, 2], y: 0 }, data: steps.map(({ from, to }, i) => [i, from, to]),
        renderItem: ({ coordSys }: { coordSys: Area }, api: DrawApi) => {
            const step = steps[api.value(0)];
            return step ? drawStep(step, api, coordSys, api.value(0) === steps.length - 1, isProbability, colors) : { type: 'group', children: [] };
        },
    }],
});

/** Every feature of one row; shared by the pictures of it. */
export const contributionTable = (e: Explained, row: number): TableData => ({
    columns: [
        { head: t('explainCharts.feature'), as: 'text' }, { head: t('explainCharts.ownValue'), as: 'text' }, { head: t('explainCharts.contribution'), as: 'number' },
        ...(e.errors ? [{ head: t('explainCharts.standardError'), as: 'number' as const }] : []),
    ],
    rows: contributionsOf(e, row).map((c) => [c.name, ownText(c.own), c.phi, ...(e.errors ? [e.errors[row]?.[c.feature]] : [])]),
});

/** What moved one row's prediction from the base to where it is. */
export const WaterfallChart = ({ explained, row }: { explained: Explained; row: number }) => {
    const steps = useMemo(() => stepsOf(explained, row), [explained, row]);
    const draw = useMemo(() => drawWaterfall(steps, explained.isProbability), [steps, explained]);
    return (
        <ChartFrame title={t('explainCharts.waterfallTitle', { row: row + 1 })} sentence={rowSentence(explained, row, contributionsOf(explained, row))}
            reading={t('explainCharts.waterfallReading')} height={30 + steps.length * 40} draw={draw} table={contributionTable(explained, row)} />
    );
};
