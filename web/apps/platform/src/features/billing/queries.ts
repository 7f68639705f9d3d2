import { queryOptions } from '@tanstack/react-query';
import { api, call } from '@aic/api';

export const billingQuery = queryOptions({ queryKey: ['billing'], queryFn: () => call(api.GET('/api/v1/billing')) });
