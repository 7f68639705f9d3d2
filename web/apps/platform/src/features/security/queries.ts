import { queryOptions } from '@tanstack/react-query';
import { api, call } from '@aic/api';

export const factorQuery = queryOptions({ queryKey: ['security', 'factor'], queryFn: () => call(api.GET('/api/v1/auth/mfa')) });
export const sessionsQuery = queryOptions({ queryKey: ['security', 'sessions'], queryFn: () => call(api.GET('/api/v1/auth/sessions')) });

export const passkeysQuery = queryOptions({ queryKey: ['security', 'passkeys'], queryFn: () => call(api.GET('/api/v1/auth/passkeys')) });

export const renamePasskey = (id: string, name: string) => call(api.PATCH('/api/v1/auth/passkeys/{id}', { params: { path: { id } }, body: { name } }));
export const removePasskey = (id: string) => call(api.DELETE('/api/v1/auth/passkeys/{id}', { params: { path: { id } } }));
export const endSession = (id: string) => call(api.DELETE('/api/v1/auth/sessions/{id}', { params: { path: { id } } }));
export const endOthers = () => call(api.POST('/api/v1/auth/sessions/revoke-others'));
export const renewCodes = (body: { password: string; code?: string }) => call(api.POST('/api/v1/auth/recovery-codes', { body }));
export const disable = (body: { password: string; code: string }) => call(api.POST('/api/v1/auth/mfa/disable', { body }));
export const changeEmail = (body: { new_email: string; password: string; code?: string }) => call(api.POST('/api/v1/auth/change-email', { body }));
export const changePassword = (body: { current_password: string; new_password: string; code?: string }) => call(api.POST('/api/v1/auth/change-password', { body }));
