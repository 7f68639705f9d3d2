import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import type { TaskItem } from '@aic/api';
import { useSession } from '@aic/auth';
import { CancelTask, faultOf, isOver, kindText, ProgressLine, TaskChip, tookText } from '@aic/tasks';
import { formatDateTime, formatNumber, t, useTranslation } from '@aic/text';
import { type Column, DataTable, EmptyState, ErrorState, FilterBar, Loading, Page, Panel } from '@aic/ui';
import { tasksQuery } from './queries';
import { kinds, placeOf, readSearch, statuses, type TasksSearch } from './search';

const route = getRouteApi('/tasks');

/** A task that runs says how far it is; one that failed says why. */
const State = ({ task }: { task: TaskItem }) => (
    <div>
        <TaskChip status={task.status} />
        {!isOver(task) && <ProgressLine task={{ ...task, result: null }} />}
        {task.status === 'FAILED' && <div className="small soft">{faultOf(task.error).message}</div>}
    </div>
);

const What = ({ task }: { task: TaskItem }) => {
    const place = placeOf(task);
    return place && task.status !== 'CANCELLED' ? <Link to={place} onClick={(event) => event.stopPropagation()}>{kindText(task.kind)}</Link> : kindText(task.kind);
};

const columns = (mayCancel: boolean): Column<TaskItem>[] => [
    { header: t('tasks.what'), cell: ({ row }) => <What task={row.original} /> },
    { header: t('tasks.statusName'), cell: ({ row }) => <State task={row.original} /> },
    { header: t('tasks.asked'), cell: ({ row }) => formatDateTime(row.original.created_at) },
    { header: t('tasks.took'), cell: ({ row }) => tookText(row.original), meta: { number: true } },
    { header: t('tasks.memory'), cell: ({ row }) => t('tasks.megabytes', { mb: formatNumber(row.original.resource_usage.peak_memory_mb, 1) }), meta: { number: true, wideOnly: true } },
    { header: t('tasks.carbon'), cell: ({ row }) => t('tasks.milligrams', { mg: formatNumber((row.original.resource_usage.carbon_estimate_g ?? 0) * 1000, 2) }), meta: { number: true, wideOnly: true } },
    ...(mayCancel ? [{ id: 'cancel', header: '', cell: ({ row }: { row: { original: TaskItem } }) => (isOver(row.original) ? null : <CancelTask task={row.original} compact />) }] : []),
];

export const TasksPage = () => {
    const { t } = useTranslation();
    const { can } = useSession();
    const navigate = useNavigate();
    const search: TasksSearch = route.useSearch();
    const tasks = useInfiniteQuery(tasksQuery(search));
    const rows = tasks.data?.pages.flatMap((page) => page.items) ?? [];
    const filtered = Object.values(search).some(Boolean);
    return (
        <Page title={t('tasks.title')} lead={t('tasks.lead')}>
            <FilterBar values={{ status: search.status, kind: search.kind }} change={(values) => void navigate({ to: '/tasks', search: readSearch(values) })}
                filters={[
                    { name: 'status', label: t('tasks.statusName'), options: statuses.map((value) => ({ value, label: t(`tasks.status.${value}`) })) },
                    { name: 'kind', label: t('tasks.what'), options: kinds.map((value) => ({ value, label: kindText(value) })) },
                ]} />
            <Panel>
                {tasks.isPending && <Loading />}
                {tasks.isError && <ErrorState error={tasks.error} retry={() => void tasks.refetch()} />}
                {tasks.data && rows.length === 0 && (filtered
                    ? <EmptyState title={t('tasks.noneTitle')}>{t('tasks.none')}</EmptyState>
                    : <EmptyState title={t('tasks.emptyTitle')} action={can('run_analysis') ? <Button component={Link} to="/explain">{t('tasks.explainFirst')}</Button> : undefined}>{t('tasks.empty')}</EmptyState>)}
                {rows.length > 0 && <DataTable rows={rows} columns={columns(can('run_analysis'))} label={t('tasks.title')} />}
                {tasks.hasNextPage && <Button variant="default" loading={tasks.isFetchingNextPage} onClick={() => void tasks.fetchNextPage()}>{t('common.loadMore')}</Button>}
            </Panel>
        </Page>
    );
};
