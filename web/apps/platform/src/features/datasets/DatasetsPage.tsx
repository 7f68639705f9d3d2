import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import type { DatasetItem } from '@aic/api';
import { useSession } from '@aic/auth';
import { formatDateTime, formatNumber, useTranslation } from '@aic/text';
import { type Column, DataTable, EmptyState, ErrorState, FilterBar, Loading, Page, Panel } from '@aic/ui';
import { StateChip } from './parts/StateChip';
import { Upload } from './parts/Upload';
import { datasetListQuery } from './queries';
import { type DatasetsSearch, purposes, readSearch, states } from './search';
import { formatBytes } from './size';

const route = getRouteApi('/datasets');

const useColumns = (): Column<DatasetItem>[] => {
    const { t } = useTranslation();
    return [
        { header: t('datasets.name'), cell: ({ row }) => <strong>{row.original.name}</strong> },
        { header: t('word.status'), cell: ({ row }) => <StateChip status={row.original.status} /> },
        { header: t('datasets.purposeName'), cell: ({ row }) => t(`datasets.purpose.${row.original.purpose}`), meta: { wideOnly: true } },
        { header: t('datasets.rows'), cell: ({ row }) => (row.original.rows === null ? t('common.none') : formatNumber(row.original.rows)), meta: { wideOnly: true } },
        { header: t('datasets.size'), cell: ({ row }) => <span className="nowrap">{formatBytes(row.original.upload_offset)}</span> },
        { header: t('datasets.received'), cell: ({ row }) => <span className="nowrap">{formatDateTime(row.original.created_at)}</span>, meta: { wideOnly: true } },
    ];
};

export const DatasetsPage = () => {
    const { t } = useTranslation();
    const { can } = useSession();
    const navigate = useNavigate();
    const columns = useColumns();
    const search: DatasetsSearch = route.useSearch();
    const list = useInfiniteQuery(datasetListQuery(search));
    const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
    const { status, purpose } = search;
    const go = (next: DatasetsSearch) => void navigate({ to: '/datasets', search: next });
    const open = (id: string) => void navigate({ to: '/datasets/$id', params: { id } });
    return (
        <Page title={t('datasets.title')} lead={t('datasets.lead')}>
            <div className="stack">
                {can('run_analysis') ? <Upload done={open} /> : <p className="soft">{t('datasets.mayNotUpload')}</p>}
                <Panel>
                    <FilterBar values={{ status, purpose }} change={(values) => go(readSearch(values))}
                        filters={[
                            { name: 'status', label: t('word.status'), options: states.map((value) => ({ value, label: t(`datasets.states.${value}`) })) },
                            { name: 'purpose', label: t('datasets.purposeName'), options: purposes.map((value) => ({ value, label: t(`datasets.purpose.${value}`) })) },
                        ]} />
                    {list.isPending && <Loading />}
                    {list.isError && <ErrorState error={list.error} retry={() => void list.refetch()} />}
                    {list.data && rows.length === 0 && (status || purpose
                        ? <EmptyState title={t('datasets.noneTitle')} action={<Button variant="default" onClick={() => go({})}>{t('common.clear')}</Button>}>{t('datasets.none')}</EmptyState>
                        : <EmptyState title={t('datasets.emptyTitle')}>{t('datasets.empty')}</EmptyState>)}
                    {rows.length > 0 && <DataTable rows={rows} columns={columns} label={t('datasets.title')} open={(row) => open(row.id)} />}
                    {list.hasNextPage && <div className="row"><Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>{t('common.loadMore')}</Button></div>}
                </Panel>
            </div>
        </Page>
    );
};
