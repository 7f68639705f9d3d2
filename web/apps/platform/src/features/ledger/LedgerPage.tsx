import { Anchor, Button, Drawer } from '@mantine/core';
import { IconDownload, IconShieldCheck } from '@tabler/icons-react';
import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { api, call, type LedgerEntry } from '@aic/api';
import { formatDateTime, formatNumber, useTranslation } from '@aic/text';
import { type Column, DataTable, EmptyState, ErrorState, FilterBar, Hash, Loading, Page, Panel } from '@aic/ui';
import type { LedgerSearch } from './routes';

const route = getRouteApi('/ledger');
const actions = ['ORG_CREATED', 'SYSTEM_REGISTERED', 'SYSTEM_CHANGED', 'ANALYSIS_COMPLETED'];
const words = (action: string) => action.charAt(0) + action.slice(1).replaceAll('_', ' ').toLowerCase();

const columns: Column<LedgerEntry>[] = [
    { header: '#', cell: ({ row }) => row.original.seq, meta: { number: true } },
    { header: 'What', cell: ({ row }) => words(row.original.action) },
    { header: 'When', cell: ({ row }) => formatDateTime(row.original.at) },
    { header: 'Who', cell: ({ row }) => row.original.actor_name ?? row.original.actor, meta: { wideOnly: true } },
    { header: 'Hash', cell: ({ row }) => <Hash value={row.original.hash} short />, meta: { wideOnly: true } },
];

const Verify = () => {
    const verify = useMutation({ mutationFn: () => call(api.GET('/api/v1/ledger/verify')) });
    const result = verify.data;
    return (
        <Panel title="Is the chain whole?">
            <p className="soft small">Recomputes the hash of every entry from its content and checks that each follows the one before it.</p>
            <Button leftSection={<IconShieldCheck size={18} />} loading={verify.isPending} onClick={() => verify.mutate()}>Verify the chain</Button>
            <div aria-live="polite" style={{ marginTop: 12 }}>
                {verify.isError && <ErrorState error={verify.error} />}
                {result?.valid && <p><span className="chip" data-kind="PASS">Sound</span> All {formatNumber(result.checked)} entries fit their hashes and links.</p>}
                {result && !result.valid && <p><span className="chip" data-kind="FAIL">Broken</span> Entry {result.first_bad} does not fit. Keep an export and tell your auditor.</p>}
            </div>
            <hr style={{ border: 0, borderTop: '1px solid var(--aic-line)', margin: '16px 0' }} />
            <p className="soft small">Take the chain with you and check it without us: <code className="mono">aic ledger verify ledger.ndjson</code></p>
            <Button variant="default" component="a" href="/api/v1/ledger/export" download leftSection={<IconDownload size={18} />}>Download export</Button>
        </Panel>
    );
};

const subjectLink = (entry: LedgerEntry) =>
    entry.subject_type === 'ai_system' ? `/systems/${entry.subject_id}` : entry.subject_type === 'analysis' ? `/analyses/${entry.subject_id}` : null;

const EntryPanel = ({ id, close }: { id: string; close: () => void }) => {
    const entry = useQuery({ queryKey: ['ledger', id], queryFn: () => call(api.GET('/api/v1/ledger/{id}', { params: { path: { id } } })) });
    const link = entry.data ? subjectLink(entry.data) : null;
    return (
        <Drawer opened lockScroll={false} onClose={close} position="right" title={entry.data ? `Entry ${entry.data.seq}` : 'Entry'} closeButtonProps={{ 'aria-label': 'Close' }}>
            {entry.isPending && <Loading rows={4} />}
            {entry.isError && <ErrorState error={entry.error} />}
            {entry.data && (
                <div className="stack">
                    <div><strong>{words(entry.data.action)}</strong><div className="soft small">{formatDateTime(entry.data.at)} · {entry.data.actor_name ?? entry.data.actor}</div></div>
                    {link && <Anchor component={Link} to={link}>Open what it records</Anchor>}
                    <div><div className="figure-name">Content hash</div><Hash value={entry.data.content_hash} /><p className="small soft">SHA-256 of what was recorded, in canonical form. The database recomputes it from the row.</p></div>
                    <div><div className="figure-name">Hash of the entry before</div><Hash value={entry.data.prev_hash} /></div>
                    <div><div className="figure-name">Hash of this entry</div><Hash value={entry.data.hash} /><p className="small soft">Covers every field above, so that a change anywhere breaks all entries behind it.</p></div>
                    <div><div className="figure-name">Id</div><Hash value={entry.data.id} /></div>
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
        <Page title={t('nav.ledger')} lead="Every registration, change and analysis, each linked to the one before. Nobody can quietly change it, not even us.">
            <div className="grid-main">
                <Panel>
                    <FilterBar filters={[{ name: 'action', label: 'What happened', options: actions.map((value) => ({ value, label: words(value) })) }]}
                        values={{ action: search.action }} change={(values) => go({ action: values.action })} />
                    {entries.isPending && <Loading />}
                    {entries.isError && <ErrorState error={entries.error} retry={() => void entries.refetch()} />}
                    {entries.data && rows.length === 0 && <EmptyState title="No entry fits">Clear the filter to see all entries.</EmptyState>}
                    {rows.length > 0 && <DataTable rows={rows} columns={columns} label={t('nav.ledger')} open={(row) => go({ ...search, entry: row.id })} />}
                    {entries.hasNextPage && <Button variant="default" loading={entries.isFetchingNextPage} onClick={() => void entries.fetchNextPage()}>{t('common.loadMore')}</Button>}
                </Panel>
                <Verify />
            </div>
            {search.entry && <EntryPanel id={search.entry} close={() => go({ action: search.action })} />}
        </Page>
    );
};
