import { Button } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { downloadText, type LeadItem } from '@aic/api';
import { allAudit, Finder } from '@aic/audit';
import { LeadChip, sources, states } from '@aic/leads';
import { formatDateTime, useTranslation } from '@aic/text';
import { type Column, DataTable, EmptyState, ErrorState, FilterBar, Loading, Page, Panel } from '@aic/ui';
import { exportCsv, leadsQuery } from './queries';
import { type AllLeadsSearch, readSearch } from './search';

const useColumns = (): Column<LeadItem>[] => {
    const { t } = useTranslation();
    return [
        { id: 'person', header: t('leads.person'), cell: ({ row }) => <><strong>{row.original.name ?? row.original.email}</strong>{row.original.name && <div className="small soft">{row.original.email}</div>}</> },
        { id: 'company', header: t('leads.company'), cell: ({ row }) => row.original.company ?? t('common.none') },
        { id: 'of', header: t('staff.leadOf'), cell: ({ row }) => row.original.org_name },
        { id: 'status', header: t('word.status'), cell: ({ row }) => <LeadChip status={row.original.status} /> },
        { id: 'source', header: t('leads.sourceName'), cell: ({ row }) => t(`leads.source.${row.original.source}`), meta: { wideOnly: true } },
        { id: 'latest', header: t('leads.latest'), cell: ({ row }) => <span className="nowrap">{formatDateTime(row.original.re_engaged_at ?? row.original.created_at)}</span>, meta: { wideOnly: true } },
    ];
};

export const LeadsPage = () => {
    const { t } = useTranslation();
    const navigate = useNavigate();
    const columns = useColumns();
    const search = readSearch(useSearch({ strict: false }));
    const { q, status, source, org } = search;
    const list = useInfiniteQuery(leadsQuery(search));
    const save = useMutation({ mutationFn: async () => downloadText('leads.csv', 'text/csv', await exportCsv(search)) });
    const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
    const go = (next: AllLeadsSearch) => void navigate({ to: '.', search: next });
    const exporting = <Button variant="default" leftSection={<IconDownload size={18} aria-hidden />} disabled={rows.length === 0} loading={save.isPending} onClick={() => save.mutate()}>{t('leads.export')}</Button>;
    return (
        <Page title={t('leads.title')} lead={t('staff.leadsLead')} action={exporting}>
            <Panel>
                <FilterBar search={t('leads.search')} values={{ q, status, source }} change={(values) => go(readSearch(Object.keys(values).length ? { ...values, org } : {}))}
                    filters={[
                        { name: 'status', label: t('word.status'), options: states.map((value) => ({ value, label: t(`leads.states.${value}`) })) },
                        { name: 'source', label: t('leads.sourceName'), options: sources.map((value) => ({ value, label: t(`leads.source.${value}`) })) },
                    ]} />
                <div className="audit-filters no-print">
                    <Finder label={t('audit.organization')} placeholder={t('audit.any')} queryKey={['audit', 'organizations']} find={allAudit.organizations} value={org}
                        name={rows.find((row) => row.org_id === org)?.org_name} change={(value) => go({ ...search, org: value })} />
                </div>
                <div aria-live="polite">{save.isError && <ErrorState error={save.error} retry={() => save.mutate()} />}</div>
                {list.isPending && <Loading />}
                {list.isError && <ErrorState error={list.error} retry={() => void list.refetch()} />}
                {list.data && rows.length === 0 && (q || status || source || org
                    ? <EmptyState title={t('leads.noneTitle')} action={<Button variant="default" onClick={() => go({})}>{t('audit.clear')}</Button>}>{t('leads.none')}</EmptyState>
                    : <EmptyState title={t('leads.emptyTitle')}>{t('staff.leadsNone')}</EmptyState>)}
                {rows.length > 0 && <DataTable rows={rows} columns={columns} label={t('leads.title')} />}
                {list.hasNextPage && <div className="row"><Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>{t('common.loadMore')}</Button></div>}
            </Panel>
        </Page>
    );
};
