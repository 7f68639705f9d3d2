import { infiniteQueryOptions } from '@tanstack/react-query';
import { api, call } from '@aic/api';
import type { EventsSearch } from './search';

export const eventsQuery = (search: EventsSearch) =>
    infiniteQueryOptions({
        queryKey: ['staff', 'billing-events', search],
        queryFn: ({ pageParam }) => call(api.GET('/api/v1/admin/billing-events', { params: { query: { ...search, limit: 50, cursor: pageParam } } })),
        initialPageParam: undefined as string | undefined,
        getNextPageParam: (page) => page.next_cursor ?? undefined,
    });
