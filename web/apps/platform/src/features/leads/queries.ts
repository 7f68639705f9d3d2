import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api, call, type Lead } from '@aic/api';
import type { LeadsSearch, states } from '@aic/leads';

export const leadListQuery = (search: LeadsSearch) =>
    infiniteQueryOptions({
        queryKey: ['leads', 'list', search],
        queryFn: ({ pageParam }) => call(api.GET('/api/v1/leads', { params: { query: { ...search, limit: 50, cursor: pageParam } } })),
        initialPageParam: undefined as string | undefined,
        getNextPageParam: (page) => page.next_cursor ?? undefined,
    });

export const leadQuery = (id: string) => queryOptions({ queryKey: ['leads', id], queryFn: () => call(api.GET('/api/v1/leads/{id}', { params: { path: { id } } })) });

export interface Change {
    status?: (typeof states)[number];
    notes?: string;
}

export const changeLead = (lead: Lead, body: Change) =>
    call(api.PATCH('/api/v1/leads/{id}', { params: { path: { id: lead.id }, header: { 'If-Match': `"${lead.version}"` } }, body }));

export const exportCsv = async (search: LeadsSearch) => {
    const { data } = await api.GET('/api/v1/leads', { params: { query: search }, headers: { Accept: 'text/csv' }, parseAs: 'text' });
    return data ?? '';
};
