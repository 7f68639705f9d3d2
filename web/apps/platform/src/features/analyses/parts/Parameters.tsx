import { formatNumber, metricName, t } from '@aic/text';
import { Panel } from '@aic/ui';
import type { FullReport } from '../report';

const decidedText = (by: string) => (by === 'prediction' ? t('report.byPrediction') : by === 'score' ? t('report.byScore') : by === 'label' ? t('report.byLabel') : by);

const rowsText = (report: FullReport) => {
    const rows = formatNumber(report.rows);
    return report.dropped_rows > 0 ? t('report.rowsLeftOut', { rows, dropped: formatNumber(report.dropped_rows) }) : t('report.rowsNoneOut', { rows });
};

/** All that, with the data, gives the same report again. */
export const Parameters = ({ report }: { report: FullReport }) => {
    const { columns, settings } = report;
    const none = t('common.none');
    const score = columns?.score ?? none;
    const facts: [string, string][] = [
        [t('word.rows'), rowsText(report)],
        [t('word.groupsBy'), columns?.protected.join(', ') ?? Object.keys(report.attributes).join(', ')],
        [t('word.decision'), columns?.prediction ?? none],
        [t('word.truth'), columns?.label ?? none],
        [t('word.score'), columns?.score && columns.decided_by === 'score' ? t('report.scoreThreshold', { score, threshold: formatNumber(settings?.threshold, 2) }) : score],
        [t('report.judgedBy'), columns ? decidedText(columns.decided_by) : none],
        [t('word.goodForPerson'), report.favorable],
        [t('report.smallest'), formatNumber(settings?.min_group_size)],
        [t('report.bootstrap'), t('report.bootstrapText', { replicates: formatNumber(settings?.bootstrap), seed: report.seed ?? none })],
        [t('word.useCase'), settings?.use_case ?? t('report.standardThresholds')],
        [t('report.policyAndEngine'), t('report.pair', { first: report.policy_version ?? none, second: report.engine_version ?? none })],
    ];
    return (
        <Panel title={t('report.computed')}>
            <dl className="facts">{facts.map(([name, value]) => <div key={name} style={{ display: 'contents' }}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>
            {settings && (
                <details className="numbers" style={{ marginTop: 14 }}>
                    <summary>{t('report.thresholds')} <span className="soft small">{t('report.thresholdsHelp')}</span></summary>
                    <dl className="facts">{Object.entries(settings.thresholds).map(([name, value]) => <div key={name} style={{ display: 'contents' }}><dt>{metricName(name)}</dt><dd>{formatNumber(value, 4)}</dd></div>)}</dl>
                </details>
            )}
        </Panel>
    );
};
