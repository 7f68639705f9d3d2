import { Button } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { type AnalysisItem, downloadText } from '@aic/api';
import { useSession } from '@aic/auth';
import { formatDateTime, formatNumber, t, useTranslation } from '@aic/text';
import { type Column, DataTable, EmptyState, ErrorState, FilterBar, FormErrors, Hash, Loading, Page, Panel, VerdictChip } from '@aic/ui';
import { analysesCsv, analysesQuery, systemNamesQuery } from './queries';
import { textsOf } from './report';
import type { AnalysesSearch } from './routes';

const route = getRouteApi('/analyses');
const verdicts = ['PASS', 'REVIEW', 'FAIL', 'INSUFFICIENT_DATA'] as const;

const columns = (): Column<AnalysisItem>[] => [
    { header: t('word.system'), cell: ({ row }) => <Link to="/analyses/$id" params={{ id: row.original.id }} onClick={(event) => event.stopPropagation()}>{row.original.system_name}</Link> },
    { header: t('word.verdict'), cell: ({ row }) => <VerdictChip verdict={row.original.verdict} /> },
    { header: t('word.groupsBy'), cell: ({ row }) => textsOf(row.original.protected).join(', '), meta: { wideOnly: true } },
    { header: t('word.rows'), cell: ({ row }) => formatNumber(row.original.rows), meta: { number: true, wideOnly: true } },
    { header: t('word.when'), cell: ({ row }) => formatDateTime(row.original.created_at) },
    { header: t('word.by'), cell: ({ row }) => row.original.created_by_name ?? t('common.none'), meta: { wideOnly: true } },
    { header: t('word.resultHash'), cell: ({ row }) => <Hash value={row.original.result_hash} short />, meta: { wideOnly: true } },
];

const asSearch = (values: Record<string, string | undefined>): AnalysesSearch => ({
    verdict: verdicts.find((verdict) => verdict === values.verdict),
    system_id: values.system_id,
});

export const AnalysesPage = () => {
    const { t } = useTranslation();
    const { can } = useSession();
    const navigate = useNavigate();
    const search: AnalysesSearch = route.useSearch();
    const systems = useQuery(systemNamesQuery);
    const analyses = useInfiniteQuery(analysesQuery(search));
    const save = useMutation({ mutationFn: () => analysesCsv(search), onSuccess: (csv) => downloadText('analyses.csv', 'text/csv', csv) });
    const rows = analyses.data?.pages.flatMap((page) => page.items) ?? [];
    const filtered = Boolean(search.verdict ?? search.system_id);
    const create = can('run_analysis') ? <Button component={Link} to="/analyses/new">{t('nav.newAnalysis')}</Button> : undefined;
    const actions = (
        <div className="row">
            {rows.length > 0 && <Button variant="default" leftSection={<IconDownload size={16} />} loading={save.isPending} onClick={() => save.mutate()}>{t('common.csv')}</Button>}
            {create}
        </div>
    );
    return (
        <Page title={t('nav.analyses')} lead={t('analyses.lead')} action={actions}>
            <FormErrors error={save.error} />
            <FilterBar values={{ verdict: search.verdict, system_id: search.system_id }} change={(values) => void navigate({ to: '/analyses', search: asSearch(values) })}
                filters={[
                    { name: 'verdict', label: t('word.verdict'), options: verdicts.map((value) => ({ value, label: t(`verdict.${value}`) })) },
                    { name: 'system_id', label: t('word.system'), options: (systems.data?.items ?? []).map((system) => ({ value: system.id, label: system.name })) },
                ]} />
            <Panel>
                {analyses.isPending && <Loading />}
                {analyses.isError && <ErrorState error={analyses.error} retry={() => void analyses.refetch()} />}
                {analyses.data && rows.length === 0 && (filtered
                    ? <EmptyState title={t('analyses.empty')}>{t('analyses.noneFits')}</EmptyState>
                    : <EmptyState title={t('analyses.empty')} action={create}>{t('analyses.emptyText')}</EmptyState>)}
                {rows.length > 0 && <DataTable rows={rows} columns={columns()} label={t('nav.analyses')} open={(row) => void navigate({ to: '/analyses/$id', params: { id: row.id } })} />}
                {analyses.hasNextPage && <Button variant="default" loading={analyses.isFetchingNextPage} onClick={() => void analyses.fetchNextPage()}>{t('common.loadMore')}</Button>}
            </Panel>
        </Page>
    );
};
