import { Anchor, Tabs } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { AuditEntry, SystemAccess } from '@aic/api';
import { OutcomeChip, useNames } from '@aic/audit';
import { formatDateTime, useTranslation } from '@aic/text';
import { type Column, DataTable, EmptyState, ErrorState, Loading, Page, Panel } from '@aic/ui';
import { accessQuery, lockoutsQuery, openedQuery } from './queries';

const Routes = () => {
    const { t } = useTranslation();
    const { data, isPending, isError, error, refetch } = useQuery(accessQuery);
    const columns: Column<SystemAccess>[] = [
        { id: 'route', header: t('staff.route'), cell: ({ row }) => <><span className="mono">{row.original.method} {row.original.path}</span><div className="small soft">{row.original.summary}</div></> },
        { id: 'who', header: t('staff.whoMay'), cell: ({ row }) => row.original.capability ?? t(`staff.mayCall.${row.original.access}`) },
        { id: 'reason', header: t('audit.reason'), cell: ({ row }) => <><strong>{row.original.reason}</strong><div className="small soft">{row.original.why}{row.original.scope === 'TENANT_OR_SYSTEM' && ` ${t('staff.onlyWithout')}`}</div></> },
    ];
    if (isPending) return <Loading />;
    if (isError) return <ErrorState error={error} retry={() => void refetch()} />;
    return <DataTable rows={data.items} columns={columns} label={t('staff.routes')} />;
};

const Latest = ({ which }: { which: 'opened' | 'lockouts' }) => {
    const { t } = useTranslation();
    const names = useNames();
    const query = which === 'opened' ? openedQuery : lockoutsQuery;
    const { data, isPending, isError, error, refetch } = useQuery(query);
    const columns: Column<AuditEntry>[] = [
        { id: 'when', header: t('audit.when'), cell: ({ row }) => <span className="nowrap">{formatDateTime(row.original.at)}</span> },
        { id: 'who', header: t('audit.who'), cell: ({ row }) => <>{names.actor(row.original)}<div className="small soft">{row.original.org_name}</div></> },
        { id: 'what', header: t('audit.reason'), cell: ({ row }) => row.original.reason ?? names.event(row.original.event) },
        { id: 'outcome', header: t('audit.outcome'), cell: ({ row }) => <OutcomeChip outcome={row.original.outcome} /> },
        { id: 'ip', header: t('audit.address'), cell: ({ row }) => row.original.ip ?? t('common.none') },
    ];
    if (isPending) return <Loading />;
    if (isError) return <ErrorState error={error} retry={() => void refetch()} />;
    if (data.items.length === 0) return <EmptyState title={t('staff.latestNoneTitle')}>{t('staff.latestNone')}</EmptyState>;
    return (
        <>
            <DataTable rows={data.items} columns={columns} label={t(`staff.latest.${which}`)} />
            <p><Anchor component={Link} to={`/audit-log?event=${which === 'opened' ? 'system_scope_opened' : 'lockout'}`} inherit>{t('common.seeAll')}</Anchor></p>
        </>
    );
};

export const AccessPage = () => {
    const { t } = useTranslation();
    return (
        <Page title={t('staff.access')} lead={t('staff.accessLead')}>
            <Panel>
                <Tabs defaultValue="routes" keepMounted={false}>
                    <Tabs.List mb="md">
                        <Tabs.Tab value="routes">{t('staff.routes')}</Tabs.Tab>
                        <Tabs.Tab value="opened">{t('staff.latest.opened')}</Tabs.Tab>
                        <Tabs.Tab value="lockouts">{t('staff.latest.lockouts')}</Tabs.Tab>
                    </Tabs.List>
                    <Tabs.Panel value="routes"><Routes /></Tabs.Panel>
                    <Tabs.Panel value="opened"><Latest which="opened" /></Tabs.Panel>
                    <Tabs.Panel value="lockouts"><Latest which="lockouts" /></Tabs.Panel>
                </Tabs>
            </Panel>
        </Page>
    );
};
