import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api, call } from '@aic/api';
import { t } from '@aic/text';
import type { AnalysesSearch } from './routes';

const filters = ({ verdict, system_id }: AnalysesSearch) => ({ verdict, system_id });

export const analysesQuery = (search: AnalysesSearch) =>
    infiniteQueryOptions({
        queryKey: ['analyses', 'list', search],
        queryFn: ({ pageParam }) => call(api.GET('/api/v1/analyses', { params: { query: { ...filters(search), limit: 50, cursor: pageParam } } })),
        initialPageParam: undefined as string | undefined,
        getNextPageParam: (page) => page.next_cursor ?? undefined,
    });

export const analysisQuery = (id: string) =>
    queryOptions({ queryKey: ['analysis', id], queryFn: () => call(api.GET('/api/v1/analyses/{id}', { params: { path: { id } } })), staleTime: Infinity });

export const systemNamesQuery = queryOptions({
    queryKey: ['systems', 'names'],
    queryFn: () => call(api.GET('/api/v1/systems', { params: { query: { limit: 200, sort: 'name' } } })),
});

export const systemQuery = (id: string) =>
    queryOptions({ queryKey: ['system', id], queryFn: () => call(api.GET('/api/v1/systems/{id}', { params: { path: { id } } })) });

export const datasetQuery = (id: string) =>
    queryOptions({ queryKey: ['datasets', id], queryFn: () => call(api.GET('/api/v1/datasets/{id}', { params: { path: { id } } })) });

/** All analyses that fit the filters, page after page, as one CSV with one header line. */
export const analysesCsv = async (search: AnalysesSearch) => {
    const parts: string[] = [];
    let cursor: string | undefined;
    do {
        const query = { ...filters(search), cursor, limit: 200 };
        const { data, response } = await api.GET('/api/v1/analyses', { params: { query }, headers: { Accept: 'text/csv' }, parseAs: 'text' });
        if (!data || !response.headers.get('Content-Type')?.startsWith('text/csv')) throw new Error(t('problem.noCsv'));
        parts.push(parts.length === 0 ? data : data.slice(data.indexOf('\n') + 1));
        cursor = response.headers.get('X-Next-Cursor') ?? undefined;
    } while (cursor);
    return parts.join('');
};
