import { Tabs, Tooltip } from '@mantine/core';
import type { Attribute, Remark, Report } from '@aic/api';
import { CalibrationChart, MetricIntervals, RateHeatMap, SelectionChart } from '@aic/charts';
import { formatInterval, formatNumber, formatPercent, metricName, metrics } from '@aic/text';
import { Panel, VerdictChip } from '@aic/ui';
import { useState } from 'react';

const Remarks = ({ items }: { items: Remark[] | undefined }) =>
    items?.length ? <ul style={{ margin: 0, paddingLeft: 20 }}>{items.map((item) => <li key={item.code + item.message}>{item.message}</li>)}</ul> : null;

const GroupsTable = ({ attribute }: { attribute: Attribute }) => (
    <div className="table-wide" tabIndex={0} role="region" aria-label="Groups">
        <table className="data">
            <thead><tr><th>Group</th><th className="number">Count</th><th className="number">Selected</th><th className="number">95 % interval</th><th className="number">TPR</th><th className="number">FPR</th><th className="number">Precision</th><th className="number">Accuracy</th></tr></thead>
            <tbody>
                {Object.entries(attribute.groups).map(([name, g]) => (
                    <tr key={name}>
                        <td>{name}{name === attribute.reference && <span className="soft small"> (reference)</span>}{g.small && <span className="soft small"> (too small to judge)</span>}</td>
                        <td className="number">{formatNumber(g.count)}</td>
                        <td className="number">{formatPercent(g.selection_rate)}</td>
                        <td className="number">{formatInterval(g.ci?.selection_rate, true)}</td>
                        <td className="number">{formatPercent(g.true_positive_rate)}</td>
                        <td className="number">{formatPercent(g.false_positive_rate)}</td>
                        <td className="number">{formatPercent(g.precision)}</td>
                        <td className="number">{formatPercent(g.accuracy)}</td>
                    </tr>
                ))}
            </tbody>
        </table>
    </div>
);

const MetricName = ({ name }: { name: string }) => {
    const known = metrics[name];
    if (!known) return <>{metricName(name)}</>;
    return (
        <Tooltip multiline w={300} label={<>{known.definition}<br /><code>{known.formula}</code><br />Good: {known.good}</>} events={{ hover: true, focus: true, touch: true }}>
            <span tabIndex={0} style={{ textDecoration: 'underline dotted', textUnderlineOffset: 3 }}>{known.name}</span>
        </Tooltip>
    );
};

const MetricsTable = ({ attribute }: { attribute: Attribute }) => (
    <div className="table-wide" tabIndex={0} role="region" aria-label="Metrics">
        <table className="data">
            <thead><tr><th>Metric</th><th className="number">Value</th><th className="number">95 % interval</th></tr></thead>
            <tbody>
                {Object.entries(attribute.metrics).map(([name, value]) => (
                    <tr key={name}><td><MetricName name={name} /></td><td className="number">{formatNumber(value, 4)}</td><td className="number">{formatInterval(attribute.metrics_ci?.[name], false)}</td></tr>
                ))}
            </tbody>
        </table>
    </div>
);

const numberAt = (record: Record<string, unknown>, key: string) => (typeof record[key] === 'number' ? record[key] : null);
const testAt = (record: Record<string, unknown>, key: string) => {
    const test = record[key];
    return typeof test === 'object' && test !== null ? numberAt(test as Record<string, unknown>, 'p_value_holm') : null;
};
const pText = (p: number | null) => (p === null ? '–' : p < 0.0001 ? '< 0.0001' : formatNumber(p, 4));

