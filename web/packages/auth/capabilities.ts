import { queryOptions } from '@tanstack/react-query';
import { api, call } from '@aic/api';

/** Everything that somebody may be allowed to do; the list changes only with the program. */
export const capabilitiesQuery = queryOptions({ queryKey: ['capabilities'], queryFn: () => call(api.GET('/api/v1/capabilities')), staleTime: Infinity });
