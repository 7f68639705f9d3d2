import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { ApiKey } from '@aic/api';
import { useSession } from '@aic/auth';
import { formatDate, formatRelative, useTranslation } from '@aic/text';
import { type Column, DataTable, EmptyState, ErrorState, Loading, Page, Panel } from '@aic/ui';
import { useState } from 'react';
import { End, type Ending } from './parts/End';
import { NewKey } from './parts/NewKey';
import { ShownOnce } from './parts/ShownOnce';
import { keysQuery } from './queries';

const State = ({ row }: { row: ApiKey }) => {
    const { t } = useTranslation();
    if (row.revoked_at) return <span className="chip" data-kind="FAIL">{t('apiKeys.revoked')}</span>;
    if (new Date(row.expires_at) <= new Date()) return <span className="chip" data-kind="NONE">{t('apiKeys.runOut')}</span>;
    return <><span className="chip" data-kind="PASS">{t('apiKeys.active')}</span><div className="small soft">{t('apiKeys.ends', { when: formatDate(row.expires_at) })}</div></>;
};

const isGood = (row: ApiKey) => !row.revoked_at && new Date(row.expires_at) > new Date();

const useColumns = (end: (ending: Ending) => void): Column<ApiKey>[] => {
    const { t } = useTranslation();
    return [
        { header: t('apiKeys.name'), cell: ({ row }) => <><strong>{row.original.name}</strong><div className="mono soft">{row.original.prefix}…</div></> },
        { header: t('word.status'), cell: ({ row }) => <State row={row.original} /> },
        { header: t('apiKeys.scopes'), cell: ({ row }) => <span className="mono">{row.original.scopes.join(', ')}</span> },
        { header: t('apiKeys.lastUsed'), cell: ({ row }) => (row.original.last_used_at ? t('apiKeys.usedFrom', { when: formatRelative(row.original.last_used_at), ip: row.original.last_used_ip ?? '' }) : t('apiKeys.never')) },
        { header: t('apiKeys.madeBy'), cell: ({ row }) => row.original.created_by_name, meta: { wideOnly: true } },
        {
            id: 'end', header: '',
            cell: ({ row }) => isGood(row.original) && (
                <div className="row">
                    <Button size="compact-sm" variant="default" onClick={() => end({ kind: 'rotate', key: row.original })}>{t('apiKeys.rotate')}</Button>
                    <Button size="compact-sm" variant="light" color="red" onClick={() => end({ kind: 'revoke', key: row.original })}>{t('apiKeys.revoke')}</Button>
                </div>
            ),
        },
    ];
};

const Keys = () => {
    const { t } = useTranslation();
    const [making, setMaking] = useState(false);
    const [ending, setEnding] = useState<Ending | null>(null);
    const [shown, setShown] = useState<string | null>(null);
    const columns = useColumns(setEnding);
    const list = useInfiniteQuery(keysQuery);
    const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
    const make = <Button onClick={() => setMaking(true)}>{t('apiKeys.make')}</Button>;
    return (
        <Page title={t('apiKeys.title')} lead={t('apiKeys.lead')} action={make}>
            <Panel>
                {list.isPending && <Loading />}
                {list.isError && <ErrorState error={list.error} retry={() => void list.refetch()} />}
                {list.data && rows.length === 0 && <EmptyState title={t('apiKeys.emptyTitle')} action={make}>{t('apiKeys.empty')}</EmptyState>}
                {rows.length > 0 && <DataTable rows={rows} columns={columns} label={t('apiKeys.label')} />}
                {list.hasNextPage && <div className="row"><Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>{t('common.loadMore')}</Button></div>}
            </Panel>
            {making && <NewKey close={() => setMaking(false)} made={setShown} />}
            {ending && <End ending={ending} close={() => setEnding(null)} made={setShown} />}
            {shown && <ShownOnce secret={shown} close={() => setShown(null)} />}
        </Page>
    );
};

export const ApiKeysPage = () => {
    const { t } = useTranslation();
    const { can } = useSession();
    if (can('manage_keys')) return <Keys />;
    return <Page title={t('apiKeys.title')}><EmptyState title={t('apiKeys.noAccessTitle')}>{t('apiKeys.noAccess')}</EmptyState></Page>;
};