const AgainstTable = ({ attribute }: { attribute: Attribute }) => (
    <div className="table-wide" tabIndex={0} role="region" aria-label="Against the reference group">
        <table className="data">
            <thead><tr><th>Group against {attribute.reference}</th><th className="number">Impact</th><th className="number">Parity difference</th><th className="number">Equal opportunity</th><th className="number">Average odds</th><th className="number">p (z, Holm)</th><th className="number">p (Fisher, Holm)</th></tr></thead>
            <tbody>
                {Object.entries(attribute.against_reference ?? {}).map(([group, values]) => (
                    <tr key={group}>
                        <td>{group}</td>
                        <td className="number">{formatNumber(numberAt(values, 'disparate_impact'), 3)}</td>
                        <td className="number">{formatNumber(numberAt(values, 'statistical_parity_difference'), 3)}</td>
                        <td className="number">{formatNumber(numberAt(values, 'equal_opportunity_difference'), 3)}</td>
                        <td className="number">{formatNumber(numberAt(values, 'average_odds_difference'), 3)}</td>
                        <td className="number">{pText(testAt(values, 'two_proportion_z'))}</td>
                        <td className="number">{pText(testAt(values, 'fisher_exact'))}</td>
                    </tr>
                ))}
            </tbody>
        </table>
    </div>
);

const AttributeView = ({ name, attribute, combined }: { name: string; attribute: Attribute; combined: boolean }) => {
    const chi = attribute.tests.chi_square;
    return (
        <div className="stack">
            <Panel title={combined ? 'Combinations' : `By ${name}`} aside={<VerdictChip verdict={attribute.verdict} />}>
                <Remarks items={attribute.reasons} />
                {typeof attribute.shortfall === 'number' && attribute.shortfall > 0 && <p>{formatNumber(attribute.shortfall)} more favorable decisions for {attribute.worst_group} would bring it to four fifths of {attribute.best_group}.</p>}
            </Panel>
            <SelectionChart title="Who is decided favorably" attribute={attribute} pass={0.8} sorted={combined} />
            {Object.values(attribute.groups).some((g) => typeof g.true_positive_rate === 'number') && <RateHeatMap attribute={attribute} />}
            <MetricIntervals attribute={attribute} />
            <CalibrationChart attribute={attribute} />
            <Panel title="Groups"><GroupsTable attribute={attribute} /></Panel>
            <Panel title="Metrics"><MetricsTable attribute={attribute} />
                {chi?.p_value !== null && chi?.p_value !== undefined && <p className="small soft">χ² = {formatNumber(chi.statistic, 2)} with {chi.dof} degrees of freedom, p {pText(chi.p_value).startsWith('<') ? '' : '= '}{pText(chi.p_value)}.</p>}
            </Panel>
            <Panel title="Against the reference group"><AgainstTable attribute={attribute} /></Panel>
            {attribute.notes && attribute.notes.length > 0 && <Panel title="Notes"><Remarks items={attribute.notes} /></Panel>}
        </div>
    );
};

/** The report, the same for one just made and one from the record: a sentence, the verdict, then every number. */
export const ReportView = ({ report }: { report: Report }) => {
    const names = Object.keys(report.attributes);
    const [tab, setTab] = useState<string | null>(names[0] ?? null);
    return (
        <div className="stack">
            <section className="panel">
                <div className="row" style={{ alignItems: 'flex-start' }}>
                    <VerdictChip verdict={report.verdict} />
                    <p style={{ margin: 0, flex: '1 1 300px', fontSize: 17 }}>{report.headline}</p>
                </div>
                <p className="soft small" style={{ marginBottom: 0 }}>
                    {formatNumber(report.rows)} rows{report.dropped_rows > 0 && `, ${formatNumber(report.dropped_rows)} dropped for a missing value`}. Favorable: {report.favorable}. Seed {report.seed}, policy {report.policy_version}, engine {report.engine_version}.
                </p>
                <Remarks items={report.warnings} />
            </section>
            <Tabs value={tab} onChange={setTab} keepMounted={false}>
                <Tabs.List mb="md">
                    {names.map((name) => <Tabs.Tab key={name} value={name}>{name}</Tabs.Tab>)}
                    {report.intersectional && <Tabs.Tab value="__combinations">Combinations</Tabs.Tab>}
                </Tabs.List>
                {names.map((name) => {
                    const attribute = report.attributes[name];
                    return attribute && <Tabs.Panel key={name} value={name}><AttributeView name={name} attribute={attribute} combined={false} /></Tabs.Panel>;
                })}
                {report.intersectional && <Tabs.Panel value="__combinations"><AttributeView name="combinations" attribute={report.intersectional} combined /></Tabs.Panel>}
            </Tabs>
        </div>
    );
};
