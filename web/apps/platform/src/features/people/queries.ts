import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api, call, type Person } from '@aic/api';
import type { Language, PeopleSearch, Role } from './search';

export const peopleListQuery = ({ q, role, status }: PeopleSearch) =>
    infiniteQueryOptions({
        queryKey: ['people', 'list', { q, role, status }],
        queryFn: ({ pageParam }) => call(api.GET('/api/v1/users', { params: { query: { q, role, status, limit: 50, cursor: pageParam } } })),
        initialPageParam: undefined as string | undefined,
        getNextPageParam: (page) => page.next_cursor ?? undefined,
    });

const at = (id: string) => ({ params: { path: { id } } });

export const personQuery = (id: string) => queryOptions({ queryKey: ['people', id], queryFn: () => call(api.GET('/api/v1/users/{id}', at(id))) });

export const changePerson = (person: Person, body: { name?: string; role?: Role; locale?: Language }) =>
    call(api.PATCH('/api/v1/users/{id}', { params: { path: { id: person.id }, header: { 'If-Match': `"${person.version}"` } }, body }));
export const deactivate = (id: string) => call(api.POST('/api/v1/users/{id}/deactivate', at(id)));
export const endSessions = (id: string) => call(api.POST('/api/v1/users/{id}/end-sessions', at(id)));
export const reactivate = (id: string) => call(api.POST('/api/v1/users/{id}/reactivate', at(id)));
export const unlock = (id: string) => call(api.POST('/api/v1/users/{id}/unlock', at(id)));
export const resetFactor = (id: string) => call(api.POST('/api/v1/users/{id}/reset-mfa', at(id)));
export const removePerson = (id: string) => call(api.DELETE('/api/v1/users/{id}', at(id)));

export const invitesQuery = (status: 'OPEN' | undefined) =>
    infiniteQueryOptions({
        queryKey: ['invites', status ?? 'all'],
        queryFn: ({ pageParam }) => call(api.GET('/api/v1/invites', { params: { query: { status, limit: 20, cursor: pageParam } } })),
        initialPageParam: undefined as string | undefined,
        getNextPageParam: (page) => page.next_cursor ?? undefined,
    });

export interface InviteDraft {
    role: Role;
    email?: string;
    max_uses?: number;
    expires_in_days?: number;
}

export const makeInvite = (body: InviteDraft) => call(api.POST('/api/v1/invites', { body }));
export const revokeInvite = (id: string) => call(api.DELETE('/api/v1/invites/{id}', at(id)));
