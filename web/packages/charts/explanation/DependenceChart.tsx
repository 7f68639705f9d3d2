import { formatNumber, t } from '@aic/text';
import { useMemo } from 'react';
import { ChartFrame, type Draw } from '../ChartFrame';
import { hint } from '../drawing';
import { columnOf, type Explained, isNumeric, MOST_DOTS, type Own, shades, spreadRows } from './explained';
import { amountAxis, shadeLegend } from './frame';
import { change, dependenceSentence, ownText } from './words';

interface Dot {
    x: number | string;
    phi: number;
    shade: number | null;
    text: string;
}

/** Rows without an own value have no place on the axis; they are told beside the chart. */
export const dependenceDots = (e: Explained, feature: number, color: number | null): Dot[] => {
    const { own, phi } = columnOf(e, feature);
    const other = color === null ? null : columnOf(e, color).own;
    const shade = other ? shades(other) : [];
    const name = e.features[feature] ?? '';
    return spreadRows(own.length).flatMap((row): Dot[] => {
        const x = own[row];
        if (x === null || x === undefined) return [];
        const hintText = t('explainCharts.dotHint', { row: row + 1, name, own: ownText(x), by: change(phi[row] ?? 0, e.isProbability) });
        const more = other && color !== null ? `\n${t('explainCharts.isOwn', { name: e.features[color] ?? '', own: ownText(other[row]) })}` : '';
        return [{ x, phi: phi[row] ?? 0, shade: shade[row] ?? null, text: hintText + more }];
    });
};

/** Dots of one word would lie on a line: they step aside, each by its own place. */
const aside = (i: number) => ((i * 11) % 49) - 24;

const wordsOf = (own: Own[]) => [...new Set(own.flatMap((value) => (value === null ? [] : [String(value)])))].sort();

export const drawDependence = (dots: Dot[], words: string[] | null, colorName: string | null, isProbability: boolean): Draw => (colors, narrow) => {
    const shaded = colorName === null ? [] : dots.filter(({ shade }) => shade !== null);
    const plain = colorName === null ? dots : dots.filter(({ shade }) => shade === null);
    const point = (dot: Dot, i: number) => ({ value: [words ? String(dot.x) : dot.x, dot.phi, dot.shade ?? 0], symbolOffset: words ? [aside(i), 0] : undefined });
    return {
        grid: { left: 4, right: 14, top: colorName === null ? 12 : 34, bottom: 4, containLabel: true },
        tooltip: { ...hint(colors), trigger: 'item', formatter: (at: { dataIndex: number; seriesIndex: number }) => (at.seriesIndex === 0 ? shaded : plain)[at.dataIndex]?.text ?? '' },
        visualMap: colorName === null ? undefined : shadeLegend(colors, t('explainCharts.lowOf', { name: colorName }), t('explainCharts.high'), 8),
        xAxis: words
            ? { type: 'category', data: words, axisLabel: { color: colors.soft, interval: 0, rotate: words.length > (narrow ? 3 : 8) ? 40 : 0, width: 110, overflow: 'truncate' }, axisLine: { lineStyle: { color: colors.line } } }
            : { type: 'value', scale: true, splitLine: { show: false }, axisLine: { lineStyle: { color: colors.line } }, axisLabel: { color: colors.soft, hideOverlap: true, formatter: (value: number) => ownText(value) } },
        yAxis: amountAxis(colors, narrow, isProbability),
        series: [
            {
                type: 'scatter', symbolSize: narrow ? 5 : 6, data: shaded.map(point), itemStyle: { opacity: 0.85 },
                markLine: { silent: true, symbol: 'none', label: { show: false }, lineStyle: { color: colors.outline, type: 'solid', width: 1.5 }, data: [{ yAxis: 0 }] },
            },
            { type: 'scatter', symbolSize: narrow ? 5 : 6, data: plain.map(point), itemStyle: { color: colorName === null ? colors.blue : colors.outline, opacity: 0.8 } },
        ],
    };
};

/** A feature's value against its contribution; coloured by another feature, which `color` names. */
export const DependenceChart = ({ explained, feature, color }: { explained: Explained; feature: number; color: number | null }) => {
    const { own, phi } = useMemo(() => columnOf(explained, feature), [explained, feature]);
    const dots = useMemo(() => dependenceDots(explained, feature, color), [explained, feature, color]);
    const words = useMemo(() => (isNumeric(own) ? null : wordsOf(own)), [own]);
    const colorName = color === null ? null : (explained.features[color] ?? null);
    const draw = useMemo(() => drawDependence(dots, words, colorName, explained.isProbability), [dots, words, colorName, explained]);
    const name = explained.features[feature] ?? '';
    const missing = own.filter((value) => value === null).length;
    const reading = [
        t('explainCharts.dependenceReading'), colorName === null ? '' : t('explainCharts.dependenceColor', { name: colorName }),
        missing > 0 ? t('explainCharts.withoutValue', { rows: formatNumber(missing) }) : '',
        own.length > MOST_DOTS ? t('explainCharts.swarmSpread', { shown: formatNumber(MOST_DOTS), all: formatNumber(own.length) }) : '',
    ];
    return (
        <ChartFrame title={t('explainCharts.dependenceTitle', { name })} sentence={dependenceSentence(name, own, phi, explained.isProbability)} reading={reading.filter(Boolean).join(' ')}
            height={360} draw={draw}
            table={{
                columns: [
                    { head: t('explainCharts.row'), as: 'count' }, { head: name, as: 'text' }, { head: t('explainCharts.contribution'), as: 'number' },
                    ...(colorName === null ? [] : [{ head: colorName, as: 'text' as const }]),
                ],
                rows: own.map((value, row) => [row + 1, ownText(value), phi[row], ...(color === null ? [] : [ownText(explained.own[row]?.[color])])]),
            }} />
    );
};
