import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api, call } from '@aic/api';
import { isOver } from '@aic/tasks';
import type { TasksSearch } from './search';

const WHILE_RUNNING_MS = 3000;
const IDLE_MS = 60_000;

export const tasksQuery = (search: TasksSearch) =>
    infiniteQueryOptions({
        queryKey: ['tasks', 'list', search],
        queryFn: ({ pageParam }) => call(api.GET('/api/v1/tasks', { params: { query: { ...search, limit: 50, cursor: pageParam } } })),
        initialPageParam: undefined as string | undefined,
        getNextPageParam: (page) => page.next_cursor ?? undefined,
        refetchInterval: ({ state }) => (state.data?.pages.some((page) => page.items.some((task) => !isOver(task))) ? WHILE_RUNNING_MS : false),
    });

/** The latest tasks, for the sign in the shell: asked for often only while one is under way. */
export const latestQuery = queryOptions({
    queryKey: ['tasks', 'latest'],
    queryFn: () => call(api.GET('/api/v1/tasks', { params: { query: { limit: 20 } } })),
    refetchInterval: ({ state }) => (state.data?.items.some((task) => !isOver(task)) ? WHILE_RUNNING_MS : IDLE_MS),
});
