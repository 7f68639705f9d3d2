import { queryOptions } from '@tanstack/react-query';
import { api, call, type Permissions, type Role } from '@aic/api';

export const rolesQuery = queryOptions({ queryKey: ['access', 'roles'], queryFn: () => call(api.GET('/api/v1/roles')) });
export const peopleQuery = queryOptions({ queryKey: ['access', 'people'], queryFn: () => call(api.GET('/api/v1/users', { params: { query: { limit: 200 } } })) });
export const permissionsQuery = (id: string) =>
    queryOptions({ queryKey: ['access', 'person', id], queryFn: () => call(api.GET('/api/v1/users/{id}/capabilities', { params: { path: { id } } })) });

export interface Draft {
    name: string;
    description: string;
    capabilities: string[];
}

export const makeRole = (body: Draft) => call(api.POST('/api/v1/roles', { body }));

const at = (id: string, version: number) => ({ path: { id }, header: { 'If-Match': `"${version}"` } });

/** Two things of a role: its words, and what it may do. Each is its own change in the ledger. */
export const changeRole = async (role: Role & { id: string }, draft: Draft) => {
    const renamed = draft.name !== role.name || draft.description !== role.description
        ? await call(api.PATCH('/api/v1/roles/{id}', { params: at(role.id, role.version), body: { name: draft.name, description: draft.description } }))
        : role;
    return call(api.PUT('/api/v1/roles/{id}/capabilities', { params: at(role.id, renamed.version), body: { capabilities: draft.capabilities } }));
};

export const archiveRole = (id: string) => call(api.DELETE('/api/v1/roles/{id}', { params: { path: { id } } }));

export type Choice = 'role' | 'granted' | 'denied';

export const setPermissions = (was: Permissions, roleId: string | null, choices: Record<string, Choice>) => {
    const capabilities = Object.entries(choices).flatMap(([capability, choice]) => (choice === 'role' ? [] : [{ capability, is_granted: choice === 'granted' }]));
    return call(api.PUT('/api/v1/users/{id}/capabilities', { params: at(was.user_id, was.version), body: { role_id: roleId, capabilities: capabilities as PermissionList } }));
};

type PermissionList = NonNullable<Parameters<typeof api.PUT<'/api/v1/users/{id}/capabilities', never>>[1]>['body']['capabilities'];
