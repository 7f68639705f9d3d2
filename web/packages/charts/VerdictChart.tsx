import type { Verdict } from '@aic/api';
import { formatNumber, metricName, t, useTranslation } from '@aic/text';
import { useMemo } from 'react';
import { ChartFrame, type Draw } from './ChartFrame';
import type { Inks } from './colors';
import { type DrawApi, hint, mark, whisker } from './drawing';
import { bandsOf, type Finding, intervalOf, type JudgedAttribute, moreIsBetter } from './findings';

interface Row extends Finding {
    value: number;
    interval: [number, number] | null;
}
type Words = Record<Verdict, string>;

const rowsOf = (attribute: JudgedAttribute): Row[] =>
    (attribute.findings ?? []).flatMap((finding) =>
        finding.value === null ? [] : [{ ...finding, value: finding.value, interval: intervalOf(finding, attribute) }]);

/** Every rule has a scale of its own, so that its bounds can be seen apart: a ratio runs to 1 or its value, anything else
    to twice the bound of review or its value. */
const scaleOf = (row: Row) => {
    const values = [row.value, ...(row.interval ?? [])];
    const least = Math.min(0, ...values);
    const most = Math.max(moreIsBetter(row) ? 1 : 2 * (row.review ?? 0), ...values) * 1.04;
    return { least, most, at: (value: number) => (most > least ? (value - least) / (most - least) : 0) };
};

const bandColor = (verdict: 'PASS' | 'REVIEW' | 'FAIL', colors: Inks) =>
    ({ PASS: colors.passBand, REVIEW: colors.reviewBand, FAIL: colors.failBand })[verdict];

/** 0.8, 0.05, 0.223: as many digits as it needs, at most three. */
const boundText = (bound: number) => formatNumber(bound, [1, 2].find((digits) => Math.abs(bound - Number(bound.toFixed(digits))) < 1e-9) ?? 3);

const drawRow = (row: Row, x: (share: number) => number, y: number, colors: Inks) => {
    const { least, most, at } = scaleOf(row);
    const bands = bandsOf(row, least, most);
    const place = (value: number) => x(at(value));
    const half = 13;
    const grounds = bands.map((band) => ({
        type: 'rect', style: { fill: bandColor(band.verdict, colors) },
        shape: { x: place(band.from), y: y - half, width: place(band.to) - place(band.from), height: half * 2 },
    }));
    const bounds = bands.slice(1).map((band, i) => ({
        type: 'text', style: {
            x: place(band.from), y: y + half + 3, text: boundText(band.from), fill: colors.soft, font: '11px sans-serif',
            textAlign: i === 0 ? 'right' : 'left', textVerticalAlign: 'top',
        },
    }));
    const reach = row.interval ? whisker(y, place(row.interval[0]), place(row.interval[1]), colors.text, 2) : [];
    return { type: 'group', children: [...grounds, ...bounds, ...reach, mark('diamond', place(row.value), y, 7, colors.text, colors.ground)] };
};

const drawRows = (rows: Row[], words: Words): Draw => (colors, narrow) => {
    const renderItem = (_: unknown, api: DrawApi) => {
        const row = rows[api.value(0)];
        const y = api.coord([0, api.value(0)])[1] ?? 0;
        return row ? drawRow(row, (share) => api.coord([share, api.value(0)])[0] ?? 0, y, colors) : { type: 'group', children: [] };
    };
    return {
        grid: { left: 4, right: 12, top: 4, bottom: 8, containLabel: true },
        tooltip: { ...hint(colors), trigger: 'item', formatter: (at: { dataIndex: number }) => {
            const row = rows[at.dataIndex];
            return row ? t('charts.rulesHint', {
                name: metricName(row.measure), value: formatNumber(row.value, 4), pass: formatNumber(row.pass, 3), review: formatNumber(row.review, 3),
            }) : '';
        } },
        xAxis: { type: 'value', min: 0, max: 1, show: false },
        yAxis: {
            type: 'category', inverse: true, data: rows.map((_, i) => String(i)), axisTick: { show: false }, axisLine: { lineStyle: { color: colors.line } },
            axisLabel: {
                color: colors.text, interval: 0, lineHeight: 15,
                formatter: (index: string) => {
                    const row = rows[Number(index)];
                    return row ? `${wrapped(metricName(row.measure), narrow ? 19 : 44)}\n{note|${t('charts.rulesNote', { value: formatNumber(row.value, 3), verdict: words[row.verdict] })}}` : '';
                },
                rich: { note: { color: colors.soft, fontSize: 11 } },
            },
        },
        series: [{ type: 'custom', renderItem, encode: { x: 1, y: 0 }, data: rows.map((row, i) => [i, scaleOf(row).at(row.value)]) }],
    };
};

/** A name in lines of at most so many letters, where its words allow. */
export const wrapped = (name: string, most: number) =>
    name.split(' ').reduce((text, word) => (text.length - text.lastIndexOf('\n') - 1 + word.length + 1 > most ? `${text}\n${word}` : `${text} ${word}`));

const sentenceOf = (rows: Row[]) => {
    const count = (verdict: Verdict) => rows.filter((row) => row.verdict === verdict).length;
    const parts = [[count('PASS'), 'charts.rulesPassed'], [count('REVIEW'), 'charts.rulesReview'], [count('FAIL'), 'charts.rulesFailed']] as const;
    return t('charts.rules', { rules: rows.length, parts: parts.filter(([n]) => n > 0).map(([n, key]) => t(key, { rules: n })).join(', ') });
};

/** Each rule's number with its interval, on the bands in which it passes, needs review, or fails. */
export const VerdictChart = ({ attribute }: { attribute: JudgedAttribute }) => {
    const { t } = useTranslation();
    const rows = useMemo(() => rowsOf(attribute), [attribute]);
    const draw = useMemo(() => drawRows(rows, {
        PASS: t('verdict.PASS'), REVIEW: t('verdict.REVIEW'), FAIL: t('verdict.FAIL'), INSUFFICIENT_DATA: t('verdict.INSUFFICIENT_DATA'),
    }), [rows, t]);
    if (rows.length === 0) return null;
    return (
        <ChartFrame title={t('charts.rulesTitle')} sentence={sentenceOf(rows)} height={20 + rows.length * 56} draw={draw}
            reading={t('charts.rulesReading')}
            table={{
                columns: [
                    { head: t('word.rule'), as: 'text' }, { head: t('word.value'), as: 'number' }, { head: t('word.from'), as: 'number' }, { head: t('word.to'), as: 'number' },
                    { head: t('word.passesAt'), as: 'number' }, { head: t('word.reviewUntil'), as: 'number' }, { head: t('word.verdict'), as: 'text' },
                ],
                rows: rows.map((row) => [metricName(row.measure), row.value, row.interval?.[0], row.interval?.[1], row.pass, row.review, t(`verdict.${row.verdict}`)]),
            }} />
    );
};
