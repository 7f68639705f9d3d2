import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { api, call, type Dashboard } from '@aic/api';
import { useSession } from '@aic/auth';
import { formatNumber, formatRelative, t, useTranslation } from '@aic/text';
import { EmptyState, ErrorState, Figure, Loading, Page, Panel, VerdictChip } from '@aic/ui';

const Actions = ({ items }: { items: Dashboard['action_items'] }) => (
    <Panel title={t('dashboard.next')}>
        {items.length === 0 && <p className="soft">{t('dashboard.nothing')}</p>}
        <div className="stack" style={{ gap: 10 }}>
            {items.map((item) => (
                <div key={item.link + item.kind} className="row apart" style={{ flexWrap: 'nowrap', alignItems: 'flex-start' }}>
                    <div>
                        <a href={`/app${item.link}`}>{item.title}</a>
                        <div className="small soft">{item.detail}</div>
                    </div>
                    <span className="chip" data-kind={item.severity === 'ALERT' ? 'FAIL' : item.severity === 'ACTION' ? 'REVIEW' : 'NONE'}>
                        {item.severity === 'ALERT' ? t('dashboard.urgent') : item.severity === 'ACTION' ? t('dashboard.toDo') : t('dashboard.suggested')}
                    </span>
                </div>
            ))}
        </div>
    </Panel>
);

const Latest = ({ items }: { items: Dashboard['analyses']['last'] }) => {
    const navigate = useNavigate();
    return (
        <Panel title={t('dashboard.latest')} aside={<Link to="/analyses" className="small">{t('common.seeAll')}</Link>}>
            {items.length === 0 && <p className="soft">{t('dashboard.noAnalysis')}</p>}
            {items.length > 0 && (
                <table className="data">
                    <tbody>
                        {items.map((item) => (
                            <tr key={item.id} data-link="true" onClick={() => void navigate({ to: '/analyses/$id', params: { id: item.id } })}>
                                <td><Link to="/analyses/$id" params={{ id: item.id }}>{item.system_name}</Link><div className="small soft">{t('word.count', { count: item.rows })}</div></td>
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
    const { TIER_1: one, TIER_2: two, TIER_3: three, none } = systems.by_tier;
    const tiers = none ? t('dashboard.tiersAndNone', { one, two, three, none }) : t('dashboard.tiers', { one, two, three });
    const verdicts = t('dashboard.verdicts', { passed: analyses.by_verdict.PASS, review: analyses.by_verdict.REVIEW, failed: analyses.by_verdict.FAIL });
    return (
        <div className="grid-4">
            <Figure name={t('dashboard.systems')} value={formatNumber(systems.total)} note={systems.total ? tiers : t('dashboard.noSystems')} />
            <Figure name={t('dashboard.analyses')} value={formatNumber(analyses.total)} note={analyses.total ? verdicts : t('dashboard.noAnalyses')} />
            <Figure name={t('dashboard.entries')} value={formatNumber(ledger.entries)} note={ledger.last_at ? t('dashboard.latestEntry', { when: formatRelative(ledger.last_at) }) : undefined} />
            <Figure name={t('dashboard.integrity')} value={data.integrity_score === null ? null : formatNumber(data.integrity_score)} note={t('dashboard.integrityNote')} />
        </div>
    );
};

export const DashboardPage = () => {
    const { t } = useTranslation();
    const { me, can } = useSession();
    const dashboard = useQuery({ queryKey: ['dashboard'], queryFn: () => call(api.GET('/api/v1/dashboard')) });
    const action = can('run_analysis') ? <Button component={Link} to="/analyses/new">{t('nav.newAnalysis')}</Button> : undefined;
    return (
        <Page title={t('nav.dashboard')} lead={t('dashboard.lead', { organization: me.organization.name })} action={action}>
            {dashboard.isPending && <Loading />}
            {dashboard.isError && <ErrorState error={dashboard.error} retry={() => void dashboard.refetch()} />}
            {dashboard.data && dashboard.data.systems.total === 0 && (
                <Panel>
                    <EmptyState title={t('dashboard.startTitle')}
                        action={can('manage_models') ? <Button component={Link} to="/welcome">{t('dashboard.setUp')}</Button> : undefined}>
                        {t('dashboard.start')}
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
