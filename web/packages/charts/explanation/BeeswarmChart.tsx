import { formatNumber, t } from '@aic/text';
import { useMemo } from 'react';
import { ChartFrame, type Draw } from '../ChartFrame';
import { groupAxis, hint } from '../drawing';
import { columnOf, type Explained, type Importance, importancesOf, MOST_DOTS, MOST_FEATURES, shades, spreadRows, swarm } from './explained';
import { amountAxis, shadeLegend } from './frame';
import { change, ownText, swarmSentence } from './words';

const ROW_HEIGHT = 46;

interface Dot {
    row: number;
    line: number;
    phi: number;
    shade: number | null;
    isMissing: boolean;
    offset: number;
    text: string;
}

export const dotsOf = (e: Explained, shown: Importance[]): Dot[] => {
    const rows = spreadRows(e.phi.length);
    return shown.flatMap(({ feature, name }, line) => {
        const { own, phi } = columnOf(e, feature);
        const shade = shades(own);
        const offsets = swarm(rows.map((row) => phi[row] ?? 0), 70, ROW_HEIGHT / 2 - 5);
        return rows.map((row, i): Dot => ({
            row, line, phi: phi[row] ?? 0, shade: shade[row] ?? null, isMissing: own[row] === null, offset: offsets[i] ?? 0,
            text: t('explainCharts.dotHint', { row: row + 1, name, own: ownText(own[row]), by: change(phi[row] ?? 0, e.isProbability) }),
        }));
    });
};

export const drawBeeswarm = (dots: Dot[], shown: Importance[], isProbability: boolean): Draw => (colors, narrow) => {
    const shaded = dots.filter(({ shade }) => shade !== null);
    const plain = dots.filter(({ shade }) => shade === null);
    const point = (dot: Dot) => ({ value: [dot.phi, dot.line, dot.shade ?? 0], symbolOffset: [0, dot.offset] });
    const size = narrow ? 4 : 5;
    return {
        grid: { left: 4, right: 14, top: 30, bottom: 4, containLabel: true },
        tooltip: { ...hint(colors), trigger: 'item', formatter: (at: { dataIndex: number; seriesIndex: number }) => (at.seriesIndex === 0 ? shaded : plain)[at.dataIndex]?.text ?? '' },
        visualMap: shadeLegend(colors, t('explainCharts.lowValue'), t('explainCharts.highValue')),
        xAxis: { ...amountAxis(colors, narrow, isProbability), axisLine: { show: false } },
        yAxis: { ...groupAxis(shown.map(({ name }) => name), shown.map(() => ''), colors, narrow), splitLine: { show: true, lineStyle: { color: colors.line } } },
        series: [
            {
                type: 'scatter', symbolSize: size, data: shaded.map(point), itemStyle: { opacity: 0.85 },
                markLine: { silent: true, symbol: 'none', label: { show: false }, lineStyle: { color: colors.outline, type: 'solid', width: 1.5 }, data: [{ xAxis: 0 }] },
            },
            {
                type: 'scatter', symbolSize: size + 1, data: plain.map((dot) => ({
                    ...point(dot), itemStyle: dot.isMissing ? { color: 'transparent', borderColor: colors.outline, borderWidth: 1 } : { color: colors.outline, opacity: 0.85 },
                })),
            },
        ],
    };
};

const readingOf = (dots: Dot[], rows: number) => [
    t('explainCharts.swarmReading'),
    dots.some(({ isMissing }) => isMissing) ? t('explainCharts.swarmMissing') : '',
    dots.some(({ shade, isMissing }) => shade === null && !isMissing) ? t('explainCharts.swarmWords') : '',
    rows > MOST_DOTS ? t('explainCharts.swarmSpread', { shown: formatNumber(MOST_DOTS), all: formatNumber(rows) }) : '',
].filter(Boolean).join(' ');

/** Every row as a dot for each of the most important features. */
export const BeeswarmChart = ({ explained }: { explained: Explained }) => {
    const all = useMemo(() => importancesOf(explained), [explained]);
    const shown = useMemo(() => all.slice(0, MOST_FEATURES), [all]);
    const dots = useMemo(() => dotsOf(explained, shown), [explained, shown]);
    const draw = useMemo(() => drawBeeswarm(dots, shown, explained.isProbability), [dots, shown, explained]);
    return (
        <ChartFrame title={t('explainCharts.swarmTitle')} sentence={swarmSentence(all)} reading={readingOf(dots, explained.phi.length)}
            height={60 + shown.length * ROW_HEIGHT} draw={draw}
            table={{
                columns: [{ head: t('explainCharts.row'), as: 'count' }, ...shown.flatMap(({ name }) => [{ head: name, as: 'text' as const }, { head: t('explainCharts.contributionOf', { name }), as: 'number' as const }])],
                rows: spreadRows(explained.phi.length).map((row) => [row + 1, ...shown.flatMap(({ feature }) => [ownText(explained.own[row]?.[feature]), explained.phi[row]?.[feature]])]),
            }} />
    );
};
