import { Button, Select } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import type { IncidentItem } from '@aic/api';
import { useSession } from '@aic/auth';
import { formatDateTime, useTranslation } from '@aic/text';
import { type Column, DataTable, EmptyState, ErrorState, FilterBar, Loading, Page, Panel } from '@aic/ui';
import { categories, severities, sources } from './names';
import { DueClock, SeverityChip, StateChip } from './parts/Chips';
import { Escalate } from './parts/Escalate';
import { incidentListQuery } from './queries';
import { type IncidentsSearch, isFiltered, readSearch, shows } from './search';

const route = getRouteApi('/incidents');

const useColumns = (): Column<IncidentItem>[] => {
    const { t } = useTranslation();
    return [
        { header: t('incidents.one'), cell: ({ row }) => <><strong>{row.original.title}</strong><div className="small soft">{row.original.reference} · {t(`incidents.category.${row.original.category}`)}</div></> },
        { header: t('incidents.due'), cell: ({ row }) => <DueClock incident={row.original} /> },
        { header: t('incidents.status'), cell: ({ row }) => <StateChip status={row.original.status} /> },
        { header: t('incidents.severityName'), cell: ({ row }) => <SeverityChip severity={row.original.severity} /> },
        { header: t('incidents.sourceName'), cell: ({ row }) => t(`incidents.source.${row.original.source}`), meta: { wideOnly: true } },
        { header: t('incidents.received'), cell: ({ row }) => <span className="nowrap">{formatDateTime(row.original.created_at)}</span>, meta: { wideOnly: true } },
    ];
};

const Filters = ({ search, go }: { search: IncidentsSearch; go: (next: IncidentsSearch) => void }) => {
    const { t } = useTranslation();
    const { q, severity, category, source, show, sort } = search;
    return (
        <div className="row apart no-print">
            <FilterBar search={t('incidents.search')} values={{ q, severity, category, source }}
                change={(values) => go(readSearch({ ...values, ...(Object.keys(values).length ? { show, sort } : {}) }))}
                filters={[
                    { name: 'severity', label: t('incidents.severityName'), options: severities.map((value) => ({ value, label: t(`incidents.severity.${value}`) })) },
                    { name: 'category', label: t('incidents.categoryName'), options: categories.map((value) => ({ value, label: t(`incidents.category.${value}`) })) },
                    { name: 'source', label: t('incidents.sourceName'), options: sources.map((value) => ({ value, label: t(`incidents.source.${value}`) })) },
                ]} />
            <div className="row filters">
                <Select aria-label={t('incidents.show')} w={130} allowDeselect={false} value={show ?? (q ? 'all' : 'open')} data={shows.map((value) => ({ value, label: t(`incidents.shows.${value}`) }))}
                    onChange={(value) => go(readSearch({ ...search, show: value }))} />
                <Select aria-label={t('incidents.sort')} w={150} allowDeselect={false} value={sort ?? 'due'} data={[{ value: 'due', label: t('incidents.dueFirst') }, { value: '-created_at', label: t('incidents.newest') }]}
                    onChange={(value) => go(readSearch({ ...search, sort: value }))} />
            </div>
        </div>
    );
};

export const IncidentsPage = () => {
    const { t } = useTranslation();
    const { can } = useSession();
    const navigate = useNavigate();
    const columns = useColumns();
    const search: IncidentsSearch = route.useSearch();
    const list = useInfiniteQuery(incidentListQuery(search));
    const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
    const go = (next: IncidentsSearch) => void navigate({ to: '/incidents', search: next });
    const open = can('run_analysis') ? <Button component={Link} to="/incidents/new">{t('incidents.open')}</Button> : undefined;
    return (
        <Page title={t('incidents.title')} lead={t('incidents.lead')} action={<div className="row">{can('resolve_incidents') && <Escalate />}{open}</div>}>
            <Panel>
                <Filters search={search} go={go} />
                {list.isPending && <Loading />}
                {list.isError && <ErrorState error={list.error} retry={() => void list.refetch()} />}
                {list.data && rows.length === 0 && (isFiltered(search)
                    ? <EmptyState title={t('incidents.noneTitle')} action={<Button variant="default" onClick={() => go({})}>{t('audit.clear')}</Button>}>{t('incidents.none')}</EmptyState>
                    : <EmptyState title={t('incidents.emptyTitle')} action={open}>{t('incidents.empty')}</EmptyState>)}
                {rows.length > 0 && <DataTable rows={rows} columns={columns} label={t('incidents.title')} open={(row) => void navigate({ to: '/incidents/$id', params: { id: row.id } })} />}
                {list.hasNextPage && <div className="row"><Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>{t('common.loadMore')}</Button></div>}
            </Panel>
        </Page>
    );
};
