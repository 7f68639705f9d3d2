import { Button, Tooltip } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { downloadText } from '@aic/api';
import { DataRows, type TableData, tableCsv } from '@aic/charts';
import { formatInterval, formatNumber, metricName, metricOf, t } from '@aic/text';
import { type ReactNode, useEffect, useRef } from 'react';
import { againstTable, flatTable, groupsTable, pairsTable, testsTable, violationsTable, weightsTable } from '../numbers';
import { type FullAttribute, metricsOf } from '../report';

/** A metric's name that says, on hover, focus or touch, what it is, its formula and what is good. */
const MetricName = ({ name }: { name: string }) => {
    const known = metricOf(name);
    if (!known) return <>{metricName(name)}</>;
    return (
        <Tooltip multiline w={300} events={{ hover: true, focus: true, touch: true }} label={<>{known.definition}<br /><code>{known.formula}</code><br />{t('numbers.metricHint', { ideal: known.ideal, good: known.good, limits: known.limits })}</>}>
            <span className="term" tabIndex={0}>{known.name}</span>
        </Tooltip>
    );
};

/** A metric over all groups, and over the judged ones where that differs. */
const MetricsTable = ({ attribute }: { attribute: FullAttribute }) => (
    <div className="table-wide" tabIndex={0} role="region" aria-label={t('word.metrics')}>
        <table className="data">
            <thead>
                <tr>
                    <th scope="col">{t('word.metric')}</th><th scope="col" className="number">{t('numbers.allGroups')}</th><th scope="col" className="number">{t('word.interval')}</th>
                    <th scope="col" className="number">{t('numbers.judgedGroups')}</th><th scope="col" className="number">{t('word.interval')}</th>
                </tr>
            </thead>
            <tbody>
                {metricsOf(attribute).map(([name, value]) => (
                    <tr key={name}>
                        <td><MetricName name={name} /></td>
                        <td className="number">{formatNumber(value, 4)}</td>
                        <td className="number">{formatInterval(attribute.metrics_ci?.[name], false)}</td>
                        <td className="number">{formatNumber(attribute.eligible?.metrics[name], 4)}</td>
                        <td className="number">{formatInterval(attribute.eligible?.metrics_ci?.[name], false)}</td>
                    </tr>
                ))}
            </tbody>
        </table>
    </div>
);

const metricsData = (attribute: FullAttribute): TableData => ({
    columns: [
        { head: t('word.metric'), as: 'text' }, ...(['allGroups', 'from', 'to', 'judgedGroups', 'fromJudged', 'toJudged'] as const).map((head) => ({ head: t(`numbers.${head}`), as: 'number' as const })),
    ],
    rows: metricsOf(attribute).map(([name, value]) => [
        name, value, attribute.metrics_ci?.[name]?.[0], attribute.metrics_ci?.[name]?.[1],
        attribute.eligible?.metrics[name], attribute.eligible?.metrics_ci?.[name]?.[0], attribute.eligible?.metrics_ci?.[name]?.[1],
    ]),
});

interface SectionProps {
    title: string;
    about: string;
    table: TableData;
    open?: boolean;
    children?: ReactNode;
}

const Section = ({ title, about, table, open = false, children }: SectionProps) =>
    table.rows.length === 0 ? null : (
        <details className="panel numbers" open={open}>
            <summary>{title} <span className="soft small">{about}</span></summary>
            {children ?? <DataRows table={table} label={title} />}
            <Button className="no-print" mt="sm" size="compact-sm" variant="default" leftSection={<IconDownload size={15} />} aria-label={t('numbers.csvOf', { title })}
                onClick={() => downloadText(`${title.toLowerCase().replaceAll(/[^a-z]+/g, '-')}.csv`, 'text/csv', tableCsv(table))}>{t('common.csv')}</Button>
        </details>
    );

/** Every number of an attribute. What is folded away is opened for printing. */
export const Numbers = ({ attribute }: { attribute: FullAttribute }) => {
    const box = useRef<HTMLDivElement>(null);
    useEffect(() => {
        const openAll = () => box.current?.querySelectorAll('details').forEach((one) => { one.open = true; });
        window.addEventListener('beforeprint', openAll);
        return () => window.removeEventListener('beforeprint', openAll);
    }, []);
    return (
        <div className="stack" ref={box}>
            <Section title={t('word.metrics')} about={t('numbers.metricsAbout')} table={metricsData(attribute)} open><MetricsTable attribute={attribute} /></Section>
            <Section title={t('word.groups')} about={t('numbers.groupsAbout')} table={groupsTable(attribute)} />
            <Section title={t('numbers.against')} about={attribute.reference ? t('numbers.againstAbout', { name: attribute.reference }) : ''} table={againstTable(attribute)} />
            <Section title={t('numbers.pairs')} about={t('numbers.pairsAbout')} table={pairsTable(attribute)} />
            <Section title={t('numbers.tests')} about={t('numbers.testsAbout')} table={testsTable(attribute)} />
            <Section title={t('numbers.epsilon')} about={t('numbers.epsilonAbout')} table={violationsTable(attribute)} />
            <Section title={t('numbers.inequality')} about={t('numbers.inequalityAbout')} table={flatTable(attribute.inequality)} />
            <Section title={t('numbers.rest')} about={t('numbers.restAbout')} table={flatTable(attribute.reference_vs_rest)} />
            <Section title={t('numbers.fairlearn')} about={t('numbers.fairlearnAbout')} table={flatTable(attribute.fairlearn)} />
            <Section title={t('numbers.reweighing')} about={t('numbers.reweighingAbout')} table={weightsTable(attribute)} />
        </div>
    );
};
