import { formatNumber, metricName } from '@aic/text';
import { Panel } from '@aic/ui';
import type { FullReport } from '../report';

const decidedWords: Record<string, string> = { prediction: 'the decision', score: 'the score and its threshold', label: 'the truth, audited as if it were the decision' };

/** All that, with the data, gives the same report again. */
export const Parameters = ({ report }: { report: FullReport }) => {
    const { columns, settings } = report;
    const facts: [string, string][] = [
        ['Rows', `${formatNumber(report.rows)}${report.dropped_rows > 0 ? `, of which ${formatNumber(report.dropped_rows)} left out for want of a decision or truth` : ', none left out'}`],
        ['Groups by', columns?.protected.join(', ') ?? Object.keys(report.attributes).join(', ')],
        ['Decision', columns?.prediction ?? '–'],
        ['Truth', columns?.label ?? '–'],
        ['Score', columns?.score ? `${columns.score}${columns.decided_by === 'score' ? `, threshold ${formatNumber(settings?.threshold, 2)}` : ''}` : '–'],
        ['Judged by', columns ? (decidedWords[columns.decided_by] ?? columns.decided_by) : '–'],
        ['Good for the person', report.favorable],
        ['Smallest judged group', formatNumber(settings?.min_group_size)],
        ['Bootstrap', `${formatNumber(settings?.bootstrap)} replicates, seed ${report.seed ?? '–'}`],
        ['Use case', settings?.use_case ?? 'none: standard thresholds'],
        ['Policy and engine', `${report.policy_version ?? '–'}, ${report.engine_version ?? '–'}`],
    ];
    return (
        <Panel title="How this was computed">
            <dl className="facts">{facts.map(([name, value]) => <div key={name} style={{ display: 'contents' }}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>
            {settings && (
                <details className="numbers" style={{ marginTop: 14 }}>
                    <summary>Thresholds <span className="soft small">where the verdicts change</span></summary>
                    <dl className="facts">{Object.entries(settings.thresholds).map(([name, value]) => <div key={name} style={{ display: 'contents' }}><dt>{metricName(name)}</dt><dd>{formatNumber(value, 4)}</dd></div>)}</dl>
                </details>
            )}
        </Panel>
    );
};
