import { Button, Menu, useComputedColorScheme } from '@mantine/core';
import { IconChartBar, IconDownload, IconTable } from '@tabler/icons-react';
import { downloadText } from '@aic/api';
import { t } from '@aic/text';
import { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { type Inks, inks } from './colors';
import type { ECharts, EChartsCoreOption } from './echarts';
import { DataRows } from './DataRows';
import { imageName, saveImage } from './image';
import { type TableData, tableCsv } from './table';

export type Draw = (colors: Inks, narrow: boolean) => EChartsCoreOption;

interface Props {
    title: string;
    /** What the chart shows, computed from its data. */
    sentence: string;
    /** How to read it: colours, shapes, what is left out. */
    reading?: ReactNode;
    height: number;
    draw: Draw;
    table: TableData;
}

const prefersStill = () => window.matchMedia('(prefers-reduced-motion: reduce)').matches;

const Drawing = ({ label, height, draw }: { label: string; height: number; draw: Draw }) => {
    const box = useRef<HTMLDivElement>(null);
    const [chart, setChart] = useState<ECharts | null>(null);
    const [failed, setFailed] = useState(false);
    const dark = useComputedColorScheme('light') === 'dark';
    useEffect(() => {
        const element = box.current;
        if (!element) return;
        let made: ECharts | null = null;
        let gone = false;
        import('./echarts').then(({ init }) => {
            if (gone) return;
            made = init(element, null, { renderer: 'canvas' });
            setChart(made);
        }, () => setFailed(true));
        return () => {
            gone = true;
            made?.dispose();
            setChart(null);
        };
    }, []);
    useEffect(() => {
        const element = box.current;
        if (!chart || !element) return;
        const paint = () => {
            chart.resize();
            chart.setOption({ ...draw(inks(dark), element.clientWidth < 560), animation: !prefersStill() }, true);
        };
        paint();
        const observer = new ResizeObserver(paint);
        observer.observe(element);
        return () => observer.disconnect();
    }, [chart, dark, draw, height]);
    if (failed) return <p className="soft" role="alert">{t('charts.failed')}</p>;
    return <div ref={box} role="img" aria-label={label} style={{ height, width: '100%' }} />;
};

const Downloads = ({ title, height, draw, table }: Pick<Props, 'title' | 'height' | 'draw' | 'table'>) => {
    const dark = useComputedColorScheme('light') === 'dark';
    const image = (kind: 'png' | 'svg') => void saveImage(title, kind, draw(inks(dark), false), height, inks(dark).ground);
    return (
        <Menu position="bottom-end">
            <Menu.Target>
                <Button size="compact-sm" variant="default" leftSection={<IconDownload size={15} />} aria-label={t('charts.saveOf', { title })}>{t('charts.save')}</Button>
            </Menu.Target>
            <Menu.Dropdown>
                <Menu.Item onClick={() => image('png')}>{t('charts.picture')}</Menu.Item>
                <Menu.Item onClick={() => image('svg')}>{t('charts.drawing')}</Menu.Item>
                <Menu.Item onClick={() => downloadText(`${imageName(title)}.csv`, 'text/csv', tableCsv(table))}>{t('charts.numbers')}</Menu.Item>
            </Menu.Dropdown>
        </Menu>
    );
};

/** A chart with what belongs to it: a title, a sentence that says what it shows, its table, and downloads. */
export const ChartFrame = ({ title, sentence, reading, height, draw, table }: Props) => {
    const [asTable, setAsTable] = useState(false);
    const heading = useId();
    return (
        <section className="panel" aria-labelledby={heading}>
            <div className="row apart" style={{ alignItems: 'flex-start' }}>
                <h3 id={heading} className="panel-title" style={{ margin: 0 }}>{title}</h3>
                <div className="row no-print" style={{ gap: 6 }}>
                    <Button size="compact-sm" variant="default" aria-label={asTable ? t('charts.chartOf', { title }) : t('charts.tableOf', { title })}
                        leftSection={asTable ? <IconChartBar size={15} /> : <IconTable size={15} />} onClick={() => setAsTable(!asTable)}>
                        {asTable ? t('common.chart') : t('common.table')}
                    </Button>
                    <Downloads title={title} height={height} draw={draw} table={table} />
                </div>
            </div>
            <p style={{ margin: '6px 0 0', maxWidth: '80ch' }}>{sentence}</p>
            {reading && <p className="soft small" style={{ margin: '2px 0 0', maxWidth: '90ch' }}>{reading}</p>}
            <div style={{ marginTop: 12 }}>
                {asTable ? <DataRows table={table} label={t('common.tableOf', { title })} /> : <Drawing label={`${title}. ${sentence}`} height={height} draw={draw} />}
            </div>
        </section>
    );
};
