import { Button } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import type { ModelItem } from '@aic/api';
import { useSession } from '@aic/auth';
import { formatDate, formatNumber, t, useTranslation } from '@aic/text';
import { type Column, DataTable, EmptyState, ErrorState, FilterBar, Loading, Page, Panel } from '@aic/ui';
import { formatText } from './formats';
import { DriftLight } from './parts/DriftLight';
import { modelsQuery, systemNamesQuery } from './queries';
import { type ModelsSearch, readSearch } from './search';

const route = getRouteApi('/models');

const columns = (): Column<ModelItem>[] => [
    { header: t('models.name'), cell: ({ row }) => <Link to="/models/$id" params={{ id: row.original.id }} onClick={(event) => event.stopPropagation()}>{row.original.name}</Link> },
    { header: t('models.version'), cell: ({ row }) => row.original.version },
    { header: t('models.typeName'), cell: ({ row }) => t(`models.type.${row.original.type}`) },
    { header: t('models.format'), cell: ({ row }) => (row.original.kind === 'ENDPOINT' ? t('models.endpoint') : formatText(row.original.format)), meta: { wideOnly: true } },
    { header: t('models.features'), cell: ({ row }) => formatNumber(row.original.feature_count), meta: { number: true, wideOnly: true } },
    { header: t('models.system'), cell: ({ row }) => row.original.system_name ?? <span className="soft">{t('models.noSystem')}</span>, meta: { wideOnly: true } },
    { header: t('models.stageName'), cell: ({ row }) => (row.original.is_active ? t(`models.stage.${row.original.lifecycle_stage}`) : <span className="chip" data-kind="NONE">{t('models.retired')}</span>) },
    { header: t('models.drift'), cell: ({ row }) => <DriftLight status={row.original.drift_status} /> },
    { header: t('models.registered'), cell: ({ row }) => formatDate(row.original.created_at), meta: { wideOnly: true } },
];

export const ModelsPage = () => {
    const { t } = useTranslation();
    const { can } = useSession();
    const navigate = useNavigate();
    const search: ModelsSearch = route.useSearch();
    const systems = useQuery(systemNamesQuery);
    const models = useInfiniteQuery(modelsQuery(search));
    const rows = models.data?.pages.flatMap((page) => page.items) ?? [];
    const filtered = Object.values(search).some(Boolean);
    const actions = can('manage_models') ? (
        <div className="row">
            <Button variant="default" component={Link} to="/models/train">{t('models.train')}</Button>
            <Button component={Link} to="/models/new">{t('models.register')}</Button>
        </div>
    ) : undefined;
    return (
        <Page title={t('models.title')} lead={t('models.lead')} action={actions}>
            <FilterBar search={t('models.search')} values={{ q: search.q, system_id: search.system_id, show: search.show }} change={(values) => void navigate({ to: '/models', search: readSearch(values) })}
                filters={[
                    { name: 'system_id', label: t('models.system'), options: (systems.data?.items ?? []).map((system) => ({ value: system.id, label: system.name })) },
                    { name: 'show', label: t('models.shown'), options: [{ value: 'active', label: t('models.active') }, { value: 'retired', label: t('models.retired') }] },
                ]} />
            <Panel>
                {models.isPending && <Loading />}
                {models.isError && <ErrorState error={models.error} retry={() => void models.refetch()} />}
                {models.data && rows.length === 0 && (filtered
                    ? <EmptyState title={t('models.noneTitle')}>{t('models.none')}</EmptyState>
                    : <EmptyState title={t('models.emptyTitle')} action={actions}>{t('models.empty')}</EmptyState>)}
                {rows.length > 0 && <DataTable rows={rows} columns={columns()} label={t('models.title')} open={(row) => void navigate({ to: '/models/$id', params: { id: row.id } })} />}
                {models.hasNextPage && <Button variant="default" loading={models.isFetchingNextPage} onClick={() => void models.fetchNextPage()}>{t('common.loadMore')}</Button>}
            </Panel>
        </Page>
    );
};
