import { Button } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { downloadText, type LeadItem } from '@aic/api';
import { useSession } from '@aic/auth';
import { LeadChip, type LeadsSearch, readSearch, sources, states } from '@aic/leads';
import { formatDateTime, useTranslation } from '@aic/text';
import { type Column, DataTable, EmptyState, ErrorState, FilterBar, Loading, Page, Panel } from '@aic/ui';
import { exportCsv, leadListQuery } from './queries';

const route = getRouteApi('/leads');

const useColumns = (): Column<LeadItem>[] => {
    const { t } = useTranslation();
    return [
        { header: t('leads.person'), cell: ({ row }) => <><strong>{row.original.name ?? row.original.email}</strong>{row.original.name && <div className="small soft">{row.original.email}</div>}</> },
        { header: t('leads.company'), cell: ({ row }) => row.original.company ?? t('common.none') },
        { header: t('word.status'), cell: ({ row }) => <LeadChip status={row.original.status} /> },
        { header: t('leads.sourceName'), cell: ({ row }) => t(`leads.source.${row.original.source}`), meta: { wideOnly: true } },
        { header: t('leads.latest'), cell: ({ row }) => <span className="nowrap">{formatDateTime(row.original.re_engaged_at ?? row.original.created_at)}</span>, meta: { wideOnly: true } },
    ];
};

const List = () => {
    const { t } = useTranslation();
    const navigate = useNavigate();
    const columns = useColumns();
    const search: LeadsSearch = route.useSearch();
    const list = useInfiniteQuery(leadListQuery(search));
    const save = useMutation({ mutationFn: async () => downloadText('leads.csv', 'text/csv', await exportCsv(search)) });
    const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
    const { q, status, source } = search;
    const go = (next: LeadsSearch) => void navigate({ to: '/leads', search: next });
    const exporting = <Button variant="default" leftSection={<IconDownload size={18} aria-hidden />} disabled={rows.length === 0} loading={save.isPending} onClick={() => save.mutate()}>{t('leads.export')}</Button>;
    return (
        <Page title={t('leads.title')} lead={t('leads.lead')} action={exporting}>
            <Panel>
                <FilterBar search={t('leads.search')} values={{ q, status, source }} change={(values) => go(readSearch(values))}
                    filters={[
                        { name: 'status', label: t('word.status'), options: states.map((value) => ({ value, label: t(`leads.states.${value}`) })) },
                        { name: 'source', label: t('leads.sourceName'), options: sources.map((value) => ({ value, label: t(`leads.source.${value}`) })) },
                    ]} />
                <div aria-live="polite">{save.isError && <ErrorState error={save.error} retry={() => save.mutate()} />}</div>
                {list.isPending && <Loading />}
                {list.isError && <ErrorState error={list.error} retry={() => void list.refetch()} />}
                {list.data && rows.length === 0 && (q || status || source
                    ? <EmptyState title={t('leads.noneTitle')} action={<Button variant="default" onClick={() => go({})}>{t('audit.clear')}</Button>}>{t('leads.none')}</EmptyState>
                    : <EmptyState title={t('leads.emptyTitle')}>{t('leads.empty')}</EmptyState>)}
                {rows.length > 0 && <DataTable rows={rows} columns={columns} label={t('leads.title')} open={(row) => void navigate({ to: '/leads/$id', params: { id: row.id } })} />}
                {list.hasNextPage && <div className="row"><Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>{t('common.loadMore')}</Button></div>}
            </Panel>
        </Page>
    );
};

/** Shown to whoever may read it; an address that was passed on tells others whom to ask. */
export const LeadsPage = () => {
    const { t } = useTranslation();
    const { can } = useSession();
    if (can('manage_leads')) return <List />;
    return <Page title={t('leads.title')}><EmptyState title={t('leads.noAccessTitle')}>{t('leads.noAccess')}</EmptyState></Page>;
};
