import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api, call, type Model } from '@aic/api';
import { modelsFilter, type ModelsSearch } from './search';

export const modelsQuery = (search: ModelsSearch) =>
    infiniteQueryOptions({
        queryKey: ['models', 'list', search],
        queryFn: ({ pageParam }) => call(api.GET('/api/v1/models', { params: { query: { ...modelsFilter(search), limit: 50, cursor: pageParam } } })),
        initialPageParam: undefined as string | undefined,
        getNextPageParam: (page) => page.next_cursor ?? undefined,
    });

export const modelQuery = (id: string) => queryOptions({ queryKey: ['model', id], queryFn: () => call(api.GET('/api/v1/models/{id}', { params: { path: { id } } })) });

export const cardQuery = (id: string) => queryOptions({ queryKey: ['model', id, 'card'], queryFn: () => call(api.GET('/api/v1/models/{id}/card', { params: { path: { id } } })) });

export const versionsQuery = (name: string) =>
    queryOptions({ queryKey: ['models', 'versions', name], queryFn: () => call(api.GET('/api/v1/models', { params: { query: { q: name, limit: 50 } } })) });

export const systemNamesQuery = queryOptions({
    queryKey: ['systems', 'names'],
    queryFn: () => call(api.GET('/api/v1/systems', { params: { query: { limit: 200, sort: 'name' } } })),
});

type Change = { is_active: false } | { system_id: string };

export const changeModel = (model: Pick<Model, 'id' | 'revision'>, body: Change) =>
    call(api.PATCH('/api/v1/models/{id}', { params: { path: { id: model.id }, header: { 'If-Match': `"${model.revision}"` } }, body }));
