import { formatNumber, formatPercent, t } from '@aic/text';
import { useMemo } from 'react';
import { ChartFrame, type Draw } from '../ChartFrame';
import { type DrawApi, groupAxis, hint } from '../drawing';
import { type Contribution, contributionsOf, type Explained, MOST_FEATURES } from './explained';
import { amountAxis, reachOf, sideColor } from './frame';
import { change, namedOwn, ownText } from './words';
import { type Area, barLabel, contributionTable } from './WaterfallChart';

export const drawWeights = (shown: Contribution[], isProbability: boolean): Draw => (colors, narrow) => ({
    grid: { left: 4, right: 12, top: 4, bottom: 4, containLabel: true },
    tooltip: { ...hint(colors), trigger: 'item', formatter: (at: { dataIndex: number }) => {
        const one = shown[at.dataIndex];
        return one ? t('explainCharts.moved', { what: namedOwn(one), by: change(one.phi, isProbability) }) : '';
    } },
    xAxis: amountAxis(colors, narrow, isProbability, reachOf([0, ...shown.map(({ phi }) => phi)], narrow ? 0.3 : 0.2)),
    yAxis: { ...groupAxis(shown.map(({ name }) => name), shown.map(({ own }) => t('explainCharts.equals', { own: ownText(own) })), colors, narrow), axisLine: { show: false } },
    series: [
        { type: 'bar', barMaxWidth: 18, emphasis: { disabled: true }, data: shown.map(({ phi }) => ({ value: phi, itemStyle: { color: sideColor(phi, colors), borderRadius: 2 } })) },
        {
            type: 'custom', encode: { x: 1, y: 0 }, silent: true, z: 5, data: shown.map(({ phi }, i) => [i, phi]),
            renderItem: ({ coordSys }: { coordSys: Area }, api: DrawApi) => {
                const phi = api.value(1);
                const [x = 0, y = 0] = api.coord([phi, api.value(0)]);
                const [zero = 0] = api.coord([0, api.value(0)]);
                return barLabel(phi, zero, x, y, coordSys, isProbability, colors);
            },
        },
    ],
});

/** Below this the simple model does not describe what the real one does nearby. */
const WELL = 0.7;

/** The weights of a simple model around one row (LIME), and how well it fits there. */
export const LocalWeightsChart = ({ explained, row }: { explained: Explained; row: number }) => {
    const all = useMemo(() => contributionsOf(explained, row).filter(({ phi }) => phi !== 0), [explained, row]);
    const draw = useMemo(() => drawWeights(all.slice(0, MOST_FEATURES), explained.isProbability), [all, explained]);
    const fit = explained.fit?.[row];
    const first = all[0];
    const sentence = [
        first ? t('explainCharts.local', { row: row + 1, what: namedOwn(first), by: change(first.phi, explained.isProbability) }) : t('explainCharts.nothingMoves'),
        fit === undefined ? '' : t(fit >= WELL ? 'explainCharts.fitsWell' : 'explainCharts.fitsBadly', { share: formatPercent(fit, 0), r2: formatNumber(fit, 2) }),
    ];
    return (
        <ChartFrame title={t('explainCharts.localTitle', { row: row + 1 })} sentence={sentence.filter(Boolean).join(' ')} reading={t('explainCharts.localReading')}
            height={36 + Math.min(all.length, MOST_FEATURES) * 40} draw={draw} table={contributionTable(explained, row)} />
    );
};
