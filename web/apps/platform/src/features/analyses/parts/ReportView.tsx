import { Tabs } from '@mantine/core';
import type { Verdict } from '@aic/api';
import { formatNumber, formatPercent, useTranslation } from '@aic/text';
import { Panel, VerdictChip } from '@aic/ui';
import { type FullReport, passOf, type Remark, type Section, sectionsOf } from '../report';
import { contrastOf, generalNotes, headline, leadingSection, remarkText } from '../sentences';
import { AttributeView } from './AttributeView';
import { Parameters } from './Parameters';

export const Remarks = ({ items, name }: { items: Remark[]; name: string }) =>
    items.length === 0 ? null : <ul className="remarks">{items.map((item) => <li key={item.code + item.message}>{remarkText(item, name)}</li>)}</ul>;

const Facts = ({ report, section }: { report: FullReport; section: Section }) => {
    const found = contrastOf(section);
    const { shortfall } = section.attribute;
    if (!found) return null;
    const { worst, best, ratio } = found;
    const pass = passOf(report);
    return (
        <dl className="report-facts">
            <div><dt>Lowest: {worst.name}</dt><dd><div className="value">{formatPercent(worst.rate)}</div><span className="small soft">of {formatNumber(worst.count)}; 95 % interval {worst.interval}</span></dd></div>
            <div><dt>Highest: {best.name}</dt><dd><div className="value">{formatPercent(best.rate)}</div><span className="small soft">of {formatNumber(best.count)}; 95 % interval {best.interval}</span></dd></div>
            <div><dt>Lowest to highest</dt><dd><div className="value">{formatNumber(ratio, 2)}</div><span className="small soft">at least {formatNumber(pass, 2)} is asked for</span></dd></div>
            {typeof shortfall === 'number' && shortfall > 0 && (
                <div><dt>What is missing</dt><dd><div className="value">{formatNumber(shortfall)}</div><span className="small soft">more favorable decisions for {worst.name} would reach {formatNumber(pass, 2)}</span></dd></div>
            )}
        </dl>
    );
};

const Gates = ({ gates }: { gates: FullReport['gates'] }) =>
    gates.length === 0 ? null : (
        <Panel title="Conditions asked for">
            <ul className="remarks">
                {gates.map((gate) => <li key={gate.expression}><code className="mono">{gate.expression}</code>: {formatNumber(gate.value, 4)}, {gate.passed ? 'kept' : 'broken'}</li>)}
            </ul>
        </Panel>
    );

const Overview = ({ report, open }: { report: FullReport; open: (name: string) => void }) => {
    const { t } = useTranslation();
    return (
        <Panel title="By attribute">
            <div className="table-wide" tabIndex={0} role="region" aria-label="By attribute">
                <table className="data">
                    <thead><tr><th scope="col">Groups by</th><th scope="col">Verdict</th><th scope="col">Lowest</th><th scope="col">Highest</th><th scope="col" className="number">Ratio</th></tr></thead>
                    <tbody>
                        {sectionsOf(report).map((section) => {
                            const found = contrastOf(section);
                            return (
                                <tr key={section.name}>
                                    <td><a href={`#${encodeURIComponent(section.name)}`} onClick={(event) => { event.preventDefault(); open(section.name); }}>{section.name}</a></td>
                                    <td><VerdictChip verdict={section.attribute.verdict} /></td>
                                    <td>{found ? `${found.worst.name}, ${formatPercent(found.worst.rate)}` : t('common.none')}</td>
                                    <td>{found ? `${found.best.name}, ${formatPercent(found.best.rate)}` : t('common.none')}</td>
                                    <td className="number">{formatNumber(found?.ratio, 2)}</td>
                                </tr>
                            );
                        })}
                    </tbody>
                </table>
            </div>
        </Panel>
    );
};

const verdictMeaning: Record<Verdict, string> = {
    PASS: 'within every bound',
    REVIEW: 'a person should look',
    FAIL: 'out of bounds',
    INSUFFICIENT_DATA: 'nothing can be said yet',
};

interface Props {
    report: FullReport;
    tab: string | undefined;
    setTab: (tab: string) => void;
}

/** The report, the same for one just made and one from the record: a sentence, the verdict, the widest contrast, then
    every number. */
export const ReportView = ({ report, tab, setTab }: Props) => {
    const sections = sectionsOf(report);
    const leading = leadingSection(report);
    const current = sections.find((section) => section.name === tab) ?? leading ?? sections[0];
    // A tab's value becomes part of ids, which may hold no spaces; a column's name may hold anything.
    const tabId = ({ name }: Section) => `section-${sections.findIndex((section) => section.name === name)}`;
    const notes = [...(report.warnings ?? []), ...generalNotes(report)];
    const open = (name: string) => {
        setTab(name);
        document.getElementById('report-details')?.scrollIntoView();
    };
    return (
        <div className="stack">
            <section className="panel" aria-label="Verdict">
                <div className="row verdict-large"><VerdictChip verdict={report.verdict} /><span className="soft">{verdictMeaning[report.verdict]}</span></div>
                <p className="lead">{headline(report)}</p>
                {leading && <Facts report={report} section={leading} />}
                {notes.length > 0 && <div style={{ marginTop: 16 }}><Remarks items={notes} name="" /></div>}
            </section>
            {sections.length > 1 && <Overview report={report} open={open} />}
            <Gates gates={report.gates} />
            {current && (
                <Tabs id="report-details" keepMounted={false} value={tabId(current)} onChange={(id) => setTab(sections.find((section) => tabId(section) === id)?.name ?? current.name)}>
                    <Tabs.List mb="md">
                        {sections.map((section) => <Tabs.Tab key={section.name} value={tabId(section)}>{section.isCombined ? 'Combinations' : section.name}</Tabs.Tab>)}
                    </Tabs.List>
                    {sections.map((section) => <Tabs.Panel key={section.name} value={tabId(section)}><AttributeView report={report} section={section} /></Tabs.Panel>)}
                </Tabs>
            )}
            <Parameters report={report} />
        </div>
    );
};
