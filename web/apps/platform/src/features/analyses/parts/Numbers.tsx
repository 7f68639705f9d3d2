import { Button, Tooltip } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { downloadText } from '@aic/api';
import { DataRows, type TableData, tableCsv } from '@aic/charts';
import { formatInterval, formatNumber, metricName, metrics } from '@aic/text';
import { type ReactNode, useEffect, useRef } from 'react';
import { againstTable, flatTable, groupsTable, pairsTable, testsTable, violationsTable, weightsTable } from '../numbers';
import { type FullAttribute, metricsOf } from '../report';

/** A metric's name that says, on hover, focus or touch, what it is, its formula and what is good. */
const MetricName = ({ name }: { name: string }) => {
    const known = metrics[name];
    if (!known) return <>{metricName(name)}</>;
    return (
        <Tooltip multiline w={300} events={{ hover: true, focus: true, touch: true }} label={<>{known.definition}<br /><code>{known.formula}</code><br />Good: {known.good}</>}>
            <span className="term" tabIndex={0}>{known.name}</span>
        </Tooltip>
    );
};

/** A metric over all groups, and over the judged ones where that differs. */
const MetricsTable = ({ attribute }: { attribute: FullAttribute }) => (
    <div className="table-wide" tabIndex={0} role="region" aria-label="Metrics">
        <table className="data">
            <thead>
                <tr>
                    <th scope="col">Metric</th><th scope="col" className="number">All groups</th><th scope="col" className="number">95 % interval</th>
                    <th scope="col" className="number">Judged groups</th><th scope="col" className="number">95 % interval</th>
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
        { head: 'Metric', as: 'text' }, ...['All groups', 'From', 'To', 'Judged groups', 'From (judged)', 'To (judged)'].map((head) => ({ head, as: 'number' as const })),
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
            <Button className="no-print" mt="sm" size="compact-sm" variant="default" leftSection={<IconDownload size={15} />} aria-label={`CSV: ${title}`}
                onClick={() => downloadText(`${title.toLowerCase().replaceAll(/[^a-z]+/g, '-')}.csv`, 'text/csv', tableCsv(table))}>CSV</Button>
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
            <Section title="Metrics" about="differences, ratios and indices, with bootstrap intervals" table={metricsData(attribute)} open><MetricsTable attribute={attribute} /></Section>
            <Section title="Groups" about="counts and rates, with Wilson intervals" table={groupsTable(attribute)} />
            <Section title="Against the reference group" about={attribute.reference ? `each group against ${attribute.reference}` : ''} table={againstTable(attribute)} />
            <Section title="Pairs of groups" about="all pairs, with z tests adjusted after Holm" table={pairsTable(attribute)} />
            <Section title="Tests of significance" about="could the difference be chance?" table={testsTable(attribute)} />
            <Section title="Differential fairness" about="pairs of groups whose chances are farther apart than ε allows" table={violationsTable(attribute)} />
            <Section title="Inequality of benefit" about="0 wrongly denied, 1 right, 2 wrongly granted" table={flatTable(attribute.inequality)} />
            <Section title="Reference against all others" about="AIF360's two-group figures" table={flatTable(attribute.reference_vs_rest)} />
            <Section title="Fairlearn's convention" about="where a rate that is undefined counts as 0" table={flatTable(attribute.fairlearn)} />
            <Section title="Reweighing" about="weights that would make group and truth independent in a training set" table={weightsTable(attribute)} />
        </div>
    );
};
