import { downloadText } from '@aic/api';
import type { EChartsCoreOption } from './echarts';

const WIDTH = 960;

export const imageName = (title: string) => title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^-|-$/g, '');

/** A chart as SVG text, drawn without a page. */
export const svgOf = async (option: EChartsCoreOption, height: number, ground: string) => {
    const { init } = await import('./echarts');
    const chart = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height });
    chart.setOption({ ...option, animation: false, backgroundColor: ground });
    const svg = chart.renderToSVGString();
    chart.dispose();
    return svg;
};

const savePng = async (title: string, option: EChartsCoreOption, height: number, ground: string) => {
    const { init } = await import('./echarts');
    const chart = init(document.createElement('div'), null, { renderer: 'canvas', width: WIDTH, height });
    chart.setOption({ ...option, animation: false });
    const link = document.createElement('a');
    link.href = chart.getDataURL({ type: 'png', pixelRatio: 2, backgroundColor: ground });
    link.download = `${imageName(title)}.png`;
    link.click();
    chart.dispose();
};

export const saveImage = async (title: string, kind: 'png' | 'svg', option: EChartsCoreOption, height: number, ground: string) => {
    if (kind === 'png') await savePng(title, option, height, ground);
    else downloadText(`${imageName(title)}.svg`, 'image/svg+xml', await svgOf(option, height, ground));
};
