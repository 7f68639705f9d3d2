import type { Inks } from './colors';

/* What an ECharts custom series hands to the function that draws one item, as far as it is used here. */
export interface DrawApi {
    value: (dimension: number) => number;
    coord: (point: number[]) => number[];
}

const line = (x1: number, y1: number, x2: number, y2: number, style: object) => ({ type: 'line', shape: { x1, y1, x2, y2 }, style });

/** A horizontal interval with end caps. */
export const whisker = (y: number, low: number, high: number, color: string, width = 1.5) => {
    const style = { stroke: color, lineWidth: width, fill: undefined };
    return [line(low, y, high, y, style), line(low, y - 5, low, y + 5, style), line(high, y - 5, high, y + 5, style)];
};

export const mark = (shape: 'circle' | 'triangle' | 'diamond', x: number, y: number, size: number, color: string, edge: string) => {
    const style = { fill: color, stroke: edge, lineWidth: 1 };
    if (shape === 'circle') return { type: 'circle', shape: { cx: x, cy: y, r: size }, style };
    const points = shape === 'triangle'
        ? [[x, y - size], [x + size, y + size * 0.8], [x - size, y + size * 0.8]]
        : [[x, y - size], [x + size, y], [x, y + size], [x - size, y]];
    return { type: 'polygon', shape: { points }, style };
};

/** Axis of groups: a name, and under it what there is to know before believing the bar. */
export const groupAxis = (names: string[], notes: string[], colors: Inks, narrow: boolean) => ({
    type: 'category', inverse: true, data: names.map((_, i) => String(i)), axisTick: { show: false },
    axisLine: { lineStyle: { color: colors.line } },
    axisLabel: {
        color: colors.text, width: narrow ? 118 : 220, overflow: 'truncate', lineHeight: 16, interval: 0,
        formatter: (index: string) => {
            const i = Number(index);
            const most = narrow ? 18 : 34;
            const name = names[i] ?? '';
            return `${name.length > most ? `${name.slice(0, most - 1)}…` : name}\n{note|${notes[i] ?? ''}}`;
        },
        rich: { note: { color: colors.soft, fontSize: 11 } },
    },
});

/** From 0 to 100 %; on a narrow screen with fewer marks. */
export const percentAxis = (colors: Inks, narrow: boolean, format: (value: number) => string) => ({
    type: 'value', min: 0, max: 1, interval: narrow ? 0.5 : 0.2, splitLine: { lineStyle: { color: colors.line } },
    axisLabel: { color: colors.soft, formatter: format },
});

/** Hints are drawn, not written as HTML: a group may be named anything. */
export const hint = (colors: Inks) => ({
    renderMode: 'richText', confine: true, backgroundColor: colors.ground, borderColor: colors.line,
    textStyle: { color: colors.text, fontSize: 13 },
});
