import { queryOptions } from '@tanstack/react-query';
import { api, call } from '@aic/api';

/** Each look is on record, so that a page that is only left and come back to does not look again. */
export const overviewQuery = queryOptions({ queryKey: ['staff', 'overview'], queryFn: () => call(api.GET('/api/v1/admin/overview')), staleTime: 60_000 });
export const failuresQuery = queryOptions({ queryKey: ['staff', 'failures'], queryFn: () => call(api.GET('/api/v1/admin/sign-in-failures')), staleTime: 60_000 });
