import { api, call } from '@aic/api';

export const languages = ['en', 'af', 'zu', 'fr', 'de'] as const;

export const changeProfile = (body: { name: string; locale: (typeof languages)[number] }) => call(api.PATCH('/api/v1/auth/me', { body }));
export const ownData = () => call(api.GET('/api/v1/auth/me/export'));
export const deleteAccount = (body: { password: string; code?: string }) => call(api.POST('/api/v1/auth/delete-account', { body }));
