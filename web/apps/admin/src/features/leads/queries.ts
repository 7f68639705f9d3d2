import { infiniteQueryOptions } from '@tanstack/react-query';
import { api, call } from '@aic/api';
import type { AllLeadsSearch } from './search';

const queryOf = ({ org, ...filters }: AllLeadsSearch) => ({ ...filters, org_id: org });

export const leadsQuery = (search: AllLeadsSearch) =>
    infiniteQueryOptions({
        queryKey: ['staff', 'leads', search],
        queryFn: ({ pageParam }) => call(api.GET('/api/v1/admin/leads', { params: { query: { ...queryOf(search), limit: 50, cursor: pageParam } } })),
        initialPageParam: undefined as string | undefined,
        getNextPageParam: (page) => page.next_cursor ?? undefined,
    });

export const exportCsv = async (search: AllLeadsSearch) => {
    const { data } = await api.GET('/api/v1/admin/leads', { params: { query: queryOf(search) }, headers: { Accept: 'text/csv' }, parseAs: 'text' });
    return data ?? '';
};
