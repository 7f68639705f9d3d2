import { Button } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { type AnalysisItem, api, call } from '@aic/api';
import { useSession } from '@aic/auth';
import { formatDateTime, formatNumber, useTranslation } from '@aic/text';
import { type Column, DataTable, EmptyState, ErrorState, FilterBar, Hash, Loading, Page, Panel, VerdictChip } from '@aic/ui';
import type { AnalysesSearch } from './routes';

const route = getRouteApi('/analyses');

const columns: Column<AnalysisItem>[] = [
    { header: 'System', cell: ({ row }) => <strong>{row.original.system_name}</strong> },
    { header: 'Verdict', cell: ({ row }) => <VerdictChip verdict={row.original.verdict} /> },
    { header: 'Groups by', cell: ({ row }) => (row.original.protected as string[]).join(', '), meta: { wideOnly: true } },
    { header: 'Rows', cell: ({ row }) => formatNumber(row.original.rows), meta: { number: true, wideOnly: true } },
    { header: 'When', cell: ({ row }) => formatDateTime(row.original.created_at) },
    { header: 'By', cell: ({ row }) => row.original.created_by_name, meta: { wideOnly: true } },
    { header: 'Result hash', cell: ({ row }) => <Hash value={row.original.result_hash} short />, meta: { wideOnly: true } },
];

export const AnalysesPage = () => {
    const { t } = useTranslation();
    const { can } = useSession();
    const navigate = useNavigate();
    const search: AnalysesSearch = route.useSearch();
    const systems = useQuery({ queryKey: ['systems', 'names'], queryFn: () => call(api.GET('/api/v1/systems', { params: { query: { limit: 200, sort: 'name' } } })) });
    const analyses = useInfiniteQuery({
        queryKey: ['analyses', 'list', search],
        queryFn: ({ pageParam }) => call(api.GET('/api/v1/analyses', { params: { query: { ...search, limit: 50, cursor: pageParam } } })),
        initialPageParam: undefined as string | undefined,
        getNextPageParam: (page) => page.next_cursor ?? undefined,
    });
    const rows = analyses.data?.pages.flatMap((page) => page.items) ?? [];
    const create = can('run_analysis') ? <Button component={Link} to="/analyses/new">{t('nav.newAnalysis')}</Button> : undefined;
    return (
        <Page title={t('nav.analyses')} lead="Audits of real decisions, with what they found." action={create}>
            <FilterBar values={{ verdict: search.verdict, system_id: search.system_id }} change={(values) => void navigate({ to: '/analyses', search: values as AnalysesSearch })}
                filters={[
                    { name: 'verdict', label: 'Verdict', options: (['PASS', 'REVIEW', 'FAIL', 'INSUFFICIENT_DATA'] as const).map((value) => ({ value, label: t(`verdict.${value}`) })) },
                    { name: 'system_id', label: 'System', options: (systems.data?.items ?? []).map((s) => ({ value: s.id, label: s.name })) },
                ]} />
            <Panel>
                {analyses.isPending && <Loading />}
                {analyses.isError && <ErrorState error={analyses.error} retry={() => void analyses.refetch()} />}
                {analyses.data && rows.length === 0 && <EmptyState title="No analysis here yet" action={create}>Drop a file with decisions about people, and see whether groups are treated alike. Recorded analyses appear here and on the ledger.</EmptyState>}
                {rows.length > 0 && <DataTable rows={rows} columns={columns} label={t('nav.analyses')} open={(row) => void navigate({ to: '/analyses/$id', params: { id: row.id } })} />}
                {analyses.hasNextPage && <Button variant="default" loading={analyses.isFetchingNextPage} onClick={() => void analyses.fetchNextPage()}>{t('common.loadMore')}</Button>}
            </Panel>
        </Page>
    );
};
