import { QueryClient } from '@tanstack/react-query';
import { ApiProblem } from './problem';

/** What the server refused stays refused; only what may pass by itself is tried again. */
const worthRetrying = (count: number, error: Error) =>
    count < 2 && (!(error instanceof ApiProblem) || error.status === 0 || error.status === 503);

export const makeQueryClient = () =>
    new QueryClient({
        defaultOptions: { queries: { retry: worthRetrying, staleTime: 15_000, refetchOnWindowFocus: false }, mutations: { retry: false } },
    });
