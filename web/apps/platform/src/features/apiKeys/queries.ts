import { infiniteQueryOptions } from '@tanstack/react-query';
import { api, call } from '@aic/api';

export const keysQuery = infiniteQueryOptions({
    queryKey: ['apiKeys'],
    queryFn: ({ pageParam }) => call(api.GET('/api/v1/api-keys', { params: { query: { limit: 50, cursor: pageParam } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
});

export interface Draft {
    name: string;
    scopes: string[];
    expires_at: string;
    allowed_ips: string[];
}

export const makeKey = (body: Draft) => call(api.POST('/api/v1/api-keys', { body }));
export const rotateKey = (id: string) => call(api.POST('/api/v1/api-keys/{id}/rotate', { params: { path: { id } } }));
export const revokeKey = (id: string) => call(api.DELETE('/api/v1/api-keys/{id}', { params: { path: { id } } }));
