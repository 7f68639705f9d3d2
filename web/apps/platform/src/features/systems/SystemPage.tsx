import { Button, Tabs } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import type { System } from '@aic/api';
import { useSession } from '@aic/auth';
import { formatDateTime, formatNumber, t, useTranslation } from '@aic/text';
import { EmptyState, ErrorState, Hash, Loading, Page, Panel, StatusChip, TierChip, VerdictChip } from '@aic/ui';
import { tabOf } from './routes';
import { systemAnalysesQuery, systemHistoryQuery, systemQuery } from './queries';

const Overview = ({ system }: { system: System }) => {
    const { t } = useTranslation();
    const facts: [string, React.ReactNode][] = [
        [t('word.purpose'), system.purpose],
        [t('word.riskTier'), <TierChip key="tier" tier={system.risk_tier} />],
        [t('systems.suggestedTier'), system.suggested_risk_tier ? t(`tier.${system.suggested_risk_tier}`) : t('systems.notAnswered')],
        [t('systems.answers'), system.accountable_person_name ?? t('systems.nobody')],
        [t('word.useCase'), t(`useCase.${system.use_case}`)],
        [t('word.decision'), system.decision_type ?? t('common.none')],
        [t('systems.affected'), system.affected_groups ?? t('common.none')],
        [t('word.sector'), system.sector ?? t('common.none')],
        [t('systems.stage'), t(`stage.${system.lifecycle_stage}`)],
        [t('systems.disclosure'), system.disclosure_text ?? t('common.none')],
        [t('systems.registered'), formatDateTime(system.created_at)],
        [t('word.ledgerEntry'), <Hash key="entry" value={system.ledger_entry_id} />],
    ];
    return <dl className="facts">{facts.map(([name, value]) => <div key={name} style={{ display: 'contents' }}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>;
};

const Analyses = ({ id, mayRun }: { id: string; mayRun: boolean }) => {
    const analyses = useQuery(systemAnalysesQuery(id));
    if (analyses.isPending) return <Loading rows={3} />;
    if (analyses.isError) return <ErrorState error={analyses.error} retry={() => void analyses.refetch()} />;
    const start = mayRun ? <Button renderRoot={(props) => <Link to="/analyses/new" search={{ system_id: id }} {...props} />}>{t('nav.newAnalysis')}</Button> : undefined;
    if (analyses.data.items.length === 0) return <EmptyState title={t('systems.noAnalysis')} action={start}>{t('systems.noAnalysisText')}</EmptyState>;
    return (
        <table className="data">
            <thead><tr><th>{t('word.when')}</th><th>{t('word.verdict')}</th><th>{t('word.groupsBy')}</th><th className="number">{t('word.rows')}</th></tr></thead>
            <tbody>
                {analyses.data.items.map((item) => (
                    <tr key={item.id}>
                        <td><Link to="/analyses/$id" params={{ id: item.id }}>{formatDateTime(item.created_at)}</Link></td>
                        <td><VerdictChip verdict={item.verdict} /></td>
                        <td>{(item.protected as string[]).join(', ')}</td>
                        <td className="number">{formatNumber(item.rows)}</td>
                    </tr>
                ))}
            </tbody>
        </table>
    );
};

const History = ({ id }: { id: string }) => {
    const history = useQuery(systemHistoryQuery(id));
    if (history.isPending) return <Loading rows={3} />;
    if (history.isError) return <ErrorState error={history.error} retry={() => void history.refetch()} />;
    return (
        <table className="data">
            <thead><tr><th>{t('word.when')}</th><th>{t('word.what')}</th><th>{t('word.who')}</th><th className="wide-only">{t('word.hash')}</th></tr></thead>
            <tbody>
                {history.data.items.map((entry) => (
                    <tr key={entry.id}>
                        <td className="nowrap">{formatDateTime(entry.at)}</td>
                        <td><Link to="/ledger" search={{ entry: entry.id }}>{entry.action.replaceAll('_', ' ').toLowerCase()}</Link></td>
                        <td>{entry.actor_name ?? entry.actor}</td>
                        <td className="wide-only"><Hash value={entry.hash} short /></td>
                    </tr>
                ))}
            </tbody>
        </table>
    );
};

export const SystemPage = () => {
    const { t } = useTranslation();
    const { can } = useSession();
    const navigate = useNavigate();
    const { id = '' } = useParams({ strict: false });
    const { tab } = useSearch({ strict: false });
    const system = useQuery(systemQuery(id));
    if (system.isPending) return <Loading />;
    if (system.isError) return <ErrorState error={system.error} retry={() => void system.refetch()} />;
    const actions = (
        <div className="row">
            {can('manage_models') && <Button variant="default" component={Link} to={`/systems/${id}/edit`}>{t('common.edit')}</Button>}
            {can('run_analysis') && <Button renderRoot={(props) => <Link to="/analyses/new" search={{ system_id: id }} {...props} />}>{t('nav.newAnalysis')}</Button>}
        </div>
    );
    return (
        <Page title={system.data.name} crumbs={<><Link to="/systems">{t('nav.systems')}</Link><span>/</span><span>{system.data.name}</span></>}
            lead={<span className="row"><StatusChip status={system.data.status} />{system.data.last_analysis_verdict && <VerdictChip verdict={system.data.last_analysis_verdict} />}</span>} action={actions}>
            <Panel>
                <Tabs keepMounted={false} value={tab ?? 'overview'} onChange={(value) => void navigate({ to: '/systems/$id', params: { id }, search: { tab: tabOf(value) } })}>
                    <Tabs.List mb="md">
                        <Tabs.Tab value="overview">{t('systems.overview')}</Tabs.Tab>
                        <Tabs.Tab value="analyses">{t('systems.analysesTab', { count: system.data.analysis_count })}</Tabs.Tab>
                        <Tabs.Tab value="history">{t('systems.history')}</Tabs.Tab>
                    </Tabs.List>
                    <Tabs.Panel value="overview"><Overview system={system.data} /></Tabs.Panel>
                    <Tabs.Panel value="analyses"><Analyses id={id} mayRun={can('run_analysis')} /></Tabs.Panel>
                    <Tabs.Panel value="history"><History id={id} /></Tabs.Panel>
                </Tabs>
            </Panel>
        </Page>
    );
};
