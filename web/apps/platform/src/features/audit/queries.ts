import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api, call } from '@aic/api';
import { type AuditSearch, auditQuery } from './search';

export const auditListQuery = (search: AuditSearch) =>
    infiniteQueryOptions({
        queryKey: ['audit', 'list', auditQuery(search)],
        queryFn: ({ pageParam }) => call(api.GET('/api/v1/audit-log', { params: { query: { ...auditQuery(search), limit: 50, cursor: pageParam } } })),
        initialPageParam: undefined as string | undefined,
        getNextPageParam: (page) => page.next_cursor ?? undefined,
    });

export const auditEntryQuery = (id: string) =>
    queryOptions({ queryKey: ['audit', id], queryFn: () => call(api.GET('/api/v1/audit-log/{id}', { params: { path: { id } } })) });

export const verifyAuditLog = () => call(api.GET('/api/v1/audit-log/verify'));

/** The CSV of all pages of a search, with one line of names. The server gives 10,000 rows at a time. */
export const exportCsv = async (search: AuditSearch): Promise<string> => {
    let file = '';
    for (let cursor: string | undefined, more = true; more;) {
        const { data, response } = await api.GET('/api/v1/audit-log', {
            params: { query: { ...auditQuery(search), cursor } }, headers: { Accept: 'text/csv' }, parseAs: 'text',
        });
        const csv = data ?? '';
        file += file ? csv.slice(csv.indexOf('\n') + 1) : csv;
        cursor = response.headers.get('X-Next-Cursor') ?? undefined;
        more = cursor !== undefined;
    }
    return file;
};
