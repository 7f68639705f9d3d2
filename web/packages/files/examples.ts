import { queryOptions } from '@tanstack/react-query';
import { api, call } from '@aic/api';

export const examplesQuery = queryOptions({ queryKey: ['examples'], queryFn: () => call(api.GET('/api/v1/examples')), staleTime: Infinity });

export const exampleText = (id: string) => call(api.GET('/api/v1/examples/{file}', { params: { path: { file: `${id}.csv` } }, parseAs: 'text' }));
