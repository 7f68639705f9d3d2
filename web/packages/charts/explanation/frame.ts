import { locale } from '@aic/text';
import type { Inks } from '../colors';

/** What raises is orange and points right, what lowers is blue and points left. */
export const sideColor = (value: number, colors: Inks) => (value < 0 ? colors.blue : colors.orange);

/** From least to greatest with some air, so that labels have room. */
export const reachOf = (values: number[], air = 0.16): [number, number] => {
    const [least, most] = [Math.min(...values), Math.max(...values)];
    const width = most > least ? most - least : Math.max(1e-9, Math.abs(most));
    return [least - width * air, most + width * air];
};

/** The axis of predictions, or of contributions to them. */
export const amountAxis = (colors: Inks, narrow: boolean, isProbability: boolean, reach?: [number, number]) => ({
    type: 'value', min: reach?.[0], max: reach?.[1], splitNumber: narrow ? 3 : 6, scale: true, splitLine: { lineStyle: { color: colors.line } },
    axisLabel: { color: colors.soft, hideOverlap: true, showMinLabel: !reach, showMaxLabel: !reach, formatter: (value: number) => shortAmount(value, isProbability) },
});

const shortAmount = (value: number, isProbability: boolean) =>
    new Intl.NumberFormat(locale(), isProbability ? { style: 'percent', maximumFractionDigits: 1 } : { maximumSignificantDigits: 3 }).format(value);

/** Low to high: blue over violet to orange, told apart with any colour vision. Missing values are hollow and grey. */
export const ramp = (colors: Inks) => [colors.blue, colors.violet, colors.orange];

/** The bar that says which colour is low and which is high. */
export const shadeLegend = (colors: Inks, low: string, high: string, right = 8) => ({
    type: 'continuous', min: 0, max: 1, dimension: 2, seriesIndex: 0, orient: 'horizontal', right, top: 0, itemWidth: 10, itemHeight: 90,
    text: [high, low], textStyle: { color: colors.soft, fontSize: 12 }, calculable: false, hoverLink: false, selectedMode: false, inRange: { color: ramp(colors) },
});
