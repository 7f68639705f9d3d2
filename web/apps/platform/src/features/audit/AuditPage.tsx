import { Button } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { type AuditEntry, downloadText } from '@aic/api';
import { useSession } from '@aic/auth';
import { formatDateTime, useTranslation } from '@aic/text';
import { type Column, DataTable, EmptyState, ErrorState, Loading, Page, Panel } from '@aic/ui';
import { EntryPanel } from './parts/EntryPanel';
import { Filters } from './parts/Filters';
import { useNames } from './parts/names';
import { OutcomeChip } from './parts/OutcomeChip';
import { Seals } from './parts/Seals';
import { auditListQuery, exportCsv } from './queries';
import { type AuditSearch, isFiltered } from './search';

const route = getRouteApi('/audit-log');

const useColumns = (): Column<AuditEntry>[] => {
    const { t } = useTranslation();
    const names = useNames();
    return [
        { header: t('audit.when'), cell: ({ row }) => formatDateTime(row.original.at) },
        { header: t('audit.what'), cell: ({ row }) => <><strong>{names.event(row.original.event)}</strong>{row.original.reason && <div className="small soft">{row.original.reason}</div>}</> },
        { header: t('audit.outcome'), cell: ({ row }) => <OutcomeChip outcome={row.original.outcome} /> },
        { header: t('audit.who'), cell: ({ row }) => names.actor(row.original), meta: { wideOnly: true } },
        { header: t('audit.subject'), cell: ({ row }) => (row.original.subject_type ? names.subject(row.original.subject_type) : t('common.none')), meta: { wideOnly: true } },
        { header: t('audit.address'), cell: ({ row }) => row.original.ip ?? t('common.none'), meta: { wideOnly: true } },
    ];
};

const AuditLog = () => {
    const { t } = useTranslation();
    const navigate = useNavigate();
    const columns = useColumns();
    const search: AuditSearch = route.useSearch();
    const log = useInfiniteQuery(auditListQuery(search));
    const save = useMutation({ mutationFn: async () => downloadText('audit-log.csv', 'text/csv', await exportCsv(search)) });
    const rows = log.data?.pages.flatMap((page) => page.items) ?? [];
    const go = (next: AuditSearch) => void navigate({ to: '/audit-log', search: next });
    const exporting = <Button variant="default" leftSection={<IconDownload size={18} />} loading={save.isPending} disabled={rows.length === 0} onClick={() => save.mutate()}>{t('audit.export')}</Button>;
    return (
        <Page title={t('audit.title')} lead={t('audit.lead')} action={exporting}>
            <Panel>
                <Filters search={search} change={go} />
                <div aria-live="polite">{save.isError && <ErrorState error={save.error} retry={() => save.mutate()} />}</div>
                {log.isPending && <Loading />}
                {log.isError && <ErrorState error={log.error} retry={() => void log.refetch()} />}
                {log.data && rows.length === 0 && (isFiltered(search)
                    ? <EmptyState title={t('audit.noneTitle')} action={<Button variant="default" onClick={() => go({})}>{t('audit.clear')}</Button>}>{t('audit.none')}</EmptyState>
                    : <EmptyState title={t('audit.emptyTitle')}>{t('audit.empty')}</EmptyState>)}
                {rows.length > 0 && <DataTable rows={rows} columns={columns} label={t('audit.title')} open={(row) => go({ ...search, entry: row.id })} />}
                <div className="row apart audit-foot">
                    {log.hasNextPage ? <Button variant="default" loading={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()}>{t('common.loadMore')}</Button> : <span />}
                    <Seals />
                </div>
            </Panel>
            {search.entry && <EntryPanel id={search.entry} close={() => go({ ...search, entry: undefined })} only={go} />}
        </Page>
    );
};

/** Shown to whoever may read it; an address that was passed on tells others whom to ask. */
export const AuditPage = () => {
    const { t } = useTranslation();
    const { can } = useSession();
    if (can('view_audit_log')) return <AuditLog />;
    return <Page title={t('audit.title')}><EmptyState title={t('audit.noAccessTitle')}>{t('audit.noAccess')}</EmptyState></Page>;
};
