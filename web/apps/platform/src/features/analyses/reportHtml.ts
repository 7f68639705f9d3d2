import { cellText } from '@aic/charts';
import { formatInterval, formatNumber, formatPercent, locale, metricName, t } from '@aic/text';
import { type FullReport, metricsOf, type Remark, type Section, sectionsOf } from './report';
import { numberAt } from './numbers';
import { generalNotes, headline, remarkText } from './sentences';

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
export const escapeHtml = (text: string) => text.replaceAll(/[&<>"']/g, (c) => escapes[c] ?? c);

const table = (head: string[], rows: (string | null | undefined)[][]) => {
    const cells = (row: (string | null | undefined)[], tag: 'td' | 'th') => row.map((cell) => `<${tag}>${escapeHtml(cell ?? '–')}</${tag}>`).join('');
    return `<table><thead><tr>${cells(head, 'th')}</tr></thead><tbody>${rows.map((row) => `<tr>${cells(row, 'td')}</tr>`).join('')}</tbody></table>`;
};

const remarks = (items: Remark[], name: string) =>
    items.length === 0 ? '' : `<ul>${items.map((item) => `<li>${escapeHtml(remarkText(item, name))}</li>`).join('')}</ul>`;

const groups = ({ attribute }: Section) =>
    table(
        [
            t('word.group'), t('word.people'), metricName('selection_rate'), t('word.interval'), t('numbers.tpr'), t('numbers.fpr'), metricName('precision'), metricName('accuracy'), '',
        ],
        Object.entries(attribute.groups).map(([name, g]) => [
            name, formatNumber(g.count), formatPercent(g.selection_rate), formatInterval(g.ci?.selection_rate, true), formatPercent(g.true_positive_rate),
            formatPercent(g.false_positive_rate), formatPercent(g.precision), formatPercent(g.accuracy),
            name === attribute.reference ? t('word.reference') : g.missing ? t('word.notStated') : g.small ? t('word.tooSmall') : '',
        ]),
    );

const findings = ({ attribute }: Section) =>
    (attribute.findings ?? []).length === 0 ? '' : `<h3>${escapeHtml(t('report.rules'))}</h3>${table(
        [t('word.rule'), t('word.value'), t('word.passesAt'), t('word.reviewUntil'), t('word.verdict')],
        (attribute.findings ?? []).map((f) => [metricName(f.measure), formatNumber(f.value, 4), formatNumber(f.pass, 3), formatNumber(f.review, 3), f.verdict]),
    )}`;

const metricRows = ({ attribute }: Section) =>
    table([t('word.metric'), t('word.value'), t('word.interval')], metricsOf(attribute).map(([name, value]) => [metricName(name), formatNumber(value, 4), formatInterval(attribute.metrics_ci?.[name], false)]));

const against = ({ attribute }: Section) => {
    const rows = Object.entries(attribute.against_reference ?? {});
    if (rows.length === 0) return '';
    return `<h3>${escapeHtml(t('report.against', { name: attribute.reference ?? t('report.theReference') }))}</h3>${table(
        [t('word.group'), metricName('disparate_impact'), t('numbers.parity'), t('numbers.opportunity'), t('numbers.averageOdds'), t('numbers.pZHolm'), t('numbers.pFisherHolm')],
        rows.map(([name, v]) => [
            name, ...['disparate_impact', 'statistical_parity_difference', 'equal_opportunity_difference', 'average_odds_difference'].map((key) => formatNumber(numberAt(v, key), 4)),
            cellText(numberAt(v, 'two_proportion_z', 'p_value_holm'), 'p'), cellText(numberAt(v, 'fisher_exact', 'p_value_holm'), 'p'),
        ]),
    )}`;
};

const sectionHtml = (section: Section, chart: string) => `
<section>
<h2>${escapeHtml(section.isCombined ? t('report.combinationsHead', { name: section.name }) : t('report.by', { name: section.name }))} <span class="verdict ${section.attribute.verdict}">${section.attribute.verdict}</span></h2>
${remarks(section.attribute.reasons, section.name)}
<figure>${chart}</figure>
${groups(section)}
${findings(section)}
<h3>${escapeHtml(t('word.metrics'))}</h3>${metricRows(section)}
${against(section)}
${section.attribute.notes?.length ? `<h3>${escapeHtml(t('word.notes'))}</h3>${remarks(section.attribute.notes, section.name)}` : ''}
</section>`;

const style = `body{font:15px/1.5 system-ui,sans-serif;color:#17212b;max-width:1060px;margin:32px auto;padding:0 20px}
h1{font-size:24px;margin:0}h2{margin-top:40px;border-top:1px solid #d5dce2;padding-top:20px}table{border-collapse:collapse;font-size:13.5px;margin:12px 0;width:100%}
th,td{text-align:left;padding:5px 8px;border-bottom:1px solid #e3e8ec}td{font-variant-numeric:tabular-nums}figure{margin:12px 0;overflow-x:auto}svg{max-width:100%;height:auto}
.verdict{font-size:14px;padding:2px 10px;border-radius:99px;background:#e9edf0}.PASS{background:#e3f3ea;color:#176339}.REVIEW{background:#fdf1da;color:#7a4e00}.FAIL{background:#fce8e6;color:#a3211a}
.lead{font-size:18px}.soft{color:#52606d}code{overflow-wrap:anywhere}@media print{section{break-before:page}}`;

/** A page that stands alone: no script, nothing to load. `charts` are SVG texts, one for each section. */
export const reportHtml = (report: FullReport, name: string, charts: string[]) => {
    const none = t('common.none');
    const facts = [
        [t('word.rows'), t('report.leftOut', { rows: formatNumber(report.rows), dropped: formatNumber(report.dropped_rows) })], [t('word.goodForPerson'), report.favorable],
        [t('word.decision'), report.columns?.prediction ?? none], [t('word.truth'), report.columns?.label ?? none], [t('word.score'), report.columns?.score ?? none],
        [t('report.versions'), t('report.versionsText', { seed: report.seed ?? none, policy: report.policy_version ?? none, engine: report.engine_version ?? none })],
        ...(report.result_hash ? [[t('report.hashOfResult'), report.result_hash]] : [[t('report.recordWord'), t('report.notRecorded')]]),
        ...(report.ledger_entry_id ? [[t('word.ledgerEntry'), report.ledger_entry_id]] : []),
    ];
    return `<!doctype html>
<html lang="${locale()}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(t('report.pageTitle', { name }))}</title><style>${style}</style></head><body>
<h1>${escapeHtml(name)} <span class="verdict ${report.verdict}">${report.verdict}</span></h1>
<p class="lead">${escapeHtml(headline(report))}</p>
${remarks([...(report.warnings ?? []), ...generalNotes(report)], '')}
${sectionsOf(report).map((section, i) => sectionHtml(section, charts[i] ?? '')).join('')}
<section><h2>${escapeHtml(t('report.computed'))}</h2>${table(['', ''], facts)}</section>
</body></html>
`;
};
