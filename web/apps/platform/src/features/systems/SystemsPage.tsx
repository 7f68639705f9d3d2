import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import type { System } from '@aic/api';
import { useSession } from '@aic/auth';
import { formatDate, formatNumber, t, useTranslation } from '@aic/text';
import { type Column, DataTable, EmptyState, ErrorState, FilterBar, Loading, Page, Panel, StatusChip, TierChip, VerdictChip } from '@aic/ui';
import { systemsQuery } from './queries';
import type { SystemsSearch } from './routes';

const route = getRouteApi('/systems');

const columns = (): Column<System>[] => [
    { header: t('word.system'), cell: ({ row }) => <><strong>{row.original.name}</strong><div className="small soft">{row.original.purpose}</div></> },
    { header: t('word.riskTier'), cell: ({ row }) => <TierChip tier={row.original.risk_tier} /> },
    { header: t('word.status'), cell: ({ row }) => <StatusChip status={row.original.status} />, meta: { wideOnly: true } },
    { header: t('systems.latestVerdict'), cell: ({ row }) => (row.original.last_analysis_verdict ? <VerdictChip verdict={row.original.last_analysis_verdict} /> : <span className="soft">{t('common.notMeasured')}</span>) },
    { header: t('nav.analyses'), cell: ({ row }) => formatNumber(row.original.analysis_count), meta: { number: true, wideOnly: true } },
    { header: t('systems.answers'), cell: ({ row }) => row.original.accountable_person_name ?? <span className="soft">{t('systems.nobodyYet')}</span>, meta: { wideOnly: true } },
    { header: t('systems.registered'), cell: ({ row }) => formatDate(row.original.created_at), meta: { wideOnly: true } },
];

export const SystemsPage = () => {
    const { t } = useTranslation();
    const { can } = useSession();
    const navigate = useNavigate();
    const search: SystemsSearch = route.useSearch();
    const systems = useInfiniteQuery(systemsQuery(search));
    const rows = systems.data?.pages.flatMap((page) => page.items) ?? [];
    const filtered = Boolean(search.q ?? search.status ?? search.risk_tier);
    const create = can('manage_models') ? <Button component={Link} to="/systems/new">{t('nav.newSystem')}</Button> : undefined;
    const change = (values: Record<string, string | undefined>) => void navigate({ to: '/systems', search: values as SystemsSearch });
    return (
        <Page title={t('nav.systems')} lead={t('systems.lead')} action={create}>
            <FilterBar search={t('systems.search')} values={{ q: search.q, status: search.status, risk_tier: search.risk_tier }} change={change}
                filters={[
                    { name: 'risk_tier', label: t('word.riskTier'), options: (['TIER_1', 'TIER_2', 'TIER_3'] as const).map((value) => ({ value, label: t(`tier.${value}`) })) },
                    { name: 'status', label: t('word.status'), options: (['DRAFT', 'ACTIVE', 'SUSPENDED', 'RETIRED'] as const).map((value) => ({ value, label: t(`status.${value}`) })) },
                ]} />
            <Panel>
                {systems.isPending && <Loading />}
                {systems.isError && <ErrorState error={systems.error} retry={() => void systems.refetch()} />}
                {systems.data && rows.length === 0 && (filtered
                    ? <EmptyState title={t('systems.noneFits')}>{t('systems.clearOne')}</EmptyState>
                    : <EmptyState title={t('systems.empty')} action={create}>{t('systems.emptyText')}</EmptyState>)}
                {rows.length > 0 && <DataTable rows={rows} columns={columns()} label={t('nav.systems')} open={(row) => void navigate({ to: '/systems/$id', params: { id: row.id } })} />}
                {systems.hasNextPage && <Button variant="default" loading={systems.isFetchingNextPage} onClick={() => void systems.fetchNextPage()}>{t('common.loadMore')}</Button>}
            </Panel>
        </Page>
    );
};
