import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import type { Person } from '@aic/api';
import { useSession } from '@aic/auth';
import { formatDateTime, useTranslation } from '@aic/text';
import { type Column, DataTable, EmptyState, ErrorState, FilterBar, Loading, Page, Panel } from '@aic/ui';
import { FactorChip, RoleChip, StatusChip } from './parts/Chips';
import { Invitations } from './parts/Invitations';
import { Invite } from './parts/Invite';
import { PersonPanel } from './parts/PersonPanel';
import { peopleListQuery } from './queries';
import { type PeopleSearch, readSearch, roles, statuses } from './search';

const route = getRouteApi('/people');

const useColumns = (): Column<Person>[] => {
    const { t } = useTranslation();
    const { me } = useSession();
    return [
        { header: t('word.name'), cell: ({ row }) => <><strong>{row.original.name}</strong>{row.original.id === me.user.id && <span className="soft"> ({t('people.you')})</span>}<div className="small soft">{row.original.email}</div></> },
        { header: t('people.role'), cell: ({ row }) => <RoleChip person={row.original} /> },
        { header: t('people.status'), cell: ({ row }) => <StatusChip person={row.original} /> },
        { header: t('people.factor'), cell: ({ row }) => <FactorChip person={row.original} /> },
        { header: t('people.lastSeen'), cell: ({ row }) => <span className="nowrap">{row.original.last_login_at ? formatDateTime(row.original.last_login_at) : t('people.never')}</span>, meta: { wideOnly: true } },
    ];
};

const Managed = () => {
    const { t } = useTranslation();
    const navigate = useNavigate();
    const columns = useColumns();
    const search: PeopleSearch = route.useSearch();
    const list = useInfiniteQuery(peopleListQuery(search));
    const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
    const { q, role, status, person, invites } = search;
    const go = (next: PeopleSearch) => void navigate({ to: '/people', search: next, resetScroll: false });
    return (
        <Page title={t('people.title')} lead={t('people.lead')} action={<Invite />}>
            <div className="stack">
                <Panel>
                    <FilterBar search={t('people.search')} values={{ q, role, status }} change={(values) => go({ ...readSearch(values), invites })}
                        filters={[
                            { name: 'role', label: t('people.role'), options: roles.map((value) => ({ value, label: t(`role.${value}`) })) },
                            { name: 'status', label: t('people.status'), options: statuses.map((value) => ({ value, label: t(`people.statuses.${value}`) })) },
                        ]} />
                    {list.isPending && <Loading />}
                    {list.isError && <ErrorState error={list.error} retry={() => void list.refetch()} />}
                    {list.data && rows.length === 0 && <EmptyState title={t('people.noneTitle')} action={<Button variant="default" onClick={() => go({ invites })}>{t('people.clear')}</Button>}>{t('people.none')}</EmptyState>}
                    {rows.length > 0 && <DataTable rows={rows} columns={columns} label={t('people.title')} open={(row) => go({ ...search, person: row.id })} />}
                    {list.hasNextPage && <div className="row"><Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>{t('common.loadMore')}</Button></div>}
                </Panel>
                <Invitations all={invites === 'all'} setAll={(all) => go({ ...search, invites: all ? 'all' : undefined })} />
            </div>
            {person && <PersonPanel id={person} close={() => go({ ...search, person: undefined })} />}
        </Page>
    );
};

/** Shown to whoever may manage people; an address that was passed on tells others whom to ask. */
export const PeoplePage = () => {
    const { t } = useTranslation();
    const { can } = useSession();
    if (can('manage_users')) return <Managed />;
    return <Page title={t('people.title')}><EmptyState title={t('people.noAccessTitle')}>{t('people.noAccess')}</EmptyState></Page>;
};
