import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { AuditEntry } from '@aic/api';
import { useEffect } from 'react';
import { type AuditSearch, auditQuery } from './search';
import type { AuditPage, AuditSource } from './source';

const EVERY_MS = 2500;
/** A row is dated before its transaction ends: one that ends late is dated before what was seen already. */
const OVERLAP_MS = 10_000;
const MOST = 200;
const KEPT = 500;
/** Each look of staff is itself on record, so that a forgotten page must not look for ever. */
const ENDS_AFTER_MS = 15 * 60_000;

export interface Tail {
    rows: AuditEntry[];
    /** More rows came than one look gives: some are not among `rows`. */
    missed: boolean;
    /** Requests of the tail itself: staff's looks write rows, which are on record and are not shown as news. */
    own: string[];
}

const newestFirst = (a: AuditEntry, b: AuditEntry) => b.at.localeCompare(a.at) || b.id.localeCompare(a.id);

export const startOfLook = (newest: string | undefined, now: number, from?: string) => {
    const start = new Date((newest ? new Date(newest).getTime() : now) - OVERLAP_MS).toISOString();
    return from && from > start ? from : start;
};

/** What a look adds: each row once, newest first, none of those that the looks themselves wrote. */
export const addTo = (before: Tail, page: AuditPage, isListed: (id: string) => boolean): Tail => {
    const own = page.requestId ? [...before.own, page.requestId].slice(-KEPT) : before.own;
    const had = new Set(before.rows.map((row) => row.id));
    const added = page.items.filter((row) => !had.has(row.id) && !isListed(row.id) && !own.includes(row.request_id ?? ''));
    return { rows: [...added, ...before.rows].sort(newestFirst).slice(0, KEPT), missed: before.missed || page.next_cursor !== null, own };
};

/** Asks every few seconds for what is newer than the newest row, by an index on time; see docs/audit.md. */
export const useTail = (source: AuditSource, search: AuditSearch, listed: AuditEntry[], on: boolean, end: () => void): Tail => {
    const client = useQueryClient();
    const query = auditQuery(search);
    const key = ['audit', source.key, 'tail', query];
    const tail = useQuery<Tail>({
        queryKey: key,
        enabled: on,
        refetchInterval: EVERY_MS,
        staleTime: 0,
        queryFn: async () => {
            const before = client.getQueryData<Tail>(key) ?? { rows: [], missed: false, own: [] };
            const from = startOfLook(before.rows[0]?.at ?? listed[0]?.at, Date.now(), query.from);
            return addTo(before, await source.page({ ...query, from, limit: MOST }), (id) => listed.some((row) => row.id === id));
        },
    });
    useEffect(() => {
        if (!on) return undefined;
        const timer = setTimeout(end, ENDS_AFTER_MS);
        return () => clearTimeout(timer);
    }, [on, end]);
    return tail.data ?? { rows: [], missed: false, own: [] };
};
