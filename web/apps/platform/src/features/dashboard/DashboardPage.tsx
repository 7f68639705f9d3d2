import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { api, call, type Dashboard } from '@aic/api';
import { useSession } from '@aic/auth';
import { formatNumber, formatRelative, useTranslation } from '@aic/text';
import { EmptyState, ErrorState, Figure, Loading, Page, Panel, VerdictChip } from '@aic/ui';

const Actions = ({ items }: { items: Dashboard['action_items'] }) => (
    <Panel title="What to do next">
        {items.length === 0 && <p className="soft">Nothing is waiting for you.</p>}
        <div className="stack" style={{ gap: 10 }}>
            {items.map((item) => (
                <div key={item.link + item.kind} className="row apart" style={{ flexWrap: 'nowrap', alignItems: 'flex-start' }}>
                    <div>
                        <a href={`/app${item.link}`}>{item.title}</a>
                        <div className="small soft">{item.detail}</div>
                    </div>
                    <span className="chip" data-kind={item.severity === 'ALERT' ? 'FAIL' : item.severity === 'ACTION' ? 'REVIEW' : 'NONE'}>
                        {item.severity === 'ALERT' ? 'Urgent' : item.severity === 'ACTION' ? 'To do' : 'Suggested'}
                    </span>
                </div>
            ))}
        </div>
    </Panel>
);

const Latest = ({ items }: { items: Dashboard['analyses']['last'] }) => {
    const navigate = useNavigate();
    return (
        <Panel title="Latest analyses" aside={<Link to="/analyses" className="small">See all</Link>}>
            {items.length === 0 && <p className="soft">No analysis has been recorded yet.</p>}
            {items.length > 0 && (
                <table className="data">
                    <tbody>
                        {items.map((item) => (
                            <tr key={item.id} data-link="true" onClick={() => void navigate({ to: '/analyses/$id', params: { id: item.id } })}>
                                <td><Link to="/analyses/$id" params={{ id: item.id }}>{item.system_name}</Link><div className="small soft">{formatNumber(item.rows)} rows</div></td>
                                <td><VerdictChip verdict={item.verdict} /></td>
                                <td className="number soft">{formatRelative(item.created_at)}</td>
                            </tr>
                        ))}
                    </tbody>
                </table>
            )}
        </Panel>
    );
};

const Figures = ({ data }: { data: Dashboard }) => {
    const { systems, analyses, ledger } = data;
    const tiers = `${systems.by_tier.TIER_1} in tier 1, ${systems.by_tier.TIER_2} in tier 2, ${systems.by_tier.TIER_3} in tier 3` + (systems.by_tier.none ? `, ${systems.by_tier.none} not classified` : '');
    const verdicts = `${analyses.by_verdict.PASS} passed, ${analyses.by_verdict.REVIEW} for review, ${analyses.by_verdict.FAIL} failed`;
    return (
        <div className="grid-4">
            <Figure name="AI systems" value={formatNumber(systems.total)} note={systems.total ? tiers : 'None registered yet'} />
            <Figure name="Recorded analyses" value={formatNumber(analyses.total)} note={analyses.total ? verdicts : 'None recorded yet'} />
            <Figure name="Ledger entries" value={formatNumber(ledger.entries)} note={ledger.last_at ? `Latest ${formatRelative(ledger.last_at)}` : undefined} />
            <Figure name="Integrity score" value={data.integrity_score === null ? null : formatNumber(data.integrity_score)} note="Scored once requirements are assessed" />
        </div>
    );
};

export const DashboardPage = () => {
    const { t } = useTranslation();
    const { me, can } = useSession();
    const dashboard = useQuery({ queryKey: ['dashboard'], queryFn: () => call(api.GET('/api/v1/dashboard')) });
    const action = can('run_analysis') ? <Button component={Link} to="/analyses/new">{t('nav.newAnalysis')}</Button> : undefined;
    return (
        <Page title={t('nav.dashboard')} lead={`How ${me.organization.name} stands, counted from its own records.`} action={action}>
            {dashboard.isPending && <Loading />}
            {dashboard.isError && <ErrorState error={dashboard.error} retry={() => void dashboard.refetch()} />}
            {dashboard.data && dashboard.data.systems.total === 0 && (
                <Panel>
                    <EmptyState title="Start with your first AI system"
                        action={can('manage_models') ? <Button component={Link} to="/welcome">Set up your organization</Button> : undefined}>
                        Register what decides about people, say who answers for it, and audit its decisions. Everything you record is kept where nobody can quietly change it.
                    </EmptyState>
                </Panel>
            )}
            {dashboard.data && dashboard.data.systems.total > 0 && (
                <div className="stack">
                    <Figures data={dashboard.data} />
                    <div className="grid-main">
                        <Latest items={dashboard.data.analyses.last} />
                        <Actions items={dashboard.data.action_items} />
                    </div>
                </div>
            )}
        </Page>
    );
};
