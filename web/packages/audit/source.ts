import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api, type AuditDetail, type AuditEntry, type AuditVerdict, call } from '@aic/api';
import { type AuditQuery, type AuditSearch, auditQuery } from './search';

export interface AuditPage {
    items: AuditEntry[];
    next_cursor: string | null;
    /** How far the search looked, when it stopped before its end. */
    searchedBackTo: string | null;
    requestId: string | null;
}

export interface Choice {
    value: string;
    label: string;
}

export type FileKind = 'csv' | 'ndjson';

/** Whose log is shown: an organization's own, or that of all of them for staff. */
export interface AuditSource {
    key: 'own' | 'all';
    ofAll: boolean;
    page: (query: AuditQuery & { cursor?: string; limit: number }) => Promise<AuditPage>;
    file: (query: AuditQuery & { cursor?: string }, kind: FileKind) => Promise<{ content: string; next: string | null }>;
    entry: (id: string) => Promise<AuditDetail>;
    verify: (organization?: string) => Promise<AuditVerdict>;
    people: (text: string, organization?: string) => Promise<Choice[]>;
    organizations: (text: string) => Promise<Choice[]>;
}

type List = { items: AuditEntry[]; next_cursor: string | null } | string;

const pageOf = async (answer: Promise<{ data?: List; response: Response }>): Promise<AuditPage> => {
    const { data, response } = await answer;
    const list = typeof data === 'object' ? data : { items: [], next_cursor: null };
    return { ...list, searchedBackTo: response.headers.get('X-Searched-Back-To'), requestId: response.headers.get('X-Request-Id') };
};

const fileOf = async (answer: Promise<{ data?: string; response: Response }>) => {
    const { data, response } = await answer;
    return { content: data ?? '', next: response.headers.get('X-Next-Cursor') };
};

const media = { csv: 'text/csv', ndjson: 'application/x-ndjson' } as const;
const FOUND = 20;

/** What GET /audit-log takes: it knows one organization only. */
const ownQuery = <Q extends AuditQuery>(query: Q) => ({ ...query, org_id: undefined });

export const ownAudit: AuditSource = {
    key: 'own',
    ofAll: false,
    page: (query) => pageOf(api.GET('/api/v1/audit-log', { params: { query: ownQuery(query) } })),
    file: (query, kind) => fileOf(api.GET('/api/v1/audit-log', { params: { query: ownQuery(query) }, headers: { Accept: media[kind] }, parseAs: 'text' })),
    entry: (id) => call(api.GET('/api/v1/audit-log/{id}', { params: { path: { id } } })),
    verify: () => call(api.GET('/api/v1/audit-log/verify')),
    people: async (text) => {
        const people = await call(api.GET('/api/v1/users', { params: { query: { limit: 200 } } }));
        const wanted = text.toLowerCase();
        return people.items.filter((person) => `${person.name} ${person.email}`.toLowerCase().includes(wanted)).slice(0, FOUND)
            .map((person) => ({ value: person.id, label: person.name }));
    },
    organizations: () => Promise.resolve([]),
};

export const allAudit: AuditSource = {
    key: 'all',
    ofAll: true,
    page: (query) => pageOf(api.GET('/api/v1/admin/audit-log', { params: { query } })),
    file: (query, kind) => fileOf(api.GET('/api/v1/admin/audit-log', { params: { query }, headers: { Accept: media[kind] }, parseAs: 'text' })),
    entry: (id) => call(api.GET('/api/v1/admin/audit-log/{id}', { params: { path: { id } } })),
    verify: (organization) => call(api.GET('/api/v1/admin/audit-log/verify', { params: { query: { org_id: organization } } })),
    people: async (text, organization) => {
        const people = await call(api.GET('/api/v1/admin/people', { params: { query: { q: text || undefined, org_id: organization, limit: FOUND } } }));
        return people.items.map((person) => ({ value: person.id, label: `${person.name}, ${person.org_name}` }));
    },
    organizations: async (text) => {
        const found = await call(api.GET('/api/v1/admin/organizations', { params: { query: { q: text || undefined, limit: FOUND } } }));
        return found.items.map((one) => ({ value: one.id, label: one.name }));
    },
};

export const listQuery = (source: AuditSource, search: AuditSearch) =>
    infiniteQueryOptions({
        queryKey: ['audit', source.key, 'list', auditQuery(search)],
        queryFn: ({ pageParam }) => source.page({ ...auditQuery(search), limit: 50, cursor: pageParam }),
        initialPageParam: undefined as string | undefined,
        getNextPageParam: (page) => page.next_cursor ?? undefined,
    });

export const entryQuery = (source: AuditSource, id: string) => queryOptions({ queryKey: ['audit', source.key, id], queryFn: () => source.entry(id) });

/** All pages of a search as one file; of a CSV with one line of names. The server gives 10,000 rows at a time. */
export const exportFile = async (source: AuditSource, search: AuditSearch, kind: FileKind): Promise<string> => {
    let file = '';
    for (let cursor: string | undefined, more = true; more;) {
        const { content, next } = await source.file({ ...auditQuery(search), cursor }, kind);
        file += file && kind === 'csv' ? content.slice(content.indexOf('\n') + 1) : content;
        cursor = next ?? undefined;
        more = next !== null;
    }
    return file;
};
