import { Tabs } from '@mantine/core';
import { formatNumber, formatPercent, t, useTranslation } from '@aic/text';
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
            <div><dt>{t('report.lowestIs', { name: worst.name })}</dt><dd><div className="value">{formatPercent(worst.rate)}</div><span className="small soft">{t('report.ofPeople', { people: formatNumber(worst.count), interval: worst.interval })}</span></dd></div>
            <div><dt>{t('report.highestIs', { name: best.name })}</dt><dd><div className="value">{formatPercent(best.rate)}</div><span className="small soft">{t('report.ofPeople', { people: formatNumber(best.count), interval: best.interval })}</span></dd></div>
            <div><dt>{t('report.lowestToHighest')}</dt><dd><div className="value">{formatNumber(ratio, 2)}</div><span className="small soft">{t('report.asked', { pass: formatNumber(pass, 2) })}</span></dd></div>
            {typeof shortfall === 'number' && shortfall > 0 && (
                <div><dt>{t('report.missing')}</dt><dd><div className="value">{formatNumber(shortfall)}</div><span className="small soft">{t('report.missingText', { name: worst.name, pass: formatNumber(pass, 2) })}</span></dd></div>
            )}
        </dl>
    );
};

const Gates = ({ gates }: { gates: FullReport['gates'] }) =>
    gates.length === 0 ? null : (
        <Panel title={t('report.gates')}>
            <ul className="remarks">
                {gates.map((gate) => <li key={gate.expression}><code className="mono">{gate.expression}</code>: {gate.passed ? t('report.gateKept', { value: formatNumber(gate.value, 4) }) : t('report.gateBroken', { value: formatNumber(gate.value, 4) })}</li>)}
            </ul>
        </Panel>
    );

const Overview = ({ report, open }: { report: FullReport; open: (name: string) => void }) => {
    const { t } = useTranslation();
    return (
        <Panel title={t('report.byAttribute')}>
            <div className="table-wide" tabIndex={0} role="region" aria-label={t('report.byAttribute')}>
                <table className="data">
                    <thead><tr><th scope="col">{t('word.groupsBy')}</th><th scope="col">{t('word.verdict')}</th><th scope="col">{t('word.lowest')}</th><th scope="col">{t('word.highest')}</th><th scope="col" className="number">{t('word.ratio')}</th></tr></thead>
                    <tbody>
                        {sectionsOf(report).map((section) => {
                            const found = contrastOf(section);
                            return (
                                <tr key={section.name}>
                                    <td><a href={`#${encodeURIComponent(section.name)}`} onClick={(event) => { event.preventDefault(); open(section.name); }}>{section.name}</a></td>
                                    <td><VerdictChip verdict={section.attribute.verdict} /></td>
                                    <td>{found ? t('report.groupRate', { name: found.worst.name, rate: formatPercent(found.worst.rate) }) : t('common.none')}</td>
                                    <td>{found ? t('report.groupRate', { name: found.best.name, rate: formatPercent(found.best.rate) }) : t('common.none')}</td>
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
            <section className="panel" aria-label={t('word.verdict')}>
                <div className="row verdict-large"><VerdictChip verdict={report.verdict} /><span className="soft">{t(`report.meaning${report.verdict}`)}</span></div>
                <p className="lead">{headline(report)}</p>
                {leading && <Facts report={report} section={leading} />}
                {notes.length > 0 && <div style={{ marginTop: 16 }}><Remarks items={notes} name="" /></div>}
            </section>
            {sections.length > 1 && <Overview report={report} open={open} />}
            <Gates gates={report.gates} />
            {current && (
                <Tabs id="report-details" keepMounted={false} value={tabId(current)} onChange={(id) => setTab(sections.find((section) => tabId(section) === id)?.name ?? current.name)}>
                    <Tabs.List mb="md">
                        {sections.map((section) => <Tabs.Tab key={section.name} value={tabId(section)}>{section.isCombined ? t('report.combinations') : section.name}</Tabs.Tab>)}
                    </Tabs.List>
                    {sections.map((section) => <Tabs.Panel key={section.name} value={tabId(section)}><AttributeView report={report} section={section} /></Tabs.Panel>)}
                </Tabs>
            )}
            <Parameters report={report} />
        </div>
    );
};
