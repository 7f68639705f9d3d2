import { queryOptions } from '@tanstack/react-query';
import { api, call } from '@aic/api';

export const keysQuery = queryOptions({ queryKey: ['staff', 'keys'], queryFn: () => call(api.GET('/api/v1/admin/signing-keys', { params: { query: { limit: 100 } } })) });

export const rotate = (body: { emergency: boolean; reason?: string }) => call(api.POST('/api/v1/admin/signing-keys/rotate', { body }));

export const markCompromised = (kid: string, reason: string) =>
    call(api.POST('/api/v1/admin/signing-keys/{kid}/compromised', { params: { path: { kid } }, body: { reason } }));
