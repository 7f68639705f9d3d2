import { Button, SegmentedControl } from '@mantine/core';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import type { Invite } from '@aic/api';
import { formatDateTime, useTranslation } from '@aic/text';
import { type Column, DataTable, ErrorState, FormErrors, Loading, Panel } from '@aic/ui';
import { invitesQuery, revokeInvite } from '../queries';
import { InviteChip } from './Chips';

const useColumns = (): Column<Invite>[] => {
    const { t } = useTranslation();
    const client = useQueryClient();
    const revoke = useMutation({ mutationFn: revokeInvite, onSuccess: () => client.invalidateQueries({ queryKey: ['invites'] }) });
    return [
        { header: t('invites.forWhom'), cell: ({ row }) => <><strong>{row.original.email ?? t('invites.anybody')}</strong><div className="small soft">{row.original.name ?? <span className="mono">{row.original.prefix}…</span>}</div></> },
        { header: t('people.role'), cell: ({ row }) => t(`role.${row.original.role}`) },
        { header: t('word.status'), cell: ({ row }) => <InviteChip status={row.original.status} /> },
        { header: t('invites.used'), cell: ({ row }) => t('invites.usedOf', { uses: row.original.uses, most: row.original.max_uses }) },
        { header: t('invites.ends'), cell: ({ row }) => <span className="nowrap">{formatDateTime(row.original.expires_at)}</span> },
        { header: t('invites.by'), cell: ({ row }) => row.original.created_by_name ?? t('common.none'), meta: { wideOnly: true } },
        {
            id: 'revoke',
            header: () => null,
            cell: ({ row }) => row.original.status === 'OPEN' && (
                <><Button size="compact-sm" variant="default" loading={revoke.isPending && revoke.variables === row.original.id} onClick={() => revoke.mutate(row.original.id)}>{t('invites.revoke')}</Button>
                    <FormErrors error={revoke.variables === row.original.id ? revoke.error : null} /></>
            ),
        },
    ];
};

export const Invitations = ({ all, setAll }: { all: boolean; setAll: (all: boolean) => void }) => {
    const { t } = useTranslation();
    const columns = useColumns();
    const list = useInfiniteQuery(invitesQuery(all ? undefined : 'OPEN'));
    const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
    const which = <SegmentedControl size="xs" aria-label={t('invites.which')} value={all ? 'all' : 'open'} onChange={(value) => setAll(value === 'all')}
        data={[{ value: 'open', label: t('invites.onlyOpen') }, { value: 'all', label: t('invites.all') }]} />;
    return (
        <Panel title={t('invites.title')} aside={which}>
            {list.isPending && <Loading rows={2} />}
            {list.isError && <ErrorState error={list.error} retry={() => void list.refetch()} />}
            {list.data && rows.length === 0 && <p className="soft" style={{ margin: 0 }}>{t('invites.empty')}</p>}
            {rows.length > 0 && <DataTable rows={rows} columns={columns} label={t('invites.title')} />}
            {list.hasNextPage && <div className="row"><Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>{t('common.loadMore')}</Button></div>}
        </Panel>
    );
};
