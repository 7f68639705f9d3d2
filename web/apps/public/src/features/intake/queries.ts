import { api, call } from '@aic/api';

/** What opens one case. It lives in this page's memory only: not in the address, and in no storage. */
export interface Key {
    reference: string;
    secret: string;
}

const opening = ({ reference, secret }: Key) => ({ params: { path: { reference: reference.trim().toUpperCase() } }, headers: { 'X-Case-Secret': secret.trim() } });

export const readCase = (key: Key) => call(api.GET('/api/v1/cases/{reference}', opening(key)));
export const writeToCase = (key: Key, body: string) => call(api.POST('/api/v1/cases/{reference}/messages', { ...opening(key), body: { body } }));
export const withdrawCase = (key: Key) => call(api.POST('/api/v1/cases/{reference}/withdraw', opening(key)));
export const reopenCase = (key: Key, body: string) => call(api.POST('/api/v1/cases/{reference}/reopen', { ...opening(key), body: { body } }));
