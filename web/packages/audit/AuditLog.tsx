import { Button, Switch } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { AuditEntry } from '@aic/api';
import { formatDateTime, formatNumber, useTranslation } from '@aic/text';
import { type Column, DataTable, EmptyState, ErrorState, Loading, Page, Panel } from '@aic/ui';
import { useCallback, useEffect, useState } from 'react';
import { EntryPanel } from './parts/EntryPanel';
import { useExport } from './parts/Export';
import { Filters } from './parts/Filters';
import { useNames } from './parts/names';
import { OutcomeChip } from './parts/OutcomeChip';
import { SavedSearches } from './parts/SavedSearches';
import { Seals } from './parts/Seals';
import { type AuditSearch, isFiltered } from './search';
import { type AuditSource, listQuery } from './source';
import { useTail } from './tail';

const useColumns = (source: AuditSource, isNew: (id: string) => boolean): Column<AuditEntry>[] => {
    const { t } = useTranslation();
    const names = useNames();
    return [
        { id: 'when', header: t('audit.when'), cell: ({ row }) => <span className="nowrap">{formatDateTime(row.original.at)}{isNew(row.original.id) && <> <span className="chip" data-kind="PASS">{t('audit.new')}</span></>}</span> },
        { id: 'what', header: t('audit.what'), cell: ({ row }) => <><strong>{names.event(row.original.event)}</strong>{row.original.reason && <div className="small soft audit-reason">{row.original.reason}</div>}</> },
        { id: 'outcome', header: t('audit.outcome'), cell: ({ row }) => <OutcomeChip outcome={row.original.outcome} /> },
        ...(source.ofAll ? [{ id: 'organization', header: t('audit.organization'), cell: ({ row }: { row: { original: AuditEntry } }) => row.original.org_name ?? t('audit.noOrganization'), meta: { wideOnly: true } }] : []),
        { id: 'who', header: t('audit.who'), cell: ({ row }) => names.actor(row.original), meta: { wideOnly: true } },
        { id: 'subject', header: t('audit.subject'), cell: ({ row }) => (row.original.subject_type ? names.subject(row.original.subject_type) : t('common.none')), meta: { wideOnly: true } },
        { id: 'address', header: t('audit.address'), cell: ({ row }) => row.original.ip ?? t('common.none'), meta: { wideOnly: true } },
    ];
};

/** How often a search goes on by itself when it looked at many rows and found little. */
const LOOKS_BY_ITSELF = 5;
const ENOUGH = 20;

const useList = (source: AuditSource, search: AuditSearch) => {
    const list = useInfiniteQuery(listQuery(source, search));
    const { fetchNextPage, hasNextPage, isFetching } = list;
    const pages = list.data?.pages ?? [];
    const rows = pages.flatMap((page) => page.items);
    const last = pages.at(-1);
    const goesOn = hasNextPage && Boolean(last?.searchedBackTo) && rows.length < ENOUGH && pages.length < LOOKS_BY_ITSELF;
    useEffect(() => {
        if (goesOn && !isFetching) void fetchNextPage();
    }, [goesOn, isFetching, fetchNextPage]);
    return { list, rows, searchedBackTo: last?.searchedBackTo ?? null, goesOn };
};

interface Props {
    source: AuditSource;
    title: string;
    lead: string;
    search: AuditSearch;
    go: (next: AuditSearch) => void;
    /** Where this app shows what a row is about, if it does. */
    place?: (type: string, id: string) => string | null;
}

/** The audit log: filters in the address, live tail, detail, export. Of one organization or of all, as the source says. */
export const AuditLog = ({ source, title, lead, search, go, place }: Props) => {
    const { t } = useTranslation();
    const [live, setLive] = useState(false);
    const stop = useCallback(() => setLive(false), []);
    const { list, rows: listed, searchedBackTo, goesOn } = useList(source, search);
    const follows = live && !search.to;
    const tail = useTail(source, search, listed, follows && list.isSuccess, stop);
    const isListed = new Set(listed.map((row) => row.id));
    const fresh = follows ? tail.rows.filter((row) => !isListed.has(row.id)) : [];
    const isFresh = new Set(fresh.map((row) => row.id));
    const rows = [...fresh, ...listed];
    const columns = useColumns(source, (id) => isFresh.has(id));
    const exporting = useExport(source, search);
    const toggle = (on: boolean) => {
        if (on) void list.refetch();
        setLive(on);
    };
    const called = { actor: rows.find((row) => row.actor_id === search.actor)?.actor_name ?? undefined, org: rows.find((row) => row.org_id === search.org)?.org_name ?? undefined };
    const action = <div className="row"><SavedSearches source={source.key} search={search} open={go} />{exporting.button(rows.length === 0)}</div>;
    return (
        <Page title={title} lead={lead} action={action}>
            <Panel>
                <Filters source={source} search={search} called={called} change={go} />
                <div className="row apart audit-live">
                    <Switch label={t('audit.live')} checked={follows} disabled={Boolean(search.to)} onChange={(event) => toggle(event.currentTarget.checked)} />
                    <div className="small soft" role="status">
                        {follows ? t('audit.liveCount', { count: fresh.length }) : search.to ? t('audit.liveNot') : ''}
                        {follows && source.ofAll && ` ${t('audit.liveOwn')}`}
                        {follows && tail.missed && ` ${t('audit.liveMissed')}`}
                    </div>
                </div>
                {exporting.failure}
                {(list.isPending || (goesOn && rows.length === 0)) && <Loading />}
                {list.isError && <ErrorState error={list.error} retry={() => void list.refetch()} />}
                {list.data && rows.length === 0 && !searchedBackTo && (isFiltered(search)
                    ? <EmptyState title={t('audit.noneTitle')} action={<Button variant="default" onClick={() => go({})}>{t('audit.clear')}</Button>}>{t('audit.none')}</EmptyState>
                    : <EmptyState title={t('audit.emptyTitle')}>{t('audit.empty')}</EmptyState>)}
                {rows.length > 0 && <DataTable rows={rows} columns={columns} label={title} open={(row) => go({ ...search, entry: row.id })} />}
                {searchedBackTo && !goesOn && <p className="soft audit-reach" role="status">{t('audit.searchedBack', { when: formatDateTime(searchedBackTo), rows: formatNumber(listed.length) })}</p>}
                <div className="row apart audit-foot">
                    {list.hasNextPage ? <Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>{t(searchedBackTo ? 'audit.searchOlder' : 'common.loadMore')}</Button> : <span />}
                    <Seals key={search.org ?? ''} source={source} organization={search.org} />
                </div>
            </Panel>
            {search.entry && <EntryPanel source={source} id={search.entry} close={() => go({ ...search, entry: undefined })} only={go} place={place} />}
        </Page>
    );
};
