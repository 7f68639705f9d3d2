import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api, call } from '@aic/api';
import type { DatasetsSearch } from './search';

export const datasetListQuery = (search: DatasetsSearch) =>
    infiniteQueryOptions({
        queryKey: ['datasets', 'list', search],
        queryFn: ({ pageParam }) => call(api.GET('/api/v1/datasets', { params: { query: { ...search, limit: 50, cursor: pageParam } } })),
        initialPageParam: undefined as string | undefined,
        getNextPageParam: (page) => page.next_cursor ?? undefined,
    });

export const datasetQuery = (id: string) =>
    queryOptions({ queryKey: ['datasets', id], queryFn: () => call(api.GET('/api/v1/datasets/{id}', { params: { path: { id } } })) });

export const deleteDataset = async (id: string) => {
    await api.DELETE('/api/v1/datasets/{id}', { params: { path: { id } } });
};
