import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { BillingEvent } from '@aic/api';
import { formatDateTime, useTranslation } from '@aic/text';
import { type Column, DataTable, EmptyState, ErrorState, FilterBar, Hash, Loading, Page, Panel } from '@aic/ui';
import { eventsQuery } from './queries';
import { type EventsSearch, outcomes, readSearch } from './search';

const looks = { APPLIED: 'PASS', STALE: 'NONE', KEPT: 'NONE', UNMATCHED: 'FAIL' } as const;

/** The router's types know the platform's addresses, whose outcomes are others. */
const addressOf = ({ outcome }: EventsSearch) => (outcome ? `/billing-events?outcome=${outcome}` : '/billing-events');

const useColumns = (): Column<BillingEvent>[] => {
    const { t } = useTranslation();
    return [
        { id: 'received', header: t('staff.received'), cell: ({ row }) => <span className="nowrap">{formatDateTime(row.original.received_at)}</span> },
        { id: 'type', header: t('staff.eventType'), cell: ({ row }) => <><strong>{row.original.type}</strong><div className="mono soft">{row.original.id}</div></> },
        { id: 'outcome', header: t('audit.outcome'), cell: ({ row }) => row.original.outcome && <span className="chip" data-kind={looks[row.original.outcome]}>{t(`staff.eventOutcome.${row.original.outcome}`)}</span> },
        { id: 'organization', header: t('audit.organization'), cell: ({ row }) => row.original.org_name ?? t('audit.noOrganization') },
        { id: 'made', header: t('staff.providerTime'), cell: ({ row }) => <span className="nowrap">{formatDateTime(row.original.provider_at)}</span> },
        { id: 'hash', header: t('staff.payload'), cell: ({ row }) => <Hash value={row.original.payload_sha256} short /> },
    ];
};

export const EventsPage = () => {
    const { t } = useTranslation();
    const navigate = useNavigate();
    const columns = useColumns();
    const search = readSearch(useSearch({ strict: false }));
    const list = useInfiniteQuery(eventsQuery(search));
    const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
    return (
        <Page title={t('staff.events')} lead={t('staff.eventsLead')}>
            <Panel>
                <FilterBar values={{ outcome: search.outcome }} change={(values) => void navigate({ href: addressOf(readSearch(values)) })}
                    filters={[{ name: 'outcome', label: t('audit.outcome'), options: outcomes.map((value) => ({ value, label: t(`staff.eventOutcome.${value}`) })) }]} />
                {search.outcome === 'UNMATCHED' && rows.length > 0 && <p className="small">{t('staff.unmatchedHelp')}</p>}
                {list.isPending && <Loading />}
                {list.isError && <ErrorState error={list.error} retry={() => void list.refetch()} />}
                {list.data && rows.length === 0 && <EmptyState title={t('staff.eventsNoneTitle')}>{t(search.outcome ? 'staff.eventsNoneOf' : 'staff.eventsNone')}</EmptyState>}
                {rows.length > 0 && <DataTable rows={rows} columns={columns} label={t('staff.events')} />}
                {list.hasNextPage && <div className="row"><Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>{t('common.loadMore')}</Button></div>}
            </Panel>
        </Page>
    );
};
