import { ActionIcon, Menu, useComputedColorScheme } from '@mantine/core';
import { IconChartBar, IconDownload, IconTable } from '@tabler/icons-react';
import { downloadText } from '@aic/api';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { type Inks, inks } from './colors';
import type { EChartsCoreOption } from './echarts';

export interface TableData {
    head: string[];
    rows: (string | number | null)[][];
}

interface Props {
    title: string;
    sentence: ReactNode;
    label: string;
    height: number;
    option: (colors: Inks, narrow: boolean) => EChartsCoreOption;
    table: TableData;
}

const csvOf = ({ head, rows }: TableData) => {
    const cell = (value: string | number | null) => (value === null ? '' : `"${String(value).replaceAll('"', '""')}"`);
    return [head, ...rows].map((row) => row.map(cell).join(',')).join('\r\n');
};

const name = (title: string) => title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');

const saveImage = async (title: string, kind: 'png' | 'svg', option: EChartsCoreOption, height: number, background: string) => {
    const { init } = await import('./echarts');
    const chart = init(kind === 'svg' ? null : document.createElement('div'), null, { renderer: kind === 'svg' ? 'svg' : 'canvas', ssr: kind === 'svg', width: 960, height });
    chart.setOption({ ...option, animation: false, backgroundColor: background });
    if (kind === 'svg') downloadText(`${name(title)}.svg`, 'image/svg+xml', chart.renderToSVGString());
    else {
        const link = document.createElement('a');
        link.href = chart.getDataURL({ type: 'png', pixelRatio: 2 });
        link.download = `${name(title)}.png`;
        link.click();
    }
    chart.dispose();
};

const Canvas = ({ label, height, option }: Pick<Props, 'label' | 'height' | 'option'>) => {
    const box = useRef<HTMLDivElement>(null);
    const dark = useComputedColorScheme('light') === 'dark';
    useEffect(() => {
        const element = box.current;
        if (!element) return;
        let disposed = false;
        let stop: (() => void) | undefined;
        void import('./echarts').then(({ init }) => {
            if (disposed) return;
            const chart = init(element, null, { renderer: 'canvas' });
            const still = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
            const draw = () => chart.setOption({ ...option(inks(dark), element.clientWidth < 560), animation: !still }, true);
            draw();
            const observer = new ResizeObserver(() => {
                chart.resize();
                draw();
            });
            observer.observe(element);
            stop = () => {
                observer.disconnect();
                chart.dispose();
            };
        });
        return () => {
            disposed = true;
            stop?.();
        };
    }, [dark, option]);
    return <div ref={box} role="img" aria-label={label} style={{ height, width: '100%' }} />;
};

/** A chart with what belongs to it: a title, a sentence that says what it shows, its table, and downloads. */
export const ChartFrame = ({ title, sentence, label, height, option, table }: Props) => {
    const [asTable, setAsTable] = useState(false);
    const dark = useComputedColorScheme('light') === 'dark';
    const colors = inks(dark);
    return (
        <section className="panel">
            <div className="row apart" style={{ flexWrap: 'nowrap', alignItems: 'flex-start' }}>
                <div><h3 className="panel-title" style={{ marginBottom: 2 }}>{title}</h3><p className="soft small" style={{ margin: '0 0 10px' }}>{sentence}</p></div>
                <div className="row no-print" style={{ flexWrap: 'nowrap', gap: 4 }}>
                    <ActionIcon variant="subtle" aria-label={asTable ? `Show ${title} as chart` : `Show ${title} as table`} onClick={() => setAsTable(!asTable)}>
                        {asTable ? <IconChartBar size={18} /> : <IconTable size={18} />}
                    </ActionIcon>
                    <Menu position="bottom-end">
                        <Menu.Target><ActionIcon variant="subtle" aria-label={`Download ${title}`}><IconDownload size={18} /></ActionIcon></Menu.Target>
                        <Menu.Dropdown>
                            <Menu.Item onClick={() => void saveImage(title, 'png', option(colors, false), height, colors.back)}>PNG</Menu.Item>
                            <Menu.Item onClick={() => void saveImage(title, 'svg', option(colors, false), height, colors.back)}>SVG</Menu.Item>
                            <Menu.Item onClick={() => downloadText(`${name(title)}.csv`, 'text/csv', csvOf(table))}>CSV</Menu.Item>
                        </Menu.Dropdown>
                    </Menu>
                </div>
            </div>
            {asTable ? (
                <div className="table-wide" tabIndex={0} role="region" aria-label={`${title}, table`}>
                    <table className="data">
                        <thead><tr>{table.head.map((head, i) => <th key={head} scope="col" className={i ? 'number' : undefined}>{head}</th>)}</tr></thead>
                        <tbody>{table.rows.map((row) => <tr key={String(row[0])}>{row.map((value, i) => <td key={table.head[i]} className={i ? 'number' : undefined}>{value ?? '–'}</td>)}</tr>)}</tbody>
                    </table>
                </div>
            ) : <Canvas label={label} height={height} option={option} />}
        </section>
    );
};
