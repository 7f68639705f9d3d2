import { queryOptions } from '@tanstack/react-query';
import { api, call } from '@aic/api';

export const accessQuery = queryOptions({ queryKey: ['staff', 'access'], queryFn: () => call(api.GET('/api/v1/admin/system-access')), staleTime: 300_000 });

const latest = (event: string) =>
    queryOptions({ queryKey: ['staff', 'latest', event], queryFn: () => call(api.GET('/api/v1/admin/audit-log', { params: { query: { event, limit: 15 } } })) });

export const openedQuery = latest('system_scope_opened');
export const lockoutsQuery = latest('lockout');
