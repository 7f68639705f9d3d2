import { Anchor, Button, Drawer } from '@mantine/core';
import { IconDownload, IconShieldCheck } from '@tabler/icons-react';
import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { api, call, type LedgerEntry } from '@aic/api';
import { formatDateTime, formatNumber, t, useTranslation } from '@aic/text';
import { type Column, DataTable, EmptyState, ErrorState, FilterBar, Hash, Loading, Page, Panel } from '@aic/ui';
import type { LedgerSearch } from './routes';

const route = getRouteApi('/ledger');
const actions = ['ORG_CREATED', 'SYSTEM_REGISTERED', 'SYSTEM_CHANGED', 'ANALYSIS_COMPLETED'];
const words = (action: string) => action.charAt(0) + action.slice(1).replaceAll('_', ' ').toLowerCase();

const columns = (): Column<LedgerEntry>[] => [
    { header: t('ledger.number'), cell: ({ row }) => row.original.seq, meta: { number: true } },
    { header: t('word.what'), cell: ({ row }) => words(row.original.action) },
    { header: t('word.when'), cell: ({ row }) => formatDateTime(row.original.at) },
    { header: t('word.who'), cell: ({ row }) => row.original.actor_name ?? row.original.actor, meta: { wideOnly: true } },
    { header: t('word.hash'), cell: ({ row }) => <Hash value={row.original.hash} short />, meta: { wideOnly: true } },
];

const Verify = () => {
    const verify = useMutation({ mutationFn: () => call(api.GET('/api/v1/ledger/verify')) });
    const result = verify.data;
    return (
        <Panel title={t('ledger.whole')}>
            <p className="soft small">{t('ledger.wholeHelp')}</p>
            <Button leftSection={<IconShieldCheck size={18} />} loading={verify.isPending} onClick={() => verify.mutate()}>{t('ledger.verify')}</Button>
            <div aria-live="polite" style={{ marginTop: 12 }}>
                {verify.isError && <ErrorState error={verify.error} />}
                {result?.valid && <p><span className="chip" data-kind="PASS">{t('ledger.sound')}</span> {t('ledger.soundText', { entries: formatNumber(result.checked) })}</p>}
                {result && !result.valid && <p><span className="chip" data-kind="FAIL">{t('ledger.broken')}</span> {t('ledger.brokenText', { entry: result.first_bad ?? '' })}</p>}
            </div>
            <hr style={{ border: 0, borderTop: '1px solid var(--aic-line)', margin: '16px 0' }} />
            <p className="soft small">{t('ledger.take')} <code className="mono">{t('ledger.command')}</code></p>
            <Button variant="default" component="a" href="/api/v1/ledger/export" download leftSection={<IconDownload size={18} />}>{t('ledger.export')}</Button>
        </Panel>
    );
};

const subjectLink = (entry: LedgerEntry) =>
    entry.subject_type === 'ai_system' ? `/systems/${entry.subject_id}` : entry.subject_type === 'analysis' ? `/analyses/${entry.subject_id}` : null;

const EntryPanel = ({ id, close }: { id: string; close: () => void }) => {
    const entry = useQuery({ queryKey: ['ledger', id], queryFn: () => call(api.GET('/api/v1/ledger/{id}', { params: { path: { id } } })) });
    const link = entry.data ? subjectLink(entry.data) : null;
    return (
        <Drawer opened lockScroll={false} onClose={close} position="right" title={entry.data ? t('ledger.entryNumber', { number: entry.data.seq }) : t('ledger.entry')} closeButtonProps={{ 'aria-label': t('common.close') }}>
            {entry.isPending && <Loading rows={4} />}
            {entry.isError && <ErrorState error={entry.error} />}
            {entry.data && (
                <div className="stack">
                    <div><strong>{words(entry.data.action)}</strong><div className="soft small">{formatDateTime(entry.data.at)} · {entry.data.actor_name ?? entry.data.actor}</div></div>
                    {link && <Anchor component={Link} to={link}>{t('ledger.open')}</Anchor>}
                    <div><div className="figure-name">{t('ledger.contentHash')}</div><Hash value={entry.data.content_hash} /><p className="small soft">{t('ledger.contentHelp')}</p></div>
                    <div><div className="figure-name">{t('ledger.before')}</div><Hash value={entry.data.prev_hash} /></div>
                    <div><div className="figure-name">{t('ledger.own')}</div><Hash value={entry.data.hash} /><p className="small soft">{t('ledger.ownHelp')}</p></div>
                    <div><div className="figure-name">{t('word.id')}</div><Hash value={entry.data.id} /></div>
                </div>
            )}
        </Drawer>
    );
};

export const LedgerPage = () => {
    const { t } = useTranslation();
    const navigate = useNavigate();
    const search: LedgerSearch = route.useSearch();
    const entries = useInfiniteQuery({
        queryKey: ['ledger', 'list', search.action],
        queryFn: ({ pageParam }) => call(api.GET('/api/v1/ledger', { params: { query: { action: search.action, limit: 50, cursor: pageParam } } })),
        initialPageParam: undefined as string | undefined,
        getNextPageParam: (page) => page.next_cursor ?? undefined,
    });
    const rows = entries.data?.pages.flatMap((page) => page.items) ?? [];
    const go = (next: LedgerSearch) => void navigate({ to: '/ledger', search: next });
    return (
        <Page title={t('nav.ledger')} lead={t('ledger.lead')}>
            <div className="grid-main">
                <Panel>
                    <FilterBar filters={[{ name: 'action', label: t('ledger.whatHappened'), options: actions.map((value) => ({ value, label: words(value) })) }]}
                        values={{ action: search.action }} change={(values) => go({ action: values.action })} />
                    {entries.isPending && <Loading />}
                    {entries.isError && <ErrorState error={entries.error} retry={() => void entries.refetch()} />}
                    {entries.data && rows.length === 0 && <EmptyState title={t('ledger.noneFits')}>{t('ledger.clear')}</EmptyState>}
                    {rows.length > 0 && <DataTable rows={rows} columns={columns()} label={t('nav.ledger')} open={(row) => go({ ...search, entry: row.id })} />}
                    {entries.hasNextPage && <Button variant="default" loading={entries.isFetchingNextPage} onClick={() => void entries.fetchNextPage()}>{t('common.loadMore')}</Button>}
                </Panel>
                <Verify />
            </div>
            {search.entry && <EntryPanel id={search.entry} close={() => go({ action: search.action })} />}
        </Page>
    );
};
