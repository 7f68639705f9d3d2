import type { Attribute } from '@aic/api';
import { formatInterval, formatNumber, formatPercent, metricName, t } from '@aic/text';
import { useMemo } from 'react';
import { ChartFrame, type Draw } from './ChartFrame';
import { type Inks, inks } from './colors';
import { type DrawApi, groupAxis, hint, percentAxis, whisker } from './drawing';
import { extremes, groupNote, groupsOf, isNumber, MOST_SHOWN, type NamedGroup } from './groups';
import { svgOf } from './image';
import { selectionSentence } from './sentences';
import type { TableData } from './table';

/** Room for "55.6% ▼": a label that the dashed line would cross stands behind it. */
const LABEL_WIDTH = 68;

/** Four fifths (or what else is asked for) of the best judged group's rate: where the line stands. */
const lineAt = (groups: NamedGroup[], pass: number) => {
    const best = extremes(groups.filter((group) => group.isJudged), (group) => group.selection_rate)?.high.value;
    return best ? best * pass : null;
};

const barStyle = (group: NamedGroup, limit: number | null, colors: Inks) => {
    if (!group.isJudged) return { color: 'transparent', borderColor: colors.outline, borderType: 'dashed', borderWidth: 1.5 };
    const below = limit !== null && (group.selection_rate ?? 0) < limit;
    return { color: below ? colors.orange : colors.blue, borderRadius: 2 };
};

const rateLabel = (group: NamedGroup, limit: number | null) => {
    const below = group.isJudged && limit !== null && isNumber(group.selection_rate) && group.selection_rate < limit;
    return `${formatPercent(group.selection_rate)}${below ? ' ▼' : ''}`;
};

const hintText = (group: NamedGroup) =>
    t('charts.selectionHint', {
        name: group.name, rate: formatPercent(group.selection_rate), people: formatNumber(group.count), interval: formatInterval(group.ci?.selection_rate, true),
    });

export const drawSelection = (all: NamedGroup[], pass: number): Draw => (colors, narrow) => {
    const groups = all.slice(0, MOST_SHOWN);
    const limit = lineAt(all, pass);
    const interval = (_: unknown, api: DrawApi) => {
        const [low = 0, y = 0] = api.coord([api.value(1), api.value(0)]);
        const [high = 0] = api.coord([api.value(2), api.value(0)]);
        return { type: 'group', children: whisker(y, low, high, colors.text) };
    };
    return {
        grid: { left: 4, right: narrow ? 64 : 72, top: 26, bottom: 4, containLabel: true },
        tooltip: { ...hint(colors), trigger: 'item', formatter: (at: { dataIndex: number }) => {
            const group = groups[at.dataIndex];
            return group ? hintText(group) : '';
        } },
        xAxis: percentAxis(colors, narrow, (value) => formatPercent(value, 0)),
        yAxis: groupAxis(groups.map((group) => group.name), groups.map((group) => groupNote(group, narrow)), colors, narrow),
        series: [
            {
                type: 'bar', barMaxWidth: 20, emphasis: { disabled: true },
                data: groups.map((group) => ({ value: group.selection_rate ?? 0, itemStyle: barStyle(group, limit, colors) })),
                markLine: limit === null ? undefined : {
                    silent: true, symbol: 'none', z: 4, lineStyle: { color: colors.text, type: 'dashed', width: 1.5 },
                    label: { formatter: t('charts.ofHighest', { share: formatPercent(pass, 0) }), color: colors.text, position: 'start', distance: 4 },
                    data: [[{ xAxis: limit, y: 18 }, { xAxis: limit, y: '100%' }]],
                },
            },
            {
                type: 'custom', renderItem: interval, encode: { x: [1, 2], y: 0 }, z: 5, silent: true,
                data: groups.flatMap((group, i) => {
                    const [low, high] = group.ci?.selection_rate ?? [];
                    return isNumber(low) && isNumber(high) ? [[i, low, high]] : [];
                }),
            },
            {
                type: 'custom', encode: { x: 1, y: 0 }, z: 10, silent: true,
                data: groups.map((group, i) => [i, Math.max(group.selection_rate ?? 0, group.ci?.selection_rate?.[1] ?? 0)]),
                renderItem: (_: unknown, api: DrawApi) => {
                    const [x = 0, y = 0] = api.coord([api.value(1), api.value(0)]);
                    const group = groups[api.value(0)];
                    const text = group ? rateLabel(group, limit) : '';
                    const line = limit === null ? 0 : (api.coord([limit, api.value(0)])[0] ?? 0);
                    const isCrossed = line > x && line < x + LABEL_WIDTH;
                    return { type: 'text', style: { x: (isCrossed ? line : x) + 7, y, text, fill: colors.text, font: '600 12.5px sans-serif', textVerticalAlign: 'middle' } };
                },
            },
        ],
    };
};

const tableOf = (groups: NamedGroup[]): TableData => ({
    columns: [
        { head: t('word.group'), as: 'text' }, { head: t('word.people'), as: 'count' }, { head: t('charts.decided'), as: 'count' },
        { head: metricName('selection_rate'), as: 'percent' }, { head: t('word.from'), as: 'percent' }, { head: t('word.to'), as: 'percent' }, { head: t('word.note'), as: 'text' },
    ],
    rows: groups.map((group) => [
        group.name, group.count, group.selected, group.selection_rate, group.ci?.selection_rate?.[0], group.ci?.selection_rate?.[1],
        group.missing ? t('word.notStated') : group.small ? t('word.tooSmall') : group.isReference ? t('word.reference') : '',
    ]),
});

const heightOf = (groups: NamedGroup[]) => 52 + Math.min(groups.length, MOST_SHOWN) * 42;

interface Props {
    attribute: Attribute;
    /** The ratio to the best group that is asked for: 0.8 is the four-fifths rule. */
    pass: number;
    title?: string;
    lowestFirst?: boolean;
}

/** Selection rates with their Wilson intervals and the line of the four-fifths rule. */
export const SelectionChart = ({ attribute, pass, title, lowestFirst = false }: Props) => {
    const groups = useMemo(() => groupsOf(attribute, lowestFirst), [attribute, lowestFirst]);
    const draw = useMemo(() => drawSelection(groups, pass), [groups, pass]);
    const dashed = groups.some((group) => !group.isJudged);
    const hidden = groups.length - MOST_SHOWN;
    return (
        <ChartFrame title={title ?? t('charts.selectionTitle')} sentence={selectionSentence(attribute, pass)} height={heightOf(groups)} draw={draw} table={tableOf(groups)}
            reading={[
                t('charts.selectionReading'), dashed ? t('charts.selectionDashed') : '',
                hidden > 0 ? t('charts.selectionHidden', { shown: MOST_SHOWN, all: groups.length }) : '',
            ].filter(Boolean).join(' ')} />
    );
};

/** The same chart as SVG text, for a report that is read elsewhere. */
export const selectionSvg = (attribute: Attribute, pass: number, lowestFirst: boolean) => {
    const groups = groupsOf(attribute, lowestFirst);
    const colors = inks(false);
    return svgOf(drawSelection(groups, pass)(colors, false), heightOf(groups), colors.ground);
};
