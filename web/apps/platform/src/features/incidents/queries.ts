import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api, call, type Incident } from '@aic/api';
import type { categories, rights, severities, Status } from './names';
import { type IncidentsSearch, incidentsQuery } from './search';

export const incidentListQuery = (search: IncidentsSearch) =>
    infiniteQueryOptions({
        queryKey: ['incidents', 'list', incidentsQuery(search)],
        queryFn: ({ pageParam }) => call(api.GET('/api/v1/incidents', { params: { query: { ...incidentsQuery(search), limit: 50, cursor: pageParam } } })),
        initialPageParam: undefined as string | undefined,
        getNextPageParam: (page) => page.next_cursor ?? undefined,
    });

export const incidentQuery = (id: string) =>
    queryOptions({ queryKey: ['incidents', id], queryFn: () => call(api.GET('/api/v1/incidents/{id}', { params: { path: { id } } })) });

export const systemChoicesQuery = queryOptions({
    queryKey: ['systems', 'choices'],
    queryFn: () => call(api.GET('/api/v1/systems', { params: { query: { limit: 200, sort: 'name' } } })),
});

export const peopleChoicesQuery = queryOptions({ queryKey: ['people'], queryFn: () => call(api.GET('/api/v1/users', { params: { query: { limit: 200 } } })) });

export interface Draft {
    title: string;
    description: string;
    category: (typeof categories)[number];
    severity: (typeof severities)[number];
    right_violated?: (typeof rights)[number];
    system_id?: string;
}

export const openIncident = (body: Draft) => call(api.POST('/api/v1/incidents', { body }));

export const escalate = (dry: boolean) => call(api.POST('/api/v1/incidents/escalate', { body: { dry_run: dry } }));

export interface Decision {
    to: Status;
    resolution_details?: string;
    public_reply?: string;
    root_cause?: string;
    is_spam?: boolean;
}

export const decide = (id: string, body: Decision) => call(api.POST('/api/v1/incidents/{id}/status', { params: { path: { id } }, body }));

export const say = (id: string, body: string, visibility: 'INTERNAL' | 'REPORTER') =>
    call(api.POST('/api/v1/incidents/{id}/messages', { params: { path: { id } }, body: { body, visibility } }));

export interface Change {
    severity?: (typeof severities)[number];
    right_violated?: (typeof rights)[number];
    system_id?: string;
    assignee_id?: string;
}

export const changeIncident = (incident: Incident, body: Change) =>
    call(api.PATCH('/api/v1/incidents/{id}', { params: { path: { id: incident.id }, header: { 'If-Match': `"${incident.version}"` } }, body }));
