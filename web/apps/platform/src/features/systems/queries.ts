import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api, call } from '@aic/api';
import type { SystemsSearch } from './routes';

export const systemsQuery = (search: SystemsSearch) =>
    infiniteQueryOptions({
        queryKey: ['systems', search],
        queryFn: ({ pageParam }) => call(api.GET('/api/v1/systems', { params: { query: { ...search, limit: 50, cursor: pageParam } } })),
        initialPageParam: undefined as string | undefined,
        getNextPageParam: (page) => page.next_cursor ?? undefined,
    });

export const systemQuery = (id: string) =>
    queryOptions({ queryKey: ['system', id], queryFn: () => call(api.GET('/api/v1/systems/{id}', { params: { path: { id } } })) });

export const systemAnalysesQuery = (id: string) =>
    queryOptions({
        queryKey: ['analyses', 'of', id],
        queryFn: () => call(api.GET('/api/v1/analyses', { params: { query: { system_id: id, limit: 50 } } })),
    });

export const systemHistoryQuery = (id: string) =>
    queryOptions({
        queryKey: ['ledger', 'of', id],
        queryFn: () => call(api.GET('/api/v1/ledger', { params: { query: { subject_id: id, limit: 50 } } })),
    });

export const peopleQuery = queryOptions({
    queryKey: ['people'],
    queryFn: () => call(api.GET('/api/v1/users', { params: { query: { limit: 200 } } })),
});
